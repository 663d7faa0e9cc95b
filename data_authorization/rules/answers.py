"""What the pages and the scripts are told about one rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from auth_import.pickers import Unread
from data_authorization import presentation, reports, services
from data_authorization.graphql_schema.access import GLOBAL_PLACE, access_of
from data_authorization.graphql_schema.differences import Difference, joined
from data_authorization.graphql_schema.editing import wanted_of
from data_authorization.graphql_schema.schema import Place, Problem, Rule
from data_authorization.graphql_schema.sentences import listed
from data_authorization.graphql_schema.validity_ids import ERROR
from data_authorization.rules.desk import Desk
from data_authorization.rules.forms import RuleForm
from data_authorization.rules.proposals import Proposal, rule_source

SHOWN = 8
"""How many warnings, and how many changes for people, the panel says one by one."""
GROUPS = 400
"""Boxes to tick that one page draws; further groups are typed."""
PROVIDER_LACKS = "auth.provider-not-configured"


@dataclass(frozen=True, slots=True)
class Answer:
    """The panel beside the form. `state` is that of a status, `words` say it."""

    state: str
    words: str
    sentence: str = ""
    refusals: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    differences: tuple[Difference, ...] = ()
    more_warnings: int = 0
    more_differences: int = 0

    @property
    def lacks_mode(self) -> bool:
        return any(one.id == PROVIDER_LACKS for one in self.warnings)


def answer_of(proposal: Proposal | None, form: RuleForm | None = None) -> Answer:
    """What is said at the fields is said here too, so that it is read in one place."""
    if form is not None and form.errors:
        said = [str(text) for texts in form.errors.values() for text in texts]
    else:
        said = [proposal.failure or "", *(one.text for one in proposal.blocking)] if proposal else []
    refusals = tuple(dict.fromkeys(filter(None, said)))
    found = proposal.warnings if proposal else ()
    warnings = tuple(one for one in found if one.severity != "info")
    notes = tuple(one for one in found if one.severity == "info")
    changes = joined(proposal.differences) if proposal else ()
    if form is not None and not form["allow"].value():
        state, words, refusals = "pending", "Choose who the rule is for", ()
    elif refusals:
        state, words = "fail", "Cannot be saved like this"
    elif proposal is None:
        state, words = "pending", "Choose who the rule is for"
    elif any(one.severity == ERROR for one in warnings):
        state, words = "warn", "Can be saved; Amplify refuses it so far"
    elif warnings:
        state, words = "warn", "Can be saved; read the warning first"
    else:
        state, words = "pass", "Amplify accepts this"
    return Answer(
        state,
        words,
        _sentence(proposal),
        refusals,
        warnings[:SHOWN],
        notes[:SHOWN],
        changes[:SHOWN],
        len(warnings[SHOWN:]),
        len(changes[SHOWN:]),
    )


def _sentence(proposal: Proposal | None) -> str:
    standing = proposal.standing if proposal else None
    if proposal is None or proposal.rule is None or standing is None:
        return ""
    return f"{presentation.sentence_about(proposal.rule, standing.place, standing.definition)}."


def left_words(proposal: Proposal) -> str:
    """What holds at the place once its last rule is gone; "" while rules are left, or where nothing can be said."""
    standing = proposal.standing
    if proposal.after is None or standing is None or standing.rules:
        return ""
    place, name = standing.place, standing.definition.name
    if not standing.reads_items:
        return "" if not place.field else _left_open(place, is_root=access_of(proposal.after, name).is_root)
    access = access_of(proposal.after, name)
    if any(one.place == GLOBAL_PLACE for one in access.of_type):
        return f"{name} has no rules then, so that of the whole API holds: anyone with the API key may do everything."
    if place.field and access.of_type:
        return f"The rules of {name} hold for this field again."
    if place.field:
        return f"{name} has no rules of its own either: nobody but administrators’ roles reaches this field then."
    own = [one for one in access.field_names if one in access.restricted]
    if own:
        verb = "keeps its rules" if len(own) == 1 else "keep their rules"
        return f"Only {listed(own)} {verb}; nobody but administrators’ roles reaches the rest of {name} then."
    return f"Nobody but administrators’ roles reaches {name} then."


def _left_open(place: Place, *, is_root: bool) -> str:
    if is_root:
        return f"{place.field} then answers to every caller of the API’s default authorization mode."
    return f"Whoever may read what holds the {place.type} may read {place.field} then."


def _short(desk: Desk, rule: Rule | None) -> str:
    return presentation.short_sentence(rule, desk.standing.definition) if rule else ""


@dataclass(frozen=True, slots=True)
class Box:
    name: str
    ticked: bool
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Picker:
    """The groups to tick: the ticked ones first. Without `is_read` only those are known."""

    boxes: tuple[Box, ...]
    is_read: bool = False
    unread: Unread | None = None
    more: int = 0


def picker_of(form: RuleForm, read: Sequence[str] | Unread | None) -> Picker:
    """`read` is what the pool answered; None: it was not asked."""
    ticked = form.ticked_groups
    if read is None or isinstance(read, Unread):
        return Picker(tuple(Box(name, True) for name in ticked), unread=read)
    have = set(read)
    first = [Box(name, True, missing=name not in have) for name in ticked]
    others = [name for name in read if name not in ticked]
    return Picker((*first, *(Box(name, False) for name in others[:GROUPS])), True, more=len(others[GROUPS:]))


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What was saved since a form was made: in the words of its history, and as a difference."""

    words: tuple[tuple[str, str], ...]
    """Who, and what."""
    old: str
    new: str


