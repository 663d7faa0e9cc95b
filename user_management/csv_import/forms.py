"""What a person says when uploading a file, and when starting its import."""

from typing import Any

from django import forms

from user_management.csv_import.models import Way

ALGORITHMS = ("BCRYPT", "SCRYPT", "ARGON2ID", "PBKDF2_SHA256")
INVITATIONS = (
    ("", "Send nothing"),
    ("EMAIL", "Send an invitation by e-mail"),
    ("SMS", "Send an invitation by SMS"),
    ("BOTH", "Send an invitation by e-mail and by SMS"),
)
ROLE = r"^arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+$"


class UploadForm(forms.Form):
    file = forms.FileField(
        label="CSV file",
        help_text="UTF-8, at most 100 MB. It is checked first; nothing is imported before you have seen the result.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        allow_empty_file=True,
        error_messages={"required": "Choose a file.", "invalid": "Choose a file."},
    )
    hashing = forms.ChoiceField(
        label="Password hashes",
        required=False,
        help_text="Only if the file has a column password_hash. Such an import can only be run by Cognito's own job.",
    )

    def __init__(self, *args: Any, offered: tuple[str, ...] = ALGORITHMS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "The file has none"), *((one, one) for one in offered)]
        self.fields["hashing"].choices = choices  # type: ignore[attr-defined]


class StartForm(forms.Form):
    """`new` is how many users would be created; the form asks for a tick before it writes to so many people."""

    existing = forms.ChoiceField(
        label="Users who exist already",
        choices=(("skip", "Leave them as they are"), ("update", "Update what the file says differently")),
        initial="skip",
        widget=forms.RadioSelect,
    )
    way = forms.ChoiceField(
        label="How to import", choices=Way.choices, initial=Way.ONE_BY_ONE, widget=forms.RadioSelect
    )
    invitation = forms.ChoiceField(label="Tell the new users", choices=INVITATIONS, required=False)
    accept_messages = forms.BooleanField(label="Yes, send these messages", required=False)
    role_arn = forms.RegexField(
        ROLE,
        label="Role for CloudWatch Logs",
        required=False,
        max_length=2048,
        help_text="The ARN of a role that lets Cognito write the job's log. Needed for an import job only.",
        error_messages={"invalid": "This is not the ARN of a role: arn:aws:iam::123456789012:role/name."},
    )
    reason = forms.CharField(label="Reason", required=False, max_length=500, help_text="Goes into the activity.")

    def __init__(self, *args: Any, new: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.new = new

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("way") == Way.COGNITO_JOB and not values.get("role_arn") and "role_arn" not in self.errors:
            self.add_error("role_arn", "An import job needs a role with which it writes its log.")
        writes = values.get("way") == Way.ONE_BY_ONE and values.get("invitation")
        if writes and self.new and not values.get("accept_messages"):
            words = "1 message is" if self.new == 1 else f"{self.new:,} messages are"
            self.add_error("accept_messages", f"Tick this: {words} sent to people, and none can be called back.")
        return values

    @property
    def deliver_by(self) -> list[str]:
        chosen = self.cleaned_data["invitation"]
        return ["EMAIL", "SMS"] if chosen == "BOTH" else [chosen] if chosen else []
