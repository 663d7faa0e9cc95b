"""Turning the index on and off, saying what is copied, refreshing and wiping it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from auth_import.models import CognitoLink
from aws.quotas import Quota
from environments.models import Environment
from environments.permissions import Permission
from jobs import services as jobs
from jobs.models import Job
from user_management.index import filling, search
from user_management.index.models import DEFAULT_ATTRIBUTES, SearchIndex
from user_management.place import Place

DEADLINE = timedelta(hours=24)
CONSOLE = Actor(name="console")
"""Who acts where nobody asked: the schedule, and the end of a link."""


def index_of(place: Place) -> SearchIndex | None:
    """The index of this environment and of the pool it is linked to now; never that of an earlier pool."""
    found = SearchIndex.objects.select_related("job__project").filter(environment=place.environment).first()
    return found if found is not None and found.pool_id == place.pool_id else None


def settings_of(place: Place) -> SearchIndex:
    """The same, or what the page begins with: an index that is off. It is not saved."""
    fresh = SearchIndex(
        environment=place.environment, pool_id=place.pool_id, attributes=list(DEFAULT_ATTRIBUTES), with_groups=False
    )
    return index_of(place) or fresh


def calls_a_second() -> float:
    """What the walk may use of Cognito's quota for lists, which the live application shares."""
    quota = Quota.USER_LIST.per_second or 1
    return max(1, int(quota * settings.AWS_BACKGROUND_SHARE))


def change(
    *,
    place: Place,
    enabled: bool,
    attributes: Sequence[str],
    with_groups: bool,
    interval: int,
    actor: Actor,
    reason: str = "",
    send: bool = True,
) -> tuple[SearchIndex, Job | None]:
    """Make the index like this; turning it off wipes it, and an attribute taken out is gone at once.

    Answers the job that fills it where one was started. `send=False` is for commands, which run it themselves.
    """
    with transaction.atomic():
        index = _locked(place)
        before = _settings(index)
        index.with_groups, index.interval = with_groups, interval
        index.enabled = enabled
        index.take_attributes(list(attributes))
        after = _settings(index)
        if before == after:
            return index, None
        copied = {"enabled", "attributes", "with_groups"}
        is_other = any(before[name] != after[name] for name in copied)
        if is_other:
            _stop(index, actor)
        if not enabled or set(before["attributes"]) - set(after["attributes"]):
            _empty(index, place.environment, actor, reason)
        if before["with_groups"] and not with_groups:
            index.members.all().delete()
            index.filled_groups = False
        index.save()
        _record(Action.INDEX_CHANGED, index, place.environment, actor, before=before, after=after, reason=reason)
    job = refresh(index=index, place=place, actor=actor, send=send) if enabled and is_other else None
    return index, job


def wipe(*, place: Place, actor: Actor, reason: str = "") -> int:
    """Delete every copied user at once, and turn the index off. Answers how many there were."""
    with transaction.atomic():
        index = _locked(place)
        before = _settings(index)
        _stop(index, actor)
        gone = _empty(index, place.environment, actor, reason, always=index.enabled)
        index.enabled = False
        index.save()
        if before["enabled"]:
            after = _settings(index)
            _record(Action.INDEX_CHANGED, index, place.environment, actor, before=before, after=after, reason=reason)
    return gone


def refresh(*, index: SearchIndex, place: Place, actor: Actor, send: bool = True) -> Job:
    """The job that walks through the pool. Asking again while one is at work finds that one."""
    with transaction.atomic():
        locked = SearchIndex.objects.select_for_update().get(pk=index.pk)
        if locked.is_at_work and locked.job is not None:
            return locked.job
        # Read after the function has been called, because the task itself needs this module.
        from user_management.index.tasks import fill_index

        job = jobs.enqueue(
            task=fill_index,
            project=place.project,
            environment=place.environment,
            kind=filling.KIND,
            title=f"Refresh the search index of {place.environment.name}",
            actor=actor,
            steps=filling.STEPS,
            deadline=DEADLINE,
            permission=Permission.MANAGE_USERS,
            subject=place.pool_id,
            return_url=reverse("search-index", kwargs=place.names),
            payload={"index": locked.pk, "generation": locked.generation},
            pausable=True,
            send=send,
        )
        SearchIndex.objects.filter(pk=locked.pk).update(job=job)
        index.job = job
    return job


def due(now: datetime | None = None) -> list[SearchIndex]:
    """The indexes that the schedule should refresh now."""
    rows = SearchIndex.objects.filter(enabled=True, interval__gt=0).select_related("environment__project", "job")
    return [index for index in rows if index.is_due(now or timezone.now())]


def forget_link(environment: Environment, pool_id: str = "") -> None:
    """The environment is linked to this pool now, or to none: what was copied from another pool is deleted at once."""
    with transaction.atomic():
        index = SearchIndex.objects.select_for_update().filter(environment=environment).exclude(pool_id=pool_id).first()
        if index is None:
            return
        _stop(index, CONSOLE)
        reason = "Another user pool was linked." if pool_id else "The environment was unlinked."
        _empty(index, environment, CONSOLE, reason)
        index.delete()


def _locked(place: Place) -> SearchIndex:
    # Not so much of a lock that a row which points to the environment, a new job say, would have to wait for it.
    Environment.objects.select_for_update(no_key=True).get(pk=place.environment.pk)
    # Locked as well, because what the walk writes meanwhile would be overwritten with what is read here.
    rows = SearchIndex.objects.select_for_update(of=("self",)).select_related("job")
    index = rows.filter(environment=place.environment).first()
    if index is not None and index.pool_id != place.pool_id:
        forget_link(place.environment, place.pool_id)
        index = None
    if index is None:
        index = SearchIndex(environment=place.environment, pool_id=place.pool_id)
        index.take_attributes(list(DEFAULT_ATTRIBUTES))
        index.save()
    return index


def _stop(index: SearchIndex, actor: Actor) -> None:
    """Keep the walk under way from writing anything more, and forget where it was."""
    index.generation += 1
    filling.forget_walk(index)
    if index.job is not None and not index.job.is_finished:
        jobs.cancel(job=index.job, actor=actor)
    index.job = None


def _empty(index: SearchIndex, environment: Environment, actor: Actor, reason: str, *, always: bool = False) -> int:
    gone = index.rows.count()
    search.backend().empty(index)
    index.members.all().delete()
    index.filled, index.users, index.filled_attributes, index.filled_groups = None, 0, [], False
    if gone or always:
        before, after = {"users": gone}, {"users": 0}
        _record(Action.INDEX_WIPED, index, environment, actor, before=before, after=after, reason=reason)
    return gone


def _settings(index: SearchIndex) -> dict[str, Any]:
    return {
        "enabled": index.enabled,
        "attributes": list(index.attributes),
        "with_groups": index.with_groups,
        "interval": index.interval,
    }


def _record(
    action: Action, index: SearchIndex, environment: Environment, actor: Actor, *, before: Any, after: Any, reason: str
) -> None:
    record(
        action=action,
        actor=actor,
        project=environment.project.slug,
        environment=environment.name,
        target=f"Search index of {index.pool_id}",
        before=before,
        after=after,
        reason=reason,
    )


def link_saved(sender: object, instance: CognitoLink, **_: Any) -> None:
    forget_link(instance.environment, instance.user_pool_id)


def link_deleted(sender: object, instance: CognitoLink, **_: Any) -> None:
    forget_link(instance.environment)
