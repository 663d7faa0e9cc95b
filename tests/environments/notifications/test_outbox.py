"""Queued with the change, sent after it, by one worker, whatever dies."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings as django_settings
from django.core import mail
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from audit.models import AuditEvent
from environments.models import Environment, Membership, Project
from environments.notifications import outbox, services, tasks
from environments.notifications.events import EVENT_WORDS, SUBJECT_WORDS, Event
from environments.notifications.models import Delivery, Notification, Webhook
from environments.notifications.posting import Outcome
from environments.permissions import Role
from tests.factories import Cast, actor_of, make_environment, make_membership, make_project

pytestmark = pytest.mark.django_db

Announce = Callable[..., list[Delivery]]
Hook = tuple[Webhook, str]


def subscribe(project: Project, user: Any, *subjects: str) -> Membership:
    membership = Membership.objects.get(project=project, user=user)
    services.subscribe(membership=membership, subjects=subjects, actor=actor_of(user))
    return membership


def test_it_is_sent_after_the_commit_and_not_after_a_rollback(
    hook: Hook, announced: Announce, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            announced()
            transaction.set_rollback(True)
        [delivery] = announced()
        assert sent == []
    assert sent == [str(delivery.pk)]
    assert outbox.hand_out_due() == 0, "A worker was told a moment ago."


def test_the_task_delivers(hook: Hook, announced: Announce, receiver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    [delivery] = announced()
    monkeypatch.undo()
    tasks.deliver.apply(args=(str(delivery.pk),))
    assert len(receiver.requests) == 1


def test_an_unreachable_broker_delays_it_until_the_schedule(
    hook: Hook,
    announced: Announce,
    sent: list[str],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    def refuse(**_: Any) -> None:
        raise OperationalError("no broker")

    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(tasks.deliver, "apply_async", refuse)
        [delivery] = announced()
    tasks.hand_out_due()
    assert sent == [str(delivery.pk)]


def test_the_schedule_knows_the_tasks() -> None:
    entries = {entry["task"] for entry in django_settings.CELERY_BEAT_SCHEDULE.values()}
    assert {tasks.hand_out_due.name, tasks.forget_old.name} <= entries


def test_a_lost_message_is_sent_again(hook: Hook, announced: Announce, sent: list[str], clock: Any) -> None:
    announced()
    assert [outbox.hand_out_due(), outbox.hand_out_due()] == [1, 0]
    clock.moves(minutes=1, seconds=1)
    assert outbox.hand_out_due() == 1


def test_a_delivery_of_a_dead_worker_is_taken_again_and_the_dead_changes_nothing(
    hook: Hook, announced: Announce, receiver: Any, sent: list[str], clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    [delivery] = announced()
    attempt = outbox._attempt

    def overtaken(row: Delivery) -> Any:
        """While this worker is silent for minutes, another one delivers."""
        monkeypatch.setattr(outbox, "_attempt", attempt)
        assert not outbox.deliver(str(row.pk))
        clock.moves(minutes=2, seconds=1)
        assert outbox.hand_out_due() == 1
        assert outbox.deliver(str(row.pk))
        return Outcome(code=500, words="The receiver answered 500.")

    monkeypatch.setattr(outbox, "_attempt", overtaken)
    assert outbox.hand_out_due() == 1
    outbox.deliver(str(delivery.pk))
    delivery.refresh_from_db()
    assert (delivery.status, delivery.code, delivery.attempts) == ("delivered", 204, 2)
    assert Webhook.objects.get().failing_since is None


def test_one_that_kills_every_worker_is_given_up(hook: Hook, announced: Announce, receiver: Any) -> None:
    [delivery] = announced()
    Delivery.objects.update(attempts=outbox.MOST_ATTEMPTS)
    outbox.deliver(str(delivery.pk))
    delivery.refresh_from_db()
    assert delivery.status == "given-up"
    assert receiver.requests == []


def test_a_worker_that_is_told_to_stop_writes_it_down(
    hook: Hook, announced: Announce, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(row: Delivery) -> Any:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(outbox, "_attempt", endless)
    [delivery] = announced()
    outbox.deliver(str(delivery.pk))
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("waiting", 1)
    assert "too slowly" in delivery.words


def test_old_news_is_forgotten(hook: Hook, announced: Announce, clock: Any) -> None:
    announced()
    clock.moves(days=29)
    announced()
    clock.moves(days=1, minutes=1)
    tasks.forget_old()
    assert (Notification.objects.count(), Delivery.objects.count()) == (1, 1)


def test_only_webhooks_that_asked_for_the_event_hear_of_it(hook: Hook, announced: Announce) -> None:
    Webhook.objects.update(events=[Event.POOL_VANISHED])
    assert announced() == []
    assert len(announced(event=Event.POOL_VANISHED)) == 1
    assert announced(make_environment(make_project("Other")), event=Event.POOL_VANISHED) == []


def test_every_event_has_words_and_a_subject() -> None:
    assert set(EVENT_WORDS) == set(Event)
    assert {event.subject for event in Event} == set(SUBJECT_WORDS)


def test_a_member_gets_a_letter_once_they_asked_for_it(
    cast: Cast, project: Project, announced: Announce, settings: Any
) -> None:
    settings.SENDS_EMAIL = True
    assert announced() == [], "Nobody is written to before they ask."
    subscribe(project, cast.viewer, "drift")
    assert announced(event=Event.CHECK_FAILED) == []
    [delivery] = announced(title="Gone\nBcc: x@example.com")
    outbox.deliver(str(delivery.pk))

    [letter] = mail.outbox
    assert letter.to == ["viewer@example.com"]
    assert letter.subject == "[Shop] Gone Bcc: x@example.com"
    assert letter.body.startswith("Nobody can sign in on the web.\n\nLook at it: /projects/shop/dev/")
    assert letter.extra_headers["Message-ID"] == f"<{delivery.pk}@admin-ui.invalid>"
    settings.PUBLIC_URL = "https://console.example.com"
    [again] = announced(event=Event.DRIFT_ENDED)
    outbox.deliver(str(again.pk))
    assert "Look at it: https://console.example.com/projects/shop/dev/" in str(mail.outbox[1].body)


def test_a_limited_member_hears_of_their_environments_alone(
    cast: Cast, project: Project, announced: Announce, settings: Any
) -> None:
    settings.SENDS_EMAIL = True
    membership = subscribe(project, cast.limited_owner, "drift")
    prod = make_environment(project, "prod")
    assert announced(prod) == []
    [delivery] = announced()
    membership.environments.set([prod])
    outbox.deliver(str(delivery.pk))
    delivery.refresh_from_db()
    assert (delivery.status, mail.outbox) == ("given-up", [])
    assert "no access" in delivery.words


def test_who_left_has_no_address_or_cannot_be_reached_gets_no_letter(
    cast: Cast, project: Project, announced: Announce, settings: Any
) -> None:
    settings.SENDS_EMAIL = True
    for person in (cast.owner, cast.manager, cast.viewer):
        subscribe(project, person, "drift")
    cast.owner.is_active = False
    cast.owner.save()
    cast.manager.email = None
    cast.manager.save()
    [delivery] = announced()
    assert delivery.receiver == "viewer@example.com"
    Membership.objects.filter(user=cast.viewer).delete()
    assert not outbox.deliver(str(delivery.pk))
    settings.SENDS_EMAIL = False
    make_membership(project, cast.stranger, role=Role.VIEWER)
    subscribe(project, cast.stranger, "drift")
    assert announced() == []


def test_a_mail_server_that_cannot_be_reached_is_tried_again(
    cast: Cast, project: Project, announced: Announce, settings: Any, clock: Any
) -> None:
    settings.SENDS_EMAIL = True
    subscribe(project, cast.viewer, "drift")
    [delivery] = announced()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    outbox.deliver(str(delivery.pk))
    delivery.refresh_from_db()
    assert (delivery.status, delivery.words) == ("waiting", "The mail server cannot be reached.")
    assert delivery.next_attempt == clock.now + timedelta(minutes=1)


def test_an_address_that_no_letter_can_have_is_given_up_in_words(
    cast: Cast, project: Project, announced: Announce, settings: Any
) -> None:
    settings.SENDS_EMAIL = True
    type(cast.viewer).objects.filter(pk=cast.viewer.pk).update(email="viewer@example.com\nBcc: x@example.com")
    subscribe(project, cast.viewer, "drift")
    [delivery] = announced()
    outbox.deliver(str(delivery.pk))
    delivery.refresh_from_db()
    assert (delivery.status, mail.outbox) == ("given-up", [])
    assert "no address" in delivery.words


def test_the_activity_tells_who_hears_of_what(cast: Cast, project: Project) -> None:
    subscribe(project, cast.viewer, "drift", "pool", "invented")
    subscribe(project, cast.viewer, "drift", "pool")
    event = AuditEvent.objects.get()
    assert (event.target, event.after) == ("e-mail to viewer@example.com", {"subjects": ["drift", "pool"]})


def test_an_announcement_takes_the_same_few_queries_however_many_hear_it(
    cast: Cast, project: Project, dev: Environment, announced: Announce, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.SENDS_EMAIL = True
    for person in (cast.owner, cast.manager, cast.viewer):
        subscribe(project, person, "drift")
    # The two of `announced` itself, a savepoint's two, and four.
    with django_assert_num_queries(8):
        assert len(announced()) == 3


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_workers_send_it_once(hook: Hook, announced: Announce, receiver: Any) -> None:
    [delivery] = announced()
    barrier = Barrier(3)

    def work(_: int) -> bool:
        try:
            barrier.wait(timeout=10)
            return outbox.deliver(str(delivery.pk))
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(work, range(3))) == [False, False, True]
    assert len(receiver.requests) == 1
