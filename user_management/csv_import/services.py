"""What pages and commands do with an import: check an uploaded file, start it, start the failed rows again."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from aws import quotas, user_imports
from aws.quotas import Quota
from environments.permissions import Permission
from jobs.lifecycle import JobFailed, Run
from jobs.models import Job
from jobs.services import enqueue
from user_management.csv_import import matching, reading
from user_management.csv_import.endings import OTHER_POOL, UPLOAD_AGAIN
from user_management.csv_import.models import KEPT, Outcome, Phase, Plan, UserImport, Way
from user_management.csv_import.reader import MOST_ROWS
from user_management.csv_import.sealed import CannotBeRead
from user_management.place import Place, place_of
from user_management.pool_rules import rules_of

if TYPE_CHECKING:
    from celery import Task

READ, RUN, RUN_JOB = "check-user-import", "import-users", "import-users-by-job"
READ_STEPS = (("read", "Check every row of the file"), ("match", "Look which users exist already"))
ROW_STEPS = (("rows", "Create and update users"), ("end", "Count, and forget the file"))
JOB_STEPS = (
    ("file", "Write the file as Cognito takes it"),
    ("job", "Make the import job, and hand the file over"),
    ("wait", "Wait while Cognito imports"),
    ("end", "Count, and forget the file"),
)


class NotPossible(Exception):
    """Why this cannot be started, in words for the person who asked."""


def start_reading(*, place: Place, row: UserImport, actor: Actor, send: bool = True) -> Job:
    """Check a file that is stored whole."""
    from user_management.csv_import.tasks import check_file

    with transaction.atomic():
        job = _enqueue(
            place, row, actor, task=check_file, kind=READ, title=f"Check {row.file_name}", steps=READ_STEPS,
            deadline=timedelta(hours=6), send=send,
        )  # fmt: skip
        UserImport.objects.filter(pk=row.pk).update(phase=Phase.READING, read_job=job)
        record(
            action=Action.USERS_IMPORT_PLANNED,
            actor=actor,
            project=place.project.slug,
            environment=place.environment.name,
            target=row.file_name,
            after={"pool": row.user_pool_id, "bytes": row.size, "import": row.pk},
        )
    return job


def _enqueue(place: Place, row: UserImport, actor: Actor, *, task: "Task[Any, Any]", **fields: Any) -> Job:
    return enqueue(
        task=task,
        project=place.project,
        environment=place.environment,
        actor=actor,
        subject=row.file_name,
        permission=Permission.MANAGE_USERS,
        return_url=row.get_absolute_url(),
        payload={"import": row.pk},
        **fields,
    )


def import_of(run: Run) -> UserImport:
    """The job's import. Raises JobFailed when it is gone."""
    row = UserImport.objects.select_related("environment__project").filter(pk=run.job.payload.get("import")).first()
    if row is None or row.phase == Phase.DISCARDED:
        run.report(retry=False)
        raise JobFailed("The file was thrown away.", next_step="Upload it again if it is still needed.")
    return row


def read_file(run: Run) -> None:
    """The body of the job that checks a file: its rows, then who of them exists already."""
    row = import_of(run)
    if row.phase != Phase.READING:
        return
    place = place_of(row.environment)
    _same_pool(run, row, place)
    rules = rules_of(place, fresh=True)
    with run.step("read") as step:
        if not row.is_read:
            try:
                step.detail = reading.read(run, row, rules)
            except CannotBeRead as error:
                run.report(retry=False)
                words = "The file was kept with a key that this console no longer has."
                raise JobFailed(words, next_step="Upload it again.") from error
    with run.step("match") as step:
        if not row.refusals:
            step.detail = matching.match(run, row, place, rules)
    run.check()
    UserImport.objects.filter(pk=row.pk, phase=Phase.READING).update(phase=Phase.READY, walk_token="", outcome={})
    run.report(continue_to=row.get_absolute_url(), problems=row.problems_found, **reading.figures(row))


def _same_pool(run: Run, row: UserImport, place: Place) -> None:
    if row.user_pool_id != place.pool_id:
        run.report(retry=False)
        raise JobFailed(OTHER_POOL, next_step=UPLOAD_AGAIN)


def start(*, place: Place, row: UserImport, choices: dict[str, Any], actor: Actor, send: bool = True) -> Job:
    """Start the import of a checked file; a double click finds the first click's job.

    `choices`: `existing`, `way`, `deliver_by`, `role_arn`, `reason`. Raises NotPossible.
    """
    with transaction.atomic():
        locked = UserImport.objects.select_for_update(of=("self",)).get(pk=row.pk)
        running = Job.objects.filter(pk=locked.run_job_id).unfinished().first()
        if running:
            return running
        why = _of_another_pool(locked, place) or why_not(locked, choices["way"], choices["existing"])
        if why:
            raise NotPossible(why)
        for name, value in choices.items():
            setattr(locked, name, value)
        locked.job_name = f"admin-ui-{locked.pk}-{timezone.now():%Y%m%d%H%M%S}"
        locked.phase = Phase.RUNNING
        locked.run_job = _start_job(place, locked, actor, send=send)
        locked.save()
    return locked.run_job


