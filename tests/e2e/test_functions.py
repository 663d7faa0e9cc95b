"""Access of functions to the linked pool: given directly and taken away, and chosen for the next push of a backend."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import scenario
from aws.sandbox.catalogue_backends import backend
from tests.e2e import walk
from tests.e2e.console_process import Console
from tests.e2e.places import Office, Place

pytestmark = pytest.mark.browser

FUNCTION = "order-confirmation"


def in_aws(console: Console) -> dict[str, Any]:
    """The function's variables, and the policies written into its role."""
    read = console.aws("lambda").get_function_configuration(FunctionName=FUNCTION)
    iam, role = console.aws("iam"), read["Role"].rpartition("/")[2]
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policies = {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names}
    return {"variables": read["Environment"]["Variables"], "policies": policies}


def test_access_is_given_in_aws_and_taken_away_again(
    console: Console, office: Office, page: Page, place: Place
) -> None:
    office.link(place, scenario("good"))
    before = in_aws(console)
    page.goto(place.functions)
    page.get_by_role("link", name=FUNCTION).click()
    expect(page.get_by_text("Tick an operation")).to_be_visible()
    page.get_by_label("Read users").check()
    expect(page.get_by_text("7 actions on this pool.")).to_be_visible()
    page.get_by_label("Delete users").check()
    expect(page.get_by_text("11 actions on this pool.")).to_be_visible()
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page.get_by_role("heading", name="Calls in order (2)")).to_be_visible()
    page.get_by_role("button", name="Give the access").click()
    walk.job_done(page)

    after = in_aws(console)
    [new] = after["policies"].keys() - before["policies"].keys()
    statement = after["policies"][new]["Statement"][0]
    assert statement["Resource"].endswith(f":userpool/{scenario('good').pool_id}")
    assert len(statement["Action"]) == 11
    assert scenario("good").pool_id in after["variables"].values()
    page.goto(place.functions)
    expect(page.get_by_role("row").filter(has_text=FUNCTION)).to_contain_text("Read, delete")

    page.get_by_role("link", name=FUNCTION).click()
    page.get_by_role("link", name="See what that changes").click()
    expect(page.get_by_text("it is deleted")).to_be_visible()
    page.get_by_role("button", name="Take the access away").click()
    walk.job_done(page)
    assert in_aws(console) == before
    page.goto(place.functions)
    expect(page.get_by_role("row").filter(has_text=FUNCTION)).to_contain_text("Nothing given here")


def test_access_in_a_backend_is_chosen_previewed_and_waits_for_a_push(
    console: Console, office: Office, page: Page, place: Place
) -> None:
    shop = backend("staging")
    amplify = office.connect(place.project, shop)
    office.link(amplify, scenario("good"))
    bucket = console.aws("s3")
    before = bucket.head_object(Bucket=shop.deployment_bucket, Key="#current-cloud-backend.zip")["ETag"]
    page.goto(f"{amplify.functions}orderMailer/")
    page.get_by_label("The few actions people need").check()
    page.get_by_label("Create new users").check()
    template = page.locator("details").filter(has_text="orderMailer-cloudformation-template.json")
    expect(template).to_contain_text("cognito-idp:AdminCreateUser")
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page.get_by_text("amplify push --force")).to_be_visible()
    page.get_by_role("button", name="Keep for the next push").click()
    expect(page.get_by_text("It waits for a push; nothing is written yet.")).to_be_visible()
    expect(page.get_by_text("Create, read (least privilege) with the next push")).to_be_visible()
    page.get_by_role("link", name="Go to Push").click()
    expect(page.get_by_text("The access of 1 function waits to be pushed.")).to_be_visible()
    page.goto(f"{amplify.functions}orderMailer/")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Taken back. The backend stays as it is.")).to_be_visible()
    assert bucket.head_object(Bucket=shop.deployment_bucket, Key="#current-cloud-backend.zip")["ETag"] == before
