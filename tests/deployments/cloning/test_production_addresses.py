"""Where the new environment's clients would send people to production, as AWS tells it at this moment."""

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.auth_import.planted import Account
from tests.deployments.cloning.test_wizard import CLONE, PLACE, chosen, dev, get, link, planted
from tests.deployments.reading_pages import main_of
from tests.factories import make_environment

if TYPE_CHECKING:
    from environments.models import Environment, Project
    from tests.auth_import.planted import Planted

__all__ = ["dev", "planted"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


def test_deep_links_into_the_app_of_another_environments_production_are_named(
    owner: Client, project: "Project", dev: "Environment", planted: "Planted", sandbox: Any
) -> None:
    account = Account(sandbox.url)
    other = account.plant(identity_pool=False)
    live = account.plant(identity_pool=False)
    link(make_environment(project, "live", production=True), live)
    for one, url in ((live, "shoplive://in"), (other, "shoplive://elsewhere")):
        account.change_client(one.choice, one.choice.native_client_id, CallbackURLs=[url])
    wanted = {**PLACE, **chosen(other), "identity": "off"}
    words = main_of(get(owner, CLONE, **wanted))
    assert "shoplive://elsewhere belongs to live" in words
    # Where AWS does not tell them, what is known is compared all the same.
    sandbox.fail("DescribeUserPoolClient", kind="fail", match=live.choice.native_client_id, status=403, code="No")
    assert "shoplive://elsewhere belongs to live" not in main_of(get(owner, CLONE, **wanted))
