"""What the console's commands share: who acts, which environment is meant, in which form they answer, how they end.

Exit codes: 0 done, 1 failed (the message says why and what next), 2 usage or a payload that is not valid, 3 refused by
the checks or drift found. Standard output carries the answer alone; words and progress go to standard error.
"""

import getpass
import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import TextIOWrapper
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

from accounts.models import User
from audit.record import Actor
from aws.errors import AwsError
from environments import access
from environments.backends import aws_words
from environments.models import Environment, Project
from environments.permissions import Permission

# Controls that turn the direction of text around could make a terminal show something else than what is there.
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNMIGRATED = ("no such table", "no such column", "undefinedtable", 'relation "', 'column "')
_LONGEST_LIST = 20


class Failed(CommandError):
    """It could not be done; the message says why and what to do next."""

    def __init__(self, words: str) -> None:
        super().__init__(printable(words), returncode=1)


class Usage(CommandError):
    """The command was not called as it must be, or what it was given is not valid."""

    def __init__(self, words: str) -> None:
        super().__init__(printable(words), returncode=2)


class Refused(CommandError):
    """The checks do not allow it, or found something that a script should stop at."""

    def __init__(self, words: str) -> None:
        super().__init__(printable(words), returncode=3)


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs a command: whoever may start it on this machine, or with `--as` a person, with their permissions."""

    actor: Actor
    user: User | None = None

    def may(self, needs: Permission, project: Project, environment: Environment | None = None) -> bool:
        return self.user is None or needs in access.permissions_for_user(self.user, project, environment)

    def sees(self, environment: Environment) -> bool:
        """Whether the name of this environment may be told to whoever runs the command."""
        return self.may(Permission.VIEW, environment.project, environment)

    def require(self, needs: Permission, project: Project, environment: Environment | None = None) -> None:
        """Raises Failed when the person lacks the permission."""
        if not self.may(needs, project, environment):
            place = f"{project.slug} / {environment.name}" if environment else project.slug
            raise Failed(
                f"{self.actor.name} has no permission “{needs}” in {place}. "
                "Ask a member with full access to do it, or for another role."
            )


class ConsoleCommand(BaseCommand):
    """A command with plain words for whatever can be expected to go wrong."""

    requires_system_checks: list[str] = []

    def add_shared_arguments(self, parser: CommandParser, *, place: bool = True, place_required: bool = True) -> None:
        """`--as` and `--format`; with `place` also `--project` and `--environment`."""
        if place:
            parser.add_argument("--project", metavar="P", required=place_required, help="the project's slug or name")
            parser.add_argument("--environment", metavar="E", required=place_required, help="the environment's name")
        parser.add_argument(
            "--as",
            dest="as_user",
            metavar="USER",
            help="act as this person (user name or e-mail address), with their permissions;"
            " without it: all permissions, recorded as the operating system's user",
        )
        parser.add_argument(
            "--format", choices=("text", "json"), default="text", help="text for people (default), or one JSON document"
        )

    def execute(self, *args: Any, **options: Any) -> None:
        _write_any_name(sys.stdout)
        try:
            with _plain_words():
                _require_text(options)
                super().execute(*args, **options)
                self.stdout.flush()
        except BrokenPipeError:
            # The reader went away. Python would complain a second time while it ends, were there still a pipe.
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)

    def say(self, words: str) -> None:
        """Words and progress, beside the answer."""
        self.stderr.write(printable(words), style_func=str)
        self.stderr.flush()

    def show(self, text: str) -> None:
        """The answer, for people."""
        self.stdout.write(printable(text))
        self.stdout.flush()

    def document(self, value: Any) -> None:
        """The answer as one JSON document. It is plain ASCII, so that no terminal and no locale can spoil it."""
        self.stdout.write(json.dumps(value, indent=2))
        self.stdout.flush()


def operator_of(options: dict[str, Any]) -> Operator:
    """Who acts. Raises Failed when `--as` names nobody."""
    name = options["as_user"]
    if name is None:
        return Operator(Actor(name=f"os:{operating_system_user()}"))
    for condition in ({"username": name}, {"email": name}, {"email__iexact": name}):
        user = User.objects.filter(**condition).order_by("pk").first()
        if user is not None:
            return Operator(Actor(name=user.label, user_id=user.pk), user)
    raise Failed(f"Nobody in this console is called “{name}”. Give the user name or e-mail address they sign in with.")


def operating_system_user() -> str:
    """The name of this process's user. A container may run as a number that no user list knows."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        pass
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return f"uid-{os.getuid()}"


