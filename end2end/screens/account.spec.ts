// What Ada sees, who is signed in.

import type { APIRequestContext } from '@playwright/test';

import { REFRESH } from '../tests/product.ts';
import { rest } from './camera.ts';
import { NOW } from './clock.ts';
import { ADA, WRONG, expect, fill, isRefused, post, register, signIn, submit, test } from './stage.ts';

test.beforeEach(async ({ page }) => register(page.request));

for (const [name, path] of [
  ['home-signed-in', '/'],
  ['dashboard-fresh', '/dashboard'],
  ['profile-fresh', '/profile'],
  ['profile-email', '/profile/email'],
  ['profile-security', '/profile/security'],
  ['profile-confirm', '/profile/confirm'],
  ['profile-data', '/profile/data'],
  ['profile-devices-one', '/profile/devices'],
  ['profile-activity-fresh', '/profile/activity'],
  ['not-found-signed-in', '/nowhere'],
] as const) {
  test(name, async ({ page, picture }) => {
    await page.goto(path);
    await picture();
  });
}

for (const [name, display_name] of [
  ['profile-saved', 'Ada Lovelace'],
  ['profile-long-name', 'Augusta Ada King-Noel, Countess of Lovelace, née Gordon Byron'],
  ['profile-right-to-left', 'أدا لوفلايس'],
] as const) {
  test(name, async ({ page, picture }) => {
    await page.goto('/profile');
    await rest(page);
    await fill(page, { display_name });
    await submit(page);
    await page.waitForURL('/profile?saved');
    await picture();
  });
}

for (const [name, display_name] of [
  ['dashboard-long-name', 'Augusta Ada King-Noel, Countess of Lovelace, née Gordon Byron'],
  ['dashboard-right-to-left', 'أدا لوفلايس'],
] as const) {
  test(name, async ({ page, picture }) => {
    await post(page.request, '/profile', { display_name, username: ADA.username });
    await page.goto('/dashboard');
    await picture();
  });
}

for (const [name, path, fields] of [
  ['profile-error', '/profile', { username: 'no spaces' }],
  ['profile-email-error', '/profile/email', { email: 'countess@example.org', password: WRONG }],
  ['profile-security-error', '/profile/security', { current_password: WRONG, password: WRONG }],
  ['profile-confirm-error', '/profile/confirm', { password: WRONG }],
  ['profile-data-error', '/profile/data', { password: WRONG }],
] as const) {
  test(name, async ({ page, picture }) => {
    await page.goto(path);
    await rest(page);
    await fill(page, fields);
    await submit(page);
    await isRefused(page);
    await picture();
  });
}

test('profile-security-changed', async ({ page, picture }) => {
  await page.goto('/profile/security');
  await rest(page);
  await fill(page, { current_password: ADA.password, password: WRONG });
  await submit(page);
  await page.waitForURL('/profile/security?saved');
  await picture();
});

test('profile-email-sent', async ({ page, picture }) => {
  await page.goto('/profile/email');
  await rest(page);
  await fill(page, { email: 'countess@example.org', password: ADA.password });
  await submit(page);
  await page.waitForURL('/profile?sent');
  await picture();
});

test('dashboard-copied-session', async ({ page, clock, context, from, picture }) => {
  // Somebody has her cookies, and uses them after she has renewed hers.
  const copies = (await context.cookies()).filter((cookie) => cookie.name === REFRESH);
  const copy = copies.map(({ name, value }) => `${name}=${value}`).join('; ');
  for (const minutes of [20, 40]) {
    clock.set(new Date(Date.parse(NOW) + minutes * 60_000).toISOString());
    await page.request.get('/dashboard');
  }
  await (await from('stranger')).get('/dashboard', { headers: { cookie: copy }, maxRedirects: 0 });
  await signIn(page.request);
  await page.goto('/dashboard');
  await expect(page.locator('main section.warning')).toBeVisible();
  await picture();
});

test('profile-devices-ended', async ({ page, from, picture }) => {
  await signIn(await from('office'));
  await page.goto('/profile/devices');
  await rest(page);
  await page.locator('main button[name="session"]').first().click();
  await page.waitForURL('/profile/devices?ended=1');
  await picture();
});

test.describe(() => {
  test.beforeEach(async ({ page, clock, from, linkTo }) => {
    // An address is confirmed by its link, and then everything takes its course for some weeks.
    const token = (await linkTo('/confirm-email')).split('token=')[1] ?? '';
    await post(page.request, '/confirm-email', { token });
    await post(page.request, '/profile', { display_name: 'Ada Lovelace', username: ADA.username });
    const [office, train] = [await from('office'), await from('train')];
    const seen = new Set([page.request]);
    for (const [moment, device] of weeks(page.request, office, train)) {
      clock.set(moment);
      if (seen.has(device)) await post(device, '/logout', {});
      await signIn(device);
      seen.add(device);
    }
    clock.set(THREE_WEEKS_ON);
    await (await from('stranger')).post('/login', { form: { identifier: ADA.username, password: WRONG } });
  });

  for (const [name, path] of [
    ['dashboard-history', '/dashboard'],
    ['profile-devices-several', '/profile/devices'],
    ['profile-activity-history', '/profile/activity'],
  ] as const) {
    test(name, async ({ page, picture }) => {
      await page.goto(path);
      await picture();
    });
  }
});

const THREE_WEEKS_ON = new Date(Date.parse(NOW) + 21 * 86_400_000).toISOString();

/** Some sign-ins on working days, at the times that such days have. */
function weeks(home: APIRequestContext, office: APIRequestContext, train: APIRequestContext): [string, APIRequestContext][] {
  const begin = Date.parse(NOW);
  const days: [number, number, APIRequestContext][] = [
    [3, 0, office], [3, 7, train], [4, 0.5, office], [6, 9, home], [7, 0, office], [10, -1, train],
    [11, 0.2, office], [12, 10, home], [14, -0.5, office], [17, -1.5, train], [18, 1, office], [20, 8, train], [20.9, 0.1, home],
  ];
  return days.map(([day, hour, device]) => [new Date(begin + (day * 24 + hour) * 3_600_000).toISOString(), device]);
}
