"""What a change of the rules means for people: who can do more, who less, and with what.

The tables of both schemas are compared cell by cell, at every type and field whose text differs. What one row says is
not said again by the rows that follow from it: where signed-in users gain, every group and every owner gains.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from data_authorization.graphql_schema.access import GLOBAL_PLACE, Access, Principal, access_of
from data_authorization.graphql_schema.schema import Definition, Place, Schema
from data_authorization.graphql_schema.sentences import plural
from data_authorization.graphql_schema.table import Cell, Row, Table, Who, table_with
from data_authorization.graphql_schema.vocabulary import READS, Operation

NOTHING = Cell("no", "No")


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind`: `wider`, `narrower`, or `other` (other reads). `is_public`: guests or API keys can do more than before.

    `words` is a whole sentence: "Editors can also delete Books."
    """

    place: Place
    who: Who
    operation: str
    before: Cell
    after: Cell
    kind: str
    is_public: bool
    words: str


@dataclass(frozen=True, slots=True)
class _Side:
    """A type before or after; without `access` it is not there, and nobody can do anything."""

    access: Access | None
    groups: tuple[str, ...]
    modes: tuple[str, ...]

    def grants(self, field: str) -> frozenset[tuple[Principal, frozenset[str]]] | None:
        """To whom what is granted on a field, wherever the rule stands: all that the answers about it depend on."""
        if self.access is None or (not self.access.is_model and field not in self.access.restricted):
            return None
        return frozenset((one.principal, one.operations) for one in self.access.of_field(field))

    def table(self, place: Place) -> Table | None:
        if self.access is None or (place.field and self.access.definition.field(place.field) is None):
            return None
        return table_with(self.access, place, self.groups, self.modes)


def between(before: Schema, after: Schema, groups: Sequence[str], modes: Sequence[str] = ()) -> tuple[Difference, ...]:
    """What guests and API keys gain comes first, then by the order of the text.

    `modes` are those of the API, none where nobody knows; a field without rules answers to them.
    """
    found = [
        difference
        for name in _changed_types(before, after)
        for difference in _of_type(_side(before, name, groups, modes), _side(after, name, groups, modes), name)
    ]
    return tuple(sorted(found, key=lambda one: not one.is_public))


def _side(schema: Schema, name: str, groups: Sequence[str], modes: Sequence[str]) -> _Side:
    try:
        return _Side(access_of(schema, name), tuple(groups), tuple(modes))
    except LookupError:
        return _Side(None, tuple(groups), tuple(modes))


def _changed_types(before: Schema, after: Schema) -> Iterator[str]:
    """Types in the order of the new text, then those that are gone; only what reads differently.

    The global rule, once changed, is asked for every model.
    """
    same_global = _global_words(before) == _global_words(after)
    names = dict.fromkeys(one.name for schema in (after, before) for one in schema.definitions)
    for name in names:
        old, new = before.type(name), after.type(name)
        if (old and old.text) == (new and new.text) and (same_global or not _is_model(old, new)):
            continue
        if any(one is not None and one.kind in ("type", "interface") for one in (old, new)):
            yield name


def _global_words(schema: Schema) -> tuple[str, str] | None:
    rule = schema.global_rule
    return (rule.text("allow"), rule.text("provider")) if rule else None


def _is_model(*definitions: Definition | None) -> bool:
    return any(one is not None and one.is_model for one in definitions)


def _of_type(before: _Side, after: _Side, name: str) -> Iterator[Difference]:
    accesses = [one.access for one in (before, after) if one.access is not None]
    if any(one.is_model for one in accesses):
        yield from _compared(before, after, Place(name))
    fields = dict.fromkeys(field for one in reversed(accesses) for field in one.field_names if field in one.restricted)
    for field in fields:
        if before.grants(field) != after.grants(field):
            yield from _compared(before, after, Place(name, field))


def _compared(before: _Side, after: _Side, place: Place) -> Iterator[Difference]:
    old, new = before.table(place), after.table(place)
    if place.field and (old is None or new is None):
        # A field that comes or goes with its rules is no change of access, unless it is one of the whole type.
        return
    operations = new.operations if new else old.operations if old else ()
    pairs = tuple(_rows(old, new))
    for column, operation in enumerate(operations):
        found = [
            difference
            for who, old_row, new_row in pairs
            if (difference := _difference(place, who, operation, _cell(old_row, column), _cell(new_row, column)))
        ]
        yield from _without_what_follows(found)


def _rows(before: Table | None, after: Table | None) -> Iterator[tuple[Who, Row | None, Row | None]]:
    """The rows of both, joined; a row that only one side has answers on the other as those it belongs to."""
    old = {one.who: one for one in (before.rows if before else ())}
    new = {one.who: one for one in (after.rows if after else ())}
    for who in dict.fromkeys([*new, *old]):
        yield who, old.get(who) or _fallback(who, old), new.get(who) or _fallback(who, new)


