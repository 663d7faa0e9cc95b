"""How a push is put before a person: the parts of its plan, and how far it has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from auth_import.presentation import Check, Family, checks_by_family
from auth_import.records import finding_line
from backend_state.document.file_changes import FileChange
from backend_state.models import KnownBackend
from deployments import services, waiting
from deployments.models import CHANGE_WORDS, Deployment, Phase
from deployments.push_plan import OUTDATED, PlannedCall, PushPlan, StackChange
from deployments.standing import Side, auth_in_cloud, ids_of, names_of, sides
from jobs.models import Job, JobStep, Status, StepStatus

Stage = Literal[
    "planned", "blocked", "outdated", "stopped", "at-work", "interrupted", "pushed", "elsewhere", "undone", "discarded"
]
CHANGE_SENTENCES = {
    "import": "The backend has no auth yet. It gets the resources linked here, as an import by the Amplify CLI would.",
    "swap": "The backend has other Cognito resources. It gets the ones linked here in their place.",
    "refresh": "The backend has these resources already. It gets their newer values.",
    "unlink": "The backend loses its imported auth. Nothing in Cognito and IAM is touched or deleted.",
    "data": "The GraphQL API gets other data access rules in the backend. Nothing about auth changes.",
    "functions": "Functions get other access to the user pool in the backend. Nothing about auth changes.",
    "data-and-functions": "The GraphQL API gets other data access rules in the backend, and functions get other access "
    "to the user pool. Nothing about auth changes.",
}
UNREAD_SENTENCE = "What would change is not known, because the backend could not be read."
_TONES = {"add": "green", "change": "blue", "remove": "red"}
_REPLACEMENTS = {"True": ("Replaced", "red"), "Conditional": ("May be replaced", "yellow")}


@dataclass(frozen=True, slots=True)
class StackRow:
    """One row of the change set. A nested stack stands above what changes inside it."""

    change: StackChange
    outer: str
    name: str

    @property
    def replacement(self) -> tuple[str, str] | None:
        """Its words and tone where the resource, and what is in it, may not survive."""
        return _REPLACEMENTS.get(self.change.replacement)

    @property
    def tone(self) -> str:
        return {"Add": "green", "Remove": "red"}.get(self.change.action, "blue")


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One parameter in SSM, without the beginning that all of the names share."""

    name: str
    change: str
    before: str
    after: str

    @property
    def tone(self) -> str:
        return _TONES[self.change]


@dataclass(frozen=True, slots=True)
class FileRow:
    file: FileChange

    @property
    def tone(self) -> str:
        return _TONES[self.file.change]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a push is that has begun and not ended. `number` of `total` is the step it is at, or was stopped in."""

    job: Job | None
    undoing: bool
    title: str
    number: int
    total: int
    runs: bool
    seldom: bool
    """The console has tried often, and tries once an hour from now on."""

    @property
    def words(self) -> str:
        return f"Step {self.number} of {self.total}: {self.title}" if self.title else "It begins in a moment"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A plan in the parts the page shows."""

    deployment: Deployment
    plan: PushPlan
    stage: Stage
    progress: Progress | None
    title: str
    sentence: str
    sides: list[Side]
    blocking: list[Check]
    attention: list[Check]
    quiet: list[Family]
    files: list[FileRow]
    parameter_start: str
    parameters: list[ParameterRow]
    nested: list[tuple[str, list[tuple[str, str, str]]]]
    stack: list[StackRow]
    calls: list[PlannedCall]
    others: list[str]
    """What else the push brings, beside auth, in sentences."""

    @property
    def replaced(self) -> list[StackRow]:
        """What CloudFormation makes anew, or may: its content does not come along."""
        return [row for row in self.stack if row.replacement]

    @property
    def removed(self) -> list[StackRow]:
        return [row for row in self.stack if row.change.action == "Remove"]

    @property
    def consequences(self) -> list[str]:
        """What the exchanged ids mean for the people who use the app."""
        return _consequences({side.label: side for side in self.sides}, self.plan)

    @property
    def quiet_checks(self) -> int:
        return sum(len(family.quiet) for family in self.quiet)

    @property
    def is_ahead(self) -> bool:
        """Whether what the page tells has not happened yet."""
        return self.stage in ("planned", "blocked", "outdated", "stopped", "discarded")


