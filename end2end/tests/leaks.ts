// Looks for secrets in a log: those that are known, and whatever has the shape of one.

import { ID } from './product.ts';

/** What nothing in a log may look like. */
const SHAPES: readonly [what: string, shape: RegExp][] = [
  ['a JWT', /\beyJ[\w-]{8,}/],
  // A refresh token, the token of a link, a signature: all are random, and longer than any name of ours.
  ['a token', /(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{40,}/],
  ['the token of a link', /\btoken=/i],
  ['a cookie', new RegExp(`\\b(?:__Host-)?${ID}_(?:access|refresh|browser)=`)],
  ['an Authorization header', /\bauthorization\b["']?\s*[:=]|\b(?:Bearer|Basic) [\w+/=.-]{8,}/i],
  ['a password hash', /\$argon2/],
  // One whose name is hidden but for its first letter (`a***@example.org`) is none.
  ['a mail address', /[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+/i],
  ['the password of a database', /\b\w+:\/\/[^\s/:@]+:[^\s/@]+@/],
];

export interface Leak {
  what: string;
  /** The line that holds it. */
  line: string;
}

/** Finds what is in a log and must not be. Each kind is told once. */
export function leaks(log: string, secrets: ReadonlySet<string>): Leak[] {
  const shaped = SHAPES.flatMap(([what, shape]) => {
    const at = log.search(shape);
    return at < 0 ? [] : [{ what, line: lineAt(log, at) }];
  });
  const known = [...secrets].flatMap((secret) => {
    const at = written(secret).map((text) => log.indexOf(text)).find((at) => at >= 0);
    return at === undefined ? [] : [{ what: `a known secret, ${JSON.stringify(secret)}`, line: lineAt(log, at) }];
  });
  return [...shaped, ...known];
}

/** How a secret may have been written down: as it is, as in a form, in an address, and within quotes. */
function written(secret: string): string[] {
  const inForm = new URLSearchParams({ '': secret }).toString().slice(1);
  return [...new Set([secret, inForm, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])];
}

function lineAt(log: string, at: number): string {
  const end = log.indexOf('\n', at);
  return log.slice(log.lastIndexOf('\n', at) + 1, end < 0 ? undefined : end).slice(0, 500);
}
