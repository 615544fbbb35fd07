// How an open page listens for the end of its session.

import type { Page } from '@playwright/test';

import { expect, open, signIn, test } from './fixtures.ts';

const EVENTS = '/session/events';

/** Counts how often the page itself, and its stream, are asked for. */
function count(page: Page): { pages: number; streams: number; closed: number } {
  const counted = { pages: 0, streams: 0, closed: 0 };
  const isStream = (url: string, method: string) => method === 'GET' && url.endsWith(EVENTS);
  page.on('request', (request) => {
    if (request.isNavigationRequest()) counted.pages += 1;
    if (isStream(request.url(), request.method())) counted.streams += 1;
  });
  page.on('requestfailed', (request) => {
    if (isStream(request.url(), request.method())) counted.closed += 1;
  });
  return counted;
}

async function turn(page: Page, state: 'visible' | 'hidden'): Promise<void> {
  await page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, state);
}

test.describe('a page behind the door', { tag: '@script' }, () => {
  test('listens only while it is seen', async ({ page, resident }) => {
    const counted = count(page);
    await open(page, '/dashboard');
    await expect(page.getByText(resident.email)).toBeVisible();
    await expect.poll(() => counted).toMatchObject({ streams: 1, closed: 0 });
    await turn(page, 'hidden');
    await expect.poll(() => counted).toMatchObject({ streams: 1, closed: 1 });
    await turn(page, 'visible');
    await expect.poll(() => counted).toMatchObject({ streams: 2, closed: 1 });
  });

  test('hears what it missed while nobody saw it', async ({ page, context, watch, resident }) => {
    watch.expect(/^401 GET \/session\/events$/);
    watch.expect(/^401 HEAD \/session\/events$/);
    await open(page, '/profile');
    await expect(page.getByLabel('Username')).toHaveValue(resident.username);
    await turn(page, 'hidden');
    await context.request.post('/logout');
    await expect(page).toHaveURL('/profile');
    await turn(page, 'visible');
    await expect(page).toHaveURL('/login?next=/profile');
  });

  test('is not asked for over and over, whatever the stream says', async ({ page, watch, resident }) => {
    watch.expect(/^401 (GET|HEAD) \/session\/events$/);
    await page.clock.install();
    await page.route(EVENTS, (route) => route.fulfill({ status: 401 }));
    const counted = count(page);
    await open(page, '/dashboard');
    await expect.poll(() => counted).toMatchObject({ pages: 2, streams: 2 });
    await page.clock.fastForward(25_000);
    await expect(page.getByText(resident.email)).toBeVisible();
    expect(counted).toMatchObject({ pages: 2, streams: 2 });
    const later = async () => {
      await page.clock.fastForward(10_000);
      return counted.pages;
    };
    await expect.poll(later).toBe(3);
  });

  test('leaves again at once after somebody signed in again', async ({ page, context, resident }) => {
    for (let times = 0; times < 2; times += 1) {
      await open(page, '/dashboard');
      await expect(page.getByText(resident.email)).toBeVisible();
      await context.request.post('/logout');
      await expect(page).toHaveURL('/login?next=/dashboard');
      await signIn(page, resident.username, resident.password);
      await expect(page).toHaveURL('/dashboard');
    }
  });

  test('stays where it is when the server is away', async ({ page, watch, resident }) => {
    watch.expect(/^503 (GET|HEAD) \/session\/events$/);
    await page.clock.install();
    await page.route(EVENTS, (route) => route.fulfill({ status: 503 }));
    const counted = count(page);
    const asked = page.waitForResponse((response) => response.request().method() === 'HEAD');
    await open(page, '/dashboard');
    await asked;
    await page.unroute(EVENTS);
    const later = async () => {
      await page.clock.fastForward(31_000);
      return counted;
    };
    await expect.poll(later).toMatchObject({ pages: 1, streams: 2 });
    await expect(page.getByText(resident.email)).toBeVisible();
  });

  test('a stranger listens to nothing', async ({ page, context }) => {
    await context.clearCookies();
    const counted = count(page);
    await open(page, '/login');
    expect(counted.streams).toBe(0);
  });
});
