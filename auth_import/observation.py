"""Everything the rules look at, as frozen values: what was chosen, where, and what AWS answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from aws.errors import Fault
from aws.resources import (
    AppClient,
    AppClientSummary,
    Group,
    IdentityPool,
    IdentityPoolRoles,
    IdentityProvider,
    MfaConfig,
    Role,
    UserPool,
)

GROUP_ROLES_READ = 25


def group_role_arns(groups: Iterable[Group]) -> tuple[str, ...]:
    """The distinct roles of groups, in their order."""
    return tuple(dict.fromkeys(group.role_arn for group in groups if group.role_arn))


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person chose. `identity_pool_id` empty means user pool only (Amplify project format, section 1.3)."""

    user_pool_id: str
    web_client_id: str
    native_client_id: str
    identity_pool_id: str = ""

    @property
    def uses_identity_pool(self) -> bool:
        return bool(self.identity_pool_id)


@dataclass(frozen=True, slots=True)
class OtherLink:
    """Another environment that uses the same pool. `label` is already safe to show to this person."""

    label: str
    production: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """The environment an import goes into.

    `existing_auth` is "" when the environment has none, "imported" or "managed" otherwise. `needs_guests` and
    `needs_identity_pool` name categories (API, Storage) that demand them (Amplify project format, section 8.2).
    """

    kind: Literal["standalone", "amplify"]
    region: str
    project_name: str
    environment_name: str
    resource_name: str
    existing_auth: Literal["", "imported", "managed"] = ""
    other_links: tuple[OtherLink, ...] = ()
    needs_guests: tuple[str, ...] = ()
    needs_identity_pool: tuple[str, ...] = ()
    has_rest_api: bool = False
    backend_read: bool = False
    """Whether the Amplify backend's own files were looked at; while not, what it holds is not known."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What AWS answered. A `Fault` stands where a call failed, None where a call was not needed.

    `other_clients` are clients of the pool described beside the chosen two, only as many as a rule needs;
    `clients` is the list without secrets, complete unless `clients_complete` is False. `roles` of IAM are
    None without an identity pool or without such a role.
    """

    choice: Choice
    setting: Setting
    pool: UserPool | Fault
    clients: tuple[AppClientSummary, ...] | Fault = ()
    clients_complete: bool = True
    web_client: AppClient | Fault | None = None
    native_client: AppClient | Fault | None = None
    other_clients: tuple[AppClient, ...] = ()
    mfa: MfaConfig | Fault | None = None
    identity_providers: tuple[IdentityProvider, ...] | Fault = ()
    groups: tuple[Group, ...] | Fault = ()
    identity_pool: IdentityPool | Fault | None = None
    identity_pool_roles: IdentityPoolRoles | Fault | None = None
    authenticated_role: Role | Fault | None = None
    unauthenticated_role: Role | Fault | None = None
    group_roles: tuple[Role | Fault, ...] = ()
    """The distinct roles of the groups in the groups' order, at most `GROUP_ROLES_READ`; only with an identity pool."""
    faults: tuple[Fault, ...] = ()
    """Every call that failed, for `permissions.console`."""
