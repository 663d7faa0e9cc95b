"""What people decide about a drift: take the new value, live with it, or heed it again. And how often to look."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from audit.actions import Action
from audit.record import Actor, record
from auth_import.drift import PATHS, at, vanished
from auth_import.models import CognitoLink, DriftWatch, IgnoredDrift
from auth_import.outputs import readable_outputs
from auth_import.preflight import digest_of_secret, own_project, preflight
from auth_import.rules.reading import all_faults
from auth_import.watch import due
from auth_import.watch.judging import Seen, drift_of, undecided
from auth_import.watch.taking import OF_FILES, Row, row_of, take, tell_over, title_of
from aws.errors import Fault
from aws.resources import AppClient
from environments.models import Environment


class ChangedMeanwhile(Exception):
    """What was shown is not what is there now; the page shows what is."""


class NotAcceptable(Exception):
    """The new value cannot become the one to compare with; the message says why and what to do instead."""


class Unanswered(Exception):
    """AWS did not tell what would be accepted. `fault` is its answer."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"AWS did not answer everything: {fault.action} ({fault.code}).")
        self.fault = fault


def digest_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Stands for exactly these drifts with exactly these values."""
    shown = sorted((row["id"], row["before"], row["after"]) for row in rows)
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()


def acceptable(rows: Sequence[Row]) -> list[Row]:
    """Those that can be accepted. Rows of an earlier version say nothing about it."""
    return [row for row in rows if row.get("acceptable", True) and not row.get("vanished")]


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted, and whether files changed by it, which then wait for a push in an Amplify environment."""

    rows: tuple[Row, ...]
    changes_files: bool
    waits_for_push: bool


def accept(*, link: CognitoLink, ids: Collection[str], digest: str, actor: Actor) -> Accepted:
    """Make the values that AWS has at this moment the ones to compare with, and the ones the files are made of.

    `digest` stands for the drifts as they were shown. Raises ChangedMeanwhile when they are others by now, which the
    link then has; NotAcceptable; and Unanswered.
    """
    checked = preflight(
        environment=link.environment,
        choice=link.choice,
        sees=own_project(link.environment),
        rule_set=link.rule_set,
        relink=True,
    )
    seen = Seen(checked.observation, checked.findings)
    with transaction.atomic():
        locked = CognitoLink.objects.select_for_update().filter(pk=link.pk).first()
        if locked is None or locked.choice != link.choice:
            raise ChangedMeanwhile
        found = [row_of(one, "") for one in drift_of(locked, seen) if one.id in ids]
        if found and seen.untold is None and digest_of(found) == digest:
            if refused := [row for row in found if row not in acceptable(found)]:
                raise NotAcceptable(_why_not(refused[0]))
            accepted = _accept(locked, seen, found, actor, link.environment)
            why = f"{actor.name} accepted it: the new values are the ones to compare with from now on."
            tell_over(link.environment, [row for row in locked.drift if row["id"] in ids], why)
            take(link=link, seen=seen, actor=actor, always_told=False, decided=ids)
            return accepted
    if fault := seen.untold or _why_not_found(seen, set(ids) - {row["id"] for row in found}):
        raise Unanswered(fault)
    take(link=link, seen=seen, actor=actor)
    raise ChangedMeanwhile


def _why_not_found(seen: Seen, missing: Collection[str]) -> Fault | None:
    """The refused answer because of which these drifts may be there or not."""
    refused = (fault for fault in all_faults(seen.observation) if fault.kind != "not-found")
    return next(refused, None) if undecided(seen).intersection(missing) else None


def _accept(link: CognitoLink, seen: Seen, rows: Sequence[Row], actor: Actor, environment: Environment) -> Accepted:
    now, _ = readable_outputs(seen.observation)
    wanted = {row["id"] for row in rows}
    native = seen.observation.native_client
    values = dict(link.outputs)
    for drift_id in wanted & PATHS.keys():
        values = with_value(values, PATHS[drift_id].split("."), at(now, PATHS[drift_id]))
    if wanted & {"client.native-secret-replaced", "client.native-secret"} and isinstance(native, AppClient):
        link.secret_digest = digest_of_secret(native.secret)
    link.outputs = values
    fresh = {one.id: [str(one.severity), one.observed] for one in seen.findings if one.id in wanted}
    link.baseline = {**link.baseline, **fresh}
    changes_files = bool(wanted & OF_FILES)
    waits = changes_files and environment.is_amplify
    link.pushed = link.pushed and not waits
    link.user_pool_name = str(values.get("user_pool_name") or link.user_pool_name)[:200]
    pool = values.get("identity_pool") or {}
    link.identity_pool_name = str(pool.get("name") or link.identity_pool_name)[:200]
    names = ("outputs", "baseline", "secret_digest", "pushed", "user_pool_name", "identity_pool_name")
    link.save(update_fields=names)
    IgnoredDrift.objects.filter(link=link, drift_id__in=wanted).delete()
    _record(Action.DRIFT_ACCEPTED, environment, actor, rows)
    return Accepted(tuple(rows), changes_files, waits)


