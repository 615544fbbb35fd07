// An application of one page that holds its tokens itself, renews them, and has pages behind a door.

import type { Page } from '@playwright/test';

import { type Client, expect, expectError, logIn, spoil, stored, test, whoIs } from './clients.ts';

test.describe('an application with tokens of its own', { tag: '@script' }, () => {
  test('asks for a sign-in, and then shows the page that was wanted', async ({ page, serve }) => {
    const { site, account } = await serve('react');
    await page.goto(`${site}/devices`);
    await expect(page).toHaveURL(`${site}/login`);
    await logIn(page, account.username, account.password);
    await expect(page).toHaveURL(`${site}/devices`);
    await expect(page.getByRole('listitem').filter({ hasText: '(this one)' })).toHaveCount(1);
  });

  test('shows who is signed in, also after a reload', async ({ page, serve }) => {
    const client = await serve('react');
    await signIn(page, client);
    await expect(page.getByText(client.account.email)).toBeVisible();
    await page.reload();
    await expect(page.getByText(client.account.email)).toBeVisible();
  });

  test('sends the access token along, and nothing else that says who asks', async ({ page, context, serve }) => {
    const client = await serve('react');
    const asked = page.waitForRequest(/\/api\/users\/me$/);
    await signIn(page, client);
    const headers = await (await asked).allHeaders();
    expect(headers.authorization).toBe(`Bearer ${(await stored(page)).accessToken}`);
    expect(headers.cookie).toBeUndefined();
    expect(await context.cookies()).toEqual([]);
  });

  test('shows why a password was refused', async ({ page, watch, serve }) => {
    watch.expect(/^400 POST \/api\/auth\/local$/);
    const { site, account } = await serve('react');
    await page.goto(`${site}/login`);
    await logIn(page, account.email, 'eight quiet otters sing');
    await expect(page.getByRole('alert')).toHaveText('Invalid identifier or password');
    expect(await stored(page)).toEqual({});
  });

  test('renews an access token that ended by itself', async ({ page, watch, serve }) => {
    watch.expect(/^401 GET \/api\/(users\/me|auth\/sessions)$/);
    const client = await serve('react', { settings: { LATCHKEY_ACCESS_TOKEN_LIFESPAN: '1' } });
    await signIn(page, client);
    const first = await stored(page);

    const reloaded = async () => {
      await page.getByRole('button', { name: 'Reload' }).click();
      return (await stored(page)).accessToken;
    };
    // It is honoured for as long again as it lives, up to a minute, for clocks that disagree.
    await expect.poll(reloaded, { timeout: 20_000 }).not.toBe(first.accessToken);
    await expect(page.getByText(client.account.email)).toBeVisible();
    await expect(page).toHaveURL(`${client.site}/dashboard`);
    expect((await stored(page)).refreshToken).not.toBe(first.refreshToken);
  });

  test('renews once for two calls that are refused together', async ({ page, watch, serve }) => {
    watch.expect(/^401 GET \/api\/users\/me$/);
    watch.expect(/^401 GET \/api\/auth\/sessions$/);
    const client = await serve('react');
    await signIn(page, client);
    await spoil(page, 'accessToken');
    const renewals: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') renewals.push(new URL(request.url()).pathname);
    });
    await page.reload();
    await expect(page.getByText(client.account.email)).toBeVisible();
    expect(renewals).toEqual(['/api/auth/refresh']);
  });

  test('is back at the form when neither token is any good', async ({ page, watch, serve }) => {
    watch.expect(/^401 GET \/api\/users\/me$/);
    watch.expect(/^401 GET \/api\/auth\/sessions$/);
    watch.expect(/^401 POST \/api\/auth\/refresh$/);
    const client = await serve('react');
    await signIn(page, client);
    await spoil(page, 'accessToken', 'refreshToken');
    await page.reload();
    await expect(page).toHaveURL(`${client.site}/login`);
    await expect(page.getByRole('heading')).toHaveText('Login');
    expect(await stored(page)).toEqual({});
  });

  test('signs out on the server: both old tokens are refused at once', async ({ page, request, serve }) => {
    const client = await serve('react');
    await signIn(page, client);
    const { accessToken, refreshToken } = await stored(page);
    expect((await whoIs(request, client.latchkey, accessToken!)).status()).toBe(200);
    await page.getByRole('button', { name: 'Logout' }).click();
    await expect(page).toHaveURL(`${client.site}/login`);
    expect(await stored(page)).toEqual({});

    const refused = await whoIs(request, client.latchkey, accessToken!);
    await expectError(refused, 401, 'UnauthorizedError', 'Missing or invalid credentials');
    const renewal = await request.post(`${client.latchkey}/api/auth/refresh`, { data: { refreshToken } });
    await expectError(renewal, 401, 'UnauthorizedError', 'Invalid refresh token');
    await page.goto(`${client.site}/dashboard`);
    await expect(page).toHaveURL(`${client.site}/login`);
  });

  test('is signed out by another device', async ({ page, request, watch, serve }) => {
    watch.expect(/^401 GET \/api\/users\/me$/);
    watch.expect(/^401 GET \/api\/auth\/sessions$/);
    watch.expect(/^401 POST \/api\/auth\/refresh$/);
    const client = await serve('react');
    await signIn(page, client);
    const { username, password } = client.account;
    const data = { identifier: username, password };
    const { jwt } = await (await request.post(`${client.latchkey}/api/auth/local`, { data })).json();
    const headers = { authorization: `Bearer ${jwt}` };
    const ended = await request.post(`${client.latchkey}/api/auth/logout`, { headers, data: { scope: 'all' } });
    expect(await ended.json()).toEqual({ ok: true });

    await page.getByRole('button', { name: 'Reload' }).click();
    await expect(page).toHaveURL(`${client.site}/login`);
  });
});

async function signIn(page: Page, { site, account }: Client): Promise<void> {
  await page.goto(`${site}/login`);
  await logIn(page, account.email, account.password);
  await expect(page.getByRole('heading')).toHaveText(`Hello, ${account.username}`);
}
