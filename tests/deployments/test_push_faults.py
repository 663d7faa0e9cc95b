"""Old or new, never between: calls that fail, answers that are lost, processes that die, at every step of a push."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from auth_import.services import unlink
from deployments.models import Deployment, Phase
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR
from tests.auth_import.planted import Account
from tests.deployments.pushing import (
    DEATHS,
    FAULTS,
    META_WRITE,
    READS,
    ZIP_WRITE,
    Stage,
    assert_nothing_left,
    at,
    by_itself,
    importing,
    linked,
    parameter_of,
    pushed,
    pushing,
    stage_of,
    watched_calls,
)

pytestmark = pytest.mark.django_db


def _swap(account: Account) -> Stage:
    stage = importing(account, "api", "storage")
    pushed(stage.environment)
    linked(stage.environment, account.plant().choice)
    return stage_of(stage.backend, stage.environment)


def _unlink(account: Account) -> Stage:
    stage = importing(account, "storage")
    pushed(stage.environment)
    unlink(link=stage.environment.cognito_link, actor=ACTOR)
    return stage_of(stage.backend, stage.environment)


STAGES: dict[str, Callable[[Account], Stage]] = {
    "import": lambda account: importing(account, "storage"),
    "import-with-api": lambda account: importing(account, "api", "storage"),
    "import-only": importing,
    "swap": _swap,
    "unlink": _unlink,
}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change set that nobody has begun to execute is given up at once."""
    monkeypatch.setattr("deployments.writing.NOT_YET_BEGUN", 0)


def calls_of(stage: Stage) -> tuple[list[tuple[str, int]], dict[str, Any]]:
    """Every call of the push that nothing disturbs, as name and number, and the new state."""
    deployment = stage.again()
    with watched_calls() as calls:
        job = pushing(deployment)
    assert job.status == Status.SUCCEEDED, (job.error_words, job.error_message)
    assert_nothing_left(stage.environment, stage.backend)
    return [(name, calls.made[: n + 1].count(name)) for n, name in enumerate(calls.made)], stage.backend.everything()


def is_write(name: str) -> bool:
    return not name.partition(":")[2].startswith(READS)


ONE_OF_EACH_KIND = (
    "s3:PutObject deployment-state.json",
    "s3:PutObject #current-cloud-backend.zip",
    "s3:PutObject studio-backend/backend-config.json",
    "s3:PutObject amplify-meta.json",
    "ssm:PutParameter AMPLIFY_auth_{app}_webClientId",
    "cloudformation:ExecuteChangeSet",
    "s3:DeleteObject deployment-state.json",
)
"""The writes of an import, one of each kind, in their order. The quick tests take some, the slow ones every call."""
READS_AFTERWARDS = (
    ("cloudformation:DescribeStacks", 2),
    ("ssm:GetParametersByPath", 2),
    ("s3:GetObject deployment-state.json", 3),
)
"""Of what is read after the first write; with the number of the call of that name."""


def writes_of(stage: Stage) -> list[str]:
    return [name.format(app=stage.backend.names.app) for name in ONE_OF_EACH_KIND]


def play(stage: Stage, new: Any, name: str, number: int, fault: Any, *, for_ever: bool = False) -> tuple[Job, str]:
    """The push with the fault; the state right after it: "old", "new", or "between"."""
    deployment = stage.again()
    with watched_calls() as calls:
        calls.happen = at(name, number, fault, for_ever=for_ever)
        job = pushing(deployment)
    now = stage.backend.everything()
    if now == stage.old:
        return job, "old"
    return job, "new" if now == new else "between"


