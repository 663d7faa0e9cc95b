"""AWS on a bad day: denied, throttled, slow, half-answered; on the page and in the job."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import scenario
from tests.e2e import walk
from tests.e2e.conftest import Visit
from tests.e2e.console_process import Console
from tests.e2e.places import Office, Place

pytestmark = pytest.mark.browser

GOOD = scenario("good")
DENIED = {"kind": "fail", "code": "AccessDeniedException", "message": "User is not authorized to perform this."}


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("ListUserPools", "cognito-idp:ListUserPools"),
        pytest.param("ListUserPoolClients", "cognito-idp:ListUserPoolClients", marks=pytest.mark.slow),
        pytest.param("ListIdentityPools", "cognito-identity:ListIdentityPools", marks=pytest.mark.slow),
    ],
)
def test_a_denied_list_names_the_action_and_what_to_do(
    sandbox: Any, page: Page, place: Place, operation: str, action: str
) -> None:
    sandbox.fail(operation, **DENIED)
    page.goto(f"{place.importing}?pool={GOOD.pool_id}")
    alert = page.get_by_role("alert").filter(has_text=action).first
    expect(alert).to_contain_text("The console's AWS credentials may not do this.")
    expect(alert).to_contain_text("AccessDeniedException")
    expect(alert).to_contain_text("Next step: Allow the action named here")
    # The other sections do not suffer.
    if operation != "ListUserPoolClients":
        expect(page.get_by_role("radio", name="shop-web for web")).to_be_visible()
    if operation != "ListUserPools":
        expect(page.get_by_role("radio", name="newsletter-readers", exact=True)).to_be_visible()

    sandbox.forget()
    page.reload()
    expect(page.get_by_role("radio", name="shop-web for web")).to_be_visible()
    expect(page.get_by_role("radio", name="shop_identity", exact=True)).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text=action)).to_have_count(0)


def test_a_throttled_list_is_tried_again_by_itself(sandbox: Any, page: Page, place: Place) -> None:
    sandbox.fail("ListUserPools", kind="fail", code="TooManyRequestsException", times=1)
    page.goto(place.importing)
    expect(page.get_by_role("radio", name="newsletter-readers", exact=True)).to_be_visible()
    assert len(sandbox.calls("ListUserPools")) == 2


@pytest.mark.slow
def test_a_list_that_stays_throttled_asks_to_wait(sandbox: Any, page: Page, place: Place) -> None:
    sandbox.fail("ListUserPools", kind="fail", code="TooManyRequestsException", message="Rate exceeded.")
    page.goto(place.importing)
    alert = page.get_by_role("alert").filter(has_text="TooManyRequestsException")
    expect(alert).to_contain_text("asked the console to slow down")
    expect(alert).to_contain_text("Next step: Wait a minute and try again")


def test_half_an_answer_is_a_message_and_no_empty_list(sandbox: Any, page: Page, place: Place) -> None:
    sandbox.fail("ListUserPools", kind="half_body")
    page.goto(place.importing)
    expect(page.get_by_role("alert").filter(has_text="Next step:")).to_be_visible()
    expect(page.get_by_text("There is no user pool in")).to_have_count(0)


def test_slow_aws_shows_the_page_first_and_the_rest_when_it_comes(sandbox: Any, page: Page, place: Place) -> None:
    for operation in ("ListUserPoolClients", "ListIdentityPools", "DescribeUserPool"):
        sandbox.fail(operation, delay_ms=2000)
    page.goto(place.choosing(GOOD))
    expect(page.get_by_role("radio", name="newsletter-readers", exact=True)).to_be_visible(timeout=1500)
    for waiting in ("Reading the app clients", "Asking each identity pool", "Running every check"):
        expect(page.get_by_text(waiting)).to_be_visible(timeout=1500)
    expect(page.get_by_role("radio", name="shop-web for web")).to_be_visible()
    expect(page.get_by_role("radio", name="shop_identity", exact=True)).to_be_checked()
    walk.checked(page)
    for waiting in ("Reading the app clients", "Asking each identity pool", "Running every check"):
        expect(page.get_by_text(waiting)).to_have_count(0)


def test_going_on_before_aws_has_answered_loses_no_choice(sandbox: Any, page: Page, place: Place) -> None:
    sandbox.fail("ListUserPoolClients", delay_ms=800)
    sandbox.fail("ListIdentityPools", delay_ms=1600)
    page.goto(place.choosing(GOOD))
    page.get_by_role("switch", name="Use identity pools").uncheck()
    expect(page.get_by_text("Only the user pool is imported.")).to_be_visible()
    expect(page.get_by_role("radio", name="shop-web for web")).to_be_checked()
    expect(page.get_by_role("radio", name="shop-mobile for mobile")).to_be_checked()

    page.goto(place.choosing(GOOD))
    page.get_by_role("radio", name="shop-web for both").check()
    expect(walk.finding(page, "client.distinct")).to_be_visible()
    expect(page.get_by_role("radio", name="shop_identity", exact=True)).to_be_checked()


def test_a_section_that_never_comes_ends_with_words_and_not_with_a_spinner(visit: Visit, place: Place) -> None:
    page = visit(tolerate="net::ERR_FAILED|htmx:sendError")
    page.route(re.compile("/import/clients/"), lambda route: route.abort())
    page.goto(f"{place.importing}?pool={GOOD.pool_id}")
    expect(page.get_by_text("The console cannot be reached. Check the connection and try again.")).to_be_visible()
    page.unroute(re.compile("/import/clients/"))
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("radio", name="shop-web for web")).to_be_visible()


def test_a_job_that_aws_fails_says_why_and_a_retry_finishes_it(
    sandbox: Any, office: Office, page: Page, place: Place
) -> None:
    page.goto(office.plan(place, GOOD))
    sandbox.fail("DescribeUserPool", **DENIED)
    page.get_by_role("button", name="Import", exact=True).click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Next step:", timeout=20_000)
    expect(alert).to_contain_text("AccessDeniedException")
    expect(alert).to_contain_text("cognito-idp:DescribeUserPool")
    expect(page.get_by_role("listitem").filter(has_text="Check the resources again")).to_contain_text("Failed")
    page.goto(place.authentication)
    expect(page.get_by_role("button", name="Continue")).to_be_visible()

    sandbox.forget()
    page.go_back()
    page.get_by_role("button", name="Retry").click()
    walk.job_done(page)
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("main")).to_contain_text(GOOD.pool_id)


def test_what_changed_between_review_and_import_stops_the_job(
    console: Console, office: Office, page: Page, place: Place
) -> None:
    lab = scenario("no-password-recovery")
    page.goto(office.plan(place, lab))
    console.aws("cognito-idp").delete_user_pool_domain(UserPoolId=lab.pool_id, Domain="sample-lab-no-password-recovery")
    page.get_by_role("button", name="Import", exact=True).click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("changed in AWS after you reviewed the plan", timeout=20_000)
    expect(alert).to_contain_text("Nothing was written.")
    expect(alert).to_contain_text("ChangedSinceReview")
