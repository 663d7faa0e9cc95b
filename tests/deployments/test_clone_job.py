"""The job that makes a new environment exactly as planned: standalone, and with an Amplify backend."""

import json
from typing import Any

import pytest

from auth_import.models import CognitoLink
from backend_state.models import KnownBackend
from deployments import backend_making
from deployments.cloning.models import PlannedClone
from deployments.cloning.plan import Carried, Resources
from deployments.cloning.services import start_clone
from deployments.services import NotPossible
from environments.models import Environment
from jobs import services as jobs
from jobs.models import Job, Status
from tests.auth_import.journeys import audited
from tests.auth_import.planted import Account
from tests.deployments import clones
from tests.deployments.cli_pull import Cli
from tests.deployments.clones import ACTOR, amplify_plan, assert_made, in_aws, made, standalone_plan, started, words_of
from tests.deployments.pushing import any_choice, environment_of, linked
from tests.deployments.test_push_two_at_once import at_the_same_moment
from tests.factories import make_environment, make_project

pytestmark = pytest.mark.django_db
EVERYTHING = (Carried.DATA_MODEL, Carried.FUNCTIONS)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend_making, "POLL_SECONDS", 0.01)


@pytest.fixture
def source(account: Account) -> Environment:
    return environment_of(clones.source_backend(account))


def test_a_backend_is_made_with_the_import_and_with_what_comes_along(account: Account, source: Environment) -> None:
    backend = clones.source_backend(account)
    before = backend.everything()
    planned = amplify_plan(
        source.project, backend, choice=any_choice(account), source=source, carried=EVERYTHING, production=True
    )

    job = made(planned)

    environment = assert_made(backend, planned, job)
    assert environment.production
    assert job.result["continue_to"] == f"/projects/{source.project.slug}/{environment.name}/"
    document, api = clones.document_of(backend, planned), backend.names.app
    assert {one.label for one in document.resources} == {f"api/{api}", "function/orderMailer"}
    for resource in document.resources:
        assert not {"lastPushTimeStamp", "lastPushDirHash", "providerMetadata", "s3Bucket"} & set(resource.entry)
        assert set(resource.entry.get("output", {})) <= {"authConfig"}
    ours = {name for name in document.names if name.startswith(("api/", "function/"))}
    assert f"api/{api}/schema.graphql" in ours
    assert "function/orderMailer/src/index.js" in ours
    assert not [name for name in ours if "/build/" in name]
    assert "cli.json" in document
    # What only a push of the source has put there stays there.
    assert not [name for name in in_aws(backend, planned)["parameters"] if "function" in name]
    assert backend.everything() == before
    words = {step.name: step.detail for step in job.steps.all()}
    assert "amplify push, which deploys what came along" in words["verify"]
    assert f"api/{api}, function/orderMailer" in words["state"]


def test_functions_bring_their_own_values_and_no_secret(account: Account, source: Environment) -> None:
    backend = clones.source_backend(account)
    own, hidden = f"{backend.path}/AMPLIFY_function_orderMailer_sender", f"{backend.path}/AMPLIFY_orderMailer_SMTP"
    backend.put_parameter(own, '"mail@example.com"')
    backend.client("ssm").put_parameter(Name=hidden, Value="swordfish", Type="SecureString")
    try:
        planned = amplify_plan(source.project, backend, choice=None, source=source, carried=(Carried.FUNCTIONS,))
        job = made(planned)
    finally:
        backend.client("ssm").delete_parameters(Names=[own, hidden])

    assert_made(backend, planned, job)
    assert in_aws(backend, planned)["parameters"] == {"AMPLIFY_function_orderMailer_sender": '"mail@example.com"'}
    assert "orderMailer: SMTP" in job.steps.get(name="state").detail
    assert "swordfish" not in json.dumps(planned.made) + json.dumps(job.result)


