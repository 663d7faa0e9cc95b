"""Unlinking: here at once and without AWS; in the Amplify backend, where it has the resource, afterwards."""

from collections.abc import Callable

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from auth_import.dependents import Dependent, dependents_of
from auth_import.models import CognitoLink, UnpushedUnlink
from auth_import.preflight import known_backend
from auth_import.removal import InBackend, in_backend
from environments.models import Environment
from environments.notifications.events import Event
from environments.notifications.services import announce
from jobs import services as jobs
from jobs.models import Job

CONSOLE = Actor(name="console")
"""Who acts where nobody asked: the schedule, or a look that found out what somebody else has done."""

Finisher = Callable[[UnpushedUnlink, Actor, bool], Job]
_finishers: list[Finisher] = []


def register_finisher(start: Finisher) -> None:
    """`start(waiting, actor, send)` makes the job that takes an unlinked resource out of the backend."""
    if start not in _finishers:
        _finishers.append(start)


class StillNeeded(Exception):
    """Something in this console does not allow the link to go; the message says what, in words for a person."""


@transaction.atomic
def unlink(
    *, link: CognitoLink, actor: Actor, finish: bool = False, cancel_jobs: bool = False, send: bool = True
) -> Job | None:
    """Forget the link. Calls nothing in AWS, so it works whatever has become of the resources. Twice is once.

    With `finish` the console takes the resource out of the Amplify backend too, where it is there: answers the job that
    does it, which `send=False` leaves to the caller. With `cancel_jobs` work on the pool's users is cancelled rather
    than in the way. Raises StillNeeded where a dependent blocks it.
    """
    environment = link.environment
    Environment.objects.select_for_update().filter(pk=environment.pk).first()
    found = dependents_of(link)
    blocking = [one for one in found if one.blocks_unlink]
    kept = [one for one in blocking if not (cancel_jobs and one.job)]
    if kept:
        raise StillNeeded(" ".join(f"{one.title}: {one.words}" for one in kept))
    there, is_certain = _left_in_backend(link, found, finish=finish)
    deleted, _ = CognitoLink.objects.filter(pk=link.pk).delete()
    if not deleted:
        return None
    for one in blocking:
        if one.job:
            jobs.cancel(job=one.job, actor=actor)
    record(
        action=Action.AUTH_UNLINKED,
        actor=actor,
        project=environment.project.slug,
        environment=environment.name,
        target=f"{link.user_pool_name} ({link.user_pool_id})",
        before={
            "user_pool_id": link.user_pool_id,
            "web_client_id": link.web_client_id,
            "native_client_id": link.native_client_id,
            "identity_pool_id": link.identity_pool_id,
        },
    )
    if there is None:
        return None
    waiting = _remember(environment, there, actor, is_certain=is_certain, finish=finish)
    started = [start(waiting, actor, send) for start in _finishers] if finish else []
    return started[0] if started else None


def _left_in_backend(link: CognitoLink, found: list[Dependent], *, finish: bool) -> tuple[InBackend | None, bool]:
    """What the cloud has, and whether that is certain: what was never read is looked at by whoever finishes."""
    known = known_backend(link.environment)
    there = in_backend(link, known)
    if there or not link.environment.is_amplify:
        return there, True
    was_read = known is not None and known.read >= link.created
    if any(one.is_push for one in found) or (finish and not was_read):
        return InBackend(link.resource_name, link.user_pool_id, link.user_pool_name), False
    return None, True


def _remember(
    environment: Environment, there: InBackend, actor: Actor, *, is_certain: bool, finish: bool
) -> UnpushedUnlink:
    """The cloud still has the resource, so a push must take it out there."""
    states = UnpushedUnlink.State
    row, _ = UnpushedUnlink.objects.update_or_create(
        environment=environment,
        defaults={
            "resource_name": there.resource_name,
            "user_pool_id": there.user_pool_id,
            "user_pool_name": there.user_pool_name,
            "is_certain": is_certain,
            "created": timezone.now(),
            "created_by_id": actor.user_id,
            "created_by_name": actor.name[:200],
            "state": states.TRYING if finish else states.BY_HAND,
            "attempts": 0,
            "next_attempt": None,
            "words": "",
            "next_step": "",
            "code": "",
            "job": None,
        },
    )
    return row


def waiting_of(environment: Environment) -> UnpushedUnlink | None:
    """The unlink whose resource is still in the backend, with its job."""
    return UnpushedUnlink.objects.select_related("job__project").filter(environment=environment).first()


@transaction.atomic
def settle(*, environment: Environment, actor: Actor, how: str) -> bool:
    """The backend has nothing of the unlinked resource any more: recorded and announced, once. `how` says why."""
    waiting = UnpushedUnlink.objects.filter(environment=environment).first()
    if waiting is None or not UnpushedUnlink.objects.filter(pk=waiting.pk).delete()[0]:
        return False
    project = environment.project
    record(
        action=Action.UNLINK_FINISHED,
        actor=actor,
        project=project.slug,
        environment=environment.name,
        target=f"{waiting.user_pool_name} ({waiting.user_pool_id})",
        after={"attempts": waiting.attempts},
        reason=how,
    )
    announce(
        environment=environment,
        event=Event.UNLINK_FINISHED,
        title=f"{project.name} / {environment.name}: the unlink of {waiting.user_pool_name} is finished",
        text=f"{how} The Cognito resources themselves were not touched.",
        path=reverse("authentication", args=[project.slug, environment.name]),
        data={"user_pool": waiting.user_pool_id, "attempts": waiting.attempts},
    )
    return True
