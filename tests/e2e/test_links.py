"""After the import: a deleted pool is noticed, a link ends, and an identity pool is made where none fits."""

import re

import pytest
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import scenario
from tests.e2e import walk
from tests.e2e.console_process import Console
from tests.e2e.places import Office, Place

pytestmark = pytest.mark.browser


def test_a_deleted_pool_says_that_it_can_be_restored_and_can_be_unlinked(
    console: Console, office: Office, page: Page, place: Place
) -> None:
    lab = scenario("other-triggers")
    office.link(place, lab)
    cognito = console.aws("cognito-idp")
    cognito.delete_user_pool_domain(UserPoolId=lab.pool_id, Domain="sample-lab-other-triggers")
    pool = cognito.describe_user_pool(UserPoolId=lab.pool_id)["UserPool"]
    cognito.update_user_pool(
        UserPoolId=lab.pool_id, DeletionProtection="INACTIVE", EmailConfiguration=pool["EmailConfiguration"]
    )
    cognito.delete_user_pool(UserPoolId=lab.pool_id)

    page.goto(place.authentication)
    page.get_by_role("button", name="Check again").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text(re.compile("was not found in eu-west-1|is gone|no longer exists"))
    expect(main).to_contain_text(re.compile("AWS Support.*14 days", re.DOTALL))
    expect(page.get_by_text(re.compile(r"^\d+ failing$"))).to_be_visible()

    page.get_by_role("link", name="Unlink Cognito User Pool and Identity Pool").click()
    page.get_by_label("Environment name").fill("production")
    page.get_by_role("button", name="Unlink").click()
    expect(page.get_by_text("This is not the environment's name. Type dev.")).to_be_visible()
    page.get_by_label("Environment name").fill("dev")
    page.get_by_role("button", name="Unlink").click()
    expect(page.get_by_text("The Cognito resources themselves were not touched.")).to_be_visible()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()


def test_an_identity_pool_is_made_where_none_qualifies_and_comes_back_selected(page: Page, place: Place) -> None:
    lab = scenario("identity-other-pool")
    page.goto(place.choosing(lab, ipool=None))
    expect(page.get_by_text("No identity pool trusts this user pool")).to_be_visible()
    page.get_by_role("link", name="create an identity pool for it").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("CreateIdentityPool")
    expect(main).to_contain_text(str(lab.native_client_id))
    expect(main).to_contain_text("guests are not allowed")
    page.get_by_role("button", name="Create identity pool").click()
    walk.job_done(page)
    page.get_by_role("link", name="Continue").click()
    name = f"{place.project.replace('-', '_')}_dev_identity"
    expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked()
    walk.checked(page)
    walk.review(page)
    walk.import_now(page)


def test_the_question_about_functions_is_asked_once(office: Office, page: Page, place: Place) -> None:
    office.link(place, scenario("user-pool-only"))
    page.goto(place.authentication)
    expect(page.get_by_text("Should Lambda functions reach this user pool?")).to_be_visible()
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_role("heading", name="Linked resources")).to_be_visible()
    expect(page.get_by_text("Should Lambda functions reach this user pool?")).to_have_count(0)
