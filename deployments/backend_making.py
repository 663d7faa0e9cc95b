"""Making an Amplify backend in AWS as `amplify init` and `amplify env add` do (Amplify project format, section 6.3).

Every function looks first for what an earlier attempt has made, and touches nothing that it did not make.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amplify_files import root_stack
from amplify_files.context import EnvironmentStack
from audit.actions import Action
from audit.record import Actor, record
from aws import amplify_apps, stacks
from aws.amplify_apps import AmplifyApp
from aws.errors import NotFound, Rejected
from aws.stacks import Stack
from aws.target import AwsTarget
from deployments.first_state import stack_from, stack_name
from deployments.stack_waiting import reasons, stack_when
from jobs.lifecycle import JobFailed, Run
from jobs.models import Job

PATIENCE_SECONDS = 600.0
"""How long CloudFormation may take; a bucket and two roles take about a minute."""
POLL_SECONDS = 2.0
COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
"""The stack stands; in the last case as it did before somebody's push that failed."""


@dataclass(frozen=True, slots=True)
class NewBackend:
    """What was reviewed, as a job's payload keeps it. `app` names an Amplify app that is there already."""

    name: str
    env: str
    suffix: str
    region: str
    role: str = ""
    xid: str = ""
    app: str = ""

    @property
    def target(self) -> AwsTarget:
        return AwsTarget(region=self.region, role_arn=self.role, external_id=self.xid)

    @property
    def stack_name(self) -> str:
        return stack_name(self.name, self.env, self.suffix)

    @property
    def bucket(self) -> str:
        return f"{self.stack_name}-deployment"

    @property
    def roles(self) -> tuple[str, str]:
        return f"{self.stack_name}-authRole", f"{self.stack_name}-unauthRole"

    def as_payload(self) -> dict[str, str]:
        return {key: getattr(self, key) for key in self.__slots__}

    @classmethod
    def of(cls, job: Job) -> "NewBackend":
        return cls(**{key: job.payload[key] for key in cls.__slots__})


def make_environment(run: Run, wanted: NewBackend, app: AmplifyApp) -> None:
    """The app's backend environment. Raises JobFailed where the app has another one of this name."""
    try:
        found = amplify_apps.get_backend_environment(wanted.target, app.id, wanted.env)
    except NotFound:
        found = amplify_apps.create_backend_environment(
            wanted.target,
            app_id=app.id,
            name=wanted.env,
            stack_name=wanted.stack_name,
            deployment_bucket=wanted.bucket,
        )
        after = {"app": app.id, "stack": wanted.stack_name, "bucket": wanted.bucket}
        note(run, wanted, f"Backend environment {wanted.env} of {app.name} ({app.id})", after)
    if found.stack_name != wanted.stack_name:
        raise JobFailed(
            f"The app {app.id} has an environment “{wanted.env}” already, with the stack "
            f"{found.stack_name or 'of no name'}. It was not touched.",
            next_step="Connect that one instead, or create one of another name.",
            code="ResourceConflict",
        )


def token_of(job: Job) -> str:
    """What CloudFormation's requests of this job are known by.

    Each retry by a person is a job of its own, so it may try again what CloudFormation refused.
    """
    return f"admin-ui-{job.pk}"


def make_stack(run: Run, wanted: NewBackend, app_id: str) -> None:
    """Begins to make the root stack, unless there is one of this name."""
    if found_stack(wanted) is not None:
        return
    try:
        stack_id = stacks.create_stack(
            wanted.target,
            name=wanted.stack_name,
            template=root_stack.template(),
            parameters=root_stack.parameters(wanted.stack_name),
            token=token_of(run.job),
        )
    except Rejected as error:
        if error.code != "AlreadyExistsException":
            raise
        # An earlier attempt was heard after all; what it made is looked at while waiting.
    else:
        after = {"app": app_id, "stack": stack_id, "bucket": wanted.bucket, "roles": list(wanted.roles)}
        note(run, wanted, f"Stack {wanted.stack_name}", after)


def found_stack(wanted: NewBackend) -> Stack | None:
    try:
        return stacks.describe_stack(wanted.target, wanted.stack_name)
    except NotFound:
        return None


def wait_for_stack(run: Run, wanted: NewBackend, *, cure: str) -> Stack:
    """The stack once CloudFormation is done. A call that fails for the moment is asked again.

    `cure` says what to do about one that CloudFormation could not make.
    """

    def is_made(stack: Stack) -> bool:
        if stack.status not in COMPLETE and not stack.is_busy:
            raise _stack_failed(wanted, stack, cure)
        return stack.status in COMPLETE

    return stack_when(run, wanted.target, wanted.stack_name, is_made, seconds=PATIENCE_SECONDS, poll=POLL_SECONDS)


def _stack_failed(wanted: NewBackend, stack: Stack, cure: str) -> JobFailed:
    return JobFailed(
        f"CloudFormation did not make the stack {wanted.stack_name} ({stack.status}).",
        next_step=cure,
        code=stack.status,
        message=reasons(wanted.target, stack),
    )


def described(wanted: NewBackend, stack: Stack, app_id: str) -> EnvironmentStack:
    """The root stack as the backend's files name it. Raises JobFailed where somebody has changed it."""
    try:
        return stack_from(dict(stack.outputs), app_id=app_id)
    except KeyError as missing:
        raise JobFailed(
            f"The stack {wanted.stack_name} does not tell its {missing.args[0]}, so somebody changed it.",
            next_step="Look at the stack in CloudFormation.",
            code="MissingOutput",
        ) from missing


def actor_of(job: Job) -> Actor:
    return Actor(name=job.actor_name, user_id=job.actor_id)


def note(run: Run, wanted: NewBackend, what: str, after: Mapping[str, Any]) -> None:
    """One line of the activity: something exists in AWS now."""
    record(
        action=Action.BACKEND_CREATED,
        actor=actor_of(run.job),
        project=run.job.project.slug,
        environment=wanted.env,
        target=what,
        after=dict(after),
    )
