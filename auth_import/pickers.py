"""What the import page offers to choose from. Takes an AWS target, so that an environment need not exist yet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auth_import.rules.identity_pool import usable_arn
from aws import app_clients, identity_pools, user_pools
from aws.errors import AwsError, Fault
from aws.resources import AppClient, AppClientSummary, IdentityPool, IdentityPoolRoles, UserPool, UserPoolSummary
from aws.side_by_side import each, in_time
from aws.target import AwsTarget

CLIENTS_AT_A_TIME = 10
IDENTITY_POOLS_AT_MOST = 300
"""Described side by side for one screen; an account with more is asked to search by name."""


@dataclass(frozen=True, slots=True)
class UserPools:
    """Rows of the first section. `next_token` continues the list; a search has been through the whole account."""

    rows: tuple[UserPoolSummary, ...]
    next_token: str
    searched: int = 0


def user_pools_page(target: AwsTarget, *, search: str = "", token: str = "") -> UserPools:
    """One page of the account's user pools, by one call; with a search, all that match, from every page of the account.

    Raises AwsError.
    """
    if not search:
        page = in_time(lambda: user_pools.page_of_user_pools(target, token=token))
        return UserPools(rows=page.items, next_token=page.next_token)
    wanted = search.casefold()
    everything = in_time(lambda: tuple(user_pools.iter_user_pools(target)))
    found = tuple(row for row in everything if wanted in row.name.casefold() or wanted in row.id.casefold())
    return UserPools(rows=found, next_token="", searched=len(everything))


def pool_details(target: AwsTarget, pool_ids: Sequence[str], *, seconds: float) -> dict[str, UserPool | Fault]:
    """The pools of some rows that are on the screen, described side by side."""
    return dict(user_pools.describe_user_pools(target, list(pool_ids), seconds=seconds))


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One app client. `read` is None until it is described; only then is it known whether it has a secret."""

    id: str
    name: str
    read: AppClient | Fault | None = None

    @property
    def client(self) -> AppClient | None:
        return self.read if isinstance(self.read, AppClient) else None

    @property
    def fault(self) -> Fault | None:
        return self.read if isinstance(self.read, Fault) else None

    @property
    def web_refusal(self) -> str:
        """Why this client cannot be the web client, "" when it can."""
        if self.client and self.client.has_secret:
            return "Has a secret, which a browser cannot keep. Choose it for mobile."
        return ""


@dataclass(frozen=True, slots=True)
class AppClients:
    """A window of a pool's app clients: the chosen ones first, then ten from `start`."""

    rows: tuple[ClientRow, ...]
    total: int
    start: int
    next_start: int | None
    more_listed: bool = False


def app_clients_window(
    target: AwsTarget,
    pool_id: str,
    *,
    search: str = "",
    start: int = 0,
    chosen: Sequence[str] = (),
    seconds: float,
) -> AppClients:
    """Ten of a pool's app clients with what they are, and the chosen ones. Raises AwsError when the list is refused."""
    listed: list[AppClientSummary] = in_time(lambda: list(app_clients.iter_app_clients(target, pool_id)))
    wanted = search.casefold()
    matching = [row for row in listed if wanted in row.name.casefold() or wanted in row.id.casefold()]
    window = matching[start : start + CLIENTS_AT_A_TIME]
    pinned = [row for row in listed if row.id in set(chosen) and row not in window] if start == 0 else []
    shown = [*pinned, *window]
    read = app_clients.describe_app_clients(target, pool_id, [row.id for row in shown], seconds=seconds)
    following = start + CLIENTS_AT_A_TIME
    return AppClients(
        rows=tuple(ClientRow(id=row.id, name=row.name, read=read.get(row.id)) for row in shown),
        total=len(matching),
        start=start,
        next_start=following if following < len(matching) else None,
    )


@dataclass(frozen=True, slots=True)
class IdentityPoolRow:
    """One identity pool. `refusal` says why it cannot be chosen, `note` what choosing it will need."""

    id: str
    name: str
    guests: bool = False
    refusal: str = ""
    note: str = ""

    @property
    def rank(self) -> tuple[int, str]:
        return (2 if self.refusal else 1 if self.note else 0, self.name.casefold())


