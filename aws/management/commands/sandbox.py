"""`manage.py sandbox`: serve the pretend AWS account until it is told to stop."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Serve a pretend AWS account over HTTP, with a sample account unless --empty is given."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        from aws.sandbox.__main__ import add_arguments

        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        # moto is installed with the sandbox only; its absence must not break the other commands.
        try:
            from aws.sandbox.server import serve
        except ImportError as error:
            raise CommandError(f"The sandbox needs the dependency group 'sandbox': {error}") from error
        try:
            serve(options["port"], options["empty"], options["state"], options["host"])
        except OSError as error:
            raise CommandError(f"Port {options['port']} cannot be opened: {error.strerror}") from error
