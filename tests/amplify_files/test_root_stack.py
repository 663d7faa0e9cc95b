"""The root stack and the first files of a new backend (Amplify project format, sections 6.1, 6.2 and 6.5)."""

import json
from typing import Any

import pytest

from amplify_files import root_stack, team_provider_info
from amplify_files.context import EnvironmentStack, ProjectContext
from amplify_files.outputs import AuthOutputs

OUTPUTS = (
    *("Region", "StackName", "StackId", "DeploymentBucketName"),
    *("AuthRoleArn", "UnauthRoleArn", "AuthRoleName", "UnauthRoleName"),
)


@pytest.fixture
def template() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(root_stack.template())
    return found


@pytest.fixture
def stack(samples: dict[str, tuple[AuthOutputs, ProjectContext]]) -> EnvironmentStack:
    found = samples["identity_pool"][1].stack
    assert found is not None
    return found


def test_the_template_takes_the_three_names(template: dict[str, Any]) -> None:
    assert list(template["Parameters"]) == ["DeploymentBucketName", "AuthRoleName", "UnauthRoleName"]
    assert all(parameter["Type"] == "String" for parameter in template["Parameters"].values())
    assert list(root_stack.parameters("amplify-shop-dev-3f2a1")) == list(template["Parameters"])


def test_the_bucket_outlives_the_stack_and_is_reached_over_tls_only(template: dict[str, Any]) -> None:
    bucket = template["Resources"]["DeploymentBucket"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")
    (statement,) = template["Resources"]["DeploymentBucketBlockHTTP"]["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert [resource["Fn::Sub"].rpartition("}")[2] for resource in statement["Resource"]] == ["", "/*"]


@pytest.mark.parametrize("role", ["AuthRole", "UnauthRole"])
def test_nobody_can_assume_the_roles(template: dict[str, Any], role: str) -> None:
    properties = template["Resources"][role]["Properties"]
    assert properties["RoleName"] == {"Ref": f"{role}Name"}
    (statement,) = properties["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Principal"] == {"Federated": "cognito-identity.amazonaws.com"}
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"


def test_every_output_is_exported_under_the_name_of_the_stack(template: dict[str, Any]) -> None:
    assert tuple(template["Outputs"]) == OUTPUTS
    for name, output in template["Outputs"].items():
        assert output["Export"]["Name"] == {"Fn::Sub": f"${{AWS::StackName}}-{name}"}
        (reference,) = output["Value"].values()
        target = reference[0] if isinstance(reference, list) else reference
        assert target.startswith("AWS::") or target in {*template["Resources"], *template["Parameters"]}


def test_the_template_is_written_like_every_backend_file() -> None:
    text = root_stack.template()
    assert text == json.dumps(json.loads(text), indent=2)
    assert not text.endswith("\n")


@pytest.mark.parametrize(
    ("project", "name"),
    [
        ("shop", "amplify-shop-dev-3f2a1"),
        ("Shop", "amplify-shop-dev-3f2a1"),
        ("My Shop_2", "amplify-myshop2-dev-3f2a1"),
        ("my-shop", "amplify-my-shop-dev-3f2a1"),
        ("x" * 28, f"amplify-{'x' * 28}-dev-3f2a1"),
    ],
)
def test_a_stack_is_called_after_project_and_environment(project: str, name: str) -> None:
    assert root_stack.stack_name(project, "dev", "3f2a1") == name
    values = root_stack.parameters(name)
    assert values == {
        "DeploymentBucketName": f"{name}-deployment",
        "AuthRoleName": f"{name}-authRole",
        "UnauthRoleName": f"{name}-unauthRole",
    }
    assert len(values["DeploymentBucketName"]) <= 63
    assert len(values["UnauthRoleName"]) <= 64


@pytest.mark.parametrize(
    ("project", "environment", "suffix"),
    [
        ("", "dev", "3f2a1"),
        ("---", "dev", "3f2a1"),
        ("店", "dev", "3f2a1"),
        ("x" * 60, "dev", "3f2a1"),
        ("shop", "Dev", "3f2a1"),
        ("shop", "", "3f2a1"),
        ("shop", "dev", "3f2a"),
        ("shop", "dev", "3F2A1"),
        ("shop", "dev", "3f2a1\n"),
    ],
)
def test_names_no_stack_can_have_are_refused(project: str, environment: str, suffix: str) -> None:
    with pytest.raises(ValueError, match="“"):
        root_stack.stack_name(project, environment, suffix)


def test_a_new_backend_starts_with_these_files(stack: EnvironmentStack) -> None:
    files = root_stack.initial_files(stack)
    assert list(files) == ["amplify-meta.json", "backend-config.json", "tags.json", root_stack.TEMPLATE_FILE]
    meta = json.loads(files["amplify-meta.json"])
    assert meta == {"providers": {"awscloudformation": team_provider_info.stack_block(stack)}}
    assert files["backend-config.json"] == "{}"
    assert json.loads(files["tags.json"]) == [
        {"Key": "user:Stack", "Value": "{project-env}"},
        {"Key": "user:Application", "Value": "{project-name}"},
    ]
    for text in files.values():
        assert text == json.dumps(json.loads(text), indent=2)