@dataclass(frozen=True, slots=True)
class IdentityPools:
    rows: tuple[IdentityPoolRow, ...]
    qualifying: int
    unread: int = 0


def identity_pool_rows(
    target: AwsTarget,
    *,
    pool_id: str,
    web_client_id: str,
    native_client_id: str,
    both_roles_needed: bool,
    search: str = "",
    seconds: float,
) -> IdentityPools:
    """Every identity pool of the Region: those that trust the user pool and its clients first, the others with why not.

    Raises AwsError when the list is refused. A pool that could not be described stays, and says so.
    """
    wanted = search.casefold()
    listed = [
        row
        for row in in_time(lambda: tuple(identity_pools.iter_identity_pools(target)))
        if wanted in row.name.casefold() or wanted in row.id.casefold()
    ]
    some = listed[:IDENTITY_POOLS_AT_MOST]
    described = identity_pools.describe_identity_pools(target, [row.id for row in some], seconds=seconds)
    candidates = [one.id for one in described.values() if isinstance(one, IdentityPool) and one.entries_for(pool_id)]
    roles = each(lambda one: identity_pools.identity_pool_roles(target, one), candidates, seconds=seconds)
    attached = {
        entry.client_id
        for one in described.values()
        if isinstance(one, IdentityPool)
        for entry in one.entries_for(pool_id)
    } - {web_client_id, native_client_id}
    public = _public_clients(target, pool_id, sorted(attached)[:CLIENTS_AT_A_TIME], seconds=seconds)
    if web_client_id:
        public[web_client_id] = True
    rows = []
    for summary in some:
        read = described[summary.id]
        if isinstance(read, Fault):
            rows.append(IdentityPoolRow(id=summary.id, name=summary.name, note=f"Could not be read: {read.message}"))
            continue
        row = IdentityPoolRow(id=read.id, name=read.name, guests=read.allow_unauthenticated)
        rows.append(
            _judge(row, read, roles.get(read.id), pool_id, web_client_id, native_client_id, public, both_roles_needed)
        )
    rows.sort(key=lambda row: row.rank)
    return IdentityPools(
        rows=tuple(rows), qualifying=sum(1 for row in rows if not row.refusal), unread=len(listed) - len(some)
    )


def _public_clients(target: AwsTarget, pool_id: str, ids: Sequence[str], *, seconds: float) -> dict[str, bool]:
    """For the clients that identity pools name: whether they have no secret. Unread and deleted ones are absent."""
    read = app_clients.describe_app_clients(target, pool_id, list(ids), seconds=seconds) if ids else {}
    return {key: not one.has_secret for key, one in read.items() if isinstance(one, AppClient)}


def _judge(
    row: IdentityPoolRow,
    pool: IdentityPool,
    roles: IdentityPoolRoles | Fault | None,
    user_pool_id: str,
    web: str,
    native: str,
    public: dict[str, bool],
    both_roles_needed: bool,
) -> IdentityPoolRow:
    attached = {entry.client_id for entry in pool.entries_for(user_pool_id)}
    if not attached:
        return replace(row, refusal="Does not list this user pool as a sign-in provider.")
    if not any(public.get(client) for client in attached):
        return replace(row, refusal="Lists this user pool only with app clients that have a secret.")
    if isinstance(roles, IdentityPoolRoles):
        # Usable as the checks mean it, so that no row can be chosen that they refuse for its roles.
        if not usable_arn(roles.authenticated_arn):
            return replace(row, refusal="Has no authenticated role.")
        if both_roles_needed and not usable_arn(roles.unauthenticated_arn):
            return replace(row, refusal="Has no unauthenticated role, which the Amplify CLI demands.")
    missing = [name for name, client in (("web", web), ("mobile", native)) if client and client not in attached]
    if missing:
        return replace(
            row, note=f"Does not list the {' and the '.join(missing)} client. Needs a fix, or Import anyway."
        )
    return row


@dataclass(frozen=True, slots=True)
class Unread:
    """A section that could not be filled, in words."""

    words: str
    next_step: str
    code: str
    message: str
    action: str
    retryable: bool

    @classmethod
    def of(cls, error: AwsError) -> "Unread":
        return cls(
            words=error.words,
            next_step=error.next_step,
            code=error.code,
            message=error.message,
            action=error.action,
            retryable=error.retryable,
        )
