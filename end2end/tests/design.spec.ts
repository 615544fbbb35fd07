// What a page looks like where it is not looked at as it was drawn: narrow, enlarged, in the system's colours, on
// paper, without motion, and with names of every length and script.

import type { Page } from '@playwright/test';

import { expectNoSidewaysScroll, expectNoViolation } from './everybody.ts';
import { type Account, alert, expect, hasScript, open, register, signIn, test } from './fixtures.ts';

const OPEN = ['/', '/login', '/login?next=/profile', '/login?leaving', '/register', '/forgot-password', '/forgot-password?sent', '/confirm-email', '/confirm-email?sent', '/reset-password?token=x'];
const GUARDED = ['/', '/dashboard', '/profile', '/profile?saved', '/profile/email', '/profile/security', '/profile/confirm', '/profile/devices', '/profile/devices?ended=2', '/profile/activity', '/profile/data'];

const LONG = 'M'.repeat(64);
const RIGHT_TO_LEFT = 'محمد بن موسى الخوارزمي';

async function callOneself(page: Page, account: Account, name: string): Promise<void> {
  const form = { display_name: name, username: account.username };
  const answer = await page.request.post('/profile', { form });
  expect(answer.ok()).toBe(true);
}

for (const [what, viewport] of Object.entries({
  '320 pixels wide': { width: 320, height: 640 },
  // What is left of a screen of 1280 by 800 for a page at 200 %.
  'at 200 %': { width: 640, height: 400 },
})) {
  test.describe(what, () => {
    test.use({ viewport });

    for (const path of OPEN) {
      test(`${path} does not scroll sideways`, async ({ page, watch }) => {
        if (path.includes('token')) watch.expect(/^410 GET \/reset-password/);
        await open(page, path);
        await expectNoSidewaysScroll(page);
      });
    }

    test('no page of somebody with devices and a long name scrolls sideways', async ({ page, resident, elsewhere }) => {
      await callOneself(page, resident, LONG);
      for (const path of GUARDED) {
        await open(page, path);
        await expectNoSidewaysScroll(page);
      }
      await elsewhere.close();
    });
  });
}

test('text that is twice as large pushes nothing out of the page', { tag: '@script' }, async ({ page, resident, elsewhere }) => {
  await callOneself(page, resident, LONG);
  for (const path of GUARDED) {
    await open(page, path);
    await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
    await expectNoSidewaysScroll(page);
  }
  await elsewhere.close();
});

test('a name that is read from the right leaves the words around it where they are', { tag: '@script' }, async ({ page, resident }) => {
  await callOneself(page, resident, RIGHT_TO_LEFT);
  await open(page, '/dashboard');
  const heading = page.getByRole('heading', { level: 1 });
  await expect(heading).toHaveText(`Hello, ${RIGHT_TO_LEFT}`);
  const [start, name] = await heading.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element.firstChild!);
    const around = range.getBoundingClientRect();
    return [around.left, element.querySelector('bdi')!.getBoundingClientRect().left];
  });
  expect(start).toBeLessThan(name!);
  await open(page, '/profile');
  const field = page.getByLabel('Name', { exact: true });
  await expect(field).toHaveCSS('direction', 'rtl');
  await expect(page.getByLabel('Username')).toHaveCSS('direction', 'ltr');
});

test.describe('in the colours of the system', { tag: '@script' }, () => {
  test.use({ contextOptions: { forcedColors: 'active' } });

  test('the charts are drawn in them', async ({ page, resident }) => {
    await page.request.post('/login', { form: { identifier: resident.username, password: 'wrong' } });
    await open(page, '/dashboard');
    const colours = await page.evaluate(() => {
      const probe = document.createElement('p');
      document.body.append(probe);
      const of = (selector: string, property: 'fill' | 'stroke') =>
        getComputedStyle(document.querySelector(selector)!)[property];
      const system = (name: string) => {
        probe.style.setProperty('color', name);
        return getComputedStyle(probe).color;
      };
      const found = {
        highlight: system('Highlight'),
        canvas: system('Canvas'),
        text: system('CanvasText'),
        succeeded: of('.chart .succeeded', 'fill'),
        gone: of('.lines .gone', 'fill'),
        ahead: of('.lines .ahead', 'stroke'),
        label: of('.chart text', 'fill'),
      };
      probe.remove();
      return found;
    });
    expect(colours.succeeded).toBe(colours.highlight);
    expect(colours.gone).toBe(colours.highlight);
    expect(colours.ahead).toBe(colours.text);
    expect(colours.label).toBe(colours.text);
    expect(colours.highlight).not.toBe(colours.canvas);
  });

  test('what is pressed, chosen or an error has an edge', async ({ page, watch, stranger }) => {
    watch.expectRefusal(401, '/login');
    await open(page, '/login');
    const pressed = page.getByRole('form', { name: 'Colours' }).locator('[aria-pressed=true]');
    await expect(pressed).toHaveCSS('outline-style', 'solid');
    await signIn(page, stranger.email, stranger.password);
    await expect(alert(page)).toHaveCSS('border-inline-start-style', 'solid');
    for (const button of await page.getByRole('button', { name: 'Sign in' }).all()) {
      await expect(button).toHaveCSS('border-top-style', 'solid');
    }
  });
});

