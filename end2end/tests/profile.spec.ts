// Changing what one is called.

import type { Page } from '@playwright/test';

import { type Account, alert, expect, open, signIn, test } from './fixtures.ts';

const name = (page: Page) => page.getByLabel('Name', { exact: true });

async function openProfile(page: Page, account: Account): Promise<void> {
  await open(page, '/profile');
  await expect(page.getByLabel('Username')).toHaveValue(account.username);
}

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save' }).click();
}

test('a name is saved and used', async ({ page, resident }) => {
  await openProfile(page, resident);
  await name(page).fill('Ada Lovelace');
  await save(page);

  await expect(page.getByRole('status')).toHaveText('Your changes are saved.');
  await expect(name(page)).toHaveValue('Ada Lovelace');
  await page.getByRole('link', { name: 'Dashboard' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hello, Ada Lovelace');
  await expect(page.getByText('Profile changed')).toBeVisible();
});

test('a new username signs in', async ({ page, context, resident }) => {
  const renamed = `${resident.username}-2`;
  await openProfile(page, resident);
  await page.getByLabel('Username').fill(renamed);
  await save(page);
  await expect(page.getByRole('status')).toBeVisible();

  // A page that wakes without a session would leave for the sign-in by itself.
  await page.goto('about:blank');
  await context.clearCookies();
  await open(page, '/login');
  await signIn(page, renamed, resident.password);
  await expect(page).toHaveURL('/dashboard');
});

test('a username that is taken is told at its field', async ({ page, watch, resident, member }) => {
  watch.expectRefusal(409, '/profile');
  await openProfile(page, resident);
  await name(page).fill('Ada');
  await page.getByLabel('Username').fill(member.username);
  await save(page);

  const username = page.getByLabel('Username');
  await expect(alert(page)).toHaveText('This username is taken. Choose another.');
  await expect(username).toHaveAttribute('aria-invalid', 'true');
  await expect(username).toHaveAccessibleDescription(/This username is taken/);
  await expect(username).toBeFocused();
  await expect(username).toHaveValue(member.username);
  await expect(name(page)).toHaveValue('Ada');
});

test('a refused change changes nothing', async ({ page, watch, resident }) => {
  watch.expectRefusal(422, '/profile');
  await openProfile(page, resident);
  await name(page).fill('Ada');
  await page.getByLabel('Username').fill('no spaces');
  await save(page);
  await expect(alert(page)).toHaveText(/letters/);

  await openProfile(page, resident);
  await expect(name(page)).toHaveValue('');
});

test('a name that looks like markup is shown as text', async ({ page, resident }) => {
  const markup = '<img src=x onerror=alert(1)>&amp;"';
  await openProfile(page, resident);
  await name(page).fill(markup);
  await save(page);

  await expect(page.getByRole('status')).toBeVisible();
  await expect(name(page)).toHaveValue(markup);
  await open(page, '/dashboard');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Hello, ${markup}`);
  await expect(page.locator('img')).toHaveCount(0);
});

test('an emptied name gives way to the username', async ({ page, resident }) => {
  await openProfile(page, resident);
  await name(page).fill('Ada');
  await save(page);
  await expect(page.getByRole('status')).toBeVisible();

  await openProfile(page, resident);
  await name(page).fill('');
  await save(page);
  await expect(page.getByRole('status')).toBeVisible();
  await expect(name(page)).toHaveValue('');

  await open(page, '/dashboard');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Hello, ${resident.username}`);
});
