"""Systems Manager's Parameter Store, through boto3's own client."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.aws_sandbox.refusals import refused

PATH = "/amplify/dfresh/dev"


@pytest.fixture
def ssm(connect: Any) -> Any:
    return connect("ssm")


@pytest.fixture
def names(ssm: Any) -> Iterator[list[str]]:
    names = [f"{PATH}/AMPLIFY_auth_shop_{number:02}" for number in range(13)]
    for name in names:
        ssm.put_parameter(Name=name, Value='"value"', Type="String", Tier="Standard", Overwrite=True)
    yield names
    for start in range(0, len(names), 10):
        ssm.delete_parameters(Names=names[start : start + 10])


def test_parameters_below_a_path_come_in_pages_of_ten_at_most(ssm: Any, names: list[str]) -> None:
    ssm.put_parameter(Name=f"{PATH}/deeper/one", Value="x", Type="String")
    first = ssm.get_parameters_by_path(Path=f"{PATH}/")
    second = ssm.get_parameters_by_path(Path=PATH, NextToken=first["NextToken"])
    assert "NextToken" not in second
    assert [len(page["Parameters"]) for page in (first, second)] == [10, 3]
    assert [one["Name"] for page in (first, second) for one in page["Parameters"]] == names
    assert len(ssm.get_parameters_by_path(Path=PATH, MaxResults=4)["Parameters"]) == 4
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=PATH, Recursive=True)
    assert sum(len(page["Parameters"]) for page in pages) == 14
    ssm.delete_parameter(Name=f"{PATH}/deeper/one")
    assert ssm.get_parameters_by_path(Path="/amplify/nothing")["Parameters"] == []
    with refused("ValidationException", "less than or equal to 10"):
        ssm.get_parameters_by_path(Path=PATH, MaxResults=11)
    with refused("InvalidNextToken"):
        ssm.get_parameters_by_path(Path=PATH, NextToken="garbage")
    with refused("ValidationException", "forward slash"):
        ssm.get_parameters_by_path(Path="amplify")


def test_a_parameter_is_overwritten_only_if_asked(ssm: Any, names: list[str]) -> None:
    with refused("ParameterAlreadyExists", "To overwrite this value"):
        ssm.put_parameter(Name=names[0], Value="new", Type="String")
    answer = ssm.put_parameter(Name=names[0], Value="new", Type="String", Overwrite=True)
    assert (answer["Version"], answer["Tier"]) == (2, "Standard")
    parameter = ssm.get_parameter(Name=names[0])["Parameter"]
    assert (parameter["Value"], parameter["Type"], parameter["Version"]) == ("new", "String", 2)
    assert parameter["ARN"] == f"arn:aws:ssm:eu-west-1:123456789012:parameter{names[0]}"


def test_names_that_are_not_there_are_told(ssm: Any, names: list[str]) -> None:
    absent = f"{PATH}/absent"
    answer = ssm.get_parameters(Names=[names[1], absent])
    assert [one["Name"] for one in answer["Parameters"]] == [names[1]]
    assert answer["InvalidParameters"] == [absent]
    deleted = ssm.delete_parameters(Names=[names[1], absent])
    assert (deleted["DeletedParameters"], deleted["InvalidParameters"]) == ([names[1]], [absent])
    for call in (ssm.get_parameter, ssm.delete_parameter):
        with refused("ParameterNotFound"):
            call(Name=absent)


def test_ten_names_at_once_are_the_most(ssm: Any, names: list[str]) -> None:
    for call in (ssm.get_parameters, ssm.delete_parameters):
        with refused("ValidationException", "less than or equal to 10"):
            call(Names=names[:11])


def test_values_and_names_have_limits(ssm: Any) -> None:
    for value in ("", "x" * 4097):
        with refused("ValidationException"):
            ssm.put_parameter(Name=f"{PATH}/long", Value=value, Type="String")
    for name in ("/amplify//x", "/amplify/ä", "ssm-x", "/aws/x"):
        with refused("ValidationException"):
            ssm.put_parameter(Name=name, Value="x", Type="String")
    with refused("HierarchyLevelLimitExceededException"):
        ssm.put_parameter(Name="/a" * 16, Value="x", Type="String")
    with refused("ValidationException", "type is required"):
        ssm.put_parameter(Name=f"{PATH}/untyped", Value="x")


def test_a_secret_is_shown_when_asked_for(ssm: Any) -> None:
    ssm.put_parameter(Name=f"{PATH}/secret", Value="hidden", Type="SecureString")
    assert ssm.get_parameter(Name=f"{PATH}/secret")["Parameter"]["Value"] != "hidden"
    assert ssm.get_parameter(Name=f"{PATH}/secret", WithDecryption=True)["Parameter"]["Value"] == "hidden"
    ssm.delete_parameter(Name=f"{PATH}/secret")
