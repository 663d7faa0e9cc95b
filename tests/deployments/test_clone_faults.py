"""New environments that AWS, or somebody else, does not let be made: words, nothing half made, a way on and back."""

from collections.abc import Callable
from typing import Any

import pytest

from aws.sandbox.ids import ACCOUNT_ID
from deployments import backend_making
from deployments.cloning.making import backend_of
from deployments.cloning.models import PlannedClone
from deployments.cloning.plan import Carried
from environments.models import Environment
from jobs import services as jobs
from jobs.models import Job, Status
from tests.auth_import.planted import Account
from tests.deployments import clones
from tests.deployments.clones import (
    ACTOR,
    NOTHING,
    amplify_plan,
    assert_made,
    in_aws,
    made,
    standalone_plan,
    started,
    words_of,
)
from tests.deployments.pushing import at, broken, environment_of, unheard, watched_calls
from tests.factories import make_environment, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend_making, "POLL_SECONDS", 0.01)


@pytest.fixture
def planned(account: Account) -> PlannedClone:
    return amplify_plan(make_project("Faults"), clones.source_backend(account), choice=None)


def assert_nothing(account: Account, planned: PlannedClone, job: Job, code: str) -> None:
    assert (job.status, job.error_code) == (Status.FAILED, code), words_of(job)
    assert "Nothing was made." in job.error_next_step
    assert not job.can_be_undone
    planned.refresh_from_db()
    assert (planned.made, planned.environment) == ({}, None)
    assert not planned.project.environments.filter(name=planned.plan.name, kind="amplify").exists()


def take_bucket(account: Account, planned: PlannedClone) -> None:
    account.client("s3").create_bucket(
        Bucket=backend_of(planned.plan).bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )


def take_stack(account: Account, planned: PlannedClone) -> None:
    template = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}}'
    account.client("cloudformation").create_stack(StackName=backend_of(planned.plan).stack_name, TemplateBody=template)


def take_name_in_app(account: Account, planned: PlannedClone) -> None:
    account.client("amplify").create_backend_environment(
        appId=planned.plan.app_id, environmentName=planned.plan.name, stackName="theirs", deploymentArtifacts="theirs"
    )


def take_name_in_project(account: Account, planned: PlannedClone) -> None:
    make_environment(planned.project, planned.plan.name)


@pytest.mark.parametrize(
    ("take", "code"),
    [
        (take_bucket, "BucketNameTaken"),
        pytest.param(take_stack, "StackNameTaken", marks=pytest.mark.slow),
        (take_name_in_app, "ResourceConflict"),
        pytest.param(take_name_in_project, "ResourceConflict", marks=pytest.mark.slow),
    ],
)
def test_a_name_taken_since_the_review_stops_it_with_nothing_made(
    account: Account, planned: PlannedClone, take: Callable[[Account, PlannedClone], None], code: str
) -> None:
    job = started(planned)
    take(account, planned)
    assert_nothing(account, planned, clones.run(job), code)


def test_a_renamed_or_deleted_app_stops_it(account: Account, planned: PlannedClone) -> None:
    app = account.client("amplify").create_app(name="goes")["app"]["appId"]
    plan = planned.document | {"app_id": app, "app_name": "was-called"}
    PlannedClone.objects.filter(pk=planned.pk).update(document=plan)
    job = made(PlannedClone.objects.get(pk=planned.pk))
    assert_nothing(account, planned, job, "ChangedSinceReview")
    account.client("amplify").delete_app(appId=app)
    again = clones.run(jobs.retry(job=job, actor=ACTOR))
    assert_nothing(account, planned, again, "NotFoundException")


def test_what_was_reviewed_is_checked_again_before_anything_is_made(account: Account) -> None:
    own = account.plant()
    planned = amplify_plan(make_project("Changed"), clones.source_backend(account), choice=own.choice)
    account.change_client(own.choice, own.choice.web_client_id, CallbackURLs=["https://else.example.com/"])
    account.change_client(own.choice, own.choice.native_client_id, CallbackURLs=["https://else.example.com/"])
    assert_nothing(account, planned, made(planned), "ChangedSinceReview")
    assert in_aws(clones.source_backend(account), planned) == NOTHING


def test_a_source_that_is_gone_is_missed_only_where_something_comes_along(account: Account) -> None:
    backend = clones.source_backend(account)
    source = environment_of(backend)
    wanting = amplify_plan(source.project, backend, choice=None, source=source, carried=(Carried.FUNCTIONS,))
    free = amplify_plan(source.project, backend, choice=None, source=source)
    late, free_job = started(wanting), started(free)
    source.delete()
    job = clones.run(late)
    assert_nothing(account, wanting, job, "SourceGone")
    assert f"The environment {backend.names.environment} was removed meanwhile" in job.error_words
    assert_made(backend, free, clones.run(free_job))


def test_a_source_deleted_midway_is_needed_no_more_once_the_state_is_written(account: Account) -> None:
    backend = clones.source_backend(account)
    source = environment_of(backend)
    planned = amplify_plan(source.project, backend, choice=None, source=source, carried=(Carried.FUNCTIONS,))
    with watched_calls() as calls:
        calls.happen = at("cloudformation:CreateStack", 1, broken, for_ever=True)
        job = made(planned)
    assert job.status == Status.FAILED
    source.delete()
    # Before it, the retry says what is missing, and the way back is open.
    again = clones.run(jobs.retry(job=job, actor=ACTOR))
    assert (again.error_code, again.can_be_undone) == ("SourceGone", True)
    planned.refresh_from_db()
    assert clones.undone(planned).status == Status.SUCCEEDED
    assert in_aws(backend, planned) == NOTHING


