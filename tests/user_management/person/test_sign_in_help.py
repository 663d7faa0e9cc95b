"""Every row of the tables, and every combination of facts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest

from aws.resources import MfaConfig, UserPool
from aws.user_resources import AuthFactors, CognitoUser, PeopleRules
from user_management.person import situation as facts
from user_management.person.sign_in_help import blocked, help_for, matches, row_of, why_not
from user_management.person.sign_in_table import BLOCKS, CAUTIONS, ROWS, TITLES, Block, Condition, Row, UserAction
from user_management.person.situation import Situation, sign_in_names, situation_of
from user_management.pool_rules import Rules

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)

# What each situation must say and offer first, written down a second time: the law, not the table.
EXPECTED: dict[str, tuple[str, list[str]]] = {
    "suspended": ("suspended", ["reactivate"]),
    "unconfirmed": ("nobody has confirmed the sign-up", ["confirm"]),
    "unconfirmed-unverified": ("leaves the address unverified", ["confirm", "verify"]),
    "invited": ("valid until about 19 May 2026", ["resend-invitation", "set-password"]),
    "invitation-expired": ("probably expired on 19 May 2026", ["resend-invitation", "set-password"]),
    "no-address-to-invite": ("no address that an invitation could go to", ["set-password", "edit"]),
    "no-address-and-expired": ("probably expired on 19 May 2026", ["set-password", "edit"]),
    "reset-code-sent": ("sends a new one by e-mail", ["reset-password", "set-password"]),
    "reset-unverified": ("no code can be sent", ["set-password", "verify"]),
    "reset-without-address": ("no address that the pool sends codes to", ["set-password", "edit"]),
    "reset-by-administrators": ("leaves that to administrators", ["set-password"]),
    "no-second-factor": ("this user has no phone number", ["edit"]),
    "ready": ("Nothing in this account", ["reset-password", "set-password"]),
    "ready-with-app": ("with password and authenticator app", ["reset-password", "reset-mfa", "set-password"]),
    "ready-perhaps-with-app": ("Each can be reset", ["reset-password", "reset-mfa", "set-password"]),
    "unverified": ("not verified", ["set-password", "verify"]),
    "unverified-with-app": ("lost authenticator app", ["set-password", "verify", "reset-mfa"]),
    "unreachable": ("no address that the pool sends codes to", ["set-password", "edit"]),
    "unreachable-with-app": ("lost authenticator app", ["set-password", "edit", "reset-mfa"]),
    "left-to-administrators": ("replaced by administrators", ["set-password"]),
    "left-to-administrators-with-app": ("lost authenticator app", ["set-password", "reset-mfa"]),
    "federated": ("Nothing in Cognito needs to be done", []),
    "other": ("the status ARCHIVED", ["set-password"]),
}
CAN_BE_BLOCKED = [(action, block) for action, blocks in BLOCKS.items() for block in blocks]


def example(when: Condition, **more: Any) -> Situation:
    """A situation in which the condition holds."""
    given = {name: value[0] if isinstance(value, tuple) else value for name, value in when.items()}
    if given.get("reach", "verified") == "unverified":
        more["unverified"] = True
    return Situation(**{"state": "CONFIRMED", "medium": "EMAIL", "expires": YESTERDAY, **given, **more})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_each_situation_has_its_sentence_and_what_helps(row: Row) -> None:
    words, first = EXPECTED[row.key]
    found = help_for(example(row.when, status="ARCHIVED"))
    assert found.key == row.key
    assert words in found.sentence
    assert [str(offer.action) for offer in found.first] == first
    assert [str(action) for action in row.helps] == first


def test_the_list_above_is_about_the_table() -> None:
    assert [row.key for row in ROWS] == list(EXPECTED)
    assert set(BLOCKS) == set(UserAction) == set(TITLES)


@pytest.mark.parametrize(("action", "block"), CAN_BE_BLOCKED, ids=lambda one: str(getattr(one, "why", one))[:40])
def test_each_reason_is_given_where_it_holds(action: UserAction, block: Block) -> None:
    situation = example({"enabled": True, "state": suitable(action), **block.when})
    assert blocked(action, situation) == block.why
    offer = help_for(situation).offer(action)
    assert (offer.can, offer.reason, offer.primary) == (False, block.why, False)


def suitable(action: UserAction) -> str:
    """A state in which nothing else stands against the action."""
    waits = {UserAction.CONFIRM: "UNCONFIRMED", UserAction.RESEND_INVITATION: "FORCE_CHANGE_PASSWORD"}
    return waits.get(action, "CONFIRMED")


@pytest.mark.parametrize("action", list(UserAction))
def test_each_action_can_work_somewhere(action: UserAction) -> None:
    situation = Situation(suitable(action), enabled=action != "reactivate", app="yes", unverified=True, medium="EMAIL")
    assert blocked(action, situation) == ""


@pytest.mark.parametrize(
    ("action", "block"), [(action, block) for action, blocks in CAUTIONS.items() for block in blocks]
)
def test_each_caution_is_given_where_it_holds(action: UserAction, block: Block) -> None:
    situation = example({"state": suitable(action), "enabled": True, **block.when})
    offer = help_for(situation).offer(action)
    assert offer.can
    assert offer.caution == block.why


def every_situation() -> list[Situation]:
    kinds = product(
        (*facts.STATES, facts.OTHER),
        (True, False),
        get_args(facts.Reach),
        (True, False),
        (True, False),
        get_args(facts.App),
        (True, False),
        (True, False),
    )
    return [
        Situation(state, enabled, reach, "EMAIL", invitable, expired, app, mfa, unverified, state, YESTERDAY)
        for state, enabled, reach, invitable, expired, app, mfa, unverified in kinds
    ]


def test_every_combination_has_exactly_one_row_and_a_way_on() -> None:
    rows = {row.key: row for row in ROWS}
    met = set()
    for situation in every_situation():
        fitting = [row.key for row in ROWS if matches(row.when, situation)]
        assert len(fitting) == 1, (situation, fitting)
        met.add(fitting[0])
        found = help_for(situation)
        assert found.first or rows[found.key].fine, situation
        assert sorted(offer.action for offer in found.offers) == sorted(UserAction)
        assert all(offer.can or offer.reason for offer in found.offers), situation
        assert not any(offer.primary and not offer.can for offer in found.offers), situation
        assert "{" not in found.sentence
        assert bool(found.afterwards) != situation.enabled
    assert met == set(rows)


def test_a_condition_names_facts_there_are() -> None:
    with pytest.raises(KeyError):
        matches({"weather": "fine"}, Situation("CONFIRMED"))


def test_a_suspended_user_is_told_what_comes_after() -> None:
    found = help_for(Situation("RESET_REQUIRED", enabled=False, reach="unverified", unverified=True))
    assert [offer.action for offer in found.first] == ["reactivate"]
    assert "no code can be sent" in found.afterwards
    assert not found.offer(UserAction.RESET_PASSWORD).can


# From a user and a pool to the facts


def pool(**changes: Any) -> PeopleRules:
    own = {name: changes.pop(name) for name in ("sends_sms", "temporary_password_days") if name in changes}
    return PeopleRules(pool=UserPool(id="eu-west-1_1", name="p", **changes), **{"sends_sms": True, **own})


def user(status: str = "CONFIRMED", **attributes: str) -> CognitoUser:
    return CognitoUser("ada", status, True, YESTERDAY, YESTERDAY, attributes)


def facts_of(who: CognitoUser, people: PeopleRules, mfa: MfaConfig | None = None, **more: Any) -> Situation:
    return situation_of(who, people, mfa or MfaConfig("OFF"), now=NOW, **more)


EMAIL = {"email": "ada@example.com", "email_verified": "true"}
PHONE = {"phone_number": "+4912345678", "phone_number_verified": "true"}


@pytest.mark.parametrize(
    ("mechanisms", "attributes", "reach", "medium"),
    [
        (("verified_email",), EMAIL, "verified", "EMAIL"),
        (("verified_email",), {"email": "ada@example.com"}, "unverified", ""),
        (("verified_email",), {"email": "ada@example.com", "email_verified": "false"}, "unverified", ""),
        # A number helps nobody where the pool sends codes by e-mail alone.
        (("verified_email",), PHONE, "nothing", ""),
        (("verified_email",), {"email_verified": "true"}, "nothing", ""),
        (("verified_phone_number", "verified_email"), EMAIL, "verified", "EMAIL"),
        (("verified_phone_number", "verified_email"), EMAIL | PHONE, "verified", "SMS"),
        (("verified_phone_number",), EMAIL, "nothing", ""),
        (("admin_only",), EMAIL | PHONE, "admin-only", ""),
        # No setting: Cognito's older behaviour, by text message first.
        (None, EMAIL | PHONE, "verified", "SMS"),
        (None, EMAIL, "verified", "EMAIL"),
    ],
)
def test_where_a_code_would_go(mechanisms: Any, attributes: dict[str, str], reach: str, medium: str) -> None:
    found = facts_of(user(**attributes), pool(recovery_mechanisms=mechanisms))
    assert (found.reach, found.medium) == (reach, medium)


def test_a_pool_without_a_role_for_texts_sends_no_code_to_a_number() -> None:
    silent = pool(recovery_mechanisms=("verified_phone_number", "verified_email"), sends_sms=False)
    assert facts_of(user(**PHONE), silent).reach == "nothing"
    assert facts_of(user(**EMAIL, **PHONE), silent).medium == "EMAIL"


def test_a_later_change_leaves_the_end_of_a_temporary_password_in_doubt() -> None:
    made = replace(user("FORCE_CHANGE_PASSWORD", **EMAIL), created=NOW - timedelta(days=30))
    found = facts_of(made, pool())
    assert (found.expired, found.doubtful) == (False, True)
    assert "it may have ended already" in help_for(found).sentence
    assert "it is valid until" in help_for(facts_of(user("FORCE_CHANGE_PASSWORD", **EMAIL), pool())).sentence
    assert not facts_of(replace(made, status="CONFIRMED"), pool()).doubtful


BY_TEXT = MfaConfig("ON", sms_present=True)


@pytest.mark.parametrize(
    ("attributes", "mfa", "factors", "locked"),
    [
        (EMAIL, BY_TEXT, None, True),
        (EMAIL, BY_TEXT, AuthFactors(()), True),
        (EMAIL | PHONE, BY_TEXT, None, False),
        (EMAIL, BY_TEXT, AuthFactors(("SOFTWARE_TOKEN_MFA",)), False),
        # These two can be set up while signing in.
        (EMAIL, replace(BY_TEXT, totp_present=True, totp_enabled=True), None, False),
        (EMAIL, replace(BY_TEXT, email_present=True), None, False),
        (EMAIL, replace(BY_TEXT, configuration="OPTIONAL"), None, False),
        (EMAIL, None, None, False),
    ],
)
def test_whose_second_factor_the_pool_asks_for_in_vain(
    attributes: dict[str, str], mfa: MfaConfig | None, factors: AuthFactors | None, locked: bool
) -> None:
    found = situation_of(user(**attributes), pool(), mfa, now=NOW, factors=factors)
    assert found.locked is locked
    assert (row_of(found).key == "no-second-factor") is locked


@pytest.mark.parametrize(("days", "expired"), [(7, False), (1, False), (0.5, True)])
def test_when_a_temporary_password_ends(days: int, expired: bool) -> None:
    found = facts_of(user("FORCE_CHANGE_PASSWORD", **EMAIL), pool(temporary_password_days=days))
    assert found.expired is expired
    assert found.expires == YESTERDAY + timedelta(days=days)
    assert facts_of(user("CONFIRMED", **EMAIL), pool(temporary_password_days=0)).expires is None


def test_a_user_without_a_date_is_not_called_expired() -> None:
    assert not facts_of(replace(user("FORCE_CHANGE_PASSWORD"), modified=None), pool()).expired


@pytest.mark.parametrize(
    ("attributes", "texts", "invitable"),
    [(EMAIL, False, True), (PHONE, False, False), (PHONE, True, True), ({}, True, False)],
)
def test_who_can_be_invited(attributes: dict[str, str], texts: bool, invitable: bool) -> None:
    assert facts_of(user("FORCE_CHANGE_PASSWORD", **attributes), pool(sends_sms=texts)).invitable is invitable


@pytest.mark.parametrize(
    ("mfa", "factors", "app"),
    [
        (MfaConfig("OFF"), None, "no"),
        (MfaConfig("OPTIONAL", totp_present=True, totp_enabled=True), None, "unknown"),
        (MfaConfig("ON", totp_present=True), None, "no"),
        (MfaConfig("OFF"), AuthFactors(("SOFTWARE_TOKEN_MFA",)), "yes"),
        (MfaConfig("ON", totp_present=True, totp_enabled=True), AuthFactors(("SMS_MFA",)), "no"),
    ],
)
def test_whether_an_app_is_asked_for(mfa: MfaConfig, factors: AuthFactors | None, app: str) -> None:
    assert facts_of(user(**EMAIL), pool(), mfa, factors=factors).app == app


def test_a_setting_that_could_not_be_read_is_not_taken_for_off() -> None:
    assert situation_of(user(), pool(), None, now=NOW).app == "unknown"


def test_a_status_of_the_past_is_named() -> None:
    found = help_for(facts_of(user("COMPROMISED", **EMAIL), pool()))
    assert "the status COMPROMISED" in found.sentence
    assert row_of(facts_of(user("COMPROMISED"), pool())).key == "other"


def test_why_not_takes_the_verb() -> None:
    rules = Rules(pool(recovery_mechanisms=("verified_email",)), MfaConfig("OFF"))
    assert why_not("reset-password", user(**EMAIL), rules) == ""
    assert "Cognito resets no temporary password" in why_not("reset-password", user("FORCE_CHANGE_PASSWORD"), rules)
    assert why_not("reset-mfa", user(**EMAIL), rules, AuthFactors(("SOFTWARE_TOKEN_MFA",))) == ""
    with pytest.raises(ValueError, match="no-such"):
        why_not("no-such", user(), rules)


@pytest.mark.parametrize(
    ("pool_settings", "attributes", "names"),
    [
        ({}, EMAIL, ["ada"]),
        ({"alias_attributes": ("email", "preferred_username")}, EMAIL, ["ada", "ada@example.com"]),
        ({"alias_attributes": ("email",)}, {"email": "ada@example.com"}, ["ada"]),
        ({"alias_attributes": ("preferred_username",)}, {"preferred_username": "countess"}, ["ada", "countess"]),
        ({"username_attributes": ("email",)}, {"email": "ada@example.com"}, ["ada@example.com"]),
    ],
)
def test_the_names_a_user_can_sign_in_with(pool_settings: Any, attributes: dict[str, str], names: list[str]) -> None:
    assert list(sign_in_names(user(**attributes), pool(**pool_settings))) == names


def test_federated_users_sign_in_through_their_provider() -> None:
    linked = '[{"providerName": "Google", "userId": "1"}]'
    found = user("EXTERNAL_PROVIDER", identities=linked, **EMAIL)
    assert sign_in_names(found, pool(alias_attributes=("email",))) == ()
    assert facts.providers_of(found) == ("Google",)
    for broken in ("", "nonsense", "{}", "[1]", '[{"a": 1}]', "1"):
        assert facts.providers_of(user("EXTERNAL_PROVIDER", identities=broken)) == ()


def test_the_documentation_has_the_tables() -> None:
    page = (Path(__file__).parents[3] / "docs" / "users.md").read_text()
    for row in ROWS:
        helps = ", ".join(TITLES[action] for action in row.helps) or "–"
        assert f"| {row.wrong} | {helps} |" in page, row.key
    for action, blocks in BLOCKS.items():
        for block in blocks:
            assert any(line.startswith(f"| {TITLES[action]} |") and block.why in line for line in page.splitlines())
    assert page.count("\n| `") >= len(ROWS)
