"""What a person enters around a bulk change: the operation's own arguments, and what must be confirmed first.

The fields of arguments have names of their own (`to_group`), because the conditions of a list travel in the same form
and have a `group` as well.
"""

from collections.abc import Mapping
from typing import Any

from django import forms

from aws import user_pools
from user_management.bulk import attribute_values
from user_management.bulk.models import BulkOperation
from user_management.bulk.operations import Operation
from user_management.bulk.services import DEFAULT_SENDER_A_DAY, Confirmed
from user_management.person.attributes import label_of, limits_of
from user_management.place import Place
from user_management.pool_rules import Rules, rules_of

FIELDS = {"group": "to_group", "name": "set_name", "value": "set_value"}
"""Where the operation's arguments stand in the form."""
MOST_GROUPS = 10_000


def arguments_in(data: Mapping[str, Any]) -> dict[str, str]:
    return {argument: str(data.get(field, "")).strip() for argument, field in FIELDS.items()}


class ArgumentsForm(forms.Form):
    """The fields that the operation needs; empty for most."""

    def __init__(self, data: Mapping[str, Any] | None, *, place: Place, operation: Operation) -> None:
        super().__init__(data)
        if "group" in operation.needs:
            groups = [group.name for group in user_pools.list_groups(place.target, place.pool_id)[:MOST_GROUPS]]
            choices = [("", "Choose a group"), *((name, name) for name in sorted(groups, key=str.casefold))]
            self.fields["to_group"] = forms.ChoiceField(
                label="Group",
                choices=choices,
                help_text="" if groups else "The pool has no groups yet. Create one under Groups first.",
            )
        if "name" in operation.needs:
            rules = attribute_values.settable(rules_of(place).people)
            named = [(rule.name, f"{label_of(rule.name)} ({rule.name})") for rule in rules]
            self.fields["set_name"] = forms.ChoiceField(
                label="Attribute", choices=[("", "Choose an attribute"), *named]
            )
            own = [(label_of(rule.name), limits_of(rule)) for rule in rules if rule.is_custom]
            limits = "; ".join(f"{label}: {text}" for label, text in own if text)
            self.fields["set_value"] = forms.CharField(
                label="Value",
                required=False,
                max_length=2048,
                help_text=f"The same value for every user. Empty deletes the attribute. {limits}".strip(),
            )


class StartForm(forms.Form):
    """The reason, and what must be confirmed."""

    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=500,
        help_text="Kept in the activity with every user.",
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, bulk: BulkOperation, operation: Operation, number: int
    ) -> None:
        super().__init__(data)
        messages = sum(bulk.messages.values())
        if messages:
            self.fields["messages"] = forms.BooleanField(
                label=f"Send {messages_words(bulk)}",
                required=False,
            )
        if operation.typed:
            self.fields["typed"] = forms.CharField(
                label=f"To confirm, type the number of users: {number}",
                max_length=20,
                error_messages={"required": f"Type {number}, the number of users that will be deleted."},
            )
            self.fields["typed"].widget.attrs.update({"autocomplete": "off", "inputmode": "numeric"})

    @property
    def confirmed(self) -> Confirmed:
        return Confirmed(
            messages=bool(self.cleaned_data.get("messages")), typed=str(self.cleaned_data.get("typed") or "")
        )


def messages_words(bulk: BulkOperation) -> str:
    """ "812 e-mails and 3 text messages"."""
    emails, texts = bulk.messages.get("EMAIL", 0), bulk.messages.get("SMS", 0)
    parts = [
        f"{number:,} {word}{'' if number == 1 else 's'}"
        for number, word in ((emails, "e-mail"), (texts, "text message"))
        if number
    ]
    return " and ".join(parts)


def sender_warning(bulk: BulkOperation, rules: Rules) -> str:
    """What is to be known about who sends them, or ""."""
    emails = bulk.messages.get("EMAIL", 0)
    if not emails or not rules.people.default_sender:
        return ""
    limit = (
        f"The pool sends through Cognito's own sender, which allows {DEFAULT_SENDER_A_DAY} e-mails a day for the whole "
        "AWS account, sign-ups of the live app included."
    )
    if emails <= DEFAULT_SENDER_A_DAY:
        return f"{limit} These {emails:,} count against it."
    return (
        f"{limit} After that Cognito sends nothing until 09:00 UTC, and new users of the live app get no codes either. "
        "Configure Amazon SES for the pool first, or choose fewer users. If the limit is met, the job stops and can be "
        "continued the next day."
    )
