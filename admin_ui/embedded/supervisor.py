"""`up`: prepares the state directory, starts everything, says when it is ready, and stops everything."""

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from admin_ui.embedded import network, processes
from admin_ui.embedded.broker import Broker, plan_broker
from admin_ui.embedded.processes import Child

READY_WITHIN = 90.0
OF_THE_CONSOLE = ("AWS_ACCOUNT", "AWS_BACKGROUND_SHARE", "AWS_QUOTAS")
"""Settings of our own, which lead nowhere."""
BASE_DIR = Path(__file__).resolve().parent.parent.parent

Say = Callable[[str], None]


class CannotRun(Exception):
    """Why the console does not run, and what to do, in words for the person at the terminal."""


class Stopped(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


@dataclass
class Supervisor:
    """The children of one `up`. `say` gets one line of progress at a time."""

    state: Path
    port: int
    sandbox: bool
    say: Say
    environment: dict[str, str]
    children: list[Child] = field(default_factory=list)
    broker: Broker | None = None
    sandbox_port: int = 0
    stop_asked: bool = False

    @property
    def url(self) -> str:
        return f"http://{network.HOST}:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://{network.HOST}:{self.sandbox_port}"

    def start(self, name: str, command: list[str], **extra: str) -> Child:
        child = processes.start(
            name, command, log=self.state / "logs" / f"{name}.log", environment={**self.environment, **extra}
        )
        self.children.append(child)
        return child

    def check(self) -> None:
        """Raises Stopped when somebody asked for the end, and CannotRun when a child has ended by itself."""
        if self.stop_asked:
            raise Stopped
        for child in self.children:
            if not child.is_alive:
                raise CannotRun(
                    f"The {child.name} process ended by itself (exit code {child.process.returncode}), "
                    f"so everything was stopped.\nThe end of its log, {child.log}:\n\n{child.last_lines()}"
                )

    def wait_for(self, what: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while True:
            self.check()
            if ready():
                return
            if time.monotonic() > deadline:
                raise CannotRun(f"The {what} was not ready after {READY_WITHIN:.0f} s. Logs: {self.state / 'logs'}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stops in order: first what takes work in, then what it leans on."""
        serving = [child for child in self.children if child.name in ("web", "worker")]
        processes.stop(serving)
        processes.stop([child for child in self.children if child not in serving], seconds=3.0)
        if self.broker is not None:
            self.broker.remove()

    def start_services(self) -> None:
        """The broker and the sandbox: what both the web server and the worker need to know about."""
        if not self.environment.get("REDIS_URL") and not self.environment.get("REDIS_URL_FILE"):
            self.broker = plan_broker(self.state)
            if self.broker is None:
                self.say("No Valkey or Redis server for this platform: jobs travel through files, a little slower.")
            else:
                self.environment["REDIS_URL"] = self.broker.url
                self.start("broker", self.broker.command)
        if self.sandbox:
            self.sandbox_port = network.remembered_port(self.state / "sandbox" / "port")
            self.environment.update(sandbox_environment(self.environment, self.sandbox_url))
            command = ["-m", "aws.sandbox", "--port", str(self.sandbox_port), "--state", str(self.state / "sandbox")]
            self.start("sandbox", [sys.executable, *command])

    def start_console(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "admin_ui", "worker", "--beat", "--loglevel", "INFO"]
        command += ["--schedule", str(self.state / "beat-schedule"), "--pidfile", ""]
        # SIGTERM ends the worker at once instead of after its longest job: the rows bring the jobs back at the next up.
        self.start("worker", command, REMAP_SIGTERM="SIGQUIT")
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "admin_ui.wsgi:application"]
        command += ["--host", network.HOST, "--port", str(self.port), "--workers", "1", "--blocking-threads", "8"]
        command += ["--no-ws", "--workers-kill-timeout", "3", "--pid-file", str(self.state / "web.pid")]
        self.start("web", command)

    def wait_until_ready(self) -> None:
        if self.broker is not None:
            path = self.broker.url.removeprefix("unix://")
            self.wait_for("broker", lambda: accepts(path))
        if self.sandbox:
            self.wait_for("sandbox", lambda: network.answers(f"{self.sandbox_url}/sandbox/health"))
        self.wait_for("web server", lambda: network.answers(f"{self.url}/healthz"))

    def watch(self) -> None:
        """Returns never: somebody stops us, or a child dies."""
        while True:
            self.check()
            time.sleep(0.2)


def accepts(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
    return True


def sandbox_environment(environment: dict[str, str], url: str) -> Mapping[str, str]:
    """The AWS SDK's variables for the pretend account, after every inherited one is gone.

    No profile, file or instance role of the machine may reach a process that believes it talks to the sandbox, so that
    a forgotten variable can never turn a rehearsal into a change of the real account.
    """
    for name in [name for name in environment if name.startswith("AWS_") and name not in OF_THE_CONSOLE]:
        del environment[name]
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "SANDBOX": "1",
    }


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Holds the state directory for this process. Raises CannotRun when another `up` holds it."""
    state.mkdir(parents=True, exist_ok=True)
    (state / "logs").mkdir(exist_ok=True)
    with (state / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise CannotRun(
                f"Another console (process {file.read().strip() or 'unknown'}) is running on {state}. "
                "Stop it first, or give this one a directory of its own with --state DIR."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def require_free(port: int) -> None:
    if not network.is_free(port):
        raise CannotRun(
            f"Port {port} of {network.HOST} is taken by another program. "
            f"Stop that one, or choose another port: ./console up --port {port + 1}"
        )


def static_fingerprint(folders: list[Path]) -> str:
    """Changes when a static file is added, removed or edited."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                stat = path.stat()
                digest.update(f"{path}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static(
    environment: Mapping[str, str], target: Path, folders: list[Path]
) -> "subprocess.Popen[bytes] | None":
    """Starts `collectstatic` if the files changed since the last time; the caller waits for it.

    It is a process of its own because settings choose how files are named when they are imported.
    """
    stamp = target / ".fingerprint"
    fingerprint = static_fingerprint(folders)
    if stamp.exists() and stamp.read_text() == fingerprint:
        return None
    shutil.rmtree(target, ignore_errors=True)
    command = [sys.executable, str(BASE_DIR / "manage.py"), "collectstatic", "--noinput", "--verbosity", "0"]
    process = subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return process


def finish_collecting(process: "subprocess.Popen[bytes] | None", target: Path, folders: list[Path]) -> None:
    if process is None:
        return
    _, errors = process.communicate()
    if process.returncode:
        raise CannotRun(f"The static files could not be collected:\n{errors.decode(errors='replace')[-2000:]}")
    (target / ".fingerprint").write_text(static_fingerprint(folders))


def stop_on_signals(supervisor: Supervisor) -> None:
    def ask(signum: int, frame: object) -> None:
        supervisor.stop_asked = True

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGHUP, ask)
