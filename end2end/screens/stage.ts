// What every picture begins with: a site of its own, whose clock is set, and Ada.

import { type APIRequestContext, type Page, test as base, expect } from '@playwright/test';

import { type Server, startServer } from '../tests/server.ts';
import { photograph } from './camera.ts';
import { type Clock, clock } from './clock.ts';

export { expect };

export const ADA = { email: 'ada@example.org', username: 'ada', password: 'seven quiet otters sing' };

export const WRONG = 'eight quiet otters sing';

/** Another browser, and where it is. */
export const ELSEWHERE = {
  office: ['203.0.113.24', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0'],
  train: ['198.51.100.7', 'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1'],
  stranger: ['192.0.2.99', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15'],
} as const;

interface OfPicture {
  clock: Clock;
  /** Settings of the site, as environment variables. */
  settings: Record<string, string>;
  site: Server;
  /** Asks the site as another browser. */
  from: (place: keyof typeof ELSEWHERE) => Promise<APIRequestContext>;
  /** Reads the path in the newest letter that leads to a page, with its token. */
  linkTo: (page: string) => Promise<string>;
  /** Takes the picture, under the name of the test. */
  picture: () => Promise<void>;
}

export const test = base.extend<OfPicture>({
  settings: [{}, { option: true }],
  clock: async ({}, use, info) => use(clock(info.outputPath('clock'))),
  site: async ({ clock, settings }, use) => {
    const site = await startServer({ LATCHKEY_TRUSTED_PROXIES: '127.0.0.1', ...clock.settings, ...settings });
    await use(site);
    await site.stop();
  },
  baseURL: async ({ site }, use) => use(site.url),
  extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.80' },
  from: async ({ playwright, baseURL }, use) => {
    const opened: APIRequestContext[] = [];
    await use(async (place) => {
      const [address, userAgent] = ELSEWHERE[place];
      const context = await playwright.request.newContext({ baseURL, userAgent, extraHTTPHeaders: { 'x-forwarded-for': address } });
      opened.push(context);
      return context;
    });
    for (const context of opened) await context.dispose();
  },
  linkTo: async ({ playwright, baseURL }, use) => {
    // It is read by nobody who comes through a proxy.
    const desk = await playwright.request.newContext({ baseURL, extraHTTPHeaders: {} });
    await use(async (path) => {
      let found: string | undefined;
      await expect.poll(async () => (found = await newestLink(desk, path)), `a letter that leads to ${path}`).toBeTruthy();
      return found ?? '';
    });
    await desk.dispose();
  },
  picture: async ({ page }, use, { title, project }) => use(() => photograph(page, title, project.name)),
});

async function newestLink(desk: APIRequestContext, path: string): Promise<string | undefined> {
  const list = await (await desk.get('/dev/outbox')).text();
  for (const [, letter] of list.matchAll(/href="(\/dev\/outbox\/[^"]+)"/g)) {
    const text = await (await desk.get(letter!)).text();
    const link = new RegExp(`${path}\\?token=[\\w-]+`).exec(text);
    if (link) return link[0];
  }
  return undefined;
}

/** Posts a form without its page; who asks is signed in afterwards, where that is what the form does. */
export async function post(through: APIRequestContext, path: string, form: Record<string, string>): Promise<void> {
  const response = await through.post(path, { form });
  expect(response.ok(), `${path} answers ${response.status()}`).toBe(true);
}

export async function register(through: APIRequestContext): Promise<void> {
  await post(through, '/register', ADA);
}

export async function signIn(through: APIRequestContext): Promise<void> {
  await post(through, '/login', { identifier: ADA.username, password: ADA.password, remember: 'on' });
}

/** Fills fields in by their names, which are the same in every language. */
export async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.locator(`main form [name="${name}"]`).fill(value);
}

/** Sends the form of the page, and waits for what is said about it. */
export async function submit(page: Page): Promise<void> {
  await page.locator('main form button[type="submit"]').first().click();
}

export async function isRefused(page: Page): Promise<void> {
  await expect(page.locator('main [role="alert"]').filter({ hasText: /\S/ }).first()).toBeVisible();
}
