"""Two pushes of one environment in the same moment: one of them writes, the other one says why it does not."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from deployments import push_job, services
from deployments.models import Deployment, Phase
from jobs import lifecycle
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR
from tests.deployments.pushing import Stage, assert_nothing_left, watched_calls

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def at_the_same_moment(*actions: Callable[[], Any]) -> list[Any]:
    """What each answered or raised."""
    gate = threading.Barrier(len(actions))
    answers: list[Any] = [None] * len(actions)

    def act(number: int, action: Callable[[], Any]) -> None:
        gate.wait(10)
        try:
            answers[number] = action()
        except Exception as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_two_clicks_start_one_job(stage: Stage) -> None:
    def click() -> Job:
        return services.start_push(deployment=stage.deployment, actor=ACTOR, send=False)

    first, second = at_the_same_moment(click, click)

    assert first == second
    assert Job.objects.filter(kind=push_job.KIND).count() == 1


def test_of_two_pushes_at_once_exactly_one_writes(stage: Stage) -> None:
    twin = Deployment.objects.create(
        environment=stage.environment, document=stage.deployment.document, created_by_name="Sample"
    )
    jobs = [services._enqueue(one, stage.environment, ACTOR, send=False) for one in (stage.deployment, twin)]

    with watched_calls() as calls:
        ended = at_the_same_moment(*(lambda job=job: lifecycle.run_now(job, push_job.push) for job in jobs))

    won = [job for job in ended if job.status == Status.SUCCEEDED]
    assert len(won) == 1, [(job.status, job.error_words) for job in ended]
    (lost,) = [job for job in ended if job not in won]
    assert lost.error_code in ("PushAtWork", "CloudChanged", "DeploymentInProgress", "StackBusy", "ChangedSinceReview")
    assert calls.made.count("s3:PutObject #current-cloud-backend.zip") == 1
    assert calls.made.count("cloudformation:ExecuteChangeSet") == 1
    assert not stage.is_old()
    Deployment.objects.filter(phase=Phase.PLANNED).delete()
    assert_nothing_left(stage.environment, stage.backend)


def test_two_jobs_of_one_push_do_not_run_at_once(stage: Stage) -> None:
    jobs = [services._enqueue(stage.deployment, stage.environment, ACTOR, send=False) for _ in range(2)]

    with watched_calls() as calls:
        ended = at_the_same_moment(*(lambda job=job: lifecycle.run_now(job, push_job.push) for job in jobs))

    assert sorted(job.status for job in ended) == ["failed", "succeeded"]
    assert calls.made.count("cloudformation:ExecuteChangeSet") == 1
    assert not stage.is_old()
    assert_nothing_left(stage.environment, stage.backend)


def test_the_database_itself_allows_one_push_at_work(stage: Stage) -> None:
    Deployment.objects.filter(pk=stage.deployment.pk).update(phase=Phase.APPLYING)
    for phase in (Phase.APPLYING, Phase.RESTORING):
        with pytest.raises(IntegrityError), transaction.atomic():
            Deployment.objects.create(environment=stage.environment, document={}, phase=phase)


def test_two_schedules_at_once_take_an_interrupted_push_up_once(stage: Stage) -> None:
    Deployment.objects.filter(pk=stage.deployment.pk).update(phase=Phase.APPLYING)

    taken = at_the_same_moment(services.recover, services.recover, services.recover)

    assert sorted(taken) == [0, 0, 1]
    assert Job.objects.filter(kind=push_job.KIND).count() == 1
