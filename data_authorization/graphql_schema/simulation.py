"""May this caller do that? The decision, the rule that makes it, and the rules that came near."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from data_authorization.graphql_schema.access import MODE_OF_DOOR, Access, Door, Grant, access_of
from data_authorization.graphql_schema.calling import Caller, Meets, Request, matching
from data_authorization.graphql_schema.near import Near, near_misses
from data_authorization.graphql_schema.schema import Place, Schema
from data_authorization.graphql_schema.sentences import listed, plural, rule_words
from data_authorization.graphql_schema.vocabulary import COARSE, MODE_WORDS, READS, Operation

__all__ = ["Caller", "Decision", "Request", "decide", "decide_with", "implied"]
OPERATIONS = (*COARSE, *READS)
"""What can be asked. `read` is answered yes where one of the five reads is."""
MADE_BY_THE_API = frozenset({"id", "createdAt", "updatedAt"})
"""Required fields that a creation may leave out."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`rule` is the first of `rules`, which all say yes.

    `without` names fields of the item to which the answer does not extend, `only` those to which it does where they
    are the fewer; `reads` the only reads that are granted. All are empty where nothing is held back.
    """

    allowed: bool
    words: str
    rule: tuple[Place, int] | None = None
    rules: tuple[tuple[Place, int], ...] = ()
    without: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    near: tuple[Near, ...] = ()
    has_near: bool = False
    """Whether rules were asked, and one may have come near."""
    notes: tuple[str, ...] = ()

    @property
    def partial(self) -> bool:
        return bool(self.without or self.reads)


def decide(schema: Schema, caller: Caller, request: Request, *, modes: Sequence[str] = ()) -> Decision:
    """Raises LookupError for a type or field that is not there, ValueError for an operation that is none.

    `modes` are the API's, the default one first; without them every door counts as open.
    """
    return decide_with(access_of(schema, request.type), caller, request, modes=modes)


def decide_with(
    access: Access, caller: Caller, request: Request, *, modes: Sequence[str] = (), explain: bool = True
) -> Decision:
    """`decide` for who asks a lot about one type; without `explain` a refusal does not look for rules that are near."""
    decision = _decided(access, caller, request, modes)
    if decision.allowed or not explain or not decision.has_near:
        return decision
    return replace(decision, near=near_misses(access, caller, request))


def _decided(access: Access, caller: Caller, request: Request, modes: Sequence[str]) -> Decision:
    if request.operation not in OPERATIONS:
        raise ValueError(f"{request.operation} is no operation.")
    if request.field and request.field not in access.field_names and request.field not in implied(access):
        raise LookupError(f"{access.name} has no field {request.field}.")
    mode = MODE_OF_DOOR[Door(caller.mode)]
    if modes and mode not in modes:
        words = f"The API does not let callers in by {MODE_WORDS[mode]}: no rule is asked."
        return Decision(allowed=False, words=words)
    if not access.is_model:
        return _outside_models(access, caller, request, modes)
    if request.field:
        return _on_field(access, caller, request)
    if request.operation == Operation.DELETE:
        return _whole_delete(access, caller, request)
    return _whole_item(access, caller, request)


def implied(access: Access) -> tuple[str, ...]:
    """Fields that rules name and the transformer adds: the owner's, where the type has none of the name."""
    named = dict.fromkeys(one.principal.name for one in access.grants if one.principal.kind == "owner")
    return tuple(one for one in named if access.definition.field(one) is None)


def _met(grants: Iterable[Grant], meets: Meets, operation: str) -> tuple[Grant, ...]:
    return tuple(one for one in grants if operation in one.operations and meets(one.principal))


def _granting(access: Access, name: str, meets: Meets, operation: str) -> tuple[tuple[Grant, ...], tuple[str, ...]]:
    """The grants that say yes for a field, and which reads they give where `read` was asked and not all are."""
    asked = READS if operation == Operation.READ else (operation,)
    mine = [one for one in access.of_field(name) if meets(one.principal)]
    by_operation = {one: _met(mine, meets, one) for one in asked}
    given = tuple(str(one) for one in asked if by_operation[one])
    grants = tuple(dict.fromkeys(grant for found in by_operation.values() for grant in found))
    return grants, given if 0 < len(given) < len(asked) else ()


def _on_field(access: Access, caller: Caller, request: Request) -> Decision:
    grants, reads = _granting(access, request.field, matching(caller, request), request.operation)
    if not grants:
        return _refused(access, caller, request)
    notes = tuple(_field_notes(access, request))
    return _allowed(grants, f"{doing(request.operation)} {access.name}.{request.field}", reads=reads, notes=notes)


