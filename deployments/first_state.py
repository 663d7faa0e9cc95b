"""What `amplify init` makes: the stack's name, and what the bucket holds of a backend without any resource. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime

from amplify_files import root_stack
from amplify_files.context import EnvironmentStack
from amplify_files.resource_name import is_amplify_project_name
from backend_state.document import archive

ARCHIVE = "#current-cloud-backend.zip"
BESIDE = ("amplify-meta.json", "backend-config.json")
"""What lies beside the archive in the bucket as well as inside it (Amplify project format, section 6.4)."""
LONGEST_NAME = 20


def stack_name(app_name: str, environment_name: str, suffix: str) -> str:
    """The root stack's name (section 6.1).

    An app that exists may have a name that the Amplify CLI would not give one; what it can take of it is used.
    """
    name = re.sub(r"[^A-Za-z0-9]", "", app_name)[:LONGEST_NAME]
    name = name if is_amplify_project_name(name) else f"app{name}"
    return root_stack.stack_name(name, environment_name, suffix)


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
    """The bucket's keys and their content. The archive comes last: whoever finds it finds the others beside it."""
    files = {name: text.encode() for name, text in root_stack.initial_files(stack).items()}
    return {name: files[name] for name in BESIDE} | {ARCHIVE: archive.new(files, moment=moment)}
