// What a run leaves behind for the check that comes after it: what the servers logged, and what must not be there.

import { appendFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Emptied before each run. */
const RUN = resolve(import.meta.dirname, '../test-results/run');

/** A file for each server. */
export const LOGS = join(RUN, 'logs');
/** A file for each process that ran tests, with a JSON text on each line. */
export const SECRETS = join(RUN, 'secrets');

/** Shorter ones are found in words of ours, and no password of an account is so short. */
const SHORTEST = 8;

/** Makes a folder of the run, when it is not there: a test may be run by itself. */
export function folder(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}

/** Remembers what no log may hold: what was typed as a password, an address, what a server handed out. */
export function mustNotBeLogged(secrets: readonly (string | undefined)[]): void {
  const known = secrets.filter((secret) => secret !== undefined && secret.length >= SHORTEST);
  const lines = known.map((secret) => `${JSON.stringify(secret)}\n`);
  if (lines.length > 0) appendFileSync(join(folder(SECRETS), `${process.pid}`), lines.join(''));
}

/** What of a form or a JSON body must not be logged. */
export function secretsOf(body: string | null): string[] {
  const isSecret = ([name, value]: [string, unknown]) => /password|passcode|token|email/i.test(name) || /@/.test(String(value));
  return fields(body ?? '').filter(isSecret).map(([, value]) => String(value));
}

function fields(body: string): [string, unknown][] {
  try {
    return Object.entries(JSON.parse(body) as object);
  } catch {
    return [...new URLSearchParams(body)];
  }
}
