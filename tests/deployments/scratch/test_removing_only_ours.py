"""A removal deletes what this console made and nobody else uses by then, whatever happens while it is at work."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from auth_import import services as auth
from auth_import.models import CognitoLink, UnpushedUnlink
from aws import stacks, user_pools, users
from backend_state.models import KnownBackend
from deployments.scratch import create_job, exporting, remove_job, services
from deployments.scratch.cleaning import NotCleanable
from deployments.scratch.models import KeptExport, PlannedAuth
from environments.models import Environment
from jobs import lifecycle
from jobs import services as jobs
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR, address, audited, signed_in
from tests.auth_import.planted import Account
from tests.deployments.scratch.scratching import WorkerDied, ended, made, previewed, removed, removing, requeued, wish
from tests.deployments.scratch.test_removing import add_users, is_gone, is_there, rows_of
from tests.factories import make_environment, make_link, make_project
from user_management.place import Place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

Happens = Callable[[Callable[[], Any]], None]


@pytest.fixture
def during_export(monkeypatch: pytest.MonkeyPatch) -> Happens:
    """What happens while the users are written down, which may take hours."""

    def plan(event: Callable[[], Any]) -> None:
        real = exporting.export

        def export(*args: Any, **more: Any) -> Any:
            kept = real(*args, **more)
            event()
            return kept

        monkeypatch.setattr(remove_job, "export", export)

    return plan


def imported_again(link: CognitoLink) -> CognitoLink:
    """The same resources, imported by hand: no longer managed."""
    auth.unlink(link=CognitoLink.objects.get(pk=link.pk), actor=ACTOR)
    return make_link(
        link.environment, outputs=link.auth_outputs, identity_pool_id=link.identity_pool_id, managed_stack=""
    )


def is_kept(account: Account, link: CognitoLink) -> None:
    """Everything is in AWS, and still protected where it was."""
    assert is_there(account, link)
    [stack] = account.client("cloudformation").describe_stacks(StackName=link.managed_stack)["Stacks"]
    assert stack["StackStatus"] != "DELETE_COMPLETE"
    assert not audited("deployments:managed:remove")


def test_a_link_made_elsewhere_while_the_users_are_written_down_keeps_everything(
    free: Environment, account: Account, during_export: Happens
) -> None:
    link = made(free, wish(deletion_protection=True))
    other = make_environment(make_project("Elsewhere"), "prod")
    during_export(lambda: make_link(other, user_pool_id=link.user_pool_id))
    job = removed(removing(link, export=True, unprotect=True), Status.FAILED)
    is_kept(account, link)
    assert account.describe_pool(link.choice)["DeletionProtection"] == "ACTIVE"
    assert CognitoLink.objects.get(pk=link.pk).is_managed
    assert "another project in this console" in job.error_words
    assert "Elsewhere" not in job.error_words
    assert not job.can_be_retried


@pytest.mark.parametrize("again", [False, True])
def test_an_unlink_while_the_users_are_written_down_keeps_everything(
    free: Environment, account: Account, during_export: Happens, again: bool
) -> None:
    link = made(free, wish(deletion_protection=True))
    during_export(lambda: imported_again(link) if again else auth.unlink(link=link, actor=ACTOR))
    removal = removing(link, export=True, unprotect=True)
    removed(removal, Status.FAILED)
    link.environment = free
    is_kept(account, link)
    assert account.describe_pool(link.choice)["DeletionProtection"] == "ACTIVE"
    assert CognitoLink.objects.filter(environment=free).exists() is again


def test_a_link_made_elsewhere_after_the_unlink_keeps_the_stack(
    free: Environment, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, real = made(free), auth.unlink
    other = make_environment(free.project, "other")

    def unlink(**more: Any) -> Any:
        make_link(other, user_pool_id=link.user_pool_id)
        return real(**more)

    monkeypatch.setattr(auth, "unlink", unlink)
    job = removed(removing(link), Status.FAILED)
    is_kept(account, link)
    assert "Fresh / other" in job.error_words
    assert "is unlinked" in job.error_next_step


def test_an_identity_pool_that_another_environment_uses_is_kept(free: Environment, account: Account) -> None:
    link = made(free)
    other = make_link(make_environment(free.project, "other"), identity_pool_id=link.identity_pool_id)
    with pytest.raises(services.NotPossible, match="Fresh / other is linked to the identity pool"):
        removing(link)
    other.delete()
    job = removing(link)
    make_link(make_environment(free.project, "third"), identity_pool_id=link.identity_pool_id)
    removed(job, Status.FAILED)
    is_kept(account, link)


def test_a_backend_of_another_environment_that_still_has_the_pool_keeps_it(free: Environment) -> None:
    link = made(free)
    other = make_environment(free.project, "other")
    row = UnpushedUnlink.objects.create(
        environment=other, resource_name="x", user_pool_id=link.user_pool_id, user_pool_name="x"
    )
    with pytest.raises(services.NotPossible, match="Fresh / other"):
        removing(link)
    row.delete()
    facts = {"auth": [{"user_pool_id": link.user_pool_id, "identity_pool_id": "", "imported": True}]}
    KnownBackend.objects.create(environment=other, facts=facts, read=timezone.now())
    with pytest.raises(services.NotPossible, match="Fresh / other"):
        removing(link)


def test_a_stack_to_which_somebody_added_something_is_never_deleted(free: Environment, account: Account) -> None:
    link = made(free)
    planned = PlannedAuth.objects.get(environment=free)
    template = json.loads(planned.template)
    template["Resources"]["Orders"] = {"Type": "AWS::SQS::Queue"}
    account.client("cloudformation").update_stack(
        StackName=link.managed_stack, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    job = removed(removing(link), Status.FAILED)
    is_kept(account, link)
    assert "Orders (AWS::SQS::Queue)" in job.error_words
    assert not job.can_be_retried
    assert CognitoLink.objects.filter(pk=link.pk).exists()


def test_a_stack_without_outputs_is_known_by_what_it_owns(free: Environment, account: Account) -> None:
    link = made(free)
    template = json.loads(PlannedAuth.objects.get(environment=free).template)
    del template["Outputs"]
    account.client("cloudformation").update_stack(
        StackName=link.managed_stack, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    CognitoLink.objects.filter(pk=link.pk).update(user_pool_id="eu-west-1_Another01")
    link.refresh_from_db()
    job = removed(removing(link), Status.FAILED)
    assert "owns the user pool" in job.error_words


def test_a_worker_lost_around_the_unlink_and_an_unlink_by_hand_keep_everything(
    free: Environment, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, real = made(free), auth.unlink

    def die(**_: Any) -> None:
        raise WorkerDied

    job = removing(link)
    monkeypatch.setattr(auth, "unlink", die)
    with pytest.raises(WorkerDied):
        lifecycle.perform(job.pk, remove_job.remove)
    monkeypatch.setattr(auth, "unlink", real)
    auth.unlink(link=link, actor=ACTOR)
    removed(requeued(job), Status.FAILED)
    is_kept(account, link)


def test_a_retry_after_the_pool_was_linked_and_unlinked_again_keeps_everything(
    free: Environment, account: Account, sandbox: Any
) -> None:
    """Whoever unlinked it was told that everything stays."""
    link = made(free)
    sandbox.fail("DeleteStack", kind="fail", code="AccessDenied", message="Not authorized.", status=403)
    job = removed(removing(link), Status.FAILED)
    sandbox.forget()
    other = make_link(make_environment(free.project, "other"), outputs=link.auth_outputs)
    auth.unlink(link=other, actor=ACTOR)
    again = removed(jobs.retry(job=job, actor=ACTOR), Status.FAILED)
    is_kept(account, link)
    assert "unlinked it again" in again.error_words


def test_a_confirmation_is_good_for_a_day_while_nothing_is_removed(
    free: Environment, account: Account, sandbox: Any
) -> None:
    link = made(free)
    sandbox.fail("DescribeStacks", kind="fail", code="AccessDenied", message="Not authorized.", status=403)
    job = removed(removing(link), Status.FAILED)
    sandbox.forget()
    Job.objects.filter(pk=job.pk).update(created=timezone.now() - timedelta(days=1, minutes=1))
    again = removed(jobs.retry(job=job, actor=ACTOR), Status.FAILED)
    is_kept(account, link)
    assert "confirmed more than a day ago" in again.error_words


def test_another_account_than_the_stacks_is_not_taken_for_an_empty_one(
    free: Environment, account: Account, sandbox: Any
) -> None:
    link = made(free)
    sandbox.fail("DeleteStack", kind="fail", code="AccessDenied", message="Not authorized.", status=403)
    job = removed(removing(link), Status.FAILED)
    sandbox.forget()
    Environment.objects.filter(pk=free.pk).update(role_arn="arn:aws:iam::210987654321:role/console")
    again = removed(jobs.retry(job=job, actor=ACTOR), Status.FAILED)
    assert "123456789012" in again.error_words
    assert "210987654321" in again.error_words
    Environment.objects.filter(pk=free.pk).update(role_arn="")
    is_kept(account, link)
    removed(jobs.retry(job=again, actor=ACTOR))


def test_a_retry_writes_the_users_down_anew(free: Environment, account: Account) -> None:
    """What an earlier job has written lacks whoever came since, and is kept for less than a week."""
    link = made(free)
    add_users(account, link, "ada")
    job = removing(link, export=True)
    run = lifecycle.claim(job.pk)
    assert run
    link.environment = free
    kept = exporting.export(run, Place(free, link), origin=job.pk)
    assert kept
    jobs.finish(run.job, Status.FAILED, attempt=run.attempt, error_words="x")
    KeptExport.objects.update(expires=timezone.now() - timedelta(minutes=1))
    add_users(account, link, "bea")
    removed(jobs.retry(job=job, actor=ACTOR))
    is_gone(account, link)
    [kept] = KeptExport.objects.downloadable()
    assert sorted(row["email"] for row in rows_of(kept)) == ["ada@example.com", "bea@example.com"]


def test_a_worker_taken_for_dead_adds_nothing_to_the_file(
    free: Environment, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = made(free)
    add_users(account, link, "ada")
    job = removing(link, export=True)
    real = users.page_of_users

    def overtaken(*args: Any, **more: Any) -> Any:
        Job.objects.filter(pk=job.pk).update(attempts=99)
        return real(*args, **more)

    monkeypatch.setattr(users, "page_of_users", overtaken)
    monkeypatch.setattr(lifecycle.Run, "progress", lambda *_: None)
    lifecycle.perform(job.pk, remove_job.remove)
    kept = KeptExport.objects.get()
    assert (kept.complete, kept.parts.count()) == (False, 0)
    assert is_there(account, link)


def test_cancelling_while_cloudformation_deletes_does_not_say_that_nothing_went(
    free: Environment, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = made(free)
    job = removing(link)
    real, delete_stack = remove_job._patiently, stacks.delete_stack
    before = stacks.describe_stack(free.target, link.managed_stack)
    looks = iter([replace(before, status="DELETE_IN_PROGRESS")])

    def delete(*args: Any, **more: Any) -> None:
        delete_stack(*args, **more)
        jobs.cancel(job=Job.objects.get(pk=job.pk), actor=ACTOR)

    monkeypatch.setattr(stacks, "delete_stack", delete)
    monkeypatch.setattr(remove_job, "_patiently", lambda *args: next(looks, None) or real(*args))
    removed(job)
    is_gone(account, link)


@pytest.mark.parametrize("in_use", ["link", "users"])
def test_what_a_roll_back_left_is_not_cleaned_once_somebody_uses_it(
    free: Environment, account: Account, sandbox: Any, in_use: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = previewed(free, wish(deletion_protection=True))
    sandbox.stack(planned.stack_name, fail_resource="Roles", reason="No.")
    ended(services.apply(planned=planned, actor=ACTOR, send=False), create_job.create, Status.FAILED)
    planned.refresh_from_db()
    [row] = [
        one
        for one in account.client("cloudformation").describe_stack_resources(StackName=planned.stack_id)[
            "StackResources"
        ]
        if one["LogicalResourceId"] == "UserPool"
    ]
    pool = row["PhysicalResourceId"]
    if in_use == "link":
        make_link(make_environment(free.project, "other"), user_pool_id=pool)
    else:
        account.client("cognito-idp").admin_create_user(
            UserPoolId=pool,
            Username="a@example.com",
            UserAttributes=[{"Name": "email", "Value": "a@example.com"}],
            MessageAction="SUPPRESS",
        )
        real = user_pools.describe_user_pool
        # The number of users is an estimate, and AWS is late with it.
        monkeypatch.setattr(user_pools, "describe_user_pool", lambda *args: replace(real(*args), estimated_users=0))
    with pytest.raises(NotCleanable):
        services.throw_away(planned)
    told = account.client("cognito-idp").describe_user_pool(UserPoolId=pool)["UserPool"]
    assert told["DeletionProtection"] == "ACTIVE"
    assert not AuditEvent.objects.filter(action="deployments:managed:remove").exists()


def test_a_pool_that_outlived_its_stack_keeps_its_protection(
    free: Environment, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would not be deleted, so nobody has agreed to that."""
    link = made(free, wish(deletion_protection=True))
    monkeypatch.setattr(remove_job, "_stack", lambda *_: None)
    job = removed(removing(link, unprotect=True))
    assert account.describe_pool(link.choice)["DeletionProtection"] == "ACTIVE"
    assert job.result["pool_left"]


def test_what_an_old_page_showed_is_not_what_is_deleted(free: Environment) -> None:
    link = made(free)
    client, page = signed_in(free), address(free, "remove-managed")
    assert f'value="{link.user_pool_id}"' in client.get(page).content.decode()
    answer = client.post(page, {"confirm": "dev", "user_pool": "eu-west-1_Earlier01"})
    assert answer.status_code == 422
    assert "Other resources are linked by now" in answer.content.decode()
    assert not Job.objects.filter(kind=remove_job.KIND).exists()
    assert f'value="{link.user_pool_id}"' in answer.content.decode(), "or no answer would ever do"
    again = {"user_pool": link.user_pool_id, "confirm": "dev"}
    assert client.post(page, again).status_code == 303


def test_exported_users_can_be_fetched_while_something_is_linked(free: Environment) -> None:
    make_link(free)
    kept = KeptExport.objects.create(
        environment=free, user_pool_id="x", user_pool_name="x", origin="x", complete=True, created_by_name="x"
    )
    assert kept.get_absolute_url() in signed_in(free).get(address(free, "authentication")).content.decode()
