"""One user's life: created, invited again, confirmed, reset, suspended, reactivated, edited, deleted."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import scenario
from tests.e2e.console_process import Console
from tests.e2e.places import Office, Place

pytestmark = pytest.mark.browser

EMAIL = "nova+e2e@example.org"


def helped(page: Page, title: str) -> None:
    """Open one of the actions of the help panel and do it."""
    panel = page.locator("#sign-in-help")
    deed = panel.locator("details").filter(has=page.get_by_text(title, exact=True))
    if deed.get_attribute("open") is None:
        deed.locator("summary").click()
    deed.get_by_role("button", name=title).click()


def test_from_an_invitation_to_the_end(console: Console, office: Office, page: Page, place: Place) -> None:
    shop = scenario("good")
    office.link(place, shop)
    page.goto(f"/projects/{place.project}/{place.name}/users/")
    expect(page.get_by_role("row")).not_to_have_count(0)

    page.get_by_role("link", name="Create user").click()
    page.locator("[name=username]").fill("not an address")
    page.get_by_role("button", name="Create user").click()
    expect(page.get_by_text("Nobody was created")).to_be_visible()
    expect(page.locator("[name=username]")).to_have_value("not an address")
    page.locator("[name=username]").fill(EMAIL)
    page.get_by_role("button", name="Create user").click()
    expect(page.get_by_role("heading", level=1, name=EMAIL)).to_be_visible()
    panel = page.locator("#sign-in-help")
    expect(panel).to_contain_text(re.compile("temporary password|invitation", re.IGNORECASE))
    user_page = page.url

    helped(page, "Resend the invitation")
    expect(page.get_by_text(re.compile("invitation", re.IGNORECASE)).first).to_be_visible()
    sent = [one for one in console.sandbox._control("GET", "messages")["messages"] if one["pool"] == shop.pool_id]
    assert len(sent) >= 2

    # Somebody without a mailbox at hand is given a password, and so becomes a confirmed user.
    page.get_by_role("link", name="Set a password").first.click()
    page.get_by_label("Permanent").check()
    page.get_by_role("radio", name="Type one").check()
    page.locator("[name=password]").fill("Only-For-Tests-77")
    page.get_by_role("button", name=re.compile("^Set")).click()
    page.goto(user_page)
    expect(page.get_by_text("Confirmed").first).to_be_visible()
    page.goto(f"{user_page}edit/")
    page.locator('[name="attribute.email_verified"]').check()
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name=re.compile("^(Save|Apply|Change)")).click()

    page.goto(user_page)
    helped(page, "Reset the password")
    expect(page.locator("#sign-in-help")).to_contain_text("must choose a new password")
    page.goto(user_page)
    expect(page.get_by_text("Reset required").first).to_be_visible()

    helped(page, "Suspend")
    expect(page.get_by_text("Suspended").first).to_be_visible()
    page.goto(user_page)
    helped(page, "Reactivate")
    page.goto(user_page)
    expect(page.get_by_text("Enabled").first).to_be_visible()

    page.get_by_role("link", name="Delete", exact=True).first.click()
    page.locator("form [type=text]").first.fill("somebody else")
    page.get_by_role("button", name="Delete for ever").click()
    expect(page.get_by_role("heading", name=f"Delete {EMAIL}")).to_be_visible()
    page.locator("form [type=text]").first.fill(EMAIL)
    page.get_by_role("button", name="Delete for ever").click()
    expect(page.get_by_text("is deleted")).to_be_visible()
    left = console.aws("cognito-idp").list_users(UserPoolId=shop.pool_id, Filter=f'email = "{EMAIL}"')["Users"]
    assert left == []


def test_what_somebody_has_opened_and_typed_stays_when_the_security_part_arrives(
    sandbox: Any, office: Office, page: Page, place: Place
) -> None:
    office.link(place, scenario("good"))
    page.goto(f"/projects/{place.project}/{place.name}/users/")
    sandbox.fail("AdminGetUserAuthFactors", delay_ms=2500)
    sandbox.fail("AdminListDevices", delay_ms=2500)
    page.locator("tbody tr a").first.click()
    deed = page.locator("#sign-in-help details").filter(has=page.get_by_text("Suspend", exact=True))
    deed.locator("summary").click()
    reason = deed.get_by_label("Reason for: Suspend")
    reason.fill("Asked for by pho")
    expect(page.locator("#security table, #security dl").first).to_be_visible(timeout=15_000)
    reason.press_sequentially("ne")
    expect(reason).to_be_visible()
    expect(reason).to_have_value("Asked for by phone")
    expect(reason).to_be_focused()
