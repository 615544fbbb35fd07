// Signing in, and being refused.

import { alert, expect, isAwake, open, signIn, test } from './fixtures.ts';
import { NAME } from './product.ts';

const REFUSAL = 'That name and password do not go together. Check both and try again.';

test('somebody signs in with the email address', async ({ page, member }) => {
  await open(page, '/');
  await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
  await isAwake(page);
  await signIn(page, member.email, member.password);

  await expect(page).toHaveURL('/dashboard');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Hello, ${member.username}`);
});

test('somebody signs in with the username', async ({ page, member }) => {
  await open(page, '/login');
  await signIn(page, member.username, member.password);

  await expect(page).toHaveURL('/dashboard');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Hello, ${member.username}`);
});

test('letter case and spaces around the name do not matter', async ({ page, member }) => {
  await open(page, '/login');
  await signIn(page, ` ${member.email.toUpperCase()} `, member.password);
  await expect(page).toHaveURL('/dashboard');
});

test('a wrong password is announced, and the name is kept', async ({ page, watch, member }) => {
  watch.expectRefusal(401, '/login');
  await open(page, '/login');
  await signIn(page, member.email, 'eight quiet otters sing');

  await expect(alert(page)).toHaveText(REFUSAL);
  await expect(page).toHaveURL('/login');
  await expect(page.getByLabel('Email or username')).toHaveValue(member.email);
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('');
  expect(await page.content()).not.toContain('eight quiet otters');
});

test('a refusal does not say whether the name or the password was wrong', async ({ page, watch, stranger }) => {
  watch.expectRefusal(401, '/login');
  await open(page, '/login');
  await signIn(page, stranger.email, stranger.password);

  await expect(alert(page)).toHaveText(REFUSAL);
  await expect(page.locator('[aria-invalid]')).toHaveCount(0);
});

test('after a wrong password the right one lets in', async ({ page, watch, member }) => {
  watch.expectRefusal(401, '/login');
  await open(page, '/login');
  await signIn(page, member.email, 'eight quiet otters sing');
  await expect(alert(page)).toHaveText(REFUSAL);

  await page.getByLabel('Password', { exact: true }).fill(member.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/dashboard');
  await expect(page.getByText('Someone tried to sign in with a wrong password')).toBeVisible();
});

test('a page shown again after a refusal says so in its title', { tag: '@plain' }, async ({ page, watch, member }) => {
  watch.expectRefusal(401, '/login');
  await open(page, '/login');
  await signIn(page, member.email, 'eight quiet otters sing');
  await expect(page).toHaveTitle(`Error: Sign in · ${NAME}`);
});

for (const door of ['/login', '/register']) {
  test(`whoever is signed in is led past ${door}`, async ({ page, resident }) => {
    await open(page, door);
    await expect(page).toHaveURL('/dashboard');
    await expect(page.getByText(resident.email)).toBeVisible();
  });
}

test('the start page knows who is back', async ({ page, resident }) => {
  await open(page, '/');
  await page.getByRole('link', { name: `Continue as ${resident.username}` }).click();
  await expect(page).toHaveURL('/dashboard');
});
