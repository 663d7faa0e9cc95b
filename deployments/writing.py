"""The single writes of a push, each of which may be repeated, and the comparison at its end."""

import hashlib
import time
from collections.abc import Mapping
from datetime import timedelta

from amplify_files.javascript_json import stringify
from aws import graphql_apis, stacks
from aws.errors import NotFound
from backend_state import kept, store
from backend_state.document import facts, root_template
from backend_state.document.changes import ImportAuth
from backend_state.document.problems import BackendProblem
from backend_state.document.root_template import ImportedAuth
from backend_state.document.state import DEPLOYMENT_STATE, STUDIO, ZIP
from backend_state.store import CloudState, Place
from deployments import planning
from deployments.models import Deployment
from deployments.planning import Worked
from deployments.push_plan import PushPlan
from jobs.lifecycle import JobFailed, JobTakenOver, Run
from jobs.models import Job, Status

PARAMETER = "ssm:"
"""Marks a kept parameter among the kept objects."""
STACK_PATIENCE = timedelta(minutes=45)
NOT_YET_BEGUN = 60
"""Seconds in which a change set that was executed may still say that it is available."""


class StackStillChanging(JobFailed):
    """CloudFormation has not finished. Nothing must be undone: the next run waits on."""


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def digests(plan: PushPlan, worked: Worked) -> dict[str, str]:
    """What the push is about to write: the SHA-256 of each object by its key, "" for one it deletes."""
    written = {DEPLOYMENT_STATE: digest(busy_note(plan))}
    if plan.files:
        written[ZIP] = digest(worked.after.render(plan.moment))
        written |= {key: digest(body) for key, body in worked.after.root_files.items()}
        written |= {key: digest(worked.after.read(key.removeprefix(STUDIO))) for key in plan.studio_written}
        written |= dict.fromkeys(plan.studio_removed, "")
    return written


def put(place: Place, key: str, body: bytes, looked_at: str) -> None:
    """Writes an object over the one that was looked at (its etag; "" for none).

    Where it is another one by now, that may be our own write of an earlier run, which is as good.
    Raises BackendProblem "CloudChanged" when it is somebody else's.
    """
    try:
        store.write(place, key, body, expected=looked_at)
    except BackendProblem:
        there = store.read_object(place, key, limit=max(len(body), 1024) * 2)
        if there is None or there.body != body:
            raise


def busy_note(plan: PushPlan) -> bytes:
    """`deployment-state.json` while the push is at work (Amplify project format, section 6.4): the CLI then waits."""
    started = plan.moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    note = {"version": "1", "startedAt": started, "currentStepIndex": 0, "steps": [{"status": "DEPLOYING"}]}
    return stringify({**note, "status": "DEPLOYING"}, indent=2).encode()


def read_studio(deployment: Deployment, key: str) -> bytes | None:
    found = store.read_object(planning.place_of(deployment.environment), key)
    return found.body if found else None


def parameters_to_keep(state: CloudState, plan: PushPlan) -> dict[str, bytes | None]:
    """The environment's parameters that the push may touch, by their marked names; None for those it adds."""
    added: dict[str, bytes | None] = {f"{PARAMETER}{one.name}": None for one in plan.parameters}
    marker = f"AMPLIFY_auth_{plan.resource_name}_"
    there = {name: text for name, text in state.parameters.items() if marker in name}
    return {**added, **{f"{PARAMETER}{name}": text.encode() for name, text in there.items()}}


def kept_parameters(deployment: Deployment) -> dict[str, str]:
    """The parameters as they were before the push, by their full names."""
    found = {}
    for name in kept.names(deployment.kept_as):
        body = kept.get(deployment.kept_as, name) if name.startswith(PARAMETER) else None
        if body is not None:
            found[name.removeprefix(PARAMETER)] = body.decode()
    return found


def change_stack(run: Run, deployment: Deployment, plan: PushPlan, worked: Worked) -> str:
    """Executes the change set that was shown, and waits for its end. Answers what happened, in words.

    Raises JobFailed after CloudFormation has undone a failed update, and StackStillChanging while it is at work.
    """
    if not plan.change_set:
        return "It does not change"
    place = planning.place_of(deployment.environment)
    found = _change_set(place, plan)
    if found is None:
        if _template_is_changed(place, worked):
            return "It was changed before the interruption"
        raise store.cloud_changed("the change set is gone, so the root stack was deployed by somebody else")
    if found.execution_status in ("UNAVAILABLE", "OBSOLETE"):
        raise store.cloud_changed("the root stack was deployed meanwhile, so the change set no longer fits")
    if found.execution_status == "AVAILABLE":
        stacks.execute_change_set(
            place.target, plan.change_set, stack=place.stack_name, token=f"admin-ui-{deployment.pk}"
        )
    _wait(run, place, plan)
    return f"{len(plan.stack_changes)} resources changed"


