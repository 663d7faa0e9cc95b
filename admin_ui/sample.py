"""The sample data of the embedded default: a person to sign in with, and a project that shows the main job."""

import secrets

from django.db import transaction

from accounts.models import User
from audit.record import Actor
from environments import services
from environments.models import Environment, Membership, Project
from environments.permissions import Role

USERNAME = "admin"
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "indigo", "juniper", "kelp", "linden")


def new_password() -> str:
    """Three words and a number: easy to type from a terminal, used only on this machine's loopback address."""
    return "-".join(secrets.choice(WORDS) for _ in range(3)) + f"-{secrets.randbelow(9000) + 1000}"


@transaction.atomic
def create_person(password: str, *, keep_existing: bool = False) -> tuple[User, bool]:
    """The operator of the embedded default. True when the password was set by this call."""
    user = User.objects.filter(username=USERNAME).first()
    if user and keep_existing:
        return user, False
    if user is None:
        user = User(username=USERNAME, email="admin@example.com", is_staff=True, is_superuser=True)
    user.set_password(password)
    user.save()
    return user, True


@transaction.atomic
def create_project(user: User, *, app_id: str, region: str = "eu-west-1") -> Project:
    """The sample project, once: environments of both kinds and nothing linked, so that there is something to do."""
    project = Project.objects.filter(slug="sample-shop").first()
    if project:
        return project
    actor = Actor(name=user.label, user_id=user.pk)
    project = services.create_project(name="Sample shop", actor=actor)
    Membership.objects.filter(project=project, user=user).update(role=Role.FULL_ACCESS)
    services.create_environment(project=project, actor=actor, name="dev", region=region)
    services.create_environment(project=project, actor=actor, name="production", region=region)
    if app_id:
        services.create_environment(
            project=project,
            actor=actor,
            name="amplifydev"[:10],
            region=region,
            kind=Environment.Kind.AMPLIFY,
            app_id=app_id,
        )
    return project
