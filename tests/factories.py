"""Rows that tests need, with as few words as possible. Every argument has a default."""

from itertools import count
from typing import Any

from accounts.models import User
from audit.record import Actor
from environments.models import Environment, Membership, Project
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


def make_member(project: Project, role: str = Role.FULL_ACCESS, *environments: Environment, **fields: Any) -> User:
    """A person with this role in the project, narrowed to the environments when some are named."""
    user = make_user(**fields)
    Membership.objects.create(project=project, user=user, role=role).environments.set(environments)
    return user


def actor_of(user: User) -> Actor:
    return Actor(name=user.label, user_id=user.pk)
