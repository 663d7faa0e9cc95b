"""How the jobs of an import begin and end: one at a time, and with figures, audit and the file forgotten."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, event_of, record, record_many
from jobs.lifecycle import JobFailed, Run
from jobs.models import Job
from user_management.csv_import.models import KEPT, Outcome, Phase, Plan, UserImport
from user_management.place import Place, place_of

if TYPE_CHECKING:
    from user_management.csv_import.one_by_one import Done


OTHER_POOL = "The environment was linked to another user pool meanwhile."
UPLOAD_AGAIN = "Upload the file again, so that it is compared with the users of that pool."


def claimed(run: Run) -> UserImport | None:
    """The job's import, in the hands of this job alone; None when it is done already. Raises JobFailed."""
    with transaction.atomic():
        rows = UserImport.objects.select_for_update(of=("self",)).select_related("environment__project")
        row = rows.filter(pk=run.job.payload.get("import")).first()
        if row is not None and row.phase == Phase.DONE:
            return None
        if row is None or row.phase != Phase.RUNNING:
            run.report(retry=False)
            raise JobFailed("The file was thrown away.", next_step="Upload it again if it is still needed.")
        other = Job.objects.filter(pk=row.run_job_id).exclude(pk=run.job.pk).unfinished().first()
        if other is not None:
            raise JobFailed("Another job runs this import.", next_step="Look at that job; this one changed nothing.")
        row.run_job = run.job
        row.expires = timezone.now() + KEPT
        row.save(update_fields=["run_job", "expires"])
    if row.user_pool_id != place_of(row.environment).pool_id:
        run.report(retry=False)
        raise JobFailed(OTHER_POOL, next_step=UPLOAD_AGAIN)
    return row


def actor_of(job: Job) -> Actor:
    return Actor(name=job.actor_name, user_id=job.actor_id)


def counted(row: UserImport) -> dict[str, int]:
    """How many rows had which end."""
    counts = dict(row.rows.exclude(outcome="").order_by().values_list("outcome").annotate(n=Count("pk")))
    return {one.value: counts[one.value] for one in Outcome if counts.get(one.value)}


def words(counts: dict[str, int]) -> str:
    names = {"created": "created", "updated": "updated", "skipped": "left as they are", "failed": "failed"}
    parts = [f"{counts[key]:,} {name}" for key, name in names.items() if counts.get(key)]
    return ", ".join(parts) or "nothing"


def record_rows(row: UserImport, place: Place, run: Run, done: Sequence[tuple[int, Outcome, "Done"]]) -> None:
    """One event for each user that was made or changed."""
    record_many(
        event_of(
            action=Action.USER_CREATED if outcome == Outcome.CREATED else Action.USER_CHANGED,
            actor=actor_of(run.job),
            project=place.project.slug,
            environment=place.environment.name,
            target=result.user.username,
            before=result.before or None,
            after={**result.after, "import": row.pk, "line": line},
            reason=row.reason,
        )
        for line, outcome, result in done
        if outcome == Outcome.CREATED or result.after
    )


def left(row: UserImport, actor: Actor) -> dict[str, int]:
    """The figures of an import that was stopped and is not gone on with, written into the activity."""
    counts = counted(row)
    todo = (Plan.CREATE, Plan.DIFFERS) if row.existing == "update" else (Plan.CREATE,)
    rows = row.rows.filter(plan__in=todo, outcome__in=("", Outcome.STARTED))
    outcome = {**counts, "left": rows.count(), "wrong": row.rows.filter(plan=Plan.WRONG).count()}
    _record(row, actor, outcome)
    return outcome


def _record(row: UserImport, actor: Actor, outcome: dict[str, Any]) -> None:
    record(
        action=Action.USERS_IMPORTED,
        actor=actor,
        project=row.environment.project.slug,
        environment=row.environment.name,
        target=row.file_name,
        after={"pool": row.user_pool_id, "way": row.way, "existing": row.existing, "import": row.pk, **outcome},
        reason=row.reason,
    )


def finish(run: Run, row: UserImport, **more: Any) -> None:
    """Write the figures down, and forget what the file held of people; failed rows keep theirs, to be done again.

    What stays of the others until the import expires is the user name and the outcome, for the download of results.
    """
    counts = counted(row) | {"wrong": row.rows.filter(plan=Plan.WRONG).count()}
    outcome = {**counts, **more}
    with transaction.atomic():
        # Nobody looks for a row by these any more, and no import that is begun again carries a password hash.
        row.rows.update(key="", email_key="", phone_key="", hash_sealed=b"")
        row.rows.exclude(outcome=Outcome.FAILED).update(attributes={}, changes={}, lacks=[])
        UserImport.objects.filter(pk=row.pk).update(phase=Phase.DONE, outcome=outcome, expires=timezone.now() + KEPT)
        _record(row, actor_of(run.job), outcome)
    run.report(continue_to=row.get_absolute_url(), **outcome)
