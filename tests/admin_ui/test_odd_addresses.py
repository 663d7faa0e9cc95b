"""Addresses that no page links to, but anybody can type: characters that PostgreSQL refuses, and kinds nobody knows."""

from typing import Any

import pytest
from django.test import Client

from audit.actions import Action
from audit.record import Actor, record
from environments.models import Project
from tests.factories import Cast, make_cast, make_project

pytestmark = [pytest.mark.services, pytest.mark.django_db]

NUL = "%00"
AUTHENTICATION = "/projects/shop/dev/authentication/"
WIZARD = ("q", "token", "pool", "cpool", "cq", "cstart", "web", "native", "both", "identity", "iq", "ipool", "plain")


@pytest.fixture
def project() -> Project:
    return make_project("Shop")


@pytest.fixture
def cast(project: Project) -> Cast:
    return make_cast(project)


@pytest.fixture
def owner(client: Client, cast: Cast) -> Client:
    client.force_login(cast.owner)
    return client


@pytest.mark.parametrize(
    "address",
    [
        f"/projects/shop/jobs/?kind={NUL}",
        f"/projects/shop/jobs/?kind=push&kind={NUL}",
        f"/projects/shop/jobs/?page={NUL}",
        f"/projects/shop/activity/?environment={NUL}",
        f"/projects/shop/activity/?environment=dev{NUL}",
        f"/projects/shop/activity/?before={NUL}",
        f"/accounts/login/?next={NUL}",
    ],
)
def test_a_nul_in_a_filter_finds_nothing(owner: Client, address: str) -> None:
    record(action=Action.AUTH_CHECKED, actor=Actor(name="A"), project="shop", environment="dev", target="event")
    assert owner.get(address).status_code in (200, 302)


@pytest.mark.parametrize(
    "address",
    [
        f"/projects/{NUL}/",
        f"/projects/shop/{NUL}/",
        f"/projects/shop/jobs/{NUL}/",
        f"/projects/shop/members/{NUL}/",
        f"/invitations/{NUL}/",
        f"/checks/{NUL}/",
        f"{AUTHENTICATION}files/{NUL}",
        f"{AUTHENTICATION}import/fix/{NUL}/",
        f"{AUTHENTICATION}import/plans/{NUL}/",
        f"/accounts/oidc/{NUL}/login/",
        f"/accounts/password/reset/key/{NUL}-{NUL}/",
    ],
)
def test_a_nul_in_a_path_is_no_page(owner: Client, address: str) -> None:
    assert owner.get(address).status_code in (302, 404)


@pytest.mark.parametrize("name", WIZARD)
@pytest.mark.parametrize("leaf", ["", "clients/", "identity-pools/", "preflight/"])
def test_a_nul_in_a_choice_is_no_choice(owner: Client, sandbox: Any, leaf: str, name: str) -> None:
    whole = f"{AUTHENTICATION}import/{leaf}?plain=1&pool=x&web=x&native=x&ipool=x&{name}={NUL}x"
    assert owner.get(whole, headers={"HX-Request": "true"}).status_code == 200


def test_a_nul_among_the_pools_to_count_is_no_error(owner: Client, sandbox: Any) -> None:
    assert owner.get(f"{AUTHENTICATION}import/users/?id={NUL}").status_code == 200


@pytest.mark.parametrize("leaf", ["import/plan/", "import/identity-pools/create/", "unlink/", "functions/"])
def test_a_nul_in_what_is_sent_is_refused_in_words(owner: Client, sandbox: Any, leaf: str) -> None:
    data = dict.fromkeys((*WIZARD, "accept", "reason", "confirm", "answer", "name"), "a\x00b")
    assert owner.post(f"{AUTHENTICATION}{leaf}", data).status_code < 500


@pytest.mark.parametrize("address", ["/projects/shop/members/", "/projects/shop/environments/create/"])
def test_a_nul_in_a_form_is_refused_in_words(owner: Client, address: str) -> None:
    data = dict.fromkeys(("role", "note", "name", "kind", "region", "app_id", "role_arn", "once"), "a\x00b")
    assert owner.post(address, data).status_code == 422


def test_signing_in_with_a_nul_is_refused_in_words(client: Client, cast: Cast) -> None:
    assert client.post("/accounts/login/", {"login": "a\x00b", "password": "a\x00b"}).status_code == 200


def test_an_unknown_kind_shows_no_job(owner: Client) -> None:
    assert "No jobs" in owner.get("/projects/shop/jobs/?kind=nothing").content.decode()
