"""How the activity shows what was before and after."""

import json
from typing import Any

from django import template

from audit.actions import ACTION_WORDS

register = template.Library()


@register.filter
def action_words(action: str) -> str:
    """What happened, in words; an action of a later version is shown as it is."""
    return ACTION_WORDS.get(action, action)


@register.filter
def pretty_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
