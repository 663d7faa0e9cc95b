import json
import re
import shlex
from dataclasses import replace

import pytest

from auth_import.findings import Fix, RuleSet
from auth_import.observation import Observation
from aws.resources import AppClientSummary
from tests.auth_import.rules.rule_observations import (
    AUTH_ARN,
    GOOD,
    GUEST_ARN,
    IDENTITY_POOL_ID,
    NATIVE,
    NATIVE_ID,
    PROVIDER,
    THIRD,
    THIRD_ID,
    USER_POOL_ONLY,
    WEB,
    WEB_ID,
    answers,
    entries,
    fault,
    found,
    identity_pool,
    in_amplify,
    native,
    one_client_for_both,
    roles,
    setting,
    with_third,
)

OTHER_POOL = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other0000"
GONE = replace(GOOD, identity_pool=fault("not-found", "cognito-identity:DescribeIdentityPool"))
DENIED = replace(GOOD, identity_pool=fault("denied", "cognito-identity:DescribeIdentityPool"))
ROLES_DENIED = replace(GOOD, identity_pool_roles=fault("denied", "cognito-identity:GetIdentityPoolRoles"))
THIRD_ONLY = identity_pool(with_third(), user_pool_providers=entries(THIRD_ID))
SECRET_THIRD_ONLY = identity_pool(with_third(replace(THIRD, secret="sample")), user_pool_providers=entries(THIRD_ID))
UNREAD_THIRD_ONLY = replace(
    THIRD_ONLY,
    other_clients=(),
)
DELETED_THIRD_ONLY = identity_pool(user_pool_providers=entries(THIRD_ID))
STALE_THIRD = replace(DELETED_THIRD_ONLY, other_clients=(THIRD,))
UNLISTED_THIRD = replace(DELETED_THIRD_ONLY, clients_complete=False)
NO_GUESTS = identity_pool(allow_unauthenticated=False)
NO_GUEST_ROLE = roles(unauthenticated_arn="")
NEITHER = roles(NO_GUESTS, unauthenticated_arn="")
SLASHLESS = "arn:aws:iam::111122223333:ShopUnauth"
TRUSTS = "identity-pool.trusts-pool"
BOTH = "identity-pool.both-clients"
AUTH = "identity-pool.authenticated-role"
GUEST = "identity-pool.unauthenticated-role"
CHECK = "identity-pool.server-side-token-check"

