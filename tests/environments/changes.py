"""Every change that people make on the pages of projects, and all that such a change may touch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from audit.actions import Action
from audit.models import AuditEvent
from environments.models import Environment, Invitation, Membership, MembershipEnvironment, Project, ProjectToken
from environments.permissions import Role
from tests.factories import make_environment, make_invitation, make_membership, make_token


@dataclass(frozen=True, slots=True)
class Request:
    """What the browser sends."""

    path: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    name: str
    prepare: Callable[[Project], Request]
    """Makes the rows the change is about."""
    action: Action
    """What the activity calls it."""
    post_only: bool = False


def _member_to_change(project: Project) -> Request:
    row = make_membership(project, role=Role.VIEWER)
    return Request(f"/projects/{project.slug}/members/{row.pk}/", {"role": Role.MANAGE_ONLY})


def _member_to_remove(project: Project) -> Request:
    row = make_membership(project, role=Role.VIEWER)
    return Request(f"/projects/{project.slug}/members/{row.pk}/remove/", {})


def _invitation_to_withdraw(project: Project) -> Request:
    row, _ = make_invitation(project)
    return Request(f"/projects/{project.slug}/members/invitations/{row.pk}/withdraw/", {})


def _token_to_revoke(project: Project) -> Request:
    row, _ = make_token(project)
    return Request(f"/projects/{project.slug}/tokens/{row.pk}/revoke/", {})


def _environment_to_remove(project: Project) -> Request:
    make_environment(project, "old")
    return Request(f"/projects/{project.slug}/old/remove/", {"confirm": "old"})


CHANGES = [
    Change(
        "create an environment",
        lambda project: Request(
            f"/projects/{project.slug}/environments/create/",
            {"name": "staging", "kind": "standalone", "region": "eu-west-1", "resources": "none"},
        ),
        Action.ENVIRONMENT_CREATED,
    ),
    Change(
        "invite",
        lambda project: Request(f"/projects/{project.slug}/members/", {"role": Role.VIEWER, "note": "Sample Person"}),
        Action.MEMBER_INVITED,
    ),
    Change("withdraw an invitation", _invitation_to_withdraw, Action.INVITATION_WITHDRAWN, post_only=True),
    Change("change a member", _member_to_change, Action.MEMBER_CHANGED),
    Change("remove a member", _member_to_remove, Action.MEMBER_REMOVED, post_only=True),
    Change(
        "make a token",
        lambda project: Request(f"/projects/{project.slug}/tokens/", {"name": "Build", "role": Role.VIEWER}),
        Action.TOKEN_CREATED,
    ),
    Change(
        "change an environment",
        lambda project: Request(f"/projects/{project.slug}/dev/settings/", {"region": "us-east-1"}),
        Action.ENVIRONMENT_CHANGED,
    ),
    Change("remove an environment", _environment_to_remove, Action.ENVIRONMENT_REMOVED),
    Change(
        "remove a project",
        lambda project: Request(f"/projects/{project.slug}/settings/", {"confirm": project.slug}),
        Action.PROJECT_REMOVED,
    ),
    Change("revoke a token", _token_to_revoke, Action.TOKEN_REVOKED, post_only=True),
]


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows that a change could touch. When a token was last used is no change."""
    models: list[type[Model]] = [
        Project, Environment, Membership, MembershipEnvironment, Invitation, ProjectToken, AuditEvent,
    ]  # fmt: skip
    rows = {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}
    for row in rows["ProjectToken"]:
        del row["last_used"]
    return rows
