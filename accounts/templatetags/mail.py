"""Whether this console can send somebody a letter."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def sends_email() -> bool:
    return bool(settings.SENDS_EMAIL)