def test_a_role_that_cannot_be_assumed_stops_it_with_nothing_made(account: Account, sandbox: Any) -> None:
    role = f"arn:aws:iam::{ACCOUNT_ID}:role/Denied"
    planned = amplify_plan(
        make_project("Role"), clones.source_backend(account), choice=None, role_arn=role, external_id="sample-7"
    )
    sandbox.fail("AssumeRole", kind="fail", code="AccessDenied", message="Not authorized.", status=403)
    job = made(planned)
    sandbox.forget()
    assert_nothing(account, planned, job, "AccessDenied")
    assert "AssumeRole" in job.error_action


def test_a_stack_that_fails_is_taken_back_and_made_anew_by_a_retry(account: Account, planned: PlannedClone) -> None:
    backend, wanted = clones.source_backend(account), backend_of(planned.plan)
    iam = account.client("iam")
    iam.create_role(RoleName=wanted.roles[0], AssumeRolePolicyDocument="{}")
    job = made(planned)
    assert (job.status, job.error_code) == (Status.FAILED, "ROLLBACK_COMPLETE")
    assert "AuthRole: " in job.error_message
    assert "the job clears away what CloudFormation has left" in job.error_next_step
    iam.delete_role(RoleName=wanted.roles[0])
    assert_made(backend, planned, clones.run(jobs.retry(job=job, actor=ACTOR)))


def test_a_bucket_taken_in_the_last_moment_is_left_alone_by_the_undo(account: Account, planned: PlannedClone) -> None:
    backend = clones.source_backend(account)
    with watched_calls() as calls:

        def happen(called: str, number: int, request: Any) -> None:
            if called == "cloudformation:CreateStack":
                take_bucket(account, planned)
                account.client("s3").put_object(Bucket=backend_of(planned.plan).bucket, Key="theirs", Body=b"1")

        calls.happen = happen
        job = made(planned)
    assert (job.status, job.error_code) == (Status.FAILED, "ROLLBACK_COMPLETE")
    assert "DeploymentBucket" in job.error_message
    planned.refresh_from_db()
    assert clones.undone(planned).status == Status.SUCCEEDED
    assert in_aws(backend, planned) == NOTHING | {"bucket": True, "objects": ["theirs"]}


@pytest.mark.parametrize(
    "write", [pytest.param("amplify:CreateBackendEnvironment", marks=pytest.mark.slow), "cloudformation:CreateStack"]
)
def test_a_write_whose_answer_was_lost_is_known_as_perhaps_made(
    account: Account, planned: PlannedClone, write: str
) -> None:
    backend = clones.source_backend(account)
    with watched_calls() as calls:
        app = backend.names.app_id
        subject = f" {app}/backendenvironments" if write.startswith("amplify") else ""
        calls.happen = at(f"{write}{subject}", 1, unheard)
        job = made(planned)
    assert job.status == Status.FAILED, calls.made
    assert "perhaps" in job.error_next_step
    assert job.can_be_undone
    again = clones.run(jobs.retry(job=job, actor=ACTOR))
    assert_made(backend, planned, again)


def test_aws_away_for_a_while_is_waited_for_or_told(account: Account, planned: PlannedClone, sandbox: Any) -> None:
    sandbox.fail("DescribeStacks", kind="fail", code="ServiceUnavailable", message="Busy.", status=503, times=2)
    job = made(planned)
    sandbox.forget()
    if job.status == Status.FAILED:
        job = clones.run(jobs.retry(job=job, actor=ACTOR))
    assert_made(clones.source_backend(account), planned, job)


def test_somebody_elses_push_is_not_undone(account: Account, planned: PlannedClone, sandbox: Any) -> None:
    sandbox.fail("GetTemplate", kind="fail", code="AccessDenied", message="Not authorized.", status=403)
    job = made(planned)
    sandbox.forget()
    assert job.status == Status.FAILED
    bucket = backend_of(planned.plan).bucket
    account.client("s3").put_object(Bucket=bucket, Key="#current-cloud-backend.zip", Body=b"pushed")
    planned.refresh_from_db()
    undo = clones.undone(planned)
    assert (undo.status, undo.error_code) == (Status.FAILED, "PushedMeanwhile")
    assert in_aws(clones.source_backend(account), planned)["stack"] == ["CREATE_COMPLETE"]
    assert Environment.objects.filter(project=planned.project, name=planned.plan.name).exists()


def test_a_standalone_environment_is_refused_where_the_resources_changed(account: Account) -> None:
    own = account.plant()
    planned = standalone_plan(make_project("Gone"), choice=own.choice)
    account.client("cognito-idp").delete_user_pool_client(
        UserPoolId=own.choice.user_pool_id, ClientId=own.choice.web_client_id
    )
    job = made(planned)
    assert job.status == Status.FAILED
    assert "Nothing was made." in job.error_next_step
    assert not planned.project.environments.exists()


def test_a_cancelled_job_leaves_what_it_made_to_be_undone(
    account: Account, planned: PlannedClone, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = backend_making.make_stack
    job = started(planned)

    def cancelled(*arguments: Any) -> None:
        real(*arguments)
        jobs.cancel(job=Job.objects.get(pk=job.pk), actor=ACTOR)

    monkeypatch.setattr(backend_making, "make_stack", cancelled)
    clones.run(job)
    assert job.status == Status.CANCELLED
    assert job.can_be_undone
    planned.refresh_from_db()
    undo = clones.undone(planned)
    assert undo.status == Status.SUCCEEDED, words_of(undo)
    assert in_aws(clones.source_backend(account), planned) == NOTHING
    job.refresh_from_db()
    assert (job.can_be_undone, job.can_be_retried, job.result["undone"]) == (False, False, True)
