"""The page that says where a data model comes from, as people and scripts use it."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audit.actions import Action
from audit.models import AuditEvent
from aws.sandbox.backends import shop_models
from aws.sandbox.catalogue import GRAPHQL_API_ID
from aws.sandbox.catalogue_backends import LAB, SHOP, backend
from data_authorization import services
from data_authorization.models import DataModel, Revision
from data_authorization.source_form import LARGEST
from environments.models import Environment
from environments.permissions import Role
from tests.auth_import.journeys import bearer, signed_in
from tests.data_authorization.drafts import BOOK, READERS, SHELVES, read, save, working
from tests.factories import make_environment, make_user
from tests.sandbox_control import Sandbox

pytestmark = pytest.mark.django_db
JSON: Any = {"headers": {"accept": "application/json"}}


@pytest.fixture
def environment(db: None) -> Environment:
    return make_environment()


@pytest.fixture
def member(environment: Environment) -> Client:
    return signed_in(environment)


def staging() -> Environment:
    """The sample shop's backend; only read here."""
    found = backend("staging", SHOP)
    fields: Any = {"app_id": found.app_id, "stack_name": found.stack_name, "deployment_bucket": found.deployment_bucket}
    return make_environment(name="staging", kind="amplify", **fields)


def url(environment: Environment, page: str = "data-source") -> str:
    return reverse(page, kwargs={"project": environment.project.slug, "env": environment.name})


def text_of(response: Any) -> str:
    return str(response.content.decode())


def paste(client: Client, environment: Environment, text: str, **fields: Any) -> Any:
    return client.post(url(environment), {"from": "text", "schema": text, "expected": "0", **fields})


# --- Reading ---


def test_a_standalone_environment_is_offered_the_region_s_apis_and_reads_one(
    environment: Environment, member: Client, sandbox: Sandbox
) -> None:
    offered = text_of(member.get(url(environment), {"q": "shop-orders"}))
    assert GRAPHQL_API_ID in offered
    assert "The rules of an API that Amplify made cannot be read here." in offered

    answer = member.post(url(environment), {"from": "appsync", "api": GRAPHQL_API_ID, "expected": "0"}, follow=True)

    assert answer.redirect_chain == [(url(environment, "data"), 303)]
    assert "These are not the rules that are in force" in text_of(answer)
    assert working(environment).data_model.api_name == "shop-orders"
    event: Any = AuditEvent.objects.get(action=Action.DATA_MODEL_READ)
    assert (event.target, event.after["version"]) == ("shop-orders", 1)


def test_an_amplify_environment_reads_its_backend_and_reads_it_again(sandbox: Sandbox) -> None:
    environment = staging()
    member = signed_in(environment)
    assert SHOP in text_of(member.get(url(environment)))
    member.post(url(environment), {"from": "backend", "api": SHOP, "expected": "0"})
    assert working(environment).text == shop_models.written(signed_in=True)

    answer = member.post(url(environment, "data-read"), follow=True)
    assert "it is the same schema as before" in text_of(answer)

    # As if the backend had another type by now, and somebody had drafted a rule before.
    DataModel.objects.update(text=working(environment).text.replace("type Order ", "type Ordered "))
    save(environment, working(environment).text.replace("{ allow: owner }", "{ allow: owner, operations: [read] }"))
    answer = member.post(url(environment, "data-read"), {"back": "draft"}, follow=True)
    assert answer.redirect_chain == [(url(environment, "data-draft"), 303)]
    assert "the schema is another one now" in text_of(answer)
    assert "type Order " in working(environment).base_text


def test_a_backend_without_an_api_says_what_to_do(sandbox: Sandbox) -> None:
    found = backend("foreign", LAB)
    fields: Any = {"app_id": found.app_id, "stack_name": found.stack_name, "deployment_bucket": found.deployment_bucket}
    environment = make_environment(kind="amplify", **fields)

    assert "amplify add api" in text_of(signed_in(environment).get(url(environment)))


