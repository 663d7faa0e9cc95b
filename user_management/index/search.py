"""Finding users in the index: one builder of conditions over two small backends.

A page of results is found in one of two ways. First what comes first in the wanted order is looked through, up to some
thousand rows: what is common is found there at once, while an index of texts would have to collect every hit before
they could be sorted. What is rare is then found through the index of texts, quickly, because the hits are few.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import ModuleType
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.timezone import make_aware

from user_management.index import search_postgres, search_sqlite
from user_management.index.expressions import contains, is_after, is_before, value_of
from user_management.index.models import IndexedMember, IndexedUser, SearchIndex
from user_management.index.text import BREAK, fold, mark

SAMPLE = 500
COMMON = 0.05
"""What stands in this part of a sample is counted by looking through the rows, not through the index of texts."""
COLUMNS = {
    "username": "by_username",
    "email": "by_email",
    "phone_number": "by_phone_number",
    "name": "by_name",
    "status": "status",
    "enabled": "enabled",
    "created": "created",
    "modified": "modified",
}
"""What can be sorted by without reading texts."""
NEVER_EMPTY = ("by_username", "status", "enabled")
LONG_ENOUGH = 100
"""Rows to look through for each wanted one, where many are wanted at a time."""
SHORTEST = 3
"""Fewer characters are found where a value begins with them: the indexes know sequences of three."""
ANYWHERE, BEGINS, IS = "anywhere", "begins", "is"


@dataclass(frozen=True, slots=True)
class Condition:
    """`text` stands in the value of `attribute`, or in any value where that is ""."""

    text: str
    attribute: str = ""
    where: str = ANYWHERE


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another in UTC, the last one included; None where that side is open."""

    first: date | None = None
    last: date | None = None

    def condition(self, column: str) -> Q:
        found = Q()
        if self.first:
            found &= Q(**{f"{column}__gte": make_aware(datetime.combine(self.first, time.min))})
        if self.last and self.last < date.max:
            found &= Q(**{f"{column}__lt": make_aware(datetime.combine(self.last + timedelta(days=1), time.min))})
        return found


@dataclass(frozen=True, slots=True)
class Search:
    """Everything must hold. `sort` is a key of COLUMNS or an indexed attribute."""

    conditions: tuple[Condition, ...] = ()
    status: str = ""
    enabled: bool | None = None
    group: str = ""
    created: Days = Days()
    modified: Days = Days()
    sort: str = "username"
    descending: bool = False

    @property
    def is_everybody(self) -> bool:
        return self == Search(sort=self.sort, descending=self.descending)


@dataclass(frozen=True, slots=True)
class Total:
    """How many there are; more than the backend's COUNTED are not counted: "1,000+" says enough."""

    number: int
    is_complete: bool = True

    def __str__(self) -> str:
        return f"{self.number:,}" if self.is_complete else f"{self.number:,}+"


Cursor = tuple[Any, int] | None
"""The sort key and id of the last row that was seen. None: the beginning."""


def backend() -> ModuleType:
    return search_postgres if connection.vendor == "postgresql" else search_sqlite


def page(index: SearchIndex, search: Search, after: Cursor, size: int) -> list[tuple[IndexedUser, Any]]:
    """At most `size` rows after the cursor, each with its sort key. Rows without a key stand last."""
    rows: list[tuple[IndexedUser, Any]] = []
    key = _sort_key(index, search)
    if after is None or after[0] is not None:
        present = index.rows.filter(**{f"{key}__isnull": False}) if key else _with_value(index, search.sort)
        rows = _segment(index, search, present, key or "value", after, size)
    if len(rows) < size and key not in NEVER_EMPTY:
        missing = index.rows.filter(**{f"{key}__isnull": True}) if key else _without_value(index, search.sort)
        start = after if after is not None and after[0] is None else None
        rows += _segment(index, search, missing, None, start, size - len(rows))
    return rows


def first_page(index: SearchIndex, search: Search, size: int) -> tuple[list[tuple[IndexedUser, Any]], Total]:
    """The first `size` rows, and how many match. Where all fit, nothing needs to be counted."""
    rows = page(index, search, None, size)
    return rows, Total(len(rows)) if len(rows) < size else count(index, search)


def count(index: SearchIndex, search: Search) -> Total:
    """How many users match, counted up to the backend's COUNTED."""
    if search.is_everybody:
        return Total(index.users)
    limit, common = backend().COUNTED, False
    if search.conditions:
        sample = index.rows.order_by("by_username", "id").values("pk")[:SAMPLE]
        met = index.rows.filter(_conditions(index, search, walk=True), pk__in=sample).count()
        common = met >= SAMPLE * COMMON
    found = index.rows.filter(_conditions(index, search, walk=common)).order_by()
    number = found.values("pk")[: limit + 1].count()
    return Total(min(number, limit), number <= limit)


def _sort_key(index: SearchIndex, search: Search) -> str:
    """The column of the sort key; "" where it is read from the text."""
    return COLUMNS.get(search.sort, "")


