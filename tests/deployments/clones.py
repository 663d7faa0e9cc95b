"""Plans of new environments as tests need them, and their jobs run in this process."""

from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

from amplify_files.resource_name import resource_name
from audit.record import Actor
from auth_import.models import CognitoLink
from auth_import.observation import Choice
from auth_import.plan import ImportPlan
from auth_import.preflight import preflight
from auth_import.services import plan_of
from backend_state.document.state import BackendDocument
from backend_state.models import KnownBackend
from deployments.cloning import job as clone_job
from deployments.cloning import undo
from deployments.cloning.making import backend_of
from deployments.cloning.models import PlannedClone
from deployments.cloning.plan import Carried, ClonePlan, Resources
from deployments.cloning.services import start_clone, start_undo
from environments.models import Environment, Project
from jobs import lifecycle
from jobs.models import Job, Status
from tests.auth_import.journeys import audited, nobody_else
from tests.auth_import.planted import Account
from tests.deployments.planted_backends import ZIP, CloudBackend, plant

ACTOR = Actor(name="Sample Person")

_numbers = count(1)
_auth: dict[tuple[Choice, str], ImportPlan] = {}


def letters() -> str:
    """A name no test has used."""
    number, name = next(_numbers), ""
    while number:
        number, digit = divmod(number - 1, 26)
        name = chr(ord("a") + digit) + name
    return f"new{name}"


def auth_plan(new: Environment, choice: Choice) -> ImportPlan:
    """The reviewed import; every rule looks at a choice once, whatever the environment."""
    key = (choice, new.kind)
    if key not in _auth:
        checked = preflight(environment=new, choice=choice, sees=nobody_else)
        _auth[key] = plan_of(checked, environment=new, accepted=(), reason="")
    return replace(_auth[key], resource_name=resource_name(new.app_name or new.project.name))


def amplify_plan(
    project: Project,
    backend: CloudBackend,
    *,
    choice: Choice | None,
    source: Environment | None = None,
    carried: tuple[Carried, ...] = (),
    name: str = "",
    **changes: Any,
) -> PlannedClone:
    names = backend.names
    new = Environment(
        project=project,
        name=name or letters(),
        kind="amplify",
        region="eu-west-1",
        app_id=names.app_id,
        app_name=names.app,
    )
    plan = ClonePlan(
        source=source.name if source else "",
        name=new.name,
        kind="amplify",
        region="eu-west-1",
        app_id=names.app_id,
        app_name=names.app,
        suffix=f"{next(_numbers):05x}",
        resources=Resources.OTHERS if choice else Resources.NONE,
        auth=auth_plan(new, choice) if choice else None,
        carried=carried,
    )
    return kept(project, replace(plan, **changes), source)


def standalone_plan(
    project: Project, *, choice: Choice | None, source: Environment | None = None, name: str = "", **changes: Any
) -> PlannedClone:
    new = Environment(project=project, name=name or letters(), kind="standalone", region="eu-west-1")
    plan = ClonePlan(
        source=source.name if source else "",
        name=new.name,
        kind="standalone",
        region="eu-west-1",
        resources=Resources.OTHERS if choice else Resources.NONE,
        auth=auth_plan(new, choice) if choice else None,
    )
    return kept(project, replace(plan, **changes), source)


def kept(project: Project, plan: ClonePlan, source: Environment | None) -> PlannedClone:
    return PlannedClone.objects.create(
        project=project, source=source, document=plan.to_dict(), created_by_name="Sample Person"
    )


def started(planned: PlannedClone) -> Job:
    return start_clone(planned=planned, actor=ACTOR, send=False)


def run(job: Job) -> Job:
    """The job run to its end, or to that of its process: a worker that dies writes no verdict."""
    body = undo.undo if job.kind == undo.KIND else clone_job.clone
    with suppress(SystemExit):
        lifecycle.perform(job.pk, body)
    job.refresh_from_db()
    return job


def made(planned: PlannedClone) -> Job:
    return run(started(planned))


def undone(planned: PlannedClone) -> Job:
    return run(start_undo(planned=planned, actor=ACTOR, send=False))


def words_of(job: Job) -> str:
    return " | ".join((job.status, job.error_words, job.error_next_step, job.error_code, job.error_message))


