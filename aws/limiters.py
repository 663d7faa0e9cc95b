"""Three ways to take turns: inside one process, among the processes of a machine, among machines.

All count the requests of the last window, so that no stretch of one second ever holds more than the quota; what else
must hold (a burst at once, or requests spread evenly) the rules of each budget say. Nothing is reserved ahead: who
gives up waiting leaves nothing behind.
"""

import fcntl
import json
import logging
import os
import re
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from aws.budgets import WINDOW, Budget

log = logging.getLogger(__name__)

SHORTEST_WAIT = 0.001
MILLION = 1_000_000
Sent = dict[str, list[float]]


def _take(sent: Sent, budgets: Sequence[Budget], now: float) -> float:
    """Count one request in `sent` (times of recent requests per budget) or answer the seconds to wait."""
    wait = 0.0
    for budget in budgets:
        # A time in the future can only come from a clock that was set back.
        times = [moment for moment in sent.get(budget.key, ()) if now - WINDOW < moment <= now]
        sent[budget.key] = times
        for count, seconds in budget.rules:
            if len(times) >= count and times[-count] + seconds > now:
                wait = max(wait, times[-count] + seconds - now, SHORTEST_WAIT)
    if not wait:
        for budget in budgets:
            sent[budget.key].append(now)
    return wait


class InProcessLimiter:
    """For one process with any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: dict[str, Sent] = defaultdict(dict)
        os.register_at_fork(after_in_child=self._after_fork)

    def _after_fork(self) -> None:
        self._lock = threading.Lock()

    def take(self, scope: str, budgets: Sequence[Budget]) -> float:
        with self._lock:
            return _take(self._sent[scope], budgets, time.monotonic())


class FileLockLimiter:
    """For the processes of one machine: a small file per account and Region, read and written under a lock.

    `directory` is made if missing, for its owner alone.
    """

    def __init__(self, directory: str | Path) -> None:
        self._directory = Path(directory)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def take(self, scope: str, budgets: Sequence[Budget]) -> float:
        path = self._directory / (re.sub(r"[^\w.-]", "_", scope) + ".json")
        with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as file:
            # The kernel lets go of the lock when the file is closed, also when the process dies.
            fcntl.flock(file, fcntl.LOCK_EX)
            now = time.time()
            sent = _read(file.read())
            wait = _take(sent, budgets, now)
            if not wait:
                recent = {key: times for key, times in sent.items() if times and times[-1] > now - WINDOW}
                file.seek(0)
                file.truncate()
                file.write(json.dumps(recent))
                file.flush()
        return wait


def _read(text: str) -> Sent:
    try:
        data = json.loads(text or "{}")
        return {str(key): [float(moment) for moment in times] for key, times in data.items()}
    except (ValueError, TypeError, AttributeError):
        # A process that died while writing leaves half a file; the worst that follows is one early request.
        return {}


class RedisLike(Protocol):
    """The one method used of a Redis or Valkey client."""

    def eval(self, script: str, numkeys: int, *keys_and_args: Any) -> Any: ...


_SCRIPT = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local window = tonumber(ARGV[1])
local shortest = tonumber(ARGV[2])
local wait = 0
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
end
for rule = 4, #ARGV, 3 do
  local key, count, span = KEYS[tonumber(ARGV[rule])], tonumber(ARGV[rule + 1]), tonumber(ARGV[rule + 2])
  local entry = redis.call('ZRANGE', key, -count, -count, 'WITHSCORES')
  if entry[2] and tonumber(entry[2]) + span > now then
    wait = math.max(wait, tonumber(entry[2]) + span - now, shortest)
  end
end
if wait > 0 then return string.format('%d', wait) end
for i, key in ipairs(KEYS) do
  redis.call('ZADD', key, now, ARGV[3])
  redis.call('PEXPIRE', key, math.ceil(window / 1000) * 2)
end
return '0'
"""
"""The arguments are the window and the shortest wait in microseconds, a name for this request, and of each rule the
number of its key, its count and its microseconds. Where a key has fewer entries than `count`, its range is empty."""


class RedisLimiter:
    """For processes on several machines, counted with the server's clock.

    `client` is a connected Redis or Valkey client. When the server does not answer, this process counts for
    itself: a console that stops because of its limiter would help nobody.
    """

    def __init__(self, client: RedisLike, *, prefix: str = "aws-quota") -> None:
        self._client = client
        self._prefix = prefix
        self._own = InProcessLimiter()
        self._told = False

    def take(self, scope: str, budgets: Sequence[Budget]) -> float:
        # The braces keep the keys of one call on one node of a cluster.
        keys = [f"{self._prefix}:{{{scope}}}:{budget.key}" for budget in budgets]
        rules = [
            argument
            for number, budget in enumerate(budgets, start=1)
            for count, seconds in budget.rules
            for argument in (number, count, round(seconds * MILLION))
        ]
        sizes = (round(WINDOW * MILLION), round(SHORTEST_WAIT * MILLION))
        try:
            wait = self._client.eval(_SCRIPT, len(keys), *keys, *sizes, os.urandom(12).hex(), *rules)
        except Exception as exc:  # Whatever the client raises, the way out is the same.
            if not self._told:
                log.warning("The shared request limiter does not answer (%s); counting alone.", type(exc).__name__)
            self._told = True
            return self._own.take(scope, budgets)
        self._told = False
        return int(wait) / MILLION
