"""What an unlink leaves to be taken out of an Amplify backend, as far as is known without asking AWS."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth_import.backend_findings import way_out
from auth_import.models import CognitoLink, UnpushedUnlink
from auth_import.preflight import SeesEnvironment, known_backend
from backend_state.models import KnownBackend


@dataclass(frozen=True, slots=True)
class BackendUse:
    """A resource of the backend that uses auth. While one has it `declared`, a push refuses to take auth away."""

    resource: str
    service: str
    words: str
    declared: bool

    @property
    def way_out(self) -> str:
        """What to do so that it no longer declares to depend on auth."""
        return way_out(self.resource, self.service)


@dataclass(frozen=True, slots=True)
class InBackend:
    """The imported resource that the cloud has, as far as is known."""

    resource_name: str
    user_pool_id: str
    user_pool_name: str


@dataclass(frozen=True, slots=True)
class Removal:
    """The cloud's side of an unlink: files, parameters and resources by name. `known` is None before the first pull.

    Without `is_there` the backend has nothing of the link, as far as is known; `is_sure` says that it was looked at
    after the link was made. `there` is what it has; another pool than the linked one was pushed before it.
    """

    there: InBackend | None
    is_sure: bool
    resource_name: str
    known: KnownBackend | None
    folder_files: tuple[str, ...]
    parameters: tuple[str, ...]
    uses: tuple[BackendUse, ...]

    @property
    def is_there(self) -> bool:
        return self.there is not None

    @property
    def refusing(self) -> tuple[BackendUse, ...]:
        return tuple(one for one in self.uses if one.declared)


def in_backend(link: CognitoLink, known: KnownBackend | None) -> InBackend | None:
    """What an unlink must have taken out of the cloud; None where it has nothing of ours, as far as is known.

    It is the linked pool where it was pushed from here, or imported from a laptop; or an earlier one that this console
    has pushed, and in whose place the linked one was never pushed.
    """
    if not link.environment.is_amplify:
        return None
    auth = [one for one in (known.facts.get("auth", ()) if known else ()) if one["imported"]]
    # A resource that somebody imported elsewhere may have got another name there.
    name = auth[0]["name"] if auth else link.resource_name
    if link.pushed or any(one["user_pool_id"] == link.user_pool_id for one in auth):
        return InBackend(name, link.user_pool_id, link.user_pool_name)
    earlier = UnpushedUnlink.objects.filter(environment=link.environment).first()
    if earlier is not None:
        return InBackend(earlier.resource_name, earlier.user_pool_id, earlier.user_pool_name)
    ours = known.pushed.get("auth", ()) if known and known.last_pushed else ()
    pushed = [one for one in auth if any(one["user_pool_id"] == other["user_pool_id"] for other in ours)]
    return InBackend(name, pushed[0]["user_pool_id"], pushed[0]["user_pool_id"]) if pushed else None


def removal_of(link: CognitoLink) -> Removal | None:
    """None for a standalone environment."""
    if not link.environment.is_amplify:
        return None
    known = known_backend(link.environment)
    there = in_backend(link, known)
    facts: Mapping[str, Any] = known.facts if known else {}
    names = [one["name"] for one in facts.get("auth", ()) if one["imported"]]
    name = names[0] if names else link.resource_name
    marker = f"/AMPLIFY_auth_{name}_"
    return Removal(
        there=there,
        is_sure=there is not None or (known is not None and known.read >= link.created),
        resource_name=name,
        known=known,
        folder_files=tuple(one for one in facts.get("files", ()) if f"auth/{name}/" in one and not one.endswith("/")),
        parameters=tuple(one.partition(marker)[2] for one in facts.get("parameters", ()) if marker in one),
        uses=tuple(
            BackendUse(one["resource"], one["service"], one["words"], one["declared"])
            for one in facts.get("dependents", ())
        ),
    )


def others_on_pool(link: CognitoLink, sees: SeesEnvironment) -> list[str]:
    """The other environments that are linked to the same user pool; those that may not be seen are not named."""
    links = CognitoLink.objects.select_related("environment__project").filter(user_pool_id=link.user_pool_id)
    others = [one.environment for one in links.exclude(pk=link.pk)]
    seen = [f"{one.project.name} / {one.name}" for one in others if sees(one)]
    hidden = len(others) - len(seen)
    return [*seen, *([f"{hidden} more that you may not see"] if hidden else [])]
