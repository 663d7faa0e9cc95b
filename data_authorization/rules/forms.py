"""The form of one rule. Its fields carry the arguments' names as `WantedRule` has them."""

import re
from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from data_authorization.graphql_schema.schema import Problem, WantedRule
from data_authorization.graphql_schema.vocabulary import (
    ALLOWED_PROVIDERS,
    COARSE,
    DEFAULT_GROUP_CLAIM,
    DEFAULT_IDENTITY_CLAIM,
    DEFAULT_OWNER_FIELD,
    MODE_OF,
    MODE_WORDS,
    READS,
    Provider,
    Strategy,
)
from data_authorization.rules.places import Standing
from data_authorization.rules.words import OPERATION_WORDS, PROVIDER_WORDS, STRATEGY_HINTS, STRATEGY_WORDS

TICKED = "ticked"
"""A field of the page's form: operations that are not named were unticked. Without it none named means all."""
NOT_THE_RULES = {TICKED, "show", "csrfmiddlewaretoken"}
"""What a page sends along with the rule."""
IDENTITY_CLAIMS = (DEFAULT_IDENTITY_CLAIM, "username", "sub", "email")
"""Offered beside the field, which takes any."""
LONGEST_NAME = 256
LONGEST_LIST = 100_000

ONLY_FOR = {
    "owner_field": Strategy.OWNER,
    "identity_claim": Strategy.OWNER,
    "groups": Strategy.GROUPS,
    "other_groups": Strategy.GROUPS,
    "groups_field": Strategy.GROUPS,
    "group_claim": Strategy.GROUPS,
}
"""The strategy a field belongs to."""
FIELD_OF_ARGUMENT = {
    "allow": "allow",
    "provider": "provider",
    "ownerField": "owner_field",
    "identityClaim": "identity_claim",
    "groupClaim": "group_claim",
    "groups": "groups",
    "groupsField": "groups_field",
    "operations": "operations",
}
FORM_WORDS = {
    "auth.groups-missing": "The rule does not say which groups. Tick some, type their names, or choose the field that "
    "names them.",
    "auth.groups-and-field": "The rule has groups of its own and a field that names them. Keep one: untick the groups, "
    "or leave the field out.",
}
"""What `validity` says in the words of the file, in those of the form."""
_FIELD_NAME = re.compile("[_A-Za-z][_0-9A-Za-z]*")
_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}


class NamesField(forms.MultipleChoiceField):
    """Names to tick. Which ones there are is only known when the pool has been read, so any is valid."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: object) -> bool:
        return True


def field_name(value: str) -> None:
    """GraphQL's own rule for names: Amplify would write the field into the schema as it is typed."""
    if not _FIELD_NAME.fullmatch(value):
        raise forms.ValidationError(
            "This cannot be the name of a field. Use letters, digits and _ without spaces, and no digit first."
        )


def name_field(label: str, usual: str, help_text: str) -> forms.CharField:
    attributes = {**_PLAIN, "placeholder": usual}
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST_NAME,
        help_text=help_text,
        widget=forms.TextInput(attrs=attributes),
    )


