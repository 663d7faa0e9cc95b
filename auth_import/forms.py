"""What the import page reads from its query string, and the form that asks for a plan."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from auth_import.observation import Choice

SHORT = 256


class WizardForm(forms.Form):
    """The state of the import page: nothing is kept anywhere else, so Back, reload and sharing the address work."""

    q = forms.CharField(required=False, max_length=SHORT)
    token = forms.CharField(required=False, max_length=8192)
    pool = forms.CharField(required=False, max_length=SHORT)
    cpool = forms.CharField(required=False, max_length=SHORT)
    cq = forms.CharField(required=False, max_length=SHORT)
    cstart = forms.IntegerField(required=False, min_value=0, max_value=100_000)
    web = forms.CharField(required=False, max_length=SHORT)
    native = forms.CharField(required=False, max_length=SHORT)
    both = forms.CharField(required=False, max_length=SHORT)
    identity = forms.ChoiceField(required=False, choices=[("on", "on"), ("off", "off")])
    iq = forms.CharField(required=False, max_length=SHORT)
    ipool = forms.CharField(required=False, max_length=SHORT)
    plain = forms.BooleanField(required=False)


class Wizard:
    """The choices so far. Values that make no sense are treated as not chosen, never as an error.

    `carried` are values of another page that stay in the address beside the choices.
    """

    KEYS = ("pool", "web", "native", "both", "identity", "ipool", "plain")

    def __init__(self, query: QueryDict, carried: Mapping[str, str] | None = None) -> None:
        self.carried = dict(carried or {})
        form = WizardForm(query)
        form.is_valid()
        data = form.cleaned_data
        text = {key: str(data.get(key) or "").strip() for key in form.fields}
        self.search = text["q"]
        self.token = text["token"]
        self.pool = text["pool"]
        self.client_search = text["cq"]
        self.client_start = int(data.get("cstart") or 0)
        if text["cpool"] and text["cpool"] != self.pool:
            # The form was drawn for another user pool: what was chosen there does not exist in this one.
            text |= {"both": "", "web": "", "native": "", "ipool": "", "cq": "", "iq": ""}
            self.client_search, self.client_start = "", 0
        self.both = text["both"]
        self.web = self.both or text["web"]
        self.native = self.both or text["native"]
        # A check box that is off sends nothing; the hidden field before it says that the toggle was on the page.
        self.identity = (query.getlist("identity") or ["on"])[-1] != "off"
        self.identity_search = text["iq"]
        self.identity_pool = text["ipool"] if self.identity else ""
        self.plain = bool(data.get("plain"))

    @property
    def choice(self) -> Choice | None:
        """The complete choice, None while something is still to be chosen."""
        if not (self.pool and self.web and self.native) or (self.identity and not self.identity_pool):
            return None
        return Choice(
            user_pool_id=self.pool,
            web_client_id=self.web,
            native_client_id=self.native,
            identity_pool_id=self.identity_pool,
        )

    @property
    def missing(self) -> str:
        """What to choose next, in words."""
        if not self.pool:
            return "Select a user pool."
        if not self.web and not self.native:
            return "Select an app client for web and one for mobile, or one for both."
        if not self.web:
            return "Select the app client for your web app."
        if not self.native:
            return "Select the app client for your mobile app."
        return "Select an identity pool, or turn off Use identity pools." if not self.choice else ""

    @property
    def query(self) -> str:
        """The choices as a query string, without searches and positions."""
        values = {
            "pool": self.pool,
            "web": "" if self.both else self.web,
            "native": "" if self.both else self.native,
            "both": self.both,
            "identity": "" if self.identity else "off",
            "ipool": self.identity_pool,
            "plain": "1" if self.plain else "",
        }
        return urlencode(self.carried | {key: value for key, value in values.items() if value})


def choice_query(choice: Choice) -> str:
    """The address part that shows this choice on the import page."""
    values: Mapping[str, str] = {
        "pool": choice.user_pool_id,
        "web": choice.web_client_id,
        "native": choice.native_client_id,
        "ipool": choice.identity_pool_id,
        "identity": "" if choice.uses_identity_pool else "off",
    }
    return urlencode({key: value for key, value in values.items() if value})


class PlanForm(forms.Form):
    """Asks for a plan: which failures are accepted on purpose, and why."""

    accept = forms.MultipleChoiceField(required=False)
    reason = forms.CharField(
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept with the link and in the activity.",
    )


class UnlinkForm(forms.Form):
    """The typed confirmation, the environment's name; and what becomes of the backend in the cloud (`now` or `later`).

    Without `backend`, as scripts from before it send it, the cloud waits for somebody's push.
    """

    backend = forms.ChoiceField(required=False, choices=[("now", "now"), ("later", "later")])
    cancel_jobs = forms.BooleanField(required=False, label="Cancel this work, and unlink")
    confirm = forms.CharField(label="Environment name", widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: object, environment_name: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.environment_name = environment_name
        self.fields["confirm"].help_text = f"Type {environment_name} to confirm."

    def clean_confirm(self) -> str:
        value: str = self.cleaned_data["confirm"].strip()
        if value != self.environment_name:
            raise forms.ValidationError(f"This is not the environment's name. Type {self.environment_name}.")
        return value
