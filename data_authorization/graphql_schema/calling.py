"""Who asks for what, and whether a caller is who a rule speaks of."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from data_authorization.graphql_schema.access import Principal
from data_authorization.graphql_schema.vocabulary import Operation

Meets = Callable[[Principal], bool]


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks. `mode` is a `Door`; `claims` are those of the token beyond what the other attributes fill.

    `username` fills the claims `username` (access token) and `cognito:username` (identity token), `groups` fills
    `cognito:groups`.
    """

    mode: str
    username: str = ""
    sub: str = ""
    groups: tuple[str, ...] = ()
    claims: Mapping[str, object] = field(default_factory=dict)

    @property
    def token(self) -> Mapping[str, object]:
        filled: dict[str, object] = {}
        if self.sub:
            filled["sub"] = self.sub
        if self.username:
            filled["username"] = filled["cognito:username"] = self.username
        if self.groups:
            filled["cognito:groups"] = list(self.groups)
        return filled | dict(self.claims)


@dataclass(frozen=True, kw_only=True)
class Request:
    """`item`: for a creation what is handed in, else what is stored. `field` "" asks for the item as a whole."""

    type: str
    operation: str
    item: Mapping[str, object] = field(default_factory=dict)
    field: str = ""


def matching(caller: Caller, request: Request) -> Meets:
    """Whether the caller is who a rule speaks of, for this item; each principal and claim is looked at once."""
    token = caller.token

    @cache
    def groups(claim: str) -> tuple[str, ...]:
        return words_of_claim(token.get(claim))

    @cache
    def meets(principal: Principal) -> bool:
        if principal.door != caller.mode:
            return False
        match principal.kind:
            case "anyone":
                return True
            case "group":
                return principal.name in groups(principal.claim)
            case "dynamic":
                wanted = _texts(request.item.get(principal.name))
                return any(one in wanted for one in groups(principal.claim))
        identities = identities_of(principal.claim, token)
        if request.operation == Operation.CREATE and principal.name not in request.item:
            # The API writes the caller into the field that was left out.
            return bool(identities)
        return any(one in identities for one in _texts(request.item.get(principal.name)))

    return meets


def identities_of(claim: str, token: Mapping[str, object]) -> tuple[str, ...]:
    """What may stand in the owner field: the parts of the claim joined, and each part. Empty where one is missing."""
    parts = [_identity(one, token) for one in claim.split("::")]
    if not all(parts):
        return ()
    return tuple(dict.fromkeys(["::".join(parts), *parts]))


def _identity(claim: str, token: Mapping[str, object]) -> str:
    found = token.get(claim)
    if found is None and claim == "username":
        found = token.get("cognito:username")
    return "" if found is None else str(found)


def words_of_claim(value: object) -> tuple[str, ...]:
    """A list, a JSON list in a string, or one word."""
    if isinstance(value, str):
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = None
        return _texts(parsed if isinstance(parsed, list) else value)
    return _texts(value)


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list | tuple):
        return tuple(str(one) for one in value if one is not None)
    return (str(value),)
