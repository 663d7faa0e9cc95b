"""The changes a push can make, each a frozen value that a feature hands over (Amplify project format, 2, 5 and 7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from amplify_files import amplify_meta, backend_config, parameters_json, team_provider_info
from amplify_files.context import ProjectContext
from amplify_files.outputs import AuthOutputs
from backend_state.document import api_modes, function_access, root_template
from backend_state.document.api_modes import EditApiModes
from backend_state.document.json_text import as_object
from backend_state.document.problems import BackendProblem
from backend_state.document.root_template import ImportedAuth
from backend_state.document.state import ROOT_STACK, BackendDocument

LOGIN_PROVIDER_PARAMETERS = frozenset(
    {"facebookAppId", "amazonAppId", "appleAppId", "googleClientId", "googleIos", "googleAndroid"}
)
"""Parameters that Amplify leaves where they are when the identity pool has lost the provider (section 2.4)."""


@dataclass(frozen=True, kw_only=True)
class ImportAuth:
    """Link these Cognito resources: a first import, other ones in place of it, or the same with newer values.

    `context.last_push` is the moment the push is dated with. `leftover` are parameters of login providers that the
    environment has in SSM and the identity pool no longer, by name.
    """

    outputs: AuthOutputs
    context: ProjectContext
    leftover: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, Any]:
        """The environment's values of the resource, as team-provider-info.json and SSM hold them."""
        stale = {name: value for name, value in self.leftover.items() if name in LOGIN_PROVIDER_PARAMETERS}
        return {**stale, **team_provider_info.block(self.outputs, self.context)}

    @property
    def imported(self) -> ImportedAuth:
        return ImportedAuth.of(self.context.resource_name, self.outputs)


@dataclass(frozen=True, slots=True)
class UnlinkAuth:
    """Take the imported resource `name` out of the backend. Nothing in Cognito is touched."""

    name: str


