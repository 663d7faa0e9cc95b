"""The HTTP server: werkzeug's, but with connections that are kept, as AWS keeps them, and one write for an answer.

Every client of the tests opens one connection instead of one for each call, and no thread lingers after an answer to
see whether more is coming.
"""

import contextlib
import email.utils
import io
import socket
from collections.abc import Callable
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

_WITHOUT_BODY = (204, 304)


class RequestHandler(MotoRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer is one write; without this the next may wait for the acknowledgement of the last.
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing per request: the call log answers who asked what."""

    def run_wsgi(self) -> None:
        """One request. Its body is read before anything else, so that the next request begins where this one ends."""
        if self.headers.get("Expect", "").lower().strip() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # The body of a chunked request is not read to its end by anybody here.
        self.close_connection = self.close_connection or "Transfer-Encoding" in self.headers
        self.environ = self.make_environ()
        self.environ["wsgi.input"] = io.BytesIO(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        head: list[bytes] = []
        bodiless = self.command == "HEAD"

        def write(data: bytes) -> None:
            sent = b"".join([*head, b"" if bodiless else data])
            head.clear()
            if sent:
                self.wfile.write(sent)

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: object = None
        ) -> Callable[[bytes], None]:
            nonlocal bodiless
            bodiless = bodiless or int(status.split()[0]) in _WITHOUT_BODY
            head[:] = [self._head(status, headers)]
            return write

        try:
            for chunk in self.server.app(self.environ, start_response):
                write(chunk)
            write(b"")
        except Exception:
            # Cut off on purpose, gone by itself, or broken off half-way: nothing more can be said here.
            self.close_connection = True
            raise

    def _head(self, status: str, headers: list[tuple[str, str]]) -> bytes:
        lines = [
            f"HTTP/1.1 {status}",
            f"Date: {email.utils.formatdate(usegmt=True)}",
            *(f"{name}: {value}" for name, value in headers),
            f"Connection: {'close' if self.close_connection else 'keep-alive'}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Server(ThreadedWSGIServer):
    """A server that ends the connections it keeps when it ends itself."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._kept: set[socket.socket] = set()
        super().__init__(*args, **options)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._kept.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._kept.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in tuple(self._kept):
            # The client may be gone already.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
