"""A question to the simulator as an address holds it, so that Back, bookmarks and sharing keep it whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import QueryDict

from data_authorization.graphql_schema.access import Access, Door, access_of
from data_authorization.graphql_schema.schema import Definition, Schema
from data_authorization.graphql_schema.simulation import Caller, Request, implied
from data_authorization.graphql_schema.vocabulary import COARSE, READS, ROOT_TYPES, Operation
from data_authorization.simulator.people import Person

ITEM = "item."
"""Begins the parameters that hold the fields of the item which rules look into."""
LONGEST = 4000
DOORS = {
    Door.USER_POOL: "User pool",
    Door.IDENTITY_POOL: "Identity pool, signed in",
    Door.GUEST: "Guest (identity pool, not signed in)",
    Door.API_KEY: "API key",
    Door.OIDC: "OpenID Connect",
    Door.LAMBDA: "Lambda authorizer",
}
WITH_TOKEN = (Door.USER_POOL, Door.OIDC)
"""Only these bring claims that rules look at."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says, tidied. A word that means nothing is no question: an answer would be about another one."""

    mode: Door
    user: str
    username: str
    sub: str
    groups: tuple[str, ...]
    claims_text: str
    type: str
    field: str
    operation: str
    item: Mapping[str, str]
    version: str
    is_asked: bool
    """Whether somebody chose what to ask about; until then the page only offers to."""

    @classmethod
    def of(cls, query: QueryDict, schema: Schema) -> "Asked":
        def text(name: str) -> str:
            return (query.get(name) or "").strip()[:LONGEST]

        name = text("type")
        mode = text("mode")
        operation = text("operation")
        return cls(
            mode=Door(mode) if mode in tuple(Door) else Door.USER_POOL,
            user=text("user")[:128],
            username=text("username"),
            sub=text("sub"),
            groups=words_of(text("groups")),
            claims_text=(query.get("claims") or "")[:LONGEST],
            type=name or next((one.name for one in askable(schema)), ""),
            field=text("field"),
            operation=operation if operation in (*COARSE, *READS) else Operation.READ.value,
            item={
                one.removeprefix(ITEM): value[:LONGEST]
                for one in query
                if one.startswith(ITEM) and (value := (query.get(one) or "").strip())
            },
            version="base" if text("version") == "base" else "",
            is_asked=bool(name) and mode in ("", *Door) and operation in ("", *COARSE, *READS),
        )

    @property
    def has_token(self) -> bool:
        return self.mode in WITH_TOKEN

    def caller(self, person: Person | None, claims: Mapping[str, object]) -> Caller:
        """A picked person fills user name, sub and groups; typed claims come on top."""
        if not self.has_token:
            return Caller(mode=self.mode)
        if person is not None:
            return Caller(mode=self.mode, username=person.username, sub=person.sub, groups=person.groups, claims=claims)
        return Caller(mode=self.mode, username=self.username, sub=self.sub, groups=self.groups, claims=claims)

    def request(self, access: Access) -> Request:
        """The fields of the item in their shape: several words for a list. What is empty is not there."""
        item = {
            name: list(words_of(value)) if is_list(access.definition, name) else value
            for name, value in self.item.items()
        }
        return Request(type=self.type, field=self.field, operation=self.operation_for(access), item=item)

    def lacks_field(self, access: Access) -> bool:
        """Whether the type has no field of this name (any more)."""
        return bool(self.field) and self.field not in access.field_names and self.field not in implied(access)

    def operation_for(self, access: Access) -> str:
        return self.operation if access.is_model else Operation.READ.value


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims typed by hand, one `name=value` a line; `errors` are about lines that are none."""

    values: Mapping[str, object] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


def claims_of(text: str) -> Claims:
    values: dict[str, object] = {}
    errors: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, found, value = line.partition("=")
        if not found or not name.strip():
            errors.append(f"Line {number} is not of the form name=value: {line.strip()[:80]}")
            continue
        values[name.strip()] = value.strip()
    return Claims(values, tuple(errors))


def words_of(text: str) -> tuple[str, ...]:
    """Words between spaces, once each. Neither groups nor user names hold spaces; commas between them are dropped."""
    return tuple(dict.fromkeys(word for one in text.split() if (word := one.rstrip(","))))


def askable(schema: Schema) -> tuple[Definition, ...]:
    """Models first, then the types whose fields have rules, and the root types."""
    models = {one.name: one for one in schema.models}
    others = {
        one.name: one
        for one in schema.definitions
        if one.kind == "type" and not one.is_extension and not one.is_model and _has_say(one)
    }
    return (*models.values(), *(one for name, one in others.items() if name not in models))


def _has_say(definition: Definition) -> bool:
    return definition.name in ROOT_TYPES or any(one.auths for one in definition.fields)


def access_for(schema: Schema, name: str) -> Access | None:
    try:
        return access_of(schema, name)
    except LookupError:
        return None


@dataclass(frozen=True, slots=True)
class ItemField:
    """A field of the item that a rule looks into, as the form shows it."""

    name: str
    value: str
    kind: str
    """`owner` or `dynamic`."""
    is_list: bool

    @property
    def parameter(self) -> str:
        return f"{ITEM}{self.name}"


def item_fields(access: Access, asked: Asked) -> tuple[ItemField, ...]:
    kinds = {one.principal.name: one.principal.kind for one in access.grants if one.principal.kind in _LOOKING}
    return tuple(
        ItemField(name, asked.item.get(name, ""), kind, is_list(access.definition, name))
        for name, kind in kinds.items()
    )


_LOOKING = ("owner", "dynamic")


def is_list(definition: Definition, name: str) -> bool:
    found = definition.field(name)
    return bool(found and found.is_list)
