"""How long every page and fragment takes on the server, what AWS takes left out, and how often it asks the database."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from auth_import.observation import Choice
from aws import quotas, session
from aws.budgets import Budget
from benchmarks.account import Account
from benchmarks.calls import covered
from benchmarks.page import browser
from benchmarks.pages import PAGES, Page, forgotten
from benchmarks.preflight import choice_of
from benchmarks.report import Broken, Measurement, median
from benchmarks.rows import Console, plant

TARGET = 15.0
ROWS = 25
WARM_UP = 2


class NoLimiter:
    """Lets every call go: what is measured here is not how long quotas make a page wait."""

    def take(self, scope: str, budgets: Sequence[Budget]) -> float:
        return 0.0


class AwsTimes(logging.Handler):
    """When calls to AWS were under way, from the line the boundary logs about each."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.stretches: list[tuple[float, float]] = []
        log = logging.getLogger("aws.calls")
        log.addHandler(self)
        log.setLevel(logging.DEBUG)
        log.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, tuple) and isinstance(milliseconds := record.args[-1], float):
            self.stretches.append((record.created - milliseconds / 1000, record.created))


@dataclass(frozen=True, slots=True)
class Timed:
    """One page: its milliseconds, and its queries with one row and with many.

    `slow` is where the slowest twentieth of the requests begins; `busy` is the processor time of the median, which
    other programs on the machine do not lengthen.
    """

    page: Page
    milliseconds: float
    slow: float
    busy: float
    asks_aws: bool
    queries: tuple[int, int]

    @property
    def grows(self) -> bool:
        return self.queries[1] > self.queries[0]

    @property
    def words(self) -> str:
        return (
            f"{self.milliseconds:.1f} ms (one in twenty over {self.slow:.1f}, processor {self.busy:.1f}), "
            f"{self.queries[0]} queries for 1 row, {self.queries[1]} for {ROWS}{', AWS subtracted' * self.asks_aws}"
        )


def _reader(page: Page, console: Console) -> Client:
    readers = {"member": console.user, "operator": console.operator}
    return browser(readers[page.reader]) if page.reader in readers else Client(SERVER_NAME="localhost")


def _request(client: Client, page: Page, url: str) -> None:
    headers = {"HX-Request": "true", "HX-Target": page.target} if page.target else {}
    answer: Any = client.get(url, headers=headers)
    if answer.status_code != 200:
        raise Broken(f"{page.name} ({url}) answered {answer.status_code}")


def _queries(page: Page, console: Console, choice: Choice) -> int:
    client = _reader(page, console)
    url = page.url(console, choice)
    _request(client, page, url)
    with CaptureQueriesContext(connection) as captured:
        _request(client, page, url)
    return len(captured)


def _time(page: Page, console: Console, choice: Choice, aws: AwsTimes, times: int) -> tuple[list[float], float, bool]:
    client = _reader(page, console)
    url = page.url(console, choice)
    for _ in range(WARM_UP):
        _request(client, page, url)
    found, busy = [], []
    asked = False
    for _ in range(times):
        aws.stretches.clear()
        started, worked = time.perf_counter(), time.thread_time()
        _request(client, page, url)
        wall = time.perf_counter() - started
        busy.append((time.thread_time() - worked) * 1000)
        asked = asked or bool(aws.stretches)
        found.append((wall - covered(aws.stretches)) * 1000)
    return sorted(found), median(busy), asked


def measure(account: Account, *, small: bool, variant: str) -> Iterator[Measurement]:
    if settings.DEBUG:
        raise Broken("DEBUG is on: templates would be read anew for every request.")
    quotas.use_limiter(NoLimiter())
    one, many = (plant(account, name=f"rows-{rows}", rows=rows) for rows in (1, ROWS))
    session.warm(many.linked.target)
    choice, aws = choice_of(account), AwsTimes()
    times = 12 if small else 80
    timed = []
    for page in PAGES:
        queries = _queries(page, one, choice), _queries(page, many, choice)
        milliseconds, busy, asks_aws = _time(page, many, choice, aws, times)
        slow = milliseconds[int(len(milliseconds) * 0.95)]
        timed.append(Timed(page, median(milliseconds), slow, busy, asks_aws, queries))
    timed.sort(key=lambda row: -row.milliseconds)
    on = (
        f"{ROWS} rows of everything, {times} requests each in this process, DEBUG off; time in which a call to AWS was"
        " under way is subtracted"
    )
    whole = [row for row in timed if row.page.whole_wizard]
    single = [row for row in timed if not row.page.whole_wizard]
    yield Measurement(
        what=f"Server time without AWS, on {variant}: the slowest page's median",
        on=f"{len(single)} pages and fragments, {on}",
        figure=single[0].milliseconds,
        unit="ms",
        target=TARGET,
        details={row.page.name: row.words for row in single},
    )
    yield Measurement(
        what=f"Server time without AWS, on {variant}: the whole import in one page, for browsers without script",
        on=f"four sections that are fragments of their own otherwise, {on}",
        figure=whole[0].milliseconds,
        unit="ms",
        target=TARGET,
        details={row.page.name: row.words for row in whole},
    )
    yield Measurement(
        what=f"Pages that ask the database more often when there are more rows, on {variant}",
        on=f"the same pages, with 1 row and with {ROWS} rows",
        figure=float(sum(row.grows for row in timed)),
        unit="pages",
        target=0,
        details={row.page.name: row.queries for row in timed if row.grows},
    )
    left_out = sorted(forgotten())
    yield Measurement(
        what="Pages that are neither measured nor left out on purpose",
        on=f"the console's URL map and {len(PAGES)} pages and fragments",
        figure=float(len(left_out)),
        unit="pages",
        target=0,
        details={"routes": left_out} if left_out else {},
    )
