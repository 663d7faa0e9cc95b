"""A project with the people it has, and a data model that was pasted.

Rows can only be imported once Django is set up, which happens after this file is read; hence the imports inside.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from data_authorization.models import DataModel
    from environments.models import Environment
    from tests.factories import Cast


@pytest.fixture
def environment(db: None) -> "Environment":
    from tests.factories import make_environment, make_project

    return make_environment(make_project("Shop"), "dev")


@pytest.fixture
def model(environment: "Environment") -> "DataModel":
    from django.utils import timezone

    from data_authorization.models import DataModel
    from tests.data_authorization.rule_pages import MODES, SCHEMA

    return DataModel.objects.create(
        environment=environment, source="text", text=SCHEMA, modes=MODES, read=timezone.now(), read_by_name="ada"
    )


@pytest.fixture
def cast(environment: "Environment") -> "Cast":
    from tests.factories import make_cast

    return make_cast(environment.project)


@pytest.fixture
def owner(client: "Client", cast: "Cast", model: "DataModel") -> "Client":
    client.force_login(cast.owner)
    return client
