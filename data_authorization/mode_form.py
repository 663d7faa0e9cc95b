"""The form of an API's authorization modes: a default one, and any others beside it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from backend_state.document import api_modes
from data_authorization.graphql_schema.schema import Schema
from data_authorization.graphql_schema.vocabulary import MODE_OF, MODE_WORDS, Mode
from data_authorization.models import DataModel
from data_authorization.services import Working

HINTS: dict[str, str] = {
    Mode.USER_POOLS: "People who signed in to the linked user pool. Rules for owners and groups need it.",
    Mode.API_KEY: "Anybody who has the key, which every copy of the app carries.",
    Mode.IAM: "Requests signed with AWS credentials: the identity pool's roles, functions, and guests.",
    Mode.OIDC: "People who signed in elsewhere, with an OpenID Connect provider.",
    Mode.LAMBDA: "A Lambda function decides about each request.",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One mode on the page. `reason` says why it cannot be chosen; `rules` counts those that need it."""

    mode: str
    words: str
    hint: str
    rules: int
    reason: str
    is_default: bool
    is_additional: bool


class ModesForm(forms.Form):
    default = forms.CharField(error_messages={"required": "Choose the default mode."})
    additional = forms.MultipleChoiceField(required=False)
    expected = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, working: Working, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.working = working
        names = known_modes(working)
        self.fields["additional"].choices = [(one, one) for one in names]  # type: ignore[attr-defined]

    def clean_default(self) -> str:
        mode = str(self.cleaned_data["default"])
        if mode not in known_modes(self.working):
            raise forms.ValidationError("AppSync knows no such mode. Choose one of the list.")
        return mode

    def clean(self) -> dict[str, Any]:
        for mode in self.modes:
            if reason := reason_against(self.working, mode):
                self.add_error("default" if mode == self.cleaned_data.get("default") else "additional", reason)
        return self.cleaned_data

    @property
    def modes(self) -> tuple[str, ...]:
        """The default one first, the others in the order in which they were, new ones behind."""
        default = self.cleaned_data.get("default")
        others = set(self.cleaned_data.get("additional", ())) - {default}
        order = [one for one in known_modes(self.working) if one in others]
        return (*([default] if default else ()), *order)


def known_modes(working: Working) -> tuple[str, ...]:
    """Those the API has, in their order, and every other one AppSync knows."""
    return tuple(dict.fromkeys((*working.modes, *working.base_modes, *Mode)))


def reason_against(working: Working, mode: str) -> str:
    """Why a mode cannot be added here; "" where it can, or is there."""
    is_backend = working.data_model.source == DataModel.Source.BACKEND
    if not is_backend or mode in working.base_modes or mode in api_modes.ADDABLE:
        return ""
    needs = api_modes.NEED_MORE.get(mode, "more")
    words = MODE_WORDS[Mode(mode)] if mode in tuple(Mode) else mode
    return f"{words} needs {needs} with settings of its own: add it with amplify update api, push, and read again."


def offers(working: Working, chosen: Sequence[str], uses: Counter[str]) -> Iterator[Offer]:
    """The modes as the page lists them; `chosen` are those that are ticked, the default one first."""
    for mode in known_modes(working):
        yield Offer(
            mode=mode,
            words=MODE_WORDS[Mode(mode)] if mode in tuple(Mode) else mode,
            hint=HINTS.get(mode, ""),
            rules=uses[mode],
            reason=reason_against(working, mode),
            is_default=mode in chosen[:1],
            is_additional=mode in chosen[1:],
        )


def uses_of(schema: Schema) -> Counter[str]:
    """How many rules need each mode."""
    found: Counter[str] = Counter()
    if schema.global_rule is not None:
        # The rule of `input AMPLIFY` knows the API key alone.
        found[str(Mode.API_KEY)] += 1
    for definition in schema.definitions:
        rules = (*definition.rules, *(rule for field in definition.fields for rule in field.rules))
        found.update(str(MODE_OF[rule.provider]) for rule in rules if rule.provider)
    return found


def missing_words(uses: Counter[str], modes: Sequence[str]) -> str:
    """A sentence about rules whose mode the API would not have; "" where every rule has its own."""
    found = [(MODE_WORDS[Mode(mode)], count) for mode, count in uses.items() if mode not in modes]
    if not found:
        return ""
    words = [f"{count} rule{' needs' if count == 1 else 's need'} {name}" for name, count in found]
    return (
        f"{' and '.join(words)}, which the API does not offer then. Its next push is refused until the mode is there, "
        "or the rules are others."
    )


def change_words(modes: Sequence[str]) -> str:
    """What the draft's history says of it."""
    names = [MODE_WORDS[Mode(one)] if one in tuple(Mode) else one for one in modes]
    beside = f", and {', '.join(names[1:])} beside it" if names[1:] else " alone"
    return f"Callers are let in by {names[0]}{beside}."
