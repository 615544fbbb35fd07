// Other services check our access tokens by the programs in docs/verify.md.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { BrowserContext } from '@playwright/test';

import { type Account, createAccount, expect, test as base } from './fixtures.ts';
import { type Issuer, startIssuer } from './issuer.ts';
import { ACCESS, ID, REFRESH } from './product.ts';
import { SOURCES, type Verifier, startVerifiers } from './verifiers.ts';

interface OfTest {
  /** Starts the programs of the page for an issuer. */
  verifiersOf: (issuer: string) => Promise<Verifier[]>;
  /** Starts an issuer with a key of each algorithm. */
  issuerOf: (...algorithms: string[]) => Promise<Issuer>;
}

const test = base.extend<OfTest>({
  verifiersOf: async ({}, use, info) => {
    const started: Verifier[] = [];
    await use(async (issuer) => {
      const verifiers = await startVerifiers(issuer, info.outputPath());
      started.push(...verifiers);
      return verifiers;
    });
    for (const verifier of started) await verifier.stop();
  },
  issuerOf: async ({}, use) => {
    const started: Issuer[] = [];
    await use(async (...algorithms) => {
      const issuer = await startIssuer(algorithms);
      started.push(issuer);
      return issuer;
    });
    for (const issuer of started) await issuer.stop();
  },
});

const ALGORITHMS = ['EdDSA', 'ES256'];
const plain = { tag: '@plain' };

/** The programs ask again for a key that they do not know, once in ten seconds. */
const PATIENCE = { timeout: 30_000 };

async function cookie(context: BrowserContext, name: string): Promise<string> {
  return (await context.cookies()).find((cookie) => cookie.name === name)?.value ?? '';
}

async function signInAt(site: string, context: BrowserContext, account: Account): Promise<string> {
  const form = { identifier: account.username, password: account.password };
  const response = await context.request.post(`${site}/login`, { form });
  expect(response.ok()).toBe(true);
  return cookie(context, ACCESS);
}

type Part = Record<string, unknown>;

function read(token: string): { header: Part; claims: Part } {
  const [header, claims] = token.split('.').slice(0, 2).map((part) => Buffer.from(part, 'base64url').toString());
  return { header: JSON.parse(header ?? ''), claims: JSON.parse(claims ?? '') };
}

/** The token with something else in it, under the signature that it had, or another one. */
function alter(token: string, header: Part, claims: Part = {}, signature?: string): string {
  const old = read(token);
  const parts = [{ ...old.header, ...header }, { ...old.claims, ...claims }];
  const encoded = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return [...encoded, signature ?? token.split('.')[2]].join('.');
}

async function expectAccepted(verifiers: Verifier[], token: string): Promise<void> {
  const { sub, exp } = read(token).claims;
  for (const verifier of verifiers) {
    expect(await verifier.verify(token), verifier.language).toMatchObject({ sub, exp });
  }
}

async function expectRefused(verifiers: Verifier[], tokens: Record<string, string>): Promise<void> {
  for (const [what, token] of Object.entries(tokens)) {
    for (const verifier of verifiers) {
      const answer = await verifier.verify(token);
      expect(answer, `${what}, in ${verifier.language}`).toEqual({ error: expect.stringMatching(/./) });
    }
  }
}

test('the programs in the page are the ones that are run here', plain, () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/verify.md'), 'utf8');
  for (const [language, file] of Object.entries(SOURCES)) {
    expect(page, file).toContain(`\`\`\`${language}\n${readFileSync(file, 'utf8')}\`\`\`\n`);
  }
});

