"""The import page where no script runs."""

from typing import Any

import pytest
from django.test import Client

from auth_import.observation import Choice
from environments.models import Environment
from tests.auth_import.journeys import address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


def test_a_link_shows_the_user_counts_of_the_rows(
    environment: Environment, good: Choice, member: Client, sandbox: Any
) -> None:
    url, empty = address(environment, "import"), f'<span id="users-{good.user_pool_id}">–</span>'
    page = member.get(url, {"q": "shop-users"}).content.decode()
    assert empty in page
    assert "Show user counts of these rows" in page
    counted = member.get(url, {"q": "shop-users", "counts": "1"}).content.decode()
    assert f'<span id="users-{good.user_pool_id}">' in counted
    assert empty not in counted
    assert "import/users/" not in counted
    sandbox.fail("DescribeUserPool", kind="fail", code="AccessDeniedException", message="No.")
    assert "not read" in member.get(url, {"q": "shop-users", "counts": "1"}).content.decode()
