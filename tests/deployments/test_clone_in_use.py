"""A new environment that somebody uses before it is finished: neither undo nor retry takes away what is not its own."""

import json
from typing import Any

import pytest
from django.utils import timezone

from deployments import backend_making, planning
from deployments.cloning.making import backend_of
from deployments.cloning.models import PlannedClone
from deployments.cloning.plan import Carried
from deployments.models import Deployment, Phase
from environments.models import Environment
from jobs import services as jobs
from jobs.models import Job, Status
from tests.auth_import.planted import Account
from tests.deployments import clones
from tests.deployments.clones import ACTOR, amplify_plan, assert_made, in_aws, made, words_of
from tests.deployments.pushing import environment_of
from tests.factories import make_environment, make_project

pytestmark = pytest.mark.django_db
TABLE = {"Type": "AWS::SNS::Topic", "Properties": {}}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend_making, "POLL_SECONDS", 0.01)


@pytest.fixture
def failed(account: Account, sandbox: Any) -> Job:
    """A job that has made everything, and failed when it read it back."""
    planned = amplify_plan(make_project("Used"), clones.source_backend(account), choice=None)
    sandbox.fail("GetTemplate", kind="fail", code="AccessDenied", message="Not authorized.", status=403)
    job = made(planned)
    sandbox.forget()
    assert job.status == Status.FAILED, words_of(job)
    return job


def planned_of(job: Job) -> PlannedClone:
    return PlannedClone.objects.select_related("project", "environment").get(pk=job.payload["planned"])


def push_stack(account: Account, planned: PlannedClone, resources: dict[str, Any]) -> None:
    """What `amplify push` does first; the archive is the last thing it writes."""
    name, cloudformation = backend_of(planned.plan).stack_name, account.client("cloudformation")
    template = cloudformation.get_template(StackName=name)["TemplateBody"]
    template = json.loads(template) if isinstance(template, str) else template
    cloudformation.update_stack(
        StackName=name,
        TemplateBody=json.dumps({**template, "Resources": {**template["Resources"], **resources}}),
        Parameters=[{"ParameterKey": one, "UsePreviousValue": True} for one in template["Parameters"]],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )


def push_archive(account: Account, planned: PlannedClone, body: bytes = b"pushed") -> None:
    bucket = backend_of(planned.plan).bucket
    account.client("s3").put_object(Bucket=bucket, Key="#current-cloud-backend.zip", Body=body)


def assert_kept(account: Account, planned: PlannedClone, undo: Job, code: str) -> None:
    assert (undo.status, undo.error_code) == (Status.FAILED, code), words_of(undo)
    there = in_aws(clones.source_backend(account), planned)
    assert (there["bucket"], len(there["stack"])) == (True, 1)
    assert Environment.objects.filter(project=planned.project, name=planned.plan.name).exists()


def test_a_push_between_two_attempts_of_the_undo_is_not_undone(account: Account, failed: Job) -> None:
    planned = planned_of(failed)
    busy = Job.objects.create(
        project=planned.project, environment=planned.environment, kind="push", title="Push", permission="push",
        deadline_at=timezone.now(),
    )  # fmt: skip
    undo = clones.undone(planned)
    assert_kept(account, planned, undo, "AtWork")
    push_archive(account, planned)
    Job.objects.filter(pk=busy.pk).update(status=Status.SUCCEEDED)
    assert_kept(account, planned, clones.run(jobs.retry(job=undo, actor=ACTOR)), "PushedMeanwhile")


def test_what_a_push_has_deployed_already_is_not_undone(account: Account, failed: Job) -> None:
    planned = planned_of(failed)
    push_stack(account, planned, {"apishop": TABLE})
    undo = clones.undone(planned)
    assert_kept(account, planned, undo, "PushedMeanwhile")
    assert "apishop" in undo.error_message


def test_a_retry_does_not_take_a_failed_push_for_a_stack_that_was_never_made(account: Account, failed: Job) -> None:
    planned = planned_of(failed)
    push_stack(account, planned, {"apishop": TABLE})
    role = backend_of(planned.plan).roles[0]
    taken = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": role, "AssumeRolePolicyDocument": {}}}
    push_stack(account, planned, {"Another": taken})
    there = in_aws(clones.source_backend(account), planned)
    assert there["stack"] == ["UPDATE_ROLLBACK_COMPLETE"]
    again = clones.run(jobs.retry(job=failed, actor=ACTOR))
    assert in_aws(clones.source_backend(account), planned) == there, words_of(again)
    assert again.status == Status.SUCCEEDED, words_of(again)


def test_an_interrupted_push_of_the_console_is_not_undone(account: Account, failed: Job) -> None:
    planned = planned_of(failed)
    assert planned.environment
    Deployment.objects.create(environment=planned.environment, document={}, phase=Phase.APPLYING)
    assert_kept(account, planned, clones.undone(planned), "AtWork")


def test_what_another_project_is_connected_to_is_not_undone(account: Account, failed: Job) -> None:
    planned = planned_of(failed)
    assert planned.environment
    make_environment(
        make_project("Others"), planned.plan.name, kind="amplify", region="eu-west-1", app_id=planned.plan.app_id
    )
    undo = clones.undone(planned)
    assert_kept(account, planned, undo, "UsedElsewhere")
    Environment.objects.filter(project__name="Others").delete()
    assert clones.run(jobs.retry(job=undo, actor=ACTOR)).status == Status.SUCCEEDED


def test_a_stack_that_is_not_known_as_its_own_is_left_and_named(account: Account, failed: Job) -> None:
    planned = planned_of(failed)
    Job.objects.filter(pk=failed.pk).update(payload={"planned": 0})
    undo = clones.undone(planned)
    assert undo.status == Status.SUCCEEDED, words_of(undo)
    there = in_aws(clones.source_backend(account), planned)
    assert there["stack"] == ["CREATE_COMPLETE"]
    assert f"Stays: the stack {backend_of(planned.plan).stack_name}" in undo.steps.get(name="look").detail


def test_a_retry_finishes_what_somebody_has_pushed_already(account: Account, failed: Job) -> None:
    backend, planned = clones.source_backend(account), planned_of(failed)
    pushed = clones.document_of(backend, planned).with_files({"custom/notes.txt": b"theirs"}).render(planning.now())
    push_archive(account, planned, pushed)
    job = clones.run(jobs.retry(job=failed, actor=ACTOR))
    assert job.status == Status.SUCCEEDED, words_of(job)
    assert "Somebody has pushed it since it was made" in job.steps.get(name="verify").detail
    assert clones.document_of(backend, planned).read("custom/notes.txt") == b"theirs"
    assert planned_of(failed).made["finished"]


def test_a_source_that_goes_after_everything_came_along_is_missed_no_more(account: Account, sandbox: Any) -> None:
    backend = clones.source_backend(account)
    source = environment_of(backend)
    planned = amplify_plan(source.project, backend, choice=None, source=source, carried=(Carried.FUNCTIONS,))
    sandbox.fail("GetTemplate", kind="fail", code="AccessDenied", message="Not authorized.", status=403)
    job = made(planned)
    sandbox.forget()
    source.delete()
    assert_made(backend, planned, clones.run(jobs.retry(job=job, actor=ACTOR)))