def with_value(snapshot: Mapping[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    """The snapshot with another value at this path."""
    head, *rest = path
    return {**snapshot, head: with_value(snapshot.get(head) or {}, rest, value) if rest else value}


def _why_not(row: Row) -> str:
    name = title_of(row["id"])
    if row.get("vanished"):
        return f"The {row['vanished']} is gone, so there is nothing to accept. Link another one, or unlink."
    return f"{name}: a check fails because of it. Repair it, or ignore it with a reason."


@transaction.atomic
def ignore(*, link: CognitoLink, drift_id: str, digest: str, reason: str, actor: Actor) -> None:
    """Live with a drift for as long as AWS has exactly this value. Asks AWS nothing. Raises ChangedMeanwhile."""
    locked = CognitoLink.objects.select_for_update().filter(pk=link.pk).first()
    row = next((one for one in locked.drift if one["id"] == drift_id), None) if locked else None
    if locked is None or row is None or digest_of([row]) != digest:
        raise ChangedMeanwhile
    fields = {name: row[name] for name in ("before", "after", "breaks")}
    IgnoredDrift.objects.update_or_create(
        link=locked,
        drift_id=drift_id,
        defaults={
            **fields,
            "since": parse_datetime(str(row.get("since") or "")) or timezone.now(),
            "reason": reason,
            "created_by_name": actor.name,
        },
    )
    link.drift = [one for one in locked.drift if one["id"] != drift_id]
    CognitoLink.objects.filter(pk=link.pk).update(drift=link.drift)
    _record(Action.DRIFT_IGNORED, link.environment, actor, [row], reason=reason)


@transaction.atomic
def heed(*, link: CognitoLink, drift_id: str, actor: Actor) -> None:
    """Show a drift again that was ignored. Raises ChangedMeanwhile when it is not ignored any more."""
    locked = CognitoLink.objects.select_for_update().filter(pk=link.pk).first()
    held = IgnoredDrift.objects.filter(link=link, drift_id=drift_id).first()
    if locked is None or held is None:
        raise ChangedMeanwhile
    plain = {"id": drift_id, "before": held.before, "after": held.after, "breaks": held.breaks}
    fails = any(one["id"] == drift_id and one["severity"] == "fail" for one in locked.findings)
    gone = vanished(drift_id, held.after)
    row = {**plain, "acceptable": not fails, "vanished": gone, "since": held.since.isoformat()}
    held.delete()
    link.drift = [*(one for one in locked.drift if one["id"] != drift_id), row]
    CognitoLink.objects.filter(pk=link.pk).update(drift=link.drift)
    _record(Action.DRIFT_HEEDED, link.environment, actor, [row])


@transaction.atomic
def change_watch(*, environment: Environment, minutes: int, actor: Actor) -> DriftWatch:
    """Look so often from now on; 0 is never by itself. A shorter interval counts from the last look."""
    watch = DriftWatch.objects.select_for_update().get(pk=due.watch_of(environment).pk)
    before = watch.minutes
    if before == minutes:
        return watch
    watch.minutes = minutes
    link = CognitoLink.objects.filter(environment=environment).only("checked").first()
    if minutes and not watch.failures and link is not None:
        watch.due = link.checked + watch.pause_after_success()
    watch.save(update_fields=["minutes", "due"])
    record(
        action=Action.WATCH_CHANGED,
        actor=actor,
        project=environment.project.slug,
        environment=environment.name,
        target="drift watch",
        before={"every": DriftWatch.Interval(before).label},
        after={"every": DriftWatch.Interval(minutes).label},
    )
    return watch


def _record(action: Action, environment: Environment, actor: Actor, rows: Sequence[Row], reason: str = "") -> None:
    record(
        action=action,
        actor=actor,
        project=environment.project.slug,
        environment=environment.name,
        target=", ".join(title_of(row["id"]) for row in rows),
        before={row["id"]: row["before"] for row in rows},
        after={row["id"]: row["after"] for row in rows},
        reason=reason,
    )
