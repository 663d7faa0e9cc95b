"""Other resources in the place of the linked ones, from the Authentication page to the link, in one step."""

import pytest
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import scenario
from tests.e2e import walk
from tests.e2e.places import Office

pytestmark = pytest.mark.browser

OLD, NEW = scenario("good"), scenario("mfa-on")


def test_the_linked_pool_is_swapped_for_another_one(office: Office, page: Page) -> None:
    place = office.environment(office.project("Swapping"))
    office.link(place, OLD)
    main = page.get_by_role("main")
    page.goto(place.authentication)
    main.get_by_role("link", name="Swap", exact=True).click()
    expect(main.get_by_text("They stay linked until the swap is done")).to_be_visible()
    page.get_by_label(NEW.pool_name).check()
    page.locator(f"[name=web][value='{NEW.web_client_id}']").check()
    page.locator(f"[name=native][value='{NEW.native_client_id}']").check()
    page.locator(f"[name=ipool][value='{NEW.identity_pool_id}']").check()
    page.get_by_role("button", name="Review the swap").click()
    expect(main).to_contain_text("only people who are users of the new pool can")
    expect(main.get_by_role("row", name="Second factor")).to_contain_text("Differs")
    review = page.url
    page.get_by_role("button", name="Swap", exact=True).click()
    walk.job_done(page)
    page.get_by_role("link", name="Continue").click()
    expect(main.get_by_text(NEW.pool_name).first).to_be_visible()
    expect(main.get_by_text(OLD.pool_name)).to_have_count(0)
    page.goto(review)
    expect(main).to_contain_text("This plan has been used")
    expect(page.get_by_role("button", name="Swap", exact=True)).to_have_count(0)