def _with_value(index: SearchIndex, attribute: str) -> QuerySet[IndexedUser]:
    slot = index.slot(attribute)
    assert slot is not None
    return index.rows.annotate(value=value_of(slot)).filter(contains(F("text"), mark(slot)))


def _without_value(index: SearchIndex, attribute: str) -> QuerySet[IndexedUser]:
    slot = index.slot(attribute)
    assert slot is not None
    return index.rows.exclude(contains(F("text"), mark(slot)))


def _segment(
    index: SearchIndex, search: Search, rows: QuerySet[IndexedUser], key: str | None, after: Cursor, size: int
) -> list[tuple[IndexedUser, Any]]:
    """Matching rows among `rows` in the order of `key` (None: of the ids alone), after the cursor."""
    sign = "-" if search.descending else ""
    names = [key, "id"] if key else ["id"]
    order = [f"{sign}{name}" for name in names]
    if after is not None:
        rows = rows.filter(is_after(names, _values(names, after), descending=search.descending))
    found: list[IndexedUser] | None = None
    if search.is_everybody:
        found = list(rows.order_by(*order)[:size])
    elif key != "value":
        found = _walk(index, search, rows, names, order, size)
    if found is None:
        # An order that no index gives, so that the database begins with the hits and not with the order.
        whole = rows.filter(_conditions(index, search, walk=False)).alias(last=Coalesce(F(names[0]), F(names[0])))
        ordered = whole.order_by(*(f"{sign}{name}" for name in ("last", *names[1:])))
        found = list(ordered[:size])
    return [(row, getattr(row, key) if key else None) for row in found]


def _walk(
    index: SearchIndex, search: Search, rows: QuerySet[IndexedUser], names: list[str], order: list[str], size: int
) -> list[IndexedUser] | None:
    """The page, if it is full before some thousand rows are looked through or the rows end. None: it is not."""
    short, long = backend().WALK, max(backend().LONG_WALK, LONG_ENOUGH * size)
    found, ended = _looked_through(index, search, rows, names, order, size, short)
    if not ended and len(found) < size and len(found) * long >= size * short > 0:
        # As many as these are further on, the page will be full before the longer walk ends.
        found, ended = _looked_through(index, search, rows, names, order, size, long)
    return found if ended or len(found) == size else None


def _looked_through(
    index: SearchIndex,
    search: Search,
    rows: QuerySet[IndexedUser],
    names: list[str],
    order: list[str],
    size: int,
    limit: int,
) -> tuple[list[IndexedUser], bool]:
    """What matches among the first `limit` rows, and whether these were all."""
    end = rows.order_by(*order).values_list(*names)[limit : limit + 1].first()
    looked = rows.filter(_conditions(index, search, walk=True))
    if end is not None:
        looked = looked.filter(is_before(names, end, descending=search.descending))
    return list(looked.order_by(*order)[:size]), end is None


def _values(names: Sequence[str], after: tuple[Any, int]) -> Sequence[Any]:
    return after if len(names) == 2 else after[1:]


def _conditions(index: SearchIndex, search: Search, *, walk: bool) -> Q:
    """All conditions; for a walk in such a form that no index of texts is used, and each row is judged by itself."""
    found = Q()
    if search.status:
        found &= Q(status=search.status)
    if search.enabled is not None:
        found &= Q(enabled=search.enabled)
    found &= search.created.condition("created") & search.modified.condition("modified")
    if search.group:
        members = IndexedMember.objects.filter(index=index, group=search.group)
        found &= (
            Q(Exists(members.filter(username=OuterRef("username"))))
            if walk
            else Q(username__in=members.values("username"))
        )
    texts: list[str] = []
    for condition in search.conditions:
        judged, indexed = _condition(index, condition)
        texts += indexed
        if walk:
            judged &= _each(indexed)
        found &= judged
    if texts and not walk:
        found &= backend().standing(texts)
    return found


def _each(texts: Iterable[str]) -> Q:
    """All of these stand in the row's text, which is looked through."""
    found = Q()
    for text in texts:
        found &= Q(contains(F("text"), text))
    return found


def _condition(index: SearchIndex, condition: Condition) -> tuple[Q, list[str]]:
    """What each row is judged by, and what must stand in its text besides, which an index of texts can tell."""
    text = fold(condition.text.strip())
    if not text:
        # A condition of which nothing is left must not mean everybody.
        return Q(pk__in=[]), []
    begin = BREAK
    if condition.attribute:
        slot = index.slot(condition.attribute)
        if slot is None:
            # Nobody has a value of an attribute that is not here.
            return Q(pk__in=[]), []
        begin = mark(slot)
        if condition.where == ANYWHERE:
            # The text may stand in another attribute's value, so this one's is read.
            return _each([begin]) & Q(contains(value_of(slot), text)), [text] if len(text) >= SHORTEST else []
    if condition.where == IS:
        return Q(), [f"{begin}{text}{BREAK}"]
    if condition.where == BEGINS or len(text) < SHORTEST:
        return Q(), [f"{begin}{text}"]
    return Q(), [text]
