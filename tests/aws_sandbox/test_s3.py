"""S3 as the deployment buckets need it: conditional writes, versions, other Regions, large objects."""

import hashlib
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aws.sandbox.catalogue_backends import backend
from tests.aws_sandbox.refusals import refused

ELSEWHERE = backend("elsewhere").deployment_bucket


@pytest.fixture
def bucket(s3: Any) -> Iterator[str]:
    s3.create_bucket(Bucket="fresh-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    yield "fresh-bucket"
    found = s3.list_object_versions(Bucket="fresh-bucket")
    kept = [*found.get("Versions", []), *found.get("DeleteMarkers", [])]
    for one in kept:
        s3.delete_object(Bucket="fresh-bucket", Key=one["Key"], VersionId=one["VersionId"])
    s3.delete_bucket(Bucket="fresh-bucket")


def test_an_object_is_written_only_if_it_is_not_there(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="meta", Body=b"1", IfNoneMatch="*")
    with refused("PreconditionFailed", "At least one of the pre-conditions"):
        s3.put_object(Bucket=bucket, Key="meta", Body=b"2", IfNoneMatch="*")
    assert s3.get_object(Bucket=bucket, Key="meta")["Body"].read() == b"1"
    with refused("NotImplemented"):
        s3.put_object(Bucket=bucket, Key="meta", Body=b"2", IfNoneMatch='"c4ca4238a0b923820dcc509a6f75849b"')


def test_an_object_is_written_only_over_the_one_that_was_read(s3: Any, bucket: str) -> None:
    first = s3.put_object(Bucket=bucket, Key="meta", Body=b"1")["ETag"]
    second = s3.put_object(Bucket=bucket, Key="meta", Body=b"2", IfMatch=first)["ETag"]
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket=bucket, Key="meta", Body=b"3", IfMatch=first)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert s3.head_object(Bucket=bucket, Key="meta")["ETag"] == second
    with refused("NoSuchKey"):
        s3.put_object(Bucket=bucket, Key="absent", Body=b"3", IfMatch=first)


def test_of_many_who_write_over_the_same_object_one_wins(s3: Any, bucket: str) -> None:
    first = s3.put_object(Bucket=bucket, Key="meta", Body=b"0")["ETag"]
    start = threading.Barrier(8)

    def write(number: int) -> str:
        start.wait(5)
        try:
            s3.put_object(Bucket=bucket, Key="meta", Body=str(number).encode() * 100_000, IfMatch=first)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "written"

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(write, range(1, 9))) == ["PreconditionFailed"] * 7 + ["written"]


def test_versions_and_delete_markers_are_listed_and_purged(s3: Any, bucket: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket=bucket, Key="studio-backend/meta", Body=body)
    s3.put_object(Bucket=bucket, Key="other", Body=b"")
    s3.delete_object(Bucket=bucket, Key="studio-backend/meta")
    with refused("NoSuchKey"):
        s3.get_object(Bucket=bucket, Key="studio-backend/meta")
    # What is deleted is not there for a condition either.
    s3.put_object(Bucket=bucket, Key="studio-backend/meta", Body=b"3", IfNoneMatch="*")
    found = s3.list_object_versions(Bucket=bucket, Prefix="studio-backend/")
    assert (len(found["Versions"]), len(found["DeleteMarkers"])) == (3, 1)
    every = [
        {"Key": one["Key"], "VersionId": one["VersionId"]} for one in (*found["Versions"], *found["DeleteMarkers"])
    ]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": every})
    assert (len(answer["Deleted"]), answer.get("Errors", [])) == (4, [])
    assert "Versions" not in s3.list_object_versions(Bucket=bucket, Prefix="studio-backend/")
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["other"]


def test_deleting_what_is_not_there_is_no_error(s3: Any, bucket: str) -> None:
    s3.delete_object(Bucket=bucket, Key="absent")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "absent"}]})
    assert [one["Key"] for one in answer["Deleted"]] == ["absent"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/meta"), ("PUT", "/meta"), ("GET", "?list-type=2"), ("HEAD", "")]
)
def test_a_bucket_of_another_region_answers_with_its_region(sandbox_url: str, method: str, path: str) -> None:
    # Not with boto3, which would follow to the other Region by itself, as it does on AWS.
    scope = "sample/20260101/eu-west-1/s3/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"}
    request = urllib.request.Request(f"{sandbox_url}/{ELSEWHERE}{path}", headers=headers, method=method)
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request, timeout=5)
    with raised.value as answer:
        assert answer.code == 301
        assert answer.headers["x-amz-bucket-region"] == "us-east-1"
        body = answer.read()
    assert (b"<Code>PermanentRedirect</Code>" in body) is (method != "HEAD")


def test_a_bucket_is_reached_from_its_own_region(connect: Any) -> None:
    assert connect("s3", "us-east-1").get_object(Bucket=ELSEWHERE, Key="amplify-meta.json")["Body"].read()
    assert connect("s3").get_bucket_location(Bucket=ELSEWHERE)["LocationConstraint"] in (None, "us-east-1")


def test_a_policy_against_plain_http_does_not_lock_the_bucket(connect: Any) -> None:
    bucket = backend("dev").deployment_bucket
    assert "SecureTransport" in connect("s3").get_bucket_policy(Bucket=bucket)["Policy"]
    assert connect("s3").get_object(Bucket=bucket, Key="amplify-meta.json")["Body"].read()


def test_thirty_megabytes_go_in_and_out_whole(s3: Any, bucket: str) -> None:
    body = bytes(range(256)) * 120_000
    s3.put_object(Bucket=bucket, Key="#current-cloud-backend.zip", Body=body)
    read = s3.get_object(Bucket=bucket, Key="#current-cloud-backend.zip")["Body"].read()
    assert hashlib.sha256(read).digest() == hashlib.sha256(body).digest()
