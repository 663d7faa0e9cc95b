"""Child processes that never outlive their parent, however it ends."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent
PR_SET_PDEATHSIG = 1
SECONDS_TO_STOP = 4.0


@dataclass
class Child:
    """A process with its own session and its own log."""

    name: str
    log: Path
    process: "subprocess.Popen[bytes]"
    watch: int | None = field(default=None)
    """Where the kernel has no parent-death signal: our end of the pipe whose closing tells the guard."""

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def last_lines(self, count: int = 15) -> str:
        """The end of the log, for whoever wants to know why the process ended."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - 20_000))
                return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])
        except OSError:
            return ""


def start(name: str, command: Sequence[str], *, log: Path, environment: Mapping[str, str]) -> Child:
    """Starts `command` in a session of its own, so that Ctrl-C in the terminal reaches only the parent.

    The log of the time before is kept as `<log>.1`.
    """
    if log.exists():
        log.replace(log.with_name(log.name + ".1"))
    watch: int | None = None
    inherited: tuple[int, ...] = ()
    prepare = die_with_parent() if sys.platform == "linux" else None
    if prepare is None:
        reading, watch = os.pipe()
        inherited = (reading,)
        command = [sys.executable, "-m", "admin_ui.embedded.guard", str(reading), *command]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=BASE_DIR,
            start_new_session=True,
            pass_fds=inherited,
            preexec_fn=prepare,
        )
    for descriptor in inherited:
        os.close(descriptor)
    return Child(name=name, log=log, process=process, watch=watch)


def die_with_parent() -> Callable[[], None]:
    """A function for the child to call before it becomes the command: the kernel then sends it SIGTERM on our death."""
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # The parent died before the kernel was told.
            os._exit(1)

    return prepare


def stop(children: Sequence[Child], seconds: float = SECONDS_TO_STOP) -> None:
    """Asks all of them to end at once, waits, and kills what is left, with everything each one started."""
    for child in children:
        if child.is_alive:
            child.process.terminate()
    deadline = time.monotonic() + seconds
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(timeout=max(0.05, deadline - time.monotonic()))
    for child in children:
        # The session's group also holds what the child started and did not end.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        if child.watch is not None:
            os.close(child.watch)
            child.watch = None
