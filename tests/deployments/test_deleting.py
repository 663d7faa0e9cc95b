"""Removing an environment together with its Amplify backend: all of it, and never users."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from admin_ui import changes
from auth_import.models import CognitoLink, UnpushedUnlink
from aws.sandbox.backends.root_template import nested_stack
from backend_state.models import KnownBackend
from deployments import backend_making, pull_job, services
from deployments.deleting import job as deleting_job
from deployments.deleting.services import start_deleting
from deployments.services import NotPossible
from environments.models import Environment
from jobs import lifecycle
from jobs import services as jobs
from jobs.models import Job, Status
from tests.auth_import.journeys import audited
from tests.auth_import.planted import Account
from tests.deployments.clones import ACTOR, words_of
from tests.deployments.planted_backends import CloudBackend, plant
from tests.deployments.pushing import DEATHS, any_choice, linked, watched_calls
from tests.factories import make_environment, make_project

pytestmark = pytest.mark.django_db
CALLS = (
    "cloudformation:DeleteStack",
    "s3:DeleteObjects",
    "s3:DeleteBucket",
    "amplify:DeleteBackendEnvironment",
    "ssm:DeleteParameters",
)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend_making, "POLL_SECONDS", 0.01)


@pytest.fixture
def backend(account: Account) -> CloudBackend:
    return plant(account, kinds=("function",))


def pulled(environment: Environment) -> None:
    job = services.start_pull(environment=environment, actor=ACTOR, send=False)
    assert lifecycle.run_now(job, pull_job.pull).status == Status.SUCCEEDED


def deleted(environment: Environment) -> Job:
    return run(start_deleting(environment=environment, actor=ACTOR, send=False))


def run(job: Job) -> Job:
    return lifecycle.run_now(job, deleting_job.delete_backend)


def is_gone(backend: CloudBackend) -> bool:
    names, client = backend.names, backend.client
    environments = client("amplify").list_backend_environments(appId=names.app_id)["backendEnvironments"]
    lists = client("cloudformation").get_paginator("describe_stacks").paginate()
    stacks = [one["StackName"] for page in lists for one in page["Stacks"]]
    buckets = [one["Name"] for one in client("s3").list_buckets()["Buckets"]]
    left = [one for one in stacks if one.startswith(names.stack_name)]
    return not (environments or left or backend.bucket in buckets or backend.parameters())


def test_everything_of_the_backend_goes_and_the_imported_pool_stays(
    account: Account, environment: Environment, backend: CloudBackend
) -> None:
    choice = any_choice(account)
    linked(environment, choice)
    pulled(environment)
    backend.client("s3").put_bucket_versioning(Bucket=backend.bucket, VersioningConfiguration={"Status": "Enabled"})
    backend.write("old.txt", "1")
    backend.write("old.txt", "2")
    backend.client("s3").delete_object(Bucket=backend.bucket, Key="old.txt")
    pool, identity = account.describe_pool(choice), account.describe_identity_pool(choice)

    job = deleted(environment)

    assert job.status == Status.SUCCEEDED, words_of(job)
    assert is_gone(backend)
    assert not Environment.objects.filter(pk=environment.pk).exists()
    assert (account.describe_pool(choice), account.describe_identity_pool(choice)) == (pool, identity)
    assert account.client("amplify").get_app(appId=backend.names.app_id)
    assert len(audited("deployments:backend:delete")) == 4
    assert len(audited("environments:environment:remove")) == 1


@pytest.mark.parametrize("how", [pytest.param("before", marks=pytest.mark.slow), "after"])
def test_a_job_that_dies_at_every_deletion_ends_with_nothing_left(
    environment: Environment, backend: CloudBackend, how: str
) -> None:
    pulled(environment)
    left = list(CALLS)

    def happen(called: str, number: int, request: Any) -> Any:
        found = next((one for one in left if called.startswith(one)), None)
        if found is None:
            return None
        left.remove(found)
        return DEATHS[how](request)

    job = start_deleting(environment=environment, actor=ACTOR, send=False)
    with watched_calls() as calls:
        calls.happen = happen
        while not job.is_finished:
            try:
                lifecycle.perform(job.pk, deleting_job.delete_backend)
            except SystemExit:
                job.refresh_from_db()
                assert job.move_to(Status.QUEUED, attempt=job.attempts)
            job.refresh_from_db()
    assert job.status == Status.SUCCEEDED, words_of(job)
    assert left == []
    assert is_gone(backend)


@pytest.mark.parametrize(
    "gone", [*(pytest.param(one, marks=pytest.mark.slow) for one in ("app", "stack")), "bucket", "all"]
)
def test_it_finishes_when_something_is_gone_already(environment: Environment, backend: CloudBackend, gone: str) -> None:
    pulled(environment)
    client, names = backend.client, backend.names
    if gone in ("bucket", "all"):
        for key in backend.objects():
            client("s3").delete_object(Bucket=backend.bucket, Key=key)
        client("s3").delete_bucket(Bucket=backend.bucket)
    if gone in ("stack", "all"):
        client("cloudformation").delete_stack(StackName=names.stack_name)
    if gone in ("app", "all"):
        client("amplify").delete_app(appId=names.app_id)
    job = deleted(environment)
    assert job.status == Status.SUCCEEDED, words_of(job)
    assert not Environment.objects.filter(pk=environment.pk).exists()


def test_a_backend_that_manages_its_auth_is_refused_by_what_is_known_and_by_what_is_there(
    environment: Environment, backend: CloudBackend
) -> None:
    pulled(environment)
    inner = {"Resources": {"Pool": {"Type": "AWS::SNS::Topic", "Properties": {}}}}
    backend.write("amplify-cfn-templates/auth/shop.json", json.dumps(inner))
    template = backend.template()
    nested = nested_stack(backend.bucket, "amplify-cfn-templates/auth/shop.json", {})
    backend.deploy({**template, "Resources": {**template["Resources"], "authshop1234": nested}})
    job = deleted(environment)
    assert (job.status, job.error_code, job.can_be_retried) == (Status.FAILED, "ManagedAuth", False)
    assert "would delete the user pool with its users. Nothing was deleted." in job.error_words
    assert backend.status() == "UPDATE_COMPLETE"
    known = KnownBackend.objects.get(environment=environment)
    known.facts["auth"] = [{"name": "shop1234", "imported": False}]
    known.save()
    with pytest.raises(NotPossible, match="Amplify manages its auth itself"):
        start_deleting(environment=environment, actor=ACTOR, send=False)


def test_a_user_pool_in_the_root_template_itself_is_somebodys_users_too(
    environment: Environment, backend: CloudBackend
) -> None:
    pulled(environment)
    template = backend.template()
    pool = {"Type": "AWS::Cognito::UserPool", "Properties": {"UserPoolName": "own"}}
    backend.deploy({**template, "Resources": {**template["Resources"], "OwnPool": pool}})
    job = deleted(environment)
    assert (job.status, job.error_code) == (Status.FAILED, "ManagedAuth")
    assert "OwnPool" in job.error_words
    assert backend.status() == "UPDATE_COMPLETE"


def test_more_than_was_shown_is_not_deleted(environment: Environment, backend: CloudBackend) -> None:
    job = deleted(environment)
    assert (job.status, job.error_code) == (Status.FAILED, "ChangedSinceReview")
    assert "function/orderMailer" in job.error_words
    assert backend.status() == "UPDATE_COMPLETE"


def test_a_refusal_of_aws_leaves_the_environment_and_a_retry_does_the_rest(
    environment: Environment, backend: CloudBackend, sandbox: Any
) -> None:
    pulled(environment)
    sandbox.fail("DeleteBucket", kind="fail", code="AccessDenied", message="Not authorized.", status=403)
    job = deleted(environment)
    sandbox.forget()
    assert (job.status, job.error_action) == (Status.FAILED, "s3:DeleteBucket")
    assert "removing it alone works at any time" in job.error_next_step
    assert Environment.objects.filter(pk=environment.pk).exists()
    done = run(jobs.retry(job=job, actor=ACTOR))
    assert done.status == Status.SUCCEEDED, words_of(done)
    assert is_gone(backend)


def test_a_pending_unlink_stands_in_nobodys_way(environment: Environment) -> None:
    UnpushedUnlink.objects.create(
        environment=environment, resource_name="shop", user_pool_id="eu-west-1_x", user_pool_name="x", state="trying"
    )
    changes.remove_environment(environment=environment, actor=ACTOR)
    assert not UnpushedUnlink.objects.exists()


def test_the_page_lists_what_goes_and_starts_the_job_only_when_asked(
    member: Client, environment: Environment, account: Account
) -> None:
    linked(environment, any_choice(account))
    pulled(environment)
    path = f"{environment.get_absolute_url()}remove/"
    page = member.get(path).content.decode()
    for words in ("Also delete its Amplify backend", "function/orderMailer", environment.deployment_bucket):
        assert words in page
    assert "whatever you choose below" in page
    wrong = member.post(path, {"backend": "on", "confirm": "else"})
    assert (wrong.status_code, Job.objects.filter(kind="delete-backend").count()) == (422, 0)
    location = member.post(path, {"backend": "on", "confirm": environment.name})["Location"]
    job = Job.objects.get(kind="delete-backend")
    assert (location, job.permission) == (job.get_absolute_url(), "manage-environments")
    assert json.loads(json.dumps(job.payload)) == {
        "shown": ["function/orderMailer"],
        "stack": environment.stack_name,
        "bucket": environment.deployment_bucket,
    }
    assert "is not finished" in member.post(path, {"confirm": environment.name}).content.decode()
    assert CognitoLink.objects.filter(environment=environment).exists()


def test_a_job_at_work_keeps_the_backend(environment: Environment) -> None:
    busy = services.start_pull(environment=environment, actor=ACTOR, send=False)
    with pytest.raises(NotPossible, match="is not finished"):
        start_deleting(environment=environment, actor=ACTOR, send=False)
    Job.objects.filter(pk=busy.pk).update(status=Status.FAILED, finished=timezone.now())
    first = start_deleting(environment=environment, actor=ACTOR, send=False)
    assert start_deleting(environment=environment, actor=ACTOR, send=False) == first


def test_a_backend_that_another_project_uses_stays(
    member: Client, environment: Environment, backend: CloudBackend
) -> None:
    pulled(environment)
    names, others = backend.names, make_project("Others")
    job = start_deleting(environment=environment, actor=ACTOR, send=False)
    make_environment(others, names.environment, kind="amplify", app_id=names.app_id)
    ended = run(job)
    assert (ended.status, ended.error_code) == (Status.FAILED, "UsedElsewhere")
    assert backend.status() == "UPDATE_COMPLETE"
    page = member.get(f"{environment.get_absolute_url()}remove/").content.decode()
    assert "Another project of this console is connected to the backend" in page
    assert "Others" not in page
    with pytest.raises(NotPossible, match="Another project"):
        start_deleting(environment=environment, actor=ACTOR, send=False)


@pytest.mark.parametrize(
    ("change", "code"), [({"stack_name": "amplify-else"}, "ChangedSinceReview"), (None, "EnvironmentGone")]
)
def test_a_retry_deletes_what_was_confirmed_or_nothing(
    environment: Environment, backend: CloudBackend, sandbox: Any, change: dict[str, str] | None, code: str
) -> None:
    pulled(environment)
    sandbox.fail("DeleteStack", kind="fail", code="AccessDenied", message="Not authorized.", status=403)
    job = deleted(environment)
    sandbox.forget()
    assert job.status == Status.FAILED
    if change:
        Environment.objects.filter(pk=environment.pk).update(**change)
    else:
        changes.remove_environment(environment=environment, actor=ACTOR)
    job.refresh_from_db()
    again = run(jobs.retry(job=job, actor=ACTOR))
    assert (again.status, again.error_code, again.can_be_retried) == (Status.FAILED, code, False)
    assert backend.status() == "UPDATE_COMPLETE"
