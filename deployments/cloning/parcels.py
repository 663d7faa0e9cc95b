"""What can come along from the source, each on its own tick: from what is known of its backend, and from its groups."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_import.rules.reading import fault_words
from aws.errors import Fault
from aws.resources import Group
from backend_state.models import KnownBackend
from deployments.cloning.plan import Carried, Resources
from environments.models import Environment

NAMED = 8
"""Names told in a sentence; more are counted."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """`contents` are names of the source's. With a `refusal` it cannot come along; a `note` says what it will need."""

    kind: Carried
    title: str
    text: str
    refusal: str = ""
    note: str = ""
    contents: tuple[str, ...] = ()


def parcels_of(
    source: Environment | None,
    known: KnownBackend | None,
    *,
    resources: Resources,
    groups: Sequence[Group] | Fault | None,
    new_groups: Sequence[Group] | Fault | None,
) -> tuple[Parcel, ...]:
    """What the source has. `groups` are those of its user pool, None where the new environment uses the same pool."""
    if source is None:
        return ()
    found = list(_of_backend(source, known, resources)) if source.is_amplify else []
    if groups is not None:
        found.append(_groups(source, groups, new_groups))
    return tuple(found)


def _of_backend(source: Environment, known: KnownBackend | None, resources: Resources) -> list[Parcel]:
    if known is None:
        refusal = f"The console has not read the backend of {source.name} yet. Pull it, then come back to this page."
        return [
            Parcel(Carried.DATA_MODEL, "Data model", "The GraphQL API with its schema.", refusal),
            Parcel(Carried.FUNCTIONS, "Functions' settings", "The functions with their settings.", refusal),
        ]
    labels: dict[str, str] = known.facts.get("resources", {})
    apis = tuple(label.partition("/")[2] for label, service in sorted(labels.items()) if service == "AppSync")
    functions = tuple(label.partition("/")[2] for label in sorted(labels) if label.startswith("function/"))
    parcels = []
    if apis:
        asks_users = any(one["resource"].startswith("api/") for one in known.facts.get("dependents", ()))
        needs = asks_users and resources in (Resources.NONE, Resources.SCRATCH)
        parcels.append(
            Parcel(
                Carried.DATA_MODEL,
                "Data model",
                f"The schema of {listed(apis)}, with its authorization rules. No record of any table is copied.",
                note="Its rules ask a user pool: push it after the environment has Cognito resources." if needs else "",
                contents=apis,
            )
        )
    if functions:
        parcels.append(
            Parcel(
                Carried.FUNCTIONS,
                "Functions' settings",
                f"{listed(functions)}: code and settings as in {source.name}. No secret is copied.",
                contents=functions,
            )
        )
    return parcels


def _groups(source: Environment, groups: Sequence[Group] | Fault, new_groups: Sequence[Group] | Fault | None) -> Parcel:
    title = "Groups"
    for read, whose in ((groups, f"of {source.name}"), (new_groups, "of the chosen user pool")):
        if isinstance(read, Fault):
            words = f"The groups {whose} could not be read: {fault_words(read)}."
            return Parcel(Carried.GROUPS, title, "The groups' names.", words)
    assert not isinstance(groups, Fault)
    assert not isinstance(new_groups, Fault)
    if not groups:
        return Parcel(Carried.GROUPS, title, "The groups' names.", f"The user pool of {source.name} has no group.")
    present = {group.name for group in new_groups or ()}
    coming = tuple(group.name for group in groups if group.name not in present)
    skipped = [group.name for group in groups if group.name in present]
    if not coming:
        words = "The chosen user pool has all of them already; none of these is changed."
        return Parcel(Carried.GROUPS, title, listed([group.name for group in groups]), words)
    text = (
        f"{listed(coming)}: names, descriptions, precedence and, inside one account, roles. "
        "Nobody becomes a member of them."
    )
    note = f"Skipped, because the chosen user pool has groups of these names: {listed(skipped)}." if skipped else ""
    return Parcel(Carried.GROUPS, title, text, note=note, contents=coming)


def listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
