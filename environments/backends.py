"""The Amplify backend behind an environment, as AWS knows it: its app, its root stack, its deployment bucket."""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError

from aws import amplify_apps, deadlines, stacks
from aws.amplify_apps import BackendEnvironment
from aws.errors import AwsError, NotFound
from aws.side_by_side import Together
from aws.stacks import Stack
from aws.target import AwsTarget
from environments.models import Environment

OUTPUTS = (
    "Region", "StackName", "StackId", "DeploymentBucketName",
    "AuthRoleArn", "UnauthRoleArn", "AuthRoleName", "UnauthRoleName",
)  # fmt: skip
"""What the root stack of an Amplify environment tells (Amplify project format, section 6.2)."""


@dataclass(frozen=True, slots=True)
class Backend:
    """What the console keeps of a backend environment. `app_name` is what the Amplify CLI calls the project."""

    app_name: str
    stack_name: str
    deployment_bucket: str


def aws_words(error: AwsError) -> str:
    """What AWS answered, and what to do about it, on one line."""
    detail = ", ".join(part for part in (error.code, error.action, error.request_id) if part)
    return f"{error.words} {error.message}{f' ({detail})' if detail else ''} {error.next_step}"


def read_backend(target: AwsTarget, *, app_id: str, name: str) -> Backend:
    """The backend environment `name` of the app, with its root stack looked at. Reads only.

    Raises ValidationError in words, with the AWS code and the next step, when the app has no such environment, when
    its root stack is gone or is none of Amplify's, and when AWS does not answer.
    """
    with deadlines.within(settings.SCREEN_DEADLINE_SECONDS), Together() as together:
        app = together.start(amplify_apps.get_app, target, app_id)
        found = together.start(amplify_apps.get_backend_environment, target, app_id, name)
        stack = together.after(found, lambda known: _stack_of(target, known))
        try:
            environment, named = found.result(), app.result()
        except NotFound as error:
            raise ValidationError(
                f"The Amplify app {app_id} in {target.region} has no backend environment "
                f"“{name}” ({error.code}: {error.message}). Check the app id, the Region and the name: "
                "amplify env list."
            ) from error
        except AwsError as error:
            raise ValidationError(aws_words(error)) from error
        if not environment.stack_name:
            raise ValidationError(
                f"The backend environment “{name}” of the Amplify app {app_id} names no CloudFormation stack, so it "
                "was not made by the Amplify CLI or Studio. Choose another one, or create one with amplify env add."
            )
        try:
            problem = _problem_of(environment, stack.result())
        except NotFound as error:
            raise ValidationError(
                f"The backend environment “{name}” names the stack {environment.stack_name}, and CloudFormation has "
                f"none of this name in {target.region} ({error.code}: {error.message}). It was deleted, or lies in "
                "another Region or account. Choose the Region the backend was made in; where the stack is gone, "
                f"remove what is left with amplify env remove {name} and add the environment again."
            ) from error
        except AwsError as error:
            raise ValidationError(aws_words(error)) from error
    if problem:
        raise ValidationError(problem)
    return Backend(named.name, environment.stack_name, environment.deployment_bucket)


def _stack_of(target: AwsTarget, environment: BackendEnvironment) -> Stack | None:
    return stacks.describe_stack(target, environment.stack_name) if environment.stack_name else None


def _problem_of(environment: BackendEnvironment, stack: Stack | None) -> str:
    """What keeps this stack from being the root stack of the environment, in words; empty when it is that."""
    outputs = dict(stack.outputs) if stack else {}
    status = stack.status if stack else ""
    missing = [name for name in OUTPUTS if not outputs.get(name)]
    if status.startswith("DELETE_"):
        return (
            f"The stack {environment.stack_name} is being deleted, or its deletion failed ({status}). "
            "Choose another backend environment, or look at the stack in CloudFormation."
        )
    if missing:
        return (
            f"The stack {environment.stack_name} is {status} and lacks what Amplify's root stacks tell: "
            f"{', '.join(missing)}. Wait if it is still being made; otherwise look at it in CloudFormation, or choose "
            "another backend environment."
        )
    bucket = outputs["DeploymentBucketName"]
    if bucket != environment.deployment_bucket:
        return (
            f"Amplify says that the backend files of “{environment.name}” lie in "
            f"{environment.deployment_bucket or 'no bucket'}, its stack {environment.stack_name} says in {bucket}. "
            "A pull and a push would meet different files. Correct the backend environment first (amplify "
            "delete-backend-environment, then create-backend-environment with the stack's bucket as "
            "--deployment-artifacts), then connect it."
        )
    return ""


def connect_backend(environment: Environment) -> None:
    """Put what AWS knows of its Amplify backend on the unsaved environment; any other has none.

    Raises ValidationError as `read_backend` does.
    """
    environment.app_name = environment.stack_name = environment.deployment_bucket = ""
    if not environment.is_amplify:
        return
    found = read_backend(environment.target, app_id=environment.app_id, name=environment.name)
    environment.app_name = found.app_name
    environment.stack_name, environment.deployment_bucket = found.stack_name, found.deployment_bucket
