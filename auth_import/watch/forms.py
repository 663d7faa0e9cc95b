"""What a drift's page sends."""

from django import forms

from auth_import.watch.models import DriftWatch

LONGEST_REASON = 1000


class IgnoreForm(forms.Form):
    """Living with one drift: which one, as it was shown, and why. The page draws it: one for every drift."""

    drift = forms.CharField(max_length=80)
    digest = forms.CharField(max_length=64)
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        error_messages={"required": "Say why: it is shown with the drift and kept in the activity."},
    )


class WatchForm(forms.Form):
    minutes = forms.TypedChoiceField(label="Compare with AWS", choices=DriftWatch.Interval.choices, coerce=int)
