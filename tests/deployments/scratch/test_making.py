"""From the wish to the managed link: once, however often the worker is lost."""

from typing import Any

import pytest

from audit.record import Actor
from auth_import import services as auth
from auth_import.models import CognitoLink
from deployments.scratch import create_job, preview_job, services
from deployments.scratch.models import PlannedAuth
from environments.models import Environment
from jobs import lifecycle
from jobs import services as jobs
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR, audited, link_for
from tests.auth_import.planted import Account
from tests.deployments.scratch.scratching import WorkerDied, dying_after, ended, made, previewed, requeued, wish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


def stack_of(account: Account, name: str) -> dict[str, Any]:
    """The stack of this name, {} where there is none."""
    pages = account.client("cloudformation").get_paginator("describe_stacks").paginate()
    return next((one for page in pages for one in page["Stacks"] if one["StackName"] == name), {})


def is_whole(environment: Environment, account: Account) -> CognitoLink:
    """One of everything, linked and managed, and told once."""
    planned = PlannedAuth.objects.get(environment=environment)
    link = CognitoLink.objects.get(environment=environment)
    assert (planned.phase, planned.account) == ("done", "123456789012")
    assert (link.managed_stack, link.managed_stack_name) == (planned.stack_id, planned.stack_name)
    assert link.failing == 0, [row for row in link.findings if row["severity"] == "fail"]
    stack = stack_of(account, planned.stack_name)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {row["OutputKey"]: row["OutputValue"] for row in stack["Outputs"]}
    assert (outputs["UserPoolId"], outputs["IdentityPoolId"]) == (link.user_pool_id, link.identity_pool_id)
    assert [one.target for one in audited("deployments:managed:plan")] == [planned.stack_name]
    assert [one.target for one in audited("deployments:managed:create")] == [planned.stack_name]
    assert len(audited("auth_import:link:import")) == 1
    return link


