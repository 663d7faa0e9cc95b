"""What a request counts against, and who counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

WINDOW = 1.05
"""Seconds within which a quota's number is never exceeded: a second, and a little for uneven network delays."""


@dataclass(frozen=True, slots=True)
class Budget:
    """One number that a request counts against: `key` names it, `limit` is requests per window."""

    key: str
    limit: int


class Limiter(Protocol):
    def take(self, scope: str, budgets: Sequence[Budget]) -> float:
        """Count one request against every budget, or against none.

        `scope` names account and Region. Answers 0.0 when the request may go now, else the seconds after which
        asking again may help.
        """
        ...