CASES = [
    (TRUSTS, GOOD, "pass/pass", "trusts shop-web"),
    (TRUSTS, USER_POOL_ONLY, "pass/pass", "not applicable"),
    (TRUSTS, identity_pool(user_pool_providers=entries(WEB_ID)), "pass/pass", "shop-web"),
    (TRUSTS, identity_pool(user_pool_providers=entries(NATIVE_ID)), "fail/fail", "have a secret or are gone"),
    (TRUSTS, identity_pool(native(secret=""), user_pool_providers=entries(NATIVE_ID)), "pass/pass", "shop-native"),
    (TRUSTS, THIRD_ONLY, "pass/pass", "shop-third"),
    (TRUSTS, SECRET_THIRD_ONLY, "fail/fail", "have a secret or are gone: shop-third"),
    (TRUSTS, UNREAD_THIRD_ONLY, "fail/fail", "could not be read"),
    (TRUSTS, DELETED_THIRD_ONLY, "fail/fail", "are gone"),
    (TRUSTS, STALE_THIRD, "fail/fail", "are gone"),
    (TRUSTS, UNLISTED_THIRD, "fail/fail", "could not be read"),
    (TRUSTS, identity_pool(user_pool_providers=entries(WEB_ID, provider=OTHER_POOL)), "fail/fail", "other user pools"),
    (TRUSTS, identity_pool(user_pool_providers=()), "fail/fail", "trusts no user pool"),
    (TRUSTS, identity_pool(user_pool_providers=entries(WEB_ID, provider=f"x.{PROVIDER}")), "pass/pass", "shop-web"),
    (TRUSTS, GONE, "fail/fail", "was not found in eu-west-1"),
    (TRUSTS, DENIED, "fail/fail", "could not be read"),
    (BOTH, GOOD, "pass/pass", "names both clients"),
    (BOTH, USER_POOL_ONLY, "pass/pass", "not applicable"),
    (BOTH, identity_pool(user_pool_providers=entries(WEB_ID)), "fail!/warn", f"shop-native ({NATIVE_ID})"),
    (BOTH, identity_pool(user_pool_providers=entries(NATIVE_ID)), "fail!/warn", f"shop-web ({WEB_ID})"),
    (BOTH, THIRD_ONLY, "fail!/warn", "shop-web"),
    (BOTH, one_client_for_both(), "pass/pass", "both clients"),
    (BOTH, GONE, "fail/fail", "not found"),
    (CHECK, GOOD, "pass/pass", "on for"),
    (CHECK, USER_POOL_ONLY, "pass/pass", "not applicable"),
    (CHECK, identity_pool(user_pool_providers=entries(WEB_ID, checked=False)), "info/info", "off for shop-web"),
    (CHECK, THIRD_ONLY, "pass/pass", "not applicable"),
    (CHECK, DENIED, "info/info", "could not be read"),
    (AUTH, GOOD, "pass/pass", "ShopAuth"),
    (AUTH, USER_POOL_ONLY, "pass/pass", "not applicable"),
    (AUTH, roles(authenticated_arn=""), "fail/fail", "names no authenticated role"),
    (AUTH, roles(authenticated_arn=SLASHLESS), "fail/fail", "is not the ARN of a role"),
    (AUTH, ROLES_DENIED, "fail/fail", "could not be read"),
    (GUEST, GOOD, "pass/pass", "ShopUnauth"),
    (GUEST, USER_POOL_ONLY, "pass/pass", "not applicable"),
    (GUEST, NO_GUESTS, "pass/pass", "ShopUnauth"),
    (GUEST, NO_GUEST_ROLE, "warn/fail", "guests are allowed"),
    (GUEST, NEITHER, "pass/fail", "guests are not allowed"),
    (GUEST, roles(unauthenticated_arn=SLASHLESS), "warn/fail", "is not the ARN of a role"),
    (GUEST, roles(NO_GUESTS, unauthenticated_arn=SLASHLESS), "warn/fail", "is not the ARN of a role"),
    (GUEST, in_amplify(NO_GUEST_ROLE), "fail/fail", "guests are allowed"),
    (GUEST, in_amplify(NEITHER), "fail/fail", "guests are not allowed"),
    (GUEST, ROLES_DENIED, "info/fail", "could not be read"),
    (GUEST, in_amplify(ROLES_DENIED), "fail/fail", "could not be read"),
    ("guest.consistent", GOOD, "pass/pass", "guests are allowed"),
    ("guest.consistent", NO_GUESTS, "pass/pass", "not allowed"),
    ("guest.consistent", NEITHER, "pass/pass", "no unauthenticated role"),
    ("guest.consistent", NO_GUEST_ROLE, "warn/warn", "there is no unauthenticated role"),
    ("guest.consistent", setting(NO_GUESTS, needs_guests=("Storage",)), "warn/warn", "Storage of this environment"),
    ("guest.consistent", setting(GOOD, needs_guests=("Storage",)), "pass/pass", "guests are allowed"),
    ("guest.consistent", USER_POOL_ONLY, "pass/pass", "not applicable"),
    ("guest.consistent", setting(USER_POOL_ONLY, needs_identity_pool=("API",)), "warn/warn", "API of this environment"),
    ("guest.consistent", setting(USER_POOL_ONLY, needs_guests=("Storage",)), "warn/warn", "Storage"),
    ("guest.consistent", setting(GOOD, needs_identity_pool=("API",)), "pass/pass", "allowed"),
    ("guest.consistent", ROLES_DENIED, "warn/warn", "could not be read"),
]


@pytest.mark.parametrize(("rule_id", "observation", "expected", "observed"), CASES)
def test_identity_pool_rules(rule_id: str, observation: Observation, expected: str, observed: str) -> None:
    assert answers(rule_id, observation) == expected
    assert observed in found(rule_id, observation).observed


def test_a_role_that_only_the_cli_demands_says_so_in_an_amplify_environment() -> None:
    finding = found(GUEST, in_amplify(NEITHER))
    assert "cannot be imported anyway" in finding.reason
    assert not finding.overridable
    assert "cannot be imported anyway" not in found(GUEST, NO_GUEST_ROLE).reason


def test_adding_providers_keeps_every_entry_and_setting() -> None:
    finding = found(BOTH, identity_pool(user_pool_providers=entries(WEB_ID)))
    assert finding.fixes == (Fix.ADD_PROVIDERS,)
    words = shlex.split(finding.cure.command)
    providers = json.loads(words[words.index("--cognito-identity-providers") + 1])
    assert [(entry["ClientId"], entry["ServerSideTokenCheck"]) for entry in providers] == [
        (WEB_ID, True),
        (NATIVE_ID, False),
    ]
    assert {entry["ProviderName"] for entry in providers} == {PROVIDER}
    assert "--allow-unauthenticated-identities" in words
    assert json.loads(words[words.index("--supported-login-providers") + 1]) == {
        "accounts.google.com": "1234-goog.apps.example.com"
    }


