"""Which IAM actions the console needs for what, and the policy that grants exactly these."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from aws import (
    accounts,
    amplify_apps,
    app_clients,
    environment_parameters,
    graphql_apis,
    identity_pools,
    roles,
    stacks,
    stored_objects,
    user_groups,
    user_imports,
    user_pools,
    user_security,
    users,
)
from aws.declarations import actions_of, permissions_of


class Feature(StrEnum):
    IMPORT = "import"
    """Find pools, run every check, import, look for drift. Reads only."""
    FIX = "fix"
    """*Fix it* and *create one*: the changes a person confirms on the import page."""
    AMPLIFY = "amplify"
    """Connect environments of Amplify apps, each checked against its root stack. Reads only."""
    PUSH = "push"
    """Read an environment's backend from its bucket, write it back, and change its stacks by change sets."""
    CREATE_BACKEND = "create-backend"
    """Make an Amplify app, an environment of it and the environment's root stack, which the push then fills."""
    USERS = "users"
    """Find, make, change and delete the users and groups of a linked pool."""
    USER_IMPORT = "user-import"
    """Run a CSV file as an import job of Cognito's own."""


FUNCTIONS: dict[Feature, tuple[Callable[..., Any], ...]] = {
    Feature.IMPORT: (
        accounts.caller,
        user_pools.iter_user_pools,
        user_pools.describe_user_pools,
        user_pools.mfa_config,
        user_pools.list_identity_providers,
        user_pools.list_groups,
        app_clients.iter_app_clients,
        app_clients.describe_app_clients,
        identity_pools.iter_identity_pools,
        identity_pools.describe_identity_pools,
        identity_pools.identity_pool_roles,
        roles.get_role,
    ),
    Feature.FIX: (
        user_pools.turn_on_deletion_protection,
        app_clients.create_app_client,
        app_clients.copy_oauth,
        identity_pools.add_user_pool_providers,
        identity_pools.set_roles,
        identity_pools.create_identity_pool,
        roles.create_role,
        roles.update_trust_policy,
    ),
    Feature.AMPLIFY: (
        amplify_apps.iter_apps,
        amplify_apps.get_app,
        amplify_apps.iter_backend_environments,
        amplify_apps.get_backend_environment,
        stacks.describe_stack,
    ),
    Feature.PUSH: (
        amplify_apps.get_app,
        amplify_apps.get_backend_environment,
        stored_objects.read_object,
        stored_objects.write_object,
        stored_objects.delete_object,
        stored_objects.iter_objects,
        environment_parameters.iter_parameters,
        environment_parameters.put_parameter,
        environment_parameters.delete_parameters,
        stacks.describe_stack,
        stacks.template_of,
        stacks.create_change_set,
        stacks.describe_change_set,
        stacks.execute_change_set,
        stacks.delete_change_set,
        stacks.failures_of,
        graphql_apis.get_graphql_api,
    ),
    Feature.CREATE_BACKEND: (
        amplify_apps.create_app,
        amplify_apps.create_backend_environment,
        stacks.create_stack,
        stacks.describe_stack,
        stacks.failures_of,
    ),
    Feature.USERS: (
        users.people_rules,
        users.page_of_users,
        users.get_user_billed,
        users.create_user,
        users.update_attributes,
        users.delete_attributes,
        users.confirm_sign_up,
        users.reset_password,
        users.set_password,
        users.suspend,
        users.reactivate,
        users.sign_out_everywhere,
        users.delete_user,
        user_pools.mfa_config,
        user_pools.list_groups,
        user_groups.get_group,
        user_groups.create_group,
        user_groups.update_group,
        user_groups.delete_group,
        user_groups.iter_members,
        user_groups.groups_of,
        user_groups.add_member,
        user_groups.remove_member,
        user_security.auth_factors,
        user_security.delete_software_token,
        user_security.set_mfa_preference,
        user_security.list_devices,
        user_security.forget_device,
        user_security.tracks_sessions,
        user_security.list_sessions,
        user_security.revoke_session,
        user_security.page_of_auth_events,
    ),
    Feature.USER_IMPORT: (
        user_imports.csv_header,
        user_imports.create_import_job,
        user_imports.start_import_job,
        user_imports.stop_import_job,
        user_imports.describe_import_job,
        user_imports.iter_import_jobs,
    ),
}

