"""Schemas of our own to edit: those of the corpus, and written ones with anything between any two tokens."""

import random
from pathlib import Path

from data_authorization.graphql_schema.schema import Place, Schema, WantedRule

CORPUS = {
    path.stem: path.read_bytes().decode() for path in sorted((Path(__file__).parent / "schemas").glob("*.graphql"))
}
_BETWEEN = (
    " ",
    " ",
    " ",
    "\n",
    "\n  ",
    "\t",
    ",",
    ", ",
    "\r\n\t",
    " # it's @auth(rules: [{\n",
    "\ufeff ",
    "\r",
    " #😀 é\r\n",
)
_RULES = (
    "{ allow : owner }",
    '{ allow : owner ownerField : "author" operations : [ create read ] }',
    '{ allow : groups groups : [ "Editors" "Éditeurs😀" ] }',
    '{ allow : groups groups : "One" operations : read }',
    "{ allow : private provider : oidc }",
    '{ allow : public later : { a : [ 1 2.5 ] b : "# }" } }',
    '{ allow : groups groupsField : """ te "ams """ }',
)


def places(schema: Schema) -> list[Place]:
    """Every place that can have a rule."""
    found: dict[Place, None] = {}
    for one in schema.definitions:
        if one.kind in ("type", "interface") and schema.type(one.name) is one:
            found[Place(one.name)] = None
            found |= {Place(one.name, field.name): None for field in one.fields}
    return list(found)


def written(seed: int) -> str:
    """A schema of a few types. The same number gives the same text."""
    chance = random.Random(seed)  # noqa: S311
    tokens = [token for number in range(chance.randint(1, 4)) for token in _type(chance, f"T{number}")]
    text = chance.choice(["", "\ufeff", "# first\n"])
    loose = chance.random()
    for one, other in zip(tokens, [*tokens[1:], ""], strict=True):
        text += one
        may_touch = not (one[-1].isalnum() and other[:1].isalnum()) and not (one[-1] == '"' and other[:1] == '"')
        text += "" if may_touch and chance.random() > loose else chance.choice(_BETWEEN)
    return text


def rule(seed: int) -> WantedRule:
    chance = random.Random(seed)  # noqa: S311
    words = ["A", "Editors", 'quote " back \\ slash', "Éditeurs😀", "# }", "@auth("]
    allow = chance.choice(["owner", "groups", "private", "public", "custom"])
    some = tuple(chance.sample(words, chance.randint(1, 3)))
    return WantedRule(
        allow=allow,
        provider=chance.choice(["", "", "userPools", "oidc"]),
        owner_field=chance.choice(["", "author"]),
        identity_claim=chance.choice(["", "", "user_id"]),
        groups=chance.choice([None, some]),
        groups_field=chance.choice(["", "", "teams"]),
        operations=chance.choice([None, (), ("read",), ("create", "update"), ("create", "read", "update", "delete")]),
        unknown=chance.choice([{}, {}, {"later": "{a: [1, 2.5]}"}]),
    )


def _type(chance: random.Random, name: str) -> list[str]:
    description = ['"""of @auth(rules: [ " # """'] if chance.random() < 0.2 else []
    directives = [["@model"], *([_auth(chance)] if chance.random() < 0.7 else [])]
    if chance.random() < 0.2:
        directives.append(_auth(chance))
    if chance.random() < 0.3:
        directives.append(["@other", "(", "text", ":", '"{ # @auth("', ")"])
    chance.shuffle(directives)
    fields = [token for number in range(chance.randint(1, 3)) for token in _field(chance, f"f{number}")]
    heads = [token for directive in directives for token in directive]
    return [*description, "type", name, *heads, "{", *fields, "}"]


def _field(chance: random.Random, name: str) -> list[str]:
    description = ['"a # text"'] if chance.random() < 0.2 else []
    arguments = ["(", "a", ":", "Int", "=", "3", ")"] if chance.random() < 0.2 else []
    type = chance.choice([["ID", "!"], ["[", "String", "!", "]"], ["T0"]])
    auth = _auth(chance) if chance.random() < 0.3 else []
    return [*description, name, *arguments, ":", *type, *auth]


def _auth(chance: random.Random) -> list[str]:
    rules = [chance.choice(_RULES).split(" ") for _ in range(chance.randint(1, 3))]
    tokens = [token for one in map(_joined_strings, rules) for token in one]
    if len(rules) == 1 and chance.random() < 0.3:
        return ["@auth", "(", "rules", ":", *tokens, ")"]
    return ["@auth", "(", "rules", ":", "[", *tokens, "]", ")"]


def _joined_strings(tokens: list[str]) -> list[str]:
    """Tokens with those put together again that are one text."""
    result: list[str] = []
    for token in tokens:
        if result and result[-1].startswith('"') and (len(result[-1]) < 2 or not _is_closed(result[-1])):
            result[-1] += f" {token}"
        else:
            result.append(token)
    return result


def _is_closed(text: str) -> bool:
    return text.endswith('"""') and len(text) > 5 if text.startswith('"""') else text.endswith('"')
