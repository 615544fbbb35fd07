// An issuer whose keys the tests hold. It signs well what Latchkey never would: whoever refuses that has
// looked at more than the signature.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type CryptoKey, type JWK, type JWTPayload, SignJWT, exportJWK, generateKeyPair } from 'jose';

interface Header {
  alg?: string;
  typ?: string | undefined;
  kid?: string | undefined;
  [name: string]: unknown;
}

export interface Issuer {
  /** Like `http://localhost:4000`. */
  url: string;
  /** How often somebody has asked for its keys. */
  asked: () => number;
  /** Signs what Latchkey would, with some of it changed; what is `undefined` is left out. */
  sign: (claims?: JWTPayload, header?: Header) => Promise<string>;
  stop: () => Promise<void>;
}

/** It has a key of each algorithm; the `kid` is the name of the algorithm. */
export async function startIssuer(algorithms: string[]): Promise<Issuer> {
  const published: JWK[] = [];
  const secret = new Map<string, CryptoKey>();
  for (const alg of algorithms) {
    const pair = await generateKeyPair(alg);
    secret.set(alg, pair.privateKey);
    published.push({ ...(await exportJWK(pair.publicKey)), kid: alg, alg, use: 'sig' });
  }
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    response.statusCode = request.url === '/.well-known/jwks.json' ? 200 : 404;
    response.end(JSON.stringify({ keys: published }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;

  const sign = async (claims: JWTPayload = {}, header: Header = {}) => {
    const alg = header.alg ?? algorithms[0]!;
    const now = Math.floor(Date.now() / 1000);
    const usual = { sub: '7', sid: 'a-session', role: 'user', amr: ['pwd'], auth_time: now };
    const times = { iat: now, exp: now + 600 };
    const key = secret.get(alg);
    if (!key) throw new Error(`there is no key for ${alg}`);
    const crit = Object.fromEntries(((header.crit as string[] | undefined) ?? []).map((name) => [name, true]));
    return new SignJWT({ iss: url, aud: url, ...usual, ...times, ...claims })
      .setProtectedHeader({ typ: 'at+jwt', kid: alg, ...header, alg })
      .sign(key, { crit });
  };
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url, asked: () => asked, sign, stop };
}
