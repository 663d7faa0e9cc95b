"""A gate between the calls moto is working on and the snapshot of its state."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Any number of calls pass at once; a snapshot waits until none is inside and keeps others out meanwhile."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._closed = False

    @contextmanager
    def passing(self) -> Iterator[None]:
        with self._changed:
            # The bound is a safeguard: a snapshot that takes longer may be torn, but no call waits for ever.
            self._changed.wait_for(lambda: not self._closed, timeout=30)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def closed(self, timeout: float) -> Iterator[bool]:
        """Keep calls out. Yields False, with the gate open again, when calls were still inside after `timeout` s."""
        with self._changed:
            self._closed = True
            quiet = self._changed.wait_for(lambda: self._inside == 0, timeout=timeout)
            if not quiet:
                self._closed = False
                self._changed.notify_all()
        try:
            yield quiet
        finally:
            with self._changed:
                self._closed = False
                self._changed.notify_all()