def _whole_item(access: Access, caller: Caller, request: Request) -> Decision:
    # Fields without rules of their own share what holds for them, and the answer.
    answers: dict[int, tuple[tuple[Grant, ...], tuple[str, ...]]] = {}
    per_field = {}
    meets = matching(caller, request)
    for name in access.field_names:
        key = id(access.of_field(name))
        if key not in answers:
            answers[key] = _granting(access, name, meets, request.operation)
        per_field[name] = answers[key]
    grants = tuple(dict.fromkeys(grant for found, _ in answers.values() for grant in found))
    if not grants:
        return _refused(access, caller, request)
    without = tuple(name for name, (found, _) in per_field.items() if not found)
    notes: tuple[str, ...] = ()
    if request.operation == Operation.CREATE:
        filled = {one.principal.name for one in grants if one.principal.kind == "owner"}
        needed = [name for name in without if _must_be_given(access, name, filled)]
        if needed:
            verb = "is" if len(needed) == 1 else "are"
            words = f"{listed(needed)} {verb} required, and no rule lets this caller give a value."
            return Decision(allowed=False, words=words, without=without, has_near=True)
    if request.operation == Operation.UPDATE:
        notes = tuple(_update_notes(access, meets))
    reads = _common([reads for found, reads in per_field.values() if found])
    what = f"{doing(request.operation)} {plural(access.name)}"
    granted = tuple(name for name, (found, _) in per_field.items() if found)
    only = granted if len(granted) < len(without) else ()
    return _allowed(grants, what, without=without, only=only, reads=reads, notes=notes)


def _must_be_given(access: Access, name: str, filled: set[str]) -> bool:
    found = access.definition.field(name)
    return bool(found and found.is_required and name not in MADE_BY_THE_API and name not in filled)


def _common(reads: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The reads of the item as a whole: empty as soon as one field can be read in every way."""
    if not all(reads):
        return ()
    found = {one for some in reads for one in some}
    return tuple(one for one in READS if one in found) if len(found) < len(READS) else ()


def _whole_delete(access: Access, caller: Caller, request: Request) -> Decision:
    """One principal has to be allowed on every field."""
    distinct = {id(access.of_field(name)): access.of_field(name) for name in access.field_names}
    meets = matching(caller, request)
    per_field = [_met(grants, meets, request.operation) for grants in distinct.values()]
    everywhere = set.intersection(*({one.principal for one in found} for found in per_field)) if per_field else set()
    grants = tuple(dict.fromkeys(one for found in per_field for one in found if one.principal in everywhere))
    if not grants:
        return _refused(access, caller, request)
    return _allowed(grants, f"delete {plural(access.name)}")


def _outside_models(access: Access, caller: Caller, request: Request, modes: Sequence[str]) -> Decision:
    """Fields of root types, and of types that are embedded in others."""
    if request.operation not in (Operation.READ, *READS):
        return Decision(allowed=False, words=f"{access.name} is no model: its fields can only be asked for.")
    name = request.field
    if name in access.restricted:
        grants = _met(access.of_field(name), matching(caller, request), Operation.GET)
        if grants:
            return _allowed(grants, f"ask for {access.name}.{name}")
        return _refused(access, caller, request)
    if not access.is_root:
        words = f"No rule is about it: whoever may read the field that holds {article(access.name)} may read it."
        return Decision(allowed=True, words=words)
    if not modes:
        return Decision(
            allowed=True,
            words="No rule is about it: everybody whom the API's default authorization mode lets in may ask for it. "
            "Which one that is, is not known here.",
        )
    default = next((words for one, words in MODE_WORDS.items() if one == modes[0]), modes[0])
    allowed = MODE_OF_DOOR[Door(caller.mode)] == modes[0]
    said = "this caller comes by it" if allowed else "this caller does not come by it"
    words = f"No rule is about it: it answers to the API's default authorization mode, {default}, and {said}."
    return Decision(allowed=allowed, words=words)


def _allowed(
    grants: Sequence[Grant],
    what: str,
    *,
    without: tuple[str, ...] = (),
    only: tuple[str, ...] = (),
    reads: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Decision:
    rules = tuple(dict.fromkeys((one.place, one.number) for one in grants))
    words = f"{rule_words(*rules[0])} lets this caller {what}"
    if reads:
        words += f", by {listed(reads)} only"
    if without:
        words += f", but only {listed(only)} of them" if only else f", without {listed(without)}"
    return Decision(
        allowed=True,
        words=f"{words}.",
        rule=rules[0],
        rules=rules,
        without=without,
        only=only,
        reads=reads,
        notes=notes,
    )


def _refused(access: Access, caller: Caller, request: Request) -> Decision:
    place = f"{access.name}.{request.field}" if request.field else plural(access.name)
    words = f"No rule lets this caller {doing(request.operation)} {place}."
    if not access.grants and access.is_model:
        words = f"{access.name} has no rule that grants anything: nobody can reach it."
    return Decision(allowed=False, words=words, has_near=True)


def _field_notes(access: Access, request: Request) -> Iterator[str]:
    found = access.definition.field(request.field)
    related = access.schema.type(found.named_type) if found else None
    if related is not None and related.is_model and request.operation in (Operation.READ, *READS):
        yield f"What it leads to answers to the rules of {related.name}, item by item."
    if request.operation == Operation.DELETE:
        yield "To delete a field is to set it to null in an update."


def _update_notes(access: Access, meets: Meets) -> Iterator[str]:
    distinct = {id(access.of_field(name)): access.of_field(name) for name in access.field_names}
    if not all(_met(grants, meets, Operation.DELETE) for grants in distinct.values()):
        yield "To set a field to null, a caller needs delete on it as well."


def doing(operation: str) -> str:
    """`create`, `read`, or the verb for one of the reads."""
    return next((words for one, words in _DOING.items() if one == operation), operation)


_DOING = {
    Operation.GET: "get single",
    Operation.LISTEN: "listen to changes of",
    Operation.SYNC: "synchronise",
    Operation.SEARCH: "search",
}


def article(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
