"""What a request counts against, and who counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

WINDOW = 1.05
"""Seconds within which a quota's number is never exceeded: a second, and a little for uneven network delays."""
PACED_WINDOW = 1.04
"""The same for paced requests. They are spread, so a delay lets a few of them arrive late, not a whole burst."""
PACED_TOGETHER = 0.1
"""The part of a paced budget that may go at once, so that whoever wakes late catches up on its turns."""
CATCHING_UP = 1.1
"""How much faster than even the pace may be for a moment; without it, every late turn would be lost for good."""


@dataclass(frozen=True, slots=True)
class Budget:
    """One number that a request counts against: `key` names it, `limit` is requests a second.

    A burst up to the whole number goes at once, for people wait for it. Background work is `paced` instead: spread
    evenly over the second, so that it stays close under its number, and a person's request finds room at any moment.
    """

    key: str
    limit: int
    paced: bool = False

    @property
    def rules(self) -> tuple[tuple[int, float], ...]:
        """At most so many requests within so many seconds; all of them hold."""
        if not self.paced:
            return ((self.limit, WINDOW),)
        together = max(1, int(self.limit * PACED_TOGETHER))
        return ((self.limit, PACED_WINDOW), (together, together * PACED_WINDOW / self.limit / CATCHING_UP))


class Limiter(Protocol):
    def take(self, scope: str, budgets: Sequence[Budget]) -> float:
        """Count one request against every budget, or against none.

        `scope` names account and Region. Answers 0.0 when the request may go now, else the seconds after which
        asking again may help.
        """
        ...
