"""How a planned environment is put before a person: what is made, in which order, and what is not."""

from dataclasses import dataclass, replace

from amplify_files import team_provider_info
from amplify_files.context import ProjectContext
from auth_import.preflight import known_backend
from deployments.cloning import making
from deployments.cloning.plan import Carried, ClonePlan, Resources
from environments.models import Environment

CARRIED_WORDS = {
    Carried.DATA_MODEL: "the data model",
    Carried.FUNCTIONS: "the functions with their settings",
    Carried.GROUPS: "the groups",
}


@dataclass(frozen=True, slots=True)
class Thing:
    what: str
    name: str
    purpose: str


def made_in_aws(plan: ClonePlan) -> tuple[Thing, ...]:
    """Everything the job makes in AWS, in the order of its making; nothing for a standalone environment."""
    groups = Carried.GROUPS in plan.carried and plan.auth is not None
    found = list(_backend(plan)) if plan.kind == "amplify" else []
    if groups and plan.auth:
        found.append(
            Thing("Groups", plan.auth.outputs.user_pool_name, f"Those of {plan.source} that this user pool lacks.")
        )
    return tuple(found)


def _backend(plan: ClonePlan) -> list[Thing]:
    wanted = making.backend_of(plan)
    auth, unauth = wanted.roles
    nobody = "Nobody can assume it: its trust policy denies everybody, and it grants nothing."
    things = [
        Thing(
            "Backend environment", wanted.env, f"Beside {plan.source or 'the others'} in the Amplify app {plan.app_id}."
        ),
        Thing(
            "CloudFormation stack", wanted.stack_name, "Owns the bucket and the two roles; a push nests the rest in it."
        ),
        Thing(
            "S3 bucket",
            wanted.bucket,
            "Keeps the backend's files. Refuses requests without TLS; stays when the stack is deleted.",
        ),
        Thing("IAM role", auth, f"For people who signed in. {nobody}"),
        Thing("IAM role", unauth, f"For guests. {nobody}"),
    ]
    if plan.auth or plan.carried:
        path = f"/amplify/{plan.app_id}/{plan.name}/"
        names = _parameters(plan)
        things.append(Thing("SSM parameters", f"{path}{names}", "What a headless amplify pull takes."))
    return [*things, Thing("Objects in the bucket", _files(plan), "What amplify pull reads.")]


def _files(plan: ClonePlan) -> str:
    kinds = [name for name, there in (("the import", plan.auth), *_carried_files(plan)) if there]
    beside = f" with {' and '.join(kinds)}" if kinds else ""
    return f"#current-cloud-backend.zip{beside}, amplify-meta.json, backend-config.json"


def _carried_files(plan: ClonePlan) -> list[tuple[str, bool]]:
    return [(CARRIED_WORDS[one], one in plan.carried) for one in (Carried.DATA_MODEL, Carried.FUNCTIONS)]


def _parameters(plan: ClonePlan) -> str:
    if plan.auth is None:
        return "AMPLIFY_function_… of the functions"
    context = ProjectContext(
        project_name=plan.app_name,
        environment_name=plan.name,
        frontend=plan.auth.context_frontend,  # type: ignore[arg-type]
        kind="amplify",
        known_resource_name=plan.auth.resource_name,
    )
    names = team_provider_info.block(plan.auth.outputs, context)
    return f"AMPLIFY_auth_{plan.auth.resource_name}_" + ", _".join(names)


def as_made(plan: ClonePlan, source: Environment | None) -> ClonePlan:
    """The plan with the name the imported resource will have: what comes along calls it as the source does."""
    known = known_backend(source) if source and {Carried.DATA_MODEL, Carried.FUNCTIONS} & set(plan.carried) else None
    names = [one["name"] for one in known.facts.get("auth", ()) if one["imported"]] if known else []
    if plan.auth is None or not names:
        return plan
    return replace(plan, auth=replace(plan.auth, resource_name=names[0]))


def left_behind(plan: ClonePlan) -> tuple[str, ...]:
    """What no clone copies, so that nobody looks for it."""
    found = ["Users, their passwords and their groups." if plan.resources is not Resources.SAME else ""]
    if plan.source:
        found.append("Records of tables, and files in storage.")
        found.append("Secrets: values in SSM that are encrypted, client secrets, environment variables of builds.")
        found.append("Members' limits: whoever is limited to some environments does not see the new one.")
    if plan.kind == "amplify":
        absent = [CARRIED_WORDS[one] for one in (Carried.DATA_MODEL, Carried.FUNCTIONS) if one not in plan.carried]
        found += [f"Of the backend: {', '.join(absent)}."] if absent else []
        found.append("Hosting, branches and notifications of the Amplify app.")
    return tuple(one for one in found if one)


def commands_for(plan: ClonePlan, project: str) -> str:
    """What the developer runs next, with the real names filled in."""
    if plan.kind == "amplify":
        lines = [f"amplify pull --appId {plan.app_id} --envName {plan.name}"]
        if Carried.DATA_MODEL in plan.carried or Carried.FUNCTIONS in plan.carried:
            lines.append("amplify push")
        return "\n".join(lines)
    if plan.auth is None:
        return ""
    return f"manage.py client_config --project {project} --environment {plan.name} --out src"