test.describe('without motion', { tag: '@script' }, () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });

  test('nothing moves, also while a form is on its way', async ({ page, member }) => {
    await open(page, '/login');
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route('/login', async (route) => {
      if (route.request().method() === 'POST') await held;
      await route.continue();
    });
    await signIn(page, member.username, member.password);
    await expect(page.getByRole('button', { name: 'Signing in…' })).toBeVisible();
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    release();
    await expect(page).toHaveURL('/dashboard');
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });
});

test('a form on its way shows it, and the button keeps its size', { tag: '@script' }, async ({ page, member }) => {
  await open(page, '/login');
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('/login', async (route) => {
    if (route.request().method() === 'POST') await held;
    await route.continue();
  });
  const before = await page.getByRole('button', { name: 'Sign in' }).boundingBox();
  await signIn(page, member.username, member.password);
  const busy = page.getByRole('button', { name: 'Signing in…' });
  await expect(busy).toHaveAttribute('aria-disabled', 'true');
  // Transitions of what was left a moment ago may still be under way.
  const turning = await page.evaluate(
    () => document.getAnimations().filter((one) => one instanceof CSSAnimation).length,
  );
  expect(turning).toBe(1);
  const after = await busy.boundingBox();
  expect([after!.width, after!.height]).toEqual([before!.width, before!.height]);
  release();
  await expect(page).toHaveURL('/dashboard');
});

for (const path of ['/profile?saved', '/profile/security', '/profile/data']) {
  test(`on ${path} what can be set stands beside its heading`, async ({ page, resident: _ }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await open(page, path);
    const forms = await page.locator('.card:has(> h2) form').evaluateAll((forms) =>
      forms.map((form) => {
        const heading = form.closest('.card')!.querySelector('h2')!.getBoundingClientRect();
        const { left, width } = form.getBoundingClientRect();
        return { isBeside: left > heading.right, isWide: width > 100 };
      }),
    );
    expect(forms.length).toBeGreaterThan(0);
    for (const form of forms) expect(form).toEqual({ isBeside: true, isWide: true });
  });
}

for (const path of ['/dashboard', '/profile/data', '/profile/devices', '/profile/activity']) {
  test(`${path} on paper is what it says, without the ways on`, async ({ page, resident: _ }) => {
    await open(page, path);
    await page.emulateMedia({ media: 'print' });
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByRole('navigation')).toHaveCount(0);
    await expect(page.getByRole('button')).toHaveCount(0);
    await expect(page.locator('form, .danger').filter({ visible: true })).toHaveCount(0);
    await expect(page.getByRole('contentinfo')).toHaveCount(0);
    if (hasScript()) {
      const [ground, ink] = await page.evaluate(() => {
        const { backgroundColor, color } = getComputedStyle(document.body);
        return [backgroundColor, color];
      });
      expect([ground, ink]).toEqual(['rgb(255, 255, 255)', 'rgb(0, 0, 0)']);
    }
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`axe finds nothing in ${colorScheme}`, { tag: '@script' }, () => {
    test.use({ colorScheme });

    test('on a dashboard with attempts that failed and a long name', async ({ page, resident }) => {
      await callOneself(page, resident, LONG);
      for (const password of ['wrong', 'wrong again']) {
        await page.request.post('/login', { form: { identifier: resident.username, password } });
      }
      await open(page, '/dashboard');
      await expect(page.getByRole('img', { name: /2 failed attempts/ })).toBeVisible();
      await expect(page.getByRole('img', { name: /^Time line of this session/ })).toBeVisible();
      await expectNoViolation(page);
    });

    test('on letters that were asked for, and a link that is gone', async ({ page, watch, stranger }) => {
      watch.expect(/^410 GET \/reset-password/);
      for (const path of ['/confirm-email?sent', '/login?leaving', '/reset-password?token=x']) {
        await open(page, path);
        await expectNoViolation(page);
      }
      await open(page, '/register');
      await register(page, stranger);
      await expect(page).toHaveURL('/dashboard');
      await expectNoViolation(page);
    });
  });
}
