"""The log names no secret that an address carries, even when the request fails."""

import logging

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.urls import path

from admin_ui.urls import urlpatterns as console_urls
from tests.factories import make_invitation, make_user

pytestmark = pytest.mark.django_db


def _fail(request: HttpRequest, **_: str) -> HttpResponse:
    raise RuntimeError("A page of the test fails.")


urlpatterns = [path("invitations/<str:secret>/fail/", _fail), *console_urls]


def test_a_refused_request_is_logged_without_the_secret_of_its_address(capfd: pytest.CaptureFixture[str]) -> None:
    _, secret = make_invitation()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user())

    assert browser.post(f"/invitations/{secret}/?note={secret}").status_code == 403

    logged = capfd.readouterr().err
    assert logged.count("/invitations/…/") >= 2
    assert secret not in logged


@override_settings(ROOT_URLCONF="tests.admin_ui.test_logs")
def test_a_crash_is_logged_without_the_secret_of_its_address(capfd: pytest.CaptureFixture[str]) -> None:
    _, secret = make_invitation()
    browser = Client(raise_request_exception=False)
    browser.force_login(make_user())

    answer = browser.get(f"/invitations/{secret}/fail/")

    logged = capfd.readouterr().err
    assert answer.status_code == 500
    assert secret not in answer.content.decode()
    assert "A page of the test fails." not in answer.content.decode()
    assert "RuntimeError" in logged
    assert "/invitations/…/fail/" in logged
    assert secret not in logged


def test_the_link_of_a_new_password_is_not_logged_either(capfd: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("sample").warning("GET %s", "/accounts/password/reset/key/1-abc-def/ failed")
    assert "GET /accounts/password/reset/key/…/ failed" in capfd.readouterr().err
