// How an open page listens for the end of its session.

import type { Page } from '@playwright/test';

import { createAccount, expect, open, somebody, test } from './fixtures.ts';

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
  test.beforeEach(async ({ context }) => createAccount(context.request, somebody()));

  test('listens only while it is seen', async ({ page }) => {
    const counted = count(page);
    await open(page, '/dashboard');
    await expect.poll(() => counted).toMatchObject({ streams: 1, closed: 0 });
    await turn(page, 'hidden');
    await expect.poll(() => counted).toMatchObject({ streams: 1, closed: 1 });
    await turn(page, 'visible');
    await expect.poll(() => counted).toMatchObject({ streams: 2, closed: 1 });
  });

  test('hears what it missed while nobody saw it', async ({ page, context, watch }) => {
    watch.expect(/^401 GET \/session\/events$/);
    watch.expect(/^401 HEAD \/session\/events$/);
    await open(page, '/profile/devices');
    await turn(page, 'hidden');
    await context.request.post('/logout');
    await expect(page).toHaveURL('/profile/devices');
    await turn(page, 'visible');
    await expect(page).toHaveURL('/login?next=/profile/devices');
  });

  test('is not asked for over and over, whatever the stream says', async ({ page, watch }) => {
    watch.expect(/^401 (GET|HEAD) \/session\/events$/);
    await page.clock.install();
    await page.route(EVENTS, (route) => route.fulfill({ status: 401 }));
    const counted = count(page);
    await open(page, '/dashboard');
    await expect.poll(() => counted).toMatchObject({ pages: 2, streams: 2 });
    await page.clock.fastForward(25_000);
    await expect(page.getByText('This session')).toBeVisible();
    expect(counted).toMatchObject({ pages: 2, streams: 2 });
    await page.clock.fastForward(10_000);
    await expect.poll(() => counted.pages).toBe(3);
  });

  test('stays where it is when the server is away', async ({ page, watch }) => {
    watch.expect(/^503 (GET|HEAD) \/session\/events$/);
    await page.clock.install();
    await page.route(EVENTS, (route) => route.fulfill({ status: 503 }));
    const counted = count(page);
    const asked = page.waitForResponse((response) => response.request().method() === 'HEAD');
    await open(page, '/dashboard');
    await asked;
    await page.unroute(EVENTS);
    await page.clock.fastForward(31_000);
    await expect.poll(() => counted).toMatchObject({ pages: 1, streams: 2 });
  });

  test('a stranger listens to nothing', async ({ page, context }) => {
    await context.clearCookies();
    const counted = count(page);
    await open(page, '/login');
    expect(counted.streams).toBe(0);
  });
});
