"""A line of a given speed between the console and the account: what a loopback interface cannot show."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_CHUNK = 64 * 1024


@contextmanager
def slow_line(url: str, *, megabits: float) -> Iterator[str]:
    """An address that leads to `url` at `megabits` a second in each direction, all connections together."""
    target = urlsplit(url)
    address = (target.hostname or "127.0.0.1", target.port or 80)
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    up, down = _Pace(megabits), _Pace(megabits)

    def serve() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            server = socket.create_connection(address)
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_forward, args=(client, server, up), daemon=True).start()
            threading.Thread(target=_forward, args=(server, client, down), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()


class _Pace:
    """Lets bytes through at the line's speed, whoever sends them."""

    def __init__(self, megabits: float) -> None:
        self._rate = megabits * 1_000_000 / 8
        self._lock = threading.Lock()
        self._free = 0.0

    def wait(self, size: int) -> None:
        with self._lock:
            begins = max(self._free, time.monotonic())
            self._free = begins + size / self._rate
        time.sleep(max(0.0, self._free - time.monotonic()))


def _forward(source: socket.socket, sink: socket.socket, pace: _Pace) -> None:
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            pace.wait(len(data))
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
