// Making an account.

import { alert, expect, isAwake, open, openLink, register, test } from './fixtures.ts';
import { NAME } from './product.ts';

test('a stranger registers and is let in', async ({ page, stranger }) => {
  await open(page, '/');
  await page.getByRole('link', { name: 'Create an account' }).click();
  await isAwake(page);
  await register(page, stranger);

  await expect(page).toHaveURL('/dashboard');
  await expect(page).toHaveTitle(`Dashboard · ${NAME}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Hello, ${stranger.username}`);
  await expect(page.getByText(stranger.email)).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Account created' })).toBeVisible();
});

test('a username that is taken is told at its field', async ({ page, watch, member, stranger }) => {
  watch.expectRefusal(409, '/register');
  await open(page, '/register');
  await register(page, { ...stranger, username: member.username });

  const username = page.getByLabel('Username');
  await expect(alert(page)).toHaveText('This username is taken. Choose another.');
  await expect(username).toHaveAttribute('aria-invalid', 'true');
  await expect(username).toHaveAccessibleDescription(/This username is taken/);
  await expect(username).toBeFocused();
  await expect(page.getByLabel('Email')).toHaveValue(stranger.email);
});

test('an address that has an account is told at its field', async ({ page, watch, member, stranger }) => {
  await openLink(page, member.email, 'Confirm your email address');
  await page.getByLabel('Password', { exact: true }).fill(member.password);
  await page.getByRole('button', { name: 'Confirm and sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/login');
  watch.expectRefusal(409, '/register');
  await open(page, '/register');
  await register(page, { ...stranger, email: member.email });

  await expect(alert(page)).toHaveText('There is an account with this address. Sign in instead.');
  await expect(page.getByLabel('Email')).toHaveAccessibleDescription(/There is an account/);
  await expect(page.getByLabel('Email')).toBeFocused();
});

const WEAK = [
  { what: 'short', password: () => 'seven otter', says: /^Use at least 12 characters\./ },
  { what: 'common', password: () => '123456789000', says: /passwords that are tried first/ },
  { what: 'the username', password: (name: string) => name.toUpperCase(), says: /must not be your name/ },
  { what: 'the address', password: (name: string) => `${name}@example.org`, says: /must not be your name/ },
];

for (const { what, password, says } of WEAK) {
  test(`a password that is ${what} is refused at its field`, async ({ page, watch, stranger }) => {
    watch.expectRefusal(422, '/register');
    await open(page, '/register');
    await register(page, { ...stranger, password: password(stranger.username) });

    const field = page.getByLabel('Password', { exact: true });
    const message = alert(page);
    await expect(message).toHaveText(says);
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    const described = await field.getAttribute('aria-describedby');
    expect(described?.split(' ')).toContain(await message.getAttribute('id'));
    await expect(field).toBeFocused();
    await expect(page).toHaveURL('/register');
  });
}

test('what was refused can be mended where it is', async ({ page, watch, stranger }) => {
  watch.expectRefusal(422, '/register');
  await open(page, '/register');
  await register(page, { ...stranger, password: 'short' });
  await expect(alert(page)).toBeVisible();

  await page.getByLabel('Password', { exact: true }).fill(stranger.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page).toHaveURL('/dashboard');
});

test('an empty form is told its first field', async ({ page, watch }) => {
  watch.expectRefusal(422, '/register');
  await open(page, '/register');
  await page.getByRole('button', { name: 'Create account' }).click();

  await expect(alert(page)).toHaveText('Enter your email address.');
  await expect(page.getByLabel('Email')).toBeFocused();
});

test('where registration is closed there is no form, and no way to one', async ({ page, launch }) => {
  const server = await launch({ LATCHKEY_REGISTRATION: 'closed' });
  await page.goto(`${server.url}/register`);

  await expect(page.getByText('Registration is closed here.')).toBeVisible();
  await expect(page.getByRole('textbox')).toHaveCount(0);
  for (const path of ['/', '/login', '/register']) {
    await page.goto(server.url + path);
    await expect(page.getByRole('link', { name: 'Sign in' }).first()).toBeVisible();
    await expect(page.getByRole('link', { name: /sign up|create/i })).toHaveCount(0);
  }
});
