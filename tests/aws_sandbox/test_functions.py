"""Lambda's configuration calls, and inline policies of roles, through boto3's own clients."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from aws.sandbox.sample_functions import FUNCTIONS
from tests.aws_sandbox.conftest import Control
from tests.aws_sandbox.refusals import refused

ROLE = "arn:aws:iam::123456789012:role/anything"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}


@pytest.fixture
def functions(connect: Any) -> Any:
    return connect("lambda")


@pytest.fixture
def iam(connect: Any) -> Any:
    return connect("iam")


@pytest.fixture
def name(functions: Any, control: Control) -> Iterator[str]:
    """A function with two environment variables, whose updates take no time."""
    name = f"fresh-{uuid.uuid4().hex[:8]}"
    functions.create_function(
        FunctionName=name,
        Role=ROLE,
        Runtime="python3.13",
        Handler="index.handler",
        Code={"ZipFile": b"zip"},
        Environment={"Variables": {"ONE": "1", "TWO": "2"}},
    )
    control.ask("POST", "/sandbox/functions", {"function": name, "takes_ms": 0})
    yield name
    functions.delete_function(FunctionName=name)


def test_an_update_replaces_all_variables_and_leaves_the_rest(functions: Any, name: str) -> None:
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": {"THREE": "3"}})
    after = functions.get_function_configuration(FunctionName=name)
    assert after["Environment"] == {"Variables": {"THREE": "3"}}
    assert (after["Runtime"], after["Role"]) == ("python3.13", ROLE)


def test_a_revision_that_has_passed_is_refused(functions: Any, name: str) -> None:
    before = functions.get_function_configuration(FunctionName=name)["RevisionId"]
    change = {"FunctionName": name, "RevisionId": before}
    assert functions.update_function_configuration(**change, Description="new")["RevisionId"] != before
    with refused("PreconditionFailedException", "does not match the latest Revision Id"):
        functions.update_function_configuration(**change, Description="newer")
    with refused("ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-west-1:"):
        functions.update_function_configuration(FunctionName="nobody", Description="x")


def test_an_update_is_in_progress_for_a_while_and_ends_in_a_new_revision(
    functions: Any, name: str, control: Control
) -> None:
    control.ask("POST", "/sandbox/functions", {"function": name, "takes_ms": 60_000})
    made = functions.update_function_configuration(FunctionName=name, Description="new")
    assert made["LastUpdateStatus"] == "InProgress"
    with refused("ResourceConflictException", "An update is in progress"):
        functions.update_function_configuration(FunctionName=name, Description="newer")
    control.ask("POST", "/sandbox/functions", {"function": name, "takes_ms": 0, "settle": True})
    ended = functions.get_function_configuration(FunctionName=name)
    assert (ended["LastUpdateStatus"], ended["Description"]) == ("Successful", "new")
    assert ended["RevisionId"] != made["RevisionId"]
    control.ask("POST", "/sandbox/functions", {"function": name, "fails": "The subnet is full."})
    functions.update_function_configuration(FunctionName=name, Description="newest")
    failed = functions.get_function_configuration(FunctionName=name)
    assert (failed["LastUpdateStatus"], failed["LastUpdateStatusReason"]) == ("Failed", "The subnet is full.")


def test_all_variables_together_take_4_kb_at_most_and_none_is_lambda_s_own(functions: Any, name: str) -> None:
    def set_to(length: int) -> None:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": {"A": "x" * length}})

    # The limit is about the variables as JSON: `{"A":""}` are eight bytes of it.
    with refused("InvalidParameterValueException", 'exceeded the 4KB limit. String measured: {"A":"xxx'):
        set_to(4096 - 7)
    set_to(4096 - 8)
    with refused("InvalidParameterValueException", "reserved keys that are currently not supported for modification"):
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": {"AWS_REGION": "x"}})


def test_functions_come_in_pages_of_fifty_without_how_their_updates_went(functions: Any, name: str) -> None:
    names = [f"{name}-{number:02}" for number in range(50)]
    for one in names:
        functions.create_function(FunctionName=one, Role=ROLE, Code={"ZipFile": b"zip"})
    first = functions.list_functions(MaxItems=1000)
    assert len(first["Functions"]) == 50
    every = [one for page in functions.get_paginator("list_functions").paginate() for one in page["Functions"]]
    assert {name, *names} <= {one["FunctionName"] for one in every}
    assert not [one for one in every if "LastUpdateStatus" in one]
    with refused("InvalidParameterValueException"):
        functions.list_functions(Marker="garbage")
    with refused("ResourceConflictException", "already exist"):
        functions.create_function(FunctionName=name, Role=ROLE, Code={"ZipFile": b"zip"})
    for one in names:
        functions.delete_function(FunctionName=one)


def test_variables_of_an_encrypted_function_are_an_error_in_their_place(functions: Any) -> None:
    read = functions.get_function_configuration(FunctionName="payment-tokens")["Environment"]
    assert read["Error"]["ErrorCode"] == "AccessDeniedException"
    assert "Variables" not in read


def test_inline_policies_of_a_role_have_10240_characters_together(iam: Any) -> None:
    role = f"fresh-{uuid.uuid4().hex[:8]}"
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(POLICY | {"Statement": []}))

    def put(name: str, length: int) -> None:
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        statement["Resource"] += "x" * (length - len(json.dumps(document, separators=(",", ":"))))
        # White space does not count.
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document, indent=8))

    put("one", 10_000)
    put("two", 240)
    with refused("LimitExceeded", f"Maximum policy size of 10240 bytes exceeded for role {role}"):
        put("two", 241)
    put("one", 9_000)
    put("two", 241)
    for number in range(3):
        iam.put_role_policy(RoleName=role, PolicyName=f"n{number}", PolicyDocument=json.dumps(POLICY))
    page = iam.list_role_policies(RoleName=role, MaxItems=2)
    assert (page["PolicyNames"], page["IsTruncated"]) == (["n0", "n1"], True)
    rest = iam.list_role_policies(RoleName=role, Marker=page["Marker"])
    assert (rest["PolicyNames"], rest["IsTruncated"]) == (["n2", "one", "two"], False)


def test_a_role_that_is_linked_to_a_service_keeps_its_policies(iam: Any) -> None:
    name = iam.create_service_linked_role(AWSServiceName="lex.amazonaws.com", CustomSuffix=uuid.uuid4().hex[:6])
    role = name["Role"]["RoleName"]
    with refused("UnmodifiableEntity", "only modifiable by AWS"):
        iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=json.dumps(POLICY))


def test_the_sample_account_has_functions_at_every_limit(functions: Any, iam: Any) -> None:
    found = {
        one["FunctionName"]: one
        for page in functions.get_paginator("list_functions").paginate()
        for one in page["Functions"]
    }
    assert {sample.name for sample in FUNCTIONS} <= set(found)
    full = found["monthly-invoice-run"]["Environment"]["Variables"]
    assert len(json.dumps(full, separators=(",", ":"))) == 4096
    with refused("LimitExceeded"):
        iam.put_role_policy(RoleName="partner-webhook", PolicyName="one-more", PolicyDocument=json.dumps(POLICY))
    assert found["customer-sync"]["Role"] == found["customer-export"]["Role"]
    assert max(len(name) for name in found) == 64
