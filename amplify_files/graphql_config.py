"""``.graphqlconfig.yml`` and where the files of ``amplify codegen`` lie (Amplify project format, section 8.5)."""

import posixpath
import re
from dataclasses import dataclass
from typing import Literal

from amplify_files.context import Frontend
from amplify_files.statements import DEFAULT_DEPTH, Language

TargetName = Literal["javascript", "typescript", "flow", "angular", "swift", ""]

_API_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
# What YAML 1.1 reads as a number, a date, a boolean or null where it means an API's name.
_NOT_PLAIN = re.compile(
    r"0|[1-9][0-9_]*|0[0-7_]+|0b[01_]+|0x[0-9a-fA-F_]+|(0|[1-9][0-9_]*)[eE]-?[0-9]+|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"|y|Y|n|N|(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|true|True|TRUE|false|False|FALSE|null|Null|NULL)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodegenTarget:
    """What ``amplify codegen`` generates for a frontend, and where; Android's target has no name.

    ``language`` is that of the statements. Without a ``generated_file`` no types are generated.
    """

    name: TargetName
    language: Language
    include: str
    docs_path: str
    generated_file: str = ""

    @property
    def types_path(self) -> str:
        """The generated types as the statements import them, or nothing where there are none."""
        if not self.generated_file:
            return ""
        path = posixpath.splitext(posixpath.relpath(self.generated_file, self.docs_path))[0]
        return path if path.startswith(".") else f"./{path}"

    def path(self, file_name: str) -> str:
        """Where one of the statement files lies in the project."""
        return f"{self.docs_path}/{file_name}"

    def schema_path(self, api_name: str) -> str:
        """The schema the original reads: the compiled one, for Android the introspection it makes of that."""
        if self.name == "":
            return "app/src/main/graphql/schema.json"
        return f"amplify/backend/api/{api_name}/build/schema.graphql"


_JAVASCRIPT = CodegenTarget(
    name="javascript", language="javascript", include="src/graphql/**/*.js", docs_path="src/graphql"
)
_TYPESCRIPT = CodegenTarget(
    name="typescript",
    language="typescript",
    include="src/graphql/**/*.ts",
    docs_path="src/graphql",
    generated_file="src/API.ts",
)
_FLOW = CodegenTarget(
    name="flow",
    language="flow",
    include="src/graphql/**/*.js",
    docs_path="src/graphql",
    generated_file="src/API.js",
)
_ANGULAR = CodegenTarget(
    name="angular",
    language="angular",
    include="src/graphql/**/*.graphql",
    docs_path="src/graphql",
    generated_file="src/app/API.service.ts",
)
_SWIFT = CodegenTarget(
    name="swift",
    language="graphql",
    include="graphql/**/*.graphql",
    docs_path="graphql",
    generated_file="API.swift",
)
_ANDROID = CodegenTarget(
    name="",
    language="graphql",
    include="app/src/main/graphql/**/*.graphql",
    docs_path="app/src/main/graphql/com/amazonaws/amplify/generated/graphql",
)

TARGETS: dict[Frontend, tuple[CodegenTarget, ...]] = {
    "javascript": (_JAVASCRIPT, _TYPESCRIPT, _FLOW, _ANGULAR),
    "ios": (_SWIFT,),
    "android": (_ANDROID,),
    "flutter": (),
}


def codegen_target(frontend: Frontend, name: str = "") -> CodegenTarget:
    """The target of this name for a frontend, or its usual one. Raises ``ValueError`` where there is none."""
    targets = TARGETS[frontend]
    if not targets:
        raise ValueError("For Flutter, Amplify generates models but no GraphQL statements.")
    if not name:
        return targets[0]
    for target in targets:
        if target.name == name:
            return target
    known = ", ".join(f"“{target.name}”" for target in targets if target.name) or "only the usual one"
    raise ValueError(f"The frontend “{frontend}” has no codegen target “{name}”. There is: {known}.")


def render(
    api_name: str,
    target: CodegenTarget,
    region: str,
    *,
    max_depth: int = DEFAULT_DEPTH,
    as_loaded: bool = False,
) -> str:
    """The file's text, as ``amplify codegen add`` writes it.

    ``as_loaded`` gives the text that the next command makes of it when it loads the file, and that later ones leave
    alone: better where the file is to be committed. Raises ``ValueError`` for an API that cannot be called so.
    """
    if not _API_NAME.fullmatch(api_name):
        raise ValueError(f"“{api_name}” cannot be the name of a GraphQL API.")
    generated = [f"      - {target.generated_file}"] if target.generated_file else []
    library = ["        amplifyJsLibraryVersion: 6"] if target.name == "angular" else []
    version = ["extensions:", "  amplify:", "    version: 3"] if as_loaded else []
    lines = [
        "projects:",
        f"  {_quoted_where_needed(api_name)}:",
        f"    schemaPath: {target.schema_path(api_name)}",
        "    includes:",
        f"      - {target.include}",
        "    excludes:",
        "      - ./amplify/**",
        *generated,
        "    extensions:",
        "      amplify:",
        f"        codeGenTarget: {_quoted_where_needed(target.name)}",
        f"        generatedFileName: {_quoted_where_needed(target.generated_file)}",
        f"        docsFilePath: {target.docs_path}",
        f"        region: {region}",
        "        apiId: null",
        *library,
        f"        maxDepth: {max_depth}",
        *version,
    ]
    return "".join(f"{line}\n" for line in lines)


def _quoted_where_needed(text: str) -> str:
    return text if text and not _NOT_PLAIN.fullmatch(text) else f"'{text}'"