def test_who_is_hit_follows_from_the_client_that_is_missing() -> None:
    assert "mobile app" in found(BOTH, identity_pool(user_pool_providers=entries(WEB_ID))).affects
    assert "web app" in found(BOTH, identity_pool(user_pool_providers=entries(NATIVE_ID))).affects


def test_turning_the_token_check_on_changes_only_the_chosen_entries() -> None:
    observation = identity_pool(with_third(), user_pool_providers=entries(WEB_ID, THIRD_ID, checked=False))
    words = shlex.split(found(CHECK, observation).cure.command)
    providers = json.loads(words[words.index("--cognito-identity-providers") + 1])
    assert {entry["ClientId"]: entry["ServerSideTokenCheck"] for entry in providers} == {WEB_ID: True, THIRD_ID: False}


def test_the_guest_role_can_be_created_and_the_command_keeps_the_authenticated_one() -> None:
    finding = found(GUEST, NO_GUEST_ROLE)
    assert finding.fixes == (Fix.CREATE_UNAUTHENTICATED_ROLE,)
    command = finding.cure.command
    assert command.startswith("ROLE_ARN=$(aws iam create-role ")
    assert "shop_identity-unauthenticated" in command
    assert AUTH_ARN in command
    assert GUEST_ARN not in command
    assert IDENTITY_POOL_ID in command
    assert '"$ROLE_ARN"' in command


def test_a_role_mapping_that_the_command_would_drop_is_announced() -> None:
    finding = found(GUEST, roles(unauthenticated_arn="", mapped_providers=("graph.example.com",)))
    assert "graph.example.com" in finding.cure.text


def test_a_client_that_is_no_longer_listed_is_not_a_way_in() -> None:
    listed = replace(STALE_THIRD, clients=(*GOOD.clients, AppClientSummary(THIRD_ID, "shop-third")))  # type: ignore[misc]
    assert found(TRUSTS, STALE_THIRD, RuleSet.CLI).severity == "fail"
    assert found(TRUSTS, listed, RuleSet.CLI).severity == "pass"


def test_clients_are_named_by_name_and_id() -> None:
    observed = found(TRUSTS, GOOD).observed
    assert f"{WEB.name} ({WEB_ID})" in observed
    # The native client has a secret, so it is not what makes the identity pool acceptable.
    assert NATIVE.name not in observed


def test_a_client_that_is_not_known_to_exist_is_not_offered_as_a_provider() -> None:
    gone = fault("not-found", "cognito-idp:DescribeUserPoolClient")
    attached_to_none = identity_pool(replace(GOOD, web_client=gone, native_client=gone), user_pool_providers=())
    for rule_id in (TRUSTS, BOTH):
        finding = found(rule_id, attached_to_none)
        assert (finding.severity, finding.fixes, finding.cure.command) == ("fail", (), "")
    web_only = identity_pool(replace(GOOD, native_client=gone), user_pool_providers=())
    assert found(TRUSTS, web_only).fixes == (Fix.ADD_PROVIDERS,)
    assert NATIVE_ID not in found(TRUSTS, web_only).cure.command
    assert found(BOTH, web_only).fixes == ()


def test_adding_only_clients_with_a_secret_is_no_fix_for_a_pool_that_is_not_trusted() -> None:
    observation = identity_pool(replace(GOOD, web_client=replace(WEB, secret="sample")), user_pool_providers=())
    assert found(TRUSTS, observation).fixes == ()


def test_with_the_user_pool_unread_nothing_is_said_about_its_clients() -> None:
    pool_gone = fault("not-found", "cognito-idp:DescribeUserPool")
    observation = replace(GOOD, pool=pool_gone, clients=(), web_client=None, native_client=None)
    finding = found(TRUSTS, observation)
    assert "which could not be read" in finding.observed
    assert finding.fixes == ()
    assert "because the user pool could not" in found("client.web-found", observation).observed


def test_what_a_missing_guest_role_means_depends_on_whether_guests_are_allowed() -> None:
    allowed = found(GUEST, NO_GUEST_ROLE)
    assert "every guest is refused" in allowed.reason
    assert allowed.affects == "guests"
    unusable = found(GUEST, roles(NO_GUESTS, unauthenticated_arn=SLASHLESS))
    assert "should guests be allowed one day" in unusable.reason
    assert "Amplify CLI" in found(GUEST, NO_GUEST_ROLE, RuleSet.CLI).affects


@pytest.mark.parametrize("name", ["<script>", "💥", "", "x" * 128])
def test_a_new_role_gets_a_name_that_iam_accepts(name: str) -> None:
    words = shlex.split(found(GUEST, identity_pool(NO_GUEST_ROLE, name=name)).cure.command)
    role_name = words[words.index("--role-name") + 1]
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", role_name)
    assert role_name.endswith("-unauthenticated")
    assert not role_name.startswith("-")
