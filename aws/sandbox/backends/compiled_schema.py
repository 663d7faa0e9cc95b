"""The compiled schema the GraphQL transformer makes of the sample models: what clients and code generators read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_SORT_AND_PAGE = "sortDirection: ModelSortDirection, limit: Int, nextToken: String"
_COMPARISONS = {
    "String": ("ne", "eq", "le", "lt", "ge", "gt", "contains", "notContains", "between", "beginsWith"),
    "Int": ("ne", "eq", "le", "lt", "ge", "gt", "between"),
    "Float": ("ne", "eq", "le", "lt", "ge", "gt", "between"),
    "Boolean": ("ne", "eq"),
    "ID": ("ne", "eq", "le", "lt", "ge", "gt", "contains", "notContains", "between", "beginsWith"),
}
_SUBSCRIBED = {
    "String": ("ne", "eq", "le", "lt", "ge", "gt", "contains", "notContains", "between", "beginsWith", "in", "notIn"),
    "Int": ("ne", "eq", "le", "lt", "ge", "gt", "between", "in", "notIn"),
    "Float": ("ne", "eq", "le", "lt", "ge", "gt", "between", "in", "notIn"),
    "Boolean": ("ne", "eq"),
    "ID": ("ne", "eq", "le", "lt", "ge", "gt", "contains", "notContains", "between", "beginsWith", "in", "notIn"),
}


@dataclass(frozen=True)
class Model:
    """`stored`: field to type, in order. `many` and `one`: relation field to model. `by`: query name to its key."""

    name: str
    plural: str
    stored: dict[str, str]
    many: dict[str, str]
    one: dict[str, str]
    by: dict[str, str]
    owned: bool = False

    @property
    def filtered(self) -> dict[str, str]:
        times = {"createdAt": "String", "updatedAt": "String"}
        owner = {"owner": "String"} if self.owned else {}
        return {**{name: type_.rstrip("!") for name, type_ in self.stored.items()}, **times, **owner}


def compiled(models: Iterable[Model], enums: dict[str, tuple[str, ...]]) -> str:
    """The schema as text, blocks parted by blank lines, with a newline at the end as the transformer writes it."""
    models = list(models)
    blocks = [*_types(models), *(_block(f"enum {name}", values) for name, values in enums.items())]
    blocks += _inputs(enums)
    for model in models:
        blocks += _of_model(model, enums)
    blocks += [_queries(models), _mutations(models), _subscriptions(models)]
    return "\n\n".join(blocks) + "\n"


def _block(head: str, lines: Iterable[str]) -> str:
    return f"{head} {{\n" + "".join(f"  {line}\n" for line in lines) + "}"


def _types(models: list[Model]) -> Iterator[str]:
    for model in models:
        fields = [f"{name}: {type_}" for name, type_ in model.stored.items()]
        fields += [f"{name}: {other}" for name, other in model.one.items()]
        fields += [
            f"{name}(filter: Model{other}FilterInput, {_SORT_AND_PAGE}): Model{other}Connection"
            for name, other in model.many.items()
        ]
        fields += ["createdAt: AWSDateTime!", "updatedAt: AWSDateTime!"]
        yield _block(f"type {model.name}", [*fields, *(["owner: String"] if model.owned else [])])


def _operand(comparison: str, type_: str) -> str:
    return f"{comparison}: [{type_}]" if comparison in ("between", "in", "notIn") else f"{comparison}: {type_}"


def _inputs(enums: dict[str, tuple[str, ...]]) -> Iterator[str]:
    for type_, comparisons in _COMPARISONS.items():
        lines = [_operand(one, type_) for one in comparisons]
        lines += ["attributeExists: Boolean", "attributeType: ModelAttributeTypes"]
        lines += ["size: ModelSizeInput"] if type_ in ("String", "ID") else []
        yield _block(f"input Model{type_}Input", lines)
    kinds = ("binary", "binarySet", "bool", "list", "map", "number", "numberSet", "string", "stringSet", "_null")
    yield _block("enum ModelAttributeTypes", kinds)
    yield _block("input ModelSizeInput", [_operand(one, "Int") for one in _COMPARISONS["Int"]])
    yield _block("enum ModelSortDirection", ("ASC", "DESC"))
    for type_, comparisons in _SUBSCRIBED.items():
        yield _block(f"input ModelSubscription{type_}Input", [_operand(one, type_) for one in comparisons])
    for name in enums:
        yield _block(f"input Model{name}Input", (f"eq: {name}", f"ne: {name}"))


def _of_model(model: Model, enums: dict[str, tuple[str, ...]]) -> Iterator[str]:
    name = model.name
    plain = {field: type_ for field, type_ in model.filtered.items() if field != "id"}
    yield _block(f"type Model{name}Connection", (f"items: [{name}]!", "nextToken: String"))
    logic = ("and", "or", "not")
    for kind, fields in (("Filter", model.filtered), ("Condition", plain)):
        whole = f"Model{name}{kind}Input"
        lines = [f"{field}: Model{type_}Input" for field, type_ in fields.items()]
        lines += [f"{word}: {whole if word == 'not' else f'[{whole}]'}" for word in logic]
        yield _block(f"input {whole}", lines)
    whole = f"ModelSubscription{name}FilterInput"
    fields = {field: "String" if type_ in enums else type_ for field, type_ in model.filtered.items()}
    lines = [f"{field}: ModelSubscription{type_}Input" for field, type_ in fields.items() if field != "owner"]
    owner = ["owner: ModelStringInput"] if model.owned else []
    yield _block(f"input {whole}", [*lines, f"and: [{whole}]", f"or: [{whole}]", *owner])
    given = {field: type_ for field, type_ in model.stored.items() if field != "id"}
    yield _block(f"input Create{name}Input", ["id: ID", *(f"{field}: {type_}" for field, type_ in given.items())])
    yield _block(
        f"input Update{name}Input", ["id: ID!", *(f"{field}: {type_.rstrip('!')}" for field, type_ in given.items())]
    )
    yield _block(f"input Delete{name}Input", ["id: ID!"])


def _queries(models: list[Model]) -> str:
    lines = []
    for model in models:
        answer = f"Model{model.name}Connection"
        page = f"filter: Model{model.name}FilterInput, limit: Int, nextToken: String"
        lines.append(f"get{model.name}(id: ID!): {model.name}")
        lines.append(f"list{model.plural}({page}): {answer}")
        for query, key in model.by.items():
            lines.append(f"{query}({key}: ID!, sortDirection: ModelSortDirection, {page}): {answer}")
    return _block("type Query", lines)


def _mutations(models: list[Model]) -> str:
    return _block(
        "type Mutation",
        [
            f"{verb.lower()}{model.name}(input: {verb}{model.name}Input!, condition: Model{model.name}ConditionInput): "
            f"{model.name}"
            for model in models
            for verb in ("Create", "Update", "Delete")
        ],
    )


def _subscriptions(models: list[Model]) -> str:
    return _block(
        "type Subscription",
        [
            f"on{verb}{model.name}(filter: ModelSubscription{model.name}FilterInput"
            f"{', owner: String' if model.owned else ''}): {model.name} "
            f'@aws_subscribe(mutations: ["{verb.lower()}{model.name}"])'
            for model in models
            for verb in ("Create", "Update", "Delete")
        ],
    )
