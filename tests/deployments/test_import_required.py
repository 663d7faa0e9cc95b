"""An Amplify environment that is connected and not linked says what is missing, and leads there."""

import pytest
from django.test import Client

from environments.models import Environment, Project
from tests.factories import Cast, make_environment, make_link

pytestmark = pytest.mark.django_db

OVERVIEW, LIST, IMPORT = "/projects/shop/prod/", "/projects/shop/", "/projects/shop/prod/authentication/import/"


@pytest.fixture
def prod(project: Project) -> Environment:
    return make_environment(project, "prod", kind="amplify", app_id="d2examplexyz01", app_name="Orders")


def html_of(client: Client, address: str) -> str:
    return str(client.get(address).content.decode())


def test_the_overview_and_the_project_say_so(owner: Client, prod: Environment) -> None:
    for address in (OVERVIEW, LIST):
        html = html_of(owner, address)
        assert "Import required" in html
        assert IMPORT in html
    assert "A backend environment of the Amplify app Orders." in html_of(owner, OVERVIEW)


def test_a_linked_one_needs_nothing(owner: Client, prod: Environment) -> None:
    make_link(prod)
    assert "Import required" not in html_of(owner, OVERVIEW) + html_of(owner, LIST)


def test_a_standalone_one_is_merely_not_linked(owner: Client) -> None:
    assert "Import required" not in html_of(owner, "/projects/shop/dev/") + html_of(owner, LIST)
    assert "Not linked" in html_of(owner, LIST)


def test_somebody_who_reads_only_is_told_who_can(client: Client, cast: Cast, prod: Environment) -> None:
    client.force_login(cast.viewer)
    for address in (OVERVIEW, LIST):
        html = html_of(client, address)
        assert "Import required" in html
        assert IMPORT not in html
    assert "A member with full access can import them." in html_of(client, OVERVIEW)
