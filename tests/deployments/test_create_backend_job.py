"""The job that makes an Amplify app and its first environment: once, however often the worker is lost."""

import io
import json
import zipfile
from typing import Any

import pytest

from audit.record import Actor
from aws import session
from aws.target import AwsTarget
from deployments import backend_making, create_backend_job
from deployments.create_backend_job import NewBackend
from deployments.tasks import start_backend
from environments.models import Environment, Project
from jobs import lifecycle
from jobs import services as jobs
from jobs.models import Job, Status
from tests.auth_import.journeys import audited
from tests.deployments.planted_apps import Apps
from tests.factories import make_environment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

ACTOR = Actor(name="Sample Person")
TARGET = AwsTarget("eu-north-1")
READS = ("Get", "List", "Describe", "Head")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend_making, "POLL_SECONDS", 0.01)


@pytest.fixture
def wanted(apps: Apps) -> NewBackend:
    from deployments.connect_forms import new_suffix

    return NewBackend(name="orders", env="test", suffix=new_suffix(), region="eu-north-1")


def started(project: Project, wanted: NewBackend) -> Job:
    return start_backend(project=project, wanted=wanted, actor=ACTOR, send=False)


def performed(job: Job) -> Job:
    return lifecycle.run_now(job, create_backend_job.create)


