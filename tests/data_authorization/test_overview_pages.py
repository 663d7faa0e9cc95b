"""The Data page: what it says of a model, of a draft, of what is wrong, and where there is nothing yet."""

import re
from collections import Counter
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aws.sandbox.catalogue import scenario
from data_authorization import groups
from data_authorization.graphql_schema import sentences, validity
from environments.models import Environment
from environments.permissions import Role
from tests.auth_import.journeys import address, bearer, signed_in
from tests.data_authorization.bookshop import DRAFT, GLOBAL, SCHEMA, many_models, plant
from tests.factories import make_cast, make_environment, make_link
from tests.sandbox_control import Sandbox

pytestmark = pytest.mark.django_db
POOL = scenario("good").pool_id
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def member(environment: Environment) -> Client:
    return signed_in(environment)


def text_of(client: Client, url: str, **headers: str) -> str:
    """The words on the page, without its markup."""
    answer: Any = client.get(url, headers=headers)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "<html" in html or headers
    body = html[html.index("<main") :] if "<main" in html else html
    return re.sub(r" (?=[,.])", "", unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))))


def test_it_says_who_may_do_what_in_sentences(environment: Environment, member: Client) -> None:
    plant(environment)
    make_link(environment)
    text = text_of(member, address(environment, "data"))
    assert "Owners can create, read, update, delete" in text
    assert "Users in the Editors group can read, create" in text
    assert "No rules: nobody gets in" in text
    assert "Cognito user pool (default), API key" in text
    assert "shop-users" in text
    assert "bestsellers: Signed-in users can call" in text
    assert "note: Users in the Managers group can read" in text
    assert "Shelf" not in text


def test_findings_are_told_with_their_place_and_lead_there(environment: Environment, member: Client) -> None:
    plant(environment)
    html = member.get(address(environment, "data")).content.decode()
    assert "auth.required-field" in html
    assert "line 8, column 3" in html
    assert f'href="{address(environment, "data-type", type="Book")}?field=title#field-title"' in html
    assert f'href="{address(environment, "data-type", type="Book")}#rule-0"' in html


def test_what_many_places_have_in_common_is_said_once(environment: Environment, member: Client) -> None:
    plant(environment, many_models(30))
    url = address(environment, "data")
    html = member.get(url).content.decode()
    assert html.count("lint.owner-reassigns") == 1
    assert "and 23 more places" in html
    assert member.get(f"{url}?findings=all").content.decode().count("lint.owner-reassigns") == 30


def test_a_draft_is_told_and_what_it_changes(environment: Environment, member: Client) -> None:
    plant(environment, draft=DRAFT, source="backend", api="shop")
    text = text_of(member, address(environment, "data"))
    assert "1 type differs from what was read" in text
    assert "by Ada: Editors may delete." in text
    assert "Users in the Editors group can read, create, delete" in text
    # A standalone environment has no backend to push to.
    assert "Review the draft" in text
    assert " Push " not in text


def test_a_draft_of_a_backend_leads_to_the_push(db: None) -> None:
    environment = make_environment(kind="amplify", app_id="d2sample")
    plant(environment, draft=DRAFT, source="backend", api="shop")
    for role, pushes in ((Role.FULL_ACCESS, True), (Role.VIEWER, False)):
        html = signed_in(environment, role).get(address(environment, "data")).content.decode()
        main = html[html.index("<main") :]
        assert (f'href="{address(environment, "push")}"' in main) is pushes


def test_search_narrows_both_lists(environment: Environment, member: Client) -> None:
    plant(environment)
    url = address(environment, "data")
    text = text_of(member, f"{url}?q=BOO", **FRAGMENT)
    assert "Book" in text
    assert "Comment" not in text
    assert "Address" not in text
    assert "None of the 3 models has “zzz” in its name." in text_of(member, f"{url}?q=zzz", **FRAGMENT)
    assert "Address" in text_of(member, f"{url}?q=addr")


