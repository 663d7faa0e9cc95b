"""Objects of S3: what an Amplify environment keeps in its deployment bucket."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError
from urllib3.exceptions import HTTPError

from aws import deadlines
from aws.calls import Answer, call, fetch, to_the_end
from aws.declarations import uses
from aws.errors import AccessDenied, AwsError, NotFound, Rejected, Unavailable
from aws.quotas import Quota
from aws.resources import Api, Page
from aws.target import AwsTarget
from aws.translation import translate

_CHUNK = 256 * 1024
_PAGE = 1000
"""The most keys S3 lists at a time."""

_WRITE = "admin-ui-write"
"""The user metadata by which a write knows its own object again."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object. `etag` changes with every write of other bytes, and stands here without its quotes."""

    key: str
    etag: str
    body: bytes


@dataclass(frozen=True, slots=True)
class ObjectSummary:
    """One row of a listing; `size` in bytes."""

    key: str
    etag: str
    size: int

    @classmethod
    def from_api(cls, data: Api) -> "ObjectSummary":
        return cls(key=data["Key"], etag=_unquoted(data["ETag"]), size=data["Size"])


def _unquoted(etag: str) -> str:
    return etag.strip('"')


@uses("s3:GetObject", quota=Quota.UNPUBLISHED)
def read_object(target: AwsTarget, bucket: str, key: str, *, limit: int) -> StoredObject:
    """One whole object of at most `limit` bytes.

    Raises NotFound (`NoSuchKey`, `NoSuchBucket`), Rejected (`TooLarge`, before any of the body is read), and
    Unavailable when the body breaks off, takes longer than the deadline or is not what S3 announced.
    """
    answer = call(target, "s3", "GetObject", Bucket=bucket, Key=key)
    try:
        body = _body(answer, key, limit)
    except (BotoCoreError, HTTPError, OSError, KeyError, TypeError, ValueError) as exc:
        raise _broken_off(exc) from exc
    finally:
        answer["Body"].close()
    return StoredObject(key=key, etag=_unquoted(str(answer.get("ETag") or "")), body=body)


def _body(answer: Answer, key: str, limit: int) -> bytes:
    announced = int(answer["ContentLength"])
    if announced > limit:
        raise _too_large(key, limit)
    parts: list[bytes] = []
    read = 0
    while part := answer["Body"].read(_CHUNK):
        parts.append(part)
        read += len(part)
        if read > limit:
            raise _too_large(key, limit)
        if deadlines.remaining() == 0:
            raise Unavailable("AWS did not answer in time.", code="DeadlineExceeded", action="s3:GetObject")
    if read != announced:
        raise Unavailable("The object broke off while it was read.", code="IncompleteAnswer", action="s3:GetObject")
    return b"".join(parts)


def _too_large(key: str, limit: int) -> Rejected:
    return Rejected(
        f"The object {key} is larger than {limit} bytes.",
        code="TooLarge",
        action="s3:GetObject",
        next_step="Look at what is stored under this key; the console reads no object of this size.",
    )


def _broken_off(exc: Exception) -> AwsError:
    if isinstance(exc, BotoCoreError):
        return translate(exc, action="s3:GetObject")
    return Unavailable("The object broke off while it was read.", code="IncompleteAnswer", action="s3:GetObject")


@uses("s3:HeadObject", quota=Quota.UNPUBLISHED)
def _head(target: AwsTarget, bucket: str, key: str) -> Mapping[str, Any] | None:
    """The description of an object, None when there is no such key or no such bucket: S3 does not tell which."""
    try:
        return fetch(
            target, "s3", "HeadObject", lambda answer: {**answer, "ETag": answer["ETag"]}, Bucket=bucket, Key=key
        )
    except NotFound:
        return None


