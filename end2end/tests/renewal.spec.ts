// Access tokens end within minutes; whoever holds a refresh token does not notice.

import type { BrowserContext } from '@playwright/test';

import { createAccount, expect, open, test } from './fixtures.ts';
import { ACCESS, BROWSER, REFRESH } from './product.ts';

async function value(context: BrowserContext, name: string): Promise<string | undefined> {
  return (await context.cookies()).find((cookie) => cookie.name === name)?.value;
}

async function alter(context: BrowserContext, name: string): Promise<void> {
  const cookie = (await context.cookies()).find((cookie) => cookie.name === name);
  if (!cookie) throw new Error(`there is no cookie ${name}`);
  const last = cookie.value.endsWith('A') ? 'B' : 'A';
  await context.addCookies([{ ...cookie, value: cookie.value.slice(0, -1) + last }]);
}

test('without an access token the refresh token opens the page', async ({ page, context, resident }) => {
  const refresh = await value(context, REFRESH);
  await context.clearCookies({ name: ACCESS });

  await open(page, '/dashboard?kept=1');
  await expect(page).toHaveURL('/dashboard?kept=1');
  await expect(page.getByText(resident.email)).toBeVisible();
  expect(await value(context, ACCESS)).toBeTruthy();
  expect(await value(context, REFRESH)).not.toBe(refresh);
});

test('an altered access token is replaced', async ({ page, context, resident }) => {
  await alter(context, ACCESS);
  const altered = await value(context, ACCESS);

  await open(page, '/dashboard');
  await expect(page.getByText(resident.email)).toBeVisible();
  expect(await value(context, ACCESS)).not.toBe(altered);
});

test('a form is saved by the refresh token alone', async ({ page, context, resident }) => {
  await open(page, '/profile');
  await expect(page.getByLabel('Username')).toHaveValue(resident.username);
  await context.clearCookies({ name: ACCESS });

  await page.getByLabel('Name', { exact: true }).fill('Ada');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('status')).toHaveText('Your changes are saved.');
});

test('without either token a page asks for a sign-in', async ({ page, context, resident }) => {
  await open(page, '/dashboard');
  await expect(page.getByText(resident.email)).toBeVisible();
  await context.clearCookies();

  await page.goto('/profile?tab=2');
  await expect(page).toHaveURL('/login?next=/profile%3Ftab%3D2');
});

test('two altered tokens open nothing, and are removed', async ({ page, context, resident }) => {
  await open(page, '/dashboard');
  await expect(page.getByText(resident.email)).toBeVisible();
  await alter(context, ACCESS);
  await alter(context, REFRESH);

  await page.goto('/dashboard');
  await expect(page).toHaveURL('/login?next=/dashboard');
  // Which browser it is, it still knows.
  expect((await context.cookies()).map((cookie) => cookie.name)).toEqual([BROWSER]);
});

test('an access token that ends by itself is renewed on the way', async ({ page, context, launch, stranger }) => {
  const server = await launch({ LATCHKEY_ACCESS_TOKEN_LIFESPAN: '1' });
  await createAccount(context.request, stranger, server.url);
  await page.goto(`${server.url}/dashboard`);
  const first = await value(context, ACCESS);

  const reloaded = async () => {
    await page.reload();
    return value(context, ACCESS);
  };
  // It is honoured for as long again as it lives, up to a minute, for clocks that disagree.
  await expect.poll(reloaded, { timeout: 20_000 }).not.toBe(first);
  await expect(page).toHaveURL(`${server.url}/dashboard`);
  await expect(page.getByText(stranger.email)).toBeVisible();
});

test('two tabs that renew at the same time both stay signed in', async ({ page, context, resident }) => {
  const other = await context.newPage();
  await context.clearCookies({ name: ACCESS });
  const waiting: (() => void)[] = [];
  // Neither request goes out before both are there.
  await context.route(/\/(dashboard|profile)$/, async (route) => {
    await new Promise<void>((go) => {
      if (waiting.push(go) === 2) for (const each of waiting) each();
    });
    await route.continue();
  });
  await Promise.all([page.goto('/dashboard'), other.goto('/profile')]);
  await expect(page.getByText(resident.email)).toBeVisible();
  await expect(other.getByText(resident.email)).toBeVisible();

  await context.unrouteAll();
  for (const tab of [page, other]) {
    await context.clearCookies({ name: ACCESS });
    await tab.reload();
    await expect(tab.getByText(resident.email)).toBeVisible();
  }
});

test('a copied refresh token that is used late ends the session', async ({ page, context, resident }) => {
  // A page that reloads itself would be in the way of asking for it.
  await context.addInitScript(() => Object.assign(globalThis, { EventSource: undefined }));
  await open(page, '/dashboard');
  await expect(page.getByText(resident.email)).toBeVisible();
  const copied = (await context.cookies()).filter((cookie) => cookie.name === REFRESH);
  for (let renewals = 0; renewals < 2; renewals += 1) {
    await context.clearCookies({ name: ACCESS });
    await page.reload();
    await expect(page.getByText(resident.email)).toBeVisible();
  }
  const good = await context.cookies();

  await context.clearCookies();
  await context.addCookies(copied);
  await page.goto('/dashboard');
  await expect(page).toHaveURL('/login?next=/dashboard');

  await context.addCookies(good);
  await page.goto('/dashboard');
  await expect(page).toHaveURL('/login?next=/dashboard');
});

test('when both tokens have run out a page asks for a sign-in', async ({ page, context, launch, stranger }) => {
  const short = {
    LATCHKEY_ACCESS_TOKEN_LIFESPAN: '1',
    LATCHKEY_IDLE_SESSION_LIFESPAN: '1',
    LATCHKEY_MAX_SESSION_LIFESPAN: '1',
  };
  const site = await launch(short);
  await createAccount(context.request, stranger, site.url);
  // A page that reloads itself would be in the way of asking for it.
  await context.addInitScript(() => Object.assign(globalThis, { EventSource: undefined }));
  // For clocks that disagree it is honoured for another second: until then the page is still there.
  await expect(async () => {
    await page.goto(`${site.url}/dashboard`);
    expect(page.url()).toBe(`${site.url}/login?next=/dashboard`);
  }).toPass({ intervals: [500], timeout: 20_000 });
  expect(await value(context, ACCESS)).toBeUndefined();
  expect(await value(context, REFRESH)).toBeUndefined();
});
