"""The page of one check, from `docs/checks/`."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from auth_import import backend_findings
from auth_import.rules import RULES
from web.components.marks import code
from web.pages import render_page

FAMILIES = {rule.id: rule.family for rule in RULES} | dict.fromkeys(backend_findings.TITLES, backend_findings.FAMILY)
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def _command(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Commands as everywhere in the console: with a copy button, and wrapped, so that a phone shows all of them."""
    return code(tokens[index].content.rstrip("\n"), wrap=True)


MARKDOWN.add_render_rule("fence", _command)


@require_safe
def check_page(request: HttpRequest, check_id: str) -> HttpResponse:
    if check_id not in FAMILIES:
        raise Http404("There is no such check.")
    text = (settings.BASE_DIR / "docs" / "checks" / f"{check_id}.md").read_text(encoding="utf-8")
    title, _, rest = text.partition("\n")
    # The text is the project's own, and raw HTML in it is switched off.
    context = {
        "check_id": check_id,
        "family": FAMILIES[check_id],
        "title": mark_safe(MARKDOWN.renderInline(title.removeprefix("# "))),  # noqa: S308
        "body": mark_safe(MARKDOWN.render(rest.replace(".md)", "/)"))),  # noqa: S308
    }
    return render_page(request, "auth_import/guide.html", context)
