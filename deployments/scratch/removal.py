"""What somebody confirmed to be removed."""

from dataclasses import dataclass
from typing import Any

from jobs.models import Job


@dataclass(frozen=True, slots=True)
class Removal:
    """What was confirmed, as the job's payload keeps it. `origin` is the first job's id, which retries keep."""

    stack: str
    pool: str
    pool_name: str
    identity_pool: str = ""
    export: bool = False
    unprotect: bool = False
    origin: str = ""

    def as_payload(self) -> dict[str, Any]:
        return {key: getattr(self, key) for key in self.__slots__}

    @classmethod
    def of(cls, job: Job) -> "Removal":
        return cls(**{key: job.payload[key] for key in cls.__slots__})
