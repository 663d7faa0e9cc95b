"""App clients: descriptions inside the quota, a new one like another, and one set of OAuth settings for two."""

import json
from typing import Any

import pytest

from aws import app_clients, quotas
from aws.budgets import Budget
from aws.errors import Fault, NotFound, Rejected
from aws.resources import AppClient
from tests.aws.conftest import TARGET, Sandbox

OAUTH = {
    "SupportedIdentityProviders": ["COGNITO"],
    "CallbackURLs": ["https://app.example.com/in"],
    "LogoutURLs": ["https://app.example.com/out"],
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid", "email"],
    "AllowedOAuthFlowsUserPoolClient": True,
}
OTHER_SETTINGS: dict[str, Any] = {
    "RefreshTokenValidity": 12,
    "AccessTokenValidity": 30,
    "IdTokenValidity": 45,
    "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "hours"},
    "ReadAttributes": ["email", "name"],
    "WriteAttributes": ["name"],
    "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    "PreventUserExistenceErrors": "ENABLED",
    "EnableTokenRevocation": False,
    "AuthSessionValidity": 7,
    "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 10},
    "AnalyticsConfiguration": {
        "ApplicationArn": "arn:aws:mobiletargeting:eu-west-1:123456789012:apps/0123456789abcdef0123456789abcdef"
    },
}


def make(sandbox: Sandbox, pool: str, name: str, **settings: Any) -> str:
    created = sandbox.client("cognito-idp").create_user_pool_client(UserPoolId=pool, ClientName=name, **settings)
    return str(created["UserPoolClient"]["ClientId"])


def described(sandbox: Sandbox, pool: str, client_id: str) -> dict[str, Any]:
    client = sandbox.client("cognito-idp").describe_user_pool_client(UserPoolId=pool, ClientId=client_id)
    return {key: value for key, value in client["UserPoolClient"].items() if key != "LastModifiedDate"}


def test_lists_go_on_past_the_largest_page(sandbox: Sandbox, pool: str) -> None:
    made = {make(sandbox, pool, f"client {number}") for number in range(61)}

    first = app_clients.page_of_app_clients(TARGET, pool)

    assert len(first.items) == 60
    assert first.next_token
    assert {row.id for row in app_clients.iter_app_clients(TARGET, pool)} == made


def test_a_secret_is_read_and_never_shown(sandbox: Sandbox, pool: str) -> None:
    client_id = make(sandbox, pool, "native", GenerateSecret=True)

    found = app_clients.describe_app_client(TARGET, pool, client_id)

    assert found.has_secret
    assert found.secret not in repr(found)


def test_ten_clients_are_described_within_five_calls_a_second(sandbox: Sandbox, pool: str) -> None:
    made = [make(sandbox, pool, f"client {number}") for number in range(6)]
    sandbox.forget()

    found = app_clients.describe_app_clients(TARGET, pool, [*made, "missing00"])

    starts = sorted(call["start"] for call in sandbox.calls("DescribeUserPoolClient"))
    assert list(found) == [*made, "missing00"]
    assert isinstance(found["missing00"], Fault)
    assert all(isinstance(found[client_id], AppClient) for client_id in made)
    assert starts[5] - starts[0] >= 1
    assert starts[6] - starts[1] >= 1


def test_repetitions_count_against_the_quota_too(sandbox: Sandbox, pool: str, no_pauses: list[float]) -> None:
    client_id = make(sandbox, pool, "web")
    sandbox.fail("DescribeUserPoolClient", kind="fail", code="TooManyRequestsException", times=4)

    app_clients.describe_app_client(TARGET, pool, client_id)

    budget = Budget(f"cognito-idp:DescribeUserPoolClient:{pool}", 5)
    assert quotas._limiter.take(quotas.scope_of(TARGET), [budget]) > 0


def test_what_cannot_be_described_in_time_is_a_fault(sandbox: Sandbox, pool: str) -> None:
    made = [make(sandbox, pool, f"client {number}") for number in range(6)]

    found = app_clients.describe_app_clients(TARGET, pool, made, seconds=0.6)

    late = found[made[5]]
    assert isinstance(late, Fault)
    assert late.kind in ("unavailable", "throttled")
    assert isinstance(found[made[0]], AppClient)


