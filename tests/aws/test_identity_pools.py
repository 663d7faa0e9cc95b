"""Identity pools: entries and roles are added, and nothing that was there is lost."""

import json
from typing import Any

import pytest

from aws import identity_pools
from aws.errors import Fault, Rejected
from tests.aws.conftest import TARGET, Sandbox

USER_POOL = "eu-west-1_Sample000"
PROVIDER = f"cognito-idp.eu-west-1.amazonaws.com/{USER_POOL}"
ROLE = "arn:aws:iam::123456789012:role/{}"

EVERYTHING: dict[str, Any] = {
    "IdentityPoolName": "Everything set",
    "AllowUnauthenticatedIdentities": True,
    "AllowClassicFlow": True,
    "SupportedLoginProviders": {"accounts.google.com": "sample.apps.googleusercontent.com"},
    "DeveloperProviderName": "login.sample",
    "OpenIdConnectProviderARNs": ["arn:aws:iam::123456789012:oidc-provider/sample"],
    "SamlProviderARNs": ["arn:aws:iam::123456789012:saml-provider/sample"],
    "IdentityPoolTags": {"team": "sample"},
    "CognitoIdentityProviders": [
        {"ProviderName": PROVIDER, "ClientId": "web0", "ServerSideTokenCheck": True},
        {"ProviderName": f"{PROVIDER[:-1]}9", "ClientId": "other0", "ServerSideTokenCheck": False},
    ],
}


def make(sandbox: Sandbox, **settings: Any) -> str:
    request = {"IdentityPoolName": "Sample", "AllowUnauthenticatedIdentities": False, **settings}
    return str(sandbox.client("cognito-identity").create_identity_pool(**request)["IdentityPoolId"])


def described(sandbox: Sandbox, pool_id: str) -> dict[str, Any]:
    answer = sandbox.client("cognito-identity").describe_identity_pool(IdentityPoolId=pool_id)
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def test_lists_go_on_past_the_largest_page_and_all_are_described(sandbox: Sandbox) -> None:
    made = {make(sandbox, IdentityPoolName=f"Pool {number}") for number in range(61)}

    first = identity_pools.page_of_identity_pools(TARGET)
    everything = [row.id for row in identity_pools.iter_identity_pools(TARGET)]
    found = identity_pools.describe_identity_pools(TARGET, [*everything, "eu-west-1:00000000-0000-4000-8000-0"])

    assert len(first.items) == 60
    assert first.next_token
    assert made <= set(everything)
    assert [key for key, value in found.items() if isinstance(value, Fault)] == ["eu-west-1:00000000-0000-4000-8000-0"]


@pytest.mark.parametrize(
    ("pool_id", "name"),
    [
        ("eu-west-1_Abc", "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc"),
        ("cn-north-1_Abc", "cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Abc"),
    ],
)
def test_a_user_pool_is_named_with_its_own_region(pool_id: str, name: str) -> None:
    assert identity_pools.provider_name(pool_id) == name


def test_adding_providers_keeps_every_other_field_and_entry(sandbox: Sandbox) -> None:
    pool_id = make(sandbox, **EVERYTHING)
    before = described(sandbox, pool_id)
    wanted: dict[str, Any] = {"user_pool_id": USER_POOL, "client_ids": ["web0", "native0", "native0"]}

    planned = identity_pools.plan_user_pool_providers(TARGET, pool_id, **wanted)
    updated = identity_pools.add_user_pool_providers(TARGET, pool_id, **wanted, planned=planned)

    new = {"ProviderName": PROVIDER, "ClientId": "native0", "ServerSideTokenCheck": True}
    entries = [*EVERYTHING["CognitoIdentityProviders"], new]
    assert described(sandbox, pool_id) == {**before, "CognitoIdentityProviders": entries}
    assert set(EVERYTHING) <= set(before)
    assert [entry.client_id for entry in updated.entries_for(USER_POOL)] == ["web0", "native0"]
    assert json.loads(planned.after) == {"CognitoIdentityProviders": entries}


