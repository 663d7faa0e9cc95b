"""The single writes of a push, each of which may be repeated, and the comparison at its end."""

import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from amplify_files.javascript_json import stringify
from aws import graphql_apis, stacks
from aws.errors import AccessDenied, AwsError, NotFound
from backend_state import kept, known, store
from backend_state.document import facts, root_template
from backend_state.document.archive import LARGEST_ARCHIVE
from backend_state.document.json_text import as_object
from backend_state.document.problems import BackendProblem
from backend_state.document.state import DEPLOYMENT_STATE, STUDIO, ZIP
from backend_state.store import CloudState, Place
from deployments import change_sets, planning
from deployments.models import Deployment, Phase
from deployments.planning import Worked
from deployments.push_plan import PushPlan
from jobs.lifecycle import JobFailed, JobTakenOver, Run
from jobs.models import Job, Status

PARAMETER = "ssm:"
"""Marks a kept parameter among the kept objects."""
TEMPLATE, BEGUN = "cloudformation:template", "cloudformation:begun"
"""Among the digests of what is written: the root template's; and, with any text, that its change may have begun."""
STACK_PATIENCE = timedelta(minutes=45)
NOT_YET_BEGUN = 60
"""Seconds in which a change set that was executed may still say that it is available."""


class StackStillChanging(JobFailed):
    """CloudFormation has not finished. Nothing must be undone: the next run waits on."""


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def digests(plan: PushPlan, worked: Worked, template: Mapping[str, Any]) -> dict[str, str]:
    """What the push is about to write: the SHA-256 of each object by its key, "" for one it deletes; and a hash of the
    root template that its change set leads to."""
    written = {DEPLOYMENT_STATE: digest(busy_note(plan))}
    if plan.files:
        written[ZIP] = digest(worked.after.render(plan.moment))
        written |= {key: digest(body) for key, body in worked.after.root_files.items()}
        written |= {key: digest(worked.after.read(key.removeprefix(STUDIO))) for key in plan.studio_written}
        written |= dict.fromkeys(plan.studio_removed, "")
    if plan.change_set:
        # As CloudFormation gives it back: through the text it was sent as.
        written[TEMPLATE] = known.digest_of(json.loads(stringify(template)))
    return written


def put(run: Run, place: Place, key: str, body: bytes, looked_at: str, own: Mapping[str, str]) -> None:
    """Writes an object over the one that was looked at (its etag; "" for none).

    Where it is another one by now, that may be our own write of an earlier run (`own`: digests by key), which is as
    good. Raises BackendProblem "CloudChanged" when it is somebody else's, JobTakenOver when it is not our turn.
    """
    require_turn(run)
    try:
        store.write(place, key, body, expected=looked_at)
    except BackendProblem:
        there = store.read_object(place, key, limit=LARGEST_ARCHIVE)
        if there is None or digest(there.body) not in (own.get(key), digest(body)):
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


def change_stack(run: Run, deployment: Deployment, plan: PushPlan) -> str:
    """Executes the change set that was shown, and waits for its end. Answers what happened, in words.

    Raises JobFailed after CloudFormation has undone a failed update, and StackStillChanging while it is at work.
    """
    if not plan.change_set:
        return "It does not change"
    place = planning.place_of(deployment.environment)
    found = _change_set(place, plan)
    begun = BEGUN in deployment.written
    if not begun and (found is None or found.execution_status in _OUTDATED):
        raise _deployed_by_others()
    if found is not None and found.execution_status == "AVAILABLE":
        # Whoever takes this push up, or undoes it, has to know of a request whose answer was lost.
        if not deployment.move_to(
            Phase.APPLYING, origins=(Phase.APPLYING,), written={**deployment.written, BEGUN: "yes"}
        ):
            raise JobTakenOver(run.job.pk)
        require_turn(run)
        stacks.execute_change_set(
            place.target, plan.change_set, stack=place.stack_name, token=f"admin-ui-{deployment.pk}"
        )
    stack, found = _at_rest(run, place, plan)
    if _is_new(place, deployment, plan, found):
        return f"{len(plan.stack_changes)} resources changed"
    if found is not None and found.execution_status in _OUTDATED:
        raise _deployed_by_others()
    if found is not None and found.execution_status == "AVAILABLE":
        raise JobFailed(
            "CloudFormation did not begin to change the root stack.",
            next_step="Look at the stack in the CloudFormation console, then preview the push again.",
            code="NotBegun",
        )
    raise _stack_failed(place, stack)


_OUTDATED = ("UNAVAILABLE", "OBSOLETE")


def _deployed_by_others() -> BackendProblem:
    return store.cloud_changed("the root stack was deployed by somebody else, so the change set no longer fits")


def stack_is_as_before(run: Run, deployment: Deployment, plan: PushPlan) -> bool:
    """Whether the root stack is without what the push wants of it, and stays so: the change set is withdrawn.

    Raises StackStillChanging while CloudFormation is at work, and AwsError where that cannot be seen.
    """
    if not plan.change_set or BEGUN not in deployment.written:
        return True
    place = planning.place_of(deployment.environment)
    change_sets.drop_change_set(place, plan.change_set, only_if="AVAILABLE")
    try:
        _, found = _at_rest(run, place, plan)
        return not _is_new(place, deployment, plan, found)
    except NotFound:
        # The stack itself is gone, and with it whatever it was changed to.
        return True


