"""The draft of a data model: what is saved, by whom, and what becomes of it when the base changes."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.actions import Action
from audit.models import AuditEvent
from audit.record import Actor
from backend_state.document.api_modes import EditApiModes
from backend_state.document.changes import EditSchema
from data_authorization import services
from data_authorization.graphql_schema.reading import SchemaUnreadable
from data_authorization.models import DataModel, Revision
from data_authorization.services import NothingRead, StaleDraft
from environments.models import Environment
from tests.data_authorization.drafts import ACTOR, BOOK, MODES, READERS, SHELVES, read, save, working
from tests.factories import make_environment


@pytest.fixture
def environment(db: None) -> Environment:
    return make_environment(kind="amplify", app_id="dexample1234")


def test_an_environment_without_a_data_model_has_nothing_to_work_on(environment: Environment) -> None:
    assert services.working_of(environment) is None
    assert services.waiting_changes(environment) == ()
    with pytest.raises(NothingRead):
        services.save(environment=environment, text=BOOK, modes=(), words="", actor=ACTOR, expected=0)


def test_what_was_read_is_the_base_and_the_first_version(environment: Environment) -> None:
    read(environment)

    found = working(environment)
    assert (found.text, found.base_text, found.modes, found.number) == (BOOK, BOOK, MODES, 1)
    assert not found.has_draft
    assert [one.name for one in found.schema.models] == ["Book"]


def test_a_saved_text_is_the_draft_and_says_who_did_what(environment: Environment) -> None:
    read(environment)
    revision = save(environment, words="Signed-in people can read Books.")

    found = working(environment)
    assert (found.text, found.base_text, found.number, found.has_draft) == (READERS, BOOK, 2, True)
    assert (revision.created_by_name, revision.words) == ("Sample Person", "Signed-in people can read Books.")
    event: Any = AuditEvent.objects.get(action=Action.DATA_RULES_CHANGED)
    assert (event.actor_name, event.target, event.environment) == ("Sample Person", "shop", environment.name)
    assert event.before == {"version": 1, "modes": list(MODES)}
    assert any("allow: private" in line for line in event.after["difference"])


def test_modes_alone_are_a_draft_too(environment: Environment) -> None:
    read(environment)
    save(environment, text=BOOK, modes=MODES[:1])

    assert working(environment).has_draft
    assert working(environment).modes == MODES[:1]


def test_saving_what_is_there_adds_no_version(environment: Environment) -> None:
    read(environment)
    first = save(environment)

    assert save(environment) == first
    assert Revision.objects.count() == 2


def test_of_two_who_save_at_once_the_second_is_told_and_nothing_is_lost(environment: Environment) -> None:
    read(environment)
    seen = working(environment).number
    save(environment, words="Mine.", actor=Actor(name="First Person"), expected=seen)

    with pytest.raises(StaleDraft) as caught:
        save(environment, text=SHELVES, expected=seen)
    assert caught.value.number == 2
    assert "First Person saved another version meanwhile: Mine." in str(caught.value)
    with pytest.raises(StaleDraft):
        services.discard(environment=environment, actor=ACTOR, expected=seen)
    with pytest.raises(StaleDraft):
        services.restore(environment=environment, number=1, actor=ACTOR, expected=seen)
    assert working(environment).text == READERS
    assert AuditEvent.objects.filter(action=Action.DATA_RULES_CHANGED).count() == 1


def test_a_form_from_before_a_reading_is_stale_even_without_a_draft(environment: Environment) -> None:
    """Otherwise it would put back what somebody else has changed in the schema."""
    read(environment)
    seen = working(environment).number
    read(environment, SHELVES)

    with pytest.raises(StaleDraft):
        save(environment, expected=seen)
    assert working(environment).text == SHELVES


def test_discarding_goes_back_to_the_base_and_keeps_the_history(environment: Environment) -> None:
    read(environment)
    save(environment)
    services.discard(environment=environment, actor=ACTOR, expected=2)

    found = working(environment)
    assert (found.text, found.has_draft, found.number) == (BOOK, False, 3)
    assert services.discard(environment=environment, actor=ACTOR, expected=3).number == 3
    assert AuditEvent.objects.filter(action=Action.DATA_RULES_DISCARDED).count() == 1


def test_a_version_is_restored_by_saving_it_once_more(environment: Environment) -> None:
    read(environment)
    save(environment)
    services.discard(environment=environment, actor=ACTOR, expected=2)
    restored = services.restore(environment=environment, number=2, actor=ACTOR, expected=3)

    assert (restored.revision.number, restored.revision.text, restored.lost) == (4, READERS, ())
    assert AuditEvent.objects.filter(action=Action.DATA_RULES_RESTORED).count() == 1
    with pytest.raises(LookupError):
        services.restore(environment=environment, number=99, actor=ACTOR, expected=4)


def test_of_a_version_upon_an_older_base_only_the_rules_come_back(environment: Environment) -> None:
    read(environment)
    save(environment)
    services.discard(environment=environment, actor=ACTOR, expected=2)
    read(environment, SHELVES)

    restored = services.restore(environment=environment, number=2, actor=ACTOR, expected=4)

    assert restored.revision.text == SHELVES.replace(BOOK, READERS)
    assert restored.merged


def test_only_the_newest_versions_are_kept(environment: Environment) -> None:
    read(environment)
    row = working(environment).data_model
    Revision.objects.bulk_create(
        Revision(data_model=row, number=number, text=BOOK, created_by_name="x")
        for number in range(2, services.KEPT + 1)
    )
    save(environment)

    save(environment, BOOK)
    numbers = list(row.revisions.values_list("number", flat=True))
    # The reading stays for as long as there are versions that were made upon it.
    assert numbers == [*range(services.KEPT + 2, 2, -1), 1]


def test_reading_the_same_once_more_is_no_news(environment: Environment) -> None:
    read(environment)
    before = working(environment).data_model.read
    again = read(environment)

    assert not again.is_news
    assert working(environment).data_model.read > before
    assert working(environment).number == 1


def test_a_draft_is_carried_over_to_a_newer_base(environment: Environment) -> None:
    read(environment)
    save(environment, modes=MODES[:1])
    change = read(environment, SHELVES)

    found = working(environment)
    assert (change.carried, change.lost) == (True, ())
    assert (found.base_text, found.text) == (SHELVES, SHELVES.replace(BOOK, READERS))
    assert (found.base_modes, found.modes) == (MODES, MODES[:1])
    assert found.revision
    assert "carried over" in found.revision.words
    assert found.revision.new_base


def test_new_modes_of_the_api_reach_a_draft_that_did_not_touch_them(environment: Environment) -> None:
    read(environment)
    save(environment)
    read(environment, modes=("API_KEY",))

    assert (working(environment).modes, working(environment).text) == (("API_KEY",), READERS)


def test_a_rule_of_a_type_that_is_gone_is_told(environment: Environment) -> None:
    read(environment, SHELVES)
    save(environment, SHELVES.replace("type Shelf @model", "type Shelf @model @auth(rules: [{ allow: owner }])"))
    change = read(environment, BOOK)

    assert "Shelf" in " ".join(change.lost)
    assert working(environment).revision.words.count("Shelf")  # type: ignore[union-attr]
    assert not working(environment).has_draft


def test_a_draft_of_another_api_is_put_aside(environment: Environment) -> None:
    read(environment)
    save(environment)
    change = read(environment, SHELVES, api="other", api_name="other")

    assert (change.carried, change.put_aside) == (False, True)
    assert working(environment).text == SHELVES
    assert Revision.objects.get(number=2).text == READERS


def test_what_is_no_schema_never_becomes_the_base(environment: Environment) -> None:
    read(environment)
    with pytest.raises(SchemaUnreadable):
        read(environment, "type Book @model {")

    assert working(environment).base_text == BOOK


def test_a_push_takes_the_text_with_the_base_it_was_made_from(environment: Environment) -> None:
    read(environment)
    assert services.waiting_changes(environment) == ()
    save(environment)
    schema = EditSchema(api="shop", text=READERS, base=BOOK)
    assert services.waiting_changes(environment) == (schema,)
    save(environment, modes=MODES[:1])
    modes = EditApiModes(api="shop", modes=MODES[:1], base=MODES)
    assert services.waiting_changes(environment) == (schema, modes)


@pytest.mark.parametrize("source", [DataModel.Source.APPSYNC, DataModel.Source.TEXT])
def test_only_a_backend_s_schema_is_pushed(environment: Environment, source: str) -> None:
    read(environment, source=source)
    save(environment)

    assert services.waiting_changes(environment) == ()
    services.take_pushed(environment, [EditSchema(api="shop", text=READERS)], ACTOR)
    assert working(environment).base_text == BOOK


def test_what_was_pushed_is_the_base_however_often_it_is_told(environment: Environment) -> None:
    read(environment)
    save(environment, modes=MODES[:1])
    pushed = services.waiting_changes(environment)
    for _ in range(2):
        services.take_pushed(environment, pushed, ACTOR)

    found = working(environment)
    assert (found.base_text, found.base_modes, found.has_draft) == (READERS, MODES[:1], False)
    assert services.waiting_changes(environment) == ()


def test_a_draft_saved_during_a_push_stays_one(environment: Environment) -> None:
    read(environment)
    save(environment)
    pushed = services.waiting_changes(environment)
    later = READERS.replace("operations: [read]", "operations: [read, update]")
    save(environment, later)
    services.take_pushed(environment, pushed, ACTOR)

    assert services.waiting_changes(environment) == (EditSchema(api="shop", text=later, base=READERS),)


def test_the_schema_of_another_api_is_not_taken(environment: Environment) -> None:
    read(environment)
    services.take_pushed(environment, [EditSchema(api="other", text=READERS)], ACTOR)

    assert working(environment).base_text == BOOK


def test_working_on_a_model_is_two_queries_however_long_its_history(environment: Environment) -> None:
    read(environment)
    for text in (READERS, BOOK, READERS):
        save(environment, text)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        working(environment)

    assert len(queries) == 2


@pytest.mark.parametrize(
    "text", ["\ufeff" + BOOK, BOOK.replace("\n", "\r\n"), BOOK + '"""🐘"""\ntype Ü_ { id: ID }'[:0]]
)
def test_texts_are_kept_character_by_character(environment: Environment, text: str) -> None:
    read(environment, text)

    assert working(environment).text == text
    assert DataModel.objects.get().text == text


def test_the_activity_keeps_the_beginning_of_a_long_difference(environment: Environment) -> None:
    many = "\n".join(f"type T{n} @model {{ id: ID! }}" for n in range(services.LINES_OF_AUDIT + 10))
    read(environment)
    save(environment, BOOK + many)
    event: Any = AuditEvent.objects.get(action=Action.DATA_RULES_CHANGED)

    assert len(event.after["difference"]) == services.LINES_OF_AUDIT + 1
    assert "more lines" in event.after["difference"][-1]


def test_a_reading_is_restored_with_all_its_rules_in_what_was_read_since(environment: Environment) -> None:
    """Somebody pushed an older checkout: what was read before it has the rules that are wanted back."""
    read(environment, READERS)
    read(environment, SHELVES)

    restored = services.restore(environment=environment, number=1, actor=ACTOR, expected=2)
    assert (restored.revision.text, restored.is_news, restored.merged) == (SHELVES.replace(BOOK, READERS), True, False)
    again = services.restore(environment=environment, number=1, actor=ACTOR, expected=3)
    assert (again.revision.number, again.is_news) == (3, False)


def test_a_text_that_the_database_cannot_keep_is_refused(environment: Environment) -> None:
    with pytest.raises(SchemaUnreadable, match="Line 2, column 3: There is a NUL character"):
        read(environment, "type A { id: ID }\n# \0")
    assert not DataModel.objects.exists()
