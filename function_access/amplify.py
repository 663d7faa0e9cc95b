"""Functions of an Amplify backend: what they may do there now, and what a choice makes of its files."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from amplify_files.javascript_json import stringify
from auth_import.models import CognitoLink
from auth_import.preflight import context_of
from aws.errors import AwsError
from aws.side_by_side import in_time
from backend_state import known, store
from backend_state.document import changes, function_access
from backend_state.document.archive import LARGEST_ARCHIVE
from backend_state.document.changes import FunctionAccess, ImportAuth
from backend_state.document.file_changes import FileChange, file_changes
from backend_state.document.function_standing import FunctionStanding, functions_of, template_path
from backend_state.document.json_text import as_object
from backend_state.document.problems import BackendProblem
from backend_state.document.state import ZIP, BackendDocument
from backend_state.store import Place
from environments.models import Environment
from function_access import operations, room


@dataclass(frozen=True, slots=True)
class Functions:
    """The function resources of a backend. `read` is when they were read; None is this moment, and nothing was kept."""

    rows: tuple[FunctionStanding, ...]
    read: datetime | None = None

    def named(self, name: str) -> FunctionStanding | None:
        return next((one for one in self.rows if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a choice results in. `statement` is JSON, `files` are the diffs of what a push writes.

    `along` says that the import itself is not pushed yet: the files are compared with what that makes of them.
    """

    variable: str
    statement: str
    files: tuple[FileChange, ...]
    along: bool = False


def place_of(environment: Environment) -> Place:
    """Where the backend lies. Raises BackendProblem for an environment that was never connected to one."""
    if not environment.deployment_bucket:
        raise BackendProblem(
            "NotConnected",
            "The console does not know yet where the backend of this environment lies.",
            next_step="Pull the environment once: the console then finds its stack and bucket.",
        )
    return Place(
        target=environment.target,
        app_id=environment.app_id,
        environment=environment.name,
        stack_name=environment.stack_name,
        bucket=environment.deployment_bucket,
    )


def document_of(environment: Environment) -> BackendDocument:
    """The backend as it lies in the cloud now, by one call. Raises BackendProblem, and an AwsError to try again."""
    place = place_of(environment)
    try:
        archive = in_time(lambda: store.read_object(place, ZIP, limit=LARGEST_ARCHIVE))
    except AwsError as error:
        if error.retryable:
            raise
        raise store.problem_of(error, place) from error
    if archive is None:
        raise store.no_archive(place)
    return BackendDocument.parse(archive.body)


def functions(environment: Environment) -> Functions:
    """The functions as the backend was last read, or else as it is now. Raises like `document_of`."""
    row = known.known(environment)
    # Rows of an earlier version of this console say nothing of functions.
    if row is not None and "functions" in row.facts:
        return Functions(tuple(FunctionStanding.from_dict(one) for one in row.facts["functions"]), row.read)
    return Functions(functions_of(document_of(environment)))


def preview(
    environment: Environment, link: CognitoLink | None, document: BackendDocument, access: FunctionAccess
) -> Preview:
    """What the files become; without operations the access goes. Raises BackendProblem where the backend forbids it."""
    before = with_import(environment, link, document) if link and access.operations else document
    after = changes.applied(before, access)
    auth = before.imported
    name = auth.name if auth else ""
    template, variable = after.json(template_path(access.function)), operations.variable_of(name)
    if link and access.operations:
        was = before.json(template_path(access.function))
        room.check(template, was, variable=variable, pool_id=link.user_pool_id)
    statements = function_access.pool_statements(template, name)
    return Preview(
        variable=variable,
        statement="\n".join(stringify(one, indent=2) for one in statements),
        files=file_changes(before, after, lambda _: ""),
        along=before is not document,
    )


def with_import(environment: Environment, link: CognitoLink, document: BackendDocument) -> BackendDocument:
    """The document as the push leaves it that access is pushed with: an import that still waits goes along.

    Raises BackendProblem where the backend does not allow the import.
    """
    there = document.imported
    if there is not None and there.user_pool_id == link.user_pool_id and link.pushed:
        return document
    context = replace(
        context_of(environment),
        known_resource_name=there.name if there else "",
        stack=document.stack,
        last_push=datetime.now(UTC),
    )
    return changes.applied(document, ImportAuth(outputs=link.auth_outputs, context=context))


def variables_of(document: BackendDocument, function: str) -> tuple[str, ...]:
    """The names of the function's environment variables, as its template has them, sorted."""
    template: Any = document.json(template_path(function))
    for key in ("Resources", "LambdaFunction", "Properties", "Environment", "Variables"):
        template = as_object(as_object(template).get(key))
    return tuple(sorted(template))


def breadth_of(standing: FunctionStanding) -> str:
    """Whose list the actions are; "" for another one."""
    return operations.breadth_of(standing.operations, standing.actions)
