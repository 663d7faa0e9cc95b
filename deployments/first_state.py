"""What `amplify init` makes: the names, and what the bucket holds of a backend without any resource. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from amplify_files.context import EnvironmentStack
from amplify_files.javascript_json import stringify
from amplify_files.team_provider_info import stack_block
from backend_state.document import archive

ARCHIVE, META, CONFIG = "#current-cloud-backend.zip", "amplify-meta.json", "backend-config.json"
TAGS = [
    {"Key": "user:Stack", "Value": "{project-env}"},
    {"Key": "user:Application", "Value": "{project-name}"},
]
ROOT_TEMPLATE = "awscloudformation/build/root-cloudformation-stack.json"


LONGEST_APP_NAME = 20
"""How much of it stands in the stack's name: the bucket's may have 63 characters, and the CLI allows no longer name."""


def stack_name(app_name: str, environment_name: str, suffix: str) -> str:
    """The root stack's name (section 6.1): lower case, and nothing but letters, digits and hyphens."""
    name = re.sub(r"[^a-z0-9]", "", app_name.lower())[:LONGEST_APP_NAME] or "app"
    return f"amplify-{name}-{environment_name}-{suffix}"


def stack_from(outputs: Mapping[str, str], *, app_id: str) -> EnvironmentStack:
    """The root stack as the backend files name it. Raises KeyError when it lacks an output of section 6.2."""
    return EnvironmentStack(
        region=outputs["Region"],
        stack_name=outputs["StackName"],
        stack_id=outputs["StackId"],
        deployment_bucket_name=outputs["DeploymentBucketName"],
        auth_role_name=outputs["AuthRoleName"],
        auth_role_arn=outputs["AuthRoleArn"],
        unauth_role_name=outputs["UnauthRoleName"],
        unauth_role_arn=outputs["UnauthRoleArn"],
        amplify_app_id=app_id,
    )


def first_state(stack: EnvironmentStack, *, moment: datetime) -> dict[str, bytes]:
    """The bucket's keys and their content (Amplify project format, sections 6.4 and 6.5); the archive comes last.

    Whoever finds the archive finds the two files beside it as well.
    """
    from amplify_files import root_stack

    meta: dict[str, Any] = {"providers": {"awscloudformation": stack_block(stack)}}
    files = {META: stringify(meta, indent=2).encode(), CONFIG: stringify({}, indent=2).encode()}
    whole = {**files, "tags.json": stringify(TAGS, indent=2).encode(), ROOT_TEMPLATE: root_stack.template().encode()}
    return {**files, ARCHIVE: archive.new(whole, moment=moment)}
