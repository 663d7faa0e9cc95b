"""The draft of an environment's data model: saved, thrown away, restored, handed to a push."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from backend_state.document.api_modes import EditApiModes
from backend_state.document.changes import EditSchema
from data_authorization.graphql_schema.reading import SchemaUnreadable, read_schema
from data_authorization.graphql_schema.rebasing import carried_over, with_rules_of
from data_authorization.graphql_schema.schema import Schema
from data_authorization.models import DataModel, Revision
from environments.models import Environment
from web import diffs

KEPT = 200
"""Revisions that stay; each holds a whole schema."""
READ_WORDS = {
    DataModel.Source.BACKEND: "Read the API {name} of the Amplify backend.",
    DataModel.Source.APPSYNC: "Read the AppSync API {name}.",
    DataModel.Source.TEXT: "Took a schema that was pasted or uploaded.",
}
LINES_OF_AUDIT = 200
"""Lines of a difference that the activity keeps; the draft's page shows all of it."""


class StaleDraft(Exception):
    """Somebody saved meanwhile. `number` is that of the newest revision, `newest` the revision itself, if any."""

    def __init__(self, newest: Revision | None) -> None:
        super().__init__()
        self.newest = newest
        self.number = newest.number if newest else 0

    def __str__(self) -> str:
        if self.newest is None:
            return "The data model was read anew meanwhile. Look at it again, then repeat your change."
        return (
            f"{self.newest.created_by_name} saved another version meanwhile: {self.newest.words} Nothing of it was "
            "overwritten. Look at it, then repeat your change."
        )


class NothingRead(Exception):
    """The environment has no data model yet."""

    def __str__(self) -> str:
        return "No data model has been read yet. Choose where it comes from."


@dataclass(frozen=True)
class Working:
    """What an environment's data model is at this moment: the newest saved text upon the base it was made from."""

    data_model: DataModel
    revision: Revision | None
    text: str
    modes: tuple[str, ...]
    base_text: str
    base_modes: tuple[str, ...]

    @property
    def schema(self) -> Schema:
        """Raises SchemaUnreadable."""
        return read_schema(self.text)

    @property
    def base_schema(self) -> Schema:
        """Raises SchemaUnreadable."""
        return read_schema(self.base_text)

    @property
    def has_draft(self) -> bool:
        return (self.text, self.modes) != (self.base_text, self.base_modes)

    @property
    def number(self) -> int:
        """That of the newest revision, for `expected` of a form made from this; 0 where there is none."""
        return self.revision.number if self.revision else 0


def working_of(environment: Environment) -> Working | None:
    """None where nothing has been read yet."""
    row = DataModel.objects.filter(environment=environment).first()
    return _working(row) if row else None


def _working(row: DataModel) -> Working:
    newest = row.revisions.first()
    top = newest or row
    return Working(
        data_model=row,
        revision=newest,
        text=top.text,
        modes=tuple(top.modes),
        base_text=row.text,
        base_modes=tuple(row.modes),
    )


def _locked(environment: Environment, expected: int) -> Working:
    """The data model, which nobody else changes until the transaction ends. Raises NothingRead and StaleDraft."""
    row = DataModel.objects.select_for_update().filter(environment=environment).first()
    if row is None:
        raise NothingRead
    working = _working(row)
    if working.number != expected:
        raise StaleDraft(working.revision)
    return working


@transaction.atomic
def save(
    *, environment: Environment, text: str, modes: Sequence[str], words: str, actor: Actor, expected: int
) -> Revision:
    """Keep the text and modes as the newest revision; saving what is there already adds none.

    `expected` is the number the form was made from, 0 for none. Raises StaleDraft when somebody saved meanwhile, and
    NothingRead.
    """
    working = _locked(environment, expected)
    if working.revision and (text, tuple(modes)) == (working.text, working.modes):
        return working.revision
    return _added(working, text, modes, words, actor, Action.DATA_RULES_CHANGED)


