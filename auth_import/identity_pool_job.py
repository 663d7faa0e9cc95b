"""The body of the job that makes an identity pool and its two roles. It touches nothing that it did not make."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.urls import reverse

from audit.actions import Action
from audit.record import Actor, record
from auth_import.forms import choice_query
from auth_import.observation import Choice
from auth_import.rules.trust import Amr, trust_policy
from aws import identity_pools, roles
from aws.errors import AwsError, NotFound
from aws.resources import Role
from aws.target import AwsTarget
from environments.models import Environment
from jobs.lifecycle import JobFailed, Run
from jobs.models import Job

KIND = "identity-pool"
KINDS: tuple[Amr, ...] = ("authenticated", "unauthenticated")
STEPS = (
    ("pool", "Create the identity pool"),
    ("roles", "Create the two roles that trust it"),
    ("attach", "Name the roles in the identity pool"),
    ("verify", "Read everything back"),
)
DEADLINE = timedelta(minutes=3)
RETRIES_LOOKED_AT = 20


def pool_name(environment: Environment) -> str:
    """A name that says whose it is; letters, digits and underscores are what every naming rule allows."""
    raw = f"{environment.project.slug}_{environment.name}_identity"
    return re.sub(r"[^A-Za-z0-9_]+", "_", raw)[:128]


def clients_of(choice: Choice) -> Sequence[str]:
    return list(dict.fromkeys([choice.web_client_id, choice.native_client_id]))


def role_name_of(name: str, kind: str) -> str:
    """A role's name has at most 64 characters; the end of a long pool name tells it from the others of its kind."""
    room = 63 - len(kind)
    return f"{name if len(name) <= room else name[: room - 9] + '_' + name[-8:]}-{kind}"


def description_of(name: str) -> str:
    return f"Role of the identity pool {name}. Grants nothing by itself."


def at_work(environment: Environment) -> Job | None:
    return Job.objects.filter(environment=environment, kind=KIND).unfinished().first()


def create(run: Run) -> None:
    """The job's body. Every step looks first for what an earlier attempt of it made, so that running twice makes one.

    What it made is written on the job as it goes, and in the activity after each write.
    """
    environment = run.job.environment
    if environment is None:
        raise JobFailed("The environment was removed meanwhile.", next_step="Nothing is left to do.")
    target, payload = environment.target, run.job.payload
    choice = Choice(payload["user_pool_id"], payload["web_client_id"], payload["native_client_id"])
    name = payload.get("name") or pool_name(environment)
    made = _made_before(run.job)
    with run.step("pool") as step:
        identity_pool_id = made.get("identity_pool_id", "")
        if not identity_pool_id:
            identity_pool_id = _own_pool(run, target, name, choice, made)
            _written(
                run,
                environment,
                f"Identity pool {name} ({identity_pool_id})",
                {"user_pool_id": choice.user_pool_id, "client_ids": clients_of(choice)},
            )
        run.report(identity_pool_id=identity_pool_id)
        step.detail = identity_pool_id
    with run.step("roles") as step:
        arns = dict(made.get("roles", {}))
        for kind in KINDS:
            if kind not in arns:
                arns[kind] = _role(target, name, kind, identity_pool_id).arn
                _written(run, environment, f"Role {arns[kind]}", {"role": arns[kind], "trusts": identity_pool_id})
            run.report(roles=dict(arns))
        step.detail = ", ".join(arn.rpartition("/")[2] for arn in arns.values())
    with run.step("attach"):
        if _attach(target, identity_pool_id, arns):
            _written(run, environment, f"Roles of the identity pool {name} ({identity_pool_id})", {"roles": arns})
    with run.step("verify"):
        read = identity_pools.identity_pool_roles(target, identity_pool_id)
        if (read.authenticated_arn, read.unauthenticated_arn) != (arns["authenticated"], arns["unauthenticated"]):
            raise JobFailed("AWS does not name the new roles in the identity pool.", next_step="Retry.")
        done = Choice(choice.user_pool_id, choice.web_client_id, choice.native_client_id, identity_pool_id)
        back = reverse("import", kwargs={"project": environment.project.slug, "env": environment.name})
        Job.objects.filter(pk=run.job.pk).update(return_url=f"{back}?{choice_query(done)}")


