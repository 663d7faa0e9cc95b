"""What an unlink and a swap say about functions that may reach the pool."""

from datetime import timedelta

import pytest
from django.utils import timezone

from auth_import.dependents import Dependent, dependents_of, swapped
from auth_import.models import CognitoLink
from function_access.direct.giving import KIND
from function_access.models import FunctionGrant
from jobs.models import Job
from tests.factories import make_environment, make_link

pytestmark = pytest.mark.django_db


def linked(kind: str = "standalone") -> CognitoLink:
    return make_link(make_environment(kind=kind, app_id="d2examplexyz01" if kind == "amplify" else ""))


def grant(link: CognitoLink, function: str, state: str) -> None:
    FunctionGrant.objects.create(environment=link.environment, function=function, operations=["read"], state=state)


def told(link: CognitoLink) -> list[Dependent]:
    return [one for one in dependents_of(link) if "unction" in one.title]


def test_without_functions_nothing_is_said() -> None:
    assert told(linked()) == []


def test_a_standalone_environments_functions_keep_what_they_have() -> None:
    link = linked()
    grant(link, "mailer", "applied")
    grant(link, "report", "unfinished")
    [one] = told(link)
    assert one.words.startswith("mailer, report may reach the pool. An unlink takes nothing away")
    assert not one.blocks
    [changed] = swapped([one], other_pool=True)
    assert "offers to give each the new pool" in changed.words
    # Other app clients of the same pool are nothing to them.
    assert swapped([one], other_pool=False) == []


def test_a_backends_functions_follow_the_pool_with_the_push() -> None:
    link = linked("amplify")
    for function, state in (("mailer", "applied"), ("old", "revoked"), ("report", "wanted")):
        grant(link, function, state)
    given, wanted = told(link)
    assert given.words.startswith("mailer, old may reach the pool, and the backend keeps its auth")
    assert "by a reference" in given.on_swap
    assert wanted.words.startswith("report: chosen, and not pushed yet.")


def test_a_job_at_work_stands_in_the_way() -> None:
    link = linked()
    job = Job.objects.create(
        project=link.environment.project,
        environment=link.environment,
        kind=KIND,
        title="Give mailer access",
        permission="grant-functions",
        actor_name="Sample",
        deadline_at=timezone.now() + timedelta(hours=1),
    )
    [one] = [one for one in dependents_of(link) if one.job]
    assert (one.title, one.job, one.blocks_unlink) == (job.title, job, True)
