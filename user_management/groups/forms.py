"""What a person types about a group."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django import forms

from aws.resources import Group
from user_management.groups.precedence import HIGHEST_PRECEDENCE, neighbours

LONGEST_NAME = 128
LONGEST_DESCRIPTION = 2048
LONGEST_ROLE = 2048
LONGEST_REASON = 500
_NAME_CATEGORIES = frozenset("LMSNP")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+", re.ASCII)


def wrong_name(name: str) -> str:
    """What Cognito has against this name for a group, or "". Its pattern: `[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+`."""
    if len(name) > LONGEST_NAME:
        return f"A group's name has at most {LONGEST_NAME} characters; this one has {len(name)}."
    if any(unicodedata.category(letter) in ("Zs", "Cc") for letter in name):
        return "Cognito allows no spaces in a group's name. Use a hyphen or an underscore."
    if any(unicodedata.category(letter)[0] not in _NAME_CATEGORIES for letter in name):
        return "Cognito takes letters, numbers, punctuation and symbols; there is another character in this name."
    return ""


def wrong_role(arn: str) -> str:
    """What is wrong with the text as the ARN of an IAM role; "" is nothing."""
    if len(arn) > LONGEST_ROLE:
        return f"A role's ARN has at most {LONGEST_ROLE:,} characters."
    if arn and not _ROLE.fullmatch(arn):
        return "This is not the ARN of an IAM role. It looks like arn:aws:iam::123456789012:role/shop-editors."
    return ""


class ReasonForm(forms.Form):
    """Why, for the activity."""

    reason = forms.CharField(
        required=False, max_length=LONGEST_REASON, label="Reason", help_text="For the activity of this project."
    )


class GroupForm(ReasonForm):
    """A new group or, with `group`, the changes to one that is there."""

    name = forms.CharField(
        max_length=None,
        help_text="Up to 128 letters, numbers, punctuation and symbols, no spaces. It can never be changed.",
    )
    description = forms.CharField(
        required=False,
        max_length=LONGEST_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What its members may do, in your own words.",
    )
    precedence = forms.IntegerField(required=False, min_value=0, max_value=HIGHEST_PRECEDENCE)
    role_arn = forms.CharField(
        required=False,
        label="Role ARN",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"}),
        help_text="The IAM role members get through the identity pool, for example "
        "arn:aws:iam::123456789012:role/shop-editors. Once given, it can be replaced and never be taken away.",
    )
    field_order = ("name", "description", "precedence", "role_arn", "reason")

    def __init__(self, *args: Any, group: Group | None = None, **kwargs: Any) -> None:
        if group is not None:
            kwargs["initial"] = values_of(group) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.group = group
        if group is None:
            return
        del self.fields["name"]
        if group.precedence is not None:
            self.fields["precedence"].required = True
        if group.role_arn:
            self.fields["role_arn"].required = True
            self.fields["role_arn"].help_text = "Cognito can replace a group's role, and cannot take it away."

    def show_neighbours(self, groups: Iterable[Group]) -> None:
        """Say beside the field which precedences near the one in it are taken, so that nobody has to leave the page."""
        bound = self["precedence"]
        raw = str(bound.value() or "")
        number = int(raw) if raw.isdecimal() and len(raw) < 11 else None
        near = neighbours(groups, number, but=self.group.name if self.group else "")
        taken = ", ".join(f"{one.precedence} {one.name[:30]}" for one in near)
        bound.help_text = (
            "The lower the number, the more it counts; a group without one comes last. "
            "Once given, it can be changed and never be taken away. "
            + (f"In use near it: {taken}." if taken else "No other group of the pool has one.")
        )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if words := wrong_name(name):
            raise forms.ValidationError(words)
        return name

    def clean_role_arn(self) -> str:
        arn: str = self.cleaned_data["role_arn"]
        if words := wrong_role(arn):
            raise forms.ValidationError(words)
        return arn

    @property
    def wanted(self) -> Group:
        """The group as it is to be."""
        return Group(
            name=self.group.name if self.group else self.cleaned_data["name"],
            # A browser sends line ends in its own way; kept so, each saving would look like a change.
            description=self.cleaned_data["description"].replace("\r\n", "\n"),
            precedence=self.cleaned_data["precedence"],
            role_arn=self.cleaned_data["role_arn"],
        )


def values_of(group: Group) -> dict[str, Any]:
    """The group's values as the form, the activity and the answers for scripts name them."""
    return {
        "name": group.name,
        "description": group.description,
        "precedence": group.precedence,
        "role_arn": group.role_arn,
    }


class DeleteForm(ReasonForm):
    """The typed confirmation, in the original's word."""

    confirm = forms.CharField(
        label="Confirmation", help_text="Type Delete to confirm.", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    field_order = ("confirm", "reason")

    def clean_confirm(self) -> str:
        value: str = self.cleaned_data["confirm"]
        if value.casefold() != "delete":
            raise forms.ValidationError("Type the word Delete. Nothing was deleted.")
        return value
