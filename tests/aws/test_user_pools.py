"""User pools, and an update that loses nothing."""

import json
from typing import Any

import pytest

from aws import user_pools
from aws.errors import Fault, NotFound, Rejected, Unavailable
from tests.aws.conftest import TARGET, Inject, Sandbox, answer

LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function:sample"

FULL_POOL: dict[str, Any] = {
    "PoolName": "Everything set",
    "Policies": {
        "PasswordPolicy": {
            "MinimumLength": 12,
            "RequireUppercase": True,
            "RequireLowercase": True,
            "RequireNumbers": True,
            "RequireSymbols": False,
            "PasswordHistorySize": 3,
            "TemporaryPasswordValidityDays": 3,
        },
        "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
    },
    "LambdaConfig": {
        "PreSignUp": LAMBDA,
        "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": LAMBDA},
    },
    "AutoVerifiedAttributes": ["email"],
    "UsernameAttributes": ["email"],
    "VerificationMessageTemplate": {
        "EmailMessage": "Your code is {####}",
        "EmailSubject": "Your code",
        "DefaultEmailOption": "CONFIRM_WITH_CODE",
    },
    "SmsAuthenticationMessage": "Code {####}",
    "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
    "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": True},
    "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
    "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "sample"},
    "UserPoolTags": {"team": "sample"},
    "AdminCreateUserConfig": {
        "AllowAdminCreateUserOnly": True,
        "InviteMessageTemplate": {"EmailMessage": "{username} {####}", "EmailSubject": "Welcome"},
    },
    "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"},
    "UsernameConfiguration": {"CaseSensitive": False},
    "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
    "UserPoolTier": "PLUS",
    "MfaConfiguration": "OPTIONAL",
}


def described(sandbox: Sandbox, pool_id: str) -> dict[str, Any]:
    pool = sandbox.client("cognito-idp").describe_user_pool(UserPoolId=pool_id)["UserPool"]
    return {key: value for key, value in pool.items() if key != "LastModifiedDate"}


def test_lists_go_on_past_the_largest_page(sandbox: Sandbox, pool: str) -> None:
    client = sandbox.client("cognito-idp")
    made = {client.create_user_pool(PoolName=f"Pool {n}")["UserPool"]["Id"] for n in range(62)} | {pool}
    sandbox.forget()

    first = user_pools.page_of_user_pools(TARGET)
    rest = user_pools.page_of_user_pools(TARGET, token=first.next_token)
    everything = [row.id for row in user_pools.iter_user_pools(TARGET)]

    assert len(first.items) == 60
    assert first.next_token
    assert not rest.next_token
    assert made <= set(everything)
    assert len(everything) == len(set(everything)) == len(first.items) + len(rest.items)
    assert len(user_pools.page_of_user_pools(TARGET, size=7).items) == 7


def test_the_first_page_costs_one_call(sandbox: Sandbox) -> None:
    user_pools.page_of_user_pools(TARGET)

    assert [call["operation"] for call in sandbox.calls()] == ["ListUserPools"]


def test_a_list_that_repeats_its_page_for_ever_is_unavailable(inject: Inject) -> None:
    inject("cognito-idp", "ListUserPools", lambda: answer(200, b'{"UserPools": [], "NextToken": "again"}'))

    with pytest.raises(Unavailable) as caught:
        list(user_pools.iter_user_pools(TARGET))

    assert caught.value.code == "RepeatedPage"


def test_an_empty_page_in_the_middle_does_not_end_a_list(inject: Inject) -> None:
    pages = iter(
        [
            b'{"UserPools": [], "NextToken": "more"}',
            b'{"UserPools": [{"Id": "eu-west-1_Late0", "Name": "late"}]}',
        ]
    )
    inject("cognito-idp", "ListUserPools", lambda: answer(200, next(pages)))

    assert [row.name for row in user_pools.iter_user_pools(TARGET)] == ["late"]


def test_several_pools_are_described_with_a_fault_for_the_missing_one(pool: str) -> None:
    found = user_pools.describe_user_pools(TARGET, [pool, "eu-west-1_Missing00"])

    assert found[pool] == user_pools.describe_user_pool(TARGET, pool)
    missing = found["eu-west-1_Missing00"]
    assert isinstance(missing, Fault)
    assert (missing.kind, missing.code) == ("not-found", "ResourceNotFoundException")


