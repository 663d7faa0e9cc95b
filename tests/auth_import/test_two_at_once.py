"""Two people, two clicks, two workers at the same moment: one link, one job, and words for the other one."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from auth_import import new_identity_pool, services
from auth_import.models import CognitoLink
from auth_import.observation import Choice
from environments.models import Environment
from jobs import lifecycle
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR, address, audited, link_for, plan_for, signed_in
from tests.auth_import.planted import choice_of

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sandbox", "environment"),
]

AT_ONCE = 4


def together(*bodies: Callable[[], Any]) -> list[Any]:
    """Every body in a thread of its own, started at one moment; their answers, or what they raised."""
    start, answers = threading.Barrier(len(bodies)), [None] * len(bodies)

    def run(place: int, body: Callable[[], Any]) -> None:
        start.wait(10)
        try:
            answers[place] = body()
        except Exception as error:
            answers[place] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(bodies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return answers


def test_a_form_sent_several_times_at_once_starts_one_job(environment: Environment, good: Choice) -> None:
    planned = plan_for(environment, good)
    browsers = [signed_in(environment) for _ in range(AT_ONCE)]
    url = address(environment, "apply-plan", plan_id=planned.pk)
    answers = together(*[lambda browser=browser: browser.post(url) for browser in browsers])
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer["Location"] for answer in answers}) == 1
    assert Job.objects.count() == 1


def test_two_plans_at_once_make_one_link_and_the_loser_is_told(environment: Environment, good: Choice) -> None:
    plans = [plan_for(environment, good), plan_for(environment, choice_of("mfa-on"))]
    jobs = [services.start_import(planned=planned, actor=ACTOR, send=False) for planned in plans]
    together(*[lambda job=job: lifecycle.run_now(job, services.apply_import) for job in jobs])
    done = sorted(Job.objects.values_list("status", "error_code"))
    assert done == [(Status.FAILED, "AlreadyLinked"), (Status.SUCCEEDED, "")]
    assert "linked this environment to" in Job.objects.get(status=Status.FAILED).error_words
    winner = Job.objects.get(status=Status.SUCCEEDED)
    assert CognitoLink.objects.get().planned_import_id == winner.payload["planned_import"]
    assert len(audited("auth_import:link:import")) == 1


def test_a_job_delivered_twice_at_once_links_once(environment: Environment, good: Choice) -> None:
    job = services.start_import(planned=plan_for(environment, good), actor=ACTOR, send=False)
    together(*[lambda: lifecycle.perform(job.pk, services.apply_import) for _ in range(AT_ONCE)])
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Status.SUCCEEDED, 1)
    assert CognitoLink.objects.count() == len(audited("auth_import:link:import")) == 1


def test_several_clicks_make_one_job_for_a_new_identity_pool(environment: Environment, good: Choice) -> None:
    answers = together(
        *[lambda: new_identity_pool.start(environment=environment, choice=good, actor=ACTOR).pk for _ in range(AT_ONCE)]
    )
    assert len(set(answers)) == Job.objects.count() == 1


def test_check_again_beside_unlink_is_never_an_error(environment: Environment, good: Choice) -> None:
    link = link_for(environment, good)
    checker, unlinker = signed_in(environment), signed_in(environment)
    answers = together(
        lambda: checker.post(address(environment, "check-link")),
        lambda: unlinker.post(address(environment, "unlink"), {"confirm": environment.name}),
    )
    assert {answer.status_code for answer in answers} == {303}
    assert not CognitoLink.objects.filter(pk=link.pk).exists()


def test_unlinking_twice_at_once_is_audited_once(environment: Environment, good: Choice) -> None:
    link_for(environment, good)
    links = [CognitoLink.objects.select_related("environment__project").get() for _ in range(2)]
    together(*[lambda link=link: services.unlink(link=link, actor=ACTOR) for link in links])
    assert len(audited("auth_import:link:unlink")) == 1
