"""Every command a finding shows is one the AWS CLI would take, whatever the names in it."""

import re
import shlex
import subprocess
from dataclasses import replace
from typing import Any

import pytest
from botocore.model import OperationModel
from botocore.validate import validate_parameters
from hypothesis import given, settings
from hypothesis import strategies as st

from auth_import.findings import RuleSet
from auth_import.observation import Observation
from auth_import.rules import run, trust_policy
from auth_import.rules.commands import aws_command, change_user_pool, create_role_and_attach, update_client
from aws.resources import IdentityPoolRoles
from tests.auth_import.rules import aws_cli_model
from tests.auth_import.rules.rule_observations import (
    AUTH_ARN,
    GOOD,
    GUEST_ARN,
    IDENTITY_POOL_ID,
    NATIVE,
    POOL_ID,
    REGION,
    WEB,
    native,
    pool,
    roles,
)
from tests.auth_import.rules.rule_strategies import HOSTILE, complete_observations


def parse(words: list[str]) -> tuple[OperationModel, dict[str, Any]]:
    return aws_cli_model.parse(words, region=REGION)


def check(command: str) -> None:
    if command == "amplify remove auth && amplify push":
        return
    if command.startswith("ROLE_ARN=") or " | jq " in command:
        # These two shapes have tests of their own below; here they must at least be whole for a shell.
        assert subprocess.run(["bash", "-n", "-c", command], capture_output=True).returncode == 0
        return
    words = shlex.split(command)
    while words:
        cut = words.index("&&") if "&&" in words else len(words)
        operation, sent = parse(words[:cut])
        assert operation.input_shape is not None
        validate_parameters(sent, operation.input_shape)
        words = words[cut + 1 :]


@settings(max_examples=100)
@given(observation=complete_observations(spoilt=14))
def test_every_command_is_one_the_aws_cli_takes(observation: Observation) -> None:
    for rule_set in RuleSet:
        for finding in run(observation, rule_set):
            if finding.cure.command and observation.setting.region == REGION:
                check(finding.cure.command)
            assert "sample-secret-1234" not in finding.cure.command


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_arrives_as_it_is(name: str) -> None:
    client = replace(NATIVE, name=name)
    command = update_client(client, user_pool_id=POOL_ID, region=REGION, changes={"EnableTokenRevocation": False})
    operation, sent = parse(shlex.split(command))
    assert operation.name == "UpdateUserPoolClient"
    assert sent["ClientName"] == name
    assert sent["EnableTokenRevocation"] is False


@given(value=st.text(min_size=1, max_size=20))
def test_any_text_survives_the_shell(value: str) -> None:
    command = aws_command("iam", "get-role", region=REGION, parameters={"RoleName": value})
    _, sent = parse(shlex.split(command))
    assert sent == {"RoleName": value}


def test_an_update_names_every_setting_the_console_knows() -> None:
    _, sent = parse(shlex.split(update_client(WEB, user_pool_id=POOL_ID, region=REGION, changes={})))
    assert sent == {
        "UserPoolId": POOL_ID,
        "ClientId": WEB.id,
        "ClientName": "shop-web",
        "RefreshTokenValidity": 30,
        "AccessTokenValidity": 60,
        "IdTokenValidity": 60,
        "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"},
        "WriteAttributes": ["email", "name"],
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "SupportedIdentityProviders": ["COGNITO", "Google"],
        "CallbackURLs": ["https://shop.example.com/", "shop://in"],
        "LogoutURLs": ["https://shop.example.com/out"],
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": True,
    }


def test_what_is_unset_is_not_named() -> None:
    bare = replace(WEB, callback_urls=None, refresh_token_validity="", access_token_validity="odd", oauth_enabled=None)
    _, sent = parse(shlex.split(update_client(bare, user_pool_id=POOL_ID, region=REGION, changes={})))
    assert not {"CallbackURLs", "RefreshTokenValidity", "AccessTokenValidity", "AllowedOAuthFlowsUserPoolClient"} & set(
        sent
    )
    assert sent["TokenValidityUnits"] == {"IdToken": "minutes"}


