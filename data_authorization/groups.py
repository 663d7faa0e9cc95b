"""The groups of the linked pool, as rules may name them: asked twice a minute at most, and never for long."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.cache import cache

from auth_import.models import CognitoLink
from auth_import.pickers import Unread
from auth_import.preflight import link_of
from aws import quotas, user_groups, user_pools
from aws.errors import AwsError, NotFound
from aws.side_by_side import Pending, Together
from environments.models import Environment

KEPT_SECONDS = 30
READ_SECONDS = 4.0
"""How long one request goes on reading; its last page may take a little longer."""
MEMBERS_SECONDS = 4.0
"""How long a page waits to hear whether groups have members."""

NOT_LINKED = Unread(
    words="No user pool is linked to this environment, so its groups are not known.",
    next_step="Import a user pool on the Authentication page, or type the names of the groups.",
    code="NotLinked",
    message="",
    action="",
    retryable=False,
)
MANY = Unread(
    words="The pool has very many groups, and not all of them have been read yet.",
    next_step="Load this page again in a moment: reading goes on where it stopped.",
    code="NotAllRead",
    message="",
    action="cognito-idp:ListGroups",
    retryable=True,
)


@dataclass(frozen=True, slots=True)
class _Read:
    """Names read so far; all of them when `token` is ""."""

    names: tuple[str, ...] = ()
    token: str = ""


def _key(link: CognitoLink, what: str) -> str:
    # Who reaches the pool by another role is another reader, and sees what AWS lets that one see.
    target = link.environment.target
    return f"data:{what}:{target.role_arn}|{target.region}|{link.user_pool_id}"


def groups_of_pool(environment: Environment) -> Sequence[str] | Unread:
    """The names of all groups of the linked pool, in alphabetical order, or why they are not known.

    A pool may have 10,000 groups: reading goes on from request to request, and until its end nobody can say that a
    group does not exist.
    """
    link = link_of(environment)
    if link is None:
        return NOT_LINKED
    link.environment = environment
    key = _key(link, "groups")
    known: _Read | None = cache.get(key)
    if known is None or known.token:
        try:
            known = _read_on(link, known or _Read())
        except AwsError as error:
            cache.delete(key)
            return Unread.of(error)
        cache.set(key, known, KEPT_SECONDS)
    return MANY if known.token else sorted(known.names, key=str.casefold)


def remembered(environment: Environment) -> Sequence[str] | None:
    """The groups as they were read within the last minute, without asking AWS; None where nobody knows them all."""
    link = link_of(environment)
    if link is None:
        return None
    link.environment = environment
    known: _Read | None = cache.get(_key(link, "groups"))
    return known.names if known and not known.token else None


def _read_on(link: CognitoLink, known: _Read) -> _Read:
    names, token = list(known.names), known.token
    ends = time.monotonic() + READ_SECONDS
    while True:
        page = user_pools.page_of_groups(link.environment.target, link.user_pool_id, token)
        names += [group.name for group in page.items]
        token = page.next_token
        if not token or time.monotonic() > ends:
            return _Read(tuple(names), token)


def empty_groups(environment: Environment, names: Iterable[str]) -> frozenset[str]:
    """Those of the groups that nobody is in, by one call each, side by side and with a small share of the quota.

    A group that the pool does not have is not among them. Raises AwsError where one could not be asked; what was heard
    before that is kept for half a minute.
    """
    link = link_of(environment)
    if link is None:
        return frozenset()
    link.environment = environment
    wanted = tuple(dict.fromkeys(names))
    key = _key(link, "members")
    known: dict[str, bool] = cache.get(key) or {}
    asked = [name for name in wanted if name not in known]
    if asked:
        heard, failure = _ask(link, asked)
        known |= heard
        cache.set(key, known, KEPT_SECONDS)
        if failure:
            raise failure
    return frozenset(name for name in wanted if known[name])


def _ask(link: CognitoLink, names: Sequence[str]) -> tuple[Mapping[str, bool], AwsError | None]:
    """Whether each group is empty, and the error of one that could not be asked."""
    heard: dict[str, bool] = {}
    failure: AwsError | None = None
    with quotas.background(), Together(seconds=MEMBERS_SECONDS) as together:
        pending = {name: together.start(_is_empty, link, name) for name in names}
        for name, one in pending.items():
            try:
                heard[name] = _heard(one)
            except AwsError as error:
                failure = error
    return heard, failure


def _is_empty(link: CognitoLink, name: str) -> bool:
    return not user_groups.page_of_members(link.environment.target, link.user_pool_id, name, size=1).items


def _heard(pending: Pending[bool]) -> bool:
    try:
        return pending.result()
    except NotFound:
        # The rule's own finding says that the group does not exist.
        return False
