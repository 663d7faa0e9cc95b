"""`manage.py users`: the people of an environment's user pool. Each part of the app adds its own actions.

A part has a module `command` with `add(subparsers)`, which adds its actions, and `run(command, options)`, which does
the one that `options["subcommand"]` names. What every action takes (`--project`, `--environment`, `--as`, `--format`)
is added here.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.core.management.base import CommandParser

from environments.command import ConsoleCommand

PARTS = ("listing", "person", "bulk", "csv_import", "index")


class Command(ConsoleCommand):
    help = "Find, show, create, change and delete users."

    def add_arguments(self, parser: CommandParser) -> None:
        subparsers = parser.add_subparsers(dest="subcommand", required=True, metavar="ACTION")
        self.runners: dict[str, Callable[[ConsoleCommand, dict[str, Any]], object]] = {}
        for part in PARTS:
            name = f"user_management.{part}.command"
            if find_spec(name) is None:
                continue
            module = import_module(name)
            module.add(subparsers)
            for action in set(subparsers.choices) - set(self.runners):
                self.add_shared_arguments(subparsers.choices[action])
                self.runners[action] = module.run

    def handle(self, *args: Any, **options: Any) -> None:
        self.runners[options["subcommand"]](self, options)