def test_what_is_previewed_is_made_linked_and_managed(free: Environment, account: Account) -> None:
    planned = previewed(free, wish(guests=True))
    assert planned.phase == "planned"
    assert stack_of(account, planned.stack_name)["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert {one["action"] for one in planned.changes} == {"Add"}
    assert [one["type"] for one in planned.changes].count("AWS::IAM::Role") == 2
    job = ended(services.apply(planned=planned, actor=ACTOR, send=False), create_job.create)
    link = is_whole(free, account)
    assert link.auth_outputs.identity_pool
    assert link.auth_outputs.identity_pool.allow_unauthenticated
    assert job.continue_url == f"/projects/{free.project.slug}/dev/authentication/"
    again = Job.objects.get(pk=services.apply(planned=planned, actor=ACTOR, send=False).pk)
    assert again == job, "what was made is not made twice"


@pytest.mark.parametrize("operation", ["CreateChangeSet", "DescribeChangeSet"])
def test_a_preview_whose_worker_is_lost_is_finished_by_the_next(
    free: Environment, account: Account, operation: str
) -> None:
    planned = services.plan(environment=free, new=wish(), actor=ACTOR, send=False)
    assert planned.preview_job
    with dying_after(free, "cloudformation", operation), pytest.raises(WorkerDied):
        lifecycle.perform(planned.preview_job.pk, preview_job.preview)
    ended(requeued(planned.preview_job), preview_job.preview)
    planned.refresh_from_db()
    assert planned.phase == "planned"
    change_sets = account.client("cloudformation").list_change_sets(StackName=planned.stack_name)["Summaries"]
    assert len(change_sets) == 1


def test_a_preview_that_aws_refuses_is_told_and_can_be_retried(
    free: Environment, account: Account, sandbox: Any
) -> None:
    sandbox.fail("CreateChangeSet", kind="fail", code="AccessDenied", message="Not authorized.", status=403)
    planned = services.plan(environment=free, new=wish(), actor=ACTOR, send=False)
    assert planned.preview_job
    failed = ended(planned.preview_job, preview_job.preview, Status.FAILED)
    assert "CreateChangeSet" in failed.error_action
    sandbox.forget()
    again = jobs.retry(job=failed, actor=ACTOR)
    ended(again, preview_job.preview)
    planned.refresh_from_db()
    assert (planned.phase, planned.preview_job) == ("planned", again)


@pytest.mark.slow
@pytest.mark.parametrize("step", [name for name, _ in create_job.STEPS])
def test_a_worker_lost_before_any_step_is_made_good_by_the_next_one(
    free: Environment, account: Account, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = services.apply(planned=previewed(free), actor=ACTOR, send=False)
    real = lifecycle.Run.step

    def die(self: Any, name: str, **more: Any) -> Any:
        if name == step:
            raise WorkerDied
        return real(self, name, **more)

    monkeypatch.setattr(lifecycle.Run, "step", die)
    with pytest.raises(WorkerDied):
        lifecycle.perform(job.pk, create_job.create)
    monkeypatch.setattr(lifecycle.Run, "step", real)
    ended(requeued(job), create_job.create)
    is_whole(free, account)


@pytest.mark.parametrize("operation", ["ExecuteChangeSet", pytest.param("DescribeStacks", marks=pytest.mark.slow)])
def test_a_worker_lost_right_after_a_call_is_made_good_by_the_next_one(
    free: Environment, account: Account, operation: str
) -> None:
    job = services.apply(planned=previewed(free), actor=ACTOR, send=False)
    with dying_after(free, "cloudformation", operation), pytest.raises(WorkerDied):
        lifecycle.perform(job.pk, create_job.create)
    ended(requeued(job), create_job.create)
    is_whole(free, account)


def test_run_again_after_the_end_it_changes_nothing(free: Environment, account: Account, sandbox: Any) -> None:
    made(free)
    job = Job.objects.get(kind=create_job.KIND)
    sandbox.forget()
    Job.objects.filter(pk=job.pk).update(status=Status.QUEUED, finished=None)
    ended(Job.objects.get(pk=job.pk), create_job.create)
    is_whole(free, account)
    reads = ("Get", "List", "Describe")
    assert {one["operation"] for one in sandbox.calls() if not one["operation"].startswith(reads)} == set()


def test_what_cloudformation_takes_back_is_told_cleaned_and_can_be_tried_again(
    free: Environment, account: Account, sandbox: Any
) -> None:
    planned = previewed(free)
    sandbox.stack(planned.stack_name, fail_resource="IdentityPool", reason="Too many identity pools.")
    job = ended(services.apply(planned=planned, actor=ACTOR, send=False), create_job.create, Status.FAILED)
    assert job.error_code == "ROLLBACK_COMPLETE"
    assert "IdentityPool: Too many identity pools." in job.error_message
    assert not job.can_be_retried, "the same again would only find the stack as it is"
    planned.refresh_from_db()
    assert planned.is_stranded
    assert services.throw_away(planned)
    assert stack_of(account, planned.stack_name) == {}
    assert not services.throw_away(planned), "once is enough"
    sandbox.forget()
    assert previewed(free, wish()).phase == "planned"


def test_a_protected_pool_that_survived_the_roll_back_is_cleaned_too(
    free: Environment, account: Account, sandbox: Any
) -> None:
    new = wish(deletion_protection=True)
    planned = previewed(free, new)
    sandbox.stack(planned.stack_name, fail_resource="Roles", reason="No.")
    job = ended(services.apply(planned=planned, actor=ACTOR, send=False), create_job.create, Status.FAILED)
    assert job.error_code.startswith("ROLLBACK_")
    planned.refresh_from_db()
    assert services.throw_away(planned)
    assert stack_of(account, planned.stack_name) == {}
    pools = account.client("cognito-idp").get_paginator("list_user_pools").paginate(MaxResults=60)
    assert not [one for page in pools for one in page["UserPools"] if one["Name"] == f"{new.name}_users"]


def test_a_preview_deleted_in_aws_is_told(free: Environment, account: Account) -> None:
    planned = previewed(free)
    account.client("cloudformation").delete_stack(StackName=planned.stack_id)
    job = ended(services.apply(planned=planned, actor=ACTOR, send=False), create_job.create, Status.FAILED)
    assert job.error_code == "PreviewGone"
    assert "Nothing was made" in job.error_next_step
    planned.refresh_from_db()
    assert services.throw_away(planned), "and the plan itself can be thrown away"


def test_a_failure_after_the_stack_is_made_leaves_it_to_a_retry(
    free: Environment, account: Account, sandbox: Any
) -> None:
    planned = previewed(free)
    denied = {"kind": "fail", "code": "AccessDeniedException", "message": "Not authorized.", "status": 400}
    sandbox.fail("DescribeIdentityPool", **denied)
    job = ended(services.apply(planned=planned, actor=ACTOR, send=False), create_job.create, Status.FAILED)
    assert planned.stack_name in job.error_next_step
    assert not CognitoLink.objects.filter(environment=free).exists()
    planned.refresh_from_db()
    with pytest.raises(Exception, match="Retry the job to link it"):
        services.throw_away(planned)
    sandbox.forget()
    again = jobs.retry(job=job, actor=Actor(name="Somebody else"))
    planned.refresh_from_db()
    ended(again, create_job.create)
    is_whole(free, account)


def test_a_linked_environment_gets_nothing_of_its_own(free: Environment, account: Account) -> None:
    planned = previewed(free)
    link_for(free, account.plant().user_pool_only)
    with pytest.raises(services.NotPossible, match="is linked to planted-"):
        services.plan(environment=free, new=wish(), actor=ACTOR, send=False)
    with pytest.raises(services.NotPossible, match="Unlink that first"):
        services.apply(planned=planned, actor=ACTOR, send=False)
    auth.unlink(link=CognitoLink.objects.get(environment=free), actor=ACTOR)
    job = services.apply(planned=planned, actor=ACTOR, send=False)
    link_for(free, account.plant().user_pool_only)
    ended(job, create_job.create, Status.FAILED)
    assert stack_of(account, planned.stack_name)["StackStatus"] == "REVIEW_IN_PROGRESS"


def test_two_clicks_start_one_job_and_other_work_is_waited_for(free: Environment) -> None:
    new = wish()
    first = services.plan(environment=free, new=new, actor=ACTOR, send=False)
    assert services.plan(environment=free, new=new, actor=ACTOR, send=False) == first
    with pytest.raises(services.NotPossible, match="is at work in this environment"):
        services.plan(environment=free, new=wish(), actor=ACTOR, send=False)
    with pytest.raises(services.NotPossible, match="still being previewed"):
        services.apply(planned=first, actor=ACTOR, send=False)
    with pytest.raises(services.NotPossible, match="is at work on this plan"):
        services.throw_away(first)


def test_a_new_preview_replaces_the_one_that_waits(free: Environment, account: Account) -> None:
    old, new = previewed(free), previewed(free)
    old.refresh_from_db()
    assert (old.phase, new.phase) == ("discarded", "planned")
    assert stack_of(account, old.stack_name) == {}
    with pytest.raises(services.NotPossible, match="used already"):
        services.apply(planned=old, actor=ACTOR, send=False)
