"""Ports of this machine, and whether something answers there."""

import socket
import urllib.error
import urllib.request
from pathlib import Path

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def remembered_port(file: Path) -> int:
    """The port written in `file` if it is still free, else another one, written there: addresses people noted stay."""
    try:
        port = int(file.read_text())
    except (OSError, ValueError):
        port = 0
    if not port or not is_free(port):
        port = free_port()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{port}\n")
    return port


def answers(url: str) -> bool:
    """Whether a GET of `url` is answered with 200 within a second."""
    try:
        # Proxies of the machine have no business between two of our own processes.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=1) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False
