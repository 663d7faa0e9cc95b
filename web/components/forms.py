"""Fields, and the controls that are not fields of a form."""

from collections.abc import Iterable

from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .blocks import alert
from .marks import NOTHING, flag
from .marks import icon as draw

OPTIONAL = SafeString(' <span class="optional">- optional</span>')


def field(bound: BoundField) -> SafeString:
    """A form field: label, hint, control and errors, tied together for screen readers."""
    optional = NOTHING if bound.field.required else OPTIONAL
    hint = (
        format_html('<div class="hint" id="{}_helptext">{}</div>', bound.auto_id, bound.help_text)
        if bound.help_text
        else ""
    )
    errors = format_html_join("", '<p class="error-line">{}{}</p>', ((draw("circle-alert"), e) for e in bound.errors))
    error = format_html('<div class="field-error" id="{}_error">{}</div>', bound.auto_id, errors) if errors else ""
    state = " invalid" if errors else ""
    if bound.widget_type == "checkbox":
        return format_html(
            '<div class="field{}"><label class="choice">{}<span>{}{}</span></label>{}</div>',
            state,
            bound,
            bound.label,
            hint,
            error,
        )
    if bound.use_fieldset:
        described = f"{bound.auto_id}_helptext {bound.auto_id}_error".strip() if hint or error else ""
        return format_html(
            '<fieldset class="field{}" aria-describedby="{}"><legend>{}{}</legend>{}'
            '<div class="choices">{}</div>{}</fieldset>',
            state,
            described,
            bound.label,
            optional,
            hint,
            format_html_join("", '<label class="choice">{}<span>{}</span></label>', choices_of(bound)),
            error,
        )
    return format_html(
        '<div class="field{}"><label for="{}">{}{}</label>{}{}{}</div>',
        state,
        bound.id_for_label,
        bound.label,
        optional,
        hint,
        bound,
        error,
    )


def choices_of(bound: BoundField) -> Iterable[tuple[SafeString, str]]:
    return ((choice.tag(), choice.choice_label) for choice in bound.subwidgets)


def fields(form: BaseForm) -> SafeString:
    """All of a form: what is wrong with it as a whole, its visible fields, its hidden ones."""
    problems = form.non_field_errors()
    whole = alert(format_html_join("", "<p>{}</p>", ((one,) for one in problems)), "error") if problems else NOTHING
    visible = format_html_join("", "{}", ((field(bound),) for bound in form.visible_fields()))
    hidden = format_html_join("", "{}", ((bound,) for bound in form.hidden_fields()))
    return format_html("{}{}{}", whole, visible, hidden)


def search_box(*, name: str = "q", value: str = "", label: str = "Search", placeholder: str = "") -> SafeString:
    return format_html(
        '<div class="search-box" role="search" aria-label="{}">{}'
        '<input type="search" name="{}" value="{}" aria-label="{}" placeholder="{}" '
        'autocomplete="off" spellcheck="false" maxlength="200"></div>',
        label,
        draw("search"),
        name,
        value or "",
        label,
        placeholder or label,
    )


def toggle(
    *, name: str, label: str, value: str = "on", checked: bool = False, description: str = "", disabled: bool = False
) -> SafeString:
    return format_html(
        '<label class="toggle"><input type="checkbox" role="switch" name="{}" value="{}"{}{}><span>{}{}</span></label>',
        name,
        value,
        flag("checked", checked),
        flag("disabled", disabled),
        label,
        format_html('<span class="hint">{}</span>', description) if description else "",
    )


def tile(
    content: SafeString,
    *,
    name: str,
    value: str,
    title: str,
    icon: str = "",
    checked: bool = False,
    disabled: bool = False,
) -> SafeString:
    """One choice of a few, as a card with a radio button."""
    return format_html(
        '<label class="tile"><input type="radio" name="{}" value="{}"{}{}>'
        '<span class="tile-text"><span class="tile-title">{}</span>'
        '<span class="tile-description">{}</span></span>{}</label>',
        name,
        value,
        flag("checked", checked),
        flag("disabled", disabled),
        title,
        content,
        draw(icon) if icon else "",
    )
