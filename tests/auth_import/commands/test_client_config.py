"""`client_config`: files byte by byte, folders written whole, secrets only for those who may read them."""

import stat
from pathlib import Path
from typing import Any

import pytest

from amplify_files.catalogue import FILES
from audit.actions import Action
from audit.models import AuditEvent
from auth_import import client_files
from auth_import.models import CognitoLink
from auth_import.preflight import context_of
from aws.sandbox import ids
from aws.sandbox.catalogue import scenario
from environments.models import Environment
from environments.permissions import Role
from tests.auth_import.commands.running import JSON, PLACE, run
from tests.factories import make_member

NATIVE = [file.name for file in FILES if file.native]
SECRET = ids.client_secret(scenario("good").native_client_id)


def test_each_file_is_printed_byte_by_byte(link: CognitoLink) -> None:
    context = context_of(link.environment, link)
    for name in [file.name for file in FILES]:
        ended = run("client_config", *PLACE, "--file", name)
        file = client_files.generated_file(link, name)
        assert ended.code == 0, name
        assert ended.out == file.render(client_files.with_secret(link), context).encode(), name
        assert (SECRET.encode() in ended.out) is (name in NATIVE), name


def test_all_files_are_written_below_a_folder(link: CognitoLink, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "config"
    ended = run("client_config", *PLACE, "--out", str(folder), *JSON)
    assert ended.code == 0
    assert [one["name"] for one in ended.json["files"]] == [file.name for file in FILES]
    for one in ended.json["files"]:
        path = Path(one["path"])
        assert path == folder / one["name"]
        assert path.read_bytes() == run("client_config", *PLACE, "--file", one["name"]).out
        assert path.stat().st_size == one["bytes"]
    written = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert written == sorted(file.name for file in FILES)


def test_files_with_a_secret_are_readable_by_their_owner_only(link: CognitoLink, tmp_path: Path) -> None:
    run("client_config", *PLACE, "--out", str(tmp_path))
    modes = {file.name: stat.S_IMODE((tmp_path / file.name).stat().st_mode) for file in FILES}
    assert {modes[name] for name in NATIVE} == {0o600}
    assert modes["aws-exports.js"] & 0o600 == 0o600


def test_one_file_may_be_written_into_a_folder_and_replaces_an_old_one(link: CognitoLink, tmp_path: Path) -> None:
    (tmp_path / "aws-exports.js").write_text("old")
    ended = run("client_config", *PLACE, "--file", "aws-exports.js", "--out", str(tmp_path))
    assert ended.code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["aws-exports.js"]
    assert link.user_pool_id in (tmp_path / "aws-exports.js").read_text()


def test_reading_a_secret_is_written_down_and_other_files_are_not(link: CognitoLink) -> None:
    run("client_config", *PLACE, "--file", "aws-exports.js")
    assert not AuditEvent.objects.filter(action=Action.SECRET_FILE_READ).exists()
    run("client_config", *PLACE, "--file", "android/amplifyconfiguration.json")
    assert AuditEvent.objects.get(action=Action.SECRET_FILE_READ).target == "android/amplifyconfiguration.json"


def test_a_viewer_reads_what_holds_no_secret(link: CognitoLink, tmp_path: Path) -> None:
    make_member(link.environment.project, Role.VIEWER, name="reader")
    public = run("client_config", *PLACE, "--as", "reader", "--file", "aws-exports.js")
    secret = run("client_config", *PLACE, "--as", "reader", "--file", "ios/awsconfiguration.json")
    everything = run("client_config", *PLACE, "--as", "reader", "--out", str(tmp_path))
    assert public.code == 0
    assert (secret.code, secret.out) == (1, b"")
    assert "may not read the client secret" in secret.words
    assert everything.code == 1
    assert "one by one with --file" in everything.words
    assert list(tmp_path.iterdir()) == []
    assert not AuditEvent.objects.filter(action=Action.SECRET_FILE_READ).exists()


def test_a_member_with_full_access_reads_secrets_under_their_own_name(link: CognitoLink) -> None:
    make_member(link.environment.project, name="owner")
    assert run("client_config", *PLACE, "--as", "owner", "--file", "amplifyconfiguration.dart").code == 0
    assert AuditEvent.objects.get(action=Action.SECRET_FILE_READ).actor_name == "owner@example.com"


def test_an_unknown_file_ends_with_two_and_names_the_known(link: CognitoLink) -> None:
    ended = run("client_config", *PLACE, "--file", "../secrets.txt")
    assert (ended.code, ended.out) == (2, b"")
    assert all(file.name in ended.words for file in FILES)


@pytest.mark.parametrize("arguments", [(), ("--file", "aws-exports.js", *JSON), JSON])
def test_a_file_or_a_folder_must_be_named(link: CognitoLink, arguments: tuple[str, ...]) -> None:
    assert run("client_config", *PLACE, *arguments).code == 2


def test_a_folder_that_is_a_file_ends_with_one(link: CognitoLink, tmp_path: Path) -> None:
    file = tmp_path / "taken"
    file.write_text("mine")
    ended = run("client_config", *PLACE, "--out", str(file))
    assert ended.code == 1
    assert "cannot be written" in ended.words
    assert file.read_text() == "mine"


def test_a_folder_in_the_place_of_a_file_ends_with_one_and_leaves_nothing(link: CognitoLink, tmp_path: Path) -> None:
    (tmp_path / "aws-exports.js" / "keep").mkdir(parents=True)
    ended = run("client_config", *PLACE, "--file", "aws-exports.js", "--out", str(tmp_path))
    assert ended.code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["aws-exports.js"]


def test_when_aws_does_not_give_the_secret_nothing_is_written(link: CognitoLink, sandbox: Any, tmp_path: Path) -> None:
    denied = {
        "code": "AccessDeniedException",
        "message": "not authorized to perform: cognito-idp:DescribeUserPoolClient",
    }
    sandbox.fail("DescribeUserPoolClient", kind="fail", **denied)
    ended = run("client_config", *PLACE, "--out", str(tmp_path / "config"))
    assert ended.code == 1
    assert "cognito-idp:DescribeUserPoolClient" in ended.words
    assert "Allow the action" in ended.words
    assert not (tmp_path / "config").exists()


def test_nothing_linked_ends_with_one(environment: Environment) -> None:
    assert run("client_config", *PLACE, "--file", "aws-exports.js").code == 1
