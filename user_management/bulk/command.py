"""`manage.py users bulk OPERATION`: the same change for many users, in this process."""

import sys
from pathlib import Path
from typing import Any

from aws.errors import AwsError
from environments.backends import aws_words
from environments.command import ConsoleCommand, Failed, Operator, Usage, environment_of, operator_of
from environments.permissions import Permission
from jobs import lifecycle
from jobs.models import Job
from user_management.bulk import carrying_out, planning, reports, services
from user_management.bulk.forms import messages_words
from user_management.bulk.models import BulkOperation, BulkState, RowState
from user_management.bulk.operations import OPERATIONS, Operation
from user_management.bulk.services import BulkRefused, Confirmed
from user_management.listing.query import ATTRIBUTES, STATES, BadQuery, UserQuery
from user_management.place import NotLinked, Place, place_of

Options = dict[str, Any]


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("bulk", help="change many users: those named, or all that are found")
    parser.add_argument("operation", metavar="OPERATION", choices=list(OPERATIONS), help=", ".join(OPERATIONS))
    parser.add_argument("--file", metavar="FILE", help="user names, one a line; - for standard input")
    parser.add_argument("--all", action="store_true", help="every user of the pool")
    parser.add_argument("--where", default="", metavar="TEXT", help="all that this finds, as in the page's box")
    parser.add_argument("--attribute", default="", metavar="A", help=f"search in this: {', '.join(ATTRIBUTES)}")
    parser.add_argument("--status", default="", metavar="S", help=f"one of {', '.join(STATES)}")
    parser.add_argument("--group", default="", metavar="G", help="the group to add to or remove from")
    parser.add_argument("--name", default="", metavar="N", help="the attribute to set, such as custom:tier")
    parser.add_argument("--value", default="", metavar="V", help="its value; without one the attribute is deleted")
    parser.add_argument("--reason", default="", metavar="TEXT", help="kept in the activity with every user")
    parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
    parser.add_argument("--yes", action="store_true", help="do it, messages and deletions included")


def run(command: ConsoleCommand, options: Options) -> None:
    """Exit code 1 when somebody could not be changed, 2 without --yes or --dry-run."""
    operator = operator_of(options)
    what = OPERATIONS[options["operation"]]
    environment = environment_of(options, operator, needs=Permission.MANAGE_USERS)
    operator.require(what.permission, environment.project, environment)
    if not options["yes"] and not options["dry_run"]:
        raise Usage("Say --dry-run to see what would happen, or --yes to do it.")
    try:
        place = place_of(environment)
        bulk = _planned(command, place, what, options, operator)
    except (NotLinked, BulkRefused) as refusal:
        raise Failed(str(refusal)) from refusal
    except BadQuery as refusal:
        raise Usage(f"{refusal.message} {refusal.next_step}") from refusal
    except AwsError as error:
        raise Failed(aws_words(error)) from error
    if options["dry_run"]:
        _answer(command, options, bulk)
        services.discard(bulk=bulk)
        return
    _carry_out(command, options, bulk, operator)


def _planned(
    command: ConsoleCommand, place: Place, what: Operation, options: Options, operator: Operator
) -> BulkOperation:
    searched = UserQuery.from_params(
        {"q": options["where"], "attribute": options["attribute"], "status": options["status"]}
    )
    chosen = (bool(options["file"]), options["all"], not searched.is_empty)
    if sum(chosen) != 1:
        raise Usage("Say whom: --file FILE, a search (--where, --status), or --all.")
    bulk = services.plan(
        place=place,
        operation=what.key,
        usernames=_names(options["file"]) if options["file"] else None,
        query=None if options["file"] else searched,
        arguments={name: options[name] for name in ("group", "name", "value")},
        actor=operator.actor,
        send=False,
    )
    if bulk.planning_job:
        command.say("Working out who is meant …")
        _done(lifecycle.run_now(bulk.planning_job, planning.work_out))
        bulk.refresh_from_db()
    if bulk.state != BulkState.PLANNED:
        raise Failed("It was paused or taken over on the console's pages. Go on there.")
    return bulk


def _names(file: str) -> list[str]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Usage(f"{file} cannot be read as UTF-8 text: {error}") from error
    return [line.strip() for line in text.splitlines() if line.strip()]


def _carry_out(command: ConsoleCommand, options: Options, bulk: BulkOperation, operator: Operator) -> None:
    number = bulk.counts()[RowState.PENDING]
    if not number:
        _answer(command, options, bulk)
        return
    command.say(reports.budget_words(OPERATIONS[bulk.operation], number))
    confirmed = Confirmed(messages=True, typed=str(number))
    try:
        job = services.start(bulk=bulk, actor=operator.actor, reason=options["reason"], confirmed=confirmed, send=False)
    except BulkRefused as refusal:
        raise Failed(str(refusal)) from refusal
    ended = lifecycle.run_now(job, carrying_out.carry_out)
    bulk.refresh_from_db()
    _answer(command, options, bulk)
    _done(ended)
    if failed := bulk.counts()[RowState.FAILED]:
        raise Failed(
            f"{failed:,} of {number:,} users could not be changed. Their reasons are at {bulk.get_absolute_url()}"
        )


def _done(job: Job) -> None:
    if not job.is_finished:
        raise Failed(f"The job {job.pk} is {job.get_status_display().lower()}. Go on with it on the console's pages.")
    if job.status != Job.Status.SUCCEEDED:
        raise Failed(f"{job.error_words} {job.error_message} {job.error_next_step} (job {job.pk})".strip())


def _answer(command: ConsoleCommand, options: Options, bulk: BulkOperation) -> None:
    report = reports.report(bulk)
    if options["format"] == "json":
        job = bulk.job.pk if bulk.job else None
        times = {name: report[name] and report[name].isoformat() for name in ("created", "finished")}
        command.document({**report, **times, "job": job})
        return
    counts = [f"{label}: {report['counts'][state]:,}" for state, label in RowState.choices if report["counts"][state]]
    lines = [report["title"], *counts]
    if bulk.messages:
        lines.append(f"Messages: {messages_words(bulk)}")
    lines += [f"  {one['number']:,} left out: {one['words']} ({one['example']})" for one in report["skipped"]]
    lines += [f"  {one['number']:,} failed: {one['words']} ({one['example']})" for one in report["failed"]]
    command.show("\n".join(lines))
