"""`manage.py users import FILE`: the same check, preview and jobs as the pages, run to their end in this process."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from environments.command import ConsoleCommand, Failed, Operator, Refused, Usage, environment_of, operator_of
from environments.permissions import Permission
from jobs.lifecycle import Body, run_now
from jobs.models import Job, Status
from user_management.csv_import import by_cognito, keeping, one_by_one, presentation, services
from user_management.csv_import.endings import words
from user_management.csv_import.forms import ALGORITHMS, StartForm
from user_management.csv_import.models import Phase, Plan, UserImport, Way
from user_management.place import NotLinked, Place, place_of

_PIECE = 1024 * 1024
_SHOWN = 20


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("import", help="import users from a CSV file; without --yes only check it")
    parser.add_argument("file", metavar="FILE", help="the file, or - for standard input")
    parser.add_argument("--dry-run", action="store_true", help="only check, as without --yes")
    parser.add_argument("--yes", action="store_true", help="import; without this, only say what would happen")
    parser.add_argument(
        "--existing", choices=("skip", "update"), default="skip", help="users who exist already (default: skip)"
    )
    parser.add_argument("--skip-wrong", action="store_true", help="import the other rows although some are wrong")
    parser.add_argument("--invite", choices=("email", "sms", "none"), default="none", help="how (default: none)")
    parser.add_argument("--role-arn", default="", metavar="ARN", help="run it as Cognito's import job, with this role")
    parser.add_argument("--hashing", choices=ALGORITHMS, default="", help="the algorithm of the password hashes")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for the activity")


def run(command: ConsoleCommand, options: dict[str, Any]) -> None:
    operator = operator_of(options)
    try:
        place = place_of(environment_of(options, operator, needs=Permission.MANAGE_USERS))
    except NotLinked as refusal:
        raise Failed(str(refusal)) from refusal
    choices = _choices(options)
    row = _stored(place, options, operator)
    try:
        _check(command, place, row, operator)
        report = presentation.report(row)
        refused = bool(row.refusals or (report["figures"][Plan.WRONG] and not options["skip_wrong"]))
        if not options["yes"] or options["dry_run"] or refused:
            _say(command, options, report, _checked_words(report))
            if refused:
                raise Refused("Nothing was imported: the file has problems. Correct them, or give --skip-wrong.")
            return
        _import(command, place, row, choices, operator)
    finally:
        row.refresh_from_db()
        if row.phase != Phase.DONE:
            keeping.discard(row, operator.actor)
    _say(command, options, presentation.report(row), words(row.outcome))
    if row.outcome.get("failed"):
        raise Failed("Some rows failed. Correct what is named, and run it again: users who exist are passed over.")


def _choices(options: dict[str, Any]) -> dict[str, Any]:
    """What is chosen, by the form of the page. Raises Usage."""
    given = {
        "existing": options["existing"],
        "way": Way.COGNITO_JOB if options["role_arn"] else Way.ONE_BY_ONE,
        "invitation": "" if options["invite"] == "none" else options["invite"].upper(),
        "accept_messages": options["yes"],
        "role_arn": options["role_arn"],
        "reason": options["reason"],
    }
    form = StartForm(given)
    if not form.is_valid():
        raise Usage(" ".join(str(words) for errors in form.errors.values() for words in errors))
    chosen = {name: form.cleaned_data[name] for name in ("existing", "way", "role_arn", "reason")}
    return {**chosen, "deliver_by": form.deliver_by}


def _stored(place: Place, options: dict[str, Any], operator: Operator) -> UserImport:
    name = options["file"]
    try:
        with contextlib.nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as file:
            return keeping.store(
                place=place,
                file_name="standard input" if name == "-" else Path(name).name,
                hashing=options["hashing"],
                pieces=_pieces(file),
                actor=operator.actor,
            )
    except OSError as error:
        raise Usage(f"The file {name} cannot be read: {error.strerror or error}.") from error
    except keeping.TooLarge as error:
        raise Refused(str(error)) from error


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _check(command: ConsoleCommand, place: Place, row: UserImport, operator: Operator) -> None:
    command.say(f"Checking {row.file_name} …")
    _run(services.start_reading(place=place, row=row, actor=operator.actor, send=False), services.read_file)
    row.refresh_from_db()


def _import(
    command: ConsoleCommand, place: Place, row: UserImport, choices: dict[str, Any], operator: Operator
) -> None:
    command.say("Importing …")
    try:
        job = services.start(place=place, row=row, choices=choices, actor=operator.actor, send=False)
    except services.NotPossible as refusal:
        raise Refused(str(refusal)) from refusal
    _run(job, by_cognito.run_job if choices["way"] == Way.COGNITO_JOB else one_by_one.run_rows)
    row.refresh_from_db()


def _run(job: Job, body: Body) -> None:
    ended = run_now(job, body)
    if ended.status != Status.SUCCEEDED:
        told = (ended.error_words, ended.error_code, ended.error_message, ended.error_next_step)
        raise Failed(" ".join(one for one in told if one) or f"The job ended as {ended.get_status_display().lower()}.")


def _say(command: ConsoleCommand, options: dict[str, Any], report: dict[str, Any], text: str) -> None:
    if options["format"] == "json":
        command.document({**report, "expires": report["expires"].isoformat()})
    else:
        command.show(text)


def _checked_words(report: dict[str, Any]) -> str:
    lines = [f"line {one['line']}, {one['column'] or 'file'}: {one['words']}" for one in report["refusals"]]
    counts = report["figures"]
    if not lines:
        lines = [
            f"{report['rows']:,} rows: {counts['create']:,} new, {counts['differs']:,} exist and differ,"
            f" {counts['same']:,} exist and are the same, {counts['wrong']:,} wrong"
        ]
    lines += report["notes"]
    lines += [f"line {one['line']}, {one['column'] or 'row'}: {one['words']}" for one in report["problems"][:_SHOWN]]
    more = report["problems_found"] - _SHOWN
    return "\n".join([*lines, *([f"and {more:,} more problems: --format json shows a thousand"] if more > 0 else [])])
