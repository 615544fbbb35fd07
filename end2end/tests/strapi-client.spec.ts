// Strapi's own client for JavaScript, as a server that renders a site would use it: in Node, by a token.

import {
  HTTPAuthorizationError,
  HTTPBadRequestError,
  HTTPError,
  HTTPForbiddenError,
  HTTPNotFoundError,
  type StrapiClient,
  type StrapiClientConfig,
  strapi,
} from '@strapi/client';

import { expect, test as base } from './fixtures.ts';
import { REFRESH } from './product.ts';

interface Tokens {
  jwt: string;
  refreshToken: string;
  expiresIn: number;
  user: Record<string, unknown>;
}

const JSON_BODY = { 'Content-Type': 'application/json' };

interface OfTest {
  api: string;
  /** Has no token. */
  anonymous: StrapiClient;
  tokens: Tokens;
  /** Has a token of the member. */
  client: StrapiClient;
}

const test = base.extend<OfTest>({
  api: async ({ baseURL }, use) => use(`${baseURL}/api`),
  anonymous: async ({ api }, use) => use(strapi({ baseURL: api })),
  tokens: async ({ anonymous, member }, use) => use(await signIn(anonymous, member.email, member.password)),
  client: async ({ api, tokens }, use) => use(strapi({ baseURL: api, auth: tokens.jwt })),
});

test.describe('the client of Strapi', { tag: '@plain' }, () => {
  test('reads who is signed in by a token', async ({ client, tokens, member }) => {
    const user = await (await client.fetch('users/me')).json();
    expect(user).toEqual(tokens.user);
    expect(user).toMatchObject({ username: member.username, email: member.email, provider: 'local', blocked: false });
    expect(Object.keys(user).sort()).toEqual([
      ...['blocked', 'confirmed', 'createdAt', 'documentId', 'email', 'id', 'name', 'provider'],
      ...['publishedAt', 'updatedAt', 'username'],
    ]);
    expect(user.id).toEqual(expect.any(Number));
    expect(new Date(user.createdAt).toISOString()).toBe(user.createdAt);
  });

  test('signs in by the means that it keeps to itself', async ({ api, anonymous, member }) => {
    // Its factory only takes a token, though the class knows how to get one: at its first request.
    const Client = anonymous.constructor as new (config: StrapiClientConfig) => StrapiClient;
    const options = { identifier: member.username, password: member.password };
    const client = new Client({ baseURL: api, auth: { strategy: 'users-permissions', options } });
    expect(await (await client.fetch('users/me')).json()).toMatchObject({ username: member.username });
  });

  test('reads and changes the profile as an entry of the users', async ({ client, member }) => {
    const users = client.collection('users');
    expect(await users.findOne('me')).toMatchObject({ username: member.username });
    expect(await users.update('me', { name: 'Ada' })).toMatchObject({ username: member.username, name: 'Ada' });
    expect(await users.findOne('me')).toMatchObject({ name: 'Ada' });
  });

  test('reads and changes the profile as a single type', async ({ client, member }) => {
    const me = client.single('me', { plugin: { name: 'users-permissions', prefix: 'users' } });
    expect(await me.find()).toMatchObject({ email: member.email });
    expect(await me.update({ name: 'Grace' })).toMatchObject({ name: 'Grace' });
  });

  test('registers somebody, who is signed in at once', async ({ api, anonymous, stranger }) => {
    const { jwt, user } = await post<Tokens>(anonymous, 'auth/local/register', { ...stranger });
    expect(user).toMatchObject({ username: stranger.username, email: stranger.email });
    const me = await strapi({ baseURL: api, auth: jwt }).fetch('users/me');
    expect(await me.json()).toEqual(user);
  });

  test('lists the sessions, and ends another one', async ({ api, anonymous, client, member }) => {
    const other = await signIn(anonymous, member.email, member.password);
    const sessions = client.collection('sessions', { path: '/auth/sessions' });
    const otherClient = strapi({ baseURL: api, auth: other.jwt });
    const { data } = await otherClient.collection('sessions', { path: '/auth/sessions' }).find();
    const id = data.find((session) => session.current)?.id;
    expect((await sessions.find()).data.map((session) => session.id)).toContain(id);

    await sessions.delete(String(id));
    expect((await sessions.find()).data.map((session) => session.id)).not.toContain(id);
    await expect(otherClient.fetch('users/me')).rejects.toBeInstanceOf(HTTPAuthorizationError);
    await expect(sessions.delete(String(id))).rejects.toBeInstanceOf(HTTPNotFoundError);
    await expect(client.fetch('users/me')).resolves.toBeTruthy();
  });

  test('gets a new token for the refresh token, beside a token that has ended', async ({ api, tokens, member }) => {
    // The client sends its token with every request, so also with the one for another.
    const stale = strapi({ baseURL: api, auth: `${tokens.jwt}x` });
    const { jwt, refreshToken } = await post<Tokens>(stale, 'auth/refresh', { refreshToken: tokens.refreshToken });
    expect(refreshToken).not.toBe(tokens.refreshToken);
    const renewed = strapi({ baseURL: api, auth: jwt });
    expect(await (await renewed.fetch('users/me')).json()).toMatchObject({ username: member.username });
  });

  test('leaves the refresh token to a cookie when its header says so', async ({ api, member }) => {
    const client = strapi({ baseURL: api, headers: { 'X-Strapi-Refresh-Cookie': 'httpOnly' } });
    const body = JSON.stringify({ identifier: member.email, password: member.password });
    const response = await client.fetch('auth/local', { method: 'POST', headers: JSON_BODY, body });
    expect(Object.keys(await response.json()).sort()).toEqual(['expiresIn', 'jwt', 'user']);
    const cookie = response.headers.getSetCookie().find((cookie) => cookie.startsWith(`${REFRESH}=`));
    expect(cookie).toMatch(/; *HttpOnly/i);
  });

  test('gets the refresh token in the answer otherwise, and in no cookie', async ({ anonymous, member }) => {
    const body = JSON.stringify({ identifier: member.email, password: member.password });
    const response = await anonymous.fetch('auth/local', { method: 'POST', headers: JSON_BODY, body });
    expect(Object.keys(await response.json()).sort()).toEqual(['expiresIn', 'jwt', 'refreshToken', 'user']);
    // Where script holds the tokens, a cookie beside them would only be one more thing to steal.
    expect(response.headers.getSetCookie().join()).not.toContain(REFRESH);
  });
});

