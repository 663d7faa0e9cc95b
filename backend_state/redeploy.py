"""What a developer does after a push, in the words that the pages about data, functions and deployments share."""

from environments.models import Environment

PUSH_ANYWAY = (
    "After amplify pull the CLI sees no difference between the checkout and the cloud, so it has to be told to push "
    "anyway."
)


def commands(environment: Environment) -> str:
    """The two commands, a line each, with the environment's own names filled in."""
    return f"amplify pull --appId {environment.app_id} --envName {environment.name}\namplify push --force"
