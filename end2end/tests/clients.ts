// What the tests of clients of other origins start with, and what they ask of the API themselves.
//
// None of them may answer a request by `page.route`: where that is used, the browser is told that every
// preflight was granted, and a server that lets nobody in would pass.

import type { APIRequestContext, APIResponse, Page } from '@playwright/test';

import { createAccount, expect, somebody, test as base, type Account } from './fixtures.ts';
import { type OtherSite, type Tokens, otherSite } from './other-site.ts';

export { expect };

export interface Client {
  /** Where its pages are. */
  site: string;
  /** The Latchkey that they speak to. */
  latchkey: string;
  /** Somebody with an account there. */
  account: Account;
}

/** How a client is served, and the settings of its Latchkey. */
export interface Wanted {
  tokens?: Tokens;
  /** The origins that Latchkey lists, when it is not that of the client; null when it is told of none. */
  origins?: string | null;
  settings?: Record<string, string>;
}

interface OfTest {
  /** Serves a client, and starts a Latchkey for it, which lists its origin. */
  serve: (folder: string, wanted?: Wanted) => Promise<Client>;
}

export const test = base.extend<OfTest>({
  serve: async ({ launch, playwright }, use) => {
    const sites: OtherSite[] = [];
    await use(async (folder, { tokens = 'body', origins, settings } = {}) => {
      const site = await otherSite(folder);
      sites.push(site);
      const listed = origins === undefined ? site.origin : origins;
      const cors: Record<string, string> = listed === null ? {} : { LATCHKEY_CORS_ORIGINS: listed };
      const { url: latchkey } = await launch({ LATCHKEY_API_TOKENS: tokens, ...cors, ...settings });
      site.speakTo(latchkey, tokens);
      const account = somebody();
      const elsewhere = await playwright.request.newContext();
      await createAccount(elsewhere, account, latchkey);
      await elsewhere.dispose();
      return { site: site.origin, latchkey, account };
    });
    for (const site of sites) await site.stop();
  },
});

/** Fills in the form of any of the clients. */
export async function logIn(page: Page, identifier: string, password: string): Promise<void> {
  await page.getByLabel('Email or username').fill(identifier);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Login' }).click();
}

/** What a page keeps for later visits. */
export async function stored(page: Page): Promise<Record<string, string>> {
  return page.evaluate(() => ({ ...localStorage }));
}

/** Alters the last letter of stored tokens. */
export async function spoil(page: Page, ...names: string[]): Promise<void> {
  await page.evaluate((names) => {
    for (const name of names) {
      const token = localStorage.getItem(name) ?? '';
      // Only the first bits of a last letter count: A and Q differ in these.
      localStorage.setItem(name, token.slice(0, -1) + (token.endsWith('A') ? 'Q' : 'A'));
    }
  }, names);
}

/** Asks who a token belongs to, without a browser and its cookies. */
export async function whoIs(request: APIRequestContext, latchkey: string, jwt: string): Promise<APIResponse> {
  return request.get(`${latchkey}/api/users/me`, { headers: { authorization: `Bearer ${jwt}` } });
}

/** Expects an error as Strapi words it: its status, name and message. */
export async function expectError(response: APIResponse, status: number, name: string, message: string): Promise<void> {
  expect(await response.json()).toEqual({ data: null, error: { status, name, message, details: {} } });
  expect(response.status()).toBe(status);
}

