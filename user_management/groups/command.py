"""What `manage.py groups` does, a function for each action, which answers a document and text for people."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aws import accounts, user_groups
from aws.errors import AwsError
from aws.resources import Group
from environments.command import Failed, Operator, Refused, Usage, environment_of
from environments.permissions import Permission
from user_management.groups import copying, finding, membership, precedence, reading, reports, services
from user_management.groups.forms import GroupForm, values_of
from user_management.place import NotLinked, Place, place_of


@dataclass(frozen=True, slots=True)
class Answer:
    document: Any
    text: str
    failed: str = ""
    """What went wrong with a part of it; the rest is done."""


Options = dict[str, Any]


def place_for(options: Options, operator: Operator, needs: Permission) -> Place:
    """Raises Failed where there is no such place, or the person may not do this there."""
    try:
        return place_of(environment_of(options, operator, needs=needs))
    except NotLinked as refusal:
        raise Failed(str(refusal)) from refusal


def list_groups(options: Options, operator: Operator) -> Answer:
    place = place_for(options, operator, Permission.VIEW)
    groups = precedence.ordered(reading.every_group(place))
    text = "\n".join(_line(group) for group in groups) or "There are no groups."
    ties = [f"Warning: {tie.sentence}" for tie in precedence.ties(groups)]
    return Answer([reports.group_report(group) for group in groups], "\n".join([text, *ties]))


def _line(group: Group) -> str:
    number = _shown(group.precedence)
    role = group.role_arn.rpartition("/")[2] or "-"
    return f"{number:>6}  {group.name}  {role}  {group.description}".rstrip()


def show(options: Options, operator: Operator) -> Answer:
    place = place_for(options, operator, Permission.VIEW)
    group = reading.find_group(place, options["name"])
    tied = precedence.tied_with(group, reading.every_group(place))
    lines = [f"{label}: {value}" for label, value in values_of(group).items() if value not in (None, "")]
    lines += [f"Tied with: {', '.join(tied)}"] if tied else []
    return Answer({**reports.group_report(group), "tied_with": list(tied)}, "\n".join(lines))


def members(options: Options, operator: Operator) -> Answer:
    place = place_for(options, operator, Permission.VIEW)
    reading.find_group(place, options["name"])
    users = list(user_groups.iter_members(place.target, place.pool_id, options["name"]))
    text = "\n".join(f"{user.username}  {user.label}" for user in users) or "There are no members."
    return Answer([reports.member_report(user) for user in users], text)


def create(options: Options, operator: Operator) -> Answer:
    place = place_for(options, operator, Permission.MANAGE_GROUPS)
    given = {key: options[key] or "" for key in ("name", "description", "role_arn", "reason")}
    form = _valid(GroupForm({**given, "precedence": options["precedence"]}))
    try:
        made = services.create(place=place, group=form.wanted, actor=operator.actor, reason=options["reason"])
    except AwsError as error:
        if error.code == "GroupExistsException":
            raise Failed(
                f"The pool already has a group {options['name']}. Change it: manage.py groups edit."
            ) from error
        raise
    return Answer(reports.group_report(made), f"Created the group {made.name}.")


def edit(options: Options, operator: Operator) -> Answer:
    place = place_for(options, operator, Permission.MANAGE_GROUPS)
    present = reading.find_group(place, options["name"])
    given = {key: options[key] for key in ("description", "precedence", "role_arn") if options[key] is not None}
    form = _valid(GroupForm({**values_of(present), **given, "reason": options["reason"]}, group=present))
    changes = services.changes_between(present, form.wanted)
    lines = [f"{one.label}: {_shown(one.before)} -> {_shown(one.after)}" for one in changes]
    document = {"group": values_of(form.wanted), "changes": reports.change_reports(changes)}
    if not options["dry_run"]:
        services.change(place=place, seen=present, wanted=form.wanted, actor=operator.actor, reason=options["reason"])
    return Answer(document, "\n".join(lines) or "Nothing to change.")


def _shown(value: Any) -> str:
    # Nought is a precedence like others, and the one that counts most.
    return "-" if value in (None, "") else str(value)


def _valid(form: GroupForm) -> GroupForm:
    if not form.is_valid():
        words = [f"{name}: {text}" for name, texts in form.errors.items() for text in texts]
        raise Usage("\n".join(words))
    return form


def delete(options: Options, operator: Operator) -> Answer:
    place = place_for(options, operator, Permission.MANAGE_GROUPS)
    group = reading.find_group(place, options["name"])
    count = membership.count_members(place, group.name, pages=1)
    if not options["yes"]:
        raise Usage(
            f"{group.name} has {count} members, who stay users of the pool. "
            "Nothing was deleted. To delete it, run the command again with --yes."
        )
    services.delete(place=place, group=group, members=str(count), actor=operator.actor, reason=options["reason"])
    return Answer({"group": group.name, "deleted": True}, f"Deleted the group {group.name}.")


def add(options: Options, operator: Operator) -> Answer:
    return _change_members(options, operator, joined=True)


def remove(options: Options, operator: Operator) -> Answer:
    return _change_members(options, operator, joined=False)


def _change_members(options: Options, operator: Operator, *, joined: bool) -> Answer:
    """Each user is looked up and then changed, one after the other, so that AWS's quota has room for the live app."""
    place = place_for(options, operator, Permission.MANAGE_GROUPS)
    reading.find_group(place, options["name"])
    pasted = "\n".join(options["users"]) or sys.stdin.read()
    found, problems = _resolved(place, finding.lines_of(pasted))
    change = membership.add_named if joined else membership.remove_named
    rows: list[dict[str, Any]] = []
    for username in found:
        row: dict[str, Any] = {"username": username, "result": "added" if joined else "removed"}
        try:
            change(
                place=place,
                group=options["name"],
                username=username,
                actor=operator.actor,
                reason=options["reason"],
            )
        except AwsError as error:
            row = {"username": username, "result": "failed", "error": f"{error.message} {error.next_step}"}
        rows.append(row)
    document = {"results": rows, "unresolved": problems}
    lines = [f"{row['username']}: {row.get('error', row['result'])}" for row in rows]
    lines += [f"line {one['line']}: {one['text']}: {one['why']}" for one in problems]
    failed = len(problems) + sum(row["result"] == "failed" for row in rows)
    return Answer(document, "\n".join(lines) or "Nobody was named.", f"{failed} failed." if failed else "")


