"""Forms of the pages of notifications."""

from django import forms

from environments.notifications import addresses
from environments.notifications.events import EVENT_WORDS, SUBJECT_WORDS
from environments.notifications.models import Webhook


class SubscriptionForm(forms.Form):
    subjects = forms.MultipleChoiceField(
        label="Write to me when",
        choices=list(SUBJECT_WORDS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class WebhookForm(forms.Form):
    name = forms.CharField(max_length=60, help_text="Who receives it, for example On-call.")
    url = forms.CharField(
        label="URL",
        max_length=Webhook._meta.get_field("url").max_length,
        widget=forms.URLInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text="Where requests are posted to. https:// is needed outside of your own network.",
    )
    events = forms.MultipleChoiceField(choices=list(EVENT_WORDS.items()), widget=forms.CheckboxSelectMultiple)

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            addresses.check_form(url)
        except addresses.NotAllowed as error:
            raise forms.ValidationError(str(error)) from error
        return url


class SecretForm(forms.Form):
    """`number` names the secret that the page was drawn with, so that the same form sent twice is known as such."""

    number = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    at_once = forms.BooleanField(
        label="End the old secret at once",
        required=False,
        help_text="Where it may have leaked. Otherwise both are valid for 24 hours, so that nothing is missed.",
    )
