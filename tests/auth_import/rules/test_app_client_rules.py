import shlex
from dataclasses import replace

import pytest

from auth_import.findings import Fix
from auth_import.observation import Observation
from aws.resources import AppClientSummary, IdentityProvider, SchemaAttribute
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
    pool,
    web,
)

DESCRIBE = "cognito-idp:DescribeUserPoolClient"
WEB_GONE = replace(GOOD, web_client=fault("not-found", DESCRIBE))
WEB_DENIED = replace(GOOD, web_client=fault("denied", DESCRIBE))
NATIVE_GONE = replace(GOOD, native_client=fault("not-found", DESCRIBE))
NATIVE_DENIED = replace(GOOD, native_client=fault("denied", DESCRIBE))
NEITHER = replace(GOOD, web_client=fault("denied", DESCRIBE), native_client=fault("denied", DESCRIBE))
POOL_GONE = replace(
    GOOD, pool=fault("not-found", "cognito-idp:DescribeUserPool"), clients=(), web_client=None, native_client=None
)
UNLISTED_WEB = replace(GOOD, clients=(AppClientSummary(NATIVE_ID, "shop-native"),))
UNLISTED_NATIVE = replace(GOOD, clients=(AppClientSummary(WEB_ID, "shop-web"),))
TRIGGERS = tuple(
    (name, "arn:f") for name in ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
)
CUSTOM_ONLY = ("ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")
CUSTOM = replace(both(auth_flows=CUSTOM_ONLY), pool=replace(POOL, lambda_triggers=TRIGGERS))
PART_OF_CUSTOM = replace(CUSTOM, pool=replace(POOL, lambda_triggers=TRIGGERS[:2]))
TENANT = IdentityProvider("Google", "Google", (("custom:tenant", "hd"),))

CASES = [
    ("client.web-found", GOOD, "pass/pass", f"shop-web ({WEB_ID})"),
    ("client.web-found", web(secret="sample"), "fail/fail", "has a client secret"),
    ("client.web-found", WEB_GONE, "fail/fail", "is not an app client of"),
    ("client.web-found", UNLISTED_WEB, "fail/fail", f"{WEB_ID} is not an app client of"),
    ("client.web-found", replace(GOOD, choice=replace(GOOD.choice, web_client_id="")), "fail/fail", "no id is not"),
    ("client.web-found", replace(UNLISTED_WEB, clients_complete=False), "pass/pass", "shop-web"),
    ("client.web-found", WEB_DENIED, "fail/fail", "could not be read"),
    ("client.web-found", replace(GOOD, web_client=None), "fail/fail", "could not be read"),
    ("client.web-found", POOL_GONE, "fail/fail", "could not be read"),
    ("client.native-found", GOOD, "pass/pass", f"shop-native ({NATIVE_ID})"),
    ("client.native-found", native(secret=""), "pass/pass", "shop-native"),
    ("client.native-found", NATIVE_GONE, "fail/fail", "is not an app client of"),
    ("client.native-found", UNLISTED_NATIVE, "fail/fail", "is not an app client of"),
    ("client.native-found", NATIVE_DENIED, "fail/fail", "AccessDeniedException"),
    ("client.native-found", POOL_GONE, "fail/fail", "could not be read"),
    ("client.native-found", one_client_for_both(), "pass/pass", "shop-web"),
    ("client.native-found", replace(one_client_for_both(), native_client=None), "pass/pass", "shop-web"),
    ("client.native-secret", GOOD, "pass/pass", "has a client secret"),
    ("client.native-secret", native(secret=""), "fail!/warn", "has no client secret"),
    ("client.native-secret", NATIVE_DENIED, "fail/fail", "could not be read"),
    ("client.distinct", GOOD, "pass/pass", WEB_ID),
    ("client.distinct", one_client_for_both(), "fail!/warn", "both the web and the native"),
    ("client.auth-flows", GOOD, "pass/pass", "ALLOW_USER_SRP_AUTH"),
    ("client.auth-flows", both(auth_flows=None), "pass/pass", "AWS default"),
    ("client.auth-flows", both(auth_flows=("USER_PASSWORD_AUTH",)), "pass/pass", "USER_PASSWORD_AUTH"),
    ("client.auth-flows", web(auth_flows=("CUSTOM_AUTH_FLOW_ONLY",)), "warn/warn", "custom sign-in only"),
    ("client.auth-flows", web(auth_flows=CUSTOM_ONLY), "warn/warn", "no SRP sign-in"),
    ("client.auth-flows", native(auth_flows=CUSTOM_ONLY), "warn/warn", "shop-native"),
    ("client.auth-flows", CUSTOM, "pass/pass", "ALLOW_CUSTOM_AUTH"),
    ("client.auth-flows", PART_OF_CUSTOM, "warn/warn", "no SRP sign-in"),
    ("client.auth-flows", web(auth_flows=("ALLOW_USER_SRP_AUTH",)), "warn/warn", "no refresh tokens"),
    ("client.auth-flows", web(prevent_user_existence_errors=False), "warn/warn", "which usernames exist"),
    ("client.auth-flows", NATIVE_DENIED, "pass/pass", "the native client could not be read"),
    ("client.auth-flows", NEITHER, "info/info", "could not be read"),
    ("client.attribute-permissions", GOOD, "pass/pass", "are writable"),
    ("client.attribute-permissions", web(write_attributes=None), "pass/pass", "are writable"),
    ("client.attribute-permissions", web(write_attributes=("name",)), "warn/warn", "email (required at sign-up)"),
    ("client.attribute-permissions", native(write_attributes=()), "warn/warn", "shop-native"),
    (
        "client.attribute-permissions",
        replace(GOOD, identity_providers=(TENANT,)),
        "warn/warn",
        "custom:tenant (mapped from Google)",
    ),
    (
        "client.attribute-permissions",
        replace(both(write_attributes=None), identity_providers=(TENANT,)),
        "warn/warn",
        "custom:tenant",
    ),
    (
        "client.attribute-permissions",
        replace(both(supported_identity_providers=("COGNITO",)), identity_providers=(TENANT,)),
        "pass/pass",
        "are writable",
    ),
    (
        "client.attribute-permissions",
        replace(both(supported_identity_providers=None), identity_providers=(TENANT,)),
        "pass/pass",
        "are writable",
    ),
    (
        "client.attribute-permissions",
        replace(GOOD, identity_providers=fault("throttled", "cognito-idp:ListIdentityProviders")),
        "info/info",
        "the identity providers could not be read",
    ),
    ("client.attribute-permissions", NEITHER, "info/info", "could not be read"),
    ("client.attribute-permissions", POOL_GONE, "info/info", "could not be read"),
    ("client.revocation", GOOD, "pass/pass", "revocation is on"),
    ("client.revocation", native(token_revocation=False), "info/info", "off: shop-native"),
    ("client.revocation", NEITHER, "info/info", "could not be read"),
    ("client.token-validity", GOOD, "pass/pass", "access 60 minutes, id 60 minutes, refresh 30 days"),
    ("client.token-validity", native(refresh_token_validity="1 days"), "info/info", "refresh 1 days"),
    ("client.token-validity", both(access_token_validity=""), "pass/pass", "access 1 hour (default), id 60 minutes"),
    ("client.token-validity", both(id_token_validity=""), "pass/pass", "id 1 hour (default), refresh 30 days"),
    ("client.token-validity", both(refresh_token_validity=""), "pass/pass", "refresh 30 days (default)"),
    ("client.token-validity", NEITHER, "info/info", "could not be read"),
]


