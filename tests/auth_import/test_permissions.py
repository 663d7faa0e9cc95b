"""Every view that changes something: who may, who may not, and that a refusal changes nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from audit.models import AuditEvent
from auth_import import fixes, new_identity_pool
from auth_import.findings import Fix
from auth_import.models import CognitoLink, PlannedImport
from auth_import.observation import Choice
from environments.models import Environment, ProjectToken
from environments.permissions import Role
from jobs.models import Job
from tests.auth_import.journeys import address, bearer, chosen, link_for, plan_for, signed_in
from tests.auth_import.planted import Account
from tests.factories import make_environment, make_member, make_project, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

LINKED = ("check-link", "function-access", "unlink")
POST_ONLY = ("import-plan", "apply-plan", "check-link", "function-access")
MUTATING = ("import-plan", "apply-plan", "fix", "create-identity-pool", "check-link", "function-access", "unlink")
FULL_ACCESS_ONLY = tuple(name for name in MUTATING if name != "check-link")


class Place:
    """An environment made ready for one view, and what a person's browser would send there."""

    def __init__(self, environment: Environment, choice: Choice, view: str) -> None:
        self.environment = environment
        more: dict[str, Any] = {}
        self.data: dict[str, str] = chosen(choice)
        if view in LINKED:
            link_for(environment, choice)
            self.data = {"answer": "wanted", "confirm": environment.name}
        if view == "apply-plan":
            more = {"plan_id": plan_for(environment, choice).pk}
        if view == "fix":
            wanted = Fix.TURN_ON_DELETION_PROTECTION
            more = {"fix": wanted}
            self.data |= {"digest": fixes.preview(target=environment.target, choice=choice, fix=wanted).digest}
        if view == "create-identity-pool":
            self.data |= {"digest": new_identity_pool.preview(environment=environment, choice=choice).digest}
        self.url = address(environment, view, **more)


def everything_kept() -> str:
    """Every row that these views may write."""
    models = (PlannedImport, CognitoLink, Job, AuditEvent)
    return json.dumps([list(model.objects.order_by("pk").values()) for model in models], default=str)


@pytest.fixture
def place(request: pytest.FixtureRequest, environment: Environment, account: Account, good: Choice) -> Place:
    view = request.param
    if view != "fix":
        return Place(environment, good, view)
    planted = account.plant(identity_pool=False)
    account.client("cognito-idp").update_user_pool(
        UserPoolId=planted.choice.user_pool_id, DeletionProtection="INACTIVE"
    )
    return Place(environment, planted.choice, view)


def changes_nothing(place: Place, sandbox: Any, send: Callable[[], Any]) -> HttpResponse:
    before = everything_kept()
    sandbox.forget()
    response: HttpResponse = send()
    assert everything_kept() == before
    assert sandbox.calls() == []
    return response


@pytest.mark.parametrize("place", MUTATING, indirect=True)
def test_full_access_may(place: Place) -> None:
    before = everything_kept()
    response = signed_in(place.environment).post(place.url, place.data)
    assert response.status_code == 303, response.content[:500]
    assert everything_kept() != before


@pytest.mark.parametrize("role", [Role.MANAGE_ONLY, Role.VIEWER])
@pytest.mark.parametrize("place", FULL_ACCESS_ONLY, indirect=True)
def test_other_roles_may_not(place: Place, role: str, sandbox: Any) -> None:
    browser = signed_in(place.environment, role)
    response = changes_nothing(place, sandbox, lambda: browser.post(place.url, place.data))
    assert response.status_code == 403
    headers = bearer(place.environment, role)
    response = changes_nothing(place, sandbox, lambda: Client().post(place.url, place.data, headers=headers))
    assert response.status_code == 403


@pytest.mark.parametrize("role", [Role.MANAGE_ONLY, Role.VIEWER])
@pytest.mark.parametrize("place", ["check-link"], indirect=True)
def test_whoever_sees_a_link_may_check_it_again(place: Place, role: str) -> None:
    assert signed_in(place.environment, role).post(place.url).status_code == 303
    assert Client().post(place.url, headers=bearer(place.environment, role)).status_code == 200


