"""What the list of users shows for one request: how the query was understood, and a page of users or why not."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from aws.errors import AwsError, Rejected
from aws.resources import Page
from aws.user_resources import CognitoUser
from environments import access
from environments.permissions import Permission
from user_management.bulk.operations import OPERATIONS
from user_management.listing import columns as columns_
from user_management.listing.columns import Column
from user_management.listing.live import Listed
from user_management.listing.models import LARGEST, SIZES, ListPreference
from user_management.listing.query import ATTRIBUTES, CUSTOM, DATES, STATES, BadQuery, UserQuery
from user_management.listing.recognition import Reading, condition, readings
from user_management.listing.rows import rows
from user_management.listing.sources import NeedsIndex, Source, is_served, source_for, unheld_of
from user_management.place import Place
from user_management.pool_rules import Rules, rules_of

OTHERS_AT_MOST = 4
IN_THE_FORM = ("q", "attribute", "status", "enabled", "anywhere", "group", *DATES)
"""The conditions that have a control of their own, the first four always; others travel along unseen."""


@dataclass
class Screen:
    """The page's content. With an `error` there are no users."""

    place: Place
    query: UserQuery = field(default_factory=UserQuery)
    size: int = LARGEST
    token: str = ""
    rules: Rules | None = None
    columns: tuple[Column, ...] = ()
    page: Page[CognitoUser] = Page(())
    reading: Reading | None = None
    others: tuple[Reading, ...] = ()
    freshness: str = ""
    unheld: frozenset[str] = frozenset()
    granted: frozenset[Permission] = frozenset()
    sortable: frozenset[str] = frozenset()
    """Keys of columns, and of the pool's own attributes, that the search index holds, and so can sort by."""
    error: AwsError | None = None
    typed: str = ""
    """What stands in the box, also when it is not understood."""

    @property
    def may_manage(self) -> bool:
        return Permission.MANAGE_USERS in self.granted

    @property
    def searched(self) -> str:
        """In words what is listed; "" when it is everybody."""
        text = [self.reading.words] if self.reading and self.query.text else []
        if self.query.text and not self.reading:
            text = [f"{self.query.attribute or 'any attribute'} contains “{self.query.text}”"]
        words = ", ".join([*text, *self.query.words()])
        return words[:1].upper() + words[1:]

    @property
    def narrowed(self) -> str:
        """What was compared here rather than by Cognito, with the honest figures; "" when nothing was."""
        read = self.page.read if isinstance(self.page, Listed) else 0
        return f"Narrowed here: {len(self.page.items):,} of {read:,} read" if read else ""

    @property
    def rows(self) -> SafeString:
        return rows(self.page.items, self.columns, self.place, choosing=self.may_manage, unheld=self.unheld)

    @property
    def about(self) -> str:
        """How many users the pool has, as far as anybody can tell."""
        estimated = self.rules.people.pool.estimated_users if self.rules else None
        return "" if estimated is None else f"About {estimated:,} user{'' if estimated == 1 else 's'} in the pool."

    @property
    def params(self) -> dict[str, str]:
        return self.query.to_params()

    @property
    def address_query(self) -> str:
        return urlencode(self.params)

    @property
    def status(self) -> int:
        # What is refused, here or by AWS, lies in the address; the rest is AWS's.
        return 200 if self.error is None else 422 if isinstance(self.error, Rejected) else 502


def read_screen(request: HttpRequest, place: Place) -> Screen:
    """Everything the page shows. What AWS refuses becomes the screen's error, beside what was typed."""
    screen = Screen(place, typed=request.GET.get("q", ""), token=request.GET.get("token", ""))
    screen.granted = access.permissions(request, place.project, place.environment)
    preference = preference_of(request, place)
    screen.size = _size(request.GET, preference)
    try:
        screen.query = UserQuery.from_params(request.GET)
        screen.rules = rules_of(place)
        screen.columns = shown_columns(request.GET, preference, screen.rules)
        source = source_for(place, screen.query)
        _understand(screen, source)
        screen.page = source.page(place, screen.query, screen.token, screen.size)
        screen.freshness = source.freshness(place)
        shown = [column.key for column in screen.columns]
        screen.unheld = unheld_of(source, place, [*shown, "email_verified", "phone_number_verified"])
        screen.sortable = _sortable(screen)
    except AwsError as error:
        screen.error = error
    return screen


