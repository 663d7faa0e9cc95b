"""``amplifyconfiguration.json``: one name, two shapes (Amplify project format, sections 3.1 and 3.6)."""

from collections.abc import Mapping
from typing import Any

from amplify_files import amplifyconfiguration_plugins, aws_exports, awsconfiguration
from amplify_files.awsconfiguration import NativePlatform
from amplify_files.backend_resources import AUTH_CATEGORY
from amplify_files.context import ProjectContext
from amplify_files.javascript_json import stringify
from amplify_files.outputs import AuthOutputs


def native_content(
    outputs: AuthOutputs, platform: NativePlatform, backend_meta: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The object for iOS, Android and Flutter: the complete awsconfiguration inside the Cognito plugin."""
    auth = awsconfiguration.content(outputs, platform, backend_meta)
    return _native_content(backend_meta or {}, outputs.region, platform, auth)


def native_backend_content(backend_meta: Mapping[str, Any], region: str, platform: NativePlatform) -> dict[str, Any]:
    """The object while no authentication is linked; a category without resources still has its plugin."""
    auth = awsconfiguration.backend_content(backend_meta, region, platform) if AUTH_CATEGORY in backend_meta else None
    return _native_content(backend_meta, region, platform, auth)


def render(outputs: AuthOutputs, context: ProjectContext) -> str:
    """The text of the JavaScript file, the object of aws-exports.js: two-space indent, no trailing newline."""
    return stringify(aws_exports.content(outputs, context.backend_meta), indent=2)


def render_backend(backend_meta: Mapping[str, Any], region: str) -> str:
    """The text of the JavaScript file while no authentication is linked."""
    return stringify(aws_exports.backend_content(backend_meta, region), indent=2)


def render_native(outputs: AuthOutputs, context: ProjectContext, *, platform: NativePlatform) -> str:
    """The text of the iOS or Android file: four-space indent, no trailing newline."""
    return stringify(native_content(outputs, platform, context.backend_meta), indent=4)


def render_native_backend(backend_meta: Mapping[str, Any], region: str, *, platform: NativePlatform) -> str:
    """The text of the iOS or Android file while no authentication is linked."""
    return stringify(native_backend_content(backend_meta, region, platform), indent=4)


def _native_content(
    backend_meta: Mapping[str, Any], region: str, platform: NativePlatform, auth: Mapping[str, Any] | None
) -> dict[str, Any]:
    return {
        "UserAgent": "aws-amplify-cli/2.0",
        "Version": "1.0",
        **amplifyconfiguration_plugins.by_category(backend_meta, region, platform, auth),
    }
