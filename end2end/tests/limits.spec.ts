// Too many tries, as people see it.

import type { Page } from '@playwright/test';

import { alert, createAccount, expect, hasScript, isAwake, open, signIn, somebody, test } from './fixtures.ts';
import type { Watch } from './watch.ts';

const LIMITED = { LATCHKEY_RATE_LIMITS: 'on' };
const WRONG = 'eight quiet otters sing';

/** Tries five passwords that are not theirs. */
async function guess(page: Page, watch: Watch, site: string, name: string): Promise<void> {
  watch.expectRefusal(401, '/login');
  await open(page, `${site}/login`);
  for (let tries = 0; tries < 5; tries += 1) {
    await signIn(page, name, WRONG);
    await expect(alert(page)).toHaveText(/do not go together/);
    await isAwake(page);
  }
}

test('after five wrong passwords one is asked to wait, in words', async ({ page, watch, launch, playwright }) => {
  const site = await launch(LIMITED);
  const ada = somebody();
  const elsewhere = await playwright.request.newContext();
  await createAccount(elsewhere, ada, site.url);
  await elsewhere.dispose();
  await guess(page, watch, site.url, ada.username);

  watch.expect(/^429 POST \/login$/);
  await signIn(page, ada.username, ada.password);
  await expect(alert(page)).toHaveText('There were too many tries. Try again in 1 minute.');
  await expect(page.getByLabel('Email or username')).toHaveValue(ada.username);
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue(hasScript() ? ada.password : '');
});

test('whoever guesses does not keep the owner out of a browser of theirs', async ({ page, watch, launch, playwright }) => {
  const site = await launch(LIMITED);
  const ada = somebody();
  const own = await playwright.request.newContext({ baseURL: site.url });
  await createAccount(own, ada);
  await own.post('/logout', { headers: { accept: 'text/html' } });
  await guess(page, watch, site.url, ada.email);

  const form = { identifier: ada.email, password: ada.password };
  const answer = await own.post('/login', { form, headers: { accept: 'text/html' }, maxRedirects: 0 });
  expect([answer.status(), answer.headers().location]).toEqual([303, '/dashboard']);
  await own.dispose();
});