@transaction.atomic
def discard(*, environment: Environment, actor: Actor, expected: int) -> Revision:
    """Go back to the base. What was discarded stays in the history. Raises StaleDraft and NothingRead."""
    working = _locked(environment, expected)
    if working.revision and not working.has_draft:
        return working.revision
    words = "Discarded the draft."
    return _added(working, working.base_text, working.base_modes, words, actor, Action.DATA_RULES_DISCARDED)


@dataclass(frozen=True, slots=True)
class Restored:
    """The newest revision after a restore, and what of the old one could not come along, in sentences."""

    revision: Revision
    lost: tuple[str, ...] = ()
    is_news: bool = True
    """Whether the restore had to make the revision; not where all of it was there already."""
    merged: bool = False
    """Only what the old one had changed was changed again: the rest is what somebody has read since."""


@transaction.atomic
def restore(*, environment: Environment, number: int, actor: Actor, expected: int) -> Restored:
    """Make an older revision the newest. Raises LookupError where it is not kept, StaleDraft and NothingRead.

    Of a revision that was made upon another base only its changes of rules come back: whatever else changed since in
    the schema, and in the ways in, is not the draft's to undo. One that changed nothing, as a reading, is wanted for
    the rules it had, so all of these come back.
    """
    working = _locked(environment, expected)
    row = working.data_model.revisions.filter(number=number).first()
    if row is None:
        raise LookupError(number)
    text, modes, lost, merged = row.text, tuple(row.modes), tuple[str, ...](), False
    readings = working.data_model.revisions.filter(new_base=True)
    if readings.filter(number__gt=number).exists():
        base = readings.filter(number__lte=number).first()
        merged = bool(base and base.base_text != row.text)
        carried = (
            carried_over(base.base_text, row.text, working.base_text)
            if base and merged
            else with_rules_of(row.text, working.base_text)
        )
        text, modes, lost = carried.text, working.modes, carried.lost
    if (text, modes) == (working.text, working.modes) and working.revision:
        return Restored(working.revision, lost, is_news=False, merged=merged)
    words = " ".join((f"Restored version {number}.", *lost))
    return Restored(_added(working, text, modes, words, actor, Action.DATA_RULES_RESTORED), lost, merged=merged)


@dataclass(frozen=True, slots=True)
class BaseChange:
    """What a reading meant for the draft. `lost` says what of it could not be carried over, in sentences."""

    revision: Revision | None
    carried: bool = False
    put_aside: bool = False
    """There was a draft of another API's schema; it stays in the history."""
    lost: tuple[str, ...] = ()

    @property
    def is_news(self) -> bool:
        return self.revision is not None


@transaction.atomic
def change_base(
    *,
    environment: Environment,
    source: str,
    text: str,
    modes: Sequence[str],
    actor: Actor,
    expected: int | None = None,
    api: str = "",
    api_name: str = "",
) -> BaseChange:
    """Work on this text from now on: it was read, or handed in, and can be read as GraphQL.

    A draft is carried over to it, unless it was made for another API. Raises StaleDraft where `expected` is given and
    somebody saved meanwhile, and SchemaUnreadable.
    """
    _refuse_nul(text)
    read_schema(text)
    # The first reading has no row to lock, and of two at once one has to wait for the other.
    Environment.objects.select_for_update().get(pk=environment.pk)
    row = DataModel.objects.select_for_update().filter(environment=environment).first()
    before = _working(row) if row else None
    if expected is not None and (before.number if before else 0) != expected:
        raise StaleDraft(before.revision if before else None)
    row = row or DataModel(environment=environment)
    another_api = bool(before and before.data_model.api and api and before.data_model.api != api)
    row.source, row.api, row.api_name = source, api, api_name
    row.text, row.modes, row.read, row.read_by_name = text, list(modes), timezone.now(), actor.name[:200]
    row.save()
    if before and not another_api and (text, tuple(modes)) == (before.base_text, before.base_modes):
        return BaseChange(None)
    has_draft = bool(before and before.has_draft)
    draft_text, draft_modes, lost = text, tuple(modes), tuple[str, ...]()
    if before and has_draft and not another_api:
        draft_text, lost = _carried(before, text)
        draft_modes = before.modes if before.modes != before.base_modes else draft_modes
    carried_on = has_draft and not another_api
    words = READ_WORDS[DataModel.Source(source)].format(name=api_name or api)
    words += " The draft was carried over." if carried_on else " The draft of the other API was put aside." * has_draft
    revision = _added(
        _working(row), draft_text, draft_modes, " ".join((words, *lost)), actor, Action.DATA_MODEL_READ, new_base=True
    )
    return BaseChange(revision, carried=carried_on, put_aside=has_draft and another_api, lost=lost)


