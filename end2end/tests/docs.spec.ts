// The description of the API: one page, which every browser can read, and all that the machines read too.

import type { APIRequestContext } from '@playwright/test';

import { expectNoSidewaysScroll, expectNoViolation, tabTo } from './everybody.ts';
import { expect, test } from './fixtures.ts';

const DOCS = '/api/docs';

/** What may be asked for at a path, in the words of OpenAPI. */
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

test('the description opens, under a policy that lets nothing foreign in', async ({ page }) => {
  const answer = await page.goto(DOCS);
  expect(answer?.status()).toBe(200);
  expect(answer?.headers()['content-type']).toMatch(/^text\/html/);
  const policy = answer?.headers()['content-security-policy'];
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe-inline');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page).toHaveTitle(/API/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test('everything that machines are told stands on the page', async ({ page, request }) => {
  const operations = await operationsOf(request);
  await page.goto(DOCS);
  const text = await page.getByRole('main').innerText();
  const missing = operations.filter(({ method, path }) => !stands(text, method, path));
  expect(missing).toEqual([]);
});

test('machines are told of everything that clients use', { tag: '@plain' }, async ({ request }) => {
  const paths = (await operationsOf(request)).map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(paths).toEqual(
    expect.arrayContaining([
      'POST /api/auth/local',
      'POST /api/auth/local/register',
      'POST /api/auth/refresh',
      'POST /api/auth/logout',
      'GET /api/auth/sessions',
      'DELETE /api/auth/sessions/{id}',
      'GET /api/users/me',
      'PUT /api/users/me',
      'POST /api/auth/change-password',
      'POST /api/auth/forgot-password',
      'POST /api/auth/reset-password',
      'GET /api/auth/email-confirmation',
      'POST /api/auth/send-email-confirmation',
      'POST /api/login',
      'POST /api/logout',
      'POST /api/refresh',
    ]),
  );
});

test('a keyboard reaches the last link of the description', async ({ page }) => {
  await page.goto(DOCS);
  const stops = page.locator('a[href], button, summary, [tabindex="0"]').filter({ visible: true });
  const count = await stops.count();
  expect(count).toBeGreaterThan(0);
  // A browser may add stops of its own, like a box that scrolls.
  await tabTo(page, stops.last(), 2 * count);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme });

    test('axe finds nothing in the description', { tag: '@script' }, async ({ page }) => {
      await page.goto(DOCS);
      await expectNoViolation(page);
    });

    test('the description fits a phone', async ({ page }) => {
      await page.setViewportSize({ width: 320, height: 568 });
      await page.goto(DOCS);
      await expectNoSidewaysScroll(page);
    });
  });
}

interface Operation {
  method: string;
  path: string;
}

async function operationsOf(request: APIRequestContext): Promise<Operation[]> {
  const description = await (await request.get('/api/openapi.json')).json();
  expect(description.openapi).toMatch(/^3\.1\./);
  return Object.entries<Record<string, unknown>>(description.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => ({ method, path })),
  );
}

/** Whether a text has a method and its path, side by side, and not only the beginning of a longer path. */
function stands(text: string, method: string, path: string): boolean {
  const words = new RegExp(`\\b${method}\\s*${escape(path)}(?![\\w/{-])`, 'i');
  return words.test(text);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