for (const algorithm of ALGORITHMS) {
  test(`a token signed with ${algorithm} is accepted, and none that was changed`, plain, async ({
    context,
    launch,
    verifiersOf,
    stranger,
  }) => {
    const site = await launch({ LATCHKEY_SIGNING_ALGORITHM: algorithm });
    const elsewhere = await launch({ LATCHKEY_SIGNING_ALGORITHM: algorithm });
    await createAccount(context.request, stranger, elsewhere.url);
    const foreign = await cookie(context, ACCESS);
    await createAccount(context.request, stranger, site.url);
    const token = await cookie(context, ACCESS);
    expect(read(token).header).toMatchObject({ alg: algorithm, typ: 'at+jwt' });
    expect(read(token).claims).toMatchObject({ iss: site.url, aud: site.url, client_id: ID });

    const verifiers = await verifiersOf(site.url);
    await expectAccepted(verifiers, token);
    await expectRefused(verifiers, {
      'no token': '',
      garbage: 'garbage',
      'garbage in three parts': 'a.b.c',
      'a refresh token': await cookie(context, REFRESH),
      'a token of another site': foreign,
      'a token of another site under our key': alter(foreign, { kid: read(token).header.kid }),
      'another person': alter(token, {}, { sub: '1' }),
      'a longer life': alter(token, {}, { exp: Number(read(token).claims.exp) + 600 }),
      'no signature': alter(token, {}, {}, ''),
      'the algorithm none': alter(token, { alg: 'none' }, {}, ''),
      'the algorithm HS256': alter(token, { alg: 'HS256' }),
      'another algorithm': alter(token, { alg: ALGORITHMS.find((other) => other !== algorithm) }),
      'another key': alter(token, { kid: 'another' }),
      'no key': alter(token, { kid: undefined }),
    });
    await expectAccepted(verifiers, token);
  });

  test(`what is signed well with ${algorithm} and says something wrong is refused`, plain, async ({
    issuerOf,
    verifiersOf,
  }) => {
    const issuer = await issuerOf(algorithm, 'RS256');
    const verifiers = await verifiersOf(issuer.url);
    await expectAccepted(verifiers, await issuer.sign());
    const past = Math.floor(Date.now() / 1000) - 60;
    await expectRefused(verifiers, {
      'another issuer': await issuer.sign({ iss: 'http://localhost:1' }),
      'another audience': await issuer.sign({ aud: 'http://localhost:1' }),
      'an end in the past': await issuer.sign({ exp: past }),
      'a beginning in the future': await issuer.sign({ nbf: past + 600 }),
      'another type': await issuer.sign({}, { typ: 'JWT' }),
      'no type': await issuer.sign({}, { typ: undefined }),
      'no key': await issuer.sign({}, { kid: undefined }),
      'an algorithm that is not ours': await issuer.sign({}, { alg: 'RS256' }),
      'something critical': await issuer.sign({}, { crit: ['urn:example'], 'urn:example': true }),
    });
    for (const claim of ['iss', 'aud', 'sub', 'exp', 'iat']) {
      await expectRefused(verifiers, { [`no ${claim}`]: await issuer.sign({ [claim]: undefined }) });
    }
  });
}

test('made-up keys do not make the programs ask for each', plain, async ({ issuerOf, verifiersOf }) => {
  const issuer = await issuerOf('EdDSA');
  const verifiers = await verifiersOf(issuer.url);
  await expectAccepted(verifiers, await issuer.sign());
  expect(issuer.asked()).toBe(verifiers.length);
  for (let made = 0; made < 20; made += 1) {
    await expectRefused(verifiers, { 'a made-up key': await issuer.sign({}, { kid: `made-up-${made}` }) });
  }
  // Once more each, should this have taken ten seconds.
  expect(issuer.asked()).toBeLessThanOrEqual(2 * verifiers.length);
});

test('programs that run learn of another key, and forget one that was removed', plain, async ({
  context,
  launch,
  verifiersOf,
  stranger,
}) => {
  test.setTimeout(120_000);
  const site = await launch({});
  await createAccount(context.request, stranger, site.url);
  const old = await cookie(context, ACCESS);
  const verifiers = await verifiersOf(site.url);
  await expectAccepted(verifiers, old);

  const kid = (await site.run('key rotate --now')).split(' ')[0];
  const renewed = async () => read(await signInAt(site.url, context, stranger)).header.kid;
  await expect.poll(renewed).toBe(kid);
  const token = await cookie(context, ACCESS);
  await expect(() => expectAccepted(verifiers, token)).toPass(PATIENCE);
  await expectAccepted(verifiers, old);

  await site.run(`key remove ${String(read(old).header.kid)}`);
  // They keep what they have fetched for ten minutes, unless a key that they do not know makes them ask.
  const unknown = alter(token, { kid: 'unknown' });
  await expect(async () => {
    await expectRefused(verifiers, { 'an unknown key': unknown, 'the removed key': old });
  }).toPass(PATIENCE);
  await expectAccepted(verifiers, token);
});
