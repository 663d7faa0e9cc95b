"""The tables behind "Help this user sign in": every situation with what helps, every action with where it cannot work.

`ROWS` names every situation there is, each with one sentence and the actions that help. `BLOCKS` says of each action
where it cannot work, and why. Both are compared with a `Situation`'s facts. The sources are AWS's texts on
AdminResetUserPassword, AdminSetUserPassword, AdminCreateUser, AdminConfirmSignUp and AdminDeleteSoftwareToken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from user_management.person.situation import OTHER


class UserAction(StrEnum):
    """What can be done about one user; the values are the verbs of addresses and commands."""

    REACTIVATE = "reactivate"
    CONFIRM = "confirm"
    RESEND_INVITATION = "resend-invitation"
    RESET_PASSWORD = "reset-password"  # noqa: S105  # a verb, no password
    SET_PASSWORD = "set-password"  # noqa: S105
    VERIFY = "verify"
    EDIT = "edit"
    RESET_MFA = "reset-mfa"
    SIGN_OUT = "sign-out"
    SUSPEND = "suspend"
    DELETE = "delete"


TITLES: Mapping[UserAction, str] = {
    UserAction.REACTIVATE: "Reactivate",
    UserAction.CONFIRM: "Confirm the sign-up",
    UserAction.RESEND_INVITATION: "Resend the invitation",
    UserAction.RESET_PASSWORD: "Reset the password",
    UserAction.SET_PASSWORD: "Set a password",
    UserAction.VERIFY: "Mark an address as verified",
    UserAction.EDIT: "Enter an address or number",
    UserAction.RESET_MFA: "Reset the authenticator app",
    UserAction.SIGN_OUT: "Sign out everywhere",
    UserAction.SUSPEND: "Suspend",
    UserAction.DELETE: "Delete",
}

Condition = Mapping[str, object]
"""Facts by the name of a `Situation`'s field; a tuple holds alternatives. Facts that are not named do not matter."""

A = UserAction
LOCAL = ("UNCONFIRMED", "CONFIRMED", "RESET_REQUIRED", "FORCE_CHANGE_PASSWORD", OTHER)
MAY_HAVE_APP = ("yes", "unknown")


@dataclass(frozen=True, slots=True)
class Row:
    """One situation. `wrong` is a sentence with places for facts; `helps` are the actions that help, best first."""

    key: str
    when: Condition
    wrong: str
    helps: tuple[UserAction, ...] = ()
    severity: str = "warn"
    """`pass` where nothing is wrong with the account, `warn` where it waits for something, `fail` where it is stuck."""
    fine: bool = False
    """Nothing is needed, or nothing here can help; the sentence says so."""


