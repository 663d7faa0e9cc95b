"""Plan, import, check again: frozen, idempotent, all or nothing, and audited."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from auth_import import services
from auth_import.models import CognitoLink, PlannedImport
from auth_import.observation import Choice
from auth_import.preflight import preflight
from environments.models import Environment
from jobs import lifecycle
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR, audited, job_for, link_for, nobody_else, plan_for
from tests.auth_import.planted import Account, Planted, choice_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

DENIED = {"kind": "fail", "code": "AccessDeniedException", "message": "Not authorized."}
THROTTLED = {"kind": "fail", "code": "TooManyRequestsException", "message": "Rate exceeded"}


def nothing_is_linked() -> bool:
    return not CognitoLink.objects.exists() and not audited("auth_import:link:import")


class TestPlan:
    def test_what_the_checks_refuse_has_no_plan(self, environment: Environment) -> None:
        with pytest.raises(services.Refused) as refused:
            plan_for(environment, choice_of("oauth-scopes-differ"))
        assert refused.value.blocking == ("oauth.matching",)
        assert not PlannedImport.objects.exists()

    def test_what_only_the_documentation_forbids_needs_to_be_accepted_with_a_reason(
        self, environment: Environment
    ) -> None:
        choice = choice_of("secret-client-missing")
        wanted = ("pool.native-client-available", "client.native-secret")
        with pytest.raises(services.Refused) as refused:
            plan_for(environment, choice, accept=wanted[:1], reason="Only a web app uses this pool.")
        assert refused.value.blocking == wanted[1:]
        with pytest.raises(ValueError, match="Say why"):
            plan_for(environment, choice, accept=wanted, reason="  ")
        planned = plan_for(environment, choice, accept=wanted, reason=" Only a web app uses this pool. ")
        assert set(planned.plan.accepted) == set(wanted)
        assert planned.plan.reason == "Only a web app uses this pool."
        assert audited("auth_import:plan:create")[0].reason == "Only a web app uses this pool."

    def test_what_the_cli_refuses_cannot_be_accepted(self, environment: Environment) -> None:
        with pytest.raises(services.Refused) as refused:
            plan_for(environment, choice_of("oauth-scopes-differ"), accept=("oauth.matching",), reason="I want it.")
        assert refused.value.blocking == ("oauth.matching",)

    def test_accepting_what_does_not_fail_is_forgotten_and_needs_no_reason(
        self, environment: Environment, good: Choice
    ) -> None:
        plan = plan_for(environment, good, accept=("client.distinct", "no.such-check"), reason="kept for nothing").plan
        assert (plan.accepted, plan.reason) == ((), "")

    def test_the_plan_a_link_came_from_does_not_follow_the_row(self, environment: Environment, good: Choice) -> None:
        plan = plan_for(environment, good).plan
        document = plan.to_dict()
        document["choice"]["web_client_id"] = "another"
        document["findings"].clear()
        assert plan.choice == good
        assert len(plan.findings) > 40
        assert type(plan).from_dict(json.loads(json.dumps(plan.to_dict()))) == plan

    @pytest.mark.usefixtures("without_retries")
    def test_a_part_of_the_files_that_aws_did_not_answer_is_waited_for(
        self, environment: Environment, good: Choice, sandbox: Any
    ) -> None:
        sandbox.fail("ListGroups", **THROTTLED)
        with pytest.raises(services.Refused, match=r"cognito-idp:ListGroups \(TooManyRequestsException\)"):
            plan_for(environment, good)


class TestImport:
    def test_an_import_makes_one_link_with_everything_it_needs(self, environment: Environment, good: Choice) -> None:
        planned = plan_for(environment, good)
        job = job_for(planned)
        assert (job.status, job.error_words) == (Status.SUCCEEDED, "")
        assert [step.status for step in job.steps.all()] == ["done"] * 3
        link = CognitoLink.objects.get()
        assert link.choice == good
        assert link.auth_outputs == planned.plan.outputs
        assert link.user_pool_name == "shop-users"
        assert link.secret_digest == planned.plan.secret_digest != ""
        assert set(link.baseline) == {finding.id for finding in planned.plan.findings}
        assert (link.failing, link.drift, link.pushed, link.health) == (0, [], False, "pass")
        [event] = audited("auth_import:link:import")
        assert event.after
        assert event.after["web_client_id"] == good.web_client_id
        assert (event.actor_name, event.project, event.environment) == (ACTOR.name, "shop", "dev")

    def test_a_user_pool_alone_can_be_imported(self, environment: Environment) -> None:
        link = link_for(environment, choice_of("user-pool-only"))
        assert link.identity_pool_id == ""
        assert link.auth_outputs.import_type == "userPoolOnly"

    def test_an_accepted_failure_does_not_count_as_failing(self, environment: Environment) -> None:
        accept = ("pool.native-client-available", "client.native-secret")
        link = link_for(environment, choice_of("secret-client-missing"), accept=accept, reason="No mobile app.")
        assert link.failing == 0
        assert set(link.accepted) == set(accept)
        assert [event.reason for event in audited("auth_import:link:import")] == ["No mobile app."]
        checked = services.check_link(link=link, actor=ACTOR, sees=nobody_else)
        assert (checked.failing, checked.drift) == (0, [])

    def test_asking_twice_finds_the_same_job(self, environment: Environment, good: Choice) -> None:
        planned = plan_for(environment, good)
        jobs = {services.start_import(planned=planned, actor=ACTOR, send=False).pk for _ in range(3)}
        assert len(jobs) == Job.objects.count() == 1

    def test_a_replayed_form_after_the_end_finds_the_finished_job(self, environment: Environment, good: Choice) -> None:
        planned = plan_for(environment, good)
        job = job_for(planned)
        again = services.start_import(planned=planned, actor=ACTOR, send=False)
        assert (again.pk, again.status) == (job.pk, Status.SUCCEEDED)

    def test_the_body_run_twice_links_once(self, environment: Environment, good: Choice) -> None:
        job = services.start_import(planned=plan_for(environment, good), actor=ACTOR, send=False)
        lifecycle.perform(job.pk, services.apply_import)
        before = CognitoLink.objects.values().get()
        Job.objects.filter(pk=job.pk).update(status=Status.QUEUED, finished=None)
        lifecycle.perform(job.pk, services.apply_import)
        job.refresh_from_db()
        assert (job.status, job.attempts) == (Status.SUCCEEDED, 2)
        assert CognitoLink.objects.values().get() == before
        assert len(audited("auth_import:link:import")) == 1

    def test_another_plan_for_a_linked_environment_loses_with_words(
        self, environment: Environment, good: Choice
    ) -> None:
        first, second = plan_for(environment, good), plan_for(environment, choice_of("mfa-on"))
        job_for(first)
        job = job_for(second)
        assert (job.status, job.error_code) == (Status.FAILED, "AlreadyLinked")
        assert "Sample Person linked this environment to shop-users" in job.error_words
        assert "swap" in job.error_next_step
        assert CognitoLink.objects.get().planned_import_id == first.pk
        assert len(audited("auth_import:link:import")) == 1

    def test_an_environment_removed_meanwhile_ends_the_job_in_words(
        self, environment: Environment, good: Choice
    ) -> None:
        job = services.start_import(planned=plan_for(environment, good), actor=ACTOR, send=False)
        environment.delete()
        job = lifecycle.run_now(job, services.apply_import)
        assert job.status == Status.FAILED
        assert "environment was removed" in job.error_words
        assert nothing_is_linked()

    def test_an_overdue_job_links_nothing(self, environment: Environment, good: Choice) -> None:
        job = services.start_import(planned=plan_for(environment, good), actor=ACTOR, send=False)
        Job.objects.filter(pk=job.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))
        job = lifecycle.run_now(job, services.apply_import)
        assert job.status == Status.FAILED
        assert "deadline" in job.error_words
        assert nothing_is_linked()


class WorkerDied(BaseException):
    """Stands for SIGKILL: nothing catches it, nothing is tidied up."""


@pytest.mark.parametrize("step", ["check", "apply", "verify"])
def test_a_worker_lost_before_a_step_is_made_good_by_the_next_one(
    environment: Environment, good: Choice, step: str
) -> None:
    job = services.start_import(planned=plan_for(environment, good), actor=ACTOR, send=False)

    def dies(run: lifecycle.Run) -> None:
        class Mortal(lifecycle.Run):
            def step(self, name: str, *, cancellable: bool = True) -> Any:
                if name == step:
                    raise WorkerDied
                return super().step(name, cancellable=cancellable)

        services.apply_import(Mortal(job=run.job, attempt=run.attempt))

    with pytest.raises(WorkerDied):
        lifecycle.perform(job.pk, dies)
    job.refresh_from_db()
    assert job.status == Status.RUNNING
    assert job.move_to(Status.QUEUED, attempt=job.attempts)
    lifecycle.perform(job.pk, services.apply_import)
    job.refresh_from_db()
    assert job.status == Status.SUCCEEDED
    assert CognitoLink.objects.count() == len(audited("auth_import:link:import")) == 1


def test_what_changes_after_the_link_was_written_does_not_fail_the_resumed_job(
    environment: Environment, account: Account
) -> None:
    planted = account.plant()
    job = services.start_import(planned=plan_for(environment, planted.choice), actor=ACTOR, send=False)
    lifecycle.perform(job.pk, services.apply_import)
    Job.objects.filter(pk=job.pk).update(status=Status.QUEUED, finished=None)
    account.change_client(planted.choice, planted.choice.web_client_id, CallbackURLs=["https://new.example.com/"])
    lifecycle.perform(job.pk, services.apply_import)
    job.refresh_from_db()
    assert (job.status, job.error_words) == (Status.SUCCEEDED, "")


def _delete_web_client(account: Account, planted: Planted) -> None:
    choice = planted.choice
    account.client("cognito-idp").delete_user_pool_client(UserPoolId=choice.user_pool_id, ClientId=choice.web_client_id)


def _change_urls_of_both(account: Account, planted: Planted) -> None:
    for client in (planted.choice.web_client_id, planted.choice.native_client_id):
        account.change_client(planted.choice, client, CallbackURLs=["https://new.example.com/in"])


def _name_another_role(account: Account, planted: Planted) -> None:
    identity = planted.choice.identity_pool_id
    account.name_roles(identity, account.plant_role(identity, "authenticated"), planted.roles[1])


def _add_a_group(account: Account, planted: Planted) -> None:
    account.client("cognito-idp").create_group(UserPoolId=planted.choice.user_pool_id, GroupName="New")


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        (_change_urls_of_both, "ChangedSinceReview", "client.callback-urls"),
        (_name_another_role, "ChangedSinceReview", "identity-pool.authenticated-role"),
        (_add_a_group, "ChangedSinceReview", "pool.groups"),
        (_delete_web_client, "ResourceNotFoundException", ""),
    ],
)
def test_what_changed_after_the_review_stops_the_job_with_nothing_written(
    environment: Environment,
    account: Account,
    change: Callable[[Account, Planted], None],
    code: str,
    told: str,
) -> None:
    planted = account.plant()
    planned = plan_for(environment, planted.choice)
    change(account, planted)
    job = job_for(planned)
    assert (job.status, job.error_code) == (Status.FAILED, code)
    assert told in job.error_words
    assert job.error_next_step
    assert nothing_is_linked()


def test_another_secret_stops_the_job_too(environment: Environment, good: Choice) -> None:
    planned = plan_for(environment, good)
    planned.document |= {"secret_digest": "0" * 64}
    planned.save()
    job = job_for(planned)
    assert job.error_code == "ChangedSinceReview"
    assert "client.native-secret-replaced" in job.error_words
    assert nothing_is_linked()


def test_another_order_in_aws_s_answer_does_not_stop_the_job(environment: Environment, account: Account) -> None:
    planted = account.plant()
    both = (planted.choice.web_client_id, planted.choice.native_client_id)
    urls = ["https://a.example.com/", "https://b.example.com/"]
    for client in both:
        account.change_client(planted.choice, client, CallbackURLs=urls)
    planned = plan_for(environment, planted.choice)
    for client in both:
        account.change_client(planted.choice, client, CallbackURLs=urls[::-1])
    job = job_for(planned)
    assert (job.status, job.error_words) == (Status.SUCCEEDED, "")


def test_a_renamed_project_stops_the_job_because_the_backend_files_are_others(
    environment: Environment, good: Choice
) -> None:
    planned = plan_for(environment, good)
    environment.project.name = "Another"
    environment.project.save()
    assert job_for(planned).error_code == "ChangedSinceReview"
    assert nothing_is_linked()


@pytest.mark.usefixtures("without_retries")
@pytest.mark.parametrize(
    ("operation", "fault", "code"),
    [
        ("DescribeUserPool", THROTTLED, "TooManyRequestsException"),
        ("ListGroups", THROTTLED, "TooManyRequestsException"),
        ("DescribeUserPoolClient", DENIED, "AccessDeniedException"),
        ("DescribeUserPool", {"kind": "half_body"}, ""),
        ("GetIdentityPoolRoles", {"kind": "fail", "code": "InternalErrorException", "status": 500}, ""),
    ],
)
def test_a_failing_call_fails_the_job_with_code_action_words_and_next_step(
    environment: Environment, good: Choice, sandbox: Any, operation: str, fault: dict[str, Any], code: str
) -> None:
    planned = plan_for(environment, good)
    sandbox.fail(operation, **fault)
    job = job_for(planned)
    assert job.status == Status.FAILED
    assert job.error_action.endswith(f":{operation}")
    assert job.error_code.startswith(code)
    assert job.error_code
    assert job.error_words
    assert job.error_next_step
    assert "Traceback" not in job.error_words + job.error_message
    assert nothing_is_linked()


def test_a_hanging_aws_fails_the_job_within_the_screen_s_patience(
    environment: Environment, good: Choice, sandbox: Any, settings: Any
) -> None:
    planned = plan_for(environment, good)
    settings.SCREEN_DEADLINE_SECONDS = 1
    sandbox.fail("DescribeUserPool", kind="hang")
    job = job_for(planned)
    assert (job.status, job.error_code) == (Status.FAILED, "DeadlineExceeded")
    assert "Wait a minute" in job.error_next_step
    assert nothing_is_linked()


def test_no_secret_reaches_a_row(environment: Environment, account: Account) -> None:
    planted = account.plant()
    link = link_for(environment, planted.choice)
    services.check_link(link=link, actor=ACTOR, sees=nobody_else)
    for model in (PlannedImport, CognitoLink, Job, AuditEvent):
        rows = json.dumps(list(model.objects.values()), default=str)
        assert len(rows) > 100
        assert planted.secret not in rows


def test_a_preflight_does_not_print_the_secret(environment: Environment, account: Account) -> None:
    planted = account.plant()
    checked = preflight(environment=environment, choice=planted.choice, sees=nobody_else)
    assert planted.secret not in repr(checked)
    assert planted.secret not in json.dumps([repr(finding) for finding in checked.findings])


def test_the_verification_notices_a_link_that_is_not_the_plan(environment: Environment, good: Choice) -> None:
    planned = plan_for(environment, good)
    job_for(planned)
    outputs = replace(planned.plan.outputs, domain="another")
    CognitoLink.objects.update(outputs=outputs.to_dict())
    job = Job.objects.get()
    Job.objects.update(status=Status.QUEUED, finished=None)
    job = lifecycle.run_now(job, services.apply_import)
    assert (job.status, job.error_code) == (Status.FAILED, "VerifyFailed")
