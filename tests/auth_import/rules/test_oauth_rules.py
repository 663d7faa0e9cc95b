import shlex
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth_import.findings import Fix, RuleSet
from auth_import.observation import Observation
from auth_import.rules import has_oauth, oauth_differences, oauth_providers
from aws.resources import IdentityProvider
from tests.auth_import.rules.rule_observations import (
    GOOD,
    NATIVE,
    NATIVE_ID,
    POOL,
    WEB,
    WEB_ID,
    answers,
    both,
    fault,
    found,
    native,
    one_client_for_both,
    web,
)

WEB_DENIED = replace(GOOD, web_client=fault("denied", "cognito-idp:DescribeUserPoolClient"))
NATIVE_DENIED = replace(GOOD, native_client=fault("denied", "cognito-idp:DescribeUserPoolClient"))
PROVIDERS_THROTTLED = replace(GOOD, identity_providers=fault("throttled", "cognito-idp:ListIdentityProviders"))
NO_FEDERATION = both(supported_identity_providers=None)
SAML = both(supported_identity_providers=("COGNITO", "SampleCorp"))
SAML_KNOWN = replace(SAML, identity_providers=(IdentityProvider("SampleCorp", "SAML"),))
CUSTOM_DOMAIN = replace(GOOD, pool=replace(POOL, domain="", custom_domain="auth.example.com"))
NO_DOMAIN = replace(GOOD, pool=replace(POOL, domain=""))

CASES = [
    ("oauth.matching", GOOD, "pass/pass", "all six"),
    ("oauth.matching", one_client_for_both(), "pass/pass", "all six"),
    ("oauth.matching", native(callback_urls=("shop://in", "https://shop.example.com/")), "pass/pass", "all six"),
    ("oauth.matching", native(callback_urls=("shop://in",)), "fail/fail", "CallbackURLs"),
    ("oauth.matching", native(callback_urls=("https://shop.example.com", "shop://in")), "fail/fail", "CallbackURLs"),
    ("oauth.matching", native(logout_urls=None), "fail/fail", "LogoutURLs"),
    ("oauth.matching", native(oauth_flows=("implicit",)), "fail/fail", "AllowedOAuthFlows"),
    ("oauth.matching", native(oauth_scopes=("openid", "openid")), "fail/fail", "AllowedOAuthScopes"),
    ("oauth.matching", native(supported_identity_providers=("COGNITO",)), "fail/fail", "SupportedIdentityProviders"),
    ("oauth.matching", native(oauth_enabled=None), "fail/fail", "AllowedOAuthFlowsUserPoolClient"),
    ("oauth.matching", native(oauth_enabled=False), "fail/fail", "AllowedOAuthFlowsUserPoolClient"),
    (
        "oauth.matching",
        replace(web(oauth_enabled=False), native_client=replace(NATIVE, oauth_enabled=None)),
        "fail/fail",
        "AllowedOAuthFlowsUserPoolClient",
    ),
    (
        "oauth.matching",
        replace(NO_FEDERATION, native_client=replace(NATIVE, supported_identity_providers=(), callback_urls=None)),
        "fail/fail",
        "CallbackURLs",
    ),
    (
        "oauth.matching",
        replace(NO_FEDERATION, native_client=replace(NATIVE, supported_identity_providers=())),
        "pass/pass",
        "all six",
    ),
    ("oauth.matching", WEB_DENIED, "fail/fail", "the web client could not be read"),
    ("oauth.matching", NATIVE_DENIED, "fail/fail", "the native client could not be read"),
    ("oauth.complete", GOOD, "pass/pass", "callback and logout URLs"),
    ("oauth.complete", NO_FEDERATION, "pass/pass", "not applicable"),
    ("oauth.complete", both(logout_urls=()), "warn/warn", "no logout URLs"),
    ("oauth.complete", both(callback_urls=None), "warn/warn", "no callback URLs"),
    ("oauth.complete", both(oauth_flows=None, oauth_scopes=()), "warn/warn", "OAuth flows and no allowed OAuth scopes"),
    ("oauth.complete", WEB_DENIED, "warn/warn", "could not be read"),
    ("oauth.providers-supported", GOOD, "pass/pass", "COGNITO, Google"),
    ("oauth.providers-supported", NO_FEDERATION, "pass/pass", "not applicable"),
    ("oauth.providers-supported", SAML, "warn/warn", "SampleCorp"),
    ("oauth.providers-supported", SAML_KNOWN, "warn/warn", "SampleCorp (SAML)"),
    ("oauth.providers-supported", PROVIDERS_THROTTLED, "fail/fail", "could not be read"),
    (
        "oauth.providers-supported",
        replace(PROVIDERS_THROTTLED, web_client=replace(WEB, supported_identity_providers=())),
        "pass/pass",
        "not applicable",
    ),
    ("oauth.providers-supported", WEB_DENIED, "warn/warn", "could not be read"),
    ("oauth.domain", GOOD, "pass/pass", "shop-users"),
    ("oauth.domain", CUSTOM_DOMAIN, "warn/warn", "only the custom domain auth.example.com"),
    ("oauth.domain", NO_DOMAIN, "warn/warn", "no domain"),
    ("oauth.domain", replace(NO_DOMAIN, web_client=replace(WEB, logout_urls=())), "pass/pass", "not applicable"),
    ("oauth.domain", WEB_DENIED, "warn/warn", "could not be read"),
]


