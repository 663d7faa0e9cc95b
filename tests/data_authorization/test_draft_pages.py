"""The draft's own pages: its difference and history, going back, the file and the Gen 2 text."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from data_authorization.models import Revision
from environments.models import Environment
from environments.permissions import Role
from tests.auth_import.journeys import bearer, signed_in
from tests.data_authorization.drafts import BOOK, MODES, READERS, SHELVES, read, save, working
from tests.factories import make_environment, make_user

JSON: Any = {"headers": {"accept": "application/json"}}


@pytest.fixture
def environment(db: None) -> Environment:
    return make_environment(name="dev", kind="amplify", app_id="dexample1234")


@pytest.fixture
def member(environment: Environment) -> Client:
    return signed_in(environment)


def url(environment: Environment, page: str = "data-draft") -> str:
    return reverse(page, kwargs={"project": environment.project.slug, "env": environment.name})


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_a_draft_of_a_backend_shows_its_difference_and_the_way_to_the_api(
    environment: Environment, member: Client
) -> None:
    read(environment)
    save(environment, modes=MODES[:1], words="Signed-in people can read Books.")
    shown = text_of(member.get(url(environment)))

    assert 'class="diff-row added"' in shown
    assert "allow: private, operations: [read]" in shown
    assert "<strong>Cognito user pool</strong> instead of Cognito user pool, API key" in shown
    assert "amplify pull --appId dexample1234 --envName dev\namplify push --force" in shown
    assert "Whoever pushes an older checkout puts the old rules back" in shown
    assert f'class="button primary" href="{url(environment, "push")}"' in shown
    assert "Signed-in people can read Books." in shown
    assert "Sample Person" in shown


@pytest.mark.parametrize(
    ("source", "text", "said"),
    [
        ("appsync", "type Query { a: Int }\n", "makes resolvers of"),
        ("appsync", BOOK, "Do not put this file in place of the one in the app’s repository."),
        ("text", BOOK, "hand the same file in again"),
    ],
)
def test_other_drafts_are_a_file_and_say_what_to_do_with_it(
    environment: Environment, member: Client, source: str, text: str, said: str
) -> None:
    read(environment, text, source=source)
    save(environment, f"{text}# Another one\n")
    shown = text_of(member.get(url(environment)))

    assert said in shown
    # What was rebuilt lacks indexes and keys: a push of it could delete tables.
    assert ("Download schema.graphql" in shown) == ("Do not put" not in said)
    assert "amplify push --force" not in shown
    assert f'class="button primary" href="{url(environment, "push")}"' not in shown


def test_without_a_draft_or_a_model_the_page_says_what_is_next(environment: Environment, member: Client) -> None:
    assert url(environment, "data-source") in text_of(member.get(url(environment)))
    read(environment)
    assert "No draft" in text_of(member.get(url(environment)))


def test_discarding_and_restoring(environment: Environment, member: Client) -> None:
    read(environment)
    save(environment)
    answer = member.post(url(environment, "discard-data-draft"), {"expected": "2"}, follow=True)
    assert answer.redirect_chain == [(url(environment), 303)]
    assert "The draft was discarded" in text_of(answer)
    assert working(environment).text == BOOK

    answer = member.post(url(environment, "restore-data-draft"), {"number": "2", "expected": "3"}, follow=True)
    assert "those of version 2 again" in text_of(answer)
    assert working(environment).text == READERS


def test_what_came_back_of_an_older_version_is_told_as_it_is(environment: Environment, member: Client) -> None:
    read(environment, READERS)
    save(environment, text=READERS.replace("private, operations: [read]", "private"))
    read(environment, SHELVES)
    said = [
        text_of(
            member.post(url(environment, "restore-data-draft"), {"number": number, "expected": expected}, follow=True)
        )
        for number, expected in ((1, 3), (1, 4), (2, 4))
    ]
    assert "The rules are those of version 1 again." in said[0]
    assert "Nothing had to be changed" in said[1]
    assert "What version 2 had changed in the rules is changed again" in said[2]


def test_a_draft_that_amplify_refuses_says_so(environment: Environment, member: Client) -> None:
    read(environment)
    assert "Amplify refuses this draft" not in text_of(member.get(url(environment)))
    save(environment, text=BOOK.replace("allow: owner", "allow: groups"))
    assert "Amplify refuses this draft" in text_of(member.get(url(environment)))
    assert member.get(url(environment), **JSON).json()["errors"] > 0


@pytest.mark.parametrize("leaf", ["discard-data-draft", "restore-data-draft"])
def test_who_looked_at_an_older_version_changes_nothing(environment: Environment, member: Client, leaf: str) -> None:
    read(environment)
    save(environment, words="Somebody's rule.")
    stale = member.post(url(environment, leaf), {"number": "1", "expected": "1"})

    assert stale.status_code == 409
    assert "Somebody&#x27;s rule." in text_of(stale)
    as_json = member.post(url(environment, leaf), {"number": "1", "expected": "1"}, **JSON)
    assert (as_json.status_code, as_json.json()["version"]) == (409, 2)
    for sent in ({}, {"number": "x", "expected": "9" * 30}):
        assert member.post(url(environment, leaf), sent).status_code == 409
    assert working(environment).text == READERS


def test_a_version_that_is_not_kept_any_more_is_refused(environment: Environment, member: Client) -> None:
    read(environment)
    answer = member.post(url(environment, "restore-data-draft"), {"number": "77", "expected": "1"})
    assert answer.status_code == 422
    assert "There is no version 77 any more" in text_of(answer)
    assert member.post(url(environment, "restore-data-draft"), {"number": "1"}, **JSON).status_code == 409


def test_only_full_access_goes_back(environment: Environment) -> None:
    read(environment)
    save(environment)
    viewer, stranger = signed_in(environment, Role.VIEWER), Client()
    stranger.force_login(make_user())
    shown = text_of(viewer.get(url(environment)))
    assert "Restore" not in shown.replace("Restoring", "")
    assert "A member with full access can push." in shown
    for page in ("discard-data-draft", "restore-data-draft"):
        sent = {"number": "1", "expected": "2"}
        assert viewer.post(url(environment, page), sent).status_code == 403
        assert stranger.post(url(environment, page), sent).status_code == 404
        assert signed_in(environment).get(url(environment, page)).status_code == 405
    for page in ("data-draft", "data-file", "data-gen2"):
        assert viewer.get(url(environment, page)).status_code == 200
        assert stranger.get(url(environment, page)).status_code == 404
        assert viewer.post(url(environment, page)).status_code == 405
    assert working(environment).number == 2


def test_the_file_is_the_text_byte_for_byte(environment: Environment, member: Client) -> None:
    text = "\ufeff" + BOOK.replace("\n", "\r\n")
    read(environment, text)
    save(environment, text + "# 🐘")
    file = member.get(url(environment, "data-file"))

    assert file.content == (text + "# 🐘").encode()
    assert file["Content-Type"] == "text/plain; charset=utf-8"
    assert file["Content-Disposition"] == 'attachment; filename="schema.graphql"'
    assert member.get(url(environment, "data-file"), {"base": "1"}).content == text.encode()
    assert member.get(url(environment, "data-file"), **JSON).json() == {
        "version": 2,
        "draft": True,
        "text": text + "# 🐘",
    }


def test_gen_2_is_shown_and_downloaded(environment: Environment, member: Client) -> None:
    read(environment)
    save(environment)
    shown = text_of(member.get(url(environment, "data-gen2")))
    file = member.get(url(environment, "data-gen2"), {"download": "1"})

    assert ".model({" in shown
    assert "allow.authenticated()" in file.content.decode()
    assert file["Content-Disposition"] == 'attachment; filename="resource.ts"'
    assert member.get(url(environment, "data-gen2"), **JSON).json()["text"] == file.content.decode()


def test_pages_of_nothing_lead_to_the_data_page(environment: Environment, member: Client) -> None:
    for page in ("data-file", "data-gen2"):
        assert member.get(url(environment, page)).url == url(environment, "data")  # type: ignore[attr-defined]
        assert member.get(url(environment, page), **JSON).status_code == 404
    assert member.get(url(environment), **JSON).status_code == 404
    for page in ("discard-data-draft", "restore-data-draft"):
        assert member.post(url(environment, page), {"number": "1", "expected": "0"}).status_code == 409


def test_a_long_history_is_shown_in_part_and_costs_the_same(environment: Environment, member: Client) -> None:
    read(environment)
    with CaptureQueriesContext(connection) as few:
        member.get(url(environment))
    row = working(environment).data_model
    Revision.objects.bulk_create(
        Revision(data_model=row, number=n, text=BOOK, modes=list(MODES), words=f"Change {n}.", created_by_name="x")
        for n in range(2, 41)
    )
    with CaptureQueriesContext(connection) as many:
        shown = text_of(member.get(url(environment)))

    assert len(many) == len(few)
    assert "20 of 40" in shown
    assert "Change 3." not in shown
    assert "Change 3." in text_of(member.get(url(environment), {"all": "1"}))


def test_scripts_read_the_draft_with_a_token(environment: Environment) -> None:
    read(environment)
    save(environment)
    headers = {**bearer(environment, Role.VIEWER), "accept": "application/json"}
    found = Client().get(url(environment), headers=headers).json()

    assert (found["version"], found["draft"], found["source"]) == (2, True, "backend")
    assert [one["version"] for one in found["history"]] == [2, 1]
    assert any(line.startswith("+type Book") for line in found["difference"])
    assert Client().post(url(environment, "discard-data-draft"), {"expected": "2"}, headers=headers).status_code == 403


def test_earlier_versions_say_what_comes_back_of_them(environment: Environment, member: Client) -> None:
    read(environment)
    save(environment)
    read(environment, SHELVES)

    assert text_of(member.get(url(environment))).count("of it only the rules come back") == 2
