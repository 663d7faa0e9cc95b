"""The components of the look as template tags; every one is shown on ``/styleguide/``."""

from typing import Any

from django import template
from django.http import QueryDict

from ..components import blocks, forms, marks

register = template.Library()

for tag in (
    *(marks.icon, marks.status, marks.badge, marks.ago, marks.copy_button, marks.copyable, marks.code, marks.diff),
    *(marks.progress, marks.spinner, marks.skeleton, marks.tabs),
    *(forms.field, forms.fields, forms.search_box, forms.toggle),
):
    register.simple_tag(tag)

for block_tag in (
    *(blocks.container, blocks.container_header, blocks.alert, blocks.info, blocks.empty, blocks.expandable),
    *(blocks.key_value, blocks.step, blocks.dialog, forms.tile),
):
    register.simple_block_tag(block_tag)

register.filter(marks.attribute_text)


@register.simple_tag(takes_context=True)
def query(context: template.Context, *, keep: str | None = None, **changes: Any) -> str:
    """Return ``?…`` of the present address with some parameters replaced; None and "" remove one, a list repeats it.

    With ``keep="pool web"`` only the parameters named there survive from the present address.
    """
    request = context.get("request")
    parameters = request.GET.copy() if request else QueryDict(mutable=True)
    if keep is not None:
        for name in set(parameters) - set(keep.split()):
            del parameters[name]
    for name, value in changes.items():
        values = value if isinstance(value, list | tuple) else [value]
        parameters.setlist(name, [str(one) for one in values if one is not None and one != ""])
    return f"?{parameters.urlencode()}"