def is_complete(project: Project, apps: Apps, wanted: NewBackend, job: Job) -> Environment:
    """One of everything, and nothing else."""
    assert job.status == Status.SUCCEEDED, (job.error_words, job.error_message)
    [app] = apps.client("amplify").list_apps()["apps"]
    assert app["name"] == wanted.name
    if not wanted.app:
        assert app["tags"] == {"admin-ui:job": create_backend_job.origin_of(job)}
        assert json.loads(app["environmentVariables"]["_LIVE_PACKAGE_UPDATES"])[0]["pkg"] == "@aws-amplify/cli"
    [backend] = apps.client("amplify").list_backend_environments(appId=app["appId"])["backendEnvironments"]
    assert (backend["environmentName"], backend["stackName"]) == (wanted.env, wanted.stack_name)
    assert backend["deploymentArtifacts"] == wanted.bucket
    [stack] = apps.client("cloudformation").describe_stacks(StackName=wanted.stack_name)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {row["OutputKey"]: row["OutputValue"] for row in stack["Outputs"]}
    for role in wanted.roles:
        trust = apps.client("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        assert '"Deny"' in json.dumps(trust)
    s3 = apps.client("s3")
    keys = [row["Key"] for row in s3.list_objects_v2(Bucket=wanted.bucket)["Contents"]]
    assert keys == ["#current-cloud-backend.zip", "amplify-meta.json", "backend-config.json"]
    body = s3.get_object(Bucket=wanted.bucket, Key="#current-cloud-backend.zip")["Body"].read()
    meta = s3.get_object(Bucket=wanted.bucket, Key="amplify-meta.json")["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.namelist() == [
            "amplify-meta.json",
            "backend-config.json",
            "tags.json",
            "awscloudformation/build/root-cloudformation-stack.json",
        ]
        assert archive.read("amplify-meta.json") == meta
        assert archive.read("backend-config.json") == b"{}"
        assert json.loads(archive.read("tags.json"))[0] == {"Key": "user:Stack", "Value": "{project-env}"}
        root = json.loads(archive.read("awscloudformation/build/root-cloudformation-stack.json"))
        assert "DeploymentBucket" in root["Resources"]
    provider = json.loads(meta)["providers"]["awscloudformation"]
    assert provider == {
        "AuthRoleName": wanted.roles[0],
        "UnauthRoleArn": outputs["UnauthRoleArn"],
        "AuthRoleArn": outputs["AuthRoleArn"],
        "Region": "eu-north-1",
        "DeploymentBucketName": wanted.bucket,
        "UnauthRoleName": wanted.roles[1],
        "StackName": wanted.stack_name,
        "StackId": stack["StackId"],
        "AmplifyAppId": app["appId"],
    }
    environment = project.environments.get(name=wanted.env)
    assert (environment.kind, environment.app_id, environment.app_name) == ("amplify", app["appId"], wanted.name)
    assert (environment.stack_name, environment.deployment_bucket) == (wanted.stack_name, wanted.bucket)
    job.refresh_from_db()
    assert (job.environment, job.return_url) == (environment, f"/projects/shop/{wanted.env}/")
    return environment


def test_everything_is_made_as_shown_and_told(project: Project, apps: Apps, wanted: NewBackend) -> None:
    job = performed(started(project, wanted))
    is_complete(project, apps, wanted, job)
    assert all(step.status == "done" for step in job.steps.all())
    targets = [event.target for event in audited("deployments:backend:create")]
    assert [target.partition(" (")[0] for target in targets] == [
        "Amplify app orders",
        "Backend environment test of orders",
        f"Stack {wanted.stack_name}",
        f"First state of the backend in {wanted.bucket}",
    ]
    assert len(audited("environments:environment:create")) == 1


def test_what_it_made_can_be_connected_like_any_other(project: Project, apps: Apps, wanted: NewBackend) -> None:
    from environments.backends import read_backend

    environment = is_complete(project, apps, wanted, performed(started(project, wanted)))
    read = read_backend(TARGET, app_id=environment.app_id, name="test")
    assert (read.app_name, read.stack_name) == ("orders", wanted.stack_name)


def test_an_app_that_exists_gets_the_environment_and_keeps_its_tags(project: Project, apps: Apps) -> None:
    from deployments.connect_forms import new_suffix

    app = apps.plant(name="My Shop")
    wanted = NewBackend(name="My Shop", env="test", suffix=new_suffix(), region="eu-north-1", app=app.id)
    job = performed(started(project, wanted))
    is_complete(project, apps, wanted, job)
    assert "delete-app" not in create_backend_job.exists_words(job)


class WorkerDied(BaseException):
    """Stands for SIGKILL: nothing catches it, nothing is tidied up."""


CALLS = {
    "CreateApp": "amplify",
    "CreateBackendEnvironment": "amplify",
    "CreateStack": "cloudformation",
    "DescribeStacks 2": "cloudformation",
    "PutObject 1": "s3",
    "PutObject 2": "s3",
    "PutObject 3": "s3",
}


@pytest.mark.parametrize("where", CALLS)
def test_a_worker_lost_right_after_a_call_is_made_good_by_the_next_one(
    project: Project, apps: Apps, wanted: NewBackend, where: str
) -> None:
    job = started(project, wanted)
    name, _, number = where.partition(" ")
    seen = []

    def die(model: Any, **_: Any) -> None:
        if model.name == name:
            seen.append(name)
            if len(seen) == int(number or 1):
                raise WorkerDied

    events: Any = session.client(TARGET, CALLS[where]).meta.events
    events.register("after-call", die)
    try:
        with pytest.raises(WorkerDied):
            lifecycle.perform(job.pk, create_backend_job.create)
    finally:
        events.unregister("after-call", die)
    job.refresh_from_db()
    assert job.move_to(Status.QUEUED, attempt=job.attempts)
    lifecycle.perform(job.pk, create_backend_job.create)
    job.refresh_from_db()
    is_complete(project, apps, wanted, job)


@pytest.mark.parametrize("step", [name for name, _ in create_backend_job.STEPS])
def test_a_worker_lost_before_any_step_is_made_good_by_the_next_one(
    project: Project, apps: Apps, wanted: NewBackend, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = started(project, wanted)
    real = lifecycle.Run.step

    def die(self: Any, name: str, **more: Any) -> Any:
        if name == step:
            raise WorkerDied
        return real(self, name, **more)

    monkeypatch.setattr(lifecycle.Run, "step", die)
    with pytest.raises(WorkerDied):
        lifecycle.perform(job.pk, create_backend_job.create)
    monkeypatch.setattr(lifecycle.Run, "step", real)
    job.refresh_from_db()
    assert job.move_to(Status.QUEUED, attempt=job.attempts)
    lifecycle.perform(job.pk, create_backend_job.create)
    job.refresh_from_db()
    is_complete(project, apps, wanted, job)


def test_run_again_after_the_end_it_changes_nothing(
    project: Project, apps: Apps, wanted: NewBackend, sandbox: Any
) -> None:
    job = performed(started(project, wanted))
    sandbox.forget()
    before = len(audited("deployments:backend:create"))
    Job.objects.filter(pk=job.pk).update(status=Status.QUEUED, finished=None)
    job = performed(job)
    is_complete(project, apps, wanted, job)
    assert len(audited("deployments:backend:create")) == before
    changes = {call["operation"] for call in sandbox.calls() if not call["operation"].startswith(READS)}
    assert changes == {"PutObject"}, "and these were refused, because the objects are there"


@pytest.mark.parametrize(
    ("operation", "exists", "undo"),
    [
        ("CreateApp", (), ()),
        ("CreateBackendEnvironment", ("the Amplify app orders",), ("aws amplify delete-app --app-id",)),
        (
            "CreateStack",
            ("the Amplify app orders", "the backend environment test"),
            ("aws amplify delete-backend-environment --app-id", "aws amplify delete-app --app-id"),
        ),
        (
            "PutObject",
            ("the stack amplify-orders-test-", "the bucket amplify-orders-test-"),
            ("aws cloudformation delete-stack --stack-name amplify-orders-test-", "aws s3 rb s3://amplify-orders-"),
        ),
    ],
)
def test_a_refusal_says_what_exists_by_then_and_a_retry_does_the_rest(
    project: Project,
    apps: Apps,
    wanted: NewBackend,
    sandbox: Any,
    operation: str,
    exists: tuple[str, ...],
    undo: tuple[str, ...],
) -> None:
    sandbox.fail(operation, kind="fail", code="AccessDenied", message="Not authorized.", status=403)
    job = performed(started(project, wanted))
    assert (job.status, job.error_code) == (Status.FAILED, "AccessDenied")
    assert operation in job.error_action
    for words in (*exists, *undo):
        assert words in job.error_next_step
    if not exists:
        assert "Nothing was made in AWS." in job.error_next_step
    assert not project.environments.filter(name="test").exists()
    sandbox.forget()
    again = jobs.retry(job=job, actor=ACTOR)
    assert create_backend_job.origin_of(again) == job.pk
    is_complete(project, apps, wanted, performed(again))


def test_a_stack_that_is_rolled_back_tells_the_reason_and_how_to_go_on(
    project: Project, apps: Apps, wanted: NewBackend
) -> None:
    apps.client("iam").create_role(RoleName=wanted.roles[0], AssumeRolePolicyDocument="{}")
    job = performed(started(project, wanted))
    assert (job.status, job.error_code) == (Status.FAILED, "ROLLBACK_COMPLETE"), job.error_words
    assert "AuthRole: " in job.error_message
    assert f"aws cloudformation delete-stack --stack-name {wanted.stack_name}" in job.error_next_step
    apps.client("iam").delete_role(RoleName=wanted.roles[0])
    apps.client("cloudformation").delete_stack(StackName=wanted.stack_name)
    _remove_bucket(apps, wanted.bucket)
    is_complete(project, apps, wanted, performed(jobs.retry(job=job, actor=ACTOR)))


def _remove_bucket(apps: Apps, bucket: str) -> None:
    """Where the rolled-back stack has left it."""
    s3 = apps.client("s3")
    if bucket in [row["Name"] for row in s3.list_buckets()["Buckets"]]:
        s3.delete_bucket(Bucket=bucket)


def test_a_stack_that_never_ends_is_not_waited_for_for_ever(
    project: Project, apps: Apps, wanted: NewBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from aws import stacks

    real = stacks.describe_stack
    monkeypatch.setattr(backend_making, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(
        stacks, "describe_stack", lambda *arguments: replace(real(*arguments), status="CREATE_IN_PROGRESS")
    )
    job = performed(started(project, wanted))
    assert (job.status, job.error_code) == (Status.FAILED, "CREATE_IN_PROGRESS")
    assert "still at work" in job.error_words


def test_a_call_that_fails_for_a_moment_while_waiting_is_asked_again(
    project: Project, apps: Apps, wanted: NewBackend, sandbox: Any
) -> None:
    job = started(project, wanted)
    # The SDK's own attempts, and one answer to whether the stack is there.
    sandbox.fail("DescribeStacks", kind="fail", code="ServiceUnavailable", message="Busy.", status=503, times=2)
    is_complete(project, apps, wanted, performed(job))


def test_an_environment_that_somebody_else_made_is_left_alone(project: Project, apps: Apps, wanted: NewBackend) -> None:
    job = started(project, wanted)
    make_environment(project, "test")
    job = performed(job)
    assert (job.status, job.error_code) == (Status.FAILED, "ResourceConflict")
    assert "Somebody made another environment “test”" in job.error_words
    assert project.environments.get(name="test").kind == "standalone"


def test_files_that_lie_there_already_are_left_alone(
    project: Project, apps: Apps, wanted: NewBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = create_backend_job._wait

    def push_first(run: Any, backend: NewBackend) -> Any:
        stack = real(run, backend)
        apps.client("s3").put_object(Bucket=backend.bucket, Key="amplify-meta.json", Body=b"pushed")
        return stack

    monkeypatch.setattr(create_backend_job, "_wait", push_first)
    assert performed(started(project, wanted)).status == Status.SUCCEEDED
    left = apps.client("s3").get_object(Bucket=wanted.bucket, Key="amplify-meta.json")["Body"].read()
    assert left == b"pushed"


def test_a_cancelled_job_stops_before_its_next_step(project: Project, apps: Apps, wanted: NewBackend) -> None:
    job = started(project, wanted)
    real = create_backend_job._app

    def cancel_then(run: Any, backend: NewBackend) -> Any:
        app = real(run, backend)
        jobs.cancel(job=Job.objects.get(pk=job.pk), actor=ACTOR)
        return app

    create_backend_job._app = cancel_then  # type: ignore[assignment]
    try:
        assert performed(job).status == Status.CANCELLED
    finally:
        create_backend_job._app = real
    assert not apps.client("amplify").list_backend_environments(
        appId=apps.client("amplify").list_apps()["apps"][0]["appId"]
    )["backendEnvironments"]