@pytest.mark.parametrize("place", MUTATING, indirect=True)
def test_strangers_are_told_that_there_is_nothing(place: Place, sandbox: Any) -> None:
    stranger = Client()
    stranger.force_login(make_user())
    elsewhere = make_environment(make_project("Elsewhere"))
    narrowed, other = Client(), make_environment(place.environment.project, "other")
    narrowed.force_login(make_member(place.environment.project, Role.FULL_ACCESS, other))
    _, secret = ProjectToken.make(
        project=elsewhere.project, name="build", role=Role.FULL_ACCESS, created_by_name="Sample"
    )
    token = {"Authorization": f"Bearer {secret}"}
    for send in (
        lambda: stranger.post(place.url, place.data),
        lambda: signed_in(elsewhere).post(place.url, place.data),
        lambda: narrowed.post(place.url, place.data),
        lambda: Client().post(place.url, place.data, headers=token),
    ):
        assert changes_nothing(place, sandbox, send).status_code == 404


@pytest.mark.parametrize("place", MUTATING, indirect=True)
def test_signed_out_people_sign_in_first(place: Place, sandbox: Any) -> None:
    response = changes_nothing(place, sandbox, lambda: Client().post(place.url, place.data))
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]
    revoked = {"Authorization": "Bearer aui_unknown", "Accept": "application/json"}
    response = changes_nothing(place, sandbox, lambda: Client().post(place.url, place.data, headers=revoked))
    assert response.status_code == 401


@pytest.mark.parametrize("place", POST_ONLY, indirect=True)
def test_what_changes_something_is_never_done_by_get(place: Place, sandbox: Any) -> None:
    browser = signed_in(place.environment)
    for send in (browser.get, browser.head, browser.put, browser.delete):
        response = changes_nothing(place, sandbox, lambda send=send: send(place.url))  # type: ignore[misc]
        assert response.status_code == 405


@pytest.mark.parametrize("place", ["fix", "create-identity-pool", "unlink"], indirect=True)
def test_pages_that_show_first_change_nothing_by_get(place: Place, sandbox: Any) -> None:
    browser, before = signed_in(place.environment), everything_kept()
    sandbox.forget()
    assert browser.get(place.url, place.data).status_code == 200
    assert browser.put(place.url).status_code == 405
    assert everything_kept() == before
    assert all(call["operation"].startswith(("Get", "List", "Describe")) for call in sandbox.calls())


@pytest.mark.parametrize("place", MUTATING, indirect=True)
def test_a_form_of_another_site_is_refused(place: Place, sandbox: Any) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user(is_superuser=True))
    response = changes_nothing(place, sandbox, lambda: browser.post(place.url, place.data))
    assert response.status_code == 403


@pytest.mark.parametrize("place", MUTATING, indirect=True)
def test_a_token_with_full_access_may_and_is_named_in_the_activity(place: Place) -> None:
    headers = bearer(place.environment)
    response = Client(enforce_csrf_checks=True).post(place.url, place.data, headers=headers)
    assert response.status_code in (200, 201, 202, 303)
    acted = AuditEvent.objects.filter(actor_name="token:build").exists()
    started = Job.objects.filter(actor_name="token:build").exists()
    assert acted or started


@pytest.mark.parametrize("place", ["import-plan"], indirect=True)
def test_a_plan_of_one_environment_cannot_be_applied_in_another(place: Place, good: Choice) -> None:
    planned = plan_for(place.environment, good)
    other = make_environment(place.environment.project, "prod")
    browser = signed_in(place.environment)
    assert browser.post(address(other, "apply-plan", plan_id=planned.pk)).status_code == 404
    assert browser.get(address(other, "review-plan", plan_id=planned.pk)).status_code == 404
    for number in (0, 10**9, 10**30):
        assert browser.get(address(other, "review-plan", plan_id=number)).status_code == 404
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "view", ["import", "import-user-counts", "import-clients", "import-identity-pools", "import-preflight"]
)
def test_the_import_page_is_for_those_who_may_import(environment: Environment, view: str, sandbox: Any) -> None:
    url = address(environment, view)
    for role, status in ((Role.MANAGE_ONLY, 403), (Role.VIEWER, 403)):
        assert signed_in(environment, role).get(url, headers={"HX-Request": "true"}).status_code == status
    assert sandbox.calls() == []
    assert Client().get(url).status_code == 302
    assert signed_in(environment).get(url, headers={"HX-Request": "true"}).status_code == 200
