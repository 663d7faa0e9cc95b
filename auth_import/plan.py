"""The frozen plan of an import: what was chosen, what the checks said, and which files will come of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from amplify_files import amplify_meta, backend_config, catalogue, parameters_json, team_provider_info
from amplify_files.context import ProjectContext
from amplify_files.javascript_json import stringify
from amplify_files.outputs import AuthOutputs, masked
from auth_import.findings import Finding, RuleSet
from auth_import.observation import Choice
from auth_import.records import finding_from_record, finding_record

META = "amplify/backend/amplify-meta.json"
BACKEND_CONFIG = "amplify/backend/backend-config.json"
TEAM_PROVIDER_INFO = "amplify/team-provider-info.json"


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file as it is and as it will be; "" where there is none. Secrets are masked."""

    path: str
    before: str
    after: str
    backend: bool = False
    """Backend files reach the cloud with the next push; client configuration exists from the link on."""

    @property
    def change(self) -> Literal["add", "change", "remove", "same"]:
        if self.before == self.after:
            return "same"
        if not self.before:
            return "add"
        return "change" if self.after else "remove"


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What a person reviewed, and what the job applies: exactly this, or nothing.

    `outputs` carry no secret; `secret_digest` tells whether the client's secret is still the one that was seen.
    """

    choice: Choice
    rule_set: RuleSet
    findings: tuple[Finding, ...]
    outputs: AuthOutputs
    context_frontend: str
    resource_name: str
    secret_digest: str
    accepted: tuple[str, ...] = ()
    reason: str = ""
    replaces: Choice | None = None
    """What is linked until then, for a swap; the job stops when something else is."""
    replaced_outputs: AuthOutputs | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "choice": asdict(self.choice),
            "rule_set": str(self.rule_set),
            "findings": [finding_record(finding) for finding in self.findings],
            "outputs": self.outputs.to_dict(),
            "frontend": self.context_frontend,
            "resource_name": self.resource_name,
            "secret_digest": self.secret_digest,
            "accepted": list(self.accepted),
            "reason": self.reason,
            "replaces": asdict(self.replaces) if self.replaces else None,
            "replaced_outputs": self.replaced_outputs.to_dict() if self.replaced_outputs else None,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            choice=Choice(**data["choice"]),
            rule_set=RuleSet(data["rule_set"]),
            findings=tuple(finding_from_record(record) for record in data["findings"]),
            outputs=AuthOutputs.from_dict(data["outputs"]),
            context_frontend=data["frontend"],
            resource_name=data["resource_name"],
            secret_digest=data["secret_digest"],
            accepted=tuple(data["accepted"]),
            reason=data["reason"],
            # Plans of earlier versions name neither.
            replaces=Choice(**data["replaces"]) if data.get("replaces") else None,
            replaced_outputs=AuthOutputs.from_dict(data["replaced_outputs"]) if data.get("replaced_outputs") else None,
        )


def file_changes(
    context: ProjectContext, before: AuthOutputs | None, after: AuthOutputs | None
) -> tuple[FileChange, ...]:
    """The files an import (`before` None), an unlink (`after` None) or a swap changes, and what stands in them.

    Of the backend files only the part about auth is shown: what else is in them is never touched.
    """
    old = _texts(context, masked(before)) if before else _without_auth(context)
    new = _texts(context, masked(after)) if after else _without_auth(context)
    return tuple(
        FileChange(path=path, before=old.get(path, ""), after=new.get(path, ""), backend=path.startswith("amplify/"))
        for path in dict.fromkeys([*new, *old])
        if old.get(path, "") != new.get(path, "")
    )


def _without_auth(context: ProjectContext) -> dict[str, str]:
    """The files an Amplify backend has before an import and after an unlink (Amplify project format, section 5.1)."""
    if context.kind != "amplify":
        return {}
    return {
        META: stringify({"auth": {}}, indent=2),
        BACKEND_CONFIG: stringify({"auth": {}}, indent=2),
        TEAM_PROVIDER_INFO: stringify({context.environment_name: {}}, indent=2),
    }


def _texts(context: ProjectContext, outputs: AuthOutputs) -> dict[str, str]:
    texts: dict[str, str] = {}
    if context.kind == "amplify":
        name = context.resource_name
        texts[f"amplify/backend/auth/{name}/parameters.json"] = parameters_json.render(outputs, context)
        texts[META] = amplify_meta.render(outputs, context)
        texts[BACKEND_CONFIG] = backend_config.render(outputs, context)
        texts[TEAM_PROVIDER_INFO] = team_provider_info.render(outputs, context)
    for rendered in catalogue.files(outputs, context):
        texts[rendered.file.name] = rendered.text
    return texts


def plan_lines(changes: tuple[FileChange, ...]) -> dict[str, Any]:
    """The plan as `import_auth` prints it. An import calls nothing in AWS that changes anything."""
    return {"aws": [], "files": [{"path": change.path, "change": change.change} for change in changes]}
