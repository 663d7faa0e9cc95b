"""Keeping what a check found, and telling of what is new: both in one transaction, so that nothing is told twice."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from auth_import.drift import PATHS, TITLES, Drift
from auth_import.models import CognitoLink, IgnoredDrift
from auth_import.records import finding_record
from auth_import.watch import due
from auth_import.watch.judging import Seen, drift_of, undecided, unsaid
from environments.models import Environment
from environments.notifications.events import Event
from environments.notifications.services import announce

KEPT = ("findings", "drift", "failing", "warning", "checked", "unchecked")
OF_FILES = frozenset({*PATHS, "client.native-secret-replaced"})
Row = dict[str, Any]
"""A drift as the link keeps it: what `Drift` has, and `since`, the moment it was found."""


@transaction.atomic
def take(
    *,
    link: CognitoLink,
    seen: Seen,
    actor: Actor,
    always_told: bool = True,
    decided: Collection[str] = (),
    only_since: datetime | None = None,
) -> bool:
    """Keep what was seen. False when the link is gone, or is another one than was looked at; then nothing is kept.

    `always_told`: the activity says that somebody looked, also when there is nothing new. `decided` are drifts whose
    end was written down and told already. `only_since`: False as well when a check newer than that was kept.
    """
    locked = CognitoLink.objects.select_for_update().filter(pk=link.pk).first()
    if locked is None or locked.choice != seen.observation.choice or (only_since and locked.checked > only_since):
        return False
    locked.environment = link.environment
    now = timezone.now()
    before = list(locked.drift)
    rows = before if seen.unanswered else _open_drift(locked, seen, before, now)
    if seen.untold is None:
        locked.take_check(findings=_findings(locked, seen), drift=rows, now=now)
        locked.unchecked = None
        due.note_success(link.environment, now=now, sees_the_pool=seen.sees_the_pool)
    else:
        # Checks that fail for want of answers say nothing of the link: what was known stays, and when it was.
        locked.drift = rows
    # Not the whole row: it has members that a push or a swap writes meanwhile on a database without row locks.
    CognitoLink.objects.filter(pk=link.pk).update(**{name: getattr(locked, name) for name in KEPT})
    new, over = news(before, rows)
    silent = unsaid(seen) | set(decided)
    # What is gone with the pool is told with the pool; it is not as it was before.
    over = [row for row in over if row["id"] not in silent]
    if always_told or new or over:
        record(
            action=Action.AUTH_CHECKED,
            actor=actor,
            project=link.environment.project.slug,
            environment=link.environment.name,
            target=f"{link.user_pool_name} ({link.user_pool_id})",
            after={"failing": locked.failing, "drift": [row["id"] for row in rows]},
        )
    tell_found(link.environment, new)
    tell_over(link.environment, over, "AWS has again what it had before.")
    for name in KEPT:
        setattr(link, name, getattr(locked, name))
    return True


def row_of(change: Drift, since: str) -> Row:
    more = {"acceptable": change.acceptable, "vanished": change.vanished, "since": since}
    return {**change.to_dict(), **more}


def _open_drift(link: CognitoLink, seen: Seen, before: Sequence[Row], now: datetime) -> list[Row]:
    """What differs and is not ignored; the ignored ones that are over, or have become another drift, are forgotten."""
    found, open_questions, silent = drift_of(link, seen), undecided(seen), unsaid(seen)
    known = {row["id"]: row for row in before}
    ignored = {row.drift_id: row for row in IgnoredDrift.objects.filter(link=link)}
    rows = []
    for change in found:
        if (held := ignored.get(change.id)) and held.after == change.after:
            continue
        old = known.get(change.id, {})
        same = old.get("after") == change.after
        rows.append(row_of(change, str(old.get("since") or now.isoformat()) if same else now.isoformat()))
    told = {change.id for change in found}
    rows += [row for row in before if row["id"] in open_questions and row["id"] not in told]
    now_are = {change.id: change.after for change in found}
    over = [row.pk for key, row in ignored.items() if key not in silent and now_are.get(key) != row.after]
    if over:
        IgnoredDrift.objects.filter(pk__in=over).delete()
    return rows


def _findings(link: CognitoLink, seen: Seen) -> list[dict[str, Any]]:
    """Every check's word; of those that this reading did not ask enough for, the last one."""
    fresh = [finding_record(finding) for finding in seen.findings]
    if not seen.kept:
        return fresh
    last = {row["id"]: row for row in link.findings}
    keep = seen.kept | {finding.id for finding in seen.findings if finding.unread}
    return [last.get(row["id"], row) if row["id"] in keep else row for row in fresh]


def news(before: Sequence[Row], after: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The drifts that are new, which those with another value are as well, and those that are over."""
    known = {(row["id"], row["after"]) for row in before}
    present = {row["id"] for row in after}
    return (
        [row for row in after if (row["id"], row["after"]) not in known],
        [row for row in before if row["id"] not in present],
    )


def title_of(drift_id: str) -> str:
    return TITLES.get(drift_id, drift_id)


def page_of(environment: Environment) -> str:
    return reverse("drift", kwargs={"project": environment.project.slug, "env": environment.name})


def tell_found(environment: Environment, rows: Sequence[Row]) -> None:
    gone = [row for row in rows if row.get("vanished")]
    changed = [row for row in rows if not row.get("vanished")]
    for row in gone:
        announce(
            environment=environment,
            event=Event.POOL_VANISHED,
            title=f"{environment}: the {row['vanished']} is gone",
            text=f"{row['after']}. {row['breaks']} {RESTORE if row['vanished'] == 'user pool' else ''}".strip(),
            path=page_of(environment),
            data={"drift": [_plain(row)]},
        )
    if changed:
        many = f"{len(changed)} settings changed" if len(changed) > 1 else f"{title_of(changed[0]['id'])} changed"
        lines = [f"{title_of(row['id'])}: {row['before']} → {row['after']}. {row['breaks']}" for row in changed]
        announce(
            environment=environment,
            event=Event.DRIFT_FOUND,
            title=f"{environment}: {many} in AWS",
            text="\n\n".join(lines),
            path=page_of(environment),
            data={"drift": [_plain(row) for row in changed]},
        )


def not_of_files(link: CognitoLink) -> list[Row]:
    """The drift that is left when the newest values are in the files; the rest is told to be over."""
    now = {row["id"]: row["severity"] for row in link.findings}
    # A value that a check of the same name complains about is in the files now, and still wrong.
    worse = {key for key, then in link.baseline.items() if now.get(key) in ("warn", "fail") and then[0] != now[key]}
    left = [row for row in link.drift if row["id"] not in OF_FILES or row["id"] in worse]
    over = [row for row in link.drift if row not in left]
    tell_over(link.environment, over, "A push took the newer values into the backend and the files.")
    return left


RESTORE = "AWS Support can restore a deleted user pool within 14 days."


def tell_over(environment: Environment, rows: Sequence[Row], why: str) -> None:
    if rows:
        announce(
            environment=environment,
            event=Event.DRIFT_ENDED,
            title=f"{environment}: {', '.join(title_of(row['id']) for row in rows)}: no drift any more",
            text=why,
            path=page_of(environment),
            data={"drift": [_plain(row) for row in rows]},
        )


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("id", "before", "after", "breaks")}
