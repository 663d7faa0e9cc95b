"""The form, the review and the removal as people and scripts meet them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from auth_import.models import CognitoLink
from deployments.scratch.models import KeptExport, PlannedAuth
from environments.models import Environment
from environments.permissions import Role
from jobs.models import Job, Status
from tests.auth_import.journeys import address, bearer, signed_in
from tests.auth_import.planted import Account
from tests.deployments.scratch.scratching import made, previewed, removed, removing, wish
from tests.factories import make_environment, make_link, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

CHOICES = {
    "name": "shop-dev",
    "sign_in": ["email", "username"],
    "required": ["email", "name"],
    "custom": "plan\nseats Number fixed",
    "minimum_length": "10",
    "temporary_days": "3",
    "lowercase": "on",
    "numbers": "on",
    "mfa": "OPTIONAL",
    "domain": "shop-dev-1",
    "callback_urls": "https://shop.example.com/in\nmyapp://in/",
    "logout_urls": "https://shop.example.com/out",
    "deletion_protection": "on",
}


def browser(environment: Environment) -> Client:
    return signed_in(environment)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_authentication_page_leads_to_the_form_by_its_second_choice(free: Environment) -> None:
    client = browser(free)
    page = address(free, "authentication")
    html = text(client.get(page))
    assert 'value="scratch"' in html
    assert client.get(page, {"mode": "scratch"})["Location"] == address(free, "scratch")
    assert client.get(page, {"mode": "reuse"})["Location"] == address(free, "import")
    assert client.get(page, {"mode": "other"}).status_code == 200


def test_the_form_says_what_it_costs_and_what_is_for_ever_and_asks_no_aws(free: Environment, sandbox: Any) -> None:
    html = text(browser(free).get(address(free, "scratch")))
    for words in ("monthly active user", "50 e-mails a day", "never be changed later", "What people sign in with"):
        assert words in html
    assert f'value="{free.project.slug}-dev"' in html
    assert "checked" in html[html.index('name="deletion_protection"') :].partition(">")[0]
    assert sandbox.calls() == []


def test_what_was_chosen_is_previewed_and_comes_back_into_the_form(free: Environment) -> None:
    client = browser(free)
    answer = client.post(address(free, "scratch"), CHOICES)
    planned = PlannedAuth.objects.get()
    assert planned.preview_job
    assert (answer.status_code, answer["Location"]) == (303, planned.preview_job.get_absolute_url())
    assert "New Cognito resources are on their way" in text(client.get(address(free, "authentication")))
    choices = planned.choices
    assert (choices["sign_in"], choices["required"], choices["mfa"]) == (
        ["email", "username"],
        ["email", "name"],
        "OPTIONAL",
    )
    assert [(one["name"], one["type"], one["mutable"]) for one in choices["custom"]] == [
        ("plan", "String", True),
        ("seats", "Number", False),
    ]
    assert choices["password"]["uppercase"] is False
    assert choices["callback_urls"] == ["https://shop.example.com/in", "myapp://in/"]
    html = text(client.get(planned.form_url))
    for value in ('value="shop-dev-1"', "seats Number fixed", "myapp://in/", 'value="10"'):
        assert value in html


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sign_in": []}, "at least one way to sign in"),
        ({"required": ["name"]}, "require email"),
        ({"custom": "plan Text"}, "neither a type"),
        ({"custom": "plan\nplan"}, "stands there twice"),
        ({"minimum_length": "5"}, "greater than or equal to 6"),
        ({"domain": "my-aws"}, "contains “aws”"),
        ({"callback_urls": "http://shop.example.com/"}, "must begin with https"),
        ({"domain": ""}, "give it a prefix, or leave them out"),
        ({"name": "1st"}, "begin with a letter"),
        ({"mfa": "PERHAPS"}, "Select a valid choice"),
    ],
)
def test_what_aws_would_refuse_is_told_at_its_field_and_nothing_is_lost(
    free: Environment, change: dict[str, Any], words: str
) -> None:
    answer = browser(free).post(address(free, "scratch"), CHOICES | change)
    assert answer.status_code == 422
    html = text(answer)
    assert words in html
    assert "field-error" in html
    assert "https://shop.example.com/out" in html
    assert not PlannedAuth.objects.exists()
    assert not Job.objects.exists()


def test_the_review_names_everything_and_its_button_starts_one_job(free: Environment) -> None:
    client = browser(free)
    new = wish(guests=True)
    planned = previewed(free, new)
    html = text(client.get(planned.get_absolute_url()))
    for words in (
        "123456789012", "eu-west-1", planned.stack_name, f"{new.name}_users", f"{new.name}_web", "AWS::IAM::Role",
        "CAPABILITY_NAMED_IAM", f"{planned.stack_name}-AuthenticatedRole-", "Anybody gets credentials",
        "Deletion protection is off", "AWSTemplateFormatVersion", "Create in AWS",
    ):  # fmt: skip
        assert words in html, words
    apply = address(free, "apply-scratch", plan_id=planned.pk)
    first, second = client.post(apply), client.post(apply)
    assert first["Location"] == second["Location"]
    assert Job.objects.filter(kind="scratch").count() == 1
    assert "CloudFormation is at work" in text(client.get(planned.get_absolute_url()))


def test_a_plan_can_be_thrown_away_once(free: Environment) -> None:
    client = browser(free)
    planned = previewed(free)
    url = address(free, "discard-scratch", plan_id=planned.pk)
    assert client.post(url)["Location"] == address(free, "authentication")
    planned.refresh_from_db()
    assert planned.phase == "discarded"
    assert client.post(url, {"again": "1"})["Location"] == planned.form_url
    assert "was thrown away" in text(client.get(planned.get_absolute_url()))
    refused = client.post(address(free, "apply-scratch", plan_id=planned.pk), follow=True)
    assert "This plan was used already." in text(refused)


def test_what_was_rolled_back_offers_to_clean_up_and_try_again(free: Environment, sandbox: Any) -> None:
    from deployments.scratch import create_job, services
    from tests.auth_import.journeys import ACTOR
    from tests.deployments.scratch.scratching import ended

    client = browser(free)
    planned = previewed(free)
    sandbox.stack(planned.stack_name, fail_resource="IdentityPool", reason="Too many identity pools.")
    ended(services.apply(planned=planned, actor=ACTOR, send=False), create_job.create, Status.FAILED)
    html = text(client.get(planned.get_absolute_url()))
    for words in ("Too many identity pools.", "Clean up and try again", "ROLLBACK_COMPLETE"):
        assert words in html
    assert "An earlier attempt did not finish" in text(client.get(address(free, "scratch")))
    answer = client.post(address(free, "discard-scratch", plan_id=planned.pk), {"again": "1"})
    assert answer["Location"] == planned.form_url


def test_an_account_that_refuses_is_told_where_the_plan_is(free: Environment, sandbox: Any) -> None:
    planned = previewed(free)
    sandbox.fail("DeleteStack", kind="fail", code="AccessDenied", message="Not authorized.", status=403)
    answer = browser(free).post(address(free, "discard-scratch", plan_id=planned.pk), follow=True)
    assert "AccessDenied" in text(answer)
    planned.refresh_from_db()
    assert planned.phase == "planned"


def test_a_managed_link_says_so_and_an_unlink_says_what_stays(free: Environment) -> None:
    link = made(free)
    client = browser(free)
    html = text(client.get(address(free, "authentication")))
    assert "Managed by this console" in html
    assert link.managed_stack_name in html
    assert address(free, "remove-managed") in html
    html = text(client.get(address(free, "unlink")))
    assert "This console made these resources" in html
    assert f"aws cloudformation delete-stack --stack-name {link.managed_stack_name}" in html
    assert "is linked to" not in text(client.get(address(free, "scratch")))
    assert "which this console made" in text(client.get(address(free, "scratch")))


def test_the_removal_says_who_goes_and_demands_the_name(free: Environment) -> None:
    link = made(free, wish(deletion_protection=True))
    client = browser(free)
    page = address(free, "remove-managed")
    html = text(client.get(page))
    for words in (
        "with all its users", "about 0 users", link.managed_stack_name, "AuthenticatedRole", "within 14 days",
        "Deletion protection is on", "INACTIVE", "Export the users first",
    ):  # fmt: skip
        assert words in html, words
    for data, wrong in (
        ({"confirm": "prod", "unprotect": "on"}, "This is not the environment"),
        ({"confirm": "dev"}, "Tick this to turn it off first"),
    ):
        answer = client.post(page, data)
        assert answer.status_code == 422
        assert wrong in text(answer)
    assert not Job.objects.filter(kind="remove-managed").exists()
    sent = {"confirm": "dev", "unprotect": "on", "export": "on"}
    first, second = client.post(page, sent), client.post(page, sent)
    assert first.status_code == 303
    assert first["Location"] == second["Location"]
    job = Job.objects.get(kind="remove-managed")
    assert (job.payload["export"], job.payload["unprotect"], job.permission) == (True, True, "unlink-auth")


def test_a_pool_used_elsewhere_offers_no_removal(free: Environment) -> None:
    link = made(free)
    make_link(make_environment(free.project, "other"), user_pool_id=link.user_pool_id)
    page = address(free, "remove-managed")
    html = text(browser(free).get(page))
    assert f"{free.project.name} / other" in html
    assert "Delete everything" not in html
    answer = browser(free).post(page, {"confirm": "dev"})
    assert answer.status_code == 409
    assert not Job.objects.filter(kind="remove-managed").exists()


def test_a_removal_that_aws_does_not_answer_starts_nothing(free: Environment, sandbox: Any) -> None:
    made(free)
    sandbox.fail("DescribeUserPool", kind="fail", code="AccessDeniedException", message="No.", status=400)
    answer = browser(free).post(address(free, "remove-managed"), {"confirm": "dev"})
    assert answer.status_code == 502
    assert "AccessDeniedException" in text(answer)
    assert not Job.objects.filter(kind="remove-managed").exists()


def test_kept_users_are_for_people_who_manage_users(free: Environment, account: Account) -> None:
    link = made(free)
    removed(removing(link, export=True))
    kept = KeptExport.objects.get()
    for role in (Role.FULL_ACCESS, Role.MANAGE_ONLY):
        client = signed_in(free, role)
        assert kept.file_name in text(client.get(address(free, "authentication")))
        answer = client.get(kept.get_absolute_url())
        assert b"".join(answer.streaming_content).startswith(b'"username",')  # type: ignore[attr-defined]
        assert kept.file_name in answer["Content-Disposition"]
    viewer = signed_in(free, Role.VIEWER)
    assert kept.file_name not in text(viewer.get(address(free, "authentication")))
    assert viewer.get(kept.get_absolute_url()).status_code == 403
    KeptExport.objects.update(expires=kept.created)
    assert signed_in(free).get(kept.get_absolute_url()).status_code == 404


def test_scripts_do_the_same_at_the_same_addresses(free: Environment, client: Client) -> None:
    from deployments.scratch import create_job, preview_job
    from tests.deployments.scratch.scratching import ended

    head = bearer(free)
    offered = client.get(address(free, "scratch"), headers=head).json()
    assert (offered["choices"]["sign_in"], offered["refused"]) == (["email"], "")
    assert client.post(address(free, "scratch"), {"required": "name"}, headers=head).json()["errors"]["required"]
    answer = client.post(address(free, "scratch"), {"name": "fromscript", "guests": "on"}, headers=head)
    assert answer.status_code == 202
    planned = PlannedAuth.objects.get(pk=answer.json()["plan"])
    assert (planned.choices["guests"], planned.choices["deletion_protection"]) == (True, True)
    assert planned.preview_job
    ended(planned.preview_job, preview_job.preview)
    report = client.get(planned.get_absolute_url(), headers=head).json()
    assert (report["phase"], report["stack"]) == ("planned", planned.stack_name)
    assert len(report["resources"]) == 7
    answer = client.post(address(free, "apply-scratch", plan_id=planned.pk), headers=head)
    assert answer.status_code == 202
    ended(Job.objects.get(pk=answer.json()["job"]), create_job.create)
    facts = client.get(address(free, "remove-managed"), headers=head).json()
    assert (facts["deletion_protection"], facts["linked_elsewhere"]) == (True, [])
    answer = client.post(address(free, "remove-managed"), {"confirm": "dev"}, headers=head)
    assert (answer.status_code, "unprotect" in answer.json()["errors"]) == (422, True)
    answer = client.post(address(free, "scratch"), {"name": "again"}, headers=head)
    assert (answer.status_code, "which this console made" in answer.json()["error"]) == (409, True)
    assert client.post(address(free, "discard-scratch", plan_id=planned.pk), headers=head).status_code == 409


ROUTES: dict[str, Callable[[PlannedAuth], dict[str, Any]]] = {
    "scratch": lambda _: {},
    "apply-scratch": lambda planned: {"plan_id": planned.pk},
    "discard-scratch": lambda planned: {"plan_id": planned.pk},
    "remove-managed": lambda _: {},
}


def test_others_are_refused_and_change_nothing(free: Environment) -> None:
    planned = previewed(free)
    stranger = Client()
    stranger.force_login(make_user())
    before = (PlannedAuth.objects.values_list("phase", flat=True).get(), Job.objects.count())
    for route, more in ROUTES.items():
        url = address(free, route, **more(planned))
        for role in (Role.MANAGE_ONLY, Role.VIEWER):
            assert signed_in(free, role).post(url, CHOICES | {"confirm": "dev"}).status_code == 403, route
        assert stranger.post(url).status_code == 404
        if route in ("apply-scratch", "discard-scratch"):
            assert browser(free).get(url).status_code == 405
    assert signed_in(free, Role.VIEWER).get(planned.get_absolute_url()).status_code == 403
    assert stranger.get(planned.get_absolute_url()).status_code == 404
    assert before == (PlannedAuth.objects.values_list("phase", flat=True).get(), Job.objects.count())
    other = make_environment(free.project, "other")
    assert browser(free).get(address(other, "review-scratch", plan_id=planned.pk)).status_code == 404


def test_nothing_managed_is_nothing_to_remove(free: Environment) -> None:
    client = browser(free)
    assert client.get(address(free, "remove-managed"))["Location"] == address(free, "authentication")
    make_link(free)
    assert client.get(address(free, "remove-managed"))["Location"] == address(free, "authentication")
    assert reverse("remove-managed", args=[free.project.slug, "dev"]) not in text(
        client.get(address(free, "authentication"))
    )
    assert CognitoLink.objects.filter(environment=free).exists()
