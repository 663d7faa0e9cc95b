"""The import page: what its first section asks of AWS, and how fast app clients are described while paging them all."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from re import search
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from aws import quotas, session
from aws.budgets import Budget
from aws.limiters import FileLockLimiter
from benchmarks.account import APP_CLIENTS, IDENTITY_POOLS, USER_POOLS, Account
from benchmarks.calls import most_in_window, seconds_of
from benchmarks.preflight import DELAY, NEXT_SECOND, new_environment
from benchmarks.report import Broken, Measurement, median
from environments.models import Environment

CLIENT_DESCRIBES_A_SECOND = 5
FRAGMENT = {"HX-Request": "true"}


class Granted:
    """The limiter of production, which also remembers when it let a describe of an app client go."""

    def __init__(self) -> None:
        self._limiter = FileLockLimiter(settings.STATE / "quota")
        self.moments: list[float] = []

    def take(self, scope: str, budgets: Sequence[Budget]) -> float:
        wait = self._limiter.take(scope, budgets)
        if not wait and any("DescribeUserPoolClient" in budget.key for budget in budgets):
            self.moments.append(time.time())
        return wait


def browser(user: User) -> Client:
    """Somebody signed in, whose requests are answered in this process by the code that answers real ones."""
    client = Client(SERVER_NAME="localhost", raise_request_exception=True)
    client.force_login(user)
    return client


def _get(client: Client, url: str, *, target: str = "") -> str:
    headers = FRAGMENT | {"HX-Target": target} if target else {}
    answer: Any = client.get(url, headers=headers)
    if answer.status_code != 200:
        raise Broken(f"{url} answered {answer.status_code}")
    return str(answer.content.decode())


def measure(account: Account, *, small: bool, variant: str) -> Iterator[Measurement]:
    environment = new_environment()
    client = browser(User.objects.get(memberships__project=environment.project))
    session.warm(environment.target)
    account.delay_every_call(DELAY * 1000)
    granted = Granted()
    quotas.use_limiter(granted)
    yield _first_section(account, client, environment, times=4 if small else 12)
    time.sleep(NEXT_SECOND)
    yield _paging(account, client, environment, granted)


def _first_section(account: Account, client: Client, environment: Environment, *, times: int) -> Measurement:
    url = _url("import", environment)
    ratios, asked = [], Counter[str]()
    _get(client, url)  # The process's first page pays for reading the templates.
    for _ in range(times):
        account.forget_calls()
        started = time.perf_counter()
        text = _get(client, url)
        wall = time.perf_counter() - started
        calls = account.calls()
        if text.count('name="pool"') != 60:
            raise Broken("The first section should show one page of sixty user pools.")
        if set(kinds := Counter(call.operation for call in calls)) - {"ListUserPools"}:
            raise Broken(f"Besides the list, the first section asked for {dict(kinds)}")
        asked = asked | kinds
        ratios.append(wall / max(seconds_of(calls), DELAY))
    return Measurement(
        what="Import page: ListUserPools calls before the first section is on the screen",
        on=f"{USER_POOLS} user pools, each call delayed {DELAY * 1000:.0f} ms, {times} times",
        figure=float(asked["ListUserPools"]),
        unit="calls",
        target=1,
        details={
            "other calls": 0,
            "wall-clock against that one call (median)": median(ratios),
        },
    )


def _paging(account: Account, client: Client, environment: Environment, granted: Granted) -> Measurement:
    """As a browser does it: sections 2 and 3 fill at the same time, rows ask for user counts, then page after page."""
    pool = account.chosen.user_pool_id
    user = User.objects.get(memberships__project=environment.project)
    account.forget_calls()
    granted.moments.clear()
    started = time.perf_counter()
    rows = _get(client, _url("import", environment), target="pools-list")
    choices = _get(client, f"{_url('import', environment)}?pool={pool}", target="choices")

    def beside(url: str, target: str) -> str:
        try:
            return _get(browser(user), url, target=target)
        finally:
            connection.close()

    with ThreadPoolExecutor() as threads:
        chosen = account.chosen
        query = f"pool={pool}&web={chosen.web_client_id}&native={chosen.native_client_id}"
        others = [
            threads.submit(beside, f"{_url('import-identity-pools', environment)}?pool={pool}", "identity-pools"),
            threads.submit(beside, _url("import-user-counts", environment) + "?" + _first_batch(rows), "none"),
            threads.submit(
                beside, f"{_url('import-preflight', environment)}?{query}&ipool={chosen.identity_pool_id}", "preflight"
            ),
        ]
        url, seen = f"{_url('import-clients', environment)}?pool={pool}", set[str]()
        first = 0.0
        while url:
            text = _get(client, url, target="clients")
            first = first or time.perf_counter() - started
            seen |= {part.split('"', 1)[0] for part in text.split('name="native" value="')[1:]}
            following = search(r'hx-get="([^"]*cstart=[^"]*)"', text)
            url = unescape(following[1]) if following else ""
        for other in others:
            other.result()
    wall = time.perf_counter() - started
    calls = account.calls()
    describes = [call.start for call in calls if call.operation == "DescribeUserPoolClient"]
    if len(seen) != APP_CLIENTS or "cpool" not in choices:
        raise Broken(f"Paging showed {len(seen)} of {APP_CLIENTS} app clients.")
    least = (len(describes) - CLIENT_DESCRIBES_A_SECOND) / CLIENT_DESCRIBES_A_SECOND
    kinds = Counter(call.operation for call in calls)
    return Measurement(
        what="Import page: client describes that reach one pool in the fullest second, paging all app clients",
        on=f"{APP_CLIENTS} clients, ten a page as fast as the pages come; beside it {IDENTITY_POOLS} identity pools,"
        " user counts and a pre-flight",
        figure=float(most_in_window(describes)),
        unit="calls",
        target=CLIENT_DESCRIBES_A_SECOND,
        details={
            "by the clock of the console, which lets them go": most_in_window(granted.moments),
            "described in all": len(describes),
            "first ten on the screen after, s": first,
            "all on the screen after, s": wall,
            "against the quota's own least time": wall / least,
            "calls": dict(sorted(kinds.items())),
        },
    )


def _first_batch(rows: str) -> str:
    """The query of the first request for user counts, as the page has it."""
    found = search(r'hx-get="[^"?]*users/\?([^"]+)"', rows)
    if found is None:
        raise Broken("The first section asks for no user counts.")
    return unescape(found[1])


def _url(name: str, environment: Environment) -> str:
    return reverse(name, kwargs={"project": environment.project.slug, "env": environment.name})
