"""CloudFormation: Cognito's own resources, made, changed and removed by stacks."""

from typing import Any

import pytest

from tests.aws_sandbox.conftest import Control, Deploy
from tests.aws_sandbox.refusals import refused
from tests.aws_sandbox.templates import CAPABILITIES, auth, text
from tests.aws_sandbox.test_stacks import described, events, outputs, resources

REASON = 'Resource handler returned message: "Invalid request provided: {}'
PROTECTED = (
    "The user pool cannot be deleted because deletion protection is activated. "
    "Deletion protection must be inactivated first."
)


def domain(prefix: str) -> dict[str, Any]:
    return {"Type": "AWS::Cognito::UserPoolDomain", "Properties": {"UserPoolId": {"Ref": "Pool"}, "Domain": prefix}}


def update(cloudformation: Any, stack: str, template: dict[str, Any]) -> str:
    cloudformation.update_stack(StackName=stack, TemplateBody=text(template), Capabilities=CAPABILITIES)
    return str(described(cloudformation, stack)["StackStatus"])


def reasons(cloudformation: Any, stack: str) -> dict[str, str]:
    return {name: why for name, status, why in events(cloudformation, stack) if status.endswith("_FAILED")}


def pool_of(cloudformation: Any, stack: str) -> str:
    """The id of the pool a stack made, whatever became of the stack."""
    found = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return next(str(one["PhysicalResourceId"]) for one in found if one["LogicalResourceId"] == "Pool")


def test_a_stack_makes_pool_clients_and_identity_pool_that_every_other_call_sees(
    cloudformation: Any, cognito: Any, identity: Any, connect: Any, deploy: Deploy
) -> None:
    schema = [
        {"Name": "email", "AttributeDataType": "String", "Required": True, "Mutable": True},
        {"Name": "tier", "AttributeDataType": "Number", "Mutable": False},
    ]
    policy = {"MinimumLength": 12, "RequireSymbols": False}
    stack = deploy(auth(Schema=schema, Policies={"PasswordPolicy": policy}, DeletionProtection="INACTIVE"))
    made = outputs(cloudformation, stack)
    pool = cognito.describe_user_pool(UserPoolId=made["Pool"])["UserPool"]
    assert (pool["Name"], pool["Arn"], pool["UsernameAttributes"]) == ("stacked", made["Arn"], ["email"])
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    attributes = {one["Name"]: one for one in pool["SchemaAttributes"]}
    assert attributes["email"]["Required"] is True
    assert attributes["custom:tier"]["Mutable"] is False
    assert (made["Provider"], made["Url"]) == (
        f"cognito-idp.eu-west-1.amazonaws.com/{made['Pool']}",
        f"https://cognito-idp.eu-west-1.amazonaws.com/{made['Pool']}",
    )
    native = cognito.describe_user_pool_client(UserPoolId=made["Pool"], ClientId=made["Native"])["UserPoolClient"]
    assert (native["ClientSecret"], native["ClientName"]) == (made["Secret"], made["NativeName"])
    web = cognito.describe_user_pool_client(UserPoolId=made["Pool"], ClientId=made["Web"])["UserPoolClient"]
    assert (web["ClientName"], web.get("ClientSecret")) == ("web", None)
    described_pool = identity.describe_identity_pool(IdentityPoolId=made["Identity"])
    assert described_pool["IdentityPoolName"] == made["IdentityName"]
    entry = {"ProviderName": made["Provider"], "ServerSideTokenCheck": True}
    assert described_pool["CognitoIdentityProviders"] == [
        {**entry, "ClientId": made["Web"]},
        {**entry, "ClientId": made["Native"]},
    ]
    role = connect("iam").get_role(RoleName=made["Role"])["Role"]
    conditions = role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"]
    assert conditions == {"cognito-identity.amazonaws.com:aud": made["Identity"]}
    roles = identity.get_identity_pool_roles(IdentityPoolId=made["Identity"])["Roles"]
    assert roles == {"authenticated": role["Arn"]}


