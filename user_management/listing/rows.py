"""Rows of the list of users as HTML. Sixty rows of ten cells are built here in a few milliseconds."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from aws.user_resources import CognitoUser
from user_management.listing.columns import Column, status_words
from user_management.names import token_of
from user_management.place import Place
from web.components.marks import MISSING, ago, icon, status

STATES = {
    "CONFIRMED": "pass",
    "UNCONFIRMED": "pending",
    "FORCE_CHANGE_PASSWORD": "warn",
    "RESET_REQUIRED": "warn",
    "EXTERNAL_PROVIDER": "info",
}
"""The colour and drawing of each status; an unknown one is shown like one that waits."""
LONGEST_CELL = 60
"""Characters of a value on the screen; the rest is in its title."""
LONGEST_SHOWN = 28
"""Characters of a value that are certain to be in sight, however wide they are."""
Cell = Callable[[CognitoUser], str]


def user_address(place: Place) -> Callable[[str], str]:
    """A function from user names to the addresses of their pages, much faster than as many reversals."""
    sample = "\x01"
    before, _, after = reverse("user", kwargs={**place.names, "username": sample}).rpartition(token_of(sample))
    return lambda username: f"{before}{token_of(username)}{after}"


def rows(
    users: Iterable[CognitoUser],
    columns: Sequence[Column],
    place: Place,
    *,
    choosing: bool,
    unheld: Collection[str] = (),
) -> SafeString:
    """The rows. With `choosing` each begins with a box to tick; the first column leads to the user's page.

    `unheld` are attributes that nobody knows where these users come from, which is not the same as having no value.
    """
    address = user_address(place)
    cells = [_unknown if column.key in unheld else _cell(column, unheld) for column in columns]
    before = [f' data-label="{escape(column.title)}"' for column in columns]
    parts: list[str] = []
    for user in users:
        name = escape(user.username)
        parts.append("<tr>" if user.enabled else '<tr class="suspended">')
        if choosing:
            label = escape(user.label)
            parts.append(
                f'<td class="select" data-label="Choose"><input type="checkbox" name="username" value="{name}"'
                f' aria-label="Choose {label}"></td>'
            )
        first = _cut(user.label) if _is_blank(user, columns[0].key) else cells[0](user)
        link = f'<a href="{escape(address(user.username))}">{first}</a>'
        parts.append(f'<th scope="row"{before[0]}>{link}</th>')
        parts += [f"<td{attributes}>{cell(user)}</td>" for attributes, cell in zip(before[1:], cells[1:], strict=True)]
        parts.append("</tr>\n")
    return SafeString("".join(parts))


def _is_blank(user: CognitoUser, key: str) -> bool:
    return key not in _FACTS and not user.attributes.get(key)


def _cut(text: str) -> str:
    shown = escape(text)
    if len(text) <= LONGEST_SHOWN:
        return shown
    # The page's style ends it with an ellipsis where there is no more room.
    begun = shown if len(text) <= LONGEST_CELL else f"{escape(text[:LONGEST_CELL].rstrip())}…"
    return f'<span class="cut" title="{shown}">{begun}</span>'


def _unknown(user: CognitoUser) -> str:
    return '<span class="unheld small" title="The search index does not hold this attribute">not in the index</span>'


def _cell(column: Column, unheld: Collection[str]) -> Cell:
    if column.key in _FACTS:
        return _FACTS[column.key]
    name = column.key
    if name in ("email", "phone_number") and f"{name}_verified" not in unheld:
        return lambda user: _verifiable(user, name)

    def attribute(user: CognitoUser) -> str:
        value = user.attributes.get(name, "")
        return _cut(value) if value else MISSING

    return attribute


def _verifiable(user: CognitoUser, name: str) -> str:
    value = user.attributes.get(name, "")
    if not value:
        return MISSING
    return f"{_cut(value)} {_verified()}" if user.is_verified(name) else f"{_cut(value)} {_unverified()}"


@lru_cache(maxsize=1)
def _verified() -> str:
    return f'<span class="verified" title="Verified">{icon("circle-check", label="verified")}</span>'


def _unverified() -> str:
    return '<span class="unverified small" title="Not verified">not verified</span>'


# Every row has these two, and there are only a handful of them.
@lru_cache(maxsize=32)
def _status(value: str) -> str:
    return status(STATES.get(value, "pending"), status_words(value))


@lru_cache(maxsize=2)
def _enabled(value: bool) -> str:
    return status("pass", "Enabled") if value else status("fail", "Suspended")


_FACTS: dict[str, Cell] = {
    "username": lambda user: _cut(user.username),
    "status": lambda user: _status(user.status),
    "enabled": lambda user: _enabled(user.enabled),
    "created": lambda user: ago(user.created),
    "modified": lambda user: ago(user.modified),
}