def _resolved(place: Place, lines: list[finding.Line]) -> tuple[list[str], list[dict[str, Any]]]:
    names: dict[str, None] = {}
    problems: list[dict[str, Any]] = []
    while lines:
        resolution = finding.resolve(place, lines)
        names.update(dict.fromkeys(user.username for user in resolution.found))
        problems += [{"line": one.line.number, "text": one.line.text, "why": one.why} for one in resolution.unresolved]
        lines = list(resolution.left)
    return list(names), problems


def copy(options: Options, operator: Operator) -> Answer:
    source = place_for(options, operator, Permission.MANAGE_GROUPS)
    target = place_for({**options, "environment": options["to"]}, operator, Permission.MANAGE_GROUPS)
    if source.pool_id == target.pool_id and source.target.region == target.target.region:
        raise Refused(f"{options['to']} uses the same user pool, and so has the same groups.")
    roles = not options["without_roles"]
    rows = copying.preview(source, target, roles=roles, account=accounts.caller(target.target).account)
    wanted = set(options["groups"])
    if unknown := wanted - {row.name for row in rows if row.source}:
        raise Usage(f"{source.environment.name} has no group {', '.join(sorted(unknown))}.")
    todo = [row for row in rows if row.can_copy and (not wanted or row.name in wanted)]
    document: dict[str, Any] = {"groups": [reports.row_report(row) for row in rows], "copied": []}
    if not options["yes"]:
        lines = [
            f"{row.words:<16} {row.name}{' (role of another account)' if row.foreign_role else ''}" for row in rows
        ]
        return Answer(document, "\n".join([*lines, "Nothing was copied. To copy, add --yes."]))
    results = copying.copy(source=source, target=target, rows=todo, actor=operator.actor, reason=options["reason"])
    document["copied"] = [reports.copied_report(one) for one in results]
    failed = sum(bool(one.error) for one in results)
    text = "\n".join(f"{one.name}: {one.words}" for one in results) or "There was nothing to copy."
    return Answer(document, text, f"{failed} failed." if failed else "")


ACTIONS: dict[str, Callable[[Options, Operator], Answer]] = {
    "list": list_groups,
    "show": show,
    "members": members,
    "create": create,
    "edit": edit,
    "delete": delete,
    "add": add,
    "remove": remove,
    "copy": copy,
}
