"""The import page as a browser gets it: what it asks AWS, which part it answers, what it says when things go wrong."""

import html
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from auth_import.models import PlannedImport
from auth_import.observation import Choice
from environments.models import Environment
from environments.permissions import Role
from tests.auth_import.journeys import address, audited, chosen, job_for, link_for, plan_for, signed_in
from tests.auth_import.planted import Account, choice_of
from tests.factories import make_environment, make_member, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

HTMX = {"HX-Request": "true"}
ACCEPT = ["pool.native-client-available", "client.native-secret"]


def text(response: Any) -> str:
    return str(response.content.decode())


def is_whole_page(response: Any) -> bool:
    return "<html" in text(response)


def operations(sandbox: Any) -> Counter[str]:
    return Counter(call["operation"] for call in sandbox.calls())


class TestFirstSection:
    def test_the_page_is_there_after_one_list_call_and_no_description(
        self, environment: Environment, member: Client, sandbox: Any
    ) -> None:
        page = text(member.get(address(environment, "import")))
        assert operations(sandbox) == {"ListUserPools": 1}
        assert page.count('type="radio" name="pool"') == 60

    def test_a_chosen_pool_does_not_hold_the_first_section(
        self, environment: Environment, member: Client, sandbox: Any, good: Choice
    ) -> None:
        response = member.get(address(environment, "import"), chosen(good))
        assert operations(sandbox) == {"ListUserPools": 1}
        assert good.user_pool_id in text(response)

    def test_a_chosen_pool_of_another_page_of_the_account_stays_in_sight(
        self, environment: Environment, member: Client
    ) -> None:
        page = text(member.get(address(environment, "import"), {"pool": "eu-west-1_Elsewhere"}))
        assert re.search(r'value="eu-west-1_Elsewhere"[^>]*checked', page)

    def test_the_number_of_queries_does_not_grow_with_the_pools(
        self, environment: Environment, member: Client, good: Choice
    ) -> None:
        def queries(search: str) -> int:
            with CaptureQueriesContext(connection) as seen:
                response = member.get(address(environment, "import"), {"q": search})
            assert response.status_code == 200
            return len(seen)

        for name in ("one", "two", "three"):
            link_for(make_environment(environment.project, name), good)
        queries("")
        assert queries("lab-trust") == queries("lab-") == queries("") <= 12

    def test_pools_that_environments_of_the_project_use_say_so(self, environment: Environment, good: Choice) -> None:
        prod = make_environment(environment.project, "prod")
        link_for(prod, good)
        link_for(make_environment(make_project("Secret plans"), "live"), choice_of("mfa-on"))
        everything = text(signed_in(environment).get(address(environment, "import"), {"q": "shop-users"}))
        assert "linked in prod" in everything
        limited = Client()
        limited.force_login(make_member(environment.project, Role.FULL_ACCESS, environment))
        assert "linked in" not in text(limited.get(address(environment, "import"), {"q": "shop-users"}))
        assert "linked in" not in text(signed_in(environment).get(address(environment, "import"), {"q": "finance"}))

    def test_user_counts_come_later_and_a_pool_that_is_gone_does_not_spoil_the_others(
        self, environment: Environment, member: Client, good: Choice, sandbox: Any
    ) -> None:
        ids = [good.user_pool_id, "eu-west-1_NotThere0", '"><script>']
        response = member.get(address(environment, "import-user-counts"), {"id": ids}, headers=HTMX)
        found = re.findall(r'id="users-([^"]+)"[^>]*>(.*?)</span>', text(response), re.S)
        assert [html.unescape(one) for one, _ in found] == ids
        assert "250" in found[0][1]
        assert text(response).count("not read") == 2

    def test_at_most_twenty_pools_are_described_for_one_request(
        self, environment: Environment, member: Client, sandbox: Any
    ) -> None:
        member.get(address(environment, "import-user-counts"), {"id": [f"eu-west-1_None{n:05}" for n in range(50)]})
        assert len(sandbox.calls("DescribeUserPool")) == 20


