"""A rule for a group: put together, looked at, saved, simulated, and seen as a difference of the file."""

import re

import pytest
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import scenario
from tests.e2e.conftest import Visit
from tests.e2e.places import Office, Place

pytestmark = pytest.mark.browser

SCHEMA = """\
# Kept as it is
type Book @model @auth(rules: [
  { allow: owner },
]) {
  id: ID!
  title: String!
  cost: Float
}
"""
ADDED = '{ allow: groups, groups: ["Editors"], operations: [create, read] }'


def simulate(page: Page, place: Place, operation: str, field: str = "") -> None:
    """Asks whether somebody in the Editors group may do it, as the address of the simulator's page has it."""
    who = "mode=user-pool&username=ann&groups=Editors"
    page.goto(f"{place.data}simulator/?{who}&type=Book&operation={operation}&field={field}")


def choose(page: Page, strategy: str) -> None:
    page.get_by_role("radio", name=re.compile(f"^{strategy} ")).check()


def verdict(page: Page) -> str:
    words = page.locator("#answer .alert-title")
    expect(words).to_be_visible()
    return words.inner_text()


def test_an_editors_rule_for_a_model_and_a_field(office: Office, page: Page, place: Place) -> None:
    office.link(place, scenario("good"))
    office.hand_in(place, SCHEMA)
    simulate(page, place, "create")
    assert verdict(page) == "Denied"

    answer = page.locator("#rule-answer")
    page.goto(f"{place.data}types/Book/rules/create/?allow=groups&groups=Gone")
    expect(page.get_by_text("not in the pool")).to_be_visible()
    expect(answer).to_contain_text("no group “Gone”")

    page.goto(place.data)
    page.get_by_role("link", name="Book", exact=True).first.click()
    page.get_by_role("link", name="Add a rule", exact=True).first.click()
    expect(page.get_by_label("Owner field")).to_be_hidden()
    choose(page, "Owner of the item")
    expect(page.get_by_label("Owner field")).to_be_visible()
    expect(answer).to_contain_text("Rules 1 and 2 are both for owners")
    owner = page.get_by_label("Owner field")
    for typed, is_invalid in (("a b", True), ("", False)):
        owner.fill(typed)
        expect(page.locator("[name=owner_field][aria-invalid=true]")).to_have_count(int(is_invalid))
        expect(owner).to_be_focused()
    choose(page, "Groups")
    expect(page.get_by_label("Owner field")).to_be_hidden()
    expect(answer).to_contain_text("does not say which groups")
    page.get_by_role("checkbox", name="Editors").check()
    page.get_by_role("checkbox", name="Update").uncheck()
    page.get_by_role("checkbox", name="Delete").uncheck()
    expect(answer).to_contain_text(ADDED)
    expect(answer).to_contain_text("Editors can also create, read Books.")
    page.get_by_role("button", name="Add the rule").click()
    expect(page.get_by_text("It waits in the draft: nothing in AWS has changed.")).to_be_visible()

    page.goto(f"{place.data}types/Book/?field=cost")
    page.get_by_role("link", name="Add a rule to this field").click()
    choose(page, "Groups")
    page.get_by_label("Groups that are not in the list").fill("Editor")
    expect(answer).to_contain_text("no group “Editor”")
    page.get_by_label("Groups that are not in the list").fill("Editors")
    expect(answer).to_contain_text("Users in the Editors group can create, read, update, delete cost.")
    page.get_by_role("button", name="Add the rule").click()
    expect(page.locator("#field-cost-rule-0")).to_contain_text("Users in the Editors group")

    for operation, field, said in (("create", "", "Allowed"), ("delete", "", "Denied"), ("read", "cost", "Allowed")):
        simulate(page, place, operation, field)
        assert verdict(page) == said

    page.goto(f"{place.data}draft/")
    difference = page.locator("#difference")
    expect(difference.locator("ins").filter(has_text=ADDED)).to_have_count(1)
    expect(difference.locator("ins").filter(has_text="cost: Float @auth")).to_have_count(1)
    expect(difference.locator("del")).to_have_count(1)
    file = page.request.get(f"{place.data}schema.graphql").text()
    assert file.startswith("# Kept as it is\ntype Book @model @auth(rules: [\n  { allow: owner },\n")


def test_a_rule_without_script(office: Office, place: Place, visit: Visit) -> None:
    office.link(place, scenario("good"))
    office.hand_in(place, SCHEMA)
    page = visit(java_script_enabled=False)
    page.goto(f"{place.data}types/Book/rules/create/")
    choose(page, "Groups")
    page.get_by_label("Owner field").fill("title")
    page.get_by_role("button", name="Show the groups of the pool").click()
    page.get_by_role("checkbox", name="Editors").check()
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Amplify ignores this for “Groups”.").first).to_be_visible()
    page.get_by_label("Owner field").fill("")
    page.get_by_role("checkbox", name="Delete").uncheck()
    page.get_by_label("Group claim").press("Enter")
    said = "Added a rule to Book: Users in the Editors group can create, read, update."
    expect(page.get_by_text(said).first).to_be_visible()

    page.get_by_role("link", name="Remove rule 2 of Book").click()
    expect(page.get_by_text("Editors can no longer create, read, update Books.")).to_be_visible()
    page.get_by_role("button", name="Remove the rule").click()
    expect(page.get_by_role("link", name="Remove rule 2 of Book")).to_have_count(0)
    assert page.request.get(f"{place.data}schema.graphql").text() == SCHEMA
