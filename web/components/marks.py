"""Small marks inside text and tables, and the blocks that show code and progress."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from .. import diffs

# state: (icon, word where the page gives none)
STATES = {
    "pass": ("circle-check", "Passed"),
    "info": ("info", "Information"),
    "warn": ("triangle-alert", "Warning"),
    "fail": ("circle-x", "Failed"),
    "pending": ("circle-dashed", "Pending"),
    "running": ("loader-circle", "Running"),
    "stopped": ("circle-minus", "Stopped"),
}

NOTHING = SafeString("")
MISSING = SafeString('<span class="secondary">–</span>')


def flag(name: str, is_set: bool) -> SafeString:
    """An attribute without a value, such as ``checked``."""
    return format_html(" {}", name) if is_set else NOTHING


def icon(name: str, *, label: str = "") -> SafeString:
    """Draw an icon of the sprite; without a label it is hidden from screen readers."""
    if not label:
        return _silent_icon(name)
    href = f"{static('img/icons.svg')}#{name}"
    return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)


# Typed, because text that is marked safe equals the same text that is not. A page draws up to a hundred icons.
@lru_cache(maxsize=256, typed=True)
def _silent_icon(name: str) -> SafeString:
    href = f"{static('img/icons.svg')}#{name}"
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', href)


def status(state: str, text: str = "") -> SafeString:
    """Show a state by colour, icon and word; an unknown state is shown as pending rather than breaking the page."""
    state = str(state) if str(state) in STATES else "pending"
    drawing, word = STATES[state]
    return format_html('<span class="status {}">{}<span>{}</span></span>', state, icon(drawing), text or word)


def badge(text: str, *, tone: str = "grey") -> SafeString:
    return format_html('<span class="badge {}">{}</span>', tone, text)


def ago(when: datetime | None, *, never: str = "–") -> SafeString:
    """Show how long ago (or in how long) something is, with the exact time on hover."""
    if when is None:
        return format_html('<span class="secondary">{}</span>', never)
    if timezone.is_naive(when):
        when = when.replace(tzinfo=UTC)
    exact = when.astimezone(UTC)
    # Every row of a long list has one of these, and none of the three texts can hold anything to escape.
    title = exact.strftime("%-d %b %Y, %H:%M:%S")
    words = relative_time(when, timezone.now())
    return SafeString(
        f'<time datetime="{exact.isoformat(timespec="seconds")}" title="{title} UTC" data-ago>{words}</time>'
    )


def relative_time(when: datetime, now: datetime) -> str:
    """Say a moment relative to ``now`` in one unit; beyond 30 days, as a date."""
    distance = abs(now - when)
    if distance < timedelta(seconds=45):
        return "just now"
    if distance > timedelta(days=30):
        return when.astimezone(UTC).strftime("%-d %b %Y")
    minutes, hours, days = (max(1, int(distance / timedelta(minutes=size) + 0.5)) for size in (1, 60, 60 * 24))
    number, unit = (minutes, "minute") if minutes < 60 else (hours, "hour") if hours < 24 else (days, "day")
    words = f"{number} {unit}{'' if number == 1 else 's'}"
    return f"in {words}" if when > now else f"{words} ago"


def attribute_text(value: object) -> SafeString:
    """Show a value that may be a list, a flag or nothing as words."""
    if value in (None, "", [], ()):
        return MISSING
    if isinstance(value, bool):
        return SafeString("Yes" if value else "No")
    if isinstance(value, list | tuple | set | frozenset):
        return format_html_join(", ", "{}", ((one,) for one in value))
    return format_html("{}", value)


def copy_button(*, text: str | None = None, target: str = "", label: str = "Copy") -> SafeString:
    """A button that copies ``text``, or the text of the element with the id ``target``; it needs JavaScript."""
    what = format_html('data-copy-target="{}"', target) if text is None else format_html('data-copy="{}"', text)
    return format_html(
        '<button type="button" class="button icon small copy-button js-only" {} aria-label="{}" title="{}">'
        "{}{}</button>",
        what,
        label,
        label,
        icon("copy"),
        icon("check"),
    )


def copyable(value: str) -> SafeString:
    button = copy_button(text=value, label=f"Copy {value}")
    return format_html('<span class="copyable"><span class="mono">{}</span>{}</span>', value, button)


def code(text: str, *, name: str = "", wrap: bool = False) -> SafeString:
    """A block of code with a copy button; ``wrap`` is for commands, which people read whole."""
    return format_html(
        '<figure class="code{}">{}<div class="code-copy">{}</div><pre tabindex="0"{}><code>{}</code></pre></figure>',
        " wrap" if wrap else "",
        format_html("<figcaption>{}</figcaption>", name) if name else "",
        copy_button(text=text, label=f"Copy {name or 'the text'}"),
        format_html(' aria-label="{}"', name) if name else "",
        text,
    )


def diff(unified: str = "", *, old: str | None = None, new: str | None = None, name: str = "") -> SafeString:
    """Draw a unified diff, or the difference of two texts; None on one side means that the file is not there."""
    rows = diffs.rows_of(unified) if unified else diffs.rows_between(old or "", new or "")
    added = sum(row.kind == "added" for row in rows)
    removed = sum(row.kind == "removed" for row in rows)
    heading = format_html(
        '<span class="mono">{}</span><span class="diff-counts"><span class="diff-added">+{}</span> '
        '<span class="diff-removed">−{}</span></span>',
        name or "Changes",
        added,
        removed,
    )
    if not rows:
        body: SafeString = format_html('<p class="diff-empty">{}</p>', "No difference.")
    else:
        body = format_html(
            '<pre tabindex="0"><code>{}</code></pre>', SafeString("".join(diff_row(row) for row in rows))
        )
    return format_html(
        '<figure class="diff"><figcaption>{}</figcaption>{}</figure>',
        heading,
        body,
    )


def diff_row(row: diffs.DiffRow) -> SafeString:
    tag = {"added": "ins", "removed": "del"}.get(row.kind, "span")
    old = "" if row.old_number is None else row.old_number
    new = "" if row.new_number is None else row.new_number
    # A review draws hundreds of rows; only the text can hold anything to escape.
    return SafeString(
        f'<{tag} class="diff-row {row.kind}" data-old="{old}" data-new="{new}">{escape(row.text)}\n</{tag}>'
    )


def progress(*, value: float, maximum: float = 100, label: str = "") -> SafeString:
    return format_html(
        '<div class="progress"><span class="progress-label">{}</span>'
        '<progress value="{}" max="{}" aria-label="{}"></progress></div>',
        label,
        str(value),
        str(maximum or 1),
        label or "Progress",
    )


def spinner(text: str = "Loading") -> SafeString:
    return format_html('<span class="spinner" role="status">{}<span>{}</span></span>', icon("loader-circle"), text)


def skeleton(*, rows: int = 3, columns: int = 4, text: str = "Loading") -> SafeString:
    """Grey bars in the shape of a table that is still being read."""
    row = format_html('<div class="skeleton-row">{}</div>', SafeString("<span></span>" * columns))
    return format_html(
        '<div class="skeleton" role="status"><span class="visually-hidden">{}</span>{}</div>',
        text,
        SafeString(row * rows),
    )


def tabs(items: Iterable[Mapping[str, Any]], *, label: str = "Sections") -> SafeString:
    """Links that look like tabs; each item has ``label``, ``url`` and perhaps ``current`` and ``count``."""
    links = format_html_join(
        "",
        '<li><a href="{}"{}>{}{}</a></li>',
        (
            (
                item["url"],
                SafeString(' aria-current="page"') if item.get("current") else "",
                item["label"],
                format_html(' <span class="count">{}</span>', item["count"]) if item.get("count") is not None else "",
            )
            for item in items
        ),
    )
    return format_html('<nav class="tabs" aria-label="{}"><ul>{}</ul></nav>', label, links)
