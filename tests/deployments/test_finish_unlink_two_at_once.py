"""Several schedules and people in the same moment: one job at most takes an unlinked resource out of the backend."""

import pytest

from deployments.finishing import services as finishing
from jobs.models import Job
from tests.auth_import.journeys import ACTOR
from tests.auth_import.planted import Account
from tests.deployments.test_push_two_at_once import at_the_same_moment
from tests.deployments.unlinking import shared_pushed, time_passes, unlinked, waiting

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def test_schedules_and_a_click_at_once_start_one_job(account: Account) -> None:
    link = shared_pushed(account).again()
    environment = link.environment
    Job.objects.filter(pk=unlinked(link).pk).delete()
    time_passes(environment)

    def click() -> Job:
        return finishing.try_now(environment=environment, actor=ACTOR, send=False)

    answers = at_the_same_moment(finishing.start_due, finishing.start_due, click)

    (job,) = Job.objects.filter(environment=environment, kind="finish-unlink")
    assert job == answers[2]
    assert sum(answers[:2]) <= 1
    assert waiting(environment).job == job
