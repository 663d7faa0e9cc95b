"""Pointing Celery, inside the test process, at another broker for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

import kombu.pools
from celery import Celery


def _forget_connections(app: Celery) -> None:
    kombu.pools.reset()
    # Celery keeps the pools of its first connection for good, and has no public way to forget them.
    app._pool = None  # type: ignore[attr-defined]
    app.amqp._producer_pool = None  # type: ignore[attr-defined]


@contextmanager
def use_broker(app: Celery, url: str) -> Iterator[None]:
    before = {name: app.conf[name] for name in ("broker_url", "broker_transport_options")}
    app.conf.update(
        broker_url=url.replace("unix://", "redis+socket://"), broker_transport_options={"visibility_timeout": 1800}
    )
    _forget_connections(app)
    try:
        yield
    finally:
        app.conf.update(before)
        _forget_connections(app)
