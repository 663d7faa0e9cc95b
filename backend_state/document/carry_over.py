"""What comes along from one backend to a new one: sources and settings that nobody has deployed there yet. Pure.

All environments of an Amplify app share one backend folder, so what comes along is what `amplify env add` would find
there. Its entries have no `lastPushTimeStamp`, so `amplify status` calls it Create and `amplify push` makes it. Source
of the forms: Amplify project format, sections 2.6, 6.5, 7 and 8.1.
"""

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from backend_state.document import facts, json_text
from backend_state.document.json_text import as_object
from backend_state.document.state import BackendDocument, Resource

CLI_SETTINGS = "cli.json"
"""The feature flags, which say how the GraphQL schema is compiled."""

_MADE_BY_A_PUSH = frozenset({"deploymentBucketName", "s3Key"})
"""Parameters that name what a push has uploaded; the next push of the new environment sets its own."""
_SECRETS_PATH = "secretsPathAmplifyAppId"
_RESULTS = frozenset(
    {
        "distZipFilename", "lastBuildTimeStamp", "lastBuildType", "lastDevBuildTimeStamp", "lastPackageTimeStamp",
        "lastPushDirHash", "lastPushTimeStamp", "output", "providerMetadata", "s3Bucket",
    }
)  # fmt: skip
"""What a push writes into an entry of meta."""
_BUILT = ("build/", "dist/", "src/node_modules/")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A resource that stays behind, and why."""

    resource: str
    words: str


@dataclass(frozen=True, slots=True)
class Carrying:
    """The resources that come along, those that do not, and what somebody has to look at or set anew."""

    taken: tuple[Resource, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    secrets: tuple[str, ...] = ()
    """`function: SECRET`, by name; their values never leave the source."""
    notes: tuple[str, ...] = ()
    auth: str = ""
    """What the new environment's auth resource is called."""
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The values of the new environment by their names below its path, as JSON texts."""

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(one.label for one in self.taken)


def auth_name(source: BackendDocument) -> str:
    """What an imported auth resource must be called in the new environment for these sources to fit; "" for any name.

    `dependsOn`, templates and the code of functions all name it.
    """
    return source.imported.name if source.imported else ""


def survey(
    source: BackendDocument,
    *,
    data_model: bool,
    functions: bool,
    auth: str,
    user_pool_id: str = "",
    values: Mapping[str, str] | None = None,
    encrypted: Collection[str] = (),
) -> Carrying:
    """What comes along. `auth` is the new environment's auth resource, "" for none.

    `values` are the source's parameters in Parameter Store by their names below its path, `encrypted` the names of
    those that are secrets.
    """
    wished = {one.label: one for one in source.resources if _is_wished(one, data_model, functions)}
    left: list[LeftOut] = []
    for one in [one for one in wished.values() if one.service not in ("AppSync", "Lambda")]:
        left.append(LeftOut(one.label, f"{one.service or 'It'} has versions of its own; add it with the Amplify CLI."))
        del wished[one.label]
    while unmet := next(_unmet(wished, auth), None):
        # What needs something that stays behind stays behind as well, and so on.
        resource, needs = unmet
        left.append(LeftOut(resource.label, f"It depends on {needs}, which does not come along."))
        del wished[resource.label]
    present = values or {}
    kept, secrets = _parameters(source, wished.values(), present, encrypted)
    notes = [
        f"The policy of {one.resource} names the user pool {', '.join(one.pools)} by its id. Run amplify update "
        "function in the new environment, so that it names the new one."
        for one in facts.literal_pools(source, user_pool_id)
        if one.resource in wished
    ]
    return Carrying(tuple(wished.values()), tuple(left), secrets, tuple(notes), auth, kept)


def _is_wished(resource: Resource, data_model: bool, functions: bool) -> bool:
    is_graphql = resource.category == "api" and resource.service == "AppSync"
    return (is_graphql and data_model) or (resource.category == "function" and functions)


def _unmet(wished: Mapping[str, Resource], auth: str) -> Iterator[tuple[Resource, str]]:
    available = {*wished, *([f"auth/{auth}"] if auth else [])}
    for resource in wished.values():
        declared = resource.entry.get("dependsOn")
        for one in declared if isinstance(declared, list) else ():
            needs = f"{as_object(one).get('category')}/{as_object(one).get('resourceName')}"
            if needs not in available:
                yield resource, needs


def _parameters(
    source: BackendDocument, taken: Iterable[Resource], values: Mapping[str, str], encrypted: Collection[str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    kept: dict[str, str] = {}
    secrets: list[str] = []
    for resource in taken:
        own = f"AMPLIFY_{resource.category}_{resource.name}_"
        # The CLI keeps a function's secrets beside its parameters, under a name without the category.
        hidden = f"AMPLIFY_{resource.name}_"
        settings = source.json(f"function/{resource.name}/function-parameters.json")
        named = settings.get("secretNames")
        names = [str(one) for one in named] if isinstance(named, list) else []
        for name, value in values.items():
            if name in encrypted and name.startswith((own, hidden)):
                names.append(name.removeprefix(own).removeprefix(hidden))
            elif name.startswith(own) and name.removeprefix(own) not in {*_MADE_BY_A_PUSH, _SECRETS_PATH}:
                kept[name] = value
        secrets += [f"{resource.name}: {name}" for name in dict.fromkeys(names)]
    return kept, tuple(secrets)


def applied(document: BackendDocument, source: BackendDocument, carrying: Carrying) -> BackendDocument:
    """The new environment's document with the sources and entries of what comes along."""
    if not carrying.taken:
        return document
    meta, config = copy.deepcopy(dict(document.meta)), copy.deepcopy(dict(document.config))
    files: dict[str, bytes | None] = {}
    for resource in carrying.taken:
        entry = _entry(source, resource, carrying.auth)
        meta.setdefault(resource.category, {})[resource.name] = entry
        config.setdefault(resource.category, {})[resource.name] = copy.deepcopy(entry)
        files |= _sources(source, resource)
    if CLI_SETTINGS in source:
        files[CLI_SETTINGS] = source.read(CLI_SETTINGS)
    for name in carrying.parameters:
        users = as_object(as_object(source.config.get("parameters")).get(name)).get("usedBy")
        if isinstance(users, list):
            config.setdefault("parameters", {})[name] = {"usedBy": users}
    return document.with_files(files).with_meta(meta).with_config(json_text.in_key_order(config))


