"""Writing one line of the activity."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from audit.actions import Action
from audit.models import AuditEvent

SECRET_WORDS = ("secret", "password", "token", "privatekey", "private_key", "code_verifier")
NOT_RECORDED = "(not recorded)"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, a project token (`token:NAME`), or the operator of the machine (`os:NAME`)."""

    name: str
    user_id: int | None = None


def without_secrets(value: Any, *, hidden: bool = False) -> Any:
    """The same JSON-like value with every text that looks like a secret replaced, however deep it lies.

    A text is hidden when its key, or a key above it, sounds like a secret; numbers and flags (a minimum length, "has a
    secret") are no secrets. Services already keep secrets out; this is the second lock on the door.
    """
    if isinstance(value, Mapping):
        return {
            str(key): without_secrets(item, hidden=hidden or any(word in str(key).lower() for word in SECRET_WORDS))
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [without_secrets(item, hidden=hidden) for item in value]
    return NOT_RECORDED if hidden and isinstance(value, str) and value else value


def record(
    *,
    action: Action,
    actor: Actor,
    project: str = "",
    environment: str = "",
    target: str = "",
    before: Any = None,
    after: Any = None,
    reason: str = "",
    aws_request_id: str = "",
) -> AuditEvent:
    """Write one event. `before` and `after` are JSON-like; `target` is text, so it survives what it names."""
    event = event_of(
        action=action,
        actor=actor,
        project=project,
        environment=environment,
        target=target,
        before=before,
        after=after,
        reason=reason,
        aws_request_id=aws_request_id,
    )
    event.save()
    return event


def event_of(
    *,
    action: Action,
    actor: Actor,
    project: str = "",
    environment: str = "",
    target: str = "",
    before: Any = None,
    after: Any = None,
    reason: str = "",
    aws_request_id: str = "",
) -> AuditEvent:
    """The event, not yet written: for `record_many`."""
    return AuditEvent(
        actor_id=actor.user_id,
        actor_name=actor.name[:200],
        action=action,
        project=project,
        environment=environment,
        target=target[:400],
        before=without_secrets(before),
        after=without_secrets(after),
        reason=reason,
        aws_request_id=aws_request_id,
    )


def record_many(events: Iterable[AuditEvent]) -> None:
    """Write many events at once, as jobs do that change many users."""
    AuditEvent.objects.bulk_create(events, batch_size=500)
