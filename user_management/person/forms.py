"""The forms of one user. Fields of attributes come from the pool's schema."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from aws.user_resources import AttributeRule, CognitoUser, PeopleRules
from user_management.person import passwords
from user_management.person.attributes import ADDRESSES, VERIFIED, is_editable, label_of, limits_of, ordered, problem_of
from user_management.person.messages import template_problem
from user_management.person.new_user import (
    NewUser,
    attribute_named,
    fields_to_ask,
    name_attributes,
    name_label,
    name_problem,
)

PREFIX = "attribute."
COMPLETE = "complete"
"""A field that says: what is not in this form was left empty on purpose. Scripts name only what they change."""
LONGEST_REASON = 1000
LONG_TEXT = 120
USUAL = ("email", "email_verified", "phone_number", "phone_number_verified", "name", "given_name", "family_name")
BOOLEANS = (("", "–"), ("true", "true"), ("false", "false"))


def reason_field() -> forms.CharField:
    return forms.CharField(
        label="Reason",
        required=False,
        max_length=LONGEST_REASON,
        help_text="Kept in the activity: a ticket number, or why.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ReasonForm(forms.Form):
    """What every action takes."""

    reason = reason_field()


def field_of(rule: AttributeRule, value: str = "", *, required: bool = False) -> forms.Field:
    """The field of one attribute; its limits are checked by `problem_of` alone."""
    label, hint = label_of(rule.name), limits_of(rule)
    if rule.name in VERIFIED:
        return forms.BooleanField(label=label, required=False, initial=value == "true")
    if rule.is_custom:
        hint = f"{rule.name}. {hint}".strip()
    common: dict[str, Any] = {"label": label, "help_text": hint, "required": required, "initial": value}
    if rule.data_type == "Boolean":
        return forms.ChoiceField(choices=BOOLEANS, **common)
    types = {"email": "email", "phone_number": "tel", "birthdate": "date"}
    attributes = {"autocomplete": "off", "spellcheck": "false"}
    if len(value) > LONG_TEXT or "\n" in value:
        widget: forms.Widget = forms.Textarea(attrs={**attributes, "rows": 4})
    else:
        widget = forms.TextInput(attrs={**attributes, "type": types.get(rule.name, "text")})
    return forms.CharField(strip=False, widget=widget, **common)


class AttributesForm(forms.Form):
    """Attributes of the schema under `attribute.NAME`. `entered` answers what was given, by Cognito's names."""

    def __init__(self, data: Any = None, *, rules: tuple[AttributeRule, ...], values: Mapping[str, str] = {}) -> None:  # noqa: B006
        super().__init__(data)
        self.rules = rules
        self.values = values
        for rule in rules:
            self.fields[PREFIX + rule.name] = field_of(rule, values.get(rule.name, ""), required=self.is_required(rule))
        self.fields["reason"] = reason_field()

    def is_required(self, rule: AttributeRule) -> bool:
        # Somebody imported without it is not stuck for that; what is there cannot be deleted.
        return rule.required and bool(self.values.get(rule.name))

    def clean(self) -> None:
        for rule in self.rules:
            name = PREFIX + rule.name
            if not self.is_given(name) or name in self.errors or rule.name in VERIFIED:
                continue
            problem = problem_of(rule, self.text_of(rule))
            if problem:
                self.add_error(name, problem)
        for address in ADDRESSES:
            flag = f"{PREFIX}{address}_verified"
            if self.cleaned_data.get(flag) and self.is_given(flag) and not self.address(address):
                self.add_error(flag, "There is no address to verify.")

    def is_given(self, name: str) -> bool:
        return COMPLETE in self.data or name in self.data

    def full_clean(self) -> None:
        # Fields that a script does not name keep their values, so nothing can be wrong with them.
        if self.is_bound and COMPLETE not in self.data:
            self.fields = {name: field for name, field in self.fields.items() if name in self.data or name == "reason"}
        super().full_clean()

    def text_of(self, rule: AttributeRule) -> str:
        """The value as entered. Browsers send line ends of their own, which are no change."""
        text = str(self.cleaned_data.get(PREFIX + rule.name) or "").replace("\r\n", "\n")
        before = self.values.get(rule.name, "")
        return before if text == before.replace("\r\n", "\n") else text

    @property
    def main_fields(self) -> list[BoundField]:
        """What people look for first: what is required, has a value or an error, and the pool's own attributes."""
        return [self[PREFIX + rule.name] for rule in self.rules if self._is_main(rule)]

    @property
    def more_fields(self) -> list[BoundField]:
        return [self[PREFIX + rule.name] for rule in self.rules if not self._is_main(rule)]

    @property
    def cells(self) -> list[list[BoundField]]:
        """The main fields as they stand together: an address with the tick about it, any other alone."""
        found: list[list[BoundField]] = []
        for bound in self.main_fields:
            if found and bound.name == f"{found[-1][-1].name}_verified":
                found[-1].append(bound)
            else:
                found.append([bound])
        return found

    def _is_main(self, rule: AttributeRule) -> bool:
        bound = self[PREFIX + rule.name]
        return bool(rule.required or rule.is_custom or rule.name in USUAL or bound.value() or bound.errors)

    def address(self, name: str) -> str:
        given = self.cleaned_data.get(PREFIX + name)
        return self.values.get(name, "") if given is None else str(given)

    @property
    def entered(self) -> dict[str, str]:
        found = {}
        for rule in self.rules:
            name = PREFIX + rule.name
            if not self.is_given(name) or name not in self.cleaned_data:
                continue
            if rule.name in VERIFIED:
                found[rule.name] = "true" if self.cleaned_data[name] else "false"
            else:
                found[rule.name] = self.text_of(rule)
        return found


