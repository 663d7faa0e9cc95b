"""Identifiers in the shape AWS gives them: random for what a caller creates, derived for what the seeder plants.

A derived identifier depends on nothing but its name, so that every seeding gives the same account and the catalogue
can name its identifiers without a server running.
"""

import hashlib
import secrets
import string
import uuid

ACCOUNT_ID = "123456789012"
HOME_REGION = "eu-west-1"
OTHER_REGION = "us-east-1"

_MIXED = string.ascii_letters + string.digits
_LOWER = string.ascii_lowercase + string.digits


def _text(alphabet: str, length: int, name: str | None) -> str:
    if name is None:
        return "".join(secrets.choice(alphabet) for _ in range(length))
    number = int.from_bytes(hashlib.sha512(name.encode()).digest(), "big")
    characters = []
    for _ in range(length):
        number, position = divmod(number, len(alphabet))
        characters.append(alphabet[position])
    return "".join(characters)


def _uuid(name: str | None) -> uuid.UUID:
    if name is None:
        return uuid.uuid4()
    return uuid.UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4)


def pool_id(region: str, name: str | None = None) -> str:
    """`eu-west-1_` and nine letters or digits."""
    return f"{region}_{_text(_MIXED, 9, name and f'pool {region} {name}')}"


def client_id(name: str | None = None) -> str:
    """Twenty-six lower-case letters and digits."""
    return _text(_LOWER, 26, name and f"client {name}")


def client_secret(name: str | None = None) -> str:
    """Fifty-one lower-case letters and digits, AWS's usual length."""
    return _text(_LOWER, 51, name and f"secret {name}")


def identity_pool_id(region: str, name: str | None = None) -> str:
    """`eu-west-1:` and a UUID."""
    return f"{region}:{_uuid(name and f'identity pool {region} {name}')}"


def user_sub(name: str | None = None) -> str:
    """A user's `sub`: a UUID."""
    return str(_uuid(name and f"user {name}"))


def revision_id(name: str) -> str:
    """What Lambda calls a state of a function: a UUID."""
    return str(_uuid(f"revision {name}"))


def app_id(name: str | None = None) -> str:
    """An Amplify app's id: `d` and thirteen lower-case letters and digits."""
    return "d" + _text(_LOWER, 13, name and f"app {name}")


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT_ID}:role/{name}"


def stack_id(region: str, name: str, drawn: str | None = None) -> str:
    """A stack's ARN; `drawn` makes its last part the same for the same text."""
    unique = _uuid(drawn and f"stack {drawn}")
    return f"arn:aws:cloudformation:{region}:{ACCOUNT_ID}:stack/{name}/{unique}"


def change_set_id(region: str, name: str) -> str:
    return f"arn:aws:cloudformation:{region}:{ACCOUNT_ID}:changeSet/{name}/{uuid.uuid4()}"


def event_id(drawn: str) -> str:
    return str(_uuid(f"event {drawn}"))


def physical_suffix(drawn: str) -> str:
    """What CloudFormation puts behind a name it makes up: twelve upper-case letters and digits."""
    return _text(_LOWER, 12, f"suffix {drawn}").upper()


def graphql_api_id(name: str | None = None) -> str:
    """An AppSync API's id: twenty-six lower-case letters and digits."""
    return _text(_LOWER, 26, name and f"graphql api {name}")
