"""A job that AWS has told to slow down goes on where it was, and stops when somebody asks."""

from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from aws.errors import Throttled
from jobs import lifecycle, services
from jobs.models import Job
from tests.factories import actor_of, make_user
from tests.jobs.sample_tasks import enqueue
from user_management import patience

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    # Two looks at this clock are a quarter of a second apart, so that each pause looks after the job.
    moments = count(step=0.25)
    monkeypatch.setattr(patience, "time", SimpleNamespace(sleep=lambda seconds: None, monotonic=lambda: next(moments)))


def throttled_for(times: int) -> lifecycle.Body:
    answers = iter([False] * times + [True])

    def ask() -> bool:
        if not next(answers):
            raise Throttled("Slow down.")
        return True

    def body(run: lifecycle.Run) -> None:
        with run.step("look"):
            run.progress(40, 100)
            assert patience.patiently(run, ask)

    return body


def test_waiting_takes_no_progress_back(tmp_path: Path) -> None:
    ended = lifecycle.run_now(enqueue(tmp_path, send=False), throttled_for(3))
    assert (ended.status, ended.done, ended.total) == ("succeeded", 40, 100)


def test_somebody_who_cancels_is_heard_while_it_waits(tmp_path: Path) -> None:
    job = enqueue(tmp_path, send=False)
    asked: list[int] = []

    def ask() -> None:
        if not asked:
            services.cancel(job=Job.objects.get(pk=job.pk), actor=actor_of(make_user("maria")))
        asked.append(1)
        assert len(asked) < 5, "nobody hears it"
        raise Throttled("Slow down.")

    def body(run: lifecycle.Run) -> None:
        with run.step("look"):
            patience.patiently(run, ask)

    assert lifecycle.run_now(job, body).status == "cancelled"
    assert len(asked) == 1
