from dataclasses import replace

import pytest

from auth_import.findings import Fix, RuleSet
from auth_import.observation import Observation
from aws.resources import AppClientSummary, MfaConfig
from tests.auth_import.rules.rule_observations import (
    GOOD,
    NATIVE,
    POOL_ID,
    REGION,
    THIRD,
    USER_POOL_ONLY,
    WEB,
    answers,
    fault,
    found,
    native,
    one_client_for_both,
    pool,
    with_third,
)

DESCRIBE = "cognito-idp:DescribeUserPool"
ALL_SECRET = replace(GOOD, web_client=replace(WEB, secret="sample"))
NO_SECRET = replace(GOOD, native_client=replace(NATIVE, secret=""))
MFA_DENIED = replace(GOOD, mfa=fault("denied", "cognito-idp:GetUserPoolMfaConfig"))
UNREAD = replace(GOOD, pool=fault("unavailable", DESCRIBE))
GONE = fault("not-found", "cognito-idp:DescribeUserPoolClient")
EMPTY = replace(GOOD, clients=(), web_client=GONE, native_client=GONE)
ONE_UNSEEN = replace(
    GOOD,
    native_client=replace(NATIVE, secret=""),
    clients=(*GOOD.clients, AppClientSummary("seen-later", "later")),  # type: ignore[misc]
)


def not_found(pool_id: str) -> Observation:
    return replace(
        GOOD, choice=replace(GOOD.choice, user_pool_id=pool_id), pool=fault("not-found", DESCRIBE), clients=()
    )


CASES = [
    ("pool.exists", GOOD, "pass/pass", f"shop-users ({POOL_ID})"),
    ("pool.exists", not_found(POOL_ID), "fail/fail", f"was not found in {REGION}"),
    ("pool.exists", not_found("us-east-1_Abc"), "fail/fail", "is in us-east-1, the environment is in eu-west-1"),
    ("pool.exists", replace(GOOD, pool=fault("denied", DESCRIBE)), "fail/fail", "may not be read by the console"),
    ("pool.exists", replace(GOOD, pool=fault("throttled", DESCRIBE)), "fail/fail", "slow down"),
    ("pool.exists", UNREAD, "fail/fail", "ConnectTimeout"),
    ("pool.web-client-available", GOOD, "pass/pass", "shop-web"),
    ("pool.web-client-available", ALL_SECRET, "fail/fail", "none of the pool's 2 app clients"),
    ("pool.web-client-available", replace(GOOD, clients=fault("denied", "x:y")), "fail/fail", "could not be read"),
    ("pool.web-client-available", UNREAD, "fail/fail", "could not be read"),
    ("pool.web-client-available", EMPTY, "fail/fail", "no app client"),
    ("pool.native-client-available", GOOD, "pass/pass", "shop-native"),
    ("pool.native-client-available", NO_SECRET, "fail!/info", "none of the pool's 2 app clients"),
    ("pool.native-client-available", one_client_for_both(), "pass/pass", "shop-native"),
    ("pool.native-client-available", ONE_UNSEEN, "info/info", "1 of 3 clients not looked at"),
    ("pool.native-client-available", replace(NO_SECRET, clients_complete=False), "info/info", "other clients not"),
    ("pool.native-client-available", UNREAD, "fail/fail", "could not be read"),
    ("mfa.readable", GOOD, "pass/pass", "OPTIONAL"),
    ("mfa.readable", pool(mfa_configuration="OFF"), "pass/pass", "not applicable"),
    ("mfa.readable", MFA_DENIED, "info/info", "its methods could not be read"),
    ("mfa.readable", replace(GOOD, mfa=None), "info/info", "it was not read"),
    ("mfa.readable", UNREAD, "info/info", "could not be read"),
    ("mfa.totp-listed", GOOD, "pass/pass", "listed as it is set"),
    ("mfa.totp-listed", replace(GOOD, mfa=MfaConfig("ON", sms_present=True)), "pass/pass", "not listed"),
    ("mfa.totp-listed", replace(GOOD, mfa=MfaConfig("ON", totp_present=True)), "info/info", "but is disabled"),
    ("mfa.totp-listed", pool(mfa_configuration="OFF"), "pass/pass", "not applicable"),
    ("mfa.totp-listed", MFA_DENIED, "info/info", "could not be read"),
    ("username.first-attribute-only", GOOD, "pass/pass", "email"),
    ("username.first-attribute-only", pool(username_attributes=None), "pass/pass", "username"),
    (
        "username.first-attribute-only",
        pool(username_attributes=("email", "phone_number")),
        "warn/warn",
        "email, phone_number",
    ),
    ("pool.case-insensitive", GOOD, "pass/pass", "insensitive"),
    ("pool.case-insensitive", pool(case_sensitive=True), "warn/warn", "case-sensitive"),
    ("pool.alias-attributes", GOOD, "pass/pass", "no alias"),
    ("pool.alias-attributes", pool(alias_attributes=()), "pass/pass", "no alias"),
    ("pool.alias-attributes", pool(alias_attributes=("email",)), "info/info", "email"),
    ("pool.deletion-protection", GOOD, "pass/pass", "on"),
    ("pool.deletion-protection", pool(deletion_protection=False), "warn/warn", "off"),
    ("pool.lambda-triggers", GOOD, "pass/pass", "no Lambda"),
    ("pool.lambda-triggers", pool(lambda_triggers=(("PreSignUp", ""),)), "pass/pass", "no Lambda"),
    ("pool.lambda-triggers", pool(lambda_triggers=(("PreSignUp", "arn:f"),)), "info/info", "PreSignUp: arn:f"),
    ("pool.email-sender", GOOD, "pass/pass", "SES"),
    ("pool.email-sender", pool(email_account="COGNITO_DEFAULT"), "warn/warn", "about 250 users"),
    ("pool.email-sender", pool(email_account="COGNITO_DEFAULT", estimated_users=50), "pass/pass", "enough"),
    ("pool.email-sender", pool(email_account="COGNITO_DEFAULT", estimated_users=51), "warn/warn", "51"),
    ("pool.email-sender", pool(email_account="COGNITO_DEFAULT", estimated_users=None), "warn/warn", "unknown"),
    ("pool.password-recovery", GOOD, "pass/pass", "verified_email"),
    ("pool.password-recovery", pool(recovery_mechanisms=None), "pass/pass", "no setting"),
    ("pool.password-recovery", pool(recovery_mechanisms=("admin_only",)), "warn/warn", "admin_only"),
]