def reviewed(deployment: Deployment) -> Reviewed:
    plan = PushPlan.from_dict(deployment.document)
    blocking = {id(one) for one in plan.blocking}
    families = checks_by_family(plan.findings)
    checks = [check for family in families for check in family.attention]
    start, parameters = _parameters(plan)
    return Reviewed(
        deployment=deployment,
        plan=plan,
        stage=stage_of(deployment, plan),
        progress=progress_of(deployment),
        title=CHANGE_WORDS[plan.change],
        sentence=CHANGE_SENTENCES[plan.change] if plan.etags else UNREAD_SENTENCE,
        sides=sides(
            plan.before,
            plan.before if plan.leaves_auth else ids_of(plan.outputs),
            names=names_of(plan.outputs),
            is_known=bool(plan.etags),
        ),
        blocking=[check for check in checks if id(check.finding) in blocking],
        attention=[check for check in checks if id(check.finding) not in blocking],
        quiet=[Family(family.title, family.quiet) for family in families if family.quiet],
        files=[FileRow(one) for one in plan.files],
        parameter_start=start,
        parameters=parameters,
        nested=[
            (stack, [(name, text_of(old), text_of(new)) for name, (old, new) in values.items()])
            for stack, values in plan.nested.items()
        ],
        stack=[_stack_row(one) for one in plan.stack_changes],
        calls=list(plan.calls),
        others=[waiting.words_of(one) for one in waiting.changes_from(plan.others)],
    )


def _consequences(rows: Mapping[str, Side], plan: PushPlan) -> list[str]:
    if plan.change == "unlink":
        return ["Apps that are built from the backend afterwards have no sign-in. Installed ones go on as they are."]
    if plan.change != "swap":
        return []
    found = []
    pool, identity_pool = rows["User pool"], rows["Identity pool"]
    if pool.differs:
        found.append(
            "Apps with the new configuration ask another user pool: people who are only in the old one cannot sign in "
            "there, and the others sign in again."
        )
    elif rows["Web app client"].differs or rows["Mobile app client"].differs:
        found.append("Apps with the new configuration use another app client: their users sign in again.")
    if identity_pool.differs and not identity_pool.after:
        found.append("Apps with the new configuration get no AWS credentials any more.")
    elif identity_pool.differs and identity_pool.before:
        found.append(
            "People get other identities, so what is stored by identity (private files, for example) is not found "
            "under the new one."
        )
    return found


def stage_of(deployment: Deployment, plan: PushPlan) -> Stage:
    """Where a push stands between its preview and its end."""
    job = deployment.job
    match deployment.phase:
        case Phase.APPLYING | Phase.RESTORING:
            return "at-work" if job and not job.is_finished else "interrupted"
        case Phase.APPLIED:
            return "elsewhere" if job and job.status == Status.FAILED else "pushed"
        case Phase.RESTORED:
            return "undone"
        case Phase.DISCARDED:
            return "discarded"
    if job and not job.is_finished:
        return "at-work"
    if job:
        return "outdated" if job.error_code in OUTDATED else "stopped"
    return "blocked" if plan.blocking else "planned"


def progress_of(deployment: Deployment) -> Progress | None:
    """None for a push that has not begun, or has ended."""
    job = deployment.job
    runs = bool(job and not job.is_finished)
    if deployment.phase not in (Phase.APPLYING, Phase.RESTORING) and not (deployment.phase == Phase.PLANNED and runs):
        return None
    undoing = deployment.phase == Phase.RESTORING
    steps = list(job.steps.all()) if job else []
    at = _step_at_work(steps, undoing=undoing)
    # Undoing is no part of a push that goes as it should.
    total = len(steps) if undoing else len([one for one in steps if one.name != "undo"])
    return Progress(
        job=job,
        undoing=undoing,
        title=at.title if at else "",
        number=at.position + 1 if at else 0,
        total=total,
        runs=runs,
        seldom=not runs and deployment.recoveries >= services.MOST_RECOVERIES,
    )


def _step_at_work(steps: Sequence[JobStep], *, undoing: bool) -> JobStep | None:
    if undoing:
        return next((step for step in steps if step.name == "undo"), None)
    done = (StepStatus.DONE,)
    return next((step for step in steps if step.status not in done and step.name != "undo"), None)


def _parameters(plan: PushPlan) -> tuple[str, list[ParameterRow]]:
    """How all of the names begin, and the rows without that."""
    names = [one.name for one in plan.parameters]
    start = names[0].rpartition("/")[0] + "/" if names else ""
    own = f"{start}AMPLIFY_auth_{plan.resource_name}_"
    start = own if all(name.startswith(own) for name in names) else start
    return start, [
        ParameterRow(one.name.removeprefix(start), one.change, one.before or "", one.after or "")
        for one in plan.parameters
    ]


def _stack_row(change: StackChange) -> StackRow:
    outer, _, name = change.path.rpartition(" / ")
    return StackRow(change, outer, name)


def text_of(value: Any) -> str:
    """A parameter of a nested stack: a text as it is, a reference by what it refers to."""
    if value is None:
        return ""
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
        "also": [waiting.words_of(one) for one in waiting.changes_from(plan.others)],
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
        "left": deployment.left,
        "job": str(deployment.job_id) if deployment.job_id else None,
    }


def pull_report(row: KnownBackend | None) -> dict[str, object]:
    """What is known, as scripts read it; `read` is null before the first pull."""
    return {
        "read": row.read if row else None,
        "last_pushed": row.last_pushed if row else None,
        "auth": auth_in_cloud(row),
        "resources": row.facts.get("resources", {}) if row else {},
        "stack": row.facts.get("stack", "") if row else "",
        "differences": row.differences if row else [],
    }