def test_the_password_policy_of_the_stack_counts_when_somebody_signs_in(
    cloudformation: Any, cognito: Any, deploy: Deploy
) -> None:
    made = outputs(cloudformation, deploy(auth(Policies={"PasswordPolicy": {"MinimumLength": 20}})))
    person = {"UserPoolId": made["Pool"], "Username": "ana@example.com"}
    cognito.admin_create_user(**person, MessageAction="SUPPRESS")
    with refused("InvalidPasswordException"):
        cognito.admin_set_user_password(**person, Password="Too-short-1", Permanent=True)
    secret = "Long-enough-for-twenty-1"
    cognito.admin_set_user_password(**person, Password=secret, Permanent=True)
    signed_in = cognito.initiate_auth(
        ClientId=made["Web"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ana@example.com", "PASSWORD": secret},
    )
    assert signed_in["AuthenticationResult"]["AccessToken"]


def test_enabled_mfas_go_into_the_pools_mfa_settings(cloudformation: Any, cognito: Any, deploy: Deploy) -> None:
    stack = deploy(auth(MfaConfiguration="OPTIONAL", EnabledMfas=["SOFTWARE_TOKEN_MFA"]))
    pool = outputs(cloudformation, stack)["Pool"]
    config = cognito.get_user_pool_mfa_config(UserPoolId=pool)
    assert (config["MfaConfiguration"], config["SoftwareTokenMfaConfiguration"]) == ("OPTIONAL", {"Enabled": True})
    assert "SmsMfaConfiguration" not in config
    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["MfaConfiguration"] == "OPTIONAL"


def test_the_tags_of_a_stack_are_on_what_it_makes(
    cloudformation: Any, cognito: Any, identity: Any, connect: Any, deploy: Deploy
) -> None:
    stack = deploy(auth(UserPoolTags={"own": "1"}), Tags=[{"Key": "env", "Value": "dev"}])
    made = outputs(cloudformation, stack)
    pool = cognito.describe_user_pool(UserPoolId=made["Pool"])["UserPool"]
    assert pool["UserPoolTags"] == {"env": "dev", "own": "1"}
    assert identity.describe_identity_pool(IdentityPoolId=made["Identity"])["IdentityPoolTags"] == {"env": "dev"}
    assert connect("iam").get_role(RoleName=made["Role"])["Role"]["Tags"] == [{"Key": "env", "Value": "dev"}]


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"AliasAttributes": ["email"]}, "Only one of the aliasAttributes or usernameAttributes can be set"),
        ({"MfaConfiguration": "ON"}, "SMS configuration and Auto verification for phone_number are required"),
        ({"Policies": {"PasswordPolicy": {"MinimumLength": 5}}}, "1 validation error detected: Value '5'"),
    ],
)
def test_a_pool_that_cognito_refuses_is_rolled_back_with_the_reason(
    cloudformation: Any, deploy: Deploy, properties: dict[str, Any], words: str
) -> None:
    stack = deploy(auth(**properties))
    assert described(cloudformation, stack)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert reasons(cloudformation, stack)["Pool"].startswith(REASON.format(words))


def test_a_taken_or_reserved_domain_prefix_fails_and_what_was_made_is_removed(
    cloudformation: Any, cognito: Any, deploy: Deploy
) -> None:
    template = auth()
    template["Resources"]["Domain"] = domain("stacked-sign-in")
    first = deploy(template)
    pool = outputs(cloudformation, first)["Pool"]
    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["Domain"] == "stacked-sign-in"
    second = deploy(template)
    assert described(cloudformation, second)["StackStatus"] == "ROLLBACK_COMPLETE"
    taken = reasons(cloudformation, second)
    assert taken["Domain"].startswith(REASON.format("Domain already associated with another user pool."))
    assert len([name for name, status, _ in events(cloudformation, second) if status == "DELETE_COMPLETE"]) == 6
    with refused("ResourceNotFoundException"):
        cognito.describe_user_pool(UserPoolId=pool_of(cloudformation, second))
    template["Resources"]["Domain"] = domain("my-cognito-domain")
    assert "reserved word: cognito" in reasons(cloudformation, deploy(template))["Domain"]


