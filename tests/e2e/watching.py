"""What a browser would complain about, collected while a page is used: nobody looks at a console nobody opens."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Error, Page, Response

# Chromium reports each answer of the 4xx range once more in words; whether it was right is asked where it happens.
# A request that a newer one replaces is ended on purpose, and htmx tells the console so in two lines.
KNOWN = re.compile(
    r"Failed to load resource: the server responded with a status of 4\d\d|htmx:sendAbort|htmx:afterRequest"
)


class Watch:
    """`problems` grows by each dialog, script error, policy violation and server error of a context's pages."""

    def __init__(self, context: BrowserContext, tolerate: str = "") -> None:
        """`tolerate` is a pattern of what a test brings about on purpose."""
        self.problems: list[str] = []
        self._tolerate = re.compile(tolerate) if tolerate else None
        context.on("page", self._watch)

    def _watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("dialog", self._dialog)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not KNOWN.search(message.text):
            self._note(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _error(self, error: Error) -> None:
        self._note(f"script error: {error}")

    def _dialog(self, dialog: Dialog) -> None:
        self._note(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self._note(f"{response.status} for {response.request.method} {response.url}")

    def _note(self, problem: str) -> None:
        if not (self._tolerate and self._tolerate.search(problem)):
            self.problems.append(problem)
