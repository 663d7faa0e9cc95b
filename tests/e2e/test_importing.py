"""The main job, from signing in to the file in the clipboard, with JavaScript and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import scenario
from tests.e2e import walk
from tests.e2e.conftest import Visit
from tests.e2e.console_process import Console
from tests.e2e.places import Office, Place

pytestmark = pytest.mark.browser

GOOD = scenario("good")
POOL_ONLY = scenario("user-pool-only")
STEPS = ("Check the resources again", "Link them to the environment", "Compare what was written with the plan")


def test_a_newcomer_imports_user_pool_and_identity_pool_and_copies_the_file(console: Console, visit: Visit) -> None:
    page = visit(storage_state=None, permissions=["clipboard-read", "clipboard-write"])
    walk.sign_in(page, console)
    main = page.get_by_role("main")
    main.get_by_role("link", name="Sample shop").click()
    main.get_by_role("link", name="dev", exact=True).click()
    page.get_by_role("navigation").get_by_role("link", name="Authentication").click()
    page.get_by_role("button", name="Continue").click()

    walk.pick_pool(page, "shop-users")
    walk.pick_clients(page, web="shop-web", mobile="shop-mobile")
    walk.pick_identity_pool(page, "shop_identity")
    walk.checked(page)
    walk.review(page)
    expect(page.get_by_text("An import only reads.")).to_be_visible()
    exports = main.get_by_role("group").filter(has_text="aws-exports.js").first
    expect(exports).to_contain_text(GOOD.pool_id)
    expect(exports).to_contain_text("sampleshop.auth.eu-west-1.amazoncognito.com")

    page.get_by_role("button", name="Import", exact=True).click()
    for step in STEPS:
        expect(page.get_by_role("listitem").filter(has_text=step)).to_contain_text("Done", timeout=20_000)
    walk.job_done(page)
    page.get_by_role("link", name="Continue").click()
    expect(main).to_contain_text(GOOD.pool_id)
    # Other tests may have linked the same pool elsewhere, which is a warning.
    expect(page.get_by_text(re.compile(r"^(Healthy|\d+ to look at)$"))).to_be_visible()

    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="aws-exports.js", exact=True))
    row.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_attached()
    copied = page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as download:
        row.get_by_role("link", name="Download").click()
    written = console.command(
        "client_config", "--project", "sample-shop", "--environment", "dev", "--file", "aws-exports.js"
    )
    assert written.returncode == 0, written.stderr
    assert copied.encode() == download.value.path().read_bytes() == written.stdout.encode()
    assert '"domain": "sampleshop.auth.eu-west-1.amazoncognito.com"' in copied
    assert f'"aws_cognito_identity_pool_id": "{GOOD.identity_pool_id}"' in copied


@pytest.mark.parametrize(
    "identity_pool", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["identity pool", "user pool only"]
)
def test_it_works_with_javascript_off(visit: Visit, place: Place, identity_pool: bool) -> None:
    wanted = GOOD if identity_pool else POOL_ONLY
    web, mobile = (
        ("shop-web", "shop-mobile") if identity_pool else ("lab-user-pool-only-web", "lab-user-pool-only-mobile")
    )
    page = visit(java_script_enabled=False)
    walk.open_import(page, place)
    page.get_by_role("searchbox", name="Find user pools by name or id").fill(wanted.pool_name)
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.get_by_text(re.compile(r"^1 of \d+ user pools"))).to_be_visible()
    page.get_by_role("radio", name=wanted.pool_name, exact=True).check()
    page.get_by_role("button", name="Show the app clients of the selected pool").click()
    page.get_by_role("radio", name=f"{web} for web").check()
    page.get_by_role("radio", name=f"{mobile} for mobile").check()
    toggle = page.get_by_role("switch", name="Use identity pools")
    expect(toggle).to_be_checked()
    if identity_pool:
        page.get_by_role("searchbox", name="Find identity pools by name or id").fill("shop_identity")
        page.get_by_role("button", name="Find", exact=True).last.click()
        page.get_by_role("radio", name="shop_identity", exact=True).check()
    else:
        toggle.uncheck()
        page.get_by_role("button", name="Apply").click()
        expect(toggle).not_to_be_checked()
        expect(page.get_by_text("Only the user pool is imported.")).to_be_visible()
    for name in (f"{web} for web", f"{mobile} for mobile"):
        expect(page.get_by_role("radio", name=name)).to_be_checked()
    page.get_by_role("button", name="Check these choices").click()

    walk.checked(page)
    walk.review(page)
    walk.import_now(page)
    expect(page.get_by_role("main")).to_contain_text(wanted.pool_id)
    page.get_by_role("link", name="aws-exports.js", exact=True).click()
    shown = page.get_by_role("figure", name="src/aws-exports.js")
    expect(shown).to_contain_text(f'"aws_user_pools_id": "{wanted.pool_id}"')
    expect(shown).to_contain_text("aws_cognito_identity_pool_id" if identity_pool else "aws_user_pools_web_client_id")


def test_turning_identity_pools_off_and_on_again_asks_for_one_again(page: Page, place: Place) -> None:
    page.goto(place.choosing(GOOD, ipool=None))
    expect(page.get_by_text("Select an identity pool, or turn off Use identity pools.")).to_be_visible()
    page.get_by_role("switch", name="Use identity pools").uncheck()
    expect(page.get_by_text("Only the user pool is imported.")).to_be_visible()
    walk.checked(page)
    page.get_by_role("switch", name="Use identity pools").check()
    expect(page.get_by_role("radio", name="shop_identity", exact=True)).to_be_visible()
    expect(page.get_by_text("Select an identity pool, or turn off Use identity pools.")).to_be_visible()
    walk.pick_identity_pool(page, "shop_identity")
    walk.checked(page)
    expect(page.get_by_role("button", name="Review the plan")).to_be_visible()


def test_the_list_goes_on_past_sixty_pools(console: Console, page: Page, place: Place) -> None:
    pages = console.aws("cognito-idp").get_paginator("list_user_pools").paginate(MaxResults=60)
    # Other tests make and delete pools of this account.
    total = sum(len(one["UserPools"]) for one in pages)
    page.goto(place.importing)
    radios = page.get_by_role("row").filter(has=page.get_by_role("radio"))
    expect(radios).to_have_count(60)
    assert total > 60
    page.get_by_role("link", name="Load more user pools").click()
    expect(radios).to_have_count(total)
    expect(page.get_by_role("link", name="Load more user pools")).to_have_count(0)


def test_ten_app_clients_are_shown_and_ten_more_and_any_by_search(page: Page, place: Place) -> None:
    many = scenario("many-clients")
    page.goto(place.choosing(many, web=None, native=None, ipool=None, identity="off"))
    web_radios = page.get_by_role("radio", name=re.compile(" for web$"))
    expect(web_radios).to_have_count(10)
    page.get_by_role("link", name="Show ten more of 40").click()
    expect(web_radios).to_have_count(20, timeout=15_000)
    page.get_by_role("searchbox", name="Find app clients by name or id").fill("partner-37")
    expect(web_radios).to_have_count(1)


def test_an_amplify_environment_is_linked_but_not_pushed(office: Office, page: Page) -> None:
    from aws.sandbox.catalogue import AMPLIFY_APP_ID

    place = office.environment(office.project("sampleapp"), kind="amplify", app_id=AMPLIFY_APP_ID)
    page.goto(place.choosing(GOOD))
    walk.review(page)
    expect(page.get_by_role("heading", name="Backend files")).to_be_visible()
    expect(page.get_by_text("not pushed")).to_be_visible()
    walk.import_now(page)
    expect(page.get_by_text("Not pushed").first).to_be_visible()
    expect(page.get_by_text("effective after push").first).to_be_visible()
    expect(page.get_by_text(f"amplify pull --appId {AMPLIFY_APP_ID} --envName dev")).to_be_visible()
    expect(page.get_by_text("amplify codegen add")).to_be_visible()
