"""A push that is cancelled, late, killed, or refused by CloudFormation; and what takes it up again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from auth_import.models import CognitoLink, UnpushedUnlink
from auth_import.services import unlink
from backend_state.models import KeptFile
from deployments import services
from deployments.models import Deployment, Phase
from jobs import services as job_services
from jobs.models import MAXIMUM_ATTEMPTS, Job, Status
from tests.auth_import.journeys import ACTOR
from tests.auth_import.planted import Account
from tests.deployments.planted_backends import plant
from tests.deployments.pushing import (
    DEATHS,
    EXECUTE,
    FAULTS,
    META_WRITE,
    STATE_WRITE,
    ZIP_WRITE,
    Calls,
    Stage,
    assert_nothing_left,
    at,
    by_itself,
    environment_of,
    just_before,
    linked,
    parameter_of,
    pushed,
    pushing,
    pushing_with,
    run,
    stage_of,
    watched_calls,
)

pytestmark = pytest.mark.django_db

PARAMETER = "ssm:PutParameter AMPLIFY_auth_{app}_webClientId"
PAUSES = {0: 5, 1: 10, 6: 320, 7: 600, 19: 600, 20: 3600, 21: 3600, 400: 3600}
"""How many times a push was taken up, and the seconds from the end of its job to the next time: they grow, then it
is hourly, and it is never given up."""


@pytest.mark.parametrize(
    "moment",
    [META_WRITE, EXECUTE, *(pytest.param(one, marks=pytest.mark.slow) for one in (STATE_WRITE, ZIP_WRITE, PARAMETER))],
)
def test_a_cancelled_push_is_undone_or_was_finished_already(stage: Stage, moment: str) -> None:
    job = services.start_push(deployment=stage.deployment, actor=ACTOR, send=False)
    moment = moment.format(app=stage.backend.names.app)
    with watched_calls() as calls:
        calls.happen = just_before(moment, lambda: job_services.cancel(job=job, actor=ACTOR))
        run(job)

    if moment == EXECUTE:
        # CloudFormation has taken it, and there is no way back.
        assert job.status == Status.SUCCEEDED
        assert not stage.is_old()
    else:
        assert job.status == Status.CANCELLED
        assert stage.is_old()
    assert_nothing_left(stage.environment, stage.backend)


def test_a_push_cancelled_after_its_worker_died_is_undone_and_not_finished(stage: Stage) -> None:
    job = pushing_with(stage, at(META_WRITE, 1, DEATHS["after"]))
    assert job_services.cancel(job=job, actor=ACTOR)

    last = by_itself(stage.environment)

    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    assert (last.status, last.error_words) == (Status.FAILED, "The push was cancelled.")
    assert stage.is_old()
    assert_nothing_left(stage.environment, stage.backend)


def test_a_push_cancelled_while_cloudformation_is_at_work_goes_on_to_its_end(stage: Stage) -> None:
    job = pushing_with(stage, at(EXECUTE, 1, DEATHS["after"]))
    job_services.cancel(job=job, actor=ACTOR)

    last = by_itself(stage.environment)

    assert last.status == Status.SUCCEEDED
    assert not stage.is_old()
    assert CognitoLink.objects.get(environment=stage.environment).pushed
    assert_nothing_left(stage.environment, stage.backend)


def _overdue(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))


def test_a_push_past_its_deadline_is_undone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def late() -> None:
        monkeypatch.setattr("jobs.lifecycle.timezone.now", lambda: datetime.now(UTC) + timedelta(days=1))

    with monkeypatch.context():
        job = pushing_with(stage, just_before(META_WRITE, late))

    assert job.status == Status.FAILED
    assert "deadline" in job.error_words
    assert stage.is_old()
    assert_nothing_left(stage.environment, stage.backend)


def test_a_worker_whose_job_was_given_up_writes_nothing_more(stage: Stage) -> None:
    """The tick has failed the job, and another one takes the push up while the first worker still breathes."""
    job = services.start_push(deployment=stage.deployment, actor=ACTOR, send=False)

    def give_up() -> None:
        _overdue(job)
        job_services.tick()

    with watched_calls() as calls:
        calls.happen = just_before(META_WRITE, give_up)
        run(job)

    writes = [name for name in calls.made if ":Put" in name or ":Delete" in name or ":Execute" in name]
    assert writes[-1] == META_WRITE
    assert by_itself(stage.environment).status == Status.SUCCEEDED
    assert_nothing_left(stage.environment, stage.backend)


@pytest.mark.slow
def test_a_push_killed_too_often_is_taken_up_by_a_job_of_its_own(stage: Stage) -> None:
    job = pushing_with(stage, at(META_WRITE, 1, DEATHS["after"]))
    for attempt in range(2, MAXIMUM_ATTEMPTS + 1):
        Job.objects.filter(pk=job.pk).update(heartbeat=timezone.now() - timedelta(hours=1))
        job_services.tick()
        with watched_calls() as calls:
            calls.happen = at(EXECUTE, 1, DEATHS["before"])
            run(job)
        assert (job.status, job.attempts) == (Status.RUNNING, attempt)

    last = by_itself(stage.environment)

    job.refresh_from_db()
    assert job.status == Status.FAILED
    assert "stopped in the middle" in job.error_words
    assert last.pk != job.pk
    assert last.status == Status.SUCCEEDED
    assert_nothing_left(stage.environment, stage.backend)


def test_a_push_whose_undo_is_denied_for_long_is_taken_up_again_until_it_is_allowed(stage: Stage) -> None:
    def ended(seconds_ago: int) -> None:
        Job.objects.filter(pk=job.pk).update(finished=timezone.now() - timedelta(seconds=seconds_ago))

    refused = (f"ssm:PutParameter {parameter_of(stage, 'webClientId')}", "ssm:DeleteParameters")
    job = services.start_push(deployment=stage.deployment, actor=ACTOR, send=False)
    with watched_calls() as calls:
        calls.happen = lambda name, _, request: FAULTS["denied"](request) if name in refused else None
        run(job)
        for times, pause in PAUSES.items():
            Deployment.objects.filter(pk=stage.deployment.pk).update(recoveries=times)
            assert (job.status, job.error_code) == (Status.FAILED, "AccessDenied")
            assert "the console tries again by itself" in job.error_next_step.lower()
            ended(pause - 2)
            assert services.recover() == 0
            ended(pause + 2)
            assert services.recover() == 1
            assert services.recover() == 0, "it is at work already"
            job = run(Job.objects.get(kind=job.kind, status=Status.QUEUED))
    assert Deployment.objects.get(pk=stage.deployment.pk).phase == Phase.RESTORING
    assert KeptFile.objects.exists()
    assert not stage.is_old()

    ended(3602)
    assert services.recover() == 1
    run(Job.objects.get(kind=job.kind, status=Status.QUEUED))

    assert Deployment.objects.get(pk=stage.deployment.pk).phase == Phase.RESTORED
    assert stage.is_old()
    assert_nothing_left(stage.environment, stage.backend)
    assert services.recover() == 0


def test_a_retry_beside_the_console_s_own_job_does_not_run_at_the_same_time(stage: Stage) -> None:
    """Two jobs of one push would undo each other's writes."""
    job = pushing_with(stage, at("cloudformation:GetTemplate", 2, FAULTS["throttled"], for_ever=True))
    Job.objects.filter(pk=job.pk).update(finished=timezone.now() - timedelta(hours=1))
    assert services.recover() == 1
    again = job_services.retry(job=job, actor=ACTOR)

    run(again)

    assert (again.status, again.error_code) == (Status.FAILED, "PushAtWork")
    by_itself(stage.environment)
    assert Deployment.objects.get(pk=stage.deployment.pk).phase == Phase.APPLIED
    assert_nothing_left(stage.environment, stage.backend)


