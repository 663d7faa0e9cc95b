"""Addresses that nobody's browser makes: always words, never an exception."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories import make_token

ODD = (
    "q=%00", "q=" + "x" * 2049, "q=" + "x" * 2000, "q=%ED%A0%80", "q=%22%20or%20x", "q=%5C", "size=99999999999",
    "size=-1", "size=%D9%A3", "token=%00", "token=abc", "token=" + "x" * 5000, "sort=nonsense", "sort=%00",
    "columns=%00", "columns=nonsense", "created_to=9999-12-31", "created_from=0001-01-01", "created_from=0000-00-00",
    "custom:x=%00", "custom:x=1", "group=%00", "view=%00", "view=1e9", "status=x", "enabled=x", "attribute=custom:",
    "match=x", "anywhere=1&q=%F0%9F%98%80", "view=99999999999999999999999",
)  # fmt: skip


@pytest.mark.parametrize("with_index", [False, True])
def test_whatever_stands_in_the_address(
    owner: Client, users_url: str, pool: Any, indexed: Callable[..., None], with_index: bool
) -> None:
    pool.user("ada")
    if with_index:
        indexed("email")
    for query in ODD:
        for leaf in ("", "export/", "export.csv", "export/progress/"):
            answer: Any = owner.get(f"{users_url}{leaf}?{query}")
            assert answer.status_code in (200, 422), (leaf, query, answer.status_code)
            if answer.streaming:
                assert b"".join(answer.streaming_content).startswith(b'"')


def test_nobody_is_a_file_of_one_line(owner: Client, users_url: str, pool: Any) -> None:
    answer: Any = owner.get(f"{users_url}export.csv?q=nobody&columns=username,email")
    assert b"".join(answer.streaming_content) == b'"username","email"\r\n'


def test_a_file_has_every_column_that_was_asked_for(owner: Client, users_url: str, pool: Any) -> None:
    answer = owner.get(f"{users_url}export.csv?columns=email,emial", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "NoSuchColumn")
    assert "emial" in answer.json()["message"]


def test_a_token_has_no_wishes_to_keep(client: Client, users_url: str, place: Any) -> None:
    _, secret = make_token(place.project)
    headers = {"Authorization": f"Bearer {secret}"}
    answer = client.post(f"{users_url}columns/", {"columns": "email", "size": "20"}, headers=headers)
    assert answer.status_code == 422
    assert "?columns=" in answer.json()["error"]
