"""User pools as Amazon Cognito documents them, where moto alone does otherwise."""

import re
from typing import Any

import pytest

from tests.aws_sandbox.refusals import refused

STANDARD_ATTRIBUTES = 20


def test_a_pool_id_is_the_region_and_nine_letters_or_digits(pool_id: str) -> None:
    assert re.fullmatch(r"eu-west-1_[A-Za-z0-9]{9}", pool_id)


def test_a_schema_given_at_creation_is_added_to_the_standard_attributes(cognito: Any) -> None:
    schema = [
        {"Name": "email", "Required": True, "Mutable": True},
        {"Name": "tenant", "AttributeDataType": "String", "Mutable": False},
    ]
    pool = cognito.create_user_pool(PoolName="schema", Schema=schema)["UserPool"]
    attributes = {attribute["Name"]: attribute for attribute in pool["SchemaAttributes"]}
    assert len(attributes) == STANDARD_ATTRIBUTES + 1
    assert attributes["sub"]["Required"] is True
    assert attributes["email"]["Required"] is True
    assert attributes["phone_number"]["Required"] is False
    assert attributes["custom:tenant"]["Mutable"] is False
    cognito.delete_user_pool(UserPoolId=pool["Id"])


def test_describing_a_fresh_pool_shows_the_defaults(cognito: Any, pool_id: str) -> None:
    pool = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    assert pool["DeletionProtection"] == "INACTIVE"
    assert pool["LambdaConfig"] == {}
    assert pool["MfaConfiguration"] == "OFF"
    assert pool["UserPoolTier"] == "ESSENTIALS"
    assert pool["EstimatedNumberOfUsers"] == 0
    assert pool["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"] == 7


def test_the_estimated_number_of_users_counts_them(cognito: Any, pool_id: str) -> None:
    cognito.admin_create_user(UserPoolId=pool_id, Username="one")
    cognito.admin_create_user(UserPoolId=pool_id, Username="two")
    assert cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]["EstimatedNumberOfUsers"] == 2


def test_an_update_keeps_what_is_immutable(cognito: Any) -> None:
    created = cognito.create_user_pool(
        PoolName="immutable",
        UsernameAttributes=["email", "phone_number"],
        UsernameConfiguration={"CaseSensitive": False},
        Schema=[{"Name": "tenant", "AttributeDataType": "String", "Mutable": True}],
    )["UserPool"]
    cognito.update_user_pool(UserPoolId=created["Id"], AutoVerifiedAttributes=["email"])
    updated = cognito.describe_user_pool(UserPoolId=created["Id"])["UserPool"]
    assert updated["UsernameAttributes"] == ["email", "phone_number"]
    assert updated["UsernameConfiguration"] == {"CaseSensitive": False}
    assert updated["SchemaAttributes"] == created["SchemaAttributes"]
    assert updated["AutoVerifiedAttributes"] == ["email"]
    assert updated["Name"] == "immutable"
    cognito.delete_user_pool(UserPoolId=created["Id"])


def test_an_update_keeps_alias_attributes(cognito: Any) -> None:
    pool = cognito.create_user_pool(PoolName="alias", AliasAttributes=["email"])["UserPool"]["Id"]
    cognito.update_user_pool(UserPoolId=pool)
    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["AliasAttributes"] == ["email"]
    cognito.delete_user_pool(UserPoolId=pool)


def test_an_update_resets_to_the_default_what_is_omitted(cognito: Any) -> None:
    pool = cognito.create_user_pool(
        PoolName="resets",
        DeletionProtection="ACTIVE",
        AutoVerifiedAttributes=["email"],
        LambdaConfig={"PreSignUp": "arn:aws:lambda:eu-west-1:123456789012:function:check"},
        EmailConfiguration={
            "EmailSendingAccount": "DEVELOPER",
            "SourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/a",
        },
        AccountRecoverySetting={"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        Policies={"PasswordPolicy": {"MinimumLength": 20}},
    )["UserPool"]["Id"]
    cognito.update_user_pool(UserPoolId=pool, AutoVerifiedAttributes=["email"])
    after = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    assert after["AutoVerifiedAttributes"] == ["email"]
    assert after["DeletionProtection"] == "INACTIVE"
    assert after["LambdaConfig"] == {}
    assert after["EmailConfiguration"] == {"EmailSendingAccount": "COGNITO_DEFAULT"}
    assert "AccountRecoverySetting" not in after
    assert after["Policies"]["PasswordPolicy"]["MinimumLength"] == 8
    cognito.delete_user_pool(UserPoolId=pool)


def test_the_described_mfa_follows_set_user_pool_mfa_config(cognito: Any) -> None:
    pool = cognito.create_user_pool(PoolName="mfa", MfaConfiguration="OFF")["UserPool"]["Id"]
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True}
    )
    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["MfaConfiguration"] == "OPTIONAL"
    config = cognito.get_user_pool_mfa_config(UserPoolId=pool)
    assert config["SoftwareTokenMfaConfiguration"] == {"Enabled": True}
    cognito.delete_user_pool(UserPoolId=pool)


