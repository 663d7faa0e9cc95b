"""Changes to projects, environments, members and tokens; each is written to the activity."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.record import Actor, record
from environments.backends import connect_backend
from environments.models import PRODUCTION_NAMES, Environment, Invitation, Membership, Project, ProjectToken
from environments.permissions import Role

SLUG_ATTEMPTS = 5


@transaction.atomic
def create_project(*, name: str, actor: Actor, frontend: str = Project.Frontend.JAVASCRIPT) -> Project:
    """Create a project; the person who does it becomes its first member, with full access.

    Raises ValidationError when the name is empty or too long.
    """
    project = Project(name=name.strip(), frontend=frontend)
    project.full_clean(exclude=["slug"])
    _save_with_free_slug(project)
    if actor.user_id:
        Membership.objects.create(project=project, user_id=actor.user_id, role=Role.FULL_ACCESS)
    record(
        action=Action.PROJECT_CREATED,
        actor=actor,
        project=project.slug,
        target=project.name,
        after={"name": project.name, "frontend": project.frontend},
    )
    return project


def _save_with_free_slug(project: Project) -> None:
    """Somebody else may take the free slug first; then the next one is tried."""
    for _ in range(SLUG_ATTEMPTS):
        project.slug = Project.free_slug(project.name)
        try:
            with transaction.atomic():
                project.save()
            return
        except IntegrityError:
            continue
    raise ValidationError("Several people are creating a project of this name. Try again.")


def backend_of(fields: Mapping[str, Any]) -> dict[str, str]:
    """What AWS adds to the fields of an Amplify environment; nothing to those of any other.

    It is asked before the database is touched. Raises ValidationError in words when AWS knows no such backend.
    """
    environment = Environment(**fields)
    if not environment.is_amplify:
        return {}
    connect_backend(environment)
    return {name: getattr(environment, name) for name in ("app_name", "stack_name", "deployment_bucket")}


@transaction.atomic
def create_environment(*, project: Project, actor: Actor, **fields: Any) -> Environment:
    """Create an environment in the console. Nothing is created in AWS.

    Raises ValidationError when a field is wrong or the project has an environment of that name.
    """
    environment = Environment(project=project, **fields)
    environment.production = environment.production or environment.name in PRODUCTION_NAMES
    # That the name is free is for the database to say, in the words below: somebody else may take it first.
    environment.full_clean(validate_constraints=False)
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
def change_environment(*, environment: Environment, actor: Actor, **fields: Any) -> None:
    """Change where an environment is and how it is reached. Raises ValidationError when a field is wrong."""
    before = _place_of(environment)
    old_external_id = environment.external_id
    for name, value in fields.items():
        setattr(environment, name, value)
    environment.full_clean()
    after = _place_of(environment)
    if before == after and old_external_id == environment.external_id:
        return
    if before["external id"] == after["external id"] and old_external_id != environment.external_id:
        after["external id"] = "another one"
    environment.save()
    record(
        action=Action.ENVIRONMENT_CHANGED,
        actor=actor,
        project=environment.project.slug,
        environment=environment.name,
        target=environment.name,
        before=before,
        after=after,
    )


@transaction.atomic
def rename_environment(*, environment: Environment, name: str, actor: Actor) -> None:
    """Call a standalone environment something else. Its addresses change with it, and the old ones answer 404.

    The activity and the jobs of the past keep the old name. Raises ValidationError for an Amplify environment, whose
    name is the backend's, for a name that is none, and for one that is taken.
    """
    if environment.is_amplify:
        raise ValidationError("An Amplify environment is called what its backend is called.")
    before = environment.name
    if name == before:
        raise ValidationError({"name": "It is called this already."})
    environment.name = name
    environment.production = environment.production or name in PRODUCTION_NAMES
    try:
        environment.full_clean(validate_constraints=False)
        with transaction.atomic():
            environment.save(update_fields=["name", "production"])
    except IntegrityError as error:
        environment.name = before
        raise ValidationError({"name": "This project already has an environment of this name."}) from error
    except ValidationError:
        environment.name = before
        raise
    record(
        action=Action.ENVIRONMENT_RENAMED,
        actor=actor,
        project=environment.project.slug,
        environment=name,
        target=name,
        before={"name": before},
        after={"name": name},
    )


def _place_of(environment: Environment) -> dict[str, Any]:
    """For the activity, which every member reads; the external id is nobody's business there."""
    return {
        "region": environment.region,
        "role": environment.role_arn or "default credentials",
        "external id": "given" if environment.external_id else "none",
        "app": environment.app_id,
        "production": environment.production,
    }


@transaction.atomic
def remove_environment(*, environment: Environment, actor: Actor) -> None:
    """Forget an environment, its link and its plans. Nothing is called in AWS.

    Raises ValidationError while somebody is limited to it: without their last limit they would reach every environment.
    """
    limited = Membership.objects.filter(environments=environment).select_related("user")
    if limited:
        people = ", ".join(membership.user.label for membership in limited)
        raise ValidationError(
            f"These members are limited to {environment.name}: {people}. "
            "Change under Members what they reach, then remove the environment."
        )
    record(
        action=Action.ENVIRONMENT_REMOVED,
        actor=actor,
        project=environment.project.slug,
        environment=environment.name,
        target=environment.name,
        before={"kind": environment.kind, **_place_of(environment)},
    )
    environment.delete()


