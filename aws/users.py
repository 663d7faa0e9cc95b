"""The users of a pool: lists, one of them, and everything an administrator changes about one.

ListUsers is eventually consistent, and free; AdminGetUser is not: "This operation contributes to your monthly active
user (MAU) count for the purpose of billing" (AWS, AdminGetUser). So people are found and read with ListUsers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws.calls import PAGE, Answer, call, fetch, page_of, to_the_end
from aws.declarations import uses
from aws.errors import NotFound, Rejected
from aws.quotas import Quota
from aws.resources import Page
from aws.target import AwsTarget
from aws.user_resources import AuthFactors, CognitoUser, PeopleRules

FILTERABLE = (
    "username", "email", "phone_number", "name", "given_name", "family_name", "preferred_username",
    "cognito:user_status", "status", "sub",
)  # fmt: skip
"""The attributes ListUsers can filter by (AWS, "Searching for and filtering users"); custom ones never."""
LONGEST_FILTER = 256


@dataclass(frozen=True, slots=True)
class UserFilter:
    """One condition of ListUsers: the attribute is `value`, or with `prefix` begins with it."""

    attribute: str
    value: str
    prefix: bool = False

    @property
    def expression(self) -> str:
        """AWS's text. Raises Rejected where AWS has no room for the value, or does not filter by the attribute."""
        if self.attribute not in FILTERABLE:
            raise Rejected(f"Cognito cannot search by {self.attribute}.", code="NotFilterable")
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"')
        text = f'{self.attribute} {"^=" if self.prefix else "="} "{escaped}"'
        if len(text) > LONGEST_FILTER:
            raise Rejected(
                "What you search for is too long for Cognito, which takes 256 characters.",
                code="FilterTooLong",
                next_step="Search for the first part of it only.",
            )
        return text


@uses("cognito-idp:ListUsers", quota=Quota.USER_LIST)
def page_of_users(
    target: AwsTarget, pool_id: str, *, where: UserFilter | None = None, token: str = "", size: int = PAGE
) -> Page[CognitoUser]:
    """One page of the pool's users, `size` from 1 to 60. It may be short, or empty, before the last one."""
    more: dict[str, Any] = {"PaginationToken": token} if token else {}
    if where is not None:
        more["Filter"] = where.expression
    parse = page_of("Users", CognitoUser.from_api, "PaginationToken")
    return fetch(target, "cognito-idp", "ListUsers", parse, UserPoolId=pool_id, Limit=size, **more)


@uses(page_of_users)
def iter_users(target: AwsTarget, pool_id: str, *, where: UserFilter | None = None) -> Iterator[CognitoUser]:
    """Every user of the pool, or every one that the filter leaves."""
    return to_the_end(lambda token: page_of_users(target, pool_id, where=where, token=token))


@uses(page_of_users)
def find_user(target: AwsTarget, pool_id: str, username: str) -> CognitoUser:
    """The user of exactly this user name, read with ListUsers, which is not billed. Raises NotFound."""
    where = UserFilter("username", username)
    # Only the token ends a list: the one who is meant may come after an empty page. Whether AWS's filter minds case
    # depends on whom one believes, and in a pool that does, a name in other case is somebody else.
    for user in iter_users(target, pool_id, where=where):
        if user.username == username:
            return user
    raise NotFound(
        "The pool has no user of this name.",
        code="UserNotFoundException",
        action="cognito-idp:ListUsers",
        next_step="Perhaps deleted meanwhile, or made a moment ago: Cognito's list follows with a delay.",
    )


@uses("cognito-idp:AdminGetUser", quota=Quota.USER_READ)
def get_user_billed(target: AwsTarget, pool_id: str, username: str) -> tuple[CognitoUser, AuthFactors]:
    """The user at this moment, and the second factors. Counts as a monthly active user: ask before you call it."""

    def parse(answer: Answer) -> tuple[CognitoUser, AuthFactors]:
        return CognitoUser.from_api(answer), AuthFactors.from_api(answer)

    return fetch(target, "cognito-idp", "AdminGetUser", parse, UserPoolId=pool_id, Username=username)


@uses("cognito-idp:DescribeUserPool", quota=Quota.USER_POOL_READ)
def people_rules(target: AwsTarget, pool_id: str) -> PeopleRules:
    """How the pool treats its users. Raises NotFound when the Region has no pool of this id."""
    parse = lambda answer: PeopleRules.from_api(answer["UserPool"])  # noqa: E731
    return fetch(target, "cognito-idp", "DescribeUserPool", parse, UserPoolId=pool_id)


def _pairs(attributes: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in attributes.items()]


