"""What a person reads before a fix: its title, its effect, and what the console needs to be allowed in IAM."""

from collections.abc import Callable
from typing import Any

from auth_import.findings import Fix
from aws import app_clients, identity_pools, roles, user_pools
from aws.declarations import actions_of

TITLES: dict[Fix, str] = {
    Fix.CREATE_WEB_CLIENT: "Create a web app client",
    Fix.CREATE_NATIVE_CLIENT: "Create a native app client",
    Fix.COPY_OAUTH_TO_NATIVE: "Copy the OAuth settings from the web to the native client",
    Fix.COPY_OAUTH_TO_WEB: "Copy the OAuth settings from the native to the web client",
    Fix.ADD_PROVIDERS: "Add both app clients to the identity pool",
    Fix.CREATE_UNAUTHENTICATED_ROLE: "Create a role for guests that grants nothing",
    Fix.REWRITE_TRUST_AUTHENTICATED: "Let the authenticated role trust this identity pool",
    Fix.REWRITE_TRUST_UNAUTHENTICATED: "Let the unauthenticated role trust this identity pool",
    Fix.TURN_ON_DELETION_PROTECTION: "Turn on deletion protection",
}

EFFECTS: dict[Fix, str] = {
    Fix.CREATE_WEB_CLIENT: "Adds an app client without a secret to the user pool. Nobody is signed out; no cost.",
    Fix.CREATE_NATIVE_CLIENT: "Adds an app client with a secret to the user pool. Nobody is signed out; no cost. "
    "The secret is shown neither here nor in the activity.",
    Fix.COPY_OAUTH_TO_NATIVE: "Apps that use the native client get the web client's providers, URLs, flows and scopes "
    "at once. URLs that only the native client has are lost; every other setting stays.",
    Fix.COPY_OAUTH_TO_WEB: "Apps that use the web client get the native client's providers, URLs, flows and scopes "
    "at once. URLs that only the web client has are lost; every other setting stays.",
    Fix.ADD_PROVIDERS: "People who sign in through these clients can then get AWS credentials from the identity pool. "
    "Everything else about it stays.",
    Fix.CREATE_UNAUTHENTICATED_ROLE: "Creates an IAM role without any policy and names it as the identity pool's "
    "unauthenticated role. Whether guests are allowed is not changed.",
    Fix.REWRITE_TRUST_AUTHENTICATED: "Changes the one statement of the role's trust policy that is meant for "
    "identity pools. What the role may do stays.",
    Fix.REWRITE_TRUST_UNAUTHENTICATED: "Changes the one statement of the role's trust policy that is meant for "
    "identity pools. What the role may do stays.",
    Fix.TURN_ON_DELETION_PROTECTION: "The user pool can then only be deleted after somebody turns the protection off. "
    "Every other setting is sent back as it is.",
}

_USED: dict[Fix, tuple[Callable[..., Any], ...]] = {
    Fix.CREATE_WEB_CLIENT: (app_clients.iter_app_clients, app_clients.create_app_client),
    Fix.CREATE_NATIVE_CLIENT: (app_clients.iter_app_clients, app_clients.create_app_client),
    Fix.COPY_OAUTH_TO_NATIVE: (app_clients.copy_oauth,),
    Fix.COPY_OAUTH_TO_WEB: (app_clients.copy_oauth,),
    Fix.ADD_PROVIDERS: (identity_pools.add_user_pool_providers,),
    Fix.CREATE_UNAUTHENTICATED_ROLE: (roles.create_role, roles.update_trust_policy, identity_pools.set_roles),
    Fix.REWRITE_TRUST_AUTHENTICATED: (identity_pools.identity_pool_roles, roles.update_trust_policy),
    Fix.REWRITE_TRUST_UNAUTHENTICATED: (identity_pools.identity_pool_roles, roles.update_trust_policy),
    Fix.TURN_ON_DELETION_PROTECTION: (user_pools.turn_on_deletion_protection,),
}


def actions_for(fix: Fix) -> tuple[str, ...]:
    """The IAM actions the console's credentials need for a fix, its looking included."""
    return tuple(sorted({action for function in _USED[fix] for action in actions_of(function)}))
