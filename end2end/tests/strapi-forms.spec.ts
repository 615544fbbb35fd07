// The two forms of Strapi's tutorial, on the site of a shop that speaks to Latchkey instead.

import type { Page } from '@playwright/test';

import { expect, expectError, logIn, spoil, stored, test, whoIs } from './clients.ts';

const REFUSAL = 'Invalid identifier or password';

test.describe('the simple form', { tag: '@script' }, () => {
  test('keeps the token, which says who is signed in', async ({ page, request, serve }) => {
    const { site, latchkey, account } = await serve('strapi');
    await page.goto(`${site}/login`);
    await logIn(page, account.email, account.password);
    await expect(page.getByRole('status')).toHaveText(`Hello, ${account.username}`);

    const { token, ...others } = await stored(page);
    expect(others).toEqual({});
    const user = await whoIs(request, latchkey, token!);
    expect(await user.json()).toMatchObject({ username: account.username, email: account.email, provider: 'local' });
  });

  test('knows who is back after a reload', async ({ page, serve }) => {
    const { site, account } = await serve('strapi');
    await page.goto(`${site}/login`);
    await logIn(page, account.username, account.password);
    await expect(page.getByRole('status')).toHaveText(`Hello, ${account.username}`);

    await page.reload();
    await expect(page.getByRole('status')).toHaveText(`Hello, ${account.username}`);
  });

  test('shows why a password was refused, and then takes the right one', async ({ page, watch, serve }) => {
    watch.expect(/^400 POST \/api\/auth\/local$/);
    const { site, account } = await serve('strapi');
    await page.goto(`${site}/login`);
    await logIn(page, account.email, 'eight quiet otters sing');
    await expect(page.getByRole('alert')).toHaveText(REFUSAL);
    expect(await stored(page)).toEqual({});

    await logIn(page, account.email, account.password);
    await expect(page.getByRole('status')).toHaveText(`Hello, ${account.username}`);
    await expect(page.getByRole('alert')).toHaveText('');
  });

  test('gets the same refusal for a name that nobody has', async ({ page, watch, serve, stranger }) => {
    watch.expect(/^400 POST \/api\/auth\/local$/);
    const { site } = await serve('strapi');
    await page.goto(`${site}/login`);
    await logIn(page, stranger.email, stranger.password);
    await expect(page.getByRole('alert')).toHaveText(REFUSAL);
  });
});

test.describe('the enhanced form', { tag: '@script' }, () => {
  test('keeps both tokens and leads to the dashboard of its own site', async ({ page, serve }) => {
    const { site, account } = await serve('strapi');
    await page.goto(`${site}/enhanced-login`);
    await logIn(page, account.email, account.password);
    await expect(page).toHaveURL(`${site}/dashboard`);
    await expect(page.getByRole('status')).toHaveText(`Hello, ${account.username}`);
    await expect(page.getByText(account.email)).toBeVisible();
    expect(Object.keys(await stored(page)).sort()).toEqual(['accessToken', 'refreshToken']);
  });

  test('keeps one token where the server keeps the other in a cookie', async ({ page, serve }) => {
    const { site, account } = await serve('strapi', { settings: { LATCHKEY_API_TOKENS: 'cookie' } });
    await page.goto(`${site}/enhanced-login`);
    await logIn(page, account.email, account.password);
    await expect(page).toHaveURL(`${site}/dashboard`);
    await expect(page.getByRole('status')).toHaveText(`Hello, ${account.username}`);
    expect(Object.keys(await stored(page))).toEqual(['token']);
  });

  test('says that it is busy until the answer is there', async ({ page, serve }) => {
    const { site, account } = await serve('strapi');
    await page.addInitScript(holdRequests);
    await page.goto(`${site}/enhanced-login`);
    await logIn(page, account.email, account.password);
    await expect(page.getByRole('button')).toHaveText('Logging in...');

    await page.evaluate(() => dispatchEvent(new Event('release')));
    await expect(page).toHaveURL(`${site}/dashboard`);
  });

  test('logs why it was refused, and stays where it is', async ({ page, watch, serve }) => {
    watch.expect(/^400 POST \/api\/auth\/local$/);
    watch.expect(/^console error: Login failed: .*ValidationError.*Invalid identifier or password/);
    const { site, account } = await serve('strapi');
    await page.goto(`${site}/enhanced-login`);
    await logIn(page, account.email, 'eight quiet otters sing');
    await expect(page.getByRole('alert')).toHaveText(REFUSAL);
    await expect(page.getByRole('button')).toHaveText('Login');
    await expect(page).toHaveURL(`${site}/enhanced-login`);
    expect(await stored(page)).toEqual({});
  });

  test('is shown again where the dashboard is opened without a token', async ({ page, serve }) => {
    const { site } = await serve('strapi');
    await page.goto(`${site}/dashboard`);
    await expect(page).toHaveURL(`${site}/enhanced-login`);
  });

  test('is shown again where the token was altered', async ({ page, request, watch, serve }) => {
    watch.expect(/^401 GET \/api\/users\/me$/);
    const { site, latchkey, account } = await serve('strapi');
    await signIn(page, site, account.email, account.password);
    await spoil(page, 'accessToken');
    await page.reload();
    await expect(page).toHaveURL(`${site}/enhanced-login`);

    const refused = await whoIs(request, latchkey, (await stored(page)).accessToken!);
    await expectError(refused, 401, 'UnauthorizedError', 'Missing or invalid credentials');
    expect(refused.headers()['www-authenticate']).toMatch(/^Bearer\b/);
  });
});

async function signIn(page: Page, site: string, name: string, password: string): Promise<void> {
  await page.goto(`${site}/enhanced-login`);
  await logIn(page, name, password);
  await expect(page.getByRole('status')).toHaveText(/^Hello/);
}

/** Runs in the page, before its own scripts: nothing is asked for before it is released. */
function holdRequests(): void {
  const original = globalThis.fetch;
  const released = new Promise((release) => addEventListener('release', release, { once: true }));
  globalThis.fetch = async (...args) => {
    await released;
    return original(...args);
  };
}
