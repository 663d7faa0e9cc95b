"""What becomes of what hangs on the old link: its stack, the index of its users, its drift and watch, other words."""

from typing import Any

import pytest
from django.utils import timezone

from auth_import import services
from auth_import.models import CognitoLink, DriftWatch, IgnoredDrift, PlannedImport
from auth_import.observation import Choice
from auth_import.watch import due
from aws.sandbox.catalogue import scenario
from environments.models import Environment
from environments.notifications.models import Notification
from jobs.models import Status
from tests.auth_import.commands.running import JSON, PLACE, payload_of, run
from tests.auth_import.journeys import ACTOR, address, bearer, chosen, job_for, link_for, signed_in
from tests.auth_import.planted import OAUTH, Account, Planted, choice_of
from tests.auth_import.swap.test_swapping import OTHER, swap_plan, text
from tests.factories import make_token
from user_management.index.models import SavedView, SearchIndex

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]
STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/made-here/0000"
DRIFT = {
    "id": "client.callback-urls",
    "before": "https://a.example",
    "after": "https://b.example",
    "breaks": "Sign-in.",
}


@pytest.fixture
def link(environment: Environment, good: Choice) -> CognitoLink:
    return link_for(environment, good)


@pytest.fixture
def planted(account: Account) -> Planted:
    return account.plant(identity_pool=False)


@pytest.fixture
def own(environment: Environment, planted: Planted) -> CognitoLink:
    return link_for(environment, planted.choice)


def other_client(account: Account, planted: Planted) -> Choice:
    made = account.client("cognito-idp").create_user_pool_client(
        UserPoolId=planted.choice.user_pool_id, ClientName="second-mobile", GenerateSecret=True, **OAUTH
    )["UserPoolClient"]
    return Choice(planted.choice.user_pool_id, planted.choice.web_client_id, made["ClientId"])


def review(planned: PlannedImport) -> str:
    environment = planned.environment
    return text(signed_in(environment).get(address(environment, "review-swap", plan_id=planned.pk)))


def indexed(link: CognitoLink) -> SearchIndex:
    return SearchIndex.objects.create(environment=link.environment, pool_id=link.user_pool_id, enabled=True, users=7)


class TestOtherClients:
    def test_the_index_of_the_same_users_stays(self, own: CognitoLink, account: Account, planted: Planted) -> None:
        indexed(own)
        planned = swap_plan(own, other_client(account, planted))
        assert "The search index" not in review(planned)
        IgnoredDrift.objects.create(
            link=own,
            drift_id="client.scopes",
            reason="Sample",
            created_by_name="Sample",
            since=timezone.now(),
            before="",
            after="",
            breaks="",
        )
        before = own.created
        assert job_for(planned).status == Status.SUCCEEDED
        index = SearchIndex.objects.get()
        assert (index.enabled, index.users) == (True, 7)
        swapped = CognitoLink.objects.get()
        assert swapped.choice == planned.plan.choice
        assert swapped.created > before
        assert not IgnoredDrift.objects.exists()

    def test_a_managed_pool_stays_managed(self, own: CognitoLink, account: Account, planted: Planted) -> None:
        CognitoLink.objects.update(managed_stack=STACK)
        planned = swap_plan(own, other_client(account, planted))
        assert "it can still remove them" in review(planned)
        job_for(planned)
        assert CognitoLink.objects.get().managed_stack == STACK


