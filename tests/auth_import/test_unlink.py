"""Unlinking, and the linked page around it: unlinking asks AWS nothing, and works whatever happened there."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from auth_import import dependents, services
from auth_import.dependents import Dependent
from auth_import.models import CognitoLink
from auth_import.observation import Choice
from aws import session
from environments.models import Environment
from environments.permissions import Role
from tests.auth_import.journeys import ACTOR, address, audited, bearer, link_for, signed_in
from tests.auth_import.planted import Account, choice_of
from tests.factories import make_environment, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def link(environment: Environment, good: Choice) -> CognitoLink:
    return link_for(environment, good)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions that a test registers are forgotten with it."""
    monkeypatch.setattr(dependents, "_questions", [])


class TestUnlink:
    @pytest.mark.parametrize("typed", ["", "DEV", "production", "dev<script>"])
    def test_another_name_changes_nothing_and_keeps_what_was_typed(
        self, link: CognitoLink, member: Client, typed: str
    ) -> None:
        response = member.post(address(link.environment, "unlink"), {"confirm": typed})
        assert response.status_code == 422
        assert "dev" in response.content.decode()
        assert "dev<script>" not in response.content.decode()
        assert CognitoLink.objects.exists()
        assert not audited("auth_import:link:unlink")

    def test_it_forgets_the_link_and_says_what_was_linked(
        self, link: CognitoLink, member: Client, good: Choice, sandbox: Any, account: Account
    ) -> None:
        before = account.everything(good)
        sandbox.forget()
        response = member.post(address(link.environment, "unlink"), {"confirm": "dev"})
        assert response["Location"] == address(link.environment, "authentication")
        assert sandbox.calls() == []
        assert not CognitoLink.objects.exists()
        [event] = audited("auth_import:link:unlink")
        assert event.before == {
            "user_pool_id": good.user_pool_id,
            "web_client_id": good.web_client_id,
            "native_client_id": good.native_client_id,
            "identity_pool_id": good.identity_pool_id,
        }
        assert account.everything(good) == before
        assert "were not touched" in member.get(response["Location"]).content.decode()

    def test_a_second_time_is_no_error(self, link: CognitoLink, member: Client) -> None:
        url = address(link.environment, "unlink")
        for _ in range(2):
            assert member.post(url, {"confirm": "dev"}).status_code == 303
        assert member.get(url).status_code == 303
        services.unlink(link=link, actor=ACTOR)
        assert len(audited("auth_import:link:unlink")) == 1

    def test_it_works_while_aws_cannot_be_reached(
        self, link: CognitoLink, member: Client, monkeypatch: pytest.MonkeyPatch, sandbox: Any
    ) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        monkeypatch.setattr(session, "_sessions", {})
        monkeypatch.setattr(session, "_clients", {})
        sandbox.forget()
        url = address(link.environment, "unlink")
        assert "shop-users" in member.get(url).content.decode()
        assert member.get(address(link.environment, "authentication")).status_code == 200
        assert member.post(url, {"confirm": "dev"}).status_code == 303
        assert not CognitoLink.objects.exists()
        assert sandbox.calls() == []

    def test_the_environment_can_be_linked_again_afterwards(self, link: CognitoLink) -> None:
        services.unlink(link=link, actor=ACTOR)
        again = link_for(link.environment, choice_of("mfa-on"))
        assert again.user_pool_name == "finance-portal"

    def test_links_of_other_environments_stay(self, link: CognitoLink, good: Choice) -> None:
        other = link_for(make_environment(link.environment.project, "prod"), good)
        services.unlink(link=link, actor=ACTOR)
        assert list(CognitoLink.objects.all()) == [other]

    def test_the_page_says_what_stays_what_goes_and_who_depends_on_it(
        self, link: CognitoLink, member: Client, environment: Environment, registry: None
    ) -> None:
        bearer(environment)
        dependents.register(_question)
        dependents.register(_question)
        page = member.get(address(link.environment, "unlink")).content.decode()
        assert "Sample function" in page
        assert page.count("uses &lt;shop-users&gt;") == 1
        assert "1 project token can fetch files" in page
        assert "aws-exports.js" in page
        assert "What stays" in page