def test_a_large_schema_is_shown_in_parts_and_costs_no_more_queries(
    environment: Environment, member: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = address(environment, "data")
    row = plant(environment)
    member.get(url)
    with CaptureQueriesContext(connection) as few:
        member.get(url)
    row.text = many_models(120)
    row.save()
    text = text_of(member, url)
    assert "50 of 120 models" in text
    said = Counter[str]()

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            said[name] += 1
            return function(*arguments, **named)

        return call

    monkeypatch.setattr(validity, "problems", counted("problems", validity.problems))
    monkeypatch.setattr(sentences, "of_rule", counted("sentences", sentences.of_rule))
    with CaptureQueriesContext(connection) as many:
        member.get(url)
    assert len(many) == len(few)
    # Rules are put into words for the rows on the screen only; what is wrong with the schema is remembered.
    assert said == {"sentences": 50 * 3}
    assert text_of(member, f"{url}?rows=150").count(" 1 with its own rules") == 120


def test_nothing_read_yet(environment: Environment) -> None:
    for role, words in ((Role.FULL_ACCESS, "Choose where it comes from"), (Role.VIEWER, "Somebody with full access")):
        client = signed_in(environment, role)
        html = client.get(address(environment, "data")).content.decode()
        assert "No data model has been read yet" in html
        assert words in html
        assert address(environment, "data-source") in html


def test_a_text_that_is_no_graphql_says_where(environment: Environment, member: Client) -> None:
    plant(environment, SCHEMA.replace("id: ID!", "id <b>ID!", 1), source="backend", api="shop")
    for url in (address(environment, "data"), address(environment, "data-type", type="Book")):
        html = member.get(url).content.decode()
        assert "Line 8, column 6" in html
        assert "id &lt;b&gt;ID!" in html
        assert "amplify/backend/api/shop/schema.graphql" in html
        assert "<b>ID!" not in html
        answer = member.get(url, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["line"], answer.json()["column"]) == (422, 8, 6)


def test_an_api_without_models(environment: Environment, member: Client) -> None:
    plant(environment, "type Query { a: String @auth(rules: [{ allow: private }]) }")
    text = text_of(member, address(environment, "data"))
    assert "The API has no models" in text
    assert "a: Signed-in users can call" in text


def test_unknown_syntax_takes_nothing_away(environment: Environment, member: Client) -> None:
    strange = 'directive @newer(a: [Int!]) on OBJECT\nextend type Book @newer(a: 1)\nscalar Odd @of(the: "future")\n'
    plant(environment, strange + SCHEMA.replace("@hasMany", "@hasMany(limit: 3) @vector(dims: 12)"))
    html = member.get(address(environment, "data-type", type="Book")).content.decode()
    assert "Add a rule" in html
    assert address(environment, "data-rule", type="Book", number=0) in html


def test_the_rule_of_the_whole_api(environment: Environment, member: Client) -> None:
    plant(environment, GLOBAL + SCHEMA)
    assert "As the whole API: Anyone with the API key can" in text_of(member, address(environment, "data"))


def test_groups_are_asked_for_in_a_fragment(environment: Environment, member: Client, sandbox: Sandbox) -> None:
    plant(environment, SCHEMA.replace('"Managers"', '"Nobodies"'))
    url = address(environment, "data")
    assert "every name in a rule is taken as it is" in text_of(member, url)
    make_link(environment, user_pool_id=POOL)
    sandbox.forget()
    html = member.get(url).content.decode()
    assert 'hx-trigger="load, click"' in html
    assert not [call for call in sandbox.calls() if "Groups" in call["operation"]]
    answer = member.get(f"{url}?groups=check", headers=FRAGMENT).content.decode()
    assert answer.lstrip().startswith("<section")
    assert "Nobodies" in answer
    assert "lint." in answer
    assert "Editors" not in answer
    # Without JavaScript the same address is the whole page.
    assert "Nobodies" in text_of(member, f"{url}?groups=check")


def test_groups_that_cannot_be_read_are_told_in_words(
    environment: Environment, member: Client, sandbox: Sandbox
) -> None:
    plant(environment)
    make_link(environment, user_pool_id=POOL)
    sandbox.fail("ListGroups", kind="fail", code="AccessDeniedException")
    text = text_of(member, f"{address(environment, 'data')}?groups=check")
    assert "cognito-idp:ListGroups" in text
    assert "Owners can create, read, update, delete" in text


def test_scripts_read_the_same(environment: Environment) -> None:
    plant(environment, draft=DRAFT)
    report = Client().get(address(environment, "data"), headers=bearer(environment, Role.VIEWER)).json()
    assert report["draft"] is True
    assert [one["name"] for one in report["models"]] == ["Book", "Comment", "Diary"]
    assert report["models"][0]["rules"][1] == "Users in the Editors group can read, create, delete"
    assert report["models"][0]["fields_with_rules"] == ["cost"]
    assert {"id", "line", "column", "type", "rule"} <= set(report["problems"][0])
    assert [one["name"] for one in report["others"]] == ["Address", "Query"]


@pytest.mark.parametrize("route", ["data", "data-type"])
def test_who_may_see_it(environment: Environment, route: str) -> None:
    plant(environment)
    cast = make_cast(environment.project)
    url = address(environment, route, **({"type": "Book"} if route == "data-type" else {}))
    for person, status in ((cast.owner, 200), (cast.manager, 200), (cast.viewer, 200), (cast.stranger, 404)):
        client = Client()
        client.force_login(person)
        answer = client.get(url)
        assert answer.status_code == status
        edits = address(environment, "data-read") in answer.content.decode() or "rules/create/" in str(answer.content)
        if status == 200 and person != cast.owner:
            assert not edits
    assert signed_in(environment, name="poster").post(url).status_code == 405


def test_groups_module_is_not_asked_without_a_link(environment: Environment, member: Client) -> None:
    plant(environment)
    assert groups.remembered(environment) is None
    text = text_of(member, f"{address(environment, 'data')}?groups=check", **FRAGMENT)
    assert "No user pool is linked" in text
