"""What can be done with many users at once: a table. Each line says who is left out, and does it to one user.

`check` and `apply` know nothing of rows and jobs. `apply` runs in threads beside others, so it talks to AWS alone: what
the activity and the lists must hear of it is in its answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from audit.actions import Action
from aws import quotas, user_groups, users
from aws.errors import AwsError, NotFound, Rejected
from aws.quotas import Quota
from aws.user_resources import CognitoUser
from environments.permissions import Permission
from user_management.bulk import attribute_values
from user_management.person.messages import invitations_for, template_problem
from user_management.person.sign_in_help import situation_for, why_not
from user_management.place import Place
from user_management.pool_rules import Rules

Arguments = Mapping[str, str]
KNOWN = frozenset({"UserNotFoundException"})


@dataclass(frozen=True, slots=True)
class Applied:
    """What one call did: for the activity, and how the user looks now (None: the user is gone, or looks the same)."""

    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    user: CognitoUser | None = None
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What checking needs beside the user: the pool's rules, and who is in the group that is meant (None: unread)."""

    rules: Rules
    arguments: Arguments
    members: frozenset[str] | None = None


Check = Callable[[CognitoUser, Context], str]
Apply = Callable[[Place, CognitoUser, Arguments], Applied]


def _nobody(user: CognitoUser, context: Context) -> str:
    return ""


def _no_messages(user: CognitoUser, context: Context) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Operation:
    """`title` is the button ("Suspend"), `words` what happens to a user ("suspended").

    `repeatable` says that doing it twice is the same as once: after a lost worker such a row is simply done again, any
    other is left for a person to look at. `medium` answers by which way Cognito writes to the user, "" for not at all.
    """

    key: str
    title: str
    words: str
    icon: str
    quota: Quota
    action: Action
    apply: Apply
    check: Check = _nobody
    repeatable: bool = True
    medium: Check = _no_messages
    sends: bool = False
    permission: Permission = Permission.MANAGE_USERS
    needs: tuple[str, ...] = ()
    typed: bool = False
    warning: str = ""
    is_done_already: Callable[[AwsError], bool] = field(default=lambda error: False)

    def per_second(self, share: float) -> int:
        """How many users a second the budget allows."""
        figure = quotas.per_second(self.quota)
        return quotas.of_share(figure, share) if figure else 1

    def title_with(self, arguments: Arguments) -> str:
        """ "Add to the group Editors"."""
        if "group" in self.needs:
            return f"{self.title} {arguments.get('group', '')}"
        if "name" in self.needs:
            value = arguments.get("value", "")
            return f"Set {arguments.get('name', '')} to “{value}”" if value else f"Delete {arguments.get('name', '')}"
        return self.title


def _now(user: CognitoUser, **changes: Any) -> CognitoUser:
    return replace(user, modified=datetime.now(UTC), **changes)


def _rule(action: str) -> Check:
    return lambda user, context: why_not(action, user, context.rules)


def _suspend(place: Place, user: CognitoUser, arguments: Arguments) -> Applied:
    users.suspend(place.target, place.pool_id, user.username)
    return Applied({"enabled": user.enabled}, {"enabled": False}, _now(user, enabled=False))


def _reactivate(place: Place, user: CognitoUser, arguments: Arguments) -> Applied:
    users.reactivate(place.target, place.pool_id, user.username)
    return Applied({"enabled": user.enabled}, {"enabled": True}, _now(user, enabled=True))


def _sign_out(place: Place, user: CognitoUser, arguments: Arguments) -> Applied:
    users.sign_out_everywhere(place.target, place.pool_id, user.username)
    return Applied(None, {"signed_out": "everywhere"})


def _reset_password(place: Place, user: CognitoUser, arguments: Arguments) -> Applied:
    users.reset_password(place.target, place.pool_id, user.username)
    return Applied({"status": user.status}, {"status": "RESET_REQUIRED"}, _now(user, status="RESET_REQUIRED"))


def _invitation_check(user: CognitoUser, context: Context) -> str:
    medium = _invitation_medium(user, context)
    problem = template_problem(context.rules.people, medium) if medium else ""
    return why_not("resend-invitation", user, context.rules) or problem


def _invitation_medium(user: CognitoUser, context: Context) -> str:
    ways = invitations_for(user, context.rules.people)
    return ways[0].medium if ways else ""


def _recovery_medium(user: CognitoUser, context: Context) -> str:
    return situation_for(user, context.rules).medium


def _resend_invitation(place: Place, user: CognitoUser, arguments: Arguments) -> Applied:
    medium = "EMAIL" if user.email else "SMS"
    users.resend_invitation(place.target, place.pool_id, user.username, deliver_by=[medium])
    return Applied(None, {"sent_by": medium}, _now(user))


def _confirm(place: Place, user: CognitoUser, arguments: Arguments) -> Applied:
    users.confirm_sign_up(place.target, place.pool_id, user.username)
    return Applied({"status": user.status}, {"status": "CONFIRMED"}, _now(user, status="CONFIRMED"))


def _is_confirmed_already(error: AwsError) -> bool:
    # AWS: "User cannot be confirmed. Current status is CONFIRMED".
    return (
        isinstance(error, Rejected) and error.code == "NotAuthorizedException" and "CONFIRMED" in error.message.split()
    )


