"""What happens late: cancelling when the link is written, checking twice, plans nobody used, blocked unlinking."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.signals import post_save
from django.test import Client
from django.utils import timezone

from auth_import import dependents, services
from auth_import.dependents import Dependent
from auth_import.import_job import apply_import
from auth_import.management.commands.import_auth import job_words
from auth_import.models import CognitoLink, PlannedImport
from auth_import.observation import Choice
from auth_import.preflight import link_of
from environments.models import Environment
from environments.permissions import Role
from jobs import lifecycle
from jobs import services as jobs
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR, address, bearer, job_for, link_for, plan_for, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


def test_cancelling_after_the_link_is_written_does_not_end_as_cancelled(environment: Environment, good: Choice) -> None:
    job = services.start_import(planned=plan_for(environment, good), actor=ACTOR, send=False)

    def cancel(**_: Any) -> None:
        assert jobs.cancel(job=Job.objects.get(pk=job.pk), actor=ACTOR)

    post_save.connect(cancel, sender=CognitoLink)
    try:
        job = lifecycle.run_now(job, apply_import)
    finally:
        post_save.disconnect(cancel, sender=CognitoLink)
    assert job.status == Status.SUCCEEDED
    assert link_of(environment)


def test_the_command_says_that_the_link_exists_all_the_same(environment: Environment, good: Choice) -> None:
    job = job_for(plan_for(environment, good))
    job.status, job.error_words = Status.CANCELLED, ""
    assert "The link exists all the same" in job_words(job, link_of(environment))
    assert "Nothing was linked" in job_words(job, None)
    job.status, job.error_words = Status.FAILED, "The job did not finish before its deadline."
    assert "The link exists all the same" in job_words(job, link_of(environment))
    assert "exists" in job.steps.get(name="apply").detail


def test_a_check_right_after_another_one_answers_with_that_one(
    environment: Environment, good: Choice, sandbox: Any
) -> None:
    link = link_for(environment, good)
    link.checked = timezone.now()
    link.save(update_fields=["checked"])
    viewer = signed_in(environment, Role.VIEWER)
    sandbox.forget()
    answer = viewer.post(address(environment, "check-link"), follow=True)
    assert "ago. Wait half a minute to check again." in answer.content.decode()
    assert sandbox.calls() == []
    scripted = Client().post(address(environment, "check-link"), headers=bearer(environment, Role.VIEWER)).json()
    assert scripted["checked"] == link.checked.isoformat()
    assert sandbox.calls() == []
    CognitoLink.objects.update(checked=timezone.now() - timedelta(seconds=31))
    viewer.post(address(environment, "check-link"))
    assert sandbox.calls()


def test_whoever_may_import_is_never_answered_with_an_older_check(
    environment: Environment, good: Choice, sandbox: Any
) -> None:
    link = link_for(environment, good)
    link.checked = timezone.now()
    link.save(update_fields=["checked"])
    sandbox.forget()
    signed_in(environment, Role.FULL_ACCESS).post(address(environment, "check-link"))
    assert sandbox.calls()


def test_an_unused_plan_goes_after_a_week_when_a_new_one_is_kept(environment: Environment, good: Choice) -> None:
    old, used, young = (plan_for(environment, good) for _ in range(3))
    services.start_import(planned=used, actor=ACTOR, send=False)
    PlannedImport.objects.filter(pk__in=[old.pk, used.pk]).update(created=timezone.now() - timedelta(days=8))
    new = plan_for(environment, good)
    assert set(PlannedImport.objects.values_list("pk", flat=True)) == {used.pk, young.pk, new.pk}


@pytest.fixture
def needed(environment: Environment, good: Choice) -> Iterator[CognitoLink]:
    def question(_: CognitoLink) -> list[Dependent]:
        return [Dependent(title="Function access", words="Take the functions' access away first.", blocks=True)]

    dependents.register(question)
    yield link_for(environment, good)
    dependents._questions.remove(question)


def test_what_blocks_keeps_the_link_and_says_so(environment: Environment, needed: CognitoLink, member: Client) -> None:
    url, form = address(environment, "unlink"), {"confirm": environment.name}
    page = member.post(url, form)
    assert page.status_code == 409
    assert "Take the functions' access away first." in page.content.decode().replace("&#x27;", "'")
    scripted = Client().post(url, form, headers=bearer(environment))
    assert scripted.status_code == 409
    assert "Take the functions' access away first." in scripted.json()["error"]
    with pytest.raises(services.StillNeeded):
        services.unlink(link=needed, actor=ACTOR)
    assert link_of(environment)
