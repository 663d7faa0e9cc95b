"""The job that removes what the console made: export first where asked for, then unlink, then delete the stack.

The user pool goes with its users. Nothing is deleted before everything that could refuse has been asked.
"""

import time
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.urls import reverse

from audit.actions import Action
from audit.record import Actor, record
from auth_import import services
from auth_import.models import CognitoLink
from aws import stacks, user_pools
from aws.errors import AwsError, NotFound
from aws.resources import UserPool
from aws.stacks import Stack
from deployments.scratch.exporting import export
from deployments.scratch.removal import Removal
from deployments.scratch.safeguards import NotRemovable, require_own, require_same_place, require_unused
from deployments.stack_waiting import reasons
from environments.models import Environment
from jobs.lifecycle import JobCancelled, JobFailed, Run
from user_management.place import Place

KIND = "remove-managed"
EXPORT_STEP = ("export", "Write all users to a file first")
PROTECTION_STEP = ("protection", "Turn deletion protection off")
STEPS = (
    ("check", "Check that nothing keeps them from going"),
    EXPORT_STEP,
    PROTECTION_STEP,
    ("unlink", "Unlink the environment"),
    ("delete", "Have CloudFormation delete the stack"),
    ("wait", "Wait until everything is gone"),
)
DEADLINE = timedelta(hours=12)
"""Writing a pool of millions of users to a file takes hours at the console's share of the quota."""
PATIENCE_SECONDS = 600.0
POLL_SECONDS = 2.0
RESTORABLE = "AWS Support can restore a deleted user pool within 14 days."


def steps_of(removal: Removal) -> tuple[tuple[str, str], ...]:
    left_out = ([] if removal.export else [EXPORT_STEP]) + ([] if removal.unprotect else [PROTECTION_STEP])
    return tuple(step for step in STEPS if step not in left_out)


def remove(run: Run) -> None:
    """The job's body. It may run twice, and again after the link is gone: then only the rest is done."""
    removal, environment = Removal.of(run.job), run.job.environment
    if environment is None:
        raise JobFailed(
            "The environment was removed meanwhile, and its link with it.",
            next_step=f"Look whether the stack {removal.stack} is still in AWS; delete it there if nobody needs it.",
        )
    try:
        _remove(run, environment, removal)
    except NotRemovable:
        run.report(retry=False)
        raise


def _remove(run: Run, environment: Environment, removal: Removal) -> None:
    link = _check(run, environment, removal)
    if link is not None:
        _export(run, environment, link, removal)
    _unprotect(run, environment, removal)
    if link is not None:
        _unlink(run, environment, removal)
    try:
        _delete(run, environment, removal)
        _wait(run, environment, removal)
    except AwsError as error:
        raise JobFailed(
            error.words,
            next_step=f"{error.next_step} The environment is unlinked, and {removal.pool_name} is still in AWS. "
            "Retry deletes it.",
            code=error.code,
            message=error.message,
            action=error.action,
            request_id=error.request_id,
        ) from error


def _check(run: Run, environment: Environment, removal: Removal) -> CognitoLink | None:
    """The link while it is there. Raises JobFailed for whatever forbids the removal, before anything is touched."""
    with run.step("check") as step:
        link = require_unused(run.job, environment, removal)
        require_same_place(environment, removal)
        stack, pool = _stack(environment, removal), _pool(environment, removal)
        if stack is not None:
            require_own(environment, removal, stack)
        if pool is not None and pool.deletion_protection and not removal.unprotect:
            raise NotRemovable(
                f"Deletion protection of {removal.pool_name} is on.",
                "Nothing was deleted. Remove it again with the tick that turns deletion protection off first.",
            )
        step.detail = "Nothing does" if stack else "The stack is gone already; nothing keeps the link from going"
    return link


def _stack(environment: Environment, removal: Removal) -> Stack | None:
    try:
        stack = stacks.describe_stack(environment.target, removal.stack)
    except NotFound:
        return None
    return None if stack.status == "DELETE_COMPLETE" else stack


def _pool(environment: Environment, removal: Removal) -> UserPool | None:
    try:
        return user_pools.describe_user_pool(environment.target, removal.pool)
    except NotFound:
        return None


