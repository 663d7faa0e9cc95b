"""How an Amplify GraphQL API lets callers in: its default and additional authorization modes (section 8.1).

What is written is what `amplify update api` writes: `cli-inputs.json`, which that command asks again, the parameters,
and `authConfig` with the dependency on auth in the two files that describe the backend. The compiled template below
`build/` and the root stack stay: they are those of the API as it is deployed until the developer's next push.
`CreateAPIKey`, which the format document is silent about, is a parameter of older APIs: 1 makes a key and 0 does not.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend_state.document import json_text
from backend_state.document.json_text import as_object
from backend_state.document.problems import BackendProblem
from backend_state.document.state import BackendDocument, Resource

USER_POOLS = "AMAZON_COGNITO_USER_POOLS"
API_KEY = "API_KEY"
IAM = "AWS_IAM"
ADDABLE = (USER_POOLS, API_KEY, IAM)
"""Modes that need nothing but to be chosen."""
NEED_MORE = {"OPENID_CONNECT": "an OpenID Connect provider", "AWS_LAMBDA": "a Lambda function"}
"""Modes that only the CLI can add, and what it asks for."""
KEY_DAYS = 7
"""How long the CLI lets a new API key live when it is not told otherwise."""
UPDATE = "Run amplify update api on a laptop, then amplify push, and read the backend here again."


@dataclass(frozen=True, slots=True)
class EditApiModes:
    """Other authorization modes for the GraphQL API `api`, in AppSync's words, the default one first.

    `base` are those that the API must have now; None does not ask.
    """

    api: str
    modes: tuple[str, ...]
    base: tuple[str, ...] | None = None


def modes_of(document: BackendDocument, api: str) -> tuple[str, ...]:
    """AppSync's names of the modes, the default one first; () where the API says nothing of them."""
    resource = _api(document, api)
    return _modes(_auth_config(resource.entry)) if resource else ()


def applied(document: BackendDocument, change: EditApiModes) -> BackendDocument:
    """The document after the change. Raises BackendProblem when the document does not allow it.

    ValueError: no modes, or one of them twice.
    """
    if not change.modes or len(set(change.modes)) < len(change.modes):
        raise ValueError("An API has one default mode, and each additional mode once.")
    resource = _api(document, change.api)
    if resource is None:
        raise BackendProblem(
            "NoApi",
            f"The backend has no GraphQL API “{change.api}”.",
            next_step="Read the backend again to see the APIs it has.",
        )
    present = _modes(_auth_config(resource.entry))
    if change.base is not None and present != change.base:
        raise BackendProblem(
            "ModesChanged",
            f"The authorization modes of {change.api} have changed since this draft was made.",
            next_step="Read the data model again, look at the modes, and push then.",
            detail=f"now {', '.join(present) or 'none'}; then {', '.join(change.base) or 'none'}",
        )
    _refuse(document, change, present)
    if present == change.modes:
        return document
    pool = next((one.name for one in document.auth), "")
    imported = document.imported
    # In the meta an imported pool stands by its id, once it has been pushed; elsewhere by the name of its resource.
    pool_id = imported.user_pool_id if imported and imported.pushed and imported.user_pool_id else f"auth{pool}"
    changed = document.with_meta(_entry_changed(document.meta, change, _auth_config(resource.entry), pool, pool_id))
    config = _entry_changed(document.config, change, _auth_config(resource.entry), pool, f"auth{pool}")
    # The CLI sorts the keys of this file (section 2.6).
    changed = changed.with_config(json_text.in_key_order(config))
    folder = f"api/{change.api}"
    if f"{folder}/cli-inputs.json" in changed:
        inputs = _inputs_changed(changed.json(f"{folder}/cli-inputs.json"), change.modes, f"auth{pool}")
        changed = changed.with_json(f"{folder}/cli-inputs.json", inputs)
    if f"{folder}/parameters.json" in changed:
        parameters = _parameters_changed(changed.json(f"{folder}/parameters.json"), change.modes, pool)
        changed = changed.with_json(f"{folder}/parameters.json", parameters)
    return changed


def _api(document: BackendDocument, name: str) -> Resource | None:
    return next((one for one in document.resources if one.label == f"api/{name}" and one.service == "AppSync"), None)


def _refuse(document: BackendDocument, change: EditApiModes, present: Sequence[str]) -> None:
    for mode in change.modes:
        if mode in present:
            continue
        if mode not in ADDABLE:
            needs = NEED_MORE.get(mode)
            raise BackendProblem(
                "ModeNeedsCommand",
                f"The mode {mode} cannot be added to {change.api} here: "
                + (f"it needs {needs} with settings of its own." if needs else "it is not known to this console."),
                next_step=UPDATE,
            )
        if mode == USER_POOLS and not document.auth:
            raise BackendProblem(
                "NoUserPool",
                f"{change.api} cannot ask a user pool: the backend has no auth resource.",
                next_step="Import the user pool and push it first.",
            )


