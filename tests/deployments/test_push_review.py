"""The review of a push: what it does, what stands in its way, and what became of it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from auth_import.models import CognitoLink, UnpushedUnlink
from auth_import.services import unlink
from deployments import pull_job, services
from deployments.models import Deployment, Phase
from environments.models import Environment
from jobs import lifecycle
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR, address, signed_in
from tests.auth_import.planted import Account
from tests.deployments.planted_backends import CloudBackend, plant
from tests.deployments.pushing import environment_of, linked, previewed, previewing, pushed, pushing
from tests.deployments.reading_pages import buttons, get, main_of

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


WITH_STORAGE = pytest.mark.parametrize("backend", [("storage",)], indirect=True, ids=["storage"])


@pytest.fixture
def deployment(environment: Environment, account: Account) -> Deployment:
    linked(environment, account.plant().choice)
    return previewed(environment)


def pull(environment: Environment) -> None:
    job = services.start_pull(environment=environment, actor=ACTOR, send=False)
    assert lifecycle.run_now(job, pull_job.pull).status == Status.SUCCEEDED


def review(client: Client, deployment: Deployment) -> str:
    return get(client, deployment.get_absolute_url())


# --- The review ---


@WITH_STORAGE
def test_the_review_tells_everything_the_push_does(
    member: Client, environment: Environment, account: Account, backend: CloudBackend, sandbox: Any
) -> None:
    planted = account.plant()
    linked(environment, planted.choice)
    deployment = previewed(environment)
    sandbox.forget()
    html = review(member, deployment)
    assert sandbox.calls() == []
    main, name = main_of(html), backend.names.app
    for words in (
        "This, and nothing else, is what the push does. If somebody pushes meanwhile, this push stops",
        "The preview has created a change set in CloudFormation. It does nothing until this push executes it",
        "The backend has no auth yet.",
        planted.choice.user_pool_id,
        f"auth/{name}/parameters.json add",
        "amplify-meta.json change",
        f"Their names all begin with /amplify/{backend.names.app_id}/{environment.name}/AMPLIFY_auth_{name}_",
        "userPoolId",
        "What nested stacks are told",
        "the root stack's AuthRoleName",
        "What CloudFormation does",
        "Stays in place",
        "s3:PutObject #current-cloud-backend.zip, only over the one that was looked at",
        "cloudformation:ExecuteChangeSet",
        "Amazon Cognito: the user pool, its app clients, its users and groups",
        "less than one US cent",
    ):
        assert words in main, words
    assert planted.secret not in html
    assert buttons(html) == ["Preview again", "Throw away", "Push"]
    assert html.count("button primary") == 1


def test_the_record_of_a_push_offers_nothing_to_press(
    member: Client, environment: Environment, account: Account
) -> None:
    linked(environment, account.plant().choice)
    deployment = pushed(environment)
    html = review(member, deployment)
    assert "Finished just now , and everything was read back." in main_of(html)
    assert buttons(html) == []
    assert deployment.job is not None
    assert deployment.job.get_absolute_url() in html
    index = get(member, address(environment, "deployments"))
    assert f"Push {deployment.pk} Import Pushed" in main_of(index)


def test_other_resources_say_what_it_means_for_people(
    member: Client, environment: Environment, account: Account
) -> None:
    linked(environment, account.plant().choice)
    pushed(environment)
    other = linked(environment, account.plant().choice)
    assert "other Cognito resources than the ones linked here" in main_of(get(member, address(environment, "push")))
    main = main_of(review(member, previewed(environment)))
    assert main.count("Exchanged") == 4
    assert "people who are only in the old one cannot sign in" in main
    assert "People get other identities" in main
    assert other.user_pool_id in main


def test_a_resource_that_is_made_anew_is_said_loudly(
    member: Client, environment: Environment, account: Account
) -> None:
    linked(environment, account.plant().choice)
    deployment = previewed(environment)
    row = {"action": "Modify", "type": "AWS::DynamoDB::Table", "replacement": "True", "properties": ["KeySchema"]}
    deployment.document["stack_changes"] = [
        row | {"path": "apishop / OrderTable"},
        row | {"path": "apishop / UserTable", "replacement": "Conditional"},
        row | {"path": "apishop / OldQueue", "replacement": "", "action": "Remove"},
        row | {"path": "apishop / Function", "replacement": "False"},
    ]
    deployment.save()
    main = main_of(review(member, deployment))
    assert "CloudFormation makes resources anew or deletes them" in main
    assert "Replaced apishop / OrderTable (AWS::DynamoDB::Table)" in main
    assert "Deleted apishop / OldQueue" in main
    assert main.count("May be replaced") == 2


@WITH_STORAGE
def test_what_stands_in_the_way_comes_first_and_cannot_be_pushed(
    member: Client, environment: Environment, account: Account
) -> None:
    planted = account.plant()
    linked(environment, planted.user_pool_only)
    deployment = previewed(environment)
    html = review(member, deployment)
    main = main_of(html)
    assert "This cannot be pushed 1 thing stands in the way. Cure it, then preview again." in main
    assert main.index("needs an identity pool, and only a user pool is linked") < main.index("What changes")
    assert "Import again with an identity pool" in main
    assert "/checks/backend.requirements/" in html
    assert buttons(html) == ["Preview again", "Throw away"]
    assert "The last preview cannot be pushed" in main_of(get(member, address(environment, "push")))
    refused = member.post(address(environment, "apply-push", deployment_id=deployment.pk), headers=JSON)
    assert refused.status_code == 409
    assert refused.json()["verdict"] == "refused"
    answer = member.post(address(environment, "apply-push", deployment_id=deployment.pk), follow=True)
    assert "The checks do not allow this push: backend.requirements" in answer.content.decode()
    assert not Job.objects.filter(kind="push").exists()


@pytest.mark.parametrize("check_id", ["readable", "requirements", "dependents", "stack-change"])
def test_the_checks_of_a_backend_have_their_pages(member: Client, check_id: str) -> None:
    assert f"backend.{check_id}" in get(member, f"/checks/backend.{check_id}/")


# --- What becomes of it ---


def test_somebody_pushes_in_between_and_a_fresh_plan_is_the_way_on(
    member: Client, environment: Environment, account: Account, backend: CloudBackend
) -> None:
    linked(environment, account.plant().choice)
    deployment = previewed(environment)
    backend.laptop_push()
    before = backend.everything()
    job = pushing(deployment)
    assert (job.status, job.can_be_retried) == (Status.FAILED, False)
    assert backend.everything() == before
    deployment.refresh_from_db()
    html = review(member, deployment)
    assert "The cloud changed since you looked." in main_of(html)
    assert "Nothing of yours was written." in main_of(html)
    assert buttons(html) == ["Preview again", "Throw away"]
    assert "The last push stopped before it wrote anything" in main_of(get(member, address(environment, "push")))
    fresh = previewed(environment)
    assert buttons(review(member, fresh)) == ["Preview again", "Throw away", "Push"]
    assert "This preview was not used" in main_of(review(member, deployment))


def in_phase(deployment: Deployment, phase: str, status: str, at: str = "files", **more: Any) -> Deployment:
    """The push as its rows look in the middle, or after an end that is hard to bring about."""
    job = services.start_push(deployment=deployment, actor=ACTOR, send=False)
    steps = list(job.steps.all())
    number = next(n for n, step in enumerate(steps) if step.name == at)
    job.steps.filter(position__lt=number).update(status="done")
    job.steps.filter(position=number).update(status="running" if status == "running" else "failed")
    ended = None if status == "running" else timezone.now()
    words = {"error_words": "It went wrong.", "error_next_step": "Look again."} if status == "failed" else {}
    Job.objects.filter(pk=job.pk).update(status=status, finished=ended, **words)
    Deployment.objects.filter(pk=deployment.pk).update(phase=phase, **more)
    return Deployment.objects.select_related("job__project", "environment__project").get(pk=deployment.pk)


FAILURE = {"words": "AWS refused it.", "next_step": "Allow it.", "code": "AccessDenied", "action": "s3:PutObject"}
STATES: dict[str, tuple[dict[str, Any], tuple[str, ...], list[str]]] = {
    "at work": (
        {"phase": Phase.APPLYING, "status": "running"},
        ("At work at this moment Step 4 of 7: Write the backend's files",),
        [],
    ),
    "being undone": (
        {"phase": Phase.RESTORING, "status": "running", "at": "undo", "failure": FAILURE},
        ("Being undone at this moment", "AWS refused it."),
        [],
    ),
    "interrupted": (
        {"phase": Phase.APPLYING, "status": "failed"},
        ("Interrupted at step 4 of 7, will resume", "The push is finished, or undone as a whole."),
        [],
    ),
    "interrupted often": (
        {"phase": Phase.RESTORING, "status": "failed", "failure": FAILURE, "recoveries": 20},
        ("Interrupted, and still not done", "tries again once an hour", "AWS refused it."),
        [],
    ),
    "undone": (
        {"phase": Phase.RESTORED, "status": "failed", "failure": FAILURE},
        ("Undone AWS refused it. AccessDenied", "Action: s3:PutObject", "the backend is as it was before the push"),
        ["Preview again"],
    ),
    "undone, but for somebody else's": (
        {
            "phase": Phase.RESTORED,
            "status": "failed",
            "failure": {**FAILURE, "left": ["#current-cloud-backend.zip", "/amplify/x/AMPLIFY_auth_shop_userPoolId"]},
        },
        (
            "Everything is as before, but for what was left as it was found, because somebody else has changed the "
            "backend meanwhile: #current-cloud-backend.zip /amplify/x/AMPLIFY_auth_shop_userPoolId Pull to see",
        ),
        ["Preview again"],
    ),
    "elsewhere": (
        {"phase": Phase.APPLIED, "status": "failed"},
        ("Pushed, and overwritten by somebody else It went wrong.", "Look again."),
        [],
    ),
    "stopped": (
        {"phase": Phase.PLANNED, "status": "failed"},
        ("This push stopped before it wrote anything It went wrong.",),
        ["Preview again", "Throw away", "Push"],
    ),
    "cancelled": (
        {"phase": Phase.PLANNED, "status": "cancelled"},
        ("This push stopped before it wrote anything It was cancelled.",),
        ["Preview again", "Throw away", "Push"],
    ),
}


def test_every_state_is_said_in_words(member: Client, deployment: Deployment) -> None:
    for name, (fields, words, offered) in STATES.items():
        Deployment.objects.filter(pk=deployment.pk).update(phase=Phase.PLANNED, job=None, recoveries=0)
        Job.objects.filter(kind="push").delete()
        row = in_phase(deployment, **fields)
        html = review(member, row)
        for one in words:
            assert one in main_of(html), (name, one)
        assert ("as it was before the push" in main_of(html)) == (name == "undone")
        assert buttons(html) == offered, name
        page = main_of(get(member, address(row.environment, "push")))
        if "interrupted" in name:
            assert words[0] in page
        if fields["status"] == "running":
            assert "At work Push to" in page


@WITH_STORAGE
def test_a_preview_is_thrown_away_with_its_change_set(
    member: Client,
    deployment: Deployment,
    backend: CloudBackend,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    assert backend.open_change_sets()
    path = address(deployment.environment, "discard-push", deployment_id=deployment.pk)
    with django_capture_on_commit_callbacks(execute=True):
        answer = member.post(path, follow=True)
    assert "The preview was thrown away. Nothing was changed." in answer.content.decode()
    assert backend.open_change_sets() == []
    assert "This preview was not used" in main_of(review(member, deployment))
    assert "used already" in member.post(path, follow=True).content.decode()
    assert member.post(path, headers=JSON).status_code == 409


def test_a_push_that_waits_for_its_worker_is_not_thrown_away(member: Client, deployment: Deployment) -> None:
    services.start_push(deployment=deployment, actor=ACTOR, send=False)
    answer = member.post(address(deployment.environment, "discard-push", deployment_id=deployment.pk), headers=JSON)
    assert (answer.status_code, answer.json()) == (409, {"discarded": False})


# --- Unlinking ---


def test_the_unlink_page_names_what_the_next_push_takes_out_and_asks_aws_nothing(
    account: Account, sandbox: Any
) -> None:
    planted = account.plant()
    backend = plant(account, kinds=("api", "storage"), pool_id=planted.choice.user_pool_id)
    environment = environment_of(backend)
    member = signed_in(environment)
    linked(environment, planted.choice)
    page = address(environment, "unlink")
    assert "Not known whether the Amplify backend has it, because it was not read since the import" in main_of(
        get(member, page)
    )
    pull(environment)
    assert "Nothing in the Amplify backend: it does not have this user pool, as read" in main_of(get(member, page))
    assert "next-push" not in get(member, page)
    pushed(environment)
    sandbox.forget()
    html = get(member, page)
    assert sandbox.calls() == []
    main, name = main_of(html), backend.names.app
    assert f"auth/{name}/parameters.json" in main
    assert re.search(r"\d+ parameters in SSM: ", main)
    assert "userPoolId" in main
    assert f"api/{name} (AppSync): Its requests are authorized by users of the pool." in main
    assert "declares to depend on it" in main
    assert "Unlinked here at once; the cloud side waits" in main
    assert f"amplify update api: choose {name}" in main
    answer = member.post(page, {"confirm": environment.name}, headers=JSON)
    assert (answer.json()["unlinked"], answer.json()["backend"]["state"]) == (True, "by-hand")
    html = get(member, address(environment, "authentication"))
    assert "Unlink not pushed" in main_of(html)
    assert f'class="button primary" href="{address(environment, "push")}"' in html
    assert html.count("button primary") == 1
    assert "Unlink not pushed" in main_of(get(member, address(environment, "push")))
    blocked = review(member, previewed(environment))
    assert "/checks/backend.dependents/" in blocked
    assert buttons(blocked) == ["Preview again", "Throw away"]


def test_an_unlink_of_what_a_laptop_imported_is_remembered(
    member: Client, environment: Environment, account: Account
) -> None:
    """The console has pushed nothing, but knows from a pull that the cloud has the pool."""
    choice = account.plant().choice
    linked(environment, choice)
    pushed(environment)
    CognitoLink.objects.all().delete()
    link = linked(environment, choice)
    assert not link.pushed
    html = get(member, address(environment, "unlink"))
    assert "The imported auth in the Amplify backend, at once or with a later push" in main_of(html)
    assert "next-push" in html
    unlink(link=link, actor=ACTOR)
    assert UnpushedUnlink.objects.get(environment=environment).user_pool_id == choice.user_pool_id
    assert "Unlink not pushed" in main_of(get(member, address(environment, "push")))


def test_knowledge_older_than_the_link_is_no_knowledge(
    member: Client, environment: Environment, account: Account
) -> None:
    pull(environment)
    link = linked(environment, account.plant().choice)
    assert "Not known whether the Amplify backend has it" in main_of(get(member, address(environment, "unlink")))
    unlink(link=link, actor=ACTOR)
    assert not UnpushedUnlink.objects.exists()


def test_an_unlink_is_pushed_like_everything_else(member: Client, environment: Environment, account: Account) -> None:
    link = linked(environment, account.plant().choice)
    pushed(environment)
    link.refresh_from_db()
    unlink(link=link, actor=ACTOR)
    main = main_of(review(member, previewed(environment)))
    assert "The backend loses its imported auth. Nothing in Cognito and IAM is touched or deleted." in main
    assert main.count("Taken out") == 4
    assert "have no sign-in" in main
    pushed(environment)
    assert "Nothing to push" in main_of(get(member, address(environment, "push")))
    assert "Unlink not pushed" not in get(member, address(environment, "authentication"))


def test_nothing_to_push_ends_the_preview_and_says_so(
    member: Client, environment: Environment, account: Account
) -> None:
    linked(environment, account.plant().choice)
    pushed(environment)
    job = previewing(environment)
    assert job.result == {"nothing": True}
    assert "there is nothing to push" in get(member, job.get_absolute_url())