def test_mfa_settings_are_read(sandbox: Sandbox, pool: str) -> None:
    sandbox.client("cognito-idp").set_user_pool_mfa_config(
        UserPoolId=pool, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="OPTIONAL"
    )

    found = user_pools.mfa_config(TARGET, pool)

    assert (found.configuration, found.totp_enabled, found.sms_present) == ("OPTIONAL", True, False)


def test_sign_in_providers_come_with_their_mapping_and_without_their_secrets(sandbox: Sandbox, pool: str) -> None:
    client = sandbox.client("cognito-idp")
    for name in ("Google", "Facebook"):
        client.create_identity_provider(
            UserPoolId=pool,
            ProviderName=name,
            ProviderType=name,
            ProviderDetails={"client_id": "id", "client_secret": "very-secret", "authorize_scopes": "email"},
            AttributeMapping={"email": "email"},
        )

    found = user_pools.list_identity_providers(TARGET, pool)

    assert {provider.name for provider in found} == {"Google", "Facebook"}
    assert found[0].attribute_mapping[0] == ("email", "email")
    assert "very-secret" not in repr(found)


def test_a_provider_that_vanishes_while_listing_is_not_swallowed(sandbox: Sandbox, pool: str) -> None:
    sandbox.client("cognito-idp").create_identity_provider(
        UserPoolId=pool, ProviderName="Google", ProviderType="Google", ProviderDetails={"client_id": "id"}
    )
    sandbox.fail("DescribeIdentityProvider", kind="fail", code="ResourceNotFoundException")

    with pytest.raises(NotFound):
        user_pools.list_identity_providers(TARGET, pool)


def test_groups_are_listed_to_the_end(sandbox: Sandbox, pool: str) -> None:
    client = sandbox.client("cognito-idp")
    for number in range(61):
        client.create_group(UserPoolId=pool, GroupName=f"group-{number:02}", Precedence=number)

    found = user_pools.list_groups(TARGET, pool)

    assert len(found) == 61
    assert {group.precedence for group in found} == set(range(61))


def test_turning_on_deletion_protection_keeps_every_other_field(sandbox: Sandbox) -> None:
    pool_id = sandbox.client("cognito-idp").create_user_pool(**FULL_POOL)["UserPool"]["Id"]
    before = described(sandbox, pool_id)

    planned = user_pools.plan_deletion_protection(TARGET, pool_id)
    updated = user_pools.turn_on_deletion_protection(TARGET, pool_id, planned=planned)

    after = described(sandbox, pool_id)
    assert updated.deletion_protection
    assert json.loads(planned.before) == {"DeletionProtection": "INACTIVE"}
    assert json.loads(planned.after) == {"DeletionProtection": "ACTIVE"}
    assert {**before, "DeletionProtection": "ACTIVE"} == after
    assert set(FULL_POOL) - {"PoolName"} <= set(after)


def test_turning_it_off_again_is_planned_and_keeps_every_other_field(sandbox: Sandbox) -> None:
    settings = {**FULL_POOL, "DeletionProtection": "ACTIVE"}
    pool_id = sandbox.client("cognito-idp").create_user_pool(**settings)["UserPool"]["Id"]
    before = described(sandbox, pool_id)

    planned = user_pools.plan_deletion_protection(TARGET, pool_id, on=False)
    updated = user_pools.turn_off_deletion_protection(TARGET, pool_id, planned=planned)

    assert not updated.deletion_protection
    assert (json.loads(planned.before), json.loads(planned.after)) == (
        {"DeletionProtection": "ACTIVE"},
        {"DeletionProtection": "INACTIVE"},
    )
    assert {**before, "DeletionProtection": "INACTIVE"} == described(sandbox, pool_id)
    assert not user_pools.plan_deletion_protection(TARGET, pool_id, on=False).needed
    with pytest.raises(Rejected, match="changed by somebody else"):
        user_pools.turn_off_deletion_protection(TARGET, pool_id, planned=planned)