class TestAnotherPool:
    def test_a_managed_pool_is_no_longer_and_the_page_says_what_stays(self, link: CognitoLink) -> None:
        CognitoLink.objects.update(managed_stack=STACK)
        planned = swap_plan(link, choice_of(OTHER))
        html = review(planned)
        assert "the console forgets that it made them" in html
        assert "delete-stack --stack-name made-here" in html
        job_for(planned)
        assert CognitoLink.objects.get().managed_stack == ""

    def test_no_identity_pool_is_another_one_for_the_stack(self, link: CognitoLink, good: Choice) -> None:
        CognitoLink.objects.update(managed_stack=STACK)
        planned = swap_plan(link, Choice(good.user_pool_id, good.web_client_id, good.native_client_id))
        assert "forgets that it made them" in review(planned)
        job_for(planned)
        assert CognitoLink.objects.get().managed_stack == ""

    def test_what_depends_on_it_is_told_in_words_for_a_swap(self, link: CognitoLink) -> None:
        indexed(link)
        make_token(link.environment.project)
        services.answer_function_access(link=link, answer="wanted", actor=ACTOR)
        SavedView.objects.create(environment=link.environment, name="Sample", owner_name="Sample", params="")
        planned = swap_plan(link, choice_of(OTHER))
        html = review(planned)
        for words in (
            "Turn it on for the new pool",
            "the next time they fetch",
            "The answer stays",
            "find other people",
        ):
            assert words in html, words
        for words in ("404", "goes with the link", "linked again"):
            assert words not in html, words
        job_for(planned)
        assert not SearchIndex.objects.exists()
        assert CognitoLink.objects.get().function_access == "wanted"

    def test_the_old_links_drift_is_told_to_be_over_and_its_watch_begins_anew(self, link: CognitoLink) -> None:
        CognitoLink.objects.update(drift=[DRIFT], unchecked=timezone.now())
        watch = due.watch_of(link.environment)
        DriftWatch.objects.filter(pk=watch.pk).update(failures=5, fault={"words": "No answer."}, pool_seen=link.created)
        link.refresh_from_db()
        job_for(swap_plan(link, choice_of(OTHER)))
        news = Notification.objects.get()
        assert news.event == "drift.ended"
        assert "Other resources" in news.text
        watch.refresh_from_db()
        assert (watch.failures, watch.fault) == (0, {})
        assert watch.pool_seen
        assert watch.pool_seen > link.created
        assert CognitoLink.objects.get().unchecked is None

    def test_groups_that_could_not_be_read_are_not_said_to_be_missing(self, link: CognitoLink, sandbox: Any) -> None:
        editors = {"name": "Editors", "precedence": None, "role_arn": ""}
        CognitoLink.objects.update(outputs=link.outputs | {"groups": [editors]})
        link.refresh_from_db()
        sandbox.fail("ListGroups", kind="fail", code="AccessDeniedException", message="Not authorized.")
        html = review(swap_plan(link, choice_of(OTHER)))
        assert "The groups of the new pool are not known" in html
        assert "Editors" in html
        assert "let nobody in" not in html


class TestAwsHangs:
    def test_the_review_shows_the_plan_and_says_what_is_not_read(
        self, link: CognitoLink, sandbox: Any, settings: Any
    ) -> None:
        planned, settings.SCREEN_DEADLINE_SECONDS = swap_plan(link, choice_of(OTHER)), 0.4
        sandbox.fail("*", kind="hang")
        html = review(planned)
        assert "not read (DeadlineExceeded)" in html
        assert "What your app" in html
        member = signed_in(link.environment)
        assert "DeadlineExceeded" in text(member.get(address(link.environment, "swap")))
        refused = member.post(address(link.environment, "swap-plan"), chosen(choice_of(OTHER)))
        assert refused.status_code == 422
        assert "DeadlineExceeded" in text(refused)


class TestScripts:
    def test_a_plan_tells_what_people_notice(self, link: CognitoLink) -> None:
        browser, headers = signed_in(link.environment), bearer(link.environment)
        browser.logout()
        planned = browser.post(address(link.environment, "swap-plan"), chosen(choice_of(OTHER)), headers=headers).json()
        assert "only people who are users of the new pool" in planned["swap"]["consequences"][0]
        assert {"what", "before", "after", "effect"} == set(planned["swap"]["differences"][0])
        assert {one["state"] for one in planned["swap"]["groups"]} == {"missing"}

    def test_so_does_a_dry_run_in_a_terminal(self, link: CognitoLink) -> None:
        payload = payload_of(scenario(OTHER))
        told = run("import_auth", *PLACE, "--swap", "--dry-run", stdin=payload)
        assert told.code == 0
        for words in ("only people who are users of the new pool", "Second factor: ", "Group ", "can take the place"):
            assert words in told.text, words
        assert "swap" in run("import_auth", *PLACE, *JSON, "--swap", "--dry-run", stdin=payload).json