def _entry(source: BackendDocument, resource: Resource, auth: str) -> dict[str, Any]:
    """The entry as it is before a first push, as backend-config.json has it; what it lacks there comes from meta."""
    config = as_object(as_object(source.config.get(resource.category)).get(resource.name))
    found = config or {name: value for name, value in resource.entry.items() if name not in _RESULTS}
    entry = copy.deepcopy(dict(found))
    own = as_object(entry.get("output"))
    # How an API asks who somebody is stands among its outputs, though nothing has put it there but its author.
    modes = as_object(own.get("authConfig")) or as_object(as_object(resource.entry.get("output")).get("authConfig"))
    if modes:
        entry["output"] = {**own, "authConfig": _without_pool(copy.deepcopy(dict(modes)), auth)}
    return entry


def _without_pool(modes: dict[str, Any], auth: str) -> dict[str, Any]:
    """The modes with the placeholder that stands for the pool until a push writes its id (section 8.1)."""
    others = modes.get("additionalAuthenticationProviders")
    for mode in (modes.get("defaultAuthentication"), *(others if isinstance(others, list) else ())):
        if as_object(mode).get("userPoolConfig"):
            mode["userPoolConfig"] = {**mode["userPoolConfig"], "userPoolId": f"auth{auth}"}
    return modes


def _sources(source: BackendDocument, resource: Resource) -> dict[str, bytes | None]:
    folder = f"{resource.category}/{resource.name}/"
    names = [name for name in source.names if name.startswith(folder)]
    return {name: source.read(name) for name in names if not name.removeprefix(folder).startswith(_BUILT)}