def _auth_config(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return as_object(as_object(entry.get("output")).get("authConfig"))


def _providers(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The default one first."""
    others = config.get("additionalAuthenticationProviders")
    found = [config.get("defaultAuthentication"), *(others if isinstance(others, list | tuple) else ())]
    return [one for one in found if isinstance(one, Mapping)]


def _modes(config: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(one.get("authenticationType", "")) for one in _providers(config)))


def _entry_changed(
    whole: Mapping[str, Any], change: EditApiModes, known: Mapping[str, Any], pool: str, pool_id: str
) -> dict[str, Any]:
    """The meta or the config with the API's entry changed; as it was where it has none."""
    result = copy.deepcopy(dict(whole))
    entry = as_object(result.get("api")).get(change.api)
    if not isinstance(entry, dict):
        return result
    own = _providers(_auth_config(entry)) or _providers(known)
    fresh: dict[str, dict[str, Any]] = {
        USER_POOLS: {"authenticationType": USER_POOLS, "userPoolConfig": {"userPoolId": pool_id}},
        API_KEY: {
            "authenticationType": API_KEY,
            "apiKeyConfig": {"apiKeyExpirationDays": KEY_DAYS, "description": ""},
        },
        IAM: {"authenticationType": IAM},
    }
    default, others = _arranged(own, "authenticationType", change.modes, fresh)
    output = entry["output"] = dict(as_object(entry.get("output")))
    rest = dict(as_object(output.get("authConfig")))
    output["authConfig"] = {**rest, "defaultAuthentication": default, "additionalAuthenticationProviders": others}
    before = entry.get("dependsOn")
    after = _depending(before if isinstance(before, list) else [], pool, USER_POOLS in change.modes)
    if after != (before or []):
        entry["dependsOn"] = after
    return result


def _arranged(
    present: Sequence[Mapping[str, Any]], key: str, modes: Sequence[str], fresh: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The default and the additional entries: those there are stay as they are, several of one mode included."""
    wanted = [dict(one) for mode in modes for one in ([e for e in present if e.get(key) == mode] or [fresh[mode]])]
    return wanted[0], wanted[1:]


def _depending(present: Sequence[Any], pool: str, wanted: bool) -> list[Any]:
    if any(_is_on_pool(one, pool) for one in present):
        return [one for one in present if wanted or not _is_on_pool(one, pool) or _needs_more(one)]
    own = {"category": "auth", "resourceName": pool, "attributes": ["UserPoolId"]}
    return [*present, *([own] if wanted else [])]


def _is_on_pool(dependency: Any, pool: str) -> bool:
    return as_object(dependency).get("category") == "auth" and as_object(dependency).get("resourceName") == pool


def _needs_more(dependency: Any) -> bool:
    return as_object(dependency).get("attributes") not in (["UserPoolId"], [], None)


def _inputs_changed(present: Mapping[str, Any], modes: Sequence[str], pool: str) -> dict[str, Any]:
    result = copy.deepcopy(dict(present))
    service = result["serviceConfiguration"] = dict(as_object(result.get("serviceConfiguration")))
    others = service.get("additionalAuthTypes")
    found = [service.get("defaultAuthType"), *(others if isinstance(others, list) else ())]
    fresh: dict[str, dict[str, Any]] = {
        USER_POOLS: {"mode": USER_POOLS, "cognitoUserPoolId": pool},
        API_KEY: {"mode": API_KEY, "expirationTime": KEY_DAYS, "keyDescription": ""},
        IAM: {"mode": IAM},
    }
    entries = [one for one in found if isinstance(one, Mapping)]
    missing: dict[str, dict[str, Any]] = {mode: {"mode": mode} for mode in modes}
    default, additional = _arranged(entries, "mode", modes, missing | fresh)
    service["defaultAuthType"] = default
    if additional or "additionalAuthTypes" in service:
        service["additionalAuthTypes"] = additional
    return result


def _parameters_changed(present: Mapping[str, Any], modes: Sequence[str], pool: str) -> dict[str, Any]:
    result = copy.deepcopy(dict(present))
    if USER_POOLS not in modes:
        result.pop("AuthCognitoUserPoolId", None)
    elif "AuthCognitoUserPoolId" not in result:
        result["AuthCognitoUserPoolId"] = {"Fn::GetAtt": [f"auth{pool}", "Outputs.UserPoolId"]}
    if "CreateAPIKey" in result:
        result["CreateAPIKey"] = 1 if API_KEY in modes else 0
    return result
