"""The job that gives a function access: as reviewed and in no other way, and it says what exists where it fails."""

import threading
import time
from typing import Any

import pytest

from auth_import.models import CognitoLink
from function_access.direct import settling
from function_access.direct.services import at_work
from function_access.models import FunctionGrant
from jobs.models import Job, Status
from tests.auth_import.conftest import without_retries as without_retries
from tests.auth_import.journeys import audited
from tests.function_access.direct.stage import LOGS, SECRET, VARIABLE, Stage, run

pytestmark = pytest.mark.django_db

GRANTED = "function_access:function:grant"
DENIED: dict[str, Any] = {"kind": "fail", "code": "AccessDeniedException", "message": "No."}


def test_a_function_gets_the_variable_and_the_policy_and_nothing_else_changes(stage: Stage) -> None:
    plan = stage.plan(("read", "update"))
    job = stage.given(("read", "update"))
    assert stage.variables() == {"API_KEY": SECRET, "TABLE": "orders", VARIABLE: stage.pool_id}
    assert stage.policies() == {"logs": LOGS, plan.policy.name: plan.policy.after}
    grant = stage.grant
    assert (grant.state, grant.operations, grant.job_id) == (FunctionGrant.State.APPLIED, ["read", "update"], job.pk)
    assert (grant.actions, grant.user_pool_id) == (list(plan.actions), stage.pool_id)
    [event] = audited(GRANTED)
    assert event.before == {"variables": {VARIABLE: None}, "policies": {plan.policy.name: None}}
    assert event.after is not None
    assert event.after["policies"] == {plan.policy.name: plan.policy.after}
    assert (event.target, event.actor_name) == (f"function {stage.function}", "Sample Person")
    assert SECRET not in str((job.payload, job.result, grant.before, event.before, event.after))
    assert job.return_url == f"/projects/shop/dev/functions/{stage.function}/"


def test_two_clicks_find_one_job_and_one_that_is_over_is_not_in_the_way(stage: Stage) -> None:
    job = stage.start()
    assert stage.start() == job
    assert at_work(stage.environment, stage.function) == job
    run(job)
    again = stage.start()
    assert again != job
    run(again)
    assert len(audited(GRANTED)) == 2


@pytest.mark.parametrize("changed", ["variable", "policy", "role", "link", "room", "key"])
def test_what_changed_since_the_review_is_refused_and_nothing_is_done(stage: Stage, changed: str) -> None:
    plan = stage.plan()
    job = stage.start(plan)
    if changed == "variable":
        stage.set_variables(**{VARIABLE: "eu-west-1_Other"})
    elif changed == "policy":
        stage.put_policy(plan.policy.name, LOGS)
    elif changed == "role":
        stage.client("lambda").update_function_configuration(
            FunctionName=stage.function, Role="arn:aws:iam::123456789012:role/console-full"
        )
    elif changed == "room":
        stage.set_variables(A="x" * 4080)
    elif changed == "key":
        stage.ask_function(undecipherable=True)
    else:
        CognitoLink.objects.update(user_pool_id="eu-west-1_Swapped")
    before = stage.in_aws()
    run(job)
    assert (job.status, job.error_code) == (Status.FAILED, "ChangedMeanwhile")
    assert "since this was reviewed" in job.error_words
    assert job.error_next_step.endswith("Nothing was changed.")
    assert stage.in_aws() == before
    assert not FunctionGrant.objects.exists()
    assert not audited(GRANTED)


@pytest.mark.usefixtures("without_retries")
def test_a_refused_second_call_leaves_a_row_that_undoes_the_first_and_retry_goes_on(stage: Stage) -> None:
    plan = stage.plan()
    stage.sandbox.fail("UpdateFunctionConfiguration", times=1, **DENIED)
    job = run(stage.start(plan))
    assert (job.status, job.error_code, job.error_action) == (
        Status.FAILED,
        "AccessDeniedException",
        "lambda:UpdateFunctionConfiguration",
    )
    assert f"Changed by now: the policy {plan.policy.name}" in job.error_next_step
    assert "the variable" not in job.error_next_step
    assert stage.grant.state == FunctionGrant.State.UNFINISHED
    stage.taken()
    assert stage.in_aws() == stage.first
    stage.sandbox.fail("UpdateFunctionConfiguration", times=1, **DENIED)
    failed = run(stage.start(plan))
    again = run(Job.objects.get(pk=_retried(failed).pk))
    assert again.status == Status.SUCCEEDED
    assert stage.variables()[VARIABLE] == stage.pool_id
    stage.taken()
    assert stage.in_aws() == stage.first


def _retried(job: Job) -> Job:
    from jobs import services as jobs
    from tests.function_access.direct.stage import ACTOR

    return jobs.retry(job=job, actor=ACTOR)


@pytest.mark.usefixtures("without_retries")
def test_a_refused_first_call_leaves_the_row_as_it_was(stage: Stage) -> None:
    stage.given(("read",))
    stage.sandbox.fail("PutRolePolicy", times=1, **DENIED)
    job = run(stage.start(stage.plan(("read", "delete"))))
    assert (job.status, "Nothing was changed." in job.error_next_step) == (Status.FAILED, True)
    assert (stage.grant.state, stage.grant.operations) == (FunctionGrant.State.APPLIED, ["read"])
    stage.taken()
    assert stage.in_aws() == stage.first


def test_an_update_that_lambda_is_at_work_on_is_waited_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "PATIENCE", 10.0)
    stage.ask_function(takes_ms=60_000)
    stage.client("lambda").update_function_configuration(FunctionName=stage.function, Description="theirs")
    plan = stage.plan()
    assert any("at work" in note for note in plan.notes)
    job = stage.start(plan)
    before = len(stage.sandbox.calls("PutRolePolicy"))

    def end_theirs() -> None:
        while len(stage.sandbox.calls("PutRolePolicy")) == before:
            time.sleep(0.01)
        stage.ask_function(settle=True, takes_ms=30)

    thread = threading.Thread(target=end_theirs)
    thread.start()
    run(job)
    thread.join()
    assert job.status == Status.SUCCEEDED, job.error_words
    assert stage.variables()[VARIABLE] == stage.pool_id


@pytest.mark.slow
def test_an_update_that_never_ends_or_fails_is_told(stage: Stage) -> None:
    stage.ask_function(takes_ms=60_000)
    job = run(stage.start())
    assert (job.status, job.error_code) == (Status.FAILED, "InProgress")
    stage.ask_function(settle=True, takes_ms=0, fails="The subnet is full.")
    job = run(stage.start())
    assert (job.error_code, job.error_message) == ("LastUpdateFailed", "The subnet is full.")


@pytest.mark.usefixtures("without_retries")
def test_the_policy_is_taken_for_written_only_once_iam_says_so(stage: Stage) -> None:
    job = stage.start()
    before = len(stage.sandbox.calls("PutRolePolicy"))
    # The first reading is the comparison, the second one stands before the write, and the third one follows it.
    stage.sandbox.fail("GetRolePolicy", kind="fail", code="NoSuchEntity", status=404, after=2, times=1)
    run(job)
    assert job.status == Status.SUCCEEDED, job.error_words
    assert len(stage.sandbox.calls("PutRolePolicy")) == before + 1
    assert not stage.sandbox.faults()


def test_a_greater_access_after_a_smaller_one_goes_back_to_nothing(stage: Stage) -> None:
    stage.given(("read",))
    stage.given(("read", "delete"))
    assert stage.grant.operations == ["read", "delete"]
    stage.taken()
    assert stage.in_aws() == stage.first
