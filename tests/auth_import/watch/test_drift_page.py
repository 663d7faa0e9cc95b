"""The page of the drift: what it says, what people decide on it, who may, and the same for scripts."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from auth_import.models import CognitoLink, DriftWatch, IgnoredDrift
from auth_import.rules.trust import trust_policy
from auth_import.watch.decisions import digest_of
from auth_import.watch.passing import run_pass
from environments.models import Environment
from environments.notifications.models import Notification
from environments.permissions import Role
from tests.auth_import.journeys import address, audited, bearer, signed_in
from tests.auth_import.planted import Account, Planted
from tests.auth_import.watch.planting import link_to, make_due, new_urls
from tests.factories import make_link

pytestmark = pytest.mark.django_db
NEW = "https://new.example.com/in"
URLS = {
    "id": "client.callback-urls",
    "before": "https://app.example.com/in, app://in",
    "after": f"{NEW}, app://in",
    "breaks": "After signing in, people are sent to an address that is refused. Affected: web apps.",
    "since": "2026-03-01T09:30:00+00:00",
    "acceptable": True,
    "vanished": "",
}
TRUST = {
    **URLS,
    "id": "role.trust",
    "before": "trusted",
    "after": "authenticated role: names another pool",
    "breaks": "AWS refuses the role. Affected: everybody.",
    "acceptable": False,
}
POOL = {**TRUST, "id": "pool.exists", "after": "eu-west-1_Sample001 was not found", "vanished": "user pool"}
DECISIONS = ("accept-drift", "ignore-drift", "heed-drift", "watch-settings")


@pytest.fixture
def link(environment: Environment) -> CognitoLink:
    return make_link(environment, drift=[URLS, TRUST])


def shown(client: Client, environment: Environment) -> str:
    answer = client.get(address(environment, "drift"))
    assert answer.status_code == 200
    return answer.content.decode()


def decide(client: Client, environment: Environment, page: str, **fields: Any) -> Any:
    return client.post(address(environment, page), fields)


class TestReading:
    def test_each_drift_says_what_was_what_is_and_what_breaks(
        self, member: Client, environment: Environment, link: CognitoLink
    ) -> None:
        text = shown(member, environment)
        for word in ("Callback URLs of the app client", NEW, "What breaks:", "Affected: web apps", "Known since"):
            assert word in text
        assert "update-user-pool-client" in text
        assert "describe-user-pool-client" in text
        # A check fails because of the other one, so it cannot be accepted.
        assert text.count("Accept<span") == 1

    def test_a_vanished_pool_leads_to_support_swap_and_unlink(self, member: Client, environment: Environment) -> None:
        make_link(environment, drift=[POOL])
        text = shown(member, environment)
        for word in ("AWS Support can restore it within 14 days", "until ", "Swap it for another", "unlink it"):
            assert word in text

    def test_a_check_that_failed_is_told_with_the_next_step(
        self, member: Client, environment: Environment, link: CognitoLink
    ) -> None:
        fault = {"words": "The role of this environment cannot be assumed.", "next_step": "Check the role's ARN."}
        make_due(environment, fault={**fault, "message": "", "code": "AccessDenied", "action": "sts:AssumeRole"})
        text = shown(member, environment)
        for word in ("Not checked since", "cannot be assumed", "Check the role&#x27;s ARN.", "tries again"):
            assert word in text

    def test_without_drift_it_says_so(self, member: Client, environment: Environment) -> None:
        make_link(environment)
        assert "Nothing changed" in shown(member, environment)

    def test_without_a_link_it_leads_back(self, member: Client, environment: Environment) -> None:
        answer = member.get(address(environment, "drift"))
        assert answer.headers["Location"] == address(environment, "authentication")

    def test_the_navigation_counts_it_and_other_pages_lead_to_it(
        self, member: Client, environment: Environment, link: CognitoLink
    ) -> None:
        here = address(environment, "drift")
        for page in ("authentication", "environment"):
            text = member.get(address(environment, page)).content.decode()
            assert here in text
            assert '<span class="count">2</span>' in text

    def test_a_viewer_reads_and_is_offered_nothing(self, environment: Environment, link: CognitoLink) -> None:
        text = shown(signed_in(environment, Role.VIEWER), environment)
        assert NEW in text
        assert not [page for page in DECISIONS if address(environment, page) in text]

    def test_the_number_of_queries_does_not_grow_with_the_drift(
        self, member: Client, environment: Environment, link: CognitoLink, django_assert_num_queries: Any
    ) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        def queries() -> int:
            shown(member, environment)
            with CaptureQueriesContext(connection) as captured:
                shown(member, environment)
            return len(captured)

        before = queries()
        CognitoLink.objects.update(drift=[{**URLS, "id": f"drift-{one}"} for one in range(30)])
        for one in range(20):
            fields = {"before": "a", "after": "b", "breaks": "c", "reason": "d", "created_by_name": "e"}
            IgnoredDrift.objects.create(link=link, drift_id=f"ignored-{one}", since="2026-03-01T09:30:00Z", **fields)
        assert queries() == before


class TestAccepting:
    @pytest.fixture
    def planted(self, environment: Environment, account: Account) -> Planted:
        planted = account.plant()
        link_to(environment, planted.choice)
        new_urls(account, planted, NEW)
        make_due(environment)
        run_pass()
        return planted

    def accept(self, client: Client, environment: Environment, rows: list[dict[str, Any]]) -> Any:
        fields = {"drift": [row["id"] for row in rows], "digest": digest_of(rows)}
        return client.post(address(environment, "accept-drift"), fields)

    def test_the_new_values_become_the_baseline_and_the_files(
        self, member: Client, environment: Environment, planted: Planted
    ) -> None:
        link = CognitoLink.objects.get()
        answer = self.accept(member, environment, link.drift)
        assert (answer.status_code, answer.url) == (303, address(environment, "drift"))
        link.refresh_from_db()
        assert link.drift == []
        assert link.auth_outputs.web_oauth.callback_urls == (NEW,)
        [event] = audited("auth_import:drift:accept")
        assert event.after == {"client.callback-urls": NEW}
        assert event.before == {"client.callback-urls": "https://app.example.com/in"}
        ended = Notification.objects.get(event="drift.ended")
        assert "accepted it" in ended.text
        make_due(environment)
        run_pass()
        assert CognitoLink.objects.get().drift == []
        assert Notification.objects.count() == 2

    def test_what_changed_again_meanwhile_is_shown_and_not_accepted(
        self, member: Client, environment: Environment, account: Account, planted: Planted
    ) -> None:
        rows = CognitoLink.objects.get().drift
        new_urls(account, planted, "https://newest.example.com/in")
        answer = self.accept(member, environment, rows)
        assert answer.status_code == 409
        assert "newest.example.com" in answer.content.decode()
        assert CognitoLink.objects.get().auth_outputs.web_oauth.callback_urls == ("https://app.example.com/in",)
        assert not audited("auth_import:drift:accept")

    def test_an_amplify_environment_then_waits_for_a_push(
        self, member: Client, environment: Environment, planted: Planted
    ) -> None:
        Environment.objects.update(kind="amplify", app_id="d2sample")
        CognitoLink.objects.update(pushed=True)
        answer = self.accept(member, environment, CognitoLink.objects.get().drift)
        assert answer.url == address(environment, "push")
        assert not CognitoLink.objects.get().pushed

    @pytest.mark.usefixtures("without_retries")
    def test_nothing_is_accepted_unread(
        self, member: Client, environment: Environment, planted: Planted, sandbox: Any
    ) -> None:
        before = CognitoLink.objects.values().get()
        sandbox.fail("DescribeUserPool", kind="fail", code="TooManyRequestsException")
        answer = self.accept(member, environment, CognitoLink.objects.get().drift)
        assert answer.status_code == 422
        assert "TooManyRequestsException" in answer.content.decode()
        assert CognitoLink.objects.values().get() == before

    def test_a_warning_becomes_the_baseline_and_a_failing_check_does_not(
        self, member: Client, environment: Environment, account: Account
    ) -> None:
        planted = account.plant()
        link_to(environment, planted.choice)
        account.client("cognito-idp").update_user_pool(
            UserPoolId=planted.choice.user_pool_id, DeletionProtection="INACTIVE"
        )
        account.client("iam").update_assume_role_policy(
            RoleName=planted.roles[0].rpartition("/")[2],
            PolicyDocument=trust_policy("eu-west-1:other", "authenticated"),
        )
        make_due(environment)
        run_pass()
        rows = {row["id"]: row for row in CognitoLink.objects.get().drift}
        assert set(rows) == {"pool.deletion-protection", "role.trust", "role.reachable-by-others"}
        assert self.accept(member, environment, [rows["role.trust"]]).status_code == 422
        assert self.accept(member, environment, [rows["pool.deletion-protection"]]).status_code == 303
        assert {row["id"] for row in CognitoLink.objects.get().drift} == {"role.trust", "role.reachable-by-others"}
        assert CognitoLink.objects.get().failing == 1

    def test_an_ignored_drift_holds_until_its_value_changes_again(
        self, member: Client, environment: Environment, account: Account, planted: Planted
    ) -> None:
        [row] = CognitoLink.objects.get().drift
        fields = {"drift": row["id"], "digest": digest_of([row]), "reason": "The old app still runs."}
        assert decide(member, environment, "ignore-drift", **fields).status_code == 303
        make_due(environment)
        run_pass()
        link = CognitoLink.objects.get()
        assert link.drift == []
        assert link.health_words != "Drifted"
        new_urls(account, planted, "https://third.example.com/in")
        make_due(environment)
        run_pass()
        assert [one["id"] for one in CognitoLink.objects.get().drift] == [row["id"]]
        assert not IgnoredDrift.objects.exists()
        assert [one.event for one in Notification.objects.all()] == ["drift.found", "drift.found"]


class TestIgnoring:
    FIELDS = {"drift": "client.callback-urls", "digest": digest_of([URLS]), "reason": "Only tests use it."}

    def test_it_is_listed_with_its_reason_and_can_be_heeded_again(
        self, member: Client, environment: Environment, link: CognitoLink
    ) -> None:
        assert decide(member, environment, "ignore-drift", **self.FIELDS).status_code == 303
        assert [row["id"] for row in CognitoLink.objects.get().drift] == ["role.trust"]
        text = shown(member, environment)
        assert "Only tests use it." in text
        assert "Heed again" in text
        assert decide(member, environment, "heed-drift", drift=URLS["id"]).status_code == 303
        assert {row["id"]: row["since"] for row in CognitoLink.objects.get().drift}[URLS["id"]] == URLS["since"]
        assert [event.reason for event in audited("auth_import:drift:ignore")] == ["Only tests use it."]
        assert len(audited("auth_import:drift:heed")) == 1
        # Nobody is told of what they have just decided themselves.
        assert not Notification.objects.exists()

    def test_without_a_reason_it_is_not_ignored(
        self, member: Client, environment: Environment, link: CognitoLink
    ) -> None:
        answer = decide(member, environment, "ignore-drift", **{**self.FIELDS, "reason": "  "})
        assert answer.status_code == 422
        assert "Say why" in answer.content.decode()
        assert CognitoLink.objects.get().drift == [URLS, TRUST]

    def test_another_value_than_was_shown_is_not_ignored(
        self, member: Client, environment: Environment, link: CognitoLink
    ) -> None:
        CognitoLink.objects.update(drift=[{**URLS, "after": "something else"}])
        answer = decide(member, environment, "ignore-drift", **self.FIELDS)
        assert answer.status_code == 409
        assert "something else" in answer.content.decode()
        assert not IgnoredDrift.objects.exists()


class TestWatchSettings:
    def test_the_interval_is_kept_and_recorded_once(
        self, member: Client, environment: Environment, link: CognitoLink
    ) -> None:
        for _ in range(2):
            assert decide(member, environment, "watch-settings", minutes="15").status_code == 303
        assert DriftWatch.objects.get().minutes == 15
        [event] = audited("auth_import:watch:change")
        assert (event.before, event.after) == ({"every": "Every hour"}, {"every": "Every 15 minutes"})
        assert decide(member, environment, "watch-settings", minutes="0").status_code == 303
        assert "Only when somebody asks" in shown(member, environment)

    def test_other_intervals_do_not_exist(self, member: Client, environment: Environment, link: CognitoLink) -> None:
        assert decide(member, environment, "watch-settings", minutes="7").status_code == 422
        assert not audited("auth_import:watch:change")


class TestWho:
    @pytest.mark.parametrize("page", DECISIONS)
    def test_only_who_may_import_decides(self, environment: Environment, link: CognitoLink, page: str) -> None:
        before = CognitoLink.objects.values().get()
        for role in (Role.VIEWER, Role.MANAGE_ONLY):
            assert decide(signed_in(environment, role), environment, page).status_code == 403
        assert decide(Client(), environment, page).status_code == 302
        from tests.factories import make_environment, make_project

        stranger = signed_in(make_environment(make_project("Other")))
        assert decide(stranger, environment, page).status_code == 404
        assert stranger.get(address(environment, "drift")).status_code == 404
        assert signed_in(environment).get(address(environment, page)).status_code == 405
        assert CognitoLink.objects.values().get() == before
        assert not IgnoredDrift.objects.exists()


class TestScripts:
    def test_the_same_address_answers_json(self, client: Client, environment: Environment, link: CognitoLink) -> None:
        headers = bearer(environment)
        report = client.get(address(environment, "drift"), headers=headers).json()
        [urls, trust] = report["drift"]
        assert urls | {"repair": None} == {
            **{key: URLS[key] for key in ("id", "before", "after", "breaks", "since")},
            "acceptable": True,
            "digest": digest_of([URLS]),
            "fixes": [],
            "repair": None,
        }
        assert trust["acceptable"] is False
        assert report["watch"]["minutes"] == 60
        fields = TestIgnoring.FIELDS
        report = client.post(address(environment, "ignore-drift"), fields, headers=headers).json()
        assert [(one["id"], one["reason"], one["by"]) for one in report["ignored"]] == [
            (URLS["id"], fields["reason"], "token:build")
        ]
        assert client.post(address(environment, "ignore-drift"), fields, headers=headers).status_code == 409
        assert client.post(address(environment, "ignore-drift"), headers=headers).status_code == 422
        saved = client.post(address(environment, "watch-settings"), {"minutes": "0"}, headers=headers).json()
        assert saved["watch"] == {"minutes": 0, "due": None, "failures": 0, "fault": None}
        assert client.post(address(environment, "watch-settings"), headers=headers).status_code == 422


class TestHonesty:
    def test_a_link_that_nobody_looked_at_for_days_is_not_called_healthy(self, environment: Environment) -> None:
        link = make_link(environment)
        assert (link.health, link.health_words) == ("pass", "Healthy")
        link.checked -= timedelta(days=4)
        assert (link.health, link.health_words) == ("warn", "Not checked")

    def test_a_pool_that_was_last_seen_long_ago_may_be_lost_and_nobody_is_given_a_day_that_is_over(
        self, member: Client, environment: Environment
    ) -> None:
        make_link(environment, drift=[POOL])
        make_due(environment, pool_seen=timezone.now() - timedelta(days=15))
        text = shown(member, environment)
        assert "these days ended on" in text
        assert "Ask at once all the same" in text
        assert " at least" not in text

    def test_nothing_is_accepted_without_a_word_of_what(
        self, member: Client, environment: Environment, account: Account
    ) -> None:
        link_to(environment, account.plant().choice)
        answer = decide(member, environment, "accept-drift", digest=digest_of([]))
        assert answer.status_code == 409
        assert not audited("auth_import:drift:accept")

    def test_what_is_not_answered_now_cannot_be_accepted_and_the_call_is_named(
        self, member: Client, environment: Environment, account: Account, sandbox: Any
    ) -> None:
        planted = account.plant()
        cognito = account.client("cognito-idp")
        link_to(environment, planted.choice)
        cognito.create_group(UserPoolId=planted.choice.user_pool_id, GroupName="Admins")
        make_due(environment)
        run_pass()
        [row] = CognitoLink.objects.get().drift
        sandbox.fail("ListGroups", kind="fail", code="AccessDeniedException")
        answer = decide(member, environment, "accept-drift", drift=row["id"], digest=digest_of([row]))
        assert answer.status_code == 422
        assert "cognito-idp:ListGroups" in answer.content.decode()

    def test_a_check_that_is_heeded_again_says_at_once_what_it_is(
        self, member: Client, environment: Environment
    ) -> None:
        link = make_link(environment, drift=[POOL], findings=[{"id": "pool.exists", "severity": "fail", "title": "x"}])
        for page, more in (("ignore-drift", {"digest": digest_of([POOL]), "reason": "Known."}), ("heed-drift", {})):
            assert decide(member, environment, page, drift="pool.exists", **more).status_code == 303
        link.refresh_from_db()
        assert [(row["vanished"], row["acceptable"]) for row in link.drift] == [("user pool", False)]
