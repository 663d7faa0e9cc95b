"""The activity is written once, outlives what it tells of, and keeps no secret."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from audit.actions import Action
from audit.models import AuditEvent
from audit.record import NOT_RECORDED, Actor, record, without_secrets
from tests.factories import actor_of, make_project, make_user


def write(**fields: object) -> AuditEvent:
    return record(action=Action.AUTH_FIXED, actor=Actor(name="os:sample"), **fields)  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda event: event.save(),
        lambda event: event.delete(),
        lambda event: AuditEvent.objects.update(target="x"),
        lambda event: AuditEvent.objects.filter(pk=event.pk).update(target="x"),
        lambda event: AuditEvent.objects.all().delete(),
        lambda event: AuditEvent.objects.bulk_update([event], ["target"]),
        lambda event: AuditEvent.objects.update_or_create(pk=event.pk, defaults={"target": "x"}),
    ],
    ids=["save", "delete", "update", "filtered update", "delete all", "bulk update", "update or create"],
)
def test_an_event_is_never_changed_or_deleted(change: Callable[[AuditEvent], object]) -> None:
    event = write(target="as it was")
    event.target = "as somebody wants it"
    with pytest.raises(TypeError, match=r"never (changed|deleted)"), transaction.atomic():
        change(event)
    assert AuditEvent.objects.get().target == "as it was"


@pytest.mark.django_db
def test_an_event_cannot_be_written_over_by_its_number() -> None:
    event = write(target="as it was")
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent(pk=event.pk, actor_name="x", action="x", target="x").save()
    assert AuditEvent.objects.get().target == "as it was"


@pytest.mark.django_db
def test_an_event_outlives_the_person_and_the_project() -> None:
    person, project = make_user("maria"), make_project("Shop")
    record(action=Action.PROJECT_CREATED, actor=actor_of(person), project=project.slug, target="Shop")
    number = person.pk
    project.delete()
    person.delete()
    event = AuditEvent.objects.get()
    assert (event.actor_id, event.actor_name, event.project) == (number, "maria@example.com", "shop")


@pytest.mark.django_db
def test_long_names_are_cut_rather_than_lost() -> None:
    event = record(action=Action.AUTH_FIXED, actor=Actor(name="n" * 500), target="t" * 900)
    event.refresh_from_db()
    assert (len(event.actor_name), len(event.target)) == (200, 400)


@pytest.mark.django_db
def test_secrets_are_replaced_before_they_are_stored() -> None:
    event = write(
        before={"ClientSecret": "s3cr3t-1", "name": "shop"},
        after={"providers": [{"client_secret": "s3cr3t-2", "Password": ["s3cr3t-3"], "token": {"id": "s3cr3t-4"}}]},
    )
    event.refresh_from_db()
    assert "s3cr3t" not in str([event.before, event.after])
    assert event.before == {"ClientSecret": NOT_RECORDED, "name": "shop"}
    assert event.after
    assert event.after["providers"][0]["token"] == {"id": NOT_RECORDED}


def test_what_only_sounds_like_a_secret_stays() -> None:
    value = {
        "has_secret": True,
        "password_policy": {"minimum_length": 8, "symbols": False},
        "secret": "",
        "code": None,
    }
    assert without_secrets(value) == value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(JSON, st.sampled_from(["secret", "userPassword", "REFRESH_TOKEN", "privateKey"]))
def test_no_text_below_a_secret_key_survives(value: object, key: str) -> None:
    def texts(item: object) -> list[str]:
        if isinstance(item, dict):
            return [text for part in item.values() for text in texts(part)]
        if isinstance(item, list):
            return [text for part in item for text in texts(part)]
        return [item] if isinstance(item, str) and item else []

    assert set(texts(without_secrets({"outer": [{key: value}]}))) <= {NOT_RECORDED}
    # Everything else passes as it is.
    assert without_secrets(value) == value or texts(value) != texts(without_secrets(value))
