"""Project tokens: shown once, stored as a digest, ended at once."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.utils import timezone

from audit.record import Actor
from environments import access, services
from environments.models import Project, ProjectToken
from environments.permissions import Permission, Role
from tests.environments.changes import everything
from tests.factories import Cast, make_project, make_token

pytestmark = pytest.mark.django_db


def bearer(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_a_token_is_shown_once_and_only_its_digest_is_stored(owner: Client, project: Project) -> None:
    answer = owner.post("/projects/shop/tokens/", {"name": "CI", "role": Role.VIEWER})

    found = re.search(r"aui_[\w-]{43}", answer.content.decode())
    assert found
    secret = found[0]
    assert "no-store" in answer["Cache-Control"]
    row = ProjectToken.objects.get()
    assert (row.name, row.role, row.created_by_name) == ("CI", Role.VIEWER, "owner@example.com")
    assert len(row.digest) == 64
    assert row.hint == f"{secret[:8]}…"
    assert secret not in str(everything())
    assert secret[8:] not in str(everything())
    assert secret not in owner.get("/projects/shop/tokens/").content.decode()
    assert bearer(secret).get("/projects/shop/").status_code == 200


@pytest.mark.parametrize(
    "data", [{"name": "", "role": Role.VIEWER}, {"name": "x" * 61, "role": Role.VIEWER}, {"name": "CI", "role": "king"}]
)
def test_an_invalid_token_is_refused_in_words_and_keeps_what_was_typed(owner: Client, data: dict[str, str]) -> None:
    before = everything()
    answer = owner.post("/projects/shop/tokens/", data)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "error-line" in html
    assert not data["name"] or f'value="{data["name"]}"' in html
    assert everything() == before


def test_a_form_sent_twice_makes_one_token(owner: Client, project: Project) -> None:
    data = {"name": "CI", "role": Role.VIEWER}
    assert owner.post("/projects/shop/tokens/", data).status_code == 200
    before = everything()

    answer = owner.post("/projects/shop/tokens/", data)

    assert answer.status_code == 422
    assert "has an active token of this name" in answer.content.decode()
    assert "aui_" not in answer.content.decode().replace(ProjectToken.objects.get().hint, "")
    assert everything() == before
    with pytest.raises(ValidationError):
        services.create_token(project=project, name="CI", role=Role.VIEWER, actor=Actor(name="A"))


def test_the_name_of_a_revoked_token_or_of_another_project_is_free(owner: Client, project: Project) -> None:
    token, _ = make_token(project, name="CI")
    make_token(make_project("Other"), name="Release")
    owner.post(f"/projects/shop/tokens/{token.pk}/revoke/")
    for name in ("CI", "Release"):
        assert owner.post("/projects/shop/tokens/", {"name": name, "role": Role.VIEWER}).status_code == 200


def test_a_viewer_token_is_the_default(owner: Client) -> None:
    assert '<option value="viewer" selected>' in owner.get("/projects/shop/tokens/").content.decode()


def test_tokens_are_listed_for_full_access_alone(client: Client, cast: Cast) -> None:
    for person, status in ((cast.owner, 200), (cast.manager, 403), (cast.viewer, 403), (cast.stranger, 404)):
        client.force_login(person)
        assert client.get("/projects/shop/tokens/").status_code == status
        if status != 404:
            navigation = client.get("/projects/shop/").content.decode()
            assert ('href="/projects/shop/tokens/"' in navigation) == (status == 200)


def test_a_revoked_token_ends_at_once(owner: Client, project: Project) -> None:
    token, secret = make_token(project)
    assert bearer(secret).get("/projects/shop/").status_code == 200

    page = owner.post(f"/projects/shop/tokens/{token.pk}/revoke/", follow=True).content.decode()

    assert "The token CI no longer works." in page
    assert "Revoked" in page
    answer = bearer(secret).get("/projects/shop/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert "unknown or revoked" in answer.json()["error"]


@pytest.mark.parametrize("secret", ["", "aui_", "aui_" + "x" * 43, "ü" * 20, "x" * 10_000, "null", "a b c"])
def test_an_unknown_token_is_refused_and_not_repeated(secret: str) -> None:
    answer = bearer(secret).get("/")
    assert answer.status_code == 401
    assert len(secret) < 5 or secret not in answer.content.decode()


def test_a_token_opens_its_own_project_alone(project: Project) -> None:
    make_project("Other")
    script = bearer(make_token(project, role=Role.FULL_ACCESS)[1])
    assert script.get("/projects/shop/").status_code == 200
    for path in ("/projects/other/", "/projects/other/members/", "/projects/nowhere/"):
        answer = script.get(path)
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/json"


def test_a_viewer_token_reads_and_is_told_why_it_changes_nothing(project: Project) -> None:
    script = bearer(make_token(project)[1])
    assert script.get("/projects/shop/members/").status_code == 200
    answer = script.post("/projects/shop/members/", {"role": Role.FULL_ACCESS})
    assert answer.status_code == 403
    assert "managed by people" in answer.json()["error"]


def test_a_token_with_full_access_does_its_work_but_makes_no_successor(project: Project) -> None:
    script = bearer(make_token(project, role=Role.FULL_ACCESS)[1])
    before = everything()
    assert script.get("/projects/shop/tokens/").status_code == 403
    answer = script.post("/projects/shop/tokens/", {"name": "Successor", "role": Role.FULL_ACCESS})
    assert answer.status_code == 403
    assert "managed by people" in answer.json()["error"]
    assert everything() == before


def test_no_token_manages_but_all_else_of_its_role_stays(project: Project, rf: RequestFactory) -> None:
    request = rf.get("/")
    request.__dict__["token"] = make_token(project, role=Role.FULL_ACCESS)[0]
    lacking = frozenset(Permission) - access.permissions(request, project)
    assert lacking == {Permission.MANAGE_TOKENS, Permission.MANAGE_MEMBERS, Permission.MANAGE_ENVIRONMENTS}


def test_beside_a_token_a_cookie_counts_for_nothing(cast: Cast, project: Project) -> None:
    """A request that skips the check of its form must not act as the person whose cookie it carries."""
    _, secret = make_token(make_project("Other"), role=Role.FULL_ACCESS)
    browser = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {secret}"})
    browser.force_login(cast.owner)

    assert browser.get("/projects/shop/").status_code == 404
    assert browser.post("/projects/create/", {"name": "A", "frontend": "ios"}).status_code == 403
    answer = browser.post("/accounts/password/change/", {"oldpassword": "x"})
    assert answer.status_code in (302, 403)
    assert "login" in answer.headers.get("Location", "login")


def test_the_last_use_is_noted_but_not_at_every_request(project: Project) -> None:
    token, secret = make_token(project)
    script = bearer(secret)
    script.get("/projects/shop/")
    first = ProjectToken.objects.get().last_used
    assert first is not None
    assert first <= timezone.now()
    script.get("/projects/shop/")
    assert ProjectToken.objects.get().last_used == first


def test_other_schemes_are_none_of_ours(project: Project) -> None:
    _, secret = make_token(project)
    assert Client(headers={"Authorization": f"Basic {secret}"}).get("/projects/shop/").status_code == 302


def test_a_token_of_another_project_cannot_be_revoked(owner: Client) -> None:
    token, secret = make_token(make_project("Other"))
    assert owner.post(f"/projects/shop/tokens/{token.pk}/revoke/").status_code == 404
    assert ProjectToken.find(secret) == token


def test_scripts_of_signed_in_people_read_refusals_as_json(client: Client, cast: Cast) -> None:
    client.force_login(cast.viewer)
    answers = [
        client.get(path, headers={"Accept": "application/json"})
        for path in ("/projects/shop/tokens/", "/projects/nowhere/")
    ]
    assert [answer.status_code for answer in answers] == [403, 404]
    assert all(answer.json()["error"] for answer in answers)