def fake_aws(command: str) -> list[list[str]]:
    """Run the command with an `aws` that only prints what it was given, one JSON list per call."""
    script = (
        'aws() { printf "%s\\0" "$@" >&3; printf "\\n" >&3; [ "$1" = iam ] && echo arn:aws:iam::1:role/new; true; }\n'
        + command
    )
    done = subprocess.run(
        ["bash", "-c", f"exec 3>&1 1>/dev/null; {script}"], capture_output=True, text=True, check=True
    )
    return [line.split("\0")[:-1] for line in done.stdout.split("\n") if line]


def test_a_new_role_takes_its_place_beside_the_one_that_is_there() -> None:
    command = create_role_and_attach(
        role_name="shop-unauthenticated",
        trust_policy=trust_policy(IDENTITY_POOL_ID, "unauthenticated"),
        slot="unauthenticated",
        pool_id=IDENTITY_POOL_ID,
        roles=IdentityPoolRoles(authenticated_arn="arn:aws:iam::111122223333:role/O'Neil,x=1"),
        region=REGION,
    )
    attach = next(words for words in fake_aws(command) if words[0] == "cognito-identity")
    operation, sent = parse(["aws", *attach])
    assert operation.name == "SetIdentityPoolRoles"
    assert sent == {
        "IdentityPoolId": IDENTITY_POOL_ID,
        "Roles": {
            "authenticated": "arn:aws:iam::111122223333:role/O'Neil,x=1",
            "unauthenticated": "arn:aws:iam::1:role/new",
        },
    }


def test_replacing_an_unusable_role_leaves_the_other() -> None:
    command = create_role_and_attach(
        role_name="shop-authenticated",
        trust_policy="{}",
        slot="authenticated",
        pool_id=IDENTITY_POOL_ID,
        roles=IdentityPoolRoles(authenticated_arn=AUTH_ARN, unauthenticated_arn=GUEST_ARN),
        region=REGION,
    )
    attach = next(words for words in fake_aws(command) if words[0] == "cognito-identity")
    assert parse(["aws", *attach])[1]["Roles"] == {
        "unauthenticated": GUEST_ARN,
        "authenticated": "arn:aws:iam::1:role/new",
    }


def test_a_change_of_a_user_pool_sends_back_every_setting_an_update_takes() -> None:
    command = change_user_pool(POOL_ID, '.DeletionProtection = "ACTIVE"', region=REGION)
    words = shlex.split(command)
    operation, sent = parse(words[: words.index("|")])
    assert (operation.name, sent) == ("DescribeUserPool", {"UserPoolId": POOL_ID})
    program = words[words.index("jq") + 1]
    update = aws_cli_model.SERVICES["cognito-idp"].operation_model("UpdateUserPool").input_shape
    assert update is not None
    described = aws_cli_model.SERVICES["cognito-idp"].shape_for("UserPoolType").members  # type: ignore[attr-defined]
    named = set(re.findall(r"[A-Z][A-Za-z]+", program[program.index("{") : program.index("}")]))
    assert set(update.members) & set(described) <= named
    assert named <= set(update.members) | {"Id", "Name"}


@pytest.mark.parametrize(
    "observation",
    [
        GOOD,
        pool(deletion_protection=False, email_account="COGNITO_DEFAULT", recovery_mechanisms=("admin_only",)),
        native(callback_urls=None, token_revocation=False),
        roles(authenticated_arn="", unauthenticated_arn=""),
    ],
)
def test_every_command_names_the_region(observation: Observation) -> None:
    for finding in run(observation, RuleSet.ADMIN_UI):
        if finding.cure.command.startswith("aws "):
            assert f"--region {REGION}" in finding.cure.command
