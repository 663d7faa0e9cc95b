"""Making, changing and deleting users as Amazon Cognito documents it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from aws.sandbox.catalogue import scenario
from tests.aws_sandbox.conftest import Control
from tests.aws_sandbox.refusals import refused
from tests.aws_sandbox.user_pools_made import PASSWORD, SCHEMA, attributes, made_pool, make, make_confirmed, values_of


@pytest.fixture(scope="module")
def plain(connect: Callable[..., Any]) -> Iterator[str]:
    """User names, no aliases, any case is another name."""
    with made_pool(connect("cognito-idp"), Schema=SCHEMA, AutoVerifiedAttributes=["email"]) as pool:
        yield pool


@pytest.fixture(scope="module")
def aliased(connect: Callable[..., Any]) -> Iterator[str]:
    aliases = ["email", "phone_number", "preferred_username"]
    settings = {"AliasAttributes": aliases, "UsernameConfiguration": {"CaseSensitive": False}}
    with made_pool(connect("cognito-idp"), **settings) as pool:
        yield pool


@pytest.fixture(scope="module")
def by_email(connect: Callable[..., Any]) -> Iterator[str]:
    settings = {"UsernameAttributes": ["email"], "UsernameConfiguration": {"CaseSensitive": False}}
    with made_pool(connect("cognito-idp"), **settings) as pool:
        yield pool


def status(cognito: Any, pool: str, username: str) -> str:
    return str(cognito.admin_get_user(UserPoolId=pool, Username=username)["UserStatus"])


# Making


def test_a_made_user_must_change_the_password(cognito: Any, plain: str) -> None:
    user = make(cognito, plain, "made", email="made@example.com", custom__tier="gold")
    assert (user["Username"], user["UserStatus"], user["Enabled"]) == ("made", "FORCE_CHANGE_PASSWORD", True)
    assert values_of(user) == {
        "sub": values_of(user)["sub"],
        "email": "made@example.com",
        "custom:tier": "gold",
    }


def test_a_name_that_is_taken_is_refused_and_case_matters_where_the_pool_says_so(
    cognito: Any, plain: str, aliased: str
) -> None:
    for pool in (plain, aliased):
        make(cognito, pool, "taken")
        with refused("UsernameExistsException", "User account already exists"):
            make(cognito, pool, "taken")
    make(cognito, plain, "Taken")
    with refused("UsernameExistsException"):
        make(cognito, aliased, "Taken")
    assert cognito.admin_get_user(UserPoolId=aliased, Username="TAKEN")["Username"] == "taken"
    with refused("UserNotFoundException", "User does not exist."):
        cognito.admin_get_user(UserPoolId=plain, Username="TAKEN")


def test_an_email_for_a_name_gives_a_made_up_name(cognito: Any, by_email: str) -> None:
    user = make(cognito, by_email, "Mail@example.com")
    assert user["Username"] == values_of(user)["sub"]
    assert values_of(user)["email"] == "Mail@example.com"
    for name in ("Mail@example.com", "mail@EXAMPLE.com", user["Username"]):
        assert cognito.admin_get_user(UserPoolId=by_email, Username=name)["Username"] == user["Username"]
    with refused("UsernameExistsException"):
        make(cognito, by_email, "mail@example.com")
    with refused("InvalidParameterException", "Username should be an email."):
        make(cognito, by_email, "name")


def test_a_pool_that_takes_both_says_so(cognito: Any) -> None:
    with made_pool(cognito, UsernameAttributes=["email", "phone_number"]) as pool:
        make(cognito, pool, "+4930901820")
        with refused("InvalidParameterException", "Username should be either an email or a phone number."):
            make(cognito, pool, "name")


def test_a_name_may_not_look_like_an_alias(cognito: Any, aliased: str) -> None:
    with refused("InvalidParameterException", "Username cannot be of email format"):
        make(cognito, aliased, "alias@example.com")
    with refused("InvalidParameterException", "Username cannot be of phone number format"):
        make(cognito, aliased, "+4930901820")


@pytest.mark.parametrize("name", ["two words", "tab\there", "l" * 129])
def test_names_are_without_spaces_and_at_most_128_long(cognito: Any, plain: str, name: str) -> None:
    with refused("InvalidParameterException", "at 'username' failed to satisfy constraint"):
        make(cognito, plain, name)


@pytest.mark.parametrize("name", ["a/b%2Fc", "..", "🦄ünïcødé", '"quoted"\\', "<b>", "l" * 128, "#?&=+"])
def test_names_may_be_odd(cognito: Any, plain: str, name: str) -> None:
    make(cognito, plain, name)
    assert cognito.admin_get_user(UserPoolId=plain, Username=name)["Username"] == name


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Short1", "Password did not conform with policy: Password not long enough"),
        ("nocapital1", "must have uppercase characters"),
        ("NOSMALL12", "must have lowercase characters"),
        ("NoNumbers", "must have numeric characters"),
    ],
)
def test_a_temporary_password_follows_the_policy(cognito: Any, plain: str, password: str, words: str) -> None:
    with refused("InvalidPasswordException", words):
        cognito.admin_create_user(UserPoolId=plain, Username="weak", TemporaryPassword=password)
    make(cognito, plain, f"weak-{password}")
    with refused("InvalidPasswordException", words):
        cognito.admin_set_user_password(UserPoolId=plain, Username=f"weak-{password}", Password=password)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("custom:none", "x", "Type for attribute {custom:none} could not be determined"),
        ("sub", "x", "sub"),
        ("email", "no address", "Invalid email address format."),
        ("phone_number", "030 901820", "Invalid phone number format."),
        ("custom:tier", "platin", "String must be no longer than 5"),
        ("custom:tier", "x", "String must be at least 2"),
        ("custom:points", "10", "Number must be no larger than 9"),
        ("custom:points", "0", "Number must be at least 1"),
        ("custom:points", "many", "Number is not valid"),
        ("email_verified", "maybe", "true or false"),
        ("email_verified", "true", "email is required"),
        ("name", "x" * 2049, "length less than or equal to 2048"),
        ("name", "é" * 1500, "no longer than 2048"),
    ],
)
def test_attributes_follow_the_schema(cognito: Any, plain: str, name: str, value: str, words: str) -> None:
    with refused("InvalidParameterException", words):
        cognito.admin_create_user(UserPoolId=plain, Username="x", UserAttributes=[{"Name": name, "Value": value}])


def test_a_required_attribute_may_come_later(cognito: Any) -> None:
    """ "You can create a user without specifying any attributes other than Username"; it is asked for at sign-in."""
    with made_pool(cognito, Schema=[{"Name": "email", "Required": True}]) as pool:
        make(cognito, pool, "bare")
        make(cognito, pool, "with", email="with@example.com")
        with refused("InvalidParameterException", "user.email: Attribute is required"):
            cognito.admin_delete_user_attributes(UserPoolId=pool, Username="with", UserAttributeNames=["email"])


def test_a_verified_alias_is_one_persons_unless_taken_by_force(cognito: Any, aliased: str) -> None:
    verified = {"email": "one@example.com", "email_verified": "true"}
    make(cognito, aliased, "alias-first", **verified)
    make(cognito, aliased, "alias-unverified", email="one@example.com")
    with refused("UsernameExistsException", "email already exists"):
        make(cognito, aliased, "alias-second", **verified)
    assert cognito.admin_get_user(UserPoolId=aliased, Username="ONE@example.com")["Username"] == "alias-first"
    cognito.admin_create_user(
        UserPoolId=aliased, Username="alias-second", UserAttributes=attributes(**verified), ForceAliasCreation=True
    )
    assert cognito.admin_get_user(UserPoolId=aliased, Username="one@example.com")["Username"] == "alias-second"
    first = cognito.admin_get_user(UserPoolId=aliased, Username="alias-first")
    assert values_of(first)["email_verified"] == "false"


def test_an_alias_works_once_it_is_verified(cognito: Any, aliased: str) -> None:
    make(cognito, aliased, "later", email="later@example.com", preferred_username="lately")
    assert cognito.admin_get_user(UserPoolId=aliased, Username="lately")["Username"] == "later"
    with refused("UserNotFoundException"):
        cognito.admin_get_user(UserPoolId=aliased, Username="later@example.com")
    cognito.admin_update_user_attributes(
        UserPoolId=aliased, Username="later", UserAttributes=attributes(email_verified="true")
    )
    assert cognito.admin_get_user(UserPoolId=aliased, Username="later@example.com")["Username"] == "later"


def test_every_admin_call_takes_the_sub(cognito: Any, plain: str) -> None:
    sub = values_of(make(cognito, plain, "by-sub"))["sub"]
    cognito.admin_disable_user(UserPoolId=plain, Username=sub)
    assert cognito.admin_get_user(UserPoolId=plain, Username=sub)["Enabled"] is False


# Messages


def test_invitations_are_counted_and_sent_again_in_the_right_state_only(
    cognito: Any, plain: str, control: Control
) -> None:
    def told() -> list[tuple[str, str, str]]:
        messages = control.ask("GET", "/sandbox/messages")["messages"]
        return [
            (message["username"], message["medium"], message["kind"])
            for message in messages
            if message["pool"] == plain
        ]

    control.ask("DELETE", "/sandbox/messages")
    arguments = {"UserPoolId": plain, "Username": "invited"}
    given = attributes(email="invited@example.com")
    cognito.admin_create_user(**arguments, UserAttributes=given, DesiredDeliveryMediums=["EMAIL"])
    assert told() == [("invited", "EMAIL", "invitation")]
    again = cognito.admin_create_user(**arguments, MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL"])["User"]
    assert again["Username"] == "invited"
    assert told() == [("invited", "EMAIL", "invitation")] * 2
    assert len(cognito.list_users(UserPoolId=plain, Filter='username ^= "invited"')["Users"]) == 1
    cognito.admin_set_user_password(**arguments, Password=PASSWORD, Permanent=True)
    with refused("UnsupportedUserStateException", "CONFIRMED"):
        cognito.admin_create_user(**arguments, MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL"])
    with refused("UserNotFoundException"):
        cognito.admin_create_user(UserPoolId=plain, Username="nobody", MessageAction="RESEND")
    make(cognito, plain, "silent", email="silent@example.com")
    # The default medium is SMS, which reaches nobody without a number.
    cognito.admin_create_user(UserPoolId=plain, Username="mail-only", UserAttributes=given)
    cognito.admin_create_user(
        UserPoolId=plain, Username="number", UserAttributes=attributes(phone_number="+4930901820")
    )
    assert told()[2:] == [("number", "SMS", "invitation")]
    with refused("InvalidParameterException", "email"):
        cognito.admin_create_user(UserPoolId=plain, Username="none", DesiredDeliveryMediums=["EMAIL"])


# States and passwords


def test_only_an_unconfirmed_sign_up_is_confirmed(cognito: Any, plain: str, sandbox_url: str) -> None:
    app = cognito.create_user_pool_client(UserPoolId=plain, ClientName="app")["UserPoolClient"]["ClientId"]
    public: Any = boto3.client(
        "cognito-idp", region_name="eu-west-1", endpoint_url=sandbox_url, config=Config(signature_version=UNSIGNED)
    )
    public.sign_up(ClientId=app, Username="signing-up", Password="Sample123!")
    assert status(cognito, plain, "signing-up") == "UNCONFIRMED"
    cognito.admin_confirm_sign_up(UserPoolId=plain, Username="signing-up")
    assert status(cognito, plain, "signing-up") == "CONFIRMED"
    with refused("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"):
        cognito.admin_confirm_sign_up(UserPoolId=plain, Username="signing-up")


def test_a_set_password_is_temporary_or_permanent(cognito: Any, plain: str) -> None:
    arguments = {"UserPoolId": plain, "Username": "passwords", "Password": PASSWORD}
    make(cognito, plain, "passwords")
    cognito.admin_set_user_password(**arguments, Permanent=True)
    assert status(cognito, plain, "passwords") == "CONFIRMED"
    cognito.admin_set_user_password(**arguments, Permanent=False)
    assert status(cognito, plain, "passwords") == "FORCE_CHANGE_PASSWORD"


def test_a_password_makes_a_federated_user_a_local_one(cognito: Any) -> None:
    pool, name = scenario("alias-attributes").pool_id, "Google_108234567890123456789"
    assert status(cognito, pool, name) == "EXTERNAL_PROVIDER"
    with refused("NotAuthorizedException", "User password cannot be reset in the current state."):
        cognito.admin_reset_user_password(UserPoolId=pool, Username=name)
    cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password="Sample123456", Permanent=True)
    assert status(cognito, pool, name) == "CONFIRMED"


def test_a_reset_needs_the_right_state_and_a_verified_address(cognito: Any, plain: str, control: Control) -> None:
    make(cognito, plain, "waiting", email="waiting@example.com", email_verified="true")
    with refused("NotAuthorizedException", "User password cannot be reset in the current state."):
        cognito.admin_reset_user_password(UserPoolId=plain, Username="waiting")
    make_confirmed(cognito, plain, "unreachable", email="unreachable@example.com")
    with refused("InvalidParameterException", "no registered/verified email or phone_number"):
        cognito.admin_reset_user_password(UserPoolId=plain, Username="unreachable")
    make_confirmed(cognito, plain, "resets", email="resets@example.com", email_verified="true")
    control.ask("DELETE", "/sandbox/messages")
    cognito.admin_reset_user_password(UserPoolId=plain, Username="resets")
    assert status(cognito, plain, "resets") == "RESET_REQUIRED"
    (message,) = control.ask("GET", "/sandbox/messages")["messages"]
    assert message == {"pool": plain, "username": "resets", "medium": "EMAIL", "kind": "password-reset"}
    cognito.admin_disable_user(UserPoolId=plain, Username="resets")
    with refused("NotAuthorizedException", "User is disabled."):
        cognito.admin_reset_user_password(UserPoolId=plain, Username="resets")


def test_where_only_administrators_recover_no_reset_is_sent(cognito: Any) -> None:
    recovery = {"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]}
    with made_pool(cognito, AccountRecoverySetting=recovery) as pool:
        make_confirmed(cognito, pool, "stuck", email="stuck@example.com", email_verified="true")
        with refused("NotAuthorizedException", "Contact administrator"):
            cognito.admin_reset_user_password(UserPoolId=pool, Username="stuck")


def test_a_user_is_disabled_enabled_and_deleted(cognito: Any, plain: str) -> None:
    make(cognito, plain, "passing")
    arguments = {"UserPoolId": plain, "Username": "passing"}
    cognito.create_group(UserPoolId=plain, GroupName="left")
    cognito.admin_add_user_to_group(**arguments, GroupName="left")
    cognito.admin_disable_user(**arguments)
    assert cognito.admin_get_user(**arguments)["Enabled"] is False
    cognito.admin_enable_user(**arguments)
    assert cognito.admin_get_user(**arguments)["Enabled"] is True
    cognito.admin_delete_user(**arguments)
    assert cognito.list_users_in_group(UserPoolId=plain, GroupName="left")["Users"] == []
    for call in (cognito.admin_get_user, cognito.admin_delete_user, cognito.admin_user_global_sign_out):
        with refused("UserNotFoundException", "User does not exist."):
            call(**arguments)


def test_a_global_sign_out_ends_the_tokens_whatever_name_signed_in(cognito: Any, by_email: str) -> None:
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    app = cognito.create_user_pool_client(UserPoolId=by_email, ClientName="app", ExplicitAuthFlows=flows)
    client = app["UserPoolClient"]["ClientId"]
    user = make_confirmed(cognito, by_email, "tokens@example.com")
    signed_in = cognito.admin_initiate_auth(
        UserPoolId=by_email,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "tokens@example.com", "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    cognito.get_user(AccessToken=signed_in["AccessToken"])
    cognito.admin_user_global_sign_out(UserPoolId=by_email, Username=user["Username"])
    with refused("NotAuthorizedException"):
        cognito.get_user(AccessToken=signed_in["AccessToken"])


# The sample account


def test_the_sample_account_has_users_worth_looking_at(cognito: Any) -> None:
    loyal = cognito.list_users(UserPoolId=scenario("alias-attributes").pool_id)["Users"]
    names = {user["Username"] for user in loyal}
    assert {"..", "<b>bold</b>", "l" * 128, "no.contact"} <= names
    assert {user["UserStatus"] for user in loyal} >= {"UNCONFIRMED", "RESET_REQUIRED", "FORCE_CHANGE_PASSWORD"}
    federated = next(user for user in loyal if user["Username"].startswith("Google_"))
    assert json.loads(values_of(federated)["identities"])[0]["providerName"] == "Google"
    gold = cognito.admin_get_user(UserPoolId=scenario("alias-attributes").pool_id, Username="gold.member")
    assert values_of(gold)["custom:points"] == "48200"
    assert gold["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA", "SMS_MFA"]
    assert gold["PreferredMfaSetting"] == "SOFTWARE_TOKEN_MFA"
    finance = cognito.list_users(UserPoolId=scenario("mfa-on").pool_id)["Users"]
    assert len(finance) == 12
    tied = scenario("groups-equal-precedence").pool_id
    groups = cognito.admin_list_groups_for_user(UserPoolId=tied, Username="both@example.com")["Groups"]
    assert [(group["GroupName"], group["Precedence"]) for group in groups] == [("Buyers", 3), ("Sellers", 3)]
