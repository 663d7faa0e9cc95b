"""What the checks say on the page, one of each family; importing anyway; curing from the page."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import scenario
from tests.e2e import walk
from tests.e2e.places import Office, Place

pytestmark = pytest.mark.browser


def test_user_pool_a_pool_that_is_not_there(page: Page, place: Place) -> None:
    page.goto(place.choosing(scenario("good"), pool="eu-west-1_Vanished1"))
    walk.nothing_is_offered(page)
    card = walk.finding(page, "pool.exists")
    expect(card).to_contain_text("eu-west-1_Vanished1 was not found in eu-west-1")
    expect(card).to_contain_text("A deleted pool can be restored by AWS Support for 14 days.")
    expect(card).to_contain_text("aws cognito-idp list-user-pools --region eu-west-1")


def test_app_clients_two_clients_without_a_secret(page: Page, place: Place) -> None:
    lab = scenario("secret-client-missing")
    page.goto(place.choosing(lab))
    walk.checked(page)
    card = walk.finding(page, "client.native-secret")
    expect(card).to_contain_text("Observed:")
    expect(card).to_contain_text(str(lab.native_client_id))
    expect(card).to_contain_text("aws cognito-idp create-user-pool-client")
    expect(page.get_by_role("group", name="Import anyway")).to_be_visible()


def test_oauth_two_clients_that_differ(page: Page, place: Place) -> None:
    page.goto(place.choosing(scenario("oauth-callbacks-differ")))
    walk.nothing_is_offered(page)
    card = walk.finding(page, "oauth.matching")
    expect(card.get_by_role("row").filter(has_text="differs")).to_contain_text("https://shop.example.com/signed-in/")
    expect(card).to_contain_text("aws cognito-idp update-user-pool-client")


def test_identity_pool_one_that_trusts_another_user_pool(page: Page, place: Place) -> None:
    page.goto(place.choosing(scenario("identity-other-pool")))
    walk.nothing_is_offered(page)
    row = page.get_by_role("row").filter(has_text="lab_identity_other_pool_identity")
    expect(row.get_by_role("radio")).to_be_disabled()
    expect(row).to_contain_text("Does not list this user pool as a sign-in provider.")
    card = walk.finding(page, "identity-pool.trusts-pool")
    expect(card).to_contain_text(scenario("user-pool-only").pool_id)
    expect(card).to_contain_text("aws cognito-identity update-identity-pool")


def test_roles_a_role_that_is_gone(page: Page, place: Place) -> None:
    page.goto(place.choosing(scenario("role-missing")))
    walk.checked(page)
    card = walk.finding(page, "role.exists")
    expect(card).to_contain_text("lab-role-missing-authenticated")
    expect(card).to_contain_text("does not exist")
    expect(card).to_contain_text("aws iam get-role")
    expect(page.get_by_role("group", name="Import anyway")).to_be_visible()


def test_environment_one_that_is_linked_already(office: Office, page: Page, place: Place) -> None:
    office.link(place, scenario("user-pool-only"))
    page.goto(place.choosing(scenario("good")))
    walk.checked(page)
    card = walk.finding(page, "auth.none-yet")
    expect(card).to_contain_text("dev already uses an imported user pool")
    expect(card).to_contain_text("Unlink it first")
    expect(page.get_by_text("This environment is already linked")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Review the plan"))).to_have_count(0)


def test_environment_a_pool_that_another_one_uses_is_only_a_warning(office: Office, page: Page) -> None:
    project = office.project("Shared")
    office.link(office.environment(project, "live", production="on"), scenario("mfa-on"))
    page.goto(office.environment(project).choosing(scenario("mfa-on")))
    walk.checked(page)
    expect(walk.finding(page, "link.shared")).to_contain_text("Shared / live (production)")
    expect(page.get_by_role("button", name="Review the plan")).to_be_visible()


def test_console_permissions_a_refused_call_comes_with_the_policy_to_paste(
    sandbox: Any, page: Page, place: Place
) -> None:
    sandbox.fail("ListIdentityProviders", kind="fail", code="AccessDeniedException", message="Not authorized.")
    page.goto(place.choosing(scenario("good")))
    walk.nothing_is_offered(page)
    card = walk.finding(page, "permissions.console")
    expect(card).to_contain_text("denied: cognito-idp:ListIdentityProviders")
    expect(card).to_contain_text('"Action": [')
    expect(card).to_contain_text("aws iam create-policy")


def test_gen2_readiness_informs_and_never_blocks(page: Page, place: Place) -> None:
    page.goto(place.choosing(scenario("alias-attributes")))
    card = walk.open_finding(page, "Gen 2 readiness", "gen2.no-alias")
    expect(card).to_contain_text("Information")
    expect(card).to_contain_text("alias attributes: email, preferred_username")
    expect(page.get_by_role("button", name="Review the plan")).to_be_visible()


@pytest.mark.parametrize("key", ["trust-deny", pytest.param("single-client", marks=pytest.mark.slow)])
def test_what_only_the_documentation_forbids_is_imported_anyway_with_a_reason(
    page: Page, place: Place, key: str
) -> None:
    page.goto(place.choosing(scenario(key)))
    walk.accept(page, "")
    page.get_by_role("button", name="Review the plan anyway").click()
    expect(page.get_by_text(re.compile("Say why"))).to_be_visible()

    reason = "The partner's app is being replaced in May."
    walk.accept(page, reason)
    walk.review(page)
    expect(page.get_by_role("main")).to_contain_text(reason)
    walk.import_now(page)
    expect(page.get_by_role("main")).to_contain_text(f"Reason: {reason}")
    expect(page.get_by_text(re.compile(r"\d+ failing"))).to_have_count(0)

    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("nothing fails, and nothing changed since the import")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(f"Reason: {reason}")
    expect(page.get_by_text(re.compile(r"\d+ failing"))).to_have_count(0)


def test_import_anyway_without_ticking_is_refused_in_words(page: Page, place: Place) -> None:
    page.goto(place.choosing(scenario("trust-deny")))
    page.get_by_label(re.compile("^Reason")).fill("It will be all right.")
    page.get_by_role("button", name="Review the plan anyway").click()
    expect(page.get_by_text("Nothing was planned")).to_be_visible()
    expect(page.get_by_text("These checks refuse the import: role.trust")).to_be_visible()
    expect(page.get_by_label(re.compile("^Reason"))).to_have_value("It will be all right.")


CURES = [
    ("oauth-flows-differ", "oauth.matching", "Copy the OAuth settings from the native to the web client", "implicit"),
    ("deletion-protection-off", "pool.deletion-protection", "Turn on deletion protection", "ACTIVE"),
    ("identity-web-client-only", "identity-pool.both-clients", "Add both app clients to the identity pool", None),
    ("trust-other-identity-pool", "role.trust", "Let the authenticated role trust this identity pool", None),
]


# Every cure has its tests without a browser; here each kind of page is walked once, and all of them as slow tests.
@pytest.mark.parametrize(
    ("key", "check_id", "title", "in_diff"),
    [pytest.param(*cure, id=cure[0], marks=[pytest.mark.slow] if n else []) for n, cure in enumerate(CURES)],
)
def test_fix_it_shows_the_difference_applies_it_and_the_finding_is_gone(
    page: Page, place: Place, key: str, check_id: str, title: str, in_diff: str | None
) -> None:
    lab = scenario(key)
    page.goto(place.choosing(lab))
    walk.checked(page)
    walk.finding(page, check_id).get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("^The difference"))).to_be_visible()
    if in_diff is None:
        in_diff = lab.identity_pool_id if check_id == "role.trust" else lab.native_client_id
    expect(page.get_by_role("main")).to_contain_text(str(in_diff))
    page.get_by_role("button", name="Apply this change").click()

    expect(page.get_by_text(f"Done: {title}.")).to_be_visible()
    walk.checked(page)
    expect(walk.finding(page, check_id)).to_have_count(0)
    walk.review(page)
    walk.import_now(page)


def test_a_missing_client_with_a_secret_is_made_and_chosen(page: Page, place: Place) -> None:
    lab = scenario("single-client")
    page.goto(place.choosing(lab, identity="off", ipool=None))
    walk.checked(page)
    title = "Create a native app client"
    walk.finding(page, "client.distinct").get_by_role("link", name=title).click()
    page.get_by_role("button", name="Apply this change").click()
    expect(page.get_by_text(f"Done: {title}.")).to_be_visible()
    walk.checked(page)
    expect(page.get_by_role("radio", name=re.compile("lab-single-client-native for mobile"))).to_be_checked()
    walk.review(page)


def test_a_fix_from_the_linked_page_leads_back_to_checks_that_know_it(office: Office, page: Page, place: Place) -> None:
    lab = scenario("guests-without-role")
    office.link(place, lab)
    page.goto(place.authentication)
    title = "Create a role for guests that grants nothing"
    walk.finding(page, "identity-pool.unauthenticated-role").get_by_role("link", name=title).click()
    page.get_by_role("button", name="Apply this change").click()
    expect(page.get_by_text(f"Done: {title}.")).to_be_visible()
    expect(page.get_by_role("heading", name="Linked resources")).to_be_visible()
    expect(walk.finding(page, "identity-pool.unauthenticated-role")).to_have_count(0)
