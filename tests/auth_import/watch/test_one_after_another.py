"""Readings one after another: what ends, what stays, what is told, and that one bad row is nobody else's trouble."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from auth_import import services
from auth_import.models import CognitoLink, DriftWatch, IgnoredDrift
from auth_import.preflight import setting_of
from auth_import.rules.trust import trust_policy
from auth_import.watch import due, passing
from auth_import.watch.passing import run_pass
from auth_import.watch.taking import not_of_files
from environments.models import Environment
from environments.notifications.models import Notification
from tests.auth_import.journeys import ACTOR, nobody_else
from tests.auth_import.planted import Account, Planted
from tests.auth_import.watch.planting import (
    answer_from_memory,
    delete_pool,
    link_to,
    make_due,
    many_environments,
    new_urls,
)
from tests.factories import make_link

pytestmark = pytest.mark.django_db


def look(environment: Environment) -> CognitoLink:
    make_due(environment)
    run_pass()
    return CognitoLink.objects.select_related("environment__project").get(environment=environment)


def told() -> list[str]:
    return list(Notification.objects.order_by("created").values_list("event", flat=True))


def drifted(link: CognitoLink) -> set[str]:
    return {row["id"] for row in link.drift}


def distrust(account: Account, planted: Planted) -> None:
    account.client("iam").update_assume_role_policy(
        RoleName=planted.roles[0].rpartition("/")[2],
        PolicyDocument=trust_policy("eu-west-1:other", "authenticated"),
    )


def test_drift_of_a_role_that_may_not_be_read_any_more_has_not_ended(
    environment: Environment, account: Account, sandbox: Any
) -> None:
    planted = account.plant()
    link_to(environment, planted.choice)
    distrust(account, planted)
    assert "role.trust" in drifted(look(environment))
    sandbox.fail("GetRole", kind="fail", code="AccessDenied", status=403)
    assert "role.trust" in drifted(look(environment))
    sandbox.forget()
    assert "role.trust" in drifted(look(environment))
    assert told() == ["drift.found"]


def test_what_is_gone_with_the_pool_is_not_told_to_be_as_before_and_decisions_outlive_it(
    environment: Environment, account: Account
) -> None:
    planted = account.plant()
    link = link_to(environment, planted.choice)
    new_urls(account, planted)
    assert drifted(look(environment)) == {"client.callback-urls"}
    now = timezone.now()
    IgnoredDrift.objects.create(link=link, drift_id="pool.domain", before="a", after="b", breaks="c", since=now)
    delete_pool(account, planted)
    assert drifted(look(environment)) == {"pool.exists"}
    assert told() == ["drift.found", "pool.vanished"]
    assert IgnoredDrift.objects.count() == 1


def test_check_now_that_is_not_answered_changes_nothing_that_was_known(
    environment: Environment, account: Account, sandbox: Any
) -> None:
    planted = account.plant()
    link_to(environment, planted.choice)
    link = look(environment)
    before = CognitoLink.objects.values().get()
    sandbox.fail("*", kind="fail", code="AccessDeniedException")
    link = services.check_link(link=link, actor=ACTOR, sees=nobody_else)
    assert link.untold
    # Whoever asked is told what AWS said; what is kept is what was known.
    assert any("may not be read" in one.observed for one in link.last_findings)
    assert CognitoLink.objects.values().get() == before
    # Nobody spends the quota by asking again at once.
    assert services.checked_ago(link) is not None
    sandbox.forget()
    assert look(environment).failing == before["failing"]


def test_a_link_of_an_earlier_version_whose_pool_is_gone_counts_from_its_last_check(
    environment: Environment, account: Account
) -> None:
    planted = account.plant()
    link = link_to(environment, planted.choice)
    services.check_link(link=link, actor=ACTOR, sees=nobody_else)
    checked = timezone.now() - timedelta(hours=5)
    CognitoLink.objects.update(checked=checked, created=checked - timedelta(days=300))
    DriftWatch.objects.all().delete()
    delete_pool(account, planted)
    due.begin_watching()
    watch = DriftWatch.objects.get()
    run_pass(now=watch.due)
    watch.refresh_from_db()
    assert watch.restorable_until(CognitoLink.objects.get().created) == checked + timedelta(days=14)


def test_a_clock_that_was_years_ahead_silences_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    [environment] = many_environments(1, 1)
    make_due(environment, due=timezone.now() + timedelta(days=400))
    answer_from_memory(monkeypatch)
    assert run_pass().checked == 1


@pytest.mark.parametrize("broken", [{"outputs": None}, {"baseline": []}])
def test_a_row_that_nobody_can_work_out_stops_nobody_elses_check(
    monkeypatch: pytest.MonkeyPatch, broken: dict[str, Any]
) -> None:
    environments = many_environments(3, 1)
    answer_from_memory(monkeypatch)
    if broken == {"outputs": None}:
        broken = {"outputs": ["not", "a", "snapshot"]}
    CognitoLink.objects.filter(environment=environments[0]).update(**broken)
    counted = run_pass()
    assert (counted.checked, counted.failed, counted.left) == (2, 1, 0)
    assert "could not make sense" in DriftWatch.objects.get(environment=environments[0]).fault["words"]


def test_a_row_that_cannot_be_begun_stops_nobody_elses_check(monkeypatch: pytest.MonkeyPatch) -> None:
    environments = many_environments(3, 3)
    answer_from_memory(monkeypatch)

    def breaks(environment: Environment, **more: Any) -> Any:
        if environment.pk == environments[0].pk:
            raise KeyError("rule_set")
        return setting_of(environment, **more)

    monkeypatch.setattr("auth_import.watch.passing.setting_of", breaks)
    counted = run_pass()
    assert (counted.checked, counted.failed, counted.left) == (2, 1, 0)
    assert DriftWatch.objects.get(environment=environments[0]).failures == 1


def test_what_was_read_before_somebody_else_looked_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    [environment] = many_environments(1, 1)
    answer_from_memory(monkeypatch)
    end = passing._end

    def accepted_first(outcome: Any, counted: Any) -> None:
        CognitoLink.objects.update(checked=timezone.now(), secret_digest="0" * 64)
        end(outcome, counted)

    monkeypatch.setattr(passing, "_end", accepted_first)
    assert run_pass().checked == 0
    assert CognitoLink.objects.get().drift == []
    assert told() == []


def test_a_push_does_not_end_what_a_check_still_complains_about(environment: Environment) -> None:
    names = ("client.callback-urls", "identity-pool.unauthenticated-role", "pool.deletion-protection")
    rows = [{"id": one, "before": "a", "after": "b", "breaks": "c"} for one in names]
    findings = [{"id": one, "severity": "warn"} for one in names[1:]]
    baseline = {one: ["pass", ""] for one in names[1:]}
    link = make_link(environment, drift=rows, findings=findings, baseline=baseline)
    assert [row["id"] for row in not_of_files(link)] == list(names[1:])
    assert [row["id"] for row in Notification.objects.get().data["drift"]] == ["client.callback-urls"]
