// What every test starts with: a server, a browser that is listened to, and people of its own.

import { randomBytes } from 'node:crypto';

import { type APIRequestContext, type BrowserContext, type Locator, type Page, test as base, expect } from '@playwright/test';

import { ACCESS, REFRESH } from './product.ts';
import { mustNotBeLogged } from './run.ts';
import { type Server, startServer } from './server.ts';
import { Watch } from './watch.ts';

export { expect };

export interface Account {
  email: string;
  username: string;
  password: string;
}

interface OfTest {
  watch: Watch;
  /** A person nobody knows yet. */
  stranger: Account;
  /** Somebody with an account, who is not signed in. */
  member: Account;
  /** Somebody with an account, who is signed in here. */
  resident: Account;
  /** Another browser of the resident, a Firefox by its own account, open on the dashboard. */
  elsewhere: Page;
  /** Opens another browser, a Firefox by its own account, in which somebody is signed in. */
  elsewhereOf: (account: Account) => Promise<Page>;
  /** The resident, after a copy of their session was used and they signed in again. */
  copied: Account;
  /** Starts one more server, with other settings. */
  launch: (settings: Record<string, string>) => Promise<Server>;
}

export const test = base.extend<OfTest, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = await startServer();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  watch: [
    async ({ context }, use) => {
      const watch = await listen(context);
      await use(watch);
      mustNotBeLogged((await context.cookies()).map((cookie) => cookie.value));
      watch.check();
    },
    { auto: true },
  ],
  stranger: async ({}, use) => use(somebody()),
  member: async ({ playwright, baseURL }, use) => {
    const account = somebody();
    const elsewhere = await playwright.request.newContext({ baseURL });
    await createAccount(elsewhere, account);
    mustNotBeLogged((await elsewhere.storageState()).cookies.map((cookie) => cookie.value));
    await elsewhere.dispose();
    await use(account);
  },
  resident: async ({ context }, use) => {
    const account = somebody();
    // It shares its cookies with the pages of the test.
    await createAccount(context.request, account);
    await use(account);
  },
  elsewhereOf: async ({ browser, baseURL }, use) => {
    const userAgent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0';
    const opened: { context: BrowserContext; watch: Watch }[] = [];
    await use(async (account) => {
      const context = await browser.newContext({ baseURL, userAgent, javaScriptEnabled: hasScript() });
      const watch = await listen(context);
      opened.push({ context, watch });
      const page = await context.newPage();
      await open(page, '/login');
      await signIn(page, account.username, account.password);
      await expect(page).toHaveURL('/dashboard');
      await isAwake(page);
      return page;
    });
    for (const { context, watch } of opened) {
      watch.check();
      await context.close();
    }
  },
  elsewhere: async ({ elsewhereOf, resident }, use) => use(await elsewhereOf(resident)),
  copied: async ({ context, resident }, use) => {
    const stolen = (await context.cookies()).filter((cookie) => cookie.name === REFRESH);
    for (let renewals = 0; renewals < 2; renewals += 1) {
      await context.clearCookies({ name: ACCESS });
      await context.request.get('/dashboard');
    }
    await context.clearCookies();
    await context.addCookies(stolen);
    await context.request.get('/dashboard');
    const form = { identifier: resident.username, password: resident.password };
    await context.request.post('/login', { form });
    await use(resident);
  },
  launch: async ({ context }, use) => {
    const servers: Server[] = [];
    await use(async (settings) => {
      const server = await startServer(settings);
      servers.push(server);
      return server;
    });
    // A page that still fetches its icon would complain about a server that has gone.
    for (const page of context.pages()) await page.close();
    for (const server of servers) await server.stop();
  },
});

/** Somebody whose name no other test has. */
export function somebody(): Account {
  const username = `guest-${randomBytes(6).toString('hex')}`;
  const account = { username, email: `${username}@example.org`, password: 'seven quiet otters sing' };
  mustNotBeLogged([account.email, account.password]);
  return account;
}

/** Registers without a page: for tests in which that is only the beginning. */
export async function createAccount(through: APIRequestContext, account: Account, site = ''): Promise<void> {
  const form = { email: account.email, username: account.username, password: account.password };
  const response = await through.post(`${site}/register`, { form });
  expect(response.status(), await response.text()).toBe(200);
}

export function hasScript(): boolean {
  return test.info().project.use.javaScriptEnabled !== false;
}

/** Goes to a page and waits until its islands are awake, when there is script to wake them. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await isAwake(page);
}

export async function isAwake(page: Page): Promise<void> {
  if (!hasScript()) return;
  // They wake in order, and what listens stands directly in its island.
  const last = page.locator('leptos-island').last().locator('> *');
  await expect(last).toHaveJSProperty('isListening', true);
}

/** What is announced now. The places where something may be announced are always there, and empty. */
export function alert(page: Page): Locator {
  return page.getByRole('alert').filter({ hasText: /\S/ });
}

/** Waits for a letter and opens it in the outbox, as somebody who develops the site does. */
export async function readLetter(page: Page, to: string, subject: string): Promise<void> {
  const letter = page.getByRole('listitem').filter({ hasText: to }).getByRole('link', { name: subject });
  await expect(async () => {
    await page.goto('/dev/outbox');
    await expect(letter.first()).toBeVisible({ timeout: 500 });
  }).toPass();
  await letter.first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(subject);
}

/** Follows the link in a letter. */
export async function openLink(page: Page, to: string, subject: string): Promise<void> {
  await readLetter(page, to, subject);
  await page.getByRole('link', { name: /\?token=/ }).click();
  await isAwake(page);
}

export async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel('Email or username').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export async function register(page: Page, account: Account): Promise<void> {
  await page.getByLabel('Email').fill(account.email);
  await page.getByLabel('Username').fill(account.username);
  await page.getByLabel('Password', { exact: true }).fill(account.password);
  await page.getByRole('button', { name: 'Create account' }).click();
}

async function listen(context: BrowserContext): Promise<Watch> {
  const watch = new Watch(context, hasScript());
  await context.addInitScript(markWhatListens);
  return watch;
}

/** Runs in the page, before its own scripts: an element says when a listener was put on it. */
function markWhatListens(): void {
  const original = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (...args: Parameters<typeof original>) {
    Object.assign(this, { isListening: true });
    return original.apply(this, args);
  };
}
