"""A pass of the watch: what it asks, keeps and tells; and that one account's trouble is nobody else's."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from auth_import.models import CognitoLink, DriftWatch
from auth_import.watch import due, passing, taking
from auth_import.watch.passing import lanes_of, run_pass
from auth_import.watch.tasks import watch_due
from aws.errors import AccessDenied, Throttled
from environments.models import Environment
from environments.notifications.models import Notification
from tests.auth_import.journeys import audited
from tests.auth_import.planted import Account
from tests.auth_import.watch.planting import (
    answer_from_memory,
    delete_pool,
    link_to,
    make_due,
    many_environments,
    new_urls,
)
from tests.factories import make_environment

pytestmark = pytest.mark.django_db
FOUND, ENDED, GONE, FAILED = "drift.found", "drift.ended", "pool.vanished", "check.failed"


def told(*events: str) -> list[str]:
    return [one.event for one in Notification.objects.order_by("created") if not events or one.event in events]


def watch_over(environment: Environment) -> DriftWatch:
    return DriftWatch.objects.get(environment=environment)


class TestWithAnAccount:
    def test_drift_is_found_told_once_and_over_when_aws_has_the_old_value_again(
        self, environment: Environment, account: Account
    ) -> None:
        planted = account.plant()
        link_to(environment, planted.choice)
        make_due(environment)
        assert run_pass().checked == 1
        assert told() == []
        assert not audited("auth_import:link:check")
        new_urls(account, planted)
        for _ in range(2):
            make_due(environment)
            watch_due()
        link = CognitoLink.objects.get()
        assert [row["id"] for row in link.drift] == ["client.callback-urls"]
        assert told() == [FOUND]
        [event] = audited("auth_import:link:check")
        assert event.actor_name == "console"
        since = link.drift[0]["since"]
        new_urls(account, planted, "https://third.example.com/in")
        make_due(environment)
        run_pass()
        assert told() == [FOUND, FOUND]
        assert CognitoLink.objects.get().drift[0]["since"] > since
        new_urls(account, planted, "https://app.example.com/in")
        make_due(environment)
        run_pass()
        assert CognitoLink.objects.get().drift == []
        assert told() == [FOUND, FOUND, ENDED]

    def test_it_reads_lean_and_only_reads(self, environment: Environment, account: Account, sandbox: Any) -> None:
        planted = account.plant()
        link_to(environment, planted.choice)
        make_due(environment)
        sandbox.forget()
        counted = run_pass()
        operations = sorted(call["operation"] for call in sandbox.calls())
        assert operations == [
            "DescribeIdentityPool",
            "DescribeUserPool",
            "DescribeUserPoolClient",
            "DescribeUserPoolClient",
            "GetIdentityPoolRoles",
            "GetRole",
            "GetRole",
            "ListGroups",
        ]
        assert counted.questions == len(operations)

    def test_environments_of_one_pool_read_it_once(
        self, environment: Environment, account: Account, sandbox: Any
    ) -> None:
        planted = account.plant()
        other = make_environment(environment.project, "prod")
        for one in (environment, other):
            link_to(one, planted.choice)
        make_due(environment, other)
        sandbox.forget()
        assert run_pass().checked == 2
        assert len(sandbox.calls()) == 8

    def test_a_vanished_pool_is_told_and_until_when_it_can_be_restored(
        self, environment: Environment, account: Account
    ) -> None:
        planted = account.plant()
        link_to(environment, planted.choice)
        make_due(environment)
        run_pass()
        seen = watch_over(environment).pool_seen
        delete_pool(account, planted)
        for _ in range(2):
            make_due(environment)
            run_pass()
        link, watch = CognitoLink.objects.get(), watch_over(environment)
        assert [row["id"] for row in link.drift] == ["pool.exists"]
        assert link.health == "fail"
        assert told() == [GONE]
        assert "AWS Support can restore" in Notification.objects.get().text
        assert seen
        assert watch.restorable_until(link.created) == seen + timedelta(days=14)

    @pytest.mark.usefixtures("without_retries")
    def test_after_three_failures_people_are_told_once_and_what_was_known_stays(
        self, environment: Environment, account: Account, sandbox: Any
    ) -> None:
        planted = account.plant()
        before = link_to(environment, planted.choice)
        sandbox.fail("DescribeUserPool", kind="fail", code="TooManyRequestsException")
        pauses = []
        for _ in range(4):
            make_due(environment)
            counted = run_pass()
            assert (counted.checked, counted.failed, counted.left, counted.questions) == (0, 1, 0, 1)
            pauses.append(watch_over(environment).due - timezone.now())
        assert pauses == sorted(pauses)
        assert told() == [FAILED]
        link = CognitoLink.objects.get()
        assert (link.checked, link.drift, link.findings) == (before.checked, [], before.findings)
        assert (link.health, link.health_words) == ("warn", "Not checked")
        assert watch_over(environment).fault["code"] == "TooManyRequestsException"
        sandbox.forget()
        make_due(environment)
        run_pass()
        link = CognitoLink.objects.get()
        assert (link.health_words == "Not checked", watch_over(environment).fault) == (False, {})
        assert told() == [FAILED]

    @pytest.mark.usefixtures("without_retries")
    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("RequestTimeTooSkewed", "clock"),
            ("SignatureDoesNotMatch", "clock"),
            ("InternalErrorException", "did not answer in time"),
        ],
    )
    def test_why_it_could_not_look_is_told_in_words_with_the_next_step(
        self, environment: Environment, account: Account, sandbox: Any, code: str, words: str
    ) -> None:
        planted = account.plant()
        link_to(environment, planted.choice)
        make_due(environment)
        status = 500 if code == "InternalErrorException" else 403
        sandbox.fail("DescribeUserPool", kind="fail", code=code, status=status, message="Signature expired: sample")
        run_pass()
        fault = watch_over(environment).fault
        assert words in fault["words"]
        assert fault["next_step"]
        assert "Signature expired" not in str(fault)

    def test_a_call_that_is_not_permitted_hides_nothing_else_and_is_no_drift(
        self, environment: Environment, account: Account, sandbox: Any
    ) -> None:
        planted = account.plant()
        account.client("cognito-idp").create_group(UserPoolId=planted.choice.user_pool_id, GroupName="Admins")
        link_to(environment, planted.choice)
        new_urls(account, planted)
        for operation in ("ListGroups", "GetRole"):
            sandbox.fail(operation, kind="fail", code="AccessDeniedException")
        make_due(environment)
        run_pass()
        assert [row["id"] for row in CognitoLink.objects.get().drift] == ["client.callback-urls"]


class TestTurns:
    def test_only_what_is_due_and_on_is_looked_at_and_when_next_is_spread(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        off, later, now_due = many_environments(3, 3)
        make_due(off, minutes=0)
        make_due(later, due=timezone.now() + timedelta(minutes=5))
        answer_from_memory(monkeypatch)
        assert run_pass().checked == 1
        nexts = set()
        for _ in range(3):
            make_due(now_due, minutes=60)
            run_pass()
            nexts.add(watch_over(now_due).due - timezone.now())
        assert len(nexts) == 3
        assert all(timedelta(minutes=53) < one < timedelta(minutes=67) for one in nexts)

    def test_a_link_without_a_watch_gets_one_that_is_due_within_its_interval(self, environment: Environment) -> None:
        from tests.factories import make_link

        link = make_link(environment)
        assert run_pass().left == 0
        assert link.checked < watch_over(environment).due <= link.checked + timedelta(minutes=60)

    def test_of_two_passes_at_once_one_looks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        many_environments(2, 2)
        first, second = due.due_watches(timezone.now()), due.due_watches(timezone.now())
        assert all(due.claim(watch, timezone.now()) for watch in first)
        assert not any(due.claim(watch, timezone.now()) for watch in second)
        calls = answer_from_memory(monkeypatch)
        assert run_pass().checked == 0
        assert calls == []

    def test_the_claim_of_a_dead_worker_lapses(self, monkeypatch: pytest.MonkeyPatch) -> None:
        many_environments(1, 1)
        [watch] = due.due_watches(timezone.now())
        due.claim(watch, timezone.now())
        answer_from_memory(monkeypatch)
        assert run_pass(now=timezone.now() + due.CLAIM - timedelta(seconds=5)).checked == 0
        assert run_pass(now=timezone.now() + due.CLAIM + timedelta(seconds=5)).checked == 1


class TestMeanwhile:
    """Something happens between the claim and the end of the reading."""

    def during(self, monkeypatch: pytest.MonkeyPatch, happens: Any) -> Environment:
        [environment] = many_environments(1, 1)
        answer_from_memory(monkeypatch)
        take = taking.take

        def after_it(**kept: Any) -> bool:
            happens(environment)
            return take(**kept)

        monkeypatch.setattr(passing, "take", after_it)
        CognitoLink.objects.update(secret_digest="0" * 64)
        assert run_pass().checked == 0
        assert told() == []
        return environment

    def test_unlinked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.during(monkeypatch, lambda one: CognitoLink.objects.filter(environment=one).delete())
        assert not CognitoLink.objects.exists()

    def test_removed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        environment = self.during(monkeypatch, lambda one: Environment.objects.filter(pk=one.pk).delete())
        assert not DriftWatch.objects.filter(environment_id=environment.pk).exists()

    def test_another_pool_was_linked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.during(monkeypatch, lambda _: CognitoLink.objects.update(user_pool_id="eu-west-1_Another"))
        assert CognitoLink.objects.get().drift == []
        assert DriftWatch.objects.get().due <= timezone.now()


class TestManyAccounts:
    def pass_with(self, monkeypatch: pytest.MonkeyPatch, number: int, trouble: Exception, **options: Any) -> Any:
        environments = many_environments(number, 10)
        bad = environments[0].role_arn

        def before(target: Any) -> None:
            if target.role_arn == bad:
                time.sleep(0.2)
                raise trouble

        calls = answer_from_memory(monkeypatch, before)
        counted = run_pass(**options)
        watches = DriftWatch.objects.select_related("environment")
        of_bad = [one for one in watches if one.environment.role_arn == bad]
        others = [one for one in watches if one.environment.role_arn != bad]
        return counted, calls, of_bad, others

    def test_a_throttled_account_costs_one_environments_patience_and_delays_no_other(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        trouble = Throttled("slow down", code="TooManyRequestsException")
        counted, calls, of_bad, others = self.pass_with(monkeypatch, 30, trouble)
        assert (counted.checked, counted.failed, counted.left) == (27, 3, 0)
        assert all(one.failures == 1 and one.fault["words"] for one in of_bad)
        assert all(one.failures == 0 and not one.fault for one in others)
        bad = of_bad[0].environment.role_arn.split(":")[4]
        # The two that were asked at the same time; the third was not tried.
        assert len([name for account, name in calls if account == bad]) == 2

    def test_a_role_that_cannot_be_assumed_is_told_and_is_nobody_elses_trouble(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        trouble = AccessDenied(
            "Not authorized", code="AccessDenied", action="sts:AssumeRole", next_step="Check the role"
        )
        counted, _, of_bad, _ = self.pass_with(monkeypatch, 20, trouble)
        assert (counted.checked, counted.failed) == (18, 2)
        assert {one.fault["words"] for one in of_bad} == {"The role of this environment cannot be assumed."}
        assert {one.fault["next_step"] for one in of_bad} == {"Check the role"}

    def test_an_answer_that_nobody_understands_stops_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        counted, _, of_bad, _ = self.pass_with(monkeypatch, 20, ZeroDivisionError("a bug"))
        assert (counted.checked, counted.failed) == (18, 2)
        assert all("could not make sense" in one.fault["words"] for one in of_bad)

    @pytest.mark.slow
    def test_an_account_that_hangs_ends_with_its_lane_and_the_rest_of_it_stays_due(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        environments = many_environments(24, 4)
        bad = environments[0].role_arn
        answer_from_memory(monkeypatch, lambda target: time.sleep(8 if target.role_arn == bad else 0))
        counted = run_pass(seconds=3)
        assert (counted.checked, counted.failed, counted.left) == (18, 2, 4)
        still_due = DriftWatch.objects.filter(due__lte=timezone.now()).select_related("environment")
        assert len(still_due) == 4
        assert {one.environment.role_arn for one in still_due} == {bad}

    @pytest.mark.slow
    def test_a_hundred_environments_with_one_throttled_account(self, monkeypatch: pytest.MonkeyPatch) -> None:
        trouble = Throttled("slow down", code="TooManyRequestsException")
        counted, _, of_bad, others = self.pass_with(monkeypatch, 100, trouble)
        assert (counted.checked, counted.failed, counted.left) == (90, 10, 0)
        assert len(of_bad) == 10
        assert all(not one.fault for one in others)

    def test_lanes_are_what_the_quotas_count(self) -> None:
        many_environments(6, 3)
        many_environments(2, 1, region="eu-central-1")
        lanes = lanes_of(due.due_watches(timezone.now()))
        assert sorted(map(len, lanes.values())) == [2, 2, 2, 2]
