"""Which IAM actions the console needs for what, and the policy that grants exactly these."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from aws import accounts, amplify_apps, app_clients, identity_pools, roles, user_pools
from aws.declarations import actions_of


class Feature(StrEnum):
    IMPORT = "import"
    """Find pools, run every check, import, look for drift. Reads only."""
    FIX = "fix"
    """*Fix it* and *create one*: the changes a person confirms on the import page."""
    AMPLIFY = "amplify"
    """Connect environments of Amplify apps. Reads only."""


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
    ),
}

# AWS checks these against no particular resource (Service Authorization Reference).
_ON_EVERYTHING = {
    "amplify:ListApps",
    "cognito-identity:CreateIdentityPool",
    "cognito-identity:ListIdentityPools",
    "cognito-identity:SetIdentityPoolRoles",
    "cognito-idp:ListUserPools",
    "sts:GetCallerIdentity",
}
_TITLES = {
    "amplify": "Amplify",
    "cognito-identity": "IdentityPools",
    "cognito-idp": "UserPools",
    "iam": "Roles",
    "sts": "Account",
}


def actions_for(*features: Feature) -> tuple[str, ...]:
    """The IAM actions of these features, in alphabetical order."""
    found = {action for feature in features for function in FUNCTIONS[feature] for action in actions_of(function)}
    return tuple(sorted(found))


def _resource(action: str, account: str, region: str, partition: str) -> str:
    if action in _ON_EVERYTHING:
        return "*"
    service = action.partition(":")[0]
    return {
        "amplify": f"arn:{partition}:amplify:{region}:{account}:apps/*",
        "cognito-identity": f"arn:{partition}:cognito-identity:{region}:{account}:identitypool/*",
        "cognito-idp": f"arn:{partition}:cognito-idp:{region}:{account}:userpool/*",
        "iam": f"arn:{partition}:iam::{account}:role/*",
    }[service]


def policy(*features: Feature, account: str = "*", region: str = "*", partition: str = "aws") -> dict[str, Any]:
    """The least policy for these features: one statement per service and kind of resource.

    `account` (12 digits) and `region` narrow it further; "*" means any.
    """
    statements: dict[tuple[str, str], list[str]] = {}
    passing = False
    for action in actions_for(*features):
        if action == "iam:PassRole":
            passing = True
            continue
        key = (action.partition(":")[0], _resource(action, account, region, partition))
        statements.setdefault(key, []).append(action)
    document: list[dict[str, Any]] = [
        {
            "Sid": _TITLES[service] + ("Lists" if resource == "*" and service not in ("sts",) else ""),
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
