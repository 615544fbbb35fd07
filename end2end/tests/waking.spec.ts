// The time between a page that can be seen and the WASM that wakes it: nothing is lost, nothing moves.

import type { Page } from '@playwright/test';

import { createAccount, expect, isAwake, signIn, test } from './fixtures.ts';
import { expectNoShifts, isDrawn, noteShifts } from './shifts.ts';

/** Holds back what the page asks for at such an address. What is returned lets it come. */
async function hold(page: Page, address: string): Promise<() => void> {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(address, async (route) => {
    await held;
    await route.fallback();
  });
  return release;
}

const name = (page: Page) => page.getByLabel('Email or username');

test.describe('while the WASM is on its way', { tag: '@script' }, () => {
  test('who is typing keeps the place', async ({ page }) => {
    const wake = await hold(page, '**/pkg/*.wasm');
    await page.goto('/login', { waitUntil: 'commit' });
    await name(page).focus();
    await page.keyboard.type('seven otters');
    for (let steps = 0; steps < 'otters'.length; steps += 1) await page.keyboard.press('ArrowLeft');
    wake();
    await isAwake(page);

    await expect(name(page)).toBeFocused();
    await page.keyboard.type('quiet ');
    await expect(name(page)).toHaveValue('seven quiet otters');
  });

  test('a selection stays, and a password that is typed stays one', async ({ page }) => {
    const wake = await hold(page, '**/pkg/*.wasm');
    await page.goto('/login', { waitUntil: 'commit' });
    const password = page.getByLabel('Password', { exact: true });
    await password.fill('seven quiet otters sing');
    await password.selectText();
    wake();
    await isAwake(page);

    await expect(password).toBeFocused();
    await expect(password).toHaveAttribute('type', 'password');
    await page.keyboard.type('eight');
    await expect(password).toHaveValue('eight');
  });

  test('a form can be sent', async ({ page, member }) => {
    const wake = await hold(page, '**/pkg/*.wasm');
    await page.goto('/login', { waitUntil: 'commit' });
    await signIn(page, member.username, member.password);
    await page.waitForURL('/dashboard', { waitUntil: 'commit' });
    wake();
    await isAwake(page);
    await expect(page.getByText(member.email)).toBeVisible();
  });

  test('colours can be chosen', async ({ page }) => {
    const wake = await hold(page, '**/pkg/*.wasm');
    await page.goto('/login', { waitUntil: 'commit' });
    await page.getByRole('button', { name: 'Dark', exact: true }).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    wake();
    await isAwake(page);
  });
});

test('the WASM is asked for when the page can be seen, and not before', { tag: '@script' }, async ({ page }) => {
  await page.addInitScript(withholdPaints);
  await page.goto('/login');
  await isDrawn(page);
  await page.evaluate(() => new Promise((idle) => requestIdleCallback(() => requestIdleCallback(idle))));
  expect(await filesAskedFor(page)).toBe(0);

  await page.evaluate(() => (window as unknown as { tellOfPaints: () => void }).tellOfPaints());
  await isAwake(page);
  expect(await filesAskedFor(page)).toBe(2);
});

for (const [says, observe] of Object.entries({
  'says nothing': () => {},
  'does not know the question': () => {
    throw new TypeError('there are no paints');
  },
})) {
  test(`a page wakes where the browser ${says} when it can be seen`, { tag: '@script' }, async ({ page }) => {
    await page.addInitScript(`PerformanceObserver.prototype.observe = ${observe}`);
    await page.goto('/login');
    await isAwake(page);
  });
}

for (const path of ['/', '/login', '/register', '/dashboard']) {
  for (const [device, viewport] of Object.entries({
    phone: { width: 390, height: 844 },
    desktop: { width: 1280, height: 800 },
  })) {
    test(`nothing moves on ${path}, on a ${device}`, { tag: '@script' }, async ({ page, stranger }) => {
      if (path === '/dashboard') await createAccount(page.request, stranger);
      await page.setViewportSize(viewport);
      await noteShifts(page);
      const style = await hold(page, '**/pkg/*.css');
      const wake = await hold(page, '**/pkg/*.wasm');
      await page.goto(path, { waitUntil: 'commit' });
      await expect(page.locator('link[rel=stylesheet]')).toBeAttached();
      style();
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await isDrawn(page);
      wake();
      await isAwake(page);
      await isDrawn(page);
      await expect(page).toHaveURL(path);
      await expectNoShifts(page);
    });
  }
}

/** Runs in the page, before its own scripts: what the browser says of paints is kept from them, until it is told. */
function withholdPaints(): void {
  const { PerformanceObserver: Observer, setTimeout: set } = window;
  const withheld: (() => void)[] = [];
  class Patient extends Observer {
    constructor(tell: PerformanceObserverCallback) {
      super((...told) => withheld.push(() => tell(...told)));
    }
  }
  // Nor does anybody wait for so long that the page wakes by that alone.
  const patient = (work: TimerHandler, wait?: number, ...rest: unknown[]) => (wait === 1000 ? 0 : set(work, wait, ...rest));
  const tellOfPaints = () => withheld.forEach((tell) => tell());
  Object.assign(window, { PerformanceObserver: Patient, setTimeout: patient, tellOfPaints });
}

/** How many of the script and the WASM the page has asked for. */
function filesAskedFor(page: Page): Promise<number> {
  return page.evaluate(() => {
    const files = performance.getEntriesByType('resource');
    return files.filter(({ name }) => /\.(wasm|js)$/.test(name)).length;
  });
}
