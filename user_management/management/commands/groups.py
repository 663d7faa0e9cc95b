"""`manage.py groups`: the groups of an environment's user pool, and who is in them."""

from typing import Any

from django.core.management.base import CommandParser

from environments.command import ConsoleCommand, Failed, operator_of
from user_management.groups.command import ACTIONS

HELP = {
    "list": "every group, the one that counts most first",
    "show": "one group",
    "members": "everybody in a group",
    "create": "a new, empty group",
    "edit": "change description, precedence or role; what is not given stays",
    "delete": "delete a group; its members stay users",
    "add": "put users into a group",
    "remove": "take users out of a group",
    "copy": "copy groups to another environment; without --yes only show what would change",
}
READING = ("list", "show", "members")


class Command(ConsoleCommand):
    help = "List, make, change and copy groups, and say who is in them."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for name in ACTIONS:
            action = actions.add_parser(name, help=HELP[name])
            self.add_shared_arguments(action)
            if name not in ("list", "copy"):
                action.add_argument("name", metavar="GROUP", help="the group's name")
            if name not in READING:
                action.add_argument("--reason", default="", metavar="TEXT", help="why, for the activity")
            if name in ("create", "edit"):
                _add_values(action)
            if name in ("delete", "copy"):
                action.add_argument(
                    "--yes", action="store_true", help="do it; without this, only say what would happen"
                )
        _add_users(actions.choices["add"])
        _add_users(actions.choices["remove"])
        actions.choices["edit"].add_argument("--dry-run", action="store_true", help="only show what would change")
        copy = actions.choices["copy"]
        copy.add_argument("groups", nargs="*", metavar="GROUP", help="only these groups; default: all")
        copy.add_argument("--to", required=True, metavar="E", help="the environment to copy to, of the same project")
        copy.add_argument("--without-roles", action="store_true", help="copy no roles")

    def handle(self, *args: Any, **options: Any) -> None:
        answer = ACTIONS[options["action"]](options, operator_of(options))
        if options["format"] == "json":
            self.document(answer.document)
        else:
            self.show(answer.text)
        if answer.failed:
            raise Failed(f"{answer.failed} What is listed above as done stays done; run it again for the rest.")


def _add_values(parser: CommandParser) -> None:
    parser.add_argument("--description", metavar="TEXT")
    parser.add_argument("--precedence", type=int, metavar="N", help="the lowest number wins")
    parser.add_argument("--role-arn", metavar="ARN", help="the IAM role of its members")


def _add_users(parser: CommandParser) -> None:
    parser.add_argument(
        "users",
        nargs="*",
        metavar="USER",
        help="user names, e-mail addresses, phone numbers or subs; without any, one a line on standard input",
    )