ROWS: tuple[Row, ...] = (
    Row(
        "suspended",
        {"enabled": False},
        "This user is suspended, and no suspended user can sign in, whatever else is right.",
        (A.REACTIVATE,),
        "fail",
    ),
    Row(
        "unconfirmed",
        {"enabled": True, "state": "UNCONFIRMED", "unverified": False},
        "This user signed up, and nobody has confirmed the sign-up. A confirmation code, where the pool sends one, is "
        "valid for 24 hours.",
        (A.CONFIRM,),
        "fail",
    ),
    Row(
        "unconfirmed-unverified",
        {"enabled": True, "state": "UNCONFIRMED", "unverified": True},
        "This user signed up, and nobody has confirmed the sign-up. A confirmation code, where the pool sends one, is "
        "valid for 24 hours. Confirming here leaves the address unverified.",
        (A.CONFIRM, A.VERIFY),
        "fail",
    ),
    Row(
        "invited",
        {"enabled": True, "state": "FORCE_CHANGE_PASSWORD", "invitable": True, "expired": False},
        "This user has a temporary password and has not chosen one of their own yet{until}.",
        (A.RESEND_INVITATION, A.SET_PASSWORD),
    ),
    Row(
        "invitation-expired",
        {"enabled": True, "state": "FORCE_CHANGE_PASSWORD", "invitable": True, "expired": True},
        "The invitation probably expired on {expires}: this user never replaced the temporary password.",
        (A.RESEND_INVITATION, A.SET_PASSWORD),
        "fail",
    ),
    Row(
        "no-address-to-invite",
        {"enabled": True, "state": "FORCE_CHANGE_PASSWORD", "invitable": False, "expired": False},
        "This user has a temporary password{until}, and no address that an invitation could go to.",
        (A.SET_PASSWORD, A.EDIT),
    ),
    Row(
        "no-address-and-expired",
        {"enabled": True, "state": "FORCE_CHANGE_PASSWORD", "invitable": False, "expired": True},
        "The temporary password probably expired on {expires}, and there is no address that an invitation could go to.",
        (A.SET_PASSWORD, A.EDIT),
        "fail",
    ),
    Row(
        "reset-code-sent",
        {"enabled": True, "state": "RESET_REQUIRED", "reach": "verified"},
        "This user must choose a new password with a code, which is valid for an hour. Resetting once more sends a new "
        "one by {medium}.",
        (A.RESET_PASSWORD, A.SET_PASSWORD),
    ),
    Row(
        "reset-unverified",
        {"enabled": True, "state": "RESET_REQUIRED", "reach": "unverified"},
        "This user must choose a new password, but no code can be sent: the address is not verified.",
        (A.SET_PASSWORD, A.VERIFY),
        "fail",
    ),
    Row(
        "reset-without-address",
        {"enabled": True, "state": "RESET_REQUIRED", "reach": "nothing"},
        "This user must choose a new password, but has no address that the pool sends codes to.",
        (A.SET_PASSWORD, A.EDIT),
        "fail",
    ),
    Row(
        "reset-by-administrators",
        {"enabled": True, "state": "RESET_REQUIRED", "reach": "admin-only"},
        "This user must choose a new password, and the pool leaves that to administrators.",
        (A.SET_PASSWORD,),
        "fail",
    ),
    Row(
        "no-second-factor",
        {"enabled": True, "state": "CONFIRMED", "locked": True},
        "This pool asks everybody for a second factor and offers text messages only, and this user has no phone "
        "number: no sign-in can be finished.",
        (A.EDIT,),
        "fail",
    ),
    Row(
        "ready",
        {"enabled": True, "state": "CONFIRMED", "locked": False, "reach": "verified", "app": "no"},
        "Nothing in this account keeps the user from signing in. Was the password forgotten? A code can go out by "
        "{medium}.",
        (A.RESET_PASSWORD, A.SET_PASSWORD),
        "pass",
    ),
    Row(
        "ready-with-app",
        {"enabled": True, "state": "CONFIRMED", "locked": False, "reach": "verified", "app": "yes"},
        "Nothing in this account keeps the user from signing in, with password and authenticator app. Whichever was "
        "lost can be reset.",
        (A.RESET_PASSWORD, A.RESET_MFA, A.SET_PASSWORD),
        "pass",
    ),
    Row(
        "ready-perhaps-with-app",
        {"enabled": True, "state": "CONFIRMED", "locked": False, "reach": "verified", "app": "unknown"},
        "Nothing in this account keeps the user from signing in. Was the password forgotten, or the device with the "
        "authenticator app lost? Each can be reset.",
        (A.RESET_PASSWORD, A.RESET_MFA, A.SET_PASSWORD),
        "pass",
    ),
    Row(
        "unverified",
        {"enabled": True, "state": "CONFIRMED", "locked": False, "reach": "unverified", "app": "no"},
        "This user can sign in, but could not recover a forgotten password: the address is not verified.",
        (A.SET_PASSWORD, A.VERIFY),
    ),
    Row(
        "unverified-with-app",
        {"enabled": True, "state": "CONFIRMED", "locked": False, "reach": "unverified", "app": MAY_HAVE_APP},
        "This user can sign in, but could not recover a forgotten password: the address is not verified. A lost "
        "authenticator app can be reset.",
        (A.SET_PASSWORD, A.VERIFY, A.RESET_MFA),
    ),
    Row(
        "unreachable",
        {"enabled": True, "state": "CONFIRMED", "locked": False, "reach": "nothing", "app": "no"},
        "This user can sign in, but has no address that the pool sends codes to, should the password be forgotten.",
        (A.SET_PASSWORD, A.EDIT),
    ),
    Row(
        "unreachable-with-app",
        {"enabled": True, "state": "CONFIRMED", "locked": False, "reach": "nothing", "app": MAY_HAVE_APP},
        "This user can sign in, but has no address that the pool sends codes to, should the password be forgotten. A "
        "lost authenticator app can be reset.",
        (A.SET_PASSWORD, A.EDIT, A.RESET_MFA),
    ),
    Row(
        "left-to-administrators",
        {"enabled": True, "state": "CONFIRMED", "locked": False, "reach": "admin-only", "app": "no"},
        "Nothing in this account keeps the user from signing in. A forgotten password is replaced by administrators.",
        (A.SET_PASSWORD,),
        "pass",
    ),
    Row(
        "left-to-administrators-with-app",
        {"enabled": True, "state": "CONFIRMED", "locked": False, "reach": "admin-only", "app": MAY_HAVE_APP},
        "Nothing in this account keeps the user from signing in. A forgotten password is replaced by administrators; "
        "a lost authenticator app can be reset.",
        (A.SET_PASSWORD, A.RESET_MFA),
        "pass",
    ),
    Row(
        "federated",
        {"enabled": True, "state": "EXTERNAL_PROVIDER"},
        "This user signs in with an external identity provider, which keeps the password and the second factors. "
        "Nothing in Cognito needs to be done: the provider can help.",
        severity="pass",
        fine=True,
    ),
    Row(
        "other",
        {"enabled": True, "state": OTHER},
        "Cognito reports the status {status}, which it no longer uses. A permanent password makes the user confirmed.",
        (A.SET_PASSWORD,),
        "fail",
    ),
)


