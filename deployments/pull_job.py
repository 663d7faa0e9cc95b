"""The job that refreshes what the console knows of an environment, and tells what differs from the last push."""

from datetime import timedelta

from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from auth_import import services as auth
from auth_import.models import CognitoLink
from auth_import.preflight import link_of, own_project
from auth_import.unlinking import CONSOLE, settle
from backend_state import known
from backend_state.models import KnownBackend
from backend_state.store import CloudState
from deployments import planning
from deployments.models import Deployment
from environments.models import Environment
from jobs.lifecycle import JobFailed, Run

KIND = "pull"
STEPS = (
    ("read", "Read the backend in the cloud"),
    ("compare", "Compare it with the last push"),
    ("cognito", "Check the Cognito resources"),
)
DEADLINE = timedelta(minutes=5)


def pull(run: Run) -> None:
    """The body of the job. Reads only; it may run twice."""
    environment = run.job.environment
    if environment is None:
        raise JobFailed("The environment was removed meanwhile.", next_step="Nothing is left to do.")
    actor = Actor(name=run.job.actor_name, user_id=run.job.actor_id)
    with run.step("read") as step:
        reading = planning.read(environment)
        if reading.state is None:
            first = reading.problems[0]
            raise JobFailed(first.words, next_step=first.next_step, code=first.code, message=first.detail)
        state = reading.state
        step.detail = f"{len(state.document.names)} files, {len(state.parameters)} parameters"
    with run.step("compare") as step:
        row = take(environment, state)
        step.detail = (
            f"{len(row.differences)} differences from the last push"
            if row.differences
            else "As the console knew it"
            if row.last_pushed
            else "Read for the first time"
        )
    with run.step("cognito") as step:
        step.detail = _check_link(environment, actor)
    record(
        action=Action.PULLED,
        actor=actor,
        project=environment.project.slug,
        environment=environment.name,
        target=environment.name,
        after={"differences": row.differences, "problems": [one.code for one in reading.problems]},
    )
    run.report(
        differences=row.differences,
        problems=[one.as_json() for one in reading.problems],
        continue_to=run.job.return_url,
    )


def take(environment: Environment, state: CloudState) -> KnownBackend:
    """Keep what was read, with what differs from the last push; and see whether the link is what the cloud has."""
    row = known.remember(environment, state, now=timezone.now())
    compare_link(environment, state)
    return row


def compare_link(environment: Environment, state: CloudState) -> None:
    """Whether the link, or an unlink that waits to be pushed, is what the cloud has by now."""
    if Deployment.objects.filter(environment=environment).unsettled().exists():
        # What a push at work has written may be undone yet; the link follows when it has ended.
        return
    there = state.document.imported
    link = CognitoLink.objects.filter(environment=environment).first()
    if link is not None:
        ids = (link.user_pool_id, link.web_client_id, link.native_client_id, link.identity_pool_id)
        in_cloud = (
            there is not None
            and bool(there.pushed)
            and ids
            == (
                there.user_pool_id,
                there.web_client_id,
                there.native_client_id,
                there.identity_pool_id,
            )
        )
        CognitoLink.objects.filter(pk=link.pk).update(pushed=in_cloud)
    if there is None and not state.document.auth:
        # Somebody has taken it out there already.
        settle(environment=environment, actor=CONSOLE, how="Somebody else has taken it out of the backend.")


def _check_link(environment: Environment, actor: Actor) -> str:
    link = link_of(environment)
    if link is None:
        return "Nothing is linked here"
    checked = auth.check_link(link=link, actor=actor, sees=own_project(environment))
    if checked.drift:
        return f"{len(checked.drift)} values changed in Cognito since the import"
    return f"{checked.failing} checks fail" if checked.failing else "Nothing changed since the import"
