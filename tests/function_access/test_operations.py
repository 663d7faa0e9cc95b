"""Operations and their IAM actions: the CLI's lists word for word, and the few that people need."""

import botocore.session
import pytest

from backend_state.document.changes import FunctionAccess
from function_access import operations
from function_access.operations import CLI, LEAST, OPERATIONS, PASSWORDS

# As the table of the Amplify project format, section 7.4, has them.
CREATE = """ConfirmSignUp, AdminCreateUser, CreateUserImportJob, AdminSetUserSettings, AdminLinkProviderForUser,
CreateIdentityProvider, AdminConfirmSignUp, AdminDisableUser, AdminRemoveUserFromGroup, SetUserMFAPreference,
SetUICustomization, SignUp, VerifyUserAttribute, SetRiskConfiguration, StartUserImportJob, AdminSetUserPassword,
AssociateSoftwareToken, CreateResourceServer, RespondToAuthChallenge, CreateUserPoolClient, AdminUserGlobalSignOut,
GlobalSignOut, AddCustomAttributes, CreateGroup, CreateUserPool, AdminForgetDevice, AdminAddUserToGroup,
AdminRespondToAuthChallenge, ForgetDevice, CreateUserPoolDomain, AdminEnableUser, AdminUpdateDeviceStatus,
StopUserImportJob, InitiateAuth, AdminInitiateAuth, AdminSetUserMFAPreference, ConfirmForgotPassword, SetUserSettings,
VerifySoftwareToken, AdminDisableProviderForUser, SetUserPoolMfaConfig, ChangePassword, ConfirmDevice,
AdminResetUserPassword, ResendConfirmationCode"""
UPDATE = """ForgotPassword, UpdateAuthEventFeedback, UpdateResourceServer, UpdateUserPoolClient,
AdminUpdateUserAttributes, UpdateUserAttributes, UpdateUserPoolDomain, UpdateIdentityProvider, UpdateGroup,
AdminUpdateAuthEventFeedback, UpdateDeviceStatus, UpdateUserPool"""
DELETE = """DeleteUserPoolDomain, DeleteResourceServer, DeleteGroup, AdminDeleteUserAttributes, DeleteUserPoolClient,
DeleteUserAttributes, DeleteUserPool, AdminDeleteUser, DeleteIdentityProvider, DeleteUser"""
READ = (
    *("cognito-identity:Describe*", "cognito-identity:Get*", "cognito-identity:List*", "cognito-idp:Describe*"),
    *("cognito-idp:AdminGetDevice", "cognito-idp:AdminGetUser", "cognito-idp:AdminList*", "cognito-idp:List*"),
    *("cognito-sync:Describe*", "cognito-sync:Get*", "cognito-sync:List*", "iam:ListOpenIdConnectProviders"),
    *("iam:ListRoles", "sns:ListPlatformApplications"),
)
IN_THE_FORMAT = {
    "create": tuple(f"cognito-idp:{name.strip()}" for name in CREATE.split(",")),
    "read": READ,
    "update": tuple(f"cognito-idp:{name.strip()}" for name in UPDATE.split(",")),
    "delete": tuple(f"cognito-idp:{name.strip()}" for name in DELETE.split(",")),
}
# Without a resource type in the Service Authorization Reference of Amazon Cognito User Pools.
NO_RESOURCE = """AssociateSoftwareToken, ChangePassword, ConfirmDevice, ConfirmForgotPassword, ConfirmSignUp,
CreateUserPool, DeleteUser, DeleteUserAttributes, DescribeUserPoolDomain, ForgetDevice, ForgotPassword, GetDevice,
GetUser, GetUserAttributeVerificationCode, GlobalSignOut, InitiateAuth, ListDevices, ListUserPools,
ResendConfirmationCode, RespondToAuthChallenge, SetUserMFAPreference, SetUserSettings, SignUp, UpdateDeviceStatus,
UpdateUserAttributes, VerifySoftwareToken, VerifyUserAttribute"""
NEVER_OF_ONE_POOL = {f"cognito-idp:{name.strip()}" for name in NO_RESOURCE.split(",")}
SET_PASSWORD = "cognito-idp:AdminSetUserPassword"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_lists_of_the_cli_are_those_of_the_format(operation: str) -> None:
    assert operations.actions([operation], CLI) == IN_THE_FORMAT[operation]