def test_providers_that_are_there_already_are_not_sent_again(sandbox: Sandbox) -> None:
    pool_id = make(sandbox, **EVERYTHING)

    identity_pools.add_user_pool_providers(TARGET, pool_id, user_pool_id=USER_POOL, client_ids=["web0"])

    assert sandbox.calls("UpdateIdentityPool") == []


def test_the_first_provider_of_a_pool_has_no_server_side_check(sandbox: Sandbox) -> None:
    updated = identity_pools.add_user_pool_providers(TARGET, make(sandbox), user_pool_id=USER_POOL, client_ids=["web0"])

    assert updated.user_pool_providers[0].provider_name == PROVIDER
    assert not updated.user_pool_providers[0].server_side_token_check


def test_setting_one_role_keeps_the_other_and_the_mappings(sandbox: Sandbox) -> None:
    pool_id = make(sandbox)
    mappings = {
        f"{PROVIDER}:web0": {
            "Type": "Rules",
            "AmbiguousRoleResolution": "Deny",
            "RulesConfiguration": {
                "Rules": [
                    {"Claim": "team", "MatchType": "Equals", "Value": "a", "RoleARN": ROLE.format("team-a")},
                ]
            },
        }
    }
    client = sandbox.client("cognito-identity")
    client.set_identity_pool_roles(
        IdentityPoolId=pool_id, Roles={"authenticated": ROLE.format("auth")}, RoleMappings=mappings
    )

    planned = identity_pools.plan_roles(TARGET, pool_id, unauthenticated_arn=ROLE.format("guest"))
    found = identity_pools.set_roles(TARGET, pool_id, unauthenticated_arn=ROLE.format("guest"), planned=planned)

    after = client.get_identity_pool_roles(IdentityPoolId=pool_id)
    assert after["RoleMappings"] == mappings
    assert after["Roles"] == {"authenticated": ROLE.format("auth"), "unauthenticated": ROLE.format("guest")}
    assert found.authenticated_arn == ROLE.format("auth")
    assert found.mapped_providers == tuple(mappings)
    assert json.loads(planned.before)["Roles"] == {"authenticated": ROLE.format("auth")}


def test_a_pool_without_roles_has_two_empty_ones(sandbox: Sandbox) -> None:
    found = identity_pools.identity_pool_roles(TARGET, make(sandbox))

    assert (found.authenticated_arn, found.unauthenticated_arn) == ("", "")


def test_roles_changed_meanwhile_are_not_overwritten(sandbox: Sandbox) -> None:
    pool_id = make(sandbox)
    planned = identity_pools.plan_roles(TARGET, pool_id, authenticated_arn=ROLE.format("mine"))
    identity_pools.set_roles(TARGET, pool_id, authenticated_arn=ROLE.format("theirs"))

    with pytest.raises(Rejected):
        identity_pools.set_roles(TARGET, pool_id, authenticated_arn=ROLE.format("mine"), planned=planned)

    assert identity_pools.identity_pool_roles(TARGET, pool_id).authenticated_arn == ROLE.format("theirs")


def test_setting_no_role_at_all_is_rejected(sandbox: Sandbox) -> None:
    with pytest.raises(Rejected):
        identity_pools.set_roles(TARGET, make(sandbox))


def test_a_new_identity_pool_trusts_both_clients() -> None:
    wanted: dict[str, Any] = {
        "name": "Sample made", "user_pool_id": USER_POOL, "client_ids": ["web0", "native0"],
        "allow_unauthenticated": False,
    }  # fmt: skip

    planned = identity_pools.plan_identity_pool(**wanted)
    made = identity_pools.create_identity_pool(TARGET, **wanted)

    assert made.name == "Sample made"
    assert [entry.client_id for entry in made.entries_for(USER_POOL)] == ["web0", "native0"]
    assert not made.allow_unauthenticated
    assert json.loads(planned.after)["IdentityPoolName"] == "Sample made"


def test_a_name_aws_does_not_allow_is_rejected() -> None:
    with pytest.raises(Rejected):
        identity_pools.create_identity_pool(
            TARGET, name="", user_pool_id=USER_POOL, client_ids=[], allow_unauthenticated=False
        )
