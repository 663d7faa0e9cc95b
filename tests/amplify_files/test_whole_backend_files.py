"""The files of backends with other categories, which Amplify's own frontend plugins wrote from the same documents.

Each folder of ``backends`` holds an ``amplify-meta.json`` and what was written from it: with its auth resource, as
after unlinking (an empty ``auth``), or as before the first import (no ``auth``). Only in ``amplifyconfiguration.dart``
was the dollar sign escaped afterwards, since Dart refuses the file that Amplify writes.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amplify_files import amplify_meta, aws_exports, catalogue
from amplify_files.context import ProjectContext
from amplify_files.outputs import AuthOutputs

BACKENDS = Path(__file__).parent / "backends"
REGION = "eu-west-1"
PUSHED = {"lastPushTimeStamp": "2026-03-02T10:11:12.345Z"}
USER_POOL_ONLY = ("storage_auth_first", "authorization_modes", "not_pushed")


def golden(state: str) -> list[str]:
    return sorted(path.relative_to(BACKENDS).as_posix() for path in BACKENDS.glob(f"*/{state}/**/*") if path.is_file())


def meta_of(backend: str) -> dict[str, Any]:
    meta: dict[str, Any] = json.loads((BACKENDS / backend / "amplify-meta.json").read_text(encoding="utf-8"))
    return meta


def outputs_of(backend: str, user_pool_only: AuthOutputs, identity_pool: AuthOutputs) -> AuthOutputs:
    return user_pool_only if backend in USER_POOL_ONLY else identity_pool


@pytest.mark.parametrize("path", golden("linked"))
def test_a_linked_backends_file_is_byte_for_byte_the_genuine_one(
    path: str, context: ProjectContext, user_pool_only: AuthOutputs, identity_pool: AuthOutputs
) -> None:
    backend, _, name = path.split("/", 2)
    linked = replace(context, backend_meta=meta_of(backend))
    text = catalogue.file(name).render(outputs_of(backend, user_pool_only, identity_pool), linked)
    assert text.encode() == (BACKENDS / path).read_bytes()


@pytest.mark.parametrize("path", golden("unlinked"))
def test_an_unlinked_backends_file_is_byte_for_byte_the_genuine_one(path: str) -> None:
    backend, _, name = path.split("/", 2)
    meta = meta_of(backend)
    # An entry that is still in the document says nothing about the link, so it makes no difference.
    for document in (meta, amplify_meta.remove(meta, "shop")):
        assert backend_file(name, document).encode() == (BACKENDS / path).read_bytes()


@pytest.mark.parametrize("path", golden("before-import"))
def test_the_file_of_a_backend_that_never_had_auth_is_byte_for_byte_the_genuine_one(path: str) -> None:
    backend, _, name = path.split("/", 2)
    meta = {category: value for category, value in meta_of(backend).items() if category != "auth"}
    assert backend_file(name, meta).encode() == (BACKENDS / path).read_bytes()


def test_every_gen_1_file_has_a_golden_one_in_every_state() -> None:
    names = {generated.name for generated in catalogue.FILES if generated.platform != "gen2"}
    for state, least in (("linked", 6), ("unlinked", 1), ("before-import", 1)):
        found = golden(state)
        assert {path.split("/", 2)[2] for path in found} == names
        assert len(found) >= least * len(names)


def test_auth_comes_last_when_the_document_has_none(context: ProjectContext, user_pool_only: AuthOutputs) -> None:
    meta = {category: value for category, value in meta_of("storage_auth_first").items() if category != "auth"}
    keys = list(aws_exports.content(user_pool_only, meta))
    assert keys[:4] == [
        "aws_project_region",
        "aws_user_files_s3_bucket",
        "aws_user_files_s3_bucket_region",
        "aws_cognito_region",
    ]


def test_the_document_of_a_backend_with_auth_alone_changes_no_file(
    context: ProjectContext, identity_pool: AuthOutputs
) -> None:
    meta = amplify_meta.merge({"providers": {"awscloudformation": {"Region": REGION}}}, identity_pool, context)
    assert catalogue.files(identity_pool, replace(context, backend_meta=meta)) == catalogue.files(
        identity_pool, context
    )


def test_a_backend_without_auth_has_every_file_but_the_one_about_auth() -> None:
    rendered = catalogue.backend_files(meta_of("api_key"), REGION)
    assert [one.file for one in rendered] == [one for one in catalogue.FILES if one.name != "resource.ts"]
    assert not any(one.holds_secret for one in rendered)
    assert aws_exports.render_backend({}, REGION) == next(
        one.text for one in catalogue.backend_files({}, REGION) if one.file.name == "aws-exports.js"
    )
    assert '"aws_project_region": "eu-west-1"\n};' in aws_exports.render_backend({}, REGION)


def test_gen_2_outputs_have_the_graphql_api_and_the_bucket(context: ProjectContext, identity_pool: AuthOutputs) -> None:
    linked = replace(context, backend_meta=meta_of("every_category"))
    document = json.loads(catalogue.file("amplify_outputs.json").render(identity_pool, linked))
    alone = json.loads(catalogue.file("amplify_outputs.json").render(identity_pool, context))
    assert list(document) == ["version", "auth", "data", "storage"]
    assert {key: document[key] for key in ("version", "auth")} == alone
    assert document["data"] == {
        "aws_region": REGION,
        "url": "https://shopapiexample.appsync-api.eu-west-1.amazonaws.com/graphql",
        "api_key": "da2-example0key",
        "default_authorization_type": "AMAZON_COGNITO_USER_POOLS",
        "authorization_types": ["API_KEY"],
    }
    assert document["storage"] == {"aws_region": REGION, "bucket_name": "media3f2a1-dev"}
    unlinked = json.loads(backend_file("amplify_outputs.json", meta_of("every_category")))
    assert unlinked == {"version": "1.1", "data": document["data"], "storage": document["storage"]}


@pytest.mark.parametrize(
    ("category", "entry"),
    [
        ("api", {"service": "AppSync", "output": {"securityType": "API_KEY", "GraphQLAPIEndpointOutput": "https://a"}}),
        ("api", {"service": "AppSync", "output": {"securityType": "API_KEY"}, **PUSHED}),
        ("api", {"service": "AppSync", "output": {"GraphQLAPIEndpointOutput": "https://a"}, **PUSHED}),
        (
            "api",
            {
                "service": "AppSync",
                "output": {"securityType": "NONE", "GraphQLAPIEndpointOutput": "https://a"},
                **PUSHED,
            },
        ),
        ("api", {"service": "API Gateway", "output": {"ApiName": "a", "RootUrl": "https://a"}, **PUSHED}),
        ("storage", {"service": "S3", "output": {"BucketName": "b", "Region": REGION}}),
        ("storage", {"service": "S3", "output": {"Region": REGION}, **PUSHED}),
    ],
)
def test_gen_2_outputs_leave_out_what_was_not_pushed_or_cannot_be_said(category: str, entry: dict[str, Any]) -> None:
    meta = {category: {"shop": entry}}
    assert json.loads(backend_file("amplify_outputs.json", meta)) == {"version": "1.1"}


def backend_file(name: str, meta: dict[str, Any]) -> str:
    render = catalogue.file(name).render_backend
    assert render is not None
    return render(meta, REGION)
