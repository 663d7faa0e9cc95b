"""Two people's consoles for the same pages: one row of everything, and many."""

from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.record import Actor, record
from auth_import import services as importing
from auth_import.models import PlannedImport
from auth_import.preflight import preflight
from benchmarks.account import REGION, Account
from benchmarks.backend_rows import Backend, plant_backend
from benchmarks.data_rows import plant_data
from benchmarks.notification_rows import plant_notifications
from benchmarks.preflight import choice_of
from benchmarks.report import Broken
from environments import services
from environments.models import Environment, Membership, Project
from environments.permissions import Role
from jobs import lifecycle
from jobs.models import Job, JobStep, Status, StepStatus, steps_of

STEPS = (("check", "Check the resources again"), ("apply", "Link them"), ("verify", "Compare with the plan"))


@dataclass(frozen=True, slots=True)
class Console:
    """What one person sees. `linked` and `unlinked` are environments of `project`, and so is that of `backend`."""

    user: User
    operator: User
    project: Project
    linked: Environment
    unlinked: Environment
    planned: PlannedImport
    backend: Backend
    invitation: str

    def url(self, route: str, environment: Environment | None = None, /, **more: object) -> str:
        """The address of a named page of this project, or of one of its environments."""
        place: dict[str, object] = {"project": self.project.slug}
        if environment:
            place["env"] = environment.name
        return reverse(route, kwargs=place | more)


def plant(account: Account, *, name: str, rows: int) -> Console:
    """A member (no operator) with `rows` of everything a page lists: projects, environments, people, jobs, events."""
    user = User.objects.create(username=name, email=f"{name}@example.com")
    operator = User.objects.create(username=f"{name}-operator", is_superuser=True)
    actor = Actor(name=user.label, user_id=user.pk)
    projects = [services.create_project(name=f"{name} {number}", actor=actor) for number in range(rows)]
    project = projects[0]
    for other in projects[1:]:
        services.create_environment(project=other, actor=actor, name="dev", region=REGION)
    linked, unlinked = (
        services.create_environment(project=project, actor=actor, name=one, region=REGION) for one in ("dev", "staging")
    )
    for number in range(rows - 1):
        services.create_environment(project=project, actor=actor, name=f"feature-{number}", region=REGION)
    planned = linked_by_import(account, linked, actor)
    for number in range(rows):
        person = User.objects.create(username=f"{name}-{number}", email=f"{name}-{number}@example.com")
        membership = Membership.objects.create(project=project, user=person, role=Role.VIEWER)
        membership.environments.add(linked)
        services.create_token(project=project, actor=actor, name=f"deploy {number}", role=Role.VIEWER)
        _job(project, linked, user, number)
        # The activity page shows fifty; a project's first day brings about as many.
        for _ in range(3):
            record(
                action=Action.ENVIRONMENT_CREATED,
                actor=actor,
                project=project.slug,
                environment=linked.name,
                target=f"environment {number}",
            )
    plant_notifications(linked, rows=rows, actor=actor)
    plant_data(linked, rows=rows)
    invitation = ""
    for number in range(rows):
        # The last one's secret serves for the page an invited person sees.
        _, invitation = services.invite(project=project, actor=actor, role=Role.VIEWER, note=f"colleague {number}")
    backend = plant_backend(linked, rows=rows)
    return Console(user, operator, project, linked, unlinked, planned, backend, invitation)


def linked_by_import(account: Account, environment: Environment, actor: Actor) -> PlannedImport:
    """Link the environment as a person does: checks, plan, job. The job runs in this process."""
    checked = preflight(environment=environment, choice=choice_of(account), sees=lambda other: True)
    plan = importing.plan_of(checked, environment=environment, accepted=(), reason="")
    planned = importing.keep_plan(plan=plan, environment=environment, actor=actor)
    job = lifecycle.run_now(importing.start_import(planned=planned, actor=actor, send=False), importing.apply_import)
    if job.status != Status.SUCCEEDED:
        raise Broken(f"The import failed: {job.error_words} {job.error_message}")
    return planned


def _job(project: Project, environment: Environment, user: User, number: int) -> None:
    now = timezone.now()
    job = Job.objects.create(
        task_name="auth_import.apply_import",
        project=project,
        environment=environment,
        environment_name=environment.name,
        kind="import" if number % 2 else "create-identity-pool",
        title=f"Import the customers of team {number}",
        permission="import-auth",
        actor=user,
        actor_name=user.label,
        status=Status.SUCCEEDED,
        attempts=1,
        started=now,
        heartbeat=now,
        finished=now,
        deadline_at=now + timedelta(minutes=2),
    )
    steps = steps_of(job, STEPS)
    for step in steps:
        step.status, step.started, step.finished = StepStatus.DONE, now, now
    JobStep.objects.bulk_create(steps)
