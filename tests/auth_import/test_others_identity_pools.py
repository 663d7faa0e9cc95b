"""A new identity pool takes nothing over that somebody else made, and says in the activity what it made itself."""

import pytest
from django.test import Client

from auth_import import new_identity_pool
from auth_import.observation import Choice
from environments.models import Environment
from jobs import lifecycle, services
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR, address, audited, chosen
from tests.auth_import.planted import Account
from tests.auth_import.test_new_identity_pool import pools_called

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


@pytest.fixture(autouse=True)
def _own_name(environment: Environment, request: pytest.FixtureRequest) -> None:
    """Names of IAM roles are unique in the account, so every test's project has a name of its own."""
    environment.project.slug = f"others-{abs(hash(request.node.name)) % 10**8}"
    environment.project.save()


@pytest.fixture
def choice(account: Account) -> Choice:
    return account.plant(identity_pool=False).choice


def anothers(account: Account, name: str, choice: Choice) -> str:
    """An identity pool that somebody made by hand, under the very name and for the same user pool, with its roles."""
    made = account.client("cognito-identity").create_identity_pool(
        IdentityPoolName=name,
        AllowUnauthenticatedIdentities=False,
        CognitoIdentityProviders=[account.entry(choice.user_pool_id, choice.web_client_id)],
    )["IdentityPoolId"]
    account.name_roles(made, authenticated=account.plant_role(made, "authenticated"))
    return str(made)


def test_a_name_that_is_taken_gets_a_number_in_preview_and_job(
    environment: Environment, choice: Choice, account: Account, member: Client
) -> None:
    name = new_identity_pool.pool_name(environment)
    other = anothers(account, name, choice)
    roles = account.roles_of(other)
    shown = new_identity_pool.preview(environment=environment, choice=choice)
    assert shown.name == f"{name}_2"
    member.post(address(environment, "create-identity-pool"), chosen(choice) | {"digest": shown.digest})
    job = lifecycle.run_now(Job.objects.get(), new_identity_pool.create)
    assert job.status == Status.SUCCEEDED, job.error_words
    assert pools_called(account, shown.name) == [job.result["identity_pool_id"]]
    assert account.roles_of(other) == roles


def test_a_role_that_has_the_name_makes_the_preview_choose_another(
    environment: Environment, choice: Choice, account: Account
) -> None:
    name = new_identity_pool.pool_name(environment)
    account.client("iam").create_role(
        RoleName=f"{name}-unauthenticated", AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}'
    )
    assert new_identity_pool.preview(environment=environment, choice=choice).name == f"{name}_2"


def test_one_that_appears_after_the_preview_is_left_alone(
    environment: Environment, choice: Choice, account: Account
) -> None:
    name = new_identity_pool.pool_name(environment)
    job = new_identity_pool.start(environment=environment, choice=choice, actor=ACTOR, name=name)
    other = anothers(account, name, choice)
    roles = account.roles_of(other)
    job = lifecycle.run_now(job, new_identity_pool.create)
    assert (job.status, job.error_code) == (Status.FAILED, "ResourceConflict")
    assert job.error_next_step
    again = services.retry(job=job, actor=ACTOR)
    again = lifecycle.run_now(again, new_identity_pool.create)
    assert (again.status, again.error_code) == (Status.FAILED, "ResourceConflict")
    assert pools_called(account, name) == [other]
    assert account.roles_of(other) == roles


@pytest.mark.usefixtures("without_retries")
def test_a_retry_goes_on_with_what_the_failed_job_made_and_every_write_is_in_the_activity(
    environment: Environment, choice: Choice, account: Account, sandbox: object
) -> None:
    name = new_identity_pool.pool_name(environment)
    job = new_identity_pool.start(environment=environment, choice=choice, actor=ACTOR, name=name)
    sandbox.fail("SetIdentityPoolRoles", kind="fail", code="AccessDeniedException", message="No.")  # type: ignore[attr-defined]
    job = lifecycle.run_now(job, new_identity_pool.create)
    assert job.status == Status.FAILED
    assert len(audited("auth_import:resource:fix")) == 3
    sandbox.forget()  # type: ignore[attr-defined]
    again = lifecycle.run_now(services.retry(job=job, actor=ACTOR), new_identity_pool.create)
    assert again.status == Status.SUCCEEDED, again.error_words
    assert pools_called(account, name) == [again.result["identity_pool_id"]]
    assert len(audited("auth_import:resource:fix")) == 4


def test_roles_that_somebody_named_meanwhile_stay(environment: Environment, choice: Choice, account: Account) -> None:
    job = new_identity_pool.start(environment=environment, choice=choice, actor=ACTOR)
    job = lifecycle.run_now(job, new_identity_pool.create)
    made = job.result["identity_pool_id"]
    account.name_roles(made, authenticated=account.plant_role(made, "authenticated"))
    named = account.roles_of(made)
    Job.objects.filter(pk=job.pk).update(status=Status.QUEUED, finished=None)
    job = lifecycle.run_now(job, new_identity_pool.create)
    assert (job.status, job.error_code) == (Status.FAILED, "ResourceConflict")
    assert account.roles_of(made) == named


def test_a_form_that_was_drawn_for_something_else_shows_what_would_be_made_now(
    environment: Environment, choice: Choice, member: Client
) -> None:
    answer = member.post(address(environment, "create-identity-pool"), chosen(choice) | {"digest": "stale"})
    assert answer.status_code == 422
    assert "no longer what you were shown" in answer.content.decode()
    assert new_identity_pool.preview(environment=environment, choice=choice).digest in answer.content.decode()
    assert not Job.objects.exists()
