"""The theme, the style guide and the error pages."""

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from web.context import appearance

pytestmark = pytest.mark.django_db


def test_a_theme_is_remembered_in_a_cookie_and_the_person_goes_back(client: Client) -> None:
    response = client.post("/theme/", {"theme": "dark", "next": "/styleguide/?x=1"})
    assert (response.status_code, response["Location"]) == (303, "/styleguide/?x=1")
    cookie = response.cookies["theme"]
    assert (cookie.value, cookie["samesite"], cookie["httponly"]) == ("dark", "Lax", True)


def test_the_page_is_drawn_in_the_theme_of_the_cookie(client: Client, settings: object) -> None:
    settings.SANDBOX = True  # type: ignore[attr-defined]
    client.cookies["theme"] = "dark"
    assert b'data-theme="dark"' in client.get("/styleguide/").content


def test_the_theme_of_the_system_needs_no_cookie(client: Client) -> None:
    client.cookies["theme"] = "dark"
    response = client.post("/theme/", {"theme": "system"})
    assert response.cookies["theme"]["max-age"] == 0


@pytest.mark.parametrize("choice", ["", "purple", '"><script>'])
def test_an_unknown_theme_changes_nothing(client: Client, choice: str) -> None:
    assert "theme" not in client.post("/theme/", {"theme": choice}).cookies


def test_a_forged_theme_cookie_never_reaches_the_page() -> None:
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = '"><script>'
    assert appearance(request)["theme"] == "system"


def test_the_theme_never_sends_anybody_elsewhere(client: Client) -> None:
    response = client.post("/theme/", {"theme": "dark", "next": "https://example.net/"}, headers={"Referer": ""})
    assert response["Location"] == "/"


def test_the_theme_is_changed_by_post_only(client: Client) -> None:
    assert client.get("/theme/").status_code == 405


def test_the_theme_form_is_protected_against_forgery() -> None:
    assert Client(enforce_csrf_checks=True).post("/theme/", {"theme": "dark"}).status_code == 403


def test_the_style_guide_is_shown_in_the_sandbox_only(client: Client, settings: object) -> None:
    settings.SANDBOX = False  # type: ignore[attr-defined]
    assert client.get("/styleguide/").status_code == 404
    settings.SANDBOX = True  # type: ignore[attr-defined]
    response = client.get("/styleguide/")
    assert response.status_code == 200
    assert "<script>alert(1)</script>" not in response.content.decode()


@pytest.mark.parametrize("page", ["400", "403", "403_csrf", "404", "500"])
def test_an_error_page_needs_no_request_and_no_database(page: str, django_db_blocker: object) -> None:
    with django_db_blocker.block():  # type: ignore[attr-defined]
        html = render_to_string(f"{page}.html")
    assert 'href="/"' in html
    assert f"ERROR {page[:3]}" in html


@pytest.mark.parametrize("path", ["login", "logout", "password/reset", "password/change", "2fa", "3rdparty", "signup"])
def test_the_pages_about_signing_in_wear_the_look(client: Client, django_user_model: object, path: str) -> None:
    if path not in ("login", "password/reset", "signup"):
        client.force_login(
            django_user_model.objects.create_user(username="sam", email="sam@example.org", password="sample-pass-1"),  # type: ignore[attr-defined]
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
    response = client.get(f"/accounts/{path}/", follow=True)
    html = response.content.decode()
    assert response.status_code == 200
    assert "css/components.css" in html
    assert 'class="entrance-card"' in html or 'class="tabs"' in html
    assert html.count("<h1") == 1
