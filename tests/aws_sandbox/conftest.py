"""One sandbox with the sample account for all tests of this folder; each test makes what it changes."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from aws.sandbox.server import running


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    with running() as url:
        yield url


@pytest.fixture(scope="session")
def connect(sandbox_url: str) -> Callable[..., Any]:
    """A boto3 client of the sandbox for a service; clients are kept, for making one takes a tenth of a second."""
    # The service is known at run time only, which boto3's types cannot follow.
    session: Any = boto3.Session("AKIASAMPLESAMPLESAMP", "sample", region_name="eu-west-1")
    made: dict[tuple[str, str], Any] = {}

    def client(service: str, region: str = "eu-west-1") -> Any:
        if (service, region) not in made:
            made[service, region] = session.client(
                service, region_name=region, endpoint_url=sandbox_url, config=Config(retries={"total_max_attempts": 1})
            )
        return made[service, region]

    return client


@pytest.fixture
def cognito(connect: Callable[..., Any]) -> Any:
    return connect("cognito-idp")


@pytest.fixture
def identity(connect: Callable[..., Any]) -> Any:
    return connect("cognito-identity")


@pytest.fixture
def pool_id(cognito: Any) -> Iterator[str]:
    """The id of a fresh user pool with everything at its default."""
    pool = cognito.create_user_pool(PoolName="fresh")["UserPool"]["Id"]
    yield pool
    cognito.delete_user_pool(UserPoolId=pool)