# --- What they are made from, and what is there afterwards ---


_sources: dict[str, CloudBackend] = {}


def source_backend(account: Account) -> CloudBackend:
    """One backend with a GraphQL API and a function, for tests that only read it; each clones an environment of it."""
    if account.url not in _sources:
        _sources[account.url] = plant(account, kinds=("key-api", "function"))
    return _sources[account.url]


def again(job: Job) -> Job:
    """The worker was lost, and the job is taken up by another one."""
    if job.status == Status.RUNNING:
        assert job.move_to(Status.QUEUED, attempt=job.attempts)
    return run(job)


def in_aws(backend: CloudBackend, planned: PlannedClone) -> dict[str, Any]:
    """Everything the plan's names lead to in AWS; empty values where there is nothing."""
    plan = planned.plan
    wanted = backend_of(plan)
    client = backend.client
    environments = client("amplify").list_backend_environments(appId=plan.app_id)["backendEnvironments"]
    # Other tests leave more stacks than one page has.
    lists = client("cloudformation").get_paginator("describe_stacks").paginate()
    stacks = [one for page in lists for one in page["Stacks"]]
    buckets = [one["Name"] for one in client("s3").list_buckets()["Buckets"]]
    listed = client("s3").list_objects_v2(Bucket=wanted.bucket) if wanted.bucket in buckets else {}
    pages = client("ssm").get_paginator("get_parameters_by_path").paginate(Path=f"/amplify/{plan.app_id}/{plan.name}")
    return {
        "environment": [one["stackName"] for one in environments if one["environmentName"] == plan.name],
        "stack": [one["StackStatus"] for one in stacks if one["StackName"] == wanted.stack_name],
        "bucket": wanted.bucket in buckets,
        "objects": [one["Key"] for one in listed.get("Contents", ())],
        "parameters": {one["Name"].rpartition("/")[2]: one["Value"] for page in pages for one in page["Parameters"]},
    }


NOTHING: dict[str, Any] = {"environment": [], "stack": [], "bucket": False, "objects": [], "parameters": {}}


def document_of(backend: CloudBackend, planned: PlannedClone) -> BackendDocument:
    bucket = backend_of(planned.plan).bucket
    return BackendDocument.parse(backend.client("s3").get_object(Bucket=bucket, Key=ZIP)["Body"].read())


def assert_made(backend: CloudBackend, planned: PlannedClone, job: Job) -> Environment:
    """One of everything, whole, and known here as it lies there."""
    assert job.status == Status.SUCCEEDED, words_of(job)
    planned.refresh_from_db()
    plan, wanted, environment = planned.plan, backend_of(planned.plan), planned.environment
    assert environment is not None
    assert planned.project.environments.get(name=plan.name) == environment
    assert (environment.stack_name, environment.deployment_bucket) == (wanted.stack_name, wanted.bucket)
    there = in_aws(backend, planned)
    assert (there["environment"], there["stack"]) == ([wanted.stack_name], ["CREATE_COMPLETE"])
    document = document_of(backend, planned)
    names = {name.removeprefix("studio-backend/") for name in there["objects"] if name.startswith("studio-backend/")}
    assert names == set(document.studio_files)
    assert {ZIP, "amplify-meta.json", "backend-config.json"} <= set(there["objects"])
    assert document.stack is not None
    assert document.stack.stack_name == wanted.stack_name
    link = CognitoLink.objects.filter(environment=environment).first()
    if plan.auth is None:
        assert link is None
        assert document.auth == ()
    else:
        assert link is not None
        assert (link.choice, link.pushed) == (plan.auth.choice, True)
        (auth,) = document.auth
        assert (auth.imported, auth.user_pool_id) == (True, plan.auth.choice.user_pool_id)
        assert there["parameters"][f"AMPLIFY_auth_{auth.name}_userPoolId"] == f'"{auth.user_pool_id}"'
        listed = document.config["parameters"]
        assert set(there["parameters"]) == set(listed)
    known = KnownBackend.objects.get(environment=environment)
    assert known.differences == []
    assert known.pushed == known.facts
    assert len(audited("deployments:clone:finish")) == 1
    assert len(audited("environments:environment:create")) == 1
    return environment
