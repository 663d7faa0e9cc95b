"""``amplifyconfiguration.json``: one name, two shapes (Amplify project format, sections 3.1 and 3.6)."""

from amplify_files import aws_exports, awsconfiguration
from amplify_files.awsconfiguration import NativePlatform
from amplify_files.context import ProjectContext
from amplify_files.javascript_json import stringify
from amplify_files.outputs import AuthOutputs


def native_content(outputs: AuthOutputs, platform: NativePlatform) -> dict[str, object]:
    """The object for iOS, Android and Flutter: the complete awsconfiguration inside the Cognito plugin."""
    return {
        "UserAgent": "aws-amplify-cli/2.0",
        "Version": "1.0",
        "auth": {"plugins": {"awsCognitoAuthPlugin": awsconfiguration.content(outputs, platform)}},
    }


def render(outputs: AuthOutputs, context: ProjectContext) -> str:
    """The text of the JavaScript file, the object of aws-exports.js: two-space indent, no trailing newline."""
    return stringify(aws_exports.content(outputs), indent=2)


def render_native(outputs: AuthOutputs, context: ProjectContext, *, platform: NativePlatform) -> str:
    """The text of the iOS or Android file: four-space indent, no trailing newline."""
    return stringify(native_content(outputs, platform), indent=4)
