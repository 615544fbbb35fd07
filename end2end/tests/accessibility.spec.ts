// What axe finds, which is nothing, on every page in both schemes.

import { expectNoViolation } from './everybody.ts';
import { alert, expect, open, register, signIn, test } from './fixtures.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`axe finds nothing in ${colorScheme}`, { tag: '@script' }, () => {
    test.use({ colorScheme });

    for (const path of ['/', '/login', '/login?next=/profile', '/register', '/forgot-password', '/forgot-password?sent', '/confirm-email']) {
      test(`on ${path} for a stranger`, async ({ page }) => {
        await open(page, path);
        await expectNoViolation(page);
      });
    }

    for (const path of ['/', '/dashboard', '/profile', '/profile?saved', '/profile/email', '/profile/security', '/profile/confirm', '/profile/data']) {
      test(`on ${path} for somebody signed in`, async ({ page, resident: _ }) => {
        await open(page, path);
        await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
        await expectNoViolation(page);
      });
    }

    for (const path of ['/profile/devices', '/profile/devices?ended=2', '/profile/activity']) {
      test(`on ${path} with another device`, async ({ page, elsewhere }) => {
        await open(page, path);
        await expect(page.getByText('Firefox on Windows')).toBeVisible();
        await expectNoViolation(page);
        await elsewhere.close();
      });
    }

    test('on a warning of a copied sign-in', async ({ page, copied }) => {
      await open(page, '/dashboard');
      await expect(page.getByText(copied.email)).toBeVisible();
      await expect(page.getByRole('region', { name: /copy of your sign-in/ })).toBeVisible();
      await expectNoViolation(page);
    });

    test('on a page that is not there', async ({ page, watch }) => {
      watch.expect(/^404 GET \/nowhere$/);
      await open(page, '/nowhere');
      await expectNoViolation(page);
    });

    test('on a sign-in that was refused', async ({ page, watch, stranger }) => {
      watch.expectRefusal(401, '/login');
      await open(page, '/login');
      await signIn(page, stranger.email, stranger.password);
      await expect(alert(page)).toBeVisible();
      await expectNoViolation(page);
    });

    test('on a registration that was refused', async ({ page, watch, stranger }) => {
      watch.expectRefusal(422, '/register');
      await open(page, '/register');
      await register(page, { ...stranger, password: 'short' });
      await expect(alert(page)).toBeVisible();
      await expectNoViolation(page);
    });

    test('on a profile that was refused', async ({ page, watch, resident, member }) => {
      watch.expectRefusal(409, '/profile');
      await open(page, '/profile');
      await expect(page.getByLabel('Username')).toHaveValue(resident.username);
      await page.getByLabel('Username').fill(member.username);
      await page.getByRole('button', { name: 'Save' }).click();
      await expect(alert(page)).toBeVisible();
      await expectNoViolation(page);
    });

    test('where a password is shown', async ({ page }) => {
      await open(page, '/register');
      await page.getByRole('button', { name: 'Show password' }).click();
      await expectNoViolation(page);
    });
  });
}
