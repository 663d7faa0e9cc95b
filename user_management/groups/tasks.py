"""The tasks of groups, each beside what decides whether to send it."""

from collections.abc import Sequence

from celery import shared_task

from audit.record import Actor
from environments.permissions import Permission
from jobs import lifecycle
from jobs import services as jobs
from jobs.models import Job
from user_management.groups import copy_job
from user_management.place import Place


@shared_task
def copy_groups(job_id: str) -> None:
    lifecycle.perform(job_id, copy_job.copy_groups)


def start_copy(
    *,
    source: Place,
    target: Place,
    names: Sequence[str],
    seen: str,
    roles: bool,
    account: str,
    actor: Actor,
    reason: str = "",
    return_url: str = "",
) -> Job:
    """The job that copies these groups, if the pools are still as `seen` when it begins."""
    return jobs.enqueue(
        task=copy_groups,
        project=target.project,
        environment=target.environment,
        kind=copy_job.KIND,
        title=f"Copy {len(names)} groups from {source.environment.name} to {target.environment.name}",
        actor=actor,
        steps=copy_job.STEPS,
        deadline=copy_job.DEADLINE,
        permission=Permission.MANAGE_GROUPS,
        return_url=return_url,
        payload={
            "source": source.environment.pk,
            "names": list(names),
            "seen": seen,
            "roles": roles,
            "account": account,
            "reason": reason,
        },
    )
