"""One rule as somebody wants it, tried on the draft: its text, what is wrong with it, and what it changes for whom.

Nothing is saved here. The edit reads one definition again and no more, so that an answer at each keystroke is quick.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from data_authorization.graphql_schema import editing, lint, validity
from data_authorization.graphql_schema.differences import Difference, between
from data_authorization.graphql_schema.reading import SchemaUnreadable, read_definition
from data_authorization.graphql_schema.schema import Place, Problem, Rule, Schema, WantedRule
from data_authorization.graphql_schema.validity_ids import ERROR
from data_authorization.rules.places import Standing, standing_at

UNKNOWN_ARGUMENT = "auth.unknown-argument"
"""It was in the file already, for nobody can write one in the form: this Amplify may know more than the console."""
REQUIRED_FIELD = "auth.required-field"
"""Two places have to agree, and a form changes one: the draft may be wrong until the other is changed as well."""
WHOLE_API = "AMPLIFY"
"""The input whose defaults hold for every model."""


@dataclass(frozen=True)
class Proposal:
    """`after` is None where the edit could not be made; `failure` then says why."""

    place: Place
    before: Schema
    after: Schema | None
    rule: Rule | None = None
    """The rule as it would stand in the text; None for one that goes."""
    failure: str = ""
    blocking: tuple[Problem, ...] = ()
    """What Amplify would refuse, or take for something else: it cannot be saved."""
    warnings: tuple[Problem, ...] = ()
    """What can be saved all the same; those of severity `error` Amplify refuses until something else is changed."""
    differences: tuple[Difference, ...] = ()

    @property
    def is_change(self) -> bool:
        return self.after is not None and self.after.text != self.before.text

    @property
    def can_be_saved(self) -> bool:
        return self.after is not None and not self.blocking

    @property
    def standing(self) -> Standing | None:
        """The place as it would be."""
        return standing_at(self.after, self.place.type, self.place.field) if self.after else None

    @property
    def rule_text(self) -> str:
        standing = self.standing
        return rule_source(standing, self.rule) if standing and self.rule else ""

    @property
    def auth_text(self) -> str:
        """The directives at the place as the file would have them, or "" where none is left."""
        standing = self.standing
        if standing is None:
            return ""
        auths = standing.field.auths if standing.field else standing.definition.auths
        return "\n".join(standing.definition.text[one.span.start : one.span.end] for one in auths)


def rule_source(standing: Standing, rule: Rule) -> str:
    """The rule as it stands in the file."""
    return standing.definition.text[rule.span.start : rule.span.end]


def find_rule(standing: Standing, number: int, was: str) -> Rule | None:
    """The rule a form was made from: that of the number if its text is the same, else the one that has the text now."""
    rules = standing.rules
    numbered = next((one for one in rules if one.number == number), None)
    if not was or (numbered and same_text(rule_source(standing, numbered), was)):
        return numbered
    return next((one for one in rules if same_text(rule_source(standing, one), was)), None)


def rule_of_text(text: str) -> Rule | None:
    """A rule that no schema holds any more, from its own text; None where that is no rule."""
    try:
        definition = read_definition(f"type Gone @auth(rules: [{text}\n]) {{ id: ID }}")
    except (SchemaUnreadable, ValueError):
        return None
    return definition.rules[0] if len(definition.rules) == 1 and len(definition.directives) == 1 else None


def same_text(one: str, other: str) -> bool:
    """Browsers send line ends of their own."""
    return one.replace("\r\n", "\n") == other.replace("\r\n", "\n")


def propose(
    schema: Schema,
    standing: Standing,
    *,
    modes: Sequence[str],
    number: int | None = None,
    wanted: WantedRule | None,
    known_groups: Collection[str] | None = None,
) -> Proposal:
    """Without a number a rule is added; without a wanted one, the rule of the number goes.

    `modes` are those of the API, none where nobody knows; `known_groups` those of the pool, None where nobody knows.
    """
    place = standing.place
    try:
        after = _edited(schema, place, number, wanted)
    except editing.EditFailed as failure:
        return Proposal(place, schema, None, failure=str(failure))
    at = number if number is not None else len(standing.rules)
    rule = next((one for one in after.rules_at(place) or () if one.number == at), None) if wanted else None
    blocking, warnings = _judged(schema, after, place, at if wanted else None, tuple(modes))
    said = {(one.id, one.rule) for one in blocking}
    notices = _notices(schema, after, place, at if wanted else None, tuple(modes), known_groups)
    found = (*warnings, *(one for one in notices if (one.id, one.rule) not in said))
    # What the rule itself is told comes before what is wrong around it.
    warnings = tuple(sorted(found, key=lambda one: (one.place, one.rule) != (place, at)))
    groups = tuple(dict.fromkeys((*_named(standing.rules), *((wanted.groups or ()) if wanted else ()))))
    changes = between(schema, after, groups, modes) if after.text != schema.text else ()
    return Proposal(place, schema, after, rule, "", blocking, warnings, changes)


def _edited(schema: Schema, place: Place, number: int | None, wanted: WantedRule | None) -> Schema:
    if wanted is None:
        assert number is not None
        return editing.remove_rule(schema, place, number)
    if number is None:
        return editing.add_rule(schema, place, wanted)
    return editing.change_rule(schema, place, number, wanted)


def _named(rules: Sequence[Rule]) -> list[str]:
    return [name for rule in rules for name in rule.groups or ()]


def _judged(
    before: Schema, after: Schema, place: Place, number: int | None, modes: tuple[str, ...]
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """What blocks, and what is only told.

    What was wrong elsewhere in the type already is no reason to refuse this change: it may be the first of two that
    put it right, and so may one after which a required field waits for a rule at another place. A mode that the API
    lacks is told: it is added on a page of its own, before or after.
    """
    whole = Place(place.type)
    already = validity.problems_at(before, whole, modes=None)
    texts = {_key(one) for one in already}
    left = Counter((one.id, one.place) for one in already)
    found = validity.problems_at(after, whole, modes=None)
    blocking, warnings = [], []
    for one in found:
        own = number is not None and one.place == place and one.rule == number and _is_of(after, one)
        left[one.id, one.place] -= 1
        is_new = left[one.id, one.place] < 0
        if not own and _key(one) in texts:
            if one.severity == ERROR:
                warnings.append(replace(one, text=f"Wrong already at {_where(one)}: {one.text}", argument=""))
            continue
        if one.id == REQUIRED_FIELD:
            warnings.append(replace(one, argument=""))
            continue
        refused = (one.severity == "error" and one.id != UNKNOWN_ARGUMENT) or one.id in validity.BLOCKED
        if refused and (own or is_new):
            blocking.append(one if own else replace(one, argument=""))
        else:
            warnings.append(replace(one, severity="warning", argument=one.argument if own else ""))
    if modes:
        said = {_key(one) for one in found}
        lacking = [one for one in validity.problems_at(after, place, modes=modes) if _key(one) not in said]
        warnings += [replace(one, severity="warning") for one in lacking if number is not None and one.rule == number]
    return tuple(blocking), tuple(warnings)


def _is_of(schema: Schema, problem: Problem) -> bool:
    """Whether it is of the definition that is edited, and not of a later one of the same name."""
    placed = schema.placed_at(problem.place.type) if problem.place else None
    if placed is None:
        return False
    ends = placed.start + len(placed.definition.text)
    return schema.line_and_column(placed.start)[0] <= problem.line <= schema.line_and_column(ends)[0]


def _where(problem: Problem) -> str:
    return f"{problem.place}, rule {problem.rule + 1}" if problem.rule is not None else str(problem.place)


def _key(problem: Problem) -> tuple[object, ...]:
    """A problem wherever it stands in the text: lines move, and so do the numbers of rules."""
    return problem.id, problem.place, problem.text


def _notices(
    before: Schema,
    after: Schema,
    place: Place,
    number: int | None,
    modes: tuple[str, ...],
    known_groups: Collection[str] | None,
) -> Iterator[Problem]:
    """What is worth a word about the rule itself, or about its type since this change."""

    def of(schema: Schema) -> list[Problem]:
        # What is said of a type depends on the type itself and on what holds for the whole API.
        placed = tuple(one for one in schema.placed if one.definition.name in (place.type, WHOLE_API))
        found = lint.notices(Schema(schema.text, placed), modes=modes or None, known_groups=known_groups)
        return [one for one in found if one.place and one.place.type == place.type]

    already = {_key(one) for one in of(before)}
    for one in of(after):
        if number is not None and one.place == place and one.rule == number:
            yield one
        elif _key(one) not in already:
            yield replace(one, argument="")
