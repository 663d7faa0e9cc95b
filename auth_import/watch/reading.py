"""Reading only what drift needs: fewer calls than a check before an import, and what links share is read once.

The calls of one environment go one after another. Many environments are read side by side instead, so a call that
hangs holds up no thread but its own lane's.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from auth_import import rules
from auth_import.findings import RuleSet
from auth_import.observation import Choice, Observation, Setting
from auth_import.watch.judging import TRANSIENT, Seen
from aws import app_clients, identity_pools, roles, user_pools
from aws.errors import AwsError, Fault
from aws.resources import AppClient, IdentityPool, IdentityPoolRoles, IdentityProvider, Role, UserPool
from aws.target import AwsTarget

T = TypeVar("T")

UNASKED = frozenset(
    {"pool.web-client-available", "pool.native-client-available", "groups.roles", "permissions.console", "link.shared"}
)
"""Checks that need more than is read here: the list of all app clients, and the roles of groups."""
ALSO_UNASKED_WITH_PROVIDERS = frozenset({"client.attribute-permissions"})
"""What providers fill in is told by a call for each of them."""
OTHER_CLIENTS = 5
"""At most so many further clients are asked whether they are the one without a secret that an identity pool trusts."""


class Memo:
    """Each question to AWS once, for all environments of a lane. Answers that may be other ones soon are not kept."""

    def __init__(self) -> None:
        self._answers: dict[Any, Any] = {}
        self._gates: dict[Any, threading.Lock] = {}
        self._lock = threading.Lock()
        self.questions = 0
        """Questions that were put to AWS; a list of several pages is one."""

    def ask(self, function: Callable[..., T], target: AwsTarget, *args: str) -> T:
        """What `function(target, *args)` answers. Raises its AwsError."""
        key = (function, target, args)
        with self._lock:
            gate = self._gates.setdefault(key, threading.Lock())
        with gate:
            if key not in self._answers:
                with self._lock:
                    self.questions += 1
                try:
                    self._answers[key] = function(target, *args)
                except AwsError as error:
                    if error.kind in TRANSIENT:
                        raise
                    self._answers[key] = error
        answer = self._answers[key]
        if isinstance(answer, AwsError):
            raise answer
        return cast(T, answer)


@dataclass(frozen=True, slots=True)
class Task:
    """One link as a lane needs it, without the database."""

    target: AwsTarget
    choice: Choice
    setting: Setting
    rule_set: RuleSet
    memo: Memo = field(compare=False)


def read(task: Task) -> Seen:
    """What AWS says about the link by now, and every rule's word.

    Raises the AwsError of an answer without which nothing can be told; what is gone is told as a Fault in its place.
    """
    observation, has_providers = _observation(task)
    kept = UNASKED | (ALSO_UNASKED_WITH_PROVIDERS if has_providers else frozenset())
    if _has_unknown_entries(observation):
        kept |= {"identity-pool.trusts-pool"}
    return Seen(observation, rules.run(observation, task.rule_set), kept)


def _observation(task: Task) -> tuple[Observation, bool]:
    choice, ask = task.choice, task.memo.ask
    pool_id = choice.user_pool_id
    pool = _gone_or(task, user_pools.describe_user_pool, pool_id)
    web: AppClient | Fault = pool if isinstance(pool, Fault) else _client(task, choice.web_client_id)
    native = web if choice.native_client_id == choice.web_client_id else pool
    if not isinstance(pool, Fault) and choice.native_client_id != choice.web_client_id:
        native = _client(task, choice.native_client_id)
    groups: Any = pool
    providers: tuple[IdentityProvider, ...] | Fault = ()
    has_providers = any(isinstance(one, AppClient) and _names_providers(one) for one in (web, native))
    mfa: Any = None
    if isinstance(pool, UserPool):
        groups = _refused_or(lambda: ask(user_pools.list_groups, task.target, pool_id))
        if pool.mfa_configuration != "OFF":
            mfa = _refused_or(lambda: ask(user_pools.mfa_config, task.target, pool_id))
        if has_providers:
            providers = _refused_or(lambda: ask(user_pools.list_provider_types, task.target, pool_id))
    else:
        providers = pool
    observation = Observation(
        choice=choice,
        setting=task.setting,
        pool=pool,
        clients=(),
        clients_complete=False,
        web_client=web,
        native_client=cast("AppClient | Fault", native),
        mfa=mfa,
        # Without a provider on the client nobody asks which ones the pool has.
        identity_providers=providers,
        groups=groups,
        **_identity_pool(task, web, cast("AppClient | Fault", native)),
    )
    return observation, has_providers


def _names_providers(client: AppClient) -> bool:
    return any(name != "COGNITO" for name in client.supported_identity_providers or ())


def _client(task: Task, client_id: str) -> AppClient | Fault:
    return _gone_or(task, app_clients.describe_app_client, task.choice.user_pool_id, client_id)


def _identity_pool(task: Task, web: AppClient | Fault, native: AppClient | Fault) -> dict[str, Any]:
    choice, ask = task.choice, task.memo.ask
    if not choice.uses_identity_pool:
        return {}
    pool = _gone_or(task, identity_pools.describe_identity_pool, choice.identity_pool_id)
    if isinstance(pool, Fault):
        return {"identity_pool": pool, "identity_pool_roles": pool}
    named = cast(
        "IdentityPoolRoles | Fault", _gone_or(task, identity_pools.identity_pool_roles, choice.identity_pool_id)
    )
    found: dict[str, Any] = {"identity_pool": pool, "identity_pool_roles": named}
    if isinstance(named, IdentityPoolRoles):
        for member, arn in (
            ("authenticated_role", named.authenticated_arn),
            ("unauthenticated_role", named.unauthenticated_arn),
        ):
            found[member] = _role(task, arn, ask) if arn else None
    return found | {"other_clients": _other_clients(task, pool, web, native)}


def _role(task: Task, arn: str, ask: Callable[..., Role]) -> Role | Fault:
    return cast("Role | Fault", _refused_or(lambda: ask(roles.get_role, task.target, arn)))


def _other_clients(
    task: Task, pool: IdentityPool, web: AppClient | Fault, native: AppClient | Fault
) -> tuple[AppClient, ...]:
    """Clients the identity pool names beside the linked ones, described only while none without a secret is known."""
    if isinstance(web, Fault) and web.kind == "not-found" and isinstance(native, Fault):
        return ()
    entries = [entry.client_id for entry in pool.entries_for(task.choice.user_pool_id)]
    chosen = {one.id: one for one in (web, native) if isinstance(one, AppClient)}
    if any(one in chosen and not chosen[one].has_secret for one in entries):
        return ()
    found = []
    for client_id in [one for one in dict.fromkeys(entries) if one not in chosen][:OTHER_CLIENTS]:
        client = _client(task, client_id)
        if isinstance(client, AppClient):
            found.append(client)
            if not client.has_secret:
                break
    return tuple(found)


def _has_unknown_entries(observation: Observation) -> bool:
    """Whether the identity pool names clients that were not described: too many, or gone, which the list would say."""
    if not isinstance(observation.identity_pool, IdentityPool):
        return False
    known = {observation.choice.web_client_id, observation.choice.native_client_id}
    known |= {one.id for one in observation.other_clients}
    entries = observation.identity_pool.entries_for(observation.choice.user_pool_id)
    trusted = {one.id for one in _described(observation) if not one.has_secret} & {one.client_id for one in entries}
    return not trusted and any(entry.client_id not in known for entry in entries)


def _described(observation: Observation) -> tuple[AppClient, ...]:
    chosen = (observation.web_client, observation.native_client)
    return (*(one for one in chosen if isinstance(one, AppClient)), *observation.other_clients)


def _gone_or(task: Task, function: Callable[..., T], *args: str) -> T | Fault:
    """The answer; that the thing is gone, as a value. Raises every other AwsError."""
    try:
        return task.memo.ask(function, task.target, *args)
    except AwsError as error:
        if error.kind != "not-found":
            raise
        return error.fault()


def _refused_or(ask: Callable[[], T]) -> T | Fault:
    """The answer; that it is refused or the thing is gone, as a value. Raises what may pass by itself."""
    try:
        return ask()
    except AwsError as error:
        if error.kind in TRANSIENT:
            raise
        return error.fault()
