"""A swap where the backend has the old resources: the push says so, and leaves nothing of the old ones."""

import pytest

from auth_import import services
from auth_import.models import CognitoLink
from auth_import.observation import Choice
from auth_import.preflight import preflight
from auth_import.services import keep_plan, plan_of
from deployments.push_plan import PushPlan
from jobs import lifecycle
from jobs.models import Status
from tests.auth_import.journeys import ACTOR, nobody_else
from tests.auth_import.planted import Account
from tests.deployments.pushing import importing, previewed, pushed, pushing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


def swap(link: CognitoLink, choice: Choice) -> None:
    environment = link.environment
    checked = preflight(environment=environment, choice=choice, sees=nobody_else, relink=True)
    plan = plan_of(checked, environment=environment, accepted=(), reason="", replaces=link)
    planned = keep_plan(plan=plan, environment=environment, actor=ACTOR)
    job = services.start_import(planned=planned, actor=ACTOR, send=False)
    assert lifecycle.run_now(job, services.apply_import).status == Status.SUCCEEDED


def test_a_swap_without_an_identity_pool_takes_the_old_ones_parameters_away(account: Account) -> None:
    stage = importing(account)
    pushed(stage.environment)
    old = CognitoLink.objects.get(environment=stage.environment)
    assert old.identity_pool_id
    new = account.plant(identity_pool=False).choice
    swap(old, new)
    deployment = previewed(stage.environment)
    assert PushPlan.from_dict(deployment.document).change == "swap"
    job = pushing(deployment)
    assert job.status == Status.SUCCEEDED, (job.error_words, job.error_message)
    everything = str(stage.backend.everything())
    assert new.user_pool_id in everything
    for gone in (old.user_pool_id, old.web_client_id, old.native_client_id, old.identity_pool_id):
        assert gone not in everything, gone
    assert CognitoLink.objects.get(environment=stage.environment).pushed
