"""The frozen plan of a push: what was looked at, what will be written where, and by which calls. Pure.

A plan holds no secret. What it shows of files is a diff without secrets; what it promises of them is a keyed hash of
the very bytes, so that the job can tell whether it writes what was shown.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Self

from amplify_files.outputs import MASK, AuthOutputs
from auth_import.findings import Finding, Severity
from auth_import.records import finding_from_record, finding_record
from backend_state.document.changes import ImportAuth, applied
from backend_state.document.file_changes import FileChange, sounds_secret
from backend_state.document.parameters import ParameterChange
from backend_state.document.state import CONFIG, META, STUDIO, BackendDocument

ChangeKind = Literal["import", "swap", "refresh", "unlink", "data", "functions", "data-and-functions"]
LEAVES_AUTH = frozenset({"data", "functions", "data-and-functions"})
"""Kinds of a push that says nothing about auth."""
OUTDATED = frozenset({"CloudChanged", "ChangedSinceReview", "PreviewUsed"})
"""What a push fails with when its preview no longer fits: trying the same again cannot help."""


@dataclass(frozen=True, slots=True)
class StackChange:
    """One row of the change set; `path` are logical ids from the root stack down to the resource."""

    path: str
    action: str
    type: str
    replacement: str
    properties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call the push makes: the IAM action, and what on, in words."""

    action: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class PushPlan:
    """What a person reviewed. `etags`, `template_digest` and `parameter_digest` pin what was looked at."""

    change: ChangeKind
    moment: datetime
    """The push is dated with it (`lastPushTimeStamp`)."""
    resource_name: str
    outputs: AuthOutputs | None
    secret_digest: str = ""
    before: Mapping[str, str] = field(default_factory=dict)
    """The ids that are in the cloud now, by the names of `AuthResource`; empty before an import."""
    values: tuple[Mapping[str, str], ...] = ()
    """What differs for the app's users, as `auth_import.drift.Drift` has it."""
    etags: Mapping[str, str]
    template_digest: str
    parameter_digest: str
    files: tuple[FileChange, ...]
    studio_written: tuple[str, ...] = ()
    studio_removed: tuple[str, ...] = ()
    parameters: tuple[ParameterChange, ...]
    nested: Mapping[str, Mapping[str, tuple[Any, Any]]] = field(default_factory=dict)
    change_set: str = ""
    """Its id; "" where the root stack does not change."""
    stack_changes: tuple[StackChange, ...] = ()
    findings: tuple[Finding, ...] = ()
    others: tuple[Mapping[str, Any], ...] = ()
    """What other features want in the backend, as `deployments.waiting.record_of` has it."""
    leaves_rules: bool = False
    """A draft of data access rules stays out of this push."""

    @property
    def leaves_auth(self) -> bool:
        return self.change in LEAVES_AUTH

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that forbid the push. What was imported anyway, with a reason, is a warning by now."""
        return tuple(one for one in self.findings if one.severity is Severity.FAIL)

    @property
    def calls(self) -> tuple[PlannedCall, ...]:
        """The calls that change something, in the order in which they are made."""
        return tuple(_calls(self))

    def to_dict(self) -> dict[str, Any]:
        return {
            "change": self.change,
            "moment": self.moment.isoformat(),
            "resource_name": self.resource_name,
            "outputs": self.outputs.to_dict() if self.outputs else None,
            "secret_digest": self.secret_digest,
            "before": dict(self.before),
            "values": [dict(one) for one in self.values],
            "etags": dict(self.etags),
            "template_digest": self.template_digest,
            "parameter_digest": self.parameter_digest,
            "files": [
                {"path": one.path, "change": one.change, "diff": one.diff, "digest": one.digest} for one in self.files
            ],
            "studio_written": list(self.studio_written),
            "studio_removed": list(self.studio_removed),
            "parameters": [{"name": one.name, "before": one.before, "after": one.after} for one in self.parameters],
            "nested": {stack: {key: list(pair) for key, pair in one.items()} for stack, one in self.nested.items()},
            "change_set": self.change_set,
            "stack_changes": [
                {
                    "path": one.path,
                    "action": one.action,
                    "type": one.type,
                    "replacement": one.replacement,
                    "properties": list(one.properties),
                }
                for one in self.stack_changes
            ],
            "findings": [finding_record(finding) for finding in self.findings],
            "others": [dict(one) for one in self.others],
            "leaves_rules": self.leaves_rules,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            change=data["change"],
            moment=datetime.fromisoformat(data["moment"]),
            resource_name=data["resource_name"],
            outputs=AuthOutputs.from_dict(data["outputs"]) if data["outputs"] else None,
            secret_digest=data["secret_digest"],
            before=data["before"],
            values=tuple(data["values"]),
            etags=data["etags"],
            template_digest=data["template_digest"],
            parameter_digest=data["parameter_digest"],
            files=tuple(FileChange(**one) for one in data["files"]),
            studio_written=tuple(data["studio_written"]),
            studio_removed=tuple(data["studio_removed"]),
            parameters=tuple(ParameterChange(**one) for one in data["parameters"]),
            nested={stack: {key: (a, b) for key, (a, b) in one.items()} for stack, one in data["nested"].items()},
            change_set=data["change_set"],
            stack_changes=tuple(
                StackChange(**{**one, "properties": tuple(one["properties"])}) for one in data["stack_changes"]
            ),
            findings=tuple(finding_from_record(record) for record in data["findings"]),
            others=tuple(data.get("others", ())),
            leaves_rules=data.get("leaves_rules", False),
        )


def _calls(plan: PushPlan) -> Iterable[PlannedCall]:
    if not plan.files and not plan.parameters and not plan.change_set:
        return
    yield PlannedCall("s3:PutObject", "deployment-state.json, so that the Amplify CLI waits meanwhile")
    if plan.files:
        yield PlannedCall("s3:PutObject", "#current-cloud-backend.zip, only over the one that was looked at")
        for key in plan.studio_written:
            yield PlannedCall("s3:PutObject", key)
        for key in plan.studio_removed:
            yield PlannedCall("s3:DeleteObject", key)
        yield PlannedCall("s3:PutObject", META)
        yield PlannedCall("s3:PutObject", CONFIG)
    for one in plan.parameters:
        if one.after is not None:
            yield PlannedCall("ssm:PutParameter", one.name)
    gone = [one.name.rpartition("/")[2] for one in plan.parameters if one.after is None]
    if gone:
        yield PlannedCall("ssm:DeleteParameters", ", ".join(gone))
    if plan.change_set:
        yield PlannedCall("cloudformation:ExecuteChangeSet", "the change set shown here, that very one")
    yield PlannedCall("s3:PutObject", "deployment-state.json as it was before (or s3:DeleteObject, if there was none)")


def shown_parameters(changes: Iterable[ParameterChange]) -> tuple[ParameterChange, ...]:
    """The changes as a plan may hold them: a value that goes, and by its name may be a secret, is hidden.

    What an import writes is never one.
    """
    return tuple(
        replace(one, before=MASK) if one.before is not None and sounds_secret(one.name) else one for one in changes
    )


def shown_values(nested: Mapping[str, Mapping[str, tuple[Any, Any]]]) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Parameters of nested stacks as a plan may hold them: a function may be given the client's secret by one."""
    return {
        stack: {
            name: (_hidden(old), _hidden(new)) if sounds_secret(name) else (old, new)
            for name, (old, new) in values.items()
        }
        for stack, values in nested.items()
    }


