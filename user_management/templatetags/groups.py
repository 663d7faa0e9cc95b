"""How groups are shown."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from aws.resources import Group
from user_management.listing.columns import status_words
from user_management.listing.rows import STATES
from web.components import marks

register = template.Library()


@register.simple_tag
def group_role(group: Group) -> SafeString:
    """The last part of the role's ARN, which is its name; the whole ARN on hover, and to copy."""
    return role_mark(group.role_arn)


@register.simple_tag
def role_mark(arn: str) -> SafeString:
    if not arn:
        return SafeString('<span class="secondary">none</span>')
    return format_html(
        '<span class="copyable"><span class="mono" title="{}">{}</span>{}</span>',
        arn,
        arn.rpartition("/")[2] or arn,
        marks.copy_button(text=arn, label=f"Copy the ARN of {arn.rpartition('/')[2]}"),
    )


@register.simple_tag
def user_status(status: str) -> SafeString:
    """A user's status as the list of users shows it."""
    return marks.status(STATES.get(status, "pending"), status_words(status))
