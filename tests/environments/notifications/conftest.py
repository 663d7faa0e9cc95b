"""A receiver on this machine that notes what it was sent, and a clock that the test moves.

Rows can only be imported once Django is set up, which happens after this file is read; hence the imports inside.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from environments.models import Environment, Project
    from environments.notifications.models import Delivery, Webhook
    from tests.factories import Cast


@pytest.fixture
def project() -> "Project":
    from tests.factories import make_project

    return make_project("Shop")


@pytest.fixture
def dev(project: "Project") -> "Environment":
    from tests.factories import make_environment

    return make_environment(project, "dev")


@pytest.fixture
def cast(project: "Project", dev: "Environment") -> "Cast":
    from tests.factories import make_cast

    return make_cast(project)


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`answers` are the statuses of the next requests; the last one stays."""

    port: int = 0
    answers: list[int] = field(default_factory=lambda: [204])
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?key=hidden"


@pytest.fixture(scope="session")
def _listening() -> Iterator[tuple[ThreadingHTTPServer, list[Receiver]]]:
    current: list[Receiver] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver = current[-1]
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.requests.append(Received(self.path, dict(self.headers), body))
            self.send_response(receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0])
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server, current
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def receiver(_listening: tuple[ThreadingHTTPServer, list[Receiver]], settings: Any) -> Receiver:
    """Only the sandbox sends to its own machine."""
    settings.SANDBOX = True
    server, current = _listening
    current.append(Receiver(port=server.server_address[1]))
    return current[-1]


@dataclass
class Clock:
    now: datetime

    def moves(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(datetime(2026, 1, 31, 12, 0, tzinfo=UTC))
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock.now)
    return clock


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of deliveries that were handed to the broker."""
    from environments.notifications.tasks import deliver

    ids: list[str] = []

    def note(args: tuple[str, ...], **_: Any) -> None:
        ids.extend(args)

    monkeypatch.setattr(deliver, "apply_async", note)
    return ids


@pytest.fixture
def hook(project: "Project", receiver: Receiver, sent: list[str]) -> tuple["Webhook", str]:
    """A webhook to the receiver, for every event, and its secret."""
    from audit.record import Actor
    from environments.notifications import services
    from environments.notifications.events import Event

    return services.create_webhook(
        project=project, name="On-call", url=receiver.url, events=list(Event), actor=Actor(name="owner@example.com")
    )


@pytest.fixture
def announced(dev: "Environment", sent: list[str]) -> Callable[..., list["Delivery"]]:
    """Announces a drift, and gives the deliveries it made."""
    from environments.notifications import services
    from environments.notifications.events import Event
    from environments.notifications.models import Delivery

    def announce(environment: "Environment | None" = None, **fields: Any) -> list[Delivery]:
        known = set(Delivery.objects.values_list("pk", flat=True))
        services.announce(
            environment=environment or dev,
            **{
                "event": Event.DRIFT_FOUND,
                "title": "The web client is gone",
                "text": "Nobody can sign in on the web.",
                "path": "/projects/shop/dev/authentication/drift/",
                "data": {"items": ["web-client"]},
                **fields,
            },
        )
        return list(Delivery.objects.exclude(pk__in=known))

    return announce
