"""The one place that performs a call to AWS."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError, CredentialRetrievalError
from botocore.parsers import ResponseParserError

from aws import deadlines, quotas, session
from aws.declarations import permissions_of, quota_of
from aws.errors import AwsError, Unavailable
from aws.resources import Page
from aws.target import AwsTarget
from aws.translation import translate

log = logging.getLogger(__name__)

Answer = dict[str, Any]
Result = TypeVar("Result")

NEVER_SENT = {"ConnectTimeoutError", "EndpointConnectionError", "InvalidEndpoint", "ProxyConnectionError", "SSLError"}
MADE_ALL_THE_SAME = "It may have been made all the same: refresh the list and look before you try again."

READS = ("Describe", "Get", "Head", "List")
"""How the operations begin that change nothing."""

PAGE = 60
"""The most rows Cognito gives in one page."""


_writes: ContextVar[list[str] | None] = ContextVar("aws_writes", default=None)


@contextmanager
def writes() -> Iterator[list[str]]:
    """The IAM actions of the changes made inside, in order: those AWS took, and those it may have taken unheard.

    Only what this thread calls is seen.
    """
    made: list[str] = []
    token = _writes.set(made)
    try:
        yield made
    finally:
        _writes.reset(token)


def _note_write(action: str, operation: str, *, sent: bool) -> None:
    made = _writes.get()
    if made is not None and sent and not operation.startswith(READS):
        made.append(action)


def call(target: AwsTarget, service: str, operation: str, /, **params: Any) -> Answer:
    """Call `operation` (AWS's spelling, `DescribeUserPool`) with AWS's parameters; answers AWS's document.

    Waits for a turn inside the quota the call was declared with. Raises only AwsError, the cause chained.
    """
    quota = quota_of(f"{service}:{operation}")
    action = permissions_of(f"{service}:{operation}")[0]
    if deadlines.remaining() == 0:
        raise Unavailable("There was no time left to ask AWS.", code="DeadlineExceeded", action=action)
    started = time.perf_counter()
    outcome = "ok"
    try:
        method = getattr(session.client(target, service), xform_name(operation))
        with quotas.counting(target, action, quota, str(params.get("UserPoolId", ""))):
            answer = _answer(method, params)
        _note_write(action, operation, sent=True)
        return answer
    except (ClientError, BotoCoreError, ResponseParserError, ValueError, OSError, AwsError) as exc:
        error = translate(exc, action=action, region=target.region, params=params)
        if isinstance(error, Unavailable) and operation.startswith("Create") and error.code not in NEVER_SENT:
            error.next_step = MADE_ALL_THE_SAME
        _note_write(action, operation, sent=isinstance(error, Unavailable) and error.code not in NEVER_SENT)
        outcome = error.code or error.kind
        if error is exc:
            raise
        raise error from exc
    finally:
        log.debug("%s in %s: %s, %.0f ms", action, target.region, outcome, (time.perf_counter() - started) * 1000)


def _answer(method: Callable[..., Answer], params: Mapping[str, Any]) -> Answer:
    try:
        return method(**params)
    except (AttributeError, KeyError, TypeError) as exc:
        # The SDK's parsers trust the shape of an answer; one that has another shape breaks them like this.
        raise ResponseParserError("The answer does not have the documented shape.") from exc
    except RuntimeError as exc:
        # This is how the SDK says that renewed credentials are expired already.
        raise CredentialRetrievalError(provider="assume-role", error_msg="expired on arrival") from exc


def fetch(
    target: AwsTarget, service: str, operation: str, parse: Callable[[Answer], Result], /, **params: Any
) -> Result:
    """Like `call`, and read the answer with `parse`. A member that should be there and is not means Unavailable."""
    answer = call(target, service, operation, **params)
    try:
        return parse(answer)
    except (KeyError, TypeError, AttributeError, ValueError) as exc:
        raise Unavailable(
            "The answer from AWS is incomplete.",
            code="IncompleteAnswer",
            action=permissions_of(f"{service}:{operation}")[0],
            request_id=str(answer.get("ResponseMetadata", {}).get("RequestId", "")),
        ) from exc


def page_of(rows: str, read: Callable[[Mapping[str, Any]], Result], token: str) -> Callable[[Answer], Page[Result]]:
    """A parser for a list's answer whose rows stand under the member `rows`."""

    def parse(answer: Answer) -> Page[Result]:
        next_token = answer.get(token) or ""
        return Page(items=tuple(read(row) for row in answer[rows]), next_token=next_token)

    return parse


def to_the_end(page: Callable[[str], Page[Result]]) -> Iterator[Result]:
    """The rows of every page. Only the token ends a list: a page may be short, or empty, before the last one."""
    token, seen = "", {""}
    while True:
        current = page(token)
        yield from current.items
        if not current.next_token:
            return
        if current.next_token in seen:
            raise Unavailable("AWS repeats the same page of a list without end.", code="RepeatedPage")
        token = current.next_token
        seen.add(token)