def test_a_backend_that_cannot_be_read_leaves_pasting(sandbox: Sandbox) -> None:
    found = backend("notazip", LAB)
    fields: Any = {"app_id": found.app_id, "stack_name": found.stack_name, "deployment_bucket": found.deployment_bucket}
    environment = make_environment(kind="amplify", **fields)
    member = signed_in(environment)
    shown = text_of(member.get(url(environment)))
    assert "Next step:" in shown
    assert "Use this schema" in shown

    assert paste(member, environment, BOOK).status_code == 303
    assert working(environment).data_model.source == "text"


def test_aws_s_refusal_is_shown_in_words(environment: Environment, member: Client, sandbox: Sandbox) -> None:
    sandbox.fail("ListGraphqlApis", kind="fail", code="AccessDeniedException")
    shown = member.get(url(environment))
    assert "appsync:ListGraphqlApis" in text_of(shown)
    failed = member.post(url(environment), {"from": "appsync", "api": "missing", "expected": "0"})
    assert failed.status_code == 422
    assert "NotFoundException" in text_of(failed)
    as_json = member.post(url(environment), {"from": "appsync", "api": "missing"}, **JSON)
    assert (as_json.status_code, as_json.json()["code"]) == (422, "NotFoundException")


def test_htmx_asks_for_the_rows_alone(environment: Environment, member: Client, sandbox: Sandbox) -> None:
    rows = text_of(member.get(url(environment), {"q": "nothing like it"}, headers={"HX-Request": "true"}))

    assert "No API matches" in rows
    assert "<html" not in rows


# --- Pasting and uploading ---


def test_a_pasted_schema_has_the_browser_s_line_ends_taken_out(environment: Environment, member: Client) -> None:
    assert paste(member, environment, BOOK.replace("\n", "\r\n")).status_code == 303
    assert working(environment).text == BOOK


def test_an_uploaded_file_is_kept_byte_for_byte(environment: Environment, member: Client) -> None:
    body = (
        ("\ufeff" + BOOK.replace("\n", "\r\n") + '\n"""🐘"""\n\ttype Ü')
        .replace("\n\ttype Ü", "\ntype A{a:ID}")
        .encode()
    )
    upload = SimpleUploadedFile("schema.graphql", body)
    paste(member, environment, "", file=upload)

    assert member.get(url(environment, "data-file")).content == body


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "There is nothing in it"),
        (b"\xef\xbb\xbf \n", "There is nothing in it"),
        (b"# \xfc", "not UTF-8: byte 3"),
        (b"type A { a: ID }\n# \0", "NUL character"),
        (b"x" * (LARGEST + 100_000), "The file has 2.1 MB"),
        (b"# only a comment", "Line 1, column 17"),
        (b"type A {\n  a ID\n}", "Line 2, column 5"),
    ],
)
def test_files_that_are_no_schema_are_refused_in_words(
    environment: Environment, member: Client, body: bytes, said: str
) -> None:
    answer = member.post(url(environment), {"file": SimpleUploadedFile("schema.graphql", body)}, **JSON)

    assert answer.status_code == 422
    assert said in answer.json()["error"]
    assert services.working_of(environment) is None


@pytest.mark.usefixtures("sandbox")
def test_a_syntax_error_shows_its_line_and_loses_nothing_that_was_typed(
    environment: Environment, member: Client
) -> None:
    read(environment)
    wrong = BOOK + "type Shelf @model {\n  id ID!\n}\n# my own words\n"
    answer = paste(member, environment, wrong, expected="1")

    assert answer.status_code == 422
    assert "Line 7, column 6" in text_of(answer)
    assert '<span class="wrong"><span class="line-number">7</span>  id ID!' in text_of(answer)
    assert "# my own words\n</textarea>" in text_of(answer)
    assert working(environment).text == BOOK
    as_json = member.post(url(environment), {"schema": wrong}, **JSON)
    assert (as_json.status_code, as_json.json()["line"], as_json.json()["column"]) == (422, 7, 6)


