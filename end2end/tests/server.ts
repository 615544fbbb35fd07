// The real server on a free port, with a data folder of its own. Each logs all that it ever says, every other one
// as JSON, and into a file: `log.after.ts` looks for secrets there.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { once } from 'node:events';
import { promisify } from 'node:util';

import { expect } from '@playwright/test';

import { LOGS, folder, mustNotBeLogged } from './run.ts';

const CHECKOUT = resolve(import.meta.dirname, '../..');

/** The files that the build made for browsers. */
export const SITE = resolve(CHECKOUT, process.env.LEPTOS_SITE_ROOT ?? 'target/site');

/** Starts and stops are quick; a machine that does ten things at once may take longer. */
const PATIENCE = 20_000;

export interface Server {
  /** Like `http://localhost:4000`. */
  url: string;
  /** Runs a command beside it, like `key list`, with the same settings and data; gives what it printed. */
  run: (command: string) => Promise<string>;
  /** Asks it to leave, and fails when it did not do so cleanly. */
  stop: () => Promise<void>;
}

/** Settings are environment variables: `{ LATCHKEY_REGISTRATION: 'closed' }`. */
export async function startServer(settings: Record<string, string> = {}): Promise<Server> {
  const port = await freePort();
  const data = await mkdtemp(join(tmpdir(), 'latchkey-'));
  const format = formats.next().value;
  const log = join(folder(LOGS), `${Date.now()}-${port}.${format}`);
  const env = {
    ...withoutSettings(process.env),
    LATCHKEY_DATA_DIR: data,
    LEPTOS_SITE_ADDR: `127.0.0.1:${port}`,
    // What a password costs is measured elsewhere; here it would only be waited for.
    LATCHKEY_ARGON2: 'm=64,t=1,p=1',
    // All the tests come from one address.
    LATCHKEY_RATE_LIMITS: 'off',
    LATCHKEY_LOG_FORMAT: format,
    RUST_LOG: 'trace',
    ...settings,
  };
  const file = openSync(log, 'a');
  const child = spawn(binary(), [], { cwd: CHECKOUT, stdio: ['ignore', 'ignore', file], env });
  closeSync(file);
  const url = `http://localhost:${port}`;

  const run = async (command: string) => {
    const { stdout, stderr } = await promisify(execFile)(binary(), command.split(' '), { cwd: CHECKOUT, env });
    appendFileSync(log, stderr);
    return stdout;
  };
  const leave = async () => {
    const end = await terminate(child);
    mustNotBeLogged([settings.LATCHKEY_SECRET, ...secretsIn(data)]);
    await rm(data, { recursive: true, force: true });
    return end;
  };
  const stop = async () => {
    const end = await leave();
    expect(end, `how the server ended; it wrote:\n${lastOf(log)}`).toBe('code 0');
    const panics = readFileSync(log, 'utf8').split('\n').filter((line) => line.includes('panicked'));
    expect(panics, 'what the server wrote').toEqual([]);
  };
  try {
    await expect.poll(() => answers(child, url), { intervals: [20], timeout: PATIENCE }).toBe(true);
  } catch (error) {
    await leave();
    throw new Error(`the server does not answer at ${url}; it wrote:\n${lastOf(log)}`, { cause: error });
  }
  return { url, run, stop };
}

const formats = alternate(Number(process.env.TEST_PARALLEL_INDEX ?? 0));

/** The formats of the log by turns. */
function* alternate(from: number): Generator<string, never> {
  for (let number = from; ; number += 1) yield number % 2 === 0 ? 'text' : 'json';
}

/** The end of a log, without what only a search reads. */
function lastOf(log: string): string {
  const lines = readFileSync(log, 'utf8').split('\n').filter((line) => !/\b(DEBUG|TRACE)\b/.test(line));
  return lines.slice(-50).join('\n');
}

/** The secret that a server made itself, and the tokens in the letters that it wrote. */
function secretsIn(data: string): string[] {
  const text = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const outbox = join(data, 'outbox');
  const letters = existsSync(outbox) ? readdirSync(outbox).map((name) => text(join(outbox, name))) : [];
  // A line of a letter that is too long goes on after a `=`, and a `=` is written as `=3D`.
  const plain = letters.map((letter) => letter.replaceAll('=\r\n', '').replaceAll('=3D', '='));
  const tokens = plain.flatMap((letter) => letter.match(/(?<=token=)[\w-]+/g) ?? []);
  const key = join(data, 'secret.key');
  const secret = existsSync(key) ? readFileSync(key) : Buffer.alloc(0);
  return [secret.toString('hex'), secret.toString('base64'), secret.toString('base64url'), ...tokens];
}

/** What `cargo xtask test` names, or else what was built last. */
function binary(): string {
  if (process.env.LATCHKEY_BIN) return process.env.LATCHKEY_BIN;
  const target = resolve(CHECKOUT, process.env.CARGO_TARGET_DIR ?? 'target');
  const built = ['release', 'debug']
    .map((profile) => join(target, profile, 'latchkey'))
    .filter((file) => existsSync(file) && fitsSite(file))
    .sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  if (!built[0]) throw new Error(`there is no server in ${target} with its site: run cargo leptos build`);
  return built[0];
}

/** Plain `cargo test` builds a server too, whose pages ask for files that nobody built. */
function fitsSite(binary: string): boolean {
  const hashes = join(dirname(binary), 'hash.txt');
  const hash = existsSync(hashes) && /^js: *(\S+)/m.exec(readFileSync(hashes, 'utf8'))?.[1];
  return existsSync(join(SITE, 'pkg', hash ? `latchkey.${hash}.js` : 'latchkey.js'));
}

/** The settings of whoever runs the tests, and of cargo-leptos, are for another server. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isSetting = (name: string) =>
    (/^(LEPTOS|LATCHKEY)_/.test(name) && name !== 'LEPTOS_SITE_ROOT') || name === 'DATABASE_URL';
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isSetting(name)));
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function answers(child: ChildProcess, url: string): Promise<boolean> {
  if (hasEnded(child)) throw new Error('the server ended at its start');
  return fetch(url).then((response) => response.ok, () => false);
}

async function terminate(child: ChildProcess): Promise<string> {
  if (!hasEnded(child)) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const last = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await ended;
    clearTimeout(last);
  }
  return child.signalCode ?? `code ${child.exitCode}`;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
