"""Reads what the matrix shows: this console's own records, with the same few queries for any number of environments."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from admin_ui.matrix import versions
from admin_ui.matrix.values import Facts, Work
from auth_import.models import CognitoLink, DriftWatch, IgnoredDrift, UnpushedUnlink
from backend_state.models import KnownBackend
from deployments import waiting
from deployments.cloning import making
from deployments.models import Deployment, PlannedClone
from deployments.standing import standing, with_others
from environments.models import Environment, Project
from jobs.models import Job

_ACCOUNT = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:(\d{12}):")
_JOINED = ("cognito_link", "known_backend", "unpushed_unlink__job", "drift_watch")


def _but(model: type[Model], *left_out: str, of: str = "") -> list[str]:
    """The fields of a model, or of the relation `of` to it, without those that a column of the page does not need."""
    fields = (field.name for field in model._meta.concrete_fields if field.name not in left_out)
    return [f"{of}__{name}" if of else name for name in fields]


# What lists every file of a backend or every check runs to hundreds of kilobytes, and a job has forty columns.
_NEEDED = (
    *_but(Environment),
    *_but(CognitoLink, "findings", "baseline", "accepted", "reason", "planned_import", of="cognito_link"),
    *_but(KnownBackend, "facts", "pushed", "categories", "differences", of="known_backend"),
    *_but(UnpushedUnlink, of="unpushed_unlink"),
    "unpushed_unlink__job__status",
    *_but(DriftWatch, of="drift_watch"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """`facts` of each environment; `elsewhere` is unfinished work on none that exists: one is being made, say."""

    facts: list[Facts]
    elsewhere: list[Work]


def read(
    environments: QuerySet[Environment], project: Project, *, may_import: Callable[[Environment], bool]
) -> Reading:
    """What is known of these environments of the project. Five queries at most, and no call to AWS."""
    rows = list(
        environments.select_related(None)
        .select_related(*_JOINED)
        .only(*_NEEDED)
        .annotate(
            auth_in_cloud=F("known_backend__facts__auth"),
            interrupted=Exists(Deployment.objects.filter(environment=OuterRef("pk")).unsettled()),
            ignored=_count(IgnoredDrift.objects.filter(link__environment=OuterRef("pk")), by="link"),
        )
    )
    work = _work_by_environment(project)
    backends = [row for row in rows if row.is_amplify]
    others = waiting.subjects_of(backends) if backends else {}
    facts = [_facts(row, work.get(row.pk, []), others.get(row.pk, []), may_import=may_import(row)) for row in rows]
    return Reading(facts, work.get(None, []))


def _count(rows: QuerySet[Any], *, by: str) -> Coalesce:
    """How many of these rows, all of one `by`, belong to the row outside."""
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _work_by_environment(project: Project) -> dict[int | None, list[Work]]:
    """Jobs that are not finished, and environments that were begun and left half made; None: of no environment yet."""
    found: dict[int | None, list[Work]] = {}
    for job in Job.objects.filter(project=project).unfinished().only("title", "status", "environment_id"):
        found.setdefault(job.environment_id, []).append(
            Work(job.title, job.get_status_display(), job.state, job=job.pk)
        )
    begun = PlannedClone.objects.filter(project=project, job__status__in=(Job.Status.FAILED, Job.Status.CANCELLED))
    for planned in begun.select_related("job").only("made", "environment_id", "job__title", "job__status"):
        if planned.job and making.exists(planned) and not planned.made.keys() & {"finished", "undone"}:
            half_made = Work(planned.job.title, "Half made: retry or undo it", planned.job.state, job=planned.job.pk)
            found.setdefault(planned.environment_id, []).append(half_made)
    return found


def _facts(row: Any, work: Sequence[Work], others: Sequence[str], *, may_import: bool) -> Facts:
    """`row` is an environment with what `read` has joined to it; `others` waits to be pushed beside auth."""
    link: CognitoLink | None = getattr(row, "cognito_link", None)
    known: KnownBackend | None = getattr(row, "known_backend", None)
    unlink: UnpushedUnlink | None = getattr(row, "unpushed_unlink", None)
    watch: DriftWatch | None = getattr(row, "drift_watch", None)
    if known:
        known.facts = {"auth": row.auth_in_cloud or []}
    stands = with_others(standing(link, unlink, known), others) if row.is_amplify else None
    outputs, found = versions.read(json.dumps(link.outputs)) if link else (None, None)
    pool = outputs.identity_pool if outputs else None
    arns = (row.role_arn, *((pool.auth_role_arn, pool.unauth_role_arn) if pool else ()))
    return Facts(
        name=row.name,
        production=row.production,
        kind=row.kind,
        kind_words=row.get_kind_display(),
        app=(row.app_name or row.app_id) if row.is_amplify else "",
        region=row.region,
        role_arn=row.role_arn,
        account=account_of(*arns, known.provider.get("StackId", "") if known else ""),
        outputs=outputs,
        versions=found,
        health=link.health if link else "not-linked",
        health_words=link.health_words if link else "Not linked",
        managed=link.is_managed if link else False,
        drifted=len(link.drift) if link else 0,
        ignored=row.ignored,
        checked=link.checked if link else None,
        watched=watch is None or watch.is_on,
        trouble=str(watch.fault.get("words", "")) if watch and watch.failures else "",
        backend=(stands.state, stands.words) if stands else None,
        pushed=known.last_pushed if known else None,
        read=known.read if known else None,
        work=(*work, *_other_work(row, None if link else unlink, is_at_work=bool(work))),
        may_import=may_import,
    )


def account_of(*arns: object) -> str:
    """The account number in the first of these that is an ARN with one; "" where none is."""
    return next((found[1] for one in arns if isinstance(one, str) and (found := _ACCOUNT.match(one))), "")


def _other_work(row: Any, unlink: UnpushedUnlink | None, *, is_at_work: bool) -> Iterator[Work]:
    """What is unfinished without a job, or will have one by itself."""
    if row.interrupted and not is_at_work:
        yield Work("Interrupted push", "Being finished or undone", "running", to="push")
    if unlink and not unlink.at_work:
        state, words = unlink.status
        yield Work("Unlink in the cloud", words, state, to="authentication")
