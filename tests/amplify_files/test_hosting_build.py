"""What headless builds run: a shell and a YAML reader must read back exactly what was meant."""

import json
import shlex
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from amplify_files import hosting_build
from amplify_files.context import Frontend, ProjectContext
from amplify_files.outputs import AuthOutputs

Samples = dict[str, tuple[AuthOutputs, ProjectContext]]
CATEGORIES = {
    "auth": {
        "userPoolId": "eu-west-1_Zq3LmN0pA",
        "webClientId": "5kq0example0web",
        "nativeClientId": "7tq0example0nat",
        "identityPoolId": "eu-west-1:0b1f2c3d-1111-4222-8333-944455556666",
    }
}


def run_with_fakes(lines: str, folder: Path, command: str) -> list[list[str]]:
    """Run the lines with programs that only note their arguments; what was called as ``command``."""
    noted = folder / "noted"
    for program in ("amplify", "npm", "curl", "amplifyPush"):
        fake = folder / program
        fake.write_text(f'#!/bin/sh\nprintf "%s\\0" {program} "$@" >>"{noted}"; printf "\\n\\0" >>"{noted}"\n')
        fake.chmod(0o755)
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "ADMIN_UI_TOKEN": "a token"}
    subprocess.run(["/bin/sh", "-euc", lines], env=environment, cwd=folder, check=True, timeout=30)
    calls = [call.split("\0")[:-1] for call in noted.read_text().split("\n\0")]
    return [call[1:] for call in calls if call and call[0] == command]


def options(arguments: list[str]) -> dict[str, Any]:
    return {
        name.removeprefix("--"): json.loads(value)
        for name, value in zip(arguments, arguments[1:], strict=False)
        if value.startswith("{")
    }


def test_hosting_builds_the_environment_with_the_variables(samples: Samples) -> None:
    snippet = yaml.safe_load(hosting_build.build_snippet(*samples["identity_pool"]))
    assert snippet["version"] == 1
    assert snippet["backend"]["phases"]["build"]["commands"] == [
        "export AMPLIFY_USERPOOL_ID=eu-west-1_Zq3LmN0pA",
        "export AMPLIFY_WEBCLIENT_ID=5kq0example0web",
        "export AMPLIFY_NATIVECLIENT_ID=7tq0example0nat",
        "export AMPLIFY_IDENTITYPOOL_ID=eu-west-1:0b1f2c3d-1111-4222-8333-944455556666",
        "amplifyPush --simple --environment dev",
    ]


def test_without_an_identity_pool_there_is_no_variable_for_it(samples: Samples) -> None:
    assert "IDENTITYPOOL" not in hosting_build.build_snippet(*samples["user_pool_only"])


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20))
def test_yaml_reads_back_every_command(value: str) -> None:
    outputs = AuthOutputs(
        region="eu-west-1",
        user_pool_id=value,
        user_pool_name="",
        web_client_id="w",
        native_client_id="n",
        native_client_has_secret=False,
    )
    context = ProjectContext(project_name="shop", environment_name="dev")
    commands = yaml.safe_load(hosting_build.build_snippet(outputs, context))["backend"]["phases"]["build"]["commands"]
    assert shlex.split(commands[0]) == ["export", f"AMPLIFY_USERPOOL_ID={value}"]


@pytest.mark.parametrize(
    ("frontend", "expected"),
    [
        (
            "javascript",
            {
                "frontend": "javascript",
                "framework": "react",
                "config": {
                    "SourceDir": "src",
                    "DistributionDir": "build",
                    "BuildCommand": "npm run-script build",
                    "StartCommand": "npm run-script start",
                },
            },
        ),
        ("ios", {"frontend": "ios"}),
        ("android", {"frontend": "android", "config": {"ResDir": "app/src/main/res"}}),
        ("flutter", {"frontend": "flutter", "config": {"ResDir": "./lib/"}}),
    ],
)
def test_other_systems_pull_the_environment_without_a_question(
    frontend: Frontend, expected: dict[str, object], samples: Samples, tmp_path: Path
) -> None:
    outputs, context = samples["identity_pool"]
    context = replace(context, frontend=frontend, project_name="it's $HOME `x`")
    lines = hosting_build.shell_lines(outputs, context, framework="react")
    (arguments,) = run_with_fakes(lines, tmp_path, "amplify")
    assert arguments[:2] == ["pull", "--yes"]
    assert options(arguments) == {
        "amplify": {
            "projectName": "it's $HOME `x`",
            "appId": "d2examplexyz01",
            "envName": "dev",
            "defaultEditor": "none",
        },
        "frontend": expected,
        "providers": {"awscloudformation": {"configLevel": "general", "region": "eu-west-1"}},
        "categories": CATEGORIES,
    }
    assert "export AWS_REGION=eu-west-1\n" in lines


def test_an_environment_without_a_backend_cannot_be_pulled(samples: Samples) -> None:
    with pytest.raises(ValueError, match="Amplify backend"):
        hosting_build.shell_lines(*samples["user_pool_only"])


def test_the_bundle_is_fetched_with_the_token_of_the_build(tmp_path: Path) -> None:
    url = "https://console.example/projects/shop/dev/bundle/?x=1&y='2'"
    line = hosting_build.download_line(url, file_name="the bundle.zip")
    assert "a token" not in line
    (arguments,) = run_with_fakes(line, tmp_path, "curl")
    assert arguments[-1] == url
    assert arguments[arguments.index("--header") + 1] == "Authorization: Bearer a token"
    assert arguments[arguments.index("--output") + 1] == "the bundle.zip"
    assert "--fail" in arguments
