"""What only AWS can say about rules: groups that the pool does not have, and groups nobody is in."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_import.pickers import Unread
from aws.errors import AwsError
from data_authorization import groups, presentation
from data_authorization.graphql_schema import lint
from data_authorization.graphql_schema.access import groups_named
from data_authorization.graphql_schema.schema import Schema
from environments.models import Environment

MOST_COUNTED = 60
"""How many groups are asked for a member: one call each, of a quota that the live app shares."""

SHOWN = 40
"""Findings; somebody whose pool lacks more groups than that has probably linked another pool."""


@dataclass(frozen=True, slots=True)
class GroupFindings:
    """`named` counts the groups in rules; `uncounted` those of them that were not asked for a member.

    `left` counts the findings that are not among those shown.
    """

    named: int
    found: tuple[presentation.Finding, ...] = ()
    left: int = 0
    uncounted: int = 0
    unread: Unread | None = None
    members_unread: Unread | None = None


def find(environment: Environment, schema: Schema, modes: Sequence[str], *, type: str = "") -> GroupFindings:
    """Ask the pool about the groups that rules name, those of one type if it is named. What is unread says so."""
    names = groups_named(schema, (type,) if type else None)
    if not names:
        return GroupFindings(0)
    known = groups.groups_of_pool(environment)
    if isinstance(known, Unread):
        return GroupFindings(len(names), unread=known)
    of_pool = set(known)
    there = [name for name in names if name in of_pool]
    empty, unread = frozenset[str](), None
    try:
        empty = groups.empty_groups(environment, there[:MOST_COUNTED])
    except AwsError as error:
        unread = Unread.of(error)
    said = set(presentation.problems_of(schema, modes))
    found = lint.notices(schema, modes=tuple(modes) or None, known_groups=known, empty_groups=empty)
    news = [one for one in found if one not in said and (not type or (one.place and one.place.type == type))]
    gathered = presentation.gathered(news, by_text=True)
    return GroupFindings(
        len(names),
        tuple(gathered[:SHOWN]),
        left=len(gathered[SHOWN:]),
        uncounted=len(there[MOST_COUNTED:]),
        members_unread=unread,
    )
