"""Where a webhook may lead. The console stands inside a network, and its requests must open no door there.

Never: link-local addresses, among them the metadata services of clouds, and addresses that are no host. This console's
own machine: only in the sandbox and while developing. Private networks: yes, a team's receivers live there. Without
TLS: only inside a private network, in the sandbox and while developing.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

Address = IPv4Address | IPv6Address

# The IPv6 addresses of AWS's metadata, DNS and time services are not link-local, but serve the same purpose.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
CLOUD_SERVICES = IPv6Network("fd00:ec2::/32")
# A translator reaches IPv4 addresses through these (RFC 6052, section 2.1).
TRANSLATED = IPv6Network("64:ff9b::/96")


class NotAllowed(Exception):
    """The console does not send there; the message says why, in whole sentences."""


class NotFound(Exception):
    """The host's name has no address at the moment."""


@dataclass(frozen=True, slots=True)
class Destination:
    """An address to connect to, and the name that the receiver is called by."""

    scheme: str
    host: str
    port: int
    authority: str
    """Host and port as the address names them, for the Host header."""
    path: str
    addresses: tuple[str, ...]


def is_lenient() -> bool:
    return bool(settings.DEBUG or settings.SANDBOX)


def parts_of(url: str) -> SplitResult:
    """The parts of an address that has the right form. Raises NotAllowed."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise NotAllowed("This is not an address of the web.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise NotAllowed("Enter an address that begins with https:// and names a host.")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed("Leave user name and password out of the address: requests are signed instead.")
    if parts.fragment or not url.isascii() or not url.isprintable() or " " in url:
        raise NotAllowed("Use an address of plain characters, without spaces and without a part after #.")
    return parts


def check_form(url: str) -> None:
    """What can be said of an address without asking for its host. Raises NotAllowed."""
    parts = parts_of(url)
    assert parts.hostname
    try:
        literal = ip_address(parts.hostname)
    except ValueError:
        return
    _check(literal, parts.scheme)


def destination_of(url: str) -> Destination:
    """Asks for the host's addresses, all of which must be allowed: a mixture is how checks are tricked.

    Raises NotAllowed and NotFound.
    """
    parts = parts_of(url)
    assert parts.hostname
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        answers = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFound(f"The name {parts.hostname} was not found.") from error
    # The scope of a link-local address stands behind a percent sign.
    found = list(dict.fromkeys(str(answer[4][0]).partition("%")[0] for answer in answers))
    for one in found:
        _check(ip_address(one), parts.scheme)
    path = parts.path or "/"
    return Destination(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port,
        authority=parts.netloc,
        path=f"{path}?{parts.query}" if parts.query else path,
        addresses=tuple(found),
    )


def _meant(address: Address) -> Address:
    """The IPv4 address inside of an IPv6 one, where the network would unpack it."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address.sixtofour:
            return address.sixtofour
        if address in TRANSLATED:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _check(given: Address, scheme: str) -> None:
    address = _meant(given)
    if address.is_link_local or (isinstance(address, IPv6Address) and address in CLOUD_SERVICES):
        raise NotAllowed(f"{given} is a link-local address, where clouds keep their metadata. Nothing is sent there.")
    if address.is_loopback or address.is_unspecified:
        if not is_lenient() or address.is_unspecified:
            raise NotAllowed(f"{given} is this console's own machine. Enter the address of another host.")
    elif address.is_multicast or address.is_reserved:
        raise NotAllowed(f"{given} is not the address of a host.")
    if scheme == "http" and not (address.is_private or is_lenient()):
        raise NotAllowed("Use https:// for a host outside of your own network: the news would travel in the open.")
