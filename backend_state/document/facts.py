"""What a backend needs of its auth resource, and what depends on it: plain facts that others turn into findings.

Requirements: Amplify project format, section 8.2. Dependents: section 5.4.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend_state.document.state import BackendDocument, Resource

_POOL_ID = re.compile(r'"([a-z]{2}(?:-[a-z]+)+-[0-9]_[0-9A-Za-z]+)"')
NEEDS_IDENTITY_POOL = "identity-pool"
NEEDS_GUESTS = "guests"

_ALWAYS_GUESTS = frozenset({"Pinpoint", "Lex"})


@dataclass(frozen=True, slots=True)
class Unmet:
    """A resource that needs what the chosen Cognito resources do not offer. One that only `weakens` deploys all the
    same, and does not work for some people."""

    resource: str
    need: str
    words: str
    weakens: bool = False


@dataclass(frozen=True, slots=True)
class Dependent:
    """A resource that uses auth. The CLI refuses to take auth away beneath a `declared` one, and warns of others."""

    resource: str
    service: str
    words: str
    declared: bool


@dataclass(frozen=True, slots=True)
class LiteralPool:
    """A function whose template names a user pool by its id, where a push changes a parameter only (section 7.3)."""

    resource: str
    pools: tuple[str, ...]


def literal_pools(document: BackendDocument, user_pool_id: str) -> tuple[LiteralPool, ...]:
    """Functions that keep another pool's id in their policy: they may go on using that one, and not this one."""
    found = []
    for resource in document.resources:
        path = f"function/{resource.name}/{resource.name}-cloudformation-template.json"
        if resource.category != "function" or path not in document or not resource.depends_on_auth:
            continue
        text = document.read(path).decode("utf-8", "replace")
        others = tuple(dict.fromkeys(one for one in _POOL_ID.findall(text) if one != user_pool_id))
        if others:
            found.append(LiteralPool(resource.label, others))
    return tuple(found)


def uses_user_pool(resource: Resource) -> bool:
    """Whether an AppSync API asks a user pool in its default or an additional mode."""
    return "AMAZON_COGNITO_USER_POOLS" in _modes(resource)


def dependents(document: BackendDocument) -> tuple[Dependent, ...]:
    """Every resource that declares to depend on auth, or uses it without saying so."""
    found = []
    for resource in document.resources:
        words = _use(document, resource)
        declared = resource.depends_on_auth or resource.category == "analytics"
        if declared or words:
            found.append(
                Dependent(
                    resource=resource.label,
                    service=resource.service,
                    words=words
                    or (
                        "The Amplify CLI keeps auth while there is any analytics."
                        if resource.category == "analytics"
                        else "It declares to depend on the auth resource."
                    ),
                    declared=declared,
                )
            )
    return tuple(found)


def _use(document: BackendDocument, resource: Resource) -> str:
    if resource.service == "AppSync" and uses_user_pool(resource):
        return "Its requests are authorized by users of the pool."
    if resource.service == "AppSync" and "AWS_IAM" in _modes(resource):
        return "Its requests may be signed with the identity pool's roles."
    if resource.service == "API Gateway" and _is_open(document, resource):
        return ""
    return {
        "S3": "Its policies hang on the identity pool's roles.",
        "Pinpoint": "Apps send their events with the identity pool's roles.",
        "Lex": "Apps talk to it with the identity pool's roles.",
        "API Gateway": "Its policies stay on the root stack's roles; imported roles are not given any.",
    }.get(resource.service, "")


def _is_open(document: BackendDocument, resource: Resource) -> bool:
    """Whether a REST API is known to ask nobody who they are, on any of its paths."""
    paths = document.json(f"{resource.category}/{resource.name}/cli-inputs.json").get("paths")
    if not isinstance(paths, Mapping) or not paths:
        return False
    permissions = [path.get("permissions") if isinstance(path, Mapping) else None for path in paths.values()]
    return all(isinstance(one, Mapping) and one.get("setting") == "open" for one in permissions)


def unmet_requirements(document: BackendDocument, *, identity_pool: bool, guests: bool) -> tuple[Unmet, ...]:
    """What the backend's resources need and these Cognito resources do not have."""
    found: list[Unmet] = []
    for resource in document.resources:
        parameters = document.parameters_of(resource) | document.json(
            f"{resource.category}/{resource.name}/cli-inputs.json"
        )
        need = _need(resource, parameters)
        if need is None:
            if resource.service == "AppSync" and "AWS_IAM" in _modes(resource) and not identity_pool:
                words = (
                    f"{resource.label} accepts requests signed with IAM roles; without an identity pool nobody has one."
                )
                found.append(Unmet(resource.label, NEEDS_IDENTITY_POOL, words, weakens=True))
            continue
        if not identity_pool:
            words = f"{resource.label} ({resource.service}) needs an identity pool, and only a user pool is linked."
            found.append(Unmet(resource.label, NEEDS_IDENTITY_POOL, words))
        elif need == NEEDS_GUESTS and not guests:
            words = (
                f"{resource.label} ({resource.service}) lets guests in, "
                "and the linked identity pool allows no unauthenticated identities."
            )
            found.append(Unmet(resource.label, NEEDS_GUESTS, words))
    return tuple(found)


def _need(resource: Resource, parameters: Mapping[str, Any]) -> str | None:
    """`NEEDS_GUESTS` includes an identity pool; None for a resource that any import serves."""
    if resource.service in _ALWAYS_GUESTS or resource.category == "notifications":
        return NEEDS_GUESTS
    if resource.category == "storage" and resource.service == "S3":
        return NEEDS_GUESTS if _storage_guests(parameters) else NEEDS_IDENTITY_POOL
    if resource.category == "predictions":
        return NEEDS_GUESTS if parameters.get("access") == "authAndGuest" else NEEDS_IDENTITY_POOL
    if resource.category == "analytics":
        return NEEDS_IDENTITY_POOL
    if (
        resource.category == "geo"
        and "guest" in str(parameters.get("accessType", resource.entry.get("accessType", ""))).lower()
    ):
        return NEEDS_GUESTS
    return None


def _storage_guests(parameters: Mapping[str, Any]) -> bool:
    if "guestAccess" in parameters:
        return bool(parameters["guestAccess"])
    allowed = [value for key, value in parameters.items() if key.startswith("s3PermissionsGuest")]
    return bool(parameters.get("selectedGuestPermissions")) or any(
        value not in ("", None, "DISALLOW") for value in allowed
    )


def _modes(resource: Resource) -> tuple[str, ...]:
    output = resource.entry.get("output")
    config = output.get("authConfig") if isinstance(output, Mapping) else None
    if not isinstance(config, Mapping):
        return ()
    others = config.get("additionalAuthenticationProviders")
    modes = [config.get("defaultAuthentication"), *(others if isinstance(others, list) else ())]
    return tuple(str(mode.get("authenticationType", "")) for mode in modes if isinstance(mode, Mapping))