def meanwhile(working: services.Working, since: int) -> Meanwhile:
    """`since` is the number of the version that the form was made from."""
    later = list(working.data_model.revisions.filter(number__gt=since)[:20])
    said = tuple((one.created_by_name, one.words) for one in reversed(later))
    before = working.data_model.revisions.filter(number=since).first()
    old = before.text if before else working.base_text
    return Meanwhile(said, old, working.text)


# Sentences for the history.


def saved_words(desk: Desk, proposal: Proposal, number: int | None) -> str:
    place = desk.standing.place
    if number is None:
        return f"Added a rule to {place}: {_short(desk, proposal.rule)}."
    return f"Changed rule {number + 1} of {place}: {_short(desk, proposal.rule)}."


def removed_words(desk: Desk, rule: Rule) -> str:
    return f"Removed a rule of {desk.standing.place}: {_short(desk, rule)}."


# Reports for scripts.


def rule_report(desk: Desk, rule: Rule) -> dict[str, Any]:
    """A rule under the names that the form takes."""
    wanted = wanted_of(rule)
    return {
        "place": str(desk.standing.place),
        "number": rule.number,
        "text": rule_source(desk.standing, rule),
        "sentence": _short(desk, rule),
        "version": desk.working.number,
        "allow": wanted.allow,
        "provider": wanted.provider,
        "owner_field": wanted.owner_field,
        "identity_claim": wanted.identity_claim,
        "group_claim": wanted.group_claim,
        "groups": None if wanted.groups is None else list(wanted.groups),
        "groups_field": wanted.groups_field,
        "operations": None if wanted.operations is None else list(wanted.operations),
        "unknown": dict(wanted.unknown),
    }


def difference_reports(found: Sequence[Difference]) -> list[dict[str, Any]]:
    return [
        {
            "place": str(one.place),
            "who": one.who.words,
            "operation": one.operation,
            "before": one.before.answer,
            "after": one.after.answer,
            "kind": one.kind,
            "words": one.words,
        }
        for one in found
    ]


def check_report(desk: Desk, form: RuleForm, proposal: Proposal | None) -> dict[str, Any]:
    """`errors` by the form's fields; `__all__` is about the rule as a whole."""
    report: dict[str, Any] = {
        "place": str(desk.standing.place),
        "version": desk.working.number,
        "errors": {name: list(map(str, texts)) for name, texts in form.errors.items()},
    }
    return report | _proposal_report(proposal)


def _proposal_report(proposal: Proposal | None) -> dict[str, Any]:
    if proposal is None:
        return {"text": None, "sentence": None, "auth": None, "problems": [], "differences": []}
    after = proposal.after
    return {
        "text": proposal.rule_text if after else None,
        "sentence": _sentence(proposal) or None,
        "auth": proposal.auth_text or None,
        "problems": reports.problem_reports((*proposal.blocking, *proposal.warnings)),
        "differences": difference_reports(proposal.differences),
    }


def saved_report(desk: Desk, proposal: Proposal, version: int) -> dict[str, Any]:
    report = {"place": str(desk.standing.place), "version": version, "changed": proposal.is_change}
    number = proposal.rule.number if proposal.rule else None
    return report | {"number": number} | _proposal_report(proposal)


def removal_report(desk: Desk, rule: Rule | None, proposal: Proposal | None) -> dict[str, Any]:
    report = rule_report(desk, rule) if rule else {"place": str(desk.standing.place)}
    told = _proposal_report(proposal)
    return report | {"problems": told["problems"], "differences": told["differences"], "auth": told["auth"]}