def _export(run: Run, environment: Environment, link: CognitoLink, removal: Removal) -> None:
    if not removal.export:
        return
    with run.step("export") as step:
        link.environment = environment
        kept = export(run, Place(environment, link), origin=removal.origin or run.job.pk)
        if kept is None:
            step.detail = "The user pool is gone: there is nobody to write down"
            return
        run.report(export=kept.pk, users=kept.users)
        step.detail = f"{kept.users:,} user{'' if kept.users == 1 else 's'}, kept for 7 days"


def _unprotect(run: Run, environment: Environment, removal: Removal) -> None:
    if not removal.unprotect:
        return
    with run.step("protection") as step:
        require_unused(run.job, environment, removal)
        stack = _stack(environment, removal)
        if stack is None or not require_own(environment, removal, stack):
            step.detail = "Left as it is: the user pool does not belong to the stack any more"
            return
        try:
            user_pools.turn_off_deletion_protection(environment.target, removal.pool)
        except NotFound:
            step.detail = "The user pool is gone"
        else:
            step.detail = "It is off"


def _unlink(run: Run, environment: Environment, removal: Removal) -> None:
    off = " Deletion protection is off by now: turn it on again if the pool stays." if removal.unprotect else ""
    with run.step("unlink") as step:
        try:
            # One transaction: an unlink that is not this job's own never counts as one.
            with transaction.atomic():
                Environment.objects.select_for_update().filter(pk=environment.pk).first()
                link = require_unused(run.job, environment, removal)
                if link is not None:
                    services.unlink(link=link, actor=_actor(run))
                run.report(unlinked=True)
        except services.StillNeeded as needed:
            raise JobFailed(str(needed), next_step=f"Nothing was deleted.{off}", code="StillNeeded") from needed
        except NotRemovable as refusal:
            refusal.next_step = f"{refusal.next_step}{off}"
            raise
        names = {"project": environment.project.slug, "env": environment.name}
        run.report(continue_to=reverse("authentication", kwargs=names))
        step.detail = f"{removal.pool_name} is no longer linked"


def _delete(run: Run, environment: Environment, removal: Removal) -> None:
    with run.step("delete", cancellable=False) as step:
        stack = _stack(environment, removal)
        if stack is None:
            step.detail = "It is gone already"
            return
        require_own(environment, removal, stack)
        require_unused(run.job, environment, removal)
        stacks.delete_stack(environment.target, stack_id=stack.id, token=f"admin-ui-{run.job.pk}")
        step.detail = stack.name


def _wait(run: Run, environment: Environment, removal: Removal) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    with run.step("wait", cancellable=False) as step:
        while (stack := _patiently(environment, removal, ends)) is not None:
            if not stack.is_busy:
                raise _not_deleted(environment, stack)
            if time.monotonic() > ends:
                raise JobFailed(
                    f"CloudFormation is still deleting {stack.name} after {PATIENCE_SECONDS / 60:.0f} minutes.",
                    next_step="Retry goes on waiting.",
                    code=stack.status,
                )
            # What CloudFormation has begun to delete, nobody's Cancel brings back.
            with suppress(JobCancelled):
                run.check()
            time.sleep(POLL_SECONDS)
        left = _pool(environment, removal)
        record(
            action=Action.MANAGED_REMOVED,
            actor=_actor(run),
            project=environment.project.slug,
            environment=environment.name,
            target=f"{removal.pool_name} ({removal.pool})",
            before={"stack": removal.stack, "user_pool_id": removal.pool},
            after={"exported first": removal.export},
        )
        run.report(pool_left=left is not None)
        step.detail = (
            f"The stack is gone. The user pool {removal.pool} is still there: it did not belong to the stack any more."
            if left
            else f"Everything is gone. {RESTORABLE}"
        )


def _patiently(environment: Environment, removal: Removal, ends: float) -> Stack | None:
    """The stack; a call that fails for the moment is asked again."""
    while True:
        try:
            return _stack(environment, removal)
        except AwsError as error:
            if not error.retryable or time.monotonic() > ends:
                raise
        time.sleep(POLL_SECONDS)


def _not_deleted(environment: Environment, stack: Stack) -> JobFailed:
    return JobFailed(
        f"The environment is unlinked, but CloudFormation could not delete {stack.name} ({stack.status}).",
        next_step="Cure what it names, then retry: the rest is deleted.",
        code=stack.status,
        message=reasons(environment.target, stack),
    )


def _actor(run: Run) -> Actor:
    return Actor(name=run.job.actor_name, user_id=run.job.actor_id)
