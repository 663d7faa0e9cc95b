"""What has become of the pushes and pulls of an environment, newest first, each as one line."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.core.paginator import Page, Paginator
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast

from deployments.models import Deployment, DeploymentQuerySet, Phase
from deployments.pull_job import KIND as PULL
from environments.models import Environment
from jobs.models import Job

LINES_A_PAGE = 25


@dataclass(frozen=True, slots=True)
class Line:
    """One push or one pull. `state` is as the look's vocabulary of states has it, `status` its words."""

    kind: Literal["push", "pull"]
    title: str
    url: str
    what: str
    state: str
    status: str
    by: str
    created: datetime
    finished: datetime | None
    job: Job | None
    push: Deployment | None = None

    def as_json(self) -> dict[str, Any]:
        """As scripts read it; what only a push has is null for a pull."""
        return {
            "kind": self.kind,
            "deployment": self.push.pk if self.push else None,
            "change": self.push.change_kind if self.push else None,
            "phase": self.push.phase if self.push else None,
            "created": self.created,
            "finished": self.finished,
            "by": self.by,
            "job": self.job.pk if self.job else None,
            "status": self.job.status if self.job else None,
        }


def line_of_push(row: Deployment) -> Line:
    return Line(
        kind="push",
        title=f"Push {row.pk}",
        url=row.get_absolute_url(),
        what=row.change_words,
        state=row.state,
        status=row.get_phase_display(),
        by=row.created_by_name,
        created=row.created,
        finished=row.finished,
        job=row.job,
        push=row,
    )


def line_of_pull(job: Job) -> Line:
    return Line(
        kind="pull",
        title="Pull",
        url=job.get_absolute_url(),
        what="",
        state=job.state,
        status=job.get_status_display(),
        by=job.actor_name,
        created=job.created,
        finished=job.finished,
        job=job,
    )


def page_of(environment: Environment, number: str | None) -> Page[Line]:
    """A page of the pushes and pulls, merged by when they were begun; as many queries whatever their number."""
    keys = _keys(Deployment.objects.filter(environment=environment).exclude(phase=Phase.DISCARDED), "push").union(
        _keys(Job.objects.filter(environment=environment, kind=PULL), "pull"), all=True
    )
    found: Page[Any] = Paginator(keys.order_by("-created", "-key"), LINES_A_PAGE).get_page(number)
    wanted: list[tuple[datetime, str, str]] = list(found.object_list)
    pushes = pushes_of(environment).filter(pk__in=[key for _, key, of in wanted if of == "push"])
    pulls = Job.objects.filter(pk__in=[key for _, key, of in wanted if of == "pull"]).select_related("project")
    lines = {("push", str(row.pk)): line_of_push(row) for row in pushes}
    lines |= {("pull", job.pk): line_of_pull(job) for job in pulls}
    # One that went in this very moment is left out.
    found.object_list = [lines[of, key] for _, key, of in wanted if (of, key) in lines]
    return found


def _keys(rows: QuerySet[Any], of: str) -> QuerySet[Any, Any]:
    """What rows of different tables are merged by."""
    marked = rows.order_by().annotate(key=Cast("pk", CharField()), of=Value(of, output_field=CharField()))
    keys: QuerySet[Any, Any] = marked.values_list("created", "key", "of")
    return keys


def pushes_of(environment: Environment) -> DeploymentQuerySet:
    """For lines: without the documents, and with what a line says of their jobs."""
    return (
        Deployment.objects.filter(environment=environment)
        .select_related("job__project", "environment__project")
        .listed()
    )
