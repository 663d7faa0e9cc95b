"""New environments: with each choice of Cognito resources, in a standalone project and in an Amplify app."""

import re

import pytest
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import scenario
from aws.sandbox.catalogue_backends import backend
from tests.e2e import walk
from tests.e2e.conftest import Visit
from tests.e2e.places import Office, Place

pytestmark = pytest.mark.browser

GOOD = scenario("good")


def name_it(page: Page, name: str) -> None:
    """The first step, from the overview of the source."""
    page.get_by_role("link", name="Clone", exact=True).click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Which Cognito resources does it get?")).to_be_visible()


def choose(page: Page, title: str) -> None:
    expect(page.locator("input[name=resources]:checked")).to_have_count(0)
    page.get_by_role("radio", name=re.compile(f"^{title}")).check()
    page.get_by_role("button", name="Go on").click()


def make(page: Page, name: str) -> None:
    """From the last step to the finished job and on."""
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=f"Review {name}")).to_be_visible()
    page.get_by_role("button", name=f"Create {name}").click()
    # The job's page leads on by itself.
    expect(page).to_have_url(re.compile(f"/{name}/"), timeout=60_000)


def test_the_same_then_others_then_none_then_scratch(page: Page, office: Office, place: Place) -> None:
    """Four environments beside one that is production, each with another choice."""
    office.link(place, GOOD)
    office.post(f"{place.path}settings/", region="eu-west-1", production="on")
    main = page.get_by_role("main")

    page.goto(place.path)
    name_it(page, "test")
    expect(main).to_contain_text("test would work on production's users.")
    choose(page, "The same as dev")
    expect(main).to_contain_text("shop-web is the very app client of dev")
    expect(main).to_contain_text("people who sign in to test with")
    make(page, "test")
    expect(main).to_contain_text("shop-users")

    page.goto(place.path)
    name_it(page, "qa")
    choose(page, "Others")
    walk.pick_pool(page, "loyalty-members")
    other = scenario("alias-attributes")
    page.goto(re.sub(r"&pool=.*", "", page.url) + f"&pool={other.pool_id}&{_chosen('alias-attributes')}")
    page.get_by_role("button", name="Go on").click()
    expect(main.get_by_role("heading", name="What comes along")).to_be_visible()
    page.reload()
    make(page, "qa")
    expect(main).to_contain_text("loyalty-members")

    page.goto(place.path)
    name_it(page, "empty")
    choose(page, "None for now")
    make(page, "empty")
    expect(main).to_contain_text("No Cognito resources are linked to this environment.")

    page.goto(place.path)
    name_it(page, "fresh")
    choose(page, "Start from scratch")
    make(page, "fresh")
    expect(page).to_have_url(re.compile("/fresh/authentication/scratch/"))


def _chosen(key: str) -> str:
    one = scenario(key)
    pool = f"ipool={one.identity_pool_id}" if one.identity_pool_id else "identity=off"
    return f"web={one.web_client_id}&native={one.native_client_id}&{pool}"


def test_another_environment_of_an_amplify_app(page: Page, office: Office) -> None:
    place = office.connect(office.project("Amplify clone"), backend("staging"))
    office.link(place, GOOD)
    office.pull(place)
    main = page.get_by_role("main")

    page.goto(place.path)
    page.get_by_role("link", name="Clone", exact=True).click()
    page.get_by_label("Name", exact=True).fill("prod")
    page.get_by_role("button", name="Go on").click()
    expect(main).to_contain_text("The Amplify app has a backend environment “prod” already")
    page.get_by_label("Name", exact=True).fill("cloned")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Go on").click()
    expect(main).to_contain_text("Choose which Cognito resources the new environment gets.")
    choose(page, "The same as staging")
    page.get_by_role("checkbox", name=re.compile("^Data model")).check()
    page.get_by_role("button", name="Review", exact=True).click()
    stack = main.get_by_text(re.compile(r"^amplify-sampleshop-cloned-[0-9a-f]{5}$")).first.inner_text()
    expect(main).to_contain_text(f"{stack}-deployment")
    page.get_by_role("button", name="Create cloned").dblclick()
    expect(page).to_have_url(re.compile("/cloned/"), timeout=60_000)
    expect(main).to_contain_text(stack)
    expect(main).to_contain_text("shop-users")


def test_without_javascript(visit: Visit, office: Office, place: Place) -> None:
    office.link(place, GOOD)
    page = visit(java_script_enabled=False)
    page.goto(place.path)
    name_it(page, "plain")
    choose(page, "Others")
    page.get_by_role("radio", name="shop-users", exact=True).check()
    page.get_by_role("button", name="Show the app clients of the selected pool").click()
    page.get_by_role("radio", name="shop-web for web").check()
    page.get_by_role("radio", name="shop-mobile for mobile").check()
    page.get_by_role("radio", name="shop_identity", exact=True).check()
    page.get_by_role("button", name="Check these choices").click()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page.get_by_role("button", name="Create plain")).to_be_visible()
