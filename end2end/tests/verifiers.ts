// The programs of docs/verify.md, run as their readers would.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const CHECKOUT = resolve(import.meta.dirname, '../..');

/** Where each program is, by the language that its block has in the page. */
export const SOURCES = {
  rust: join(CHECKOUT, 'auth/examples/verify.rs'),
  js: join(CHECKOUT, 'docs/verify/verify.mjs'),
  python: join(CHECKOUT, 'docs/verify/verify.py'),
};

/** The claims of a token that is good, or what is wrong with it. */
export type Answer = Record<string, unknown>;

/** A program that runs, and keeps the keys it has fetched for as long as it does. */
export interface Verifier {
  language: string;
  verify: (token: string) => Promise<Answer>;
  stop: () => Promise<void>;
}

/** Starts all three. `folder` is one below which Node finds the packages of these tests. */
export async function startVerifiers(issuer: string, folder: string): Promise<Verifier[]> {
  const module = join(folder, 'verify.mjs');
  await copyFile(SOURCES.js, module);
  return [
    start('rust', [example(), issuer]),
    start('js', [process.execPath, module, issuer]),
    start('python', [python(), SOURCES.python, issuer]),
  ];
}

/** What `cargo xtask test` names, or else what `cargo test` builds. */
function example(): string {
  if (process.env.LATCHKEY_VERIFY_RS) return process.env.LATCHKEY_VERIFY_RS;
  const target = resolve(CHECKOUT, process.env.CARGO_TARGET_DIR ?? 'target');
  const built = join(target, 'debug/examples/verify');
  if (!existsSync(built)) throw new Error(`there is no ${built}: run cargo build --package auth --example verify`);
  return built;
}

/** What `cargo xtask test` names, or what it has installed, or else the system's, which may have PyJWT. */
function python(): string {
  if (process.env.LATCHKEY_PYTHON) return process.env.LATCHKEY_PYTHON;
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const installed = join(cache, 'latchkey/python/bin/python');
  return existsSync(installed) ? installed : 'python3';
}

function start(language: string, [program, ...args]: [string, ...string[]]): Verifier {
  const child = spawn(program, args);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  child.on('error', (error) => (complaint += error.message));
  // Writing to a program that has ended: that it has ended is told when its answer is missing.
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  const verify = async (token: string): Promise<Answer> => {
    child.stdin.write(`${token}\n`);
    const line = await lines.next();
    if (line.done) throw new Error(`the program in ${language} has ended: ${complaint}`);
    return JSON.parse(line.value) as Answer;
  };
  return { language, verify, stop: () => end(child) };
}

/** A program whose input ends has nothing more to do. */
async function end(child: ChildProcessWithoutNullStreams): Promise<void> {
  child.stdin.end();
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