@transaction.atomic
def remove_project(*, project: Project, actor: Actor) -> None:
    """Forget a project with its environments, members, tokens and jobs. Nothing is called in AWS."""
    record(
        action=Action.PROJECT_REMOVED,
        actor=actor,
        project=project.slug,
        target=project.name,
        before={"name": project.name, "environments": [row.name for row in project.environments.all()]},
    )
    project.delete()


@transaction.atomic
def invite(*, project: Project, role: str, note: str, actor: Actor, once: str = "") -> tuple[Invitation, str]:
    """An invitation and the secret part of its link, which is shown once.

    `once` names the form it came from. Raises ValidationError when that form has made an invitation already.
    """
    fields = {"role": role, "note": note, "created_by_name": actor.name, "once": once or None}
    try:
        with transaction.atomic():
            invitation, secret = Invitation.make(project=project, **fields)
    except IntegrityError as error:
        raise ValidationError(
            "This form was sent before, and its invitation was made then. Its link was shown once: "
            "if it is lost, withdraw that invitation and make another one."
        ) from error
    record(
        action=Action.MEMBER_INVITED, actor=actor, project=project.slug, target=note or "by link", after={"role": role}
    )
    return invitation, secret


@transaction.atomic
def accept_invitation(*, invitation: Invitation, user: User) -> bool:
    """Make the person a member. False when the link stopped working meanwhile.

    The invitation of an existing member stays open for somebody else: they keep the role they have, and it is True.
    """
    if Membership.objects.filter(project=invitation.project, user=user).exists():
        return True
    won = Invitation.objects.open().filter(pk=invitation.pk).update(accepted_by_name=user.label)
    if not won:
        return False
    Membership.objects.create(project=invitation.project, user=user, role=invitation.role)
    record(
        action=Action.MEMBER_JOINED,
        actor=Actor(name=user.label, user_id=user.pk),
        project=invitation.project.slug,
        target=user.label,
        after={"role": invitation.role, "invited by": invitation.created_by_name},
    )
    return True


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, actor: Actor) -> bool:
    """End an invitation's link at once. False when it no longer worked anyway."""
    won = Invitation.objects.open().filter(pk=invitation.pk).update(withdrawn=timezone.now())
    if won:
        record(
            action=Action.INVITATION_WITHDRAWN,
            actor=actor,
            project=invitation.project.slug,
            target=invitation.note or "by link",
            before={"role": invitation.role},
        )
    return bool(won)


@transaction.atomic
def change_member(*, membership: Membership, role: str, environments: list[Environment], actor: Actor) -> None:
    """Change a role and the environments it reaches (none named: all).

    Raises ValidationError when that would leave the project without a member who has full access to all of it, or when
    an environment belongs to another project.
    """
    if any(row.project_id != membership.project_id for row in environments):
        raise ValidationError("Choose environments of this project.")
    before = _access_of(membership)
    after = {"role": Role(role).value, "environments": sorted(row.name for row in environments)}
    if before == after:
        return
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
        after=after,
    )


@transaction.atomic
def allow_projects(*, user: User, allowed: bool, project: Project, actor: Actor) -> None:
    """Say whether a person may create projects. `project` is the one whose page said so; its activity tells of it."""
    if not User.objects.filter(pk=user.pk).exclude(may_create_projects=allowed).update(may_create_projects=allowed):
        return
    record(
        action=Action.PERSON_CHANGED,
        actor=actor,
        project=project.slug,
        target=user.label,
        before={"may create projects": not allowed},
        after={"may create projects": allowed},
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
        before=_access_of(membership),
    )
    membership.delete()


def _access_of(membership: Membership) -> dict[str, Any]:
    return {"role": membership.role, "environments": [row.name for row in membership.environments.order_by("name")]}


def _keep_one_owner(leaving: Membership) -> None:
    # Two owners who remove each other at the same moment take turns here.
    Project.objects.select_for_update().get(pk=leaving.project_id)
    owners = Membership.objects.filter(
        project=leaving.project_id, role=Role.FULL_ACCESS, environments=None, user__is_active=True
    )
    if owners.filter(pk=leaving.pk).exists() and not owners.exclude(pk=leaving.pk).exists():
        raise ValidationError("The project would be left without a member who has full access. Name another one first.")


@transaction.atomic
def create_token(*, project: Project, name: str, role: str, actor: Actor) -> tuple[ProjectToken, str]:
    """A project token and its secret, which is shown once.

    Raises ValidationError when the project has an active token of this name: a form sent twice makes one.
    """
    # Two forms that arrive at the same moment take turns here.
    Project.objects.select_for_update().get(pk=project.pk)
    if ProjectToken.is_live(project, name):
        raise ValidationError({"name": "This project has an active token of this name."})
    token, secret = ProjectToken.make(project=project, name=name, role=role, created_by_name=actor.name)
    record(action=Action.TOKEN_CREATED, actor=actor, project=project.slug, target=name, after={"role": role})
    return token, secret


@transaction.atomic
def revoke_token(*, token: ProjectToken, actor: Actor) -> None:
    """End a token at once. Revoking one twice does nothing."""
    if ProjectToken.objects.filter(pk=token.pk, revoked=None).update(revoked=timezone.now()):
        record(
            action=Action.TOKEN_REVOKED,
            actor=actor,
            project=token.project.slug,
            target=token.name,
            before={"role": token.role},
        )
