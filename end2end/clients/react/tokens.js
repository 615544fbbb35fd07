// Where the application keeps its tokens, in one of two ways, and how it calls the API with them.

import { api, tokens } from '/settings.js';

// By cookie, only the access token is known to script, and a reload forgets it.
const isByCookie = tokens === 'cookie';
let accessToken = isByCookie ? null : localStorage.getItem('accessToken');

/** Like "Invalid identifier or password". */
export class Refusal extends Error {}

export function isSignedIn() {
  return accessToken !== null;
}

/** After a reload the cookie, which script cannot see, may still bring an access token. */
export async function wake() {
  if (isByCookie) await renew();
}

export async function signIn(identifier, password) {
  const response = await post('/auth/local', { identifier, password });
  const answer = await response.json();
  if (!response.ok) throw new Refusal(answer.error.message);
  keep(answer);
}

export async function signOut() {
  const headers = { 'Content-Type': 'application/json' };
  const response = await call('/auth/logout', { method: 'POST', headers, body: '{}' });
  const { ok } = await response.json();
  if (ok) forget();
}

/** Calls a protected part of the API; an access token that has ended is renewed once. */
export async function call(path, init = {}) {
  const used = accessToken;
  const response = await ask(path, init);
  if (response.status !== 401) return response;
  // Another call may have renewed it in the meantime.
  if (used !== accessToken || (await renewTogether())) return ask(path, init);
  forget();
  return response;
}

function ask(path, init) {
  const headers = { ...init.headers, Authorization: `Bearer ${accessToken}` };
  return fetch(`${api}${path}`, { ...init, headers, credentials: isByCookie ? 'include' : 'omit' });
}

let renewal = null;

/** Calls that are refused at the same time wait for one renewal: a refresh token is good for one. */
function renewTogether() {
  renewal ??= renew().finally(() => (renewal = null));
  return renewal;
}

async function renew() {
  const body = isByCookie ? {} : { refreshToken: localStorage.getItem('refreshToken') };
  const response = await post('/auth/refresh', body);
  const answer = await response.json();
  if (response.ok) keep(answer);
  return response.ok;
}

function post(path, body) {
  const headers = { 'Content-Type': 'application/json' };
  if (isByCookie) headers['X-Strapi-Refresh-Cookie'] = 'httpOnly';
  const credentials = isByCookie ? 'include' : 'omit';
  return fetch(`${api}${path}`, { method: 'POST', headers, credentials, body: JSON.stringify(body) });
}

function keep({ jwt, refreshToken }) {
  accessToken = jwt;
  if (isByCookie) return;
  localStorage.setItem('accessToken', jwt);
  localStorage.setItem('refreshToken', refreshToken);
}

function forget() {
  accessToken = null;
  localStorage.clear();
}
