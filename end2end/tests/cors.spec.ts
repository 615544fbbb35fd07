// Which origins may speak to the API, as a browser understands it, and what the others get: nothing.

import type { APIRequestContext, APIResponse } from '@playwright/test';

import { expect, logIn, stored, test } from './clients.ts';
import { createAccount } from './fixtures.ts';

const ELSEWHERE = 'https://app.example.org';

test.describe('preflights', { tag: '@plain' }, () => {
  test('an origin that is listed is told what it may send', async ({ request, serve }) => {
    const { site, latchkey } = await serve('react', { origins: `${ELSEWHERE},http://localhost:1` });
    const answer = await preflight(request, latchkey, ELSEWHERE);
    expect(answer.ok()).toBe(true);
    expect(allowances(answer)['access-control-allow-origin']).toBe(ELSEWHERE);
    // The cookies are not for it, unless tokens are put into them.
    expect(allowances(answer)['access-control-allow-credentials']).toBeUndefined();
    const headers = answer.headers()['access-control-allow-headers']?.toLowerCase().split(/, */);
    expect(headers).toEqual(expect.arrayContaining(['authorization', 'content-type', 'x-strapi-refresh-cookie']));
    // A cache must not give the answer for one origin to another.
    expect(answer.headers().vary?.toLowerCase()).toContain('origin');

    for (const other of [site, 'null', `${ELSEWHERE}.evil.example`, 'http://app.example.org']) {
      const refusal = await preflight(request, latchkey, other);
      expect(refusal.headers()['access-control-allow-origin'], other).toBeUndefined();
    }
  });

  test('a server that lists none gives no such headers, whoever asks', async ({ request, baseURL }) => {
    expect(allowances(await preflight(request, baseURL!, ELSEWHERE))).toEqual({});
    const headers = { origin: ELSEWHERE };
    for (const path of ['/api/users/me', '/api/openapi.json', '/login']) {
      expect(allowances(await request.get(path, { headers })), path).toEqual({});
    }
    const data = { identifier: 'nobody', password: 'seven quiet otters sing' };
    expect(allowances(await request.post('/api/auth/local', { headers, data }))).toEqual({});
  });

  test('pages are for nobody but the site itself', async ({ request, serve }) => {
    const { site, latchkey } = await serve('react');
    for (const path of ['/', '/login', '/dashboard']) {
      const page = await request.get(`${latchkey}${path}`, { headers: { origin: site } });
      expect(page.headers()['access-control-allow-origin'], path).toBeUndefined();
    }
  });
});

test.describe('in a browser', { tag: '@script' }, () => {
  for (const [whose, origins] of [['that lists another origin', ELSEWHERE], ['that lists none', null]] as const) {
    test(`nobody can sign in at a server ${whose}`, async ({ page, context, watch, serve }) => {
      watch.expect(/^console error: Access to fetch at .*\/api\/auth\/local' .* blocked by CORS policy/);
      watch.expect(/^console error: Login error: TypeError: Failed to fetch/);
      watch.expect(/^failed POST \/api\/auth\/local: net::ERR_FAILED$/);
      const { site, account } = await serve('strapi', { origins });
      await page.goto(`${site}/enhanced-login`);
      const failed = page.waitForEvent('requestfailed');
      await logIn(page, account.email, account.password);
      await failed;
      await expect(page.getByRole('button')).toHaveText('Login');
      await expect(page).toHaveURL(`${site}/enhanced-login`);
      expect(await stored(page)).toEqual({});
      expect(await context.cookies()).toEqual([]);
    });
  }

  test('requests that need no preflight change nothing', async ({ page, context, watch, serve, stranger }) => {
    // The answer may not be read either, which the browser calls a failure.
    watch.expect(/^(4\d\d|failed) POST \/api\/\w+/);
    const { site, latchkey, account } = await serve('strapi', { origins: ELSEWHERE });
    await createAccount(context.request, stranger, latchkey);
    const before = await context.cookies();
    await page.goto(`${site}/login`);
    await page.evaluate(sendBlindly, [
      [`${latchkey}/api/logout`, ''],
      [`${latchkey}/api/refresh`, ''],
      [`${latchkey}/api/auth/logout`, '{}'],
      [`${latchkey}/api/auth/refresh`, '{}'],
      // Nor is anybody signed in as somebody else.
      [`${latchkey}/api/login`, JSON.stringify({ email: account.email, password: account.password })],
      [`${latchkey}/api/auth/local`, JSON.stringify({ identifier: account.email, password: account.password })],
    ]);
    expect(await context.cookies()).toEqual(before);
    await page.goto(`${latchkey}/dashboard`);
    await expect(page.getByText(stranger.email)).toBeVisible();
  });

  test('cookies alone open nothing to a listed origin', async ({ page, context, watch, serve, stranger }) => {
    watch.expect(/^403 GET \/api\/users\/me$/);
    watch.expect(/^403 POST \/api\/auth\/logout$/);
    const { site, latchkey } = await serve('strapi', { tokens: 'cookie' });
    await createAccount(context.request, stranger, latchkey);
    await page.goto(`${site}/login`);
    const statuses: number[] = await page.evaluate(async (api) => {
      const me = await fetch(`${api}/users/me`, { credentials: 'include' });
      const logout = await fetch(`${api}/auth/logout`, { method: 'POST', credentials: 'include' });
      // That the refusal can be read tells an application of another origin what is wrong.
      const answers = await Promise.all([me.json(), logout.json()]);
      return answers.map((answer) => answer.error.status);
    }, `${latchkey}/api`);
    expect(statuses).toEqual([403, 403]);
    await page.goto(`${latchkey}/dashboard`);
    await expect(page.getByText(stranger.email)).toBeVisible();
  });
});

async function preflight(request: APIRequestContext, latchkey: string, origin: string): Promise<APIResponse> {
  return request.fetch(`${latchkey}/api/auth/local`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,x-strapi-refresh-cookie',
    },
  });
}

/** What an answer says to other origins. */
function allowances(answer: APIResponse): Record<string, string> {
  const entries = Object.entries(answer.headers()).filter(([name]) => name.startsWith('access-control-'));
  return Object.fromEntries(entries);
}

/** Runs in the page: sends with cookies, as a form of it could, and cannot read what comes back. */
async function sendBlindly(requests: string[][]): Promise<void> {
  for (const [url, body] of requests) {
    await fetch(url!, { method: 'POST', mode: 'no-cors', credentials: 'include', body: body! }).catch(() => undefined);
  }
}
