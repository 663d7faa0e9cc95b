"""Which IAM actions the console needs for what, and the policy that grants exactly these."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from aws import (
    accounts,
    amplify_apps,
    app_clients,
    environment_parameters,
    functions,
    graphql_apis,
    identity_pools,
    roles,
    root_stacks,
    stacks,
    stored_objects,
    user_groups,
    user_imports,
    user_pools,
    user_security,
    users,
)
from aws.declarations import actions_of, permissions_of
from aws.stack_documents import AUTH_STACKS


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
    DELETE_BACKEND = "delete-backend"
    """Undo a new environment that was not finished, and remove an environment together with its backend."""
    MANAGED = "managed"
    """Start from scratch: a stack of new Cognito resources by a change set, and its removal."""
    USERS = "users"
    """Find, make, change and delete the users and groups of a linked pool."""
    USER_IMPORT = "user-import"
    """Run a CSV file as an import job of Cognito's own."""
    DATA = "data"
    """Read the schema of an AppSync API, and the groups and users its rules may name. Reads only."""
    FUNCTION_ACCESS = "function-access"
    """Give Lambda functions access to the linked pool, and take it away, outside of Amplify."""


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
    Feature.DELETE_BACKEND: (
        amplify_apps.get_backend_environment,
        amplify_apps.delete_backend_environment,
        stacks.describe_stack,
        stacks.template_of,
        stacks.failures_of,
        root_stacks.creation_of,
        root_stacks.delete_root_stack,
        stored_objects.bucket_is_there,
        stored_objects.read_object,
        stored_objects.delete_bucket,
        environment_parameters.iter_parameters,
        environment_parameters.delete_parameters,
    ),
    Feature.MANAGED: (
        stacks.plan_new_stack,
        stacks.describe_stack,
        stacks.ids_of,
        stacks.resources_of,
        stacks.describe_change_set,
        stacks.execute_change_set,
        stacks.delete_change_set,
        stacks.delete_stack,
        stacks.failures_of,
        user_pools.turn_off_deletion_protection,
        users.page_of_users,
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
    Feature.DATA: (
        graphql_apis.iter_graphql_apis,
        graphql_apis.get_graphql_api,
        graphql_apis.introspection_schema,
        user_pools.list_groups,
        user_groups.page_of_members,
        user_groups.groups_of,
        users.page_of_users,
        users.find_user,
    ),
    Feature.FUNCTION_ACCESS: (
        functions.iter_functions,
        functions.get_function,
        functions.get_with_variables,
        functions.change_variables,
        roles.get_role,
        roles.inline_policies,
        roles.policy_or_none,
        roles.change_inline_policy,
        user_pools.describe_user_pool,
    ),
}

_ANY = "*"
_AMPLIFY = "amplify-*"
_MANAGED = f"{AUTH_STACKS}*"
_ROLES = {Feature.CREATE_BACKEND: _AMPLIFY, Feature.DELETE_BACKEND: _AMPLIFY, Feature.MANAGED: _MANAGED}
"""The names of roles that a feature's stacks make; every other feature works with any role."""
_STACKS = {Feature.MANAGED: _MANAGED}
"""The names of a feature's stacks; every other feature's are those Amplify made."""
_PREFIXES = {_ANY: "", _AMPLIFY: "Amplify", _MANAGED: "Managed"}

# AWS checks these against no particular resource (Service Authorization Reference).
_ON_EVERYTHING = {
    "amplify:ListApps",
    "appsync:GetIntrospectionSchema",
    "appsync:ListGraphqlApis",
    "cognito-identity:CreateIdentityPool",
    "cognito-identity:ListIdentityPools",
    "cognito-identity:SetIdentityPoolRoles",
    "cognito-idp:CreateUserPool",
    "cognito-idp:DescribeUserPoolDomain",
    "cognito-idp:ListUserPools",
    "lambda:ListFunctions",
    "sts:GetCallerIdentity",
}
_ON_BUCKETS = {
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:GetBucketPolicy",
    "s3:ListBucket",
    "s3:ListBucketVersions",
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
    "lambda": "Functions",
    "s3": "DeploymentBuckets",
    "ssm": "EnvironmentParameters",
    "sts": "Account",
}


def actions_for(*features: Feature) -> tuple[str, ...]:
    """The IAM actions of these features, in alphabetical order."""
    calls = {call for feature in features for function in FUNCTIONS[feature] for call in actions_of(function)}
    return tuple(sorted({action for call in calls for action in permissions_of(call)}))


def _names(action: str, features: tuple[Feature, ...]) -> tuple[str, ...]:
    """The names of the stacks or roles that these features need the action for; () where the service has no such."""
    service = action.partition(":")[0]
    if service not in ("cloudformation", "iam"):
        return ()
    own, others = (_ROLES, _ANY) if service == "iam" else (_STACKS, _AMPLIFY)
    names = {own.get(feature, others) for feature in features if action in actions_for(feature)}
    return (_ANY,) if _ANY in names else tuple(sorted(names))


def _resources(action: str, names: tuple[str, ...], account: str, region: str, partition: str) -> tuple[str, ...]:
    if action in _ON_EVERYTHING:
        return ("*",)
    service = action.partition(":")[0]
    if service == "iam":
        return tuple(f"arn:{partition}:iam::{account}:role/{name}" for name in names)
    if service == "cloudformation":
        return tuple(f"arn:{partition}:cloudformation:{region}:{account}:stack/{name}/*" for name in names)
    return (
        {
            "amplify": f"arn:{partition}:amplify:{region}:{account}:apps/*",
            "appsync": f"arn:{partition}:appsync:{region}:{account}:apis/*",
            "cognito-identity": f"arn:{partition}:cognito-identity:{region}:{account}:identitypool/*",
            "cognito-idp": f"arn:{partition}:cognito-idp:{region}:{account}:userpool/*",
            "lambda": f"arn:{partition}:lambda:{region}:{account}:function:*",
            "s3": f"arn:{partition}:s3:::amplify-*-deployment" + ("" if action in _ON_BUCKETS else "/*"),
            "ssm": f"arn:{partition}:ssm:{region}:{account}:parameter/amplify/*",
        }[service],
    )


def _title(service: str, resource: str, names: tuple[str, ...]) -> str:
    title = _TITLES[service]
    if resource == "*" and service != "sts":
        return f"{title}Lists"
    if names and not (service == "cloudformation" and names == (_AMPLIFY,)):
        return "".join(_PREFIXES[name] for name in names) + title
    return "DeploymentObjects" if service == "s3" and resource.endswith("/*") else title


def policy(*features: Feature, account: str = "*", region: str = "*", partition: str = "aws") -> dict[str, Any]:
    """The least policy for these features: one statement per service and kind of resource.

    `account` (12 digits) and `region` narrow it further; "*" means any.
    """
    statements: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    passing = False
    for action in actions_for(*features):
        if action == "iam:PassRole":
            passing = True
            continue
        names = _names(action, features)
        resources = _resources(action, names, account, region, partition)
        statements.setdefault((action.partition(":")[0], names, resources), []).append(action)
    document: list[dict[str, Any]] = [
        {
            "Sid": _title(service, resources[0], names),
            "Effect": "Allow",
            "Action": actions,
            "Resource": resources[0] if len(resources) == 1 else list(resources),
        }
        for (service, names, resources), actions in statements.items()
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
