"""`manage.py push` and `pull`, as a script runs them: what they print, and how they end."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from audit.actions import Action
from auth_import.services import unlink
from deployments.models import Deployment
from jobs.models import Job, Status
from jobs.services import fail_unfinished
from tests.auth_import.commands.running import JSON, Ended, run
from tests.auth_import.journeys import ACTOR, audited, link_for
from tests.auth_import.planted import Account, choice_of
from tests.deployments.planted_backends import CloudBackend, plant
from tests.deployments.pushing import (
    assert_nothing_left,
    at,
    dead_after,
    environment_of,
    linked,
    previewed,
    pushing,
    watched_calls,
)
from tests.factories import make_member

if TYPE_CHECKING:
    from environments.models import Environment

pytestmark = pytest.mark.django_db


@pytest.fixture
def backend(sandbox: Any) -> CloudBackend:
    return plant(Account(sandbox.url), kinds=("storage",))


@pytest.fixture
def environment(backend: CloudBackend) -> "Environment":
    return environment_of(backend)


def command(name: str, environment: "Environment", *arguments: str) -> Ended:
    place = ("--project", environment.project.slug, "--environment", environment.name)
    return run(name, *place, *JSON, *arguments)


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_shows_everything_and_leaves_nothing_behind(
    backend: CloudBackend, environment: "Environment"
) -> None:
    linked(environment, choice_of("good"))
    before = backend.everything()
    ended = command("push", environment, "--dry-run")
    assert ended.code == 0, ended.words
    report = ended.json
    assert (report["verdict"], report["change"], report["phase"], report["job"]) == (
        "accepted",
        "import",
        "discarded",
        None,
    )
    name = backend.names.app
    assert {"path": f"auth/{name}/parameters.json", "change": "add"} in report["plan"]["files"]
    assert {"name": f"{backend.path}/AMPLIFY_auth_{name}_userPoolId", "change": "add"} in report["plan"]["parameters"]
    assert report["plan"]["stack"]
    assert "s3:PutObject #current-cloud-backend.zip, only over the one that was looked at" in report["plan"]["aws"]
    assert backend.everything() == before
    assert backend.open_change_sets() == []
    assert "Calls, in order:" in ended.words


def test_a_push_says_what_it_did_and_a_second_one_finds_nothing_to_do(
    backend: CloudBackend, environment: "Environment"
) -> None:
    linked(environment, choice_of("good"))
    before = backend.everything()
    ended = command("push", environment)
    assert ended.code == 0, ended.words
    assert (ended.json["phase"], ended.json["change"]) == ("applied", "import")
    assert ended.json["job"] == str(Deployment.objects.get().job_id)
    assert backend.everything() != before
    assert [event.actor_name[:3] for event in audited(Action.PUSHED)] == ["os:"]
    again = command("push", environment)
    assert again.code == 0, again.words
    assert (again.json["change"], again.json["plan"]["files"]) == (None, [])
    assert Deployment.objects.count() == 1


def test_what_refuses_is_exit_code_3_with_the_whole_document(sandbox: Any) -> None:
    choice = choice_of("good")
    backend = plant(Account(sandbox.url), kinds=("key-api",))
    backend.write("#current-cloud-backend.zip", b"no zip at all")
    environment = environment_of(backend)
    linked(environment, choice)
    before = backend.everything()
    ended = command("push", environment)
    assert ended.code == 3
    assert ended.json["verdict"] == "refused"
    failing = [one for one in ended.json["findings"] if one["severity"] == "fail"]
    assert [one["id"] for one in failing] == ["backend.readable"]
    assert "not a zip archive" in failing[0]["observed"]
    assert failing[0]["cure"]["text"]
    assert backend.everything() == before


def test_a_push_that_fails_is_exit_code_1_with_words(
    backend: CloudBackend, environment: "Environment", sandbox: Any
) -> None:
    linked(environment, choice_of("good"))
    before = backend.everything()
    sandbox.fail("PutParameter", kind="fail", code="AccessDeniedException", message="no", status=400)
    ended = command("push", environment)
    assert ended.code == 1
    assert ended.json["phase"] == "restored"
    assert "AccessDenied" in ended.words or "may not do this" in ended.words
    sandbox.forget()
    assert backend.everything() == before


def test_nothing_linked_is_told(environment: "Environment") -> None:
    ended = command("push", environment)
    assert ended.code == 1
    assert "Nothing is linked" in ended.words
    assert ended.out == b""


def test_an_unlink_is_pushed_like_an_import(backend: CloudBackend, environment: "Environment") -> None:
    before = backend.everything()
    linked(environment, choice_of("good"))
    assert command("push", environment).code == 0
    from auth_import.preflight import link_of

    link = link_of(environment)
    assert link is not None
    assert link.pushed
    unlink(link=link, actor=ACTOR)
    ended = command("push", environment)
    assert (ended.code, ended.json["change"]) == (0, "unlink"), ended.words
    after = backend.everything()
    assert (after["parameters"], after["nested"], after["template"]) == (
        before["parameters"],
        before["nested"],
        before["template"],
    )


def test_a_standalone_environment_has_nothing_to_push_or_pull(db: None) -> None:
    from tests.factories import make_environment

    environment = make_environment()
    for name in ("push", "pull"):
        ended = command(name, environment)
        assert ended.code == 1
        assert "no Amplify backend" in ended.words


def test_people_need_the_permission_to_push_and_none_to_pull(environment: "Environment") -> None:
    linked(environment, choice_of("good"))
    viewer = make_member(environment.project, "viewer")
    assert command("push", environment, "--as", viewer.username).code == 1
    assert not Deployment.objects.exists()
    assert command("pull", environment, "--as", viewer.username).code == 0


def test_a_pull_tells_in_words_what_somebody_else_has_done(backend: CloudBackend, environment: "Environment") -> None:
    linked(environment, choice_of("good"))
    assert command("push", environment).code == 0
    assert command("pull", environment).json["differences"] == []
    meta = backend.read("amplify-meta.json").decode()
    added = meta[:-2] + ',\n  "geo": {\n    "maps": {\n      "service": "Map"\n    }\n  }\n}'
    backend.laptop_push(**{"amplify-meta.json": added})
    dry = command("pull", environment, "--dry-run")
    told = command("pull", environment)
    assert (dry.code, told.code) == (0, 0), told.words
    assert dry.json["differences"] == told.json["differences"]
    assert "Added by somebody: geo/maps (Map)." in told.json["differences"]
    assert told.json["resources"]["geo/maps"] == "Map"
    assert told.json["job"]
    assert dry.json["job"] is None


def test_a_pull_of_what_cannot_be_read_is_exit_code_1(environment: "Environment", sandbox: Any) -> None:
    sandbox.fail("GetObject", kind="fail", code="AccessDenied", status=403)
    ended = command("pull", environment)
    assert ended.code == 1
    assert "s3:GetObject" in ended.words
    assert "docs/permissions.md" in ended.words


@pytest.mark.parametrize("ended_by", ["a kill", "Ctrl-C"])
def test_a_push_whose_process_died_is_taken_up_by_the_next_one_without_any_worker(
    backend: CloudBackend, environment: "Environment", ended_by: str
) -> None:
    linked(environment, choice_of("good"))
    deployment = previewed(environment)
    with watched_calls() as calls:
        calls.happen = at(f"ssm:PutParameter AMPLIFY_auth_{backend.names.app}_userPoolId", 1, dead_after)
        job = pushing(deployment)
    assert job.status == Status.RUNNING
    if ended_by == "a kill":
        at_once = command("push", environment)
        assert at_once.code == 1
        assert "run this again in half a minute" in at_once.words
        Job.objects.filter(pk=job.pk).update(heartbeat=timezone.now() - timedelta(hours=1))
    else:
        fail_unfinished(job, words="The command was interrupted.", next_step="Run it again.")
    ended = command("push", environment)
    assert ended.code == 0, ended.words
    assert "An interrupted push is taken up first" in ended.words
    deployment.refresh_from_db()
    assert deployment.phase == "applied"
    assert ended.json["change"] is None, "nothing is left to push"
    assert_nothing_left(environment, backend)
    assert f"{backend.path}/AMPLIFY_auth_{backend.names.app}_webClientId" in backend.parameters()


def test_a_dry_run_leaves_a_preview_that_waits_alone(environment: "Environment") -> None:
    linked(environment, choice_of("good"))
    waiting = previewed(environment)
    assert command("push", environment, "--dry-run").code == 0
    waiting.refresh_from_db()
    assert waiting.phase == "planned"


def test_a_check_that_fails_and_was_not_accepted_stops_a_push(sandbox: Any) -> None:
    account = Account(sandbox.url)
    planted = account.plant()
    backend = plant(account)
    environment = environment_of(backend)
    linked(environment, planted.choice)
    account.client("cognito-identity").update_identity_pool(
        IdentityPoolId=planted.choice.identity_pool_id,
        IdentityPoolName=planted.name.replace("-", "_"),
        AllowUnauthenticatedIdentities=True,
        CognitoIdentityProviders=[account.entry(planted.choice.user_pool_id, planted.choice.web_client_id)],
    )
    before = backend.everything()
    ended = command("push", environment)
    assert ended.code == 3, ended.words
    failing = [one for one in ended.json["findings"] if one["severity"] == "fail"]
    assert [one["id"] for one in failing] == ["identity-pool.both-clients"]
    assert "Import anyway" in failing[0]["cure"]["text"]
    assert backend.everything() == before


def test_what_was_imported_anyway_is_pushed_with_a_warning(sandbox: Any) -> None:
    account = Account(sandbox.url)
    planted = account.plant()
    choice = replace(planted.choice, native_client_id=planted.choice.web_client_id)
    environment = environment_of(plant(account))
    link_for(environment, choice, accept=("client.distinct", "client.native-secret"), reason="One app only")
    ended = command("push", environment)
    assert ended.code == 0, ended.words
    severities = {one["id"]: one["severity"] for one in ended.json["findings"]}
    assert (severities["client.distinct"], severities["client.native-secret"]) == ("warn", "warn")


@pytest.mark.parametrize("name", ["push", "pull"])
def test_an_environment_whose_stack_is_not_known_yet_is_connected_first(
    backend: CloudBackend, environment: "Environment", name: str
) -> None:
    linked(environment, choice_of("good"))
    type(environment).objects.update(stack_name="", deployment_bucket="", app_name="")
    ended = command(name, environment)
    assert ended.code == 0, ended.words
    environment.refresh_from_db()
    assert (environment.stack_name, environment.deployment_bucket, environment.app_name) == (
        backend.names.stack_name,
        backend.bucket,
        backend.names.app,
    )
