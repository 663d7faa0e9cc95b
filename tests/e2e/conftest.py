"""One console of real processes for the run; a project, an environment and a browser context for each test."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, StorageState, expect

from tests.e2e import walk
from tests.e2e.console_process import Console, started
from tests.e2e.places import Office, Place
from tests.e2e.watching import Watch

QUIET = ("--disable-gpu", "--disable-quic", "--disable-sync")
PATIENCE = 15_000
"""Milliseconds a page may take until it says what is expected; two cores are shared with all other tests."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "args": [*browser_type_launch_args["args"], *QUIET]}


@pytest.fixture(scope="session")
def console(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """Starts after the browser, so that a missing one is told at once."""
    with started(tmp_path_factory.mktemp("console")) as running:
        yield running


@pytest.fixture(scope="session")
def base_url(console: Console) -> str:
    """What every address of a test is relative to."""
    return console.url


@pytest.fixture(scope="session")
def signed_in(console: Console, browser: Browser) -> StorageState:
    """The cookies of the sample user, after signing in on the page."""
    return walk.cookies_of_the_operator(browser, console)


@pytest.fixture(scope="session")
def office(console: Console, signed_in: StorageState, playwright: Playwright) -> Iterator[Office]:
    requests = playwright.request.new_context(base_url=console.url, storage_state=signed_in)
    yield Office(requests)
    requests.dispose()


_numbers = itertools.count(1)


@pytest.fixture
def place(office: Office) -> Place:
    """A standalone environment of a new project, linked to nothing."""
    return office.environment(office.project(f"Shop {next(_numbers)}"))


Visit = Callable[..., Page]


@pytest.fixture
def visit(signed_in: StorageState, new_context: Callable[..., BrowserContext]) -> Iterator[Visit]:
    """Makes a page in a browser of its own, signed in. At the end, nothing may have gone wrong in any of them."""
    watches: list[Watch] = []

    def open_page(tolerate: str = "", **options: Any) -> Page:
        context = new_context(**{"storage_state": signed_in, **options})
        context.set_default_timeout(PATIENCE)
        watches.append(Watch(context, tolerate))
        return context.new_page()

    yield open_page
    problems = [problem for watch in watches for problem in watch.problems]
    assert not problems, "\n".join(problems)


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit()


@pytest.fixture
def sandbox(console: Console) -> Iterator[Any]:
    """The faults of this console's account; none is left for the next test."""
    console.sandbox.forget()
    yield console.sandbox
    console.sandbox.forget()