_AMPLIFY_ROLES = "amplify-*"
"""The names of roles that root stacks make."""

# AWS checks these against no particular resource (Service Authorization Reference).
_ON_EVERYTHING = {
    "amplify:ListApps",
    "cognito-identity:CreateIdentityPool",
    "cognito-identity:ListIdentityPools",
    "cognito-identity:SetIdentityPoolRoles",
    "cognito-idp:ListUserPools",
    "sts:GetCallerIdentity",
}
_ON_BUCKETS = {
    "s3:CreateBucket",
    "s3:DeleteBucketPolicy",
    "s3:GetBucketPolicy",
    "s3:ListBucket",
    "s3:PutBucketPolicy",
}
"""All other S3 actions are allowed on objects."""
_TITLES = {
    "amplify": "Amplify",
    "appsync": "GraphqlApis",
    "cloudformation": "Stacks",
    "cognito-identity": "IdentityPools",
    "cognito-idp": "UserPools",
    "iam": "Roles",
    "s3": "DeploymentBuckets",
    "ssm": "EnvironmentParameters",
    "sts": "Account",
}


def actions_for(*features: Feature) -> tuple[str, ...]:
    """The IAM actions of these features, in alphabetical order."""
    calls = {call for feature in features for function in FUNCTIONS[feature] for call in actions_of(function)}
    return tuple(sorted({action for call in calls for action in permissions_of(call)}))


def _resource(action: str, roles: str, account: str, region: str, partition: str) -> str:
    if action in _ON_EVERYTHING:
        return "*"
    service = action.partition(":")[0]
    return {
        "amplify": f"arn:{partition}:amplify:{region}:{account}:apps/*",
        "appsync": f"arn:{partition}:appsync:{region}:{account}:apis/*",
        "cloudformation": f"arn:{partition}:cloudformation:{region}:{account}:stack/amplify-*/*",
        "cognito-identity": f"arn:{partition}:cognito-identity:{region}:{account}:identitypool/*",
        "cognito-idp": f"arn:{partition}:cognito-idp:{region}:{account}:userpool/*",
        "iam": f"arn:{partition}:iam::{account}:role/{roles}",
        "s3": f"arn:{partition}:s3:::amplify-*-deployment" + ("" if action in _ON_BUCKETS else "/*"),
        "ssm": f"arn:{partition}:ssm:{region}:{account}:parameter/amplify/*",
    }[service]


def _title(service: str, resource: str) -> str:
    title = _TITLES[service]
    if resource == "*" and service != "sts":
        return f"{title}Lists"
    if service == "iam" and resource.endswith(_AMPLIFY_ROLES):
        return f"Amplify{title}"
    return "DeploymentObjects" if service == "s3" and resource.endswith("/*") else title


def policy(*features: Feature, account: str = "*", region: str = "*", partition: str = "aws") -> dict[str, Any]:
    """The least policy for these features: one statement per service and kind of resource.

    `account` (12 digits) and `region` narrow it further; "*" means any.
    """
    statements: dict[tuple[str, str], list[str]] = {}
    on_any_role = set(actions_for(*(feature for feature in features if feature is not Feature.CREATE_BACKEND)))
    passing = False
    for action in actions_for(*features):
        if action == "iam:PassRole":
            passing = True
            continue
        named = "*" if action in on_any_role else _AMPLIFY_ROLES
        key = (action.partition(":")[0], _resource(action, named, account, region, partition))
        statements.setdefault(key, []).append(action)
    document: list[dict[str, Any]] = [
        {
            "Sid": _title(service, resource),
            "Effect": "Allow",
            "Action": actions,
            "Resource": resource,
        }
        for (service, resource), actions in statements.items()
    ]
    if passing:
        document.append(
            {
                "Sid": "HandRolesToCognito",
                "Effect": "Allow",
                "Action": ["iam:PassRole"],
                "Resource": f"arn:{partition}:iam::{account}:role/*",
                "Condition": {
                    "StringEquals": {
                        "iam:PassedToService": ["cognito-identity.amazonaws.com", "cognito-idp.amazonaws.com"]
                    }
                },
            }
        )
    return {"Version": "2012-10-17", "Statement": document}
