"""Every component at two widths and in two themes: nothing overflows, nothing serious is found by axe."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


OpenPage = Callable[..., Any]


@pytest.fixture
def open_page(browser: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenPage]:
    # The browser's driver runs an event loop in this thread, which Django takes for asynchronous code of ours.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    # Things turn and shimmer on this page: left open, it would be drawn until the browser of all tests is closed.
    with ExitStack() as opened:
        yield lambda **options: opened.enter_context(browser.new_context(**options)).new_page()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_style_guide_is_accessible_and_fits(
    open_page: OpenPage, live_server: Any, settings: Any, theme: str, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    settings.SANDBOX = True
    page = open_page(viewport={"width": width, "height": 900}, color_scheme=theme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/styleguide/")
    page.wait_for_load_state("networkidle")

    found = Axe().run(page).response["violations"]
    assert [violation["id"] for violation in found if violation["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []


def test_the_menu_opens_on_a_phone_and_a_dialog_closes_with_escape(
    open_page: OpenPage, live_server: Any, settings: Any
) -> None:
    settings.SANDBOX = True
    page = open_page(viewport={"width": 390, "height": 844})
    page.goto(f"{live_server.url}/styleguide/")
    menu = page.get_by_role("navigation", name="Main")
    assert not menu.is_visible()
    page.get_by_role("button", name="Menu", exact=True).click()
    assert menu.is_visible()
    page.keyboard.press("Escape")
    assert not menu.is_visible()

    page.get_by_role("button", name="Unlink", exact=True).click()
    dialog = page.get_by_role("dialog")
    assert dialog.is_visible()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
