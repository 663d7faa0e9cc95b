"""Other resources in the place of the linked ones, in one step: the pages, the job, the command, and what stops it."""

from typing import Any

import pytest
from django.test import Client

from auth_import import dependents, services
from auth_import.dependents import Dependent
from auth_import.models import CognitoLink, PlannedImport
from auth_import.observation import Choice
from auth_import.preflight import preflight
from aws.sandbox.catalogue import scenario
from environments.models import Environment
from environments.permissions import Role
from jobs.models import Status
from tests.auth_import.commands.running import JSON, PLACE, payload_of, run
from tests.auth_import.journeys import (
    ACTOR,
    address,
    audited,
    bearer,
    chosen,
    job_for,
    link_for,
    nobody_else,
    plan_for,
    signed_in,
)
from tests.auth_import.planted import OAUTH, choice_of
from tests.factories import make_environment, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]
OTHER = "mfa-on"


@pytest.fixture
def link(environment: Environment, good: Choice) -> CognitoLink:
    return link_for(environment, good)


def swap_plan(link: CognitoLink, choice: Choice) -> PlannedImport:
    environment = link.environment
    checked = preflight(environment=environment, choice=choice, sees=nobody_else, relink=True)
    plan = services.plan_of(checked, environment=environment, accepted=(), reason="", replaces=link)
    return services.keep_plan(plan=plan, environment=environment, actor=ACTOR)


def text(response: Any) -> str:
    return str(response.content.decode())


class TestPages:
    def test_from_the_linked_page_to_the_other_resources_without_an_unlink(
        self, link: CognitoLink, sandbox: Any
    ) -> None:
        environment, member = link.environment, signed_in(link.environment)
        assert address(environment, "swap") in text(member.get(address(environment, "authentication")))
        assert "Linked now" in text(member.get(address(environment, "swap")))
        sent = member.post(address(environment, "swap-plan"), chosen(choice_of(OTHER)))
        planned = PlannedImport.objects.first()
        assert planned
        assert sent["Location"] == address(environment, "review-swap", plan_id=planned.pk)
        review = text(member.get(sent["Location"]))
        for words in (scenario(OTHER).pool_name, "shop-users", "only people who are users of the new pool", "Groups"):
            assert words in review, words
        sandbox.calls()
        member.post(address(environment, "apply-plan", plan_id=planned.pk))
        assert job_for(planned).status == Status.SUCCEEDED
        swapped = CognitoLink.objects.get()
        assert swapped.choice == choice_of(OTHER)
        assert swapped.pk != link.pk
        (event,) = audited("auth_import:link:swap")
        assert event.before
        assert event.after
        assert (event.before["user_pool_id"], event.after["user_pool_id"]) == (
            link.user_pool_id,
            swapped.user_pool_id,
        )
        assert len(audited("auth_import:link:import")) == 1
        assert all(call["operation"].startswith(("Get", "List", "Describe")) for call in sandbox.calls())
        assert "has been used" in text(member.get(sent["Location"]))

    def test_only_the_clients_of_the_same_pool(self, link: CognitoLink, account: Any) -> None:
        planted = account.plant(identity_pool=False)
        mine = link_for(make_environment(link.environment.project, "two"), planted.choice)
        made = account.client("cognito-idp").create_user_pool_client(
            UserPoolId=planted.choice.user_pool_id, ClientName="second-mobile", GenerateSecret=True, **OAUTH
        )["UserPoolClient"]
        choice = Choice(planted.choice.user_pool_id, planted.choice.web_client_id, made["ClientId"])
        planned = swap_plan(mine, choice)
        review = text(signed_in(mine.environment).get(address(mine.environment, "review-swap", plan_id=planned.pk)))
        assert "The users stay." in review
        assert job_for(planned).status == Status.SUCCEEDED
        assert CognitoLink.objects.get(environment=mine.environment).native_client_id == made["ClientId"]

    def test_the_linked_resources_cannot_take_their_own_place(self, link: CognitoLink, good: Choice) -> None:
        member = signed_in(link.environment)
        answer = member.post(address(link.environment, "swap-plan"), chosen(good))
        assert answer.status_code == 422
        assert "linked now" in text(answer)
        assert CognitoLink.objects.get().pk == link.pk

    def test_nothing_linked_leads_to_the_import(self, environment: Environment, member: Client) -> None:
        assert member.get(address(environment, "swap"))["Location"] == address(environment, "import")
        assert member.post(address(environment, "swap-plan"), {})["Location"] == address(environment, "import")

    def test_the_import_page_of_a_linked_environment_shows_the_way(self, link: CognitoLink) -> None:
        assert address(link.environment, "swap") in text(
            signed_in(link.environment).get(address(link.environment, "import"))
        )

    def test_a_pool_that_is_gone_is_swapped_all_the_same(self, environment: Environment, account: Any) -> None:
        planted = account.plant()
        link = link_for(environment, planted.choice)
        cognito, pool_id = account.client("cognito-idp"), planted.choice.user_pool_id
        cognito.update_user_pool(UserPoolId=pool_id, DeletionProtection="INACTIVE")
        cognito.delete_user_pool(UserPoolId=pool_id)
        planned = swap_plan(link, choice_of(OTHER))
        review = text(signed_in(environment).get(address(environment, "review-swap", plan_id=planned.pk)))
        assert "the pool is gone" in review
        assert job_for(planned).status == Status.SUCCEEDED

    def test_an_amplify_environment_waits_for_a_push_afterwards(self, good: Choice) -> None:
        amplify = make_environment(make_project("Sample"), "dev", kind="amplify", app_id="d2sample00001")
        link = link_for(amplify, good)
        CognitoLink.objects.update(pushed=True)
        planned = swap_plan(link, choice_of(OTHER))
        review = text(signed_in(amplify).get(address(amplify, "review-swap", plan_id=planned.pk)))
        assert "not pushed" in review
        assert "team-provider-info.json" in review
        job_for(planned)
        assert CognitoLink.objects.get().awaits_push

    def test_a_script_plans_and_applies(self, link: CognitoLink) -> None:
        browser, headers = Client(), bearer(link.environment)
        planned = browser.post(address(link.environment, "swap-plan"), chosen(choice_of(OTHER)), headers=headers)
        assert planned.status_code == 201, planned.content
        changes = {one["change"] for one in planned.json()["plan"]["files"]}
        assert changes == {"change"}
        url = address(link.environment, "apply-plan", plan_id=planned.json()["planned"])
        assert browser.post(url, headers=headers).status_code == 202

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGE_ONLY])
    def test_only_who_imports_may_swap(self, link: CognitoLink, role: str) -> None:
        member, planned = signed_in(link.environment, role), swap_plan(link, choice_of(OTHER))
        assert member.get(address(link.environment, "swap")).status_code == 403
        assert member.post(address(link.environment, "swap-plan"), chosen(choice_of(OTHER))).status_code == 403
        assert member.get(address(link.environment, "review-swap", plan_id=planned.pk)).status_code == 403
        assert address(link.environment, "swap") not in text(member.get(address(link.environment, "authentication")))

    def test_strangers_find_nothing_and_get_plans_nothing(self, link: CognitoLink) -> None:
        stranger = signed_in(make_environment(make_project("Other")))
        assert stranger.get(address(link.environment, "swap")).status_code == 404
        assert stranger.post(address(link.environment, "swap-plan")).status_code == 404
        assert signed_in(link.environment).get(address(link.environment, "swap-plan")).status_code == 405


