"""Users as CSV, written while they are read; and what the page around it says: the cost, and how it goes on."""

import math
import re
import time
import uuid
from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from aws import quotas
from aws.calls import PAGE
from aws.errors import AwsError
from aws.user_resources import CognitoUser, PeopleRules
from user_management.listing.columns import Column, columns_of, values
from user_management.listing.csv_safety import as_line
from user_management.listing.query import UserQuery
from user_management.listing.recognition import condition
from user_management.listing.sources import Source, unheld_of
from user_management.place import Place

ROWS_A_CHUNK = 240
BYTE_ORDER_MARK = "\ufeff"
KEPT_SECONDS = 3600
SIGN_OF_LIFE = 1.0
LOST_AFTER = 180.0
"""Seconds without a sign of life after which a download counts as lost; a throttled one pauses for less."""
MOST_TRIES = 60
NOT_WHOLE = "THIS FILE IS NOT WHOLE. Delete it and export again."
RUNNING, DONE, BROKEN = "running", "done", "broken"
_ID = re.compile(r"[0-9a-f]{32}")


def stream(
    *,
    place: Place,
    query: UserQuery,
    source: Source,
    columns: Sequence[Column],
    actor: Actor,
    download: str = "",
    for_excel: bool = False,
    progress: "Progress | None" = None,
) -> Generator[bytes, None, None]:
    """The file in pieces. Nothing but the piece under way is kept, so any number of users takes the same memory.

    Where reading fails in the middle, the last piece says so in a field whose quotes are never closed, so that neither
    a person nor a program takes the file for whole; then the error is raised, and a server that can cuts the connection
    (some end the answer as if nothing were wrong). The activity has it in either case, with the number of users.
    """
    progress = progress or Progress(place, download)
    users: Iterator[CognitoUser] = iter(())
    whole = False
    try:
        yield ((BYTE_ORDER_MARK if for_excel else "") + as_line([column.key for column in columns])).encode()
        with quotas.background(share()):
            users = source.iterate(place, query)
        texts = values(columns)
        while chunk := list(islice(users, ROWS_A_CHUNK)):
            yield "".join([as_line(texts(user)) for user in chunk]).encode("utf-8", "replace")
            progress.count(len(chunk))
        whole = True
    except Exception as error:
        known = f"{error.words} {error.code}: {error.message}" if isinstance(error, AwsError) else ""
        progress.words = known or "The console could not go on; its log has the details."
        yield f'"{NOT_WHOLE} {progress.words}'.replace("\n", " ").encode("utf-8", "replace")
        raise
    finally:
        progress.end(DONE if whole else BROKEN)
        if isinstance(users, Generator):
            # What reads ahead stops reading.
            users.close()
        _record(place, query, columns, actor, progress.written, whole=whole)


def _record(
    place: Place, query: UserQuery, columns: Sequence[Column], actor: Actor, written: int, *, whole: bool
) -> None:
    record(
        action=Action.USERS_EXPORTED,
        actor=actor,
        project=place.project.slug,
        environment=place.environment.name,
        target=place.pool_id,
        after={
            "users": written,
            "columns": [column.key for column in columns],
            "query": query.to_params(),
            "whole": whole,
        },
    )


def share() -> float:
    """The share of AWS's quota that work nobody waits for may use."""
    return float(getattr(settings, "AWS_BACKGROUND_SHARE", 0.2))


class Progress:
    """How a download goes on, kept in the cache for the page that polls it, once a second."""

    def __init__(self, place: Place, download: str) -> None:
        self._key = _key(place, download)
        self._started = self._told = time.time()
        self.written = 0
        self.words = ""
        self._tell(RUNNING)

    def count(self, users: int) -> None:
        self.written += users
        if time.time() - self._told >= SIGN_OF_LIFE:
            self._tell(RUNNING)

    def end(self, state: str) -> None:
        self._tell(state)

    def _tell(self, state: str) -> None:
        self._told = time.time()
        if self._key:
            facts = {"state": state, "users": self.written, "started": self._started, "told": self._told}
            cache.set(self._key, facts | {"words": self.words}, KEPT_SECONDS)


def _key(place: Place, download: str) -> str:
    return f"export:{place.environment.pk}:{download}" if _ID.fullmatch(download) else ""


def progress_context(place: Place, params: Mapping[str, str]) -> dict[str, Any]:
    """`progress` as the page shows it, None where nothing is known of such a download."""
    download = params.get("download", "")
    key = _key(place, download)
    facts: dict[str, Any] | None = cache.get(key) if key else None
    return {
        "download": download if key else "",
        "expected": _number(params.get("of", "")),
        "progress": _shown(facts) if facts else None,
        # A browser asks as soon as the form is sent, perhaps before the first piece of the file was written.
        "tries": _number(params.get("tries", "")) + 1 if _number(params.get("tries", "")) < MOST_TRIES else 0,
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _shown(facts: dict[str, Any]) -> dict[str, Any]:
    users, seconds = facts["users"], max(0.1, facts["told"] - facts["started"])
    state = facts["state"]
    if state == RUNNING and time.time() - facts["told"] > LOST_AFTER:
        state = BROKEN
    return {
        "state": state,
        "users": users,
        "label": f"{users:,} user{'' if users == 1 else 's'}, {round(users / seconds):,} a second",
        "seconds": round(seconds, 1),
        "words": facts["words"],
    }


def page_context(
    place: Place, query: UserQuery, source: Source, rules: PeopleRules, shown: Sequence[Column], *, download: str
) -> dict[str, Any]:
    """What the export page says before anything is read."""
    reading = condition(query, rules) if not query.needs_index else None
    words = [reading.words] if reading and query.text else []
    estimated = rules.pool.estimated_users or 0
    every = columns_of(rules)
    unheld = unheld_of(source, place, [column.key for column in every])
    return {
        **place.context(),
        **progress_context(place, {"download": download if _ID.fullmatch(download) else uuid.uuid4().hex}),
        # Before the form is sent there is nothing to wait for.
        "tries": 0,
        "address_query": urlencode(query.to_params()),
        "asked_for": download,
        "searched": ", ".join([*words, *query.words()]),
        "params": query.to_params(),
        "every_column": [column for column in every if column.key not in unheld],
        "unheld": [column.title for column in every if column.key in unheld],
        "shown_keys": {column.key for column in shown},
        "expected": estimated if query.is_empty else 0,
        "cost": cost(estimated, filtered=not query.is_empty) if source.calls_aws else "",
    }


def cost(users: int, *, filtered: bool) -> str:
    """How long it takes to read so many users, in a sentence."""
    rate = max(1, int((quotas.Quota.USER_LIST.per_second or 1) * share()))
    calls = max(1, math.ceil(users / PAGE))
    most = "at most " if filtered else ""
    return (
        f"About {users:,} users in the pool: {most}{calls:,} call{'' if calls == 1 else 's'} of ListUsers, "
        f"{most}{_duration(calls / rate)} at the console's share of the quota, {rate} calls a second."
    )


def _duration(seconds: float) -> str:
    if seconds < 55:
        return f"about {max(1, round(seconds))} second{'' if round(seconds) <= 1 else 's'}"
    minutes = round(seconds / 60)
    return f"about {minutes} minute{'' if minutes == 1 else 's'}" if minutes < 90 else f"about {minutes / 60:.1f} hours"


def file_name(place: Place) -> str:
    return f"users-{place.project.slug}-{place.environment.name}-{timezone.now():%Y-%m-%d}.csv"
