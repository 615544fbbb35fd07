// Where the tokens are kept: in cookies that no script can read.

import { alert, expect, open, signIn, test } from './fixtures.ts';
import { ACCESS, BROWSER, REFRESH } from './product.ts';

test('the tokens are in cookies that script cannot read', async ({ page, context, resident }) => {
  await open(page, '/dashboard');
  await expect(page.getByText(resident.email)).toBeVisible();

  const cookies = await context.cookies();
  expect(cookies.map((cookie) => cookie.name).sort()).toEqual([ACCESS, BROWSER, REFRESH]);
  for (const cookie of cookies) {
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/', domain: 'localhost' });
  }
  expect(await page.evaluate(() => document.cookie)).toBe('');
});

test('nothing of the tokens is in the page or its storage', async ({ page, context, resident }) => {
  await open(page, '/dashboard');
  await expect(page.getByText(resident.email)).toBeVisible();

  const seen = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(seen).toBe('[{},{}]');
  const html = await page.content();
  for (const cookie of await context.cookies()) expect(html).not.toContain(cookie.value);
});

test('without "Keep me signed in" the cookies end with the browser', async ({ page, context, member }) => {
  await open(page, '/login');
  await signIn(page, member.username, member.password);
  await expect(page.getByText('until you close the browser')).toBeVisible();
  const tokens = (await context.cookies()).filter((cookie) => cookie.name !== BROWSER);
  expect(tokens.map((cookie) => cookie.expires)).toEqual([-1, -1]);
});

test('with "Keep me signed in" they outlive it', async ({ page, context, member }) => {
  await open(page, '/login');
  await page.getByLabel('Keep me signed in').check();
  await signIn(page, member.username, member.password);
  await expect(page.getByText('kept signed in on this browser')).toBeVisible();

  const days = (expires: number) => (expires - Date.now() / 1000) / 86_400;
  const refresh = (await context.cookies()).find((cookie) => cookie.name === REFRESH);
  expect(days(refresh?.expires ?? 0)).toBeCloseTo(14, 1);
});

test('"Keep me signed in" stays ticked after a wrong password', async ({ page, watch, member }) => {
  watch.expectRefusal(401, '/login');
  await open(page, '/login');
  await page.getByLabel('Keep me signed in').check();
  await signIn(page, member.username, 'eight quiet otters sing');

  await expect(alert(page)).toBeVisible();
  await expect(page.getByLabel('Keep me signed in')).toBeChecked();
});

test('a form that another site sends is refused', async ({ page, resident }) => {
  const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  const response = await page.request.post('/profile', {
    headers,
    form: { display_name: 'Mallory', username: resident.username },
  });
  expect(response.status()).toBe(403);
  await open(page, '/profile');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('');
});
