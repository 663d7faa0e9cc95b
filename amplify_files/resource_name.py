"""The name an imported auth resource gets (Amplify project format, section 1.2)."""

import re

_OUTSIDE_NAME = re.compile(r"[^A-Za-z0-9_]+")
_PROJECT_NAME = re.compile(r"[A-Za-z0-9]{3,20}")
_ENVIRONMENT_NAME = re.compile(r"[a-z]{2,10}")


def resource_name(project_name: str) -> str:
    """The resource name of a headless import: the project's name in lower case, other characters as one ``_`` per run.

    It has no random suffix, so that unlinking and importing again gives the same name.
    """
    return _OUTSIDE_NAME.sub("_", project_name.lower())


def is_amplify_project_name(name: str) -> bool:
    """Whether the Amplify CLI accepts this project name; it then is a safe resource name too, having no ``_``."""
    return _PROJECT_NAME.fullmatch(name) is not None


def is_amplify_environment_name(name: str) -> bool:
    """Whether the Amplify CLI accepts this environment name."""
    return _ENVIRONMENT_NAME.fullmatch(name) is not None