def test_nothing_that_a_push_needs_goes_while_it_is_interrupted(stage: Stage) -> None:
    from django.core.exceptions import ValidationError

    from admin_ui import changes

    pushing_with(stage, at("cloudformation:GetTemplate", 2, FAULTS["throttled"], for_ever=True))
    environment = stage.environment

    with pytest.raises(ValidationError, match="interrupted push"):
        changes.remove_environment(environment=environment, actor=ACTOR)
    with pytest.raises(ValidationError, match="interrupted push"):
        changes.remove_project(project=environment.project, actor=ACTOR)
    with pytest.raises(services.NotPossible, match="interrupted push"):
        services.start_preview(environment=environment, actor=ACTOR, send=False)
    # An unlink is possible whatever is at work: what the push leaves in the cloud is taken out there afterwards.
    unlink(link=CognitoLink.objects.get(environment=environment), actor=ACTOR)
    assert UnpushedUnlink.objects.filter(environment=environment).exists()
    assert changes.why_fixed(environment) == changes.HALF_WAY


def test_copies_of_a_push_whose_environment_is_gone_are_deleted(stage: Stage) -> None:
    pushing_with(stage, at(META_WRITE, 1, DEATHS["after"]))
    assert KeptFile.objects.exists()
    stage.environment.delete()

    services.recover()

    assert not KeptFile.objects.exists()


def test_a_pull_meanwhile_does_not_call_the_link_pushed(stage: Stage, settings: Any) -> None:
    from deployments import pull_job
    from jobs import lifecycle

    def pull() -> None:
        job = services.start_pull(environment=stage.environment, actor=ACTOR, send=False)
        assert lifecycle.run_now(job, pull_job.pull).status == Status.SUCCEEDED

    pushing_with(stage, just_before(EXECUTE, pull, then=at(EXECUTE, 1, FAULTS["denied"])))

    assert stage.is_old()
    assert not CognitoLink.objects.get(environment=stage.environment).pushed


