"""A group with thirty members: made, filled from a pasted list, paged, thinned out and deleted."""

import re

import pytest
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import scenario
from tests.e2e import walk
from tests.e2e.console_process import Console
from tests.e2e.places import Office, Place

pytestmark = pytest.mark.browser

NAME = "Night shift/ü"


def thirty_addresses(console: Console, pool: str) -> list[str]:
    users = console.aws("cognito-idp").list_users(UserPoolId=pool, Limit=30)["Users"]
    return [next(one["Value"] for one in user["Attributes"] if one["Name"] == "email") for user in users]


def test_a_group_with_thirty_members(console: Console, office: Office, page: Page, place: Place) -> None:
    shop = scenario("good")
    office.link(place, shop)
    addresses = thirty_addresses(console, shop.pool_id)

    page.goto(place.groups)
    page.get_by_role("link", name="Create group").first.click()
    page.get_by_label("Name").fill(NAME)
    page.get_by_role("button", name="Create group").click()
    expect(page.get_by_text("Cognito allows no spaces in a group's name.")).to_be_visible()
    name = NAME.replace(" ", "-")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Precedence").fill("20")
    page.get_by_role("button", name="Create group").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()

    # The last one is ticked by hand, the others come from a list with a line that names nobody.
    page.get_by_role("link", name="Add members").first.click()
    page.get_by_role("searchbox", name="Find users").fill(addresses[-1])
    page.get_by_role("button", name="Search").click()
    page.get_by_role("row").filter(has_text=addresses[-1]).get_by_role("checkbox").check()
    page.get_by_label("List").fill("\n".join([*addresses[:-1], "nobody@example.com"]))
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("row").filter(has_text="nobody@example.com")).to_contain_text(
        "No user of the pool has this."
    )
    expect(page.get_by_role("heading", name="Chosen (30)")).to_be_visible()

    # Thirty are a bulk job: its dry run first.
    page.get_by_role("button", name="Review adding 30 users").click()
    page.get_by_role("button", name=re.compile("^(Start|Add)")).first.click()
    walk.job_done(page)

    page.goto(place.group(name))
    members = page.locator("#members")
    expect(members.get_by_role("link", name=re.compile("^Remove "))).to_have_count(30)
    page.get_by_role("link", name="Count").click()
    expect(page.get_by_text("30", exact=True)).to_be_visible()
    members.get_by_role("searchbox", name="Find members").fill(addresses[4])
    expect(members.get_by_role("link", name=re.compile("^Remove "))).to_have_count(1)
    members.get_by_role("link", name=re.compile("^Remove ")).click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("stays a user of the pool.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^Remove "))).to_have_count(29)

    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_text("29 members are no longer in it")).to_be_visible()
    page.get_by_label("Confirmation").fill("Delete")
    page.get_by_role("button", name="Delete group").click()
    expect(page.get_by_text("Those who were in it stay users of the pool.")).to_be_visible()
    expect(page.get_by_role("link", name=name)).to_have_count(0)
