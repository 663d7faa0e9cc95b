"""What the pages and the command say of an unlink: before it, while the cloud has not followed, and to whom."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from admin_ui import changes
from auth_import.models import CognitoLink, UnpushedUnlink
from auth_import.services import StillNeeded, unlink
from backend_state.models import KnownBackend
from deployments.models import Deployment, Phase
from environments.models import Environment
from environments.permissions import Permission, Role
from jobs.models import Job, Status
from jobs.services import enqueue
from tests.auth_import.commands.running import JSON, run
from tests.auth_import.journeys import ACTOR, address, audited, bearer, signed_in
from tests.auth_import.planted import Account
from tests.deployments.unlinking import Pushed, aws_away, shared_pushed, unlinked, waiting
from tests.factories import make_environment, make_member, make_project
from user_management.bulk.tasks import work_out
from user_management.index.models import SavedView, SearchIndex

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(account: Account, db: None) -> Pushed:
    return shared_pushed(account)


@pytest.fixture
def link(place: Pushed) -> CognitoLink:
    return place.again()


@pytest.fixture
def environment(link: CognitoLink) -> Environment:
    return link.environment


def work_on(environment: Environment, kind: str = "bulk-change") -> Job:
    return enqueue(
        task=work_out,
        project=environment.project,
        environment=environment,
        kind=kind,
        title="Suspend: 75 users",
        actor=ACTOR,
        steps=(("users", "Users"),),
        deadline=timedelta(hours=1),
        permission=Permission.MANAGE_USERS,
        send=False,
    )


USES = [
    {"resource": "api/shop", "service": "AppSync", "words": "Users of the pool.", "declared": True},
    {"resource": "api/orders", "service": "API Gateway", "words": "Roles.", "declared": True},
    {"resource": "function/admins", "service": "Lambda", "words": "It declares it.", "declared": True},
    {"resource": "storage/photos", "service": "S3", "words": "Roles.", "declared": True},
    {"resource": "analytics/clicks", "service": "Pinpoint", "words": "Events.", "declared": True},
    {"resource": "geo/map", "service": "Map", "words": "It declares it.", "declared": True},
    {"resource": "predictions/words", "service": "Translate", "words": "It declares it.", "declared": True},
    {"resource": "custom/queue", "service": "customCDK", "words": "It declares it.", "declared": True},
]


def test_what_blocks_the_cloud_side_is_told_before_with_the_exact_next_step(
    environment: Environment, member: Client, sandbox: Any
) -> None:
    row = KnownBackend.objects.get(environment=environment)
    row.facts = {**row.facts, "dependents": USES}
    row.save()
    sandbox.forget()
    page = member.get(address(environment, "unlink")).content.decode()
    assert "Unlinked here at once; the cloud side waits" in page
    for step in (
        "amplify update api: choose shop, and give it other authorization modes",
        "amplify update api: choose orders, and let its paths be open",
        "amplify update function: choose admins",
        "amplify update storage: take the permissions of signed-in people away from photos",
        "amplify remove analytics",
        "amplify remove geo: choose map",
        "amplify remove predictions: choose words",
        "amplify update custom: choose queue",
    ):
        assert step in page, step
    row.facts = {**row.facts, "dependents": [{**USES[3], "declared": False}]}
    row.save()
    page = member.get(address(environment, "unlink")).content.decode()
    assert "the cloud side waits" not in page
    assert "None of it declares to depend on auth, so Amplify lets it go." in page
    assert sandbox.calls() == []


def test_who_else_uses_the_pool_is_named_to_those_who_may_see_it(environment: Environment, link: CognitoLink) -> None:
    mine = make_environment(environment.project, "prod")
    theirs = make_environment(make_project("Other shop"), "dev")
    for one in (mine, theirs):
        fields = {f.attname: getattr(link, f.attname) for f in link._meta.concrete_fields if f.attname != "id"}
        CognitoLink.objects.create(**fields | {"environment_id": one.pk})
    page = signed_in(environment).get(address(environment, "unlink")).content.decode()
    assert f"{environment.project.name} / prod" in page
    assert "Other shop" not in page
    assert "1 more that you may not see" in page


def test_what_is_copied_and_answered_here_is_named(environment: Environment, link: CognitoLink) -> None:
    SearchIndex.objects.create(environment=environment, pool_id=link.user_pool_id, enabled=True, users=3)
    SavedView.objects.create(environment=environment, name="All", owner_name="Sample", shared=True)
    CognitoLink.objects.filter(pk=link.pk).update(function_access="wanted")
    page = signed_in(environment).get(address(environment, "unlink")).content.decode()
    for words in ("the copy of 3 users is deleted at once", "1 saved view stays", "functions shall reach this pool"):
        assert words in page


def test_work_on_the_pools_users_is_in_the_way_until_it_is_cancelled(
    environment: Environment, link: CognitoLink, member: Client
) -> None:
    job = work_on(environment)
    url, form = address(environment, "unlink"), {"confirm": environment.name}
    page = member.post(url, form)
    assert page.status_code == 409
    assert "Suspend: 75 users" in page.content.decode()
    assert "Cancel this work, and unlink" in page.content.decode()
    with pytest.raises(StillNeeded, match="75 users"):
        unlink(link=link, actor=ACTOR)
    assert member.post(url, form | {"cancel_jobs": "on"}).status_code == 303
    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    assert not CognitoLink.objects.filter(pk=link.pk).exists()


def test_a_walk_of_the_search_index_is_in_nobodys_way(environment: Environment, link: CognitoLink) -> None:
    work_on(environment, "search-index")
    unlink(link=link, actor=ACTOR)
    assert not CognitoLink.objects.filter(pk=link.pk).exists()


# --- Whom it is for ---


def test_only_those_who_may_push_are_asked_about_the_backend(
    environment: Environment, member: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from environments import permissions

    rights = permissions.ROLE_PERMISSIONS[Role.FULL_ACCESS] - {Permission.PUSH}
    monkeypatch.setitem(permissions.ROLE_PERMISSIONS, Role.FULL_ACCESS, rights)
    page = member.get(address(environment, "unlink")).content.decode()
    assert "Take it out of the backend in the cloud now" not in page
    member.post(address(environment, "unlink"), {"confirm": environment.name, "backend": "now"})
    assert waiting(environment).stage == "by-hand"
    page = member.get(address(environment, "authentication")).content.decode()
    assert "A member with full access can push." in page
    assert address(environment, "finish-unlink") not in page


@pytest.mark.parametrize("do", ["now", "stop"])
def test_finishing_is_for_those_who_may_push(environment: Environment, link: CognitoLink, do: str) -> None:
    unlink(link=link, actor=ACTOR)
    url, before = address(environment, "finish-unlink"), waiting(environment).as_json()
    for role in (Role.VIEWER, Role.MANAGE_ONLY):
        assert signed_in(environment, role).post(url, {"do": do}).status_code == 403
    stranger = Client()
    stranger.force_login(make_member(make_project("Elsewhere"), Role.FULL_ACCESS))
    assert stranger.post(url, {"do": do}).status_code == 404
    assert signed_in(environment).get(url).status_code == 405
    assert waiting(environment).as_json() == before
    assert not Job.objects.exists()


def test_scripts_unlink_and_finish_in_json(environment: Environment) -> None:
    headers, url = bearer(environment), address(environment, "finish-unlink")
    assert Client().post(url, {"do": "now"}, headers=headers).status_code == 409
    answer = (
        Client()
        .post(address(environment, "unlink"), {"confirm": environment.name, "backend": "now"}, headers=headers)
        .json()
    )
    job = Job.objects.get(environment=environment)
    assert answer["unlinked"] is True
    assert (answer["backend"]["state"], answer["backend"]["job"]) == ("working", job.pk)
    assert answer["url"] == job.get_absolute_url()
    again = Client().post(url, {"do": "now"}, headers=headers)
    assert (again.status_code, again.json()["job"]) == (202, job.pk)
    assert Client().post(url, {"do": "stop"}, headers=headers).json() == {"stopped": True}
    assert waiting(environment).stage == "stopped"


# --- Removing the environment ---


def test_an_environment_whose_cloud_side_waits_can_be_removed(
    environment: Environment, link: CognitoLink, sandbox: Any
) -> None:
    job = unlinked(link)
    sandbox.forget()
    changes.remove_environment(environment=environment, actor=ACTOR)
    assert not Environment.objects.filter(pk=environment.pk).exists()
    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    assert sandbox.calls() == []


def test_other_work_still_keeps_an_environment(environment: Environment, link: CognitoLink) -> None:
    job = unlinked(link)
    work_on(environment)
    with pytest.raises(ValidationError, match="Suspend"):
        changes.remove_environment(environment=environment, actor=ACTOR)
    job.refresh_from_db()
    assert job.status == Status.QUEUED


# --- A push that never ended ---


def test_an_interrupted_push_keeps_nobody_from_unlinking(
    environment: Environment, link: CognitoLink, member: Client
) -> None:
    CognitoLink.objects.filter(pk=link.pk).update(pushed=False)
    KnownBackend.objects.all().delete()
    Deployment.objects.create(environment=environment, document={}, phase=Phase.APPLYING)
    assert "You can unlink all the same." in member.get(address(environment, "unlink")).content.decode()
    assert member.post(address(environment, "unlink"), {"confirm": environment.name}).status_code == 303
    assert waiting(environment).stage == "by-hand", "what the push leaves in the cloud is to be taken out there"


# --- The command ---


def _command(environment: Environment, *arguments: str) -> Any:
    return run("unlink", "--project", environment.project.slug, "--environment", environment.name, *arguments)


def test_the_command_takes_it_out_of_the_backend_in_its_own_process(
    environment: Environment, link: CognitoLink, place: Pushed
) -> None:
    asked = _command(environment)
    assert asked.code == 2
    assert "taken out now" in asked.words
    ended = _command(environment, "--yes", *JSON)
    assert ended.code == 0, ended.words
    assert ended.json["user_pool"] == link.user_pool_id
    assert ended.json["backend"] == {"state": "finished"}
    assert place.auth == {}
    assert not Job.objects.unfinished().exists()
    assert _command(environment, "--yes").code == 1


def test_the_command_may_leave_the_backend(environment: Environment, place: Pushed, sandbox: Any) -> None:
    sandbox.forget()
    ended = _command(environment, "--yes", "--keep-backend", *JSON)
    assert (ended.code, ended.json["backend"]["state"]) == (0, "by-hand")
    assert sandbox.calls() == []
    # Later the same command goes on with what is left.
    assert _command(environment).code == 2
    assert _command(environment, "--yes").code == 0
    assert place.auth == {}


def test_the_command_fails_with_words_where_the_cloud_must_wait(environment: Environment) -> None:
    with aws_away():
        ended = _command(environment, "--yes", *JSON)
    assert ended.code == 1
    assert "It is unlinked here, and the Amplify backend still has it." in ended.words
    assert "AWS could not be reached" in ended.words
    assert (ended.json["backend"]["state"], ended.json["backend"]["attempts"]) == ("trying", 1)
    assert len(audited("auth_import:link:unlink")) == 1
    again = _command(environment, "--yes", *JSON)
    assert (again.code, again.json["backend"]) == (0, {"state": "finished"}), again.words


def test_the_command_cancels_what_is_in_the_way_only_when_told(environment: Environment) -> None:
    job = work_on(environment)
    refused = _command(environment, "--yes", "--keep-backend")
    assert refused.code == 1
    assert "Suspend: 75 users" in refused.words
    assert _command(environment, "--yes", "--keep-backend", "--cancel-jobs").code == 0
    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    assert UnpushedUnlink.objects.filter(environment=environment).exists()