@pytest.mark.parametrize(("rule_id", "observation", "expected", "observed"), CASES)
def test_app_client_rules(rule_id: str, observation: Observation, expected: str, observed: str) -> None:
    assert answers(rule_id, observation) == expected
    assert observed in found(rule_id, observation).observed


def test_a_web_client_with_a_secret_is_cured_by_creating_one_without() -> None:
    finding = found("client.web-found", web(secret="sample-secret-word"))
    assert finding.fixes == (Fix.CREATE_WEB_CLIENT,)
    assert "--no-generate-secret" in finding.cure.command


@pytest.mark.parametrize(
    ("rule_id", "observation"),
    [("client.native-secret", native(secret="")), ("client.distinct", one_client_for_both())],
)
def test_a_missing_native_client_can_be_created(rule_id: str, observation: Observation) -> None:
    finding = found(rule_id, observation)
    assert finding.fixes == (Fix.CREATE_NATIVE_CLIENT,)
    assert "--generate-secret" in shlex.split(finding.cure.command)


def test_a_new_native_client_is_named_after_the_pool_and_takes_the_web_clients_urls() -> None:
    observation = replace(native(secret="", callback_urls=("shop://old",)), pool=POOL)
    words = shlex.split(found("client.native-secret", observation).cure.command)
    assert words[words.index("--client-name") + 1] == "shop-users-native"
    assert "https://shop.example.com/" in words[words.index("--callback-urls") + 1]


def test_when_both_clients_need_a_change_the_text_says_for_which_the_command_is() -> None:
    both_off = found("client.revocation", both(token_revocation=False))
    assert "The command is for shop-web" in both_off.cure.text
    assert WEB_ID in both_off.cure.command
    assert "The command is for" not in found("client.revocation", native(token_revocation=False)).cure.text


def test_the_cure_of_sign_in_flows_keeps_every_other_setting_and_names_no_secret() -> None:
    finding = found("client.auth-flows", native(auth_flows=("ALLOW_CUSTOM_AUTH",)))
    words = shlex.split(finding.cure.command)
    assert words[words.index("--explicit-auth-flows") + 1] == (
        '["ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]'
    )
    assert words[words.index("--refresh-token-validity") + 1] == "30"
    assert words[words.index("--write-attributes") + 1] == '["email", "name"]'
    assert NATIVE.secret not in finding.cure.command
    assert "resets every setting" in finding.cure.text


def test_letting_a_client_without_a_setting_write_an_attribute_keeps_the_standard_ones() -> None:
    schema = (*POOL.schema, SchemaAttribute("custom:tenant", required=True, mutable=True, data_type="String"))
    observation = replace(pool(schema=schema), web_client=replace(WEB, write_attributes=None))
    words = shlex.split(found("client.attribute-permissions", observation).cure.command)
    assert words[words.index("--write-attributes") + 1] == '["email", "name", "custom:tenant"]'
