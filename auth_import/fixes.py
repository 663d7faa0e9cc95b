"""*Fix it*: cures that are one safe change in AWS, shown first, applied exactly as shown, audited."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from django.core.cache import cache

from audit.actions import Action
from audit.record import Actor, record
from auth_import.findings import Fix
from auth_import.fix_words import EFFECTS as EFFECTS
from auth_import.fix_words import TITLES as TITLES
from auth_import.fix_words import actions_for
from auth_import.observation import Choice
from auth_import.rules.trust import trust_for, trust_policy
from aws import app_clients, identity_pools, roles, user_pools
from aws.calls import writes
from aws.changes import Change
from aws.errors import AwsError, NotFound, Rejected
from aws.resources import AppClient, Role, role_name
from aws.side_by_side import in_time
from aws.target import AwsTarget
from environments.models import Environment

BUSY_SECONDS = 60
"""How long an identical change waits at most for one that never came back."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a fix would change. `digest` stands for exactly these changes."""

    fix: Fix
    title: str
    effect: str
    changes: tuple[Change, ...]

    @property
    def digest(self) -> str:
        text = "\0".join(part for change in self.changes for part in (change.resource, change.before, change.after))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def shown(self) -> tuple[Change, ...]:
        """The changes that are still to be made."""
        return tuple(change for change in self.changes if change.needed)

    @property
    def needed(self) -> bool:
        return bool(self.shown)

    @property
    def actions(self) -> tuple[str, ...]:
        return actions_for(self.fix)


def preview(*, target: AwsTarget, choice: Choice, fix: Fix) -> Preview:
    """What `fix` would change for this choice, by read calls only. Raises AwsError."""
    changes = in_time(lambda: _PLANS[fix](target, choice))
    return Preview(fix=fix, title=TITLES[fix], effect=EFFECTS[fix], changes=changes)


def apply(*, environment: Environment, choice: Choice, fix: Fix, digest: str, actor: Actor) -> Choice:
    """Make the change that was shown, and answer the choice as it is then (a new client takes its place in it).

    Raises Rejected when what would be done now is not what was shown, and any other AwsError.
    """
    # A double click sends the same form twice; creating is the one thing that must not happen twice.
    busy = f"fix:{environment.pk}:{fix}:{digest[:64]}"
    if not cache.add(busy, actor.name, BUSY_SECONDS):
        raise Rejected(
            "This very change is being made at this moment.",
            code="InProgress",
            next_step="Wait a few seconds, then go back to the checks and look whether it is done.",
        )
    try:
        return _apply_shown(environment=environment, choice=choice, fix=fix, digest=digest, actor=actor)
    finally:
        cache.delete(busy)


def _apply_shown(*, environment: Environment, choice: Choice, fix: Fix, digest: str, actor: Actor) -> Choice:
    target = environment.target
    shown = preview(target=target, choice=choice, fix=fix)
    if shown.digest != digest:
        raise Rejected(
            "This was changed by somebody else after you were shown the difference.",
            code="ChangedMeanwhile",
            next_step="Look at the new difference below and apply it again.",
        )
    if not shown.needed:
        return choice
    with writes() as made:
        try:
            after = _APPLY[fix](target, choice, shown.changes)
        except AwsError as error:
            if made:
                _record(environment, shown, actor, outcome="failed", code=error.code, made=", ".join(made))
                error.next_step = _what_is_left(fix, made)
            raise
    _record(environment, shown, actor)
    return after


def _record(environment: Environment, shown: Preview, actor: Actor, **more: str) -> None:
    record(
        action=Action.AUTH_FIXED,
        actor=actor,
        project=environment.project.slug,
        environment=environment.name,
        target=f"{shown.title}: {', '.join(change.resource for change in shown.shown)}",
        before={change.action: change.before for change in shown.shown},
        after={change.action: change.after for change in shown.shown} | more,
    )


def _what_is_left(fix: Fix, made: Sequence[str]) -> str:
    """What to do about a fix that ended after a change was made, or may have been."""
    said = f"It ended half-way; AWS has taken, or may have taken: {', '.join(dict.fromkeys(made))}."
    if fix in (Fix.CREATE_WEB_CLIENT, Fix.CREATE_NATIVE_CLIENT):
        return f"{said} Look for the new app client on the import page and select it; applying again makes another one."
    return f"{said} Apply what is shown now; it does only what is still missing."


