"""From what AWS answered to what the generated files are written from: every value lands where it belongs."""

import json
from dataclasses import fields
from typing import Any

import pytest

from amplify_files import outputs as files
from auth_import.observation import Choice, Setting
from auth_import.observe import observe
from auth_import.outputs import outputs_of
from aws.target import AwsTarget
from tests.auth_import.planted import Account, choice_of

pytestmark = pytest.mark.usefixtures("sandbox")

SETTING = Setting(
    kind="standalone", region="eu-west-1", project_name="Shop", environment_name="dev", resource_name="shop"
)
ACCOUNT = "arn:aws:iam::123456789012:role/"


def outputs(choice: Choice) -> files.AuthOutputs:
    found = outputs_of(observe(target=AwsTarget("eu-west-1"), choice=choice, setting=SETTING, seconds=20))
    assert found is not None
    return found


def test_every_value_of_the_good_pool_lands_in_its_place(good: Choice) -> None:
    found = outputs(good)
    groups = {group.name: (group.precedence, group.role_arn.rpartition("/")[2]) for group in found.groups}
    assert groups == {"Admins": (1, "shop-admins"), "Editors": (5, "shop-editors"), "Viewers": (10, "shop-viewers")}
    expected: dict[str, Any] = {
        "region": "eu-west-1",
        "user_pool_id": good.user_pool_id,
        "user_pool_name": "shop-users",
        "web_client_id": good.web_client_id,
        "web_client_name": "shop-web",
        "native_client_id": good.native_client_id,
        "native_client_has_secret": True,
        "native_client_name": "shop-mobile",
        "domain": "sampleshop",
        "custom_domain": "",
        "username_attributes": ("email",),
        "alias_attributes": None,
        # Cognito requires its own identifier of everybody; the files leave it out.
        "required_attributes": ("sub", "email"),
        "password_policy": files.PasswordPolicy(
            minimum_length=12,
            requires_lowercase=True,
            requires_uppercase=True,
            requires_numbers=True,
            requires_symbols=False,
        ),
        "mfa_configuration": "OFF",
        "auto_verified_attributes": ("email",),
        "custom_auth": False,
        "web_oauth": files.WebOAuth(
            supported_identity_providers=("COGNITO", "Google"),
            flows=("code",),
            scopes=("openid", "email"),
            callback_urls=("https://shop.example.com/signed-in", "sampleshop://signed-in"),
            logout_urls=("https://shop.example.com/signed-out", "sampleshop://signed-out"),
        ),
        "identity_pool": files.IdentityPool(
            id=good.identity_pool_id,
            name="shop_identity",
            allow_unauthenticated=True,
            supported_login_providers=(("accounts.google.com", "123456789012-sampleshop.apps.googleusercontent.com"),),
            auth_role_arn=f"{ACCOUNT}shop-authenticated",
            unauth_role_arn=f"{ACCOUNT}shop-unauthenticated",
        ),
    }
    # The loaded secret, the groups and the MFA answer are looked at by themselves.
    apart = {"native_client_secret", "groups", "mfa"}
    assert {field.name for field in fields(found)} == expected.keys() | apart
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.native_client_secret


def test_alias_attributes_and_optional_mfa() -> None:
    found = outputs(choice_of("alias-attributes"))
    assert found.alias_attributes == ("email", "preferred_username")
    assert not found.username_attributes
    assert found.mfa_configuration == "OPTIONAL"
    assert found.mfa
    assert (found.mfa.sms, found.mfa.totp, found.mfa.totp_enabled) == (True, True, True)
    assert found.mfa.sms_caller_arn.endswith("sample-sms-sender")


def test_required_mfa_by_authenticator_apps_only() -> None:
    found = outputs(choice_of("mfa-on"))
    assert found.mfa_configuration == "ON"
    assert found.mfa
    assert (found.mfa.totp, found.mfa.totp_enabled, found.mfa.sms_caller_arn) == (True, True, "")


def test_disabled_authenticator_apps_are_told_apart_from_missing_ones() -> None:
    found = outputs(choice_of("mfa-totp-off"))
    assert found.mfa
    assert (found.mfa.sms, found.mfa.totp, found.mfa.totp_enabled) == (True, True, False)


def test_a_custom_domain_is_not_the_prefix_domain() -> None:
    found = outputs(choice_of("custom-domain-only"))
    assert (found.domain, found.custom_domain) == ("", "login.shop.example.com")


def test_a_user_pool_alone_has_no_identity_pool_and_no_oauth() -> None:
    found = outputs(choice_of("user-pool-only"))
    assert found.identity_pool is None
    assert not found.has_oauth
    assert found.domain == ""


def test_a_native_client_without_a_secret_says_so() -> None:
    found = outputs(choice_of("secret-client-missing"))
    assert not found.native_client_has_secret
    assert found.native_client_secret == ""


@pytest.mark.parametrize(("key", "custom"), [("challenge-triggers", True), ("other-triggers", False)])
def test_only_all_three_challenge_functions_make_a_custom_flow(key: str, custom: bool) -> None:
    assert outputs(choice_of(key)).custom_auth is custom


def test_an_identity_pool_without_roles_has_empty_ones() -> None:
    pool = outputs(choice_of("identity-no-roles")).identity_pool
    assert pool
    assert (pool.auth_role_arn, pool.unauth_role_arn, pool.allow_unauthenticated) == ("", "", False)


def test_the_secret_is_neither_stored_nor_printed(account: Account) -> None:
    planted = account.plant()
    found = outputs(planted.choice)
    assert found.native_client_secret == planted.secret
    assert planted.secret not in json.dumps(found.to_dict())
    assert planted.secret not in repr(found)
    assert files.AuthOutputs.from_dict(found.to_dict()) == found


@pytest.mark.parametrize("key", ["hostile-script", "hostile-long", "hostile-emoji", "hostile-rtl"])
def test_names_are_kept_as_they_are(key: str) -> None:
    found = outputs(choice_of(key))
    assert files.AuthOutputs.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    assert found.user_pool_name
