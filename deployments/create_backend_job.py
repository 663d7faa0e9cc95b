"""The body of the job that makes an Amplify app and its first environment, as `amplify init` does (section 6.3).

Every step looks first for what an earlier attempt of it made. It touches nothing that it did not make.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from amplify_files import root_stack
from audit.actions import Action
from audit.record import Actor, record
from aws import amplify_apps, stacks, stored_objects
from aws.amplify_apps import AmplifyApp
from aws.errors import AwsError, NotFound, Rejected
from aws.stacks import Stack
from aws.target import AwsTarget
from deployments.first_state import first_state, stack_from, stack_name
from environments import services
from environments.models import Environment
from jobs.lifecycle import JobFailed, Run
from jobs.models import Job

KIND = "create-backend"
STEPS = (
    ("app", "Create the Amplify app"),
    ("environment", "Create the backend environment"),
    ("stack", "Create the CloudFormation stack"),
    ("wait", "Wait until CloudFormation has made it"),
    ("state", "Upload the first state of the backend"),
    ("connect", "Connect the environment to this project"),
)
DEADLINE = timedelta(minutes=20)
PATIENCE_SECONDS = 600.0
"""How long CloudFormation may take; a bucket and two roles take about a minute."""
POLL_SECONDS = 2.0
JOB_TAG = "admin-ui:job"
COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


@dataclass(frozen=True, slots=True)
class NewBackend:
    """What was reviewed, as the job's payload keeps it. `app_id` names an app that is there already."""

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


def origin_of(job: Job) -> str:
    """The id of the first job of a row of retries: what was made by any of them is tagged with it."""
    return str(job.payload.get("origin") or job.pk)


def create(run: Run) -> None:
    """The job's body. A failure says what exists by then and how to undo it."""
    wanted = NewBackend.of(run.job)
    try:
        app = _app(run, wanted)
        _environment(run, wanted, app)
        _stack(run, wanted, app)
        stack = _wait(run, wanted)
        _state(run, wanted, app, stack)
        _connect(run, wanted, app)
    except (JobFailed, AwsError) as failure:
        raise JobFailed(
            failure.words,
            next_step=" ".join(part for part in (failure.next_step, exists_words(run.job)) if part),
            code=failure.code,
            message=failure.message,
            action=failure.action,
            request_id=failure.request_id,
        ) from failure


def _app(run: Run, wanted: NewBackend) -> AmplifyApp:
    with run.step("app") as step:
        if wanted.app:
            app = amplify_apps.get_app(wanted.target, wanted.app)
        else:
            tag = (JOB_TAG, origin_of(run.job))
            mine = next((one for one in amplify_apps.iter_apps(wanted.target) if tag in one.tags), None)
            app = mine or amplify_apps.create_app(wanted.target, name=wanted.name, tags=dict([tag]))
            if mine is None:
                _written(run, wanted, f"Amplify app {app.name} ({app.id})", {"app": app.id})
            run.report(app_made=app.id)
        run.report(app=app.id)
        step.detail = f"{app.name} ({app.id})" + (", which was there already" if wanted.app else "")
    return app


def _environment(run: Run, wanted: NewBackend, app: AmplifyApp) -> None:
    with run.step("environment") as step:
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
            _written(run, wanted, f"Backend environment {wanted.env} of {app.name} ({app.id})", after)
        if found.stack_name != wanted.stack_name:
            raise JobFailed(
                f"The app {app.id} has an environment “{wanted.env}” already, with the stack "
                f"{found.stack_name or 'of no name'}. It was not touched.",
                next_step="Connect that one instead, or create one of another name.",
                code="ResourceConflict",
            )
        run.report(environment=wanted.env)
        step.detail = wanted.env


def _stack(run: Run, wanted: NewBackend, app: AmplifyApp) -> None:
    with run.step("stack") as step:
        if _found_stack(wanted) is None:
            try:
                stack_id = stacks.create_stack(
                    wanted.target,
                    name=wanted.stack_name,
                    template=root_stack.template(),
                    parameters=root_stack.parameters(wanted.stack_name),
                    # Each retry by a person is a job of its own, so it may try again what CloudFormation refused.
                    token=f"admin-ui-{run.job.pk}",
                )
            except Rejected as error:
                if error.code != "AlreadyExistsException":
                    raise
                # An earlier attempt was heard after all; what it made is looked at in the next step.
            else:
                after = {"app": app.id, "stack": stack_id, "bucket": wanted.bucket, "roles": list(wanted.roles)}
                _written(run, wanted, f"Stack {wanted.stack_name}", after)
        run.report(stack=wanted.stack_name, bucket=wanted.bucket)
        step.detail = wanted.stack_name


def _found_stack(wanted: NewBackend) -> Stack | None:
    try:
        return stacks.describe_stack(wanted.target, wanted.stack_name)
    except NotFound:
        return None


def _wait(run: Run, wanted: NewBackend) -> Stack:
    """The stack once CloudFormation is done. A call that fails for the moment is asked again."""
    ends = time.monotonic() + PATIENCE_SECONDS
    with run.step("wait") as step:
        while True:
            try:
                stack = stacks.describe_stack(wanted.target, wanted.stack_name)
            except AwsError as error:
                if not error.retryable or time.monotonic() > ends:
                    raise
            else:
                if stack.status in COMPLETE:
                    step.detail = stack.id
                    return stack
                if not stack.is_busy:
                    raise _stack_failed(wanted, stack)
                if time.monotonic() > ends:
                    raise JobFailed(
                        f"CloudFormation is still at work on {wanted.stack_name} after "
                        f"{PATIENCE_SECONDS / 60:.0f} minutes ({stack.status}).",
                        next_step="Look at the stack's events in CloudFormation. Retry goes on waiting.",
                        code=stack.status,
                    )
            run.check()
            time.sleep(POLL_SECONDS)


