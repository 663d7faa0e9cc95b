"""Reading an observation: which client is which, and how to say that something could not be read."""

from auth_import.findings import Cure, Severity
from auth_import.observation import Observation
from auth_import.rules.judgement import NOT_ANYWAY, Judgement
from aws.errors import Fault
from aws.resources import AppClient, AppClientSummary, IdentityPool, IdentityPoolRoles, UserPool

BACKEND_UNREAD = "not known: pull this environment first"
DESCRIBE_USER_POOL = "cognito-idp:DescribeUserPool"
_WORDS = {
    "not-found": ("AWS says it does not exist", "Check the id and the Region, then check again."),
    "denied": (
        "the console's credentials may not read it",
        "Allow {action} in the policy of the console's role, then check again.",
    ),
    "rejected": ("AWS refused the request", "Correct what AWS names in its message, then check again."),
    "throttled": (
        "AWS asked the console to slow down",
        "Wait a minute and check again; the quota is shared with the live application.",
    ),
    "unavailable": (
        "AWS could not be reached or did not answer in time",
        "Check the console's network and credentials, then check again.",
    ),
}


def fault_words(fault: Fault | None) -> str:
    """One clause that names the cause: plain words, AWS's code, and the call."""
    if fault is None:
        return "it was not read"
    words = _WORDS[fault.kind][0]
    detail = ", ".join(part for part in (fault.code, fault.action) if part)
    return f"{words} ({detail})" if detail else words


def next_step(fault: Fault | None) -> str:
    if fault is None:
        return "Check again; the console then reads what is missing."
    return _WORDS[fault.kind][1].format(action=fault.action or "the call")


def unread(what: str, fault: Fault | None, *, severity: Severity, affects: str = "") -> Judgement:
    """The honest answer when the thing a rule looks at could not be read."""
    if severity is Severity.FAIL:
        reason = f"The import needs this answer; until AWS gives it, this {NOT_ANYWAY}."
    else:
        reason = "Without this answer the console cannot tell; the import does not depend on it."
    through_the_pool = fault is not None and fault.action == DESCRIBE_USER_POOL and what != "the user pool"
    because = "could not be read, because the user pool could not" if through_the_pool else "could not be read"
    return Judgement(
        severity,
        observed=f"{what} {because}: {fault_words(fault)}",
        reason=reason,
        affects=affects or ("whoever imports" if severity is Severity.FAIL else "whoever relies on this check"),
        cure=Cure(next_step(fault)),
        unread=True,
    )


def client_label(client: AppClient | AppClientSummary) -> str:
    return f"{client.name} ({client.id})"


def pool_label(pool: UserPool | IdentityPool) -> str:
    return f"{pool.name} ({pool.id})"


def readable_pool(observation: Observation) -> UserPool | None:
    return observation.pool if isinstance(observation.pool, UserPool) else None


def pool_fault(observation: Observation) -> Fault | None:
    return observation.pool if isinstance(observation.pool, Fault) else None


def known_clients(observation: Observation) -> dict[str, AppClient]:
    """Every described client of the pool by id, whatever its place in the observation."""
    described = (observation.web_client, observation.native_client, *observation.other_clients)
    return {client.id: client for client in described if isinstance(client, AppClient)}


def listed_ids(observation: Observation) -> frozenset[str] | None:
    """The ids of all clients of the pool; None if the list, or the pool itself, is unread or not complete."""
    if isinstance(observation.clients, Fault) or not observation.clients_complete:
        return None
    if readable_pool(observation) is None:
        return None
    return frozenset(client.id for client in observation.clients)


def web_client(observation: Observation) -> AppClient | None:
    return known_clients(observation).get(observation.choice.web_client_id)


def native_client(observation: Observation) -> AppClient | None:
    return known_clients(observation).get(observation.choice.native_client_id)


def web_fault(observation: Observation) -> Fault | None:
    return _client_fault(observation, observation.choice.web_client_id)


def native_fault(observation: Observation) -> Fault | None:
    return _client_fault(observation, observation.choice.native_client_id)


def describe_fault(observation: Observation, client_id: str) -> Fault | None:
    """What AWS answered instead of describing a chosen client; one answer may stand for both choices."""
    places = (
        (observation.choice.web_client_id, observation.web_client),
        (observation.choice.native_client_id, observation.native_client),
    )
    return next((answer for chosen, answer in places if chosen == client_id and isinstance(answer, Fault)), None)


def _client_fault(observation: Observation, client_id: str) -> Fault | None:
    """Why a chosen client is not known; the nearest cause first."""
    listing = observation.clients if isinstance(observation.clients, Fault) else None
    return describe_fault(observation, client_id) or listing or pool_fault(observation)


def chosen_clients(observation: Observation) -> tuple[AppClient, ...]:
    """The described ones of the two chosen clients, one client for both only once, web first."""
    found = (web_client(observation), native_client(observation))
    unique = {client.id: client for client in found if client is not None}
    return tuple(unique.values())


def identity_pool(observation: Observation) -> IdentityPool | None:
    return observation.identity_pool if isinstance(observation.identity_pool, IdentityPool) else None


def identity_pool_fault(observation: Observation) -> Fault | None:
    return observation.identity_pool if isinstance(observation.identity_pool, Fault) else None


def identity_pool_roles(observation: Observation) -> IdentityPoolRoles | None:
    roles = observation.identity_pool_roles
    return roles if isinstance(roles, IdentityPoolRoles) else None


def roles_fault(observation: Observation) -> Fault | None:
    roles = observation.identity_pool_roles
    return roles if isinstance(roles, Fault) else identity_pool_fault(observation)


def all_faults(observation: Observation) -> tuple[Fault, ...]:
    """Every fault, from the list and from its place, each once."""
    placed = (
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
    )
    faults = (*observation.faults, *(item for item in placed if isinstance(item, Fault)))
    return tuple(dict.fromkeys(faults))


def backend_unread(observation: Observation) -> bool:
    """Whether there is an Amplify backend that nobody has looked at."""
    return observation.setting.kind == "amplify" and not observation.setting.backend_read


def names(values: tuple[str, ...] | list[str]) -> str:
    return ", ".join(values) if values else "none"
