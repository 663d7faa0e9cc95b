"""One sandbox with the sample account for all tests of this folder; each test makes what it changes."""

import json
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from aws.sandbox.catalogue import scenario
from aws.sandbox.server import running
from tests.aws_sandbox.templates import API, BUCKET, CAPABILITIES, root, text, values


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


class Control:
    """The control surface only the sandbox has."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._url}{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def fault(self, **fault: Any) -> None:
        self.ask("POST", "/sandbox/faults", fault)

    def stack(self, name: str, **asked: Any) -> None:
        self.ask("POST", "/sandbox/stacks", {"stack": name, **asked})

    def calls(self) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = self.ask("GET", "/sandbox/calls")["calls"]
        return calls


@pytest.fixture
def control(sandbox_url: str) -> Iterator[Control]:
    control = Control(sandbox_url)
    control.ask("DELETE", "/sandbox/calls")
    yield control
    control.ask("DELETE", "/sandbox/faults")
    control.ask("DELETE", "/sandbox/stacks")


@pytest.fixture
def s3(connect: Callable[..., Any]) -> Any:
    return connect("s3")


@pytest.fixture
def cloudformation(connect: Callable[..., Any]) -> Any:
    return connect("cloudformation")


@pytest.fixture
def stack(cloudformation: Any, s3: Any) -> Iterator[str]:
    """The name of a fresh root stack with a nested API that has the good pool."""
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket=BUCKET, Key="amplify-cfn-templates/api.json", Body=text(API))
    cloudformation.create_stack(
        StackName="fresh",
        TemplateBody=text(root("fresh")),
        Parameters=values(Pool=scenario("good").pool_id),
        Capabilities=CAPABILITIES,
    )
    yield "fresh"
    cloudformation.delete_stack(StackName="fresh")
    for listed in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=listed["Key"])
    s3.delete_bucket(Bucket=BUCKET)


Deploy = Callable[..., str]


@pytest.fixture
def deploy(cloudformation: Any, cognito: Any) -> Iterator[Deploy]:
    """Makes a stack of a template and answers its id; it is deleted afterwards, protected or not."""
    made: list[str] = []

    def make(template: dict[str, Any], **more: Any) -> str:
        name = f"auth-{uuid.uuid4().hex[:8]}"
        made.append(
            cloudformation.create_stack(StackName=name, TemplateBody=text(template), Capabilities=CAPABILITIES, **more)[
                "StackId"
            ]
        )
        return made[-1]

    yield make
    for stack in made:
        for row in cloudformation.list_stack_resources(StackName=stack)["StackResourceSummaries"]:
            there = row["ResourceStatus"] not in ("DELETE_COMPLETE", "DELETE_SKIPPED")
            if there and row["ResourceType"] == "AWS::Cognito::UserPool":
                cognito.update_user_pool(UserPoolId=row["PhysicalResourceId"], DeletionProtection="INACTIVE")
        cloudformation.delete_stack(StackName=stack)
        (gone,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
        assert gone["StackStatus"] == "DELETE_COMPLETE"
