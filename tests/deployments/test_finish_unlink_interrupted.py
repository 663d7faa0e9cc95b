"""Finishing an unlink, interrupted: the next worker, or the schedule, ends what an earlier one has begun."""

import json

import pytest
from django.utils import timezone

from auth_import.models import CognitoLink, UnpushedUnlink
from auth_import.services import unlink
from environments.models import Environment
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR, audited
from tests.auth_import.planted import Account
from tests.deployments.pushing import (
    DEATHS,
    META_WRITE,
    ZIP_WRITE,
    assert_nothing_left,
    at,
    importing,
    pushing_with,
    watched_calls,
)
from tests.deployments.unlinking import (
    FINISHED,
    Pushed,
    actor_of_jobs,
    assert_finished,
    by_itself,
    run,
    shared_pushed,
    unlinked,
    waiting,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(account: Account, db: None) -> Pushed:
    return shared_pushed(account)


@pytest.fixture
def link(place: Pushed) -> CognitoLink:
    return place.again()


@pytest.fixture
def environment(link: CognitoLink) -> Environment:
    return link.environment


def test_an_interrupted_push_is_ended_first(account: Account) -> None:
    stage = importing(account)
    pushing_with(stage, at(META_WRITE, 1, DEATHS["after"]))
    link = CognitoLink.objects.select_related("environment__project").get(environment=stage.environment)
    job = unlink(link=link, actor=ACTOR, finish=True, send=False)
    assert job is not None
    assert run(job).status == Status.FAILED
    assert "at work" in job.error_words
    by_itself(stage.environment)
    assert not UnpushedUnlink.objects.exists()
    assert json.loads(stage.backend.read("amplify-meta.json"))["auth"] == {}
    assert len(audited(FINISHED)) == 1
    assert_nothing_left(stage.environment, stage.backend)


@pytest.mark.parametrize(
    ("call", "number", "death"),
    [
        ("ssm:GetParametersByPath", 1, "after"),
        ("ssm:GetParametersByPath", 2, "before"),
        (ZIP_WRITE, 1, "before"),
        (META_WRITE, 1, "after"),
        ("s3:DeleteObject deployment-state.json", 1, "after"),
    ],
)
@pytest.mark.slow
def test_a_worker_may_die_anywhere(
    environment: Environment, link: CognitoLink, place: Pushed, call: str, number: int, death: str
) -> None:
    job = unlinked(link)
    with watched_calls() as calls:
        calls.happen = at(call, number, DEATHS[death])
        run(job)
    assert job.status == Status.RUNNING, (job.error_words, calls.made)
    by_itself(environment)
    assert_finished(environment, place)


def test_a_job_whose_worker_died_without_a_word_is_followed_by_the_schedule(
    environment: Environment, link: CognitoLink, place: Pushed
) -> None:
    job = unlinked(link)
    Job.objects.filter(pk=job.pk).update(status=Status.FAILED, finished=timezone.now())
    assert waiting(environment).stage == "trying"
    by_itself(environment)
    assert_finished(environment, place)
    assert actor_of_jobs(environment) == ACTOR.name
