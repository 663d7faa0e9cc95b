"""The data model and its rules as Amplify Gen 2 writes them: `a.schema({…})` in `amplify/data/resource.ts`.

The same rules in other words. What Gen 2 has no word for (many-to-many relations, interfaces, unions, custom resolvers)
becomes a comment that says what to do, so that the file always compiles as far as it goes. Relations need the field
that refers to the other model written out; where Gen 1 made it up, its name is `<model><Field>Id`, as in the tables.
"""

from collections.abc import Iterable, Iterator, Sequence

from data_authorization.graphql_schema.gen2_rules import authorization, rule_lines, text, texts
from data_authorization.graphql_schema.schema import Definition, Directive, Field, Schema
from data_authorization.graphql_schema.vocabulary import ROOT_TYPES, Mode

SCALARS = {
    "ID": "id", "String": "string", "Int": "integer", "Float": "float", "Boolean": "boolean", "AWSDate": "date",
    "AWSTime": "time", "AWSDateTime": "datetime", "AWSTimestamp": "timestamp", "AWSEmail": "email", "AWSJSON": "json",
    "AWSURL": "url", "AWSPhone": "phone", "AWSIPAddress": "ipAddress",
}  # fmt: skip
MODES = {
    Mode.USER_POOLS: "userPool",
    Mode.API_KEY: "apiKey",
    Mode.IAM: "identityPool",
    Mode.OIDC: "oidc",
    Mode.LAMBDA: "lambda",
}
MADE_BY_THE_API = ("createdAt", "updatedAt")
RELATIONS = {"hasMany", "hasOne", "belongsTo"}


def render(schema: Schema, modes: Sequence[str] = ()) -> str:
    """The whole file. `modes` are the API's, the default one first; without them that line is left to the reader."""
    body = "\n".join(_entries(schema))
    rule = schema.global_rule
    default = authorization([rule], None, "", operations=False) if rule else ""
    return (
        'import { a, defineData, type ClientSchema } from "@aws-amplify/backend";\n\n'
        f"const schema = a.schema({{\n{body}\n}}){default};\n\n"
        "export type Schema = ClientSchema<typeof schema>;\n\n"
        f"export const data = defineData({{\n  schema,\n{_modes(modes)}}});\n"
    )


def _entries(schema: Schema) -> Iterator[str]:
    seen: set[str] = set()
    for definition in schema.definitions:
        if definition.kind == "type" and definition.name in ROOT_TYPES:
            yield from _custom_operations(definition)
            continue
        if definition.name in seen or definition.kind in ("schema", "directive", "other"):
            continue
        if definition.name == "AMPLIFY" and definition.kind == "input":
            continue
        if definition.is_extension:
            yield f"  // extend {definition.kind} {definition.name}: write its fields into {definition.name}."
            continue
        seen.add(definition.name)
        yield of_type(definition, schema)


def of_type(definition: Definition, schema: Schema) -> str:
    """One entry of `a.schema({…})`, indented by two spaces, with its comma."""
    match definition.kind:
        case "type" if definition.is_model:
            return _model(definition, schema)
        case "type":
            return f"  {definition.name}: a.customType({{\n{_fields(definition, schema)}\n  }}),"
        case "enum":
            return f"  {definition.name}: a.enum({texts(enum_values(definition))}),"
    return f"  // {definition.kind} {definition.name}: {_WITHOUT_WORDS.get(definition.kind, 'has no words in Gen 2.')}"


_WITHOUT_WORDS = {
    "interface": "Gen 2 has no interfaces; write its fields into each type.",
    "union": "Gen 2 has no unions; a.json() holds any of them.",
    "input": "Gen 2 writes inputs as the arguments of a custom operation.",
    "scalar": "Gen 2 has no scalars of your own; a.json() or a.string() holds it.",
}


def _model(definition: Definition, schema: Schema) -> str:
    lines = [f"  {definition.name}: a", f"    .model({{\n{_fields(definition, schema)}\n    }})"]
    key = next((one for one in definition.fields if _directive(one, "primaryKey")), None)
    if key is not None:
        lines.append(f"    .identifier({texts([key.name, *_list_argument(_directive(key, 'primaryKey'))])})")
    indexes = [one for field in definition.fields for one in _indexes(field)]
    if indexes:
        inner = "\n".join(f"      {one}," for one in indexes)
        lines.append(f"    .secondaryIndexes((index) => [\n{inner}\n    ])")
    rules = authorization(definition.rules, definition, "    ")
    if rules:
        lines.append(f"    {rules}")
    else:
        lines.insert(0, f"  // {_no_rules(definition, schema)}")
        lines += [f"    {one}" for rule in definition.rules for one in rule_lines(rule, definition)]
    return "\n".join(lines) + ","


def _no_rules(definition: Definition, schema: Schema) -> str:
    has_any = definition.auths or any(one.auths for one in definition.fields)
    if schema.global_rule is not None:
        if not has_any:
            return f"{definition.name} has no rules of its own: those of the schema, below, hold for it."
        return f"Write a rule here: without one the rules of the schema, below, would open {definition.name} in Gen 2."
    if definition.auths:
        return f"{definition.name} has no rule that grants anything; Gen 2 wants one."
    return f"{definition.name} has no rules: nobody could reach it in Gen 1. Gen 2 wants a rule here."