@dataclass(frozen=True, slots=True)
class FunctionAccess:
    """Let a function do `operations` (create, read, update, delete) on the imported pool; none takes the access away.

    `actions` are the IAM actions the policy then grants.
    """

    function: str
    operations: tuple[str, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EditSchema:
    """Another text for the GraphQL schema of an API.

    `base` is the text it was made from: over any other one it is refused. "" asks for nothing.
    """

    api: str
    text: str
    base: str = ""


Change = ImportAuth | UnlinkAuth | FunctionAccess | EditSchema | EditApiModes


def applied(document: BackendDocument, change: Change) -> BackendDocument:
    """The document after the change. Raises BackendProblem when the document does not allow it."""
    match change:
        case ImportAuth():
            return _import(document, change)
        case UnlinkAuth():
            return _unlink(document, change)
        case FunctionAccess():
            return function_access.applied(
                document, function=change.function, operations=change.operations, actions=change.actions
            )
        case EditSchema():
            return _edit_schema(document, change)
        case EditApiModes():
            return api_modes.applied(document, change)


def _import(document: BackendDocument, change: ImportAuth) -> BackendDocument:
    refuse_other_auth(document)
    outputs, context = change.outputs, change.context
    name = context.resource_name
    present = document.imported
    if present is not None and present.name != name:
        raise ValueError(f"The backend calls its auth resource {present.name}, not {name}.")
    _refuse_name(name)
    meta = amplify_meta.merge(document.meta, outputs, context)
    meta = _apis_with_pool(meta, outputs.user_pool_id)
    config = backend_config.merge(document.config, outputs, context, parameter_names=change.parameters)
    changed = document.with_files({f"auth/{name}/parameters.json": parameters_json.render(outputs, context).encode()})
    return _root_template(changed.with_meta(meta).with_config(config), change.imported)


def _unlink(document: BackendDocument, change: UnlinkAuth) -> BackendDocument:
    refuse_other_auth(document)
    name = change.name
    present = document.imported
    if present is not None and present.name != name:
        raise ValueError(f"The backend calls its auth resource {present.name}, not {name}.")
    folders = (f"auth/{name}/", f"awscloudformation/build/auth/{name}/")
    files = [*(info.filename for info in document.archive.infos), *document.pending]
    changed = document.with_files({file: None for file in files if file.startswith(folders)})
    changed = changed.with_meta(amplify_meta.remove(document.meta, name))
    changed = changed.with_config(backend_config.remove(document.config, resource_name=name))
    return _root_template(changed, None)


def refuse_other_auth(document: BackendDocument) -> None:
    """Raises BackendProblem unless the backend has no auth at all, or one imported resource and nothing else."""
    names = [one.name for one in document.auth]
    managed = [one.name for one in document.auth if not one.imported]
    others = [name for name in as_object(document.meta.get("auth")) if name not in names]
    if len(names) > 1:
        raise BackendProblem(
            "TwoAuthResources",
            f"The backend has {len(names)} auth resources, and Amplify allows one: {', '.join(names)}.",
            next_step="Remove all but one on a laptop (amplify remove auth), push, and pull here again.",
        )
    if managed or others:
        raise BackendProblem(
            "ManagedAuth",
            f"The backend has auth that Amplify manages itself: {', '.join([*managed, *others])}.",
            next_step="To reuse existing Cognito resources instead, remove it on a laptop first (amplify remove auth, "
            "then amplify push: this deletes that user pool and its users), and pull here again.",
        )
    for name in names:
        _refuse_name(name)


def _refuse_name(name: str) -> None:
    """The name is part of a path, of parameters' names and of ids in templates."""
    if "_" in name:
        raise BackendProblem(
            "UnderscoreName",
            f"The auth resource is called “{name}”. Amplify cuts names at the first “_” when it reads them back, "
            "so its parameters would be lost.",
            next_step="If the backend has it, unlink it on a laptop (amplify remove auth, amplify push). "
            "Then import it here under a name of letters and digits.",
        )
    if not (name.isascii() and name.isalnum()):
        raise BackendProblem(
            "UnsafeName",
            f"The auth resource is called “{name}”, and Amplify allows letters and digits only.",
            next_step="If the backend has it, unlink it on a laptop (amplify remove auth, amplify push). "
            "Then import it here under a name of letters and digits.",
        )


def _apis_with_pool(meta: dict[str, Any], user_pool_id: str) -> dict[str, Any]:
    """AppSync APIs that ask the user pool get its real id instead of a placeholder (section 2.9, rule 4)."""
    for api in as_object(meta.get("api")).values():
        config = as_object(as_object(as_object(api).get("output")).get("authConfig"))
        others = config.get("additionalAuthenticationProviders")
        modes = [config.get("defaultAuthentication"), *(others if isinstance(others, list) else ())]
        for mode in modes:
            if isinstance(mode, dict) and mode.get("authenticationType") == "AMAZON_COGNITO_USER_POOLS":
                mode["userPoolConfig"] = {**as_object(mode.get("userPoolConfig")), "userPoolId": user_pool_id}
    return meta


def _root_template(document: BackendDocument, imported: ImportedAuth | None) -> BackendDocument:
    """The copy of the root template inside the zip changes as the deployed one does."""
    if ROOT_STACK not in document:
        return document
    return document.with_json(ROOT_STACK, root_template.changed(document.json(ROOT_STACK), document, imported))


def _edit_schema(document: BackendDocument, change: EditSchema) -> BackendDocument:
    path = f"api/{change.api}/schema.graphql"
    if not any(one.label == f"api/{change.api}" for one in document.resources):
        raise BackendProblem(
            "NoApi",
            f"The backend has no API {change.api} any more, so its changed rules have no place there.",
            next_step="Choose another API on the Data page; the draft is put aside then and stays in the history.",
        )
    if path not in document:
        raise BackendProblem(
            "NoSchema",
            f"The API {change.api} has no {path}.",
            next_step="A schema of several files is edited in the app's repository.",
        )
    present = document.read(path)
    if change.base and present not in (change.base.encode(), change.text.encode()):
        raise BackendProblem(
            "SchemaChanged",
            f"{path} in the cloud is not the text that the changed rules were made from: somebody pushed another.",
            next_step="Read the data model again on the Data page. The changed rules are carried over to the new text, "
            "and you see what becomes of them.",
        )
    return document.with_files({path: change.text.encode()})
