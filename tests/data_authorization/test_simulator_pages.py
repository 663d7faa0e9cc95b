"""The simulator's page and that of differences, as people and scripts meet them."""

from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from data_authorization.models import DataModel
from environments.models import Environment
from environments.permissions import Role
from tests.auth_import.journeys import bearer, signed_in
from tests.auth_import.planted import Account
from tests.data_authorization.drafts import BOOK, MODES, read, save
from tests.factories import make_environment, make_link, make_outputs, make_user
from tests.sandbox_control import Sandbox

SHOP = """
type Product @model @auth(rules: [
  { allow: owner }
  { allow: groups, groups: ["Managers"], operations: [read, update] }
  { allow: groups, groupsField: "teams", operations: [read] }
]) {
  id: ID!
  name: String!
  teams: [String]
  cost: Float @auth(rules: [{ allow: groups, groups: ["Managers"] }])
}
type Query { count: Int @auth(rules: [{ allow: groups, groups: ["Managers"] }]) }
"""
HTMX = {"HX-Request": "true"}
_numbers = count(1)


@pytest.fixture
def environment(db: None) -> Environment:
    found = make_environment(name="dev")
    read(found, SHOP, source=DataModel.Source.TEXT)
    return found


@pytest.fixture
def viewer(environment: Environment) -> Client:
    return signed_in(environment, Role.VIEWER)


def url(environment: Environment, page: str = "data-simulator", **query: str) -> str:
    path = reverse(page, kwargs={"project": environment.project.slug, "env": environment.name})
    return f"{path}?{urlencode(query)}" if query else path


def text_of(response: Any) -> str:
    return str(response.content.decode())


def asked(environment: Environment, client: Client, **query: str) -> str:
    return text_of(client.get(url(environment, **query)))


HERS = {"username": "ann", "sub": "s1", "item.owner": "s1::ann"}


def test_the_answer_names_the_rule_and_leads_to_it(environment: Environment, viewer: Client) -> None:
    page = asked(environment, viewer, type="Product", field="name", operation="update", **HERS)

    assert "Rule 1 of Product lets this caller update Product.name." in page
    assert f'href="{url(environment, "data").removesuffix("/")}/types/Product/#rule-0"' in page
    assert "Owners can create, read, update, delete" in page
    assert 'value="s1::ann"' in page


def test_a_refusal_says_which_rules_came_near(environment: Environment, viewer: Client) -> None:
    page = asked(environment, viewer, type="Product", field="cost", operation="read", **HERS)

    assert "No rule lets this caller read Product.cost." in page
    assert "It would allow this, but cost has rules of its own, which replace it." in page
    assert "types/Product/?field=cost#field-cost-rule-0" in page


def test_lists_groups_and_claims_are_read_from_the_address(environment: Environment, viewer: Client) -> None:
    query = {"type": "Product", "operation": "read", "item.teams": "red, blue"}
    assert "Rule 3 of Product" in asked(environment, viewer, groups="green blue", **query)
    assert "Rule 3 of Product" in asked(environment, viewer, claims='cognito:groups=["red"]', **query)
    assert "No rule lets this caller" in asked(environment, viewer, groups="green", **query)


def test_a_claim_that_is_none_is_told_at_its_field(environment: Environment, viewer: Client) -> None:
    answer = viewer.get(url(environment, type="Product", claims="ok=1\nnonsense"))
    assert answer.status_code == 422
    assert "Line 2 is not of the form name=value: nonsense" in text_of(answer)


def test_a_guest_has_no_claims(environment: Environment, viewer: Client) -> None:
    page = asked(environment, viewer, type="Product", operation="read", mode="guest", user="ann", groups="Managers")
    assert "The API does not let callers in by IAM: no rule is asked." in page
    assert 'name="groups"' not in page


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({}, 200, "Nothing asked yet"),
        ({"type": "Gone"}, 422, "The schema has no type <strong>Gone</strong>"),
        ({"type": "Query"}, 200, "Choose a field: Query as a whole cannot be asked for."),
        ({"type": "Query", "field": "count", "groups": "Managers"}, 200, "lets this caller ask for Query.count."),
        ({"type": "Product", "field": "gone"}, 422, 'has no field <strong class="break">gone</strong>'),
        ({"type": "Product", "operation": "burn"}, 200, "Nothing asked yet"),
        ({"type": "Product", "mode": "door"}, 200, "Nothing asked yet"),
        ({"type": "Product", "item.": "x", "groups": "<b>&"}, 200, "&lt;b&gt;&amp;"),
    ],
)
def test_half_a_question_and_strange_ones(
    environment: Environment, viewer: Client, query: dict[str, str], status: int, words: str
) -> None:
    answer = viewer.get(url(environment, **query))
    assert (answer.status_code, words in text_of(answer)) == (status, True)


