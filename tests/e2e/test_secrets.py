"""The native client's secret stays where it belongs: in the one file, for whoever may have it, written down."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from aws.sandbox.catalogue import scenario
from tests.e2e import walk
from tests.e2e.conftest import Visit
from tests.e2e.console_process import Console
from tests.e2e.places import Office, Place

pytestmark = pytest.mark.browser

GOOD = scenario("good")
HOLDS_SECRET = "ios/awsconfiguration.json"


def secret_of(console: Console) -> str:
    client = console.aws("cognito-idp").describe_user_pool_client(
        UserPoolId=GOOD.pool_id, ClientId=GOOD.native_client_id
    )
    secret: str = client["UserPoolClient"]["ClientSecret"]
    assert len(secret) > 20
    return secret


def test_the_secret_is_on_no_page_and_in_no_log_but_in_the_file_somebody_asked_for(
    console: Console, visit: Visit, place: Place
) -> None:
    secret = secret_of(console)
    page = visit()
    bodies: list[str] = []

    def read(route: Route) -> None:
        answer = route.fetch()
        bodies.append(answer.text())
        route.fulfill(response=answer)

    page.route(re.compile("/projects/(?!.*download)"), read)
    page.goto(place.choosing(GOOD))
    walk.checked(page)
    expect(page.get_by_role("radio", name="shop-mobile for mobile")).to_be_checked()
    walk.review(page)
    walk.import_now(page)
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("nothing changed since the import")).to_be_visible()
    page.get_by_role("link", name=HOLDS_SECRET, exact=True).click()
    expect(page.get_by_text("The secret is masked here.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("********")

    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert secret in download.value.path().read_text()

    project = f"/projects/{place.project}"
    for address in (f"{project}/jobs/", f"{place.authentication}unlink/", f"{project}/activity/", f"{project}/dev/"):
        page.goto(address)
    page.goto(f"{project}/activity/")
    read_file = page.get_by_role("row").filter(has_text=HOLDS_SECRET)
    expect(read_file).to_contain_text("secret")
    expect(read_file).to_contain_text("admin")
    assert len(bodies) > 10
    assert not [body for body in bodies if secret in body]
    assert secret not in console.logs()


def test_a_viewer_reads_everything_but_the_secret_and_changes_nothing(
    console: Console, visit: Visit, office: Office, place: Place
) -> None:
    office.link(place, GOOD)
    viewer = visit(storage_state=None)
    walk.join_as_viewer(visit(), viewer, place.project)
    viewer.goto(place.authentication)
    expect(viewer.get_by_role("heading", name="Linked resources")).to_be_visible()
    for forbidden in ("Unlink Cognito User Pool and Identity Pool", re.compile("^Fix it")):
        expect(viewer.get_by_role("link", name=forbidden)).to_have_count(0)
    viewer.get_by_role("link", name=HOLDS_SECRET, exact=True).click()
    expect(viewer.get_by_text("Only members with full access can download this file.")).to_be_visible()
    for address in (f"{place.authentication}files/{HOLDS_SECRET}?download=1", place.importing):
        answer = viewer.goto(address)
        assert answer is not None
        assert answer.status == 403
        assert secret_of(console) not in viewer.content()
        expect(viewer.get_by_role("main")).to_contain_text("full access")


def test_a_build_fetches_the_file_with_a_project_token(visit: Visit, office: Office, place: Place) -> None:
    office.link(place, GOOD)
    page: Page = visit()
    page.goto(f"/projects/{place.project}/tokens/")
    page.get_by_label("Name").fill("CI")
    page.get_by_role("button", name="Make token").click()
    expect(page.get_by_text("Token made")).to_be_visible()
    token = page.get_by_text(re.compile("^aui_.{20}")).first.inner_text()
    stranger = visit(storage_state=None)
    wanted = f"{place.authentication}files/aws-exports.js"
    answer = stranger.request.get(wanted, headers={"Authorization": f"Bearer {token}"})
    assert answer.status == 200
    assert f'"aws_user_pools_id": "{GOOD.pool_id}"' in answer.text()
    secret = stranger.request.get(
        f"{place.authentication}files/{HOLDS_SECRET}", headers={"Authorization": f"Bearer {token}"}
    )
    assert secret.status == 403
