"""From an environment with nothing to somebody who signs in to its own new user pool, and back to nothing."""

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import Page, expect

from tests.e2e.console_process import Console
from tests.e2e.places import Place

pytestmark = pytest.mark.browser

EMAIL = "first.person@example.org"
PASSWORD = "Only-For-Tests-88"
WHILE_CLOUDFORMATION_WORKS = 45_000


def outputs_of(console: Console, stack: str) -> dict[str, str]:
    [found] = console.aws("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {row["OutputKey"]: row["OutputValue"] for row in found["Outputs"]}


def signs_in(console: Console, client_id: str, password: str) -> dict[str, Any]:
    answer = console.aws("cognito-idp").initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=client_id,
        AuthParameters={"USERNAME": EMAIL, "PASSWORD": password},
    )
    return dict(answer["AuthenticationResult"])


def test_a_new_environment_gets_users_of_its_own_and_somebody_signs_in(
    console: Console, page: Page, place: Place
) -> None:
    page.goto(place.authentication)
    page.get_by_role("radio", name="Start from scratch").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1, name="Start from scratch")).to_be_visible()
    expect(page.get_by_role("checkbox", name="E-mail address")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Deletion protection")).to_be_checked()
    page.get_by_label("Callback URLs").fill("https://app.example.com/")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("URLs belong to the hosted sign-in page")).to_be_visible()
    page.get_by_label("Callback URLs").fill("")
    page.get_by_role("button", name="Preview").click()

    # The job leads on to the review by itself.
    expect(page.get_by_role("heading", level=1, name="Review what would be made")).to_be_visible(
        timeout=WHILE_CLOUDFORMATION_WORKS
    )
    expect(page.get_by_role("row").filter(has_text="AWS::IAM::Role")).to_have_count(2)
    expect(page.get_by_text("CAPABILITY_NAMED_IAM")).to_be_visible()
    page.get_by_role("button", name="Create in AWS").click()
    expect(page.get_by_text("Managed by this console")).to_be_visible(timeout=WHILE_CLOUDFORMATION_WORKS)
    expect(page.get_by_text(re.compile(r"^(Healthy|\d+ to look at)$"))).to_be_visible()
    stack = page.locator("dt", has_text="Managed by this console").locator("xpath=following-sibling::dd").inner_text()
    outputs = outputs_of(console, stack.split()[0])
    expect(page.get_by_role("main")).to_contain_text(outputs["WebClientId"])

    page.get_by_role("navigation").get_by_role("link", name="Users").click()
    page.get_by_role("link", name="Create user").first.click()
    page.locator("[name=username]").fill(EMAIL)
    page.get_by_role("button", name="Create user").click()
    expect(page.get_by_role("heading", level=1, name=EMAIL)).to_be_visible()
    user_page = page.url
    page.get_by_role("link", name="Set a password").first.click()
    page.get_by_label("Permanent").check()
    page.get_by_role("radio", name="Type one").check()
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("^Set")).click()

    with pytest.raises(ClientError, match="NotAuthorizedException"):
        signs_in(console, outputs["WebClientId"], "Wrong-Password-88")
    tokens = signs_in(console, outputs["WebClientId"], PASSWORD)
    who = console.aws("cognito-idp").get_user(AccessToken=tokens["AccessToken"])
    assert {row["Name"]: row["Value"] for row in who["UserAttributes"]}["email"] == EMAIL
    page.goto(user_page)
    expect(page.get_by_text("Confirmed").first).to_be_visible()

    page.goto(place.authentication)
    page.get_by_role("link", name="Remove with all users").click()
    expect(page.get_by_text("about 1 user")).to_be_visible()
    page.get_by_label("Export the users first").check()
    page.get_by_label("Turn deletion protection off first").check()
    page.get_by_label("Environment name").fill(place.name)
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("radio", name="Start from scratch")).to_be_visible(timeout=WHILE_CLOUDFORMATION_WORKS)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^Download users-")).click()
    assert EMAIL in download.value.path().read_text()
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        console.aws("cognito-idp").describe_user_pool(UserPoolId=outputs["UserPoolId"])
