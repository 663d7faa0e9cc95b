"""The import page as a person walks through it: by what is written there, never by how it is built."""

import re

from playwright.sync_api import Browser, Locator, Page, StorageState, expect

from tests.e2e.console_process import Console
from tests.e2e.places import Place


def sign_in(page: Page, console: Console) -> None:
    page.goto("/")
    page.get_by_placeholder("Username or email").fill(console.user)
    page.get_by_label("Password", exact=True).fill(console.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Projects")).to_be_visible()


def cookies_of_the_operator(browser: Browser, console: Console) -> StorageState:
    """What a browser keeps after the sample user has signed in."""
    context = browser.new_context(base_url=console.url)
    sign_in(context.new_page(), console)
    state = context.storage_state()
    context.close()
    return state


def join_as_viewer(manager: Page, newcomer: Page, project: str) -> None:
    """A manager makes an invitation, and somebody without an account accepts it."""
    manager.goto(f"/projects/{project}/members/")
    manager.get_by_label("Role").select_option("Viewer")
    manager.get_by_role("button", name="Make invitation link").click()
    newcomer.goto(manager.get_by_text(re.compile("/invitations/")).inner_text())
    newcomer.get_by_role("link", name="Make an account").click()
    newcomer.get_by_label("Email").fill(f"viewer-{project}@example.com")
    newcomer.get_by_label("Username").fill(f"viewer-{project}")
    newcomer.get_by_label("Password", exact=True).fill("a-long-sample-sentence-7")
    newcomer.get_by_label("Password (again)").fill("a-long-sample-sentence-7")
    newcomer.get_by_role("button", name=re.compile("^(Sign up|Make)", re.IGNORECASE)).click()
    expect(newcomer.get_by_text(f"viewer-{project}@example.com").first).to_be_attached()


def open_import(page: Page, place: Place) -> None:
    """From the Authentication page, as the menu leads there."""
    page.goto(place.authentication)
    expect(page.get_by_role("radio", name="Reuse existing Amazon Cognito resources")).to_be_checked()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1, name="Reuse existing Amazon Cognito resources")).to_be_visible()


def pick_pool(page: Page, name: str) -> None:
    page.get_by_role("searchbox", name="Find user pools by name or id").fill(name)
    page.get_by_text(re.compile(r"\d+ of \d+ user pools")).wait_for()
    page.get_by_role("radio", name=name, exact=True).check()


def pick_clients(page: Page, *, web: str, mobile: str) -> None:
    page.get_by_role("radio", name=f"{web} for web").check()
    page.get_by_role("radio", name=f"{mobile} for mobile").check()


def pick_identity_pool(page: Page, name: str) -> None:
    page.get_by_role("searchbox", name="Find identity pools by name or id").fill(name)
    page.get_by_role("radio", name=name, exact=True).check()


def review(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Review the plan")).click()
    expect(page.get_by_role("heading", level=1, name="Review the plan")).to_be_visible()


def import_now(page: Page) -> None:
    """Presses Import, watches the job to its end and goes on to the linked page."""
    page.get_by_role("button", name="Import", exact=True).click()
    job_done(page)
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("heading", name="Linked resources")).to_be_visible()


def job_done(page: Page) -> None:
    expect(page.get_by_text(re.compile("^Finished"))).to_be_visible(timeout=20_000)


def job_ended(page: Page) -> None:
    expect(page.get_by_text(re.compile("^(Finished|Failed)")).first).to_be_visible(timeout=20_000)


def is_done(page: Page) -> bool:
    """Whether the job on the page, which has ended, ended well."""
    return page.get_by_text(re.compile("^Finished")).is_visible()


def checked(page: Page) -> None:
    """Waits until every rule has said its word."""
    expect(page.get_by_text(re.compile(r"^\d+ passed$"))).to_be_visible(timeout=20_000)


def finding(page: Page, check_id: str) -> Locator:
    """The card of one check, where it is open on the page."""
    return page.get_by_role("article").filter(has=page.get_by_role("link", name=check_id, exact=True))


def open_finding(page: Page, family: str, check_id: str) -> Locator:
    """The card of one check that does not object, after opening its family's line."""
    checked(page)
    page.get_by_role("group").filter(has_text=family).get_by_text(family, exact=True).click()
    card = finding(page, check_id)
    expect(card).to_be_visible()
    return card


def accept(page: Page, reason: str) -> None:
    """Ticks everything that may be imported anyway, and says why."""
    boxes = page.get_by_role("group", name="Import anyway").get_by_role("checkbox")
    expect(boxes.first).to_be_visible()
    for box in boxes.all():
        box.check()
    page.get_by_label(re.compile("^Reason")).fill(reason)


def nothing_is_offered(page: Page) -> None:
    """The checks are there, and no way to go on."""
    checked(page)
    expect(page.get_by_text("This cannot be imported", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Review the plan"))).to_have_count(0)
    expect(page.get_by_role("button", name="Import", exact=True)).to_have_count(0)
