"""The settings of the index, and the name of a saved view."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from user_management.index.models import DEFAULT_ATTRIBUTES, SearchIndex
from user_management.listing.query import UserQuery
from user_management.pool_rules import Rules

ALWAYS = ("username", "sub")
NOT_OFFERED = ("password",)
TITLES = {
    "email": "E-mail",
    "phone_number": "Phone number",
    "email_verified": "E-mail verified",
    "phone_number_verified": "Phone number verified",
    "birthdate": "Date of birth",
    "zoneinfo": "Time zone",
    "updated_at": "Profile updated",
}


def attribute_choices(rules: Rules, index: SearchIndex) -> list[tuple[str, str]]:
    """The pool's attributes that can be copied, custom ones last; one that is copied already stays in the list."""
    names = [one.name for one in rules.people.attributes if one.name not in (*ALWAYS, *NOT_OFFERED)]
    names += [name for name in index.attributes if name not in names]
    first = [name for name in DEFAULT_ATTRIBUTES if name in names]
    others = sorted((name for name in names if name not in first), key=lambda name: (":" in name, name))
    return [(name, title_of(name)) for name in (*first, *others)]


def title_of(name: str) -> str:
    return name if ":" in name else TITLES.get(name, name.replace("_", " ").capitalize())


class IndexForm(forms.Form):
    enabled = forms.BooleanField(
        required=False,
        label="Keep a search index of this pool's users",
        help_text="Off: everything that was copied is deleted at once.",
    )
    attributes = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="What is copied of each user",
        help_text="User name, sub, status, whether enabled, and both dates are always copied. Each further attribute "
        "is personal data that then also lies in the console's database: tick only what people are found by.",
    )
    with_groups = forms.BooleanField(
        required=False,
        label="Copy who is in which group",
        help_text="Read by the members of each group, sixty a call; asking every user for the groups would be a call "
        "for each of them.",
    )
    interval = forms.TypedChoiceField(
        coerce=int,
        choices=SearchIndex.Interval.choices,
        label="Refresh",
        help_text="Each refresh reads the whole list.",
    )
    reason = forms.CharField(required=False, max_length=500, label="Reason", help_text="Kept in the activity.")

    def __init__(self, *args: Any, rules: Rules, index: SearchIndex, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {
            "enabled": index.enabled,
            "attributes": index.attributes,
            "with_groups": index.with_groups,
            "interval": index.interval,
        }
        field = self.fields["attributes"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = attribute_choices(rules, index)
        field.error_messages["invalid_choice"] = "The pool has no attribute %(value)s."


class ViewForm(forms.Form):
    name = forms.CharField(max_length=120, label="Name of the view")
    shared = forms.BooleanField(required=False, label="For everybody in this environment")
    params = forms.CharField(required=False, max_length=8000, widget=forms.HiddenInput)

    def clean_params(self) -> str:
        """Only what the users page understands is kept, in its own spelling."""
        params = QueryDict(self.cleaned_data["params"]).dict()
        query = UserQuery.from_params({key: str(value) for key, value in params.items()})
        kept = {key: value for key, value in query.to_params().items() if key != "view"}
        if not kept:
            raise forms.ValidationError("Search or filter first: a view without conditions is the whole list.")
        return urlencode(kept)
