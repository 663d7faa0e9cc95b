"""Whatever order and times AWS answers with, nothing alarms; and every single change that matters does."""

import random
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth_import.watch.judging import drift_of
from aws.errors import Fault
from tests.auth_import.watch.answers import IDENTITY, POOL, ROLE, THEN, WEB, Document, answers, link_of, role, seen

LINK = link_of(answers())
NOTHING: tuple[Any, ...] = (None, [], "", {})
GONE = Fault("not-found", "ResourceNotFoundException", "gone", "cognito-idp:DescribeUserPool")
MAY_BE_REFUSED = ("mfa", "groups", "identity_providers", "authenticated_role", "unauthenticated_role")


def drifts(documents: dict[str, Any]) -> set[str]:
    return {one.id for one in drift_of(LINK, seen(documents))}


def retold(value: Any, draw: random.Random) -> Any:
    """The same said otherwise: lists and members in another order, other times, emptiness left out."""
    if isinstance(value, dict):
        keys = [key for key, item in value.items() if item not in NOTHING or draw.random() < 0.5]
        draw.shuffle(keys)
        return {key: retold(value[key], draw) for key in keys}
    if isinstance(value, list):
        items = [retold(item, draw) for item in value]
        draw.shuffle(items)
        return items
    return value + timedelta(seconds=draw.randint(1, 10**6)) if isinstance(value, type(THEN)) else value


def told_otherwise(documents: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """Every answer said otherwise, some with emptiness spelt out, or with a member that AWS has just invented."""
    more = [{}, {"NewInAws": ["x"]}, {"AliasAttributes": []}, {"NextToken": None}]
    return {
        place: retold(document, draw) | draw.choice(more) if isinstance(document, dict) else document
        for place, document in documents.items()
    }


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(), refused=st.sets(st.sampled_from(MAY_BE_REFUSED)), users=st.integers(0, 10**6))
def test_order_times_emptiness_and_refusals_never_alarm(seed: int, refused: set[str], users: int) -> None:
    # Hypothesis chooses the seed, so that a failure is found again.
    told = told_otherwise(answers(), random.Random(seed))  # noqa: S311
    told["pool"]["EstimatedNumberOfUsers"] = users
    for place in refused:
        told[place] = Fault("denied", "AccessDeniedException", "no", "iam:GetRole")
    assert drifts(told) == set()


def test_right_after_the_import_nothing_has_changed() -> None:
    assert drifts(answers()) == set()


@settings(max_examples=30, deadline=None)
@given(st.sets(st.sampled_from(sorted(answers())), min_size=1), st.sampled_from(["denied", "throttled", "unavailable"]))
def test_what_could_not_be_read_never_alarms_whatever_it_is(places: set[str], kind: Any) -> None:
    documents: dict[str, Any] = answers()
    for place in places:
        documents[place] = Fault(kind, "Sample", "no answer", "cognito-idp:DescribeUserPool")
    assert drifts(documents) == set()


def put(place: str, *path: Any) -> Callable[[dict[str, Any]], object]:
    """Sets the last of `path` at the place that the others lead to."""
    *way, key, value = path

    def change(documents: dict[str, Any]) -> None:
        where: Any = documents[place]
        for step in way:
            where = where[step]
        where[key] = value

    return change


def replace_by(place: str, document: Any) -> Callable[[dict[str, Any]], object]:
    return lambda documents: documents.update({place: document})


def clients(key: str, value: Any) -> Callable[[dict[str, Any]], object]:
    """The same change of both clients, or they would only differ from each other."""

    def change(documents: dict[str, Any]) -> None:
        for place in ("web_client", "native_client"):
            documents[place][key] = value

    return change


def without_secret(documents: dict[str, Any]) -> None:
    del documents["native_client"]["ClientSecret"]


def pool_is_gone(documents: dict[str, Any]) -> None:
    for place in ("pool", "web_client", "native_client", "mfa", "groups", "identity_providers"):
        documents[place] = GONE


def identity_pool_is_gone(documents: dict[str, Any]) -> None:
    documents["identity_pool"] = documents["identity_pool_roles"] = GONE
    documents["authenticated_role"] = documents["unauthenticated_role"] = None


