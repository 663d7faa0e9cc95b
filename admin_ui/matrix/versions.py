"""Short digests of what a link puts into the generated files, to compare environments by. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from amplify_files.amplify_outputs import schema_version
from amplify_files.outputs import AuthOutputs

DIGITS = 7
"""Hexadecimal digits of a digest, as many as Git shows."""
_IDENTIFIERS = frozenset(
    {"region", "user_pool_id", "user_pool_name", "web_client_id", "web_client_name", "native_client_id",
     "native_client_name"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Versions:
    """`files` changes with any value of the authentication in the files, `settings` only with those that environments
    can have in common. `schema` is the version of `amplify_outputs.json` that they need."""

    files: str
    settings: str
    schema: str


@lru_cache(maxsize=1024)
def read(stored: str) -> tuple[AuthOutputs, Versions]:
    """The outputs of a link and their versions, from its snapshot (`AuthOutputs.to_dict()`) as JSON text.

    Links seldom change, and the page with all of them is opened often: each snapshot is worked out once.
    """
    outputs = AuthOutputs.from_dict(json.loads(stored))
    # Not the stored text, which an older version of the console may have written with fewer members.
    snapshot = outputs.to_dict()
    settings = _digest(_comparable(_without_identifiers(snapshot)))
    return outputs, Versions(_digest(snapshot), settings, schema_version(outputs))


def _digest(plain: object) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:DIGITS]


def _without_identifiers(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """Everything but ids, names, ARNs, hosts and addresses, which are another environment's by their nature."""
    plain = {name: value for name, value in snapshot.items() if name not in _IDENTIFIERS}
    web, mfa, pool = plain["web_oauth"], plain["mfa"], plain["identity_pool"]
    return plain | {
        "domain": bool(plain["domain"]),
        "custom_domain": bool(plain["custom_domain"]),
        "web_oauth": {**web, "callback_urls": bool(web["callback_urls"]), "logout_urls": bool(web["logout_urls"])},
        "mfa": {**mfa, "sms_caller_arn": ""} if mfa else None,
        "groups": [{**group, "role_arn": bool(group["role_arn"])} for group in plain["groups"]],
        "identity_pool": pool
        and {
            "allow_unauthenticated": pool["allow_unauthenticated"],
            "supported_login_providers": [name for name, _ in pool["supported_login_providers"]],
        },
    }


def _comparable(value: Any) -> Any:
    """Lists in one order, because that of Cognito's answers means nothing; nothing at all the same as empty."""
    if isinstance(value, Mapping):
        return {key: _comparable(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_comparable(item) for item in value), key=repr) or None
    return value or None
