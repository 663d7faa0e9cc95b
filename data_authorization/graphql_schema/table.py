"""Who may do what with a type or a field, as a table whose cells name the rules that decide.

Every cell is the simulator's answer for a caller who stands for the row: a user of the pool in one group, say, who
owns nothing. Groups that the same rules name share one answer, so that a pool of 300 costs as much as one of 3.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from data_authorization.graphql_schema.access import Access, Door, Principal, access_of
from data_authorization.graphql_schema.calling import Caller, Request
from data_authorization.graphql_schema.schema import Place, Schema
from data_authorization.graphql_schema.sentences import ANYONE, group_words, listed, whom
from data_authorization.graphql_schema.simulation import Decision, decide_with, implied
from data_authorization.graphql_schema.vocabulary import (
    COARSE,
    DEFAULT_GROUP_CLAIM,
    DEFAULT_IDENTITY_CLAIM,
    DEFAULT_OWNER_FIELD,
    Operation,
)

OTHER = "somebody-else"
"""Whom an item names that is not the caller's."""


@dataclass(frozen=True, slots=True)
class Who:
    """A row. `kind`: `owner`, `signed-in`, `group`, `dynamic`, `identity-pool`, `guest`, `api-key`, `custom`, `oidc`.

    `words` begins a sentence ("Owners", "Users in the x group"), `name` is the group, or the field of the item.
    """

    kind: str
    words: str
    name: str = ""
    title: str = ""
    """The head of the row: "Editors", "Owner", "Guests"."""

    @property
    def is_public(self) -> bool:
        return self.kind in ("guest", "api-key")


@dataclass(frozen=True, slots=True)
class Cell:
    """`answer`: `yes`, `own` (only items that name the caller), `partly`, `no`; `rules` are those that decide.

    `words` is short: "Yes", "Own items", "Without cost", "Only name", "Get, list only", "No".
    """

    answer: str
    words: str
    rules: tuple[tuple[Place, int], ...] = ()
    without: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    lacking: tuple[str, ...] = field(default=(), compare=False)
    """Of a "No": the fields with rules of their own that this caller lacks. Without them it may be one all the same."""


@dataclass(frozen=True, slots=True)
class Row:
    who: Who
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`operations` names the columns; every row has a cell for each."""

    place: Place
    operations: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A row and who stands for it; `others` is the item of somebody else, `own` the one that names the caller."""

    who: Who
    caller: Caller
    own: Mapping[str, object] | None = None


def table_of(schema: Schema, place: Place, groups: Sequence[str], modes: Sequence[str] = ()) -> Table:
    """Rows for the `groups` of the pool and those that rules name. Raises LookupError for a place that is not there.

    Outside models there is but one column, `read`: a field is asked for, or not. `modes` are those of the API, the
    default one first, none where nobody knows: a field that no rule is about answers to them alone.
    """
    access = access_of(schema, place.type)
    if place.field and access.definition.field(place.field) is None and place.field not in implied(access):
        raise LookupError(f"{place.type} has no field {place.field}.")
    return table_with(access, place, groups, modes)


def table_with(access: Access, place: Place, groups: Sequence[str], modes: Sequence[str] = ()) -> Table:
    """`table_of` for who asks for several fields of one type."""
    operations = tuple(str(one) for one in COARSE) if access.is_model else (str(Operation.READ),)
    asked = access if access.is_model or place.field else None
    open_to = () if access.is_model or place.field in access.restricted else tuple(modes)
    rows: list[Row] = []
    shared: dict[tuple[tuple[Place, int], ...], tuple[Cell, ...]] = {}
    named = _rules_of_groups(access)
    for one in standings(access, groups):
        # Whoever is only in groups that no rule names is merely signed in.
        is_plain = one.who.kind == "group" and one.who.title == one.who.name
        rules = named.get(one.who.name, ()) if is_plain else ()
        if is_plain and rules in shared:
            rows.append(Row(one.who, shared[rules]))
            continue
        cells = tuple(
            _cell(access, place, one, operation, open_to) if asked else Cell("no", "No") for operation in operations
        )
        if is_plain or one.who.kind == "signed-in":
            shared[rules] = cells
        rows.append(Row(one.who, cells))
    return Table(place, operations, tuple(rows))


