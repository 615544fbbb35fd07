// What somebody sees who is not signed in.

import { rest } from './camera.ts';
import { ADA, WRONG, expect, fill, isRefused, post, register, submit, test } from './stage.ts';

for (const [name, path] of [
  ['home-stranger', '/'],
  ['login-empty', '/login'],
  ['login-asked-for', '/login?next=/profile'],
  ['login-leaving', '/login?leaving'],
  ['register-empty', '/register'],
  ['forgot-password-empty', '/forgot-password'],
  ['forgot-password-sent', '/forgot-password?sent'],
  ['reset-password-dead-link', '/reset-password?token=x'],
  ['confirm-email-dead-link', '/confirm-email?token=x'],
  ['secure-account-dead-link', '/secure-account?token=x'],
  ['confirm-email-ask', '/confirm-email'],
  ['confirm-email-sent', '/confirm-email?sent'],
  ['not-found', '/nowhere'],
] as const) {
  test(name, async ({ page, picture }) => {
    await page.goto(path);
    await picture();
  });
}

test('login-on-its-way', async ({ page, picture }) => {
  await page.goto('/login');
  await rest(page);
  await page.route('**/login', () => new Promise(() => undefined));
  await fill(page, { identifier: ADA.email, password: ADA.password });
  await submit(page);
  await expect(page.locator('main form[aria-busy="true"]')).toBeVisible();
  await picture();
});

test('login-wrong-password', async ({ page, picture }) => {
  await page.goto('/login');
  await rest(page);
  await fill(page, { identifier: ADA.email, password: WRONG });
  await submit(page);
  await isRefused(page);
  await picture();
});

test.describe(() => {
  test.use({ settings: { LATCHKEY_RATE_LIMITS: 'on' } });

  test('login-too-many-tries', async ({ page, request, from, picture }) => {
    await register(request);
    // The browser in which she registered is known, and may try more often.
    const stranger = await from('stranger');
    await page.goto('/login');
    await rest(page);
    for (let tries = 0; tries < 6; tries += 1) {
      await stranger.post('/login', { form: { identifier: ADA.email, password: WRONG } });
    }
    await fill(page, { identifier: ADA.email, password: WRONG });
    await submit(page);
    await isRefused(page);
    await picture();
  });
});

test('login-signed-out', async ({ page, picture }) => {
  await register(page.request);
  await page.goto('/dashboard');
  await rest(page);
  await page.locator('form[action="/logout"] button').click();
  await page.waitForURL('/login**');
  await picture();
});

test('login-session-ended', async ({ page, from, picture }) => {
  await register(page.request);
  await page.goto('/dashboard');
  await rest(page);
  const office = await from('office');
  await post(office, '/login', { identifier: ADA.username, password: ADA.password });
  await post(office, '/profile/devices', { session: 'others' });
  // The page hears of it and is asked for again.
  await page.waitForURL('/login**');
  await picture();
});

test('register-errors', async ({ page, picture }) => {
  await page.goto('/register');
  await rest(page);
  await fill(page, { email: ADA.email, username: ADA.username, password: 'seven otter' });
  await submit(page);
  await isRefused(page);
  await picture();
});

test.describe(() => {
  test.use({ settings: { LATCHKEY_REGISTRATION: 'closed' } });

  test('register-closed', async ({ page, picture }) => {
    await page.goto('/register');
    await picture();
  });
});

test('reset-password-valid-link', async ({ page, request, linkTo, picture }) => {
  await register(request);
  await post(request, '/forgot-password', { email: ADA.email });
  await page.goto(await linkTo('/reset-password'));
  await picture();
});

test('reset-password-error', async ({ page, request, linkTo, picture }) => {
  await register(request);
  await post(request, '/forgot-password', { email: ADA.email });
  await page.goto(await linkTo('/reset-password'));
  await rest(page);
  await fill(page, { password: 'seven otter' });
  await submit(page);
  await isRefused(page);
  await picture();
});

test('confirm-email-valid-link', async ({ page, request, linkTo, picture }) => {
  await register(request);
  await page.goto(await linkTo('/confirm-email'));
  await picture();
});

test('secure-account-new-sign-in', async ({ page, request, from, linkTo, picture }) => {
  await register(request);
  await post(await from('stranger'), '/login', { identifier: ADA.username, password: ADA.password });
  await page.goto(await linkTo('/secure-account'));
  await picture();
});

test.describe(() => {
  // One request at a time, and a password that takes a while.
  test.use({ settings: { LATCHKEY_MAX_REQUESTS: '1', LATCHKEY_ARGON2: 'm=65536,t=40,p=1' } });

  test('unavailable', async ({ page, request, picture }) => {
    const slow = request.post('/login', { form: { identifier: ADA.username, password: ADA.password } });
    // The form takes its place a moment after it was sent.
    await expect(async () => expect((await page.goto('/'))?.status()).toBe(503)).toPass();
    await picture();
    await slow;
  });
});
