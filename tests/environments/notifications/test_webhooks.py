"""What a receiver gets, how it knows the sender, and what becomes of its answers."""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.models import AuditEvent
from audit.record import Actor
from environments.notifications import outbox, services
from environments.notifications.events import Event
from environments.notifications.models import Delivery, Webhook

pytestmark = pytest.mark.django_db

Announce = Callable[..., list[Delivery]]
Hook = tuple[Webhook, str]
ACTOR = Actor(name="owner@example.com")
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "notifications.md"


def is_genuine(secret: str, signature: str, body: bytes) -> bool:
    """What the document tells receivers to write, run as it stands there."""
    found = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    names: dict[str, Any] = {"hmac": hmac, "hashlib": hashlib, "time": time}
    exec(found[1], names)  # noqa: S102
    return bool(names["is_genuine"](secret, signature, body))


def attempt(delivery: Delivery) -> Delivery:
    assert outbox.deliver(str(delivery.pk))
    delivery.refresh_from_db()
    return delivery


def test_the_receiver_gets_the_whole_news_signed(hook: Hook, announced: Announce, receiver: Any, settings: Any) -> None:
    settings.PUBLIC_URL = "https://console.example.com"
    [delivery] = announced(data={"words": "é"})
    attempt(delivery)

    assert (delivery.status, delivery.code, delivery.attempts, delivery.words) == ("delivered", 204, 1, "")
    [request] = receiver.requests
    assert request.path == "/hook?key=hidden"
    assert request.headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Admin-UI-Event"] == "drift.found"
    assert request.headers["Admin-UI-Delivery"] == str(delivery.pk)
    body = json.loads(request.body)
    assert body == {
        "event": "drift.found",
        "id": str(delivery.notification_id),
        "created": delivery.notification.created.isoformat(timespec="seconds"),
        "project": "shop",
        "environment": "dev",
        "title": "The web client is gone",
        "text": "Nobody can sign in on the web.",
        "url": "https://console.example.com/projects/shop/dev/authentication/drift/",
        "data": {"words": "é"},
    }
    at, mark = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", request.headers["Admin-UI-Signature"]).groups()  # type: ignore[union-attr]
    assert hmac.digest(hook[1].encode(), f"{at}.".encode() + request.body, "sha256").hex() == mark


def test_the_document_verifies_it_and_refuses_everything_else(hook: Hook, announced: Announce, receiver: Any) -> None:
    attempt(announced()[0])
    request, secret = receiver.requests[0], hook[1]
    signature = request.headers["Admin-UI-Signature"]
    assert is_genuine(secret, signature, request.body)
    assert not is_genuine(secret, signature, request.body + b" ")
    assert not is_genuine("auis_another", signature, request.body)
    old = int(time.time()) - 400
    mark = hmac.digest(secret.encode(), f"{old}.".encode() + request.body, "sha256").hex()
    assert not is_genuine(secret, f"t={old},v1={mark}", request.body)


def test_a_secret_is_stored_encrypted_and_bound_to_its_webhook(hook: Hook, announced: Announce, settings: Any) -> None:
    webhook, secret = hook
    row = Webhook.objects.get()
    assert secret.encode() not in bytes(row.secret)
    assert row.secrets(row.created) == [secret]
    other, _ = services.create_webhook(
        project=webhook.project, name="Other", url=webhook.url, events=[Event.POOL_VANISHED], actor=ACTOR
    )
    Webhook.objects.filter(pk=other.pk).update(secret=row.secret)
    settings.ENCRYPTION_KEY_FALLBACKS, settings.ENCRYPTION_KEY = [settings.ENCRYPTION_KEY], "a new key"
    assert row.secrets(row.created) == [secret]
    [moved] = [one for one in announced(event=Event.POOL_VANISHED) if one.webhook_id == other.pk]
    attempt(moved)
    assert moved.status == "given-up"
    assert "Replace the secret" in moved.words


@pytest.mark.parametrize(("at_once", "marks"), [(False, 2), (True, 1)])
def test_a_replaced_secret_signs_beside_the_new_one_for_a_day(
    hook: Hook, announced: Announce, receiver: Any, clock: Any, at_once: bool, marks: int
) -> None:
    webhook, old = hook
    new = services.replace_secret(webhook=webhook, number=1, at_once=at_once, actor=ACTOR)
    attempt(announced()[0])
    clock.moves(hours=24, seconds=1)
    attempt(announced()[0])

    def signers(request: Any) -> list[bool]:
        at, *found = [part.partition("=")[2] for part in request.headers["Admin-UI-Signature"].split(",")]
        signed = f"{at}.".encode() + request.body
        return [hmac.digest(secret.encode(), signed, "sha256").hex() in found for secret in (new, old)]

    assert signers(receiver.requests[0]) == [True, not at_once]
    assert signers(receiver.requests[1]) == [True, False]


@pytest.mark.parametrize("code", [302, 400, 429, 500, 503])
def test_whatever_is_no_success_is_tried_again_and_not_followed(
    hook: Hook, announced: Announce, receiver: Any, clock: Any, code: int
) -> None:
    receiver.answers, receiver.headers = [code], {"Location": "/elsewhere"}
    [delivery] = announced()
    attempt(delivery)
    assert len(receiver.requests) == 1
    assert (delivery.status, delivery.code, delivery.next_attempt) == (
        "waiting",
        code,
        clock.now + timedelta(minutes=1),
    )
    assert Webhook.objects.get().failing_since == clock.now


