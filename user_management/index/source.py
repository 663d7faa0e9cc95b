"""The index as a source of the list of users: what Cognito cannot be asked, and in any order."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive

from aws.resources import Page
from aws.user_resources import CognitoUser
from user_management.index import search
from user_management.index.models import SearchIndex
from user_management.index.search import ANYWHERE, BEGINS, IS, Condition, Days, Search, Total
from user_management.index.services import index_of
from user_management.index.text import storable
from user_management.listing.query import BadQuery, UserQuery
from user_management.place import Place


@dataclass(frozen=True, slots=True)
class Counted(Page[CognitoUser]):
    """The first page, and how many users match altogether; the pages after it tell no number."""

    total: Total | None = None


PAGE = 500
"""Users at a time while all of them are read."""
WHERE = {"": ANYWHERE, "begins": BEGINS, "is": IS}
FACTS = ("username", "status", "enabled", "created", "modified")
"""What every row has, whatever was chosen."""
TRUE = ("true", "yes", "enabled", "1")
MOST = 2**63
"""Numbers of rows are smaller."""


class IndexSource:
    """Answers whatever the index of this environment holds; live lists stay with Cognito."""

    calls_aws = False

    def serves(self, place: Place, query: UserQuery) -> bool:
        return bool(query.needs_index) and not self.lacks(place, query)

    def lacks(self, place: Place, query: UserQuery) -> str:
        """Why the index cannot answer this, in words; "" when it can."""
        index = index_of(place)
        if index is None or not index.enabled:
            return "The search index of this environment is off."
        if not index.is_usable:
            return "The search index is being filled for the first time."
        if query.group and not index.filled_groups:
            return "Groups are not part of the search index."
        for name in (*query.attributes, query.attribute, query.sort.removeprefix("-")):
            if name and name not in FACTS and not index.holds(name):
                return f"The search index does not hold {name}."
        return ""

    def unheld(self, place: Place, keys: Iterable[str]) -> frozenset[str]:
        """Those of these columns that no user of the index has."""
        index = _index(place)
        return frozenset(key for key in keys if key not in FACTS and not index.holds(key))

    def page(self, place: Place, query: UserQuery, token: str, size: int) -> Counted:
        """Raises BadQuery for a token that is not one of ours."""
        return self._page(_index(place), search_of(query), token, size)

    def iterate(self, place: Place, query: UserQuery) -> Iterator[CognitoUser]:
        """Page by page, each from the last row of the one before, so that nobody is met twice."""
        index, wanted, token = _index(place), search_of(query), ""
        while True:
            page = self._page(index, wanted, token, PAGE)
            yield from page.items
            token = page.next_token
            if not token:
                return

    def _page(self, index: SearchIndex, wanted: Search, token: str, size: int) -> Counted:
        total = None
        if token:
            rows = search.page(index, wanted, _cursor(token, wanted.sort), size + 1)
        else:
            rows, total = search.first_page(index, wanted, size + 1)
        more = len(rows) > size
        last, key = rows[size - 1] if more else (None, None)
        next_token = _token(key, last.pk) if last is not None else ""
        return Counted(tuple(row.user for row, _ in rows[:size]), next_token, total)

    def total(self, place: Place, query: UserQuery) -> Total:
        """How many users match."""
        return search.count(_index(place), search_of(query))

    def freshness(self, place: Place) -> str:
        return f"From the search index, {_index(place).age_words}. Changes made in this console are in it already."


def _index(place: Place) -> SearchIndex:
    index = index_of(place)
    if index is None or not index.is_usable:
        # Between the question and the answer somebody has wiped it.
        raise BadQuery("The search index was turned off a moment ago.", code="IndexGone")
    return index


def search_of(query: UserQuery) -> Search:
    """The query in the index's terms."""
    conditions = [Condition(text, name) for name, text in query.attributes.items()]
    status, enabled = query.status, query.enabled
    where = ANYWHERE if query.contains else WHERE[query.match]
    if query.text and query.attribute == "enabled":
        enabled = query.text.lower() in TRUE
    elif query.text and query.attribute == "status":
        status = query.text.upper().replace(" ", "_")
    elif query.text:
        conditions.append(Condition(query.text, query.attribute, where))
    return Search(
        conditions=tuple(conditions),
        status=status,
        enabled=enabled,
        group=query.group,
        created=Days(query.created_from, query.created_to),
        modified=Days(query.modified_from, query.modified_to),
        sort=query.sort.removeprefix("-") or "username",
        descending=query.sort.startswith("-"),
    )


def _token(key: Any, pk: int) -> str:
    shown = {"at": key.isoformat()} if isinstance(key, datetime) else key
    return base64.urlsafe_b64encode(json.dumps([shown, pk]).encode()).decode()


def _cursor(token: str, sort: str) -> search.Cursor:
    """Where the list goes on. Databases refuse to compare a date with a text, so the key must be one of this order."""
    kind = {"created": datetime, "modified": datetime, "enabled": bool}.get(sort, str)
    try:
        key, pk = json.loads(base64.urlsafe_b64decode(token.encode()))
        if isinstance(key, dict):
            key = parse_datetime(key["at"])
            if key is None or is_naive(key):
                raise ValueError
        if type(pk) is not int or not 0 < pk < MOST or not (key is None or isinstance(key, kind)):
            raise ValueError
        if isinstance(key, str) and key != storable(key):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise BadQuery("This address does not lead on in the list any more.", code="BadToken") from error
    return key, pk


INDEX = IndexSource()