def test_a_new_key_of_the_console_says_what_is_missing_and_goes_on_with_the_old_one(
    stage: Stage, settings: Any
) -> None:
    pushing_with(stage, at(META_WRITE, 1, DEATHS["after"]))
    key, settings.ENCRYPTION_KEY = settings.ENCRYPTION_KEY, "another key"
    failed = by_itself(stage.environment, most=2)
    assert (failed.error_code, failed.status) == ("CopiesUnreadable", Status.FAILED)
    assert "ENCRYPTION_KEY_FALLBACKS" in failed.error_next_step

    settings.ENCRYPTION_KEY_FALLBACKS = [key]

    by_itself(stage.environment)
    assert stage.is_old()
    assert_nothing_left(stage.environment, stage.backend)


def test_a_stack_that_cannot_be_changed_leaves_everything_as_it_was(
    stage: Stage, account: Account, sandbox: Any
) -> None:
    sandbox.stack(
        stage.backend.names.stack_name,
        fail_resource="storagephotos/S3AuthPublicPolicy",
        reason="The role is not assumable.",
    )

    job = pushing(stage.deployment)

    assert job.status == Status.FAILED
    assert "CloudFormation could not change the root stack" in job.error_words
    assert (job.error_code, job.error_message) == ("S3AuthPublicPolicy", "The role is not assumable.")
    assert stage.is_old()
    assert stage.backend.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert_nothing_left(stage.environment, stage.backend)


def test_a_stack_that_cannot_be_undone_is_told_with_the_command_that_helps(stage: Stage, sandbox: Any) -> None:
    name = stage.backend.names.stack_name
    sandbox.stack(name, fail_resource="storagephotos/S3AuthPublicPolicy", reason="No.", rollback_fails=True)

    job = pushing(stage.deployment)

    assert job.status == Status.FAILED
    assert f"aws cloudformation continue-update-rollback --stack-name {name}" in job.error_next_step
    assert stage.is_old()
    assert stage.backend.status() == "UPDATE_ROLLBACK_FAILED"

    # Somebody brings the stack back, as those words say, for the next test.
    sandbox.stack(name, status="UPDATE_ROLLBACK_COMPLETE")


def test_an_api_whose_pool_is_gone_is_rolled_back_with_its_own_message(account: Account) -> None:
    """The pool vanishes in the moment before CloudFormation gives it to the API."""
    old, new = account.plant().choice, account.plant().choice
    backend = plant(account, kinds=("api",), pool_id=old.user_pool_id)
    environment = environment_of(backend)
    linked(environment, new)
    stage = stage_of(backend, environment)
    cognito = account.client("cognito-idp")

    def delete_pool() -> None:
        cognito.update_user_pool(UserPoolId=new.user_pool_id, DeletionProtection="INACTIVE")
        cognito.delete_user_pool(UserPoolId=new.user_pool_id)

    job = pushing_with(stage, just_before(EXECUTE, delete_pool))

    assert job.status == Status.FAILED
    assert job.error_code == "GraphQLAPI"
    assert f"User pool {new.user_pool_id} does not exist" in job.error_message
    assert stage.is_old()
    assert_nothing_left(environment, backend)


@pytest.mark.slow
def test_a_stack_that_takes_long_is_waited_for_by_the_next_job(
    stage: Stage, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.stack(stage.backend.names.stack_name, takes_ms=1500)
    with monkeypatch.context() as patience:
        patience.setattr("deployments.writing.STACK_PATIENCE", timedelta(0))
        job = pushing(stage.deployment)

    assert job.status == Status.FAILED
    assert "has not finished" in job.error_words
    assert Deployment.objects.get(pk=stage.deployment.pk).phase == Phase.APPLYING
    assert by_itself(stage.environment).status == Status.SUCCEEDED
    assert_nothing_left(stage.environment, stage.backend)


def test_a_preview_that_fails_half_way_leaves_no_change_set(stage: Stage) -> None:
    from tests.deployments.pushing import previewing

    services.discard(deployment=stage.deployment)
    stage.again().delete()
    before = stage.backend.open_change_sets()
    with watched_calls() as calls:
        calls.happen = at("cloudformation:DescribeChangeSet", 1, FAULTS["throttled"], for_ever=True)
        job = previewing(stage.environment)

    assert job.status == Status.FAILED
    assert stage.backend.open_change_sets() == before
    assert isinstance(calls, Calls)


def test_a_second_push_finds_what_the_first_left(stage: Stage) -> None:
    """A push that was undone is no obstacle to the next one."""
    job = pushing_with(stage, at(META_WRITE, 1, FAULTS["denied"]))
    assert job.status == Status.FAILED

    assert pushed(stage.environment).phase == Phase.APPLIED