def edit_form(user: CognitoUser, people: PeopleRules, data: Any = None) -> AttributesForm:
    """The form of a user who is there: what can be changed."""
    rules = tuple(rule for rule in ordered(people) if is_editable(rule))
    return AttributesForm(data, rules=rules, values=user.attributes)


def whole_form(form: AttributesForm, user: CognitoUser, people: PeopleRules) -> AttributesForm:
    """The form as a page can show it: what was not sent has the value it has, so that sending it deletes nothing."""
    if not form.is_bound or COMPLETE in form.data:
        return form
    data: Any = QueryDict(mutable=True)
    data.update(form.data)
    for rule in form.rules:
        value = user.attributes.get(rule.name, "")
        if rule.name not in VERIFIED or value == "true":
            data.setdefault(PREFIX + rule.name, value)
    data[COMPLETE] = "1"
    return edit_form(user, people, data)


def _with_usual(data: Any, **usual: str) -> Any:
    """What scripts need not say: a password that is given was typed, and invitations go by e-mail."""
    if data is None:
        return None
    given = data.copy()
    for name, value in {**usual, "source": "typed" if data.get("password") else "generated"}.items():
        given.setdefault(name, value)
    return given


class CreateForm(AttributesForm):
    """A new user, by the pool's rules. `new` is what was asked for."""

    def __init__(self, data: Any = None, *, people: PeopleRules) -> None:
        super().__init__(_with_usual(data, invite="EMAIL"), rules=fields_to_ask(people))
        self.people = people
        username = forms.CharField(
            label=name_label(people),
            max_length=2048,
            # Where names are addresses, Cognito makes up the name that stays, and the address is an attribute.
            help_text="How the user signs in." if name_attributes(people) else "It can never be changed.",
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )
        invite = forms.ChoiceField(
            label="Invitation",
            choices=self._invitations(),
            initial="EMAIL",
            widget=forms.RadioSelect,
        )
        source = forms.ChoiceField(
            label="Temporary password",
            choices=[("generated", "Make one up"), ("typed", "Type one")],
            initial="generated",
            widget=forms.RadioSelect,
            help_text=f"The user replaces it at the first sign-in, within {people.temporary_password_days} days.",
        )
        self.fields = {"username": username, **self.fields, "invite": invite, "source": source}
        self.fields["password"] = password_field(people)
        self.fields["take_alias"] = forms.BooleanField(
            label="Take the address away from the other user",
            required=False,
            help_text="The other user keeps the address, but unverified: they can no longer sign in with it or recover "
            "a password by it.",
        )
        self.fields["reason"] = self.fields.pop("reason")
        for rule in self.rules:
            if not rule.mutable:
                field = self.fields[PREFIX + rule.name]
                field.help_text = f"{field.help_text} It can only be set now.".strip()

    @property
    def cells(self) -> list[list[BoundField]]:
        """The user name first; where it is an address, the tick about that address stands with it."""
        own = name_attributes(self.people)
        flag = f"{PREFIX}{own[0]}_verified" if len(own) == 1 else ""
        ticks = [self[flag]] if flag in self.fields else []
        return [[self["username"], *ticks], *(cell for cell in super().cells if cell[0].name != flag)]

    def is_required(self, rule: AttributeRule) -> bool:
        return rule.required

    def full_clean(self) -> None:
        # A new user has no values to keep: everything is in this form, whoever sends it.
        forms.Form.full_clean(self)

    def is_given(self, name: str) -> bool:
        return True

    def address(self, name: str) -> str:
        username = str(self.cleaned_data.get("username", ""))
        return username if attribute_named(username, self.people) == name else super().address(name)

    def _invitations(self) -> list[tuple[str, str]]:
        offered = [("EMAIL", "By e-mail")]
        if self.people.sends_sms:
            offered.append(("SMS", "By text message"))
        return [*offered, ("none", "Send nothing: I tell the user the password myself")]

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"])
        problem = name_problem(username, self.people)
        if problem:
            raise forms.ValidationError(problem)
        return username

    def clean(self) -> None:
        super().clean()
        own = attribute_named(self.cleaned_data.get("username", ""), self.people)
        typed = self.cleaned_data.get(PREFIX + own, "") if own else ""
        if len(name_attributes(self.people)) > 1 and typed not in ("", self.cleaned_data.get("username")):
            self.add_error(PREFIX + own, "This differs from the user name, which is the same address.")
        if "username" not in self.errors:
            self._check_invitation()
        password = self.cleaned_data.get("password", "")
        if self.cleaned_data.get("source") == "typed":
            problem = passwords.problem_of(password, self.people.pool.password_policy)
            if problem:
                self.add_error("password", problem)

    def _check_invitation(self) -> None:
        medium = self.cleaned_data.get("invite", "none")
        if medium == "none":
            return
        address = "email" if medium == "EMAIL" else "phone_number"
        if not self.address(address):
            what = "an e-mail address" if medium == "EMAIL" else "a phone number"
            self.add_error("invite", f"The invitation needs {what}: enter one above, or choose another way.")
        elif problem := template_problem(self.people, medium):
            self.add_error("invite", problem)

    @property
    def new(self) -> NewUser:
        """Raises nothing once the form is valid. A made-up password is new each time: ask once."""
        data = self.cleaned_data
        attributes = {name: value for name, value in self.entered.items() if value and (name, value) not in _UNSET}
        own = attribute_named(data["username"], self.people)
        if own:
            attributes[own] = data["username"]
        invite = data["invite"]
        password = data["password"] if data.get("source") == "typed" else ""
        if not password and invite == "none":
            # Without an invitation nobody would ever learn what Cognito makes up.
            password = passwords.generated(self.people.pool.password_policy)
        deliver_by = () if invite == "none" else (invite,)
        return NewUser(data["username"], attributes, password, deliver_by, bool(data.get("take_alias")))


