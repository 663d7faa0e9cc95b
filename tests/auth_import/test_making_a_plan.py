"""From the choices to a reviewed plan: what is accepted on purpose, what is refused, what is kept."""

import re
from collections import Counter
from typing import Any

import pytest
from django.test import Client

from auth_import.models import CognitoLink, PlannedImport
from auth_import.observation import Choice
from environments.models import Environment
from jobs.models import Job
from tests.auth_import.journeys import address, audited, chosen, job_for, link_for, plan_for, signed_in
from tests.auth_import.planted import choice_of
from tests.factories import make_environment, make_member, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

HTMX = {"HX-Request": "true"}
ACCEPT = ["pool.native-client-available", "client.native-secret"]


def text(response: Any) -> str:
    return str(response.content.decode())


def operations(sandbox: Any) -> Counter[str]:
    return Counter(call["operation"] for call in sandbox.calls())


class TestPlan:
    def test_an_incomplete_choice_goes_back_to_the_page(self, environment: Environment, member: Client) -> None:
        response = member.post(address(environment, "import-plan"), {"pool": "eu-west-1_Sample"})
        assert response.status_code == 303
        assert response["Location"] == f"{address(environment, 'import')}?pool=eu-west-1_Sample"

    def test_from_the_button_to_the_linked_page(
        self, environment: Environment, member: Client, good: Choice, sandbox: Any
    ) -> None:
        response = member.post(address(environment, "import-plan"), chosen(good))
        planned = PlannedImport.objects.get()
        assert response["Location"] == address(environment, "review-plan", plan_id=planned.pk)
        review = text(member.get(response["Location"]))
        assert "aws-exports.js" in review
        assert "What changes in AWS" in review
        started = member.post(address(environment, "apply-plan", plan_id=planned.pk))
        again = member.post(address(environment, "apply-plan", plan_id=planned.pk))
        assert started["Location"] == again["Location"] == Job.objects.get().get_absolute_url()
        job_for(planned)
        linked = text(member.get(address(environment, "authentication")))
        assert "shop-users" in linked
        assert CognitoLink.objects.get().created_by_name == Job.objects.get().actor_name
        assert all(call["operation"].startswith(("Get", "List", "Describe")) for call in sandbox.calls())

    def test_a_preflight_is_made_once_for_a_refused_plan(
        self, environment: Environment, member: Client, sandbox: Any
    ) -> None:
        member.post(address(environment, "import-plan"), chosen(choice_of("oauth-scopes-differ")))
        assert operations(sandbox)["ListGroups"] == 1

    def test_accepting_without_a_reason_keeps_what_was_ticked_and_chosen(
        self, environment: Environment, member: Client
    ) -> None:
        choice = choice_of("secret-client-missing")
        response = member.post(address(environment, "import-plan"), chosen(choice) | {"accept": ACCEPT})
        page = text(response)
        assert response.status_code == 422
        assert "Say why" in page
        for one in ACCEPT:
            assert re.search(rf'name="accept" value="{one}" checked', page)
        assert re.search(rf'name="pool"[^>]*value="{choice.user_pool_id}"[^>]*checked', page)
        assert not PlannedImport.objects.exists()

    def test_a_reason_that_is_too_long_is_refused_and_kept(self, environment: Environment, member: Client) -> None:
        choice, reason = choice_of("secret-client-missing"), "why " * 300
        response = member.post(
            address(environment, "import-plan"), chosen(choice) | {"accept": ACCEPT, "reason": reason}
        )
        assert response.status_code == 422
        assert reason.strip() in text(response)
        assert 'aria-invalid="true"' in text(response)

    def test_a_reason_is_kept_with_the_plan_and_in_the_activity(self, environment: Environment, member: Client) -> None:
        choice, reason = choice_of("secret-client-missing"), "<b>Only</b> a web app."
        response = member.post(
            address(environment, "import-plan"), chosen(choice) | {"accept": [*ACCEPT, "<b>"], "reason": reason}
        )
        assert response.status_code == 303
        assert set(PlannedImport.objects.get().plan.accepted) == set(ACCEPT)
        assert audited("auth_import:plan:create")[0].reason == reason
        assert "<b>Only</b>" not in text(member.get(response["Location"]))

    def test_a_part_of_the_choices_is_not_taken_for_acceptance(self, environment: Environment, member: Client) -> None:
        choice = choice_of("secret-client-missing")
        response = member.post(
            address(environment, "import-plan"), chosen(choice) | {"accept": ACCEPT[:1], "reason": "Web only."}
        )
        assert response.status_code == 422
        assert "These checks refuse the import: client.native-secret" in text(response)
        assert "Web only." in text(response)

    def test_a_linked_environment_refuses_a_second_import(
        self, environment: Environment, member: Client, good: Choice
    ) -> None:
        link_for(environment, good)
        assert "already linked" in text(member.get(address(environment, "import")))
        response = member.post(address(environment, "import-plan"), chosen(choice_of("mfa-on")))
        assert response.status_code == 422
        assert "auth.none-yet" in text(response)

    def test_the_review_shows_the_frozen_plan_although_the_project_changed(
        self, environment: Environment, member: Client, good: Choice
    ) -> None:
        environment.kind, environment.app_id = "amplify", "d2examplexyz01"
        environment.save()
        planned = plan_for(environment, good)
        project = environment.project
        project.name, project.frontend = "Renamed", "android"
        project.save()
        page = text(member.get(address(environment, "review-plan", plan_id=planned.pk)))
        assert "amplify/backend/auth/shop/parameters.json" in page
        assert "auth/renamed/" not in page

    def test_a_review_names_other_projects_only_to_their_members(self, environment: Environment, good: Choice) -> None:
        secret = make_environment(make_project("Secret plans"), "live")
        link_for(secret, good)
        both = signed_in(environment)
        operator = Client()
        operator.force_login(make_member(environment.project, is_superuser=True))
        operator.post(address(environment, "import-plan"), chosen(good))
        planned = PlannedImport.objects.get(environment=environment)
        url = address(environment, "review-plan", plan_id=planned.pk)
        assert "Secret plans" in text(operator.get(url))
        assert "Secret plans" not in text(both.get(url))
        preflight = address(environment, "import-preflight")
        assert "Secret plans" in text(operator.get(preflight, chosen(good), headers=HTMX))
        assert "Secret plans" not in text(both.get(preflight, chosen(good), headers=HTMX))
