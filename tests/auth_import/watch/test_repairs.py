"""The commands that put an old value back: run in a shell with a pretend `aws`, they send all back with one change."""

import json
import os
import shutil
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from auth_import.drift import PATHS
from auth_import.watch.repairs import repair
from tests.auth_import.watch.answers import CHOICE, IDENTITY, NATIVE, POOL, ROLE, THEN, WEB, answers, link_of

BEFORE = link_of(answers()).outputs
AWS = """#!/bin/sh
case "$2" in
  get-group) [ -f "$ANSWERS/get-group.json" ] && cat "$ANSWERS/get-group.json" || exit 1 ;;
  describe-*|get-*) cat "$ANSWERS/$2.json" ;;
  update-*|set-*) cp "$(echo "$*" | sed 's|.*file://||')" "$ANSWERS/sent.json" ;;
  create-*) echo "$@" > "$ANSWERS/created" ;;
esac
"""
MODELS = botocore.session.get_session()


def run(tmp_path: Path, drift_id: str, **changed: Any) -> Any:
    """What the command of this drift sends; `changed` is what AWS has by now, by the place of the answer."""
    if not shutil.which("jq"):
        pytest.skip("jq is not installed")
    now = deepcopy(answers()) | changed
    pool = {key: value for key, value in now["pool"].items() if key not in ("Domain", "CustomDomain")}
    client = dict(now["web_client"])
    for name, document in (
        ("describe-user-pool", pool),
        ("describe-user-pool-client", client),
        ("get-user-pool-mfa-config", now["mfa"]),
        ("describe-identity-pool", now["identity_pool"]),
        ("get-identity-pool-roles", now["identity_pool_roles"]),
        ("get-group", now["groups"]["Groups"][0] | {"UserPoolId": POOL, "Description": "Those who may"}),
    ):
        (tmp_path / f"{name}.json").write_text(json.dumps(document, default=str))
    program = tmp_path / "aws"
    program.write_text(AWS)
    program.chmod(0o755)
    command = repair(drift_id, BEFORE, choice=CHOICE, region="eu-west-1").command.splitlines()[0]
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "ANSWERS": str(tmp_path)}
    subprocess.run(["sh", "-c", command], check=True, cwd=tmp_path, env=environment)
    return json.loads((tmp_path / "sent.json").read_text())


def valid(service: str, operation: str, sent: Any) -> bool:
    shape = MODELS.get_service_model(service).operation_model(operation).input_shape
    assert shape is not None
    report = ParamValidator().validate(sent, shape)
    assert not report.has_errors(), report.generate_report()
    return True


def test_a_clients_urls_come_back_and_every_other_setting_stays(tmp_path: Path) -> None:
    sent = run(tmp_path, "client.callback-urls", web_client=answers()["web_client"] | {"CallbackURLs": ["x"]})
    assert valid("cognito-idp", "UpdateUserPoolClient", sent)
    kept = {key: value for key, value in answers()["web_client"].items() if not isinstance(value, type(THEN))}
    assert sent == kept
    assert sent["ClientId"] == WEB != NATIVE


@pytest.mark.parametrize("drift_id", ["pool.password-policy", "pool.verification", "pool.name"])
def test_a_pools_setting_comes_back_and_the_others_stay(tmp_path: Path, drift_id: str) -> None:
    changed = answers()["pool"]
    changed["Policies"]["PasswordPolicy"]["MinimumLength"] = 6
    changed |= {"AutoVerifiedAttributes": [], "Name": "other"}
    sent = run(tmp_path, drift_id, pool=changed)
    assert valid("cognito-idp", "UpdateUserPool", sent)
    assert sent["LambdaConfig"] == changed["LambdaConfig"]
    assert sent["DeletionProtection"] == "ACTIVE"
    back = {
        "pool.password-policy": sent["Policies"]["PasswordPolicy"]["MinimumLength"] == 12,
        "pool.verification": sent.get("AutoVerifiedAttributes") == ["email", "phone_number"],
        "pool.name": sent["PoolName"] == "shop-users",
    }
    assert [one for one, is_back in back.items() if is_back] == [drift_id]


def test_mfa_comes_back_with_its_methods(tmp_path: Path) -> None:
    sent = run(tmp_path, "pool.mfa-configuration", mfa=answers()["mfa"] | {"MfaConfiguration": "ON"})
    assert valid("cognito-idp", "SetUserPoolMfaConfig", sent)
    assert sent == answers()["mfa"] | {"UserPoolId": POOL}


def test_guests_and_login_providers_come_back_and_no_client_is_lost(tmp_path: Path) -> None:
    other = answers()["identity_pool"] | {"AllowUnauthenticatedIdentities": False, "SupportedLoginProviders": {}}
    for drift_id, key in (
        ("identity-pool.guests", "AllowUnauthenticatedIdentities"),
        ("identity-pool.login-providers", "SupportedLoginProviders"),
    ):
        sent = run(tmp_path, drift_id, identity_pool=other)
        assert valid("cognito-identity", "UpdateIdentityPool", sent)
        assert sent == other | {key: answers()["identity_pool"][key]}


def test_a_role_comes_back_beside_the_other_one_and_its_mappings(tmp_path: Path) -> None:
    mapping = {"cognito-idp.x:y": {"Type": "Token", "AmbiguousRoleResolution": "Deny"}}
    now = {"IdentityPoolId": IDENTITY, "Roles": {"unauthenticated": ROLE.format("guest")}, "RoleMappings": mapping}
    sent = run(tmp_path, "identity-pool.authenticated-role", identity_pool_roles=now)
    assert valid("cognito-identity", "SetIdentityPoolRoles", sent)
    assert sent["Roles"] == {"authenticated": ROLE.format("in"), "unauthenticated": ROLE.format("guest")}
    assert sent["RoleMappings"] == mapping


def test_a_group_comes_back_with_its_description(tmp_path: Path) -> None:
    changed = {"Groups": [{"GroupName": "Admins", "Precedence": 9, "CreationDate": str(THEN)}]}
    sent = run(tmp_path, "pool.groups", groups=changed)
    assert valid("cognito-idp", "UpdateGroup", sent)
    assert (sent["Precedence"], sent["RoleArn"], sent["Description"]) == (1, ROLE.format("admins"), "Those who may")


def test_every_drift_says_what_to_do_and_no_command_updates_bare() -> None:
    for drift_id in (*PATHS, "client.native-secret-replaced", "client.identity-provider-gone", "odd"):
        made = repair(drift_id, BEFORE, choice=CHOICE, region="eu-west-1")
        assert made.text.endswith("."), drift_id
        if "update-" in made.command or "set-" in made.command:
            assert " | jq " in made.command, drift_id
            assert "resets every setting" in made.text or "keeps its description" in made.text