def _rules_of_groups(access: Access) -> Mapping[str, tuple[tuple[Place, int], ...]]:
    """The rules that name each group of the pool; groups of the same rules may do the same."""
    found: dict[str, list[tuple[Place, int]]] = {}
    for one in access.grants:
        principal = one.principal
        if (principal.kind, principal.door, principal.claim) == ("group", Door.USER_POOL, DEFAULT_GROUP_CLAIM):
            found.setdefault(principal.name, []).append((one.place, one.number))
    return {name: tuple(rules) for name, rules in found.items()}


def _cell(access: Access, place: Place, standing: Standing, operation: str, modes: Sequence[str]) -> Cell:
    strange = dict.fromkeys(_entities(access), OTHER)
    item = strange | dict(standing.own or {})
    decision = _ask(access, place, standing.caller, operation, item, modes)
    if not decision.allowed:
        return Cell("no", "No", lacking=_lacking(access, place, standing, operation, decision))
    only_own = bool(standing.own) and not _ask(access, place, standing.caller, operation, strange, modes).allowed
    return _of_decision(decision, standing.who, only_own=only_own)


def _lacking(access: Access, place: Place, standing: Standing, operation: str, decision: Decision) -> tuple[str, ...]:
    """An item is only created with the fields that are required, and only deleted with all of them."""
    if place.field or not access.is_model or operation != Operation.DELETE:
        fields = (access.definition.field(one) for one in decision.without if one in access.restricted)
        return tuple(one.name for one in fields if one and one.is_required)
    item = dict.fromkeys(_entities(access), OTHER) | dict(standing.own or {})
    places = (Place(place.type, one) for one in access.field_names if one in access.restricted)
    return tuple(one.field for one in places if not _ask(access, one, standing.caller, operation, item, ()).allowed)


def _of_decision(decision: Decision, who: Who, *, only_own: bool) -> Cell:
    said = []
    if only_own:
        said.append("Own items" if who.kind == "owner" else f"If named in {who.name}")
    if decision.reads:
        said.append(f"{', '.join(decision.reads)} only")
    if decision.without:
        said.append(f"only {listed(decision.only)}" if decision.only else f"without {listed(decision.without)}")
    words = ", ".join(said)
    answer = "own" if only_own else "partly" if said else "yes"
    return Cell(answer, (words[:1].upper() + words[1:]) or "Yes", decision.rules, decision.without, decision.reads)


def _ask(
    access: Access,
    place: Place,
    caller: Caller,
    operation: str,
    item: Mapping[str, object],
    modes: Sequence[str],
) -> Decision:
    request = Request(type=place.type, field=place.field, operation=operation, item=item)
    return decide_with(access, caller, request, modes=modes, explain=False)


def _entities(access: Access) -> tuple[str, ...]:
    """The fields of an item that rules look into."""
    kinds = ("owner", "dynamic")
    return tuple(dict.fromkeys(one.principal.name for one in access.grants if one.principal.kind in kinds))


def _named_groups(access: Access) -> tuple[tuple[str, Principal], ...]:
    found = {}
    for one in access.grants:
        if one.principal.kind == "group" and one.principal.door == Door.USER_POOL:
            found[one.principal.name, one.principal.claim] = one.principal
    return tuple((name, principal) for (name, _), principal in found.items())