def other_trust(name: str, amr: str) -> Document:
    document = role(name, amr)
    text = str(document["AssumeRolePolicyDocument"]).replace(IDENTITY, "eu-west-1:another")
    return {**document, "AssumeRolePolicyDocument": eval(text)}  # noqa: S307  (our own text)


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], set[str]]] = {
    "pool gone": (pool_is_gone, {"pool.exists"}),
    "identity pool gone": (identity_pool_is_gone, {"identity-pool.trusts-pool"}),
    "web client gone": (replace_by("web_client", GONE), {"client.web-found"}),
    "native client gone": (replace_by("native_client", GONE), {"client.native-found"}),
    "new secret": (put("native_client", "ClientSecret", "another"), {"client.native-secret-replaced"}),
    "no secret": (without_secret, {"client.native-secret"}),
    "pool renamed": (put("pool", "Name", "others"), {"pool.name"}),
    "domain": (put("pool", "Domain", "elsewhere"), {"pool.domain"}),
    "custom domain": (put("pool", "CustomDomain", ""), {"pool.custom-domain"}),
    "password policy": (put("pool", "Policies", "PasswordPolicy", "MinimumLength", 8), {"pool.password-policy"}),
    "MFA": (put("pool", "MfaConfiguration", "ON"), {"pool.mfa-configuration"}),
    "MFA methods": (put("mfa", "SoftwareTokenMfaConfiguration", {"Enabled": False}), {"pool.mfa-methods"}),
    "verification": (put("pool", "AutoVerifiedAttributes", ["email"]), {"pool.verification"}),
    "deletion protection": (put("pool", "DeletionProtection", "INACTIVE"), {"pool.deletion-protection"}),
    "e-mail sender": (put("pool", "EmailConfiguration", {"EmailSendingAccount": "COGNITO_DEFAULT"}), set()),
    "recovery": (
        put("pool", "AccountRecoverySetting", {"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]}),
        {"pool.password-recovery"},
    ),
    "custom sign-in": (
        put(
            "pool",
            "LambdaConfig",
            {f"{one}AuthChallenge": "arn:x" for one in ("Define", "Create")} | {"VerifyAuthChallengeResponse": "arn:x"},
        ),
        {"pool.custom-auth"},
    ),
    "callback URLs": (clients("CallbackURLs", ["https://new.example.com/in"]), {"client.callback-urls"}),
    "sign-out URLs": (clients("LogoutURLs", ["https://new.example.com/out"]), {"client.logout-urls"}),
    "OAuth flows": (clients("AllowedOAuthFlows", ["implicit"]), {"client.oauth-flows"}),
    "OAuth scopes": (clients("AllowedOAuthScopes", ["openid"]), {"client.oauth-scopes"}),
    "identity providers": (clients("SupportedIdentityProviders", ["COGNITO"]), {"client.identity-providers"}),
    "a provider gone": (
        put("identity_providers", "Providers", 0, "ProviderName", "Gone"),
        {"client.identity-provider-gone"},
    ),
    "one client's URLs": (put("native_client", "CallbackURLs", ["app://other"]), {"oauth.matching"}),
    "sign-in flows": (
        put("web_client", "ExplicitAuthFlows", ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]),
        {"client.auth-flows"},
    ),
    "a group gone": (lambda documents: documents["groups"]["Groups"].pop(), {"pool.groups"}),
    "a group's precedence": (put("groups", "Groups", 1, "Precedence", 9), {"pool.groups"}),
    "a group's role": (put("groups", "Groups", 0, "RoleArn", ROLE.format("x")), {"pool.groups"}),
    "identity pool renamed": (put("identity_pool", "IdentityPoolName", "other"), {"identity-pool.name"}),
    "guests": (put("identity_pool", "AllowUnauthenticatedIdentities", False), {"identity-pool.guests"}),
    "social sign-in": (put("identity_pool", "SupportedLoginProviders", {}), {"identity-pool.login-providers"}),
    "client taken out of the identity pool": (
        lambda documents: documents["identity_pool"]["CognitoIdentityProviders"].pop(),
        {"identity-pool.both-clients"},
    ),
    "no client in the identity pool": (
        put("identity_pool", "CognitoIdentityProviders", []),
        {"identity-pool.trusts-pool", "identity-pool.both-clients"},
    ),
    "another role": (
        lambda documents: (
            put("identity_pool_roles", "Roles", "authenticated", ROLE.format("new"))(documents),
            put("authenticated_role", "Arn", ROLE.format("new"))(documents),
        ),
        {"identity-pool.authenticated-role"},
    ),
    "no guest role": (
        lambda documents: (
            documents["identity_pool_roles"]["Roles"].pop("unauthenticated"),
            documents.update({"unauthenticated_role": None}),
        ),
        {"identity-pool.unauthenticated-role", "guest.consistent"},
    ),
    "role gone": (replace_by("authenticated_role", GONE), {"role.exists"}),
    "guest role gone": (replace_by("unauthenticated_role", GONE), {"role.exists"}),
    "trust": (replace_by("authenticated_role", other_trust("in", "authenticated")), {"role.trust"}),
    "trust of guests": (replace_by("unauthenticated_role", other_trust("guest", "unauthenticated")), {"role.trust"}),
}


@pytest.mark.parametrize("what", sorted(CHANGES))
def test_every_single_change_that_matters_is_found_and_says_what_breaks_for_whom(what: str) -> None:
    change, expected = CHANGES[what]
    documents: dict[str, Any] = deepcopy(answers())
    change(documents)
    found = drift_of(LINK, seen(told_otherwise(documents, random.Random(what))))  # noqa: S311
    if what == "e-mail sender":
        # With twelve users Cognito's own sender does as well.
        assert not found
        documents["pool"]["EstimatedNumberOfUsers"] = 900
        expected, found = {"pool.email-sender"}, drift_of(LINK, seen(documents))
    # A role that trusts another identity pool is reachable from there as well.
    assert {one.id for one in found} - {"role.reachable-by-others"} == expected
    for one in found:
        assert one.before
        assert one.after
        assert one.before != one.after
        assert "Affected: " in one.breaks or one.id.startswith("client.native-secret")


def test_a_vanished_pool_is_told_once_and_as_vanished() -> None:
    documents: dict[str, Any] = answers()
    pool_is_gone(documents)
    [one] = drift_of(LINK, seen(documents))
    assert (one.vanished, one.acceptable) == ("user pool", False)
    assert POOL in one.after
    assert "Nobody can sign in" in one.breaks


def test_methods_of_mfa_mean_nothing_while_it_is_off() -> None:
    off = answers()
    off["pool"]["MfaConfiguration"] = "OFF"
    link = link_of(off)
    off["mfa"]["SoftwareTokenMfaConfiguration"] = {"Enabled": False}
    assert drift_of(link, seen(dict(off))) == ()


def test_a_client_of_another_name_is_no_drift() -> None:
    documents = answers()
    documents["web_client"]["ClientName"] = f"{WEB}-renamed"
    assert drifts(dict(documents)) == set()
