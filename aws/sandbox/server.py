"""Starting and stopping the sandbox: in a process of its own, or in a thread of a test run."""

import contextlib
import logging
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moto.core.base_backend import BackendDict

from aws.sandbox import graphql_apis, identity_pools, s3, simulation, user_pool_calls
from aws.sandbox.application import SandboxApplication
from aws.sandbox.http_server import RequestHandler, Server
from aws.sandbox.seed import seed
from aws.sandbox.state import StateFile

HOST = "127.0.0.1"


def _install() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    user_pool_calls.install()
    identity_pools.install()
    simulation.install()
    s3.install()
    graphql_apis.install()


def _prepare(empty: bool, state: StateFile | None) -> None:
    _install()
    BackendDict.reset()
    if state is not None and state.restore():
        return
    if not empty:
        seed()


def _listen(port: int, application: SandboxApplication, host: str = HOST) -> Server:
    # werkzeug would print its own words and end the process when the port is taken; this raises OSError.
    with socket.create_server((host, port), backlog=128) as listening:
        return Server(host, port, application, handler=RequestHandler, fd=listening.fileno())


def serve(port: int, empty: bool = False, state: Path | str | None = None, host: str = HOST) -> None:
    """Serve until SIGTERM or SIGINT; print one line when ready.

    port: 0 for any free port. empty: plant nothing. state: a folder to keep the account in across restarts.
    host: the interface to listen on; anybody who reaches it owns the pretend account.
    Raises OSError when the port is taken.
    """
    application = SandboxApplication()
    server = _listen(port, application, host)
    file = StateFile(Path(state), application) if state is not None else None
    _prepare(empty, file)
    if file is not None:
        file.start()

    def stop(signum: int, frame: object) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"Sandbox AWS: http://{host}:{server.port}", flush=True)
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        application.faults.clear()
        server.server_close()
        if file is not None:
            file.stop()
    sys.stdout.flush()


class _Shared:
    """The sandbox of this process and how many have it open: moto's state is one for the whole process."""

    lock = threading.Lock()
    url = ""
    users = 0
    stack = contextlib.ExitStack()


@contextmanager
def running(empty: bool = False) -> Iterator[str]:
    """A sandbox in a thread of this process; yields its endpoint URL.

    moto keeps its state in the process, so that there is one account for all: who asks while the sample account
    is being served is given the same address. Raises RuntimeError for an empty one meanwhile, or the reverse.
    """
    if empty:
        with _alone(empty=True) as url:
            yield url
        return
    with _Shared.lock:
        if _Shared.users == 0:
            _Shared.stack = contextlib.ExitStack()
            _Shared.url = _Shared.stack.enter_context(_alone(empty=False))
        _Shared.users += 1
    try:
        yield _Shared.url
    finally:
        with _Shared.lock:
            _Shared.users -= 1
            if _Shared.users == 0:
                _Shared.stack.close()


_one_account = threading.Lock()


@contextmanager
def _alone(empty: bool) -> Iterator[str]:
    if not _one_account.acquire(blocking=False):
        raise RuntimeError("another sandbox is running in this process; start this one in a process of its own")
    try:
        application = SandboxApplication()
        _prepare(empty, None)
        server = _listen(0, application)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.port}"
        finally:
            application.faults.clear()
            server.shutdown()
            thread.join()
            server.server_close()
    finally:
        _one_account.release()
