"""The same questions to every change: who may make it, how it is refused, and that a refusal changes nothing."""

from collections.abc import Iterator

import pytest
from django.test import Client

from audit.models import AuditEvent
from environments.models import Project
from environments.permissions import Role
from tests.environments.changes import CHANGES, Change, Request, everything
from tests.factories import Cast, make_project, make_token

pytestmark = pytest.mark.django_db

every_change = pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)


@pytest.fixture
def prepared(change: Change, project: Project, cast: Cast) -> Request:
    return change.prepare(project)


@pytest.fixture
def unchanged(prepared: Request) -> Iterator[None]:
    """The test leaves every row as it was."""
    before = everything()
    yield
    assert everything() == before


@every_change
@pytest.mark.parametrize("who", ["owner", "operator"])
@pytest.mark.usefixtures("sandbox")
def test_full_access_makes_the_change(client: Client, cast: Cast, change: Change, prepared: Request, who: str) -> None:
    person = getattr(cast, who)
    client.force_login(person)
    before = everything()

    answer = client.post(prepared.path, prepared.data)

    assert answer.status_code in (200, 303)
    after = everything()
    assert {name for name in before if before[name] != after[name]} - {"AuditEvent"}
    event = AuditEvent.objects.get()
    assert event.action == change.action
    assert (event.actor_id, event.actor_name) == (person.pk, person.label)
    assert event.project == "shop"
    assert event.target
    assert event.before or event.after


@every_change
@pytest.mark.parametrize("who", ["manager", "viewer", "limited_owner"])
@pytest.mark.usefixtures("unchanged")
def test_other_roles_are_refused(client: Client, cast: Cast, change: Change, prepared: Request, who: str) -> None:
    client.force_login(getattr(cast, who))
    answer = client.post(prepared.path, prepared.data)
    assert answer.status_code == 403
    assert "role does not allow" in answer.content.decode()


@every_change
@pytest.mark.usefixtures("unchanged")
def test_strangers_are_told_of_nothing(client: Client, cast: Cast, change: Change, prepared: Request) -> None:
    client.force_login(cast.stranger)
    assert client.post(prepared.path, prepared.data).status_code == 404
    assert client.get(prepared.path).status_code == (405 if change.post_only else 404)


@every_change
@pytest.mark.usefixtures("unchanged")
def test_looking_changes_nothing(owner: Client, change: Change, prepared: Request) -> None:
    for method in ("GET", "HEAD"):
        assert owner.generic(method, prepared.path).status_code == (405 if change.post_only else 200)
    for method in ("PUT", "DELETE", "PATCH"):
        assert owner.generic(method, prepared.path).status_code == 405


@every_change
@pytest.mark.usefixtures("unchanged")
def test_signed_out_people_are_led_to_the_sign_in_page(client: Client, change: Change, prepared: Request) -> None:
    answer = client.post(prepared.path, prepared.data, headers={"Referer": "http://testserver/projects/shop/members/"})

    assert answer.status_code == 302
    # A form's address may not be a page, so the way back is the page the form was on.
    assert answer["Location"] == "/accounts/login/?next=/projects/shop/members/"


@every_change
@pytest.mark.usefixtures("unchanged")
def test_signed_out_scripts_get_401_in_words(client: Client, change: Change, prepared: Request) -> None:
    answer = client.post(prepared.path, prepared.data, headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert "Authorization: Bearer" in answer.json()["error"]


@every_change
@pytest.mark.usefixtures("unchanged")
def test_signed_out_fragments_make_htmx_load_the_sign_in_page(
    client: Client, change: Change, prepared: Request
) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/projects/shop/members/?page=2"}
    answer = client.post(prepared.path, prepared.data, headers=headers)
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/accounts/login/?next=/projects/shop/members/%3Fpage%3D2"


@every_change
@pytest.mark.usefixtures("unchanged")
def test_a_cookie_alone_is_not_enough(cast: Cast, change: Change, prepared: Request) -> None:
    """Another site can make a browser send its cookies, but not the token of the form."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.owner)
    answer = browser.post(prepared.path, prepared.data)
    assert answer.status_code == 403
    assert "too old" in answer.content.decode()


@every_change
def test_no_token_makes_the_change(project: Project, change: Change, prepared: Request) -> None:
    """A leaked token could otherwise make its own successors."""
    _, full = make_token(project, role=Role.FULL_ACCESS)
    _, viewer = make_token(project, role=Role.VIEWER)
    _, manager = make_token(project, role=Role.MANAGE_ONLY)
    _, foreign = make_token(make_project("Other"), role=Role.FULL_ACCESS)
    before = everything()

    for secret, status in ((full, 403), (viewer, 403), (manager, 403), (foreign, 404)):
        script = Client(headers={"Authorization": f"bearer {secret}"})
        answer = script.post(prepared.path, prepared.data)
        assert answer.status_code == status
        assert answer.json()["error"]

    assert everything() == before


@every_change
@pytest.mark.usefixtures("sandbox")
def test_htmx_is_led_on_after_the_change(owner: Client, change: Change, prepared: Request) -> None:
    answer = owner.post(prepared.path, prepared.data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    led_on = answer.headers.get("HX-Redirect", "")
    assert led_on.startswith("/projects/shop/") or led_on == "/" or "copy" in answer.content.decode()


@every_change
def test_the_same_request_twice_does_no_harm(owner: Client, change: Change, prepared: Request) -> None:
    """A double click, or the browser's reload."""
    owner.post(prepared.path, prepared.data)
    assert owner.post(prepared.path, prepared.data).status_code in (200, 303, 404, 422)
    if change.post_only:
        assert AuditEvent.objects.count() == 1
