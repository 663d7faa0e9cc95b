"""The Amplify backend behind an environment, as AWS knows it."""

from django.conf import settings
from django.core.exceptions import ValidationError

from aws import amplify_apps, deadlines
from aws.errors import AwsError, NotFound
from environments.models import Environment


def aws_words(error: AwsError) -> str:
    """What AWS answered, and what to do about it, on one line."""
    detail = ", ".join(part for part in (error.code, error.action, error.request_id) if part)
    return f"{error.words} {error.message}{f' ({detail})' if detail else ''} {error.next_step}"


def connect_backend(environment: Environment) -> None:
    """Put the stack's name and the bucket of its Amplify backend on the unsaved environment; any other has none.

    Raises ValidationError in words, with the AWS code and the next step, when the app has no such environment or AWS
    does not answer.
    """
    environment.stack_name = environment.deployment_bucket = ""
    if not environment.is_amplify:
        return
    try:
        with deadlines.within(settings.SCREEN_DEADLINE_SECONDS):
            found = amplify_apps.get_backend_environment(environment.target, environment.app_id, environment.name)
    except NotFound as error:
        raise ValidationError(
            f"The Amplify app {environment.app_id} in {environment.region} has no backend environment "
            f"“{environment.name}” ({error.code}: {error.message}). Check the app id, the Region and the name: "
            "amplify env list."
        ) from error
    except AwsError as error:
        raise ValidationError(aws_words(error)) from error
    environment.stack_name, environment.deployment_bucket = found.stack_name, found.deployment_bucket
