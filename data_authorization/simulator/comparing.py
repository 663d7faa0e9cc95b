"""Two versions of the data model side by side: which ones an address names, and what differs between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from data_authorization.graphql_schema.differences import Difference, between, joined
from data_authorization.graphql_schema.reading import read_schema
from data_authorization.graphql_schema.schema import Place
from data_authorization.graphql_schema.table import Who
from data_authorization.graphql_schema.vocabulary import MODE_WORDS, Mode
from data_authorization.services import Working

BASE, DRAFT = "base", "draft"
LISTED = 60
"""Revisions that can be chosen."""
SHOWN = 200
"""Sentences and rows before somebody asks for all."""


@dataclass(frozen=True, slots=True)
class Version:
    """`key` stands in addresses: `base`, `draft`, or the number of a revision."""

    key: str
    words: str
    text: str
    modes: tuple[str, ...]


def choices(working: Working) -> tuple[tuple[str, str], ...]:
    """Keys and words, without the texts."""
    rows = working.data_model.revisions.values_list("number", "words")[:LISTED]
    revisions = tuple((str(number), f"Version {number}: {words[:80]}") for number, words in rows)
    return ((BASE, BASE_WORDS), (DRAFT, DRAFT_WORDS), *revisions)


BASE_WORDS = "What was read"
DRAFT_WORDS = "The draft"


def version_of(working: Working, key: str) -> Version | None:
    """None for a version that is not there (any more)."""
    if key == BASE:
        return Version(BASE, BASE_WORDS, working.base_text, working.base_modes)
    if key == DRAFT:
        return Version(DRAFT, DRAFT_WORDS, working.text, working.modes)
    if not key.isascii() or not key.isdecimal() or len(key) > 8:
        return None
    row = working.data_model.revisions.filter(number=int(key)).first()
    return Version(key, f"Version {row.number}", row.text, tuple(row.modes)) if row else None


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One person at one place: per operation the difference, or None where nothing changes."""

    place: Place
    who: Who
    cells: tuple[tuple[str, Difference | None], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    sentences: tuple[Difference, ...]
    rows: tuple[MatrixRow, ...]
    modes: tuple[tuple[str, bool], ...]
    """Sentences about authorization modes, and whether each opens the API to the public."""
    hidden: int

    @property
    def public(self) -> int:
        return sum(1 for one in self.sentences if one.is_public) + sum(1 for _, opens in self.modes if opens)


def compare(before: Version, after: Version, *, everything: bool = False) -> Comparison:
    """Raises SchemaUnreadable for the one of both that cannot be read."""
    found = between(read_schema(before.text), read_schema(after.text), (), after.modes)
    sentences = joined(found)
    rows = _matrix(found)
    most = len(found) if everything else SHOWN
    hidden = max(len(sentences), len(rows)) - most
    return Comparison(sentences[:most], rows[:most], _mode_sentences(before, after), max(0, hidden))


def _matrix(found: Sequence[Difference]) -> tuple[MatrixRow, ...]:
    by_row: dict[tuple[Place, Who], dict[str, Difference]] = {}
    for one in found:
        by_row.setdefault((one.place, one.who), {})[one.operation] = one
    return tuple(
        MatrixRow(place, who, tuple((one.capitalize(), cells.get(one)) for one in OPERATIONS))
        for (place, who), cells in by_row.items()
    )


OPERATIONS = ("create", "read", "update", "delete")


def _mode_sentences(before: Version, after: Version) -> tuple[tuple[str, bool], ...]:
    """A rule for a mode that the API lacks lets nobody in, until the API has the mode."""
    said: list[tuple[str, bool]] = []
    for one in after.modes:
        if one not in before.modes and before.modes:
            opens = one in (Mode.API_KEY, Mode.IAM)
            said.append((f"The API also lets callers in by {_mode(one)}: rules for them begin to count.", opens))
    for one in before.modes:
        if one not in after.modes and after.modes:
            said.append((f"The API no longer lets callers in by {_mode(one)}, whatever the rules say.", False))
    if before.modes and after.modes and before.modes[0] != after.modes[0]:
        words = f"The default authorization mode is {_mode(after.modes[0])} instead of {_mode(before.modes[0])}: it"
        said.append(
            (f"{words} answers for fields of Query and Mutation without rules.", after.modes[0] == Mode.API_KEY)
        )
    return tuple(said)


def _mode(name: str) -> str:
    return MODE_WORDS[Mode(name)] if name in tuple(Mode) else name