def _made_before(job: Job) -> dict[str, Any]:
    """What this job, and those it retries, wrote down as made or about to be made; the newest word counts."""
    results: list[Mapping[str, Any]] = []
    one: Job | None = job
    while one is not None and len(results) < RETRIES_LOOKED_AT:
        results.append(one.result)
        one = one.retry_of
    made: dict[str, Any] = {}
    for result in reversed(results):
        made |= result
    return made


def _own_pool(run: Run, target: AwsTarget, name: str, choice: Choice, made: Mapping[str, Any]) -> str:
    """The new identity pool's id, or that of an attempt which ended before it could write the id down.

    Such a one has the name, and was not there when that attempt wrote that it was about to make it.
    """
    same_name = [row.id for row in identity_pools.iter_identity_pools(target) if row.name == name]
    if made.get("about_to_make") == name:
        others = set(made.get("there_before", ()))
        for one in same_name:
            if one not in others and identity_pools.describe_identity_pool(target, one).entries_for(
                choice.user_pool_id
            ):
                return one
    elif same_name:
        raise JobFailed(
            f"An identity pool named {name} exists already. It was not touched.",
            next_step="Go back to the import page: choose that identity pool, or create one under the name shown now.",
            code="ResourceConflict",
        )
    run.report(about_to_make=name, there_before=same_name)
    try:
        return identity_pools.create_identity_pool(
            target,
            name=name,
            user_pool_id=choice.user_pool_id,
            client_ids=clients_of(choice),
            allow_unauthenticated=False,
        ).id
    except AwsError as error:
        if not error.retryable:
            # AWS refused it, so an identity pool of this name that is found later is somebody else's.
            run.report(about_to_make="")
        raise


def _role(target: AwsTarget, name: str, kind: Amr, identity_pool_id: str) -> Role:
    role_name = role_name_of(name, kind)
    try:
        role = roles.get_role(target, role_name)
    except NotFound:
        wanted = trust_policy(identity_pool_id, kind)
        return roles.create_role(target, name=role_name, trust_policy=wanted, description=description_of(name))
    if identity_pool_id not in role.trust_policy:
        raise JobFailed(
            f"A role named {role_name} exists already and trusts something else.",
            next_step="Rename or delete that role in IAM, then retry.",
            code="EntityAlreadyExists",
        )
    return role


def _attach(target: AwsTarget, identity_pool_id: str, arns: Mapping[str, str]) -> bool:
    """Name the roles where none is named. Raises JobFailed where somebody named others meanwhile."""
    read = identity_pools.identity_pool_roles(target, identity_pool_id)
    named = {"authenticated": read.authenticated_arn, "unauthenticated": read.unauthenticated_arn}
    other = [arn for kind, arn in named.items() if arn and arn != arns[kind]]
    if other:
        raise JobFailed(
            f"Somebody named other roles in the identity pool meanwhile: {', '.join(other)}. They stay.",
            next_step="Go back to the import page and choose the identity pool as it is now.",
            code="ResourceConflict",
        )
    if all(named.values()):
        return False
    identity_pools.set_roles(
        target,
        identity_pool_id,
        authenticated_arn=arns["authenticated"],
        unauthenticated_arn=arns["unauthenticated"],
    )
    return True


def _written(run: Run, environment: Environment, what: str, after: Mapping[str, Any]) -> None:
    record(
        action=Action.AUTH_FIXED,
        actor=Actor(name=run.job.actor_name, user_id=run.job.actor_id),
        project=environment.project.slug,
        environment=environment.name,
        target=what,
        after=dict(after),
    )
