"""``amplifyconfiguration.dart`` for Flutter (Amplify project format, section 3.4)."""

import re
from collections.abc import Mapping
from typing import Any

from amplify_files import amplifyconfiguration
from amplify_files.context import ProjectContext
from amplify_files.javascript_json import stringify
from amplify_files.outputs import AuthOutputs

_THREE_QUOTES = re.compile("'{3,}")


def render(outputs: AuthOutputs, context: ProjectContext) -> str:
    """The file's text: a Dart constant holding JSON with four-space indent, and a final newline."""
    return _file(amplifyconfiguration.native_content(outputs, "flutter", context.backend_meta))


def render_backend(backend_meta: Mapping[str, Any], region: str) -> str:
    """The file's text while no authentication is linked."""
    return _file(amplifyconfiguration.native_backend_content(backend_meta, region, "flutter"))


def dart_text(text: str) -> str:
    """``text`` as it must stand between three single quotes so that Dart reads it back unchanged.

    Dart gives backslashes and dollar signs a meaning there. Ordinary configurations hold neither and stay byte for byte
    what Amplify writes; for the others Amplify's own file would not compile or would not be JSON.
    """
    escaped = text.replace("\\", "\\\\").replace("$", "\\$")
    return _THREE_QUOTES.sub(lambda found: "\\'" * len(found[0]), escaped)


def _file(content: Mapping[str, Any]) -> str:
    return f"const amplifyconfig = '''{dart_text(stringify(content, indent=4))}''';\n"
