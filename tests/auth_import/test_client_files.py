"""The configuration files of a link: masked on pages, whole for those who may, each reading written down."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from amplify_files import catalogue
from auth_import import client_files
from auth_import.models import CognitoLink
from auth_import.preflight import context_of
from aws.errors import Rejected
from environments.models import Environment
from environments.permissions import Role
from tests.auth_import.journeys import ACTOR, address, audited, bearer, link_for, signed_in
from tests.auth_import.planted import Account, Planted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

WITH_SECRET = sorted(one.name for one in catalogue.FILES if one.native)
WITHOUT = sorted(one.name for one in catalogue.FILES if not one.native)
DART = "amplifyconfiguration.dart"


@pytest.fixture
def planted(account: Account) -> Planted:
    return account.plant()


@pytest.fixture
def link(environment: Environment, planted: Planted) -> CognitoLink:
    return link_for(environment, planted.choice)


def url(link: CognitoLink, name: str) -> str:
    return address(link.environment, "client-file", name=name)


def download(browser: Client, link: CognitoLink, name: str) -> Any:
    return browser.get(url(link, name), {"download": "1"})


def test_both_kinds_of_files_exist() -> None:
    assert len(WITH_SECRET) >= 5
    assert len(WITHOUT) >= 4


def test_a_page_shows_every_file_with_the_secret_masked(link: CognitoLink, member: Client, planted: Planted) -> None:
    for generated in catalogue.FILES:
        page = member.get(url(link, generated.name)).content.decode()
        assert planted.secret not in page
        assert "<html" in page
        assert (catalogue.masked(link.auth_outputs).native_client_secret in page) is (generated.name in WITH_SECRET)
    assert not audited("auth_import:file:read-secret")


def test_a_page_asks_aws_nothing(link: CognitoLink, member: Client, sandbox: Any) -> None:
    sandbox.forget()
    member.get(url(link, DART))
    member.get(address(link.environment, "authentication"))
    assert sandbox.calls() == []


def test_a_download_is_byte_for_byte_what_the_writer_makes(link: CognitoLink, member: Client, planted: Planted) -> None:
    outputs = replace(link.auth_outputs, native_client_secret=planted.secret)
    for generated in catalogue.FILES:
        expected = generated.render(outputs, context_of(link.environment, link))
        response = download(member, link, generated.name)
        assert response.content == expected.encode()
        assert response["Content-Type"] == f"{generated.content_type}; charset=utf-8"
        assert response["Content-Disposition"] == f'attachment; filename="{generated.file_name}"'
        assert "no-store" in response["Cache-Control"]
        assert (planted.secret.encode() in response.content) is (generated.name in WITH_SECRET)
    assert sorted(event.target for event in audited("auth_import:file:read-secret")) == WITH_SECRET


def test_reading_a_secret_names_who_and_where_but_not_what(
    link: CognitoLink, planted: Planted, environment: Environment
) -> None:
    browser = signed_in(environment, name="reader")
    download(browser, link, DART)
    [event] = audited("auth_import:file:read-secret")
    assert (event.project, event.environment, event.target) == ("shop", "dev", DART)
    assert "reader" in event.actor_name
    assert planted.secret not in str(event.__dict__)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGE_ONLY])
def test_other_roles_get_the_files_without_secrets_only(
    link: CognitoLink, environment: Environment, planted: Planted, sandbox: Any, role: str
) -> None:
    browser = signed_in(environment, role)
    sandbox.forget()
    for name in WITH_SECRET:
        refused = download(browser, link, name)
        assert refused.status_code == 403
        assert "full access" in refused.content.decode()
        assert planted.secret not in refused.content.decode()
        shown = browser.get(url(link, name))
        assert shown.status_code == 200
        assert "?download=1" not in shown.content.decode()
    for name in WITHOUT:
        assert download(browser, link, name).status_code == 200
    assert sandbox.calls() == []
    assert not audited("auth_import:file:read-secret")


def test_a_script_fetches_a_file_by_its_address(link: CognitoLink, planted: Planted, environment: Environment) -> None:
    full, viewer = bearer(environment), bearer(environment, Role.VIEWER)
    plain = Client().get(url(link, "aws-exports.js"), headers=viewer)
    assert plain.content.decode().startswith("/* eslint-disable */")
    assert Client().get(url(link, DART), headers=viewer).json()["error"]
    assert Client().get(url(link, DART), headers=viewer).status_code == 403
    fetched = Client().get(url(link, DART), headers=full)
    assert planted.secret in fetched.content.decode()
    [event] = audited("auth_import:file:read-secret")
    assert event.actor_name == "token:build"


def test_an_unknown_file_lists_the_names_there_are(link: CognitoLink, member: Client, environment: Environment) -> None:
    headers = bearer(environment)
    for name in ("nothing.js", "../settings.py", "ios/", "IOS/awsconfiguration.json", "<script>", "a" * 300, "🛒"):
        page = member.get(url(link, name))
        assert page.status_code == 404
        assert all(known.name in page.content.decode() for known in catalogue.FILES)
        assert "“<script>" not in page.content.decode()
        answer = Client().get(url(link, name), headers=headers)
        assert answer.status_code == 404
        assert "aws-exports.js" in answer.json()["error"]


def test_the_bare_name_is_the_one_of_the_project_s_platform(link: CognitoLink, environment: Environment) -> None:
    assert client_files.generated_file(link, "awsconfiguration.json").name == "ios/awsconfiguration.json"
    link.environment.project.frontend = "android"
    assert client_files.generated_file(link, "awsconfiguration.json").name == "android/awsconfiguration.json"


def test_without_a_link_there_is_no_file(environment: Environment, member: Client) -> None:
    assert member.get(address(environment, "client-file", name="aws-exports.js")).status_code == 404


@pytest.mark.usefixtures("without_retries")
@pytest.mark.parametrize("code", ["AccessDeniedException", "TooManyRequestsException", "ResourceNotFoundException"])
def test_a_secret_that_cannot_be_read_is_a_page_with_words(
    link: CognitoLink, member: Client, environment: Environment, sandbox: Any, code: str
) -> None:
    sandbox.fail("DescribeUserPoolClient", kind="fail", code=code, message="Sorry.")
    page = download(member, link, DART)
    assert page.status_code == 502
    assert not page.has_header("Content-Disposition")
    for words in (code, "cognito-idp:DescribeUserPoolClient", "Next step"):
        assert words in page.content.decode()
    answer = Client().get(url(link, DART), headers=bearer(environment))
    assert answer.status_code == 502
    assert code in answer.json()["error"]
    assert not audited("auth_import:file:read-secret")
    assert download(member, link, "aws-exports.js").status_code == 200


def test_a_client_whose_secret_is_gone_is_told(link: CognitoLink, member: Client, planted: Planted) -> None:
    CognitoLink.objects.update(native_client_id=planted.choice.web_client_id)
    link.refresh_from_db()
    with pytest.raises(Rejected) as gone:
        client_files.with_secret(link)
    assert "Check again" in gone.value.next_step
    page = download(member, link, DART)
    assert page.status_code == 502
    assert "SecretGone" in page.content.decode()
    assert not audited("auth_import:file:read-secret")


def test_masked_files_are_never_taken_for_whole_ones(link: CognitoLink) -> None:
    shown = {one.file.name: one for one in client_files.shown(link)}
    assert sorted(name for name, one in shown.items() if one.holds_secret) == WITH_SECRET
    text = client_files.text_of(link, catalogue.file(DART), actor=ACTOR)
    assert re.search(r"\*{8}", shown[DART].text)
    assert not re.search(r"\*{8}", text)
