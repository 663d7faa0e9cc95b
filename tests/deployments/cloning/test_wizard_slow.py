"""AWS that does not answer while somebody goes through the wizard: every page comes, and says what is not read."""

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from deployments.models import PlannedClone
from tests.deployments.cloning.test_wizard import CLONE, PLACE, chosen, dev, planted
from tests.deployments.cloning.test_wizard_amplify import WANTED, source
from tests.deployments.reading_pages import main_of

if TYPE_CHECKING:
    from environments.models import Environment

__all__ = ["dev", "planted", "source"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


@pytest.fixture(autouse=True)
def _little_patience(settings: Any) -> None:
    settings.SCREEN_DEADLINE_SECONDS = 0.6


@pytest.mark.parametrize("operation", ["*", "GetCallerIdentity"])
def test_each_step_for_an_app_answers_in_time(
    owner: Client, source: "Environment", sandbox: Any, operation: str
) -> None:
    sandbox.fail(operation, kind="hang")
    first = owner.post(CLONE, {"name": "qa"})
    assert (first.status_code, "did not answer in time" in first.content.decode()) == (422, True)
    last = owner.post(CLONE, WANTED)
    assert (last.status_code, "did not answer in time" in last.content.decode()) == (422, True)
    assert not PlannedClone.objects.exists()


def test_what_was_answered_is_told_beside_what_was_not(
    owner: Client, source: "Environment", sandbox: Any, settings: Any
) -> None:
    settings.SCREEN_DEADLINE_SECONDS = 1.5
    sandbox.fail("HeadBucket", kind="hang")
    words = main_of(owner.get(CLONE, WANTED).content.decode())
    assert "The AWS account answers Passed account 123456789012" in words
    assert re.search(r"-deployment: [^(]*\(DeadlineExceeded\)", words)


@pytest.mark.parametrize(
    ("operation", "resources"), [("*", "same"), ("*", "others"), ("DescribeUserPoolClient", "others")]
)
def test_each_step_with_resources_answers_in_time(
    owner: Client, dev: "Environment", planted: Any, sandbox: Any, operation: str, resources: str
) -> None:
    sandbox.fail(operation, kind="hang")
    wanted = PLACE | (chosen(planted) if resources == "others" else {"resources": "same"})
    answer = owner.get(CLONE, wanted)
    words = main_of(answer.content.decode())
    assert (answer.status_code, "could not be read" in words or "in time" in words) == (200, True), words[:3000]
