"""Where people are sent after signing in and out: the source's app clients beside the new environment's. Pure.

A client's callback and logout URLs decide which copy of the app somebody ends up in. A new environment that uses the
clients of production, or clients with production's URLs, sends the people who test it to production.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal["production", "local", "app", "other"]
WORDS: dict[Kind, str] = {"production": "production", "local": "this machine", "app": "an app", "other": ""}
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104


@dataclass(frozen=True, slots=True)
class ClientUrls:
    """One app client as chosen for `use` ("web", "mobile"); `is_read` False where AWS did not tell its URLs."""

    use: str
    id: str
    name: str
    callbacks: tuple[str, ...] = ()
    logouts: tuple[str, ...] = ()
    is_read: bool = True

    @property
    def label(self) -> str:
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class Production:
    """An environment marked production. `label` is safe to show to whoever reads it."""

    label: str
    client_ids: frozenset[str]
    urls: frozenset[str]

    @property
    def doors(self) -> frozenset[str]:
        return frozenset(door for url in self.urls if (door := door_of(url)))


@dataclass(frozen=True, slots=True)
class Url:
    text: str
    kind: Kind
    label: str = ""
    """Whose production it is."""

    @property
    def words(self) -> str:
        return f"{WORDS[self.kind]} ({self.label})" if self.label else WORDS[self.kind]


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of URL of one use, in the source and in the new environment."""

    use: str
    what: str
    source: tuple[str, ...]
    new: tuple[Url, ...]
    source_known: bool
    new_known: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    rows: tuple[Row, ...] = ()
    warnings: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    """Clients whose URLs AWS did not tell."""


def host_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def door_of(url: str) -> str:
    """What decides who opens the URL, whatever follows in it: a host, or the scheme of a deep link; "" for neither."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if host in _LOCAL:
        return ""
    return host if parts.scheme in ("http", "https") else parts.scheme and f"{parts.scheme}:"


def compare(
    *,
    name: str,
    is_production: bool,
    new: Sequence[ClientUrls],
    source: Sequence[ClientUrls],
    productions: Sequence[Production],
) -> Comparison:
    """The table of both sides, and a sentence for each URL that leads somewhere it should not."""
    known = {client.use: client for client in source}
    rows = [row for client in new for row in _rows(client, known.get(client.use), productions)]
    warnings = _to_this_machine(name, new) if is_production else _to_production(name, new, productions)
    return Comparison(
        rows=tuple(rows),
        warnings=tuple(dict.fromkeys(warnings)),
        unread=tuple(dict.fromkeys(client.label for client in new if not client.is_read)),
    )


def _rows(client: ClientUrls, source: ClientUrls | None, productions: Sequence[Production]) -> Iterable[Row]:
    for what, new, old in (
        ("after sign-in", client.callbacks, source.callbacks if source else ()),
        ("after sign-out", client.logouts, source.logouts if source else ()),
    ):
        if new or old or not client.is_read:
            yield Row(
                use=client.use,
                what=what,
                source=old,
                new=tuple(_judged(url, client, productions) for url in new),
                source_known=source is not None and source.is_read,
                new_known=client.is_read,
            )


def _judged(url: str, client: ClientUrls, productions: Sequence[Production]) -> Url:
    host = host_of(url)
    if host in _LOCAL:
        return Url(url, "local")
    door = door_of(url)
    for one in productions:
        if url in one.urls or (door and door in one.doors) or client.id in one.client_ids:
            return Url(url, "production", one.label)
    return Url(url, "other" if host else "app")


def _to_production(name: str, clients: Sequence[ClientUrls], productions: Sequence[Production]) -> Iterable[str]:
    for client in clients:
        for one in productions:
            if client.id in one.client_ids:
                yield (
                    f"{client.label} is the very app client of {one.label}: {name} and production share its URLs, "
                    "providers and token lifetimes, and who changes them for one changes them for both."
                )
    led: dict[tuple[str, str, str], list[str]] = {}
    homeless = []
    for client in clients:
        callbacks = [_judged(url, client, productions) for url in client.callbacks]
        judged = [(url, "in to") for url in callbacks]
        judged += [(_judged(url, client, productions), "out of") for url in client.logouts]
        for url, verb in judged:
            if url.kind == "production":
                led.setdefault((url.text, url.label, verb), []).append(client.label)
        if callbacks and all(url.kind == "production" for url in callbacks):
            homeless.append(client.label)
    for (url_text, label, verb), names in led.items():
        yield (
            f"{url_text} belongs to {label}: people who sign {verb} {name} with {_or(names)} can be sent to production."
        )
    if homeless:
        yield (
            f"{_or(homeless)}: no address of {name} itself. An app that runs elsewhere is refused at the hosted "
            "sign-in until its address is added to the client, or another client is chosen."
        )


def _or(names: Sequence[str]) -> str:
    return " or ".join(dict.fromkeys(names))


def _to_this_machine(name: str, clients: Sequence[ClientUrls]) -> Iterable[str]:
    for client in clients:
        for url in (*client.callbacks, *client.logouts):
            if host_of(url) in _LOCAL:
                yield (
                    f"{url} is an address of the machine somebody sits at: in production ({name}), {client.label} "
                    "should not send people there."
                )
