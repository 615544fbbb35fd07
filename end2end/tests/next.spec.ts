// The page that was asked for, after the sign-in, and only a page of this site.

import { alert, expect, isAwake, open, register, signIn, test } from './fixtures.ts';

const WANTED = '/profile?from=mail&to=a%2Fb%26c';

test('the page that was asked for comes after the sign-in, query and all', async ({ page, member }) => {
  await open(page, WANTED);
  await expect(page).toHaveURL(/\/login\?next=/);
  await expect(page.getByText('Sign in to see that page.')).toBeVisible();

  await signIn(page, member.username, member.password);
  await expect(page).toHaveURL(WANTED);
});

test('it comes after a registration too', async ({ page, stranger }) => {
  await open(page, WANTED);
  await page.getByRole('main').getByRole('link', { name: 'Create an account' }).click();
  await isAwake(page);
  await register(page, stranger);
  await expect(page).toHaveURL(WANTED);
});

test('a wrong password does not forget it', async ({ page, watch, member }) => {
  watch.expectRefusal(401, '/login');
  await open(page, WANTED);
  await signIn(page, member.username, 'eight quiet otters sing');
  await expect(alert(page)).toBeVisible();

  await signIn(page, member.username, member.password);
  await expect(page).toHaveURL(WANTED);
});

const HOSTILE = [
  '//evil.example',
  '/\\evil.example',
  'https://evil.example/',
  '/\t/evil.example',
  'javascript:alert(1)',
];

for (const next of HOSTILE) {
  test(`a sign-in with next=${JSON.stringify(next)} leads to the dashboard`, async ({ page, member }) => {
    await open(page, `/login?next=${encodeURIComponent(next)}`);
    await signIn(page, member.username, member.password);
    await expect(page).toHaveURL('/dashboard');
  });
}

test('a hostile next leads whoever is signed in to the dashboard', async ({ page, resident }) => {
  await open(page, '/login?next=//evil.example');
  await expect(page).toHaveURL('/dashboard');
  await expect(page.getByText(resident.email)).toBeVisible();
});

test('a hostile next in the form itself leads to the dashboard', async ({ page, member }) => {
  await open(page, '/login?next=/profile');
  await page.locator('input[name=next]').first().evaluate((field: HTMLInputElement) => {
    field.value = '//evil.example';
  });
  await signIn(page, member.username, member.password);
  await expect(page).toHaveURL('/dashboard');
});