def _hidden(value: Any) -> Any:
    return MASK if isinstance(value, str) else value


def studio_changes(
    before: BackendDocument, after: BackendDocument, present: Mapping[str, str], md5: Callable[[bytes], str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys below `studio-backend/` to write and to delete. `present` are the keys there are, with their etags.

    Only what differs is written; what lies there and comes from no file of the backend is left alone.
    """
    wanted = {STUDIO + name: name for name in after.studio_files}
    written = tuple(key for key, name in wanted.items() if present.get(key) != md5(after.read(name)))
    gone = {STUDIO + name for name in before.studio_files} - set(wanted)
    return written, tuple(sorted(gone & set(present)))


def kind_of(before: BackendDocument, outputs: AuthOutputs | None) -> ChangeKind:
    """What a push of these outputs is, judged by ids and not by Amplify's own labels (section 2.7)."""
    present = before.imported
    if outputs is None:
        return "unlink"
    if present is None:
        return "import"
    ids = (outputs.user_pool_id, outputs.web_client_id, outputs.native_client_id)
    identity_pool = outputs.identity_pool.id if outputs.identity_pool else ""
    same = (present.user_pool_id, present.web_client_id, present.native_client_id) == ids
    return "refresh" if same and present.identity_pool_id == identity_pool else "swap"


def changes_nothing(document: BackendDocument, change: ImportAuth) -> bool:
    """Whether the backend already holds exactly this, but for the moment of the push."""
    return not applied(document, change).pending
