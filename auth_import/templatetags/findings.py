"""How the words of a finding are drawn."""

import re

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def code_words(text: str) -> SafeString:
    """The text with what stands between backticks as code; everything is escaped."""
    parts = re.split(r"`([^`]+)`", text)
    return format_html_join("", "{}", ((_code(part) if n % 2 else part,) for n, part in enumerate(parts)))


def _code(text: str) -> SafeString:
    return format_html_join("", "<code>{}</code>", [(text,)])