def test_copying_oauth_makes_the_six_properties_equal_and_keeps_the_rest(sandbox: Sandbox, pool: str) -> None:
    source = make(sandbox, pool, "web", **OAUTH)
    destination = make(
        sandbox, pool, "native", GenerateSecret=True, CallbackURLs=["old://in"], DefaultRedirectURI="old://in",
        **OTHER_SETTINGS,
    )  # fmt: skip
    before = described(sandbox, pool, destination)

    planned = app_clients.plan_copy_oauth(TARGET, pool, source_id=source, destination_id=destination)
    app_clients.copy_oauth(TARGET, pool, source_id=source, destination_id=destination, planned=planned)

    after = described(sandbox, pool, destination)
    untouched = {key: value for key, value in before.items() if key not in {*OAUTH, "DefaultRedirectURI"}}
    assert after == {**untouched, **OAUTH}
    assert set(OTHER_SETTINGS) <= set(untouched)
    assert json.loads(planned.before) == {
        "AllowedOAuthFlowsUserPoolClient": False,
        "CallbackURLs": ["old://in"],
        "DefaultRedirectURI": "old://in",
    }
    assert json.loads(planned.after) == OAUTH
    assert before["ClientSecret"] not in planned.before + planned.after


def test_what_the_source_does_not_have_is_taken_away(sandbox: Sandbox, pool: str) -> None:
    source = make(sandbox, pool, "web", CallbackURLs=["https://app.example.com/in"])
    destination = make(sandbox, pool, "native", **OAUTH)

    changed = app_clients.copy_oauth(TARGET, pool, source_id=source, destination_id=destination)

    found = app_clients.describe_app_client(TARGET, pool, source)
    assert changed.callback_urls == found.callback_urls
    assert changed.logout_urls is None
    assert changed.oauth_enabled == found.oauth_enabled


def test_equal_clients_are_left_alone(sandbox: Sandbox, pool: str) -> None:
    source, destination = make(sandbox, pool, "web", **OAUTH), make(sandbox, pool, "native", **OAUTH)

    app_clients.copy_oauth(TARGET, pool, source_id=source, destination_id=destination)

    assert sandbox.calls("UpdateUserPoolClient") == []


def test_a_copy_that_was_overtaken_is_refused_and_changes_nothing(sandbox: Sandbox, pool: str) -> None:
    source, destination = make(sandbox, pool, "web", **OAUTH), make(sandbox, pool, "native")
    planned = app_clients.plan_copy_oauth(TARGET, pool, source_id=source, destination_id=destination)
    sandbox.client("cognito-idp").update_user_pool_client(
        UserPoolId=pool, ClientId=source, **{**OAUTH, "LogoutURLs": ["https://other.example.com"]}
    )
    before = described(sandbox, pool, destination)

    with pytest.raises(Rejected):
        app_clients.copy_oauth(TARGET, pool, source_id=source, destination_id=destination, planned=planned)

    assert described(sandbox, pool, destination) == before


def test_a_new_client_is_like_the_other_but_has_its_own_secret(sandbox: Sandbox, pool: str) -> None:
    web = app_clients.describe_app_client(TARGET, pool, make(sandbox, pool, "web", **OAUTH, **OTHER_SETTINGS))

    planned = app_clients.plan_app_client(TARGET, pool, name="native", like=web, with_secret=True)
    made = app_clients.create_app_client(TARGET, pool, name="native", like=web, with_secret=True, planned=planned)

    different = {"ClientId", "ClientName", "ClientSecret", "CreationDate"}
    ours, theirs = described(sandbox, pool, made.id), described(sandbox, pool, web.id)
    assert made.has_secret
    assert made.name == "native"
    assert {k: v for k, v in ours.items() if k not in different} == {
        k: v for k, v in theirs.items() if k not in different
    }
    assert json.loads(planned.before) == {}
    assert json.loads(planned.after)["CallbackURLs"] == OAUTH["CallbackURLs"]


def test_a_secret_is_not_carried_to_the_new_client(sandbox: Sandbox, pool: str) -> None:
    native = app_clients.describe_app_client(TARGET, pool, make(sandbox, pool, "native", GenerateSecret=True))

    planned = app_clients.plan_app_client(TARGET, pool, name="web", like=native, with_secret=False)
    made = app_clients.create_app_client(TARGET, pool, name="web", like=native, with_secret=False)

    assert not made.has_secret
    assert native.secret not in planned.after


def test_a_new_client_like_no_other_gets_safe_settings(pool: str) -> None:
    made = app_clients.create_app_client(TARGET, pool, name="web", with_secret=False)

    assert made.auth_flows == ("ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")
    assert made.prevent_user_existence_errors
    assert made.token_revocation


def test_a_client_like_a_missing_one_is_not_made(sandbox: Sandbox, pool: str) -> None:
    with pytest.raises(NotFound):
        app_clients.create_app_client(
            TARGET, pool, name="web", like=AppClient(id="missing00", name="x"), with_secret=False
        )

    assert sandbox.calls("CreateUserPoolClient") == []
