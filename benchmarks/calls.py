"""Reading a log of AWS calls: what was asked twice, what waited for what, how many fell into one second. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the account saw it: `start` and `end` are seconds, `digest` is the same for the same parameters."""

    service: str
    operation: str
    digest: str
    start: float
    end: float

    @classmethod
    def from_log(cls, row: Mapping[str, Any]) -> "Call":
        return cls(row["service"], row["operation"], row["digest"], row["start"], row["end"])

    @property
    def seconds(self) -> float:
        return self.end - self.start


class WrongDependency(Exception):
    """The log contradicts what was declared about which call waits for which."""


def repeated(calls: Iterable[Call]) -> list[str]:
    """Operations that were asked more than once with the same parameters, in alphabetical order."""
    asked = Counter((call.service, call.operation, call.digest) for call in calls)
    return sorted({operation for (_, operation, _), times in asked.items() if times > 1})


def longest_chain(calls: Sequence[Call], needs: Mapping[str, Sequence[str]]) -> list[Call]:
    """The calls, first to last, of the dependent chain that took the longest, by the account's own clock.

    `needs` says of every operation in the log which operations' answers its parameters come from; a call is taken to
    wait for all calls of those operations. Raises WrongDependency when an operation is not declared, or when a call
    began before one it is declared to wait for had ended: then it cannot have needed it.
    """
    for call in calls:
        if call.operation not in needs:
            raise WrongDependency(f"{call.operation} is in the log, and nothing is declared about it.")
    best: dict[int, list[Call]] = {}

    def chain_to(index: int, above: tuple[str, ...] = ()) -> list[Call]:
        call = calls[index]
        if call.operation in above:
            raise WrongDependency(f"{call.operation} is declared to wait for itself.")
        if index not in best:
            before: list[Call] = []
            for other, earlier in enumerate(calls):
                if earlier.operation not in needs[call.operation]:
                    continue
                if earlier.end > call.start:
                    raise WrongDependency(f"{call.operation} began before {earlier.operation} had ended.")
                before = max(before, chain_to(other, (*above, call.operation)), key=seconds_of)
            best[index] = [*before, call]
        return best[index]

    return max((chain_to(index) for index in range(len(calls))), key=seconds_of, default=[])


def seconds_of(chain: Iterable[Call]) -> float:
    return sum(call.seconds for call in chain)


def most_in_window(starts: Iterable[float], window: float = 1.0) -> int:
    """The greatest number of moments in any stretch of `window` seconds; the stretch holds its beginning, not its end.

    Every such stretch that holds the most of them can be moved until it begins with one of them, so only those count.
    """
    moments = sorted(starts)
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


def covered(stretches: Iterable[tuple[float, float]]) -> float:
    """Seconds in which at least one of the stretches (beginning, end) was going on."""
    total, reached = 0.0, float("-inf")
    for beginning, end in sorted(stretches):
        total += max(0.0, end - max(beginning, reached))
        reached = max(reached, end)
    return total
