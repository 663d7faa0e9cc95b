"""What the list and the export say of users who come from the search index, which holds some attributes only."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from tests.user_management.listing.test_export import read
from tests.user_management.listing.test_list_page import names, page

NOT_HELD = "not in the index"


def test_what_the_index_does_not_hold_is_no_empty_value(
    owner: Client, users_url: str, pool: Any, indexed: Callable[..., None], sandbox: Any
) -> None:
    pool.user("ada", name="Ada Lovelace", phone_number="+491701234567")
    indexed("email", "name")
    html = page(owner, f"{users_url}?q=lovelace&anywhere=1")
    assert names(html) == ["ada"]
    # The address is verified, and the user has a number; this list cannot know either.
    assert "verified" not in html[html.index("<tbody") : html.index("</tbody")]
    assert html.count(NOT_HELD) == 1
    assert "Search index" in html
    live = page(owner, f"{users_url}?q=ada")
    assert 'aria-label="verified"' in live
    assert NOT_HELD not in live
    answer = owner.get(f"{users_url}?q=lovelace&anywhere=1", headers={"Accept": "application/json"}).json()
    assert "phone_number" not in answer["users"][0]
    assert answer["users"][0]["name"] == "Ada Lovelace"


def test_sort_and_more_filters(owner: Client, users_url: str, pool: Any, indexed: Callable[..., None]) -> None:
    pool.user("ada", custom__tier="gold")
    pool.user("grace", custom__tier="silver")
    assert "More filters" not in page(owner, users_url)
    indexed("email", "custom:tier")
    html = page(owner, users_url)
    assert "More filters" in html
    assert 'name="custom:tier"' in html
    assert 'href="?sort=email"' in html
    assert 'href="?sort=created"' in html
    # The index does not hold these: sorting by them would only lead to an error.
    assert "?sort=name" not in html
    assert "?sort=phone_number" not in html
    assert 'name="custom:points"' not in html
    html = page(owner, f"{users_url}?sort=-email")
    assert names(html) == ["grace", "ada"]
    assert 'aria-sort="descending"' in html
    assert names(page(owner, f"{users_url}?custom:tier=ol&columns=username")) == ["ada"]


def test_rows_cost_no_queries(
    owner: Client, users_url: str, indexed: Callable[..., None], filled: Callable[[int], None]
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    filled(60)
    indexed("email")
    with CaptureQueriesContext(connection) as one:
        assert len(names(page(owner, f"{users_url}?q=load-000007&anywhere=1"))) == 1
    with CaptureQueriesContext(connection) as many:
        assert len(names(page(owner, f"{users_url}?q=load&anywhere=1"))) == 60
    assert len(one) == len(many)


def test_export_writes_no_columns_that_nobody_knows(
    manager: Client, users_url: str, pool: Any, indexed: Callable[..., None], sandbox: Any
) -> None:
    pool.user("ada", phone_number="+491701234567")
    pool.user("grace")
    indexed("email")
    asked = f"{users_url}export.csv?q=da@&anywhere=1"
    head, *rows = read(manager.get(asked))
    assert head == ["username", "email", "status", "enabled", "created"]
    assert [row[0] for row in rows] == ["ada"]
    refused = manager.get(f"{asked}&columns=username,phone_number")
    assert refused.status_code == 422
    assert "does not hold phone_number" in refused.content.decode()
    sandbox.forget()
    html = page(manager, f"{users_url}export/?q=da@&anywhere=1")
    assert "no calls to AWS" in html
    assert 'name="columns" value="phone_number"' not in html
    assert "Not in the search index, and so not in the file: Phone number" in html
