"""Taking an Amplify backend away, piece by piece; what is gone already is no error, so that each may be repeated.

The order is that of `amplify env remove` (Amplify project format, section 4.10): stack, bucket, backend environment,
parameters. User pools that were imported belong to none of these.
"""

import time
from collections.abc import Sequence
from typing import Any

from audit.actions import Action
from audit.record import record
from aws import amplify_apps, environment_parameters, root_stacks, stacks, stored_objects
from aws.errors import AwsError, NotFound
from aws.root_stacks import Creation
from backend_state import store
from backend_state.store import Place
from deployments import backend_making
from deployments.backend_making import NewBackend, actor_of
from deployments.stack_waiting import reasons
from jobs.lifecycle import JobFailed, Run

PATIENCE_SECONDS = 1500.0
"""How long CloudFormation may take to delete a backend with all its nested stacks."""


def place_of(wanted: NewBackend) -> Place:
    """Where a backend lies that has no environment in the console yet."""
    return Place(
        target=wanted.target,
        app_id=wanted.app,
        environment=wanted.env,
        stack_name=wanted.stack_name,
        bucket=wanted.bucket,
    )


def creation(place: Place) -> Creation | None:
    """Who made the root stack and what it made, None where there is none of its name."""
    try:
        return root_stacks.creation_of(place.target, place.stack_name)
    except NotFound:
        return None


def delete_stack(run: Run, place: Place, stack_id: str) -> None:
    """Deletes the stack with all that CloudFormation deletes with it, and waits until it is gone. Raises JobFailed."""
    if not _is_there(place, stack_id):
        return
    ends = time.monotonic() + PATIENCE_SECONDS
    run.check()
    root_stacks.delete_root_stack(place.target, stack_id=stack_id, token=f"admin-ui-delete-{run.job.pk}")
    while True:
        try:
            found = stacks.describe_stack(place.target, stack_id)
        except NotFound:
            break
        except AwsError as error:
            if not error.retryable or time.monotonic() > ends:
                raise
        else:
            if found.status == "DELETE_COMPLETE":
                break
            if not found.is_busy:
                raise _not_deleted(place, found)
            if time.monotonic() > ends:
                raise JobFailed(
                    f"CloudFormation is still deleting {place.stack_name} ({found.status}).",
                    next_step="Look at the stack's events in CloudFormation. Retry goes on waiting.",
                    code=found.status,
                )
        run.check()
        time.sleep(backend_making.POLL_SECONDS)
    _note(run, place, f"Stack {place.stack_name}", {"stack": stack_id})


def _is_there(place: Place, stack_id: str) -> bool:
    try:
        return stacks.describe_stack(place.target, stack_id).status != "DELETE_COMPLETE"
    except NotFound:
        return False


def _not_deleted(place: Place, found: stacks.Stack) -> JobFailed:
    return JobFailed(
        f"CloudFormation did not delete the stack {place.stack_name} ({found.status}).",
        next_step="Cure what it names, then retry.",
        code=found.status,
        message=reasons(place.target, found),
        action="cloudformation:DeleteStack",
    )


def delete_bucket(run: Run, place: Place) -> None:
    """Deletes the deployment bucket with every version of every object."""
    if not stored_objects.bucket_is_there(place.target, place.bucket):
        return
    run.check()
    stored_objects.delete_bucket(place.target, place.bucket, after_each=lambda deleted: run.check())
    _note(run, place, f"Bucket {place.bucket}", {"bucket": place.bucket})


def delete_backend_environment(run: Run, place: Place) -> None:
    try:
        amplify_apps.get_backend_environment(place.target, place.app_id, place.environment)
    except NotFound:
        return
    run.check()
    amplify_apps.delete_backend_environment(place.target, app_id=place.app_id, name=place.environment)
    _note(run, place, f"Backend environment {place.environment} of {place.app_id}", {"app": place.app_id})


def delete_parameters(run: Run, place: Place, names: Sequence[str] | None = None) -> int:
    """Deletes these of the environment's parameters, or all of them; answers how many there were."""
    there = [one for one in store.read_parameters(place) if names is None or one in names]
    if there:
        run.check()
        environment_parameters.delete_parameters(place.target, there)
        _note(run, place, f"Parameters below {place.parameter_path}", {"parameters": len(there)})
    return len(there)


def _note(run: Run, place: Place, what: str, before: dict[str, Any]) -> None:
    record(
        action=Action.BACKEND_DELETED,
        actor=actor_of(run.job),
        project=run.job.project.slug,
        environment=place.environment,
        target=what,
        before=before,
    )
