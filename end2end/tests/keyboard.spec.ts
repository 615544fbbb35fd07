// Everything by Tab, Enter and Space, and always with a focus that can be seen.

import type { Page } from '@playwright/test';

import { expectVisibleFocus, tabTo } from './everybody.ts';
import { expect, isAwake, open, test } from './fixtures.ts';

async function type(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, page.getByLabel(label, { exact: true }));
  await page.keyboard.type(text);
}

test('a stranger registers by keyboard', async ({ page, stranger }) => {
  await open(page, '/');
  await tabTo(page, page.getByRole('link', { name: 'Create an account' }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/register');
  await isAwake(page);

  await type(page, 'Email', stranger.email);
  await type(page, 'Username', stranger.username);
  await type(page, 'Password', stranger.password);
  await tabTo(page, page.getByRole('button', { name: 'Create account' }));
  await page.keyboard.press('Space');
  await expect(page).toHaveURL('/dashboard');
});

test('somebody signs in by keyboard, is kept signed in, and signs out', async ({ page, member }) => {
  await open(page, '/login');
  await type(page, 'Email or username', member.username);
  await type(page, 'Password', member.password);
  await tabTo(page, page.getByLabel('Keep me signed in'));
  await page.keyboard.press('Space');
  await expect(page.getByLabel('Keep me signed in')).toBeChecked();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/dashboard');
  await expect(page.getByText('kept signed in on this browser')).toBeVisible();

  await tabTo(page, page.getByRole('button', { name: 'Sign out' }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/login');
});

test('a refused form is left at the field to mend', async ({ page, watch, stranger }) => {
  watch.expectRefusal(422, '/register');
  await open(page, '/register');
  await type(page, 'Email', stranger.email);
  await type(page, 'Username', stranger.username);
  await type(page, 'Password', 'short');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused();
  await expectVisibleFocus(page);

  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(stranger.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/dashboard');
});

test('the first stop skips to the content', async ({ page }) => {
  await open(page, '/login');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport({ ratio: 1 });
  await expectVisibleFocus(page);

  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('Email or username')).toBeFocused();
});

test('colours are chosen by keyboard', async ({ page }) => {
  await open(page, '/');
  const dark = page.getByRole('button', { name: 'Dark', exact: true });
  await tabTo(page, dark);
  await page.keyboard.press('Enter');
  await expect(dark).toHaveAttribute('aria-pressed', 'true');
});

for (const path of ['/dashboard', '/profile']) {
  test(`every stop on ${path} can be seen`, async ({ page, resident }) => {
    await open(page, path);
    await expect(page.getByText(resident.email)).toBeVisible();
    await tabTo(page, page.getByRole('button', { name: 'Dark', exact: true }));
  });
}

test('a password is shown by keyboard', { tag: '@script' }, async ({ page }) => {
  await open(page, '/login');
  await tabTo(page, page.getByRole('button', { name: 'Show password' }));
  await page.keyboard.press('Space');
  await expect(page.getByLabel('Password', { exact: true })).toHaveAttribute('type', 'text');
});
