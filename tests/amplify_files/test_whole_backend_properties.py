"""What holds for every backend, whatever its document says."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from amplify_files import amplify_meta, aws_exports, awsconfiguration, catalogue
from amplify_files.context import ProjectContext
from amplify_files.outputs import AuthOutputs
from tests.amplify_files.conftest import IDENTITY_POOL, USER_POOL_ONLY
from tests.amplify_files.test_file_properties import CONTEXT, SCHEMAS, VERSIONS, is_valid, links

REGION = "eu-west-1"
PUSHED = {"lastPushTimeStamp": "2026-03-02T10:11:12.345Z"}
CATEGORIES = ("api", "storage", "analytics", "notifications", "interactions", "predictions", "geo", "hosting", "xr")
SERVICES = (
    *(
        "AppSync",
        "API Gateway",
        "ElasticContainer",
        "S3",
        "DynamoDB",
        "Pinpoint",
        "Kinesis",
        "Lex",
        "Map",
        "PlaceIndex",
    ),
    *("GeofenceCollection", "S3AndCloudFront", "Translate", "Polly", "Transcribe", "Comprehend", "SageMaker", "Lambda"),
    *("Rekognition", "RekognitionAndTextract", "Sumerian", "Cognito", "Unheard Of"),
)
KEYS = (
    *("authConfig", "GraphQLAPIEndpointOutput", "GraphQLAPIKeyOutput", "securityType", "BucketName", "Region", "Name"),
    *("ApiName", "RootUrl", "Id", "FCM", "APNS", "SMS", "Email", "BotName", "Style", "region", "collectionId"),
    *("maxEntities", "celebrityDetectionEnabled", "sourceLang", "HostingBucketName", "WebsiteURL"),
)
AUTHORIZATIONS = ("AMAZON_COGNITO_USER_POOLS", "API_KEY", "AWS_IAM", "AWS_LAMBDA", "OPENID_CONNECT")

words = st.text(max_size=6) | st.sampled_from(["shop", "10", "9"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words | st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)
authorizations = st.fixed_dictionaries({"authenticationType": st.sampled_from(AUTHORIZATIONS)})
auth_configs = st.fixed_dictionaries(
    {"defaultAuthentication": authorizations, "additionalAuthenticationProviders": st.lists(authorizations, max_size=4)}
)
usual_outputs = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(KEYS, words),
        "authConfig": auth_configs,
        "FCM": st.fixed_dictionaries({"Enabled": st.booleans(), "ApplicationId": words}),
    },
)
entries = st.fixed_dictionaries(
    {"service": st.sampled_from(SERVICES), "output": usual_outputs | st.dictionaries(st.sampled_from(KEYS), anything)},
    optional={
        "lastPushTimeStamp": st.just(PUSHED["lastPushTimeStamp"]),
        "isDefault": st.booleans(),
        "identifyType": st.sampled_from(["identifyText", "identifyLabels", "identifyEntities"]) | anything,
        "convertType": st.sampled_from(["speechGenerator", "transcription"]) | anything,
        "authorizationType": words,
    },
)
backends = st.dictionaries(
    st.sampled_from([*CATEGORIES, "auth", "providers"]),
    st.dictionaries(words, entries | anything, max_size=3) | anything,
    max_size=5,
)


@given(links, backends)
def test_any_document_gives_files_that_parse(outputs: AuthOutputs, meta: dict[str, Any]) -> None:
    context = replace(CONTEXT, backend_meta=meta)
    for rendered in (*catalogue.files(outputs, context), *catalogue.backend_files(meta, REGION)):
        assert rendered.text
        if rendered.file.content_type == "application/json":
            assert isinstance(json.loads(rendered.text), dict)


@given(links, backends)
def test_every_auth_key_has_the_value_it_has_without_a_document(outputs: AuthOutputs, meta: dict[str, Any]) -> None:
    assert aws_exports.content(outputs).items() <= aws_exports.content(outputs, meta).items()
    for platform in ("ios", "android", "flutter"):
        alone = awsconfiguration.content(outputs, platform)
        assert alone.items() <= awsconfiguration.content(outputs, platform, meta).items()


@given(links, backends)
def test_the_auth_resources_of_the_document_itself_never_reach_a_file(
    outputs: AuthOutputs, meta: dict[str, Any]
) -> None:
    for auth in ({}, {"old": {"service": "Cognito", "output": {"UserPoolId": "old"}, **PUSHED}}):
        # Assigning to a key that is there keeps its place among the categories.
        changed = {**meta, "auth": auth}
        expected = {**meta, "auth": None}
        assert catalogue.files(outputs, replace(CONTEXT, backend_meta=changed)) == catalogue.files(
            outputs, replace(CONTEXT, backend_meta=expected)
        )
        assert catalogue.backend_files(changed, REGION) == catalogue.backend_files(expected, REGION)


@given(backends)
def test_unlinking_takes_away_nothing_but_auth(meta: dict[str, Any]) -> None:
    linked = aws_exports.content(USER_POOL_ONLY, meta)
    unlinked = aws_exports.backend_content(meta, USER_POOL_ONLY.region)
    auth = aws_exports.content(USER_POOL_ONLY).keys() - {"aws_project_region"}
    assert list(unlinked.items()) == [(key, value) for key, value in linked.items() if key not in auth]


@given(links, backends)
@example(
    IDENTITY_POOL,
    {
        "api": {"a": {"service": "AppSync", "output": {"securityType": "API_KEY", KEYS[1]: "https://a"}, **PUSHED}},
        "storage": {"s": {"service": "S3", "output": {"BucketName": "b"}, **PUSHED}},
    },
)
def test_gen_2_outputs_are_valid_in_the_version_they_name_and_in_no_lower_one(
    outputs: AuthOutputs, meta: dict[str, Any]
) -> None:
    context = replace(CONTEXT, backend_meta=meta)
    document = json.loads(catalogue.file("amplify_outputs.json").render(outputs, context))
    assert document["version"] == json.loads(catalogue.file("amplify_outputs.json").render(outputs, CONTEXT))["version"]
    assert is_valid(document, document["version"])
    lower = [version for version in VERSIONS if version < document["version"]]
    assert not any(is_valid({**document, "version": version}, version) for version in lower)
    unlinked = next(
        one.text for one in catalogue.backend_files(meta, REGION) if one.file.name == "amplify_outputs.json"
    )
    assert is_valid(json.loads(unlinked), "1.1")
    assert not is_valid({**document, "data": {"aws_region": REGION}}, document["version"])
    assert set(SCHEMAS) >= {document["version"]}


def test_the_document_is_no_part_of_how_a_context_is_shown_or_hashed() -> None:
    context = ProjectContext(project_name="shop", environment_name="dev", backend_meta={"api": {"key": "da2-example"}})
    assert "da2-example" not in repr(context)
    assert hash(context) == hash(replace(context, backend_meta=None))
    assert context != replace(context, backend_meta=None)
    assert amplify_meta.merge(context.backend_meta or {}, USER_POOL_ONLY, context).keys() == {"api", "auth"}