def standings(access: Access, groups: Sequence[str]) -> Iterator[Standing]:
    """The rows, and a caller for each: always those of a user pool, guests, the API key and a Lambda authorizer.

    Those of OpenID Connect and of the identity pool only where a rule names them.
    """
    principals = tuple(dict.fromkeys(one.principal for one in access.grants))
    doors = {one.door for one in principals}
    yield from (_owner(one) for one in _owners(principals, Door.USER_POOL))
    yield Standing(Who("signed-in", ANYONE[Door.USER_POOL], title="Signed-in users"), _person(Door.USER_POOL))
    named = [one for _, one in _named_groups(access)]
    default = [one.name for one in named if one.claim == DEFAULT_GROUP_CLAIM]
    for name in dict.fromkeys([*groups, *default]):
        yield _group(Principal(Door.USER_POOL, "group", name, DEFAULT_GROUP_CLAIM))
    yield from (_group(one) for one in named if one.claim != DEFAULT_GROUP_CLAIM)
    yield from (_dynamic(one) for one in principals if one.kind == "dynamic" and one.door == Door.USER_POOL)
    if Door.OIDC in doors:
        yield Standing(Who("oidc", ANYONE[Door.OIDC], title="OpenID Connect"), _person(Door.OIDC))
        yield from (_owner(one) for one in principals if one.kind == "owner" and one.door == Door.OIDC)
        yield from (_group(one) for one in principals if one.kind == "group" and one.door == Door.OIDC)
        yield from (_dynamic(one) for one in principals if one.kind == "dynamic" and one.door == Door.OIDC)
    if Door.IDENTITY_POOL in doors:
        words = ANYONE[Door.IDENTITY_POOL]
        yield Standing(Who("identity-pool", words, title="Identity pool, signed in"), Caller(mode=Door.IDENTITY_POOL))
    yield Standing(Who("guest", ANYONE[Door.GUEST], title="Guests"), Caller(mode=Door.GUEST))
    yield Standing(Who("api-key", ANYONE[Door.API_KEY], title="API key"), Caller(mode=Door.API_KEY))
    yield Standing(Who("custom", ANYONE[Door.LAMBDA], title="Lambda authorizer"), Caller(mode=Door.LAMBDA))


def _owners(principals: Sequence[Principal], door: Door) -> tuple[Principal, ...]:
    """Without an owner rule there is still the row: people look for it."""
    found = tuple(one for one in principals if one.kind == "owner" and one.door == door)
    return found or (Principal(door, "owner", DEFAULT_OWNER_FIELD, DEFAULT_IDENTITY_CLAIM),)


def _person(door: Door, **claims: object) -> Caller:
    return Caller(mode=door, claims=claims) if claims else Caller(mode=door, username="someone", sub="a-sub")


def _owner(principal: Principal) -> Standing:
    claims = {one: f"my-{one}" for one in principal.claim.split("::")}
    named = [] if principal.name == DEFAULT_OWNER_FIELD else [principal.name]
    named += [] if principal.claim == DEFAULT_IDENTITY_CLAIM else [f"claim {principal.claim}"]
    title = f"Owner ({', '.join(named)})" if named else "Owner"
    who = Who("owner", whom(principal), principal.name, title + _door_words(principal))
    own = {principal.name: "::".join(claims.values())}
    return Standing(who, _person(principal.door, **claims), own)


def _group(principal: Principal) -> Standing:
    default = principal.claim == DEFAULT_GROUP_CLAIM
    words = group_words(principal.name) if default and principal.door == Door.USER_POOL else whom(principal)
    title = principal.name if default else f"{principal.name} ({principal.claim})"
    who = Who("group", words, principal.name, title + _door_words(principal))
    claims = {"sub": "a-sub", "username": "someone", principal.claim: [principal.name]}
    return Standing(who, _person(principal.door, **claims))


def _dynamic(principal: Principal) -> Standing:
    who = Who("dynamic", whom(principal), principal.name, f"Groups in {principal.name}{_door_words(principal)}")
    claims = {"sub": "a-sub", "username": "someone", principal.claim: ["a-group"]}
    return Standing(who, _person(principal.door, **claims), {principal.name: "a-group"})


def _door_words(principal: Principal) -> str:
    return ", OpenID Connect" if principal.door == Door.OIDC else ""