class TestFragments:
    @pytest.mark.parametrize(
        ("target", "inside", "outside"),
        [
            ("pools", 'name="pool"', 'id="identity-pools"'),
            ("pools-list", 'name="pool"', 'name="q"'),
            ("choices", 'id="identity-pools"', 'type="radio" name="pool"'),
        ],
    )
    def test_only_the_part_that_was_asked_for_is_answered(
        self, environment: Environment, member: Client, target: str, inside: str, outside: str
    ) -> None:
        response = member.get(address(environment, "import"), headers=HTMX | {"HX-Target": target})
        assert not is_whole_page(response)
        assert inside in text(response)
        assert outside not in text(response)
        assert "HX-Request" in response["Vary"]

    def test_more_pools_are_rows_only(self, environment: Environment, member: Client, sandbox: Any) -> None:
        first = text(member.get(address(environment, "import")))
        token = html.unescape(re.search(r"token=([^&\"]+)", first)[1])  # type: ignore[index]
        response = member.get(
            f"{address(environment, 'import')}?token={token}", headers=HTMX | {"HX-Target": "more-pools"}
        )
        assert text(response).strip().startswith("<tr")
        assert text(response).count('type="radio" name="pool"') >= 10

    @pytest.mark.parametrize("header", ["HX-History-Restore-Request", "HX-Boosted"])
    def test_back_and_boosted_links_get_the_page(self, environment: Environment, member: Client, header: str) -> None:
        response = member.get(address(environment, "import"), headers=HTMX | {header: "true", "HX-Target": "choices"})
        assert is_whole_page(response)
        assert 'name="pool"' in text(response)
        assert not response.has_header("HX-Push-Url")

    @pytest.mark.parametrize("view", ["import-clients", "import-identity-pools", "import-preflight"])
    def test_the_address_of_a_part_leads_to_the_page(
        self, environment: Environment, member: Client, view: str, good: Choice, sandbox: Any
    ) -> None:
        response = member.get(address(environment, view), chosen(good))
        assert response.status_code == 302
        assert response["Location"].startswith(address(environment, "import") + "?pool=")
        assert sandbox.calls() == []

    def test_the_address_bar_follows_the_choice(self, environment: Environment, member: Client, good: Choice) -> None:
        response = member.get(
            address(environment, "import"),
            chosen(good) | {"q": "shop", "token": "x", "cpool": good.user_pool_id},
            headers=HTMX | {"HX-Target": "choices"},
        )
        expected = {key: value for key, value in chosen(good).items() if key != "identity"}
        assert response["HX-Push-Url"] == f"{address(environment, 'import')}?{urlencode(expected)}"

    def test_a_new_pool_forgets_the_clients_of_the_old_one_in_the_address_too(
        self, environment: Environment, member: Client, good: Choice
    ) -> None:
        response = member.get(
            address(environment, "import"),
            chosen(good) | {"cpool": "eu-west-1_Other"},
            headers=HTMX | {"HX-Target": "choices"},
        )
        assert response["HX-Push-Url"] == f"{address(environment, 'import')}?pool={good.user_pool_id}"
        assert f'value="{good.web_client_id}"' not in text(response)

    def test_a_client_that_is_chosen_asks_the_identity_pools_again(
        self, environment: Environment, member: Client, good: Choice
    ) -> None:
        url = address(environment, "import-preflight")
        response = member.get(url, chosen(good), headers=HTMX | {"HX-Trigger-Name": "web"})
        assert "clientsChosen" in response["HX-Trigger"]
        response = member.get(url, chosen(good), headers=HTMX | {"HX-Trigger-Name": "ipool"})
        assert not response.has_header("HX-Trigger")
        assert response.has_header("HX-Push-Url")
        assert not member.get(url, chosen(good), headers=HTMX).has_header("HX-Push-Url")

    def test_without_javascript_one_request_renders_everything(
        self, environment: Environment, member: Client, good: Choice
    ) -> None:
        response = member.get(address(environment, "import"), chosen(good) | {"plain": "1"})
        page = text(response)
        assert is_whole_page(response)
        assert re.search(rf'name="web" value="{good.web_client_id}"[^>]*checked', page)
        assert re.search(rf'name="web" value="{good.native_client_id}"[^>]*disabled', page)
        assert re.search(rf'name="native" value="{good.native_client_id}"[^>]*checked', page)
        assert re.search(rf'name="ipool"[^>]*value="{good.identity_pool_id}"[^>]*checked', page)
        assert "check-pool.exists" in page
        assert "Review the plan" in page

    def test_ten_clients_and_then_ten_more(self, environment: Environment, member: Client) -> None:
        url, query = address(environment, "import-clients"), {"pool": choice_of("many-clients").user_pool_id}
        first = text(member.get(url, query, headers=HTMX))
        assert "Show ten more of 40" in first
        more = text(member.get(url, query | {"cstart": "10"}, headers=HTMX))
        assert more.strip().startswith("<tr")
        assert more.count('type="radio" name="native"') == 10
        last = text(member.get(url, query | {"cstart": "30"}, headers=HTMX))
        assert "Show ten more" not in last