def test_a_pull_of_the_amplify_cli_asks_nothing_and_finds_what_is_to_be_created(
    account: Account, source: Environment
) -> None:
    backend = clones.source_backend(account)
    planned = amplify_plan(source.project, backend, choice=any_choice(account), source=source, carried=EVERYTHING)
    assert made(planned).status == Status.SUCCEEDED
    before = in_aws(backend, planned)
    for yes in (False, True):
        laptop = Cli(account, backend.names.app_id, planned.plan.name).pull(yes=yes)
        assert laptop.warnings == []
        assert laptop.parameters["userPoolId"] == any_choice(account).user_pool_id
        # What has no push behind it is what `amplify status` calls Create.
        entries = [entry for category in ("api", "function") for entry in laptop.meta[category].values()]
        assert [entry.get("lastPushTimeStamp") for entry in entries] == [None, None]
        assert "amplify/backend/function/orderMailer/src/index.js" in laptop.files
    assert in_aws(backend, planned) == before


@pytest.mark.parametrize("resources", [pytest.param(Resources.NONE, marks=pytest.mark.slow), Resources.SCRATCH])
def test_without_resources_nothing_is_linked(account: Account, source: Environment, resources: Resources) -> None:
    planned = amplify_plan(source.project, clones.source_backend(account), choice=None, resources=resources)
    job = made(planned)
    environment = assert_made(clones.source_backend(account), planned, job)
    assert [step.name for step in job.steps.all()] == [
        "check", "environment", "stack", "wait", "state", "connect", "verify",
    ]  # fmt: skip
    assert job.result["continue_to"].endswith("/scratch/") == (resources is Resources.SCRATCH)
    assert KnownBackend.objects.get(environment=environment).facts["auth"] == []


def test_a_standalone_environment_is_a_row_and_a_link(account: Account) -> None:
    project = make_project("Standalone")
    planned = standalone_plan(project, choice=any_choice(account))
    assert planned.plan.auth is not None

    job = made(planned)

    assert job.status == Status.SUCCEEDED, words_of(job)
    link = CognitoLink.objects.get(environment__project=project)
    assert (link.environment.name, link.choice, link.pushed) == (planned.plan.name, planned.plan.auth.choice, False)
    assert [step.name for step in job.steps.all()] == ["check", "connect", "link", "verify"]
    job.refresh_from_db()
    assert job.environment == link.environment
    assert [len(audited(f"deployments:clone:{verb}")) for verb in ("start", "finish")] == [1, 1]


@pytest.fixture
def two_pools(account: Account) -> tuple[Any, Any]:
    """The source's pool, with groups, and another one, which has one of them already."""
    old, new = account.plant(), account.plant()
    cognito = account.client("cognito-idp")
    there, here = old.choice.user_pool_id, new.choice.user_pool_id
    role = "arn:aws:iam::123456789012:role/Editors"
    cognito.create_group(UserPoolId=there, GroupName="Editors", Description="Write", Precedence=3, RoleArn=role)
    foreign = "arn:aws:iam::999999999999:role/Elsewhere"
    cognito.create_group(UserPoolId=there, GroupName="Partners", RoleArn=foreign)
    cognito.create_group(UserPoolId=there, GroupName="Admins", Description="All")
    cognito.create_group(UserPoolId=here, GroupName="Admins", Description="Others")
    return old, new


def groups_of(account: Account, pool: str) -> dict[str, tuple[Any, ...]]:
    found = account.client("cognito-idp").list_groups(UserPoolId=pool)["Groups"]
    return {
        one["GroupName"]: (one.get("Description"), one.get("Precedence"), one.get("RoleArn", "").rpartition("/")[2])
        for one in found
    }