def _question(link: CognitoLink) -> list[Dependent]:
    return [Dependent(title="Sample function", words=f"uses <{link.user_pool_name}>")]


def test_revoked_tokens_do_not_depend_on_a_link(link: CognitoLink, registry: None) -> None:
    bearer(link.environment)
    link.environment.project.tokens.update(revoked=timezone.now())
    assert dependents.dependents_of(link) == []


class TestLinkedPage:
    def test_a_viewer_reads_everything_and_is_offered_nothing_else(
        self, link: CognitoLink, environment: Environment
    ) -> None:
        page = signed_in(environment, Role.VIEWER).get(address(environment, "authentication")).content.decode()
        assert "shop-users" in page
        assert "Check again" in page
        for offer in ("Fix it", address(environment, "unlink"), "Should Lambda functions", "holds a secret</a>"):
            assert offer not in page

    def test_the_answer_about_functions_is_kept_once(
        self, link: CognitoLink, environment: Environment, member: Client
    ) -> None:
        url = address(environment, "function-access")
        assert "Should Lambda functions" in member.get(address(environment, "authentication")).content.decode()
        member.post(url, {"answer": "perhaps"})
        assert CognitoLink.objects.get().function_access == ""
        member.post(url, {"answer": "wanted"})
        assert CognitoLink.objects.get().function_access == "wanted"
        assert "Should Lambda functions" not in member.get(address(environment, "authentication")).content.decode()
        [event] = audited("auth_import:functions:answer")
        assert (event.before, event.after) == ({"functions": ""}, {"functions": "wanted"})

    def test_scripts_read_the_link_as_json(self, link: CognitoLink, environment: Environment, good: Choice) -> None:
        headers = bearer(environment, Role.VIEWER)
        read = Client().get(address(environment, "authentication"), headers=headers).json()
        checked = Client().post(address(environment, "check-link"), headers=headers).json()
        for answer in (read, checked):
            assert answer["verdict"] == "accepted"
            assert answer["user_pool"] == good.user_pool_id
            assert answer["drift"] == []
            assert answer["plan"] == {"aws": [], "files": []}
            assert answer["job"] is None
            assert len(answer["findings"]) > 40
            first = answer["findings"][0]
            assert {"id", "severity", "overridable", "observed", "reason", "cure"} <= first.keys()
            assert first["cure"].keys() == {"text", "command"}
        assert checked["checked"] > read["checked"]

    def test_scripts_are_told_in_json_that_nothing_is_linked(self, environment: Environment) -> None:
        headers = bearer(environment)
        read = Client().get(address(environment, "authentication"), headers=headers)
        assert (read.status_code, read.json()) == (404, {"error": "Nothing is linked."})
        checked = Client().post(address(environment, "check-link"), headers=headers)
        assert checked.status_code == 404
        assert checked.json()["error"]

    def test_a_page_names_other_environments_only_to_those_who_may_see_them(
        self, link: CognitoLink, environment: Environment, good: Choice
    ) -> None:
        link_for(make_environment(environment.project, "prod"), good)
        services.check_link(link=link, actor=ACTOR, sees=lambda _: True)
        url = address(environment, "authentication")
        assert "Shop / prod" in signed_in(environment).get(url).content.decode()
        limited = Client()
        limited.force_login(make_member(environment.project, Role.FULL_ACCESS, environment))
        page = limited.get(url).content.decode()
        assert "Shop / prod" not in page
        assert "another environment of this project" in page

    def test_before_an_import_the_page_offers_it_to_those_who_may(self, environment: Environment) -> None:
        url = address(environment, "authentication")
        assert "Reuse existing Amazon Cognito resources" in signed_in(environment).get(url).content.decode()
        viewer = signed_in(environment, Role.VIEWER).get(url).content.decode()
        assert "Continue" not in viewer
        assert "Nothing is linked yet" in viewer
