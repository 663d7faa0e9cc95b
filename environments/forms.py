"""Forms of the pages of projects, environments, members and tokens."""

import secrets

from django import forms

from aws.regions import known_regions
from environments.models import Environment, Membership, Project, ProjectToken
from environments.permissions import Role


def regions_to_choose_from() -> list[str]:
    """What the field of the Region offers while somebody types."""
    return sorted(known_regions())


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Project
        fields = ["name", "frontend"]
        help_texts = {
            "name": "What your team calls the app.",
            "frontend": "Decides which client configuration file is offered first.",
        }


class EnvironmentForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Environment
        fields = ["name", "kind", "region", "app_id", "role_arn", "external_id", "production"]
        widgets = {"kind": forms.RadioSelect, "region": forms.TextInput(attrs={"list": "regions"})}
        labels = {"production": "This environment is production"}
        help_texts = {
            "name": "For example dev, test or prod.",
            "kind": "Amplify: an existing Gen 1 backend environment. Standalone: existing Cognito resources, "
            "no Amplify backend.",
            "region": "The Region of the Cognito resources, for example eu-west-1.",
            "app_id": "Only for Amplify, for example d2examplexyz01.",
            "role_arn": "Leave empty to use the console's own AWS credentials.",
            "external_id": "Only with a role, when its trust policy asks for one.",
            "production": "Named first wherever the console warns that a pool is shared.",
        }

    def __init__(self, *args: object, project: Project, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.project = project

    regions = staticmethod(regions_to_choose_from)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Environment.objects.filter(project=self.project, name=name).exists():
            raise forms.ValidationError("This project already has an environment of this name.")
        return name


def _new_once() -> str:
    return secrets.token_urlsafe(24)


class EnvironmentSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Its name and kind stay: they are parts of addresses and of generated files."""

    CONNECTION = ("region", "role_arn", "app_id")

    class Meta:
        model = Environment
        fields = ["region", "app_id", "role_arn", "external_id", "production"]
        widgets = EnvironmentForm.Meta.widgets
        labels = EnvironmentForm.Meta.labels
        help_texts = EnvironmentForm.Meta.help_texts | {"app_id": ""}

    regions = staticmethod(regions_to_choose_from)

    def __init__(self, *args: object, fixed: bool, **kwargs: object) -> None:
        """With `fixed`, where the environment is cannot be changed now."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if self.instance.is_amplify:
            self.fields["app_id"].required = True
        else:
            del self.fields["app_id"]
        for name in self.CONNECTION:
            if fixed and name in self.fields:
                self.fields[name].disabled = True


class RemoveForm(forms.Form):
    """The typed confirmation: the name of what goes."""

    confirm = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: object, name: str, what: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.name = name
        self.fields["confirm"].label = what
        self.fields["confirm"].help_text = f"Type {name} to confirm."

    def clean_confirm(self) -> str:
        typed: str = self.cleaned_data["confirm"].strip()
        if typed != self.name:
            raise forms.ValidationError(f"This is something else. Type {self.name}.")
        return typed


class RemoveEnvironmentForm(RemoveForm):
    """The backend's box is there unless `why_kept` says why the backend cannot be deleted."""

    def __init__(self, *args: object, environment: Environment, why_kept: str, **kwargs: object) -> None:
        super().__init__(*args, name=environment.name, what="Environment name", **kwargs)
        if environment.is_amplify and not why_kept:
            self.fields["backend"] = forms.BooleanField(
                label="Also delete its Amplify backend",
                required=False,
                help_text="Everything listed under “What goes with the backend”, for good.",
            )
            self.order_fields(["backend", "confirm"])


class RenameForm(forms.Form):
    name = forms.CharField(
        max_length=30,
        label="New name",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Lower-case letters, digits and hyphens, beginning with a letter.",
    )


class InvitationForm(forms.Form):
    """`once` is random, so that the same form sent twice is known as such."""

    role = forms.ChoiceField(choices=Role.choices, initial=Role.VIEWER)
    note = forms.CharField(label="For whom", max_length=120, required=False, help_text="Only a reminder for this list.")
    once = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput, initial=_new_once)


class MemberForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
    environments = forms.ModelMultipleChoiceField(
        queryset=Environment.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: all environments, future ones included.",
    )

    def __init__(self, *args: object, membership: Membership, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["environments"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Environment.objects.filter(project=membership.project)
        field.label_from_instance = lambda row: row.name  # type: ignore[method-assign, assignment]


class PersonForm(forms.Form):
    """What an operator may allow a person in the console as a whole."""

    may_create_projects = forms.BooleanField(
        label="May create projects in this console",
        required=False,
        help_text="Environments of a project may use the console's own AWS credentials.",
    )


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ProjectToken
        fields = ["name", "role"]
        help_texts = {
            "name": "Where it will be used, for example CI.",
            "role": "A Viewer token reads every file that holds no client secret.",
        }

    def __init__(self, *args: object, project: Project, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.project = project

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if ProjectToken.is_live(self.project, name):
            raise forms.ValidationError(
                "This project has an active token of this name. Choose another name, or revoke that token first."
            )
        return name
