"""The sample account: what the catalogue promises is there, over HTTP."""

import json
from typing import Any

import pytest

from aws.sandbox import ids
from aws.sandbox.catalogue import SCENARIOS, Scenario, scenario
from aws.sandbox.recipes_lab import RECIPES
from aws.sandbox.seed import seed

HOME = [entry for entry in SCENARIOS if entry.region == ids.HOME_REGION]
BOTH = [entry for entry in SCENARIOS if entry.web_client and entry.native_client]


def all_pages(call: Any, key: str, **arguments: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = call(**arguments)
        found += page[key]
        if "NextToken" not in page:
            return found
        arguments["NextToken"] = page["NextToken"]


def client(cognito: Any, entry: Scenario, name: str) -> dict[str, Any]:
    answer = cognito.describe_user_pool_client(UserPoolId=entry.pool_id, ClientId=entry.client_id(name))
    described: dict[str, Any] = answer["UserPoolClient"]
    return described


def trust(connect: Any, arn: str) -> dict[str, Any]:
    role = connect("iam").get_role(RoleName=arn.rpartition("/")[2])["Role"]
    document: dict[str, Any] = role["AssumeRolePolicyDocument"]
    return document


def test_the_home_region_has_more_than_one_page_of_pools_and_identity_pools(cognito: Any, identity: Any) -> None:
    assert len(all_pages(cognito.list_user_pools, "UserPools", MaxResults=60)) >= 75
    assert len(all_pages(identity.list_identity_pools, "IdentityPools", MaxResults=60)) >= 65


def test_another_region_has_pools_of_its_own(connect: Any) -> None:
    pools = connect("cognito-idp", "us-east-1").list_user_pools(MaxResults=60)["UserPools"]
    assert {pool["Name"] for pool in pools} >= {"us-store-users", "us-partners"}


def test_every_scenario_has_one_recipe_and_one_key() -> None:
    assert sorted(entry.key for entry in SCENARIOS) == sorted(RECIPES)
    assert len({entry.pool_id for entry in SCENARIOS}) == len(SCENARIOS)


@pytest.mark.parametrize("entry", SCENARIOS, ids=lambda entry: entry.key)
def test_a_scenario_is_where_the_catalogue_says(connect: Any, entry: Scenario) -> None:
    cognito = connect("cognito-idp", entry.region)
    assert cognito.describe_user_pool(UserPoolId=entry.pool_id)["UserPool"]["Name"] == entry.pool_name
    for client_id in filter(None, (entry.web_client_id, entry.native_client_id)):
        described = cognito.describe_user_pool_client(UserPoolId=entry.pool_id, ClientId=client_id)["UserPoolClient"]
        assert described["ClientId"] == client_id
    if entry.identity_pool_id:
        identity = connect("cognito-identity", entry.region)
        described = identity.describe_identity_pool(IdentityPoolId=entry.identity_pool_id)
        assert described["IdentityPoolName"] == entry.identity_pool_name


def test_the_good_pool_is_good(cognito: Any, identity: Any, connect: Any) -> None:
    good = scenario("good")
    pool = cognito.describe_user_pool(UserPoolId=good.pool_id)["UserPool"]
    assert pool["Domain"] == "sampleshop"
    assert pool["DeletionProtection"] == "ACTIVE"
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}
    assert pool["EmailConfiguration"]["EmailSendingAccount"] == "DEVELOPER"
    assert pool["EstimatedNumberOfUsers"] == 250
    web, native = client(cognito, good, "web"), client(cognito, good, "mobile")
    assert "ClientSecret" not in web
    assert native["ClientSecret"]
    for name in ("SupportedIdentityProviders", "CallbackURLs", "LogoutURLs", "AllowedOAuthFlows", "AllowedOAuthScopes"):
        assert web[name] == native[name] != []
    assert good.identity_pool_id is not None
    identity_pool = identity.describe_identity_pool(IdentityPoolId=good.identity_pool_id)
    attached = [provider["ClientId"] for provider in identity_pool["CognitoIdentityProviders"]]
    assert attached == [good.web_client_id, good.native_client_id]
    assert "accounts.google.com" in identity_pool["SupportedLoginProviders"]
    roles = identity.get_identity_pool_roles(IdentityPoolId=good.identity_pool_id)["Roles"]
    for kind in ("authenticated", "unauthenticated"):
        (statement,) = trust(connect, roles[kind])["Statement"]
        assert good.identity_pool_id in json.dumps(statement["Condition"]["StringEquals"])
        assert statement["Condition"]["ForAnyValue:StringLike"] == {"cognito-identity.amazonaws.com:amr": kind}