def _of_another_pool(row: UserImport, place: Place) -> str:
    return "" if row.user_pool_id == place.pool_id else f"{OTHER_POOL} {UPLOAD_AGAIN}"


def why_not(row: UserImport, way: str, existing: str) -> str:
    """Why the import cannot be started, or ""."""
    if row.phase != Phase.READY:
        return f"This import is {row.get_phase_display().lower()}; it cannot be started."
    if row.refusals:
        return "The file cannot be imported as it is. Correct it and upload it again."
    counts = reading.figures(row)
    if way == Way.COGNITO_JOB:
        carried = carried_by_job(row)
        if not carried:
            return "No row of this file can be carried by an import job of Cognito."
        return _too_many(carried)
    if not counts[Plan.CREATE] and not (existing == "update" and counts[Plan.DIFFERS]):
        return "There is nothing to do: no row is new" + (
            " or differs." if existing == "update" else ", and users who exist are left as they are."
        )
    return ""


def _too_many(count: int) -> str:
    words = (
        f"One import job of Cognito takes {MOST_ROWS:,} users, and {count:,} rows are new. Split the file, or import "
        "it one by one."
    )
    return words if count > MOST_ROWS else ""


def carried_by_job(row: UserImport) -> int:
    """How many rows an import job of Cognito can carry: new users, without anything its file cannot hold."""
    return row.rows.filter(plan=Plan.CREATE, job_words="").count()


def _start_job(place: Place, row: UserImport, actor: Actor, *, send: bool) -> Job:
    from user_management.csv_import.tasks import run_cognito_job, run_rows

    by_job = row.way == Way.COGNITO_JOB
    return _enqueue(
        place, row, actor,
        task=run_cognito_job if by_job else run_rows,
        kind=RUN_JOB if by_job else RUN,
        title=f"Import {row.file_name}",
        steps=JOB_STEPS if by_job else ROW_STEPS,
        deadline=timedelta(hours=48) if by_job else 4 * duration(row) + timedelta(hours=2),
        pausable=not by_job,
        send=send,
    )  # fmt: skip


def duration(row: UserImport, counts: dict[str, Any] | None = None) -> timedelta:
    """About how long an import one by one takes, inside the console's share of Cognito's quotas."""

    def rate(quota: Quota) -> int:
        return quotas.of_share(quotas.per_second(quota) or 1, settings.AWS_BACKGROUND_SHARE)

    counts = counts or reading.figures(row)
    updates = counts[Plan.DIFFERS] if row.existing == "update" else 0
    return timedelta(seconds=counts[Plan.CREATE] / rate(Quota.USER_CREATION) + updates / rate(Quota.USER_UPDATE))


def retry_failures(*, place: Place, row: UserImport, actor: Actor, send: bool = True) -> Job:
    """Do the failed rows of a finished import again. Raises NotPossible where there are none."""
    with transaction.atomic():
        locked = UserImport.objects.select_for_update(of=("self",)).get(pk=row.pk)
        running = Job.objects.filter(pk=locked.run_job_id).unfinished().first()
        if running:
            return running
        failed = locked.rows.filter(outcome=Outcome.FAILED)
        if why := _of_another_pool(locked, place):
            raise NotPossible(why)
        if locked.phase != Phase.DONE or locked.way != Way.ONE_BY_ONE or locked.is_forgotten or not failed.exists():
            raise NotPossible("No failed row is left to do again.")
        # Marked as begun, so that the next run looks before it makes a second user. An update that AWS refused is not.
        failed.filter(plan=Plan.CREATE).update(outcome=Outcome.STARTED)
        failed.update(outcome="", words="")
        locked.phase, locked.expires = Phase.RUNNING, timezone.now() + KEPT
        locked.run_job = _start_job(place, locked, actor, send=send)
        locked.save(update_fields=["phase", "expires", "run_job"])
    return locked.run_job


def hashing_offered(place: Place) -> tuple[str, ...]:
    return user_imports.hashing_offered(place.target)


def remembered_role(place: Place) -> str:
    """The role that the last import job of this environment used."""
    rows = UserImport.objects.filter(environment=place.environment).exclude(role_arn="")
    return rows.values_list("role_arn", flat=True).first() or ""
