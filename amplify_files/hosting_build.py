"""What a headless build of an environment with imported auth runs (Amplify project format, sections 4.3 and 4.11)."""

import re
import shlex

from amplify_files import ci
from amplify_files.context import Frontend, ProjectContext
from amplify_files.javascript_json import stringify
from amplify_files.outputs import AuthOutputs

# YAML reads these characters as they are, provided that no colon is followed by a space.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./:=@+-]*")

_FRONTEND_CONFIGS: dict[Frontend, dict[str, str]] = {
    "javascript": {
        "SourceDir": "src",
        "DistributionDir": "build",
        "BuildCommand": "npm run-script build",
        "StartCommand": "npm run-script start",
    },
    "android": {"ResDir": "app/src/main/res"},
    "flutter": {"ResDir": "./lib/"},
    "ios": {},
}


def build_snippet(outputs: AuthOutputs, context: ProjectContext) -> str:
    """The backend part of ``amplify.yml`` for Amplify Hosting, which then asks for nothing."""
    commands = [
        *(f"export {name}={shlex.quote(value)}" for name, value in ci.variables(outputs)),
        f"amplifyPush --simple --environment {shlex.quote(context.environment_name)}",
    ]
    return (
        "# The frontend part of amplify.yml stays as it is. The variables may also be set under Hosting, Environment\n"
        "# variables, with an override for each branch; then only the last command is needed here.\n"
        "version: 1\n"
        "backend:\n"
        "  phases:\n"
        "    build:\n"
        "      commands:\n"
    ) + "".join(f"        - {_scalar(command)}\n" for command in commands)


def shell_lines(outputs: AuthOutputs, context: ProjectContext, *, framework: str = "none") -> str:
    """The lines for any other CI system with a POSIX shell, for example a ``run`` step of GitHub Actions.

    They take the credentials the AWS SDK finds there. Raises ``ValueError`` for an environment without an Amplify app.
    """
    if context.stack is None:
        raise ValueError("Only an environment with an Amplify backend can be pulled.")
    amplify = {
        "projectName": context.project_name,
        "appId": context.stack.amplify_app_id,
        "envName": context.environment_name,
        "defaultEditor": "none",
    }
    frontend: dict[str, object] = {"frontend": context.frontend}
    if context.frontend == "javascript":
        frontend["framework"] = framework
    if _FRONTEND_CONFIGS[context.frontend]:
        frontend["config"] = _FRONTEND_CONFIGS[context.frontend]
    # At this level the CLI keeps no credentials of its own, and looks for no Studio login.
    providers = {"awscloudformation": {"configLevel": "general", "region": context.stack.region}}
    return (
        "npm install --global @aws-amplify/cli\n"
        f"export AWS_REGION={shlex.quote(context.stack.region)}\n"
        f"amplify pull --yes --amplify {_json_argument(amplify)} \\\n"
        f"  --frontend {_json_argument(frontend)} \\\n"
        f"  --providers {_json_argument(providers)} \\\n"
        f"  {ci.categories_argument(outputs)}\n"
    )


def download_line(url: str, *, file_name: str = "backend.zip") -> str:
    """The line that fetches the source bundle; the shell puts in the project token, so it stands in no file."""
    return (
        'curl --fail --silent --show-error --header "Authorization: Bearer $ADMIN_UI_TOKEN" '
        f"--output {shlex.quote(file_name)} {shlex.quote(url)}\n"
    )


def _json_argument(value: object) -> str:
    return shlex.quote(stringify(value))


def _scalar(command: str) -> str:
    """The command as YAML: plain where it may be, else as a JSON string, which YAML reads as well."""
    if _PLAIN.fullmatch(command) and ": " not in command and not command.endswith((":", " ")):
        return command
    return stringify(command)
