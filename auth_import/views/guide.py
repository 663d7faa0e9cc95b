"""The page of one check, from `docs/checks/`."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

from auth_import.rules import RULES
from web.pages import render_page

KNOWN = {rule.id: rule for rule in RULES}
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@require_safe
def check_page(request: HttpRequest, check_id: str) -> HttpResponse:
    if check_id not in KNOWN:
        raise Http404("There is no such check.")
    text = (settings.BASE_DIR / "docs" / "checks" / f"{check_id}.md").read_text(encoding="utf-8")
    # The text is the project's own, and raw HTML in it is switched off.
    body = mark_safe(MARKDOWN.render(text.replace(".md)", "/)")))  # noqa: S308
    return render_page(request, "auth_import/guide.html", {"rule": KNOWN[check_id], "body": body})
