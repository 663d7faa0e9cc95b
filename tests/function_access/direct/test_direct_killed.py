"""A worker that dies at any moment of giving or taking access: the next one ends with the same."""

from typing import Any

import pytest

from function_access.models import FunctionGrant
from jobs import lifecycle, services
from jobs.models import Job
from tests.auth_import.journeys import audited
from tests.function_access.direct.stage import VARIABLE, Stage, WorkerDied, dying, run, run_again, succeeded

pytestmark = pytest.mark.django_db

slow = pytest.mark.slow
UPDATE = "lambda:UpdateFunctionConfiguration"
GIVING = ("iam:PutRolePolicy", UPDATE)
TAKING = ("iam:DeleteRolePolicy", UPDATE)


def moments(writes: tuple[str, ...]) -> list[Any]:
    """Before and after each write; those after are the ones that leave something half done."""
    return [
        *(pytest.param(write, "after", id=f"after {write}") for write in writes),
        *(pytest.param(write, "before", id=f"before {write}", marks=slow) for write in writes),
    ]


def is_given_once(stage: Stage, job: Job) -> None:
    succeeded(job)
    assert stage.variables()[VARIABLE] == stage.pool_id
    assert len(stage.policies()) == 2
    assert stage.grant.state == FunctionGrant.State.APPLIED
    assert len(audited("function_access:function:grant")) == 1
    # What is to be put back is what was there before the first attempt, and not the work of the one that died.
    stage.taken()
    assert stage.in_aws() == stage.first


def is_taken_once(stage: Stage, job: Job) -> None:
    succeeded(job)
    assert stage.in_aws() == stage.first
    assert not FunctionGrant.objects.exists()
    assert len(audited("function_access:function:revoke")) == 1


@pytest.mark.parametrize(("write", "how"), moments(GIVING))
def test_a_gift_that_dies_at_a_write_is_made_good(stage: Stage, write: str, how: str) -> None:
    job = stage.start()
    with dying(stage.environment, write, how) as died, pytest.raises(WorkerDied):
        run(job)
    assert died
    is_given_once(stage, run_again(job))


def test_a_greater_gift_that_dies_does_not_take_the_smaller_one_for_what_was_there_first(stage: Stage) -> None:
    stage.given(("read",))
    job = stage.start(stage.plan(("read", "delete")))
    with dying(stage.environment, GIVING[0], "after"), pytest.raises(WorkerDied):
        run(job)
    succeeded(run_again(job))
    assert stage.grant.operations == ["read", "delete"]
    stage.taken()
    assert stage.in_aws() == stage.first


@pytest.mark.parametrize(("write", "how"), moments(TAKING))
def test_a_taking_that_dies_at_a_write_is_made_good(stage: Stage, write: str, how: str) -> None:
    stage.given()
    job = stage.start_revoke()
    with dying(stage.environment, write, how) as died, pytest.raises(WorkerDied):
        run(job)
    assert died
    is_taken_once(stage, run_again(job))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gift", "taking"])
@pytest.mark.parametrize("step", ["check", "policy", "variable", "verify"])
def test_a_worker_lost_before_any_step_is_made_good(
    stage: Stage, step: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "taking":
        stage.given()
    job = stage.start() if kind == "gift" else stage.start_revoke()
    real = lifecycle.Run.step

    def die(self: Any, name: str, **more: Any) -> Any:
        if name == step:
            raise WorkerDied
        return real(self, name, **more)

    with monkeypatch.context() as patch:
        patch.setattr(lifecycle.Run, "step", die)
        with pytest.raises(WorkerDied):
            run(job)
    (is_given_once if kind == "gift" else is_taken_once)(stage, run_again(job))


@pytest.mark.parametrize("kind", ["gift", pytest.param("taking", marks=slow)])
def test_a_worker_lost_before_it_can_say_that_it_is_done_has_done_it_once(
    stage: Stage, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "taking":
        stage.given()
    job = stage.start() if kind == "gift" else stage.start_revoke()

    def die(*_: Any, **__: Any) -> None:
        raise WorkerDied

    with monkeypatch.context() as patch:
        patch.setattr(services, "finish", die)
        with pytest.raises(WorkerDied):
            run(job)
    (is_given_once if kind == "gift" else is_taken_once)(stage, run_again(job))


@pytest.mark.slow
def test_a_job_that_dies_at_every_write_in_turn_ends_whole(stage: Stage) -> None:
    job = stage.start()
    for write in GIVING:
        with dying(stage.environment, write, "after"), pytest.raises(WorkerDied):
            run_again(job) if job.attempts else run(job)
        job.refresh_from_db()
    is_given_once(stage, run_again(job))
