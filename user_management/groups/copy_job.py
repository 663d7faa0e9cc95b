"""Copying many groups, as a job: AWS takes five changes of groups a second, which is longer than a page may take."""

from collections.abc import Sequence
from datetime import timedelta

from audit.record import Actor
from aws.errors import Rejected
from aws.quotas import background
from environments.models import Environment
from jobs.lifecycle import JobFailed, Run
from jobs.models import Job
from user_management.groups import copying
from user_management.patience import patiently
from user_management.place import NotLinked, Place, place_of

KIND = "copy-groups"
STEPS = (("compare", "Compare with the preview"), ("copy", "Copy the groups"))
DEADLINE = timedelta(hours=2)


def copy_groups(run: Run) -> None:
    """Compare once more and copy. A second attempt finds what the first one copied to be the same, and goes on."""
    payload = run.job.payload
    with background(), run.step("compare") as step:
        source, target = _places(run.job)
        rows = patiently(
            run, lambda: copying.preview(source, target, roles=payload["roles"], account=payload["account"])
        )
        if run.attempt == 1:
            _check_still(run, rows)
        wanted = set(payload["names"])
        todo = [row for row in rows if row.name in wanted and row.can_copy]
        step.detail = f"{len(todo)} to copy"
    with background(), run.step("copy") as step:
        results = copying.copy(
            source=source,
            target=target,
            rows=todo,
            actor=Actor(name=run.job.actor_name, user_id=run.job.actor_id),
            reason=payload["reason"],
            after_each=lambda done: run.progress(done, len(todo)),
            # A group that AWS has perhaps made is not made once more; it is told of, and in the next preview.
            ask=lambda call: patiently(run, call, unheard_at_most=0),
        )
        failed = [one for one in results if one.error]
        step.detail = f"{len(results) - len(failed)} copied, {len(failed)} failed"
    run.report(copied=[one.name for one in results if not one.error], failed={one.name: one.words for one in failed})
    if failed:
        # The pools are not as the preview showed them any more, so the same again would be refused.
        run.report(retry=False)
        raise JobFailed(
            f"{len(failed)} of {len(results)} groups could not be copied; the first is {failed[0].name}: "
            f"{failed[0].words}",
            next_step="Cure what AWS names, look at a new preview, and copy the rest.",
        )


def _check_still(run: Run, rows: Sequence[copying.Row]) -> None:
    """Raises Rejected, and then only a new preview leads on."""
    try:
        copying.check_still(rows, run.job.payload["seen"])
    except Rejected:
        run.report(retry=False)
        raise


def _places(job: Job) -> tuple[Place, Place]:
    """Raises JobFailed where one of the two environments is gone or has no user pool any more."""
    source = Environment.objects.select_related("project").filter(pk=job.payload["source"]).first()
    try:
        if source is not None and job.environment is not None:
            return place_of(source), place_of(job.environment)
    except NotLinked as refusal:
        raise JobFailed(str(refusal), next_step="Link it again, and copy once more.") from refusal
    raise JobFailed("One of the two environments no longer exists.", next_step="Choose another one, and copy again.")
