"""The rows of the matrix, and what is marked in them. Pure.

Environments are columns, production first and then by name, so that what everything else is measured by stands beside
the names of the rows. A value that environments should share is marked where it differs; an id that each should have
for itself is marked where it is shared.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from admin_ui.matrix import values
from admin_ui.matrix.values import Facts, Value

ALIKE_FROM = 3
"""Columns from which repeating one value in all of them is tiresome on a narrow page."""
NAMED = 2
"""Environments that a cell names when they share a resource; of more it gives the number."""


class Compare(StrEnum):
    """How the values of a row stand to each other."""

    AGREE = "agree"
    """They should be the same everywhere; one that is not is marked."""
    OWN = "own"
    """Each environment should have its own; one that several have is marked."""
    FREE = "free"
    """They may differ, and the row says whether they do."""
    STATE = "state"
    """As FREE, but the states speak for themselves."""
    NEVER = "never"
    """They differ by their nature."""


@dataclass(frozen=True, slots=True)
class RowSpec:
    """One row: its key in JSON, its title, what it means where the title does not say so, and how it is read."""

    key: str
    title: str
    compare: Compare
    value: Callable[[Facts], Value]
    help: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in its column. `unlike` and `shared` are the words of its mark, or empty."""

    column: str
    value: Value
    unlike: str = ""
    shared: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.value.text or self.value.when)


@dataclass(frozen=True, slots=True)
class Row:
    spec: RowSpec
    cells: tuple[Cell, ...]
    mark: str = ""
    """"Differs", "Shared" or nothing."""
    differs: bool = False
    """Whether it stays when only differences are asked for."""
    alike: str = ""
    """Whom its one value is of, "All" or "All linked", where a narrow page may show it once; else empty."""

    @property
    def is_alarming(self) -> bool:
        """Whether the mark asks for attention, rather than telling what may well be meant."""
        return bool(self.mark) and self.spec.compare in (Compare.AGREE, Compare.OWN)


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    columns: tuple[Facts, ...]
    groups: tuple[Group, ...]

    @property
    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]

    @property
    def differing(self) -> int:
        return sum(row.differs for row in self.rows)

    def only_differences(self) -> "Matrix":
        kept = (Group(group.title, tuple(row for row in group.rows if row.differs)) for group in self.groups)
        return Matrix(self.columns, tuple(group for group in kept if group.rows))


FILES = "It covers user pool, clients, identity pool and settings, not APIs or buckets."
SPECS: tuple[tuple[str, tuple[RowSpec, ...]], ...] = (
    (
        "State",
        (
            RowSpec("health", "Health", Compare.STATE, values.health),
            RowSpec(
                "drift",
                "Drift",
                Compare.STATE,
                values.drift,
                "What changed in Cognito since the resources were linked. The generated files carry the older values.",
            ),
            RowSpec("checked", "Last checked", Compare.NEVER, values.checked),
            RowSpec("unfinished", "Unfinished", Compare.STATE, values.work),
            RowSpec(
                "backend",
                "Amplify backend",
                Compare.STATE,
                values.backend,
                "What the backend in the cloud had when it was last read, beside what is linked here.",
            ),
            RowSpec("last_push", "Last push", Compare.NEVER, values.last_push),
        ),
    ),
    (
        "Cognito",
        (
            RowSpec("user_pool", "User pool", Compare.OWN, values.user_pool),
            RowSpec("web_client", "Web client", Compare.OWN, values.web_client),
            RowSpec("mobile_client", "Mobile client", Compare.OWN, values.mobile_client),
            RowSpec("identity_pool", "Identity pool", Compare.OWN, values.identity_pool),
            RowSpec("authenticated_role", "Authenticated role", Compare.OWN, values.authenticated_role),
            RowSpec("unauthenticated_role", "Unauthenticated role", Compare.OWN, values.unauthenticated_role),
            RowSpec(
                "origin",
                "Origin",
                Compare.FREE,
                values.origin,
                "Whether the resources existed before and were imported, or were made by this console, which can "
                "remove them together with their users.",
            ),
            RowSpec("guest_access", "Guest access", Compare.AGREE, values.guest_access),
            RowSpec("sign_in", "Sign-in", Compare.AGREE, values.sign_in),
            RowSpec("mfa", "MFA", Compare.AGREE, values.mfa),
            RowSpec("password_policy", "Password policy", Compare.AGREE, values.password_policy),
        ),
    ),
    (
        "Files",
        (
            RowSpec(
                "settings_version",
                "Settings",
                Compare.AGREE,
                values.settings_version,
                "A digest of the sign-in settings in the generated files, without ids, names and addresses. Where it "
                "is equal, apps are configured alike.",
            ),
            RowSpec(
                "file_version",
                "Version",
                Compare.NEVER,
                values.file_version,
                "A digest of the whole authentication in the generated files: it changes with any of its values. "
                f"{FILES} Below it stands the schema version of amplify_outputs.json.",
            ),
        ),
    ),
    (
        "Place",
        (
            RowSpec("kind", "Kind", Compare.FREE, values.kind),
            RowSpec("region", "Region", Compare.FREE, values.region),
            RowSpec(
                "account",
                "AWS account",
                Compare.FREE,
                values.account,
                "The account in the ARN of the assumed role, or else of the linked roles or the backend's stack.",
            ),
        ),
    ),
)