def _add_check(user: CognitoUser, context: Context) -> str:
    is_member = context.members is not None and user.username in context.members
    return "Is in the group already." if is_member else ""


def _remove_check(user: CognitoUser, context: Context) -> str:
    is_other = context.members is not None and user.username not in context.members
    return "Is not in the group." if is_other else ""


def _add_to_group(place: Place, user: CognitoUser, arguments: Arguments) -> Applied:
    group = arguments["group"]
    user_groups.add_member(place.target, place.pool_id, group, user.username)
    return Applied({"group": group, "member": False}, {"group": group, "member": True})


def _remove_from_group(place: Place, user: CognitoUser, arguments: Arguments) -> Applied:
    group = arguments["group"]
    user_groups.remove_member(place.target, place.pool_id, group, user.username)
    return Applied({"group": group, "member": True}, {"group": group, "member": False})


def _delete(place: Place, user: CognitoUser, arguments: Arguments) -> Applied:
    users.delete_user(place.target, place.pool_id, user.username)
    before = {"status": user.status, "enabled": user.enabled, "attributes": dict(user.attributes)}
    return Applied(before, None, is_gone=True)


def _is_gone(error: AwsError) -> bool:
    return isinstance(error, NotFound) and error.code in KNOWN


def _attribute_check(user: CognitoUser, context: Context) -> str:
    return attribute_values.why_skipped(user, context.arguments["name"], context.arguments.get("value", ""))


def _set_attribute(place: Place, user: CognitoUser, arguments: Arguments) -> Applied:
    name, value = arguments["name"], arguments.get("value", "")
    users.update_attributes(place.target, place.pool_id, user.username, {name: value})
    attributes = {key: text for key, text in {**user.attributes, name: value}.items() if text}
    before = {name: user.attributes.get(name, "")}
    return Applied(before, {name: value}, _now(user, attributes=attributes))


OPERATIONS: Mapping[str, Operation] = {
    one.key: one
    for one in (
        Operation(
            "suspend",
            "Suspend",
            "suspended",
            "pause",
            Quota.USER_UPDATE,
            Action.USER_SUSPENDED,
            _suspend,
            _rule("suspend"),
            warning="They can no longer sign in, and are signed out where they are.",
        ),
        Operation(
            "reactivate",
            "Reactivate",
            "reactivated",
            "play",
            Quota.USER_UPDATE,
            Action.USER_REACTIVATED,
            _reactivate,
            _rule("reactivate"),
        ),
        Operation(
            "sign-out",
            "Sign out everywhere",
            "signed out",
            "log-out",
            Quota.USER_UPDATE,
            Action.USER_SIGNED_OUT,
            _sign_out,
            _rule("sign-out"),
            warning="Access tokens already issued stay valid to outside verifiers until they expire.",
        ),
        Operation(
            "reset-password",
            "Reset password",
            "reset",
            "key-round",
            Quota.USER_ACCOUNT_RECOVERY,
            Action.USER_PASSWORD_RESET,
            _reset_password,
            _rule("reset-password"),
            repeatable=False,
            medium=_recovery_medium,
            sends=True,
            warning="Their passwords stop working at once. The code that each of them gets is valid for one hour.",
        ),
        Operation(
            "resend-invitation",
            "Resend invitation",
            "invited again",
            "mail",
            Quota.USER_CREATION,
            Action.USER_INVITED,
            _resend_invitation,
            _invitation_check,
            repeatable=False,
            medium=_invitation_medium,
            sends=True,
            warning="Each gets a new temporary password; the one sent before stops working.",
        ),
        Operation(
            "confirm",
            "Confirm",
            "confirmed",
            "circle-check",
            Quota.USER_CREATION,
            Action.USER_CONFIRMED,
            _confirm,
            _rule("confirm"),
            is_done_already=_is_confirmed_already,
        ),
        Operation(
            "add-to-group",
            "Add to the group",
            "added",
            "users-round",
            Quota.USER_UPDATE,
            Action.GROUP_MEMBER_ADDED,
            _add_to_group,
            _add_check,
            permission=Permission.MANAGE_GROUPS,
            needs=("group",),
        ),
        Operation(
            "remove-from-group",
            "Remove from the group",
            "removed",
            "users-round",
            Quota.USER_UPDATE,
            Action.GROUP_MEMBER_REMOVED,
            _remove_from_group,
            _remove_check,
            permission=Permission.MANAGE_GROUPS,
            needs=("group",),
        ),
        Operation(
            "set-attribute",
            "Set an attribute",
            "changed",
            "pencil",
            Quota.USER_UPDATE,
            Action.USER_CHANGED,
            _set_attribute,
            _attribute_check,
            needs=("name", "value"),
        ),
        Operation(
            "delete",
            "Delete",
            "deleted",
            "x",
            Quota.USER_UPDATE,
            Action.USER_DELETED,
            _delete,
            _rule("delete"),
            typed=True,
            warning="Cognito brings nobody back. What each of them was is kept in the activity.",
            is_done_already=_is_gone,
        ),
    )
}
