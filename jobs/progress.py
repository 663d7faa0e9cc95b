"""How far a job has come, and when it will be done, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_ESTIMATE_AFTER = 3.0
"""Seconds of work before which a rate would only be a guess."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` things (None: nobody knows how many), at `per_second` of late (0.0: not known)."""

    done: int
    total: int | None = None
    per_second: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        if self.total is None or not self.per_second:
            return None
        return max(0, self.total - self.done) / self.per_second

    @property
    def maximum(self) -> int:
        return max(self.total or 0, self.done, 1)

    @property
    def words(self) -> str:
        """ "3,200 of 10,000, about 5 min left"."""
        if self.total is None:
            return f"{self.done:,} so far"
        text = f"{self.done:,} of {self.total:,}"
        left = self.seconds_left
        return text if left is None or self.done >= self.total else f"{text}, {about(left)} left"

    def as_json(self) -> dict[str, int | float | None]:
        left = self.seconds_left
        return {
            "done": self.done,
            "total": self.total,
            "per_second": round(self.per_second, 2),
            "seconds_left": None if left is None else round(left),
        }


def about(seconds: float) -> str:
    """A duration nobody should take to the second: "a few seconds", "about 40 s", "about 5 min", "about 2 h 10 min"."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 55:
        return f"about {round(seconds / 10) * 10} s"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"about {minutes} min"
    hours, rest = divmod(minutes if minutes < 600 else round(minutes / 60) * 60, 60)
    return f"about {hours} h {rest} min" if rest else f"about {hours} h"


def measured(
    *, done: int, total: int | None, since: datetime | None, since_done: int, now: datetime | None
) -> Progress:
    """The progress, with the rate of the work between `since` and `now` (None: not at work)."""
    seconds = (now - since) / timedelta(seconds=1) if since and now else 0.0
    rate = (done - since_done) / seconds if seconds >= FIRST_ESTIMATE_AFTER else 0.0
    return Progress(done, total, max(0.0, rate))
