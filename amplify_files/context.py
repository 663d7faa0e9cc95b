"""The project and environment a file is written for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from amplify_files.resource_name import resource_name

Frontend = Literal["javascript", "ios", "android", "flutter"]
Kind = Literal["amplify", "standalone"]


@dataclass(frozen=True, kw_only=True)
class EnvironmentStack:
    """The root stack of an Amplify environment (Amplify project format, section 6.2)."""

    region: str
    stack_name: str
    stack_id: str
    deployment_bucket_name: str
    auth_role_name: str
    auth_role_arn: str
    unauth_role_name: str
    unauth_role_arn: str
    amplify_app_id: str


@dataclass(frozen=True, kw_only=True)
class ProjectContext:
    """What a file needs to know besides the linked resources.

    ``stack`` is for Amplify environments only. ``last_push`` must carry a time zone. ``known_resource_name`` is the
    name an existing auth resource already has, which an interactive import may have given a random suffix.
    ``backend_meta`` is the cloud ``amplify-meta.json`` with its keys in file order: the client files of an Amplify
    environment hold every category in it. Its own auth resources are ignored; the linked ones take their place.
    """

    project_name: str
    environment_name: str
    frontend: Frontend = "javascript"
    kind: Kind = "standalone"
    stack: EnvironmentStack | None = None
    last_push: datetime | None = None
    known_resource_name: str = ""
    backend_meta: Mapping[str, Any] | None = field(default=None, hash=False, repr=False)

    @property
    def resource_name(self) -> str:
        """The auth resource's name in the backend files."""
        return self.known_resource_name or resource_name(self.project_name)

    @property
    def last_push_text(self) -> str:
        """The last push as JavaScript writes a date: ISO 8601, UTC, milliseconds; empty before the first push."""
        if self.last_push is None:
            return ""
        if self.last_push.tzinfo is None:
            raise ValueError("The time of the last push needs a time zone.")
        moment = self.last_push.astimezone(UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
