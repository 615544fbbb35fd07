// What script adds to the forms, and what happens when it, or the server, does not come.

import type { Page } from '@playwright/test';

import { alert, expect, isAwake, open, register, signIn, test } from './fixtures.ts';

const password = (page: Page) => page.getByLabel('Password', { exact: true });

test.describe('with script', { tag: '@script' }, () => {
  test('a password is shown and hidden again', async ({ page }) => {
    await open(page, '/login');
    await password(page).fill('seven quiet otters sing');
    await expect(password(page)).toHaveAttribute('type', 'password');

    await page.getByRole('button', { name: 'Show password' }).click();
    await expect(password(page)).toHaveAttribute('type', 'text');
    await expect(password(page)).toHaveValue('seven quiet otters sing');

    await page.getByRole('button', { name: 'Hide password' }).click();
    await expect(password(page)).toHaveAttribute('type', 'password');
  });

  test('a form that is under way says so and is not sent twice', async ({ page, member }) => {
    let posts = 0;
    let answer = () => {};
    const held = new Promise<void>((release) => (answer = release));
    await page.route('/login', async (route) => {
      if (route.request().method() === 'POST') {
        posts += 1;
        await held;
      }
      await route.continue();
    });
    await open(page, '/login');
    await signIn(page, member.username, member.password);

    const button = page.getByRole('button', { name: 'Signing in…' });
    await expect(button).toHaveAttribute('aria-disabled', 'true');
    // Forced, because Playwright would wait until it may be pressed, as a person should.
    await button.click({ force: true });
    await password(page).press('Enter');
    await expect(button).toBeVisible();
    answer();

    await expect(page).toHaveURL('/dashboard');
    expect(posts).toBe(1);
  });

  test('a server that is away is told in place, and nothing is lost', async ({ page, watch, member }) => {
    watch.expect(/^failed POST \/login:/);
    await open(page, '/login');
    await page.route('/login', (route) => route.abort());
    await signIn(page, member.username, member.password);
    await expect(alert(page)).toHaveText(/^The server could not be reached\./);
    await expect(page.getByLabel('Email or username')).toHaveValue(member.username);
    await expect(password(page)).toHaveValue(member.password);

    await page.unroute('/login');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL('/dashboard');
  });

  test('a message goes when the form is sent again', async ({ page, watch, member }) => {
    watch.expectRefusal(401, '/login');
    watch.expect(/^failed POST \/login:/);
    await open(page, '/login');
    await signIn(page, member.username, 'eight quiet otters sing');
    await expect(alert(page)).toHaveText(/do not go together/);

    await page.route('/login', (route) => route.abort());
    await signIn(page, member.username, member.password);
    await expect(alert(page)).toHaveText(/could not be reached/);
  });

  test('what was typed before the page woke up is kept and sent', async ({ page, member }) => {
    let wake = () => {};
    const held = new Promise<void>((release) => (wake = release));
    await page.route('**/pkg/*.wasm', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto('/login', { waitUntil: 'commit' });
    await page.getByLabel('Email or username').fill(member.username);
    await password(page).fill(member.password);
    await page.getByLabel('Keep me signed in').check();
    wake();
    await isAwake(page);

    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByText('kept signed in on this browser')).toBeVisible();
  });
});

test.describe('when the WASM does not load', { tag: '@script' }, () => {
  test.beforeEach(async ({ page, watch }) => {
    watch.expect(/^failed GET \/pkg\/.*\.wasm:/);
    watch.expect(/^page error: .*fetch/);
    await page.route('**/pkg/*.wasm', (route) => route.abort());
  });

  test('a stranger registers', async ({ page, stranger }) => {
    await page.goto('/register');
    await register(page, stranger);
    await expect(page).toHaveURL('/dashboard');
    await expect(page.getByText(stranger.email)).toBeVisible();
  });

  test('a wrong password is told, and the right one lets in', async ({ page, member }) => {
    await page.goto('/login');
    await signIn(page, member.username, 'eight quiet otters sing');
    await expect(alert(page)).toHaveText(/do not go together/);

    await password(page).fill(member.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL('/dashboard');
  });

  test('there is no button that could do nothing', async ({ page }) => {
    // The page asks for the WASM when it has nothing else to do.
    const asked = page.waitForEvent('pageerror');
    await page.goto('/login');
    await asked;
    await expect(password(page)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Show password' })).toBeHidden();
  });
});

test('without script there is no button that needs it', { tag: '@plain' }, async ({ page }) => {
  await page.goto('/login');
  await expect(password(page)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Show password' })).toBeHidden();
});