test.describe('the client of Strapi throws', { tag: '@plain' }, () => {
  test('what it calls bad credentials for a token that is none', async ({ api }) => {
    const error = await thrown(strapi({ baseURL: api, auth: 'nonsense' }).fetch('users/me'));
    expect(error).toBeInstanceOf(HTTPAuthorizationError);
    await expectEnvelope(error, 401, 'UnauthorizedError', 'Missing or invalid credentials');
  });

  test('what it calls bad credentials for a token that was signed out', async ({ client }) => {
    const answer = await client.fetch('auth/logout', { method: 'POST' });
    expect(await answer.json()).toEqual({ ok: true });
    const error = await thrown(client.fetch('users/me'));
    expect(error).toBeInstanceOf(HTTPAuthorizationError);
    await expectEnvelope(error, 401, 'UnauthorizedError', 'Missing or invalid credentials');
  });

  test('what it calls forbidden without a token', async ({ anonymous }) => {
    const error = await thrown(anonymous.fetch('users/me'));
    expect(error).toBeInstanceOf(HTTPForbiddenError);
    await expectEnvelope(error, 403, 'ForbiddenError', 'Forbidden');
  });

  test('what it calls a bad request for a wrong password', async ({ anonymous, member }) => {
    const error = await thrown(signIn(anonymous, member.email, 'eight quiet otters sing'));
    expect(error).toBeInstanceOf(HTTPBadRequestError);
    await expectEnvelope(error, 400, 'ValidationError', 'Invalid identifier or password');
  });

  test('the same for a name that is taken', async ({ anonymous, member, stranger }) => {
    const error = await thrown(post(anonymous, 'auth/local/register', { ...stranger, username: member.username }));
    expect(error).toBeInstanceOf(HTTPBadRequestError);
    await expectEnvelope(error, 400, 'ApplicationError', 'Email or Username are already taken');
  });

  test('what it calls not found for a collection that there is not, and for all users', async ({ client }) => {
    await expect(client.collection('articles').find()).rejects.toBeInstanceOf(HTTPNotFoundError);
    await expect(client.collection('users').find()).rejects.toBeInstanceOf(HTTPError);
  });

  test('an error with a problem of RFC 9457 where its headers ask for that', async ({ api }) => {
    const headers = { Accept: 'application/problem+json' };
    const error = await thrown(strapi({ baseURL: api, auth: 'nonsense', headers }).fetch('users/me'));
    expect(error).toBeInstanceOf(HTTPAuthorizationError);
    expect(error.response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await error.response.json()).toMatchObject({ status: 401 });
  });
});

async function post<Answer>(client: StrapiClient, path: string, body: Record<string, unknown>): Promise<Answer> {
  const response = await client.fetch(path, { method: 'POST', headers: JSON_BODY, body: JSON.stringify(body) });
  return (await response.json()) as Answer;
}

async function signIn(client: StrapiClient, identifier: string, password: string): Promise<Tokens> {
  return post(client, 'auth/local', { identifier, password });
}

async function thrown(promise: Promise<unknown>): Promise<HTTPError> {
  const error = await promise.then(() => undefined, (error: unknown) => error);
  expect(error).toBeInstanceOf(HTTPError);
  return error as HTTPError;
}

async function expectEnvelope({ response }: HTTPError, status: number, name: string, message: string): Promise<void> {
  expect(await response.json()).toEqual({ data: null, error: { status, name, message, details: {} } });
}