def find_project(name: str, operator: Operator) -> Project | None:
    """The project of this slug or, failing that, of this name; None when there is none or it may not be seen.

    Raises Failed when several projects share the name.
    """
    rows = list(Project.objects.filter(slug=name)) or list(Project.objects.filter(name__iexact=name.strip()))
    seen = [row for row in rows if _sees_project(operator, row)]
    if len(seen) > 1:
        slugs = ", ".join(row.slug for row in seen)
        raise Failed(f"Several projects are called “{name}”. Name one by its slug: {slugs}.")
    return seen[0] if seen else None


def project_of(name: str, operator: Operator) -> Project:
    """Like `find_project`, but raises Failed, naming the projects there are, when it finds none."""
    project = find_project(name, operator)
    if project is None:
        known = [row.slug for row in Project.objects.order_by("slug") if _sees_project(operator, row)]
        raise Failed(
            f"There is no project “{name}”. "
            + (f"The projects are: {_listed(known)}. " if known else "")
            + "Create one together with its first environment: manage.py environments create."
        )
    return project


def environment_of(options: dict[str, Any], operator: Operator, *, needs: Permission) -> Environment:
    """The environment that `--project` and `--environment` name, if the operator may do `needs` in it.

    Raises Failed with words that name the environments there are.
    """
    project = project_of(options["project"], operator)
    rows = [row for row in project.environments.select_related("project") if operator.sees(row)]
    environment = next((row for row in rows if row.name == options["environment"]), None)
    if environment is None:
        known = [row.name for row in rows]
        raise Failed(
            f"The project {project.slug} has no environment “{options['environment']}”. "
            + (f"Its environments are: {_listed(known)}. " if known else "")
            + f"Create it: manage.py environments create --project {project.slug} --environment NAME --region REGION."
        )
    operator.require(needs, project, environment)
    return environment


def _sees_project(operator: Operator, project: Project) -> bool:
    return operator.may(Permission.VIEW, project)


def _listed(names: list[str]) -> str:
    more = len(names) - _LONGEST_LIST
    return ", ".join(names[:_LONGEST_LIST]) + (f" and {more} more" if more > 0 else "")


def printable(text: str) -> str:
    """The text without characters that steer a terminal; they are written out as `\\x1b` or `\\u202e` instead."""
    return "".join(one if one == "\n" or not _steers(one) else one.encode("unicode_escape").decode() for one in text)


def _steers(character: str) -> bool:
    return character in _DIRECTION or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def _write_any_name(stream: Any) -> None:
    """Names hold every script there is; a terminal that lacks one gets escapes instead of an error."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def _require_text(options: dict[str, Any]) -> None:
    """Bytes on the command line that are no UTF-8 reach Python as characters that nothing else can hold."""
    for name, value in options.items():
        for part in _texts(value):
            try:
                part.encode()
            except UnicodeEncodeError as error:
                raise Usage(f"The value of --{name.replace('_', '-')} is not valid UTF-8 text.") from error


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    return [part for part in value if isinstance(part, str)] if isinstance(value, list | tuple) else ()


@contextmanager
def _plain_words() -> Iterator[None]:
    try:
        yield
    except AwsError as error:
        raise Failed(aws_words(error)) from error
    except (OperationalError, ProgrammingError) as error:
        raise Failed(_database_words(str(error).strip())) from error
    except KeyboardInterrupt as error:
        raise Failed("Interrupted. Run the command again: it does what is still missing.") from error


def _database_words(message: str) -> str:
    if any(words in message.lower() for words in _UNMIGRATED):
        return "The database is not prepared for this version. Run: manage.py migrate"
    if "locked" in message:
        return "The database is busy with another change. Try again in a moment."
    return f"The database cannot be used: {message}. Check DATABASE_URL or STATE, then run: manage.py migrate"
