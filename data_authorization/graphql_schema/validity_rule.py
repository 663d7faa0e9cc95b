"""One rule on its own: its shape, as the definition of `@auth` wants it, and sections 9.2 and 9.4 of the format."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from data_authorization.graphql_schema.schema import Argument, Rule, Span
from data_authorization.graphql_schema.validity_ids import Found, Spot, listed
from data_authorization.graphql_schema.vocabulary import (
    ALLOWED_PROVIDERS,
    ARGUMENTS,
    MODE_OF,
    MODE_WORDS,
    READS,
    Operation,
    Provider,
    Strategy,
)

_TEXTS = ("ownerField", "identityClaim", "groupClaim", "groupsField")
_KNOWN = frozenset(ARGUMENTS)
_USED_BY = {
    "ownerField": (Strategy.OWNER,),
    "identityClaim": (Strategy.OWNER,),
    "groupClaim": (Strategy.GROUPS,),
    "groupsField": (Strategy.GROUPS,),
}
_WHOM = {
    Strategy.OWNER: "the owner",
    Strategy.GROUPS: "groups",
    Strategy.PRIVATE: "signed-in users",
    Strategy.PUBLIC: "everyone",
    Strategy.CUSTOM: "callers that a Lambda function lets in",
}


@dataclass(frozen=True, slots=True)
class Judge:
    """What a rule is measured by. `modes` is None where nobody knows how the API lets callers in.

    `field` is "" for the rules of a type. `is_operation` means a field of Query, Mutation or Subscription.
    """

    spot: Spot
    modes: Collection[str] | None
    field: str = ""
    on_model: bool = True
    is_operation: bool = False
    is_sql: bool = False

    def problem(self, id: str, text: str, rule: Rule, argument: str = "", span: Span | None = None) -> Found:
        if span is None:
            found = rule.argument(argument) if argument else None
            span = found.span if found else rule.span
        return self.spot.problem(id, text, span, field=self.field, rule=rule.number, argument=argument)


def is_well_formed(rule: Rule) -> bool:
    """Whether `shape_problems` finds nothing, so that the rule's meaning can be looked at."""
    names = [one.name for one in rule.arguments]
    return (
        rule.strategy is not None
        and len(set(names)) == len(names)
        and _KNOWN.issuperset(names)
        and next((True for one in rule.arguments for _ in _wrong_value(one)), None) is None
    )


def shape_problems(judge: Judge, rule: Rule) -> Iterator[Found]:
    """What the definition of the directive does not allow: Amplify checks the schema against it before all else."""
    seen = set()
    for one in rule.arguments:
        if one.name not in ARGUMENTS:
            words = f"A rule has no argument “{one.name}”. There are: {listed(ARGUMENTS)}."
            yield judge.problem("auth.unknown-argument", words, rule, one.name)
            continue
        if one.name in seen:
            words = f"“{one.name}” stands twice in this rule. Keep one of them."
            yield judge.problem("auth.repeated-argument", words, rule, one.name)
        seen.add(one.name)
        for id, words in _wrong_value(one):
            yield judge.problem(id, words, rule, one.name, one.span)
    if "allow" not in seen:
        words = f"The rule does not say whom it allows. Add “allow” with one of {listed(tuple(Strategy))}."
        yield judge.problem("auth.allow-missing", words, rule, "allow")


def _wrong_value(argument: Argument) -> Iterator[tuple[str, str]]:
    value, name = argument.value, argument.name
    if name == "allow":
        if value.kind == "null":
            yield "auth.allow-missing", f"“allow” needs one of {listed(tuple(Strategy))}."
        else:
            yield from _wrong_word(argument, "auth.allow-unknown", tuple(Strategy))
    elif value.kind == "null":
        return
    elif name == "provider":
        yield from _wrong_word(argument, "auth.provider-unknown", tuple(Provider))
    elif name in _TEXTS:
        if value.kind != "string":
            yield "auth.wrong-value", f'“{name}” is one text in quotation marks, such as {name}: "{_sample(name)}".'
    elif name == "groups":
        items = value.python if value.kind == "list" else (value,)
        if any(one.kind not in ("string", "null") for one in items):
            yield "auth.wrong-value", '“groups” is a list of names in quotation marks, such as groups: ["Editors"].'
    elif name == "operations":
        yield from _wrong_operations(argument)


