"""The operations of a function on a user pool, and the IAM actions of each (Amplify project format, 7.4). Pure.

Three breadths: `cli` is word for word what the Amplify CLI grants; `least` is what people need, for which section 7.4
has no list; `passwords` is `least` and the setting of passwords, which nobody should give by ticking "update" alone.
Every action of `least` can be limited to one pool (Service Authorization Reference, "Actions, resources, and condition
keys for Amazon Cognito User Pools"); signing in and up is not among them, for it needs no permission.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

OPERATIONS = ("create", "read", "update", "delete")
BREADTHS = ("least", "passwords", "cli")
LEAST, PASSWORDS, CLI = BREADTHS


def _pool(names: str) -> tuple[str, ...]:
    return tuple(f"cognito-idp:{name}" for name in names.split())


_CLI: dict[str, tuple[str, ...]] = {
    "create": _pool(
        "ConfirmSignUp AdminCreateUser CreateUserImportJob AdminSetUserSettings AdminLinkProviderForUser"
        " CreateIdentityProvider AdminConfirmSignUp AdminDisableUser AdminRemoveUserFromGroup SetUserMFAPreference"
        " SetUICustomization SignUp VerifyUserAttribute SetRiskConfiguration StartUserImportJob AdminSetUserPassword"
        " AssociateSoftwareToken CreateResourceServer RespondToAuthChallenge CreateUserPoolClient"
        " AdminUserGlobalSignOut GlobalSignOut AddCustomAttributes CreateGroup CreateUserPool AdminForgetDevice"
        " AdminAddUserToGroup AdminRespondToAuthChallenge ForgetDevice CreateUserPoolDomain AdminEnableUser"
        " AdminUpdateDeviceStatus StopUserImportJob InitiateAuth AdminInitiateAuth AdminSetUserMFAPreference"
        " ConfirmForgotPassword SetUserSettings VerifySoftwareToken AdminDisableProviderForUser SetUserPoolMfaConfig"
        " ChangePassword ConfirmDevice AdminResetUserPassword ResendConfirmationCode"
    ),
    "update": _pool(
        "ForgotPassword UpdateAuthEventFeedback UpdateResourceServer UpdateUserPoolClient AdminUpdateUserAttributes"
        " UpdateUserAttributes UpdateUserPoolDomain UpdateIdentityProvider UpdateGroup AdminUpdateAuthEventFeedback"
        " UpdateDeviceStatus UpdateUserPool"
    ),
    "read": (
        *("cognito-identity:Describe*", "cognito-identity:Get*", "cognito-identity:List*"),
        *_pool("Describe* AdminGetDevice AdminGetUser AdminList* List*"),
        *("cognito-sync:Describe*", "cognito-sync:Get*", "cognito-sync:List*"),
        *("iam:ListOpenIdConnectProviders", "iam:ListRoles", "sns:ListPlatformApplications"),
    ),
    "delete": _pool(
        "DeleteUserPoolDomain DeleteResourceServer DeleteGroup AdminDeleteUserAttributes DeleteUserPoolClient"
        " DeleteUserAttributes DeleteUserPool AdminDeleteUser DeleteIdentityProvider DeleteUser"
    ),
}


@dataclass(frozen=True, slots=True)
class ActionGroup:
    """Some actions of one operation that serve one purpose. `words` is a sentence about that purpose."""

    words: str
    actions: tuple[str, ...]


_LEAST: dict[str, tuple[ActionGroup, ...]] = {
    "create": (
        ActionGroup("Create users and send them their invitation.", _pool("AdminCreateUser")),
        ActionGroup("Confirm people who signed up by themselves.", _pool("AdminConfirmSignUp")),
        ActionGroup("Create groups and put users into them.", _pool("CreateGroup AdminAddUserToGroup")),
    ),
    "read": (
        ActionGroup("Find users and read their attributes.", _pool("ListUsers AdminGetUser")),
        ActionGroup(
            "See which groups there are and who is in them.",
            _pool("ListGroups GetGroup ListUsersInGroup AdminListGroupsForUser"),
        ),
        ActionGroup("Read the pool's own settings.", _pool("DescribeUserPool")),
    ),
    "update": (
        ActionGroup(
            "Change the attributes of users. Whoever reads an address that is marked as verified can have the password "
            "reset with it.",
            _pool("AdminUpdateUserAttributes"),
        ),
        ActionGroup("Reset passwords: the person gets a code and chooses a new one.", _pool("AdminResetUserPassword")),
        ActionGroup(
            "Disable and enable users, and sign them out everywhere.",
            _pool("AdminDisableUser AdminEnableUser AdminUserGlobalSignOut"),
        ),
        ActionGroup(
            "Change groups and who is in them.",
            _pool("UpdateGroup AdminAddUserToGroup AdminRemoveUserFromGroup"),
        ),
    ),
    "delete": (
        ActionGroup("Delete users and attributes of users.", _pool("AdminDeleteUser AdminDeleteUserAttributes")),
        ActionGroup(
            "Delete groups and take users out of them.",
            _pool("DeleteGroup AdminRemoveUserFromGroup"),
        ),
    ),
}

_SET_PASSWORDS = ActionGroup(
    "Set anybody's password, which lets the function sign in as anybody in the pool.", _pool("AdminSetUserPassword")
)
_WITH_PASSWORDS = ("create", "update")
"""The operations that `passwords` adds something to."""

_CLI_WORDS = {
    "create": "Everything the CLI calls create: users and groups, but also app clients, domains, identity providers "
    "and passwords of this pool.",
    "read": "Everything the CLI calls read: users, groups, app clients with their secrets, and all settings of this "
    "pool.",
    "update": "Everything the CLI calls update: users and groups, but also the pool itself, its app clients and "
    "identity providers.",
    "delete": "Everything the CLI calls delete: users and groups, but also app clients, domains, identity providers "
    "and the pool itself.",
}

_NEVER_OF_ONE_POOL = frozenset(
    _pool(
        "CreateUserPool SignUp ConfirmSignUp ResendConfirmationCode InitiateAuth RespondToAuthChallenge ForgotPassword"
        " ConfirmForgotPassword ChangePassword GlobalSignOut AssociateSoftwareToken VerifySoftwareToken"
        " SetUserMFAPreference SetUserSettings VerifyUserAttribute UpdateUserAttributes DeleteUserAttributes DeleteUser"
        " ConfirmDevice ForgetDevice UpdateDeviceStatus"
    )
)
"""Those of the CLI's for which the Service Authorization Reference has no resource type: all but the first are what
people do for themselves, with their own token or none, and need no permission."""


def in_order(operations: Collection[str]) -> tuple[str, ...]:
    """The operations in the order in which the CLI offers them, each once. Raises ValueError for an unknown one."""
    unknown = sorted(set(operations) - set(OPERATIONS))
    if unknown:
        raise ValueError(f"There is no operation {', '.join(unknown)}; there are {', '.join(OPERATIONS)}.")
    return tuple(one for one in OPERATIONS if one in operations)


def groups(operations: Sequence[str], breadth: str) -> tuple[ActionGroup, ...]:
    """What the operations allow, purpose by purpose. Raises ValueError for an unknown operation or breadth."""
    in_order(operations)
    if breadth in (LEAST, PASSWORDS):
        few = tuple(group for operation in operations for group in _LEAST[operation])
        return (*few, _SET_PASSWORDS) if breadth == PASSWORDS and sets_passwords(operations) else few
    if breadth == CLI:
        return tuple(ActionGroup(_CLI_WORDS[operation], _CLI[operation]) for operation in operations)
    raise ValueError(f"There is no breadth {breadth}; there are {', '.join(BREADTHS)}.")


def actions(operations: Sequence[str], breadth: str) -> tuple[str, ...]:
    """The IAM actions of the operations, each once.

    They stand in the order in which the operations are given: the CLI concatenates its lists in the order in which the
    operations are stored. Raises ValueError for an unknown operation or breadth.
    """
    return tuple(dict.fromkeys(action for group in groups(operations, breadth) for action in group.actions))


def sets_passwords(operations: Collection[str]) -> bool:
    """Whether `passwords` is more than `least` for these operations."""
    return any(one in _WITH_PASSWORDS for one in operations)


def breadth_of(operations: Sequence[str], granted: Collection[str]) -> str:
    """The narrowest breadth whose actions these are; "" where they are a list of somebody's own."""
    chosen, found = [one for one in operations if one in OPERATIONS], set(granted)
    return next((one for one in BREADTHS if chosen and set(actions(chosen, one)) == found), "")


def without_effect(granted: Collection[str]) -> tuple[str, ...]:
    """The actions that grant nothing in a statement about one user pool, because they are never about one.

    The CLI writes them into such a statement all the same. The console does so too, where its list is chosen, and
    never into one about everything: a function's access to a pool is no reason to let it list the account's roles.
    """
    return tuple(action for action in granted if not action.startswith("cognito-idp:") or action in _NEVER_OF_ONE_POOL)


def words(operations: Sequence[str], breadth: str) -> str:
    """One sentence: what a function with this access may do. "" for no operation."""
    chosen = in_order(operations)
    if not chosen:
        return ""
    listed = chosen[0] if len(chosen) == 1 else f"{', '.join(chosen[:-1])} and {chosen[-1]}"
    if breadth == CLI:
        return f"May {listed}, by the broad lists of the Amplify CLI."
    passwords = breadth == PASSWORDS and sets_passwords(chosen)
    return f"May {listed} users and groups{', and set passwords' if passwords else ''}."


def variable_of(resource_name: str) -> str:
    """The environment variable that holds the pool's id (Amplify project format, 7.2)."""
    return f"AUTH_{resource_name.upper()}_USERPOOLID"
