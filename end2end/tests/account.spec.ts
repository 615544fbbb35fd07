// What a person does with an account over the years. The letters are read in the outbox.

import { readFile } from 'node:fs/promises';

import { alert, createAccount, expect, hasScript, isAwake, open, openLink, readLetter, register, signIn, test } from './fixtures.ts';
import { ID } from './product.ts';

const ANOTHER = 'eight loud herons argue';

test('an address is confirmed by a link and a button', async ({ page, resident }) => {
  await open(page, '/dashboard');
  await expect(page.getByRole('note')).toContainText('not confirmed yet');
  await openLink(page, resident.email, 'Confirm your email address');
  await expect(page.getByText(resident.email)).toBeVisible();
  await page.getByRole('button', { name: 'Confirm address' }).click();

  await expect(page).toHaveURL('/profile?confirmed');
  await expect(page.getByRole('status')).toHaveText('Your address is confirmed.');
  await open(page, '/dashboard');
  await expect(page.getByText('Address confirmed')).toBeVisible();
  await expect(page.getByRole('note')).toHaveCount(0);
});

test('where nobody is signed in, it takes the password', async ({ page, watch, member }) => {
  watch.expectRefusal(422, '/confirm-email');
  await openLink(page, member.email, 'Confirm your email address');
  await page.getByLabel('Password', { exact: true }).fill(ANOTHER);
  await page.getByRole('button', { name: 'Confirm and sign in' }).click();
  await expect(alert(page)).toHaveText('That is not the password. Check it and try again.');
  await page.getByLabel('Password', { exact: true }).fill(member.password);
  await page.getByRole('button', { name: 'Confirm and sign in' }).click();
  await expect(page).toHaveURL('/dashboard');
});

test('a link is sent again', async ({ page, watch, resident }) => {
  watch.expect(/^429 POST \/confirm-email$/);
  await open(page, '/profile');
  await expect(page.getByText('Not confirmed')).toBeVisible();
  await page.getByRole('link', { name: 'Send the link again' }).click();
  await isAwake(page);
  await page.getByRole('button', { name: 'Send the link' }).click();
  // The first one was sent a moment ago.
  await expect(alert(page)).toContainText('A letter was sent a short while ago');
  expect(resident.email).toBeTruthy();
});

test('a forgotten password is replaced', async ({ page, member, elsewhereOf }) => {
  const elsewhere = await elsewhereOf(member);
  await open(page, '/login');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await isAwake(page);
  await page.getByLabel('Email').fill(member.email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page).toHaveURL('/forgot-password?sent');
  await expect(page.getByRole('status')).toContainText('within 30 minutes');

  await openLink(page, member.email, 'Set a new password');
  await expect(page.getByText(member.email)).toBeVisible();
  await page.getByLabel('New password').fill(ANOTHER);
  await page.getByRole('button', { name: 'Set password' }).click();
  await expect(page).toHaveURL('/dashboard');

  if (!hasScript()) await elsewhere.reload();
  await expect(elsewhere).toHaveURL('/login?next=/dashboard');
  await readLetter(page, member.email, 'Your password was changed');
});

test('a stranger is told the same, and gets no letter', async ({ page, stranger }) => {
  await open(page, '/forgot-password');
  await page.getByLabel('Email').fill(stranger.email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page).toHaveURL('/forgot-password?sent');
  await expect(page.getByRole('status')).toContainText('If there is an account with that address');
});

test('registering again replaces an account that nobody confirmed', async ({ page, stranger, elsewhereOf }) => {
  await createAccount(page.request, stranger);
  const squatter = await elsewhereOf(stranger);
  const owner = { ...stranger, password: ANOTHER };
  await page.context().clearCookies();
  await open(page, '/register');
  await register(page, owner);
  await expect(page).toHaveURL('/dashboard');

  if (!hasScript()) await squatter.reload();
  await expect(squatter).toHaveURL('/login?next=/dashboard');
  await readLetter(page, stranger.email, 'Confirm your email address');
  await expect(page.getByText(/It has made way for this one/)).toBeVisible();
});

test('a password is changed and the others are signed out', async ({ page, watch, elsewhere, resident }) => {
  watch.expectRefusal(422, '/profile/security');
  await open(page, '/profile');
  await page.getByRole('link', { name: 'Security' }).click();
  await isAwake(page);
  await page.getByLabel('Current password').fill(ANOTHER);
  await page.getByLabel('New password').fill(ANOTHER);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByLabel('Current password')).toHaveAccessibleDescription(/not the password/);

  await page.getByLabel('Current password').fill(resident.password);
  await page.getByLabel('New password').fill(ANOTHER);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByRole('status')).toContainText('Your password is changed');
  await expect(page.getByText('You are signed in nowhere else.')).toBeVisible();
  if (!hasScript()) await elsewhere.reload();
  await expect(elsewhere).toHaveURL('/login?next=/dashboard');
});