class RuleForm(forms.Form):
    """A rule to be added at a place, or, with `wanted`, one that is there to be changed."""

    use_required_attribute = False
    """Whoever presses Check before choosing is told by the page what is missing."""

    allow = forms.ChoiceField(
        label="Who",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who the rule is for."},
    )
    provider = forms.ChoiceField(label="How they prove who they are", required=False, widget=forms.RadioSelect)
    owner_field = name_field(
        "Owner field",
        DEFAULT_OWNER_FIELD,
        "The field that holds the owner; a list names several owners. A name that is no field yet is added to the "
        "model automatically. Empty: owner.",
    )
    identity_claim = name_field(
        "Identity claim",
        DEFAULT_IDENTITY_CLAIM,
        "The claim of the token that is compared with the owner field. Empty: sub::username.",
    )
    groups = NamesField(label="These groups", required=False)
    other_groups = forms.CharField(
        label="Groups that are not in the list",
        required=False,
        max_length=LONGEST_LIST,
        help_text="One name on each line.",
        widget=forms.Textarea(attrs={**_PLAIN, "rows": 2}),
    )
    groups_field = forms.ChoiceField(
        label="Or the groups that a field of the item names",
        required=False,
        help_text="A text field, or a list of texts. Subscriptions follow at most 5 groups of a user.",
    )
    group_claim = name_field(
        "Group claim",
        DEFAULT_GROUP_CLAIM,
        "The claim of the token that holds the user’s groups. Empty: cognito:groups.",
    )
    operations = forms.MultipleChoiceField(
        label="What they may do", required=False, widget=forms.CheckboxSelectMultiple
    )
    reads = forms.MultipleChoiceField(
        label="Only some ways of reading",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Untick Read above to use these.",
    )
    expected = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    """The number of the draft the form was made from; scripts may leave it out."""
    was = forms.CharField(required=False, strip=False, max_length=LONGEST_LIST, widget=forms.HiddenInput)
    """The rule's text when the form was made."""

    def __init__(
        self, data: Any = None, *, standing: Standing, wanted: WantedRule | None = None, initial: Any = None
    ) -> None:
        super().__init__(data, initial={**values_of(wanted), **(initial or {})})
        self.standing, self.before = standing, wanted
        here = [(str(one), STRATEGY_WORDS[one]) for one in standing.strategies]
        self._choices("allow", here, self._written("allow"))
        usual = [(str(one), PROVIDER_WORDS[one]) for one in Provider if one != Provider.IAM]
        # The old name of the identity pool is not offered, and taken from whoever still writes it, as Amplify does.
        old = (str(Provider.IAM),) if data is not None and data.get("provider") == Provider.IAM else ()
        self._choices("provider", [("", "The usual one"), *usual], old or self._written("provider"))
        self._choices("operations", [(one, OPERATION_WORDS[one]) for one in COARSE], self._unknown_operations())
        self._choices("reads", [(one, OPERATION_WORDS[one]) for one in READS], ())
        fields = [("", "–"), *((one, one) for one in standing.texts)]
        self._choices("groups_field", fields, self._written("groups_field"))
        self.fields["groups_field"].error_messages["invalid_choice"] = (
            f"{standing.definition.name} has no text field of this name. Add it to the schema first."
        )
        self.fields["owner_field"].validators.append(field_name)
        self.fields["owner_field"].widget.attrs["list"] = "owner-fields"
        self.fields["identity_claim"].widget.attrs["list"] = "identity-claims"
        for name in ("owner_field", "identity_claim", "other_groups", "groups_field", "group_claim"):
            # What a keystroke finds wrong is said in the same place, so the field points there from the beginning.
            described = f"id_{name}_helptext id_{name}_error"
            self.fields[name].widget.attrs["aria-describedby"] = described
        for name in ("allow", "provider", "operations", "reads"):
            self.fields[name].error_messages["invalid_choice"] = self._not_offered(name)

    def _written(self, name: str) -> tuple[str, ...]:
        """The word of the rule that is there, which stays possible whatever it is."""
        word = str(getattr(self.before, name, "") or "")
        return (word,) if word else ()

    def _unknown_operations(self) -> tuple[str, ...]:
        written = (self.before.operations or ()) if self.before else ()
        return tuple(one for one in written if one not in READS)

    def _choices(self, name: str, known: list[tuple[str, str]], written: Iterable[str]) -> None:
        have = {value for value, _ in known}
        words = PROVIDER_WORDS | STRATEGY_WORDS
        more = [(one, words.get(one, f"{one} (as written)")) for one in written if one not in have]
        self.fields[name].choices = [*known, *more]  # type: ignore[attr-defined]

    def _not_offered(self, name: str) -> str:
        if name == "allow" and not self.standing.reads_items:
            return (
                "%(value)s cannot be used here. There is no item to compare the caller with, so Amplify ignores owner "
                "rules on anything but models."
            )
        offered = ", ".join(value for value, _ in self.fields[name].choices if value)  # type: ignore[attr-defined]
        return f"%(value)s is nothing Amplify knows here. Choose one of {offered}."

    # What was sent.

    def clean(self) -> None:
        self._check_names()
        self._check_belonging()
        if self.cleaned_data.get("reads") and not self.standing.takes_reads and "reads" not in self.errors:
            self.add_error("reads", "At a field, Amplify knows only read. Tick Read, and none of these.")
        if not self.standing.takes_operations:
            if self.cleaned_data.get("operations"):
                words = (
                    f"{self.standing.place} is no part of a model: Amplify takes no operations here. Leave them out."
                )
                self.add_error("operations", words)
        elif self._none_ticked():
            self.add_error("operations", "Tick at least one: a rule without any operation grants nothing.")
        if "read" in self.cleaned_data.get("operations", ()) and self.cleaned_data.get("reads"):
            self.add_error("reads", "Read covers all of these already. Untick Read, or untick these.")

    def _check_names(self) -> None:
        """A script that misspells a name would otherwise save a rule it did not ask for."""
        strange = sorted(set(self.data) - set(self.fields) - NOT_THE_RULES)
        if strange:
            fields = ", ".join(name for name in self.fields if name not in ("expected", "was"))
            self.add_error(None, f"A rule has no {', '.join(strange)} here. Its fields are {fields}.")

    def _check_belonging(self) -> None:
        strategy = self.cleaned_data.get("allow", "")
        if strategy not in tuple(Strategy):
            return
        for name, owner in ONLY_FOR.items():
            if self.cleaned_data.get(name) and strategy != owner:
                self.add_error(name, self._stray(name, strategy, owner))
        provider = self.cleaned_data.get("provider", "")
        allowed = ALLOWED_PROVIDERS[Strategy(strategy)]
        if provider and provider not in allowed:
            possible = " or ".join(PROVIDER_WORDS[one] for one in allowed if one != Provider.IAM)
            who = STRATEGY_WORDS[strategy]
            self.add_error("provider", f"“{who}” takes {possible}. Choose that, or the usual one.")

    def _stray(self, name: str, strategy: str, owner: Strategy) -> str:
        chosen, belongs = STRATEGY_WORDS[strategy], STRATEGY_WORDS[owner]
        if name in ("groups", "other_groups"):
            return (
                f"Groups make this a rule for those groups alone, and “{chosen}” would mean nothing. Leave them out, "
                f"or choose “{belongs}”."
            )
        return f"Amplify ignores this for “{chosen}”. Empty it, or choose “{belongs}”."

    def _none_ticked(self) -> bool:
        given = self.cleaned_data.get("operations") or self.cleaned_data.get("reads")
        return TICKED in self.data and not given and not {"operations", "reads"} & set(self.errors)

    def say(self, problem: Problem) -> None:
        """Put a problem of the schema beside the field it is about, once."""
        name = FIELD_OF_ARGUMENT.get(problem.argument, problem.argument)
        name = name if name in self.fields else "__all__"
        words = FORM_WORDS.get(problem.id, problem.text)
        if words not in self.errors.get(name, ()):
            self.refuse(None if name == "__all__" else name, words)

    def refuse(self, name: str | None, words: str) -> None:
        """Also at a form that was not sent: a rule that is wrong in the file says so when it is opened."""
        if not self.is_bound and not hasattr(self, "cleaned_data"):
            self.full_clean()
            self.cleaned_data = {}
        self.add_error(name, words)

    def caution(self, problem: Problem) -> None:
        """Put a warning beside the field it is about, if it is about one."""
        field = self.fields.get(FIELD_OF_ARGUMENT.get(problem.argument, ""))
        if field is not None:
            field.cautions = (*getattr(field, "cautions", ()), problem.text)  # type: ignore[attr-defined]

    @property
    def group_names(self) -> tuple[str, ...]:
        """The ticked groups and the typed ones, each once."""
        typed = (line.strip() for line in self.cleaned_data.get("other_groups", "").splitlines())
        return tuple(dict.fromkeys((*self.cleaned_data.get("groups", ()), *filter(None, typed))))

    @property
    def wanted(self) -> WantedRule:
        """The rule as it is to be, also while some of the fields are wrong; those count as empty."""
        data = self.cleaned_data
        return WantedRule(
            allow=data.get("allow", ""),
            provider=data.get("provider", ""),
            owner_field=data.get("owner_field", ""),
            identity_claim=data.get("identity_claim", ""),
            group_claim=data.get("group_claim", ""),
            groups=self.group_names or None,
            groups_field=data.get("groups_field", ""),
            operations=self._operations(),
            unknown=self.before.unknown if self.before else {},
        )

    def _operations(self) -> tuple[str, ...] | None:
        ticked = self.cleaned_data.get("operations", [])
        reads = self.cleaned_data.get("reads", [])
        if not self.standing.takes_operations or not (ticked or reads):
            return None
        before = self.before.operations if self.before else None
        chosen = {*ticked, *reads}
        if before is not None and chosen == set(before):
            return before
        if not reads and chosen == set(COARSE):
            return None
        order = [*COARSE[:1], *COARSE[1:2], *READS, *COARSE[2:]]
        known = tuple(str(one) for one in order if one in chosen)
        return (*known, *(one for one in ticked if one not in order))

    # What the page shows.

    def has_place(self, name: str) -> bool:
        """Whether the field means something at this place, or holds something all the same."""
        if name == "operations":
            here = self.standing.takes_operations
        elif name == "reads":
            here = self.standing.takes_reads
        else:
            here = name not in ("owner_field", "identity_claim", "groups_field") or self.standing.reads_items
        return here or bool(self.errors.get(name)) or bool(name != "operations" and self[name].value())

    @property
    def shown(self) -> list[BoundField]:
        return [bound for bound in self.visible_fields() if self.has_place(bound.name)]

    @property
    def strays(self) -> frozenset[Strategy]:
        """Strategies whose fields hold something though another is chosen: the page keeps them in sight."""
        chosen = str(self["allow"].value() or "")
        return frozenset(owner for name, owner in ONLY_FOR.items() if chosen != owner and self[name].value())

    @property
    def strategy_choices(self) -> list[tuple[Any, str, str]]:
        """The radio button, what it is called, and what it means."""
        hints = dict(STRATEGY_HINTS)
        if not self.standing.reads_items:
            hints[Strategy.GROUPS] = "Users in the groups you pick."
        return [
            (one.tag(), one.choice_label, hints.get(str(one.data["value"]), "Amplify knows no such strategy."))
            for one in self["allow"].subwidgets
        ]

    def provider_choices(self, modes: Collection[str]) -> list[dict[str, Any]]:
        """Each provider with the strategies that take it, and the mode the API lacks for it, or ""."""
        found = []
        for one in self["provider"].subwidgets:
            value = str(one.data["value"])
            known = Provider(value) if value in tuple(Provider) else None
            mode = MODE_OF[known] if known else None
            found.append(
                {
                    "tag": one.tag(),
                    "label": one.choice_label,
                    "strategies": " ".join(one for one in Strategy if known in ALLOWED_PROVIDERS[one]),
                    "lacks": MODE_WORDS[mode] if mode and modes and mode not in modes else "",
                }
            )
        return found

    @property
    def ticked_groups(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(one) for one in self["groups"].value() or ()))


class RemoveRuleForm(forms.Form):
    """What the page showed; scripts may leave both out."""

    expected = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    was = forms.CharField(required=False, strip=False, max_length=LONGEST_LIST, widget=forms.HiddenInput)


def values_of(wanted: WantedRule | None) -> dict[str, Any]:
    """A rule as the form holds it; a new one begins with everything ticked."""
    if wanted is None:
        return {"operations": [str(one) for one in COARSE]}
    operations = [str(one) for one in COARSE] if wanted.operations is None else list(wanted.operations)
    return {
        "allow": wanted.allow,
        "provider": wanted.provider,
        "owner_field": wanted.owner_field,
        "identity_claim": wanted.identity_claim,
        "group_claim": wanted.group_claim,
        "groups": list(wanted.groups or ()),
        "groups_field": wanted.groups_field,
        "operations": [one for one in operations if one not in READS],
        "reads": [one for one in operations if one in READS],
    }
