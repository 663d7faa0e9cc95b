"""What the pages that connect and create Amplify backends read from their query strings and forms."""

import re
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from amplify_files.resource_name import is_amplify_environment_name, is_amplify_project_name
from aws.amplify_apps import AmplifyApp
from aws.target import AwsTarget
from deployments.connecting import obstacle_of, usual_place
from environments.forms import EnvironmentForm, regions_to_choose_from
from environments.models import Project, validate_app_id, validate_role_arn
from environments.regions import validate_region

SUFFIX = re.compile(r"[0-9a-f]{5}")
ENVIRONMENTS_AT_ONCE = 50


class PlaceForm(forms.Form):
    """Which account and Region. `xid` is the external id."""

    region = forms.CharField(
        max_length=30,
        validators=[validate_region],
        help_text="For example eu-west-1.",
        widget=forms.TextInput(attrs={"list": "regions"}),
    )
    role = forms.CharField(
        label="Role to assume",
        required=False,
        max_length=200,
        validators=[validate_role_arn],
        help_text=EnvironmentForm.Meta.help_texts["role_arn"],
    )
    xid = forms.CharField(
        label="External id",
        required=False,
        max_length=200,
        help_text=EnvironmentForm.Meta.help_texts["external_id"],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    regions = staticmethod(regions_to_choose_from)

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if data.get("xid") and not data.get("role") and "role" not in self.errors:
            self.add_error("xid", "An external id is only used together with a role to assume.")
        return data

    @property
    def target(self) -> AwsTarget | None:
        """The place, None while it is not a valid one."""
        if not self.is_valid():
            return None
        data = self.cleaned_data
        return AwsTarget(region=data["region"], role_arn=data["role"], external_id=data["xid"])


def place_values(target: AwsTarget) -> dict[str, str]:
    """A place in the words of the query string."""
    return {"region": target.region, "role": target.role_arn, "xid": target.external_id}


def place_query(target: AwsTarget, **more: str) -> str:
    return urlencode({key: value for key, value in (place_values(target) | more).items() if value})


class ConnectChoice:
    """The state of the connect page: nothing is kept anywhere else, so Back, reload and a shared address work."""

    def __init__(self, query: QueryDict, project: Project) -> None:
        usual = usual_place(project)
        given = {key: _text(query, key) for key in ("region", "role", "xid")}
        self.place = PlaceForm(given if "region" in query else place_values(usual))
        self.target = self.place.target
        self.search = _text(query, "q")[:256]
        self.names = list(dict.fromkeys(_plain(name) for name in query.getlist("env")))[:ENVIRONMENTS_AT_ONCE]
        typed = _text(query, "id")
        self.typed, self.typed_error = "", ""
        self.app = typed or _text(query, "app")
        try:
            if self.app:
                validate_app_id(self.app)
        except ValidationError as error:
            # What was typed is told; a choice that makes no sense counts as none.
            self.typed, self.typed_error = typed, " ".join(error.messages) if typed else ""
            self.app = ""
        at = _text(query, "at")
        if at and self.target and at != self.at and not typed:
            # The rows were drawn for another account or Region, where the chosen app is not.
            self.app = ""

    @property
    def at(self) -> str:
        """The place the rows of the page are drawn for."""
        return f"{self.target.region} {self.target.role_arn}".strip() if self.target else ""

    @property
    def query(self) -> str:
        """The choice as a query string."""
        return place_query(self.target, q=self.search, app=self.app) if self.target else ""

    @property
    def create_place_query(self) -> str:
        """The address part that makes a new app at this place."""
        return place_query(self.target) if self.target else ""

    @property
    def create_query(self) -> str:
        """The address part that makes the first environment of the chosen app."""
        return place_query(self.target, app=self.app) if self.target else ""


def _plain(value: str) -> str:
    """Text as every database can hold it."""
    return value.replace("\0", "").strip()


def _text(query: QueryDict, key: str) -> str:
    return _plain(query.get(key) or "")


def new_suffix() -> str:
    """Five hexadecimal digits, as the Amplify CLI puts behind the names of its root stacks (section 6.1)."""
    return secrets.token_hex(3)[:5]


class NewBackendForm(PlaceForm):
    """What a new backend is called, and where it shall be. `app` is an app that exists and has no environment yet."""

    name = forms.CharField(label="App name", max_length=255, help_text="3 to 20 letters and digits, for example shop.")
    env = forms.CharField(
        label="Environment name", max_length=30, help_text="2 to 10 lower-case letters, for example dev."
    )
    suffix = forms.CharField(required=False, max_length=5, widget=forms.HiddenInput)
    app = forms.CharField(required=False, max_length=20, validators=[validate_app_id], widget=forms.HiddenInput)

    field_order = ("name", "env", "region", "role", "xid")

    def __init__(self, *args: object, project: Project, existing: AmplifyApp | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.project = project
        if existing:
            self.fields["name"].disabled = True
            self.initial["name"] = existing.name
            self.fields["name"].help_text = f"The app {existing.id} exists and keeps its name."

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not self.fields["name"].disabled and not is_amplify_project_name(name):
            raise ValidationError("Use 3 to 20 letters and digits and nothing else: the Amplify CLI knows no others.")
        return name

    def clean_env(self) -> str:
        name: str = self.cleaned_data["env"]
        if not is_amplify_environment_name(name):
            raise ValidationError("Use 2 to 10 lower-case letters and nothing else: the Amplify CLI knows no others.")
        present = self.project.environments.filter(name=name).first()
        if present:
            raise ValidationError(f"This project already has an environment “{name}”.")
        obstacle, _ = obstacle_of(name, None)
        if obstacle:
            raise ValidationError(f"{obstacle} Choose another one.")
        return name

    def clean_suffix(self) -> str:
        suffix: str = self.cleaned_data["suffix"]
        return suffix if SUFFIX.fullmatch(suffix) else new_suffix()

    @property
    def again(self) -> Mapping[str, str]:
        """The valid form's values in the words of the query string."""
        return {key: str(value) for key, value in self.cleaned_data.items() if value and key != "suffix"}


def suggested_names(project: Project) -> dict[str, str]:
    """Names for a first app: the project's own as far as Amplify can take it, and `dev` where that is free."""
    name = re.sub(r"[^A-Za-z0-9]", "", project.slug)[:20]
    taken = set(project.environments.values_list("name", flat=True))
    return {
        "name": name if is_amplify_project_name(name) else "",
        "env": next((one for one in ("dev", "test", "staging") if one not in taken), ""),
    }
