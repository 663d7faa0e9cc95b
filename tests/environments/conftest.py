"""The sample project and its people.

Rows can only be imported once Django is set up, which happens after this file is read; hence the imports inside.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from environments.models import Environment, Project
    from tests.factories import Cast


@pytest.fixture
def project() -> "Project":
    from tests.factories import make_project

    return make_project("Shop")


@pytest.fixture
def dev(project: "Project") -> "Environment":
    from tests.factories import make_environment

    return make_environment(project, "dev")


@pytest.fixture
def cast(project: "Project", dev: "Environment") -> "Cast":
    from tests.factories import make_cast

    return make_cast(project)


@pytest.fixture
def owner(client: "Client", cast: "Cast") -> "Client":
    """The browser of somebody with full access."""
    client.force_login(cast.owner)
    return client