class TestWhatGoesWrong:
    @pytest.mark.usefixtures("without_retries")
    @pytest.mark.parametrize(
        ("view", "operation"),
        [
            ("import", "ListUserPools"),
            ("import-clients", "ListUserPoolClients"),
            ("import-identity-pools", "ListIdentityPools"),
            ("import-preflight", "DescribeUserPool"),
        ],
    )
    def test_a_refused_call_is_told_in_its_section(
        self, environment: Environment, member: Client, sandbox: Any, good: Choice, view: str, operation: str
    ) -> None:
        sandbox.fail(operation, kind="fail", code="AccessDeniedException", message="<b>no</b>")
        response = member.get(address(environment, view), chosen(good), headers=HTMX | {"HX-Target": "pools"})
        assert response.status_code == 200
        page = text(response)
        assert "AccessDeniedException" in page
        assert operation in page
        assert "<b>no</b>" not in page
        assert "Traceback" not in page

    @pytest.mark.usefixtures("without_retries")
    def test_everything_throttled_still_answers_with_a_page(
        self, environment: Environment, member: Client, sandbox: Any, good: Choice
    ) -> None:
        sandbox.fail("*", kind="fail", code="TooManyRequestsException", message="Rate exceeded")
        response = member.get(address(environment, "import"), chosen(good) | {"plain": "1"})
        assert response.status_code == 200
        assert "slow down" in text(response)
        response = member.post(address(environment, "import-plan"), chosen(good))
        assert response.status_code == 422
        assert "Nothing was planned" in text(response)
        assert not PlannedImport.objects.exists()

    @pytest.mark.parametrize("key", ["hostile-script", "hostile-long", "hostile-emoji", "hostile-rtl"])
    def test_hostile_names_go_through_every_page_as_text(
        self, environment: Environment, member: Client, key: str
    ) -> None:
        choice = choice_of(key)
        link_for(make_environment(environment.project, "other"), choice)
        pages = [text(member.get(address(environment, "import"), chosen(choice) | {"plain": "1"}))]
        planned = plan_for(environment, choice)
        pages.append(text(member.get(address(environment, "review-plan", plan_id=planned.pk))))
        job = job_for(planned)
        pages.append(text(member.get(job.get_absolute_url())))
        pages += [text(member.get(address(environment, view))) for view in ("authentication", "unlink")]
        pages.append(text(member.get(address(environment, "client-file", name="aws-exports.js"))))
        for page in pages:
            assert "<script>alert" not in page
            assert "<img src=x" not in page
            assert "<i>Admins</i>" not in page
            assert "<b>bold</b>" not in page

    @pytest.mark.parametrize(
        ("choice", "told"),
        [
            (lambda: choice_of("other-region"), "us-"),
            (lambda: Choice("nonsense", "a", "b"), "nonsense"),
            (lambda: Choice("eu-west-1_NotThere0", "a", "b"), "eu-west-1_NotThere0"),
            (lambda: Choice(choice_of("good").user_pool_id, "a", "b"), "client"),
            (lambda: replace(choice_of("good"), identity_pool_id="eu-west-1:nonsense"), "identity pool"),
        ],
    )
    def test_a_wrong_id_is_refused_with_words(
        self, environment: Environment, member: Client, choice: Callable[[], Choice], told: str
    ) -> None:
        response = member.post(address(environment, "import-plan"), chosen(choice()))
        assert response.status_code == 422
        assert told in text(response)
        assert "Cure" in text(response)
        assert not PlannedImport.objects.exists()
        assert not audited("auth_import:plan:create")


def test_no_page_carries_the_secret(environment: Environment, member: Client, account: Account) -> None:
    planted = account.plant()
    planned = plan_for(environment, planted.choice)
    job = job_for(planned)
    urls = [
        f"{address(environment, 'import')}?{urlencode(chosen(planted.choice) | {'plain': '1'})}",
        address(environment, "review-plan", plan_id=planned.pk),
        job.get_absolute_url(),
        address(environment, "authentication"),
        address(environment, "unlink"),
        f"/projects/{environment.project.slug}/activity/",
        *(address(environment, "client-file", name=f"{one}/amplifyconfiguration.json") for one in ("ios", "android")),
        *(
            f"{address(environment, 'fix', fix=fix)}?{urlencode(chosen(planted.choice))}"
            for fix in ("create-native-client", "copy-oauth-to-native")
        ),
    ]
    for url in urls:
        response = member.get(url)
        assert response.status_code in (200, 422), url
        assert planted.secret not in text(response), url
