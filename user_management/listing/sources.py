"""Where users are read from: Cognito itself, or what another part of the app registers, such as the search index."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from aws.resources import Page
from aws.user_resources import CognitoUser
from user_management.listing.live import LIVE
from user_management.listing.query import BadQuery, UserQuery
from user_management.place import Place


class Source(Protocol):
    """Something that answers queries."""

    calls_aws: bool
    """Whether each sixty users cost a ListUsers call."""

    def serves(self, place: Place, query: UserQuery) -> bool:
        """Whether this source answers the query here. The first registered one that does is asked."""
        ...

    def page(self, place: Place, query: UserQuery, token: str, size: int) -> Page[CognitoUser]:
        """About `size` users, from `token` on ("": from the beginning), our own recent changes laid over them."""
        ...

    def iterate(self, place: Place, query: UserQuery) -> Iterator[CognitoUser]:
        """Every user that matches, to the end. Nothing is kept, so that any number of users may pass."""
        ...

    def freshness(self, place: Place) -> str:
        """One sentence: how old what is shown may be."""
        ...


class NeedsIndex(BadQuery):
    """Cognito cannot answer this, and there is no search index here that can."""

    words = "Cognito cannot search like this."
    next_step = "Turn on the search index of this environment, or leave this condition out."


Why = Callable[[Place, UserQuery], str]
Unheld = Callable[[Place, Iterable[str]], frozenset[str]]
_sources: list[Source] = [LIVE]
_reasons: dict[int, Why] = {}
_unheld: dict[int, Unheld] = {}


def register(source: Source, *, why_not: Why | None = None, unheld: Unheld | None = None) -> None:
    """Ask this source before those registered so far.

    `why_not` says in a sentence why it cannot answer a query; `unheld` which of some columns its users lack.
    """
    if source not in _sources:
        _sources.insert(0, source)
    if why_not is not None:
        _reasons[id(source)] = why_not
    if unheld is not None:
        _unheld[id(source)] = unheld


def unheld_of(source: Source, place: Place, keys: Iterable[str]) -> frozenset[str]:
    """Those of these columns that the source knows of nobody: an empty cell would say that the user has no value."""
    ask = _unheld.get(id(source))
    return ask(place, keys) if ask else frozenset()


def source_for(place: Place, query: UserQuery) -> Source:
    """The source that answers the query here. Raises NeedsIndex when there is none."""
    for source in _sources:
        if source.serves(place, query):
            return source
    reasons = [words for why_not in _reasons.values() if (words := why_not(place, query))]
    raise NeedsIndex(" ".join([f"Only a search index knows: {query.needs_index}.", *reasons]), code="NeedsIndex")


def is_served(place: Place, query: UserQuery) -> bool:
    """Whether any source answers the query here."""
    return any(source.serves(place, query) for source in _sources)
