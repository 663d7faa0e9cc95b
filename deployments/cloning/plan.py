"""What a new environment is going to be: reviewed by a person, then made by the job. Frozen, JSON, no secrets. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from auth_import.plan import ImportPlan
from aws.target import AwsTarget


class Resources(StrEnum):
    """Which Cognito resources the new environment gets. The person must choose; nothing is chosen for them."""

    SAME = "same"
    OTHERS = "others"
    NONE = "none"
    SCRATCH = "scratch"
    """As NONE, and then on to the page that makes new ones."""


class Carried(StrEnum):
    """What can come along from the source, each on its own."""

    DATA_MODEL = "data-model"
    FUNCTIONS = "functions"
    GROUPS = "groups"


@dataclass(frozen=True, kw_only=True)
class ClonePlan:
    """`kind` is an `Environment.Kind`. `suffix` are the five hex digits of the root stack's name (Amplify only).

    `auth` is the import that was checked and reviewed for the new environment, None for NONE and SCRATCH.
    `source` is the name of the environment it is cloned from, "" where it is made without one.
    """

    source: str
    name: str
    kind: str
    region: str
    role_arn: str = ""
    external_id: str = ""
    app_id: str = ""
    app_name: str = ""
    suffix: str = ""
    production: bool = False
    resources: Resources
    auth: ImportPlan | None = None
    carried: tuple[Carried, ...] = ()

    @property
    def target(self) -> AwsTarget:
        return AwsTarget(region=self.region, role_arn=self.role_arn, external_id=self.external_id)

    def to_dict(self) -> dict[str, Any]:
        plain = {name: value for name, value in asdict(self).items() if name not in ("auth", "carried")}
        return plain | {
            "resources": str(self.resources),
            "carried": [str(one) for one in self.carried],
            "auth": self.auth.to_dict() if self.auth else None,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        auth = data["auth"]
        changed = {
            "resources": Resources(data["resources"]),
            "carried": tuple(Carried(one) for one in data["carried"]),
            "auth": ImportPlan.from_dict(auth) if auth else None,
        }
        return cls(**{**data, **changed})