test('an account moves to another address, and back', async ({ page, resident, stranger }) => {
  await openLink(page, resident.email, 'Confirm your email address');
  await page.getByRole('button', { name: 'Confirm address' }).click();
  await expect(page).toHaveURL('/profile?confirmed');
  await page.getByRole('link', { name: 'Change address' }).click();
  await isAwake(page);
  await page.getByLabel('New address').fill(stranger.email);
  await page.getByLabel('Password', { exact: true }).fill(resident.password);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page).toHaveURL('/profile?sent');
  await expect(page.getByText('Waits to be confirmed')).toBeVisible();

  await openLink(page, stranger.email, 'Confirm your new email address');
  await page.getByRole('button', { name: 'Confirm address' }).click();
  await expect(page).toHaveURL('/profile?confirmed');
  await expect(page.getByText(stranger.email)).toBeVisible();

  await openLink(page, resident.email, 'Your email address was changed');
  await page.getByRole('button', { name: 'Undo the change' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Set a new password');
  await page.getByLabel('New password').fill(ANOTHER);
  await page.getByRole('button', { name: 'Set password' }).click();
  await expect(page).toHaveURL('/dashboard');
  await expect(page.getByText(resident.email)).toBeVisible();
});

test('a sign-in that was somebody else is ended', async ({ page, elsewhere, resident }) => {
  await openLink(page, resident.email, 'New sign-in to your account');
  await expect(page.getByText(/from Firefox on Windows/)).toBeVisible();
  await page.getByRole('button', { name: 'End it and set a new password' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Set a new password');
  if (!hasScript()) await elsewhere.reload();
  await expect(elsewhere).toHaveURL('/login?next=/dashboard');
});

test('a link that was used says what to do next', async ({ page, watch, resident }) => {
  await openLink(page, resident.email, 'Confirm your email address');
  const link = page.url();
  await page.getByRole('button', { name: 'Confirm address' }).click();
  await expect(page).toHaveURL('/profile?confirmed');
  watch.expect(/^410 GET \/confirm-email$/);
  await open(page, link);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('This link is no longer good');
  await page.getByRole('link', { name: 'Send a new link' }).click();
  await expect(page).toHaveURL('/confirm-email');
});

test('of two tabs with one link, one wins and the other is told', async ({ page, context, watch, member }) => {
  watch.expect(/^410 (POST|GET) \/reset-password$/);
  await page.request.post('/forgot-password', { form: { email: member.email } });
  await openLink(page, member.email, 'Set a new password');
  const other = await context.newPage();
  await open(other, page.url());
  for (const tab of [page, other]) {
    await tab.getByLabel('New password').fill(ANOTHER);
    await tab.getByRole('button', { name: 'Set password' }).click();
    if (tab === page) await expect(tab).toHaveURL('/dashboard');
  }
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('This link is no longer good');
});

test('the password is asked for again, and the data comes as a file', async ({ page, resident, watch }) => {
  watch.expectRefusal(422, '/profile/confirm');
  await open(page, '/profile/confirm?next=/profile/data');
  await page.getByLabel('Password', { exact: true }).fill(ANOTHER);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(alert(page)).toHaveText('That is not the password. Check it and try again.');
  await page.getByLabel('Password', { exact: true }).fill(resident.password);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page).toHaveURL('/profile/data');
  await isAwake(page);

  const arriving = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download my data' }).click();
  const file = await arriving;
  expect(file.suggestedFilename()).toBe(`${ID}-${resident.username}.json`);
  const data = JSON.parse(await readFile(await file.path(), 'utf8'));
  expect(data.account.email).toBe(resident.email);
  expect(data.activity.map((event: { event: string }) => event.event)).toContain('reauthenticated');
});

test('an account is deleted unless its owner comes back', async ({ page, resident }) => {
  await open(page, '/profile/data');
  await page.getByLabel('Password', { exact: true }).fill(resident.password);
  await page.getByRole('button', { name: 'Delete my account' }).click();
  await expect(page).toHaveURL('/login?leaving');
  await expect(page.getByRole('status')).toContainText('in 7 days');
  await readLetter(page, resident.email, 'Your account will be deleted');

  await open(page, '/login');
  await signIn(page, resident.username, resident.password);
  await expect(page.getByText('Signed in, so the account stays')).toBeVisible();
  await readLetter(page, resident.email, 'Your account stays');
});
