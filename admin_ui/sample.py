"""The sample data of the embedded default: a person to sign in with, and projects that show the main job."""

import secrets

from django.db import transaction

from accounts.models import User
from audit.record import Actor
from aws.sandbox import catalogue
from environments import services
from environments.models import Environment, Project

USERNAME = "admin"
REGION = "eu-west-1"
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
def create_projects(user: User) -> None:
    """The sample projects, once: one of each kind, and nothing linked, so that there is something to do."""
    actor = Actor(name=user.label, user_id=user.pk)
    if not Project.objects.filter(slug="sample-shop").exists():
        shop = services.create_project(name="Sample shop", actor=actor)
        for name in ("dev", "production"):
            services.create_environment(project=shop, actor=actor, name=name, region=REGION)
    if not Project.objects.filter(slug=catalogue.AMPLIFY_APP_NAME).exists():
        app = services.create_project(name=catalogue.AMPLIFY_APP_NAME, actor=actor)
        for name in catalogue.AMPLIFY_STACKS:
            services.create_environment(
                project=app,
                actor=actor,
                name=name,
                region=REGION,
                kind=Environment.Kind.AMPLIFY,
                app_id=catalogue.AMPLIFY_APP_ID,
                app_name=catalogue.AMPLIFY_APP_NAME,
                stack_name=catalogue.AMPLIFY_STACKS[name],
                deployment_bucket=f"{catalogue.AMPLIFY_STACKS[name]}-deployment",
            )


def create(password: str, *, sandbox: bool = True) -> tuple[str, bool]:
    """The person and, with the sandbox, the sample projects. The user name, and whether the password was set.

    Against a real account an existing password is left alone, because somebody may have changed it.
    """
    user, password_set = create_person(password, keep_existing=not sandbox)
    if sandbox:
        create_projects(user)
    return user.username, password_set
