"""Pointing Celery, inside the test process, at another broker for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

import kombu.pools
from celery import Celery


def _forget_connections(app: Celery) -> None:
    kombu.pools.reset()
    app._pool = None
    app.amqp._producer_pool = None


@contextmanager
def use_broker(app: Celery, url: str) -> Iterator[None]:
    before = app.conf.broker_url, app.conf.broker_transport_options
    app.conf.broker_url = url.replace("unix://", "redis+socket://")
    app.conf.broker_transport_options = {"visibility_timeout": 1800}
    _forget_connections(app)
    try:
        yield
    finally:
        app.conf.broker_url, app.conf.broker_transport_options = before
        _forget_connections(app)
