"""Starting the jobs that make a new environment as planned, and that undo one which was not finished."""

from django.db import transaction
from django.urls import reverse

from audit.actions import Action
from audit.record import Actor, record
from deployments import create_backend_job
from deployments.cloning import job as clone_job
from deployments.cloning import making, undo
from deployments.cloning.models import PlannedClone
from deployments.cloning.plan import ClonePlan
from deployments.cloning.tasks import make_clone, undo_clone
from deployments.services import NotPossible
from environments.models import Project
from environments.permissions import Permission
from jobs import services as jobs
from jobs.models import Job


@transaction.atomic
def start_clone(*, planned: PlannedClone, actor: Actor, send: bool = True) -> Job:
    """The job that makes exactly what was planned. Asking twice finds the same job. Raises NotPossible."""
    # Two plans of one name take turns here, so that the second one sees the first one's job.
    project = Project.objects.select_for_update().get(pk=planned.project_id)
    planned = PlannedClone.objects.select_related("project", "source", "job__project").get(pk=planned.pk)
    if planned.job and not planned.job.is_finished:
        return planned.job
    plan = planned.plan
    _require_unused(planned)
    _require_free_name(project, planned, plan)
    job = jobs.enqueue(
        task=make_clone,
        project=project,
        kind=making.KIND,
        title=f"Make the environment {plan.name}" + (f" from {plan.source}" if plan.source else ""),
        actor=actor,
        steps=clone_job.steps_of(plan),
        deadline=clone_job.DEADLINE,
        permission=permission_of(plan),
        subject=f"{plan.region} {plan.app_name or plan.app_id}".strip(),
        return_url=reverse("project", args=[project.slug]),
        payload={"planned": planned.pk, "env": plan.name},
        send=send,
    )
    PlannedClone.objects.filter(pk=planned.pk).update(job=job)
    record(
        action=Action.CLONE_STARTED,
        actor=actor,
        project=project.slug,
        environment=plan.name,
        target=plan.name,
        after={
            "from": plan.source,
            "region": plan.region,
            "role": plan.role_arn or "default credentials",
            "app": plan.app_id,
            "resources": str(plan.resources),
            "carried": [str(one) for one in plan.carried],
        },
    )
    return job


def permission_of(plan: ClonePlan) -> Permission:
    """What somebody needs for the job of this plan."""
    return Permission.CLONE if plan.source else Permission.MANAGE_ENVIRONMENTS


def _require_unused(planned: PlannedClone) -> None:
    if planned.made.get("undone"):
        raise NotPossible("This plan was undone. Review a fresh one.")
    if planned.made.get("finished"):
        raise NotPossible("This environment was made already.")


def _require_free_name(project: Project, planned: PlannedClone, plan: ClonePlan) -> None:
    kinds = (making.KIND, create_backend_job.KIND)
    for job in Job.objects.filter(project=project, kind__in=kinds).unfinished():
        if job.payload.get("env") == plan.name:
            raise NotPossible(
                f"“{job.title}” ({job.actor_name}) makes an environment of this name at this moment. Wait for it, or "
                "choose another name."
            )
    if project.environments.filter(name=plan.name).exclude(pk=planned.environment_id or 0).exists():
        raise NotPossible(f"This project has an environment “{plan.name}” by now. Choose another name.")


def plan_of_job(job: Job) -> PlannedClone | None:
    """The plan that this job works on."""
    if job.kind not in (making.KIND, undo.KIND):
        return None
    rows = PlannedClone.objects.select_related("project", "source", "environment", "job__project")
    return rows.filter(pk=job.payload.get("planned")).first()


def half_made(project: Project) -> list[PlannedClone]:
    """The plans whose environments were begun in AWS and are neither finished nor undone."""
    rows = PlannedClone.objects.filter(project=project).exclude(made={})
    return [one for one in rows if making.exists(one) and not one.made.keys() & {"finished", "undone"}]


def why_not_undone(planned: PlannedClone) -> str:
    """Why there is nothing to undo now, in words; "" where there is."""
    if planned.made.get("undone"):
        return "It was undone already."
    if planned.made.get("finished"):
        return "The environment was finished. Remove it from its settings, together with its backend if you want."
    if planned.job and not planned.job.is_finished:
        return f"“{planned.job.title}” is at work. Wait until it has finished, or cancel it first."
    return "" if making.exists(planned) else "Nothing was made, so there is nothing to undo."


@transaction.atomic
def start_undo(*, planned: PlannedClone, actor: Actor, send: bool = True) -> Job:
    """The job that deletes what this plan has made, and nothing else. Raises NotPossible."""
    Project.objects.select_for_update().get(pk=planned.project_id)
    planned = PlannedClone.objects.select_related("project", "environment", "job__project").get(pk=planned.pk)
    if planned.job and planned.job.kind == undo.KIND and not planned.job.is_finished:
        return planned.job
    refusal = why_not_undone(planned)
    if refusal:
        raise NotPossible(refusal)
    job = jobs.enqueue(
        task=undo_clone,
        project=planned.project,
        kind=undo.KIND,
        title=f"Undo the environment {planned.plan.name}",
        actor=actor,
        steps=undo.STEPS,
        deadline=undo.DEADLINE,
        permission=Permission.CLONE,
        subject=planned.plan.app_id,
        return_url=reverse("project", args=[planned.project.slug]),
        payload={"planned": planned.pk, "env": planned.plan.name},
        send=send,
    )
    PlannedClone.objects.filter(pk=planned.pk).update(job=job)
    return job