def _sortable(screen: Screen) -> frozenset[str]:
    by_any = UserQuery(sort="created")
    if screen.rules is None or not is_served(screen.place, by_any):
        return frozenset()
    keys = {column.key for column in columns_.columns_of(screen.rules.people)}
    return frozenset(keys - unheld_of(source_for(screen.place, by_any), screen.place, keys))


def _understand(screen: Screen, source: Source) -> None:
    """How the text was read, and what it could be besides. The index reads texts in its own way."""
    assert screen.rules is not None
    if screen.query.text and not screen.query.contains and not screen.query.needs_index:
        screen.reading = condition(screen.query, screen.rules.people)
        every = readings(screen.query, screen.rules.people)
        screen.others = tuple(one for one in every if one != screen.reading)[:OTHERS_AT_MOST]


def preference_of(request: HttpRequest, place: Place) -> ListPreference:
    """How this person wants the list; of nobody's own choice for scripts."""
    user = request.user
    if isinstance(user, AnonymousUser):
        return ListPreference(environment=place.environment)
    found = ListPreference.objects.filter(user=user, environment=place.environment).first()
    return found or ListPreference(user=user, environment=place.environment)


def shown_columns(params: Any, preference: ListPreference, rules: Rules, *, strict: bool = False) -> tuple[Column, ...]:
    """Those the address names, once each or with commas, else those the person chose, else those of a new list.

    With `strict`, a name that is no column raises BadQuery: a file may not have fewer columns than were asked for.
    """
    named = [key for text in params.getlist("columns") for key in text.split(",") if key]
    unknown = set(named) - {column.key for column in columns_.columns_of(rules.people)} if strict else set()
    if unknown:
        raise BadQuery(
            f"This pool has no column {', '.join(sorted(unknown))}.",
            code="NoSuchColumn",
            next_step="Columns are named as in the first line of an exported file.",
        )
    return columns_.chosen(named or preference.columns, rules.people)


def _size(params: Mapping[str, str], preference: ListPreference) -> int:
    asked = params.get("size", "")
    if asked.isascii() and asked.isdecimal() and len(asked) < 4 and int(asked):
        return min(int(asked), LARGEST)
    return preference.page_size


def page_context(screen: Screen) -> dict[str, Any]:
    """What the template needs beside the screen itself."""
    with_index = bool(screen.sortable or screen.query.needs_index)
    shown = IN_THE_FORM if with_index else IN_THE_FORM[:4]
    kept = {key: value for key, value in screen.params.items() if key not in shown and not key.startswith(CUSTOM)}
    every = columns_.columns_of(screen.rules.people) if screen.rules else ()
    # What is asked already stays in the form, so that somebody can take it out again.
    asked = {*screen.query.attributes, screen.query.attribute}
    own = [one.key for one in every if one.is_custom and (one.key in screen.sortable or one.key in asked)]
    return {
        **screen.place.context(),
        "screen": screen,
        "query": screen.query,
        "states": STATES,
        "searchable": ATTRIBUTES | {key: key for key in own if with_index},
        "with_index": with_index,
        "custom_filters": [(key, screen.query.attributes.get(key, "")) for key in own],
        "sizes": SIZES,
        "kept": kept,
        "readings": [(one, _link(screen, one)) for one in screen.others],
        "heads": _heads(screen),
        "index_url": _address("search-index", screen.place),
        "bulk_url": _address("bulk-users", screen.place) if screen.may_manage else "",
        "operations": [one for one in OPERATIONS.values() if one.permission in screen.granted],
        "needs_index": isinstance(screen.error, NeedsIndex),
        "every_column": every,
        "shown_keys": {column.key for column in screen.columns},
    }


def _link(screen: Screen, reading: Reading) -> str:
    other = replace(screen.query, text=reading.value, attribute=reading.attribute, match=reading.match)
    return f"?{urlencode(other.to_params())}"


def _heads(screen: Screen) -> list[tuple[Column, str, str]]:
    """Each column with the address that sorts by it ("" where nothing can), and how it is sorted now."""
    found = []
    for column in screen.columns:
        now = {column.key: "ascending", f"-{column.key}": "descending"}.get(screen.query.sort, "")
        other = replace(screen.query, sort=f"-{column.key}" if now == "ascending" else column.key)
        found.append((column, f"?{urlencode(other.to_params())}" if column.key in screen.sortable else "", now))
    return found


def _address(name: str, place: Place) -> str:
    try:
        return reverse(name, kwargs=place.names)
    except NoReverseMatch:
        return ""
