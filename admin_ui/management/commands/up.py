"""`manage.py up`: the whole console on one machine, with one command."""

import os
import secrets
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from admin_ui.embedded.supervisor import (
    CannotRun,
    Stopped,
    Supervisor,
    collect_static,
    finish_collecting,
    locked,
    require_free,
    stop_on_signals,
)

UNCHANGED = "(unchanged)"


def keep_apart(state: Path, account: str) -> None:
    """Remember which account a state directory belongs to. Raises CannotRun for the other one."""
    mark = state / "account"
    if mark.exists() and mark.read_text().strip() != account:
        raise CannotRun(
            f"{state} belongs to {'the sandbox' if account == 'aws' else 'a real AWS account'}: its environments name "
            "resources the other does not have. Name another directory with --state."
        )
    mark.write_text(account + "\n")


class Command(BaseCommand):
    help = (
        "Set up what is missing and run the console: web server, worker, broker and, unless --aws, a pretend account."
    )
    # Checks belong to the processes that serve; here they would only delay the start.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port of the console on 127.0.0.1 (default: 8000)")
        parser.add_argument(
            "--state", metavar="DIR", help="where everything it writes lives (default: .state; .state-aws with --aws)"
        )
        parser.add_argument("--aws", action="store_true", help="use the AWS account that the environment names")

    def handle(self, *args: Any, **options: Any) -> None:
        # The sandbox's environments name pools that a real account does not have, so each has a directory of its own.
        default = settings.BASE_DIR / ".state-aws" if options["aws"] and "STATE" not in os.environ else settings.STATE
        state = Path(options["state"] or default).resolve()
        if state != settings.STATE:
            # Settings have been read already, with another directory: begin again with the right one.
            os.environ["STATE"] = str(state)
            os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - the same program once more
        # The database holds password hashes and names of people: what is written from now on is its owner's alone.
        os.umask(0o077)
        try:
            with locked(state):
                require_free(options["port"])
                keep_apart(state, "sandbox" if not options["aws"] else "aws")
                self.run(state=state, port=options["port"], sandbox=not options["aws"])
        except CannotRun as error:
            raise CommandError(str(error)) from error
        except Stopped:
            self.say("Stopped.")

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def run(self, *, state: Path, port: int, sandbox: bool) -> None:
        environment = {**os.environ, "STATE": str(state), "PYTHONUNBUFFERED": "1"}
        # The banner must not stand over a real account because the shell still says so.
        environment.pop("SANDBOX", None)
        supervisor = Supervisor(state=state, port=port, sandbox=sandbox, say=self.say, environment=environment)
        stop_on_signals(supervisor)
        try:
            supervisor.start_services()
            # What this process itself asks of AWS goes to the same place as what its children ask.
            os.environ.clear()
            os.environ.update(environment)
            folders = static_folders()
            collecting = collect_static(environment, Path(settings.STATIC_ROOT), folders)
            self.say("Preparing the database")
            call_command("migrate", interactive=False, verbosity=0)
            supervisor.check()
            user, password = self.prepare_people(sandbox=sandbox)
            connections.close_all()
            finish_collecting(collecting, Path(settings.STATIC_ROOT), folders)
            self.say("Starting the web server and the worker")
            supervisor.start_console()
            supervisor.wait_until_ready()
            self.announce(supervisor, user, password)
            supervisor.watch()
        finally:
            supervisor.stop()

    def prepare_people(self, *, sandbox: bool) -> tuple[str, str]:
        """Makes somebody who can sign in. Returns the name, and the password to print.

        In the sandbox it is set again at each start, because nothing is at stake there. With a real account it is
        shown once, when the person is made.
        """
        from admin_ui import sample

        password = sample.new_password() if sandbox else secrets.token_urlsafe(12)
        user, password_set = sample.create(password, sandbox=sandbox)
        return user, password if password_set else UNCHANGED

    def announce(self, supervisor: Supervisor, user: str, password: str) -> None:
        lines = [f"Console: {supervisor.url}  user: {user}  password: {password}"]
        if supervisor.sandbox:
            lines.insert(0, f"Sandbox AWS: {supervisor.sandbox_url}")
        # One write: whoever waits for one of the lines finds the other one there too.
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()


def static_folders() -> list[Path]:
    """Every directory that static files are collected from."""
    return [Path(storage.location) for finder in get_finders() for storage in getattr(finder, "storages", {}).values()]
