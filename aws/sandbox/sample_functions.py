"""Lambda functions of the sample account that belong to no Amplify backend, each for one thing a page must stand."""

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from moto.iam.models import iam_backends

from aws.sandbox import ids
from aws.sandbox.functions import LARGEST_VARIABLES, Function, FunctionBackend, function_backends
from aws.sandbox.ids import ACCOUNT_ID, HOME_REGION
from aws.sandbox.role_policies import LARGEST as LARGEST_POLICIES

_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
_BOUNDARY = f"arn:aws:iam::{ACCOUNT_ID}:policy/functions-boundary"


@dataclass(frozen=True)
class SampleRole:
    name: str
    path: str = "/"
    boundary: str | None = None
    full: bool = False
    """Whether its inline policies take all the room IAM gives them."""


@dataclass(frozen=True)
class SampleFunction:
    name: str
    role: SampleRole
    description: str = ""
    runtime: str = "nodejs22.x"
    variables: Mapping[str, str] = field(default_factory=dict)
    full: bool = False
    """Whether its environment variables take all the room Lambda gives them."""
    undecipherable: bool = False


_CUSTOMERS = SampleRole("customers-functions", boundary=_BOUNDARY)

FUNCTIONS: Sequence[SampleFunction] = (
    SampleFunction(
        "order-confirmation",
        SampleRole("order-confirmation-role-4f1c9a2e", path="/service-role/"),
        description="Sends the confirmation of an order",
        variables={"ORDERS_TABLE": "orders", "SENDER": "shop@example.com", "MAIL_API_KEY": "sample-secret-mail-key"},
    ),
    SampleFunction(
        "customer-sync",
        _CUSTOMERS,
        description="Copies new customers into the newsletter",
        runtime="python3.13",
        variables={"LIST": "newsletter"},
    ),
    SampleFunction("customer-export", _CUSTOMERS, runtime="python3.13", variables={"BUCKET": "exports-sample"}),
    SampleFunction(
        "monthly-invoice-run",
        SampleRole("monthly-invoice-run"),
        description="Its environment variables take all of Lambda’s 4 KB",
        full=True,
    ),
    SampleFunction(
        "partner-webhook",
        SampleRole("partner-webhook", full=True),
        description="The inline policies of its role take all of IAM’s 10,240 characters",
        runtime="java21",
    ),
    SampleFunction(
        "a-function-whose-name-takes-all-of-the-64-characters-of-a-lambda",
        SampleRole("a-role-whose-name-takes-all-of-the-64-characters-that-iam-allows"),
        description="A name as long as they come",
    ),
    SampleFunction(
        "payment-tokens",
        SampleRole("payment-tokens"),
        description="Encrypted with a key the console may not use",
        undecipherable=True,
        variables={"VAULT": "sample-secret-vault"},
    ),
)


def seed_functions() -> None:
    """Plant what is missing, in the home Region; what is there stays as it is."""
    backend: FunctionBackend = function_backends[ACCOUNT_ID][HOME_REGION]
    for number, sample in enumerate(FUNCTIONS):
        if sample.name in backend.functions:
            continue
        _plant_role(sample.role)
        arn = f"arn:aws:iam::{ACCOUNT_ID}:role{sample.role.path}{sample.role.name}"
        variables = _filled(sample) if sample.full else dict(sample.variables)
        function: Function = backend.create(
            sample.name, arn, variables or None, Runtime=sample.runtime, Description=sample.description
        )
        function.revision = ids.revision_id(sample.name)
        function.modified = datetime.datetime(2025, 2, 3, 9, 15) + datetime.timedelta(days=17 * number)
        if sample.undecipherable:
            function.undecipherable = True
            function.settings["KMSKeyArn"] = (
                f"arn:aws:kms:{HOME_REGION}:{ACCOUNT_ID}:key/11111111-2222-4333-8444-555555555555"
            )


def _filled(sample: SampleFunction) -> dict[str, str]:
    """Twenty variables that are, as one JSON text, exactly as long as Lambda allows."""
    variables = {f"INVOICE_TEMPLATE_{number:02}": "sample " * 20 for number in range(20)}
    room = LARGEST_VARIABLES - len(json.dumps(variables, separators=(",", ":")))
    return {**variables, "INVOICE_TEMPLATE_19": variables["INVOICE_TEMPLATE_19"] + "x" * room}


def _plant_role(role: SampleRole) -> None:
    iam = iam_backends[ACCOUNT_ID]["aws"]
    if any(known.name == role.name for known in iam.get_roles()):
        return
    made = iam.create_role(role.name, _TRUST, role.path, role.boundary, "Planted with the sample account", [], "3600")
    logs = _policy("logs:CreateLogGroup", "arn:aws:logs:*:*:*")
    made.put_policy("logs", json.dumps(logs))
    if role.full:
        tables = _policy("dynamodb:GetItem", "")
        room = LARGEST_POLICIES - len(_compact(logs)) - len(_compact(tables))
        table = f"arn:aws:dynamodb:{HOME_REGION}:{ACCOUNT_ID}:table/"
        made.put_policy("tables", json.dumps(_policy("dynamodb:GetItem", table + "x" * (room - len(table)))))


def _policy(action: str, resource: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": [action], "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _compact(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"))
