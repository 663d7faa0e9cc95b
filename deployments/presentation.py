"""How a push is put before a person: what is in the cloud beside what is linked here, and the parts of a plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amplify_files.outputs import AuthOutputs
from auth_import.models import CognitoLink, UnpushedUnlink
from auth_import.presentation import Family, checks_by_family
from auth_import.records import finding_line
from backend_state.models import KnownBackend
from deployments.models import CHANGE_WORDS, Deployment
from deployments.push_plan import PushPlan

_ROWS = (
    ("User pool", "user_pool"),
    ("Web app client", "web_client"),
    ("Mobile app client", "native_client"),
    ("Identity pool", "identity_pool"),
)
_KNOWN = {
    "user_pool": "user_pool_id",
    "web_client": "web_client_id",
    "native_client": "native_client_id",
    "identity_pool": "identity_pool_id",
}
CHANGE_SENTENCES = {
    "import": "The backend has no auth yet. It gets the resources linked here, as an import by the Amplify CLI would.",
    "swap": "The backend has other Cognito resources. It gets the ones linked here in their place.",
    "refresh": "The backend has these resources already. It gets their newer values.",
    "unlink": "The backend loses its imported auth. Nothing in Cognito and IAM is touched or deleted.",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One value as it is in the cloud and as it is wanted."""

    label: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


def sides(before: Mapping[str, str], after: Mapping[str, str]) -> list[Side]:
    return [Side(label, before.get(key, ""), after.get(key, "")) for label, key in _ROWS]


def ids_of(outputs: AuthOutputs | None) -> dict[str, str]:
    if outputs is None:
        return {}
    return {
        "user_pool": outputs.user_pool_id,
        "web_client": outputs.web_client_id,
        "native_client": outputs.native_client_id,
        "identity_pool": outputs.identity_pool.id if outputs.identity_pool else "",
    }


def ids_in_cloud(known: KnownBackend | None) -> dict[str, str]:
    """Of the one auth resource the cloud had when it was last read."""
    auth = known.facts.get("auth", []) if known else []
    return {key: auth[0].get(name, "") for key, name in _KNOWN.items()} if auth else {}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an environment stands: what a push would do, as far as is known without asking AWS."""

    state: str
    words: str
    sentence: str
    pushable: bool


def standing(link: CognitoLink | None, unlink: UnpushedUnlink | None, known: KnownBackend | None) -> Standing:
    auth = known.facts.get("auth", []) if known else []
    managed = next((one for one in auth if not one["imported"]), None)
    if managed:
        return Standing(
            "fail",
            "Managed by Amplify",
            f"The backend has auth that Amplify manages itself ({managed['name']}). It must be removed there before "
            "existing resources can be reused.",
            link is not None,
        )
    if link is None and unlink is not None:
        return Standing(
            "warn", "Unlink not pushed", f"{unlink.user_pool_name} was unlinked here and is still in the backend.", True
        )
    if link is None and auth:
        return Standing(
            "info",
            "Imported elsewhere",
            "The backend has imported resources that this console has no link to. Import them here to manage them.",
            False,
        )
    if link is None:
        return Standing("info", "Nothing to push", "No Cognito resources are linked to this environment.", False)
    if not link.pushed:
        return Standing(
            "warn", "Not pushed", "The link is saved here; the backend in the cloud does not have it yet.", True
        )
    if link.drift:
        return Standing("warn", "Newer values", "Values changed in Cognito since the last push.", True)
    return Standing("pass", "Pushed", "The backend in the cloud has what is linked here.", True)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A plan in the parts the page shows."""

    deployment: Deployment
    plan: PushPlan
    title: str
    sentence: str
    sides: list[Side]
    families: list[Family]
    nested: list[tuple[str, list[tuple[str, str, str]]]]

    @property
    def attention(self) -> int:
        return sum(len(family.attention) for family in self.families)


def reviewed(deployment: Deployment) -> Reviewed:
    plan = PushPlan.from_dict(deployment.document)
    return Reviewed(
        deployment=deployment,
        plan=plan,
        title=CHANGE_WORDS[plan.change],
        sentence=CHANGE_SENTENCES[plan.change],
        sides=sides(plan.before, ids_of(plan.outputs)),
        families=checks_by_family(plan.findings),
        nested=[
            (stack, [(name, text_of(old), text_of(new)) for name, (old, new) in values.items()])
            for stack, values in plan.nested.items()
        ],
    )


def text_of(value: Any) -> str:
    """A parameter of a nested stack: a text as it is, a reference by what it refers to."""
    if value is None:
        return "–"
    if isinstance(value, Mapping) and "Ref" in value:
        return f"the root stack's {value['Ref']}"
    if isinstance(value, Mapping) and "Fn::GetAtt" in value:
        return "output " + ".".join(str(part) for part in value["Fn::GetAtt"])
    return str(value)


def plan_report(deployment: Deployment, plan: PushPlan) -> dict[str, Any]:
    """A plan as scripts read it; the keys of `import_auth` and more."""
    return {
        "verdict": "refused" if plan.blocking else "accepted",
        "deployment": deployment.pk,
        "phase": deployment.phase,
        "change": plan.change,
        "findings": [finding_line(one) for one in plan.findings],
        "plan": {
            "aws": [f"{one.action} {one.subject}" for one in plan.calls],
            "files": [{"path": one.path, "change": one.change} for one in plan.files],
            "parameters": [{"name": one.name, "change": one.change} for one in plan.parameters],
            "stack": [
                {"path": one.path, "action": one.action, "type": one.type, "replacement": one.replacement}
                for one in plan.stack_changes
            ],
        },
        "job": str(deployment.job_id) if deployment.job_id else None,
    }
