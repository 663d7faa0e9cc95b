"""Lambda functions: the list, one environment variable among many, and inline policies of a role."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session

from aws import functions, roles, session
from aws.errors import AccessDenied, NotFound, Rejected
from tests.aws.conftest import TARGET, Inject, Sandbox, answer

SECRET = "kept-by-lambda-alone"
POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"}],
}


@pytest.fixture
def name(sandbox: Sandbox) -> Iterator[str]:
    """A function with a secret and two other variables."""
    name = f"fresh-{uuid.uuid4().hex[:8]}"
    sandbox.client("lambda").create_function(
        FunctionName=name,
        Role="arn:aws:iam::123456789012:role/team/fresh",
        Runtime="python3.13",
        Description="Sends mails",
        Code={"ZipFile": b"zip"},
        Environment={"Variables": {"API_KEY": SECRET, "POOL": "old", "TABLE": "orders"}},
    )
    sandbox._control("POST", "functions", {"function": name, "takes_ms": 0})
    yield name
    sandbox.client("lambda").delete_function(FunctionName=name)


@pytest.fixture
def role(sandbox: Sandbox) -> str:
    role = f"fresh-{uuid.uuid4().hex[:8]}"
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    sandbox.client("iam").create_role(RoleName=role, Path="/team/", AssumeRolePolicyDocument=trust)
    return role


def variables_of(sandbox: Sandbox, name: str) -> dict[str, str]:
    read = sandbox.client("lambda").get_function_configuration(FunctionName=name)
    return dict(read.get("Environment", {}).get("Variables", {}))


def changed(name: str, before: str | None, after: str | None) -> bool:
    return functions.change_variables(TARGET, name, before={"POOL": before}, after={"POOL": after})


def test_the_list_goes_to_the_end_and_has_names_of_variables_only(sandbox: Sandbox, name: str) -> None:
    client = sandbox.client("lambda")
    names = [f"{name}-{number:02}" for number in range(51)]
    for one in names:
        client.create_function(FunctionName=one, Role="arn:aws:iam::123456789012:role/x", Code={"ZipFile": b"zip"})
    found = {one.name: one for one in functions.iter_functions(TARGET)}
    for one in names:
        client.delete_function(FunctionName=one)
    assert {name, *names} <= set(found)
    row = found[name]
    assert (row.runtime, row.description, row.variable_names) == (
        "python3.13",
        "Sends mails",
        ("API_KEY", "POOL", "TABLE"),
    )
    assert row.role_arn == "arn:aws:iam::123456789012:role/team/fresh"
    assert row.modified is not None
    assert row.modified.tzinfo is not None
    assert SECRET not in repr(found)
    assert found[names[0]].variable_names == ()


def test_only_the_values_that_are_asked_for_come_out(sandbox: Sandbox, name: str) -> None:
    read = functions.get_with_variables(TARGET, name, ["POOL", "MISSING"])
    assert read.values == {"POOL": "old", "MISSING": None}
    assert SECRET not in repr(read)
    with pytest.raises(NotFound):
        functions.get_function(TARGET, "nobody")


@pytest.mark.parametrize("after", ["new", None, ""])
def test_one_variable_changes_and_all_others_stay(sandbox: Sandbox, name: str, after: str | None) -> None:
    others = {"API_KEY": SECRET, "TABLE": "orders"}
    assert changed(name, "old", after)
    assert variables_of(sandbox, name) == others | ({} if after is None else {"POOL": after})
    before = len(sandbox.calls("UpdateFunctionConfiguration"))
    assert not changed(name, "old", after)
    assert len(sandbox.calls("UpdateFunctionConfiguration")) == before


def test_the_last_variable_can_be_taken_away(sandbox: Sandbox, name: str) -> None:
    sandbox.client("lambda").update_function_configuration(FunctionName=name, Environment={"Variables": {"POOL": "a"}})
    assert changed(name, "a", None)
    assert variables_of(sandbox, name) == {}


def test_a_variable_that_somebody_changed_is_left_alone(sandbox: Sandbox, name: str) -> None:
    with pytest.raises(Rejected) as raised:
        changed(name, "something else", "new")
    assert raised.value.code == "ChangedMeanwhile"
    assert variables_of(sandbox, name)["POOL"] == "old"


def test_a_revision_that_passes_between_reading_and_writing_is_our_error(sandbox: Sandbox, name: str) -> None:
    message = "The Revision Id provided does not match the latest Revision Id."
    sandbox.fail(
        "UpdateFunctionConfiguration", kind="fail", code="PreconditionFailedException", status=412, message=message
    )
    with pytest.raises(Rejected) as raised:
        changed(name, "old", "new")
    assert raised.value.code == "ChangedMeanwhile"
    assert "Look at the new difference" in raised.value.next_step


def test_a_write_whose_answer_was_lost_is_no_conflict_with_itself(
    sandbox: Sandbox, name: str, no_pauses: list[float]
) -> None:
    lost: list[int] = []

    def unheard(request: Any, **_: Any) -> None:
        if not lost:
            lost.append(URLLib3Session(timeout=10).send(request).status_code)
            raise ReadTimeoutError(endpoint_url=request.url)

    events: Any = session.client(TARGET, "lambda").meta.events
    events.register_first("before-send.lambda.UpdateFunctionConfiguration", unheard)
    try:
        # The SDK sends it again, and Lambda refuses the revision that the first one has replaced.
        assert changed(name, "old", "new")
    finally:
        events.unregister("before-send.lambda.UpdateFunctionConfiguration", unheard)
    assert lost == [200]
    assert variables_of(sandbox, name) == {"API_KEY": SECRET, "POOL": "new", "TABLE": "orders"}
    assert [one["status"] for one in sandbox.calls("UpdateFunctionConfiguration")] == [200, 412]


def test_more_than_4_kb_is_refused_before_it_is_sent_and_never_repeated_to_anybody(sandbox: Sandbox, name: str) -> None:
    with pytest.raises(Rejected) as raised:
        changed(name, "old", "x" * 4096)
    assert raised.value.code == "VariablesTooLarge"
    assert not sandbox.calls("UpdateFunctionConfiguration")
    sandbox.fail(
        "UpdateFunctionConfiguration",
        kind="fail",
        code="InvalidParameterValueException",
        message=f'… exceeded the 4KB limit. String measured: {{"API_KEY":"{SECRET}"}}',
    )
    with pytest.raises(Rejected) as refused:
        changed(name, "old", "new")
    assert SECRET not in refused.value.message
    assert "4KB limit" in refused.value.message


@pytest.mark.parametrize("after", ["eu-west-1_longer", "", None, "éß☕"])
@pytest.mark.parametrize("others", [{}, {"A": "1"}, {"A": '"quoted"\n', "B": "ü"}])
@pytest.mark.parametrize("before", [None, "x"])
def test_the_size_afterwards_is_what_lambda_would_measure(
    before: str | None, others: dict[str, str], after: str | None
) -> None:
    def measured(pool: str | None) -> int:
        whole = others | ({} if pool is None else {"POOL": pool})
        return len(json.dumps(whole, separators=(",", ":"), ensure_ascii=False).encode()) if whole else 0

    variables = others | ({} if before is None else {"POOL": before})
    row = {"FunctionName": "f", "FunctionArn": "a", "Role": "r", "Environment": {"Variables": variables}}
    read = functions.FunctionWithVariables(functions.LambdaFunction.from_api(row), {"POOL": before})
    assert read.function.variables_size == measured(before)
    assert read.size_with({"POOL": after}) == measured(after)


def test_variables_that_lambda_cannot_decrypt_are_never_overwritten(sandbox: Sandbox, name: str) -> None:
    sandbox._control("POST", "functions", {"function": name, "undecipherable": True})
    read = functions.get_with_variables(TARGET, name, ["POOL"])
    assert "KMS" in read.function.unreadable
    with pytest.raises(AccessDenied, match="KMS") as raised:
        changed(name, None, "new")
    assert "kms:Decrypt" in raised.value.next_step
    assert not sandbox.calls("UpdateFunctionConfiguration")


def test_no_value_that_lambda_repeats_in_an_error_gets_out(sandbox: Sandbox, name: str) -> None:
    sandbox.fail(
        "UpdateFunctionConfiguration",
        kind="fail",
        code="ValidationException",
        message=f"1 validation error detected: Value '{{API_KEY={SECRET}}}' at 'environment.variables' failed",
    )
    with pytest.raises(Rejected) as raised:
        changed(name, "old", "new")
    assert "'{API_KEY=(hidden)}' at 'environment.variables' failed" in raised.value.message
    assert SECRET not in f"{raised.value!r} {vars(raised.value)}"


def test_an_update_that_is_under_way_is_a_conflict(sandbox: Sandbox, name: str) -> None:
    sandbox._control("POST", "functions", {"function": name, "takes_ms": 60_000})
    assert changed(name, "old", "new")
    assert functions.get_function(TARGET, name).update_status == functions.IN_PROGRESS
    with pytest.raises(Rejected, match="An update is in progress"):
        changed(name, "new", "newer")


def test_inline_policies_are_read_written_and_taken_away(sandbox: Sandbox, role: str) -> None:
    iam = sandbox.client("iam")
    iam.put_role_policy(RoleName=role, PolicyName="theirs", PolicyDocument=json.dumps(POLICY))
    arn = f"arn:aws:iam::123456789012:role/team/{role}"
    assert roles.change_inline_policy(TARGET, arn, "ours", before=None, after=POLICY)
    assert not roles.change_inline_policy(TARGET, arn, "ours", before=None, after=POLICY)
    assert roles.inline_policies(TARGET, arn) == {"ours": POLICY, "theirs": POLICY}
    other = {**POLICY, "Statement": []}
    with pytest.raises(Rejected) as raised:
        roles.change_inline_policy(TARGET, arn, "ours", before=other, after=None)
    assert raised.value.code == "ChangedMeanwhile"
    assert roles.change_inline_policy(TARGET, arn, "ours", before=POLICY, after=None)
    assert roles.policy_or_none(TARGET, arn, "ours") is None
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["theirs"]
    with pytest.raises(NotFound):
        roles.policy_or_none(TARGET, "nobody", "ours")
    assert sandbox.calls("UpdateAssumeRolePolicy") == []


def test_policies_of_every_page_are_read_and_their_size_is_without_white_space(
    sandbox: Sandbox, role: str, inject: Inject
) -> None:
    iam = sandbox.client("iam")
    text = json.dumps(POLICY, indent=12)
    for one in ("first", "second"):
        iam.put_role_policy(RoleName=role, PolicyName=one, PolicyDocument=text)
    pages = iter((("first", "<IsTruncated>true</IsTruncated><Marker>m</Marker>"), ("second", ""), ("gone", "")))

    def page() -> Any:
        name, more = next(pages)
        body = f"<PolicyNames><member>{name}</member></PolicyNames>{more}"
        wrapped = f"<ListRolePoliciesResult>{body}</ListRolePoliciesResult>"
        return answer(200, f"<ListRolePoliciesResponse>{wrapped}</ListRolePoliciesResponse>".encode())

    inject("iam", "ListRolePolicies", page)
    found = roles.inline_policies(TARGET, role)
    assert found == {"first": POLICY, "second": POLICY}
    assert roles.policy_size(found["first"]) == len("".join(text.split()))
    # One that goes between the list and its reading is none.
    assert roles.inline_policies(TARGET, role) == {}


def test_a_role_without_room_says_how_to_make_some(sandbox: Sandbox, role: str) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::" + "x" * 10_300}
    with pytest.raises(Rejected, match="Maximum policy size of 10240 bytes") as raised:
        roles.change_inline_policy(TARGET, role, "big", before=None, after={**POLICY, "Statement": [statement]})
    assert raised.value.next_step == roles.MAKE_ROOM
    read = roles.get_role(TARGET, role)
    assert (read.path, read.boundary_arn) == ("/team/", "")
