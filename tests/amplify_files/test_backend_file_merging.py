"""Backend files are shared with other categories and environments, so writing one must leave the rest alone."""

import copy
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from amplify_files import amplify_meta, backend_config, team_provider_info
from amplify_files.context import ProjectContext
from amplify_files.outputs import AuthOutputs

API_ENTRY = {"service": "AppSync", "dependsOn": [], "output": {"z": 1, "a": 2}}


def test_meta_keeps_other_categories_and_an_empty_auth_after_removal(
    user_pool_only: AuthOutputs, context: ProjectContext
) -> None:
    existing: dict[str, Any] = {"providers": {"awscloudformation": {"Region": "eu-west-1"}}, "api": {"x": API_ENTRY}}
    before = copy.deepcopy(existing)
    merged = amplify_meta.merge(existing, user_pool_only, context)
    assert list(merged) == ["providers", "api", "auth"]
    assert list(merged["auth"]["shop"])[-1] == "frontendAuthConfig"
    assert amplify_meta.remove(merged, "shop") == {**before, "auth": {}}
    assert existing == before


def test_the_time_of_the_last_push_needs_a_time_zone(user_pool_only: AuthOutputs, context: ProjectContext) -> None:
    with pytest.raises(ValueError, match="time zone"):
        amplify_meta.entry(user_pool_only, replace(context, last_push=datetime(2026, 3, 2)))


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (None, []),
        ((), []),
        (("email",), ["EMAIL"]),
        (("phone_number",), ["PHONE_NUMBER"]),
        (("email", "phone_number"), ["EMAIL"]),
        (("email,phone_number",), ["EMAIL", "PHONE_NUMBER"]),
    ],
)
def test_only_the_first_username_attribute_reaches_the_frontend(
    attributes: tuple[str, ...] | None, expected: list[str], user_pool_only: AuthOutputs
) -> None:
    config = amplify_meta.frontend_auth_config(replace(user_pool_only, username_attributes=attributes))
    assert config["usernameAttributes"] == expected


def test_values_cognito_did_not_return_are_absent_rather_than_null(user_pool_only: AuthOutputs) -> None:
    unread = replace(user_pool_only, mfa_configuration=None, auto_verified_attributes=None)
    config = amplify_meta.frontend_auth_config(unread)
    assert "mfaConfiguration" not in config
    assert config["verificationMechanisms"] == []


def test_second_factors_are_empty_when_mfa_is_off_or_could_not_be_read(identity_pool: AuthOutputs) -> None:
    off = replace(identity_pool, mfa_configuration="OFF")
    unread = replace(identity_pool, mfa=None)
    for outputs in (off, unread):
        assert amplify_meta.frontend_auth_config(outputs)["mfaTypes"] == []
        assert "CreatedSNSRole" not in amplify_meta.output(outputs)


def test_switching_to_user_pool_only_deletes_identity_pool_values_but_leaves_login_provider_ids(
    user_pool_only: AuthOutputs, identity_pool: AuthOutputs, context: ProjectContext
) -> None:
    other = {"prod": {"awscloudformation": {"Region": "us-east-1"}}}
    before = team_provider_info.merge(other, identity_pool, context)
    after = team_provider_info.merge(before, user_pool_only, context)
    assert list(after["dev"]["categories"]["auth"]["shop"]) == [
        "userPoolId",
        "userPoolName",
        "webClientId",
        "nativeClientId",
        "googleClientId",
    ]
    assert after["prod"] == other["prod"]
    assert "identityPoolId" in before["dev"]["categories"]["auth"]["shop"]


def test_removal_clears_this_environment_only_and_drops_what_is_empty(
    user_pool_only: AuthOutputs, context: ProjectContext
) -> None:
    both = team_provider_info.merge({"dev": {"awscloudformation": {}}}, user_pool_only, context)
    both = team_provider_info.merge(both, user_pool_only, replace(context, environment_name="prod"))
    removed = team_provider_info.remove(both, environment_name="dev", resource_name="shop")
    assert removed == {"dev": {"awscloudformation": {}}, "prod": both["prod"]}
    both["dev"]["categories"]["function"] = {"f": {"s3Key": "k"}}
    removed = team_provider_info.remove(both, environment_name="dev", resource_name="shop")
    assert removed["dev"]["categories"] == {"function": {"f": {"s3Key": "k"}}}
    assert team_provider_info.remove({}, environment_name="dev", resource_name="shop") == {}


@pytest.mark.parametrize(
    ("frontend", "key"),
    [
        ("javascript", "googleClientId"),
        ("flutter", "googleClientId"),
        ("ios", "googleIos"),
        ("android", "googleAndroid"),
    ],
)
def test_the_frontend_decides_the_name_of_the_google_key(
    frontend: Any, key: str, identity_pool: AuthOutputs, context: ProjectContext
) -> None:
    values = team_provider_info.block(identity_pool, replace(context, frontend=frontend))
    assert values[key] == "1234-goog.apps.example.com"
    assert list(values)[-1] == key


def test_an_unknown_frontend_or_role_arn_is_refused(identity_pool: AuthOutputs, context: ProjectContext) -> None:
    unknown: Any = "windows"
    with pytest.raises(ValueError, match="windows"):
        team_provider_info.block(identity_pool, replace(context, frontend=unknown))
    with pytest.raises(ValueError, match="arn:aws:iam::1:role"):
        team_provider_info.role_name("arn:aws:iam::1:role")


def test_backend_config_is_sorted_and_removal_gives_back_what_was_there(
    identity_pool: AuthOutputs, context: ProjectContext
) -> None:
    existing: dict[str, Any] = {
        "storage": {"files": {"service": "S3"}},
        "api": {"x": {"service": "AppSync", "dependsOn": []}},
        "auth": {},
        "parameters": {"AMPLIFY_function_f_key": {"usedBy": [{"category": "function", "resourceName": "f"}]}},
    }
    merged = backend_config.merge(existing, identity_pool, context)
    assert list(merged) == ["api", "auth", "parameters", "storage"]
    assert list(merged["api"]["x"]) == ["dependsOn", "service"]
    assert len(merged["parameters"]) == 13
    assert backend_config.merge(merged, identity_pool, context) == merged
    assert backend_config.remove(merged, resource_name="shop") == existing


def test_backend_config_drops_parameters_that_no_longer_apply_and_keeps_stale_ones_on_request(
    identity_pool: AuthOutputs, user_pool_only: AuthOutputs, context: ProjectContext
) -> None:
    merged = backend_config.merge({}, identity_pool, context)
    assert len(backend_config.merge(merged, user_pool_only, context)["parameters"]) == 4
    stale = ["userPoolId", "googleClientId"]
    kept = backend_config.merge(merged, user_pool_only, context, parameter_names=stale)
    assert list(kept["parameters"]) == ["AMPLIFY_auth_shop_googleClientId", "AMPLIFY_auth_shop_userPoolId"]


def test_a_parameter_that_another_resource_uses_survives_the_removal(
    user_pool_only: AuthOutputs, context: ProjectContext
) -> None:
    other = {"category": "function", "resourceName": "f"}
    merged = backend_config.merge(
        {"parameters": {"AMPLIFY_auth_shop_userPoolId": {"usedBy": [other]}}}, user_pool_only, context
    )
    assert len(merged["parameters"]["AMPLIFY_auth_shop_userPoolId"]["usedBy"]) == 2
    removed = backend_config.remove(merged, resource_name="shop")
    assert removed == {"auth": {}, "parameters": {"AMPLIFY_auth_shop_userPoolId": {"usedBy": [other]}}}
