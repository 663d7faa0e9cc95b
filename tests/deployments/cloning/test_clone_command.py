"""`environments clone`: the checks of the pages, the job of the pages, exit codes for a pipeline."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.auth_import.commands.running import JSON, run
from tests.auth_import.planted import Account, Planted

if TYPE_CHECKING:
    from environments.models import Environment, Project
    from tests.deployments.planted_backends import CloudBackend
    from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

CLONE = ("environments", "clone", "--project", "shop", "--environment", "dev", "--name", "qa")


@pytest.fixture(scope="module")
def planted(sample_account: Any) -> Planted:
    return Account(sample_account.url).plant()


@pytest.fixture
def dev(cast: "Cast", project: "Project", planted: Planted) -> "Environment":
    from tests.factories import make_link, make_outputs

    found: Environment = project.environments.get(name="dev")
    choice = planted.choice
    outputs = make_outputs(
        user_pool_id=choice.user_pool_id, web_client_id=choice.web_client_id, native_client_id=choice.native_client_id
    )
    make_link(found, outputs=outputs, identity_pool_id=choice.identity_pool_id)
    return found


def payload(planted: Planted, **changes: str) -> str:
    one = planted.choice
    ids = {"userPoolId": one.user_pool_id, "webClientId": one.web_client_id, "nativeClientId": one.native_client_id}
    return json.dumps({"version": 1, **ids, "identityPoolId": one.identity_pool_id, **changes})


def test_the_same_is_made_and_linked(dev: "Environment", project: "Project", planted: Planted) -> None:
    from auth_import.preflight import link_of

    ended = run(*CLONE, "--resources", "same", *JSON)
    assert ended.code == 0, ended.words
    new = project.environments.get(name="qa")
    link = link_of(new)
    assert link
    assert link.choice == planted.choice
    assert (ended.json["verdict"], ended.json["account"]) == ("accepted", "123456789012")
    assert ended.json["environment"]["source"] == "dev"
    assert ended.json["plan"]["aws"] == []
    assert ended.json["job"]


def test_a_dry_run_says_the_same_and_makes_nothing(dev: "Environment", project: "Project", planted: Planted) -> None:
    from deployments.models import PlannedClone

    ended = run(*CLONE, "--resources", "others", "--dry-run", "--production", *JSON, stdin=payload(planted))
    assert ended.code == 0, ended.words
    assert ended.json["job"] is None
    assert ended.json["environment"]["production"] is True
    assert not project.environments.filter(name="qa").exists()
    assert not PlannedClone.objects.exists()
    assert "Planned qa from dev." in run(*CLONE, "--resources", "none", "--dry-run").text


def test_what_the_checks_refuse_ends_with_three(dev: "Environment", planted: Planted) -> None:
    ended = run(*CLONE, "--resources", "others", *JSON, stdin=payload(planted, userPoolId="eu-west-1_Vanished1"))
    assert ended.code == 3
    assert ended.json["verdict"] == "refused"
    assert "pool.exists" in ended.json["blocking"]
    ended = run(*CLONE, "--resources", "same", "--region", "us-east-1")
    assert ended.code == 3
    assert "Another Region or account rules this out" in ended.words


def test_a_role_that_cannot_be_assumed_ends_with_three(dev: "Environment", sandbox: Any) -> None:
    sandbox.fail("AssumeRole", kind="fail", code="AccessDenied", message="not you", status=403)
    role = "arn:aws:iam::123456789012:role/Refused"
    ended = run(*CLONE, "--resources", "none", "--role-arn", role, "--external-id", "secret-word", *JSON)
    assert ended.code == 3
    assert "account.answers" in ended.json["blocking"]
    assert "secret-word" not in ended.text + ended.words


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (("--resources", "none", "--name", "dev"), 1, "already has an environment"),
        (("--resources", "none", "--name", "Q A"), 2, "--name:"),
        (("--resources", "none", "--region", "eu-west-9"), 2, "--region:"),
        (("--resources", "none", "--carry", "users"), 2, "there is no users"),
        (("--resources", "scratch"), 2, "invalid choice"),
        (("--resources", "others"), 2, "payload"),
        (("--resources", "none", "--accept", "client.distinct"), 2, "--reason"),
        ((), 2, "--resources"),
        (("--resources", "none", "--as", "nobody"), 1, "Nobody in this console"),
    ],
)
def test_wrong_calls_end_as_documented(dev: "Environment", more: tuple[str, ...], code: int, words: str) -> None:
    from deployments.models import PlannedClone

    ended = run(*CLONE, *more)
    assert (ended.code, words in ended.words) == (code, True), ended.words
    assert not PlannedClone.objects.exists()


def test_members_need_the_permission(dev: "Environment", cast: "Cast") -> None:
    for person in (cast.manager, cast.limited_owner):
        ended = run(*CLONE, "--resources", "none", "--as", person.username)
        assert (ended.code, "no permission" in ended.words) == (1, True)


def test_an_amplify_environment_is_made_beside_its_source(
    environment: "Environment", backend: "CloudBackend", planted: Planted
) -> None:
    """The whole way: checks, stack, state, link; and the plan's names are those that are made."""
    place = ("--project", environment.project.slug, "--environment", environment.name, "--name", "qa")
    ended = run("environments", "clone", *place, "--resources", "others", *JSON, stdin=payload(planted))
    assert ended.code == 0, ended.words
    new = environment.project.environments.get(name="qa")
    names = {one["what"]: one["name"] for one in ended.json["plan"]["aws"]}
    assert (new.stack_name, new.deployment_bucket) == (names["CloudFormation stack"], names["S3 bucket"])
    path = f"/amplify/{new.app_id}/qa"
    pages = backend.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=path)
    made = sorted(one["Name"] for page in pages for one in page["Parameters"])
    assert made
    first, *others = names["SSM parameters"].split(", ")
    prefix = first.rpartition("_")[0]
    assert made == sorted([first, *(f"{prefix}{other}" for other in others)])


def test_an_interrupted_run_is_gone_on_with(dev: "Environment", project: "Project", planted: Planted) -> None:
    """The environment is there, the link is not; a fresh plan would find the name taken."""
    from deployments.models import PlannedClone
    from jobs.models import Job

    run(*CLONE, "--resources", "same")
    from auth_import.models import CognitoLink

    CognitoLink.objects.filter(environment__name="qa").delete()
    planned = PlannedClone.objects.get()
    planned.made.pop("finished")
    planned.save()
    Job.objects.update(status="failed")
    ended = run(*CLONE, "--resources", "same", *JSON)
    assert ended.code == 0, ended.words
    assert "interrupted" in ended.words
    assert CognitoLink.objects.filter(environment__name="qa").exists()
    assert run(*CLONE, "--resources", "same").code == 1
