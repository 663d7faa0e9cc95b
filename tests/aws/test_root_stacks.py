"""Deleting what an Amplify environment consists of, and who made its root stack."""

import json

import pytest

from aws import amplify_apps, root_stacks, stacks, stored_objects
from aws.errors import AccessDenied, NotFound
from tests.aws.conftest import TARGET, Inject, Sandbox, answer

TEMPLATE = {
    "Resources": {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "DeletionPolicy": "Retain",
            "Properties": {"BucketName": "amplify-roots-dev-00000-deployment"},
        },
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "roots", "AssumeRolePolicyDocument": {}}},
    }
}


def test_a_bucket_goes_with_every_version_and_marker(bucket: str, sandbox: Sandbox) -> None:
    s3 = sandbox.client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for number in range(3):
        stored_objects.write_object(TARGET, bucket, "a key/#1", str(number).encode())
    stored_objects.delete_object(TARGET, bucket, "a key/#1")
    told: list[int] = []

    assert stored_objects.bucket_is_there(TARGET, bucket)
    stored_objects.delete_bucket(TARGET, bucket, after_each=told.append)

    assert (told, stored_objects.bucket_is_there(TARGET, bucket)) == ([4], False)
    stored_objects.delete_bucket(TARGET, bucket)


def test_a_bucket_of_more_than_a_thousand_objects_goes(
    bucket: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_objects, "_PAGE", 2)
    for number in range(5):
        stored_objects.write_object(TARGET, bucket, f"key {number}", b"")
    told: list[int] = []
    stored_objects.delete_bucket(TARGET, bucket, after_each=told.append)
    assert told == [2, 4, 5]


def test_an_object_that_s3_keeps_ends_it_with_its_own_words(bucket: str, inject: Inject) -> None:
    stored_objects.write_object(TARGET, bucket, "kept", b"")
    error = b"<Error><Key>kept</Key><Code>AccessDenied</Code><Message>Locked.</Message></Error>"
    body = b"<DeleteResult>" + error + b"</DeleteResult>"
    inject("s3", "DeleteObjects", lambda: answer(200, body))
    with pytest.raises(AccessDenied, match="kept: Locked.") as caught:
        stored_objects.delete_bucket(TARGET, bucket)
    assert caught.value.action == "s3:DeleteObjectVersion"
    assert stored_objects.bucket_is_there(TARGET, bucket)


def test_a_bucket_that_may_not_be_looked_at_is_no_missing_one(inject: Inject) -> None:
    inject("s3", "HeadBucket", lambda: answer(403, b""))
    with pytest.raises(AccessDenied):
        stored_objects.bucket_is_there(TARGET, "somebody-elses")


def test_a_backend_environment_is_forgotten_once_or_twice() -> None:
    app = amplify_apps.create_app(TARGET, name="shop", tags={})
    amplify_apps.create_backend_environment(TARGET, app_id=app.id, name="dev", stack_name="s", deployment_bucket="b")
    for _ in range(2):
        amplify_apps.delete_backend_environment(TARGET, app_id=app.id, name="dev")
    assert list(amplify_apps.iter_backend_environments(TARGET, app.id)) == []
    amplify_apps.delete_backend_environment(TARGET, app_id="dgone", name="dev")


def test_a_stack_tells_who_asked_for_it_and_what_it_made_even_when_it_is_gone(sandbox: Sandbox) -> None:
    name = "amplify-roots-dev-00000"
    with pytest.raises(NotFound):
        root_stacks.creation_of(TARGET, name)
    stack_id = stacks.create_stack(TARGET, name=name, template=json.dumps(TEMPLATE), parameters={}, token="admin-ui-1")
    made = root_stacks.creation_of(TARGET, name)
    assert (made.stack_id, made.token) == (stack_id, "admin-ui-1")
    assert made.made == {"Bucket": "amplify-roots-dev-00000-deployment", "Role": "roots"}

    for _ in range(2):
        root_stacks.delete_root_stack(TARGET, stack_id=stack_id, token="admin-ui-2")

    gone = root_stacks.creation_of(TARGET, stack_id)
    assert gone.made == {"Bucket": "amplify-roots-dev-00000-deployment"}
    stored_objects.delete_bucket(TARGET, "amplify-roots-dev-00000-deployment")
