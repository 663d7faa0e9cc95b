"""Pictures of every page, on a desk and on a phone, light and dark: `python tests/e2e/screenshots.py OUTDIR`."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.e2e import tour, walk
from tests.e2e.console_process import started
from tests.e2e.places import Office

WIDTHS = {1440: 900, 390: 844}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def take(pictures: Path, playwright: Playwright, browser: Browser) -> None:
    with tempfile.TemporaryDirectory() as folder, started(Path(folder)) as console:
        signed_in = walk.cookies_of_the_operator(browser, console)
        requests = playwright.request.new_context(base_url=console.url, storage_state=signed_in)
        with tour.opened(console, Office(requests), browser, signed_in) as opened:
            for stop in opened.stops.values():
                page = opened.page_of(stop)
                page.set_viewport_size({"width": 1440, "height": 900})
                tour.visit(page, stop)
                for width, height in WIDTHS.items():
                    page.set_viewport_size({"width": width, "height": height})
                    for theme in THEMES:
                        page.emulate_media(color_scheme=theme)
                        page.screenshot(
                            path=pictures / f"{stop.name}-{width}-{theme}.png", full_page=True, animations="disabled"
                        )
                print(stop.name, flush=True)
        requests.dispose()


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        sys.exit("chromium is not installed. On Debian: apt install chromium")
    pictures = Path(sys.argv[1])
    pictures.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        take(pictures, playwright, browser)
        browser.close()


if __name__ == "__main__":
    main()
