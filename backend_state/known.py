"""What the console knows of a backend without asking AWS, and how that differs from what was there before."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.crypto import salted_hmac

from amplify_files.context import EnvironmentStack
from amplify_files.javascript_json import javascript_sort_key, stringify
from backend_state.document import facts, function_standing
from backend_state.document.problems import listed
from backend_state.document.state import ZIP, BackendDocument, stack_from
from backend_state.models import KnownBackend
from backend_state.store import CloudState
from environments.models import Environment

Facts = Mapping[str, Any]
_NEVER_SHOWN = frozenset({"auth", "custom", "function"})
"""Categories that no client file holds anything of; what they put out may be a secret. Only their place is kept."""
_AUTH_WORDS = {
    "user_pool_id": "user pool",
    "web_client_id": "web app client",
    "native_client_id": "mobile app client",
    "identity_pool_id": "identity pool",
}


def facts_of(state: CloudState) -> dict[str, Any]:
    """Plain facts about a state, as JSON. Of parameters only keyed hashes: functions keep secrets there."""
    document = state.document
    return {
        "etag": state.etags[ZIP],
        "auth": [
            {
                "name": one.name,
                "imported": one.imported,
                "user_pool_id": one.user_pool_id,
                "web_client_id": one.web_client_id,
                "native_client_id": one.native_client_id,
                "identity_pool_id": one.identity_pool_id,
                "pushed": one.pushed,
            }
            for one in document.auth
        ],
        "resources": {one.label: one.service for one in document.resources},
        "files": {name: f"{print.crc:08x}:{print.size}" for name, print in document.archive.fingerprints().items()},
        "parameters": {
            name: salted_hmac("backend_state.parameter", value).hexdigest()[:16]
            for name, value in state.parameters.items()
        },
        "parameter_pool": _parameter_pool(state),
        "stack": state.stack.status if state.stack else "",
        "template": digest_of(state.template),
        "dependents": [
            {"resource": one.resource, "service": one.service, "words": one.words, "declared": one.declared}
            for one in facts.dependents(document)
        ],
        "needs_identity_pool": [
            one.resource
            for one in facts.unmet_requirements(document, identity_pool=False, guests=False)
            if not one.weakens
        ],
        "needs_guests": [one.resource for one in facts.unmet_requirements(document, identity_pool=True, guests=False)],
        "functions": [one.to_dict() for one in function_standing.functions_of(document)],
        "rest_api": any(one.service == "API Gateway" for one in document.resources),
    }


def _parameter_pool(state: CloudState) -> str:
    """The user pool that SSM names for the auth resource: what a headless pull takes."""
    there = state.document.imported
    marker = f"AMPLIFY_auth_{there.name}_userPoolId" if there else ""
    found = [value for name, value in state.parameters.items() if marker and name.endswith(marker)]
    return found[0].strip('"') if found else ""


def digest_of(value: Any) -> str:
    """A hash of a JSON value that does not depend on the order of its members."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def categories_of(document: BackendDocument) -> dict[str, Any]:
    """The other categories as the generated files need them; `auth` only keeps its place.

    In alphabetical order, as a pull into an empty folder makes them anew from backend-config.json: client configuration
    files have their keys in this order.
    """
    return {
        category: {name: entries[name] for name in sorted(entries, key=javascript_sort_key)}
        if isinstance(entries, Mapping) and category not in _NEVER_SHOWN
        else {}
        for category, entries in sorted(document.meta.items(), key=lambda item: javascript_sort_key(item[0]))
        if category != "providers"
    }


def known(environment: Environment) -> KnownBackend | None:
    return KnownBackend.objects.filter(environment=environment).first()


def stack_of(row: KnownBackend) -> EnvironmentStack | None:
    """The root stack as the backend itself named it when it was last read; None where something was missing."""
    return stack_from(row.provider)


def remember(environment: Environment, state: CloudState, *, now: datetime, pushed: bool = False) -> KnownBackend:
    """Keep what was just read. With `pushed` it is also what the next pull compares with."""
    found = facts_of(state)
    row = known(environment) or KnownBackend(environment=environment)
    row.facts, row.categories, row.provider, row.read = (
        found,
        stringify(categories_of(state.document)),
        dict(state.document.provider),
        now,
    )
    if pushed or not row.pushed:
        row.pushed = found
    row.differences = differences(row.pushed, found)
    if pushed:
        row.last_pushed = now
    row.save()
    return row


def differences(before: Facts, after: Facts) -> list[str]:
    """What changed from one reading to another, in sentences; nothing when nothing did."""
    if not before or before.get("etag") == after.get("etag") == "":
        return []
    found = [*_auth(before, after), *_pool_of_parameters(after), *_resources(before, after)]
    changed = _changed(before.get("files", {}), after.get("files", {}))
    if changed:
        found.append(f"{len(changed)} file{'s' if len(changed) != 1 else ''} of the backend differ: {listed(changed)}.")
    parameters = _changed(before.get("parameters", {}), after.get("parameters", {}))
    if parameters:
        names = listed([name.rpartition("/")[2] for name in parameters])
        found.append(f"{len(parameters)} parameter{'s' if len(parameters) != 1 else ''} in SSM differ: {names}.")
    if before.get("template") != after.get("template"):
        found.append("The deployed root template differs: somebody has deployed this environment.")
    if before.get("stack") != after.get("stack"):
        found.append(f"The root stack is now in {after.get('stack') or 'no known status'}.")
    if not found and before.get("etag") != after.get("etag"):
        found.append("The backend was pushed again, with the same content.")
    return found


def _auth(before: Facts, after: Facts) -> list[str]:
    old = {one["name"]: one for one in before.get("auth", ())}
    new = {one["name"]: one for one in after.get("auth", ())}
    found = []
    for name in {**old, **new}:
        if name not in new:
            found.append(f"The auth resource {name} was taken out of the backend.")
        elif name not in old:
            kind = "imported" if new[name]["imported"] else "managed by Amplify"
            found.append(
                f"An auth resource {name} was added ({kind}; user pool {new[name]['user_pool_id'] or 'unknown'})."
            )
        else:
            found += [
                f"The {words} of {name} is now {new[name][key] or 'none'} (it was {old[name][key] or 'none'})."
                for key, words in _AUTH_WORDS.items()
                if old[name][key] != new[name][key]
            ]
    return found


def _pool_of_parameters(after: Facts) -> list[str]:
    named, pools = after.get("parameter_pool", ""), [one["user_pool_id"] for one in after.get("auth", ())]
    if not named or named in pools:
        return []
    return [
        f"SSM names the user pool {named}, and the backend {listed(pools)}: somebody pushed from an older checkout. "
        "A headless pull (amplify pull --yes) takes the one in SSM. Push again to bring them together."
    ]


def _resources(before: Facts, after: Facts) -> list[str]:
    old, new = before.get("resources", {}), after.get("resources", {})
    added = [f"{label} ({service})" for label, service in new.items() if label not in old]
    gone = [f"{label} ({service})" for label, service in old.items() if label not in new]
    return [
        *([f"Added by somebody: {listed(added)}."] if added else []),
        *([f"Removed by somebody: {listed(gone)}."] if gone else []),
    ]


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]
