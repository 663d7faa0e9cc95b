"""Which rules came near, and why they did not apply: what a person needs who was sure that it would be allowed."""

from collections.abc import Iterator
from dataclasses import dataclass

from data_authorization.graphql_schema.access import MODE_OF_DOOR, Access, Door, Grant, Principal
from data_authorization.graphql_schema.calling import Caller, Meets, Request, matching
from data_authorization.graphql_schema.schema import Place
from data_authorization.graphql_schema.sentences import listed, operation_words
from data_authorization.graphql_schema.vocabulary import MODE_WORDS, READS, Operation


@dataclass(frozen=True, slots=True)
class Near:
    place: Place
    number: int
    words: str


FARTHEST = 4
"""Rules of the model that a field's own rules replace, and that would say no anyway, are not near at all."""


def near_misses(access: Access, caller: Caller, request: Request) -> tuple[Near, ...]:
    """One reason for every rule, the nearest first: those that only lack something of the caller or of the item."""
    found: dict[tuple[Place, int], tuple[int, str]] = {}
    meets = matching(caller, request)
    for grant in (*access.of_type, *_other_fields(access, request)):
        distance, words = _reason(access, grant, caller, request, meets)
        if distance > FARTHEST:
            continue
        key = (grant.place, grant.number)
        if key not in found or distance < found[key][0]:
            found[key] = (distance, words)
    ordered = sorted(found.items(), key=lambda one: one[1][0])
    return tuple(Near(place, number, words) for (place, number), (_, words) in ordered)


def _other_fields(access: Access, request: Request) -> Iterator[Grant]:
    names = (request.field,) if request.field else access.field_names
    for name in names:
        if name in access.restricted:
            yield from access.of_field(name)


def _reason(access: Access, grant: Grant, caller: Caller, request: Request, meets: Meets) -> tuple[int, str]:
    asked = set(READS) if request.operation == Operation.READ else {request.operation}
    is_meant = meets(grant.principal)
    grants_it = bool(asked & grant.operations)
    if request.field in access.restricted and grant.place.field != request.field:
        if is_meant and grants_it:
            return 0, f"It would allow this, but {request.field} has rules of its own, which replace it."
        return FARTHEST + 1, ""
    if is_meant and grants_it:
        return 0, _of_a_whole(access, grant, request)
    if is_meant:
        return 1, f"It is meant for this caller, but it grants {_granted(grant)} only."
    if grant.principal.door != caller.mode:
        return (3 if grants_it else 5), f"It is for callers who come by {DOOR_WORDS[grant.principal.door]}."
    return (2 if grants_it else 4), why_not(grant.principal, caller, request)


def _of_a_whole(access: Access, grant: Grant, request: Request) -> str:
    """A rule that says yes for some fields, where the operation needs more than these."""
    if request.operation == Operation.DELETE:
        others = [
            name
            for name in access.field_names
            if not any(
                one.principal == grant.principal and Operation.DELETE in one.operations for one in access.of_field(name)
            )
        ]
        return f"It grants delete, but not on {listed(others)}: an item is only deleted as a whole."
    return "It applies, but not to every field that is required."


def _granted(grant: Grant) -> str:
    return operation_words(grant.operations) or "nothing"


def why_not(principal: Principal, caller: Caller, request: Request) -> str:
    """Why the caller, who came by the right door, is not whom the rule speaks of."""
    match principal.kind:
        case "group":
            return f"The caller is not in {principal.name} (claim {principal.claim})."
        case "dynamic":
            if not caller.token.get(principal.claim):
                return f"The caller's token has no groups (claim {principal.claim})."
            if not request.item.get(principal.name):
                return f"The item names no group in {principal.name}."
            return f"None of the caller's groups stands in the item's {principal.name}."
    missing = [one for one in principal.claim.split("::") if not _has(one, caller)]
    if missing:
        return f"The caller's token lacks the claim {listed(missing)}, which tells the owner."
    if not request.item.get(principal.name):
        return f"The item names nobody in {principal.name}."
    return f"The item's {principal.name} is somebody else."


def _has(claim: str, caller: Caller) -> bool:
    return bool(caller.token.get(claim) or (claim == "username" and caller.token.get("cognito:username")))


DOOR_WORDS = {
    Door.USER_POOL: "the user pool",
    Door.IDENTITY_POOL: "the identity pool, signed in",
    Door.GUEST: "the identity pool as guests",
    Door.API_KEY: "the API key",
    Door.OIDC: MODE_WORDS[MODE_OF_DOOR[Door.OIDC]],
    Door.LAMBDA: "the Lambda authorizer",
}
