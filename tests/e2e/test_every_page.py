"""What must hold on every page: no serious barrier in light or dark, no sideways scrolling on a phone, no complaint
of the browser."""

from collections.abc import Iterator, Mapping

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, StorageState, ViewportSize

from tests.e2e import tour
from tests.e2e.console_process import Console
from tests.e2e.places import Office
from tests.e2e.tour import Tour

pytestmark = pytest.mark.browser

ALL_RULES = {"resultTypes": ["violations"]}
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
"""All that another theme can change."""
SETTLED = """Promise.allSettled(document.getAnimations().filter((one) => one instanceof CSSTransition)
    .map((one) => one.finished)).then(() => null)"""
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def whole_tour(console: Console, office: Office, browser: Browser, signed_in: StorageState) -> Iterator[Tour]:
    with tour.opened(console, office, browser, signed_in) as opened:
        yield opened


def barriers(page: Page, options: Mapping[str, object]) -> list[str]:
    # The script is long, and stays in the page: the second question about a page finds it there.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("(options) => axe.run(options).then((results) => results.violations)", dict(options))
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {node['target']} {node['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("name", tour.NAMES)
def test_nothing_is_wrong_with_the_page(whole_tour: Tour, name: str) -> None:
    stop = whole_tour.stops[name]
    page, watch = whole_tour.pages[stop.who]
    watch.problems.clear()
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")
    tour.visit(page, stop)
    # What is folded away is part of the page.
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    problems = [f"light: {one}" for one in barriers(page, ALL_RULES)]
    page.emulate_media(color_scheme="dark")
    # Colours glide from one theme to the other; what they are on the way does not count.
    page.evaluate(SETTLED)
    problems += [f"dark: {one}" for one in barriers(page, COLOURS)]
    page.set_viewport_size(PHONE)
    width, wanted = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    if width > wanted:
        problems.append(f"on a phone the page is {width} wide and scrolls sideways: {too_wide(page)}")
    # A page with something that moves would go on being drawn until its person's next stop.
    page.goto("about:blank")
    assert not [*problems, *watch.problems], "\n".join([*problems, *watch.problems])


def too_wide(page: Page) -> str:
    """The innermost elements that stick out."""
    return str(
        page.evaluate(
            """[...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right
            > document.documentElement.clientWidth + 1 && !one.closest('.table-wrap, pre')).slice(-3)
            .map((one) => one.outerHTML.slice(0, 160))"""
        )
    )


def test_the_tour_is_complete(whole_tour: Tour) -> None:
    assert set(tour.NAMES) <= set(whole_tour.stops)