def _change_set(place: Place, plan: PushPlan) -> stacks.ChangeSet | None:
    try:
        return stacks.describe_change_set(place.target, plan.change_set, stack=place.stack_name)
    except NotFound:
        return None


def _is_new(place: Place, deployment: Deployment, plan: PushPlan, found: stacks.ChangeSet | None) -> bool:
    """Whether our change of the root stack was carried out, even where somebody has deployed another one after it."""
    there = known.digest_of(stacks.template_of(place.target, place.stack_name))
    carried_out = found is not None and found.execution_status == "EXECUTE_COMPLETE"
    return there == deployment.written[TEMPLATE] or (carried_out and there != plan.template_digest)


def _at_rest(run: Run, place: Place, plan: PushPlan) -> tuple[stacks.Stack, stacks.ChangeSet | None]:
    """The stack and the change set once CloudFormation is done with them."""
    started, pause = time.monotonic(), 0.2
    while True:
        require_turn(run)
        waited = time.monotonic() - started
        if waited > STACK_PATIENCE.total_seconds():
            raise StackStillChanging(
                "CloudFormation has not finished changing the root stack.",
                next_step="Look at the stack's events. The console goes on by itself as soon as it is finished.",
            )
        stack, found = stacks.describe_stack(place.target, place.stack_name), _change_set(place, plan)
        status = found.execution_status if found is not None else ""
        begun = status != "AVAILABLE" or waited > NOT_YET_BEGUN
        if begun and not stack.is_busy and status != "EXECUTE_IN_PROGRESS":
            return stack, found
        time.sleep(pause)
        pause = min(5.0, pause * 1.5)


def require_turn(run: Run) -> None:
    """Raises JobTakenOver when another worker has the job. A Cancel waits until the step is finished."""
    if not Job.objects.filter(pk=run.job.pk, status=Status.RUNNING, attempts=run.attempt).exists():
        raise JobTakenOver(run.job.pk)


def _stack_failed(place: Place, stack: stacks.Stack) -> JobFailed:
    try:
        causes = stacks.failures_of(place.target, place.stack_name)
    except AwsError:
        # That the cause cannot be read keeps nobody from putting things back.
        causes = ()
    stuck = stack.status == "UPDATE_ROLLBACK_FAILED"
    return JobFailed(
        "CloudFormation could not change the root stack"
        + (", and could not undo it either." if stuck else "; it has put its resources back as they were."),
        next_step=f"Bring the stack back first: aws cloudformation continue-update-rollback --stack-name {stack.name} "
        f"--region {place.target.region}"
        if stuck
        else "Cure the cause, then preview the push again.",
        code=causes[0][0] if causes else stack.status,
        message=causes[0][1] if causes else stack.status_reason,
        action="cloudformation:ExecuteChangeSet",
    )


def differences(place: Place, deployment: Deployment, plan: PushPlan, state: CloudState) -> list[str]:
    """What in the cloud is not as the push wrote it; nothing after a push that nobody disturbed."""
    there = {ZIP: state.document.archive.data, **state.root_files}
    wrong = []
    for key, wanted in deployment.written.items():
        if key in (DEPLOYMENT_STATE, TEMPLATE, BEGUN):
            continue
        body = read_studio(deployment, key) if key in state.studio else there.get(key)
        if (digest(body) if body is not None else "") != wanted:
            wrong.append(key)
    if not plan.files and state.etags[ZIP] != plan.etags[ZIP]:
        wrong.append(ZIP)
    wrong += [one.name for one in plan.parameters if state.parameters.get(one.name) != one.after]
    if TEMPLATE in deployment.written and known.digest_of(state.template) != deployment.written[TEMPLATE]:
        wrong.append("the root stack's template")
    return wrong


def apis_elsewhere(place: Place, plan: PushPlan, state: CloudState) -> list[str]:
    """AppSync APIs whose stack was given the pool and which ask another one all the same."""
    wrong = []
    for resource in state.document.resources:
        given: Mapping[str, object] = plan.nested.get(resource.logical_id, {})
        api_id = as_object(resource.entry.get("output")).get("GraphQLAPIIdOutput")
        if root_template.USER_POOL not in given or not api_id or not facts.uses_user_pool(resource) or not plan.outputs:
            continue
        try:
            pools = graphql_apis.get_graphql_api(place.target, str(api_id)).user_pool_ids
        except NotFound:
            wrong.append(f"{resource.label} no longer exists")
            continue
        except AccessDenied:
            # Looking is a kindness. Without the permission a push would otherwise never come to its end.
            continue
        if plan.outputs.user_pool_id not in pools:
            wrong.append(f"{resource.label} asks {', '.join(pools) or 'no user pool'}")
    return wrong


def let_go(run: Run, deployment: Deployment) -> None:
    """Puts `deployment-state.json` back as it was, if it still is our own note."""
    place = planning.place_of(deployment.environment)
    try:
        there = store.read_object(place, DEPLOYMENT_STATE)
    except NotFound:
        # The bucket is gone.
        return
    if there is None or digest(there.body) != deployment.written.get(DEPLOYMENT_STATE):
        return
    before = kept.get(deployment.kept_as, DEPLOYMENT_STATE)
    require_turn(run)
    if before is None:
        store.remove(place, DEPLOYMENT_STATE)
    else:
        with suppress(BackendProblem):
            # Whoever has written it in this very moment is deploying, and says so there.
            store.write(place, DEPLOYMENT_STATE, before, expected=there.etag)
