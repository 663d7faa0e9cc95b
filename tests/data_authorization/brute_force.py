"""The access rules read a second time, slowly: every rule as facts, straight from sections 9.1 to 9.5 of the format.

It knows nothing of the product's code. A model is plain data, as the strategies beside it make it:
`{"name", "rules", "fields": [{"name", "required", "rules"}]}`, where `rules` is None (no `@auth`) or a list of mappings
of the arguments of a rule. A fact says: whoever comes by this door and satisfies this test may do this one operation
with this one field.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Model = Mapping[str, Any]
Token = Mapping[str, Any]
Item = Mapping[str, Any]
Test = Callable[[Token, Item, bool], bool]

ALL_READS = ["get", "list", "listen", "search", "sync"]
ALL = ["create", "update", "delete", *ALL_READS]
DEFAULTS = {
    "owner": "userPools",
    "groups": "userPools",
    "private": "userPools",
    "public": "apiKey",
    "custom": "function",
}
MATRIX = {
    ("owner", "userPools"): "user-pool",
    ("owner", "oidc"): "oidc",
    ("groups", "userPools"): "user-pool",
    ("groups", "oidc"): "oidc",
    ("private", "userPools"): "user-pool",
    ("private", "oidc"): "oidc",
    ("private", "iam"): "identity-pool",
    ("private", "identityPool"): "identity-pool",
    ("public", "apiKey"): "api-key",
    ("public", "iam"): "guest",
    ("public", "identityPool"): "guest",
    ("custom", "function"): "lambda",
}
"""Table 9.2: strategy and provider, and the door they mean."""


@dataclass(frozen=True)
class Fact:
    door: str
    who: tuple[str, ...]
    """What tells one principal from another: the role key of 9.4."""
    test: Test
    field: str
    operation: str


def facts(model: Model, global_rule: bool) -> list[Fact]:
    """Every fact of a model; `global_rule` is `input AMPLIFY { globalAuthRule: AuthRule = { allow: public } }`."""
    found: list[Fact] = []
    has_rules = model["rules"] is not None or any(one["rules"] is not None for one in model["fields"])
    for field in model["fields"]:
        if not has_rules:
            if global_rule:
                found += [Fact("api-key", ("public",), _always, field["name"], one) for one in ALL]
            continue
        rules = model["rules"] if field["rules"] is None else field["rules"]
        for rule in rules or []:
            for door, who, test in _people(rule):
                found += [Fact(door, who, test, field["name"], one) for one in _verbs(rule)]
    return found


def _verbs(rule: Mapping[str, Any]) -> Iterator[str]:
    if rule.get("operations") is None:
        yield from ALL
        return
    for word in rule["operations"]:
        if word == "read":
            yield from ALL_READS
        else:
            yield word


def _people(rule: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...], Test]]:
    allow = rule["allow"]
    door = MATRIX.get((allow, rule.get("provider") or DEFAULTS[allow]))
    if door is None:
        return
    groups, groups_field = rule.get("groups"), rule.get("groupsField")
    group_claim = rule.get("groupClaim") or "cognito:groups"
    if allow == "groups" and groups is not None and groups_field:
        return
    if allow == "groups" and groups_field:
        yield door, (door, "dynamic", groups_field, group_claim), _names_group(groups_field, group_claim)
    elif allow in ("owner", "groups") and groups and not groups_field:
        # An owner rule with groups is one for the groups, says 9.4.
        for group in groups:
            yield door, (door, "group", group, group_claim), _in_group(group, group_claim)
    elif allow == "owner":
        field, claim = rule.get("ownerField") or "owner", rule.get("identityClaim") or "sub::username"
        yield door, (door, "owner", field, claim), _owns(field, claim)
    elif allow != "groups":
        yield door, (door, allow), _always


def _always(token: Token, item: Item, creates: bool) -> bool:
    return True


def _in_group(group: str, claim: str) -> Test:
    return lambda token, item, creates: group in _group_claim(token, claim)


def _names_group(field: str, claim: str) -> Test:
    def test(token: Token, item: Item, creates: bool) -> bool:
        stored = item.get(field)
        of_item = stored if isinstance(stored, list) else [] if stored is None else [stored]
        return bool(set(of_item) & set(_group_claim(token, claim)))

    return test


def _group_claim(token: Token, claim: str) -> list[str]:
    value = token.get(claim)
    if value is None:
        return []
    if isinstance(value, str):
        return json.loads(value) if value.startswith("[") else [value]
    return list(value)


def _owns(field: str, claim: str) -> Test:
    def test(token: Token, item: Item, creates: bool) -> bool:
        parts = []
        for name in claim.split("::"):
            value = token.get(name)
            if value is None and name == "username":
                value = token.get("cognito:username")
            if value is None:
                return False
            parts.append(value)
        if creates and field not in item:
            return True
        accepted = {"::".join(parts)} | set(parts)
        stored = item.get(field)
        return bool(accepted & set(stored)) if isinstance(stored, list) else stored in accepted

    return test


def may(model: Model, global_rule: bool, door: str, token: Token, operation: str, field: str, item: Item) -> bool:
    """Whether the caller may; `field` "" is the item as a whole. `read` is any of the five."""
    return may_by(facts(model, global_rule), model, door, token, operation, field, item)


def may_by(known: list[Fact], model: Model, door: str, token: Token, operation: str, field: str, item: Item) -> bool:
    """The same by the facts of the model, for who asks often."""
    verbs = ALL_READS if operation == "read" else [operation]
    true = [
        one
        for one in known
        if one.door == door and one.operation in verbs and one.test(token, item, operation == "create")
    ]
    if field:
        return any(one.field == field for one in true)
    if operation == "delete":
        # One and the same principal has delete on every field.
        every = {one["name"] for one in model["fields"]}
        return any({one.field for one in true if one.who == who} == every for who in {one.who for one in true})
    if operation == "create" and true:
        written = {one.who[2] for one in true if "owner" in one.who}
        given = {one.field for one in true} | {"id"} | written
        return all(one["name"] in given for one in model["fields"] if one["required"])
    return bool(true)


def withheld(model: Model, global_rule: bool, door: str, token: Token, operation: str, item: Item) -> set[str]:
    """The fields that an allowed operation on the whole does not reach."""
    names = [one["name"] for one in model["fields"]]
    known = facts(model, global_rule)
    return {one for one in names if not may_by(known, model, door, token, operation, one, item)}
