"""Two hundred users into a group: worked out, started, paused, resumed, and read as a file."""

import csv
import re

import pytest
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import scenario
from tests.e2e.console_process import Console
from tests.e2e.places import Office, Place

pytestmark = pytest.mark.browser

NUMBER = 200
GROUP = "Bulk-buyers"


def test_two_hundred_users_into_a_group_with_a_pause(
    console: Console, office: Office, page: Page, place: Place
) -> None:
    shop = scenario("good")
    office.link(place, shop)
    console.aws("cognito-idp").create_group(UserPoolId=shop.pool_id, GroupName=GROUP)
    console.sandbox._control("POST", "users", {"pool": shop.pool_id, "count": NUMBER, "prefix": "bulk"})

    page.goto(f"{place.users}?q=bulk-&attribute=email")
    page.get_by_label("With these users").select_option("add-to-group")
    page.get_by_role("button", name="Go on with all that match").click()
    page.get_by_label("Group").select_option(GROUP)
    page.get_by_role("button", name="Work out").click()
    # Nothing happens before the counts have been seen.
    start = page.get_by_role("button", name=f"Add to the group {GROUP}")
    expect(start).to_be_visible(timeout=30_000)
    expect(page.get_by_text("200 users at 25 a second")).to_be_visible()
    page.get_by_label("Reason").fill("Campaign")
    start.click()

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Nothing happens until somebody resumes it")).to_be_visible(timeout=20_000)
    at_rest = len(members(console, shop.pool_id))
    assert at_rest < NUMBER
    page.wait_for_timeout(500)
    assert len(members(console, shop.pool_id)) == at_rest
    page.get_by_role("button", name="Resume").click()

    expect(page.get_by_text(re.compile("^Finished"))).to_be_visible(timeout=45_000)
    assert len(members(console, shop.pool_id)) == NUMBER
    with page.expect_download() as download:
        page.get_by_role("link", name="Results as CSV").click()
    with download.value.path().open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["state"] for row in rows] == ["done"] * NUMBER


def members(console: Console, pool: str) -> list[str]:
    pages = console.aws("cognito-idp").get_paginator("list_users_in_group").paginate(UserPoolId=pool, GroupName=GROUP)
    return [user["Username"] for one in pages for user in one["Users"]]
