"""What a person ticks about a function."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.html import format_html

from function_access import operations
from function_access.models import FunctionGrant

LONGEST_REASON = 500
OPERATION_WORDS = {
    "create": "new users and groups",
    "read": "users, groups and the pool's settings",
    "update": "users, and who is in which group; reset passwords",
    "delete": "users, attributes and groups",
}


def _breadth_choices() -> list[tuple[str, Any]]:
    everything = operations.actions(operations.OPERATIONS, operations.CLI)
    idle = len(operations.without_effect(everything))
    few = len(operations.actions(operations.OPERATIONS, operations.LEAST))
    template = '{}<span class="hint">{}</span>'
    passwords = (
        "With create or update, the function may also set the password of anybody in the pool, and so sign in as "
        "anybody. Making users whose password is final needs it."
    )
    least = f"Least privilege. {few} actions for all four operations, each limited to this pool and shown below."
    cli = (
        f"{len(everything)} actions for all four operations. They reach beyond users: app clients, identity providers, "
        f"domains, and deleting the pool itself. {idle} of them cannot be limited to one pool, and grant nothing here."
    )
    breadth = FunctionGrant.Breadth
    return [
        (breadth.LEAST.value, format_html(template, breadth.LEAST.label, least)),
        (breadth.PASSWORDS.value, format_html(template, breadth.PASSWORDS.label, passwords)),
        (breadth.CLI.value, format_html(template, breadth.CLI.label, cli)),
    ]


class AccessForm(forms.Form):
    """Which operations, and how broad a list of actions each of them is."""

    operations = forms.MultipleChoiceField(
        label="It may",
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (one, format_html("<strong>{}</strong> {}", one.title(), OPERATION_WORDS[one]))
            for one in operations.OPERATIONS
        ],
        error_messages={"required": "Tick what the function may do. To take its access away, use the button for that."},
    )
    breadth = forms.ChoiceField(
        label="By which actions",
        widget=forms.RadioSelect,
        choices=_breadth_choices,
        initial=FunctionGrant.Breadth.LEAST.value,
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        if data is not None and "breadth" not in data:
            # Scripts that name none get the narrow list.
            data = data.copy()
            data["breadth"] = operations.LEAST
        super().__init__(data, **kwargs)

    def clean_operations(self) -> tuple[str, ...]:
        return operations.in_order(self.cleaned_data["operations"])


class ApplyForm(AccessForm):
    """The same with why, for the activity, and with what was reviewed."""

    reason = forms.CharField(
        required=False, max_length=LONGEST_REASON, label="Reason", help_text="For the activity of this project."
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class RevokeForm(forms.Form):
    reason = forms.CharField(
        required=False, max_length=LONGEST_REASON, label="Reason", help_text="For the activity of this project."
    )
