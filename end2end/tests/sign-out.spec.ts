// Signing out, and what is left behind.

import type { Page } from '@playwright/test';

import { alert, expect, hasScript, open, test } from './fixtures.ts';
import { BROWSER } from './product.ts';

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/login');
}

test('after signing out the dashboard asks for a sign-in', async ({ page, resident }) => {
  await open(page, '/dashboard');
  await expect(page.getByText(resident.email)).toBeVisible();
  await signOut(page);

  await page.goto('/dashboard');
  await expect(page).toHaveURL('/login?next=/dashboard');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
});

test('signing out removes the cookies', async ({ page, context, resident }) => {
  await open(page, '/profile');
  await expect(page.getByLabel('Username')).toHaveValue(resident.username);
  await signOut(page);
  // Which browser it is, it still knows.
  expect((await context.cookies()).map((cookie) => cookie.name)).toEqual([BROWSER]);
});

test('cookies that were kept from before the sign-out open nothing', async ({ page, context, resident }) => {
  await open(page, '/dashboard');
  await expect(page.getByText(resident.email)).toBeVisible();
  const copied = await context.cookies();
  await signOut(page);

  await context.addCookies(copied);
  await page.goto('/dashboard');
  await expect(page).toHaveURL('/login?next=/dashboard');
});

test('the back button shows nothing private after the sign-out', async ({ page, resident }) => {
  await open(page, '/profile');
  await page.getByRole('link', { name: 'Dashboard' }).click();
  await expect(page.getByText(resident.email)).toBeVisible();
  await signOut(page);

  for (const left of ['/dashboard', '/profile']) {
    await page.goBack();
    await expect(page).toHaveURL(`/login?next=${left}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
    expect(await page.content()).not.toContain(resident.email);
  }
});

test('a sign-out in one tab holds in the other', async ({ page, context, resident }) => {
  const other = await context.newPage();
  await open(page, '/dashboard');
  await open(other, '/dashboard');
  await expect(other.getByText(resident.email)).toBeVisible();
  await signOut(page);

  // With script it leaves by itself.
  if (!hasScript()) await other.getByRole('link', { name: 'Dashboard' }).click();
  await expect(other).toHaveURL('/login?next=/dashboard');
});

test('a form in a tab that did not hear of it asks for a sign-in too', async ({ page, context, watch, resident }) => {
  const other = await context.newPage();
  await other.route('/session/events', () => {});
  await open(page, '/dashboard');
  await open(other, '/profile');
  await expect(other.getByLabel('Username')).toHaveValue(resident.username);
  await signOut(page);

  await other.getByLabel('Name', { exact: true }).fill('Nobody');
  watch.expectRefusal(401, '/profile');
  await other.getByRole('button', { name: 'Save' }).click();
  if (hasScript()) {
    await expect(alert(other)).toHaveText('You are signed out. Please sign in again.');
  } else {
    await expect(other).toHaveURL('/login?next=/profile');
  }
});
