// Light and dark: as the system has it, or as was chosen.

import type { Page } from '@playwright/test';

import { expect, open, signIn, test } from './fixtures.ts';
import { THEME } from './product.ts';

const root = (page: Page) => page.locator('html');
const choice = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** How bright the page behind everything is: 0 is black, 255 is white. */
async function brightness(page: Page): Promise<number> {
  const colour = await page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor);
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return (red + green + blue) / 3;
}

async function expectDark(page: Page): Promise<void> {
  await expect.poll(() => brightness(page)).toBeLessThan(64);
}

async function expectLight(page: Page): Promise<void> {
  await expect.poll(() => brightness(page)).toBeGreaterThan(192);
}

async function choose(page: Page, name: string): Promise<void> {
  await choice(page, name).click();
  await expect(choice(page, name)).toHaveAttribute('aria-pressed', 'true');
}

test('the page follows the system', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await open(page, '/');
  await expect(choice(page, 'System')).toHaveAttribute('aria-pressed', 'true');
  await expectLight(page);

  await page.emulateMedia({ colorScheme: 'dark' });
  await expectDark(page);
});

for (const [chosen, system, expectChosen] of [
  ['Dark', 'light', expectDark],
  ['Light', 'dark', expectLight],
] as const) {
  test(`${chosen} is chosen on a ${system} system and remembered`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: system });
    await open(page, '/');
    await choose(page, chosen);
    await expect(choice(page, 'System')).toHaveAttribute('aria-pressed', 'false');
    await expectChosen(page);

    await page.reload();
    await expect(choice(page, chosen)).toHaveAttribute('aria-pressed', 'true');
    await expectChosen(page);
  });
}

test('the colours are in the page as it is served, so that none flashes', async ({ page }) => {
  await open(page, '/login');
  await choose(page, 'Dark');

  const served = await (await page.goto('/register'))?.text();
  expect(served).toMatch(/<html[^>]* data-theme="dark"/);
  expect(served).toMatch(/<meta name="color-scheme" content="dark"/);
  await expectDark(page);
});

test('the choice can be given back to the system', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await open(page, '/');
  await choose(page, 'Light');
  await expectLight(page);
  await choose(page, 'System');
  await expectDark(page);
});

test('the choice outlives the sign-in and the sign-out', async ({ page, member }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await open(page, '/login');
  await choose(page, 'Dark');
  await signIn(page, member.username, member.password);
  await expect(page).toHaveURL('/dashboard');
  await expect(root(page)).toHaveAttribute('data-theme', 'dark');

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/login');
  await expectDark(page);
});

test('the choice is remembered for a year', async ({ page, context }) => {
  await open(page, '/');
  await choose(page, 'Dark');
  await page.reload();

  const cookie = (await context.cookies()).find(({ name }) => name === THEME);
  expect(cookie).toMatchObject({ value: 'dark', sameSite: 'Lax', path: '/' });
  const days = ((cookie?.expires ?? 0) - Date.now() / 1000) / 86_400;
  expect(days).toBeGreaterThan(364);
});

for (const path of ['/', '/login', '/register', '/login?next=/profile%3Fa%3Db']) {
  test(`choosing colours on ${path} stays there`, async ({ page }) => {
    await open(page, path);
    await choose(page, 'Dark');
    await expect(page).toHaveURL(path);
    await expectDark(page);
  });
}

test('with script, what was typed outlives the choice', { tag: '@script' }, async ({ page, stranger }) => {
  await open(page, '/login');
  await page.getByLabel('Email or username').fill(stranger.email);
  await choose(page, 'Dark');
  await expect(page.getByLabel('Email or username')).toHaveValue(stranger.email);
});
