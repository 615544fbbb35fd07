// The pages and the letters in German: for whoever asks for it, and for whoever chose it.

import type { Page } from '@playwright/test';

import { expectNoSidewaysScroll, expectNoViolation } from './everybody.ts';
import { alert, expect, isAwake, open, test } from './fixtures.ts';
import { LANGUAGE, NAME } from './product.ts';

const root = (page: Page) => page.locator('html');
const switchTo = (page: Page, name: string) => page.locator('form.language').getByRole('button', { name, exact: true });

const OPEN_PAGES = [
  '/',
  '/login',
  '/login?next=/profile',
  '/login?leaving',
  '/register',
  '/forgot-password',
  '/forgot-password?sent',
  '/confirm-email',
  '/confirm-email?sent',
  '/reset-password?token=nothing',
  '/secure-account?token=nothing',
  '/nowhere',
];

const GUARDED_PAGES = [
  '/',
  '/dashboard',
  '/profile',
  '/profile?saved',
  '/profile?sent',
  '/profile/email',
  '/profile/security',
  '/profile/security?saved',
  '/profile/confirm',
  '/profile/data',
  '/profile/devices',
  '/profile/devices?ended=0',
  '/profile/devices?ended=1',
  '/profile/devices?ended=2',
  '/profile/activity',
  '/profile/activity?before=1',
];

/** What is the same in both languages: names, numbers, and words that German has from elsewhere. */
const SAME = new RegExp(String.raw`^(${NAME}( · ${NAME})?|English|Deutsch|System|Name|Link|404|[\d.,:]+( UTC)?|[\w.+-]+@example\.org|guest-\w+|[·.,():\s]*)$`);

/** Everything that a page says: its texts and what is only read aloud, each once. */
async function said(page: Page): Promise<string[]> {
  const all = await page.evaluate(() => {
    const description = document.querySelector<HTMLMetaElement>('meta[name=description]')?.content ?? '';
    const found = [document.title, description];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const isCode = walker.currentNode.parentElement?.closest('script, style, noscript');
      if (!isCode) found.push(walker.currentNode.textContent ?? '');
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [alt], [placeholder]')) {
      for (const name of ['aria-label', 'title', 'alt', 'placeholder']) found.push(element.getAttribute(name) ?? '');
    }
    return found;
  });
  return [...new Set(all.map((text) => text.trim()).filter(Boolean))];
}

/** What a page says in German and in English alike, but for names. */
async function leftInEnglish(page: Page, path: string): Promise<string[]> {
  const read = async (language: string) => {
    await page.context().addCookies([{ name: LANGUAGE, value: language, url: page.url() }]);
    await page.goto(path);
    await expect(root(page)).toHaveAttribute('lang', language);
    return said(page);
  };
  const english = new Set(await read('en'));
  const german = await read('de');
  return german.filter((text) => english.has(text) && !SAME.test(text));
}