def _model(target: AwsTarget, choice: Choice, wanted: str) -> tuple[str, AppClient | None]:
    """A name for the new client, and the client it should resemble: the other chosen one, if there is one."""
    other_id = choice.native_client_id if wanted == "web" else choice.web_client_id
    own_id = choice.web_client_id if wanted == "web" else choice.native_client_id
    for client_id in dict.fromkeys([other_id, own_id]):
        if client_id:
            try:
                like = app_clients.describe_app_client(target, choice.user_pool_id, client_id)
            except NotFound:
                continue
            base = like.name.removesuffix("-web").removesuffix("-native")[:100]
            return _free_name(target, choice, f"{base}-{wanted}"), like
    return _free_name(target, choice, f"admin-ui-{wanted}"), None


def _free_name(target: AwsTarget, choice: Choice, name: str) -> str:
    """The name, with a number where a client has it. So a form sent again meets another difference, not a twin."""
    taken = {client.name for client in app_clients.iter_app_clients(target, choice.user_pool_id)}
    numbered = (f"{name}-{number}" for number in count(2))
    return next(one for one in chain([name], numbered) if one not in taken)


def _plan_client(wanted: str) -> Callable[[AwsTarget, Choice], tuple[Change, ...]]:
    def plan(target: AwsTarget, choice: Choice) -> tuple[Change, ...]:
        name, like = _model(target, choice, wanted)
        return (
            app_clients.plan_app_client(
                target, choice.user_pool_id, name=name, like=like, with_secret=wanted == "native"
            ),
        )

    return plan


def _apply_client(wanted: str) -> Callable[[AwsTarget, Choice, tuple[Change, ...]], Choice]:
    def make(target: AwsTarget, choice: Choice, changes: tuple[Change, ...]) -> Choice:
        name, like = _model(target, choice, wanted)
        made = app_clients.create_app_client(
            target, choice.user_pool_id, name=name, like=like, with_secret=wanted == "native", planned=changes[0]
        )
        if wanted == "web":
            return replace(choice, web_client_id=made.id)
        return replace(choice, native_client_id=made.id)

    return make


def _plan_oauth(to_native: bool) -> Callable[[AwsTarget, Choice], tuple[Change, ...]]:
    def plan(target: AwsTarget, choice: Choice) -> tuple[Change, ...]:
        source, destination = _direction(choice, to_native)
        return (app_clients.plan_copy_oauth(target, choice.user_pool_id, source_id=source, destination_id=destination),)

    return plan


def _apply_oauth(to_native: bool) -> Callable[[AwsTarget, Choice, tuple[Change, ...]], Choice]:
    def copy(target: AwsTarget, choice: Choice, changes: tuple[Change, ...]) -> Choice:
        source, destination = _direction(choice, to_native)
        app_clients.copy_oauth(
            target, choice.user_pool_id, source_id=source, destination_id=destination, planned=changes[0]
        )
        return choice

    return copy


def _direction(choice: Choice, to_native: bool) -> tuple[str, str]:
    pair = (choice.web_client_id, choice.native_client_id)
    return pair if to_native else (pair[1], pair[0])


def _clients(choice: Choice) -> list[str]:
    return list(dict.fromkeys([choice.web_client_id, choice.native_client_id]))


def _plan_providers(target: AwsTarget, choice: Choice) -> tuple[Change, ...]:
    return (
        identity_pools.plan_user_pool_providers(
            target, choice.identity_pool_id, user_pool_id=choice.user_pool_id, client_ids=_clients(choice)
        ),
    )


def _apply_providers(target: AwsTarget, choice: Choice, changes: tuple[Change, ...]) -> Choice:
    identity_pools.add_user_pool_providers(
        target,
        choice.identity_pool_id,
        user_pool_id=choice.user_pool_id,
        client_ids=_clients(choice),
        planned=changes[0],
    )
    return choice


def _guest_role(choice: Choice) -> dict[str, str]:
    # The id of the identity pool makes the name unique and findable; a role's name has at most 64 characters.
    short = choice.identity_pool_id.partition(":")[2]
    return {
        "name": f"cognito-guests-{short}"[:64],
        "trust_policy": trust_policy(choice.identity_pool_id, "unauthenticated"),
        "description": f"Guests of the identity pool {choice.identity_pool_id}. Grants nothing by itself.",
    }


def _plan_guest_role(target: AwsTarget, choice: Choice) -> tuple[Change, ...]:
    wanted = _guest_role(choice)
    try:
        role = roles.get_role(target, wanted["name"])
    except NotFound:
        known = identity_pools.identity_pool_roles(target, choice.identity_pool_id).authenticated_arn.split(":")
        partition, account = (known[1], known[4]) if len(known) > 5 else ("aws", "<account>")
        arn = f"arn:{partition}:iam::{account}:role/{wanted['name']}"
        made = roles.plan_role(**wanted)
    else:
        arn = role.arn
        made = roles.plan_trust_policy(target, name=arn, trust_policy=_guest_trust(choice, role))
    return made, identity_pools.plan_roles(target, choice.identity_pool_id, unauthenticated_arn=arn)


