"""Whose URLs a new environment would send people to: the table, and the sentences of the warnings."""

from typing import Any

from deployments.cloning.addresses import ClientUrls, Production, compare

LIVE = Production("prod", frozenset({"live-web"}), frozenset({"https://shop.example.com/in", "shop://in"}))
WEB = ClientUrls("web", "test-web", "test web", ("https://test.example.com/in",), ("https://test.example.com/out",))


def compared(*new: ClientUrls, source: tuple[ClientUrls, ...] = (), **fields: Any) -> Any:
    fields = {"name": "test", "is_production": False, "productions": [LIVE], **fields}
    return compare(new=new, source=source, **fields)


def test_addresses_of_its_own_give_no_warning() -> None:
    assert compared(WEB).warnings == ()


def test_an_address_of_production_is_named_with_what_happens() -> None:
    client = ClientUrls("web", "w", "shop web", ("https://shop.example.com/in", "https://test.example.com/"), ())
    (warning,) = compared(client).warnings
    assert warning == (
        "https://shop.example.com/in belongs to prod: people who sign in to test with shop web can be sent to "
        "production."
    )


def test_another_page_of_productions_host_is_production_too() -> None:
    client = ClientUrls("web", "w", "w", ("https://test.example.com/",), ("https://SHOP.example.com/bye",))
    (warning,) = compared(client).warnings
    assert "people who sign out of test" in warning


def test_another_deep_link_into_productions_app_is_production_too() -> None:
    client = ClientUrls("mobile", "m", "m", ("Shop://other", "shoptest://in", "exp://127.0.0.1:19000"), ())
    found = compared(client)
    assert [url.kind for url in found.rows[0].new] == ["production", "app", "app"]
    assert len(found.warnings) == 1


def test_productions_own_client_makes_every_address_productions() -> None:
    client = ClientUrls("web", "live-web", "live", ("https://elsewhere.example.com/",), ())
    found = compared(client)
    assert "live is the very app client of prod" in found.warnings[0]
    assert found.rows[0].new[0].words == "production (prod)"
    assert found.warnings[-1].startswith("live: no address of test itself.")


def test_two_clients_with_one_address_are_named_together() -> None:
    urls = ("https://shop.example.com/in", "https://test.example.com/")
    found = compared(ClientUrls("web", "w", "web", urls), ClientUrls("mobile", "m", "mobile", urls))
    (warning,) = found.warnings
    assert "with web or mobile can be sent to production" in warning


def test_this_machine_is_nobodys_production() -> None:
    local = Production("prod", frozenset(), frozenset({"http://localhost:3000/"}))
    client = ClientUrls("web", "w", "w", ("http://localhost:3000/", "myapp://in"), ())
    found = compared(client, productions=[local])
    assert found.warnings == ()
    assert [url.words for url in found.rows[0].new] == ["this machine", "an app"]


def test_a_new_production_is_warned_of_this_machine_and_not_of_production() -> None:
    client = ClientUrls("web", "w", "w", ("http://127.0.0.1:3000/", "https://shop.example.com/in"), ())
    (warning,) = compared(client, is_production=True).warnings
    assert warning.startswith("http://127.0.0.1:3000/ is an address of the machine somebody sits at")


def test_both_sides_stand_beside_each_other_use_by_use() -> None:
    old = ClientUrls("web", "old", "old", ("https://dev.example.com/",), ())
    rows = compared(WEB, source=(old,)).rows
    assert [(row.what, row.source, [url.text for url in row.new]) for row in rows] == [
        ("after sign-in", ("https://dev.example.com/",), ["https://test.example.com/in"]),
        ("after sign-out", (), ["https://test.example.com/out"]),
    ]


def test_what_could_not_be_read_is_said_and_not_taken_for_nothing() -> None:
    found = compared(ClientUrls("web", "gone", "", is_read=False))
    assert found.unread == ("gone",)
    assert found.warnings == ()
    assert not found.rows[0].new_known


def test_an_address_that_is_none_breaks_nothing() -> None:
    client = ClientUrls("web", "w", "w", ("https://[broken", "https://ok.example.com"), ())
    assert compared(client).warnings == ()
