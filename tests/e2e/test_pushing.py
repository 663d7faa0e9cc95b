"""Pushing and pulling as a person does it, with JavaScript and without.

Each test has a backend of the account to itself, because what one pushes is there for all.
"""

import io
import json
import re
import zipfile

import pytest
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import scenario
from aws.sandbox.catalogue_backends import Backend, backend
from tests.e2e import walk
from tests.e2e.conftest import Visit
from tests.e2e.console_process import Console
from tests.e2e.places import Office

pytestmark = pytest.mark.browser

ZIP = "#current-cloud-backend.zip"
GOOD = scenario("good")
OTHER = scenario("mfa-on")


def preview(page: Page) -> None:
    """From the Push page to the review, as the browser follows the finished job."""
    page.get_by_role("button", name=re.compile("^Preview")).click()
    expect(page.get_by_role("heading", level=1, name="Review the push")).to_be_visible(timeout=30_000)


def laptop_push(console: Console, at: Backend, name: str, text: str) -> None:
    """Somebody else pushes one more file with the Amplify CLI."""
    s3 = console.aws("s3")
    there = s3.get_object(Bucket=at.deployment_bucket, Key=ZIP)["Body"].read()
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(there)) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, old.read(entry))
        new.writestr(name, text)
    s3.put_object(Bucket=at.deployment_bucket, Key=ZIP, Body=made.getvalue())