def test_what_is_on_already_is_not_sent_again(sandbox: Sandbox, pool: str) -> None:
    user_pools.turn_on_deletion_protection(TARGET, pool)
    user_pools.turn_on_deletion_protection(TARGET, pool)

    assert not user_pools.plan_deletion_protection(TARGET, pool).needed
    assert len(sandbox.calls("UpdateUserPool")) == 1


def test_a_difference_other_than_the_one_shown_is_refused(sandbox: Sandbox, pool: str) -> None:
    planned = user_pools.plan_deletion_protection(TARGET, pool)
    sandbox.client("cognito-idp").update_user_pool(UserPoolId=pool, DeletionProtection="ACTIVE")

    with pytest.raises(Rejected) as caught:
        user_pools.turn_on_deletion_protection(TARGET, pool, planned=planned)

    assert caught.value.code == "ChangedMeanwhile"


def request_for(**description: Any) -> dict[str, Any]:
    return user_pools.update_request(TARGET, {"Id": "eu-west-1_Sample", "Name": "Sample", **description})


def test_an_update_carries_only_what_the_operation_takes() -> None:
    request = request_for(
        Arn="arn", Status="Enabled", EstimatedNumberOfUsers=3, SchemaAttributes=[], Domain="sample",
        UsernameConfiguration={"CaseSensitive": False}, UserPoolTier="LITE", SmsConfigurationFailure="x",
    )  # fmt: skip

    assert request == {"UserPoolId": "eu-west-1_Sample", "PoolName": "Sample", "UserPoolTier": "LITE"}


def test_the_old_validity_days_give_way_to_the_password_policys() -> None:
    policies = {"PasswordPolicy": {"MinimumLength": 8, "TemporaryPasswordValidityDays": 7}}

    both = request_for(
        Policies=policies, AdminCreateUserConfig={"AllowAdminCreateUserOnly": True, "UnusedAccountValidityDays": 7}
    )
    alone = request_for(AdminCreateUserConfig={"UnusedAccountValidityDays": 7})

    assert both["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert both["Policies"] == policies
    assert alone["AdminCreateUserConfig"] == {"UnusedAccountValidityDays": 7}
    assert "AdminCreateUserConfig" not in request_for(
        Policies=policies, AdminCreateUserConfig={"UnusedAccountValidityDays": 7}
    )


def test_empty_texts_of_the_email_settings_are_left_out() -> None:
    request = request_for(
        EmailConfiguration={"EmailSendingAccount": "COGNITO_DEFAULT", "SourceArn": "", "ConfigurationSet": ""},
        SmsAuthenticationMessage="",
    )

    assert request["EmailConfiguration"] == {"EmailSendingAccount": "COGNITO_DEFAULT"}
    assert "SmsAuthenticationMessage" not in request
    assert "EmailConfiguration" not in request_for(EmailConfiguration={"SourceArn": ""})


def test_old_verification_texts_give_way_to_the_template_only_where_it_has_them() -> None:
    request = request_for(
        EmailVerificationMessage="old {####}",
        EmailVerificationSubject="old",
        SmsVerificationMessage="old sms {####}",
        VerificationMessageTemplate={"EmailMessage": "new {####}", "EmailSubject": "new"},
    )

    assert "EmailVerificationMessage" not in request
    assert "EmailVerificationSubject" not in request
    assert request["SmsVerificationMessage"] == "old sms {####}"
    assert request["VerificationMessageTemplate"] == {"EmailMessage": "new {####}", "EmailSubject": "new"}


def test_tags_of_aws_itself_are_not_sent_back() -> None:
    tags = {"team": "sample", "aws:cloudformation:stack-name": "shop"}

    assert request_for(UserPoolTags=tags)["UserPoolTags"] == {"team": "sample"}


def test_tags_and_text_messages_are_sent_back() -> None:
    sms = {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "e", "SnsRegion": "eu-west-1"}

    request = request_for(UserPoolTags={"team": "sample"}, SmsConfiguration=sms, MfaConfiguration="OPTIONAL")

    assert request["UserPoolTags"] == {"team": "sample"}
    assert request["SmsConfiguration"] == sms
    assert request["MfaConfiguration"] == "OPTIONAL"