def assert_ends(stage: Stage, new: Any, job: Job, state: str, what: str) -> str:
    """Words for the person; and, at the latest after what the console does by itself, old or new and nothing else."""
    settled = stage.deployment.__class__.objects.get(environment=stage.environment).phase
    if job.status == Status.FAILED:
        assert job.error_words, what
        assert job.error_next_step, what
    if settled in (Phase.APPLYING, Phase.RESTORING) or job.status == Status.RUNNING:
        job = by_itself(stage.environment)
    else:
        assert state != "between", what
        assert (state == "new") == (settled == Phase.APPLIED), (what, state, settled)
    now = stage.backend.everything()
    assert now in (stage.old, new), what
    row = stage.deployment.__class__.objects.get(environment=stage.environment)
    assert (row.phase == Phase.APPLIED) == (now == new), (what, row.phase)
    assert_nothing_left(stage.environment, stage.backend)
    assert job.status != Status.SUCCEEDED or now == new, what
    return "new" if now == new else "old"


_new: dict[str, Any] = {}


@pytest.fixture
def played(stage: Stage) -> tuple[Stage, Any]:
    """An import that changes a nested stack, and the state it leads to, always the same."""
    name = stage.backend.names.stack_name
    if name not in _new:
        calls, _new[name] = calls_of(stage)
        wanted = {(name, 1) for name in writes_of(stage)} | set(READS_AFTERWARDS)
        assert wanted <= set(calls), "the calls tried here are no longer those that a push makes"
    return stage, _new[name]


def test_a_write_that_is_refused_is_undone(played: tuple[Stage, Any]) -> None:
    stage, new = played
    for name in writes_of(stage)[:-1:2] + writes_of(stage)[-2:-1]:
        job, state = play(stage, new, name, 1, FAULTS["denied"])
        assert (job.status, job.error_code, state) == (Status.FAILED, "AccessDenied", "old"), name
        assert assert_ends(stage, new, job, state, f"{name} is refused") == "old"


def test_a_read_that_fails_late_is_made_again_until_the_push_has_ended(played: tuple[Stage, Any]) -> None:
    stage, new = played
    for name, number in READS_AFTERWARDS[::2]:
        job, state = play(stage, new, name, number, FAULTS["throttled"], for_ever=True)
        assert job.status == Status.FAILED, name
        assert assert_ends(stage, new, job, state, f"{name} {number} is throttled") == "new"


def test_a_write_whose_answer_is_lost_leaves_nothing_between(played: tuple[Stage, Any]) -> None:
    stage, new = played
    for name in writes_of(stage)[1::4] + writes_of(stage)[-1:]:
        job, state = play(stage, new, name, 1, FAULTS["unheard"])
        assert_ends(stage, new, job, state, f"the answer to {name} is lost")


@pytest.mark.slow
def test_a_push_whose_process_dies_again_and_again_still_ends(played: tuple[Stage, Any]) -> None:
    """One push, and after each of its writes the process dies once: whoever comes next gets further."""
    stage, new = played
    left = writes_of(stage)

    def die(name: str, _: int, request: Any) -> Any:
        if name in left[:1]:
            left.remove(name)
            return DEATHS["after"](request)
        return None

    with watched_calls() as calls:
        calls.happen = die
        job = pushing(stage.again())
        assert job.status == Status.RUNNING
        last = by_itself(stage.environment)

    assert left == []
    assert last.status == Status.SUCCEEDED, last.error_words
    assert stage.backend.everything() == new
    assert_nothing_left(stage.environment, stage.backend)


def refusing_a_parameter(stage: Stage, afterwards: Callable[[str, int, Any], Any]) -> Any:
    """What `Calls.happen` is to be: a PutParameter is denied, and this happens to every call of the undo."""
    refused, seen = f"ssm:PutParameter {parameter_of(stage, 'webClientId')}", Counter[str]()

    def happen(name: str, count: int, request: Any) -> Any:
        if refused in seen:
            seen[name] += 1
            return afterwards(name, seen[name], request)
        if name == refused:
            seen[name] = 0
            return FAULTS["denied"](request)
        return None

    return happen


