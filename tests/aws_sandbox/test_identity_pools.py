"""Identity pools as Amazon Cognito documents them, where moto alone lacks or mistakes something."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.aws_sandbox.refusals import refused

ROLES = {
    "authenticated": "arn:aws:iam::123456789012:role/sample-authenticated",
    "unauthenticated": "arn:aws:iam::123456789012:role/path/sample-unauthenticated",
}
PROVIDER = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI:0"


@pytest.fixture
def identity_pool_id(identity: Any) -> Iterator[str]:
    pool = identity.create_identity_pool(IdentityPoolName="fresh", AllowUnauthenticatedIdentities=False)
    yield pool["IdentityPoolId"]
    identity.delete_identity_pool(IdentityPoolId=pool["IdentityPoolId"])


def test_a_fresh_identity_pool_has_no_roles(identity: Any, identity_pool_id: str) -> None:
    answer = identity.get_identity_pool_roles(IdentityPoolId=identity_pool_id)
    assert answer["IdentityPoolId"] == identity_pool_id
    assert "Roles" not in answer


def test_roles_and_mappings_are_kept(identity: Any, identity_pool_id: str) -> None:
    rule = {"Claim": "custom:team", "MatchType": "Equals", "Value": "sales", "RoleARN": ROLES["authenticated"]}
    mappings = {
        PROVIDER: {
            "Type": "Rules",
            "AmbiguousRoleResolution": "Deny",
            "RulesConfiguration": {"Rules": [rule]},
        }
    }
    identity.set_identity_pool_roles(IdentityPoolId=identity_pool_id, Roles=ROLES, RoleMappings=mappings)
    answer = identity.get_identity_pool_roles(IdentityPoolId=identity_pool_id)
    assert answer["Roles"] == ROLES
    assert answer["RoleMappings"] == mappings


def test_setting_roles_replaces_those_that_were_there(identity: Any, identity_pool_id: str) -> None:
    identity.set_identity_pool_roles(IdentityPoolId=identity_pool_id, Roles=ROLES)
    only = {"authenticated": ROLES["authenticated"]}
    identity.set_identity_pool_roles(IdentityPoolId=identity_pool_id, Roles=only)
    assert identity.get_identity_pool_roles(IdentityPoolId=identity_pool_id)["Roles"] == only


def test_a_mapping_must_say_what_happens_when_it_is_ambiguous(identity: Any, identity_pool_id: str) -> None:
    with refused("InvalidParameterException", "AmbiguousRoleResolution"):
        identity.set_identity_pool_roles(
            IdentityPoolId=identity_pool_id, Roles=ROLES, RoleMappings={PROVIDER: {"Type": "Token"}}
        )


def test_a_role_is_for_signed_in_people_or_for_guests(identity: Any, identity_pool_id: str) -> None:
    with refused("InvalidParameterException", "admins"):
        identity.set_identity_pool_roles(IdentityPoolId=identity_pool_id, Roles={"admins": ROLES["authenticated"]})


def test_an_update_keeps_the_roles_and_replaces_the_rest(identity: Any, identity_pool_id: str) -> None:
    identity.set_identity_pool_roles(IdentityPoolId=identity_pool_id, Roles=ROLES)
    provider = {"ProviderName": PROVIDER.partition(":")[0], "ClientId": "0" * 26, "ServerSideTokenCheck": True}
    identity.update_identity_pool(
        IdentityPoolId=identity_pool_id,
        IdentityPoolName="renamed",
        AllowUnauthenticatedIdentities=True,
        CognitoIdentityProviders=[provider],
        SupportedLoginProviders={"accounts.google.com": "1.apps.googleusercontent.com"},
    )
    identity.update_identity_pool(
        IdentityPoolId=identity_pool_id,
        IdentityPoolName="renamed",
        AllowUnauthenticatedIdentities=True,
        CognitoIdentityProviders=[provider],
    )
    pool = identity.describe_identity_pool(IdentityPoolId=identity_pool_id)
    assert pool["IdentityPoolName"] == "renamed"
    assert pool["AllowUnauthenticatedIdentities"] is True
    assert pool["CognitoIdentityProviders"] == [provider]
    assert "SupportedLoginProviders" not in pool
    assert identity.get_identity_pool_roles(IdentityPoolId=identity_pool_id)["Roles"] == ROLES


def test_listing_goes_page_by_page_to_the_end(identity: Any) -> None:
    seen: list[str] = []
    token: dict[str, str] = {}
    sizes = []
    while True:
        page = identity.list_identity_pools(MaxResults=25, **token)
        sizes.append(len(page["IdentityPools"]))
        seen += [pool["IdentityPoolId"] for pool in page["IdentityPools"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert len(sizes) >= 3
    assert set(sizes[:-1]) == {25}
    assert len(seen) == len(set(seen)) >= 65
    assert set(page["IdentityPools"][0]) == {"IdentityPoolId", "IdentityPoolName"}


def test_a_page_of_more_than_sixty_is_refused(identity: Any) -> None:
    with refused("InvalidParameterException", "less than or equal to 60"):
        identity.list_identity_pools(MaxResults=61)


def test_a_garbage_token_is_an_invalid_parameter(identity: Any) -> None:
    with refused("InvalidParameterException", "NextToken"):
        identity.list_identity_pools(MaxResults=60, NextToken="garbage")


def test_an_unknown_identity_pool_is_named_as_aws_names_it(identity: Any) -> None:
    unknown = "eu-west-1:00000000-0000-4000-8000-000000000000"
    for call in (identity.describe_identity_pool, identity.get_identity_pool_roles):
        with refused("ResourceNotFoundException", f"IdentityPool '{unknown}' not found."):
            call(IdentityPoolId=unknown)


def test_a_malformed_identity_pool_id_is_an_invalid_parameter(identity: Any) -> None:
    with refused("InvalidParameterException", "identityPoolId"):
        identity.describe_identity_pool(IdentityPoolId="nonsense")
