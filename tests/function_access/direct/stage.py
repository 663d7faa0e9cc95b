"""What the tests of direct access stand on: a function with a role, the environment, and looking at both in AWS."""

import json
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any

import boto3

from audit.record import Actor
from aws import session
from environments.models import Environment, Project
from function_access.direct import giving, services, taking
from function_access.direct.plan import DirectPlan, plan_of
from function_access.models import FunctionGrant
from jobs import lifecycle
from jobs.models import Job, Status
from tests.factories import make_environment, make_link, make_outputs

ACTOR = Actor(name="Sample Person")
VARIABLE = "AUTH_SHOPSAMPLE_USERPOOLID"
SECRET = "sample-secret-of-the-function"
LOGS: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "logs:CreateLogGroup", "Resource": "*"}],
}
BODIES = {giving.KIND: giving.give, taking.KIND: taking.take}

_numbers = count(1)


class WorkerDied(BaseException):
    """Stands for SIGKILL: nothing catches it, nothing is tidied up."""


@cache
def _client(url: str, service: str) -> Any:
    make: Any = boto3.client
    keys = {"aws_access_key_id": "planting", "aws_secret_access_key": "planting"}
    return make(service, region_name="eu-west-1", endpoint_url=url, **keys)


@dataclass
class Stage:
    environment: Environment
    function: str
    role: str
    pool_id: str
    sandbox: Any
    first: Mapping[str, Any] = field(default_factory=dict)
    """What AWS has of function and role before anything is done."""

    def client(self, service: str) -> Any:
        return _client(self.sandbox.url, service)

    def ask_function(self, **wish: Any) -> None:
        body = json.dumps({"function": self.function, **wish}).encode()
        request = urllib.request.Request(f"{self.sandbox.url}/sandbox/functions", data=body, method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    def set_variables(self, **variables: str) -> None:
        self.client("lambda").update_function_configuration(
            FunctionName=self.function, Environment={"Variables": variables}
        )

    def put_policy(self, name: str, document: Mapping[str, Any], role: str = "") -> None:
        self.client("iam").put_role_policy(
            RoleName=role or self.role, PolicyName=name, PolicyDocument=json.dumps(document)
        )

    def variables(self) -> dict[str, str]:
        read = self.client("lambda").get_function_configuration(FunctionName=self.function)
        return dict(read.get("Environment", {}).get("Variables", {}))

    def policies(self, role: str = "") -> dict[str, Any]:
        iam, role = self.client("iam"), role or self.role
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        return {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names}

    def in_aws(self) -> dict[str, Any]:
        read = self.client("lambda").get_function_configuration(FunctionName=self.function)
        for name in ("ResponseMetadata", "RevisionId", "LastModified", "LastUpdateStatus"):
            read.pop(name, None)
        return {"function": read, "policies": self.policies()}

    def plan(self, operations: Sequence[str] = ("read",), breadth: str = "least") -> DirectPlan:
        return plan_of(self.environment, self.function, operations, breadth)

    def start(self, plan: DirectPlan | None = None) -> Job:
        return services.start(environment=self.environment, plan=plan or self.plan(), actor=ACTOR, send=False)

    def start_revoke(self) -> Job:
        return services.revoke(environment=self.environment, function=self.function, actor=ACTOR, send=False)

    def given(self, operations: Sequence[str] = ("read",)) -> Job:
        return succeeded(run(self.start(self.plan(operations))))

    def taken(self) -> Job:
        return succeeded(run(self.start_revoke()))

    @property
    def grant(self) -> FunctionGrant:
        return FunctionGrant.objects.get(environment=self.environment, function=self.function)


def make_role(sandbox: Any, path: str = "/", **more: Any) -> tuple[str, str]:
    """A role with a policy for logs; answers its name and its ARN."""
    name = f"direct-role-{next(_numbers)}"
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam = _client(sandbox.url, "iam")
    made = iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust, **more)["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="logs", PolicyDocument=json.dumps(LOGS))
    return name, made["Arn"]


def make_function(sandbox: Any, role_arn: str) -> str:
    name = f"direct-{next(_numbers)}"
    _client(sandbox.url, "lambda").create_function(
        FunctionName=name,
        Role=role_arn,
        Runtime="python3.13",
        Code={"ZipFile": b"zip"},
        Environment={"Variables": {"API_KEY": SECRET, "TABLE": "orders"}},
    )
    return name


def link(environment: Environment, pool_id: str, **fields: Any) -> None:
    make_link(environment, outputs=make_outputs(user_pool_id=pool_id), **fields)


def make_stage(sandbox: Any, **role: Any) -> Stage:
    pool = _client(sandbox.url, "cognito-idp").create_user_pool(PoolName="direct")["UserPool"]["Id"]
    environment = make_environment()
    link(environment, pool)
    name, arn = make_role(sandbox, **role)
    stage = Stage(environment, make_function(sandbox, arn), name, pool, sandbox)
    stage.ask_function(takes_ms=0)
    stage.first = stage.in_aws()
    return stage


def another_environment(stage: Stage, name: str = "staging") -> Stage:
    """The same function seen from a second environment, which is linked with the same pool."""
    project: Project = stage.environment.project
    environment = make_environment(project, name)
    link(environment, stage.pool_id)
    return Stage(environment, stage.function, stage.role, stage.pool_id, stage.sandbox)


def run(job: Job) -> Job:
    lifecycle.perform(job.pk, BODIES[job.kind], send=False)
    job.refresh_from_db()
    return job


def succeeded(job: Job) -> Job:
    assert job.status == Status.SUCCEEDED, (job.error_words, job.error_next_step, job.error_message)
    return job


def run_again(job: Job) -> Job:
    """What the tick does with the job of a worker that was lost, and the next worker."""
    job.refresh_from_db()
    assert job.status == Status.RUNNING, job.error_words
    assert job.move_to(Status.QUEUED, attempt=job.attempts)
    return run(job)


@contextmanager
def dying(environment: Environment, write: str, how: str) -> Iterator[list[str]]:
    """The next call of `write` ("iam:PutRolePolicy") is the last thing its process does, before or after it is made."""
    service, _, operation = write.partition(":")
    died: list[str] = []

    def die(**_: Any) -> None:
        if not died:
            died.append(write)
            raise WorkerDied

    events: Any = session.client(environment.target, service).meta.events
    event = f"{'before' if how == 'before' else 'after'}-call.{service}.{operation}"
    events.register(event, die)
    try:
        yield died
    finally:
        events.unregister(event, die)
