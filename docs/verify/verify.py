"""Checks access tokens of Latchkey: `python verify.py <issuer>` reads tokens from standard input, one a
line, and answers each with a line of JSON."""

import json
import sys

import jwt

issuer = sys.argv[1]

keys = jwt.PyJWKClient(
    f"{issuer}/.well-known/jwks.json",
    # How long the keys are kept: as long as the answer they come in allows.
    lifespan=600,
    # How often an unknown key may be asked for: anybody can send tokens that name keys nobody has.
    cooldown_duration=10,
    timeout=5,
)


def verify(token):
    header = jwt.get_unverified_header(token)
    if header.get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("this is not an access token")
    if "kid" not in header:
        raise jwt.InvalidTokenError("the token names no key")
    return jwt.decode(
        token,
        keys.get_signing_key(header["kid"]),
        algorithms=["EdDSA", "ES256"],
        issuer=issuer,
        audience=issuer,
        options={"require": ["sub", "exp", "iat"]},
        # How far two clocks may stand apart, in seconds.
        leeway=5,
    )


for line in sys.stdin:
    try:
        answer = verify(line.strip())
    except jwt.PyJWTError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