class TestWhatStopsIt:
    def test_a_link_that_changed_after_the_review(self, link: CognitoLink) -> None:
        planned = swap_plan(link, choice_of(OTHER))
        outputs = link.outputs | {"user_pool_name": "renamed"}
        CognitoLink.objects.update(outputs=outputs)
        job = job_for(planned)
        assert (job.status, job.error_code) == (Status.FAILED, "ChangedSinceReview")
        assert CognitoLink.objects.get().pk == link.pk

    def test_an_unlink_meanwhile(self, link: CognitoLink) -> None:
        planned = swap_plan(link, choice_of(OTHER))
        services.unlink(link=link, actor=ACTOR)
        assert job_for(planned).error_code == "NotLinked"
        assert not CognitoLink.objects.exists()

    def test_an_import_plan_never_swaps(self, environment: Environment, good: Choice) -> None:
        planned = plan_for(environment, choice_of(OTHER))
        link_for(environment, good)
        assert job_for(planned).error_code == "AlreadyLinked"

    def test_something_at_work_that_needs_the_link(self, link: CognitoLink, monkeypatch: pytest.MonkeyPatch) -> None:
        planned = swap_plan(link, choice_of(OTHER))
        monkeypatch.setattr(dependents, "_questions", [lambda _: [Dependent("A push", "is at work.", blocks=True)]])
        job = job_for(planned)
        assert (job.status, job.error_code) == (Status.FAILED, "StillNeeded")
        assert CognitoLink.objects.get().pk == link.pk

    def test_the_body_run_twice_swaps_once(self, link: CognitoLink) -> None:
        planned = swap_plan(link, choice_of(OTHER))
        job_for(planned)
        swapped = CognitoLink.objects.get()
        PlannedImport.objects.update(job=None)
        assert job_for(planned).status == Status.SUCCEEDED
        assert CognitoLink.objects.get().pk == swapped.pk
        assert len(audited("auth_import:link:swap")) == 1


class TestCommand:
    def test_swap_from_the_command_line(self, link: CognitoLink) -> None:
        ended = run("import_auth", *PLACE, *JSON, "--swap", stdin=payload_of(scenario(OTHER)))
        assert ended.code == 0, ended.words
        assert CognitoLink.objects.get().choice == choice_of(OTHER)
        assert {one["change"] for one in ended.json["plan"]["files"]} == {"change"}

    def test_without_swap_a_linked_environment_refuses(self, link: CognitoLink) -> None:
        assert run("import_auth", *PLACE, *JSON, stdin=payload_of(scenario(OTHER))).code == 3

    def test_nothing_to_swap_and_the_same_again_end_with_one(self, environment: Environment, good: Choice) -> None:
        assert run("import_auth", *PLACE, "--swap", stdin=payload_of(scenario("good"))).code == 1
        link_for(environment, good)
        ended = run("import_auth", *PLACE, "--swap", stdin=payload_of(scenario("good")))
        assert ended.code == 1
        assert CognitoLink.objects.count() == 1
