"""The rule about the console's own AWS permissions."""

import json
from collections.abc import Iterable

from auth_import.findings import Cure, RuleSet, Severity
from auth_import.observation import Observation
from auth_import.rules.commands import aws_command
from auth_import.rules.judgement import Judgement, passes, rule
from auth_import.rules.oauth_settings import oauth_providers
from auth_import.rules.reading import all_faults, names, web_client

FAMILY = "Console permissions"

IMPORT_ACTIONS = frozenset(
    {
        "cognito-idp:ListUserPools",
        "cognito-idp:DescribeUserPool",
        "cognito-idp:ListUserPoolClients",
        "cognito-idp:DescribeUserPoolClient",
        "cognito-idp:ListIdentityProviders",
        "cognito-idp:DescribeIdentityProvider",
        "cognito-idp:GetUserPoolMfaConfig",
        "cognito-identity:ListIdentityPools",
        "cognito-identity:DescribeIdentityPool",
        "cognito-identity:GetIdentityPoolRoles",
    }
)
"""The calls of an import (Amplify project format, section 1.4)."""

_ALWAYS_CALLED = frozenset(
    {
        "cognito-idp:DescribeUserPool",
        "cognito-idp:ListUserPoolClients",
        "cognito-idp:DescribeUserPoolClient",
    }
)
_CALLED_FOR_PROVIDERS = frozenset({"cognito-idp:ListIdentityProviders", "cognito-idp:DescribeIdentityProvider"})
_CALLED_FOR_IDENTITY_POOL = frozenset(
    {
        "cognito-identity:ListIdentityPools",
        "cognito-identity:DescribeIdentityPool",
        "cognito-identity:GetIdentityPoolRoles",
    }
)


def _called_by_cli(observation: Observation) -> frozenset[str]:
    """The calls whose refusal ends a headless import. It never lists user pools, and swallows MFA errors."""
    web = web_client(observation)
    called = _ALWAYS_CALLED
    if web is not None and oauth_providers(web):
        called |= _CALLED_FOR_PROVIDERS
    if observation.choice.uses_identity_pool:
        called |= _CALLED_FOR_IDENTITY_POOL
    return called


def _console(observation: Observation, rule_set: RuleSet) -> Judgement:
    denied = tuple(
        dict.fromkeys(fault.action or "an unnamed call" for fault in all_faults(observation) if fault.kind == "denied")
    )
    if not denied:
        return passes("AWS refused no call")
    needed = _called_by_cli(observation) if rule_set is RuleSet.CLI else IMPORT_ACTIONS | _called_by_cli(observation)
    blocking = [action for action in denied if action in needed]
    policy = _policy(denied, observation)
    return Judgement(
        Severity.FAIL if blocking else Severity.WARN,
        observed=f"denied: {names(denied)}",
        reason=f"An import cannot do without {names(blocking)}."
        if blocking
        else "An import works without these, but some checks and pages stay empty.",
        affects="whoever imports" if blocking else "whoever relies on the checks that stay empty",
        cure=Cure(
            "Attach this policy to the role or user whose credentials the console uses (IAM console, Add permissions,"
            f" Create inline policy, JSON):\n{json.dumps(policy, indent=2)}",
            aws_command(
                "iam",
                "create-policy",
                region=observation.setting.region,
                parameters={"PolicyName": "admin-ui-missing-permissions", "PolicyDocument": json.dumps(policy)},
            ),
        ),
        unread=True,
    )


def _policy(denied: Iterable[str], observation: Observation) -> dict[str, object]:
    """A policy that grants the denied actions, each on the narrowest resource its service allows."""
    groups: dict[str, list[str]] = {}
    for action in denied:
        if ":" in action:
            groups.setdefault(_resource(action, observation), []).append(action)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": resource} for resource, actions in groups.items()
        ],
    }


def _resource(action: str, observation: Observation) -> str:
    region, choice = observation.setting.region, observation.choice
    service, _, operation = action.partition(":")
    if operation in ("ListUserPools", "ListIdentityPools"):
        return "*"
    if service == "cognito-idp":
        return f"arn:aws:cognito-idp:{region}:*:userpool/{choice.user_pool_id}"
    if service == "cognito-identity" and operation != "DescribeIdentityPool" and choice.identity_pool_id:
        return f"arn:aws:cognito-identity:{region}:*:identitypool/{choice.identity_pool_id}"
    # Every identity pool is described to find those that trust the user pool.
    return f"arn:aws:cognito-identity:{region}:*:identitypool/*" if service == "cognito-identity" else "*"


RULES = (rule(FAMILY, "permissions.console", "The console may make every call it needs", _console),)
