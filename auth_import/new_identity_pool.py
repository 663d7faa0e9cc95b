"""An identity pool for a user pool that has none: shown first, then made by a job, because it takes several calls."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.urls import reverse

from audit.actions import Action
from audit.record import Actor, record
from auth_import.forms import choice_query
from auth_import.observation import Choice
from auth_import.rules.trust import trust_policy
from aws import identity_pools, roles
from aws.changes import Change
from aws.errors import NotFound
from aws.resources import Role
from aws.target import AwsTarget
from environments.models import Environment
from environments.permissions import Permission
from jobs import services as jobs
from jobs.lifecycle import JobFailed, Run
from jobs.models import Job

STEPS = (
    ("pool", "Create the identity pool"),
    ("roles", "Create the two roles that trust it"),
    ("attach", "Name the roles in the identity pool"),
    ("verify", "Read everything back"),
)
UNKNOWN_ID = "(the id AWS gives it)"


@dataclass(frozen=True, slots=True)
class Preview:
    name: str
    changes: tuple[Change, ...]


def pool_name(environment: Environment) -> str:
    """A name that says whose it is; letters, digits and underscores are what every naming rule allows."""
    raw = f"{environment.project.slug}_{environment.name}_identity"
    return re.sub(r"[^A-Za-z0-9_]+", "_", raw)[:128]


def preview(*, environment: Environment, choice: Choice) -> Preview:
    """What would be created. The roles grant nothing by themselves; guests are not allowed. Raises AwsError."""
    name = pool_name(environment)
    pool = identity_pools.plan_identity_pool(
        name=name,
        user_pool_id=choice.user_pool_id,
        client_ids=_clients(choice),
        allow_unauthenticated=False,
    )
    made = [
        roles.plan_role(
            name=_role_name(name, kind), trust_policy=trust_policy(UNKNOWN_ID, kind), description=_words(name)
        )
        for kind in ("authenticated", "unauthenticated")
    ]
    return Preview(name=name, changes=(pool, *made))


@transaction.atomic
def start(*, environment: Environment, choice: Choice, actor: Actor) -> Job:
    """The job that creates it. Asking again while one is at work finds that one."""
    from auth_import.tasks import create_identity_pool

    # Two clicks at once take turns here, so that the second one sees the first one's job.
    Environment.objects.select_for_update().get(pk=environment.pk)
    running = Job.objects.filter(environment=environment, kind="identity-pool").unfinished().first()
    if running:
        return running
    return jobs.enqueue(
        task=create_identity_pool,
        project=environment.project,
        environment=environment,
        kind="identity-pool",
        title=f"Create the identity pool {pool_name(environment)}",
        actor=actor,
        steps=STEPS,
        deadline=timedelta(minutes=3),
        permission=Permission.FIX_AWS,
        subject=choice.user_pool_id,
        payload={
            "user_pool_id": choice.user_pool_id,
            "web_client_id": choice.web_client_id,
            "native_client_id": choice.native_client_id,
        },
    )


def create(run: Run) -> None:
    """The job's body. Every step looks first for what an earlier attempt left, so that running twice makes one."""
    environment = run.job.environment
    if environment is None:
        raise JobFailed("The environment was removed meanwhile.", next_step="Nothing is left to do.")
    target, payload = environment.target, run.job.payload
    choice = Choice(payload["user_pool_id"], payload["web_client_id"], payload["native_client_id"])
    name = pool_name(environment)
    with run.step("pool") as step:
        identity_pool_id = run.job.result.get("identity_pool_id") or _existing(target, name, choice)
        if not identity_pool_id:
            identity_pool_id = identity_pools.create_identity_pool(
                target,
                name=name,
                user_pool_id=choice.user_pool_id,
                client_ids=_clients(choice),
                allow_unauthenticated=False,
            ).id
        run.report(identity_pool_id=identity_pool_id)
        step.detail = identity_pool_id
    with run.step("roles") as step:
        authenticated = _role(target, name, "authenticated", identity_pool_id)
        unauthenticated = _role(target, name, "unauthenticated", identity_pool_id)
        step.detail = f"{authenticated.name}, {unauthenticated.name}"
    with run.step("attach"):
        identity_pools.set_roles(
            target, identity_pool_id, authenticated_arn=authenticated.arn, unauthenticated_arn=unauthenticated.arn
        )
    with run.step("verify"):
        read = identity_pools.identity_pool_roles(target, identity_pool_id)
        if (read.authenticated_arn, read.unauthenticated_arn) != (authenticated.arn, unauthenticated.arn):
            raise JobFailed("AWS does not name the new roles in the identity pool.", next_step="Retry.")
        done = Choice(choice.user_pool_id, choice.web_client_id, choice.native_client_id, identity_pool_id)
        back = reverse("import", kwargs={"project": environment.project.slug, "env": environment.name})
        Job.objects.filter(pk=run.job.pk).update(return_url=f"{back}?{choice_query(done)}")
    record(
        action=Action.AUTH_FIXED,
        actor=Actor(name=run.job.actor_name, user_id=run.job.actor_id),
        project=environment.project.slug,
        environment=environment.name,
        target=f"{name} ({identity_pool_id})",
        after={"roles": [authenticated.arn, unauthenticated.arn], "user_pool_id": choice.user_pool_id},
    )


def _clients(choice: Choice) -> Sequence[str]:
    return list(dict.fromkeys([choice.web_client_id, choice.native_client_id]))


def _role_name(name: str, kind: str) -> str:
    return f"{name[: 63 - len(kind)]}-{kind}"


def _words(name: str) -> str:
    return f"Role of the identity pool {name}. Grants nothing by itself."


def _existing(target: AwsTarget, name: str, choice: Choice) -> str:
    """The identity pool of an attempt that ended before it could say so: same name, and it lists the user pool."""
    for row in identity_pools.iter_identity_pools(target):
        if row.name == name and identity_pools.describe_identity_pool(target, row.id).entries_for(choice.user_pool_id):
            return row.id
    return ""


def _role(target: AwsTarget, name: str, kind: str, identity_pool_id: str) -> Role:
    wanted = trust_policy(identity_pool_id, kind)  # type: ignore[arg-type]
    role_name = _role_name(name, kind)
    try:
        role = roles.get_role(target, role_name)
    except NotFound:
        return roles.create_role(target, name=role_name, trust_policy=wanted, description=_words(name))
    if identity_pool_id not in role.trust_policy:
        raise JobFailed(
            f"A role named {role_name} exists already and trusts something else.",
            next_step="Rename or delete that role in IAM, then retry.",
            code="EntityAlreadyExists",
        )
    return role
