"""Parameters of an environment: all of them are found, set as Amplify sets them, and deleted in tens."""

import json

import pytest

from aws import environment_parameters
from aws.environment_parameters import StoredParameter
from aws.errors import AccessDenied, AwsError, Rejected, Throttled, Unavailable
from tests.aws.conftest import TARGET, Inject, Sandbox, answer


def refusal(code: str, message: str = "Some words.") -> bytes:
    return json.dumps({"__type": code, "message": message}).encode()


def test_parameters_are_found_on_every_page_and_below_their_path_only(sandbox: Sandbox) -> None:
    for number in range(23):
        environment_parameters.put_parameter(TARGET, f"/amplify/dpaging/dev/AMPLIFY_{number:02}", json.dumps(number))
    environment_parameters.put_parameter(TARGET, "/amplify/dpaging/develop/AMPLIFY_other", '"x"')

    found = list(environment_parameters.iter_parameters(TARGET, "/amplify/dpaging/dev"))

    assert sorted(found, key=lambda one: one.name) == [
        StoredParameter(f"/amplify/dpaging/dev/AMPLIFY_{number:02}", json.dumps(number)) for number in range(23)
    ]
    assert len(sandbox.calls("GetParametersByPath")) == 3
    assert list(environment_parameters.iter_parameters(TARGET, "/amplify/dpaging/none")) == []


def test_values_come_back_as_they_were_and_show_in_no_log() -> None:
    value = '"eu-west-1_Zq3LmN0pA \\u00e4 \\n"'
    environment_parameters.put_parameter(TARGET, "/amplify/dvalues/dev/AMPLIFY_a", value)

    (found,) = environment_parameters.iter_parameters(TARGET, "/amplify/dvalues/dev/")

    assert found.value == value
    assert "Zq3LmN0pA" not in repr(found)


def test_a_parameter_is_set_as_amplify_sets_it_and_again(sandbox: Sandbox) -> None:
    name = "/amplify/dagain/dev/AMPLIFY_a"
    environment_parameters.put_parameter(TARGET, name, "true")
    environment_parameters.put_parameter(TARGET, name, "false")

    described = sandbox.client("ssm").get_parameter(Name=name)["Parameter"]
    assert (described["Value"], described["Type"], described["Version"]) == ("false", "String", 2)


def test_setting_is_repeated_after_a_broken_server(sandbox: Sandbox, no_pauses: list[float]) -> None:
    sandbox.fail("PutParameter", kind="fail", code="InternalServerError", status=500, times=1)

    environment_parameters.put_parameter(TARGET, "/amplify/dlost/dev/AMPLIFY_a", "1")

    assert len(sandbox.calls("PutParameter")) == 2


def test_parameters_are_deleted_in_tens_and_those_gone_are_no_error(sandbox: Sandbox) -> None:
    names = [f"/amplify/ddelete/dev/AMPLIFY_{number}" for number in range(12)]
    for name in names:
        environment_parameters.put_parameter(TARGET, name, "1")

    environment_parameters.delete_parameters(TARGET, [*names, names[0], "/amplify/ddelete/dev/AMPLIFY_none"])
    environment_parameters.delete_parameters(TARGET, names)
    before = len(sandbox.calls("DeleteParameters"))
    environment_parameters.delete_parameters(TARGET, [])

    assert list(environment_parameters.iter_parameters(TARGET, "/amplify/ddelete/dev")) == []
    assert before == len(sandbox.calls("DeleteParameters")) == 4


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ThrottlingException", Throttled),
        ("TooManyUpdates", Throttled),
        ("ParameterLimitExceeded", Rejected),
        ("ParameterMaxVersionLimitExceeded", Rejected),
        ("ValidationException", Rejected),
        ("AccessDeniedException", AccessDenied),
        ("InternalServerError", Unavailable),
    ],
)
def test_an_error_code_becomes_its_kind(
    code: str, kind: type[AwsError], inject: Inject, no_pauses: list[float]
) -> None:
    inject("ssm", "PutParameter", lambda: answer(400, refusal(code)))

    with pytest.raises(AwsError) as caught:
        environment_parameters.put_parameter(TARGET, "/amplify/d1/dev/AMPLIFY_a", "1")

    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.action) == (code, "ssm:PutParameter")


def test_an_account_full_of_parameters_is_told_what_to_do(inject: Inject) -> None:
    inject("ssm", "PutParameter", lambda: answer(400, refusal("ParameterLimitExceeded")))

    with pytest.raises(Rejected) as caught:
        environment_parameters.put_parameter(TARGET, "/amplify/d1/dev/AMPLIFY_a", "1")

    assert "quota" in caught.value.next_step


def test_a_list_cut_off_in_the_middle_is_not_a_short_one(sandbox: Sandbox, no_pauses: list[float]) -> None:
    environment_parameters.put_parameter(TARGET, "/amplify/dcut/dev/AMPLIFY_a", "1")
    sandbox.fail("GetParametersByPath", kind="half_body")

    with pytest.raises(Unavailable):
        list(environment_parameters.iter_parameters(TARGET, "/amplify/dcut/dev"))


def test_a_parameter_without_its_value_is_unavailable(inject: Inject) -> None:
    inject("ssm", "GetParametersByPath", lambda: answer(200, b'{"Parameters": [{"Name": "/amplify/d1/dev/a"}]}'))

    with pytest.raises(Unavailable):
        list(environment_parameters.iter_parameters(TARGET, "/amplify/d1/dev"))