@pytest.mark.parametrize(("rule_id", "observation", "expected", "observed"), CASES)
def test_oauth_rules(rule_id: str, observation: Observation, expected: str, observed: str) -> None:
    assert answers(rule_id, observation) == expected
    assert observed in found(rule_id, observation).observed


@pytest.mark.parametrize("rule_set", list(RuleSet))
def test_the_comparison_is_shown_in_the_order_of_the_cli_even_when_it_passes(rule_set: RuleSet) -> None:
    table = found("oauth.matching", GOOD, rule_set).table
    assert table[0] == ("", f"shop-web ({WEB_ID})", f"shop-native ({NATIVE_ID})", "")
    assert [row[0] for row in table[1:]] == [
        "SupportedIdentityProviders",
        "AllowedOAuthFlowsUserPoolClient",
        "CallbackURLs",
        "LogoutURLs",
        "AllowedOAuthFlows",
        "AllowedOAuthScopes",
    ]
    assert {row[3] for row in table[1:]} == {"same"}
    assert table[6][1:3] == ("email\nopenid", "email\nopenid")


def test_rows_that_differ_are_marked() -> None:
    table = found("oauth.matching", native(logout_urls=None, oauth_enabled=None)).table
    assert {row[0]: row[3] for row in table[1:] if row[3] != "same"} == {
        "AllowedOAuthFlowsUserPoolClient": "differs",
        "LogoutURLs": "differs",
    }
    assert table[4][1:3] == ("https://shop.example.com/out", "")
    assert table[2][1:3] == ("true", "")


def test_the_cure_copies_the_web_clients_settings_and_keeps_the_native_ones() -> None:
    finding = found("oauth.matching", native(logout_urls=None, refresh_token_validity="7 days"))
    assert finding.fixes == (Fix.COPY_OAUTH_TO_NATIVE, Fix.COPY_OAUTH_TO_WEB)
    words = shlex.split(finding.cure.command)
    assert words[words.index("--client-id") + 1] == NATIVE_ID
    assert words[words.index("--logout-urls") + 1] == '["https://shop.example.com/out"]'
    assert words[words.index("--refresh-token-validity") + 1] == "7"
    assert "--allowed-o-auth-flows-user-pool-client" in words


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"oauth_enabled": False}, True),
        ({"supported_identity_providers": ("SampleCorp",)}, False),
        ({"supported_identity_providers": None}, False),
        ({"oauth_flows": ()}, False),
        ({"oauth_scopes": None}, False),
        ({"callback_urls": ()}, False),
        ({"logout_urls": None}, False),
    ],
)
def test_oauth_reaches_the_files_only_when_it_is_complete(changes: dict[str, Any], expected: bool) -> None:
    assert has_oauth(replace(WEB, **changes)) is expected


def test_only_five_providers_are_kept_in_the_clients_order() -> None:
    every = ("SignInWithApple", "SampleCorp", "Google", "COGNITO", "OpenIdSample", "Facebook", "LoginWithAmazon")
    assert oauth_providers(replace(WEB, supported_identity_providers=every)) == (
        "SignInWithApple",
        "Google",
        "COGNITO",
        "Facebook",
        "LoginWithAmazon",
    )


TEXTS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=4)


@given(left=TEXTS, right=TEXTS)
def test_lists_match_exactly_when_their_sorted_copies_do(left: list[str], right: list[str]) -> None:
    pair = (replace(WEB, callback_urls=tuple(left)), replace(NATIVE, callback_urls=tuple(right) or None))
    assert (oauth_differences(*pair) == ()) is (sorted(left) == sorted(right))


@given(left=st.sampled_from([True, False, None]), right=st.sampled_from([True, False, None]))
def test_the_flag_is_compared_strictly(left: bool | None, right: bool | None) -> None:
    pair = (replace(WEB, oauth_enabled=left), replace(NATIVE, oauth_enabled=right))
    assert (oauth_differences(*pair) == ()) is (left is right)


def test_the_text_says_when_no_provider_at_all_is_left() -> None:
    assert "None is left" not in found("oauth.providers-supported", SAML).reason
    assert "None is left" in found("oauth.providers-supported", both(supported_identity_providers=("Corp",))).reason


def test_a_custom_domain_is_taken_into_account_by_the_cure() -> None:
    assert "custom domain" in found("oauth.domain", CUSTOM_DOMAIN).cure.text
    assert "custom domain" not in found("oauth.domain", NO_DOMAIN).cure.text
