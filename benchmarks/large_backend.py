"""`python -m benchmarks.large_backend`: an Amplify backend whose zip has 30 MB and 2,000 files, in the account of the
environment. In a process of its own, because what it holds in memory is no business of the process that is measured."""

import io
import json
import random
import zipfile
from typing import Any

import boto3

from amplify_files import root_stack
from benchmarks.account import REGION

APP, ENVIRONMENT, FILES, FILE_SIZE = "benchmark", "dev", 2_000, 15_360
STACK = "amplify-benchmark-dev-0be4c"
BUCKET = f"{STACK}-deployment"


def plant() -> dict[str, str]:
    """Plants it, and answers what the console's environment needs to know."""
    make: Any = boto3.client
    amplify, stacks, s3 = (make(name, region_name=REGION) for name in ("amplify", "cloudformation", "s3"))
    app = amplify.create_app(name=APP)["app"]["appId"]
    amplify.create_backend_environment(
        appId=app, environmentName=ENVIRONMENT, stackName=STACK, deploymentArtifacts=BUCKET
    )
    stacks.create_stack(
        StackName=STACK,
        TemplateBody=root_stack.template(),
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in root_stack.parameters(STACK).items()
        ],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    described = stacks.describe_stacks(StackName=STACK)["Stacks"][0]
    outputs = {row["OutputKey"]: row["OutputValue"] for row in described["Outputs"]}
    meta = {"providers": {"awscloudformation": {**outputs, "AmplifyAppId": app}}}
    files = {"amplify-meta.json": json.dumps(meta, indent=2), "backend-config.json": "{}"}
    s3.put_object(Bucket=BUCKET, Key="#current-cloud-backend.zip", Body=_zip(files))
    for name, text in files.items():
        s3.put_object(Bucket=BUCKET, Key=name, Body=text.encode())
    return {"app_id": app, "app_name": APP, "stack_name": STACK, "deployment_bucket": BUCKET}


def _zip(files: dict[str, str]) -> bytes:
    """Sources of functions that no compression makes smaller, as bundles of minified code nearly are."""
    numbers = random.Random("a large backend")  # noqa: S311  (the same bytes at every run)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        for number in range(FILES - len(files)):
            archive.writestr(f"function/fn{number % 20:02}/src/lib/{number:04}.js", numbers.randbytes(FILE_SIZE))
    return buffer.getvalue()


if __name__ == "__main__":
    print(json.dumps(plant()))
