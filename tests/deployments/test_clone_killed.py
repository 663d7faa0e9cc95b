"""A worker that dies at any moment of a new environment's job, or of its undoing: the next one makes it good."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from django.db import connection

from auth_import.models import PlannedImport
from deployments import backend_making
from deployments.cloning.models import PlannedClone
from deployments.cloning.plan import Carried
from deployments.cloning.services import start_undo
from environments.models import Environment
from jobs.models import Job, Status
from tests.auth_import.planted import Account
from tests.deployments import clones
from tests.deployments.clones import ACTOR, NOTHING, again, amplify_plan, assert_made, in_aws, made, started, words_of
from tests.deployments.pushing import DEATHS, any_choice, environment_of, watched_calls
from tests.factories import make_project

pytestmark = pytest.mark.django_db

WRITES = (
    "amplify:CreateBackendEnvironment",
    "cloudformation:CreateStack",
    "ssm:PutParameter AMPLIFY_auth_",
    "s3:PutObject amplify-meta.json",
    "s3:PutObject studio-backend/",
    "s3:PutObject #current-cloud-backend.zip",
)
DELETIONS = (
    "ssm:DeleteParameters",
    "cloudformation:DeleteStack",
    "s3:DeleteObjects",
    "s3:DeleteBucket",
    "amplify:DeleteBackendEnvironment",
)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend_making, "POLL_SECONDS", 0.01)


@pytest.fixture
def planned(account: Account) -> PlannedClone:
    source = environment_of(clones.source_backend(account))
    carried = (Carried.DATA_MODEL, Carried.FUNCTIONS)
    return amplify_plan(
        source.project, clones.source_backend(account), choice=any_choice(account), source=source, carried=carried
    )


@contextmanager
def dying_at(writes: tuple[str, ...], how: str) -> Iterator[list[str]]:
    """Each of these writes is the last thing its process does, once. Yields those at which none has died yet."""
    left = list(writes)

    def happen(called: str, number: int, request: Any) -> AWSResponse | None:
        found = next((one for one in left if called.startswith(one)), None)
        if found is None:
            return None
        left.remove(found)
        return DEATHS[how](request)

    with watched_calls() as calls:
        calls.happen = happen
        yield left


def died_again_and_again(job: Job, most: int = 30) -> int:
    """Workers take the job up until one of them finishes it; answers how many did not."""
    deaths = 0
    while job.status == Status.RUNNING:
        again(job)
        deaths += 1
        assert deaths < most
    return deaths


@pytest.mark.parametrize("how", [pytest.param("before", marks=pytest.mark.slow), "after"])
def test_a_job_that_dies_at_every_write_one_after_the_other_ends_whole(
    account: Account, planned: PlannedClone, how: str
) -> None:
    with dying_at(WRITES, how) as left:
        job = made(planned)
        deaths = died_again_and_again(job)
    assert (left, deaths) == ([], len(WRITES))
    assert_made(clones.source_backend(account), planned, job)
    assert PlannedImport.objects.filter(environment__project=planned.project).count() == 1


@pytest.mark.parametrize("how", [pytest.param("before", marks=pytest.mark.slow), "after"])
def test_an_undo_that_dies_at_every_deletion_leaves_nothing(account: Account, planned: PlannedClone, how: str) -> None:
    with dying_at((WRITES[-1],), "after"):
        job = made(planned)
    Job.objects.filter(pk=job.pk).update(status=Status.FAILED)
    with dying_at(DELETIONS, how) as left:
        undo = clones.undone(planned)
        deaths = died_again_and_again(undo)
    assert (left, deaths) == ([], len(DELETIONS))
    assert undo.status == Status.SUCCEEDED, words_of(undo)
    assert in_aws(clones.source_backend(account), planned) == NOTHING
    planned.refresh_from_db()
    assert planned.made == {"undone": True}


@pytest.mark.slow
@pytest.mark.parametrize("how", DEATHS)
@pytest.mark.parametrize("write", WRITES)
def test_what_was_lost_at_any_write_can_be_undone(
    account: Account, planned: PlannedClone, write: str, how: str
) -> None:
    with dying_at((write,), how):
        job = made(planned)
    assert job.status == Status.RUNNING
    Job.objects.filter(pk=job.pk).update(status=Status.FAILED)
    undo = clones.undone(planned)
    assert undo.status == Status.SUCCEEDED, words_of(undo)
    assert in_aws(clones.source_backend(account), planned) == NOTHING
    assert not planned.project.environments.filter(name=planned.plan.name).exists()


class Statements:
    """Counts the statements that write, and ends the process at one of them, before it or after it."""

    def __init__(self, at: int = 0, *, after: bool = False) -> None:
        self.at, self.after, self.count = at, after, 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            return execute(sql, params, many, context)
        self.count += 1
        if self.count == self.at and not self.after:
            raise SystemExit
        answer = execute(sql, params, many, context)
        if self.count == self.at:
            raise SystemExit
        return answer


def run_watched(job: Job, statements: Statements) -> Job:
    with connection.execute_wrapper(statements):
        return clones.run(job)


def test_a_job_that_dies_between_writes_of_the_database_ends_whole(account: Account, planned: PlannedClone) -> None:
    """Here at every fifth; the slow tests take each."""
    _die_at(account, planned, every=5, after=True)


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True])
def test_a_job_that_dies_at_each_write_of_the_database_ends_whole(
    account: Account, planned: PlannedClone, after: bool
) -> None:
    _die_at(account, planned, every=1, after=after)


def _die_at(account: Account, planned: PlannedClone, *, every: int, after: bool) -> None:
    """Each worker comes a little further than the last, and each but the last dies."""
    job, at = started(planned), 1
    while True:
        run_watched(job, Statements(at, after=after))
        if job.status == Status.QUEUED:
            # It died while it took the job.
            at += every
            continue
        if job.status != Status.RUNNING:
            break
        assert job.move_to(Status.QUEUED, attempt=job.attempts)
        at += every
        assert at < 400
    assert at > 20
    assert_made(clones.source_backend(account), planned, job)


@pytest.mark.slow
def test_an_undo_that_dies_at_each_write_of_the_database_leaves_nothing(
    account: Account, planned: PlannedClone
) -> None:
    with dying_at((WRITES[-1],), "after"):
        Job.objects.filter(pk=made(planned).pk).update(status=Status.FAILED)
    job, at = start_undo(planned=planned, actor=ACTOR, send=False), 1
    while not job.is_finished:
        run_watched(job, Statements(at, after=True))
        if job.status == Status.RUNNING:
            assert job.move_to(Status.QUEUED, attempt=job.attempts)
        at += 1
    assert job.status == Status.SUCCEEDED, words_of(job)
    assert in_aws(clones.source_backend(account), planned) == NOTHING


def test_a_standalone_job_that_dies_at_each_write_of_the_database_ends_whole(account: Account) -> None:
    project = make_project("Killed")
    planned = clones.standalone_plan(project, choice=any_choice(account))
    job, at = started(planned), 1
    while not job.is_finished:
        run_watched(job, Statements(at, after=True))
        if job.status == Status.RUNNING:
            assert job.move_to(Status.QUEUED, attempt=job.attempts)
        at += 3
    assert job.status == Status.SUCCEEDED, words_of(job)
    assert Environment.objects.filter(project=project).count() == 1
    assert PlannedImport.objects.filter(environment__project=project).count() == 1