def meta_of(console: Console, at: Backend) -> str:
    body = console.aws("s3").get_object(Bucket=at.deployment_bucket, Key=ZIP)["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return archive.read("amplify-meta.json").decode()


def test_import_preview_push_unlink_and_push_again(console: Console, office: Office, page: Page) -> None:
    dev = backend("dev", "sampleshop")
    place = office.connect(office.project("Pushing"), dev)
    office.link(place, GOOD)
    page.goto(place.authentication)
    navigation, main = page.get_by_role("navigation", name="Main"), page.get_by_role("main")
    expect(navigation.get_by_role("link", name="Push 1")).to_be_visible()
    main.get_by_role("link", name="Go to Push").click()
    expect(main.get_by_text("Not pushed")).to_be_visible()
    expect(main.get_by_text("Pull first")).to_be_visible()
    preview(page)
    expect(main).to_contain_text("This, and nothing else, is what the push does.")
    expect(main.get_by_role("group").filter(has_text="amplify-meta.json").first).to_be_visible()
    main.get_by_text(re.compile(r"^\d+ calls, one after the other$")).click()
    expect(main.get_by_text("cloudformation:ExecuteChangeSet")).to_be_visible()
    assert GOOD.pool_id not in meta_of(console, dev)

    main.get_by_role("button", name="Push", exact=True).click()
    walk.job_done(page)
    page.get_by_role("link", name="Continue").click()
    expect(main.get_by_text("Pushed", exact=True).first).to_be_visible()
    expect(main.get_by_text("Same", exact=True)).to_have_count(4)
    expect(navigation.get_by_role("link", name="Push", exact=True)).to_be_visible()
    assert json.loads(meta_of(console, dev))["auth"]["sampleshop"]["output"]["UserPoolId"] == GOOD.pool_id
    page.goto(place.authentication)
    expect(page.get_by_text("effective after push")).to_have_count(0)

    page.get_by_role("link", name="Unlink Cognito User Pool and Identity Pool").click()
    expect(main.get_by_role("heading", name="What the push takes out of the cloud")).to_be_visible()
    page.get_by_role("radio", name=re.compile("^Leave the backend for later")).check()
    page.get_by_label("Environment name").fill("dev")
    page.get_by_role("button", name="Unlink", exact=True).click()
    expect(main.get_by_text("Unlink not pushed")).to_be_visible()
    main.get_by_role("link", name="Go to Push").click()
    preview(page)
    expect(main.get_by_text("Taken out", exact=True)).to_have_count(4)
    main.get_by_role("button", name="Push", exact=True).click()
    walk.job_done(page)
    assert "auth" not in json.loads(meta_of(console, dev)) or not json.loads(meta_of(console, dev))["auth"]


@pytest.mark.slow
def test_somebody_pushes_in_between(console: Console, office: Office, page: Page) -> None:
    prod = backend("prod", "sampleshop")
    place = office.connect(office.project("Between"), prod)
    office.link(place, GOOD)
    main = page.get_by_role("main")
    page.goto(place.push)
    preview(page)
    review = page.url
    laptop_push(console, prod, "notes.txt", "from a laptop")
    main.get_by_role("button", name="Push", exact=True).click()
    expect(main.get_by_text("The cloud changed since you looked.")).to_be_visible(timeout=20_000)
    assert GOOD.pool_id not in meta_of(console, prod)
    # Back to the review, which now knows, and offers no way to try the same again.
    page.goto(review)
    expect(main.get_by_text("The cloud changed since you looked.")).to_be_visible()
    expect(main.get_by_role("button", name="Push", exact=True)).to_have_count(0)
    preview(page)
    assert page.url != review
    main.get_by_role("button", name="Push", exact=True).click()
    walk.job_done(page)
    assert GOOD.pool_id in meta_of(console, prod)
    with zipfile.ZipFile(
        io.BytesIO(console.aws("s3").get_object(Bucket=prod.deployment_bucket, Key=ZIP)["Body"].read())
    ) as archive:
        assert archive.read("notes.txt") == b"from a laptop"


def test_what_others_imported_is_taken_over_and_an_unlink_beneath_dependents_is_refused(
    office: Office, page: Page
) -> None:
    place = office.connect(office.project("Staging"), backend("staging", "sampleshop"))
    office.pull(place)
    main = page.get_by_role("main")
    page.goto(place.pull)
    main.get_by_role("link", name="Import these").click()
    walk.review(page)
    walk.import_now(page)
    page.goto(place.push)
    page.get_by_role("button", name="Preview the push").click()
    expect(main.get_by_text("there is nothing to push")).to_be_visible(timeout=30_000)
    page.goto(f"{place.authentication}unlink/")
    expect(main.get_by_text("Unlinked here at once; the cloud side waits")).to_be_visible()
    expect(main.get_by_text("declares to depend on it")).to_have_count(2)
    page.get_by_label("Environment name").fill("staging")
    page.get_by_role("button", name="Unlink", exact=True).click()
    # The console tries, and leaves the rest to a person.
    expect(main.get_by_text("Amplify takes no auth away beneath that.")).to_be_visible(timeout=30_000)
    page.goto(place.authentication)
    expect(main.get_by_text("Unlinked here; the cloud side waits for you")).to_be_visible()
    expect(main).to_contain_text("amplify update api: choose sampleshop")
    page.goto(place.push)
    preview(page)
    expect(main.get_by_text("This cannot be pushed")).to_be_visible()
    expect(walk.finding(page, "backend.dependents")).to_contain_text("api/sampleshop")
    expect(main.get_by_role("button", name="Push", exact=True)).to_have_count(0)


def test_a_pull_tells_in_words_what_somebody_else_changed(console: Console, office: Office, page: Page) -> None:
    foreign = backend("foreign")
    place = office.connect(office.project("Pulling"), foreign)
    main = page.get_by_role("main")
    page.goto(place.pull)
    expect(main.get_by_text("Never read")).to_be_visible()
    page.get_by_role("button", name="Pull", exact=True).click()
    expect(main.get_by_text("Nothing differs.")).to_be_visible(timeout=20_000)
    laptop_push(console, foreign, "custom/notes.txt", "from a laptop")
    page.get_by_role("button", name="Pull", exact=True).click()
    expect(main.get_by_text("1 file of the backend differ: custom/notes.txt.")).to_be_visible(timeout=20_000)


def test_it_works_with_javascript_off(console: Console, office: Office, visit: Visit) -> None:
    versioned = backend("versioned")
    place = office.connect(office.project("Plain"), versioned)
    office.link(place, OTHER)
    page = visit(java_script_enabled=False)
    main = page.get_by_role("main")
    page.goto(place.push)
    page.get_by_role("button", name="Preview the push").click()
    # The job's page loads itself again until the job has ended.
    walk.job_done(page)
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("heading", level=1, name="Review the push")).to_be_visible()
    main.get_by_text("backend-config.json", exact=False).first.click()
    main.get_by_role("button", name="Push", exact=True).click()
    walk.job_done(page)
    page.get_by_role("link", name="Continue").click()
    expect(main.get_by_text("Same", exact=True)).to_have_count(4)
    assert OTHER.pool_id in meta_of(console, versioned)
