"""Where the console sends nothing, however the address is written."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from environments.notifications import addresses, posting
from environments.notifications.forms import WebhookForm

NEVER = [
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.170.2/v2/credentials",
    "http://[fe80::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[fd00:ec2::254]/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://224.0.0.1/",
    "https://255.255.255.255/",
]


@pytest.fixture
def name_means(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets every host's name have these addresses."""

    def set_addresses(*found: str) -> None:
        answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in found]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)

    return set_addresses


@pytest.mark.parametrize("url", NEVER)
@pytest.mark.parametrize("sandbox", [False, True])
def test_metadata_and_what_is_no_host_is_refused_even_in_the_sandbox(settings: Any, url: str, sandbox: bool) -> None:
    settings.SANDBOX = sandbox
    with pytest.raises(addresses.NotAllowed):
        addresses.check_form(url)
    with pytest.raises(addresses.NotAllowed):
        addresses.destination_of(url)


@pytest.mark.parametrize("url", ["http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/"])
def test_other_ways_to_write_it_are_refused_when_it_is_sent(url: str) -> None:
    with pytest.raises((addresses.NotAllowed, addresses.NotFound)):
        addresses.destination_of(url)


@pytest.mark.parametrize("found", [("169.254.169.254",), ("203.0.113.1", "169.254.169.254"), ("fe80::1%eth0",)])
def test_a_name_that_means_the_metadata_service_is_refused(name_means: Callable[..., None], found: Any) -> None:
    name_means(*found)
    outcome = posting.post(url="https://hooks.example.com/", body=b"", event="", delivery="", signed="")
    assert outcome.is_final
    assert "link-local" in outcome.words


def test_this_machine_is_for_the_sandbox_alone(settings: Any, name_means: Callable[..., None]) -> None:
    for url in ("https://127.0.0.1/", "https://127.9.9.9/", "https://[::1]/"):
        with pytest.raises(addresses.NotAllowed, match="own machine"):
            addresses.destination_of(url)
    name_means("127.0.0.1")
    with pytest.raises(addresses.NotAllowed):
        addresses.destination_of("https://hooks.example.com/")
    settings.DEBUG = True
    assert addresses.destination_of("http://hooks.example.com/").addresses == ("127.0.0.1",)


@pytest.mark.parametrize(
    ("address", "allowed"), [("10.1.2.3", True), ("192.168.0.9", True), ("fd12::1", True), ("8.8.8.8", False)]
)
def test_without_tls_only_inside_a_private_network(
    name_means: Callable[..., None], address: str, allowed: bool
) -> None:
    name_means(address)
    assert addresses.destination_of("https://hooks.example.com/").addresses == (address,)
    if allowed:
        assert addresses.destination_of("http://hooks.example.com:8080/x?y=1").path == "/x?y=1"
    else:
        with pytest.raises(addresses.NotAllowed, match="https://"):
            addresses.destination_of("http://hooks.example.com/")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example.com/", "file:///etc/passwd", "hooks.example.com", "https://", "https://user@h.example.com/",
        "https://u:p@h.example.com/", "https://h.example.com/#part", "https://h.example.com/a b", "https://h:99999/",
        "https://[::1", "https://h.example.com/\r\nX: 1", "https://é.example.com/", "gopher://127.0.0.1:6379/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_receiver_is_refused_in_the_form(url: str) -> None:
    form = WebhookForm({"name": "A", "url": url, "events": ["drift.found"]})
    # The field takes line ends at the edges away; in the middle they are refused.
    assert not form.is_valid()
    assert set(form.errors) == {"url"}


def test_the_connection_goes_to_the_address_that_was_checked(
    settings: Any, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second lookup would meet the answer that an attacker prepared for it."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: str, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        return real("127.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    url = f"http://hooks.example.com:{receiver.port}/"
    assert posting.post(url=url, body=b"{}", event="e", delivery="d", signed="s").is_delivered
    assert asked == ["hooks.example.com", "127.0.0.1"]
    assert receiver.requests[0].headers["Host"] == f"hooks.example.com:{receiver.port}"
