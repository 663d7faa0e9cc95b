"""The sample backend with imported auth against what the console's own writers would have written for it."""

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest

from amplify_files import amplify_meta, backend_config, parameters_json, team_provider_info
from amplify_files.context import ProjectContext
from auth_import.observation import Choice, Setting
from auth_import.observe import observe
from auth_import.outputs import outputs_of
from aws.sandbox.catalogue import scenario
from aws.sandbox.catalogue_backends import backend
from aws.target import AwsTarget

GOOD, STAGING = scenario("good"), backend("staging")


@pytest.mark.usefixtures("sandbox")
def test_staging_is_what_the_console_would_have_pushed(connect: Any) -> None:
    setting = Setting(
        kind="standalone",
        region="eu-west-1",
        project_name="sampleshop",
        environment_name="staging",
        resource_name="sampleshop",
    )
    choice = Choice(GOOD.pool_id, str(GOOD.web_client_id), str(GOOD.native_client_id), str(GOOD.identity_pool_id))
    outputs = outputs_of(observe(target=AwsTarget("eu-west-1"), choice=choice, setting=setting, seconds=20))
    assert outputs is not None
    pushed = datetime(2026, 3, 2, 10, 11, 12, 345_000, tzinfo=UTC)
    context = ProjectContext(project_name="sampleshop", environment_name="staging", kind="amplify", last_push=pushed)
    body = connect("s3").get_object(Bucket=STAGING.deployment_bucket, Key="#current-cloud-backend.zip")["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert files["auth/sampleshop/parameters.json"] == parameters_json.render(outputs, context)
    meta, config = json.loads(files["amplify-meta.json"]), json.loads(files["backend-config.json"])
    entry = amplify_meta.entry(outputs, context)
    secret = {"AppClientSecret": meta["auth"]["sampleshop"]["output"]["AppClientSecret"]}
    written = json.loads(json.dumps({**entry, "output": {**amplify_meta.output(outputs), **secret}}))
    # As text, for the order of keys counts.
    assert json.dumps(meta["auth"]["sampleshop"]) == json.dumps(written)
    assert json.dumps(config) == json.dumps(backend_config.merge(config, outputs, context))
    path = f"/amplify/{STAGING.app_id}/staging/AMPLIFY_auth_sampleshop_"
    pages = connect("ssm").get_paginator("get_parameters_by_path").paginate(Path=path.rpartition("/")[0])
    stored = {one["Name"]: json.loads(one["Value"]) for page in pages for one in page["Parameters"]}
    block = team_provider_info.block(outputs, context)
    assert {name: value for name, value in stored.items() if name.startswith(path)} == {
        f"{path}{name}": value for name, value in block.items()
    }
