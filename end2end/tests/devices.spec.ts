// Where somebody is signed in, ending that from elsewhere, and what happened meanwhile.

import type { Page } from '@playwright/test';

import { expect, hasScript, open, signIn, test } from './fixtures.ts';
import { NAME } from './product.ts';

const others = (page: Page) => page.getByRole('listitem').filter({ has: page.getByRole('button') });

test('devices are listed, and this one is marked', async ({ page, elsewhere }) => {
  await open(page, '/profile');
  await page.getByRole('navigation', { name: 'Your account' }).getByRole('link', { name: 'Devices' }).click();
  await expect(page).toHaveTitle(`Devices · ${NAME}`);
  await expect(page.getByRole('listitem')).toHaveCount(2);
  await expect(page.getByRole('listitem').first()).toContainText('Chrome on Linux This device');
  await expect(others(page)).toContainText('Firefox on Windows');
  await expect(elsewhere).toHaveURL('/dashboard');
});

test('a page leaves when its session is ended elsewhere', async ({ page, elsewhere }) => {
  await open(page, '/profile/devices');
  await page.getByRole('button', { name: /^End session of Firefox/ }).click();
  await expect(page.getByRole('status')).toHaveText('The session was ended.');
  await expect(others(page)).toHaveCount(0);

  // Without script it leaves when it is asked for the next time.
  if (!hasScript()) await elsewhere.reload();
  await expect(elsewhere).toHaveURL('/login?next=/dashboard');
  await expect(elsewhere.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  await page.reload();
  await expect(page).toHaveURL('/profile/devices?ended=1');
});

test('all others end at once, and a sign-in leads back', async ({ page, elsewhere, resident }) => {
  await open(elsewhere, '/profile/activity');
  await open(page, '/profile/devices');
  await page.getByRole('button', { name: 'End all other sessions' }).click();
  await expect(page.getByRole('status')).toHaveText('The session was ended.');
  await expect(page.getByText('You are signed in nowhere else.')).toBeVisible();

  if (!hasScript()) await elsewhere.reload();
  await expect(elsewhere).toHaveURL('/login?next=/profile/activity');
  await signIn(elsewhere, resident.username, resident.password);
  await expect(elsewhere).toHaveURL('/profile/activity');
  await expect(elsewhere.getByText('A session was ended from another device')).toBeVisible();
});

test('a session that is over already is told in place', async ({ page, elsewhere }) => {
  await open(page, '/profile/devices');
  await elsewhere.getByRole('button', { name: 'Sign out' }).click();
  await expect(elsewhere).toHaveURL('/login');

  await page.getByRole('button', { name: /^End session of Firefox/ }).click();
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toHaveText(/over already/);
  await expect(page.getByText('You are signed in nowhere else.')).toBeVisible();
});

test('what happened is read page by page', async ({ page, context, resident }) => {
  for (let times = 0; times < 30; times += 1) {
    const form = { display_name: `Ada ${times}`, username: resident.username };
    await context.request.post('/profile', { form });
  }
  await open(page, '/dashboard');
  await page.getByRole('link', { name: 'All activity' }).click();
  await expect(page.getByRole('listitem')).toHaveCount(25);
  await page.getByRole('link', { name: 'Older' }).click();
  await expect(page.getByText('Account created')).toBeVisible();
  await page.getByRole('link', { name: 'Newest' }).click();
  await expect(page).toHaveURL('/profile/activity');
});

test('the owner is told of a copy that was used', async ({ page, copied }) => {
  await open(page, '/dashboard');
  await expect(page.getByText(copied.email)).toBeVisible();
  const warning = page.getByRole('region', { name: 'Somebody used a copy of your sign-in' });
  await expect(warning).toContainText('just now');
  await expect(warning).toContainText('a copy was used from Chrome on Linux at 127.0.0.1');
  await warning.getByRole('link', { name: 'your devices' }).click();
  await expect(page).toHaveURL('/profile/devices');
  await expect(warning).toBeVisible();
});