def _guest_trust(choice: Choice, role: Role) -> str:
    return trust_for(role.trust_policy, choice.identity_pool_id, "unauthenticated")


def _apply_guest_role(target: AwsTarget, choice: Choice, changes: tuple[Change, ...]) -> Choice:
    """Two calls; the first finds its own role when an earlier try ended between them."""
    wanted = _guest_role(choice)
    try:
        role = roles.get_role(target, wanted["name"])
    except NotFound:
        role = roles.create_role(target, **wanted)
    else:
        trust = _guest_trust(choice, role)
        roles.update_trust_policy(target, name=role.arn, trust_policy=trust, planned=changes[0])
    identity_pools.set_roles(target, choice.identity_pool_id, unauthenticated_arn=role.arn)
    return choice


def _role_of(target: AwsTarget, choice: Choice, guests: bool) -> str:
    known = identity_pools.identity_pool_roles(target, choice.identity_pool_id)
    arn = known.unauthenticated_arn if guests else known.authenticated_arn
    if not arn:
        raise NotFound("The identity pool names no such role.", code="NoRole")
    return role_name(arn)


def _new_trust(target: AwsTarget, choice: Choice, guests: bool) -> tuple[str, str]:
    name = _role_of(target, choice, guests)
    current = roles.get_role(target, name)
    amr = "unauthenticated" if guests else "authenticated"
    return name, trust_for(current.trust_policy, choice.identity_pool_id, amr)  # type: ignore[arg-type]


def _plan_trust(guests: bool) -> Callable[[AwsTarget, Choice], tuple[Change, ...]]:
    def plan(target: AwsTarget, choice: Choice) -> tuple[Change, ...]:
        name, policy = _new_trust(target, choice, guests)
        return (roles.plan_trust_policy(target, name=name, trust_policy=policy),)

    return plan


def _apply_trust(guests: bool) -> Callable[[AwsTarget, Choice, tuple[Change, ...]], Choice]:
    def rewrite(target: AwsTarget, choice: Choice, changes: tuple[Change, ...]) -> Choice:
        name, policy = _new_trust(target, choice, guests)
        roles.update_trust_policy(target, name=name, trust_policy=policy, planned=changes[0])
        return choice

    return rewrite


def _plan_protection(target: AwsTarget, choice: Choice) -> tuple[Change, ...]:
    return (user_pools.plan_deletion_protection(target, choice.user_pool_id),)


def _apply_protection(target: AwsTarget, choice: Choice, changes: tuple[Change, ...]) -> Choice:
    user_pools.turn_on_deletion_protection(target, choice.user_pool_id, planned=changes[0])
    return choice


_PLANS: dict[Fix, Callable[[AwsTarget, Choice], tuple[Change, ...]]] = {
    Fix.CREATE_WEB_CLIENT: _plan_client("web"),
    Fix.CREATE_NATIVE_CLIENT: _plan_client("native"),
    Fix.COPY_OAUTH_TO_NATIVE: _plan_oauth(to_native=True),
    Fix.COPY_OAUTH_TO_WEB: _plan_oauth(to_native=False),
    Fix.ADD_PROVIDERS: _plan_providers,
    Fix.CREATE_UNAUTHENTICATED_ROLE: _plan_guest_role,
    Fix.REWRITE_TRUST_AUTHENTICATED: _plan_trust(guests=False),
    Fix.REWRITE_TRUST_UNAUTHENTICATED: _plan_trust(guests=True),
    Fix.TURN_ON_DELETION_PROTECTION: _plan_protection,
}

_APPLY: dict[Fix, Callable[[AwsTarget, Choice, tuple[Change, ...]], Choice]] = {
    Fix.CREATE_WEB_CLIENT: _apply_client("web"),
    Fix.CREATE_NATIVE_CLIENT: _apply_client("native"),
    Fix.COPY_OAUTH_TO_NATIVE: _apply_oauth(to_native=True),
    Fix.COPY_OAUTH_TO_WEB: _apply_oauth(to_native=False),
    Fix.ADD_PROVIDERS: _apply_providers,
    Fix.CREATE_UNAUTHENTICATED_ROLE: _apply_guest_role,
    Fix.REWRITE_TRUST_AUTHENTICATED: _apply_trust(guests=False),
    Fix.REWRITE_TRUST_UNAUTHENTICATED: _apply_trust(guests=True),
    Fix.TURN_ON_DELETION_PROTECTION: _apply_protection,
}
