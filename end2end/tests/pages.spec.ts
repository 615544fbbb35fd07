// What holds for pages as such: who sees which, and what their answers carry.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { expect, open, test } from './fixtures.ts';
import { NAME } from './product.ts';
import { SITE } from './server.ts';

test('a page that is not there says so, and leads home', async ({ page, watch }) => {
  watch.expect(/^404 GET \/nowhere$/);
  await open(page, '/nowhere');
  await expect(page).toHaveTitle(`Page not found · ${NAME}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no such page');

  await page.getByRole('link', { name: 'Go to the start page' }).click();
  await expect(page).toHaveURL('/');
});

for (const path of ['/dashboard', '/profile', '/dashboard/', '/%64ashboard', '/profile/anything', '/profile/devices', '/profile/activity']) {
  test(`a stranger does not see ${path}`, async ({ page }) => {
    await page.goto(path);
    await expect(page).toHaveURL(/\/login\?next=/);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  });
}

test('the navigation marks where one is', async ({ page, resident }) => {
  await open(page, '/dashboard');
  await expect(page.getByText(resident.email)).toBeVisible();
  const navigation = page.getByRole('navigation', { name: 'Main' });
  await expect(navigation.locator('[aria-current=page]')).toHaveText('Dashboard');

  await navigation.getByRole('link', { name: 'Profile' }).click();
  await expect(page).toHaveTitle(`Profile · ${NAME}`);
  await expect(navigation.locator('[aria-current=page]')).toHaveText('Profile');
});

test('a page runs no script but its own, and is stored nowhere', async ({ page, resident }) => {
  const response = await page.goto('/dashboard');
  await expect(page.getByText(resident.email)).toBeVisible();
  const headers = response?.headers() ?? {};
  expect(headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'nonce-[^']+' 'strict-dynamic' 'self' 'wasm-unsafe-eval';/);
  expect(headers['content-security-policy']).not.toContain('unsafe-inline');
  expect(headers['cache-control']).toBe('private, no-store');
  expect(headers['x-content-type-options']).toBe('nosniff');
});

test('nothing is asked of any other site', async ({ page, context, baseURL, resident }) => {
  const asked = new Set<string>();
  context.on('request', (request) => asked.add(new URL(request.url()).origin));
  for (const path of ['/', '/dashboard', '/profile']) await open(page, path);
  await expect(page.getByLabel('Username')).toHaveValue(resident.username);
  expect([...asked]).toEqual([baseURL]);
});

test('the WASM is asked for once', { tag: '@script' }, async ({ page, context }) => {
  const asked: string[] = [];
  context.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await open(page, '/login');
  expect(asked.filter((path) => path.endsWith('.wasm'))).toHaveLength(1);
});

test('what is said to people stays on the server', { tag: '@script' }, async ({ page }) => {
  const waiting = page.waitForResponse((response) => response.url().endsWith('.wasm'));
  await open(page, '/login');
  const wasm = await (await waiting).body();
  const label = await page.getByRole('checkbox').evaluate((box: HTMLInputElement) => box.labels?.[0]?.textContent ?? '');
  expect(label).not.toBe('');
  expect(wasm.includes(label.trim())).toBe(false);
  expect(wasm.length).toBeGreaterThan(10_000);
});

test('files come compressed and are never asked for again', async ({ page, baseURL }) => {
  const files = new Map<string, Record<string, string>>();
  page.on('response', (response) => {
    const { origin, pathname } = new URL(response.url());
    if (origin === baseURL && pathname.startsWith('/pkg/')) files.set(pathname, response.headers());
  });
  await open(page, '/login');

  const kinds = test.info().project.use.javaScriptEnabled === false ? ['css'] : ['css', 'js', 'wasm'];
  for (const kind of kinds) {
    const name = [...files.keys()].find((path) => path.endsWith(`.${kind}`));
    expect(name, `a .${kind} with its hash`).toMatch(/\/latchkey\.[\w-]{20,}\.\w+$/);
    const headers = files.get(name ?? '') ?? {};
    // `cargo leptos end-to-end` compresses nothing beforehand; `cargo xtask` does.
    const isCompressed = existsSync(join(SITE, `${name}.br`));
    expect(headers['content-encoding']).toBe(isCompressed ? 'br' : undefined);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  }
});