@uses("cognito-idp:AdminCreateUser", quota=Quota.USER_CREATION)
def create_user(
    target: AwsTarget,
    pool_id: str,
    username: str,
    *,
    attributes: Mapping[str, str],
    temporary_password: str = "",
    deliver_by: Sequence[str] = (),
    silent: bool = False,
    take_alias: bool = False,
) -> CognitoUser:
    """Make a user, in FORCE_CHANGE_PASSWORD. AWS makes up a temporary password where none is given.

    `deliver_by` holds `EMAIL`, `SMS` or both (AWS's own default is SMS); `silent` sends nothing. `take_alias` takes
    an e-mail address or phone number that is another user's sign-in name away from that user.
    """
    more: dict[str, Any] = {"TemporaryPassword": temporary_password} if temporary_password else {}
    if silent:
        more["MessageAction"] = "SUPPRESS"
    elif deliver_by:
        more["DesiredDeliveryMediums"] = list(deliver_by)
    if take_alias:
        more["ForceAliasCreation"] = True
    return fetch(
        target,
        "cognito-idp",
        "AdminCreateUser",
        lambda answer: CognitoUser.from_api(answer["User"]),
        UserPoolId=pool_id,
        Username=username,
        UserAttributes=_pairs(attributes),
        **more,
    )


@uses("cognito-idp:AdminCreateUser", quota=Quota.USER_CREATION)
def resend_invitation(target: AwsTarget, pool_id: str, username: str, *, deliver_by: Sequence[str]) -> None:
    """Send the invitation again, with a new temporary password that is valid for the whole period once more."""
    call(
        target,
        "cognito-idp",
        "AdminCreateUser",
        UserPoolId=pool_id,
        Username=username,
        MessageAction="RESEND",
        DesiredDeliveryMediums=list(deliver_by),
    )


@uses("cognito-idp:AdminUpdateUserAttributes", quota=Quota.USER_UPDATE)
def update_attributes(target: AwsTarget, pool_id: str, username: str, attributes: Mapping[str, str]) -> None:
    """Set these attributes and leave the others. An empty value deletes an attribute."""
    call(
        target,
        "cognito-idp",
        "AdminUpdateUserAttributes",
        UserPoolId=pool_id,
        Username=username,
        UserAttributes=_pairs(attributes),
    )


@uses("cognito-idp:AdminDeleteUserAttributes", quota=Quota.USER_UPDATE)
def delete_attributes(target: AwsTarget, pool_id: str, username: str, names: Sequence[str]) -> None:
    call(
        target,
        "cognito-idp",
        "AdminDeleteUserAttributes",
        UserPoolId=pool_id,
        Username=username,
        UserAttributeNames=list(names),
    )


@uses("cognito-idp:AdminConfirmSignUp", quota=Quota.USER_CREATION)
def confirm_sign_up(target: AwsTarget, pool_id: str, username: str) -> None:
    """Confirm a user who signed up; the e-mail address stays unverified."""
    call(target, "cognito-idp", "AdminConfirmSignUp", UserPoolId=pool_id, Username=username)


@uses("cognito-idp:AdminResetUserPassword", quota=Quota.USER_ACCOUNT_RECOVERY)
def reset_password(target: AwsTarget, pool_id: str, username: str) -> None:
    """Make the password invalid and send a code, valid for an hour, to a verified address or number."""
    call(target, "cognito-idp", "AdminResetUserPassword", UserPoolId=pool_id, Username=username)


@uses("cognito-idp:AdminSetUserPassword", quota=Quota.USER_ACCOUNT_RECOVERY)
def set_password(target: AwsTarget, pool_id: str, username: str, password: str, *, permanent: bool) -> None:
    """Set a password. A permanent one makes the user CONFIRMED, a temporary one FORCE_CHANGE_PASSWORD."""
    call(
        target,
        "cognito-idp",
        "AdminSetUserPassword",
        UserPoolId=pool_id,
        Username=username,
        Password=password,
        Permanent=permanent,
    )


@uses("cognito-idp:AdminDisableUser", quota=Quota.USER_UPDATE)
def suspend(target: AwsTarget, pool_id: str, username: str) -> None:
    """Keep the user from signing in, and revoke the tokens."""
    call(target, "cognito-idp", "AdminDisableUser", UserPoolId=pool_id, Username=username)


@uses("cognito-idp:AdminEnableUser", quota=Quota.USER_UPDATE)
def reactivate(target: AwsTarget, pool_id: str, username: str) -> None:
    call(target, "cognito-idp", "AdminEnableUser", UserPoolId=pool_id, Username=username)


@uses("cognito-idp:AdminUserGlobalSignOut", quota=Quota.USER_UPDATE)
def sign_out_everywhere(target: AwsTarget, pool_id: str, username: str) -> None:
    """Revoke every token. Access tokens stay valid to outside verifiers until they expire."""
    call(target, "cognito-idp", "AdminUserGlobalSignOut", UserPoolId=pool_id, Username=username)


@uses("cognito-idp:AdminDeleteUser", quota=Quota.USER_UPDATE)
def delete_user(target: AwsTarget, pool_id: str, username: str) -> None:
    call(target, "cognito-idp", "AdminDeleteUser", UserPoolId=pool_id, Username=username)
