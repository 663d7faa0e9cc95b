"""Changing and removing environments and projects: what must be known of links and jobs before it may happen.

The row is locked first. A job that starts meanwhile waits for the lock, and finds the environment changed or gone.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from audit.record import Actor
from auth_import.models import CognitoLink, UnpushedUnlink
from backend_state.models import KnownBackend
from deployments.deleting import services as deleting
from deployments.finishing import services as finishing
from deployments.finishing.job import KIND as FINISH_UNLINK
from deployments.models import Deployment, DeploymentQuerySet, Phase
from environments import services
from environments.forms import EnvironmentSettingsForm
from environments.models import Environment, Project
from jobs.models import Job


def why_fixed(environment: Environment) -> str:
    """Why Region, role and app cannot be changed now, in words; empty when they can."""
    if CognitoLink.objects.filter(environment=environment).exists():
        return "Cognito resources are linked, and they are found by these values. Unlink them first."
    job = Job.objects.filter(environment=environment).unfinished().first()
    if job:
        return f"The job “{job.title}” is not finished. Wait for it, or cancel it first."
    return HALF_WAY if Deployment.objects.filter(environment=environment).unsettled().exists() else ""


HALF_WAY = (
    "An interrupted push is being finished or undone, and needs what is known here. The console does that by itself; "
    "wait until it is done."
)


def change_environment(*, environment: Environment, actor: Actor, **fields: Any) -> None:
    """Change an environment's settings; an Amplify environment elsewhere is connected to the backend there.

    Raises ValidationError when a field is wrong, when AWS knows no such backend, and when Region, role or app would
    change while they must not; then nothing has changed.
    """
    moves = any(
        name in fields and fields[name] != getattr(environment, name) for name in EnvironmentSettingsForm.CONNECTION
    )
    if moves and environment.is_amplify:
        # AWS is asked before the database is locked.
        names = ("name", "kind", "region", "role_arn", "external_id", "app_id")
        fields |= services.backend_of({name: getattr(environment, name) for name in names} | fields)
    with transaction.atomic():
        Environment.objects.select_for_update().get(pk=environment.pk)
        why = why_fixed(environment) if moves else ""
        if why:
            raise ValidationError(why)
        services.change_environment(environment=environment, actor=actor, **fields)
        if moves:
            _forget_backend(environment)


def _forget_backend(environment: Environment) -> None:
    """What was known of one backend says nothing about another one."""
    KnownBackend.objects.filter(environment=environment).delete()
    UnpushedUnlink.objects.filter(environment=environment).delete()
    Deployment.objects.filter(environment=environment, phase=Phase.PLANNED).update(phase=Phase.DISCARDED)


def rename_environment(*, environment: Environment, name: str, actor: Actor) -> None:
    """Raises ValidationError while a job of the environment is not finished, and for a name that it cannot have."""
    with transaction.atomic():
        Environment.objects.select_for_update().get(pk=environment.pk)
        _require_rest(
            Job.objects.filter(environment=environment).unfinished().first(),
            Deployment.objects.filter(environment=environment),
        )
        services.rename_environment(environment=environment, name=name, actor=actor)


@transaction.atomic
def remove_environment(*, environment: Environment, actor: Actor) -> None:
    """Raises ValidationError while a job of the environment is not finished, or somebody is limited to it.

    What finishes an unlink in the cloud keeps no environment here: it is cancelled, for AWS may never come back.
    """
    Environment.objects.select_for_update().get(pk=environment.pk)
    finishing.give_up(environment=environment, actor=actor)
    _require_rest(
        Job.objects.filter(environment=environment).unfinished().exclude(kind=FINISH_UNLINK).first(),
        Deployment.objects.filter(environment=environment),
    )
    services.remove_environment(environment=environment, actor=actor)


def remove(*, environment: Environment, actor: Actor, backend: bool = False, send: bool = True) -> Job | None:
    """Remove an environment; with `backend` by the job that deletes its Amplify backend first, which is answered.

    Raises ValidationError as `remove_environment`, NotPossible as `deployments.deleting.services.start_deleting`.
    """
    if backend:
        return deleting.start_deleting(environment=environment, actor=actor, send=send)
    remove_environment(environment=environment, actor=actor)
    return None


@transaction.atomic
def remove_project(*, project: Project, actor: Actor) -> None:
    """Raises ValidationError while a job of the project is not finished."""
    Project.objects.select_for_update().get(pk=project.pk)
    _require_rest(
        Job.objects.filter(project=project).unfinished().first(),
        Deployment.objects.filter(environment__project=project),
    )
    services.remove_project(project=project, actor=actor)


def _require_rest(job: Job | None, pushes: DeploymentQuerySet) -> None:
    if job:
        raise ValidationError(f"The job “{job.title}” is not finished. Wait for it, or cancel it first.")
    if pushes.unsettled().exists():
        raise ValidationError(HALF_WAY)
