"""What an environment's backend consists of, as far as it can be read, and whether deleting it would delete users."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from aws import stacks
from aws.errors import NotFound
from aws.stacks import STACK, Stack
from backend_state import store
from backend_state.document.archive import LARGEST_ARCHIVE
from backend_state.document.json_text import as_object
from backend_state.document.state import ZIP, BackendDocument
from backend_state.models import KnownBackend
from backend_state.store import Place
from environments.models import Environment

HOLDS_DATA = {
    "DynamoDB": "with every record in it",
    "AppSync": "with its tables and every record in them",
    "S3": "its files too, where its template does not keep the bucket",
    "Lambda": "with its code and settings",
}


@dataclass(frozen=True, slots=True)
class Backend:
    """`stack` is None where it is gone. `labels` are the resources of other categories than auth; `managed` names auth
    that the stack owns itself."""

    stack: Stack | None
    labels: tuple[str, ...] = ()
    managed: tuple[str, ...] = ()


def read_backend(place: Place) -> Backend:
    """What is there; what is gone already is missing. Raises AwsError and BackendProblem where it cannot be read."""
    try:
        stack = stacks.describe_stack(place.target, place.stack_name)
        template: Mapping[str, Any] = stacks.template_of(place.target, place.stack_name)
    except NotFound:
        return Backend(stack=None)
    types = {
        name: str(as_object(section).get("Type", "")) for name, section in as_object(template.get("Resources")).items()
    }
    nested = [name for name, kind in types.items() if kind == STACK]
    try:
        archive = store.read_object(place, ZIP, limit=LARGEST_ARCHIVE)
    except NotFound:
        archive = None
    managed = [name for name in nested if name.startswith("auth")]
    # Whoever has changed the root template by hand may own a user pool in it.
    managed += [name for name, kind in types.items() if kind.startswith("AWS::Cognito::")]
    if archive is None:
        return Backend(stack, tuple(name for name in nested if name not in managed), tuple(managed))
    document = BackendDocument.parse(archive.body)
    managed += [f"auth{one.name}" for one in document.auth if not one.imported]
    known = {one.logical_id: one.label for one in document.resources}
    labels = [*known.values(), *(name for name in nested if name not in known and name not in managed)]
    return Backend(stack, tuple(labels), tuple(dict.fromkeys(managed)))


def connected_elsewhere(place: Place, *, but: int | None) -> str:
    """That another project of this console uses this backend, in words that name none of its; "" where none does."""
    same = Q(app_id=place.app_id, name=place.environment) | Q(deployment_bucket=place.bucket)
    rows = Environment.objects.filter(same, kind=Environment.Kind.AMPLIFY).exclude(pk=but or 0)
    if not rows.exists():
        return ""
    return f"Another project of this console is connected to the backend {place.stack_name}, so it stays."


def managed_auth(known: KnownBackend | None) -> str:
    """The auth that Amplify manages in a backend, by its name, as last read; "" where there is none."""
    auth = known.facts.get("auth", ()) if known else ()
    return ", ".join(one["name"] for one in auth if not one["imported"])


def shown_of(known: KnownBackend | None) -> tuple[tuple[str, str], ...]:
    """Each resource as last read, with what goes with it in words."""
    resources: Mapping[str, str] = known.facts.get("resources", {}) if known else {}
    return tuple((label, f"{service}: {HOLDS_DATA.get(service, 'all of it')}") for label, service in resources.items())
