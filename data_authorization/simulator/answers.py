"""What the simulator decided, as its page and its JSON tell it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from data_authorization.graphql_schema.access import GLOBAL_PLACE, Access
from data_authorization.graphql_schema.schema import Place, Rule
from data_authorization.graphql_schema.sentences import of_rule, rule_words
from data_authorization.graphql_schema.simulation import Caller, Decision, Request, decide_with
from data_authorization.graphql_schema.vocabulary import COARSE, Operation
from data_authorization.presentation import anchor_of
from data_authorization.simulator.asking import Asked
from environments.models import Environment

FIELDS_SHOWN = 60
"""Rows of the overview of all fields."""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule: its name and sentence, where it stands, and why it did not apply, if it did not."""

    name: str
    sentence: str
    url: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Everything:
    """What the same caller may do with the whole item, and with every field of it."""

    operations: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...]
    """Name of the field, "" for the item, and per operation its title, a state and a word."""
    left_out: int


@dataclass(frozen=True, slots=True)
class Answer:
    decision: Decision
    rules: tuple[RuleLine, ...]
    near: tuple[RuleLine, ...]
    everything: Everything
    who: str


def url_of(environment: Environment, place: Place, number: int) -> str:
    names = (environment.project.slug, environment.name)
    if place == GLOBAL_PLACE:
        return f"{reverse('data', args=names)}#origin"
    query = f"?field={place.field}" if place.field else ""
    return f"{reverse('data-type', args=(*names, place.type))}{query}#{anchor_of(place, number)}"


def answer_of(
    environment: Environment, access: Access, caller: Caller, request: Request, modes: Sequence[str], *, name: str = ""
) -> Answer:
    """`name` is what people call the caller, if they do."""
    decision = decide_with(access, caller, request, modes=modes)
    return Answer(
        decision,
        tuple(_line(environment, access, place, number) for place, number in decision.rules),
        tuple(_line(environment, access, one.place, one.number, one.words) for one in decision.near),
        _everything(access, caller, request, modes),
        who_words(caller, name),
    )


def _line(environment: Environment, access: Access, place: Place, number: int, why: str = "") -> RuleLine:
    rule = _rule_at(access, place, number)
    sentence = of_rule(rule) if rule else ""
    return RuleLine(rule_words(place, number), sentence, url_of(environment, place, number), why)


def _rule_at(access: Access, place: Place, number: int) -> Rule | None:
    if place == GLOBAL_PLACE:
        return access.schema.global_rule
    rules = access.schema.rules_at(place) or ()
    return rules[number] if number < len(rules) else None


def who_words(caller: Caller, name: str = "") -> str:
    """The caller in a few words, for the sentence that begins the answer."""
    if caller.mode not in ("user-pool", "oidc"):
        return _NAMELESS[caller.mode]
    name = name or caller.username or caller.sub or "A signed-in user without a name"
    if not caller.groups:
        return f"{name}, in no group"
    shown = ", ".join(caller.groups[:3])
    more = f" and {len(caller.groups) - 3} more groups" if len(caller.groups) > 3 else ""
    return f"{name}, in {shown}{more}"


_NAMELESS = {
    "identity-pool": "Somebody signed in to the identity pool",
    "guest": "A guest",
    "api-key": "Somebody with the API key",
    "lambda": "Somebody whom the Lambda authorizer lets in",
}


def _everything(access: Access, caller: Caller, request: Request, modes: Sequence[str]) -> Everything:
    operations = tuple(COARSE) if access.is_model else (Operation.READ,)
    names = (*([""] if access.is_model else []), *access.field_names)
    rows = tuple(
        (name, tuple(_cell(access, caller, request, name, one, modes) for one in operations))
        for name in names[: FIELDS_SHOWN + 1]
    )
    titles = tuple(_title(access, one) for one in operations)
    return Everything(titles, rows, max(0, len(names) - FIELDS_SHOWN - 1))


def _cell(
    access: Access, caller: Caller, request: Request, name: str, operation: Operation, modes: Sequence[str]
) -> tuple[str, str, str]:
    wanted = Request(type=request.type, field=name, operation=operation, item=request.item)
    decision = decide_with(access, caller, wanted, modes=modes, explain=False)
    state = "warn" if decision.allowed and decision.partial else "pass" if decision.allowed else "stopped"
    word = "In part" if state == "warn" else "Allowed" if decision.allowed else "Denied"
    return _title(access, operation), state, word


def _title(access: Access, operation: Operation) -> str:
    return operation.capitalize() if access.is_model else "Ask for"


def report(asked: Asked, caller: Caller, request: Request, answer: Answer) -> Mapping[str, Any]:
    """The same for scripts. Rules count from 0, as in the addresses of rules."""
    decision = answer.decision
    return {
        "allowed": decision.allowed,
        "words": decision.words,
        "rule": _rule(decision.rule),
        "rules": [_rule(one) for one in decision.rules],
        "without": list(decision.without),
        "reads": list(decision.reads),
        "near": [{**(_rule((one.place, one.number)) or {}), "why": one.words} for one in decision.near],
        "notes": list(decision.notes),
        "asked": {
            "mode": str(asked.mode),
            "claims": dict(caller.token),
            "type": request.type,
            "field": request.field or None,
            "operation": request.operation,
            "item": dict(request.item),
        },
    }


def _rule(found: tuple[Place, int] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    place, number = found
    return {"type": place.type, "field": place.field or None, "number": number}
