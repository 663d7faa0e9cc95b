"""The ordered catalogue of rules. Each id has its page, docs/checks/<id>.md."""

from auth_import.rules import (
    app_clients,
    console_permissions,
    environment,
    gen2,
    identity_pool,
    oauth,
    roles,
    user_pool,
)
from auth_import.rules.judgement import Rule

RULES: tuple[Rule, ...] = (
    *user_pool.EXISTENCE,
    *user_pool.SETTINGS,
    *app_clients.RULES,
    *oauth.RULES,
    *identity_pool.RULES,
    *roles.RULES,
    *environment.RULES,
    *console_permissions.RULES,
    *gen2.RULES,
)

FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(rule.family for rule in RULES))
