"""The job that removes an environment together with its Amplify backend, as `amplify env remove` does (section 4.10).

The user pool and the identity pool that were imported belong to no stack of the backend, so nothing happens to them. A
backend whose auth is Amplify's own is refused: its stack would take the users along.
"""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from aws.errors import AwsError
from backend_state.document.problems import BackendProblem
from deployments import planning
from deployments.backend_making import actor_of
from deployments.deleting import pieces
from deployments.deleting.reading import Backend, connected_elsewhere, read_backend
from deployments.models import Deployment
from environments import services
from environments.models import Environment, Membership
from jobs.lifecycle import JobFailed, Run
from jobs.models import Job

KIND = "delete-backend"
STEPS = (
    ("check", "See what is there"),
    ("stack", "Delete the CloudFormation stacks"),
    ("bucket", "Delete the bucket with everything in it"),
    ("environment", "Delete the backend environment"),
    ("parameters", "Delete its parameters"),
    ("forget", "Remove the environment from this console"),
)
DEADLINE = timedelta(hours=1)
AGAIN = "Retry deletes the rest. The environment stays in the console until then; removing it alone works at any time."


def delete_backend(run: Run) -> None:
    """The job's body; a second run deletes what is left."""
    environment = run.job.environment
    if environment is None and run.job.result.get("begun"):
        # An earlier attempt has removed it, and was lost then.
        return
    if environment is None:
        run.report(retry=False)
        raise JobFailed(
            "The environment is not in this console any more, so what is left of its backend is not deleted from here.",
            next_step="Connect it again to delete the rest, or delete it with the Amplify CLI.",
            code="EnvironmentGone",
        )
    try:
        _delete(run, environment)
    except BackendProblem as problem:
        raise JobFailed(problem.words, next_step=AGAIN, code=problem.code, message=problem.detail) from problem
    except AwsError as error:
        raise JobFailed(
            error.words,
            next_step=f"{error.next_step} {AGAIN}",
            code=error.code,
            message=error.message,
            action=error.action,
            request_id=error.request_id,
        ) from error


def _delete(run: Run, environment: Environment) -> None:
    place = planning.place_of(environment)
    with run.step("check") as step:
        _require_same(run, environment)
        _require_rest(run, environment)
        found = read_backend(place)
        _require_shown(run, found)
        step.detail = ", ".join(found.labels) or ("No category" if found.stack else "The stack is gone already")
        run.report(begun=True)
    with run.step("stack"):
        if found.stack:
            pieces.delete_stack(run, place, found.stack.id)
    with run.step("bucket"):
        pieces.delete_bucket(run, place)
    with run.step("environment"):
        pieces.delete_backend_environment(run, place)
    with run.step("parameters") as step:
        step.detail = f"{pieces.delete_parameters(run, place)} deleted"
    with run.step("forget", cancellable=False) as step, transaction.atomic():
        Environment.objects.select_for_update().filter(pk=environment.pk).first()
        _require_rest(run, environment)
        try:
            services.remove_environment(environment=environment, actor=actor_of(run.job))
        except ValidationError as error:
            raise JobFailed(" ".join(error.messages), next_step="Then retry.", code="StillNeeded") from error
        step.detail = "Nothing it was linked to was touched"


def _require_same(run: Run, environment: Environment) -> None:
    """The backend is the one that was confirmed, and nobody else's."""
    confirmed = (run.job.payload["stack"], run.job.payload["bucket"])
    if confirmed != (environment.stack_name, environment.deployment_bucket):
        run.report(retry=False)
        raise JobFailed(
            f"The environment is connected to the backend {environment.stack_name} by now; {confirmed[0]} was to be "
            "deleted. Nothing was deleted.",
            next_step="Look at what would go, and confirm it anew.",
            code="ChangedSinceReview",
        )
    other = connected_elsewhere(planning.place_of(environment), but=environment.pk)
    if other:
        raise JobFailed(other, next_step="Remove it there first, then retry.", code="UsedElsewhere")


def _require_rest(run: Run, environment: Environment) -> None:
    """Nobody else is at work here, and nobody is limited to the environment."""
    others = Job.objects.filter(environment=environment).exclude(pk=run.job.pk).unfinished()
    # What finishes an unlink was asked to stop when this began, and AWS may let it stand for a while.
    busy = others.exclude(cancel_requested=True).first()
    half_way = Deployment.objects.filter(environment=environment).unsettled().exists()
    if busy or half_way:
        what = (
            f"The job “{busy.title}” is not finished." if busy else "An interrupted push is being finished or undone."
        )
        raise JobFailed(what, next_step="Wait for it, then retry.", code="AtWork")
    limited = Membership.objects.filter(environments=environment).select_related("user")
    if limited:
        raise JobFailed(
            f"These members are limited to {environment.name}: {', '.join(one.user.label for one in limited)}.",
            next_step="Change under Members what they reach, then retry.",
            code="StillNeeded",
        )


def _require_shown(run: Run, found: Backend) -> None:
    """Nothing goes that was not on the list which was confirmed, and no users go at all."""
    if found.managed:
        run.report(retry=False)
        raise JobFailed(
            f"The backend has auth that Amplify manages itself ({', '.join(found.managed)}): deleting its stack would "
            "delete the user pool with its users. Nothing was deleted.",
            next_step="Remove the environment from the console alone, or delete the backend with the Amplify CLI if "
            "the users shall go.",
            code="ManagedAuth",
        )
    shown = {label.replace("/", "") for label in run.job.payload["shown"]}
    # Without the archive only the names of nested stacks are known, which have the category and the name in one word.
    more = [label for label in found.labels if label.replace("/", "") not in shown]
    if more and not run.job.result.get("begun"):
        run.report(retry=False)
        raise JobFailed(
            f"The backend has more than was shown: {', '.join(more)}. Nothing was deleted.",
            next_step="Pull the environment, look at the list again, and confirm it anew.",
            code="ChangedSinceReview",
        )