def _refuse_nul(text: str) -> None:
    """GraphQL lets the character stand in comments and strings; PostgreSQL keeps no text that has one."""
    place = text.find("\0")
    if place >= 0:
        line, column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
        raise SchemaUnreadable("There is a NUL character, which no schema has.", line=line, column=column)


def _carried(before: Working, text: str) -> tuple[str, tuple[str, ...]]:
    """The draft upon the newer text, and what of it is lost. Where only one side changed nothing is worked out."""
    if text in (before.base_text, before.text):
        return before.text, ()
    if before.text == before.base_text:
        return text, ()
    carried = carried_over(before.base_text, before.text, text)
    return carried.text, carried.lost


def waiting_changes(environment: Environment) -> tuple[EditSchema | EditApiModes, ...]:
    """What a push to the environment's backend has to carry out for the data model; nothing without a draft."""
    working = working_of(environment)
    if working is None or working.data_model.source != DataModel.Source.BACKEND or not working.has_draft:
        return ()
    api = working.data_model.api
    found: list[EditSchema | EditApiModes] = []
    if working.text != working.base_text:
        found.append(EditSchema(api=api, text=working.text, base=working.base_text))
    if working.modes != working.base_modes:
        found.append(EditApiModes(api=api, modes=working.modes, base=working.base_modes or None))
    return tuple(found)


@transaction.atomic
def take_pushed(environment: Environment, changes: Iterable[object], actor: Actor) -> None:
    """What was pushed is the base from now on. A draft saved meanwhile stays one, upon the new base.

    The push itself is in the activity; doing this twice does nothing more.
    """
    row = DataModel.objects.select_for_update().filter(environment=environment).first()
    if row is None or row.source != DataModel.Source.BACKEND:
        return
    for change in changes:
        if isinstance(change, EditSchema) and change.api == row.api:
            row.text = change.text
        elif isinstance(change, EditApiModes) and change.api == row.api:
            row.modes = list(change.modes)
        else:
            continue
        row.read, row.read_by_name = timezone.now(), actor.name[:200]
    row.save()


def _added(
    working: Working,
    text: str,
    modes: Sequence[str],
    words: str,
    actor: Actor,
    action: Action,
    *,
    new_base: bool = False,
) -> Revision:
    row = working.data_model
    revision = Revision.objects.create(
        data_model=row,
        number=working.number + 1,
        text=text,
        modes=list(modes),
        words=words,
        new_base=new_base,
        base_text=row.text if new_base else "",
        created_by_name=actor.name[:200],
    )
    _forget_oldest(row, revision.number - KEPT)
    environment = row.environment
    record(
        action=action,
        actor=actor,
        project=environment.project.slug,
        environment=environment.name,
        target=row.api_name or row.get_source_display(),
        before={"version": working.number, "modes": list(working.modes)},
        after={"version": revision.number, "modes": list(modes), "change": words}
        | ({"characters": len(text)} if new_base else {"difference": _difference(working.text, text)}),
    )
    return revision


def _forget_oldest(row: DataModel, newest: int) -> None:
    """All up to this number, but for the reading that the ones after it were made upon."""
    old = row.revisions.filter(number__lte=newest)
    reading = old.filter(new_base=True).first()
    (old.exclude(pk=reading.pk) if reading else old).delete()


def _difference(before: str, after: str) -> list[str]:
    lines = [row.text for row in diffs.rows_between(before, after, context_lines=0)]
    more = len(lines) - LINES_OF_AUDIT
    return [*lines[:LINES_OF_AUDIT], f"({more} more lines)"] if more > 0 else lines
