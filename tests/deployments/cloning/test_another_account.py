"""A plan that reaches another account than its source: a token that may clone does not carry it out."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from deployments.cloning.plan import ClonePlan, Resources
from deployments.models import PlannedClone
from tests.auth_import.journeys import bearer

if TYPE_CHECKING:
    from environments.models import Environment, Project
    from tests.factories import Cast

pytestmark = pytest.mark.django_db
ROLE = "arn:aws:iam::210987654321:role/AdminUI"


@pytest.mark.parametrize(("role", "status"), [("", 202), (ROLE, 403)])
def test_a_token_applies_only_what_stays_in_the_sources_account(
    cast: "Cast", project: "Project", owner: Client, role: str, status: int
) -> None:
    dev: Environment = project.environments.get(name="dev")
    plan = ClonePlan(
        source="dev", name="test", kind="standalone", region="eu-west-1", role_arn=role, resources=Resources.NONE
    )
    planned = PlannedClone.objects.create(
        project=project, source=dev, document=plan.to_dict(), created_by_name="Sample Person"
    )
    page, token = f"/projects/shop/clones/{planned.pk}/", Client(headers=bearer(dev))
    assert token.get(page).status_code == (403 if role else 200)
    assert token.post(f"{page}apply/").status_code == status
    planned.refresh_from_db()
    assert (planned.job is None) == bool(role)
    assert owner.get(page).status_code == 200