@dataclass(frozen=True, slots=True)
class Block:
    """Where an action cannot work; `why` is shown beside the disabled action."""

    when: Condition
    why: str


BLOCKS: Mapping[UserAction, tuple[Block, ...]] = {
    A.REACTIVATE: (Block({"enabled": True}, "This user is active."),),
    A.SUSPEND: (Block({"enabled": False}, "This user is suspended already."),),
    A.CONFIRM: (
        Block({"state": "EXTERNAL_PROVIDER"}, "Federated users have nothing to confirm."),
        Block(
            {"state": tuple(one for one in LOCAL if one != "UNCONFIRMED")},
            "Only a sign-up that waits for its code can be confirmed.",
        ),
    ),
    A.RESEND_INVITATION: (
        Block({"state": "UNCONFIRMED"}, "This user signed up without an invitation: confirm the sign-up instead."),
        Block({"state": ("CONFIRMED", "RESET_REQUIRED")}, "This user has replaced the temporary password already."),
        Block({"state": "EXTERNAL_PROVIDER"}, "Federated users are not invited by Cognito."),
        Block({"state": OTHER}, "An invitation can be sent again only while the temporary password waits."),
        Block({"enabled": False}, "Reactivate the user first: nobody can use an invitation while suspended."),
        Block({"invitable": False}, "There is no e-mail address, or phone number that the pool can text to."),
    ),
    A.RESET_PASSWORD: (
        Block({"state": "EXTERNAL_PROVIDER"}, "The identity provider keeps this password."),
        Block(
            {"state": "FORCE_CHANGE_PASSWORD"},
            "The temporary password was never replaced, and Cognito resets no temporary password: resend the "
            "invitation, or set a password.",
        ),
        Block({"state": "UNCONFIRMED"}, "The sign-up is not confirmed: confirm it first."),
        Block({"state": OTHER}, "Cognito resets no password in this state: set one."),
        Block({"enabled": False}, "Reactivate the user first: Cognito sends a suspended user no code."),
        Block(
            {"reach": "admin-only"}, "The pool leaves recovery to administrators and sends no codes: set a password."
        ),
        Block({"reach": "unverified"}, "No verified address: a code could not be sent. Mark one as verified first."),
        Block({"reach": "nothing"}, "The user has no address that the pool sends recovery codes to."),
    ),
    A.SET_PASSWORD: (),
    A.EDIT: (),
    A.VERIFY: (Block({"unverified": False}, "There is no unverified address or number."),),
    A.RESET_MFA: (
        Block({"state": "EXTERNAL_PROVIDER"}, "The identity provider keeps the second factors."),
        Block({"state": "UNCONFIRMED"}, "The sign-up is not confirmed: no authenticator app can have been set up."),
        Block(
            {"state": "FORCE_CHANGE_PASSWORD"},
            "The user is not confirmed until the temporary password is replaced.",
        ),
        Block({"app": "no"}, "No authenticator app is set up."),
    ),
    A.SIGN_OUT: (Block({"state": "UNCONFIRMED"}, "Nobody can have signed in before the sign-up is confirmed."),),
    A.DELETE: (),
}

CAUTIONS: Mapping[UserAction, tuple[Block, ...]] = {
    A.SET_PASSWORD: (
        Block(
            {"state": "EXTERNAL_PROVIDER"},
            "This changes the status from EXTERNAL_PROVIDER to CONFIRMED: the user could then sign in with this "
            "password, beside the identity provider. AWS advises against it.",
        ),
        Block({"enabled": False}, "The user stays suspended, and cannot sign in until reactivated."),
    ),
    A.CONFIRM: (Block({"enabled": False}, "The user stays suspended, and cannot sign in until reactivated."),),
}
"""What works, and is still to be thought about first."""
