"""What became of groups, seen past the console."""

from typing import Any

from audit.models import AuditEvent
from tests.user_management.conftest import Pool

ADMIN, EDITOR = "arn:aws:iam::123456789012:role/shop-admins", "arn:aws:iam::123456789012:role/shop-editors"


def described(pool: Pool, name: str) -> dict[str, Any]:
    """The group as Cognito has it, without dates."""
    group = pool.cognito.get_group(UserPoolId=pool.id, GroupName=name)["Group"]
    return {key: group[key] for key in ("Description", "Precedence", "RoleArn") if key in group}


def names(pool: Pool) -> set[str]:
    return {group["GroupName"] for group in pool.cognito.list_groups(UserPoolId=pool.id)["Groups"]}


def members(pool: Pool, group: str) -> set[str]:
    return {user["Username"] for user in pool.cognito.list_users_in_group(UserPoolId=pool.id, GroupName=group)["Users"]}


def events(action: str) -> list[tuple[str, Any, Any, str]]:
    """Target, before, after and reason of what the activity tells of an action, oldest first."""
    rows = AuditEvent.objects.filter(action__endswith=action).order_by("pk")
    return [(row.target, row.before, row.after, row.reason) for row in rows]
