"""The matrix as the template draws it: cells with addresses, columns with menus, and the summary above them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString

from admin_ui.matrix.addresses import Addresses, MenuItem
from admin_ui.matrix.rows import Cell, Matrix, Row
from admin_ui.matrix.values import Facts
from environments.permissions import Permission
from web.components.marks import ago, icon, status

Granted = Mapping[str, frozenset[Permission]]
"""What the reader may do in each environment, by its name."""
MANY = 5
"""Columns beyond which the table has a height of its own, so that the names of the environments stay in sight."""


@dataclass(frozen=True, slots=True)
class DrawnRow:
    row: Row
    cells: SafeString


@dataclass(frozen=True, slots=True)
class DrawnGroup:
    title: str
    rows: Sequence[DrawnRow]


@dataclass(frozen=True, slots=True)
class DrawnColumn:
    facts: Facts
    address: str
    menu: SafeString


def columns_of(matrix: Matrix, addresses: Addresses, granted: Granted) -> list[DrawnColumn]:
    return [
        DrawnColumn(
            facts, addresses.of("environment", facts.name), _menu(addresses.menu(facts.name, granted[facts.name]))
        )
        for facts in matrix.columns
    ]


def _menu(items: Iterable[MenuItem]) -> SafeString:
    return SafeString(
        "".join(f'<li><a href="{escape(item.address)}">{icon(item.icon)}{item.label}</a></li>' for item in items)
    )


# The same few words stand in many cells. Typed, because text that is marked safe equals the same text that is not.
_status = lru_cache(maxsize=512, typed=True)(status)


def groups_of(matrix: Matrix, addresses: Addresses, granted: Granted) -> list[DrawnGroup]:
    begun = {facts.name: f'<td data-label="{escape(facts.name)}"' for facts in matrix.columns}

    def draw(row: Row) -> DrawnRow:
        cells = (
            f"{begun[cell.column]}{_EMPTY}"
            if cell.is_empty
            else f"{begun[cell.column]}{_rest(cell, _address(cell, addresses, granted[cell.column]))}"
            for cell in row.cells
        )
        return DrawnRow(row, SafeString("".join(cells)))

    return [DrawnGroup(group.title, [draw(row) for row in group.rows]) for group in matrix.groups]


def _address(cell: Cell, addresses: Addresses, granted: frozenset[Permission]) -> str:
    """Where one changes what the cell says, or looks at it; "" for those who may not."""
    value = cell.value
    if value.job:
        return addresses.of_job(value.job)
    return addresses.reachable(value.to, cell.column, granted) if value.to else ""


_EMPTY = ' class="nothing"><span class="secondary">–</span></td>'


def _rest(cell: Cell, address: str) -> str:
    """A table cell but for its beginning. There are hundreds on one page, too many for a template to draw in time;
    whatever is text from elsewhere is escaped here."""
    value = cell.value
    if value.state:
        shown = str(_status(value.state, value.text))
    elif value.when:
        shown = str(ago(value.when))
    else:
        shown = f'<span class="matrix-name">{escape(value.text)}</span>'
    if address:
        title = f' title="{escape(value.full)}"' if value.full else ""
        # Resources, and what is missing, stand out as links; other values are read before anybody changes them.
        plain = "" if value.is_id or value.invites else ' class="plain"'
        shown = f'<a{plain} href="{escape(address)}"{title}>{shown}</a>'
    elif value.full:
        shown = f'<span title="{escape(value.full)}">{shown}</span>'
    if value.detail:
        shown += f'<span class="small secondary{" mono" if value.is_id else ""}">{escape(value.detail)}</span>'
    if mark := cell.unlike or cell.shared:
        return f' class="marked"><div>{shown}<span class="small mark">{escape(mark)}</span></div></td>'
    return f"><div>{shown}</div></td>"


@dataclass(frozen=True, slots=True)
class Count:
    """A line of the summary: a state of the look's vocabulary, and words with a number in them."""

    state: str
    words: str


def summary(columns: Sequence[Facts]) -> Iterator[Count]:
    """What needs somebody, worst first, or that nothing does."""
    linked = [one for one in columns if one.outputs is not None]
    backends = [one.backend[0] for one in columns if one.backend is not None]
    required = sum(one.outputs is None and one.is_amplify for one in columns)
    needing = (
        ("fail", sum(one.health == "fail" for one in linked), "failing"),
        ("fail", backends.count("fail"), "that cannot be pushed"),
        ("warn", sum(bool(one.drifted) for one in linked), "drifted"),
        ("warn", sum(bool(one.trouble) for one in linked), "not checked of late"),
        ("warn", backends.count("warn"), "to push"),
        ("warn", required, "without the required import"),
        ("stopped", len(columns) - len(linked) - required, "not linked"),
    )
    yield from (Count(state, f"{number} {words}") for state, number, words in needing if number)
    if linked and not any(number for state, number, _ in needing if state != "stopped"):
        yield Count("pass", "Nothing failing, nothing drifted")


@dataclass(frozen=True, slots=True)
class Age:
    """How old what is shown is: the oldest and the newest moment, None where nothing was ever read."""

    oldest: datetime | None
    newest: datetime | None
    oldest_of: str = ""

    @property
    def is_one(self) -> bool:
        return self.oldest == self.newest


def age(moments: Sequence[tuple[datetime | None, str]]) -> Age:
    known = sorted((when, name) for when, name in moments if when)
    return Age(known[0][0], known[-1][0], known[0][1]) if known else Age(None, None)
