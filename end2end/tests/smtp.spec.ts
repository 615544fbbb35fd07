// Letters by a real mail server: encrypted, also when it was down for a while, and when it refuses somebody.

import { type Letter, type MailServer, mailServer } from './mail-server.ts';
import { createAccount, expect, open, signIn, somebody, test as base } from './fixtures.ts';

const test = base.extend<{ post: MailServer }>({
  post: async ({}, use) => {
    const post = await mailServer();
    await use(post);
    await post.remove();
  },
});

function letterTo(post: MailServer, address: string): Letter | undefined {
  return post.letters.find((letter) => letter.to === address);
}

test('a letter arrives over STARTTLS, and its link works', async ({ page, post, launch }) => {
  await post.start();
  const site = await launch(post.settings);
  const ada = somebody();
  await createAccount(page.request, ada, site.url);
  await expect.poll(() => letterTo(post, ada.email)?.subject).toBe('Confirm your email address');

  const letter = letterTo(post, ada.email)!;
  expect(letter.isProtected).toBe(true);
  const link = /http:\S+\/confirm-email\?token=\S+/.exec(letter.text)?.[0] ?? '';
  expect(letter.html).toContain(`href="${link}"`);
  await open(page, link);
  await page.getByRole('button', { name: 'Confirm address' }).click();
  await expect(page.getByRole('status')).toHaveText('Your address is confirmed.');
});

test('a site that sends mail shows nobody an outbox', async ({ page, post, launch, watch }) => {
  watch.expect(/^404 GET \/dev\/outbox$/);
  const site = await launch(post.settings);
  await page.goto(`${site.url}/dev/outbox`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no such page');
});

test('a mail server that is down delays the letter and nothing else', { tag: '@script' }, async ({ page, post, launch }) => {
  // The first pause is half a minute.
  test.setTimeout(120_000);
  const site = await launch(post.settings);
  const ada = somebody();
  await createAccount(page.request, ada, site.url);
  await open(page, `${site.url}/profile`);
  const told = page.getByRole('alert').filter({ hasText: ada.email });
  await expect(async () => {
    await page.reload();
    await expect(told).toContainText('We try again by ourselves', { timeout: 500 });
  }).toPass();

  await post.start();
  await expect.poll(() => letterTo(post, ada.email)?.subject, { timeout: 60_000 }).toBe('Confirm your email address');
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Profile');
    await expect(told).toHaveCount(0, { timeout: 500 });
  }).toPass();
});

test('an address that is refused is told on the account page', async ({ page, post, launch }) => {
  await post.start();
  const site = await launch(post.settings);
  const ada = { ...somebody(), email: `refused-${somebody().email}` };
  await createAccount(page.request, ada, site.url);
  await open(page, `${site.url}/profile`);
  await expect(async () => {
    await page.reload();
    const told = page.getByRole('alert').filter({ hasText: ada.email });
    await expect(told).toContainText('We have given it up', { timeout: 500 });
  }).toPass();
});

test('the wrong certificate gets no letter', { tag: '@script' }, async ({ page, post, launch }) => {
  await post.start();
  const { SSL_CERT_FILE: _, ...settings } = post.settings;
  const site = await launch(settings);
  const ada = somebody();
  await createAccount(page.request, ada, site.url);
  await open(page, `${site.url}/login`);
  await expect(async () => {
    await page.goto(`${site.url}/profile`);
    const told = page.getByRole('alert').filter({ hasText: ada.email });
    await expect(told).toContainText('We try again by ourselves', { timeout: 500 });
  }).toPass();
  expect(post.letters).toEqual([]);
});

test('nobody signs in before the address is confirmed, where that is asked for', async ({ page, post, launch, watch }) => {
  watch.expectRefusal(401, '/login');
  await post.start();
  const site = await launch({ ...post.settings, LATCHKEY_CONFIRM_EMAIL: 'required' });
  const ada = somebody();
  await open(page, `${site.url}/register`);
  await page.getByLabel('Email').fill(ada.email);
  await page.getByLabel('Username').fill(ada.username);
  await page.getByLabel('Password', { exact: true }).fill(ada.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Check your mail');
  await expect.poll(() => letterTo(post, ada.email)?.text).toContain('/confirm-email');

  await open(page, `${site.url}/login`);
  await signIn(page, ada.username, ada.password);
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toContainText('not confirmed');
  const link = /http:\S+\/confirm-email\?token=\S+/.exec(letterTo(post, ada.email)!.text)?.[0] ?? '';
  await open(page, link);
  await page.getByLabel('Password', { exact: true }).fill(ada.password);
  await page.getByRole('button', { name: 'Confirm and sign in' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Hello, ${ada.username}`);
});
