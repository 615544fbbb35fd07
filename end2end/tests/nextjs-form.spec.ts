// The form of a Next.js application, on the origin of Latchkey itself: it posts JSON, and the cookies do the rest.

import type { BrowserContext, Page } from '@playwright/test';
import { join } from 'node:path';

import { expect, isAwake, test as base } from './fixtures.ts';
import { CLIENTS } from './other-site.ts';
import { ACCESS, REFRESH } from './product.ts';

const FORM = '/form-of-an-application';
const TOKENS = [ACCESS, REFRESH];

const test = base.extend<{ form: Page }>({
  form: async ({ page }, use) => {
    const path = join(CLIENTS, 'next/login.html');
    await page.route(FORM, (route) => route.fulfill({ path, contentType: 'text/html; charset=utf-8' }));
    await page.goto(FORM);
    await use(page);
  },
});

test.describe('a form on the same origin', { tag: '@script' }, () => {
  test('leads to the dashboard, signed in by cookies that script cannot read', async ({ form, context, member }) => {
    await logIn(form, member.email, member.password);
    await expect(form).toHaveURL('/dashboard');
    await expect(form.getByRole('heading', { level: 1 })).toHaveText(`Hello, ${member.username}`);
    await isAwake(form);

    const cookies = await tokens(context);
    expect(cookies.map((cookie) => cookie.name).sort()).toEqual(TOKENS);
    for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    expect(await form.evaluate(() => document.cookie + JSON.stringify({ ...localStorage }))).toBe('{}');
  });

  test('gets no token in the answer', async ({ form, context, member }) => {
    // The page is left before its answer could be read: so it is asked for beside it.
    const data = { email: member.email, password: member.password };
    const answer = await context.request.post('/api/login', { data });
    expect(await answer.json()).toEqual({ success: true });
    await form.goto('/dashboard');
    await expect(form.getByText(member.email)).toBeVisible();
    await isAwake(form);
  });

  test('shows that a password was refused', async ({ form, context, watch, member }) => {
    watch.expect(/^401 POST \/api\/login$/);
    await logIn(form, member.email, 'eight quiet otters sing');
    await expect(form.getByRole('alert')).toHaveText('Invalid credentials');
    await expect(form).toHaveURL(FORM);
    expect(await tokens(context)).toEqual([]);
  });

  test('gets the same refusal for an address that nobody has', async ({ form, watch, stranger }) => {
    watch.expect(/^401 POST \/api\/login$/);
    await logIn(form, stranger.email, stranger.password);
    await expect(form.getByRole('alert')).toHaveText('Invalid credentials');
  });

  test('renews both cookies', async ({ form, context, resident }) => {
    const first = await tokens(context);
    await form.getByRole('button', { name: 'Refresh' }).click();
    await expect(form.getByRole('status')).toHaveText('Done');
    expect(refreshToken(await tokens(context))).not.toBe(refreshToken(first));
    // The access token is one of its own: without the other it still opens the page.
    await context.clearCookies({ name: REFRESH });
    await form.goto('/dashboard');
    await expect(form.getByText(resident.email)).toBeVisible();
    await isAwake(form);
  });

  test('has nothing to renew without a cookie', async ({ form, watch }) => {
    watch.expect(/^401 POST \/api\/refresh$/);
    await form.getByRole('button', { name: 'Refresh' }).click();
    await expect(form.getByRole('alert')).toHaveText('No refresh token');
  });

  test('is told that a cookie was altered', async ({ form, context, watch, resident: _ }) => {
    watch.expect(/^401 POST \/api\/refresh$/);
    const altered = (await tokens(context)).map((cookie) => {
      const last = cookie.value.endsWith('A') ? 'Q' : 'A';
      return { ...cookie, value: cookie.value.slice(0, -1) + last };
    });
    await context.addCookies(altered);
    await form.getByRole('button', { name: 'Refresh' }).click();
    await expect(form.getByRole('alert')).toHaveText('Invalid refresh token');
  });

  test('signs out: the cookies are gone, and copies of them open nothing', async ({ form, context, resident: _ }) => {
    const copied = await tokens(context);
    await form.getByRole('button', { name: 'Logout' }).click();
    await expect(form.getByRole('status')).toHaveText('Done');
    expect(await tokens(context)).toEqual([]);
    await form.goto('/dashboard');
    await expect(form).toHaveURL('/login?next=/dashboard');

    await context.addCookies(copied);
    await form.goto('/dashboard');
    await expect(form).toHaveURL('/login?next=/dashboard');
  });
});

async function logIn(form: Page, email: string, password: string): Promise<void> {
  await form.getByPlaceholder('Email').fill(email);
  await form.getByPlaceholder('Password').fill(password);
  await form.getByRole('button', { name: 'Login' }).click();
}

async function tokens(context: BrowserContext): Promise<Awaited<ReturnType<BrowserContext['cookies']>>> {
  return (await context.cookies()).filter((cookie) => TOKENS.includes(cookie.name));
}

function refreshToken(cookies: { name: string; value: string }[]): string | undefined {
  return cookies.find((cookie) => cookie.name === REFRESH)?.value;
}