def _fields(definition: Definition, schema: Schema) -> str:
    indent = "      " if definition.is_model else "    "
    lines: list[str] = []
    for field in definition.fields:
        if field is not definition.field(field.name):
            lines.append(f"{indent}// {field.name} stands here twice; the first one counts.")
            continue
        lines += [f"{indent}{line}" for line in _field(field, definition, schema, indent)]
    if definition.is_model:
        lines += [f"{indent}{name}: {type}," for name, type in implied_references(definition, schema).items()]
    return "\n".join(lines)


def _field(field: Field, definition: Definition, schema: Schema, indent: str) -> Iterator[str]:
    if definition.is_model and field.name in MADE_BY_THE_API and field.named_type == "AWSDateTime" and not field.auths:
        yield f"// {field.name} is added by Gen 2."
        return
    if _directive(field, "manyToMany"):
        yield f"// {field.name}: Gen 2 has no manyToMany; write the model that joins both, with two belongsTo."
        return
    relation = next((one for one in field.directives if one.name in RELATIONS), None)
    if relation is not None and definition.is_model:
        yield from _relation(field, relation, definition, schema, indent)
        return
    resolver = next((one.name for one in field.directives if one.name in ("function", "http", "predictions")), "")
    if resolver:
        yield f"// {field.name} was answered by @{resolver}: write a custom query for it."
        return
    found = _type(field, schema)
    if found is None:
        yield f"// {field.name}: {field.type} has no words in Gen 2."
        return
    yield from _with_rules(f"{field.name}: {found}{_default(field)}", field, definition, indent)


def _with_rules(head: str, field: Field, definition: Definition, indent: str) -> Iterator[str]:
    if not field.auths:
        yield f"{head},"
        return
    if not definition.is_model:
        yield f"// {field.name} had rules of its own; on custom types Gen 2 has none: whoever reads the item reads it."
        yield f"{head},"
        return
    rules = authorization(field.rules, definition, indent)
    if not rules:
        # Without rules of its own a field of Gen 2 is as open as its model: left in, it would be readable.
        yield f"// {field.name} has rules of its own that grant nothing; in Gen 2 it is left out, or open as its model."
        yield f"// {head},"
        return
    yield f"{head}{rules},"


def _type(field: Field, schema: Schema) -> str | None:
    """`a.string().required().array()` of `[String!]`; None for what Gen 2 has no word for."""
    if field.named_type in SCALARS:
        base = f"a.{SCALARS[field.named_type]}()"
    else:
        found = schema.type(field.named_type)
        if found is None or found.is_model or found.kind not in ("type", "enum"):
            return None
        base = f"a.ref({text(field.named_type)})"
    words, depth = field.type, 0
    tail = ""
    while words.startswith("["):
        tail = f".array(){'.required()' if words.endswith('!') else ''}{tail}"
        words = words.removesuffix("!")[1:-1]
        depth += 1
    if depth > 1:
        return None
    return f"{base}{'.required()' if words.endswith('!') else ''}{tail}"


def _default(field: Field) -> str:
    directive = _directive(field, "default")
    value = directive.argument("value") if directive else None
    if value is None or value.value.kind != "string" or field.named_type not in SCALARS or field.is_list:
        return ""
    written = str(value.value.python)
    if field.named_type in ("Int", "Float", "AWSTimestamp"):
        return f".default({written})" if _is_number(written) else ""
    if field.named_type == "Boolean":
        return f".default({written})" if written in ("true", "false") else ""
    return f".default({text(written)})"


def _is_number(written: str) -> bool:
    return written.removeprefix("-").replace(".", "", 1).isdecimal() and written.isascii()


def _relation(field: Field, relation: Directive, definition: Definition, schema: Schema, indent: str) -> Iterator[str]:
    other = schema.type(field.named_type)
    references = reference_fields(field, relation, definition, schema) if other and other.is_model else ()
    if not references:
        yield f"// {field.name}: which field of {field.named_type} refers to it could not be told; write the relation."
        return
    call = f"a.{relation.name}({text(field.named_type)}, {_one_or_list(references)})"
    if relation.name != "belongsTo" and other is not None and not _has_other_side(other, definition.name):
        yield f"// Gen 2 wants the other side, too: a belongsTo in {other.name}, with {_one_or_list(references)}."
    yield from _with_rules(f"{field.name}: {call}", field, definition, indent)


def _one_or_list(names: Sequence[str]) -> str:
    return text(names[0]) if len(names) == 1 else texts(names)


def _has_other_side(other: Definition, name: str) -> bool:
    return any(one.named_type == name and _directive(one, "belongsTo") for one in other.fields)


