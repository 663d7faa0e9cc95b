"""Taking access away: exactly what was there before comes back, and what others changed meanwhile stays."""

import pytest

from function_access.direct.restore import SID, without_ours
from function_access.direct.services import revoke, revoke_plan_of
from function_access.models import FunctionGrant
from jobs.models import Status
from tests.auth_import.journeys import audited
from tests.function_access.direct.stage import (
    ACTOR,
    LOGS,
    SECRET,
    VARIABLE,
    Stage,
    another_environment,
    make_role,
    run,
)

pytestmark = pytest.mark.django_db

REVOKED = "function_access:function:revoke"
OURS = {"Sid": SID, "Effect": "Allow", "Action": ["cognito-idp:ListUsers"], "Resource": "*"}


@pytest.mark.parametrize("had", [{}, {VARIABLE: "eu-west-1_Former"}, {VARIABLE: ""}])
def test_everything_is_as_it_was_before(stage: Stage, had: dict[str, str]) -> None:
    if had:
        stage.set_variables(API_KEY=SECRET, **had)
    before = stage.in_aws()
    stage.given()
    assert stage.in_aws() != before
    plan = revoke_plan_of(stage.environment, stage.function)
    assert [(one.before, one.after) for one in plan.variables] == [(stage.pool_id, had.get(VARIABLE))]
    assert [one.after for one in plan.policies] == [None]
    assert plan.notes == ()
    job = stage.taken()
    assert stage.in_aws() == before
    assert not FunctionGrant.objects.exists()
    [event] = audited(REVOKED)
    assert event.before is not None
    assert event.before["variables"] == {VARIABLE: stage.pool_id}
    assert event.after is not None
    assert event.after["variables"] == {VARIABLE: had.get(VARIABLE)}
    assert job.result["notes"] == []


def test_a_policy_of_the_same_name_that_was_there_comes_back(stage: Stage) -> None:
    former = {**LOGS, "Statement": [*LOGS["Statement"], {**OURS, "Sid": "Older"}]}
    stage.put_policy(stage.plan().policy.name, former)
    before = stage.in_aws()
    stage.given()
    stage.taken()
    assert stage.in_aws() == before


def test_what_somebody_changed_meanwhile_stays_and_is_told(stage: Stage) -> None:
    stage.given()
    name = stage.plan().policy.name
    ours = stage.policies()[name]
    stage.put_policy(name, {**ours, "Statement": [*ours["Statement"], *LOGS["Statement"]]})
    stage.set_variables(API_KEY=SECRET, **{VARIABLE: "eu-west-1_Theirs"})
    job = stage.taken()
    assert stage.variables()[VARIABLE] == "eu-west-1_Theirs"
    assert stage.policies()[name] == {**ours, "Statement": LOGS["Statement"]}
    assert len(job.result["notes"]) == 2
    detail = job.steps.get(name="check").detail
    assert "only the console's statement goes" in detail
    assert f"changed {VARIABLE} meanwhile" in detail
    [event] = audited(REVOKED)
    assert event.after is not None
    assert event.after["left"] == job.result["notes"]


def test_a_policy_that_is_somebody_else_s_by_now_stays(stage: Stage) -> None:
    stage.given()
    name = stage.plan().policy.name
    stage.put_policy(name, LOGS)
    job = stage.taken()
    assert stage.policies()[name] == LOGS
    assert "rewritten" in job.result["notes"][0]
    assert VARIABLE not in stage.variables()


def test_what_lambda_cannot_decrypt_keeps_the_row_so_that_it_can_be_taken_later(stage: Stage) -> None:
    stage.given()
    stage.ask_function(undecipherable=True)
    job = run(stage.start_revoke())
    assert (job.status, job.error_code) == (Status.FAILED, "VariablesUnreadable")
    assert list(stage.policies()) == ["logs"]
    stage.ask_function(undecipherable=False)
    stage.taken()
    assert stage.in_aws() == stage.first


def test_what_is_gone_needs_no_taking_away(stage: Stage) -> None:
    stage.given()
    stage.client("lambda").delete_function(FunctionName=stage.function)
    job = stage.taken()
    assert list(stage.policies()) == ["logs"]
    assert "does not exist any more" in job.result["notes"][0]


def test_the_role_the_access_was_given_to_is_cleaned_even_when_the_function_has_another(
    stage: Stage, sandbox: object
) -> None:
    stage.given()
    _, arn = make_role(sandbox)
    stage.client("lambda").update_function_configuration(FunctionName=stage.function, Role=arn)
    stage.taken()
    assert list(stage.policies()) == ["logs"]
    assert VARIABLE not in stage.variables()


def test_a_new_role_gets_the_policy_and_the_old_one_loses_it(stage: Stage, sandbox: object) -> None:
    stage.given()
    name, arn = make_role(sandbox)
    stage.client("lambda").update_function_configuration(FunctionName=stage.function, Role=arn)
    stage.given()
    assert list(stage.policies()) == ["logs"]
    assert len(stage.policies(name)) == 2
    stage.taken()
    assert list(stage.policies(name)) == ["logs"]
    assert VARIABLE not in stage.variables()


@pytest.mark.parametrize("first", ["dev", pytest.param("staging", marks=pytest.mark.slow)])
def test_two_environments_that_share_a_function_do_not_take_from_each_other(stage: Stage, first: str) -> None:
    stage.given()
    other = another_environment(stage)
    other.given()
    assert len(stage.policies()) == 3
    one, two = (stage, other) if first == "dev" else (other, stage)
    job = one.taken()
    assert stage.variables()[VARIABLE] == stage.pool_id
    assert len(stage.policies()) == 2
    assert ["needs it too" in note for note in job.result["notes"]] == ([True] if first == "dev" else [])
    two.taken()
    assert stage.in_aws() == stage.first


def test_a_second_click_finds_the_job_and_nothing_given_is_nothing_to_take(stage: Stage) -> None:
    with pytest.raises(LookupError):
        revoke(environment=stage.environment, function=stage.function, actor=ACTOR)
    stage.given()
    job = revoke(
        environment=stage.environment, function=stage.function, actor=ACTOR, reason="No longer needed", send=False
    )
    assert (stage.start_revoke(), stage.grant.job) == (job, job)
    assert stage.start(stage.plan(("delete",))) == job
    run(job)
    assert job.status == Status.SUCCEEDED
    assert audited(REVOKED)[0].reason == "No longer needed"


def test_the_console_s_statement_is_known_in_an_edited_policy() -> None:
    assert without_ours({**LOGS, "Statement": [OURS, *LOGS["Statement"]]}) == LOGS
    assert without_ours({**LOGS, "Statement": OURS}) is None
    assert without_ours({**LOGS, "Statement": [{**OURS, "Action": "edited"}]}) is None
    assert without_ours(LOGS) is LOGS
    assert without_ours({**LOGS, "Statement": LOGS["Statement"][0]})["Statement"] == LOGS["Statement"][0]  # type: ignore[index]