def test_the_good_pool_has_people_in_every_state_and_in_groups(cognito: Any) -> None:
    pool = scenario("good").pool_id
    people: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        page = cognito.list_users(UserPoolId=pool, **token)
        people += page["Users"]
        if "PaginationToken" not in page:
            break
        token = {"PaginationToken": page["PaginationToken"]}
    assert len({person["Username"] for person in people}) == 250
    assert {person["UserStatus"] for person in people} == {
        "CONFIRMED",
        "FORCE_CHANGE_PASSWORD",
        "UNCONFIRMED",
        "RESET_REQUIRED",
    }
    assert {person["Enabled"] for person in people} == {True, False}
    emails = {
        attribute["Value"] for person in people for attribute in person["Attributes"] if attribute["Name"] == "email"
    }
    assert len(emails) == 250
    assert {email.partition("@")[2] for email in emails} == {"example.com", "example.org"}
    groups = cognito.list_groups(UserPoolId=pool)["Groups"]
    assert [group["GroupName"] for group in groups] == ["Admins", "Editors", "Viewers"]
    assert len(cognito.list_users_in_group(UserPoolId=pool, GroupName="Admins")["Users"]) == 5


def test_each_oauth_scenario_differs_in_its_own_property_only(cognito: Any) -> None:
    compared = {
        "oauth-callbacks-differ": "CallbackURLs",
        "oauth-logouts-differ": "LogoutURLs",
        "oauth-flows-differ": "AllowedOAuthFlows",
        "oauth-scopes-differ": "AllowedOAuthScopes",
        "oauth-providers-differ": "SupportedIdentityProviders",
        "oauth-flag-differs": "AllowedOAuthFlowsUserPoolClient",
    }
    for key, different in compared.items():
        web, native = (client(cognito, scenario(key), name) for name in ("web", "mobile"))
        assert {name for name in compared.values() if web[name] != native[name]} == {different}


def test_roles_that_are_gone_are_gone(connect: Any, identity: Any) -> None:
    for key, kind in (("role-missing", "authenticated"), ("guest-role-missing", "unauthenticated")):
        roles = identity.get_identity_pool_roles(IdentityPoolId=scenario(key).identity_pool_id)["Roles"]
        with pytest.raises(connect("iam").exceptions.NoSuchEntityException):
            trust(connect, roles[kind])


def test_the_wholesale_pool_has_forty_clients(cognito: Any) -> None:
    pool = scenario("many-clients").pool_id
    assert len(all_pages(cognito.list_user_pool_clients, "UserPoolClients", UserPoolId=pool, MaxResults=60)) == 40


def test_planting_again_changes_nothing(cognito: Any) -> None:
    pool = scenario("mfa-on").pool_id
    cognito.update_user_pool(UserPoolId=pool, PoolName="finance-portal", DeletionProtection="INACTIVE")
    before = all_pages(cognito.list_user_pools, "UserPools", MaxResults=60)
    seed()
    assert all_pages(cognito.list_user_pools, "UserPools", MaxResults=60) == before
    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["DeletionProtection"] == "INACTIVE"


def test_identifiers_depend_on_nothing_but_names() -> None:
    # Links of an older run point at these; a change here orphans them.
    assert scenario("good").pool_id == "eu-west-1_ZVGz8frqf"
    assert scenario("good").identity_pool_id == "eu-west-1:13a249fa-9563-4be5-8b09-10aa8e495438"
