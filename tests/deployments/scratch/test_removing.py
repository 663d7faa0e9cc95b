"""Removing what the console made: everything that could refuse is asked first, and a lost worker is made good."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from auth_import.models import CognitoLink, UnpushedUnlink
from deployments.scratch import exporting, remove_job, services
from deployments.scratch.models import KeptExport, KeptExportPart
from environments.models import Environment
from jobs import lifecycle
from jobs import services as jobs
from jobs.models import Status
from tests.auth_import.journeys import ACTOR, audited
from tests.auth_import.planted import Account
from tests.deployments.scratch.scratching import WorkerDied, dying_after, made, removed, removing, requeued, wish
from tests.factories import make_environment, make_link

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


def is_there(account: Account, link: CognitoLink) -> bool:
    try:
        account.describe_pool(link.choice)
    except account.client("cognito-idp").exceptions.ResourceNotFoundException:
        return False
    return True


def is_gone(account: Account, link: CognitoLink) -> None:
    """Nothing of it in AWS, nothing linked, and told once."""
    assert not is_there(account, link)
    [stack] = account.client("cloudformation").describe_stacks(StackName=link.managed_stack)["Stacks"]
    assert stack["StackStatus"] == "DELETE_COMPLETE"
    assert not CognitoLink.objects.filter(environment=link.environment).exists()
    assert len(audited("auth_import:link:unlink")) == 1
    assert [one.target for one in audited("deployments:managed:remove")] == [
        f"{link.user_pool_name} ({link.user_pool_id})"
    ]


def add_users(account: Account, link: CognitoLink, *names: str) -> None:
    for name in names:
        account.client("cognito-idp").admin_create_user(
            UserPoolId=link.user_pool_id,
            Username=f"{name}@example.com",
            UserAttributes=[{"Name": "email", "Value": f"{name}@example.com"}, {"Name": "name", "Value": f"={name}"}],
            MessageAction="SUPPRESS",
        )


def rows_of(kept: KeptExport) -> list[dict[str, str]]:
    text = b"".join(exporting.pieces_of(kept)).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_everything_goes_and_the_users_are_written_down_before(free: Environment, account: Account) -> None:
    link = made(free)
    add_users(account, link, "ada", "bea")
    job = removed(removing(link, export=True))
    is_gone(account, link)
    kept = KeptExport.objects.get()
    assert (kept.complete, kept.users, job.result["export"]) == (True, 2, kept.pk)
    rows = rows_of(kept)
    assert sorted(row["email"] for row in rows) == ["ada@example.com", "bea@example.com"]
    assert all(row["name"].startswith("'=") for row in rows), "a spreadsheet takes no name for a formula"
    assert b"example.com" not in bytes(KeptExportPart.objects.get().content)
    assert kept.expires - timezone.now() > timedelta(days=6, hours=23)
    assert exporting.forget_expired() == 0
    assert exporting.forget_expired(timezone.now() + timedelta(days=7, minutes=1)) == 1
    assert not KeptExportPart.objects.exists()


def test_deletion_protection_is_honoured_and_turned_off_only_on_purpose(free: Environment, account: Account) -> None:
    link = made(free, wish(deletion_protection=True))
    job = removed(removing(link), Status.FAILED)
    assert "Deletion protection of" in job.error_words
    assert not job.can_be_retried
    assert is_there(account, link)
    assert CognitoLink.objects.filter(pk=link.pk).exists()
    removed(removing(link, unprotect=True))
    is_gone(account, link)


def test_an_environment_that_shares_the_pool_keeps_it(free: Environment, account: Account) -> None:
    link = made(free)
    other = make_environment(free.project, "other")
    make_link(other, user_pool_id=link.user_pool_id)
    with pytest.raises(services.NotPossible, match="used elsewhere too: Fresh / other is linked to the user pool"):
        removing(link)
    CognitoLink.objects.filter(environment=other).delete()
    job = removing(link)
    make_link(other, user_pool_id=link.user_pool_id)
    removed(job, Status.FAILED)
    assert is_there(account, link)
    assert CognitoLink.objects.filter(pk=link.pk).exists()


def test_an_export_that_fails_keeps_everything(free: Environment, account: Account, sandbox: Any) -> None:
    link = made(free)
    sandbox.fail("ListUsers", kind="fail", code="AccessDeniedException", message="No.", status=400)
    job = removed(removing(link, export=True), Status.FAILED)
    assert is_there(account, link)
    assert CognitoLink.objects.filter(pk=link.pk).exists()
    sandbox.forget()
    removed(jobs.retry(job=job, actor=ACTOR))
    is_gone(account, link)
    assert KeptExport.objects.get().complete


def test_an_export_goes_on_where_it_stood(
    free: Environment, account: Account, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = made(free)
    add_users(account, link, *(f"user{number:03}" for number in range(130)))
    monkeypatch.setattr(exporting, "PART", 1)
    job = removing(link, export=True)
    with dying_after(free, "cognito-idp", "ListUsers", number=3), pytest.raises(WorkerDied):
        lifecycle.perform(job.pk, remove_job.remove)
    kept = KeptExport.objects.get()
    assert (kept.users, kept.complete) == (120, False)
    assert is_there(account, link)
    sandbox.forget()
    removed(requeued(job))
    assert len(sandbox.calls("ListUsers")) == 1
    kept.refresh_from_db()
    assert len({row["email"] for row in rows_of(kept)}) == len(rows_of(kept)) == kept.users == 130
    is_gone(account, link)


def test_a_stack_deleted_elsewhere_is_no_obstacle(free: Environment, account: Account) -> None:
    link = made(free)
    account.client("cloudformation").delete_stack(StackName=link.managed_stack)
    job = removed(removing(link, export=True))
    is_gone(account, link)
    assert "nobody to write down" in job.steps.get(name="export").detail
    assert "gone already" in job.steps.get(name="delete").detail


def test_a_stack_of_another_pool_is_never_deleted(free: Environment, account: Account) -> None:
    link = made(free)
    CognitoLink.objects.filter(pk=link.pk).update(user_pool_id="eu-west-1_Another01")
    link.refresh_from_db()
    job = removed(removing(link), Status.FAILED)
    assert "owns the user pool" in job.error_words
    assert CognitoLink.objects.filter(pk=link.pk).exists()


def test_an_unlink_meanwhile_leaves_everything(free: Environment, account: Account) -> None:
    from auth_import.services import unlink

    link = made(free)
    job = removing(link)
    unlink(link=link, actor=ACTOR)
    job = removed(job, Status.FAILED)
    assert "an unlink leaves everything" in job.error_words
    link.environment_id = free.pk
    assert is_there(account, link)


@pytest.mark.parametrize(
    ("service", "operation"),
    [("cloudformation", "DeleteStack"), pytest.param("cognito-idp", "UpdateUserPool", marks=pytest.mark.slow)],
)
def test_a_worker_lost_right_after_a_call_is_made_good_by_the_next_one(
    free: Environment, account: Account, service: str, operation: str
) -> None:
    link = made(free, wish(deletion_protection=True))
    job = removing(link, unprotect=True)
    with dying_after(free, service, operation), pytest.raises(WorkerDied):
        lifecycle.perform(job.pk, remove_job.remove)
    removed(requeued(job))
    is_gone(account, link)


@pytest.mark.slow
@pytest.mark.parametrize("step", [name for name, _ in remove_job.STEPS])
def test_a_worker_lost_before_any_step_is_made_good_by_the_next_one(
    free: Environment, account: Account, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = made(free, wish(deletion_protection=True))
    job = removing(link, export=True, unprotect=True)
    real = lifecycle.Run.step

    def die(self: Any, name: str, **more: Any) -> Any:
        if name == step:
            raise WorkerDied
        return real(self, name, **more)

    monkeypatch.setattr(lifecycle.Run, "step", die)
    with pytest.raises(WorkerDied):
        lifecycle.perform(job.pk, remove_job.remove)
    monkeypatch.setattr(lifecycle.Run, "step", real)
    removed(requeued(job))
    is_gone(account, link)


def test_a_stack_that_cannot_be_deleted_is_told_and_a_retry_goes_on(
    free: Environment, account: Account, sandbox: Any
) -> None:
    link = made(free)
    sandbox.fail("DeleteStack", kind="fail", code="AccessDenied", message="Not authorized.", status=403)
    job = removed(removing(link), Status.FAILED)
    assert not CognitoLink.objects.filter(environment=free).exists()
    assert is_there(account, link)
    assert "is unlinked, and" in job.error_next_step
    sandbox.forget()
    removed(jobs.retry(job=job, actor=ACTOR))
    is_gone(account, link)


def test_an_amplify_environment_gives_its_auth_up_with_the_next_push(free: Environment, account: Account) -> None:
    Environment.objects.filter(pk=free.pk).update(kind="amplify", app_id="d2sample0001", app_name="fresh")
    free.refresh_from_db()
    link = made(free)
    assert link.awaits_push
    CognitoLink.objects.filter(pk=link.pk).update(pushed=True)
    removed(removing(link))
    assert UnpushedUnlink.objects.get(environment=free).user_pool_id == link.user_pool_id