def undo_of(stage: Stage) -> list[tuple[str, int]]:
    """Every call of the undo that nothing disturbs, as name and number."""
    made: list[tuple[str, int]] = []
    with watched_calls() as calls:
        calls.happen = refusing_a_parameter(stage, lambda name, number, _: made.append((name, number)))
        job = pushing(stage.again())
    assert (job.status, job.error_code) == (Status.FAILED, "AccessDenied")
    assert stage.is_old()
    assert_nothing_left(stage.environment, stage.backend)
    return made


@pytest.mark.slow
def test_an_undo_whose_process_dies_again_and_again_still_ends(stage: Stage) -> None:
    """One undo. Before and after each of its writes the process dies once, and before each read: after a read there is
    nothing that was not there before it."""
    made = {name for name, _ in undo_of(stage)}
    assert made >= {
        "ssm:DeleteParameters",
        *(META_WRITE, ZIP_WRITE),
        "s3:DeleteObject deployment-state.json",
        "cloudformation:DeleteChangeSet",
    }
    expected = {(when, name) for when in DEATHS for name in made if when == "before" or is_write(name)}
    died: set[tuple[str, str]] = set()

    def die(name: str, _: int, request: Any) -> Any:
        for when, death in DEATHS.items():
            if (when, name) in expected - died:
                died.add((when, name))
                return death(request)
        return None

    with watched_calls() as calls:
        calls.happen = refusing_a_parameter(stage, die)
        job = pushing(stage.again())
        assert job.status == Status.RUNNING
        assert Deployment.objects.get(environment=stage.environment).phase == Phase.RESTORING
        last = by_itself(stage.environment, most=3 * len(expected))

    assert died == expected
    assert (last.status, last.error_code) == (Status.FAILED, "AccessDenied")
    assert Deployment.objects.get(environment=stage.environment).phase == Phase.RESTORED
    assert stage.is_old()
    assert_nothing_left(stage.environment, stage.backend)


@pytest.fixture(params=STAGES)
def any_stage(request: pytest.FixtureRequest, account: Account) -> Stage:
    return STAGES[request.param](account)


@pytest.mark.slow
@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "for-ever"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_call_may_fail(any_stage: Stage, fault: str, for_ever: bool) -> None:
    calls, new = calls_of(any_stage)

    for name, number in calls:
        if fault == "unheard" and not is_write(name):
            continue
        job, state = play(any_stage, new, name, number, FAULTS[fault], for_ever=for_ever)
        assert_ends(any_stage, new, job, state, f"{name} {number}: {fault}")


@pytest.mark.slow
@pytest.mark.parametrize("death", DEATHS)
def test_the_process_may_die_at_every_call(any_stage: Stage, death: str) -> None:
    calls, new = calls_of(any_stage)

    for name, number in calls:
        job, _ = play(any_stage, new, name, number, DEATHS[death])
        assert job.status == Status.RUNNING
        job = by_itself(any_stage.environment)
        assert (job.status, job.attempts) == (Status.SUCCEEDED, 2), (name, number, job.error_words)
        assert any_stage.backend.everything() == new
        assert_nothing_left(any_stage.environment, any_stage.backend)


@pytest.mark.slow
@pytest.mark.parametrize("death", DEATHS)
def test_the_process_may_die_at_every_call_of_an_undo(death: str, account: Account) -> None:
    stage = STAGES["import-with-api"](account)

    for at_this in undo_of(stage):

        def die(name: str, number: int, request: Any, last: tuple[str, int] = at_this) -> Any:
            return DEATHS[death](request) if (name, number) == last else None

        with watched_calls() as calls:
            calls.happen = refusing_a_parameter(stage, die)
            job = pushing(stage.again())
        assert job.status == Status.RUNNING, at_this
        job = by_itself(stage.environment)
        assert (job.status, job.error_code, job.attempts) == (Status.FAILED, "AccessDenied", 2), at_this
        assert stage.is_old(), at_this
        assert_nothing_left(stage.environment, stage.backend)
