"""What a benchmark says: what it measured, on what, the figure, the target, and whether it is met."""

import json
import os
import platform
import resource
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


class Broken(Exception):
    """The benchmark could not measure what it claims to measure; the text says why."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One figure. `target` is the most it may be, None where it is only told; `details` are shown beside it."""

    what: str
    on: str
    figure: float
    unit: str
    target: float | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        return None if self.target is None else self.figure <= self.target

    @property
    def verdict(self) -> str:
        return {None: "no target", True: "met", False: "MISSED"}[self.met]

    def as_text(self) -> str:
        target = "" if self.target is None else f" (at most {_number(self.target)} {self.unit})"
        lines = [
            self.what,
            f"  on      {self.on}",
            f"  figure  {_number(self.figure)} {self.unit}{target}: {self.verdict}",
        ]
        lines += [f"          {name}: {_shown(value)}" for name, value in self.details.items()]
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Measurement":
        return cls(**{key: value for key, value in data.items() if key != "met"})


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_shown(one) for one in value)
    return str(value)


def median(values: Iterable[float]) -> float:
    return float(statistics.median(values))


def machine() -> dict[str, Any]:
    """The machine in words that identify nobody. A load above the number of cores means that others work on it too."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def processor_seconds() -> tuple[float, float] | None:
    """Seconds the processors have worked: for everybody, and for this process and those it has seen end.

    None where the system does not tell.
    """
    try:
        fields = [int(one) for one in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    except (OSError, ValueError):
        return None
    # user nice system idle iowait irq softirq steal: what others on the same hardware take is work as well.
    everybody = (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")
    ours = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return everybody, ours


def used_by_others(before: tuple[float, float], after: tuple[float, float], seconds: float, cores: int) -> float:
    """The share of the processors, 0 to 1, that others used meanwhile."""
    others = (after[0] - before[0]) - (after[1] - before[1])
    return min(1.0, max(0.0, others / (seconds * cores)))


def write(path: Path, measurements: Sequence[Measurement], facts: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {**facts, "measurements": [one.as_json() for one in measurements]}
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def read(path: Path) -> list[Measurement]:
    return [Measurement.from_json(row) for row in json.loads(path.read_text(encoding="utf-8"))["measurements"]]
