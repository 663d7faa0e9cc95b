"""The pretend AWS account of the benchmarks: a process of its own, so that it shares no interpreter lock with us."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from aws.sandbox import ids
from aws.sandbox.recipes import GOOD_CLIENT, GOOD_POOL, GOOGLE, OAUTH, merged, trust_policy
from benchmarks.calls import Call

ROOT = Path(__file__).resolve().parent.parent
REGION = ids.HOME_REGION
USER_POOLS, IDENTITY_POOLS, APP_CLIENTS, FUNCTIONS = 70, 60, 40, 60
AT_ONCE = 4
URL, CHOSEN = "BENCHMARK_AWS_URL", "BENCHMARK_AWS_CHOSEN"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an import in this account chooses: hosted UI and one social provider on both clients."""

    user_pool_id: str
    web_client_id: str
    native_client_id: str
    identity_pool_id: str


@dataclass(frozen=True, slots=True)
class Account:
    """A running account at `url`. The benchmarks reach it as any AWS endpoint, and its control surface beside that."""

    url: str
    chosen: Chosen

    def environment(self) -> dict[str, str]:
        """Variables for a process that shall talk to this account and to nothing else."""
        return {**_sdk_environment(self.url), URL: self.url, CHOSEN: json.dumps(asdict(self.chosen))}

    @classmethod
    def of_this_process(cls) -> "Account":
        """The account whose variables this process was started with."""
        return cls(url=os.environ[URL], chosen=Chosen(**json.loads(os.environ[CHOSEN])))

    def control(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/sandbox/{path}", data=data, method=method)  # noqa: S310  (ours)
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    def delay_every_call(self, milliseconds: float) -> None:
        """From now on every call waits that long before anything else happens to it; 0 ends the waiting."""
        self.control("DELETE", "faults")
        if milliseconds:
            self.control("POST", "faults", {"delay_ms": milliseconds})

    def forget_calls(self) -> None:
        self.control("DELETE", "calls")

    def calls(self) -> list[Call]:
        """The account's own record of what it was asked since `forget_calls`."""
        return [Call.from_log(row) for row in self.control("GET", "calls")["calls"]]


def _sdk_environment(url: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


@contextmanager
def running(environment: Mapping[str, str]) -> Iterator[Account]:
    """The account, filled, until the block ends. `environment` is the process's, its AWS variables left out."""
    process = subprocess.Popen(
        [sys.executable, "-m", "aws.sandbox", "--port", "0", "--empty"],
        cwd=ROOT,
        env=dict(environment),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line.startswith("Sandbox AWS: "):
            raise RuntimeError(f"The pretend account did not start: {line!r}")
        url = line.removeprefix("Sandbox AWS: ").strip()
        account = Account(url=url, chosen=_fill(url))
        # More people than two pages of the list hold.
        account.control("POST", "users", {"pool": account.chosen.user_pool_id, "count": 150})
        yield account
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


def _fill(url: str) -> Chosen:
    """70 user pools, 60 identity pools, 40 clients in one of the pools, 60 functions, over HTTP as anybody would."""
    session = boto3.Session(aws_access_key_id="benchmark", aws_secret_access_key="benchmark", region_name=REGION)  # noqa: S106
    config = Config(max_pool_connections=AT_ONCE)

    def client(service: Any) -> Any:
        return session.client(service, endpoint_url=url, config=config)

    cognito, identity, iam = client("cognito-idp"), client("cognito-identity"), client("iam")

    def user_pool(number: int) -> str:
        made = cognito.create_user_pool(PoolName=f"team-{number:02}-customers", **GOOD_POOL)
        return str(made["UserPool"]["Id"])

    with ThreadPoolExecutor(AT_ONCE) as threads:
        pools = list(threads.map(user_pool, range(USER_POOLS)))
        # Not the first of the list and not the last: somebody looked for it.
        pool = pools[USER_POOLS // 2]
        cognito.create_user_pool_domain(UserPoolId=pool, Domain="benchmark-shop")
        cognito.create_identity_provider(
            UserPoolId=pool,
            ProviderName=GOOGLE.name,
            ProviderType=GOOGLE.kind,
            ProviderDetails=dict(GOOGLE.details),
            AttributeMapping=dict(GOOGLE.mapping),
        )
        cognito.create_group(UserPoolId=pool, GroupName="Editors", Precedence=1)
        settings = merged(GOOD_CLIENT, OAUTH, {"SupportedIdentityProviders": ["COGNITO", GOOGLE.name]})

        def app_client(number: int) -> str:
            name = {0: "shop-web", 1: "shop-mobile"}.get(number, f"partner-{number:02}")
            made = cognito.create_user_pool_client(
                UserPoolId=pool, ClientName=name, GenerateSecret=number % 3 == 1, **settings
            )
            return str(made["UserPoolClient"]["ClientId"])

        clients = list(threads.map(app_client, range(APP_CLIENTS)))

        def identity_pool(number: int) -> str:
            mine = number == IDENTITY_POOLS // 2
            trusted = pool if mine else pools[number]
            made = identity.create_identity_pool(
                IdentityPoolName=f"team_{number:02}_identity",
                AllowUnauthenticatedIdentities=True,
                CognitoIdentityProviders=[
                    {
                        "ProviderName": f"cognito-idp.{REGION}.amazonaws.com/{trusted}",
                        "ClientId": one,
                        "ServerSideTokenCheck": True,
                    }
                    for one in (clients[:2] if mine else [ids.client_id(f"benchmark {number}")])
                ],
            )
            return str(made["IdentityPoolId"])

        identity_pool_id = list(threads.map(identity_pool, range(IDENTITY_POOLS)))[IDENTITY_POOLS // 2]
    roles = {}
    for kind in ("authenticated", "unauthenticated"):
        policy = trust_policy(kind, "right", identity_pool_id, "")
        made = iam.create_role(RoleName=f"shop-{kind}", AssumeRolePolicyDocument=policy)
        roles[kind] = made["Role"]["Arn"]
    identity.set_identity_pool_roles(IdentityPoolId=identity_pool_id, Roles=roles)
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = iam.create_role(RoleName="orders", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    for name in ("order-confirmation", *(f"orders-{number:02}" for number in range(1, FUNCTIONS))):
        client("lambda").create_function(FunctionName=name, Role=role, Code={"ZipFile": b"zip"})
    return Chosen(
        user_pool_id=pool, web_client_id=clients[0], native_client_id=clients[1], identity_pool_id=identity_pool_id
    )