def test_groups_come_along_and_those_that_are_there_stay(account: Account, two_pools: tuple[Any, Any]) -> None:
    old, new = two_pools
    source = make_environment(make_project("Groups"), "dev")
    linked(source, old.choice)
    planned = standalone_plan(source.project, choice=new.choice, source=source, carried=(Carried.GROUPS,))

    job = made(planned)

    assert job.status == Status.SUCCEEDED, words_of(job)
    assert groups_of(account, new.choice.user_pool_id) == {
        "Admins": ("Others", None, ""),
        "Editors": ("Write", 3, "Editors"),
        "Partners": (None, None, ""),
    }
    words = job.steps.get(name="groups").detail
    assert "2 made" in words
    assert "left as they are: Admins" in words
    assert "Without their roles of another account: Partners" in words


def test_the_same_pool_has_its_groups_already(account: Account, sandbox: Any) -> None:
    source = make_environment(make_project("Same pool"), "dev")
    linked(source, any_choice(account))
    planned = standalone_plan(source.project, choice=any_choice(account), source=source, carried=(Carried.GROUPS,))
    job = made(planned)
    assert job.status == Status.SUCCEEDED, words_of(job)
    assert "same user pool" in job.steps.get(name="groups").detail


def test_asking_twice_finds_the_same_job_and_an_end_is_an_end(account: Account) -> None:
    planned = standalone_plan(make_project("Twice"), choice=None)
    job = started(planned)
    assert started(planned) == job
    clones.run(job)
    with pytest.raises(NotPossible, match="made already"):
        started(planned)
    assert Job.objects.count() == 1


def test_of_two_plans_of_one_name_the_second_is_refused_in_words(account: Account) -> None:
    project = make_project("Names")
    first, second = (standalone_plan(project, choice=None, name="twin") for _ in range(2))
    job = started(first)
    with pytest.raises(NotPossible, match="makes an environment of this name at this moment"):
        started(second)
    clones.run(job)
    with pytest.raises(NotPossible, match="has an environment “twin” by now"):
        started(second)
    second.refresh_from_db()
    assert (second.job, second.made) == (None, {})


def test_of_two_consoles_one_wins_in_aws_and_the_loser_has_made_nothing(account: Account) -> None:
    backend = clones.source_backend(account)
    ours, theirs = make_project("Ours"), make_project("Theirs")
    first = amplify_plan(ours, backend, choice=None)
    second = amplify_plan(theirs, backend, choice=None, name=first.plan.name)
    late = started(second)
    made(first)

    clones.run(late)

    assert (late.status, late.error_code) == (Status.FAILED, "ResourceConflict")
    assert "Nothing was made." in late.error_next_step
    assert not theirs.environments.exists()
    second.refresh_from_db()
    there = in_aws(backend, second)
    assert there["environment"] == [f"amplify-{backend.names.app}-{first.plan.name}-{first.plan.suffix}"]
    assert (there["stack"], there["bucket"]) == ([], False)


def test_a_retry_goes_on_with_the_same_plan(account: Account, sandbox: Any) -> None:
    backend = clones.source_backend(account)
    planned = amplify_plan(make_project("Retry"), backend, choice=any_choice(account))
    sandbox.fail("PutParameter", kind="fail", code="AccessDeniedException", message="Not authorized.", status=400)
    job = made(planned)
    sandbox.forget()
    assert job.status == Status.FAILED
    assert "Retry goes on from there; Undo on this page takes it back." in job.error_next_step
    assert f"the backend environment {planned.plan.name}" in job.error_next_step
    assert job.can_be_undone

    assert_made(backend, planned, clones.run(jobs.retry(job=job, actor=ACTOR)))

    planned.refresh_from_db()
    with pytest.raises(NotPossible):
        start_clone(planned=PlannedClone.objects.get(pk=planned.pk), actor=ACTOR, send=False)


@pytest.mark.slow
@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_two_starts_in_the_same_moment_one_wins(account: Account) -> None:
    project = make_project("At once")
    plans = [standalone_plan(project, choice=None, name="twin") for _ in range(2)]

    answers = at_the_same_moment(*(lambda plan=plan: started(plan) for plan in plans))

    assert sorted(type(answer).__name__ for answer in answers) == ["Job", "NotPossible"]
    assert Job.objects.filter(kind="clone").count() == 1