def _stack_failed(wanted: NewBackend, stack: Stack) -> JobFailed:
    try:
        failures = stacks.failures_of(wanted.target, stack.id)
    except AwsError:
        # The status alone is still worth telling.
        failures = ()
    reasons = "; ".join(f"{logical_id}: {reason}" for logical_id, reason in failures) or stack.status_reason
    return JobFailed(
        f"CloudFormation did not make the stack {wanted.stack_name} ({stack.status}).",
        next_step=f"Cure what it names, delete the stack (aws cloudformation delete-stack --stack-name "
        f"{wanted.stack_name} --region {wanted.region}) and its bucket if that is left, then retry.",
        code=stack.status,
        message=reasons,
    )


def _state(run: Run, wanted: NewBackend, app: AmplifyApp, stack: Stack) -> None:
    with run.step("state") as step:
        try:
            described = stack_from(dict(stack.outputs), app_id=app.id)
        except KeyError as missing:
            raise JobFailed(
                f"The stack {wanted.stack_name} does not tell its {missing.args[0]}, so somebody changed it.",
                next_step="Look at the stack in CloudFormation.",
                code="MissingOutput",
            ) from missing
        written = []
        for key, body in first_state(described, moment=timezone.now()).items():
            try:
                stored_objects.write_object(wanted.target, wanted.bucket, key, body, expected="")
            except Rejected as error:
                # What lies there was written by an earlier attempt, or is somebody's first push already.
                if error.code != "PreconditionFailed":
                    raise
            else:
                written.append(key)
        if written:
            _written(run, wanted, f"First state of the backend in {wanted.bucket}", {"files": written})
        run.report(files=True)
        step.detail = wanted.bucket


def _connect(run: Run, wanted: NewBackend, app: AmplifyApp) -> None:
    project = run.job.project
    with run.step("connect"), transaction.atomic():
        present = project.environments.filter(name=wanted.env).first()
        if present and not (present.is_amplify and present.app_id == app.id):
            raise JobFailed(
                f"Somebody made another environment “{wanted.env}” in this project meanwhile.",
                next_step="What was made in AWS is complete: connect it in a project of its own, or remove the other "
                "environment from the console and retry.",
                code="ResourceConflict",
            )
        try:
            environment = present or services.create_environment(
                project=project,
                actor=_actor(run.job),
                name=wanted.env,
                kind=Environment.Kind.AMPLIFY,
                region=wanted.region,
                role_arn=wanted.role,
                external_id=wanted.xid,
                app_id=app.id,
                app_name=app.name,
                stack_name=wanted.stack_name,
                deployment_bucket=wanted.bucket,
            )
        except ValidationError as error:
            raise JobFailed(" ".join(error.messages), next_step="Connect the app by hand.") from error
        Job.objects.filter(pk=run.job.pk).update(
            environment=environment,
            environment_name=environment.name,
            return_url=reverse("environment", kwargs={"project": project.slug, "env": environment.name}),
        )


@dataclass(frozen=True, slots=True)
class Made:
    """One thing that exists in AWS by the word of a job, and the command that takes it away."""

    what: str
    undo: str


def made_by(job: Job) -> tuple[Made, ...]:
    """What the job and those it retries made, in the order in which it can be taken away."""
    wanted, result = NewBackend.of(job), _results(job)
    return tuple(_made(wanted, result))


def _made(wanted: NewBackend, result: Mapping[str, Any]) -> Iterator[Made]:
    place = f"--region {wanted.region}"
    if result.get("stack"):
        yield Made(
            f"the stack {wanted.stack_name} with two roles",
            f"aws cloudformation delete-stack --stack-name {wanted.stack_name} {place}",
        )
        yield Made(f"the bucket {wanted.bucket}", f"aws s3 rb s3://{wanted.bucket} --force {place}")
    if result.get("environment"):
        yield Made(
            f"the backend environment {wanted.env}",
            f"aws amplify delete-backend-environment --app-id {result.get('app')} "
            f"--environment-name {wanted.env} {place}",
        )
    if result.get("app_made"):
        app_id = result["app_made"]
        yield Made(f"the Amplify app {wanted.name} ({app_id})", f"aws amplify delete-app --app-id {app_id} {place}")


def _results(job: Job) -> dict[str, Any]:
    """What this job, and those it retries, reported; the newest word counts."""
    chain: list[Job] = []
    one: Job | None = job
    while one is not None and one not in chain:
        chain.append(one)
        one = one.retry_of
    return {key: value for one in reversed(chain) for key, value in one.result.items()}


def exists_words(job: Job) -> str:
    made = made_by(job)
    if not made:
        return "Nothing was made in AWS."
    things = ", ".join(one.what for one in reversed(made))
    commands = "; ".join(one.undo for one in made)
    return f"In AWS exist by now: {things}. Retry goes on from there. To undo it instead: {commands}."


def _actor(job: Job) -> Actor:
    return Actor(name=job.actor_name, user_id=job.actor_id)


def _written(run: Run, wanted: NewBackend, what: str, after: Mapping[str, Any]) -> None:
    record(
        action=Action.BACKEND_CREATED,
        actor=_actor(run.job),
        project=run.job.project.slug,
        environment=wanted.env,
        target=what,
        after=dict(after),
    )