def test_ten_thousand_lines_are_taken(environment: Environment, member: Client) -> None:
    text = "\n".join(f"# line {number}" for number in range(10_000)) + "\n" + BOOK
    assert paste(member, environment, text).status_code == 303
    assert working(environment).text == text


def test_types_that_stand_twice_are_told(environment: Environment, member: Client) -> None:
    answer = member.post(url(environment), {"schema": BOOK + BOOK, "expected": "0"}, follow=True)
    assert "Defined more than once: Book" in text_of(answer)
    assert member.post(url(environment), {"schema": BOOK + BOOK}, **JSON).json()["defined_twice"] == ["Book"]


@pytest.mark.usefixtures("sandbox")
def test_of_two_who_hand_in_a_schema_at_once_the_second_is_asked(environment: Environment, member: Client) -> None:
    paste(member, environment, BOOK)
    second = paste(member, environment, SHELVES)

    assert second.status_code == 409
    assert "saved another version meanwhile" in text_of(second)
    assert "type Shelf" in text_of(second)
    assert working(environment).text == BOOK
    assert member.post(url(environment), {"schema": SHELVES, "expected": "0"}, **JSON).json()["version"] == 1


def test_a_newer_text_carries_the_draft_over_and_the_same_one_ends_it(environment: Environment, member: Client) -> None:
    read(environment, source="text", api="", api_name="")
    save(environment)
    answer = member.post(url(environment), {"schema": SHELVES, "expected": "2"}, follow=True)
    assert "Your draft was carried over" in text_of(answer)
    assert working(environment).has_draft

    done = SHELVES.replace(BOOK, READERS)
    member.post(url(environment), {"schema": done, "expected": "3"})
    assert working(environment).text == done
    assert not working(environment).has_draft


def test_a_text_cannot_be_read_again(environment: Environment, member: Client) -> None:
    assert member.post(url(environment, "data-read")).url == url(environment)  # type: ignore[attr-defined]
    read(environment, source="text", api="", api_name="")
    assert member.post(url(environment, "data-read")).url == url(environment)  # type: ignore[attr-defined]
    refused = member.post(url(environment, "data-read"), **JSON)
    assert refused.status_code == 409
    assert "hand in the newer text" in refused.json()["error"]


@pytest.mark.parametrize("sent", [{"from": "backend", "api": "x"}, {"from": "appsync"}, {"from": "elsewhere"}])
def test_what_is_not_there_to_be_read_is_refused(
    environment: Environment, member: Client, sent: dict[str, str]
) -> None:
    assert member.post(url(environment), sent, **JSON).status_code == 422
    assert services.working_of(environment) is None


# --- Who may ---


def test_only_full_access_chooses_and_a_viewer_reads_without_asking_aws(environment: Environment) -> None:
    viewer, stranger = signed_in(environment, Role.VIEWER), Client()
    stranger.force_login(make_user())
    shown = viewer.get(url(environment))
    assert shown.status_code == 200
    assert "Use this schema" not in text_of(shown)
    for page, sent in (("data-source", {"schema": BOOK}), ("data-read", {})):
        assert viewer.post(url(environment, page), sent).status_code == 403
        assert signed_in(environment, Role.MANAGE_ONLY).post(url(environment, page), sent).status_code == 403
        assert stranger.post(url(environment, page), sent).status_code == 404
    assert stranger.get(url(environment)).status_code == 404
    assert signed_in(environment).get(url(environment, "data-read")).status_code == 405
    assert not Revision.objects.exists()


def test_scripts_choose_with_a_token(environment: Environment, sandbox: Sandbox) -> None:
    client, token = Client(), bearer(environment)
    offered = client.get(url(environment), headers={**token, "accept": "application/json"}).json()
    assert GRAPHQL_API_ID in {one["id"] for one in offered["apis"]}
    taken = client.post(url(environment), {"schema": BOOK}, headers={**token, "accept": "application/json"}).json()
    assert (taken["source"], taken["version"], taken["changed"], taken["draft"]) == ("text", 1, True, False)
    assert json.dumps(taken)
