"""What the wizard for a new environment reads from its addresses and forms. Its state is the query string."""

import re
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from auth_import.forms import Wizard
from auth_import.observation import Choice
from deployments.cloning.plan import Carried, Resources
from deployments.cloning.sealing import seal, unseal
from deployments.connect_forms import new_suffix
from environments.forms import EnvironmentForm
from environments.models import PRODUCTION_NAMES, Environment, Project
from environments.regions import default_region

SUFFIX = re.compile(r"[0-9a-f]{5}")
LONGEST_REASON = 1000
TYPE_AGAIN = "Enter the external id once more: it travels in the address sealed, for a day and for one role."
PLACE = ("name", "kind", "app_id", "region", "role_arn", "production")


class NewEnvironmentForm(EnvironmentForm):
    """The first step. With a `source` the kind and the app follow it; its role brings its external id along."""

    def __init__(self, *args: Any, project: Project, source: Environment | None, **kwargs: Any) -> None:
        kwargs["instance"] = Environment(project=project, **_of_source(source))
        super().__init__(*args, project=project, **kwargs)
        self.source = source
        self.fields["external_id"].widget.attrs["autocomplete"] = "off"
        if source is None:
            return
        del self.fields["kind"], self.fields["app_id"]
        name, region = self.fields["name"], self.fields["region"]
        name.help_text = "2 to 10 lower-case letters, for example test." if source.is_amplify else name.help_text
        self.fields["external_id"].help_text = f"Empty: the one of {source.name}, while the role is the same."
        if source.is_amplify:
            region.disabled = True
            region.initial = self.initial["region"] = source.region
            region.help_text = "An Amplify app lives in one Region, and its environments with it."

    def clean_external_id(self) -> str:
        given: str = self.cleaned_data["external_id"]
        if not given and self.source and self.cleaned_data.get("role_arn") == self.source.role_arn:
            return self.source.external_id
        return given

    def clean_production(self) -> bool:
        return bool(self.cleaned_data["production"]) or self.cleaned_data.get("name") in PRODUCTION_NAMES


def _of_source(source: Environment | None) -> dict[str, str]:
    if source is None:
        return {}
    return {"kind": source.kind, "app_id": source.app_id, "app_name": source.app_name}


class Draft:
    """The choices so far. What makes no sense further on counts as not chosen; the place is told what is wrong with it.

    `is_begun`: the first step was sent. `environment` is the unsaved new one, None while the first step is not valid.
    """

    def __init__(self, data: QueryDict, *, project: Project, source: Environment | None, sent: bool = False) -> None:
        self.project, self.source = project, source
        self.is_begun = "name" in data
        self.asks_place = data.get("step") == "1" and not sent
        given = {key: _text(data, key) for key in PLACE if key in data}
        if source:
            # A script need not repeat what stays as it is; a page sends a role that was emptied as an empty one.
            given = {"region": source.region, "role_arn": source.role_arn} | given
        given["external_id"], self.sealed = self._external_id(data, sent)
        initial = {"kind": Environment.Kind.STANDALONE, "region": default_region()}
        initial |= {"region": source.region, "role_arn": source.role_arn} if source else {}
        if self.asks_place:
            initial |= {key: value for key, value in given.items() if key != "external_id"}
        bound = given if self.is_begun and not self.asks_place else None
        self.form = NewEnvironmentForm(bound, project=project, source=source, initial=initial)
        if bound is not None and self.form.is_valid() and self.is_unsealed is False:
            self.form.add_error("external_id", TYPE_AGAIN)
        whole = bound is not None and self.form.is_valid()
        self.environment: Environment | None = self.form.instance if whole else None
        suffix = _text(data, "suffix")
        self.suffix = suffix if SUFFIX.fullmatch(suffix) else new_suffix()
        self.asked = "asked" in data or (sent and "resources" in data)
        self.resources = _resources(_text(data, "resources"))
        self.wizard = Wizard(data, self.carried_fields)
        known = [str(one) for one in Carried]
        self.carried = tuple(Carried(one) for one in dict.fromkeys(data.getlist("carry")) if one in known)
        self.accepted = tuple(dict.fromkeys(data.getlist("accept")))[:100]
        self.reason = _text(data, "reason")[:LONGEST_REASON]

    def _external_id(self, data: QueryDict, sent: bool) -> tuple[str, str]:
        """The external id, and the sealed form it came in. What is typed comes with a POST only."""
        typed, sealed = _text(data, "external_id") if sent else "", _text(data, "sealed")
        self.is_unsealed: bool | None = None
        if typed or not sealed:
            return typed, ""
        opened = unseal(sealed, project=self.project.slug, role_arn=_text(data, "role_arn"))
        self.is_unsealed = opened is not None
        return opened or "", sealed

    @property
    def place_fields(self) -> dict[str, str]:
        """The first step in the words of an address, with the external id sealed. Only of a valid one."""
        assert self.environment
        new = self.environment
        values = {
            "name": new.name,
            "kind": "" if self.source else new.kind,
            "app_id": "" if self.source else new.app_id,
            "region": new.region,
            "role_arn": new.role_arn,
            "production": "on" if new.production else "",
            "suffix": self.suffix if new.is_amplify else "",
            "sealed": self._sealed(),
        }
        leaves_role = self.source is not None and bool(self.source.role_arn)
        return {key: value for key, value in values.items() if value or (key == "role_arn" and leaves_role)}

    def _sealed(self) -> str:
        new, source = self.environment, self.source
        if new is None or not new.external_id:
            return ""
        if source and (new.role_arn, new.external_id) == (source.role_arn, source.external_id):
            return ""
        return self.sealed or seal(new.external_id, project=self.project.slug, role_arn=new.role_arn)

    @property
    def carried_fields(self) -> dict[str, str]:
        """What the page of the import takes along while somebody chooses there."""
        if self.environment is None:
            return {}
        return self.place_fields | {"resources": str(Resources.OTHERS)}

    @property
    def choice(self) -> Choice | None:
        """The resources that were chosen on the page of the import."""
        return self.wizard.choice if self.resources is Resources.OTHERS else None

    @property
    def place_query(self) -> str:
        return urlencode(self.place_fields) if self.environment else ""

    @property
    def resource_fields(self) -> list[tuple[str, str]]:
        """The second step in the words of an address."""
        fields = list(self.place_fields.items()) if self.environment else []
        if self.resources:
            fields.append(("resources", str(self.resources)))
        if self.choice:
            chosen = {
                "pool": self.choice.user_pool_id,
                "web": self.choice.web_client_id,
                "native": self.choice.native_client_id,
                "ipool": self.choice.identity_pool_id,
                "identity": "" if self.choice.uses_identity_pool else "off",
            }
            fields += [(key, value) for key, value in chosen.items() if value]
        return fields

    @property
    def query(self) -> str:
        """Everything, for the address bar."""
        more = [("carry", str(one)) for one in self.carried] + [("accept", one) for one in self.accepted]
        more += [("reason", self.reason)] if self.reason else []
        return urlencode(self.resource_fields + more)

    @property
    def choosing_query(self) -> str:
        """The page of the import, with what was chosen there so far."""
        return self.wizard.query


def _resources(text: str) -> Resources | None:
    try:
        return Resources(text)
    except ValueError:
        return None


def _text(data: QueryDict, key: str) -> str:
    return (data.get(key) or "").replace("\0", "").strip()


class CloneForm(forms.Form):
    """What is ticked on the last step before the review; only the words beside the reason are this form's."""

    reason = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept with the link and in the activity.",
    )


def words_of(error: ValidationError) -> str:
    return " ".join(error.messages)