def test_the_cli_s_lists_follow_each_other_in_the_order_in_which_they_are_stored() -> None:
    stored = ("delete", "create")
    assert operations.actions(stored, CLI) == (*IN_THE_FORMAT["delete"], *IN_THE_FORMAT["create"])
    assert operations.actions(stored, CLI) != operations.actions(stored[::-1], CLI)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_least_grants_few_actions_about_people_each_with_a_reason(operation: str) -> None:
    known = set(botocore.session.get_session().get_service_model("cognito-idp").operation_names)
    granted = operations.actions([operation], LEAST)
    names = {action.removeprefix("cognito-idp:") for action in granted}
    assert names <= known
    assert not NEVER_OF_ONE_POOL.intersection(granted)
    assert len(granted) <= 9
    managing = ("Pool", "Client", "Domain", "Provider", "ResourceServer", "Mfa", "Risk", "UICustomization", "ImportJob")
    assert not [name for name in names - {"DescribeUserPool"} if any(word in name for word in managing)]
    assert not operations.without_effect(granted)
    assert all(group.words.endswith(".") and group.actions for group in operations.groups([operation], LEAST))


def test_reading_is_only_reading_and_only_deleting_deletes() -> None:
    for operation in OPERATIONS:
        verbs = {action.partition(":")[2].removeprefix("Admin") for action in operations.actions([operation], LEAST)}
        assert operation == "read" or not [verb for verb in verbs if verb.startswith(("List", "Get", "Describe"))]
        assert operation == "delete" or not [verb for verb in verbs if verb.startswith("Delete")]
    assert all(
        action.partition(":")[2].startswith(("List", "AdminGet", "AdminList", "Get", "Describe"))
        for action in operations.actions(["read"], LEAST)
    )


def test_an_action_that_two_operations_need_is_granted_once() -> None:
    granted = operations.actions(OPERATIONS, LEAST)
    assert len(granted) == len(set(granted))
    assert operations.actions(["create", "update"], LEAST).count("cognito-idp:AdminAddUserToGroup") == 1


def test_what_is_never_about_one_pool_is_named() -> None:
    granted = operations.actions(OPERATIONS, CLI)
    others = {one for one in granted if not one.startswith("cognito-idp:")}
    assert set(operations.without_effect(granted)) == others | NEVER_OF_ONE_POOL.intersection(granted)


@pytest.mark.parametrize("chosen", [[one] for one in OPERATIONS] + [list(OPERATIONS)])
def test_the_right_to_set_passwords_is_chosen_by_its_name_and_never_comes_with_an_operation(chosen: list[str]) -> None:
    assert SET_PASSWORD not in operations.actions(chosen, LEAST)
    more = [SET_PASSWORD] if {"create", "update"} & set(chosen) else []
    assert operations.actions(chosen, PASSWORDS) == (*operations.actions(chosen, LEAST), *more)
    assert ("set passwords" in operations.words(chosen, PASSWORDS)) == bool(more)
    assert not operations.without_effect(operations.actions(chosen, PASSWORDS))


def test_whose_list_some_actions_are_is_known_by_the_actions() -> None:
    for breadth in (LEAST, PASSWORDS, CLI):
        assert operations.breadth_of(("update", "create"), operations.actions(("create", "update"), breadth)) == breadth
    assert operations.breadth_of(("read",), operations.actions(("read",), PASSWORDS)) == LEAST
    assert operations.breadth_of(("read",), ["cognito-idp:ListUsers"]) == ""
    assert operations.breadth_of((), ()) == ""


@pytest.mark.parametrize("wanted", [["destroy"], ["read", "Read"]])
def test_an_unknown_operation_or_breadth_is_refused(wanted: list[str]) -> None:
    with pytest.raises(ValueError, match="no operation"):
        operations.actions(wanted, LEAST)
    with pytest.raises(ValueError, match="no breadth"):
        operations.actions(["read"], "all")


def test_the_order_of_the_form_does_not_matter_and_the_words_say_what_is_allowed() -> None:
    assert operations.in_order(["delete", "read", "delete"]) == ("read", "delete")
    assert operations.words(["update", "create", "read"], LEAST) == "May create, read and update users and groups."
    assert operations.words(["read"], CLI) == "May read, by the broad lists of the Amplify CLI."
    assert operations.words([], LEAST) == ""


def test_the_lists_fit_a_push_and_the_variable_is_called_as_the_cli_calls_it() -> None:
    assert FunctionAccess("f", OPERATIONS, operations.actions(OPERATIONS, CLI)).actions
    assert operations.variable_of("shopSample") == "AUTH_SHOPSAMPLE_USERPOOLID"
