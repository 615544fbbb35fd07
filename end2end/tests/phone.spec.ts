// A phone of 320 pixels: nothing is wider than it, whatever the page says.

import { expectNoSidewaysScroll } from './everybody.ts';
import { alert, expect, open, register, signIn, test } from './fixtures.ts';

test.use({ viewport: { width: 320, height: 568 } });

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme });

    for (const path of ['/', '/login', '/login?next=/profile', '/register']) {
      test(`${path} fits a phone`, async ({ page }) => {
        await open(page, path);
        await expectNoSidewaysScroll(page);
      });
    }

    test('a page that is not there fits a phone', async ({ page, watch }) => {
      watch.expect(/^404 GET \/nowhere$/);
      await open(page, '/nowhere');
      await expectNoSidewaysScroll(page);
    });

    test('a refused registration fits a phone', async ({ page, watch, stranger }) => {
      watch.expectRefusal(422, '/register');
      await open(page, '/register');
      await register(page, { ...stranger, password: 'short' });
      await expect(alert(page)).toBeVisible();
      await expectNoSidewaysScroll(page);
    });

    test('a refused sign-in fits a phone', async ({ page, watch, stranger }) => {
      watch.expectRefusal(401, '/login');
      await open(page, '/login');
      await signIn(page, stranger.email, stranger.password);
      await expect(alert(page)).toBeVisible();
      await expectNoSidewaysScroll(page);
    });

    test('devices, activity and a warning fit a phone', async ({ page, copied, elsewhere }) => {
      await open(page, '/dashboard');
      await expect(page.getByText(copied.email)).toBeVisible();
      await expectNoSidewaysScroll(page);
      for (const path of ['/profile/devices', '/profile/activity']) {
        await open(page, path);
        await expect(page.getByText('Firefox on Windows').first()).toBeVisible();
        await expectNoSidewaysScroll(page);
      }
      await elsewhere.close();
    });

    test('every page of somebody with long names fits a phone', async ({ page, stranger }) => {
      const username = stranger.username.padEnd(32, 'w');
      await open(page, '/register');
      await register(page, { ...stranger, username, email: `${'w'.repeat(60)}@${username}.example.org` });
      await expect(page).toHaveURL('/dashboard');
      await expectNoSidewaysScroll(page);

      await open(page, '/profile');
      await page.getByLabel('Name', { exact: true }).fill('M'.repeat(64));
      await page.getByRole('button', { name: 'Save' }).click();
      await expect(page.getByRole('status')).toBeVisible();
      await expectNoSidewaysScroll(page);
      for (const path of ['/dashboard', '/']) {
        await open(page, path);
        await expect(page.getByText('M'.repeat(64))).toBeVisible();
        await expectNoSidewaysScroll(page);
      }
    });
  });
}