def _change_set(place: Place, plan: PushPlan) -> stacks.ChangeSet | None:
    try:
        return stacks.describe_change_set(place.target, plan.change_set, stack=place.stack_name)
    except NotFound:
        return None


def _template_is_changed(place: Place, worked: Worked) -> bool:
    """Whether the deployed template already is as the push leaves it: changing it once more makes no difference."""
    template = stacks.template_of(place.target, place.stack_name)
    imported = imported_of(worked)
    return not root_template.differing(template, root_template.changed(template, worked.before, imported))


def imported_of(worked: Worked) -> ImportedAuth | None:
    change = worked.change
    return ImportedAuth.of(worked.resource_name, change.outputs) if isinstance(change, ImportAuth) else None


def _wait(run: Run, place: Place, plan: PushPlan) -> None:
    started, pause = time.monotonic(), 0.2
    while True:
        _require_turn(run)
        waited = time.monotonic() - started
        if waited > STACK_PATIENCE.total_seconds():
            raise StackStillChanging(
                "CloudFormation has not finished changing the root stack.",
                next_step="Look at the stack's events. The console goes on by itself as soon as it is finished.",
            )
        stack, found = stacks.describe_stack(place.target, place.stack_name), _change_set(place, plan)
        begun = found is None or found.execution_status != "AVAILABLE" or waited > NOT_YET_BEGUN
        going = stack.is_busy or not begun or (found is not None and found.execution_status == "EXECUTE_IN_PROGRESS")
        if not going:
            failed = found is not None and found.execution_status == "EXECUTE_FAILED"
            if stack.status == "UPDATE_COMPLETE" and not failed:
                return
            raise _stack_failed(place, plan, stack)
        time.sleep(pause)
        pause = min(5.0, pause * 1.5)


def _require_turn(run: Run) -> None:
    """Raises JobTakenOver when another worker has the job. A Cancel waits until CloudFormation is finished."""
    if not Job.objects.filter(pk=run.job.pk, status=Status.RUNNING, attempts=run.attempt).exists():
        raise JobTakenOver(run.job.pk)


def _stack_failed(place: Place, plan: PushPlan, stack: stacks.Stack) -> JobFailed:
    causes = stacks.failures_of(place.target, place.stack_name, since=plan.moment)
    stuck = stack.status == "UPDATE_ROLLBACK_FAILED"
    return JobFailed(
        "CloudFormation could not change the root stack"
        + (", and could not undo it either." if stuck else "; it has put its resources back as they were."),
        next_step=f"Bring the stack back first: aws cloudformation continue-update-rollback --stack-name {stack.name}"
        if stuck
        else "Cure the cause, then preview the push again. The files and parameters are as they were before.",
        code=causes[0][0] if causes else stack.status,
        message=causes[0][1] if causes else stack.status_reason,
        action="cloudformation:ExecuteChangeSet",
    )


def differences(plan: PushPlan, worked: Worked, state: CloudState) -> list[str]:
    """What in the cloud is not as the push wrote it; nothing after a push that nobody disturbed."""
    wrong = []
    if not worked.after.holds(state.document.archive.fingerprints()):
        wrong.append(ZIP)
    if plan.files:
        wrong += [key for key, body in worked.after.root_files.items() if state.root_files.get(key) != body]
        wrong += [key for key in plan.studio_written if key not in state.studio]
        wrong += [key for key in plan.studio_removed if key in state.studio]
    wrong += [one.name for one in plan.parameters if state.parameters.get(one.name) != one.after]
    if plan.change_set and root_template.differing(
        state.template, root_template.changed(state.template, worked.before, imported_of(worked))
    ):
        wrong.append("the root stack's template")
    return wrong


def apis_elsewhere(place: Place, plan: PushPlan, worked: Worked) -> list[str]:
    """AppSync APIs whose stack was given the pool and which ask another one all the same."""
    wrong = []
    for resource in worked.after.resources:
        given: Mapping[str, object] = plan.nested.get(resource.logical_id, {})
        api_id = (resource.entry.get("output") or {}).get("GraphQLAPIIdOutput")
        if root_template.USER_POOL not in given or not api_id or not facts.uses_user_pool(resource) or not plan.outputs:
            continue
        found = graphql_apis.get_graphql_api(place.target, str(api_id))
        if plan.outputs.user_pool_id not in found.user_pool_ids:
            wrong.append(f"{resource.label} asks {', '.join(found.user_pool_ids) or 'no user pool'}")
    return wrong


def let_go(deployment: Deployment) -> None:
    """Puts `deployment-state.json` back as it was, if it still is our own note."""
    place = planning.place_of(deployment.environment)
    there = store.read_object(place, DEPLOYMENT_STATE)
    if there is None or digest(there.body) != deployment.written.get(DEPLOYMENT_STATE):
        return
    before = kept.get(deployment.kept_as, DEPLOYMENT_STATE)
    if before is None:
        store.remove(place, DEPLOYMENT_STATE)
    else:
        put(place, DEPLOYMENT_STATE, before, there.etag)
