"""An unlink is done here at once, whatever has become of AWS, and finished in the cloud by a job."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from auth_import.models import CognitoLink, UnpushedUnlink
from auth_import.unpushed import pause_after
from backend_state.models import KnownBackend
from deployments import services
from deployments.finishing import services as finishing
from deployments.models import Deployment
from environments.models import Environment
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR, address, audited
from tests.auth_import.planted import Account
from tests.deployments.planted_backends import CloudBackend
from tests.deployments.pushing import (
    any_choice,
    linked,
)
from tests.deployments.unlinking import (
    FINISHED,
    Pushed,
    actor_of_jobs,
    assert_finished,
    aws_away,
    by_itself,
    make_pushed,
    run,
    shared_pushed,
    time_passes,
    unlinked,
    waiting,
)

pytestmark = pytest.mark.django_db


PUSH_WRITES = {"PutObject", "DeleteObject", "DeleteParameters", "CreateChangeSet", "ExecuteChangeSet"}
READS = ("Get", "List", "Describe", "Head")


@pytest.fixture
def place(account: Account, db: None) -> Pushed:
    return shared_pushed(account)


@pytest.fixture
def link(place: Pushed) -> CognitoLink:
    return place.again()


@pytest.fixture
def environment(link: CognitoLink) -> Environment:
    return link.environment


@pytest.fixture
def away() -> Iterator[Any]:
    """AWS cannot be reached; the answer brings it back."""
    with aws_away() as back:
        yield back


# --- As it goes ---


def test_the_page_unlinks_without_a_call_and_the_job_pushes_exactly_the_unlink(
    environment: Environment, place: Pushed, member: Client, sandbox: Any
) -> None:
    sandbox.forget()
    page = member.get(address(environment, "unlink")).content.decode()
    assert "Take it out of the backend in the cloud now" in page
    answer = member.post(address(environment, "unlink"), {"confirm": environment.name, "backend": "now"})
    assert sandbox.calls() == []
    job = Job.objects.get(environment=environment, kind="finish-unlink")
    assert answer["Location"] == job.get_absolute_url()
    assert waiting(environment).stage == "working"

    assert run(job).status == Status.SUCCEEDED, (job.error_words, job.error_message)

    calls = sandbox.calls()
    assert {one["service"] for one in calls} <= {"s3", "ssm", "cloudformation", "amplify", "appsync"}
    assert {one["operation"] for one in calls if not one["operation"].startswith(READS)} <= PUSH_WRITES
    assert_finished(environment, place)
    assert "nothing is left of it" in " ".join(step.detail for step in job.steps.all()).lower()
    (push,) = Deployment.objects.filter(environment=environment, phase="applied")
    assert push.document["change"] == "unlink"


def test_by_hand_nothing_starts_by_itself_and_the_console_can_be_asked_later(
    environment: Environment, place: Pushed, member: Client
) -> None:
    member.post(address(environment, "unlink"), {"confirm": environment.name, "backend": "later"})
    assert waiting(environment).stage == "by-hand"
    time_passes(environment)
    assert finishing.start_due() == 0
    page = member.get(address(environment, "authentication")).content.decode()
    assert "Unlink not pushed" in page
    assert "Let the console do it" in page
    for _ in range(2):
        answer = member.post(address(environment, "finish-unlink"), {"do": "now"})
    job = Job.objects.get(environment=environment, kind="finish-unlink")
    assert answer["Location"] == job.get_absolute_url()
    run(job)
    assert_finished(environment, place)


def test_pools_that_are_deleted_or_protected_make_no_difference(account: Account, sandbox: Any) -> None:
    planted = account.plant()
    place = make_pushed(account, choice=planted.choice)
    cognito, identity = account.client("cognito-idp"), account.client("cognito-identity")
    gone = place.again()
    cognito.update_user_pool(UserPoolId=planted.choice.user_pool_id, DeletionProtection="ACTIVE")
    job = unlinked(gone)
    assert run(job).status == Status.SUCCEEDED, job.error_words
    pool = cognito.describe_user_pool(UserPoolId=planted.choice.user_pool_id)["UserPool"]
    assert pool["DeletionProtection"] == "ACTIVE"
    assert_finished(gone.environment, place)

    cognito.update_user_pool(UserPoolId=planted.choice.user_pool_id, DeletionProtection="INACTIVE")
    cognito.delete_user_pool(UserPoolId=planted.choice.user_pool_id)
    identity.delete_identity_pool(IdentityPoolId=planted.choice.identity_pool_id)
    gone.environment.project.delete()
    again = place.again()
    assert run(unlinked(again)).status == Status.SUCCEEDED
    assert_finished(again.environment, place, times=2)


# --- AWS is away ---


def test_without_aws_it_is_unlinked_here_and_finished_when_aws_is_back(
    environment: Environment, place: Pushed, member: Client, away: Any
) -> None:
    url = address(environment, "unlink")
    assert member.get(url).status_code == 200
    assert member.post(url, {"confirm": environment.name, "backend": "now"}).status_code == 303
    assert not CognitoLink.objects.filter(environment=environment).exists()
    job = run(Job.objects.get(environment=environment))
    assert (job.status, job.error_words) == (
        Status.FAILED,
        "AWS could not be reached, or did not answer in time.",
    )
    assert "tries again by itself in 1 min" in job.error_next_step
    row = waiting(environment)
    assert (row.stage, row.attempts) == ("trying", 1)
    told = "tried once, next try in 1 min, because: AWS could not be reached"
    for page in ("authentication", "environment", "push"):
        assert told in " ".join(member.get(address(environment, page)).content.decode().split()).replace(
            "because:</p> <p>", "because: "
        ), page
    assert "Unlink: next try in 1 min" in member.get(f"/projects/{environment.project.slug}/").content.decode().replace(
        "&#x27;", "'"
    )
    assert finishing.start_due() == 0, "it is not due yet"
    for attempt in (2, 3):
        time_passes(environment)
        assert finishing.start_due() == 1
        assert finishing.start_due() == 0, "one is at work"
        run(waiting(environment).job)  # type: ignore[arg-type]
        assert waiting(environment).attempts == attempt

    away()
    by_itself(environment)
    assert_finished(environment, place)
    (event,) = audited(FINISHED)
    assert event.after == {"attempts": 4}
    assert event.actor_name == actor_of_jobs(environment)


def test_pauses_grow_to_an_hour() -> None:
    minutes = [pause_after(attempts) / timedelta(minutes=1) for attempts in (0, 1, 2, 3, 6, 7, 500)]
    assert minutes == [1, 1, 2, 4, 32, 60, 60]


@pytest.mark.parametrize("code", ["AccessDenied", "ThrottlingException"])
def test_a_refusal_of_aws_is_tried_again(environment: Environment, link: CognitoLink, sandbox: Any, code: str) -> None:
    job = unlinked(link)
    sandbox.fail("*", kind="fail", code=code, status=403)
    assert run(job).status == Status.FAILED
    row = waiting(environment)
    assert row.stage == "trying"
    assert row.words
    assert row.next_step


def test_a_role_that_cannot_be_assumed_is_tried_again(environment: Environment, link: CognitoLink) -> None:
    Environment.objects.filter(pk=environment.pk).update(role_arn="arn:aws:iam::123456789012:role/NoSuchRoleHere")
    link.environment.refresh_from_db()
    job = unlinked(link)
    with aws_away("AWS_ENDPOINT_URL_STS"):
        run(job)
    assert job.status == Status.FAILED
    assert waiting(environment).stage == "trying"


# --- Nothing is left ---


@pytest.mark.parametrize("what", ["app", "bucket", "stack"])
def test_what_is_gone_for_good_settles_it(account: Account, what: str) -> None:
    place = make_pushed(account)
    link = place.again()
    _remove(place.backend, what)
    job = run(unlinked(link))
    assert job.status == Status.SUCCEEDED, (job.error_words, job.error_next_step)
    assert not UnpushedUnlink.objects.exists()
    (event,) = audited(FINISHED)
    assert "so nothing is left to take out" in event.reason
    assert event.reason in [step.detail for step in job.steps.all()]


def _remove(backend: CloudBackend, what: str) -> None:
    names = backend.names
    if what == "app":
        backend.client("amplify").delete_backend_environment(appId=names.app_id, environmentName=names.environment)
    elif what == "stack":
        backend.client("cloudformation").delete_stack(StackName=names.stack_name)
    else:
        for key in backend.objects():
            backend.client("s3").delete_object(Bucket=backend.bucket, Key=key)
        backend.client("s3").delete_bucket(Bucket=backend.bucket)


def test_somebody_else_has_taken_it_out_already(environment: Environment, link: CognitoLink, place: Pushed) -> None:
    job = unlinked(link)
    place.backend.laptop_push(**{**_texts(place.backend), "amplify-meta.json": json.dumps(_meta(place) | {"auth": {}})})
    for name in place.backend.parameters():
        place.backend.client("ssm").delete_parameters(Names=[name])
    run(job)
    assert job.status == Status.SUCCEEDED, job.error_words
    assert not UnpushedUnlink.objects.exists()
    assert len(audited(FINISHED)) == 1


def _meta(place: Pushed) -> dict[str, Any]:
    return dict(json.loads(place.bodies["amplify-meta.json"]))


def _texts(backend: CloudBackend) -> dict[str, str]:
    return {name: body if isinstance(body, str) else body.decode() for name, body in backend.files.items()}


# --- A person must act ---


def _declared(meta: dict[str, Any], name: str) -> dict[str, Any]:
    on_auth = [{"category": "auth", "resourceName": name, "attributes": ["UserPoolId"]}]
    return meta | {"function": {"admins": {"service": "Lambda", "dependsOn": on_auth}}}


def _managed(meta: dict[str, Any], name: str) -> dict[str, Any]:
    return meta | {"auth": {name: {"service": "Cognito", "providerPlugin": "awscloudformation", "output": {}}}}


def _another(meta: dict[str, Any], name: str) -> dict[str, Any]:
    output = meta["auth"][name]["output"] | {"UserPoolId": "eu-west-1_Elsewhere"}
    return meta | {"auth": {name: meta["auth"][name] | {"output": output}}}


@pytest.mark.parametrize(
    ("change", "words", "cure"),
    [
        (_declared, "function/admins (Lambda) declares to depend on it", "amplify update function: choose admins"),
        (_managed, "auth that Amplify manages itself", "amplify remove auth"),
        (_another, "Somebody pushed something else", "Import that user pool here"),
    ],
)
def test_it_stops_where_a_person_must_act_and_says_what_to_do(
    environment: Environment, link: CognitoLink, place: Pushed, member: Client, change: Any, words: str, cure: str
) -> None:
    job = unlinked(link)
    (name,) = _meta(place)["auth"]
    place.backend.laptop_push(**{**_texts(place.backend), "amplify-meta.json": json.dumps(change(_meta(place), name))})
    before = place.backend.everything()
    run(job)
    assert words in job.error_words
    row = waiting(environment)
    assert (row.stage, row.next_attempt) == ("stopped", None)
    assert place.backend.everything() == before
    time_passes(environment)
    assert finishing.start_due() == 0
    page = member.get(address(environment, "authentication")).content.decode()
    assert "the cloud side waits for you" in page
    assert cure in page

    place.backend.restore(place.cloud, place.bodies)
    member.post(address(environment, "finish-unlink"), {"do": "now"})
    run(waiting(environment).job)  # type: ignore[arg-type]
    assert_finished(environment, place)


def test_somebody_stops_it_and_it_stays_stopped(environment: Environment, link: CognitoLink, member: Client) -> None:
    job = unlinked(link)
    url = address(environment, "finish-unlink")
    assert member.post(url, {"do": "stop"}).status_code == 303
    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    row = waiting(environment)
    assert row.stage == "stopped"
    assert row.words.endswith("stopped it.")
    time_passes(environment)
    assert finishing.start_due() == 0
    assert len(audited("deployments:unlink:stop")) == 1


def test_a_job_cancelled_on_its_own_page_counts_as_stopped(environment: Environment, link: CognitoLink) -> None:
    from jobs.services import cancel

    cancel(job=unlinked(link), actor=ACTOR)
    time_passes(environment)
    assert finishing.start_due() == 0
    assert waiting(environment).stage == "stopped"


# --- Something else is linked meanwhile ---


def test_another_import_meanwhile_cancels_it(
    environment: Environment, link: CognitoLink, place: Pushed, account: Account
) -> None:
    job = unlinked(link)
    again = linked(environment, any_choice(account))
    assert run(job).status == Status.SUCCEEDED
    assert "was linked meanwhile" in job.steps.get(name="look").detail
    assert place.backend.everything() == place.cloud
    time_passes(environment)
    assert finishing.start_due() == 0
    # What the cloud has is still remembered, for the case that the new link goes without ever having been pushed.
    CognitoLink.objects.filter(pk=again.pk).update(user_pool_id="eu-west-1_Never", pushed=False)
    again.refresh_from_db()
    run(unlinked(again))
    assert_finished(environment, place)


def test_an_import_between_preview_and_push_stops_it(
    environment: Environment, link: CognitoLink, place: Pushed, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = services.start_push

    def start_push(**more: Any) -> Any:
        linked(environment, any_choice(account))
        return real(**more)

    job = unlinked(link)
    monkeypatch.setattr(services, "start_push", start_push)
    assert run(job).status == Status.FAILED
    assert "changed after the preview" in job.error_words
    assert "tries again" not in job.error_next_step, "nothing does, while something else is linked"
    assert place.backend.everything() == place.cloud
    assert CognitoLink.objects.filter(environment=environment).exists()
    time_passes(environment)
    assert finishing.start_due() == 0


def test_what_was_never_read_is_looked_at_and_anothers_pool_is_left_alone(
    environment: Environment, link: CognitoLink, place: Pushed
) -> None:
    KnownBackend.objects.filter(environment=environment).delete()
    CognitoLink.objects.filter(pk=link.pk).update(user_pool_id="eu-west-1_Mine", pushed=False)
    link.refresh_from_db()
    job = unlinked(link)
    assert "the cloud may still have it" in waiting(environment).sentence
    assert run(job).status == Status.SUCCEEDED
    assert "nothing of it, as was found now, but the user pool" in job.steps.get(name="look").detail
    assert not UnpushedUnlink.objects.exists()
    assert place.backend.everything() == place.cloud


def test_what_was_pushed_before_and_never_replaced_in_the_cloud_is_taken_out(
    environment: Environment, link: CognitoLink, place: Pushed
) -> None:
    CognitoLink.objects.filter(pk=link.pk).update(user_pool_id="eu-west-1_Swapped", pushed=False)
    link.refresh_from_db()
    job = unlinked(link)
    assert waiting(environment).user_pool_id == place.choice.user_pool_id
    run(job)
    assert_finished(environment, place)
