"""What an app's repository takes from an environment, in one zip: configuration files and GraphQL statements.

It does what a developer would do with `amplify pull` and `amplify codegen add` (Amplify project format, section 8.5).
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from amplify_files import catalogue, graphql_config, statements, team_provider_info
from amplify_files.catalogue import GeneratedFile
from amplify_files.graphql_config import CodegenTarget
from amplify_files.snapshot import SnapshotInvalid
from audit.record import Actor
from auth_import import client_files
from auth_import.models import CognitoLink
from auth_import.preflight import context_of
from backend_state import store
from backend_state.document.archive import LARGEST_ARCHIVE
from backend_state.document.state import ZIP, BackendDocument
from deployments import planning
from environments.models import Environment

GEN2 = "gen2"
LANGUAGES = {
    "javascript": "JavaScript",
    "typescript": "TypeScript",
    "flow": "Flow",
    "angular": "GraphQL documents (Angular)",
}
"""What a JavaScript project may choose; every other frontend has one form of statements."""


class NoBundle(Exception):
    """Why there is no bundle, in words for whoever asked."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the bundle shall hold. `target` None leaves the statements out; `secrets` the files that hold one in."""

    target: CodegenTarget | None
    secrets: bool = True


def wish_of(environment: Environment, language: str, *, secrets: bool) -> Wish:
    """Raises NoBundle for a language that the project's frontend does not have."""
    frontend = environment.project.frontend
    if frontend == "flutter":
        return Wish(target=None, secrets=secrets)
    try:
        target = graphql_config.codegen_target(frontend, language)  # type: ignore[arg-type]
    except ValueError as error:
        raise NoBundle(str(error)) from error
    return Wish(target=target, secrets=secrets)


def config_files(environment: Environment) -> tuple[GeneratedFile, ...]:
    """The configuration files of the project's frontend, and the Gen 2 one, which every platform reads."""
    frontend = environment.project.frontend
    return tuple(one for one in catalogue.FILES if one.platform == frontend or one.name == "amplify_outputs.json")


def secret_files(environment: Environment, link: CognitoLink) -> tuple[GeneratedFile, ...]:
    """Those of the configuration files that hold the native client's secret."""
    return tuple(one for one in config_files(environment) if one.holds_secret(link.auth_outputs))


def bundle(environment: Environment, link: CognitoLink, wish: Wish, *, actor: Actor) -> bytes:
    """The zip. Raises AwsError and BackendProblem when something cannot be read, NoBundle for a wrong schema."""
    files: dict[str, str] = {}
    notes: list[str] = []
    secret = {one.name for one in secret_files(environment, link)}
    for one in config_files(environment):
        if one.name in secret and not wish.secrets:
            notes.append(f"{one.path_in_project} is left out, because it holds a client secret.")
            continue
        files[one.path_in_project] = client_files.text_of(link, one, actor=actor)
    if environment.is_amplify:
        document = read(environment)
        files |= _statements(document, wish.target, environment.region, notes)
        files |= _team_provider_info(environment, link, document, notes)
    files["READ-ME-FIRST.txt"] = read_me(environment, files, notes)
    return _zipped(files)


def read(environment: Environment) -> BackendDocument:
    """The backend as it lies in the cloud now. Raises AwsError and BackendProblem."""
    place = planning.place_of(environment)
    found = store.read_object(place, ZIP, limit=LARGEST_ARCHIVE)
    if found is None:
        raise store.no_archive(place)
    return BackendDocument.parse(found.body)


def apis_of(document: BackendDocument) -> tuple[str, ...]:
    """The GraphQL APIs that have a compiled schema; `amplify codegen` knows one, the first."""
    return tuple(
        one.name
        for one in document.resources
        if one.category == "api" and one.service == "AppSync" and schema_path(one.name) in document
    )


def schema_path(api: str) -> str:
    return f"api/{api}/build/schema.graphql"


def _statements(
    document: BackendDocument, target: CodegenTarget | None, region: str, notes: list[str]
) -> Mapping[str, str]:
    apis = apis_of(document)
    if not apis:
        notes.append("The backend has no GraphQL API with a compiled schema, so there are no statements.")
        return {}
    if target is None:
        notes.append("Amplify generates no GraphQL statements for Flutter.")
        return {}
    api = apis[0]
    if len(apis) > 1:
        notes.append(f"The backend has several GraphQL APIs; as amplify codegen does, this takes one: {api}.")
    try:
        schema = document.read(schema_path(api)).decode("utf-8")
        texts = statements.statements(schema, target.language, types_path=target.types_path)
    except (statements.SchemaInvalid, statements.StatementsTooLarge, UnicodeDecodeError) as error:
        raise NoBundle(
            f"The compiled schema of {api} cannot be read: {error} Push the API again (amplify push), then take the "
            "bundle again."
        ) from error
    files = {".graphqlconfig.yml": graphql_config.render(api, target, region)}
    if not target.schema_path(api).endswith(".json"):
        files[target.schema_path(api)] = schema
    return files | {target.path(name): text for name, text in texts.items()}


def _team_provider_info(
    environment: Environment, link: CognitoLink, document: BackendDocument, notes: list[str]
) -> Mapping[str, str]:
    """Not under its usual name: there it would take the place of the other environments' values."""
    context = replace(context_of(environment, link), stack=document.stack)
    try:
        text = team_provider_info.render(link.auth_outputs, context)
    except (ValueError, SnapshotInvalid) as error:
        notes.append(f"team-provider-info.json is left out: {error}")
        return {}
    name = f"team-provider-info-{environment.name}.json"
    notes.append(
        f"{name} holds this environment's part of amplify/team-provider-info.json; amplify pull fills it in too."
    )
    return {name: text}


def read_me(environment: Environment, files: Mapping[str, str], notes: list[str]) -> str:
    """What is in the zip and what is not, for whoever opens it months later."""
    pushed = "" if not environment.is_amplify else " The backend's part is what lay in the cloud at that moment."
    listed = "\n".join(f"  {name}" for name in files)
    told = "\n".join(f"- {note}" for note in notes)
    return (
        f"Source bundle of {environment.project.name}, environment {environment.name}.\n"
        f"Unpack it in the root folder of the app's repository.{pushed}\n\nFiles:\n{listed}\n"
        + (f"\nTo know:\n{told}\n" if told else "")
    )


def _zipped(files: Mapping[str, str]) -> bytes:
    """The same files give the same bytes, so that a build can tell whether anything changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name, date_time=datetime(1980, 1, 1).timetuple()[:6])
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, text)
    return buffer.getvalue()
