"""Models, callers and items as hypothesis makes them, as plain data and as the text of a schema."""

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

DOORS = ["user-pool", "identity-pool", "guest", "api-key", "oidc", "lambda"]
TYPES = {
    "id": "ID", "name": "String", "cost": "Float", "author": "String", "owner": "String", "editors": "[String]",
    "teams": "[String]", "team": "String",
}  # fmt: skip
"""Fields that a model may have; `editors` and `teams` are lists."""
COARSE = ["create", "read", "update", "delete"]
READS = ["get", "list", "listen", "search", "sync"]
GROUPS = ["A", "B", "C"]

operations = st.one_of(
    st.none(),
    st.lists(st.sampled_from(COARSE), unique=True, max_size=4),
    st.lists(st.sampled_from(["create", "update", "delete", *READS]), unique=True, max_size=5),
)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    """Right and wrong ones: providers that do not go with the strategy, arguments that belong to another one."""
    allow = draw(st.sampled_from(["owner", "owner", "groups", "groups", "private", "public", "custom"]))
    providers = ["userPools", "oidc", "iam", "identityPool", "apiKey", "function"]
    rule: dict[str, Any] = {"allow": allow, "operations": draw(operations)}
    rule["provider"] = draw(st.one_of(st.none(), st.sampled_from(providers)))
    if allow == "owner" or draw(st.integers(0, 9)) == 0:
        rule["ownerField"] = draw(st.sampled_from([None, "author", "editors"]))
        rule["identityClaim"] = draw(st.sampled_from([None, "username", "sub", "email", "tenant::username"]))
    if allow == "groups" or draw(st.integers(0, 2)) == 0:
        if draw(st.booleans()):
            rule["groups"] = draw(st.lists(st.sampled_from(GROUPS), unique=True, max_size=2))
        if not rule.get("groups") or draw(st.integers(0, 9)) == 0:
            rule["groupsField"] = draw(st.sampled_from([None, "team", "teams"]))
        rule["groupClaim"] = draw(st.sampled_from([None, None, "roles"]))
    return {name: value for name, value in rule.items() if value is not None}


@st.composite
def models(draw: st.DrawFn) -> dict[str, Any]:
    names = ["id", *draw(st.lists(st.sampled_from(list(TYPES)[1:]), unique=True, min_size=1, max_size=4))]
    own = st.one_of(st.none(), st.none(), st.lists(rules(), max_size=2))
    fields = [{"name": name, "required": name == "id" or draw(st.booleans()), "rules": draw(own)} for name in names]
    return {"name": "Thing", "rules": draw(st.one_of(st.none(), st.lists(rules(), max_size=4))), "fields": fields}


@st.composite
def tokens(draw: st.DrawFn) -> dict[str, Any]:
    """Claims of a token, some of them missing."""
    roles = st.lists(st.sampled_from(GROUPS), unique=True, max_size=2)
    wanted: dict[str, st.SearchStrategy[Any]] = {
        "sub": st.sampled_from(["s1", "s2"]),
        "username": st.sampled_from(["ann", "bob"]),
        "cognito:username": st.sampled_from(["ann", "bob"]),
        "email": st.just("ann@example.com"),
        "tenant": st.just("t1"),
        "cognito:groups": roles,
        "roles": st.one_of(roles, roles.map(json.dumps), st.sampled_from(GROUPS)),
    }
    return {name: draw(values) for name, values in wanted.items() if draw(st.integers(0, 2))}


ALONE: list[dict[str, Any]] = [
    *({"allow": allow, "provider": provider} for allow in ("owner", "private", "public", "custom") for provider in
      ("userPools", "oidc", "iam", "identityPool", "apiKey", "function")),
    {"allow": "owner"},
    *({"allow": "owner", "identityClaim": claim} for claim in ("sub::username", "username", "sub", "email")),
    {"allow": "owner", "ownerField": "author", "identityClaim": "tenant::username"},
    {"allow": "owner", "ownerField": "editors"},
    {"allow": "owner", "groups": ["A"]},
    {"allow": "owner", "groups": ["A"], "groupsField": "team"},
    {"allow": "private", "groups": ["A"]},
    {"allow": "public", "groups": ["A"]},
    {"allow": "groups"},
    {"allow": "groups", "groups": []},
    {"allow": "groups", "groups": ["A", "B"]},
    {"allow": "groups", "groups": ["A"], "groupClaim": "roles"},
    {"allow": "groups", "groups": ["A"], "provider": "oidc"},
    {"allow": "groups", "groups": ["A"], "provider": "iam"},
    {"allow": "groups", "groups": ["A"], "groupsField": "team"},
    {"allow": "groups", "groupsField": "team"},
    {"allow": "groups", "groupsField": "teams", "groupClaim": "roles"},
]  # fmt: skip
"""Every kind of rule by itself, the refused and the misleading ones included."""
TOKENS: list[dict[str, Any]] = [
    {},
    {"sub": "s1"},
    {"username": "ann"},
    {"sub": "s1", "username": "ann", "cognito:groups": ["A"], "email": "ann@example.com", "tenant": "t1"},
    {"sub": "s1", "cognito:username": "ann", "cognito:groups": "A", "roles": '["A", "B"]'},
    {"sub": "s2", "username": "bob", "cognito:groups": ["B"], "roles": "A"},
]
ITEMS: list[dict[str, Any]] = [
    {},
    *({"owner": one, "author": one, "editors": [one]} for one in
      ("s1::ann", "s1", "ann", "ann@example.com", "t1::ann", "s1::", "nobody")),
    {"owner": None, "author": None, "editors": None, "team": "A", "teams": ["B", "A"]},
    {"owner": "", "editors": [], "team": "", "teams": []},
]  # fmt: skip
PEOPLE = ["s1", "ann", "s1::ann", "s2::ann", "ann@example.com", "t1::ann", "t1"]
_items = {
    "owner": st.sampled_from([None, *PEOPLE]),
    "author": st.sampled_from([None, *PEOPLE]),
    "editors": st.one_of(st.none(), st.lists(st.sampled_from(PEOPLE), max_size=2)),
    "team": st.sampled_from([None, *GROUPS]),
    "teams": st.one_of(st.none(), st.lists(st.sampled_from(GROUPS), max_size=2)),
}
items = st.fixed_dictionaries({}, optional=_items)


def text_of(model: Mapping[str, Any], *, global_rule: bool) -> str:
    """The model as a schema."""
    lines = ["input AMPLIFY { globalAuthRule: AuthRule = { allow: public } }"] if global_rule else []
    lines.append(f"type {model['name']} @model{_auth(model['rules'])} {{")
    for one in model["fields"]:
        lines.append(f"  {one['name']}: {TYPES[one['name']]}{'!' if one['required'] else ''}{_auth(one['rules'])}")
    return "\n".join([*lines, "}"])


def _auth(found: list[dict[str, Any]] | None) -> str:
    return "" if found is None else f" @auth(rules: [{', '.join(map(_rule, found))}])"


def _rule(rule: Mapping[str, Any]) -> str:
    words = {"allow", "provider", "operations"}
    said = [f"{name}: {_value(value, quoted=name not in words)}" for name, value in rule.items()]
    return f"{{ {', '.join(said)} }}"


def _value(value: str | list[str], *, quoted: bool) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_value(one, quoted=quoted) for one in value)}]"
    return json.dumps(value) if quoted else value
