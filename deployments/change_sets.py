"""Asking CloudFormation what a push would change, by a change set, which changes nothing until it is executed."""

import time
from contextlib import suppress
from dataclasses import replace

from amplify_files.javascript_json import stringify
from auth_import import backend_findings
from aws import stacks, stored_objects
from aws.errors import AwsError
from backend_state.store import CloudState, Place
from deployments.planning import Worked, place_of, template_after
from deployments.push_plan import PushPlan, StackChange
from environments.models import Environment
from jobs.lifecycle import JobFailed, Run

LARGEST_TEMPLATE = 51_200
"""Bytes of a template that CloudFormation takes in the call itself."""
PATIENCE = 300
"""Seconds until a change set must have been worked out; one of many nested stacks takes a minute or two."""


def with_change_set(run: Run, environment: Environment, state: CloudState, plan: PushPlan, worked: Worked) -> PushPlan:
    """The plan with what CloudFormation says it would do; unchanged where no nested stack changes.

    What an earlier attempt of the job has left behind is deleted, and so is everything when this one fails.
    """
    if not plan.nested or plan.blocking:
        return plan
    place, text = place_of(environment), stringify(template_after(state, worked))
    for attempt in range(1, run.attempt):
        _drop_all_of(place, _name(run.job.pk, attempt), text)
    name = _name(run.job.pk, run.attempt)
    try:
        found, made = _asked(run, place, state, name, text)
    except Exception:
        _drop_all_of(place, name, text)
        raise
    if found.status != "CREATE_COMPLETE":
        drop_change_set(place, made)
        if found.is_empty:
            return plan
        return replace(plan, findings=(*plan.findings, backend_findings.stack_refused(found.status_reason)))
    rows = tuple(
        StackChange(
            path=" / ".join(one.path),
            action=one.action,
            type=one.type,
            replacement=one.replacement,
            properties=one.properties,
        )
        for one in found.changes
    )
    return replace(plan, change_set=made, stack_changes=rows)


def _name(job_id: str, attempt: int) -> str:
    return f"admin-ui-{job_id}-{attempt}"


def _asked(run: Run, place: Place, state: CloudState, name: str, text: str) -> tuple[stacks.ChangeSet, str]:
    """The change set as CloudFormation has worked it out, and its id."""
    assert state.stack is not None
    url = _uploaded(place, name, text) if _is_large(text) else ""
    made = stacks.create_change_set(
        place.target,
        stack=place.stack_name,
        name=name,
        template=text,
        template_url=url,
        parameter_names=[key for key, _ in state.stack.parameters],
    )
    found = _finished(run, place, made)
    _drop_template(place, name, text)
    return found, made


def _finished(run: Run, place: Place, change_set_id: str) -> stacks.ChangeSet:
    ends, pause = time.monotonic() + PATIENCE, 0.2
    while True:
        found = stacks.describe_change_set(place.target, change_set_id, stack=place.stack_name)
        if found.status not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            return found
        if time.monotonic() > ends:
            raise JobFailed(
                "CloudFormation did not finish the preview of the root stack in time.",
                next_step="Try again in a few minutes. Nothing was changed.",
            )
        run.check()
        time.sleep(pause)
        pause = min(5.0, pause * 1.5)


def _is_large(text: str) -> bool:
    return len(text.encode()) > LARGEST_TEMPLATE


def _template_key(name: str) -> str:
    return f"amplify-cfn-templates/{name}.json"


def _uploaded(place: Place, name: str, text: str) -> str:
    """The address of the template in the deployment bucket, for one that is too long for the call itself."""
    key = _template_key(name)
    stored_objects.write_object(place.target, place.bucket, key, text.encode())
    domain = "amazonaws.com.cn" if place.target.region.startswith("cn-") else "amazonaws.com"
    return f"https://s3.{place.target.region}.{domain}/{place.bucket}/{key}"


def _drop_template(place: Place, name: str, text: str) -> None:
    if _is_large(text):
        with suppress(AwsError):
            stored_objects.delete_object(place.target, place.bucket, _template_key(name))


def _drop_all_of(place: Place, name: str, text: str) -> None:
    """The change set of this name, made or half made, and the template it was made from."""
    drop_change_set(place, name)
    _drop_template(place, name, text)


def drop_change_set(place: Place, change_set_id: str, *, only_if: str = "") -> None:
    """Deletes a preview that nobody will execute; that it cannot be deleted harms nobody.

    `only_if`: the execution status in which it is deleted; one that was executed tells what came of it.
    """
    if not change_set_id:
        return
    with suppress(AwsError):
        if only_if:
            found = stacks.describe_change_set(place.target, change_set_id, stack=place.stack_name)
            if found.execution_status != only_if:
                return
        stacks.delete_change_set(place.target, change_set_id, stack=place.stack_name)