def test_it_is_tried_for_a_day_and_then_given_up(
    hook: Hook, announced: Announce, receiver: Any, sent: list[str], clock: Any
) -> None:
    receiver.answers = [500]
    [delivery] = announced()
    began, pauses = clock.now, []
    while True:
        assert outbox.hand_out_due() == 1
        assert sent.pop() == str(delivery.pk)
        attempt(delivery)
        if delivery.status == "given-up":
            break
        assert delivery.next_attempt
        pauses.append((delivery.next_attempt - clock.now) / timedelta(minutes=1))
        clock.now = delivery.next_attempt - timedelta(seconds=1)
        assert outbox.hand_out_due() == 0
        assert not outbox.deliver(str(delivery.pk))
        clock.moves(seconds=1)
    assert pauses == [1, 5, 30, 120, 360, 900]
    assert timedelta(hours=22) < clock.now - began < timedelta(hours=26)
    assert len(receiver.requests) == delivery.attempts == 7
    clock.moves(days=2)
    assert outbox.hand_out_due() == 0
    assert Webhook.objects.get().enabled


def test_one_that_arrives_ends_the_failing(hook: Hook, announced: Announce, receiver: Any, clock: Any) -> None:
    receiver.answers = [500, 200]
    [delivery] = announced()
    attempt(delivery)
    clock.moves(minutes=1)
    attempt(delivery)
    assert (delivery.status, delivery.attempts, delivery.code) == ("delivered", 2, 200)
    assert Webhook.objects.get().failing_since is None


def test_gone_disables_the_webhook_and_what_waits_for_it(hook: Hook, announced: Announce, receiver: Any) -> None:
    [first], [second] = announced(), announced()
    receiver.answers = [410]
    attempt(first)
    row = Webhook.objects.get()
    assert not row.enabled
    assert "410 Gone" in row.disabled_why
    second.refresh_from_db()
    assert (first.status, second.status) == ("given-up", "given-up")
    event = AuditEvent.objects.latest("pk")
    assert (event.actor_name, event.target, event.after) == ("console", "webhook On-call", {"enabled": False})
    assert announced() == []


def test_days_without_an_arrival_disable_it_and_say_so(
    hook: Hook, announced: Announce, receiver: Any, clock: Any
) -> None:
    receiver.answers = [500]
    [first] = announced()
    attempt(first)
    clock.moves(days=5)
    [second] = announced()
    attempt(second)
    assert Webhook.objects.get().enabled, "A first failure after days of silence is not yet a dead receiver."
    Delivery.objects.filter(pk=second.pk).update(attempts=6, next_attempt=clock.now)
    attempt(second)
    row = Webhook.objects.get()
    assert not row.enabled
    assert row.disabled_why == "Nothing has arrived for 5 days. The last attempt: The receiver answered 500."


def test_a_test_goes_to_its_webhook_alone_once_and_is_not_repeated(
    hook: Hook, receiver: Any, clock: Any, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    webhook, _ = hook
    services.create_webhook(project=webhook.project, name="B", url=webhook.url, events=[Event.DRIFT_FOUND], actor=ACTOR)
    services.switch_webhook(webhook=webhook, enabled=False, actor=ACTOR)
    receiver.answers = [500]
    with django_capture_on_commit_callbacks(execute=True):
        services.send_test(webhook=webhook, actor=ACTOR)
        services.send_test(webhook=webhook, actor=ACTOR)
    [delivery] = Delivery.objects.all()
    assert sent == [str(delivery.pk)]
    attempt(delivery)
    assert receiver.requests[0].headers["Admin-UI-Event"] == "console.test"
    assert (delivery.status, delivery.code) == ("given-up", 500)
    assert Webhook.objects.get(pk=webhook.pk).failing_since is None


def test_nobody_listening_is_told_in_words(hook: Hook, announced: Announce, receiver: Any) -> None:
    Webhook.objects.update(url="http://127.0.0.1:9/")
    [delivery] = announced()
    attempt(delivery)
    assert (delivery.status, delivery.code) == ("waiting", None)
    assert delivery.words == "No connection to 127.0.0.1 on port 9."


def test_tls_is_verified(hook: Hook, announced: Announce, receiver: Any) -> None:
    Webhook.objects.update(url=f"https://127.0.0.1:{receiver.port}/")
    [delivery] = announced()
    attempt(delivery)
    assert receiver.requests == []
    assert "TLS is not spoken there" in delivery.words


def test_a_receiver_that_never_answers_is_left(
    hook: Hook, announced: Announce, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    import urllib3

    monkeypatch.setattr("environments.notifications.posting.TIMEOUT", urllib3.Timeout(connect=1, read=0.05))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        Webhook.objects.update(url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
        [delivery] = announced()
        attempt(delivery)
    assert (delivery.status, delivery.words) == ("waiting", "The receiver did not answer within ten seconds.")
