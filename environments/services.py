"""Changes to projects, environments, members and tokens; each is written to the activity."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.record import Actor, record
from environments.models import PRODUCTION_NAMES, Environment, Invitation, Membership, Project, ProjectToken
from environments.permissions import Role


@transaction.atomic
def create_project(*, name: str, actor: Actor, frontend: str = Project.Frontend.JAVASCRIPT) -> Project:
    """Create a project; the person who does it becomes its first member, with full access."""
    project = Project(name=name.strip(), slug=Project.free_slug(name), frontend=frontend)
    project.full_clean()
    project.save()
    if actor.user_id:
        Membership.objects.create(project=project, user_id=actor.user_id, role=Role.FULL_ACCESS)
    record(action=Action.PROJECT_CREATED, actor=actor, project=project.slug, target=project.name)
    return project


@transaction.atomic
def create_environment(*, project: Project, actor: Actor, **fields: Any) -> Environment:
    """Create an environment in the console. Nothing is created in AWS.

    Raises ValidationError when a field is wrong or the project has an environment of that name.
    """
    environment = Environment(project=project, **fields)
    environment.production = environment.production or environment.name in PRODUCTION_NAMES
    environment.full_clean()
    try:
        with transaction.atomic():
            environment.save()
    except IntegrityError as error:
        raise ValidationError({"name": "This project already has an environment of this name."}) from error
    record(
        action=Action.ENVIRONMENT_CREATED,
        actor=actor,
        project=project.slug,
        environment=environment.name,
        target=environment.name,
        after={
            "kind": environment.kind,
            "region": environment.region,
            "role": environment.role_arn or "default credentials",
            "app": environment.app_id,
        },
    )
    return environment


@transaction.atomic
def invite(*, project: Project, role: str, note: str, actor: Actor) -> tuple[Invitation, str]:
    """An invitation and the secret part of its link, which is shown once."""
    invitation, secret = Invitation.make(project=project, role=role, note=note, created_by_name=actor.name)
    record(
        action=Action.MEMBER_INVITED, actor=actor, project=project.slug, target=note or "by link", after={"role": role}
    )
    return invitation, secret


@transaction.atomic
def accept_invitation(*, invitation: Invitation, user: User) -> bool:
    """Make the person a member. False when somebody else was faster; an existing member keeps the role they have."""
    won = Invitation.objects.filter(pk=invitation.pk, accepted_by_name="").update(accepted_by_name=user.label)
    if not won:
        return False
    Membership.objects.get_or_create(project=invitation.project, user=user, defaults={"role": invitation.role})
    record(
        action=Action.MEMBER_JOINED,
        actor=Actor(name=user.label, user_id=user.pk),
        project=invitation.project.slug,
        target=user.label,
        after={"role": invitation.role},
    )
    return True


@transaction.atomic
def change_member(*, membership: Membership, role: str, environments: list[Environment], actor: Actor) -> None:
    """Change a role and the environments it reaches (none named: all).

    Raises ValidationError when that would leave the project without a member who has full access to all of it.
    """
    before = {"role": membership.role, "environments": [row.name for row in membership.environments.all()]}
    if role != Role.FULL_ACCESS or environments:
        _keep_one_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    membership.environments.set(environments)
    record(
        action=Action.MEMBER_CHANGED,
        actor=actor,
        project=membership.project.slug,
        target=membership.user.label,
        before=before,
        after={"role": role, "environments": [row.name for row in environments]},
    )


@transaction.atomic
def remove_member(*, membership: Membership, actor: Actor) -> None:
    """Take a person's access to the project away. Raises ValidationError for the last one with full access."""
    _keep_one_owner(membership)
    record(
        action=Action.MEMBER_REMOVED,
        actor=actor,
        project=membership.project.slug,
        target=membership.user.label,
        before={"role": membership.role},
    )
    membership.delete()


def _keep_one_owner(leaving: Membership) -> None:
    others = Membership.objects.select_for_update().filter(
        project=leaving.project, role=Role.FULL_ACCESS, environments=None
    )
    if leaving.role == Role.FULL_ACCESS and not others.exclude(pk=leaving.pk).exists():
        raise ValidationError("The project would be left without a member who has full access. Name another one first.")


@transaction.atomic
def create_token(*, project: Project, name: str, role: str, actor: Actor) -> tuple[ProjectToken, str]:
    """A project token and its secret, which is shown once."""
    token, secret = ProjectToken.make(project=project, name=name, role=role, created_by_name=actor.name)
    record(action=Action.TOKEN_CREATED, actor=actor, project=project.slug, target=name, after={"role": role})
    return token, secret


@transaction.atomic
def revoke_token(*, token: ProjectToken, actor: Actor) -> None:
    """End a token at once. Revoking one twice does nothing."""
    if ProjectToken.objects.filter(pk=token.pk, revoked=None).update(revoked=timezone.now()):
        record(action=Action.TOKEN_REVOKED, actor=actor, project=token.project.slug, target=token.name)