def test_a_protected_pool_cannot_be_deleted(cognito: Any) -> None:
    pool = cognito.create_user_pool(PoolName="protected", DeletionProtection="ACTIVE")["UserPool"]["Id"]
    with refused("InvalidParameterException", "deletion protection"):
        cognito.delete_user_pool(UserPoolId=pool)
    cognito.update_user_pool(UserPoolId=pool, DeletionProtection="INACTIVE")
    cognito.delete_user_pool(UserPoolId=pool)
    with refused("ResourceNotFoundException", f"User pool {pool} does not exist."):
        cognito.describe_user_pool(UserPoolId=pool)


def test_a_pool_with_a_domain_cannot_be_deleted(cognito: Any, pool_id: str) -> None:
    cognito.create_user_pool_domain(UserPoolId=pool_id, Domain="fresh-sample")
    with refused("InvalidParameterException", "domain"):
        cognito.delete_user_pool(UserPoolId=pool_id)
    cognito.delete_user_pool_domain(UserPoolId=pool_id, Domain="fresh-sample")


def test_a_custom_domain_is_not_shown_as_a_prefix_domain(cognito: Any, pool_id: str) -> None:
    certificate = {
        "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000002"
    }
    cognito.create_user_pool_domain(UserPoolId=pool_id, Domain="login.example.org", CustomDomainConfig=certificate)
    pool = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    assert pool["CustomDomain"] == "login.example.org"
    assert "Domain" not in pool
    described = cognito.describe_user_pool_domain(Domain="login.example.org")["DomainDescription"]
    assert described["AWSAccountId"] == "123456789012"
    assert described["CustomDomainConfig"] == certificate
    cognito.delete_user_pool_domain(UserPoolId=pool_id, Domain="login.example.org")


@pytest.mark.parametrize("malformed", ["nonsense", "eu-west-1_", "eu-west-1_abc/def", "<script>alert(1)</script>"])
def test_a_malformed_pool_id_is_an_invalid_parameter(cognito: Any, malformed: str) -> None:
    with refused("InvalidParameterException", "userPoolId"):
        cognito.describe_user_pool(UserPoolId=malformed)


def test_a_pool_of_another_region_is_not_found(cognito: Any) -> None:
    with refused("ResourceNotFoundException", "User pool us-east-1_AbCdEfGhI does not exist."):
        cognito.describe_user_pool(UserPoolId="us-east-1_AbCdEfGhI")


def test_pages_of_more_than_sixty_are_refused(cognito: Any, pool_id: str) -> None:
    with refused("InvalidParameterException", "less than or equal to 60"):
        cognito.list_user_pools(MaxResults=61)
    with refused("InvalidParameterException", "less than or equal to 60"):
        cognito.list_user_pool_clients(UserPoolId=pool_id, MaxResults=61)
    with refused("InvalidParameterException", "less than or equal to 60"):
        cognito.list_users(UserPoolId=pool_id, Limit=61)


@pytest.mark.parametrize("token", ["garbage", "e30=", "W10=", "bm90aGluZw=="])
def test_a_garbage_token_is_an_invalid_parameter(cognito: Any, pool_id: str, token: str) -> None:
    with refused("InvalidParameterException", "pagination token"):
        cognito.list_user_pools(MaxResults=60, NextToken=token)
    with refused("InvalidParameterException", "pagination token"):
        cognito.list_users(UserPoolId=pool_id, PaginationToken=token)


def test_google_is_completed_with_what_cognito_knows(cognito: Any, pool_id: str) -> None:
    details = {"client_id": "1", "client_secret": "2", "authorize_scopes": "openid"}
    cognito.create_identity_provider(
        UserPoolId=pool_id, ProviderName="Google", ProviderType="Google", ProviderDetails=details
    )
    provider = cognito.describe_identity_provider(UserPoolId=pool_id, ProviderName="Google")["IdentityProvider"]
    assert provider["ProviderDetails"]["authorize_url"] == "https://accounts.google.com/o/oauth2/v2/auth"
    assert provider["ProviderDetails"]["client_id"] == "1"


def test_what_is_not_found_is_named_as_aws_names_it(cognito: Any, pool_id: str) -> None:
    with refused("ResourceNotFoundException", "Identity provider Nope does not exist."):
        cognito.describe_identity_provider(UserPoolId=pool_id, ProviderName="Nope")
    with refused("ResourceNotFoundException", "Group not found."):
        cognito.get_group(UserPoolId=pool_id, GroupName="nope")
    with refused("ResourceNotFoundException", "Group not found."):
        cognito.delete_group(UserPoolId=pool_id, GroupName="nope")


def test_a_group_name_has_no_spaces(cognito: Any, pool_id: str) -> None:
    with refused("InvalidParameterException", "groupName"):
        cognito.create_group(UserPoolId=pool_id, GroupName="two words")
