"""What a role may do. Views, commands and tokens name a permission; only this table names roles."""

from enum import StrEnum

from django.db import models


class Permission(StrEnum):
    VIEW = "view"
    MANAGE_USERS = "manage-users"
    MANAGE_GROUPS = "manage-groups"
    IMPORT_AUTH = "import-auth"
    UNLINK_AUTH = "unlink-auth"
    FIX_AWS = "fix-aws"
    READ_SECRETS = "read-secrets"
    PUSH = "push"
    EDIT_DATA_RULES = "edit-data-rules"
    GRANT_FUNCTIONS = "grant-functions"
    CLONE = "clone"
    MANAGE_ENVIRONMENTS = "manage-environments"
    MANAGE_MEMBERS = "manage-members"
    MANAGE_TOKENS = "manage-tokens"


class Role(models.TextChoices):
    FULL_ACCESS = "full-access", "Full access"
    MANAGE_ONLY = "manage-only", "Manage only"
    VIEWER = "viewer", "Viewer"


ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.FULL_ACCESS: frozenset(Permission),
    Role.MANAGE_ONLY: frozenset({Permission.VIEW, Permission.MANAGE_USERS, Permission.MANAGE_GROUPS}),
    Role.VIEWER: frozenset({Permission.VIEW}),
}

NOT_FOR_TOKENS = frozenset({Permission.MANAGE_TOKENS, Permission.MANAGE_MEMBERS, Permission.MANAGE_ENVIRONMENTS})
"""What only people do: a token that leaked could otherwise make its own successors, and outlive its revocation."""

ROLE_WORDS: dict[str, str] = {
    Role.FULL_ACCESS: "Everything: import, unlink, push, clone, data rules, functions, members and tokens.",
    Role.MANAGE_ONLY: "Users and groups; everything else can only be read.",
    Role.VIEWER: "Reads, changes nothing.",
}


def permissions_of(role: str) -> frozenset[Permission]:
    """The permissions of a role; an unknown role, left in a row by a later version, may do nothing."""
    return ROLE_PERMISSIONS.get(role, frozenset())
