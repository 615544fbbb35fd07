// The same application where script never sees the token that renews: the browser keeps it in a cookie.

import type { BrowserContext, Cookie, Page } from '@playwright/test';

import { type Client, expect, expectError, logIn, stored, test } from './clients.ts';
import { REFRESH } from './product.ts';
import type { Watch } from './watch.ts';

const COOKIE = { tokens: 'cookie' } as const;

test.describe('an application whose refresh token is in a cookie', { tag: '@script' }, () => {
  test('can read no refresh token, wherever it looks', async ({ page, context, watch, serve }) => {
    const client = await serve('react', COOKIE);
    const answered = page.waitForResponse(/\/api\/auth\/local$/);
    await arrive(page, watch, client);
    await signIn(page, client);
    expect(Object.keys(await (await answered).json()).sort()).toEqual(['expiresIn', 'jwt', 'user']);

    expect(await stored(page)).toEqual({});
    expect(await page.evaluate(() => document.cookie)).toBe('');
    expect(await refreshCookie(context)).toMatchObject({ httpOnly: true, sameSite: 'Lax', domain: 'localhost' });
  });

  test('knows who is back after a reload, by another cookie each time', async ({ page, context, watch, serve }) => {
    const client = await serve('react', COOKIE);
    await arrive(page, watch, client);
    await signIn(page, client);
    const first = await refreshCookie(context);
    const answered = page.waitForResponse(/\/api\/auth\/refresh$/);
    await page.reload();
    await expect(page.getByText(client.account.email)).toBeVisible();

    expect(Object.keys(await (await answered).json()).sort()).toEqual(['expiresIn', 'jwt']);
    expect((await refreshCookie(context))?.value).not.toBe(first?.value);
    await page.reload();
    await expect(page.getByText(client.account.email)).toBeVisible();
  });

  test('renews an access token that ended by itself', async ({ page, context, watch, serve }) => {
    watch.expect(/^401 GET \/api\/(users\/me|auth\/sessions)$/);
    const client = await serve('react', { ...COOKIE, settings: { LATCHKEY_ACCESS_TOKEN_LIFESPAN: '1' } });
    await arrive(page, watch, client);
    await signIn(page, client);
    const first = await refreshCookie(context);

    const reloaded = async () => {
      await page.getByRole('button', { name: 'Reload' }).click();
      return (await refreshCookie(context))?.value;
    };
    // It is honoured for as long again as it lives, up to a minute, for clocks that disagree.
    await expect.poll(reloaded, { timeout: 20_000 }).not.toBe(first?.value);
    await expect(page.getByText(client.account.email)).toBeVisible();
  });

  test('shows why a password was refused, and gets no cookie', async ({ page, context, watch, serve }) => {
    watch.expect(/^400 POST \/api\/auth\/local$/);
    const client = await serve('react', COOKIE);
    await arrive(page, watch, client);
    await logIn(page, client.account.email, 'eight quiet otters sing');
    await expect(page.getByRole('alert')).toHaveText('Invalid identifier or password');
    expect(await refreshCookie(context)).toBeUndefined();
  });

  test('signs out on the server, and the cookie is gone', async ({ page, context, request, watch, serve }) => {
    const client = await serve('react', COOKIE);
    await arrive(page, watch, client);
    await signIn(page, client);
    const kept = await refreshCookie(context);
    await page.getByRole('button', { name: 'Logout' }).click();
    await expect(page).toHaveURL(`${client.site}/login`);
    expect(await refreshCookie(context)).toBeUndefined();

    const headers = { cookie: `${REFRESH}=${kept?.value}` };
    const renewal = await request.post(`${client.latchkey}/api/auth/refresh`, { headers });
    await expectError(renewal, 401, 'UnauthorizedError', 'Invalid refresh token');
    await page.goto(`${client.site}/dashboard`);
    await expect(page).toHaveURL(`${client.site}/login`);
  });
});

/** Opens the form: a stranger has no cookie yet, as the server says when the application wakes. */
async function arrive(page: Page, watch: Watch, { site }: Client): Promise<void> {
  watch.expect(/^400 POST \/api\/auth\/refresh$/);
  await page.goto(`${site}/login`);
  await expect(page.getByRole('heading')).toHaveText('Login');
}

async function signIn(page: Page, { account }: Client): Promise<void> {
  await logIn(page, account.email, account.password);
  await expect(page.getByRole('heading')).toHaveText(`Hello, ${account.username}`);
}

async function refreshCookie(context: BrowserContext): Promise<Cookie | undefined> {
  return (await context.cookies()).find((cookie) => cookie.name === REFRESH);
}
