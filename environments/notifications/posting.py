"""One signed request to a webhook.

The connection goes to an address that was checked, under the name the receiver is called by, so that a name which
changes its address in between leads nowhere else. Redirects are not followed, proxies not used, and of the answer only
the status counts.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass

import urllib3
from django.conf import settings
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError, SSLError

from environments.notifications import addresses
from environments.notifications.models import Notification

TIMEOUT = urllib3.Timeout(connect=5, read=10)
"""Seconds; a receiver that works for longer should answer first."""
MOST_OF_AN_ANSWER = 64 * 1024
"""Bytes that are read, so that a receiver is not cut off in the middle of an ordinary answer, and then forgotten."""
MOST_ADDRESSES = 3
"""Of a host that does not answer, how many are tried in one attempt."""
USER_AGENT = "Admin-UI-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`code` is the status of the answer, if there was one; `words` say why it was not delivered, or are empty."""

    code: int | None = None
    words: str = ""
    is_final: bool = False
    """Trying again could not help."""

    @property
    def is_delivered(self) -> bool:
        return not self.words


def address_of(path: str) -> str:
    """Of a page of this console; only its path where the console does not know its own address."""
    return f"{settings.PUBLIC_URL}{path}"


def body_of(notification: Notification) -> bytes:
    """The JSON document that a receiver gets, the same in each attempt."""
    document = {
        "event": notification.event,
        "id": str(notification.pk),
        "created": notification.created.isoformat(timespec="seconds"),
        "project": notification.project.slug,
        "environment": notification.environment_name,
        "title": notification.title,
        "text": notification.text,
        "url": address_of(notification.path),
        "data": notification.data,
    }
    return json.dumps(document, ensure_ascii=False).encode()


def signature(body: bytes, *, at: int, secrets: Sequence[str]) -> str:
    """`t=<seconds since 1970>,v1=<hexadecimal HMAC-SHA256 of “t.body”>`, with one `v1` for each valid secret."""
    signed = str(at).encode() + b"." + body
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={mark}" for mark in marks)])


def post(*, url: str, body: bytes, event: str, delivery: str, signed: str) -> Outcome:
    """Send it and say what became of it; nothing is raised for whatever a receiver or a network may do."""
    try:
        destination = addresses.destination_of(url)
    except addresses.NotAllowed as error:
        return Outcome(words=str(error), is_final=True)
    except addresses.NotFound as error:
        return Outcome(words=str(error))
    headers = {
        "Host": destination.authority,
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "Admin-UI-Event": event,
        "Admin-UI-Delivery": delivery,
        "Admin-UI-Signature": signed,
    }
    outcome = Outcome(words=f"{destination.host} has no address.")
    for address in destination.addresses[:MOST_ADDRESSES]:
        try:
            return _outcome(_status(destination, address, body, headers))
        except (ConnectTimeoutError, NewConnectionError):
            outcome = Outcome(words=f"No connection to {destination.host} on port {destination.port}.")
        except SSLError:
            return Outcome(words=f"The certificate of {destination.host} is not trusted, or TLS is not spoken there.")
        except ReadTimeoutError:
            return Outcome(words="The receiver did not answer within ten seconds.")
        except (HTTPError, OSError):
            return Outcome(words="The connection broke off before an answer came.")
    return outcome


def _status(destination: addresses.Destination, address: str, body: bytes, headers: dict[str, str]) -> int:
    with _pool(destination, address) as pool:
        answer = pool.urlopen(
            "POST",
            destination.path,
            body=body,
            headers=headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
        )
        try:
            answer.read(MOST_OF_AN_ANSWER, decode_content=False)
        except HTTPError:
            # The status came, and it is all that counts.
            pass
        finally:
            answer.close()
        return answer.status


def _pool(destination: addresses.Destination, address: str) -> urllib3.HTTPConnectionPool:
    if destination.scheme == "http":
        return urllib3.HTTPConnectionPool(address, destination.port, timeout=TIMEOUT)
    return urllib3.HTTPSConnectionPool(
        address,
        destination.port,
        timeout=TIMEOUT,
        cert_reqs="CERT_REQUIRED",
        server_hostname=destination.host,
        assert_hostname=destination.host,
    )


def _outcome(code: int) -> Outcome:
    if 200 <= code < 300:
        return Outcome(code=code)
    if 300 <= code < 400:
        return Outcome(code=code, words="The receiver sent the request on to another address; give that one instead.")
    if code == 410:
        return Outcome(code=code, words="The receiver answered 410 Gone: it wants no more of this.", is_final=True)
    return Outcome(code=code, words=f"The receiver answered {code}.")