@pytest.mark.parametrize(("rule_id", "observation", "expected", "observed"), CASES)
def test_user_pool_rules(rule_id: str, observation: Observation, expected: str, observed: str) -> None:
    assert answers(rule_id, observation) == expected
    assert observed in found(rule_id, observation).observed


def test_the_three_ways_of_not_finding_a_pool_have_three_texts() -> None:
    cures = {
        found("pool.exists", observation).cure.text
        for observation in (
            not_found(POOL_ID),
            not_found("us-east-1_Abc"),
            replace(GOOD, pool=fault("denied", DESCRIBE)),
        )
    }
    assert len(cures) == 3
    assert any(DESCRIBE in cure for cure in cures)


def test_missing_clients_can_be_created_with_the_settings_of_the_other() -> None:
    missing_native = found("pool.native-client-available", NO_SECRET)
    assert missing_native.fixes == (Fix.CREATE_NATIVE_CLIENT,)
    assert "--generate-secret" in missing_native.cure.command
    assert "https://shop.example.com/out" in missing_native.cure.command
    missing_web = found("pool.web-client-available", ALL_SECRET)
    assert missing_web.fixes == (Fix.CREATE_WEB_CLIENT,)
    assert "--no-generate-secret" in missing_web.cure.command


def test_a_client_described_beside_the_chosen_ones_counts_as_available() -> None:
    observation = replace(with_third(), web_client=replace(WEB, secret="sample"))
    assert THIRD.name in found("pool.web-client-available", observation).observed


def test_challenge_triggers_are_told_from_other_triggers() -> None:
    three = ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
    everything = found("pool.lambda-triggers", pool(lambda_triggers=tuple((name, "arn:f") for name in three)))
    assert "CUSTOM_AUTH" in everything.reason
    some = found("pool.lambda-triggers", pool(lambda_triggers=((three[0], "arn:f"),)))
    assert "do not switch" in some.reason


def test_turning_on_deletion_protection_is_a_fix_and_its_command_reads_the_pool_first() -> None:
    finding = found("pool.deletion-protection", pool(deletion_protection=False))
    assert finding.fixes == (Fix.TURN_ON_DELETION_PROTECTION,)
    assert finding.cure.command.startswith(f"aws cognito-idp describe-user-pool --region {REGION}")
    assert "resets every setting" in finding.cure.text


def test_what_the_cli_does_not_read_never_blocks_its_verdict() -> None:
    assert found("pool.native-client-available", native(secret=""), RuleSet.CLI).severity == "info"
    assert answers(
        "pool.native-client-available", replace(USER_POOL_ONLY, native_client=replace(NATIVE, secret=""))
    ) == ("fail!/info")