def test_a_group_is_made_changed_and_removed(cloudformation: Any, cognito: Any, deploy: Deploy) -> None:
    template = auth()
    group = {"UserPoolId": {"Ref": "Pool"}, "GroupName": "Admins", "Precedence": 1}
    template["Resources"]["Group"] = {"Type": "AWS::Cognito::UserPoolGroup", "Properties": group}
    stack = deploy(template)
    pool = outputs(cloudformation, stack)["Pool"]
    assert cognito.get_group(UserPoolId=pool, GroupName="Admins")["Group"]["Precedence"] == 1
    group["Precedence"] = 7
    assert update(cloudformation, stack, template) == "UPDATE_COMPLETE"
    assert cognito.get_group(UserPoolId=pool, GroupName="Admins")["Group"]["Precedence"] == 7
    del template["Resources"]["Group"]
    assert update(cloudformation, stack, template) == "UPDATE_COMPLETE"
    with refused("ResourceNotFoundException"):
        cognito.get_group(UserPoolId=pool, GroupName="Admins")


def test_changes_keep_the_pool_and_a_client_whose_secret_changes_is_replaced(
    cloudformation: Any, cognito: Any, identity: Any, deploy: Deploy
) -> None:
    stack = deploy(auth())
    before = outputs(cloudformation, stack)
    template = auth(UserPoolName="renamed", Schema=[{"Name": "tier", "AttributeDataType": "String"}])
    template["Resources"]["Web"]["Properties"]["GenerateSecret"] = True
    template["Resources"]["Native"]["Properties"]["LogoutURLs"] = ["https://app.example.com/"]
    template["Resources"]["Identity"]["Properties"]["AllowUnauthenticatedIdentities"] = True
    change_set = cloudformation.create_change_set(
        StackName=stack, ChangeSetName="shown", TemplateBody=text(template), Capabilities=CAPABILITIES
    )["Id"]
    shown = {
        row["ResourceChange"]["LogicalResourceId"]: row["ResourceChange"].get("Replacement")
        for row in cloudformation.describe_change_set(ChangeSetName=change_set)["Changes"]
    }
    assert (shown["Pool"], shown["Web"], shown["Native"], shown["Identity"]) == ("False", "True", "False", "False")
    cloudformation.execute_change_set(ChangeSetName=change_set)
    after = outputs(cloudformation, stack)
    assert described(cloudformation, stack)["StackStatus"] == "UPDATE_COMPLETE"
    assert {name for name in before if before[name] != after[name]} == {"Web"}
    pool = cognito.describe_user_pool(UserPoolId=after["Pool"])["UserPool"]
    assert pool["Name"] == "renamed"
    assert "custom:tier" in {one["Name"] for one in pool["SchemaAttributes"]}
    with refused("ResourceNotFoundException"):
        cognito.describe_user_pool_client(UserPoolId=after["Pool"], ClientId=before["Web"])
    seen = identity.describe_identity_pool(IdentityPoolId=after["Identity"])
    assert seen["AllowUnauthenticatedIdentities"] is True
    assert [entry["ClientId"] for entry in seen["CognitoIdentityProviders"]] == [after["Web"], after["Native"]]
    assert "authenticated" in identity.get_identity_pool_roles(IdentityPoolId=after["Identity"])["Roles"]


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"UsernameAttributes": ["phone_number"]}, "Updates are not allowed for property - UsernameAttributes."),
        (
            {"UsernameConfiguration": {"CaseSensitive": False}},
            "Updates are not allowed for property - UsernameConfiguration.",
        ),
        (
            {"Schema": [{"Name": "tier", "AttributeDataType": "Number"}]},
            "Existing schema attributes cannot be modified or deleted.",
        ),
    ],
)
def test_what_cannot_change_for_a_pool_fails_the_update_and_leaves_the_pool(
    cloudformation: Any, cognito: Any, deploy: Deploy, properties: dict[str, Any], words: str
) -> None:
    template = auth(Schema=[{"Name": "tier", "AttributeDataType": "String"}])
    stack = deploy(template)
    pool = outputs(cloudformation, stack)["Pool"]
    before = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    template["Resources"]["Pool"]["Properties"] |= {"UserPoolName": "other", **properties}
    assert update(cloudformation, stack, template) == "UPDATE_ROLLBACK_COMPLETE"
    assert reasons(cloudformation, stack)["Pool"].startswith(REASON.format(words))
    after = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    assert {**after, "LastModifiedDate": None} == {**before, "LastModifiedDate": None}


