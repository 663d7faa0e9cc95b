"""`manage.py users list` and `export`: the list of users and its CSV file from a terminal."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from aws import quotas
from aws.calls import PAGE
from aws.user_resources import CognitoUser
from environments.command import ConsoleCommand, Failed, Operator, Usage, environment_of, operator_of
from environments.permissions import Permission
from user_management.listing import columns as columns_
from user_management.listing import export
from user_management.listing.columns import Column
from user_management.listing.query import ATTRIBUTES, STATES, BadQuery, UserQuery
from user_management.listing.sources import source_for, unheld_of
from user_management.place import NotLinked, Place, place_of
from user_management.pool_rules import rules_of

Options = dict[str, Any]


def add(subparsers: Any) -> None:
    listing = subparsers.add_parser("list", help="everybody, or everybody who is found")
    _conditions(listing)
    listing.add_argument("--limit", type=int, metavar="N", help="no more than so many; default: to the end")
    exporting = subparsers.add_parser("export", help="users as CSV, on standard output or into a file")
    _conditions(exporting)
    exporting.add_argument("--out", metavar="FILE", help="where to; the file appears when it is whole")
    exporting.add_argument("--excel", action="store_true", help="begin with a byte order mark, for Excel")


def _conditions(parser: Any) -> None:
    parser.add_argument("--where", default="", metavar="TEXT", help="whatever you have: e-mail, phone, user name, sub")
    parser.add_argument("--attribute", default="", metavar="A", help=f"search in this: {', '.join(ATTRIBUTES)}")
    parser.add_argument("--status", default="", metavar="S", help=f"one of {', '.join(STATES)}")
    parser.add_argument("--filter", action="append", default=[], metavar="NAME=VALUE", help="as in the page's address")
    parser.add_argument("--columns", default="", metavar="A,…", help="default: those of the page")


def run(command: ConsoleCommand, options: Options) -> None:
    operator = operator_of(options)
    exports = options["subcommand"] == "export"
    needs = Permission.MANAGE_USERS if exports else Permission.VIEW
    try:
        place = place_of(environment_of(options, operator, needs=needs))
        query = _query(options)
    except NotLinked as refusal:
        raise Failed(str(refusal)) from refusal
    except BadQuery as refusal:
        raise Usage(f"{refusal.message} {refusal.next_step}") from refusal
    shown = _columns(place, options["columns"])
    unheld = unheld_of(source_for(place, query), place, [column.key for column in shown])
    shown = columns_.known(shown, unheld, named=bool(options["columns"]))
    if exports:
        _export(command, options, place, query, shown, operator)
    else:
        _list(command, options, place, query, shown)


def _query(options: Options) -> UserQuery:
    params = {"q": options["where"], "attribute": options["attribute"], "status": options["status"]}
    for text in options["filter"]:
        name, separator, value = text.partition("=")
        if not separator:
            raise Usage(f"--filter {text}: write NAME=VALUE, such as group=Editors.")
        params[name] = value
    return UserQuery.from_params(params)


def _columns(place: Place, text: str) -> tuple[Column, ...]:
    rules = rules_of(place).people
    keys = [key for key in text.split(",") if key]
    known = {column.key for column in columns_.columns_of(rules)}
    if unknown := [key for key in keys if key not in known]:
        raise Usage(f"--columns: there is no {', '.join(unknown)}. There are {', '.join(sorted(known))}.")
    return columns_.chosen(keys, rules)


def _list(command: ConsoleCommand, options: Options, place: Place, query: UserQuery, shown: Sequence[Column]) -> None:
    if options["limit"] is not None and options["limit"] < 1:
        raise Usage("--limit: at least 1.")
    with quotas.background(export.share()):
        users = source_for(place, query).iterate(place, query)
    found = islice(users, options["limit"])
    if options["format"] == "json":
        _document(command, found, shown)
    elif not _table(command, found, shown):
        command.say("Nobody.")


def _document(command: ConsoleCommand, users: Iterator[CognitoUser], shown: Sequence[Column]) -> None:
    """One array, written while it is read: a pool may hold more people than memory."""
    before = "["
    for user in users:
        command.stdout.write(f"{before}\n{json.dumps(columns_.as_json(user, shown))}", ending="")
        before = ","
    command.stdout.write("[]" if before == "[" else "\n]")


def _table(command: ConsoleCommand, users: Iterator[CognitoUser], shown: Sequence[Column]) -> int:
    """Lines of columns as wide as sixty users need; answers how many there were."""
    texts, count = columns_.values(shown), 0
    head = [[column.title for column in shown]]
    while rows := [texts(user) for user in islice(users, PAGE)]:
        lines = head + rows
        widths = [max(len(line[place]) for line in lines) for place in range(len(shown))]
        for line in lines:
            command.show("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
        count, head = count + len(rows), []
    return count


def _export(
    command: ConsoleCommand,
    options: Options,
    place: Place,
    query: UserQuery,
    shown: Sequence[Column],
    operator: Operator,
) -> None:
    if options["format"] == "json" and not options["out"]:
        raise Usage("The file itself goes to standard output; with --format json name another place: --out FILE.")
    progress = export.Progress(place, "")
    chunks = export.stream(
        place=place,
        query=query,
        source=source_for(place, query),
        columns=shown,
        actor=operator.actor,
        for_excel=options["excel"],
        progress=progress,
    )
    if not options["out"]:
        for chunk in chunks:
            command.stdout.write(chunk.decode(), ending="")
        return
    _write(Path(options["out"]), chunks)
    keys = [column.key for column in shown]
    if options["format"] == "json":
        command.document({"file": options["out"], "users": progress.written, "columns": keys})
    else:
        command.show(f"Wrote {progress.written:,} users to {options['out']}.")


def _write(path: Path, chunks: Iterator[bytes]) -> None:
    """The whole file or none: half of one could be taken for all there is."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # What is in it concerns people; nobody else on this machine need read it.
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.writelines(chunks)
        part.replace(path)
    except OSError as error:
        raise Failed(f"{path} cannot be written: {error.strerror}. Choose another place with --out.") from error
    finally:
        with suppress(OSError):
            part.unlink()
