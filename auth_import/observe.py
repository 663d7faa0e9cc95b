"""Reading everything the rules look at: each AWS call once, all that are independent at the same time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from auth_import.observation import GROUP_ROLES_READ, Choice, Observation, Setting, group_role_arns
from aws import app_clients, identity_pools, roles, user_pools
from aws.errors import AwsError, Fault
from aws.resources import AppClient, AppClientSummary, Group, IdentityPool, IdentityPoolRoles, Role
from aws.side_by_side import Pending, Together, each
from aws.target import AwsTarget

AT_A_TIME = 5
"""App clients described side by side: Cognito allows five a second for one pool."""


def observe(*, target: AwsTarget, choice: Choice, setting: Setting, seconds: float) -> Observation:
    """What AWS says about the choice, within `seconds`. Never raises AwsError: a failed call is a Fault in its place.

    The longest chain of calls that depend on each other is two long; further app clients are described only when the
    chosen ones leave a rule open.
    """
    pool_id, identity_pool_id = choice.user_pool_id, choice.identity_pool_id
    with Together(seconds=seconds) as together:
        # What other calls wait for goes first, so that its answers are not read behind all the others.
        identity_pool: Pending[IdentityPool] | None = None
        pool_roles: Pending[IdentityPoolRoles] | None = None
        authenticated: Pending[Role | None] | None = None
        unauthenticated: Pending[Role | None] | None = None
        if identity_pool_id:
            pool_roles = together.start(identity_pools.identity_pool_roles, target, identity_pool_id)
            authenticated = together.after(pool_roles, lambda known: _role(target, known.authenticated_arn))
            # One role in both places is asked for once.
            unauthenticated = together.after(
                pool_roles,
                lambda known: (
                    None
                    if known.unauthenticated_arn == known.authenticated_arn
                    else _role(target, known.unauthenticated_arn)
                ),
            )
        providers = together.start(user_pools.list_identity_providers, target, pool_id)
        pool = together.start(user_pools.describe_user_pool, target, pool_id)
        web = together.start(app_clients.describe_app_client, target, pool_id, choice.web_client_id)
        native = (
            web
            if choice.native_client_id == choice.web_client_id
            else together.start(app_clients.describe_app_client, target, pool_id, choice.native_client_id)
        )
        if identity_pool_id:
            identity_pool = together.start(identity_pools.describe_identity_pool, target, identity_pool_id)
        listing = together.start(app_clients.page_of_app_clients, target, pool_id)
        mfa = together.start(user_pools.mfa_config, target, pool_id)
        groups = together.start(user_pools.list_groups, target, pool_id)
        group_roles = together.after(groups, lambda read: _group_roles(target, read)) if identity_pool_id else None

        page = listing.outcome()
        read_web, read_native = web.outcome(), native.outcome()
        read_identity_pool = identity_pool.outcome() if identity_pool else None
        read_roles = pool_roles.outcome() if pool_roles else None
        known: list[AppClientSummary] = [] if isinstance(page, Fault) else list(page.items)
        token = "" if isinstance(page, Fault) else page.next_token
        others, complete, listing_fault = _other_clients(
            target, choice, known, token, read_web, read_native, read_identity_pool
        )
        read_group_roles = group_roles.outcome() if group_roles else ()
        read_authenticated = authenticated.outcome() if authenticated and not isinstance(read_roles, Fault) else None
        read_unauthenticated = (
            unauthenticated.outcome() if unauthenticated and not isinstance(read_roles, Fault) else None
        )
        if isinstance(read_roles, IdentityPoolRoles) and read_roles.unauthenticated_arn == read_roles.authenticated_arn:
            read_unauthenticated = read_authenticated
        observation = Observation(
            choice=choice,
            setting=setting,
            pool=pool.outcome(),
            clients=page if isinstance(page, Fault) else tuple(known),
            clients_complete=complete,
            web_client=read_web,
            native_client=read_native,
            other_clients=others,
            mfa=mfa.outcome(),
            identity_providers=providers.outcome(),
            groups=groups.outcome(),
            identity_pool=read_identity_pool,
            identity_pool_roles=read_roles,
            # A role that could not be looked for, because the identity pool's roles are unread, is not a fault of IAM.
            authenticated_role=read_authenticated,
            unauthenticated_role=read_unauthenticated,
            group_roles=() if isinstance(read_group_roles, Fault) else read_group_roles,
        )
    return _with_faults(observation, listing_fault)


def _role(target: AwsTarget, arn: str) -> Role | None:
    return roles.get_role(target, arn) if arn else None


def _group_roles(target: AwsTarget, groups: Sequence[Group]) -> tuple[Role | Fault, ...]:
    arns = group_role_arns(groups)[:GROUP_ROLES_READ]
    return tuple(each(lambda arn: roles.get_role(target, arn), arns).values())


def _with_faults(observation: Observation, listing_fault: Fault | None) -> Observation:
    places: Iterable[object] = (
        observation.pool,
        observation.clients,
        observation.web_client,
        observation.native_client,
        observation.mfa,
        observation.identity_providers,
        observation.groups,
        observation.identity_pool,
        observation.identity_pool_roles,
        observation.authenticated_role,
        observation.unauthenticated_role,
        *observation.group_roles,
        listing_fault,
    )
    faults = dict.fromkeys(place for place in places if isinstance(place, Fault))
    return replace(observation, faults=tuple(faults))


def _other_clients(
    target: AwsTarget,
    choice: Choice,
    known: list[AppClientSummary],
    token: str,
    web: AppClient | Fault,
    native: AppClient | Fault,
    identity_pool: IdentityPool | Fault | None,
) -> tuple[tuple[AppClient, ...], bool, Fault | None]:
    """Clients beside the chosen two, described a few at a time until no rule is open any more.

    `known` grows by the pages it takes. Answers the clients, whether `known` is the whole list, and the fault that
    ended the search, if one did.
    """
    found: dict[str, AppClient] = {}
    chosen = {choice.web_client_id, choice.native_client_id}
    readable = [client for client in (web, native) if isinstance(client, AppClient)]

    def described() -> list[AppClient]:
        return [*readable, *found.values()]

    def has_public() -> bool:
        return any(not client.has_secret for client in described())

    def has_confidential() -> bool:
        return any(client.has_secret for client in described())

    def attached_public(attached: set[str]) -> bool:
        return any(client.id in attached and not client.has_secret for client in described())

    def take(ids: list[str]) -> Fault | None:
        answers = app_clients.describe_app_clients(target, choice.user_pool_id, ids)
        found.update({key: value for key, value in answers.items() if isinstance(value, AppClient)})
        # A client that an identity pool names and that is gone is no fault of the search.
        return next((v for v in answers.values() if isinstance(v, Fault) and v.kind != "not-found"), None)

    def search(ids: list[str], enough: Callable[[], bool]) -> Fault | None:
        todo = [one for one in dict.fromkeys(ids) if one not in chosen and one not in found]
        for start in range(0, len(todo), AT_A_TIME):
            if enough():
                return None
            fault = take(todo[start : start + AT_A_TIME])
            if fault:
                return fault
        return None

    if isinstance(identity_pool, IdentityPool):
        entries = {entry.client_id for entry in identity_pool.entries_for(choice.user_pool_id)}
        fault = search(sorted(entries), lambda: attached_public(entries))
        if fault:
            return tuple(found.values()), not token, fault
    if not readable:
        # Without a single readable client the pool itself is the trouble; searching it would only ask for more.
        return tuple(found.values()), not token, None
    while True:
        fault = search([row.id for row in known], lambda: has_public() and has_confidential())
        if fault or not token or (has_public() and has_confidential()):
            return tuple(found.values()), not token, fault
        try:
            page = app_clients.page_of_app_clients(target, choice.user_pool_id, token=token)
        except AwsError as error:
            return tuple(found.values()), False, error.fault()
        known.extend(page.items)
        token = page.next_token
