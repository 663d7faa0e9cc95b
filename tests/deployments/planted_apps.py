"""Amplify apps of the tests' own in the sandbox account, with root stacks as CloudFormation keeps them."""

import json
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

import boto3

_numbers = count(1)


@cache
def _client(url: str, region: str, service: str) -> Any:
    make: Any = boto3.client
    return make(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id="planting",
        aws_secret_access_key="planting",
    )


@dataclass(frozen=True)
class Planted:
    """An app and its environments: name to the name of the root stack."""

    id: str
    name: str
    stacks: dict[str, str]


class Apps:
    """The Amplify apps of one Region, as their owner sees them."""

    def __init__(self, url: str, region: str) -> None:
        self.url, self.region = url, region

    def client(self, service: str) -> Any:
        return _client(self.url, self.region, service)

    def plant(self, *environments: str, name: str = "", stacks: bool = True) -> Planted:
        number = next(_numbers)
        name = name or f"planted{number}"
        app_id = self.client("amplify").create_app(name=name)["app"]["appId"]
        made = {}
        for environment in environments:
            stack = made[environment] = f"amplify-{name.lower()}-{environment}-{number:05x}"
            self.client("amplify").create_backend_environment(
                appId=app_id,
                environmentName=environment,
                stackName=stack,
                deploymentArtifacts=f"{stack}-deployment",
            )
            if stacks:
                self.plant_stack(stack)
        return Planted(app_id, name, made)

    def plant_stack(self, name: str, **outputs: str | None) -> None:
        """A root stack; `outputs` replace those it would tell, None leaves one out."""
        told = {
            "Region": self.region,
            "StackName": name,
            "StackId": f"arn:aws:cloudformation:{self.region}:123456789012:stack/{name}/1",
            "DeploymentBucketName": f"{name}-deployment",
            "AuthRoleArn": f"arn:aws:iam::123456789012:role/{name}-authRole",
            "UnauthRoleArn": f"arn:aws:iam::123456789012:role/{name}-unauthRole",
            "AuthRoleName": f"{name}-authRole",
            "UnauthRoleName": f"{name}-unauthRole",
            **outputs,
        }
        template = {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"{name}-deployment"}}},
            "Outputs": {key: {"Value": value} for key, value in told.items() if value is not None},
        }
        self.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template))

    def remove_all(self) -> None:
        """No app of an earlier test is left in the Region."""
        amplify = self.client("amplify")
        while apps := amplify.list_apps()["apps"]:
            for app in apps:
                amplify.delete_app(appId=app["appId"])
