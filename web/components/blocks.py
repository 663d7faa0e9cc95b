"""Blocks around the content of a template; each takes that content first."""

from zlib import crc32

from django.utils.html import format_html
from django.utils.safestring import SafeString

from .marks import MISSING, NOTHING, STATES, flag
from .marks import icon as draw

# level: (class, icon, word). Django's message levels are here too, so that messages need no table of their own.
ALERTS = {
    "info": ("info", "info", "Information"),
    "debug": ("info", "info", "Information"),
    "success": ("success", "circle-check", "Success"),
    "warning": ("warning", "triangle-alert", "Warning"),
    "error": ("error", "circle-x", "Error"),
}


def heading_text(title: str, count: object, description: str, level: int) -> SafeString:
    return format_html(
        '<div class="container-title"><h{}>{}{}</h{}>{}</div>',
        level,
        title,
        format_html(' <span class="heading-count">({})</span>', count) if count not in (None, "") else "",
        level,
        format_html("<p>{}</p>", description) if description else "",
    )


def container_header(
    content: SafeString, title: str, *, count: object = None, description: str = "", level: int = 2
) -> SafeString:
    """The header of a hand-made container; the block's content stands at the right."""
    actions = format_html('<div class="actions">{}</div>', content) if content.strip() else ""
    return format_html(
        '<header class="container-header">{}{}</header>', heading_text(title, count, description, level), actions
    )


def container(
    content: SafeString, title: str = "", *, count: object = None, description: str = "", id: str = "", level: int = 2
) -> SafeString:
    """A container with a header and a padded body."""
    header = container_header(NOTHING, title, count=count, description=description, level=level) if title else ""
    anchor = format_html(' id="{}"', id) if id else ""
    return format_html(
        '<section class="container"{}>{}<div class="container-body">{}</div></section>', anchor, header, content
    )


def alert(content: SafeString, level: str = "info", title: str = "") -> SafeString:
    kind, drawing, word = ALERTS.get(level, ALERTS["info"])
    return format_html(
        '<div class="alert {}" role="{}">{}<div class="alert-content">{}{}</div></div>',
        kind,
        "alert" if kind == "error" else "group",
        draw(drawing, label=word),
        format_html('<p class="alert-title">{}</p>', title) if title else "",
        content,
    )


def info(content: SafeString, topic: str, *, id: str = "") -> SafeString:
    """The small *Info* link, which opens help in a popover; ``topic`` is what the help is about."""
    anchor = id or f"info-{crc32(f'{topic}{content}'.encode()):08x}"
    return format_html(
        '<span class="info-help">'
        '<button type="button" class="info-link" popovertarget="{}" aria-label="Info about {}">Info</button>'
        '<span class="popover" id="{}" popover><strong>{}</strong><span class="popover-text">{}</span></span></span>',
        anchor,
        topic,
        anchor,
        topic,
        content,
    )


def empty(content: SafeString, title: str, *, icon: str = "inbox") -> SafeString:
    return format_html('<div class="empty">{}<p class="empty-title">{}</p>{}</div>', draw(icon), title, content)


def expandable(content: SafeString, title: str, *, open: bool = False, count: object = None) -> SafeString:
    return format_html(
        '<details class="expandable"{}><summary>{}<span>{}{}</span></summary>'
        '<div class="expandable-body">{}</div></details>',
        flag("open", open),
        draw("chevron-right"),
        title,
        format_html(' <span class="heading-count">({})</span>', count) if count is not None else "",
        content,
    )


def key_value(content: SafeString, label: str) -> SafeString:
    shown = content if content.strip() else MISSING
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, shown)


def step(content: SafeString, title: str, *, state: str = "pending", elapsed: str = "", text: str = "") -> SafeString:
    """One step of a job; ``elapsed`` is ready to read, such as "2.1 s"."""
    state = str(state) if str(state) in STATES else "pending"
    drawing, word = STATES[state]
    return format_html(
        '<li class="step {}"{}>{}<div class="step-text">'
        '<p class="step-title">{}<span class="step-state">{}</span></p>{}</div>'
        '<span class="step-elapsed">{}</span></li>',
        state,
        SafeString(' aria-current="step"') if state == "running" else "",
        draw(drawing),
        title,
        text or word,
        format_html('<div class="step-details">{}</div>', content) if content.strip() else "",
        elapsed,
    )


def dialog(content: SafeString, id: str, title: str) -> SafeString:
    """A dialog that a button with ``data-dialog-open`` opens; the form of the page behind it must work without it."""
    return format_html(
        '<dialog class="dialog" id="{}" aria-labelledby="{}-title">'
        '<header class="dialog-header"><h2 id="{}-title">{}</h2>'
        '<form method="dialog"><button class="button icon" aria-label="Close">{}</button></form></header>'
        '<div class="dialog-body">{}</div></dialog>',
        id,
        id,
        id,
        title,
        draw("x"),
        content,
    )