def in_order(environments: Iterable[Facts]) -> tuple[Facts, ...]:
    """Production first, then by name."""
    return tuple(sorted(environments, key=lambda one: (not one.production, one.name)))


def build(environments: Iterable[Facts]) -> Matrix:
    """The matrix of these environments. A row that says nothing about any of them is left out."""
    columns = in_order(environments)
    groups = []
    for title, specs in SPECS:
        rows = tuple(row for spec in specs if (row := _row(spec, columns)))
        if rows:
            groups.append(Group(title, rows))
    return Matrix(columns, tuple(groups))


def _row(spec: RowSpec, columns: Sequence[Facts]) -> Row | None:
    found = [spec.value(facts) for facts in columns]
    if not any(value.text or value.when for value in found):
        return None
    keys = [value.key for value in found]
    distinct = {one for one in keys if one is not None}
    if spec.compare is Compare.OWN:
        return _own(spec, columns, found, keys)
    differs = len(distinct) > 1 and spec.compare is not Compare.NEVER
    mark = "Differs" if differs and spec.compare in (Compare.AGREE, Compare.FREE) else ""
    usual, words = _usual(columns, keys) if mark and spec.compare is Compare.AGREE else (None, "")
    cells = tuple(
        Cell(facts.name, value, unlike=words if usual is not None and one not in (None, usual) else "")
        for facts, value, one in zip(columns, found, keys, strict=True)
    )
    return Row(spec, cells, mark, differs, _alike(found))


def _alike(found: Sequence[Value]) -> str:
    """Whom the value of the first column is of, if all that have one have the same."""
    shown = {(one.text, one.detail, one.state) for one in found if one.text}
    if len(found) < ALIKE_FROM or len(shown) != 1 or not found[0].text or any(one.when for one in found):
        return ""
    return "All" if all(one.text for one in found) else "All linked"


def _usual(columns: Sequence[Facts], keys: Sequence[Any]) -> tuple[Any, str]:
    """What the others are measured by, and how that is said: production's value, or else that of more than half.

    None where neither exists: then the row alone says that its values differ.
    """
    production = [(facts.name, one) for facts, one in zip(columns, keys, strict=True) if facts.production]
    known = {one for _, one in production if one is not None}
    if len(known) == 1:
        return known.pop(), f"Unlike {production[0][0]}" if len(production) == 1 else "Unlike production"
    if known:
        return None, ""
    counted = Counter(one for one in keys if one is not None)
    value, number = counted.most_common(1)[0]
    return (value, "Unlike the others") if number * 2 > counted.total() else (None, "")


def _own(spec: RowSpec, columns: Sequence[Facts], found: Sequence[Value], keys: Sequence[Any]) -> Row:
    holders: dict[Any, list[str]] = {}
    for facts, one in zip(columns, keys, strict=True):
        if one is not None:
            holders.setdefault(one, []).append(facts.name)
    cells = tuple(
        Cell(facts.name, value, shared=_shared_with(holders.get(one, ()), facts.name))
        for facts, value, one in zip(columns, found, keys, strict=True)
    )
    is_shared = any(cell.shared for cell in cells)
    return Row(spec, cells, "Shared" if is_shared else "", is_shared)


def _shared_with(holders: Sequence[str], name: str) -> str:
    """Production, being the first column, is named first."""
    others = [one for one in holders if one != name]
    if not others:
        return ""
    more = len(others) - NAMED
    named = ", ".join(others[:NAMED])
    return f"Shared with {named}" + (f" and {more} more" if more > 0 else "")


def as_json(matrix: Matrix, project: str) -> list[dict[str, Any]]:
    """One object for each environment, in the order of the columns, under the names of the rows.

    Every key is there, whether or not the page has a use for its row. Resources are given by id or ARN, and null where
    there is none. `differs` names the rows whose values should agree and do not, where the environment is unlike the
    usual one, or where none is usual; `shared` the rows of resources that other environments have too.
    """
    differs: dict[str, list[str]] = {facts.name: [] for facts in matrix.columns}
    shared: dict[str, list[str]] = {facts.name: [] for facts in matrix.columns}
    for row in matrix.rows:
        nobody_is_usual = row.spec.compare is Compare.AGREE and row.differs and not any(c.unlike for c in row.cells)
        for cell in row.cells:
            if cell.unlike or (nobody_is_usual and cell.value.plain is not None):
                differs[cell.column].append(row.spec.key)
            if cell.shared:
                shared[cell.column].append(row.spec.key)
    return [
        {
            "project": project,
            "environment": facts.name,
            "production": facts.production,
            **{spec.key: _json(spec.value(facts).plain) for _, specs in SPECS for spec in specs},
            "user_pool_name": facts.outputs.user_pool_name if facts.outputs else None,
            "ignored_drift": facts.ignored if facts.outputs else None,
            "differs": differs[facts.name],
            "shared": shared[facts.name],
        }
        for facts in matrix.columns
    ]


def _json(plain: Any) -> Any:
    return plain.isoformat(timespec="seconds") if isinstance(plain, datetime) else plain