def _fallback(who: Who, rows: dict[Who, Row]) -> Row | None:
    """A group or an owner without rules is still signed in."""
    if who.kind not in ("owner", "group", "dynamic"):
        return None
    kind = "oidc" if "OpenID" in who.title else "signed-in"
    return next((row for one, row in rows.items() if one.kind == kind), None)


def _cell(row: Row | None, column: int) -> Cell:
    return row.cells[column] if row and column < len(row.cells) else NOTHING


def _difference(place: Place, who: Who, operation: str, before: Cell, after: Cell) -> Difference | None:
    """None where the same items can be reached in the same ways; fields that are withheld have lines of their own."""
    had, has = _reach(before, place), _reach(after, place)
    if had == has:
        return None
    kind = "wider" if has > had else "narrower" if has < had else "other"
    is_public = who.is_public and kind != "narrower"
    words = _words(place, who, operation, had, has, only_own=after.answer == "own" or before.answer == "own")
    return Difference(place, who, operation, before, after, kind, is_public, words)


def _reach(cell: Cell, place: Place) -> frozenset[str]:
    """What can be done. An owner's own items are all that an owner's row is about.

    Who reaches an item by the rules of single fields only, reaches these fields: they have lines of their own.
    """
    by_field = not place.field and all(one.field and one != GLOBAL_PLACE for one, _ in cell.rules)
    if cell.answer == "no" or by_field:
        return frozenset()
    return frozenset(cell.reads or (*READS, "any"))


def _words(place: Place, who: Who, operation: str, had: frozenset[str], has: frozenset[str], *, only_own: bool) -> str:
    thing = str(place) if place.field else plural(place.type)
    own = "their own " if only_own and who.kind == "owner" and not place.field else ""
    if only_own and who.kind == "owner" and place.field:
        thing = f"{thing} of their own {plural(place.type)}"
    if not had or not has:
        verb = "can also" if has else "can no longer"
        reads = [one for one in READS if one in (has or had)]
        doing = operation if operation != Operation.READ or len(reads) == len(READS) else ", ".join(reads)
        return f"{who.words} {verb} {doing} {own}{thing}."
    gained, lost = (", ".join(one for one in READS if one in some) for some in (has - had, had - has))
    said = [f"can also {gained}"] if gained else []
    said += [f"can no longer {lost}"] if lost else []
    return f"{who.words} {' and '.join(said)} {own}{thing}."


def _without_what_follows(found: Sequence[Difference]) -> Iterator[Difference]:
    """A group that gains or loses exactly what all signed-in users do is not worth a line of its own."""
    general = {_base_kind(one.who): (one.kind, _change(one)) for one in found if one.who.kind in ("signed-in", "oidc")}
    for one in found:
        base = general.get(_base_kind(one.who))
        follows = one.who.kind in ("owner", "group", "dynamic") and base == (one.kind, _change(one))
        if not follows:
            yield one


def _base_kind(who: Who) -> str:
    if who.kind == "oidc" or (who.kind in ("owner", "group", "dynamic") and "OpenID" in who.title):
        return "oidc"
    return "signed-in" if who.kind in ("signed-in", "owner", "group", "dynamic") else who.kind


def _change(difference: Difference) -> tuple[frozenset[str], frozenset[str]]:
    before, after = difference.before, difference.after
    return _reach(before, difference.place), _reach(after, difference.place)


def joined(differences: Sequence[Difference]) -> tuple[Difference, ...]:
    """Those of one person and place as one sentence: "Editors can also create, update Books."

    Only whole gains and losses are joined; the first one of each stands for all.
    """
    found: dict[tuple[Place, Who, str, str], list[Difference]] = {}
    alone: list[tuple[int, Difference]] = []
    for number, one in enumerate(differences):
        head, verb, tail = _parts(one)
        if verb:
            found.setdefault((one.place, one.who, f"{head}{verb}", tail), []).append(one)
        else:
            alone.append((number, one))
    merged = [
        (differences.index(some[0]), replace(some[0], words=f"{start}{', '.join(one.operation for one in some)}{tail}"))
        for (_, _, start, tail), some in found.items()
    ]
    return tuple(one for _, one in sorted([*merged, *alone], key=lambda pair: pair[0]))


def _parts(difference: Difference) -> tuple[str, str, str]:
    """The sentence around its operation; ("", "", "") where it names single reads."""
    for verb in (" can also ", " can no longer "):
        head, found, rest = difference.words.partition(verb)
        if found and rest.startswith(f"{difference.operation} "):
            return head, verb, rest.removeprefix(difference.operation)
    return "", "", ""
