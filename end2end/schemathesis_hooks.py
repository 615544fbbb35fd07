"""How schemathesis signs in to the API, and what it is told that it could not find out."""

import os
import uuid
from pathlib import Path

import requests
import schemathesis

SITE = os.environ["LATCHKEY_SITE"]
# Cookies begin with it.
PRODUCT = Path(__file__).parent.with_name("product").joinpath("NAME").read_text().strip().lower().replace(" ", "-")
PASSWORD = "seven quiet otters sing"

account = {}


def send(method, path, **request):
    return requests.request(method, SITE + path, timeout=10, **request)


def credentials():
    return {"identifier": account.get("email", "nobody"), "password": PASSWORD}


def sign_in():
    """Gives the tokens of a new session, of a new account where the last one is not there any more."""
    answer = send("POST", "/api/auth/local", json=credentials())
    if answer.status_code == 400:
        # Addresses that the run has seen it also registers with, and that replaces who never confirmed one.
        name = f"guest-{uuid.uuid4().hex[:12]}"
        account.update(username=name, email=f"{name}@example.org", password=PASSWORD)
        answer = send("POST", "/api/auth/local/register", json=account)
    answer.raise_for_status()
    return answer.json()


# The run signs itself out, by what it sends: whenever a token is refused, another one is got.
@schemathesis.auth(retry_on=[401])
class Bearer:
    def get(self, case, context):
        return sign_in()["jwt"]

    def set(self, case, token, context):
        case.headers.update(bearer(token))


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def own_password():
    sign_in()
    return credentials()


def another_password():
    new = PASSWORD.replace("seven", "eight")
    body = {"currentPassword": PASSWORD, "password": new, "passwordConfirmation": new}
    return {"headers": bearer(sign_in()["jwt"]), "body": body}


def own_session():
    headers = bearer(sign_in()["jwt"])
    sessions = send("GET", "/api/auth/sessions", headers=headers).json()["data"]
    own = next(session["id"] for session in sessions if session["current"])
    return {"headers": headers, "path_parameters": {"id": own}}


# Nobody guesses a password, a refresh token or the id of a session: without these, only their refusal would be
# tested.
EXAMPLES = {
    "POST /api/auth/local": lambda: {"body": own_password()},
    "POST /api/auth/refresh": lambda: {"body": {"refreshToken": sign_in()["refreshToken"]}},
    "POST /api/auth/change-password": another_password,
    "DELETE /api/auth/sessions/{id}": own_session,
    "POST /api/login": lambda: {"body": {"email": own_password()["identifier"], "password": PASSWORD}},
    "POST /api/refresh": lambda: {"cookies": {f"{PRODUCT}_refresh": sign_in()["refreshToken"]}},
}


@schemathesis.hook
def after_load_schema(context, schema):
    paths = schema.raw_schema["paths"]
    described = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert described.issuperset(EXAMPLES), f"not in the description: {EXAMPLES.keys() - described}"


@schemathesis.hook
def before_add_examples(context, examples):
    make = EXAMPLES.get(context.operation.label)
    if make:
        examples.append(context.operation.Case(**make()))
