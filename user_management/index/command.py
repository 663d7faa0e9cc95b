"""`manage.py users index status|on|off|refresh|wipe`: the page of the search index from a terminal."""

from typing import Any

from environments.command import ConsoleCommand, Failed, Usage, environment_of, operator_of
from environments.permissions import Permission
from jobs import lifecycle
from jobs.models import Job
from user_management.index import filling, services
from user_management.index.models import SearchIndex
from user_management.index.reports import report_of
from user_management.index.search import backend
from user_management.place import NotLinked, place_of
from user_management.pool_rules import rules_of

ACTIONS = ("status", "on", "off", "refresh", "wipe")


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("index", help="the search index: status, on, off, refresh, wipe")
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument(
        "--attributes", metavar="A,…", help="with `on`: what is copied beside user name, sub, status and dates"
    )
    parser.add_argument("--groups", action="store_true", default=None, help="with `on`: copy who is in which group")
    parser.add_argument(
        "--every", type=int, choices=SearchIndex.Interval.values, help="with `on`: minutes between refreshes; 0: never"
    )
    parser.add_argument("--reason", default="", help="kept in the activity")


def run(command: ConsoleCommand, options: dict[str, Any]) -> None:
    action = options["action"]
    operator = operator_of(options)
    needs = Permission.VIEW if action == "status" else Permission.MANAGE_USERS
    try:
        place = place_of(environment_of(options, operator, needs=needs))
    except NotLinked as error:
        raise Failed(str(error)) from error
    index = services.settings_of(place)
    job: Job | None = None
    if action == "wipe":
        gone = services.wipe(place=place, actor=operator.actor, reason=options["reason"])
        command.say(f"{gone:,} users were deleted from the index, and it is off.")
    elif action in ("on", "off"):
        index, job = services.change(
            place=place,
            enabled=action == "on",
            attributes=_attributes(options, place, index),
            with_groups=index.with_groups if options["groups"] is None else options["groups"],
            interval=index.interval if options["every"] is None else options["every"],
            actor=operator.actor,
            reason=options["reason"],
            send=False,
        )
    elif action == "refresh":
        if not index.enabled:
            raise Failed("The search index of this environment is off. Turn it on: users index on.")
        if index.is_at_work:
            raise Failed("A job is filling the index already. Wait for it, or cancel it on its page.")
        job = services.refresh(index=index, place=place, actor=operator.actor, send=False)
    if job is not None:
        command.say("Reading the pool's users. Ctrl-C stops; the next refresh goes on from there.")
        ended = lifecycle.run_now(job, filling.fill)
        if ended.status != Job.Status.SUCCEEDED:
            raise Failed(f"{ended.error_words or 'The index was not filled.'} {ended.error_next_step}".strip())
    _show(command, options, services.settings_of(place))


def _attributes(options: dict[str, Any], place: Any, index: SearchIndex) -> list[str]:
    if options["attributes"] is None:
        return list(index.attributes)
    names = [name.strip() for name in options["attributes"].split(",") if name.strip()]
    known = {rule.name for rule in rules_of(place).people.attributes}
    if unknown := [name for name in names if name not in known]:
        raise Usage(f"The pool has no attribute {', '.join(unknown)}. It has {', '.join(sorted(known))}.")
    return names


def _show(command: ConsoleCommand, options: dict[str, Any], index: SearchIndex) -> None:
    if hint := backend().hint():
        command.say(hint)
    if options["format"] == "json":
        command.document(report_of(index))
    elif not index.enabled:
        command.show("off")
    else:
        command.show(
            f"on, {index.age_words}, {index.users:,} users, with {', '.join(index.attributes) or 'no attributes'}"
        )
