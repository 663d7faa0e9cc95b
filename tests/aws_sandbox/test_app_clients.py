"""App clients as Amazon Cognito documents them, where moto alone does otherwise."""

import re
from typing import Any

from tests.aws_sandbox.refusals import refused

OAUTH = {
    "SupportedIdentityProviders": ["COGNITO"],
    "CallbackURLs": ["https://example.com/in"],
    "LogoutURLs": ["https://example.com/out"],
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid"],
    "AllowedOAuthFlowsUserPoolClient": True,
}


def test_client_ids_and_secrets_look_like_those_of_aws(cognito: Any, pool_id: str) -> None:
    client = cognito.create_user_pool_client(UserPoolId=pool_id, ClientName="native", GenerateSecret=True)
    described = client["UserPoolClient"]
    assert re.fullmatch(r"[a-z0-9]{26}", described["ClientId"])
    assert re.fullmatch(r"[a-z0-9]{50,52}", described["ClientSecret"])


def test_a_client_without_a_secret_shows_none_and_its_defaults(cognito: Any, pool_id: str) -> None:
    created = cognito.create_user_pool_client(UserPoolId=pool_id, ClientName="web")["UserPoolClient"]
    described = cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=created["ClientId"])["UserPoolClient"]
    assert "ClientSecret" not in described
    assert described["EnableTokenRevocation"] is True
    assert described["RefreshTokenValidity"] == 30
    assert described["AllowedOAuthFlowsUserPoolClient"] is False
    assert {"CreationDate", "LastModifiedDate", "TokenValidityUnits"} <= set(described)


def test_listing_shows_only_id_pool_and_name(cognito: Any, pool_id: str) -> None:
    cognito.create_user_pool_client(UserPoolId=pool_id, ClientName="native", GenerateSecret=True)
    (listed,) = cognito.list_user_pool_clients(UserPoolId=pool_id, MaxResults=60)["UserPoolClients"]
    assert set(listed) == {"ClientId", "ClientName", "UserPoolId"}


def test_an_update_resets_what_is_omitted(cognito: Any, pool_id: str) -> None:
    created = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="native",
        GenerateSecret=True,
        EnableTokenRevocation=False,
        PreventUserExistenceErrors="ENABLED",
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"],
        **OAUTH,
    )["UserPoolClient"]
    cognito.update_user_pool_client(
        UserPoolId=pool_id, ClientId=created["ClientId"], CallbackURLs=["https://example.com/in"]
    )
    after = cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=created["ClientId"])["UserPoolClient"]
    assert after["CallbackURLs"] == ["https://example.com/in"]
    for gone in ("LogoutURLs", "AllowedOAuthFlows", "AllowedOAuthScopes", "SupportedIdentityProviders"):
        assert gone not in after
    assert "PreventUserExistenceErrors" not in after
    assert "ExplicitAuthFlows" not in after
    assert after["AllowedOAuthFlowsUserPoolClient"] is False
    assert after["EnableTokenRevocation"] is True
    assert after["ClientSecret"] == created["ClientSecret"]
    assert after["ClientName"] == "native"


def test_reading_modifying_and_writing_all_of_it_keeps_the_rest(cognito: Any, pool_id: str) -> None:
    created = cognito.create_user_pool_client(UserPoolId=pool_id, ClientName="web", **OAUTH)["UserPoolClient"]
    repeated = {key: created[key] for key in OAUTH}
    repeated["LogoutURLs"] = ["https://example.com/bye"]
    cognito.update_user_pool_client(UserPoolId=pool_id, ClientId=created["ClientId"], ClientName="web", **repeated)
    after = cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=created["ClientId"])["UserPoolClient"]
    assert {key: after[key] for key in OAUTH} == repeated


def test_an_unknown_client_is_named_as_aws_names_it(cognito: Any, pool_id: str) -> None:
    unknown = "0" * 26
    with refused("ResourceNotFoundException", f"User pool client {unknown} does not exist."):
        cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=unknown)
    with refused("ResourceNotFoundException", f"User pool client {unknown} does not exist."):
        cognito.update_user_pool_client(UserPoolId=pool_id, ClientId=unknown)


def test_a_client_cannot_support_a_provider_the_pool_has_not(cognito: Any, pool_id: str) -> None:
    with refused("InvalidParameterException", "The provider Google does not exist"):
        cognito.create_user_pool_client(
            UserPoolId=pool_id, ClientName="web", SupportedIdentityProviders=["COGNITO", "Google"]
        )
