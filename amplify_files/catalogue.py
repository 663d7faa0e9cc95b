"""The client configuration files people take from a linked environment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from amplify_files import (
    amplify_outputs,
    amplifyconfiguration,
    amplifyconfiguration_dart,
    aws_exports,
    awsconfiguration,
    resource_ts,
)
from amplify_files.context import ProjectContext
from amplify_files.outputs import AuthOutputs, masked

__all__ = ["FILES", "GeneratedFile", "RenderedFile", "UnknownFile", "backend_files", "file", "files", "masked"]

Platform = Literal["javascript", "ios", "android", "flutter", "gen2"]


class UnknownFile(LookupError):
    """No generated file has this name; the message lists the names there are."""


@dataclass(frozen=True, kw_only=True)
class GeneratedFile:
    """One kind of file.

    ``name`` is how people ask for it, and its path below the folder of ``client_config --out``. ``path_in_project`` is
    where an app usually keeps it. ``native`` files carry the native client, and its secret if it has one.
    ``render_backend`` writes the file from the cloud ``amplify-meta.json`` and the Region of the environment, as it is
    while no authentication is linked; a file about authentication alone has none.
    """

    name: str
    path_in_project: str
    platform: Platform
    title: str
    what_for: str
    content_type: str
    native: bool
    render: Callable[[AuthOutputs, ProjectContext], str]
    render_backend: Callable[[Mapping[str, Any], str], str] | None = None

    @property
    def path(self) -> str:
        """The path below the folder that receives all files."""
        return self.name

    @property
    def file_name(self) -> str:
        """The last part of the name, for a download."""
        return self.name.rpartition("/")[2]

    def holds_secret(self, outputs: AuthOutputs) -> bool:
        """Whether the file holds the native client's secret, which asks for a permission and an audit entry."""
        return self.native and outputs.native_client_has_secret


@dataclass(frozen=True, kw_only=True)
class RenderedFile:
    """One file with its text."""

    file: GeneratedFile
    text: str
    holds_secret: bool


FILES: tuple[GeneratedFile, ...] = (
    GeneratedFile(
        name="aws-exports.js",
        path_in_project="src/aws-exports.js",
        platform="javascript",
        title="aws-exports.js",
        what_for="Web apps that configure the Amplify library with the Gen 1 module.",
        content_type="text/javascript",
        native=False,
        render=aws_exports.render,
        render_backend=aws_exports.render_backend,
    ),
    GeneratedFile(
        name="amplifyconfiguration.json",
        path_in_project="src/amplifyconfiguration.json",
        platform="javascript",
        title="amplifyconfiguration.json (JavaScript)",
        what_for="Web and React Native apps that import the same configuration as JSON.",
        content_type="application/json",
        native=False,
        render=amplifyconfiguration.render,
        render_backend=amplifyconfiguration.render_backend,
    ),
    GeneratedFile(
        name="ios/awsconfiguration.json",
        path_in_project="awsconfiguration.json",
        platform="ios",
        title="awsconfiguration.json (iOS)",
        what_for="iOS apps that use the older AWS Mobile SDK.",
        content_type="application/json",
        native=True,
        render=partial(awsconfiguration.render, platform="ios"),
        render_backend=partial(awsconfiguration.render_backend, platform="ios"),
    ),
    GeneratedFile(
        name="ios/amplifyconfiguration.json",
        path_in_project="amplifyconfiguration.json",
        platform="ios",
        title="amplifyconfiguration.json (iOS)",
        what_for="iOS apps that use Amplify for Swift.",
        content_type="application/json",
        native=True,
        render=partial(amplifyconfiguration.render_native, platform="ios"),
        render_backend=partial(amplifyconfiguration.render_native_backend, platform="ios"),
    ),
    GeneratedFile(
        name="android/awsconfiguration.json",
        path_in_project="app/src/main/res/raw/awsconfiguration.json",
        platform="android",
        title="awsconfiguration.json (Android)",
        what_for="Android apps that use the older AWS Mobile SDK.",
        content_type="application/json",
        native=True,
        render=partial(awsconfiguration.render, platform="android"),
        render_backend=partial(awsconfiguration.render_backend, platform="android"),
    ),
    GeneratedFile(
        name="android/amplifyconfiguration.json",
        path_in_project="app/src/main/res/raw/amplifyconfiguration.json",
        platform="android",
        title="amplifyconfiguration.json (Android)",
        what_for="Android apps that use Amplify for Android.",
        content_type="application/json",
        native=True,
        render=partial(amplifyconfiguration.render_native, platform="android"),
        render_backend=partial(amplifyconfiguration.render_native_backend, platform="android"),
    ),
    GeneratedFile(
        name="amplifyconfiguration.dart",
        path_in_project="lib/amplifyconfiguration.dart",
        platform="flutter",
        title="amplifyconfiguration.dart",
        what_for="Flutter apps that use Amplify for Flutter.",
        content_type="text/plain",
        native=True,
        render=amplifyconfiguration_dart.render,
        render_backend=amplifyconfiguration_dart.render_backend,
    ),
    GeneratedFile(
        name="amplify_outputs.json",
        path_in_project="amplify_outputs.json",
        platform="gen2",
        title="amplify_outputs.json",
        what_for="Apps on any platform that use the Gen 2 configuration.",
        content_type="application/json",
        native=False,
        render=amplify_outputs.render,
        render_backend=amplify_outputs.render_backend,
    ),
    GeneratedFile(
        name="resource.ts",
        path_in_project="amplify/auth/resource.ts",
        platform="gen2",
        title="resource.ts",
        what_for="Gen 2 backends that refer to these resources instead of creating their own.",
        content_type="text/plain",
        native=False,
        render=resource_ts.render,
    ),
)

_BY_NAME = {generated.name: generated for generated in FILES}


def file(name: str, context: ProjectContext | None = None) -> GeneratedFile:
    """The file of this name.

    The bare ``awsconfiguration.json`` is the iOS one, unless the project's frontend is Android. Raises ``UnknownFile``.
    """
    if name == "awsconfiguration.json":
        name = "android/awsconfiguration.json" if context and context.frontend == "android" else f"ios/{name}"
    if name not in _BY_NAME:
        raise UnknownFile(f"There is no file “{name}”. The files are: {', '.join(_BY_NAME)}.")
    return _BY_NAME[name]


def files(outputs: AuthOutputs, context: ProjectContext) -> tuple[RenderedFile, ...]:
    """Every file with its text, in the order of the catalogue."""
    return tuple(
        RenderedFile(
            file=generated, text=generated.render(outputs, context), holds_secret=generated.holds_secret(outputs)
        )
        for generated in FILES
    )


def backend_files(backend_meta: Mapping[str, Any], region: str) -> tuple[RenderedFile, ...]:
    """Every file that a backend has while no authentication is linked, in the order of the catalogue."""
    return tuple(
        RenderedFile(file=generated, text=generated.render_backend(backend_meta, region), holds_secret=False)
        for generated in FILES
        if generated.render_backend is not None
    )
