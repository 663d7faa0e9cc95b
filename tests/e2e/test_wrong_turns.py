"""Back, reload, double clicks, old forms, colleagues, mistyped addresses and hostile names."""

import re

import pytest
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import Scenario, scenario
from tests.e2e import walk
from tests.e2e.conftest import Visit
from tests.e2e.places import Office, Place

pytestmark = pytest.mark.browser

GOOD = scenario("good")
POOL_ONLY = scenario("user-pool-only")


def everything_is_chosen(page: Page) -> None:
    for name in ("shop-users", "shop-web for web", "shop-mobile for mobile", "shop_identity"):
        expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked()
    walk.checked(page)


def test_back_reload_and_the_address_keep_the_choices(page: Page, place: Place, visit: Visit) -> None:
    page.goto(place.importing)
    walk.pick_pool(page, "shop-users")
    walk.pick_clients(page, web="shop-web", mobile="shop-mobile")
    walk.pick_identity_pool(page, "shop_identity")
    walk.checked(page)
    page.reload()
    selected = page.get_by_role("radio", name=re.compile(f"shop-users|The selected user pool {GOOD.pool_id}"))
    expect(selected.first).to_be_checked()
    page.goto(page.url + "&q=shop-users")
    everything_is_chosen(page)

    walk.review(page)
    page.go_back()
    everything_is_chosen(page)

    colleague = visit()
    colleague.goto(page.url)
    everything_is_chosen(colleague)


def test_another_user_pool_forgets_the_clients_and_the_identity_pool(page: Page, place: Place) -> None:
    page.goto(place.choosing(GOOD, q="e"))
    walk.checked(page)
    page.get_by_role("radio", name="newsletter-readers", exact=True).check()
    expect(page.get_by_role("radio", name="lab-user-pool-only-web for web")).to_be_visible()
    expect(page.get_by_role("radio", name=re.compile("for (web|mobile)$"), checked=True)).to_have_count(0)
    expect(page.get_by_text("Select an app client for web and one for mobile, or one for both.")).to_be_visible()
    expect(page.get_by_role("button", name="Review the plan")).to_have_count(0)
    expect(page).not_to_have_url(re.compile(re.escape(str(GOOD.web_client_id))))


def test_one_client_for_both_takes_back_the_two_and_the_other_way_round(page: Page, place: Place) -> None:
    page.goto(place.choosing(GOOD))
    walk.checked(page)
    page.get_by_role("radio", name="shop-web for both").check()
    expect(walk.finding(page, "client.distinct")).to_be_visible()
    expect(page.get_by_role("radio", name="shop-mobile for mobile")).not_to_be_checked()
    page.get_by_role("radio", name=re.compile("^Use different clients")).check()
    expect(page.get_by_role("radio", name="shop-web for both")).not_to_be_checked()
    walk.pick_clients(page, web="shop-web", mobile="shop-mobile")
    expect(page.get_by_role("button", name="Review the plan", exact=True)).to_be_visible()


def test_a_double_click_on_import_makes_one_job(office: Office, page: Page, place: Place) -> None:
    page.goto(office.plan(place, POOL_ONLY))
    page.get_by_role("button", name="Import", exact=True).dblclick()
    walk.job_done(page)
    page.get_by_role("link", name="Jobs", exact=True).first.click()
    expect(page.get_by_role("heading", name="Jobs (1)")).to_be_visible()


def test_a_replayed_form_finds_the_same_job_and_links_nothing_again(office: Office, page: Page, place: Place) -> None:
    review = office.plan(place, POOL_ONLY)
    first = office.apply(review)
    assert office.apply(review) == first
    page.goto(first)
    walk.job_done(page)
    page.goto(review)
    expect(page.get_by_text("This plan has been used")).to_be_visible()
    expect(page.get_by_role("button", name="Import", exact=True)).to_have_count(0)
    office.location(f"{place.authentication}unlink/", confirm="dev")
    assert office.apply(review) == first
    page.goto(place.authentication)
    expect(page.get_by_role("button", name="Continue")).to_be_visible()


def test_of_two_people_who_import_at_once_the_second_is_told(visit: Visit, office: Office, place: Place) -> None:
    ana, ben = visit(), visit()
    ana.goto(office.plan(place, GOOD))
    ben.goto(office.plan(place, POOL_ONLY))
    for person in (ana, ben):
        person.get_by_role("button", name="Import", exact=True).click()
    for person in (ana, ben):
        walk.job_ended(person)
    # Both jobs run side by side; which of them comes first is not for the console to choose.
    first, second = (ana, ben) if walk.is_done(ana) else (ben, ana)
    linked = GOOD if first is ana else POOL_ONLY
    assert walk.is_done(first)
    expect(second.get_by_text(f"linked this environment to {linked.pool_name} meanwhile")).to_be_visible()
    expect(second.get_by_text("AlreadyLinked")).to_be_visible()
    expect(second.get_by_text("To link other resources, swap them there.")).to_be_visible()
    second.goto(place.authentication)
    expect(second.get_by_role("main")).to_contain_text(linked.pool_id)


@pytest.mark.parametrize(
    "pool", ["nonsense", "%3Cscript%3Ealert(1)%3C/script%3E", "a" * 3000], ids=["word", "markup", "long"]
)
def test_a_mistyped_pool_in_the_address_is_told_and_offers_nothing(page: Page, place: Place, pool: str) -> None:
    answer = page.goto(place.choosing(GOOD, pool=pool, ipool=None, identity="off"))
    assert answer is not None
    assert answer.status == 200
    if len(pool) < 256:
        walk.nothing_is_offered(page)
        expect(page.get_by_text("Next step:").first).to_be_visible()
    else:
        expect(page.get_by_text("Select a user pool.", exact=True)).to_be_visible()


def test_a_pool_of_another_region_names_both_regions(page: Page, place: Place) -> None:
    other = scenario("other-region")
    page.goto(place.choosing(other))
    walk.nothing_is_offered(page)
    expect(walk.finding(page, "region.same")).to_contain_text("us-east-1")
    expect(walk.finding(page, "region.same")).to_contain_text("the environment is in eu-west-1")


@pytest.mark.parametrize(
    "key",
    ["hostile-script", *(pytest.param(f"hostile-{one}", marks=pytest.mark.slow) for one in ("long", "emoji", "rtl"))],
)
def test_hostile_names_are_only_text(office: Office, page: Page, place: Place, key: str) -> None:
    lab: Scenario = scenario(key)
    page.goto(place.choosing(lab, q=lab.pool_id))
    expect(page.get_by_role("row").filter(has_text=lab.pool_id)).to_contain_text(lab.pool_name)
    walk.checked(page)
    walk.review(page)
    expect(page.get_by_role("main")).to_contain_text(lab.pool_name)
    page.get_by_role("button", name="Import", exact=True).click()
    walk.job_done(page)
    job = page.url
    project = f"/projects/{place.project}"
    for address in (job, place.authentication, f"{place.authentication}unlink/", f"{project}/activity/", project + "/"):
        page.goto(address)
        expect(page.get_by_role("main")).to_contain_text(lab.pool_name)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address
    assert page.evaluate("document.querySelectorAll('main script, main img[src=x]').length") == 0