test.describe('somebody whose browser asks for German', () => {
  test.use({ locale: 'de-AT' });

  test('registers, is told what is wrong, signs in, and is written to in German', async ({ page, watch, stranger }) => {
    watch.expectRefusal(422, '/register');
    await open(page, '/register');
    await expect(root(page)).toHaveAttribute('lang', 'de');
    await expect(page).toHaveTitle(`Konto anlegen · ${NAME}`);
    await page.getByLabel('E-Mail-Adresse').fill(stranger.email);
    await page.getByLabel('Benutzername').fill(stranger.username);
    await page.getByLabel('Passwort', { exact: true }).fill('kurz');
    await page.getByRole('button', { name: 'Konto anlegen' }).click();
    await expect(alert(page)).toHaveText(/^Verwenden Sie mindestens 12 Zeichen\./);

    await page.getByLabel('Passwort', { exact: true }).fill(stranger.password);
    await page.getByRole('button', { name: 'Konto anlegen' }).click();
    await expect(page).toHaveURL('/dashboard');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Hallo, ${stranger.username}`);
    await isAwake(page);
    await page.getByRole('button', { name: 'Abmelden' }).click();
    await expect(page).toHaveURL('/login');

    await isAwake(page);
    watch.expectRefusal(401, '/login');
    await page.getByLabel('E-Mail-Adresse oder Benutzername').fill(stranger.username);
    await page.getByLabel('Passwort', { exact: true }).fill('ein falsches Passwort');
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await expect(alert(page)).toHaveText(/^Dieser Name und dieses Passwort passen nicht zusammen\./);
    await page.getByLabel('Passwort', { exact: true }).fill(stranger.password);
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await expect(page).toHaveURL('/dashboard');

    const subject = 'Bestätigen Sie Ihre E-Mail-Adresse';
    const letter = page.getByRole('listitem').filter({ hasText: stranger.email }).getByRole('link', { name: subject });
    await expect(async () => {
      await page.goto('/dev/outbox');
      await expect(letter).toBeVisible({ timeout: 500 });
    }).toPass();
    await letter.click();
    await expect(page.getByText('Guten Tag,')).toBeVisible();
    await page.getByRole('link', { name: /\?token=/ }).click();
    await isAwake(page);
    await page.getByRole('button', { name: 'Adresse bestätigen' }).click();
    await expect(page.getByRole('status')).toHaveText('Ihre Adresse ist bestätigt.');
  });

  test('is told that the server is away in German', { tag: '@script' }, async ({ page, watch, stranger }) => {
    watch.expect(/login/);
    await open(page, '/login');
    await page.getByLabel('E-Mail-Adresse oder Benutzername').fill(stranger.username);
    await page.route('**/login', (route) => route.abort());
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await expect(alert(page)).toHaveText(/^Der Server war nicht zu erreichen\./);
  });

  test('sees a password by a button in German', { tag: '@script' }, async ({ page }) => {
    await open(page, '/login');
    await page.getByRole('button', { name: 'Passwort anzeigen' }).click();
    await expect(page.getByRole('button', { name: 'Passwort verbergen' })).toHaveText('Verbergen');
  });
});

test('the switch changes the language, stays on the page, and is remembered', async ({ page }) => {
  await open(page, '/login?next=/profile');
  await expect(switchTo(page, 'English')).toHaveAttribute('aria-pressed', 'true');
  await switchTo(page, 'Deutsch').click();
  await expect(page).toHaveURL('/login?next=/profile');
  await expect(root(page)).toHaveAttribute('lang', 'de');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Anmelden');
  await expect(switchTo(page, 'Deutsch')).toHaveAttribute('aria-pressed', 'true');

  await open(page, '/register');
  await expect(root(page)).toHaveAttribute('lang', 'de');
  await switchTo(page, 'English').click();
  await expect(page).toHaveURL('/register');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Create an account');
});

test('no page says anything in English to a stranger who reads German', async ({ page, watch }) => {
  test.slow();
  watch.expect(/^404 GET \/nowhere$/);
  watch.expect(/^410 GET \/(reset-password|secure-account)$/);
  await page.goto('/');
  for (const path of OPEN_PAGES) expect(await leftInEnglish(page, path), path).toEqual([]);
});

test('no page says anything in English to a resident who reads German', async ({ page, elsewhere, resident }) => {
  test.slow();
  await page.goto('/');
  for (const path of GUARDED_PAGES) {
    const left = await leftInEnglish(page, path);
    expect(left.filter((text) => !text.includes(resident.username)), path).toEqual([]);
  }
  await elsewhere.close();
});

test('no warning of a copied sign-in is in English', async ({ page, copied }) => {
  await page.goto('/dashboard');
  await expect(page.getByRole('region', { name: /copy of your sign-in/ })).toBeVisible();
  const left = await leftInEnglish(page, '/dashboard');
  expect(left.filter((text) => !text.includes(copied.username))).toEqual([]);
});

test.describe('German pages are for everybody', { tag: '@script' }, () => {
  test.use({ locale: 'de-DE' });

  for (const path of ['/', '/login', '/register', '/forgot-password']) {
    test(`axe finds nothing on ${path}, and it fits on a phone`, async ({ page }) => {
      await page.setViewportSize({ width: 320, height: 640 });
      await open(page, path);
      await expectNoViolation(page);
      await expectNoSidewaysScroll(page);
    });
  }

  for (const path of ['/dashboard', '/profile', '/profile/security', '/profile/devices', '/profile/activity', '/profile/data']) {
    test(`axe finds nothing on ${path}, and it fits on a phone`, async ({ page, resident: _ }) => {
      await page.setViewportSize({ width: 320, height: 640 });
      await open(page, path);
      await expect(page.getByRole('button', { name: 'Abmelden' })).toBeVisible();
      await expectNoViolation(page);
      await expectNoSidewaysScroll(page);
    });
  }
});