def test_htmx_gets_the_part_that_it_replaces(environment: Environment, viewer: Client) -> None:
    where = url(environment, type="Product", operation="read")
    answer = text_of(viewer.get(where, headers={**HTMX, "HX-Target": "answer"}))
    form = text_of(viewer.get(where, headers={**HTMX, "HX-Target": "simulator"}))
    assert "No rule lets this caller" in answer
    assert "<form" not in answer
    assert 'id="question"' in form
    assert "<html" not in form


def test_scripts_get_the_decision(environment: Environment) -> None:
    where = url(environment, type="Product", field="name", operation="read", groups="Managers", **HERS)
    found = Client().get(where, headers=bearer(environment, Role.VIEWER)).json()
    assert found["allowed"] is True
    assert found["rule"] == {"type": "Product", "field": None, "number": 0}
    assert [one["number"] for one in found["rules"]] == [0, 1]
    assert found["near"] == []
    # A misspelt word must not be answered with what is true of something else.
    misspelt = ({"field": "prize"}, {"operation": "burn"}, {"mode": "door"})
    for query in ({"type": "Query"}, *({"type": "Product", **HERS, **one} for one in misspelt)):
        assert Client().get(url(environment, **query), headers=bearer(environment, Role.VIEWER)).status_code == 422


@pytest.mark.parametrize("page", ["data-simulator", "data-differences", "data-gen2"])
def test_rules_that_cannot_be_read_back_are_not_taken_for_none(
    environment: Environment, viewer: Client, page: str
) -> None:
    query = {"type": "Product", "operation": "read"}
    said = "These are not the rules that are in force"
    assert said not in text_of(viewer.get(url(environment, page, **query)))
    read(environment, "type Product @model { id: ID! }\n", source=DataModel.Source.APPSYNC)
    assert said in text_of(viewer.get(url(environment, page, **query)))
    answer = Client().get(url(environment, **query), headers=bearer(environment, Role.VIEWER)).json()
    assert (answer["allowed"], answer["rules_readable"]) == (False, False)


@pytest.mark.parametrize("page", ["data-simulator", "data-differences"])
def test_strangers_and_other_methods(environment: Environment, viewer: Client, client: Client, page: str) -> None:
    client.force_login(make_user())
    assert client.get(url(environment, page)).status_code == 404
    assert viewer.post(url(environment, page)).status_code == 405


@pytest.mark.parametrize("page", ["data-simulator", "data-differences"])
def test_without_a_model_the_page_says_what_to_do(db: None, page: str) -> None:
    environment = make_environment(name="dev")
    assert "No data model has been read yet" in text_of(signed_in(environment).get(url(environment, page)))
    assert Client().get(url(environment, page), headers=bearer(environment)).status_code == 404


def test_the_rules_of_before_the_draft_can_be_asked(environment: Environment, viewer: Client) -> None:
    save(environment, SHOP.replace("[read, update]", "[read]"))
    query = {"type": "Product", "field": "name", "operation": "update", "groups": "Managers"}
    assert "No rule lets this caller" in asked(environment, viewer, **query)
    assert "Rule 2 of Product lets" in asked(environment, viewer, version="base", **query)


# --- People of the pool ---


@pytest.fixture
def pool(sandbox: Sandbox, environment: Environment) -> Any:
    """The environment linked to a pool of its own, with a client of Cognito."""
    cache.clear()
    cognito = Account(sandbox.url).client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName=f"simulated-{next(_numbers)}")["UserPool"]["Id"]
    make_link(environment, outputs=make_outputs(user_pool_id=pool_id))
    attributes = [{"Name": "email", "Value": "mara@example.com"}, {"Name": "phone_number", "Value": "+4915112345678"}]
    cognito.admin_create_user(UserPoolId=pool_id, Username="mara", UserAttributes=attributes, MessageAction="SUPPRESS")
    for name in ["Managers", *(f"team-{number:03}" for number in range(4))]:
        cognito.create_group(UserPoolId=pool_id, GroupName=name)
        cognito.admin_add_user_to_group(UserPoolId=pool_id, GroupName=name, Username="mara")
    return cognito


