"""What a new environment's job has made by now: noted before each write and after it, so that nothing is forgotten.

`PlannedClone.made` has, by the name of the thing, ASKED (AWS was asked, and perhaps nobody heard its answer) or MADE.
Beside them stand `parameters` (names), `zip` (the digest of the archive) and `groups` (names).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.urls import reverse

from aws.errors import AwsError
from deployments.backend_making import NewBackend, token_of
from deployments.cloning.models import PlannedClone
from deployments.cloning.plan import ClonePlan
from jobs.lifecycle import JobFailed, Run
from jobs.models import Job

KIND = "clone"
ASKED, MADE = "asked", "made"
BACKEND, STACK, STATE = "backend", "stack", "state"


def backend_of(plan: ClonePlan) -> NewBackend:
    """What is made in AWS for an Amplify environment."""
    return NewBackend(
        name=plan.app_name or plan.app_id,
        env=plan.name,
        suffix=plan.suffix,
        region=plan.region,
        role=plan.role_arn,
        xid=plan.external_id,
        app=plan.app_id,
    )


def claimed(run: Run) -> PlannedClone:
    """The plan, in the hands of this job alone. Raises JobFailed where it is gone, or in other hands."""
    with transaction.atomic():
        rows = PlannedClone.objects.select_for_update(of=("self",)).select_related(
            "project", "source__project", "environment__project", "job"
        )
        found = rows.filter(pk=run.job.payload.get("planned")).first()
        if found is None or found.made.get("undone"):
            run.report(retry=False, undo="")
            raise JobFailed(
                "The plan was undone." if found else "The reviewed plan no longer exists.",
                next_step="Review a fresh one to make the environment.",
                code="PlanGone",
            )
        if found.job is not None and found.job.pk != run.job.pk and not found.job.is_finished:
            raise JobFailed(
                f"“{found.job.title}” is at work on the same plan at this moment.",
                next_step="Look at that job; this one has changed nothing.",
                code="AtWork",
            )
        found.job = run.job
        found.save(update_fields=["job"])
    return found


def note(run: Run, planned: PlannedClone, **facts: Any) -> None:
    """Adds to what is known to exist; None takes a fact away. Raises JobTakenOver when it is not our turn."""
    made = {**planned.made, **facts}
    planned.made = {name: value for name, value in made.items() if value is not None}
    undo = reverse("undo-clone", args=[run.job.project.slug, run.job.pk]) if exists(planned) else ""
    with transaction.atomic():
        run.report(undo=undo)
        PlannedClone.objects.filter(pk=planned.pk).update(made=planned.made)


@contextmanager
def asking(run: Run, planned: PlannedClone, thing: str) -> Iterator[None]:
    """Around a write to AWS: the thing is noted before, and forgotten only where AWS has said no."""
    if planned.made.get(thing) != MADE:
        note(run, planned, **{thing: ASKED})
    try:
        yield
    except AwsError as error:
        if not error.retryable and planned.made.get(thing) != MADE:
            note(run, planned, **{thing: None})
        raise
    note(run, planned, **{thing: MADE})


def exists(planned: PlannedClone) -> bool:
    return planned.environment_id is not None or any(planned.made.get(one) for one in (BACKEND, STACK, STATE))


def jobs_of(planned: PlannedClone) -> list[Job]:
    """Every job that has worked on this plan, newest first."""
    return list(Job.objects.filter(project_id=planned.project_id, kind=KIND, payload__planned=planned.pk))


def tokens_of(planned: PlannedClone) -> set[str]:
    """By these CloudFormation knows the requests of this plan's jobs."""
    return {token_of(job) for job in jobs_of(planned)}


def things(planned: PlannedClone) -> tuple[str, ...]:
    """What exists by now, in words, in the order of its making."""
    plan = planned.plan
    if plan.kind != "amplify":
        return ("the environment in this console",) if planned.environment_id else ()
    wanted = backend_of(plan)
    named = {
        BACKEND: f"the backend environment {wanted.env} of the Amplify app {plan.app_id}",
        STACK: f"the stack {wanted.stack_name} with two roles and the bucket {wanted.bucket}",
        STATE: f"the first state in that bucket, and {len(planned.made.get('parameters', ()))} parameters in SSM",
    }
    found = [
        words if planned.made[thing] == MADE else f"perhaps {words} (AWS did not answer)"
        for thing, words in named.items()
        if thing in planned.made
    ]
    return (*found, *(["the environment in this console"] if planned.environment_id else []))


def exists_words(planned: PlannedClone) -> str:
    """The end of every failure: what there is, and the two ways on."""
    found = things(planned)
    if not found:
        return "Nothing was made."
    return f"By now exist: {', '.join(found)}. Retry goes on from there; Undo on this page takes it back."