def test_a_protected_pool_makes_the_deletion_fail_until_the_protection_is_lifted(
    cloudformation: Any, cognito: Any, deploy: Deploy
) -> None:
    stack = deploy(auth(DeletionProtection="ACTIVE"))
    pool = outputs(cloudformation, stack)["Pool"]
    cloudformation.delete_stack(StackName=stack)
    failed = described(cloudformation, stack)
    assert failed["StackStatus"] == "DELETE_FAILED"
    assert failed["StackStatusReason"] == "The following resource(s) failed to delete: [Pool]. "
    assert reasons(cloudformation, stack)["Pool"].startswith(REASON.format(PROTECTED))
    # What does not depend on the pool's own deletion is gone by then, the app clients too.
    assert {name: row["ResourceStatus"] for name, row in resources(cloudformation, stack).items()} == {
        "Pool": "DELETE_FAILED",
        **dict.fromkeys(("Web", "Native", "Identity", "Role", "Attachment"), "DELETE_COMPLETE"),
    }
    assert cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"] == []
    cognito.update_user_pool(UserPoolId=pool, DeletionProtection="INACTIVE")
    cloudformation.delete_stack(StackName=stack)
    assert described(cloudformation, stack)["StackStatus"] == "DELETE_COMPLETE"
    assert [name for name, status, _ in events(cloudformation, stack) if status == "DELETE_COMPLETE"].count("Web") == 1
    with refused("ResourceNotFoundException"):
        cognito.describe_user_pool(UserPoolId=pool)


def test_a_protected_pool_survives_the_rollback_of_its_own_stack(
    cloudformation: Any, cognito: Any, control: Control, deploy: Deploy
) -> None:
    control.stack("auth-*", fail_resource="Attachment", reason="Rate exceeded", times=1)
    stack = deploy(auth(DeletionProtection="ACTIVE"))
    failed = described(cloudformation, stack)
    assert failed["StackStatus"] == "ROLLBACK_FAILED"
    assert failed["StackStatusReason"] == "The following resource(s) failed to delete: [Pool]. "
    assert reasons(cloudformation, stack)["Attachment"] == "Rate exceeded"
    assert list(resources(cloudformation, stack)) == ["Pool"]


def test_a_retained_pool_stays_when_its_stack_is_deleted_and_when_it_is_rolled_back(
    cloudformation: Any, cognito: Any, control: Control, deploy: Deploy
) -> None:
    template = auth()
    template["Resources"]["Pool"]["DeletionPolicy"] = "Retain"
    control.stack("auth-*", fail_resource="Attachment", times=1)
    rolled_back = deploy(template)
    whole = deploy(template)
    kept = [
        name for name, status, _ in events(cloudformation, rolled_back) if status in ("DELETE_SKIPPED", "CREATE_FAILED")
    ]
    assert kept == ["Attachment", "Pool"]
    pool = outputs(cloudformation, whole)["Pool"]
    cloudformation.delete_stack(StackName=whole)
    assert described(cloudformation, whole)["StackStatus"] == "DELETE_COMPLETE"
    for left in (pool, pool_of(cloudformation, rolled_back)):
        assert cognito.describe_user_pool(UserPoolId=left)["UserPool"]["Name"] == "stacked"
        cognito.delete_user_pool(UserPoolId=left)


def test_what_somebody_deleted_by_hand_does_not_hinder_the_stacks_deletion(
    cloudformation: Any, cognito: Any, identity: Any, connect: Any, deploy: Deploy
) -> None:
    stack = deploy(auth())
    made = outputs(cloudformation, stack)
    cognito.delete_user_pool(UserPoolId=made["Pool"])
    identity.delete_identity_pool(IdentityPoolId=made["Identity"])
    connect("iam").delete_role(RoleName=made["Role"])
    cloudformation.delete_stack(StackName=stack)
    assert described(cloudformation, stack)["StackStatus"] == "DELETE_COMPLETE"
