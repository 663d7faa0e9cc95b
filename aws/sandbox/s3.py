"""S3 completed: answers for a bucket of another Region, conditional writes one at a time, policies with conditions."""

import json
import threading
from typing import Any
from xml.sax.saxutils import escape

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3 import urls
from moto.s3.models import FakeBucket, S3Backend, s3_backends
from moto.s3.responses import S3Response

from aws.sandbox.ids import ACCOUNT_ID

# A condition is looked at and then something is written; between the two nobody else may write.
_writing = threading.Lock()


class SandboxS3Backend(S3Backend):
    @property
    def _url_module(self) -> Any:
        # moto loads its addresses anew each time, and with that its own calls.
        return urls


class SandboxS3Calls(S3Response):
    def bucket_response(self, request: Any, full_url: str, headers: Any) -> Any:
        return _redirect(request) or super().bucket_response(request, full_url, headers)

    def key_response(self, request: Any, full_url: str, headers: Any) -> Any:
        redirected = _redirect(request)
        if redirected is not None:
            return redirected
        condition = request.headers.get("If-None-Match")
        if request.method == "PUT" and condition not in (None, "*"):
            return _error(501, "NotImplemented", "A header you provided implies functionality that is not implemented")
        if request.method == "GET":
            return super().key_response(request, full_url, headers)
        with _writing:
            return super().key_response(request, full_url, headers)


def _redirect(request: Any) -> Any:
    """AWS's answer when the request went to another Region than the bucket's: the caller is told which it is."""
    bucket_name = request.path.lstrip("/").partition("/")[0]
    bucket = s3_backends[ACCOUNT_ID]["aws"].buckets.get(bucket_name)
    signed = request.headers.get("Authorization", "").partition("Credential=")[2].split("/")
    if bucket is None or len(signed) < 3 or signed[2] == bucket.region_name or "location" in request.args:
        return None
    place = f"{bucket_name}.s3.{bucket.region_name}.amazonaws.com"
    message = (
        "The bucket you are attempting to access must be addressed using the specified endpoint. "
        "Please send all future requests to this endpoint."
    )
    more = f"<Endpoint>{escape(place)}</Endpoint><Bucket>{escape(bucket_name)}</Bucket>"
    headers = {"x-amz-bucket-region": bucket.region_name}
    return _error(301, "PermanentRedirect", message, more, headers, is_head=request.method == "HEAD")


def _error(
    status: int,
    code: str,
    message: str,
    more: str = "",
    headers: dict[str, str] | None = None,
    *,
    is_head: bool = False,
) -> tuple[int, dict[str, str], str]:
    inner = f"<Code>{code}</Code><Message>{escape(message)}</Message>{more}<RequestId>sandbox</RequestId>"
    text = "" if is_head else f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'
    return status, {"content-type": "application/xml", **(headers or {})}, text


def _permission(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
    """moto overlooks conditions, so that a policy against plain HTTP would forbid everything; those are left out."""
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(bucket.policy)
    policy["Statement"] = [one for one in policy["Statement"] if "Condition" not in one]
    if not policy["Statement"]:
        return PermissionResult.NEUTRAL
    return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)


def install() -> None:
    """Put the completed calls at moto's own addresses."""
    s3_backends.backend = SandboxS3Backend
    FakeBucket.get_permission = _permission  # type: ignore[assignment, method-assign]
    for path, handler in urls.url_paths.items():
        urls.url_paths[path] = getattr(SandboxS3Calls, handler.__name__)