_UNSET = frozenset((flag, "false") for flag in VERIFIED)


def password_field(people: PeopleRules) -> forms.CharField:
    rules = passwords.requirements(people.pool.password_policy, people.password_history)
    return forms.CharField(
        label="Password",
        required=False,
        strip=False,
        max_length=passwords.LONGEST,
        help_text=f"The pool asks for {', '.join(rules)}.",
        # What was typed is not sent back: a page that is saved or printed would hold it.
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def ask_again(form: forms.Form) -> None:
    """Of a form that is shown again: a typed password is not sent back, so the form says that it is wanted again."""
    if "password" not in form.errors and form.cleaned_data.get("password"):
        form.add_error("password", "Type the password again: it is never sent back to the page.")


class PasswordForm(forms.Form):
    """A password for a user who is there."""

    kind = forms.ChoiceField(
        label="Kind",
        choices=[
            ("temporary", "Temporary: the user must replace it at the next sign-in"),
            ("permanent", "Permanent: the user goes on with it"),
        ],
        initial="temporary",
        widget=forms.RadioSelect,
    )
    source = forms.ChoiceField(
        label="Password",
        choices=[("generated", "Make one up; it is shown once"), ("typed", "Type one")],
        initial="generated",
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, people: PeopleRules, caution: str = "") -> None:
        super().__init__(_with_usual(data))
        self.people = people
        self.fields["password"] = password_field(people)
        self.fields["password"].label = "The password, if you type one"
        if caution:
            self.fields["understood"] = forms.BooleanField(label="Do it anyway", help_text=caution)
        self.fields["reason"] = reason_field()

    def clean(self) -> None:
        if self.cleaned_data.get("source") == "typed":
            problem = passwords.problem_of(self.cleaned_data.get("password", ""), self.people.pool.password_policy)
            if problem:
                self.add_error("password", problem)

    @property
    def is_made_up(self) -> bool:
        return self.cleaned_data.get("source") != "typed"

    def password(self) -> str:
        """What was typed, or a new one at each call."""
        if self.is_made_up:
            return passwords.generated(self.people.pool.password_policy)
        return str(self.cleaned_data["password"])


class DeleteForm(forms.Form):
    """Typed confirmation: the user's label or user name."""

    confirm = forms.CharField(max_length=2048, strip=True, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    reason = reason_field()
    LONGEST_TYPED = 128

    def __init__(self, data: Any = None, *, user: CognitoUser) -> None:
        super().__init__(data)
        self.user = user
        can_be_typed = len(user.label) <= self.LONGEST_TYPED and user.label.isprintable()
        self.asked = user.label if can_be_typed else user.username
        self.fields["confirm"].label = f"Type {self.asked} to confirm"

    def clean_confirm(self) -> str:
        typed = str(self.cleaned_data["confirm"])
        if typed not in (self.user.label, self.user.username, self.user.label.strip()):
            raise forms.ValidationError(f"Type exactly: {self.asked}")
        return typed
