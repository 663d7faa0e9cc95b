"""Somebody changes a client in AWS: the watch finds it by itself, it is looked at, accepted, and gone."""

import re
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import Scenario, scenario
from tests.e2e.console_process import Console
from tests.e2e.places import Office, Place

pytestmark = pytest.mark.browser
ELSEWHERE = "https://shop.example.com/signed-in-elsewhere"


def change_client(console: Console, lab: Scenario, client_id: str | None, **changes: object) -> None:
    """What somebody does in the AWS console: every setting is sent back, with one change."""
    cognito = console.aws("cognito-idp")
    client = cognito.describe_user_pool_client(UserPoolId=lab.pool_id, ClientId=client_id)["UserPoolClient"]
    settings = {key: client[key] for key in client if key not in ("ClientSecret", "CreationDate", "LastModifiedDate")}
    cognito.update_user_pool_client(**{**settings, **changes})


def change_both(console: Console, lab: Scenario, url: str) -> None:
    for client_id in (lab.web_client_id, lab.native_client_id):
        change_client(console, lab, client_id, CallbackURLs=[url])


def make_due(console: Console, place: Place) -> None:
    """The place's turn comes now instead of in an hour; the console's schedule and worker do the rest."""
    before = (timezone.now() - timedelta(minutes=1)).isoformat()
    due = (
        "from auth_import.models import DriftWatch; from environments.models import Environment; "
        f"one = Environment.objects.get(project__slug={place.project!r}, name={place.name!r}); "
        f"DriftWatch.objects.update_or_create(environment=one, defaults={{'due': '{before}'}})"
    )
    ended = console.command("shell", "-c", due)
    assert ended.returncode == 0, ended.stderr


def test_a_changed_client_is_found_by_the_watch_accepted_and_gone(
    console: Console, office: Office, page: Page, place: Place
) -> None:
    lab = scenario("identity-token-check-off")
    office.link(place, lab)
    change_both(console, lab, ELSEWHERE)
    make_due(console, place)
    drift = f"{place.authentication}drift/"
    deadline = time.monotonic() + 30
    while not office.requests.get(drift, headers={"Accept": "application/json"}).json()["drift"]:
        assert time.monotonic() < deadline, console.logs()[-2000:]
        time.sleep(0.2)

    page.goto(place.authentication)
    expect(page.get_by_text("Drifted")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main").get_by_text("1", exact=True)).to_be_visible()
    row = page.get_by_role("row").filter(has_text="client.callback-urls")
    expect(row).to_contain_text("After signing in, people are sent to an address that is refused.")
    page.get_by_role("link", name="Decide").click()
    one = page.get_by_role("article").filter(has_text="Callback URLs of the app client")
    expect(one).to_contain_text("https://shop.example.com/signed-in,")
    expect(one).to_contain_text(ELSEWHERE)
    expect(one).to_contain_text("web and mobile apps with hosted sign-in")
    one.get_by_text("Repair: the command").click()
    expect(one.get_by_text(re.compile("describe-user-pool-client .* jq .* update-user-pool-client"))).to_be_visible()

    # Somebody changes it once more while the page is open: what is accepted is only what was seen.
    change_both(console, lab, f"{ELSEWHERE}-again")
    one.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Something changed after you looked.")).to_be_visible()
    expect(one).to_contain_text(f"{ELSEWHERE}-again")
    one.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Accepted. The generated files carry the new value")).to_be_visible()
    expect(page.get_by_text("Nothing changed", exact=True)).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Accepted a drift")).to_be_visible()
    file = office.requests.get(f"{place.authentication}files/aws-exports.js?download=1").text()
    assert f"{ELSEWHERE}-again" in file
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("nothing changed since the import.")).to_be_visible()


def test_a_drift_is_ignored_with_a_reason_and_heeded_again(
    console: Console, office: Office, page: Page, place: Place
) -> None:
    lab = scenario("deletion-protection-off")
    office.link(place, lab)
    before = console.aws("cognito-idp").describe_user_pool_client(UserPoolId=lab.pool_id, ClientId=lab.web_client_id)
    urls = before["UserPoolClient"]["CallbackURLs"]
    change_both(console, lab, ELSEWHERE)
    page.goto(f"{place.authentication}drift/")
    page.get_by_role("button", name="Check now").click()
    page.get_by_text("Ignore with a reason").click()
    page.get_by_role("button", name="Ignore Callback URLs").click()
    page.get_by_label("Why this may stay as it is").fill("The old app is switched off in March.")
    page.get_by_role("button", name="Ignore Callback URLs").click()
    expect(page.get_by_text("Another change alarms again.").first).to_be_visible()
    expect(page.get_by_text("The old app is switched off in March.").first).to_be_visible()
    page.get_by_role("button", name="Heed again").click()
    expect(page.get_by_text("It counts as drift again.")).to_be_visible()
    page.get_by_label("Compare with AWS").select_option("Every 15 minutes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    for client_id in (lab.web_client_id, lab.native_client_id):
        change_client(console, lab, client_id, CallbackURLs=urls)
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("Nothing changed", exact=True)).to_be_visible()
