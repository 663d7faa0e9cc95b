"""A backend that lies in a bucket of the pretend account: all that the pages about functions read of it."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from auth_import.models import CognitoLink
from environments.models import Environment
from tests.auth_import.planted import Account
from tests.backend_state.backends import Parts, add_functions
from tests.backend_state.samples import POOL_ID
from tests.backend_state.zips import streamed
from tests.factories import make_environment, make_link, make_outputs, make_project

ZIP = "#current-cloud-backend.zip"
_numbers = count(1)


@dataclass(frozen=True)
class InBucket:
    environment: Environment
    s3: Any

    @property
    def link(self) -> CognitoLink:
        return CognitoLink.objects.select_related("environment__project").get(environment=self.environment)

    def write(self, body: bytes) -> None:
        self.s3.put_object(Bucket=self.environment.deployment_bucket, Key=ZIP, Body=body)


def functions(*, linked: bool = True, change: Callable[[Parts], object] = lambda _: None) -> bytes:
    """The archive: `report` without access and, when auth is linked, `admins` with what the CLI gave it."""
    parts = Parts(linked=linked)
    add_functions(parts)
    change(parts)
    return streamed(parts.all())


def planted(url: str, *, linked: bool = True, pushed: bool = True, body: bytes = b"") -> InBucket:
    """An Amplify environment of a project of its own, linked to the pool that its backend has imported."""
    account, number = Account(url), next(_numbers)
    bucket = f"functions-of-{number}"
    s3 = account.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    environment = make_environment(
        make_project(f"Shop {number}"),
        "dev",
        kind="amplify",
        app_id="d2examplexyz01",
        app_name="shop",
        stack_name="amplify-shop-dev-3f2a1",
        deployment_bucket=bucket,
    )
    make_link(environment, outputs=make_outputs(user_pool_id=POOL_ID), pushed=pushed)
    made = InBucket(environment, s3)
    made.write(body or functions(linked=linked))
    return made
