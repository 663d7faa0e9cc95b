"""Who is in a group: putting users in, taking them out, and reading who is there."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from audit.actions import Action
from audit.record import Actor
from aws import user_groups
from aws.calls import PAGE
from aws.errors import AwsError, NotFound
from aws.resources import Page
from aws.side_by_side import Together
from aws.user_resources import CognitoUser
from user_management import recent
from user_management.groups.services import note
from user_management.place import Place

AT_ONCE = 25
"""How many users are added while the person waits: a second of AWS's quota. More are a job."""
PAGES_AT_ONCE = 10
"""How many pages of members one request reads when it counts or searches."""

Listener = Callable[[Place, str, str, bool], None]
_listeners: list[Listener] = []


def on_change(listener: Listener) -> None:
    """Call `listener(place, group, username, joined)` after each change of ours; whoever keeps memberships listens."""
    if listener not in _listeners:
        _listeners.append(listener)


def add(*, place: Place, group: str, user: CognitoUser, actor: Actor, reason: str = "") -> None:
    """Put the user into the group. Raises AwsError: NotFound when either is gone, Rejected at 100 groups."""
    add_named(place=place, group=group, username=user.username, actor=actor, reason=reason)


def add_named(*, place: Place, group: str, username: str, actor: Actor, reason: str = "") -> None:
    """Like `add`, for whoever has the user name alone."""
    try:
        user_groups.add_member(place.target, place.pool_id, group, username)
    except NotFound as error:
        raise _gone(error, group) from error
    _noted(place, group, username, actor, reason, joined=True)


def remove(*, place: Place, group: str, user: CognitoUser, actor: Actor, reason: str = "") -> None:
    """Take the user out of the group; somebody who is not in it stays out. Raises AwsError."""
    remove_named(place=place, group=group, username=user.username, actor=actor, reason=reason)


def remove_named(*, place: Place, group: str, username: str, actor: Actor, reason: str = "") -> None:
    try:
        user_groups.remove_member(place.target, place.pool_id, group, username)
    except NotFound as error:
        raise _gone(error, group) from error
    _noted(place, group, username, actor, reason, joined=False)


def _noted(place: Place, group: str, username: str, actor: Actor, reason: str, *, joined: bool) -> None:
    action = Action.GROUP_MEMBER_ADDED if joined else Action.GROUP_MEMBER_REMOVED
    before, after = {"group": group, "member": not joined}, {"group": group, "member": joined}
    note(place, action, username, actor, before=before, after=after, reason=reason)
    tell(place, group, username, joined=joined)


def tell(place: Place, group: str, username: str, *, joined: bool) -> None:
    """Tell the listeners; for changes that are recorded elsewhere."""
    for listener in _listeners:
        listener(place, group, username, joined)


def _gone(error: NotFound, group: str) -> NotFound:
    is_user = error.code == "UserNotFoundException"
    return NotFound(
        "The pool has no user of this name." if is_user else f"The pool has no group {group}.",
        code=error.code,
        action=error.action,
        request_id=error.request_id,
        next_step="Somebody deleted the user meanwhile; nothing else changed."
        if is_user
        else "Somebody deleted the group meanwhile. Go back to the groups.",
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one user: `error` is None when the user is in the group now."""

    username: str
    label: str
    already: bool = False
    error: AwsError | None = None

    @property
    def state(self) -> str:
        return "fail" if self.error else "info" if self.already else "pass"

    @property
    def words(self) -> str:
        if self.error:
            return f"{self.error.message} {self.error.next_step}"
        return "Was a member already" if self.already else "Added"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody ticked on the page: the name AWS knows, and the one the person reads."""

    username: str
    label: str


def add_all(
    *, place: Place, group: str, chosen: Sequence[Chosen], members: Iterable[str], actor: Actor, reason: str = ""
) -> list[Outcome]:
    """Put up to 25 users into the group, side by side within the quota; `members` are user names known to be in it.

    Each has an outcome; one that fails does not keep the others out.
    """
    known = set(members)
    with Together() as together:
        pending = [
            None
            if one.username in known
            else together.start(user_groups.add_member, place.target, place.pool_id, group, one.username)
            for one in chosen
        ]
        outcomes = []
        for one, call in zip(chosen, pending, strict=True):
            try:
                if call is not None:
                    call.result()
            except AwsError as error:
                shown = _gone(error, group) if isinstance(error, NotFound) else error
                outcomes.append(Outcome(one.username, one.label, error=shown))
                continue
            if call is not None:
                # Written here and not in the threads, which have no database connection of the request.
                _noted(place, group, one.username, actor, reason, joined=True)
            outcomes.append(Outcome(one.username, one.label, already=call is None))
    return outcomes


def page_of_members(place: Place, group: str, token: str = "") -> Page[CognitoUser]:
    """Sixty members at most, without those deleted a moment ago. Raises AwsError."""
    page = user_groups.page_of_members(place.target, place.pool_id, group, token=token, size=PAGE)
    return Page(tuple(recent.overlay(place, page.items)), page.next_token)


@dataclass(frozen=True, slots=True)
class Found:
    """The members that a search left, as far as the list was read."""

    rows: tuple[CognitoUser, ...]
    next_token: str
    read: int


def search_members(place: Place, group: str, text: str, token: str = "") -> Found:
    """Members in whose user name or attributes the text stands. Cognito cannot search them, so pages are read.

    Reads until 60 are found, 600 are read or the list ends. Raises AwsError.
    """
    wanted, rows, read = text.casefold(), [], 0
    for _ in range(PAGES_AT_ONCE):
        page = page_of_members(place, group, token)
        read += len(page.items)
        rows += [user for user in page.items if _has(user, wanted)]
        token = page.next_token
        if not token or len(rows) >= PAGE:
            break
    return Found(tuple(rows), token, read)


def _has(user: CognitoUser, wanted: str) -> bool:
    return any(wanted in value.casefold() for value in (user.username, *user.attributes.values()))


@dataclass(frozen=True, slots=True)
class Count:
    number: int
    is_complete: bool

    def __str__(self) -> str:
        return f"{self.number:,}" if self.is_complete else f"{self.number:,}+"


def known_members(place: Place, group: str, *, pages: int = PAGES_AT_ONCE) -> tuple[set[str], bool]:
    """The user names of the first members, and whether these are all. Raises AwsError."""
    names: set[str] = set()
    token = ""
    for _ in range(pages):
        page = user_groups.page_of_members(place.target, place.pool_id, group, token=token)
        names.update(user.username for user in page.items)
        token = page.next_token
        if not token:
            return names, True
    return names, False


def count_members(place: Place, group: str, *, pages: int = PAGES_AT_ONCE) -> Count:
    """How many members the group has, counted up to sixty a page. Raises AwsError."""
    names, is_complete = known_members(place, group, pages=pages)
    return Count(len(names), is_complete)
