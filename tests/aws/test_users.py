"""The users of a pool through the gateway, over real HTTP."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from aws import users
from aws.errors import AccessDenied, AwsError, NotFound, Rejected, Throttled
from aws.users import UserFilter
from tests.aws.conftest import TARGET, Inject, Sandbox, answer

ADA, PASSWORD = "ada", "Correct-Horse-1"
EMAIL = {"email": "ada@example.com", "email_verified": "true"}
SETTINGS: dict[str, Any] = {
    "AliasAttributes": ["email"],
    "AutoVerifiedAttributes": ["email"],
    "UsernameConfiguration": {"CaseSensitive": False},
    "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
    "EmailConfiguration": {
        "EmailSendingAccount": "DEVELOPER",
        "SourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/shop@example.com",
    },
    "AdminCreateUserConfig": {
        "InviteMessageTemplate": {"EmailMessage": "{username} {####}", "EmailSubject": "Hello"},
    },
    "Policies": {"PasswordPolicy": {"MinimumLength": 8, "TemporaryPasswordValidityDays": 3, "PasswordHistorySize": 2}},
    "Schema": [
        {
            "Name": "points",
            "AttributeDataType": "Number",
            "Mutable": False,
            "NumberAttributeConstraints": {"MinValue": "0", "MaxValue": "10"},
        }
    ],
}


@pytest.fixture
def pool(sandbox: Sandbox) -> str:
    return str(sandbox.client("cognito-idp").create_user_pool(PoolName="People", **SETTINGS)["UserPool"]["Id"])


@pytest.fixture
def ada(pool: str) -> str:
    users.create_user(TARGET, pool, ADA, attributes=EMAIL, silent=True)
    users.set_password(TARGET, pool, ADA, PASSWORD, permanent=True)
    return ADA


def described(sandbox: Sandbox, pool: str, name: str = ADA) -> dict[str, Any]:
    user: dict[str, Any] = sandbox.client("cognito-idp").admin_get_user(UserPoolId=pool, Username=name)
    return {**user, "Attributes": {row["Name"]: row["Value"] for row in user["UserAttributes"]}}


def sent(sandbox: Sandbox, operation: str) -> list[str]:
    return [call["operation"] for call in sandbox.calls(operation)]


# Lists


def test_lists_go_on_past_the_largest_page(sandbox: Sandbox, pool: str) -> None:
    sandbox._control("POST", "users", {"pool": pool, "count": 130})
    first = users.page_of_users(TARGET, pool)
    assert (len(first.items), bool(first.next_token)) == (60, True)
    names = [user.username for user in users.iter_users(TARGET, pool)]
    assert len(names) == len(set(names)) == 130
    assert len(users.page_of_users(TARGET, pool, size=7).items) == 7


def test_an_empty_page_in_the_middle_does_not_end_a_list(inject: Inject, pool: str) -> None:
    pages = iter(
        [
            b'{"Users": [], "PaginationToken": "more"}',
            b'{"Users": [{"Username": "late", "UserStatus": "CONFIRMED", "Enabled": true}]}',
        ]
    )
    inject("cognito-idp", "ListUsers", lambda: answer(200, next(pages)))
    assert users.find_user(TARGET, pool, "late").username == "late"


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (UserFilter("email", "ada@example.com"), [ADA]),
        (UserFilter("email", "ada@", prefix=True), [ADA]),
        (UserFilter("cognito:user_status", "CONFIRMED"), [ADA]),
        (UserFilter("username", "ada"), [ADA]),
        # Cognito minds the case of user names here, also in a pool that does not mind it at sign-in.
        (UserFilter("username", "ADA"), []),
        (UserFilter("email", 'x" or email ^= "a'), []),
        (UserFilter("email", "\\"), []),
    ],
)
def test_filters_find_what_they_say_and_nothing_slips_in(
    pool: str, ada: str, where: UserFilter, found: list[str]
) -> None:
    assert [user.username for user in users.iter_users(TARGET, pool, where=where)] == found


def test_the_words_of_a_filter() -> None:
    assert UserFilter("name", 'a"b\\c', prefix=True).expression == 'name ^= "a\\"b\\\\c"'
    with pytest.raises(Rejected) as refused:
        _ = UserFilter("custom:tier", "gold").expression
    assert refused.value.code == "NotFilterable"
    with pytest.raises(Rejected) as too_long:
        _ = UserFilter("name", "x" * 250).expression
    assert too_long.value.code == "FilterTooLong"


def test_one_user_costs_nothing(sandbox: Sandbox, pool: str, ada: str) -> None:
    sandbox.forget()
    user = users.find_user(TARGET, pool, ADA)
    assert (user.username, user.status, user.enabled, user.email) == (ADA, "CONFIRMED", True, "ada@example.com")
    assert user.is_verified("email")
    assert not user.is_verified("phone_number")
    assert user.label == "ada@example.com"
    assert user.sub
    assert sent(sandbox, "") == ["ListUsers"]
    with pytest.raises(NotFound) as missing:
        users.find_user(TARGET, pool, "nobody")
    assert missing.value.code == "UserNotFoundException"


def test_the_billed_call_tells_of_second_factors(inject: Inject, pool: str) -> None:
    body = {
        "Username": ADA,
        "UserStatus": "CONFIRMED",
        "Enabled": True,
        "UserAttributes": [{"Name": "sub", "Value": "1"}, {"Name": "name"}],
        "UserMFASettingList": ["SMS_MFA"],
        "PreferredMfaSetting": "SMS_MFA",
    }
    inject("cognito-idp", "AdminGetUser", lambda: answer(200, json.dumps(body).encode()))
    user, factors = users.get_user_billed(TARGET, pool, ADA)
    assert user.attributes == {"sub": "1", "name": ""}
    assert (factors.mfa, factors.preferred, factors.first_factors) == (("SMS_MFA",), "SMS_MFA", ())


def test_how_the_pool_treats_its_users(pool: str) -> None:
    rules = users.people_rules(TARGET, pool)
    assert rules.temporary_password_days == 3
    assert rules.password_history == 2
    assert rules.invitation_email == "{username} {####}"
    assert not rules.default_sender
    assert rules.sender == "shop@example.com"
    assert not rules.sends_sms
    points = rules.rule("custom:points")
    assert points is not None
    assert (points.data_type, points.mutable, points.minimum, points.maximum) == ("Number", False, 0, 10)
    assert points.is_custom
    assert rules.rule("custom:nothing") is None
    with pytest.raises(NotFound):
        users.people_rules(TARGET, "eu-west-1_Missing00")


# Changes


def test_making_a_user(sandbox: Sandbox, pool: str) -> None:
    made = users.create_user(TARGET, pool, "a/b%..🦄", attributes={**EMAIL, "custom:points": "3"}, deliver_by=["EMAIL"])
    assert (made.username, made.status) == ("a/b%..🦄", "FORCE_CHANGE_PASSWORD")
    told = [one for one in sandbox._control("GET", "messages")["messages"] if one["pool"] == pool]
    assert [(one["kind"], one["medium"]) for one in told] == [("invitation", "EMAIL")]
    with pytest.raises(Rejected) as taken:
        users.create_user(TARGET, pool, "a/b%..🦄", attributes={}, silent=True)
    assert taken.value.code == "UsernameExistsException"


def test_an_alias_is_taken_only_on_purpose(sandbox: Sandbox, pool: str, ada: str) -> None:
    with pytest.raises(Rejected):
        users.create_user(TARGET, pool, "bob", attributes=EMAIL, silent=True)
    users.create_user(TARGET, pool, "bob", attributes=EMAIL, silent=True, take_alias=True)
    assert described(sandbox, pool)["Attributes"]["email_verified"] == "false"


def test_attributes(sandbox: Sandbox, pool: str, ada: str) -> None:
    users.update_attributes(TARGET, pool, ada, {"name": "x" * 2048, "nickname": "A"})
    attributes = described(sandbox, pool)["Attributes"]
    assert len(attributes["name"]) == 2048
    users.update_attributes(TARGET, pool, ada, {"name": ""})
    users.delete_attributes(TARGET, pool, ada, ["nickname"])
    assert not {"name", "nickname"} & set(described(sandbox, pool)["Attributes"])
    for broken in ({"email": "nonsense"}, {"custom:points": "3"}, {"custom:nothing": "1"}):
        with pytest.raises(Rejected):
            users.update_attributes(TARGET, pool, ada, broken)


def test_states(sandbox: Sandbox, pool: str, ada: str) -> None:
    users.suspend(TARGET, pool, ada)
    assert not described(sandbox, pool)["Enabled"]
    users.reactivate(TARGET, pool, ada)
    assert described(sandbox, pool)["Enabled"]
    users.sign_out_everywhere(TARGET, pool, ada)
    users.reset_password(TARGET, pool, ada)
    assert described(sandbox, pool)["UserStatus"] == "RESET_REQUIRED"
    users.set_password(TARGET, pool, ada, "Battery-Staple-2", permanent=False)
    assert described(sandbox, pool)["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    users.resend_invitation(TARGET, pool, ada, deliver_by=["EMAIL"])
    users.set_password(TARGET, pool, ada, "Battery-Staple-3", permanent=True)
    assert described(sandbox, pool)["UserStatus"] == "CONFIRMED"
    users.delete_user(TARGET, pool, ada)
    with pytest.raises(NotFound):
        users.delete_user(TARGET, pool, ada)


def test_a_sign_up_is_confirmed(sandbox: Sandbox, pool: str) -> None:
    client = sandbox.client("cognito-idp")
    app = client.create_user_pool_client(UserPoolId=pool, ClientName="web")["UserPoolClient"]["ClientId"]
    client.sign_up(
        ClientId=app,
        Username=ADA,
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": "ada@example.com"}],
    )
    users.confirm_sign_up(TARGET, pool, ADA)
    assert described(sandbox, pool)["UserStatus"] == "CONFIRMED"
    with pytest.raises(Rejected):
        users.confirm_sign_up(TARGET, pool, ADA)


CALLS: list[Callable[[str], object]] = [
    lambda pool: users.suspend(TARGET, pool, "nobody"),
    lambda pool: users.reactivate(TARGET, pool, "nobody"),
    lambda pool: users.sign_out_everywhere(TARGET, pool, "nobody"),
    lambda pool: users.reset_password(TARGET, pool, "nobody"),
    lambda pool: users.set_password(TARGET, pool, "nobody", PASSWORD, permanent=True),
    lambda pool: users.resend_invitation(TARGET, pool, "nobody", deliver_by=["EMAIL"]),
    lambda pool: users.confirm_sign_up(TARGET, pool, "nobody"),
    lambda pool: users.update_attributes(TARGET, pool, "nobody", {"name": "x"}),
    lambda pool: users.delete_attributes(TARGET, pool, "nobody", ["name"]),
    lambda pool: users.delete_user(TARGET, pool, "nobody"),
    lambda pool: users.get_user_billed(TARGET, pool, "nobody"),
]


@pytest.mark.parametrize("call", CALLS)
def test_nobody_of_that_name(pool: str, call: Callable[[str], object]) -> None:
    with pytest.raises(NotFound) as missing:
        call(pool)
    assert missing.value.code == "UserNotFoundException"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("NotAuthorizedException", Rejected),
        ("LimitExceededException", Rejected),
        ("UnsupportedUserStateException", Rejected),
        ("AccessDeniedException", AccessDenied),
        ("TooManyRequestsException", Throttled),
    ],
)
def test_refusals_are_told_apart(
    sandbox: Sandbox, pool: str, ada: str, no_pauses: list[float], code: str, kind: type[AwsError]
) -> None:
    sandbox.fail("AdminResetUserPassword", kind="fail", code=code, message="Because.")
    with pytest.raises(kind) as caught:
        users.reset_password(TARGET, pool, ada)
    assert (caught.value.code, caught.value.action) == (code, "cognito-idp:AdminResetUserPassword")


def test_a_password_is_in_no_message(sandbox: Sandbox, pool: str, ada: str, inject: Inject) -> None:
    with pytest.raises(Rejected) as weak:
        users.set_password(TARGET, pool, ada, "weak", permanent=True)
    assert weak.value.code == "InvalidPasswordException"
    with pytest.raises(AwsError) as wrong:
        users.set_password(TARGET, pool, ada, 12345678, permanent=True)  # type: ignore[arg-type]
    assert "12345678" not in str(wrong.value)
