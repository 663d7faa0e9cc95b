"""Rows that tests need, with as few words as possible. Every argument has a default."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import User
from amplify_files.outputs import AuthOutputs, IdentityPool, MfaDetails, PasswordPolicy, WebOAuth
from audit.record import Actor
from auth_import.models import CognitoLink
from environments.models import Environment, Invitation, Membership, Project, ProjectToken
from environments.permissions import Role

PASSWORD = "correct horse battery"

_numbers = count(1)


def make_user(name: str = "", **fields: Any) -> User:
    name = name or f"person{next(_numbers)}"
    return User.objects.create_user(username=name, email=f"{name}@example.com", password=PASSWORD, **fields)


def make_project(name: str = "Shop", **fields: Any) -> Project:
    return Project.objects.create(name=name, slug=fields.pop("slug", "") or Project.free_slug(name), **fields)


def make_environment(project: Project | None = None, name: str = "dev", **fields: Any) -> Environment:
    return Environment.objects.create(
        project=project or make_project(), name=name, region=fields.pop("region", "eu-west-1"), **fields
    )


def make_membership(
    project: Project | None = None,
    user: User | None = None,
    *,
    role: str = Role.FULL_ACCESS,
    environments: Iterable[Environment] = (),
) -> Membership:
    """A person's role in the project, limited to the environments when some are named."""
    membership = Membership.objects.create(project=project or make_project(), user=user or make_user(), role=role)
    membership.environments.set(environments)
    return membership


def make_member(project: Project, role: str = Role.FULL_ACCESS, *environments: Environment, **fields: Any) -> User:
    """A person with this role in the project, limited to the environments when some are named."""
    return make_membership(project, make_user(**fields), role=role, environments=environments).user


def make_invitation(project: Project | None = None, **fields: Any) -> tuple[Invitation, str]:
    """The row and the secret of its link."""
    fields = {"role": Role.VIEWER, "created_by_name": "owner@example.com", **fields}
    return Invitation.make(project=project or make_project(), **fields)


def make_token(project: Project | None = None, **fields: Any) -> tuple[ProjectToken, str]:
    """The row and the token itself."""
    fields = {"name": "CI", "role": Role.VIEWER, "created_by_name": "owner@example.com", **fields}
    return ProjectToken.make(project=project or make_project(), **fields)


def make_outputs(**fields: Any) -> AuthOutputs:
    """What an import of a pool with an identity pool and hosted UI stores."""
    outputs: dict[str, Any] = {
        "region": "eu-west-1",
        "user_pool_id": "eu-west-1_Sample001",
        "user_pool_name": "shop-users",
        "web_client_id": "1example23456789webclient01",
        "web_client_name": "shop-web",
        "native_client_id": "1example23456789nativeclient",
        "native_client_has_secret": True,
        "domain": "shop-sample",
        "username_attributes": ("email",),
        "alias_attributes": None,
        "required_attributes": ("email",),
        "password_policy": PasswordPolicy(minimum_length=8, requires_lowercase=True),
        "mfa_configuration": "OFF",
        "mfa": MfaDetails(),
        "auto_verified_attributes": ("email",),
        "web_oauth": WebOAuth(
            supported_identity_providers=("COGNITO",),
            flows=("code",),
            scopes=("openid", "email"),
            callback_urls=("https://shop.example.com/",),
            logout_urls=("https://shop.example.com/",),
        ),
        "identity_pool": IdentityPool(
            id="eu-west-1:00000000-0000-4000-8000-000000000001",
            name="shop_identities",
            allow_unauthenticated=False,
            auth_role_arn="arn:aws:iam::123456789012:role/shop-auth",
            unauth_role_arn="arn:aws:iam::123456789012:role/shop-unauth",
        ),
    }
    return AuthOutputs(**{**outputs, **fields})


def make_link(environment: Environment | None = None, **fields: Any) -> CognitoLink:
    """An environment's link; `outputs` are those of `make_outputs()` unless named."""
    outputs: AuthOutputs = fields.pop("outputs", None) or make_outputs()
    pool = outputs.identity_pool
    values: dict[str, Any] = {
        "user_pool_id": outputs.user_pool_id,
        "user_pool_name": outputs.user_pool_name,
        "web_client_id": outputs.web_client_id,
        "native_client_id": outputs.native_client_id,
        "identity_pool_id": pool.id if pool else "",
        "identity_pool_name": pool.name if pool else "",
        "resource_name": "shopSample",
        "outputs": outputs.to_dict(),
        "checked": timezone.now(),
        "created_by_name": "owner@example.com",
    }
    return CognitoLink.objects.create(environment=environment or make_environment(), **{**values, **fields})


@dataclass(frozen=True, slots=True)
class Cast:
    """One person for everything one can be to a project."""

    owner: User
    manager: User
    viewer: User
    limited_owner: User
    """Has full access to `dev` alone."""
    stranger: User
    operator: User


def make_cast(project: Project) -> Cast:
    """The people of the project. It gets the environment `dev` if it has none."""
    dev = project.environments.filter(name="dev").first() or make_environment(project, "dev")
    return Cast(
        owner=make_member(project, Role.FULL_ACCESS, name="owner"),
        manager=make_member(project, Role.MANAGE_ONLY, name="manager"),
        viewer=make_member(project, Role.VIEWER, name="viewer"),
        limited_owner=make_member(project, Role.FULL_ACCESS, dev, name="limited"),
        stranger=make_user("stranger"),
        operator=make_user("operator", is_superuser=True),
    )


def actor_of(user: User) -> Actor:
    return Actor(name=user.label, user_id=user.pk)