@uses(_head)
@uses("s3:PutObject", quota=Quota.UNPUBLISHED)
def write_object(target: AwsTarget, bucket: str, key: str, body: bytes, *, expected: str | None = None) -> str:
    """Write a whole object and answer its new etag.

    `expected` None writes whatever was there; "" only where nothing is; an etag only over exactly that. Otherwise
    raises Rejected (`PreconditionFailed`), and the object is as somebody else left it.

    The SDK repeats a write whose answer was lost, and the repetition would then meet our own first write as if it
    were somebody else's. So every write carries a mark of its own, and is looked up by it before a refusal counts.
    """
    mark = uuid.uuid4().hex
    condition = {} if expected is None else {"IfMatch": f'"{expected}"'} if expected else {"IfNoneMatch": "*"}

    def etag(answer: Answer) -> str:
        return _unquoted(answer["ETag"])

    try:
        return fetch(
            target, "s3", "PutObject", etag, Bucket=bucket, Key=key, Body=body, Metadata={_WRITE: mark}, **condition
        )
    except (NotFound, Rejected) as exc:
        # Where the object to replace has been deleted, S3 misses the key instead of comparing.
        gone = exc.code == "NoSuchKey" and expected
        if not gone and exc.code not in ("PreconditionFailed", "ConditionalRequestConflict"):
            raise
        found = _head(target, bucket, key)
        if found is not None and (found.get("Metadata") or {}).get(_WRITE) == mark:
            return _unquoted(found["ETag"])
        raise Rejected(
            f"{key} was changed by somebody else in the meantime.",
            code="PreconditionFailed",
            action="s3:PutObject",
            request_id=exc.request_id,
            next_step="Look at what is there now, and repeat.",
        ) from exc


@uses("s3:DeleteObject", quota=Quota.UNPUBLISHED)
def delete_object(target: AwsTarget, bucket: str, key: str) -> None:
    """Delete an object; one that is gone already is no error. In a versioned bucket older versions stay."""
    call(target, "s3", "DeleteObject", Bucket=bucket, Key=key)


@uses("s3:ListObjectsV2", quota=Quota.UNPUBLISHED)
def _page_of_objects(target: AwsTarget, bucket: str, prefix: str, token: str) -> Page[ObjectSummary]:
    def parse(answer: Answer) -> Page[ObjectSummary]:
        rows = tuple(ObjectSummary.from_api(row) for row in answer.get("Contents") or ())
        return Page(items=rows, next_token=answer["NextContinuationToken"] if answer["IsTruncated"] else "")

    more = {"ContinuationToken": token} if token else {}
    return fetch(target, "s3", "ListObjectsV2", parse, Bucket=bucket, Prefix=prefix, MaxKeys=_PAGE, **more)


@uses(_page_of_objects)
def iter_objects(target: AwsTarget, bucket: str, prefix: str) -> Iterator[ObjectSummary]:
    """Every object whose key begins with `prefix`, in the order of the keys."""
    return to_the_end(lambda token: _page_of_objects(target, bucket, prefix, token))


@uses("s3:HeadBucket", quota=Quota.UNPUBLISHED)
def bucket_is_there(target: AwsTarget, bucket: str) -> bool:
    """Whether there is a bucket of this name, in any Region. Raises AccessDenied for one of another account, too."""
    try:
        call(target, "s3", "HeadBucket", Bucket=bucket)
    except NotFound:
        return False
    except Rejected as exc:
        if exc.code in ("301", "PermanentRedirect", "WrongRegion"):
            return True
        raise
    return True


@uses("s3:ListObjectVersions", quota=Quota.UNPUBLISHED)
def _first_versions(target: AwsTarget, bucket: str) -> list[dict[str, str]]:
    """The first versions and delete markers of the bucket, as many as S3 deletes at a time."""

    def parse(answer: Answer) -> list[dict[str, str]]:
        rows = [*(answer.get("Versions") or ()), *(answer.get("DeleteMarkers") or ())]
        return [{"Key": row["Key"], "VersionId": row["VersionId"]} for row in rows]

    return fetch(target, "s3", "ListObjectVersions", parse, Bucket=bucket, MaxKeys=_PAGE)


@uses(_first_versions)
@uses("s3:DeleteObjects", quota=Quota.UNPUBLISHED)
@uses("s3:DeleteBucket", quota=Quota.UNPUBLISHED)
def delete_bucket(target: AwsTarget, bucket: str, *, after_each: Callable[[int], None] = lambda deleted: None) -> None:
    """Delete a bucket with every object in it, old versions too; one that is gone already is no error.

    `after_each` is told after each thousand how many objects are deleted by then; what it raises ends the deleting.
    Raises AccessDenied with S3's own words for an object that it does not delete.
    """
    deleted = 0
    with suppress(NotFound):
        while rows := _first_versions(target, bucket):
            answer = call(target, "s3", "DeleteObjects", Bucket=bucket, Delete={"Objects": rows, "Quiet": True})
            for failed in answer.get("Errors") or ():
                raise AccessDenied(
                    f"{failed.get('Key')}: {failed.get('Message')}",
                    code=str(failed.get("Code") or "AccessDenied"),
                    action="s3:DeleteObjectVersion",
                )
            deleted += len(rows)
            after_each(deleted)
        call(target, "s3", "DeleteBucket", Bucket=bucket)
