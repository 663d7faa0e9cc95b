"""A new page cannot stay unmeasured by being forgotten."""

from benchmarks import pages


def test_every_route_is_measured_or_left_out_on_purpose() -> None:
    assert pages.forgotten() == set()


def test_nothing_is_named_that_no_longer_exists() -> None:
    named = {page.route for page in pages.PAGES} | set(pages.NOT_MEASURED) | pages.ONLY_POST
    # The sign-in page is the sign-in library's.
    assert named - set(pages.routes()) == {"account_login"}


def test_a_route_nobody_named_is_noticed() -> None:
    assert "home" in set(pages.routes())
    assert "jobs:detail" in set(pages.routes())
