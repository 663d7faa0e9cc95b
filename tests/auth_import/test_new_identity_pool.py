"""An identity pool for a user pool that has none: shown first, made once, however often the worker is lost."""

from itertools import count
from typing import Any

import pytest
from django.test import Client

from auth_import import new_identity_pool
from auth_import.findings import RuleSet
from auth_import.observation import Choice
from auth_import.preflight import preflight
from auth_import.rules import blocking
from aws import session
from environments.models import Environment
from jobs import lifecycle
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR, address, audited, chosen, nobody_else
from tests.auth_import.planted import Account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


_numbers = count(1)


@pytest.fixture(autouse=True)
def _own_name(environment: Environment) -> None:
    """Names of IAM roles are unique in the account, so every test's project has a name of its own."""
    environment.project.slug = f"made-{next(_numbers)}"
    environment.project.save()


@pytest.fixture
def choice(account: Account) -> Choice:
    return account.plant(identity_pool=False).choice


def pools_called(account: Account, name: str) -> list[str]:
    rows = account.client("cognito-identity").get_paginator("list_identity_pools").paginate(MaxResults=60)
    return [row["IdentityPoolId"] for page in rows for row in page["IdentityPools"] if row["IdentityPoolName"] == name]


def started(environment: Environment, choice: Choice) -> Job:
    return new_identity_pool.start(environment=environment, choice=choice, actor=ACTOR)


def is_complete(account: Account, environment: Environment, choice: Choice, job: Job) -> None:
    [made] = pools_called(account, new_identity_pool.pool_name(environment))
    assert job.status == Status.SUCCEEDED, (job.error_words, job.error_message)
    assert job.result["identity_pool_id"] == made
    roles = account.roles_of(made)
    assert set(roles) == {"authenticated", "unauthenticated"}
    for kind, arn in roles.items():
        assert made in str(account.trust_of(arn))
        assert f"'{kind}'" in str(account.trust_of(arn))
    done = Choice(choice.user_pool_id, choice.web_client_id, choice.native_client_id, made)
    checked = preflight(environment=environment, choice=done, sees=nobody_else, rule_set=RuleSet.ADMIN_UI)
    assert not blocking(checked.findings)
    assert f"ipool={made.replace(':', '%3A')}" in job.return_url


def test_the_preview_reads_only_and_says_all_that_would_be_made(
    environment: Environment, choice: Choice, sandbox: Any
) -> None:
    sandbox.forget()
    shown = new_identity_pool.preview(environment=environment, choice=choice)
    assert [change.action for change in shown.changes] == [
        "cognito-identity:CreateIdentityPool",
        "iam:CreateRole",
        "iam:CreateRole",
    ]
    assert choice.web_client_id in shown.changes[0].after
    assert choice.native_client_id in shown.changes[0].after
    assert all(call["operation"].startswith(("Get", "List", "Describe")) for call in sandbox.calls())


def test_it_is_made_as_shown_and_every_rule_is_content(
    environment: Environment, choice: Choice, account: Account
) -> None:
    job = lifecycle.run_now(started(environment, choice), new_identity_pool.create)
    is_complete(account, environment, choice, job)
    pool, *two_roles, attached = audited("auth_import:resource:fix")
    assert pool.after
    assert pool.after["user_pool_id"] == choice.user_pool_id
    assert len(two_roles) == 2
    assert attached.after == {"roles": account.roles_of(job.result["identity_pool_id"])}


class WorkerDied(BaseException):
    """Stands for SIGKILL: nothing catches it, nothing is tidied up."""


@pytest.mark.parametrize("operation", ["CreateIdentityPool", "CreateRole", "CreateRole 2", "SetIdentityPoolRoles"])
def test_a_worker_lost_right_after_a_call_is_made_good_by_the_next_one(
    environment: Environment, choice: Choice, account: Account, operation: str
) -> None:
    job = started(environment, choice)
    name, _, number = operation.partition(" ")
    seen = []

    def die(model: Any, **_: Any) -> None:
        if model.name == name:
            seen.append(name)
            if len(seen) == int(number or 1):
                raise WorkerDied

    service = "iam" if name == "CreateRole" else "cognito-identity"
    events = session.client(environment.target, service).meta.events
    events.register("after-call", die)
    with pytest.raises(WorkerDied):
        lifecycle.perform(job.pk, new_identity_pool.create)
    events.unregister("after-call", die)
    job.refresh_from_db()
    assert job.move_to(Status.QUEUED, attempt=job.attempts)
    lifecycle.perform(job.pk, new_identity_pool.create)
    job.refresh_from_db()
    is_complete(account, environment, choice, job)


def test_run_again_after_the_end_it_changes_nothing(
    environment: Environment, choice: Choice, account: Account, sandbox: Any
) -> None:
    job = lifecycle.run_now(started(environment, choice), new_identity_pool.create)
    sandbox.forget()
    Job.objects.filter(pk=job.pk).update(status=Status.QUEUED, finished=None)
    job = lifecycle.run_now(job, new_identity_pool.create)
    is_complete(account, environment, choice, job)
    assert all(call["operation"].startswith(("Get", "List", "Describe")) for call in sandbox.calls())


def test_a_role_of_that_name_for_something_else_is_left_alone(
    environment: Environment, choice: Choice, account: Account
) -> None:
    name = f"{new_identity_pool.pool_name(environment)}-authenticated"
    account.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}'
    )
    job = lifecycle.run_now(started(environment, choice), new_identity_pool.create)
    assert (job.status, job.error_code) == (Status.FAILED, "EntityAlreadyExists")
    assert name in job.error_words
    assert job.error_next_step


@pytest.mark.usefixtures("without_retries")
def test_a_refused_call_fails_with_code_action_and_next_step(
    environment: Environment, choice: Choice, sandbox: Any
) -> None:
    sandbox.fail("CreateIdentityPool", kind="fail", code="AccessDeniedException", message="Not authorized.")
    job = lifecycle.run_now(started(environment, choice), new_identity_pool.create)
    assert (job.status, job.error_code) == (Status.FAILED, "AccessDeniedException")
    assert job.error_action == "cognito-identity:CreateIdentityPool"
    assert job.error_words
    assert job.error_next_step


def test_an_environment_removed_meanwhile_makes_nothing(
    environment: Environment, choice: Choice, account: Account
) -> None:
    job, name = started(environment, choice), new_identity_pool.pool_name(environment)
    environment.delete()
    job = lifecycle.run_now(job, new_identity_pool.create)
    assert job.status == Status.FAILED
    assert pools_called(account, name) == []


def test_the_page_shows_first_and_then_starts_one_job(environment: Environment, choice: Choice, member: Client) -> None:
    url = address(environment, "create-identity-pool")
    assert new_identity_pool.pool_name(environment) in member.get(url, chosen(choice)).content.decode()
    shown = new_identity_pool.preview(environment=environment, choice=choice)
    form = chosen(choice) | {"digest": shown.digest}
    answers = {member.post(url, form)["Location"] for _ in range(2)}
    assert answers == {Job.objects.get().get_absolute_url()}
    incomplete = member.post(url, {"pool": choice.user_pool_id})
    assert incomplete["Location"] == f"{address(environment, 'import')}?pool={choice.user_pool_id}"
