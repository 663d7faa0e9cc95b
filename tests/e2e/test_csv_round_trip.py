"""Users out into a CSV file, changed there as in a spreadsheet, and in again."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import scenario
from tests.e2e.conftest import Visit
from tests.e2e.console_process import Console
from tests.e2e.places import Office, Place

pytestmark = pytest.mark.browser

POOL = scenario("default-email-sender")
"""Its sample people stay as they are."""
OWN = "@roundtrip.example.org"
PEOPLE = ("ada", "grace", "linus")


def plant(console: Console) -> None:
    cognito = console.aws("cognito-idp")
    for name in PEOPLE:
        given = {"email": f"{name}{OWN}", "email_verified": "true", "name": f"={name}"}
        cognito.admin_create_user(
            UserPoolId=POOL.pool_id,
            Username=f"{name}{OWN}",
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": key, "Value": value} for key, value in given.items()],
        )


def names(console: Console) -> dict[str, str]:
    pages = console.aws("cognito-idp").get_paginator("list_users").paginate(UserPoolId=POOL.pool_id)
    rows = [row for page in pages for row in page["Users"]]
    users = [{one["Name"]: one["Value"] for one in row["Attributes"]} for row in rows]
    return {user["email"]: user.get("name", "") for user in users if user["email"].endswith(OWN)}


def export(page: Page, place: Place, into: Path) -> None:
    page.goto(place.users)
    page.get_by_role("link", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    download.value.save_as(into)


def edit(file: Path) -> None:
    """Two changed rows and a new one, saved as another program writes CSV."""
    with file.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    for row in rows:
        if row["email"] in (f"ada{OWN}", f"grace{OWN}"):
            row["name"] = f"{row['email'].partition('@')[0].title()}, changed"
    rows.append({**dict.fromkeys(rows[0], ""), "email": "new@roundtrip.example.org", "name": "Somebody New"})
    with file.open("w", newline="", encoding="utf-8-sig") as opened:
        writer = csv.DictWriter(opened, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def upload(page: Page, place: Place, file: Path) -> None:
    page.goto(place.users)
    page.get_by_role("link", name="Import CSV").first.click()
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Upload and check").click()


def test_users_go_out_and_come_in_again(console: Console, office: Office, visit: Visit, tmp_path: Path) -> None:
    plant(console)
    place = office.environment(office.project("Round trip"))
    office.link(place, POOL)
    page = visit()
    file = tmp_path / "people.csv"

    export(page, place, file)
    edit(file)
    upload(page, place, file)
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", name="What the file holds")).to_be_visible(timeout=30_000)
    expect(main.get_by_text("byte order mark")).to_be_visible()
    expect(main.get_by_text("new@roundtrip.example.org")).to_be_visible()
    main.get_by_role("link", name=re.compile("^Exist, differ")).click()
    expect(main.locator("ins", has_text="Ada, changed")).to_be_visible()
    expect(main.locator("del", has_text="=ada")).to_be_visible()

    main.get_by_label("Update what the file says differently").check()
    main.get_by_label("Reason").fill("TICKET-21")
    main.get_by_role("button", name="Import", exact=True).click()
    expect(main.get_by_role("heading", name="What became of it")).to_be_visible(timeout=30_000)

    assert names(console) == {
        "ada@roundtrip.example.org": "Ada, changed",
        "grace@roundtrip.example.org": "Grace, changed",
        "linus@roundtrip.example.org": "=linus",
        "new@roundtrip.example.org": "Somebody New",
    }
    page.goto(f"{place.users}?q=ada{OWN.replace('@', '%40')}")
    expect(main.get_by_text("Ada, changed")).to_be_visible()


def test_a_file_that_is_too_large_is_refused_in_words(office: Office, visit: Visit, tmp_path: Path) -> None:
    place = office.environment(office.project("Large file"))
    office.link(place, POOL)
    file = tmp_path / "large.csv"
    with file.open("wb") as opened:
        opened.truncate(200 * 1024 * 1024)
    page = visit(tolerate="413")

    upload(page, place, file)

    expect(page.get_by_role("main").get_by_text("A file may have 100 MB")).to_be_visible(timeout=60_000)