def test_a_person_of_the_pool_is_found_and_fills_the_claims(
    environment: Environment, viewer: Client, pool: Any, sandbox: Sandbox
) -> None:
    for scrap in ("mara@ex", "+49 151 1234", "mar"):
        found = text_of(viewer.get(url(environment, type="Product", q=scrap), headers={**HTMX, "HX-Target": "people"}))
        assert "user=mara" in found, scrap
        assert "type=Product" in found
    page = asked(environment, viewer, type="Product", field="cost", operation="read", user="mara")
    assert "mara@example.com, in Managers, team-000, team-001 and 2 more groups" in page
    assert "Rule 1 of Product.cost lets this caller read Product.cost." in page
    sandbox.forget()
    assert "2 more groups" in asked(environment, viewer, type="Product", operation="update", user="mara")
    assert sandbox.calls() == []


def test_what_aws_refuses_is_told_in_words(environment: Environment, viewer: Client, sandbox: Sandbox) -> None:
    make_link(environment, outputs=make_outputs(user_pool_id="eu-west-1_Nobody123"))
    cache.clear()
    sandbox.fail("ListUsers", kind="fail", code="AccessDeniedException")
    page = asked(environment, viewer, type="Product", operation="read", user="mara")
    assert "AccessDeniedException" in page
    assert "Type the claims instead" in page
    assert "there is nothing to decide" in page


def test_without_a_link_people_are_not_found_and_claims_can_be_typed(environment: Environment, viewer: Client) -> None:
    page = asked(environment, viewer, type="Product", q="mara")
    assert "No user pool is linked to this environment" in page
    assert 'name="username"' in page


# --- Differences ---


def test_differences_between_what_was_read_and_the_draft(environment: Environment, viewer: Client) -> None:
    more = SHOP.replace("[read, update]", "[read, update, delete]").replace(
        "{ allow: owner }", "{ allow: owner }, { allow: public, operations: [read] }"
    )
    save(environment, more)
    page = text_of(viewer.get(url(environment, "data-differences")))
    assert page.index("Anyone with the API key can also read Products.") > page.index("This opens something")
    assert "<th" in page
    report = Client().get(url(environment, "data-differences"), headers=bearer(environment, Role.VIEWER)).json()
    assert report["differences"][0]["public"] is True


def test_any_two_versions_can_be_compared(environment: Environment, viewer: Client) -> None:
    old = str(save(environment, SHOP.replace("[read, update]", "[read]")).number)
    new = str(save(environment, SHOP).number)
    page = text_of(viewer.get(url(environment, "data-differences", **{"from": old, "to": new})))
    assert "Managers can also update Products." in page
    back = text_of(viewer.get(url(environment, "data-differences", **{"from": new, "to": old})))
    assert "Managers can no longer update Products." in back


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({}, 200, "Nobody gains, nobody loses"),
        ({"from": "77"}, 404, "not kept any more"),
        ({"to": "x"}, 404, "not kept any more"),
        ({"to": "broken"}, 422, "cannot be read. Line 1, column 6"),
    ],
)
def test_versions_that_are_not_there_or_unreadable(
    environment: Environment, viewer: Client, query: dict[str, str], status: int, words: str
) -> None:
    broken = save(environment, "type {").number
    save(environment, SHOP)
    named = {name: str(broken) if value == "broken" else value for name, value in query.items()}
    answer = viewer.get(url(environment, "data-differences", **named))
    assert (answer.status_code, words in text_of(answer)) == (status, True)


def test_a_mode_that_opens_the_api_is_told_first(environment: Environment, viewer: Client) -> None:
    read(environment, BOOK, modes=MODES[:1], source=DataModel.Source.TEXT)
    save(environment, BOOK, modes=MODES)
    page = text_of(viewer.get(url(environment, "data-differences")))
    assert "The API also lets callers in by API key: rules for them begin to count." in page
    assert "1 change lets guests, or anyone with the API key, do more than before. It stands first." in page