def reference_fields(field: Field, relation: Directive, definition: Definition, schema: Schema) -> tuple[str, ...]:
    """The fields that hold the key of the other side, which stand in the model that belongs to the other."""
    written = _list_argument(relation, "references")
    if written:
        return written
    fields = _list_argument(relation, "fields")
    other = schema.type(field.named_type)
    if other is None:
        return ()
    if relation.name == "belongsTo":
        return fields or _made_up_of(other, definition)
    index = relation.argument("indexName")
    if index is not None:
        wanted = str(index.value.python)
        return next((_index_fields(one, wanted) for one in other.fields if _index_fields(one, wanted)), ())
    if relation.name == "hasOne" and fields:
        # Gen 1 keeps this key on the side that has one; Gen 2 only on the one that belongs.
        return ()
    return made_up(definition, field)


def _made_up_of(parent: Definition, child: Definition) -> tuple[str, ...]:
    """Of a belongsTo without fields: the key that the parent's side made up."""
    for one in parent.fields:
        side = _directive(one, "hasMany") or _directive(one, "hasOne")
        if one.named_type == child.name and side and not _list_argument(side, "fields"):
            return made_up(parent, one)
    return ()


def key_names(model: Definition) -> tuple[str, ...]:
    key = next((one for one in model.fields if _directive(one, "primaryKey")), None)
    return (key.name, *_list_argument(_directive(key, "primaryKey"))) if key else ("id",)


def made_up(model: Definition, field: Field) -> tuple[str, ...]:
    """`postCommentsId` of `Post.comments`: one name for every part of the model's key."""
    start = f"{model.name[:1].lower()}{model.name[1:]}{field.name[:1].upper()}{field.name[1:]}"
    return tuple(f"{start}{key[:1].upper()}{key[1:]}" for key in key_names(model))


def implied_references(definition: Definition, schema: Schema) -> dict[str, str]:
    """Keys that Gen 1 adds to a model without writing them into the schema, and their types in Gen 2."""
    found: dict[str, str] = {}
    for model in schema.models:
        # Most models say nothing of this one; texts are searched quicker than fields.
        if definition.name not in model.text:
            continue
        for field in model.fields:
            if field.named_type != definition.name:
                continue
            relation = _directive(field, "hasMany") or _directive(field, "hasOne")
            if relation is None or relation.argument("indexName") or _list_argument(relation, "references"):
                continue
            if not _list_argument(relation, "fields"):
                for name, key in zip(made_up(model, field), key_names(model), strict=True):
                    part = model.field(key)
                    found[name] = f"a.{SCALARS.get(part.named_type, 'string') if part else 'id'}()"
    return {name: type for name, type in found.items() if definition.field(name) is None}


def _directive(field: Field, name: str) -> Directive | None:
    return next((one for one in field.directives if one.name == name), None)


def _list_argument(directive: Directive | None, name: str = "sortKeyFields") -> tuple[str, ...]:
    found = directive.argument(name) if directive else None
    return found.value.texts if found else ()


def _indexes(field: Field) -> Iterator[str]:
    for directive in field.directives:
        if directive.name != "index":
            continue
        call = f"index({text(field.name)})"
        sort = _list_argument(directive)
        call += f".sortKeys({texts(sort)})" if sort else ""
        for argument, word in (("name", "name"), ("queryField", "queryField")):
            found = directive.argument(argument)
            if found is not None and found.value.kind == "string":
                call += f".{word}({text(found.value.python)})"
        yield call


def _index_fields(field: Field, name: str) -> tuple[str, ...]:
    for directive in field.directives:
        found = directive.argument("name")
        if directive.name == "index" and found is not None and found.value.python == name:
            return (field.name,)
    return ()


def enum_values(definition: Definition) -> Iterable[str]:
    """The values, read from the text: a `Definition` keeps the fields of objects only."""
    from graphql import parse  # noqa: PLC0415 - only files of Gen 2 need it

    node = parse(definition.text).definitions[0]
    return [one.name.value for one in getattr(node, "values", None) or ()]


def _custom_operations(definition: Definition) -> Iterator[str]:
    """Their arguments and resolvers are code; the rules can be carried over."""
    word = {"Query": "query", "Mutation": "mutation"}.get(definition.name, "subscription")
    for field in definition.fields:
        yield f"  // {field.name}: a.{word}() with its arguments, .returns() and .handler();"
        rules = authorization(field.rules, None, "", operations=False)
        shown = " ".join(one.strip() for one in rules.splitlines()) if rules else "no rules: Gen 2 wants one."
        yield f"  //   {shown}"


def _modes(modes: Sequence[str]) -> str:
    known = [Mode(one) for one in modes if one in tuple(Mode)]
    if not known:
        return "  // Say here which authorization mode is the default: authorizationModes: { … }\n"
    lines = [f"    defaultAuthorizationMode: {text(MODES[known[0]])},"]
    if Mode.API_KEY in known:
        lines.append("    apiKeyAuthorizationMode: { expiresInDays: 30 },")
    if Mode.OIDC in known:
        lines.append("    // oidcAuthorizationMode: { … } with the issuer of your OpenID Connect provider")
    if Mode.LAMBDA in known:
        lines.append("    // lambdaAuthorizationMode: { … } with the function that authorizes")
    inner = "\n".join(lines)
    return f"  authorizationModes: {{\n{inner}\n  }},\n"
