"""`manage.py client_config`: the configuration files of a linked environment, for apps and builds."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from amplify_files.catalogue import FILES, GeneratedFile, UnknownFile
from auth_import import client_files
from auth_import.management.commands.link_status import not_linked
from auth_import.models import CognitoLink
from auth_import.preflight import link_of
from environments.command import ConsoleCommand, Failed, Operator, Usage, environment_of, operator_of
from environments.permissions import Permission


class Command(ConsoleCommand):
    help = "Print one generated configuration file, or write all of them into a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_shared_arguments(parser)
        parser.add_argument("--file", metavar="NAME", help=", ".join(file.name for file in FILES))
        parser.add_argument("--out", metavar="DIR", help="write into this folder, which is made if it is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        name, out = options["file"], options["out"]
        if name is None and out is None:
            raise Usage("Name one file with --file, or a folder for all of them with --out.")
        if out is None and options["format"] == "json":
            raise Usage("--format json lists what --out has written. Without --out, the file itself is the answer.")
        operator = operator_of(options)
        environment = environment_of(options, operator, needs=Permission.VIEW)
        link = link_of(environment)
        if link is None:
            raise Failed(not_linked(environment.project.slug, environment.name))
        try:
            files = [client_files.generated_file(link, name)] if name is not None else list(FILES)
        except UnknownFile as error:
            raise Usage(str(error)) from error
        require_secrets(files, link, operator)
        # Everything is read before anything is written, so that a refusal of AWS leaves no half of a folder.
        contents = {file: client_files.text_of(link, file, actor=operator.actor).encode() for file in files}
        if out is None:
            self.write_bytes(contents[files[0]])
        else:
            self.write_files(Path(out), contents, link, as_json=options["format"] == "json")
        if link.awaits_push:
            self.say("These values take effect in the Amplify backend with the next push.")

    def write_bytes(self, content: bytes) -> None:
        """The file as it is, byte by byte."""
        binary = getattr(self.stdout, "buffer", None)
        if binary is None:
            self.stdout.write(content.decode(), ending="")
            return
        self.stdout.flush()
        binary.write(content)
        binary.flush()

    def write_files(
        self, folder: Path, contents: dict[GeneratedFile, bytes], link: CognitoLink, *, as_json: bool
    ) -> None:
        written = []
        for file, content in contents.items():
            path = folder / file.path
            try:
                write_at_once(path, content, private=file.holds_secret(link.auth_outputs))
            except OSError as error:
                raise Failed(
                    f"{path} cannot be written: {error.strerror or error}. "
                    "Name a folder with --out in which you may write."
                ) from error
            written.append({"name": file.name, "path": str(path), "bytes": len(content)})
        if as_json:
            self.document({"files": written})
        else:
            self.show("\n".join(f"{one['path']}  {one['bytes']} bytes" for one in written))


def require_secrets(files: list[GeneratedFile], link: CognitoLink, operator: Operator) -> None:
    """Raises Failed when one of the files holds a client secret and the person may not read it."""
    secret = [file.name for file in files if file.holds_secret(link.auth_outputs)]
    environment = link.environment
    if secret and not operator.may(Permission.READ_SECRETS, environment.project, environment):
        others = "Take the other files one by one with --file. " if len(files) > len(secret) else ""
        raise Failed(
            f"{operator.actor.name} may not read the client secret in {', '.join(secret)}. "
            f"{others}For these, ask a member with full access."
        )


def write_at_once(path: Path, content: bytes, *, private: bool) -> None:
    """The whole file or, if anything goes wrong, what was there before. `private`: only the owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if not private:
                os.fchmod(file.fileno(), 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    """The mask for new files, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
