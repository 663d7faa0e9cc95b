"""Columns and page size, kept for a person in an environment."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from tests.user_management.listing.test_list_page import names, page
from user_management.listing.models import ListPreference

FORM = {"columns": ["username", "custom:tier"], "size": "20", "back": "q=load&status=enabled"}


def test_kept_for_the_person(client: Client, cast: Any, users_url: str, filled: Callable[[int], None]) -> None:
    filled(30)
    client.force_login(cast.viewer)
    answer = client.post(f"{users_url}columns/", FORM)
    assert (answer.status_code, answer["Location"]) == (303, f"{users_url}?q=load&status=enabled")
    asked = client.get(users_url, headers={"Accept": "application/json"}).json()["users"]
    assert len(asked) == 20
    assert set(asked[0]) == {"username", "custom:tier"}
    client.post(f"{users_url}columns/", {**FORM, "columns": ["email"], "size": "40"})
    kept = ListPreference.objects.get()
    assert (kept.user, kept.page_size, kept.columns) == (cast.viewer, 40, ["email"])
    client.force_login(cast.owner)
    assert len(names(page(client, users_url))) == 30


def test_the_way_back_is_always_the_list(owner: Client, users_url: str) -> None:
    answer = owner.post(f"{users_url}columns/", {**FORM, "back": "//evil.example/"})
    assert answer["Location"].startswith(f"{users_url}?")


def test_what_is_no_column_or_size(owner: Client, users_url: str) -> None:
    refused: list[dict[str, Any]] = [{"columns": ["nope"]}, {"columns": []}, {"size": "1000"}, {"size": ""}]
    for wrong in refused:
        answer = owner.post(f"{users_url}columns/", {**FORM, **wrong})
        assert answer.status_code == 422
    assert "Choose at least one column." in owner.post(f"{users_url}columns/", {**FORM, "columns": []}).content.decode()
    assert not ListPreference.objects.exists()


def test_who_may(client: Client, cast: Any, users_url: str) -> None:
    client.force_login(cast.stranger)
    assert client.post(f"{users_url}columns/", FORM).status_code == 404
    client.force_login(cast.owner)
    assert client.get(f"{users_url}columns/").status_code == 405
    assert not ListPreference.objects.exists()