def _wrong_word(argument: Argument, id: str, words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    value, name = argument.value, argument.name
    if value.kind == "enum" and value.python in words:
        return
    if value.kind == "string" and value.python in words:
        yield "auth.wrong-value", f"Write {name}: {value.python}, without quotation marks."
    elif value.kind in ("enum", "string"):
        near = next((one for one in words if one.lower().rstrip("s") == str(value.python).lower().rstrip("s")), "")
        hint = f" Did you mean {near}?" if near else ""
        yield id, f"“{name}” cannot be “{value.python}”. There are: {listed(words)}.{hint}"
    else:
        yield "auth.wrong-value", f"“{name}” is one word: {listed(words)}."


def _wrong_operations(argument: Argument) -> Iterator[tuple[str, str]]:
    """GraphQL takes one word for a list of one. The transformer does not, and ends with an error of its own."""
    value = argument.value
    if value.kind != "list":
        yield "auth.wrong-value", "“operations” is a list in brackets, such as operations: [read]."
        return
    for one in value.python:
        if one.kind == "enum" and one.python not in tuple(Operation):
            yield (
                "auth.operation-unknown",
                f"“{one.python}” is no operation. There are: {listed(tuple(Operation))}.",
            )
        elif one.kind != "enum":
            words = "“operations” is a list of words without quotation marks, such as operations: [create, read]."
            yield "auth.wrong-value", words
            return


def meaning_problems(judge: Judge, rule: Rule) -> Iterator[Found]:
    """Sections 9.2, 9.4 and 9.5, of a rule that is well formed."""
    strategy = rule.strategy
    assert strategy is not None
    yield from _provider(judge, rule, strategy)
    yield from _groups(judge, rule, strategy)
    yield from _claims(judge, rule, strategy)
    yield from _operations(judge, rule)
    if not judge.on_model and (strategy == Strategy.OWNER or rule.groups_field):
        what = "An owner rule" if strategy == Strategy.OWNER else "“groupsField”"
        words = (
            f"{what} does nothing here: only the items of a model have owners and groups of their own. "
            "Amplify leaves the rule out. Use named groups or signed-in users instead."
        )
        yield judge.problem("auth.rule-ignored", words, rule, "allow" if strategy == Strategy.OWNER else "groupsField")


def _provider(judge: Judge, rule: Rule, strategy: Strategy) -> Iterator[Found]:
    provider = rule.provider
    assert provider is not None
    if provider not in ALLOWED_PROVIDERS[strategy]:
        allowed = listed(ALLOWED_PROVIDERS[strategy], last="or")
        words = f"“allow: {strategy}” does not go with “provider: {provider}”. Use {allowed}."
        yield judge.problem("auth.provider-not-allowed", words, rule, "provider")
    elif judge.modes is not None and MODE_OF[provider] not in judge.modes:
        mode = MODE_OF[provider]
        words = (
            f"This rule needs {MODE_WORDS[mode]} ({mode}), and the API does not let callers in that way. "
            "Add it to the API's authorization modes, or choose another provider."
        )
        yield judge.problem("auth.provider-not-configured", words, rule, "provider")


def _groups(judge: Judge, rule: Rule, strategy: Strategy) -> Iterator[Found]:
    names = names_of(rule)
    if names is not None and rule.groups_field:
        words = "The rule has both “groups” and “groupsField”. Keep one: named groups, or those that each item names."
        yield judge.problem("auth.groups-and-field", words, rule, "groups")
    elif strategy == Strategy.GROUPS and names is None and not rule.groups_field:
        words = (
            "The rule does not say which groups. Name them in “groups”, or the field that has them in “groupsField”."
        )
        yield judge.problem("auth.groups-missing", words, rule, "groups")
    elif strategy == Strategy.GROUPS and names == ():
        yield judge.problem(
            "auth.groups-empty", "The list of groups is empty. Name at least one group.", rule, "groups"
        )
    elif strategy != Strategy.GROUPS and names is not None:
        lost = "allows nobody" if not names else f"would count for {listed(names)} only"
        words = (
            f"A rule for {_WHOM[strategy]} cannot name groups: Amplify would take it for a group rule, which {lost}. "
            "Remove “groups”, and make a rule of its own for the groups."
        )
        yield judge.problem("auth.groups-lost", words, rule, "groups")


def _claims(judge: Judge, rule: Rule, strategy: Strategy) -> Iterator[Found]:
    if strategy == Strategy.GROUPS and rule.text("identityClaim"):
        words = "“identityClaim” is for owner rules. Groups are read from “groupClaim”."
        yield judge.problem("auth.identity-claim", words, rule, "identityClaim")
    if strategy == Strategy.OWNER and rule.text("groupClaim"):
        words = "“groupClaim” is for groups rules. Owners are recognized by “identityClaim”."
        yield judge.problem("auth.group-claim", words, rule, "groupClaim")
    for name, users in _USED_BY.items():
        if not rule.text(name) or strategy in users:
            continue
        is_error = (name, strategy) in (("identityClaim", Strategy.GROUPS), ("groupClaim", Strategy.OWNER))
        is_told = name == "groupsField" and (names_of(rule) is not None or not judge.on_model)
        # A static group rule in disguise reads the claim of its groups, whatever it allows.
        is_used = name == "groupClaim" and names_of(rule) is not None
        if not (is_error or is_told or is_used):
            words = f"“{name}” does nothing in a rule for {_WHOM[strategy]}. Remove it."
            yield judge.problem("auth.argument-ignored", words, rule, name)


def _operations(judge: Judge, rule: Rule) -> Iterator[Found]:
    given = rule.operations
    if given is None:
        return
    granular = [one for one in given if one in READS]
    if not given and judge.on_model:
        words = "The list of operations is empty, so the rule allows nothing. Name what it shall allow, or remove it."
        yield judge.problem("auth.operations-empty", words, rule, "operations")
    if given and judge.is_operation:
        words = "A field of Query, Mutation or Subscription is one operation already. Remove “operations”."
        yield judge.problem("auth.operations-not-allowed", words, rule, "operations")
    elif given and not judge.on_model:
        words = f"{judge.spot.definition.name} is no model, so its fields can only be read. Remove “operations”."
        yield judge.problem("auth.operations-not-allowed", words, rule, "operations")
    if granular and judge.field:
        words = f"A field knows only create, read, update and delete. Write read instead of {listed(granular)}."
        yield judge.problem("auth.granular-at-field", words, rule, "operations")
    elif granular and Operation.READ in given:
        words = f"“read” includes {listed(granular)} already. Keep “read” for all kinds of reading, or name some only."
        yield judge.problem("auth.read-and-granular", words, rule, "operations")
    if given.count(Operation.READ) > 1:
        # The transformer replaces the first `read` by what it stands for, and does not know the second.
        words = "“read” stands twice in the list. Keep one."
        yield judge.problem("auth.operation-repeated", words, rule, "operations")
    if judge.is_sql and judge.on_model and (bad := [one for one in given if one in (Operation.SYNC, Operation.SEARCH)]):
        words = f"Models of an SQL database have no {listed(bad, last='or')}. Remove it."
        yield judge.problem("auth.sql-operation", words, rule, "operations")


def names_of(rule: Rule) -> tuple[str, ...] | None:
    """The static groups; None where there are none to the transformer, for which an empty text is nothing."""
    found = rule.argument("groups")
    if found is None or found.value.kind == "null" or (found.value.kind == "string" and not found.value.python):
        return None
    return found.value.texts


def _sample(name: str) -> str:
    return {"ownerField": "owner", "identityClaim": "sub::username", "groupClaim": "cognito:groups"}.get(name, "groups")
