"""Unlinking where nothing of it is left to ask: after the pools were deleted, and while AWS is away."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from aws.sandbox.catalogue import scenario
from aws.sandbox.catalogue_backends import Backend, backend
from tests.auth_import.planted import Account
from tests.e2e import walk
from tests.e2e.conftest import Visit
from tests.e2e.console_process import Console
from tests.e2e.places import Office

pytestmark = pytest.mark.browser

GOOD = scenario("good")


def auth_of(console: Console, at: Backend) -> Any:
    body = console.aws("s3").get_object(Bucket=at.deployment_bucket, Key="amplify-meta.json")["Body"].read()
    return json.loads(body).get("auth")


def test_an_amplify_environment_is_unlinked_after_both_pools_were_deleted(
    console: Console, office: Office, page: Page
) -> None:
    planted = Account(console.sandbox.url).plant()
    chosen = planted.choice
    at = backend("foreign")
    place = office.connect(office.project("After deletion"), at)
    office.link(
        place,
        GOOD,
        pool=chosen.user_pool_id,
        web=chosen.web_client_id,
        native=chosen.native_client_id,
        ipool=chosen.identity_pool_id,
    )
    office.push(place)
    assert auth_of(console, at)
    cognito = console.aws("cognito-idp")
    cognito.update_user_pool(UserPoolId=chosen.user_pool_id, DeletionProtection="INACTIVE")
    cognito.delete_user_pool(UserPoolId=chosen.user_pool_id)
    console.aws("cognito-identity").delete_identity_pool(IdentityPoolId=chosen.identity_pool_id)

    main = page.get_by_role("main")
    page.goto(place.authentication)
    page.get_by_role("link", name="Unlink Cognito User Pool and Identity Pool").click()
    expect(main.get_by_role("heading", name="What the push takes out of the cloud")).to_be_visible()
    expect(page.get_by_role("radio", name=re.compile("^Take it out of the backend in the cloud now"))).to_be_checked()
    page.get_by_label("Environment name").fill(at.environment)
    page.get_by_role("button", name="Unlink", exact=True).click()
    expect(page.get_by_text("The Cognito resources themselves were not touched.")).to_be_visible()
    walk.job_done(page)
    expect(main).to_contain_text("Nothing is left of it in the backend")
    page.get_by_role("link", name="Continue").click()
    expect(main.get_by_text("not yet in the cloud")).to_have_count(0)
    expect(page.get_by_role("heading", name="How should this environment get its authentication?")).to_be_visible()
    assert auth_of(console, at) == {}


def test_with_aws_away_it_is_unlinked_here_and_finished_when_aws_is_back(
    sandbox: Any, console: Console, office: Office, visit: Visit
) -> None:
    at = backend("versioned")
    place = office.connect(office.project("Away"), at)
    office.link(place, GOOD)
    office.push(place)
    page = visit()
    main = page.get_by_role("main")
    sandbox.fail("*", kind="fail", code="ServiceUnavailable", status=503)
    page.goto(f"{place.authentication}unlink/")
    page.get_by_label("Environment name").fill(at.environment)
    page.get_by_role("button", name="Unlink", exact=True).click()
    expect(main.get_by_text("AWS could not be reached, or did not answer in time.")).to_be_visible(timeout=40_000)
    expect(main).to_contain_text("The console tries again by itself in 1 min.")
    page.get_by_role("link", name="Back", exact=True).click()
    expect(main.get_by_text("Unlinked here, and not yet in the cloud")).to_be_visible()
    expect(main).to_contain_text(re.compile(r"tried once, next try (in|within)"))
    page.goto(f"/projects/{place.project}/")
    expect(main).to_contain_text(re.compile("Unlink: next try (in|within)"))
    assert auth_of_when_back(sandbox, console, at)

    page.goto(place.authentication)
    page.get_by_role("button", name="Try now").click()
    walk.job_done(page)
    page.get_by_role("link", name="Continue").click()
    expect(main.get_by_text("not yet in the cloud")).to_have_count(0)
    assert auth_of(console, at) == {}
    page.goto(f"/projects/{place.project}/activity/")
    expect(main.get_by_text("Finished an unlink in the cloud")).to_be_visible()


def auth_of_when_back(sandbox: Any, console: Console, at: Backend) -> Any:
    sandbox.forget()
    return auth_of(console, at)
