"""The body of the job that makes an Amplify app and its first environment, as `amplify init` does (section 6.3)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from aws import amplify_apps, stored_objects
from aws.amplify_apps import AmplifyApp
from aws.errors import AwsError, Rejected
from aws.stacks import Stack
from deployments import backend_making
from deployments.backend_making import NewBackend as NewBackend
from deployments.first_state import first_state
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
JOB_TAG = "admin-ui:job"


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
                backend_making.note(run, wanted, f"Amplify app {app.name} ({app.id})", {"app": app.id})
            run.report(app_made=app.id)
        run.report(app=app.id)
        step.detail = f"{app.name} ({app.id})" + (", which was there already" if wanted.app else "")
    return app


def _environment(run: Run, wanted: NewBackend, app: AmplifyApp) -> None:
    with run.step("environment") as step:
        backend_making.make_environment(run, wanted, app)
        run.report(environment=wanted.env)
        step.detail = wanted.env


def _stack(run: Run, wanted: NewBackend, app: AmplifyApp) -> None:
    with run.step("stack") as step:
        backend_making.make_stack(run, wanted, app.id)
        run.report(stack=wanted.stack_name, bucket=wanted.bucket)
        step.detail = wanted.stack_name


def _wait(run: Run, wanted: NewBackend) -> Stack:
    cure = (
        "Cure what it names, delete the stack (aws cloudformation delete-stack --stack-name "
        f"{wanted.stack_name} --region {wanted.region}) and its bucket if that is left, then retry."
    )
    with run.step("wait") as step:
        stack = backend_making.wait_for_stack(run, wanted, cure=cure)
        step.detail = stack.id
    return stack


def _state(run: Run, wanted: NewBackend, app: AmplifyApp, stack: Stack) -> None:
    with run.step("state") as step:
        described = backend_making.described(wanted, stack, app.id)
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
            backend_making.note(run, wanted, f"First state of the backend in {wanted.bucket}", {"files": written})
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
                actor=backend_making.actor_of(run.job),
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
