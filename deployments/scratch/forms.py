"""What new Cognito resources shall be like, as a form; and what a person confirms before they are removed."""

from typing import Any

from django import forms

from deployments.scratch.template import (
    STANDARD,
    AttributeType,
    CustomAttribute,
    Mfa,
    NewAuth,
    PasswordPolicy,
    SignIn,
)
from environments.models import Environment

SIGN_IN = (
    (SignIn.EMAIL, "E-mail address"),
    (SignIn.PHONE, "Phone number"),
    (SignIn.USERNAME, "User name"),
)
MFA = (
    (Mfa.OFF, "Off"),
    (Mfa.OPTIONAL, "Optional: whoever wants to can add an authenticator app"),
    (Mfa.ON, "Required: everybody adds an authenticator app at the first sign-in"),
)
NOT_TEXT = {"updated_at"}
TYPES = {one.value.lower(): one for one in AttributeType}
_PROBLEM_AT = {"password": "minimum_length"}
"""Where a problem of a part stands that has several fields."""


class ScratchForm(forms.Form):
    """The state of the page is the form itself and, for Back from the review, the plan it was made for."""

    name = forms.CharField(
        label="Name",
        max_length=64,
        help_text="Begins the names of the user pool, its clients, the stack and the roles.",
    )
    sign_in = forms.MultipleChoiceField(
        label="People sign in with",
        choices=SIGN_IN,
        widget=forms.CheckboxSelectMultiple,
        help_text="Cannot be changed later. With a user name, the others are other names for the same person.",
        error_messages={"required": "Choose at least one way to sign in."},
    )
    required = forms.MultipleChoiceField(
        label="Everybody must have",
        choices=[(one, one) for one in STANDARD if one not in NOT_TEXT],
        widget=forms.CheckboxSelectMultiple,
        help_text="Cannot be changed later. Codes go by e-mail, so email belongs to it.",
        error_messages={"required": "Require email at least: codes for a forgotten password go there."},
    )
    custom = forms.CharField(
        label="Custom attributes",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": "plan\nseats Number"}),
        help_text="One a line: a name, and where it is not text its type (Number, Boolean, DateTime); “fixed” behind "
        "it for one that is set only once. Can be added later, never renamed or removed.",
    )
    minimum_length = forms.IntegerField(label="Least length of a password", min_value=6, max_value=99)
    temporary_days = forms.IntegerField(label="Days an invitation's password is good for", min_value=1, max_value=365)
    lowercase = forms.BooleanField(label="A lower-case letter", required=False)
    uppercase = forms.BooleanField(label="An upper-case letter", required=False)
    numbers = forms.BooleanField(label="A digit", required=False)
    symbols = forms.BooleanField(label="A symbol", required=False)
    mfa = forms.ChoiceField(label="Second factor", choices=MFA, widget=forms.RadioSelect)
    guests = forms.BooleanField(
        label="Let guests get AWS credentials",
        required=False,
        help_text="Of the unauthenticated role, which grants nothing until you attach policies to it.",
    )
    domain = forms.CharField(
        label="Prefix of the hosted sign-in page",
        required=False,
        max_length=63,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
        help_text="Empty for none. Must be free in the whole Region, which only AWS knows.",
    )
    callback_urls = forms.CharField(
        label="Callback URLs",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text="One a line: where people land after signing in there.",
    )
    logout_urls = forms.CharField(
        label="Sign-out URLs",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text="One a line: where people land after signing out there.",
    )
    deletion_protection = forms.BooleanField(
        label="Deletion protection",
        required=False,
        help_text="Cognito then refuses to delete the user pool until somebody turns this off.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            for name, words in self._wanted().problems().items():
                self.add_error(_PROBLEM_AT.get(name, name), words)
        return data

    def clean_custom(self) -> tuple[CustomAttribute, ...]:
        return tuple(_custom(line) for line in _lines(self.cleaned_data["custom"]))

    def _wanted(self) -> NewAuth:
        data = self.cleaned_data
        policy = ("minimum_length", "lowercase", "uppercase", "numbers", "symbols", "temporary_days")
        return NewAuth(
            name=data["name"],
            sign_in=tuple(SignIn(one) for one in data["sign_in"]),
            required=tuple(data["required"]),
            custom=data["custom"],
            password=PasswordPolicy(**{name: data[name] for name in policy}),
            mfa=Mfa(data["mfa"]),
            guests=data["guests"],
            domain=data["domain"],
            callback_urls=tuple(_lines(data["callback_urls"])),
            logout_urls=tuple(_lines(data["logout_urls"])),
            deletion_protection=data["deletion_protection"],
        )

    @property
    def new_auth(self) -> NewAuth:
        """What the valid form asks for."""
        return self._wanted()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _custom(line: str) -> CustomAttribute:
    """`name`, `name Type`, `name fixed`, `name Type fixed`. Raises ValidationError."""
    name, *words = line.removeprefix("custom:").split()
    kind, mutable = AttributeType.STRING, True
    for word in words:
        if word.lower() == "fixed":
            mutable = False
        elif word.lower() in TYPES:
            kind = TYPES[word.lower()]
        else:
            raise forms.ValidationError(
                f"“{word[:40]}” behind {name[:40]} is neither a type ({', '.join(AttributeType)}) nor “fixed”."
            )
    return CustomAttribute(name=name, type=kind, mutable=mutable)


def _line(one: CustomAttribute) -> str:
    words = [one.name, "" if one.type is AttributeType.STRING else one.type, "" if one.mutable else "fixed"]
    return " ".join(filter(None, words))


def initial_of(new: NewAuth) -> dict[str, Any]:
    """The form's values for these wishes."""
    policy = new.to_dict()["password"]
    custom = [_line(one) for one in new.custom]
    return {
        **policy,
        "name": new.name,
        "sign_in": [str(one) for one in new.sign_in],
        "required": list(new.required),
        "custom": "\n".join(custom),
        "mfa": str(new.mfa),
        "guests": new.guests,
        "domain": new.domain,
        "callback_urls": "\n".join(new.callback_urls),
        "logout_urls": "\n".join(new.logout_urls),
        "deletion_protection": new.deletion_protection,
    }


def suggested(environment: Environment) -> NewAuth:
    """Amplify's defaults, with a name that says whose they are."""
    name = f"{environment.project.slug}-{environment.name}"
    return NewAuth(name=(name if name[0].isalpha() else f"auth-{name}")[:64].strip("-"))


class RemoveForm(forms.Form):
    """The environment's name, typed. `protected`: whether AWS refuses to delete the pool at this moment."""

    export = forms.BooleanField(
        label="Export the users first",
        required=False,
        help_text="A CSV file of all users without their passwords, kept encrypted for 7 days. Nothing is removed "
        "before it is complete. Whoever signs up while it is written may be missing from it.",
    )
    unprotect = forms.BooleanField(label="Turn deletion protection off first", required=False)
    user_pool = forms.CharField(required=False, widget=forms.HiddenInput)
    """What the page showed; scripts may leave it out."""
    confirm = forms.CharField(label="Environment name", widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(
        self, *args: object, environment_name: str, user_pool_id: str, protected: bool, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.environment_name, self.user_pool_id = environment_name, user_pool_id
        self.fields["confirm"].help_text = f"Type {environment_name} to confirm that the users are deleted."
        if not protected:
            del self.fields["unprotect"]

    def clean_confirm(self) -> str:
        value: str = self.cleaned_data["confirm"].strip()
        if value != self.environment_name:
            raise forms.ValidationError(f"This is not the environment's name. Type {self.environment_name}.")
        return value

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("user_pool") not in (None, "", self.user_pool_id):
            # The page that says so shows the others, and is answered for them.
            self.data = {**self.data, "user_pool": self.user_pool_id, "confirm": ""}
            raise forms.ValidationError(
                "Other resources are linked by now. Look at what would be deleted, and type again."
            )
        return data

    def clean_unprotect(self) -> bool:
        value: bool = self.cleaned_data["unprotect"]
        if not value:
            raise forms.ValidationError(
                "Deletion protection is on, so AWS refuses to delete the user pool. Tick this to turn it off first."
            )
        return value
