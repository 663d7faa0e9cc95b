"""What the next push takes out of an Amplify backend after an unlink, as far as is known without asking AWS."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth_import.models import CognitoLink
from auth_import.preflight import known_backend
from backend_state.models import KnownBackend


@dataclass(frozen=True, slots=True)
class BackendUse:
    """A resource of the backend that uses auth. While one has it `declared`, a push refuses to take auth away."""

    resource: str
    service: str
    words: str
    declared: bool


@dataclass(frozen=True, slots=True)
class Removal:
    """The cloud's side of an unlink: files, parameters and resources by name. `known` is None before the first pull.

    Without `is_there` the backend has nothing of the link, as far as is known; `is_sure` says that it was looked at
    after the link was made.
    """

    is_there: bool
    is_sure: bool
    resource_name: str
    known: KnownBackend | None
    folder_files: tuple[str, ...]
    parameters: tuple[str, ...]
    uses: tuple[BackendUse, ...]

    @property
    def refusing(self) -> tuple[BackendUse, ...]:
        return tuple(one for one in self.uses if one.declared)


def is_in_backend(link: CognitoLink, known: KnownBackend | None) -> bool:
    """Whether the cloud has the linked pool, as far as is known: pushed from here, or imported from a laptop."""
    auth = known.facts.get("auth", ()) if known else ()
    return link.environment.is_amplify and (
        link.pushed or any(one["imported"] and one["user_pool_id"] == link.user_pool_id for one in auth)
    )


def removal_of(link: CognitoLink) -> Removal | None:
    """None for a standalone environment."""
    if not link.environment.is_amplify:
        return None
    known = known_backend(link.environment)
    there = is_in_backend(link, known)
    facts: Mapping[str, Any] = known.facts if known else {}
    # A resource that somebody imported elsewhere may have got another name there.
    names = [one["name"] for one in facts.get("auth", ()) if one["imported"]]
    name = names[0] if names else link.resource_name
    marker = f"/AMPLIFY_auth_{name}_"
    return Removal(
        is_there=there,
        is_sure=there or (known is not None and known.read >= link.created),
        resource_name=name,
        known=known,
        folder_files=tuple(one for one in facts.get("files", ()) if f"auth/{name}/" in one and not one.endswith("/")),
        parameters=tuple(one.partition(marker)[2] for one in facts.get("parameters", ()) if marker in one),
        uses=tuple(
            BackendUse(one["resource"], one["service"], one["words"], one["declared"])
            for one in facts.get("dependents", ())
        ),
    )
