"""Somebody else is at work on the same backend, on the Cognito resources, or on this console, while a push is."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from audit.actions import Action
from audit.models import AuditEvent
from auth_import.models import CognitoLink
from auth_import.observation import Choice
from auth_import.services import unlink
from backend_state.models import KeptFile
from deployments.models import Deployment, Phase
from deployments.presentation import plan_report
from deployments.push_plan import PushPlan
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR
from tests.auth_import.planted import Account
from tests.deployments.planted_backends import ZIP, CloudBackend, upload
from tests.deployments.pushing import (
    FAULTS,
    META_WRITE,
    STATE_WRITE,
    ZIP_WRITE,
    Stage,
    any_choice,
    assert_nothing_left,
    at,
    importing,
    just_before,
    linked,
    parameter_of,
    pushing,
    pushing_with,
    watched_calls,
)

pytestmark = pytest.mark.django_db

DESCRIBE = "cloudformation:DescribeStacks"


def template_of_somebody_else(backend: CloudBackend) -> None:
    template = json.loads(json.dumps(backend.template()))
    template["Resources"]["storagephotos"]["Properties"]["Parameters"]["s3PermissionsGuestPublic"] = "s3:ListBucket"
    backend.deploy(template)


BEFORE_THE_PUSH: dict[str, Callable[[Stage], object]] = {
    "laptop push": lambda stage: stage.backend.laptop_push(),
    "template": lambda stage: template_of_somebody_else(stage.backend),
    "parameters": lambda stage: stage.backend.put_parameter(
        f"{stage.backend.path}/{parameter_of(stage, 'userPoolId')}", '"eu-west-1_Somebody1"'
    ),
    "deployment under way": lambda stage: stage.backend.write("deployment-state.json", '{"status": "DEPLOYING"}'),
    "the JSON beside the zip": lambda stage: stage.backend.write("amplify-meta.json", "{}"),
}


@pytest.mark.parametrize("what", BEFORE_THE_PUSH)
def test_what_changed_in_the_cloud_since_the_preview_stops_the_push(stage: Stage, what: str) -> None:
    BEFORE_THE_PUSH[what](stage)
    theirs = stage.backend.everything()

    with watched_calls() as calls:
        job = pushing(stage.deployment)

    assert job.status == Status.FAILED
    assert job.error_words in ("The cloud changed since you looked.",) or "deploying" in job.error_words
    assert job.error_next_step
    if job.error_code == "CloudChanged":
        assert job.error_next_step.endswith("Nothing of yours was written.")
    assert stage.backend.everything() == theirs
    assert not [name for name in calls.made if ":Put" in name or ":Execute" in name]


def _change_url(choice: Choice, account: Account, url: str) -> None:
    for client in (choice.web_client_id, choice.native_client_id):
        account.change_client(choice, client, CallbackURLs=[url])


def _rotate_secret(choice: Choice, account: Account) -> None:
    # AWS rotates a secret by a new client; this is one client's answer before and after.
    account.client("cognito-idp").delete_user_pool_client(
        UserPoolId=choice.user_pool_id, ClientId=choice.native_client_id
    )


def test_what_changed_in_cognito_since_the_preview_stops_the_push(account: Account) -> None:
    choice = account.plant().choice
    (url,) = account.describe_client(choice, choice.web_client_id)["CallbackURLs"]
    stage = importing(account, "storage", choice=choice)

    _change_url(choice, account, "https://other.example.com/in")
    assert_stopped(stage, stage.deployment)
    _change_url(choice, account, url)
    deployment = stage.again()
    _rotate_secret(choice, account)
    assert_stopped(stage, deployment)


def test_what_changed_here_since_the_preview_stops_the_push(stage: Stage, account: Account) -> None:
    environment = stage.environment

    unlink(link=CognitoLink.objects.get(environment=environment), actor=ACTOR)
    assert_stopped(stage, stage.deployment)
    linked(environment, any_choice(account))
    deployment = stage.again()
    linked(environment, account.plant().choice)
    assert_stopped(stage, deployment)


def assert_stopped(stage: Stage, deployment: Deployment) -> None:
    job = pushing(deployment)

    assert job.status == Status.FAILED
    assert job.error_next_step
    assert stage.is_old()


def test_a_removed_app_stops_the_push(own_stage: Stage) -> None:
    own_stage.backend.client("amplify").delete_app(appId=own_stage.backend.names.app_id)

    job = pushing(own_stage.deployment)

    assert (job.status, job.error_code) == (Status.FAILED, "AppGone")
    assert own_stage.is_old()


@pytest.mark.parametrize("moment", [STATE_WRITE, ZIP_WRITE])
def test_a_laptop_push_just_before_our_write_stays_as_it_is(stage: Stage, moment: str) -> None:
    job = pushing_with(stage, just_before(moment, stage.backend.laptop_push))

    if moment == STATE_WRITE:
        # The Amplify CLI leaves nothing in that file's place, so only the archive tells.
        assert job.error_code == "CloudChanged"
    assert job.status == Status.FAILED
    assert job.error_words == "The cloud changed since you looked."
    theirs = stage.backend.read(ZIP)
    assert b"custom/notes.txt" in theirs
    assert stage.backend.parameters() == stage.old["parameters"]
    assert stage.backend.template() == stage.old["template"]
    assert "deployment-state.json" not in stage.backend.objects()
    assert_nothing_left(stage.environment, stage.backend)


def test_a_laptop_push_after_our_zip_is_left_alone_when_ours_fails(stage: Stage) -> None:
    refused = f"ssm:PutParameter {parameter_of(stage, 'userPoolId')}"

    job = pushing_with(stage, just_before(refused, stage.backend.laptop_push, then=at(refused, 1, FAULTS["denied"])))

    assert (job.status, job.error_code) == (Status.FAILED, "AccessDenied")
    assert b"custom/notes.txt" in stage.backend.read(ZIP)
    assert b"userPoolId" not in stage.backend.read("amplify-meta.json")
    assert "deployment-state.json" not in stage.backend.objects()
    assert stage.backend.template() == stage.old["template"]
    assert_nothing_left(stage.environment, stage.backend)
    left = named_as_left(stage, job)
    ours = f"{stage.backend.path}/{parameter_of(stage, 'authRoleArn')}"
    assert left[0] == ZIP
    assert ours in left
    now, old = stage.backend.everything(), stage.old
    differing = [
        name
        for what in ("objects", "parameters")
        for name in {**now[what], **old[what]}
        if now[what].get(name) != old[what].get(name)
    ]
    assert sorted(left) == sorted(differing)


def named_as_left(stage: Stage, job: Job) -> list[str]:
    """What the undo says it left, which is the same everywhere it is told."""
    deployment = Deployment.objects.get(pk=stage.deployment.pk)
    left: list[str] = deployment.failure["left"]
    assert plan_report(deployment, PushPlan.from_dict(deployment.document))["left"] == left
    assert AuditEvent.objects.get(action=Action.PUSH_UNDONE).after == {"left as it was found": left}
    detail = job.steps.get(name="undo").detail
    assert "Everything is as before, but for what was left as it was found" in detail
    assert left[0] in detail
    return left


def test_a_laptop_that_pulled_ours_half_written_and_pushed_it_keeps_all_of_it(stage: Stage) -> None:
    """Its archive names our parameters and has our meta, so neither may be taken back beneath it."""
    refused = f"ssm:PutParameter {parameter_of(stage, 'userPoolId')}"
    theirs: dict[str, Any] = {}

    def pull_and_push() -> None:
        with zipfile.ZipFile(io.BytesIO(stage.backend.read(ZIP))) as pulled:
            files: dict[str, str | bytes] = {name: pulled.read(name) for name in pulled.namelist()}
        upload(stage.backend, {**files, "custom/notes.txt": "ours and theirs"})
        theirs.update(stage.backend.everything())

    job = pushing_with(stage, just_before(refused, pull_and_push, then=at(refused, 1, FAULTS["denied"])))

    assert job.status == Status.FAILED
    del theirs["objects"]["deployment-state.json"]
    assert stage.backend.everything() == theirs
    left = named_as_left(stage, job)
    assert {ZIP, "amplify-meta.json", f"{stage.backend.path}/{parameter_of(stage, 'authRoleArn')}"} <= set(left)
    assert_nothing_left(stage.environment, stage.backend)


def test_a_laptop_push_between_our_last_write_and_the_verification_is_told(stage: Stage) -> None:
    job = pushing_with(stage, just_before("cloudformation:GetTemplate", stage.backend.laptop_push, number=2))

    assert (job.status, job.error_code) == (Status.FAILED, "VerifyFailed")
    assert ZIP in job.error_message
    assert not CognitoLink.objects.get(environment=stage.environment).pushed
    assert_nothing_left(stage.environment, stage.backend)


def test_a_template_deployed_meanwhile_makes_the_change_set_obsolete(stage: Stage) -> None:
    job = pushing_with(stage, just_before(META_WRITE, lambda: template_of_somebody_else(stage.backend)))

    assert (job.status, job.error_code) == (Status.FAILED, "CloudChanged")
    # It had written already, so it does not say that it had not.
    assert "Nothing" not in job.error_next_step
    assert job.error_next_step.endswith("What was written was put back: everything is as it was before the push.")
    assert Deployment.objects.get(pk=stage.deployment.pk).failure["left"] == []
    now = stage.backend.everything()
    assert now["nested"]["storagephotos"]["s3PermissionsGuestPublic"] == "s3:ListBucket"
    assert (now["objects"], now["parameters"]) == (stage.old["objects"], stage.old["parameters"])
    assert_nothing_left(stage.environment, stage.backend)


def test_a_parameter_that_somebody_wrote_after_us_stays_theirs(stage: Stage) -> None:
    name = f"{stage.backend.path}/{parameter_of(stage, 'authRoleArn')}"
    moment = f"ssm:PutParameter {parameter_of(stage, 'userPoolId')}"

    job = pushing_with(
        stage,
        just_before(
            moment, lambda: stage.backend.put_parameter(name, '"theirs"'), then=at(moment, 1, FAULTS["denied"])
        ),
    )

    assert job.status == Status.FAILED
    assert named_as_left(stage, job) == [name]
    assert stage.backend.parameters() == {**stage.old["parameters"], name: '"theirs"'}
    assert stage.backend.objects() == stage.old["objects"]
    assert_nothing_left(stage.environment, stage.backend)


def _delete_bucket(backend: CloudBackend) -> None:
    for key in backend.objects():
        backend.client("s3").delete_object(Bucket=backend.bucket, Key=key)
    backend.client("s3").delete_bucket(Bucket=backend.bucket)


@pytest.mark.parametrize(
    "moment",
    [
        META_WRITE,
        *(pytest.param(one, marks=pytest.mark.slow) for one in (STATE_WRITE, "cloudformation:DescribeStacks")),
    ],
)
def test_a_bucket_deleted_at_any_moment_ends_the_push_in_words(own_stage: Stage, moment: str) -> None:
    number = 2 if moment == DESCRIBE else 1

    job = pushing_with(own_stage, just_before(moment, lambda: _delete_bucket(own_stage.backend), number=number))

    assert job.status == Status.FAILED
    assert job.error_words
    assert job.error_next_step
    assert not KeptFile.objects.exists()
    assert not Deployment.objects.unsettled().exists()
    if Deployment.objects.get(pk=own_stage.deployment.pk).phase == Phase.RESTORED:
        assert named_as_left(own_stage, job) == [f"the bucket {own_stage.backend.bucket} (deleted)"]
    if number == 1:
        assert own_stage.backend.parameters() == own_stage.old["parameters"]
        assert own_stage.backend.template() == own_stage.old["template"]
