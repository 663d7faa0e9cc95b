"""One rule in the words of Amplify Gen 2: `allow.groups(["Editors"]).to(["read"])`.

The words are those of `@aws-amplify/data-schema` as AWS documents them (Customize authorization rules). A rule that
means nothing to the transformer, or something else than it says, becomes a comment.
"""

import json
from collections.abc import Iterable, Iterator

from data_authorization.graphql_schema.access import Door, Principal, operations_of, principals_of
from data_authorization.graphql_schema.schema import Definition, Rule
from data_authorization.graphql_schema.vocabulary import (
    DEFAULT_GROUP_CLAIM,
    DEFAULT_IDENTITY_CLAIM,
    DEFAULT_OWNER_FIELD,
    Strategy,
)


def text(value: str) -> str:
    """A string literal of TypeScript."""
    return json.dumps(value, ensure_ascii=False)


def texts(values: Iterable[str]) -> str:
    return f"[{', '.join(text(one) for one in values)}]"


def authorization(rules: Iterable[Rule], definition: Definition | None, indent: str, *, operations: bool = True) -> str:
    """`.authorization((allow) => […])`, or "" where no rule grants anything; comments stand among the rules.

    `operations` is False where Gen 2 has none: custom operations are called, or not.
    """
    lines = [line for rule in rules for line in rule_lines(rule, definition, operations=operations)]
    if not any(not line.startswith("//") for line in lines):
        return ""
    inner = "\n".join(f"{indent}  {line}" for line in lines)
    return f".authorization((allow) => [\n{inner}\n{indent}])"


def rule_lines(rule: Rule, definition: Definition | None, *, operations: bool = True) -> Iterator[str]:
    """One call with its comma, and what has to be said before it."""
    principals = principals_of(rule)
    granted = operations_of(rule)
    if not principals:
        yield f"// Rule {rule.number + 1} is not complete or not allowed in Gen 1, and left out."
        return
    if operations and not granted:
        yield f"// Rule {rule.number + 1} grants no operation, and is left out."
        return
    yield from _remarks(rule)
    call = _call(principals, definition)
    if operations and rule.operations is not None:
        call += f".to({texts(dict.fromkeys(one for one in rule.operations if one in _known(granted)))})"
    yield f"{call},"


def _known(granted: Iterable[str]) -> set[str]:
    """The words that may be written: the granted operations, and `read` for the five that it stands for."""
    return {*granted, "read"}


def _remarks(rule: Rule) -> Iterator[str]:
    if rule.strategy is Strategy.OWNER and rule.groups and not rule.groups_field:
        yield f"// Rule {rule.number + 1} says owner, but with groups it is one for the groups only."
    elif rule.groups and rule.strategy not in (Strategy.OWNER, Strategy.GROUPS):
        yield f"// Rule {rule.number + 1} names groups, which have no effect on it."


def _call(principals: tuple[Principal, ...], definition: Definition | None) -> str:
    first = principals[0]
    oidc = ', "oidc"' if first.door is Door.OIDC else ""
    match first.kind:
        case "owner":
            return _owner(first, definition) + _chained("identityClaim", first.claim, DEFAULT_IDENTITY_CLAIM)
        case "group":
            names = [one.name for one in principals]
            call = f"group({text(names[0])}{oidc})" if len(names) == 1 else f"groups({texts(names)}{oidc})"
            return f"allow.{call}{_chained('withClaimIn', first.claim, DEFAULT_GROUP_CLAIM)}"
        case "dynamic":
            word = "groupsDefinedIn" if _is_list(first.name, definition) else "groupDefinedIn"
            claim = _chained("withClaimIn", first.claim, DEFAULT_GROUP_CLAIM)
            return f"allow.{word}({text(first.name)}{oidc}){claim}"
    return _ANYONE[first.door]


_ANYONE = {
    Door.USER_POOL: "allow.authenticated()",
    Door.OIDC: 'allow.authenticated("oidc")',
    Door.IDENTITY_POOL: 'allow.authenticated("identityPool")',
    Door.GUEST: "allow.guest()",
    Door.API_KEY: "allow.publicApiKey()",
    Door.LAMBDA: "allow.custom()",
}


def _owner(principal: Principal, definition: Definition | None) -> str:
    oidc = '"oidc"' if principal.door is Door.OIDC else ""
    if _is_list(principal.name, definition):
        return f"allow.ownersDefinedIn({', '.join(filter(None, [text(principal.name), oidc]))})"
    if principal.name == DEFAULT_OWNER_FIELD:
        return f"allow.owner({oidc})"
    return f"allow.ownerDefinedIn({', '.join(filter(None, [text(principal.name), oidc]))})"


def _is_list(name: str, definition: Definition | None) -> bool:
    found = definition.field(name) if definition else None
    return bool(found and found.is_list)


def _chained(word: str, claim: str, default: str) -> str:
    return "" if claim == default else f".{word}({text(claim)})"
