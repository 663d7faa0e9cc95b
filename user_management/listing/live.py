"""Users straight from Cognito: one page for a screen, or all of them with the next page always under way."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import dataclass

from aws import deadlines, users
from aws.calls import PAGE
from aws.errors import Throttled, Unavailable
from aws.resources import Page
from aws.user_resources import CognitoUser
from user_management import recent
from user_management.listing.query import UserQuery
from user_management.listing.recognition import condition
from user_management.place import Place
from user_management.pool_rules import rules_of

CALLS_A_PAGE = 2
"""The most a screen asks for; where much is narrowed away, it may show few users and offer more."""
LONGEST_WAIT = 30.0
REPEATS = 5
"""Of a page that AWS does not answer, while a list is read to its end. Throttling is waited out, however long."""

Wait = Callable[[float], bool]
Fetch = Callable[[str], Page[CognitoUser]]


@dataclass(frozen=True, slots=True)
class Listed(Page[CognitoUser]):
    """A page, and how many users were read for it where not all that were read match; 0 where none was narrowed."""

    read: int = 0


class Live:
    """Cognito's own list. It takes one condition; status and enabled beside a text are compared here."""

    calls_aws = True

    def serves(self, place: Place, query: UserQuery) -> bool:
        return not query.needs_index

    def freshness(self, place: Place) -> str:
        return "Live from Cognito, read just now. Changes made elsewhere can take some seconds to appear."

    def page(self, place: Place, query: UserQuery, token: str, size: int) -> Listed:
        """One call; a second one where what is narrowed here would leave the page short. Raises AwsError."""
        where = _where(place, query)
        narrowed = _is_narrowed(query)
        found: list[CognitoUser] = []
        read = 0
        for _ in range(CALLS_A_PAGE if narrowed else 1):
            # Tokens lead from page to page of Cognito's, so what is left over of one cannot be kept for later.
            page = users.page_of_users(
                place.target, place.pool_id, where=where, token=token, size=PAGE if narrowed else size
            )
            read += len(page.items)
            found += [user for user in recent.overlay(place, page.items) if query.admits(user)]
            token = page.next_token
            if not token or len(found) >= size:
                break
        return Listed(tuple(found), token, read=read if narrowed else 0)

    def iterate(self, place: Place, query: UserQuery) -> Iterator[CognitoUser]:
        """Every user that matches. Throttling slows this down and never ends it, unless a deadline is set around it.

        The background share and the deadline that are set when this is called apply to all of it. Raises AwsError.
        """
        where = _where(place, query)
        pages = every_page(lambda token: users.page_of_users(place.target, place.pool_id, where=where, token=token))
        return (user for page in pages for user in recent.overlay(place, page) if query.admits(user))


def _where(place: Place, query: UserQuery) -> users.UserFilter | None:
    # A pool's rules cost calls of their own, and without a text nothing of them is needed.
    if not query.text and not query.state:
        return None
    reading = condition(query, rules_of(place).people)
    return reading.filter if reading else None


def _is_narrowed(query: UserQuery) -> bool:
    return sum((bool(query.text), bool(query.status), query.enabled is not None)) > 1


def every_page(fetch: Fetch) -> Iterator[tuple[CognitoUser, ...]]:
    """Page after page, the next one being fetched while one is worked on, so that two are in memory at most.

    `fetch` answers the page that a token leads to. The background share and the deadline of the caller apply.
    """
    return _ahead(fetch, copy_context())


def _ahead(fetch: Fetch, context: Context) -> Iterator[tuple[CognitoUser, ...]]:
    over = threading.Event()
    executor = ThreadPoolExecutor(1, thread_name_prefix="users")

    def start(token: str) -> "Future[Page[CognitoUser]]":
        return executor.submit(context.run, lambda: _patiently(lambda: fetch(token), wait=over.wait))

    try:
        seen = {hash("")}
        pending = start("")
        while True:
            page = pending.result()
            token = page.next_token
            if token:
                if hash(token) in seen:
                    raise Unavailable("AWS repeats the same page of a list without end.", code="RepeatedPage")
                seen.add(hash(token))
                pending = start(token)
            yield page.items
            if not token:
                return
    finally:
        over.set()
        executor.shutdown(wait=False, cancel_futures=True)


def _patiently(fetch: Callable[[], Page[CognitoUser]], *, wait: Wait) -> Page[CognitoUser]:
    """The page, asked for again with growing pauses. `wait` sleeps, and answers True when nobody wants it any more."""
    pause, failures = 1.0, 0
    while True:
        try:
            return fetch()
        except (Throttled, Unavailable) as error:
            failures += isinstance(error, Unavailable)
            if failures > REPEATS or _too_late(pause) or wait(pause):
                raise
            pause = min(pause * 2, LONGEST_WAIT)


def _too_late(pause: float) -> bool:
    left = deadlines.remaining()
    return left is not None and left <= pause


LIVE = Live()
