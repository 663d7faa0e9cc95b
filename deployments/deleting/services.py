"""Starting the job that removes an environment together with its Amplify backend."""

from django.db import transaction
from django.urls import reverse

from audit.record import Actor
from backend_state.known import known
from deployments import planning
from deployments.deleting import job as deleting_job
from deployments.deleting.reading import connected_elsewhere, managed_auth, shown_of
from deployments.deleting.tasks import delete_backend
from deployments.finishing import services as finishing
from deployments.finishing.job import KIND as FINISH_UNLINK
from deployments.models import Deployment
from deployments.services import NotPossible, at_work
from environments.models import Environment
from environments.permissions import Permission
from jobs import services as jobs
from jobs.models import Job


def why_kept(environment: Environment) -> str:
    """Why the backend cannot be deleted from here, in words, without asking AWS; "" where it can."""
    if not environment.is_amplify:
        return "This environment has no Amplify backend."
    if not environment.stack_name:
        return "The console does not know its stack yet. Pull the environment first."
    managed = managed_auth(known(environment))
    if managed:
        return (
            f"Amplify manages its auth itself ({managed}), so deleting the backend would delete its users. Delete it "
            "with the Amplify CLI if that is meant."
        )
    return connected_elsewhere(planning.place_of(environment), but=environment.pk)


@transaction.atomic
def start_deleting(*, environment: Environment, actor: Actor, send: bool = True) -> Job:
    """The job that deletes the backend and then forgets the environment. Asking twice finds the same job.

    Raises NotPossible while something is at work here, and where users would be deleted.
    """
    Environment.objects.select_for_update().get(pk=environment.pk)
    running = at_work(environment, deleting_job.KIND)
    if running:
        return running
    finishing.give_up(environment=environment, actor=actor)
    busy = Job.objects.filter(environment=environment).exclude(kind=FINISH_UNLINK).unfinished().first()
    if busy:
        raise NotPossible(f"The job “{busy.title}” is not finished. Wait for it, or cancel it first.")
    if Deployment.objects.filter(environment=environment).unsettled().exists():
        raise NotPossible("An interrupted push is being finished or undone. Wait until the console is done with it.")
    refusal = why_kept(environment)
    if refusal:
        raise NotPossible(refusal)
    return jobs.enqueue(
        task=delete_backend,
        project=environment.project,
        environment=environment,
        kind=deleting_job.KIND,
        title=f"Remove {environment.name} with its Amplify backend",
        actor=actor,
        steps=deleting_job.STEPS,
        deadline=deleting_job.DEADLINE,
        permission=Permission.MANAGE_ENVIRONMENTS,
        subject=environment.stack_name,
        return_url=reverse("project", args=[environment.project.slug]),
        payload={
            "shown": [label for label, _ in shown_of(known(environment))],
            "stack": environment.stack_name,
            "bucket": environment.deployment_bucket,
        },
        send=send,
    )
