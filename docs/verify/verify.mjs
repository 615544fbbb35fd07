// Checks access tokens of Latchkey: `node verify.mjs <issuer>` reads tokens from standard input, one a
// line, and answers each with a line of JSON.

import { createInterface } from 'node:readline';

import { createRemoteJWKSet, jwtVerify } from 'jose';

const [issuer] = process.argv.slice(2);

const published = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer), {
  // How long the keys are kept: as long as the answer they come in allows.
  cacheMaxAge: 600_000,
  // How often an unknown key may be asked for: anybody can send tokens that name keys nobody has.
  cooldownDuration: 10_000,
  timeoutDuration: 5_000,
});

// By itself jose would try the only key that there is for a token that names none.
async function key(header, token) {
  if (!header.kid) throw new Error('the token names no key');
  return published(header, token);
}

async function verify(token) {
  const { payload } = await jwtVerify(token, key, {
    algorithms: ['EdDSA', 'ES256'],
    typ: 'at+jwt',
    issuer,
    audience: issuer,
    requiredClaims: ['sub', 'exp', 'iat'],
    // How far two clocks may stand apart, in seconds.
    clockTolerance: 5,
  });
  return payload;
}

for await (const token of createInterface({ input: process.stdin })) {
  const answer = await verify(token).catch((error) => ({ error: error.message }));
  console.log(JSON.stringify(answer));
}
