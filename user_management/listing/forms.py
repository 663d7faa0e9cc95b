from typing import Any

from django import forms

from aws.user_resources import PeopleRules
from user_management.listing.columns import columns_of
from user_management.listing.models import SIZES


class ColumnsForm(forms.Form):
    """Which columns, how many rows, and the query string of the list to go back to."""

    columns = forms.MultipleChoiceField(
        label="Columns",
        required=True,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one column."},
    )
    size = forms.ChoiceField(
        label="Users on a page", choices=[(str(size), f"{size} users") for size in SIZES], widget=forms.RadioSelect
    )
    back = forms.CharField(required=False, max_length=8000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, rules: PeopleRules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["columns"].choices = [(one.key, one.title) for one in columns_of(rules)]  # type: ignore[attr-defined]
