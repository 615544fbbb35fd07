// Runs after the suite, whatever came of it: no secret is in what the servers have logged.
//
// They log all that they ever do: the settings are in `server.ts`. What the tests typed and were given was
// remembered meanwhile (`run.ts`), and what was not has a shape that is looked for (`leaks.ts`).

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { leaks } from './leaks.ts';
import { BROWSER } from './product.ts';
import { LOGS, SECRETS } from './run.ts';

const logs = () => readdirSync(LOGS).map((name) => ({ name, text: readFileSync(join(LOGS, name), 'utf8') }));

function secrets(): Set<string> {
  const files = readdirSync(SECRETS).map((name) => readFileSync(join(SECRETS, name), 'utf8'));
  const lines = files.flatMap((text) => text.split('\n').filter(Boolean));
  return new Set(lines.map((line) => JSON.parse(line) as string));
}

test('the search finds each kind of secret, and nothing in what is no secret', () => {
  const secret = 'seven quiet "otters" sing & dance';
  const planted: [what: string, line: string][] = [
    ['a JWT', 'access=eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJo'],
    ['a token', 'refresh: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g-_'],
    ['a token', 'path="/reset-password/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"'],
    ['the token of a link', 'GET /reset-password?token=x'],
    ['a cookie', `${BROWSER}=AAECAwQFBgcICQ`],
    ['an Authorization header', '"authorization": "x"'],
    ['an Authorization header', 'it sent Bearer abcdefghij'],
    ['a password hash', '$argon2id$v=19$m=64'],
    ['a mail address', 'to=ada@example.org'],
    ['a mail address', 'email=ada%40example.org'],
    ['the password of a database', 'postgres://latchkey:open@localhost/latchkey'],
    [`a known secret, ${JSON.stringify(secret)}`, `password=${secret}`],
    [`a known secret, ${JSON.stringify(secret)}`, 'password=seven+quiet+%22otters%22+sing+%26+dance'],
    [`a known secret, ${JSON.stringify(secret)}`, JSON.stringify({ password: secret })],
  ];
  const harmless = [
    '2026-11-22T13:00:00.000000Z  INFO request{request_id="0a1b2c3d4e5f60718293a4b5c6d7e8f9"}: server::requests: answered',
    'method="GET" path="/login" status=200 milliseconds=0.4',
    'recipient=a***@example.org attempts=1',
    'summary="select * from users …" db.statement="\\n\\nselect * from users where email = $1\\n"',
  ];
  const known = new Set([secret]);
  for (const [what, line] of planted) {
    const found = leaks([...harmless, line, ...harmless].join('\n'), known);
    expect(found.map((leak) => leak.what), line).toContain(what);
    expect(found[0]?.line).toBe(line);
  }
  expect(leaks(harmless.join('\n'), known)).toEqual([]);
});

test('every server has logged what it was asked and what it asked the database', () => {
  expect(logs().length).toBeGreaterThan(0);
  for (const { name, text } of logs()) {
    const lines = text.split('\n').filter(Boolean);
    expect(lines.filter((line) => /answered/.test(line)).length, name).toBeGreaterThan(0);
    expect(lines.filter((line) => /DEBUG/.test(line) && /select/i.test(line)).length, name).toBeGreaterThan(0);
    if (name.endsWith('.json')) for (const line of lines) JSON.parse(line);
  }
});

test('no secret is in the log of any server', () => {
  const known = secrets();
  expect(known.size).toBeGreaterThan(0);
  const found = logs().flatMap(({ name, text }) => leaks(text, known).map((leak) => ({ name, ...leak })));
  expect(found).toEqual([]);
});
