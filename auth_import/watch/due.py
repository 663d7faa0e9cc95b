"""Whose turn it is: when an environment is looked at next, who looks, and what follows from how it went."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from auth_import.models import CognitoLink, DriftWatch
from auth_import.watch.models import FAILURES_TO_TELL
from environments.models import Environment
from environments.notifications.events import Event
from environments.notifications.services import announce

CLAIM = timedelta(minutes=5)
"""A claim whose owner never came back lapses after this time; a pass is much shorter."""
IMPOSSIBLY_LATE = timedelta(days=3)
"""No interval and no pause is as long: a later turn was set by a clock that was ahead."""
MOST = 2000
"""Environments of one pass. Those that are left are the next pass's first."""


def watch_of(environment: Environment) -> DriftWatch:
    """The environment's watch, made when there is none yet."""
    found = DriftWatch.objects.filter(environment=environment).first()
    if found is not None:
        return found
    link = CognitoLink.objects.filter(environment=environment).only("checked", "findings").first()
    fields = {"due": timezone.now(), "pool_seen": _pool_seen(link.checked, link.findings) if link else None}
    row, _ = DriftWatch.objects.get_or_create(environment=environment, defaults=fields)
    return row


def _pool_seen(checked: datetime, findings: Sequence[Mapping[str, Any]]) -> datetime | None:
    """When the last check before there was a watch has seen the user pool."""
    seen = any(row["id"] == "pool.exists" and row["severity"] == "pass" for row in findings)
    return checked if seen else None


def begin_watching() -> None:
    """A watch for every link that has none. Those that were never looked at are spread over their first interval."""
    rows = CognitoLink.objects.filter(environment__drift_watch=None).values_list(
        "environment_id", "checked", "findings"
    )
    minutes = DriftWatch.Interval.HOUR.value
    DriftWatch.objects.bulk_create(
        [
            DriftWatch(
                environment_id=pk,
                # Nothing secret hangs on it.
                due=checked + timedelta(minutes=minutes) * random.uniform(0.5, 1),  # noqa: S311
                pool_seen=_pool_seen(checked, findings),
            )
            for pk, checked, findings in rows
        ],
        ignore_conflicts=True,
    )


def due_watches(now: datetime) -> list[DriftWatch]:
    """The linked environments that are to be looked at now, the longest overdue first."""
    is_due = Q(due__lte=now) | Q(due__gt=now + IMPOSSIBLY_LATE)
    rows = DriftWatch.objects.filter(is_due, minutes__gt=0, environment__cognito_link__isnull=False)
    related = ("environment__project", "environment__cognito_link__planned_import")
    return list(rows.select_related(*related).order_by("due", "pk")[:MOST])


def claim(watch: DriftWatch, now: datetime) -> bool:
    """Take the environment's turn. Of two that try, one succeeds: the row must be as both have read it."""
    rows = DriftWatch.objects.filter(pk=watch.pk, due=watch.due, minutes__gt=0)
    if not rows.update(due=now + CLAIM, started=now):
        return False
    watch.due, watch.started = now + CLAIM, now
    return True


def give_back(watch: DriftWatch, now: datetime) -> None:
    """It was not looked at after all, and stays due."""
    DriftWatch.objects.filter(pk=watch.pk, due=watch.due).update(due=now, started=None)


def note_success(environment: Environment, *, now: datetime, sees_the_pool: bool) -> None:
    """It was looked at: by the schedule, or because somebody asked."""
    watch = watch_of(environment)
    changes: dict[str, Any] = {"started": None, "fault": {}, "failures": 0, "due": now + watch.pause_after_success()}
    if sees_the_pool:
        changes["pool_seen"] = now
    DriftWatch.objects.filter(pk=watch.pk).update(**changes)


@transaction.atomic
def note_failure(watch: DriftWatch, fault: Mapping[str, str], *, link: CognitoLink, now: datetime) -> None:
    """It could not be looked at. After several times in a row people are told, once."""
    # In the order in which a reading is kept, or the two could wait for each other.
    linked = CognitoLink.objects.select_for_update().filter(pk=link.pk).only("pk").first()
    locked = DriftWatch.objects.select_for_update().filter(pk=watch.pk).first()
    if linked is None or locked is None:
        return
    failures = locked.failures + 1
    DriftWatch.objects.filter(pk=watch.pk).update(
        started=None, fault=dict(fault), failures=failures, due=now + locked.pause_after_failure(failures)
    )
    if failures < FAILURES_TO_TELL:
        return
    CognitoLink.objects.filter(pk=link.pk, unchecked=None).update(unchecked=now)
    if failures == FAILURES_TO_TELL:
        environment = watch.environment
        announce(
            environment=environment,
            event=Event.CHECK_FAILED,
            title=f"{environment}: the linked resources cannot be checked",
            text=f"{fault['words']} {fault['next_step']} The console tries again by itself, and says here when it can.",
            path=reverse("drift", kwargs={"project": environment.project.slug, "env": environment.name}),
            data={"fault": dict(fault), "checked": link.checked.isoformat()},
        )
