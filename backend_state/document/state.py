"""One environment's cloud state: `#current-cloud-backend.zip` and what follows from it, as one immutable value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from amplify_files.context import EnvironmentStack
from amplify_files.outputs import MASK
from backend_state.document import json_text
from backend_state.document.archive import Archive, Fingerprint
from backend_state.document.json_text import as_object
from backend_state.document.problems import damaged, wrong_value

META = "amplify-meta.json"
CONFIG = "backend-config.json"
ROOT_STACK = "awscloudformation/build/root-cloudformation-stack.json"
ZIP = "#current-cloud-backend.zip"
STUDIO = "studio-backend/"
DEPLOYMENT_STATE = "deployment-state.json"
LARGEST_JSON = 8 * 1024 * 1024
"""Bytes of a JSON file that is read: as values it takes many times its size, and CloudFormation takes 1 MB at most."""

_STUDIO_NAMES = frozenset({"cli.json", META, CONFIG, "schema.graphql", "transform.conf.json", "parameters.json"})
"""What the CLI copies to `studio-backend/`, wherever in the backend it lies (Amplify project format, section 6.4)."""


@dataclass(frozen=True, slots=True)
class AuthResource:
    """One entry of `auth` in the cloud's meta; the ids are "" where its output lacks them."""

    name: str
    service: str
    imported: bool
    user_pool_id: str = ""
    web_client_id: str = ""
    native_client_id: str = ""
    identity_pool_id: str = ""
    pushed: str = ""
    """`lastPushTimeStamp` as it stands there; "" before the first push."""
    holds_mask: bool = False
    """Whether the native client's secret was not loaded, so that this may be shown and not stored."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of any category but auth, as meta has it."""

    category: str
    name: str
    service: str
    entry: Mapping[str, Any] = field(repr=False)

    @property
    def logical_id(self) -> str:
        """The name of its nested stack in the root template."""
        return f"{self.category}{self.name}"

    @property
    def label(self) -> str:
        return f"{self.category}/{self.name}"

    @property
    def depends_on_auth(self) -> bool:
        """Whether it declares so. The CLI refuses to take auth away underneath it (section 5.1)."""
        return any(
            isinstance(one, Mapping) and one.get("category") == "auth" for one in _list(self.entry.get("dependsOn"))
        )

    def auth_attributes(self, *names: str) -> tuple[str, ...]:
        """The attributes of the auth resources of these names that it declares to need."""
        found: list[str] = []
        for one in _list(self.entry.get("dependsOn")):
            if isinstance(one, Mapping) and one.get("category") == "auth" and one.get("resourceName") in names:
                found += [str(attribute) for attribute in _list(one.get("attributes"))]
        return tuple(found)

    def other_auth(self, name: str) -> tuple[str, ...]:
        """The auth resources that it declares to depend on besides the one of this name."""
        return tuple(
            str(one.get("resourceName", ""))
            for one in _list(self.entry.get("dependsOn"))
            if isinstance(one, Mapping) and one.get("category") == "auth" and one.get("resourceName") != name
        )


@dataclass(frozen=True, slots=True)
class BackendDocument:
    """The archive, the two JSON files that describe it, and the changes that `render` would write into it.

    Values never change: a change gives another document. `meta` and `config` are what the texts hold.
    """

    archive: Archive
    meta_text: str
    config_text: str
    meta: Mapping[str, Any] = field(repr=False)
    config: Mapping[str, Any] = field(repr=False)
    pending: Mapping[str, bytes | None] = field(default_factory=dict, repr=False)
    """Files written (bytes) or taken out (None) since the archive was read."""

    @classmethod
    def parse(cls, data: bytes) -> "BackendDocument":
        """Raises BackendProblem when the zip is unsafe or damaged, or lacks what Amplify always writes."""
        archive = Archive.parse(data)
        if META not in archive:
            raise damaged("NoMeta", f"#current-cloud-backend.zip has no {META}, so it describes no backend.")
        meta_text = _text(META, archive.read(META))
        config_text = _text(CONFIG, archive.read(CONFIG)) if CONFIG in archive else "{}"
        meta, config = _object(META, meta_text), _object(CONFIG, config_text)
        _refuse_shape(META, meta)
        _refuse_shape(CONFIG, config)
        return cls(archive=archive, meta_text=meta_text, config_text=config_text, meta=meta, config=config)

    # --- Reading ---

    @property
    def names(self) -> tuple[str, ...]:
        """Every file there is after the pending changes; those of the archive first, in its order."""
        kept = [name for name in self.archive.names if self.pending.get(name, b"") is not None]
        return (*kept, *(name for name, body in self.pending.items() if body is not None and name not in self.archive))

    def __contains__(self, name: str) -> bool:
        return self.pending[name] is not None if name in self.pending else name in self.archive

    def read(self, name: str) -> bytes:
        """Raises KeyError when there is no such file."""
        body = self.pending.get(name, b"")
        if body is None:
            raise KeyError(name)
        return body if name in self.pending else self.archive.read(name)

    def json(self, name: str) -> dict[str, Any]:
        """The object of a JSON file; empty when there is no such file. Raises BackendProblem when it holds another."""
        return _object(name, _text(name, self.read(name))) if name in self else {}

    @property
    def auth(self) -> tuple[AuthResource, ...]:
        """The user pools of the backend, managed or imported. What else lies below `auth` (groups) is not a pool."""
        found = []
        for name, entry in as_object(self.meta.get("auth")).items():
            if not isinstance(entry, Mapping) or entry.get("service") == "Cognito-UserPool-Groups":
                continue
            output = as_object(entry.get("output"))
            found.append(
                AuthResource(
                    name=name,
                    service=str(entry.get("service", "")),
                    imported=entry.get("serviceType") == "imported",
                    user_pool_id=str(output.get("UserPoolId", "")),
                    web_client_id=str(output.get("AppClientIDWeb", "")),
                    native_client_id=str(output.get("AppClientID", "")),
                    identity_pool_id=str(output.get("IdentityPoolId", "")),
                    pushed=str(entry.get("lastPushTimeStamp", "")),
                    holds_mask=output.get("AppClientSecret") == MASK,
                )
            )
        return tuple(found)

    @property
    def imported(self) -> AuthResource | None:
        """The one imported user pool, or None."""
        found = [one for one in self.auth if one.imported]
        return found[0] if len(found) == 1 and len(self.auth) == 1 else None

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Every resource of the other categories, in the order of meta."""
        return tuple(
            Resource(category=category, name=name, service=str(entry.get("service", "")), entry=entry)
            for category, entries in self.meta.items()
            if category not in ("auth", "providers") and isinstance(entries, Mapping)
            for name, entry in entries.items()
            if isinstance(entry, Mapping)
        )

    @property
    def provider(self) -> Mapping[str, Any]:
        """`providers.awscloudformation`: the root stack and the bucket as Amplify wrote them."""
        return as_object(as_object(self.meta.get("providers")).get("awscloudformation"))

    @property
    def stack(self) -> EnvironmentStack | None:
        """The provider's values, or None where one is missing."""
        return stack_from(self.provider)

    def parameters_of(self, resource: Resource) -> dict[str, Any]:
        """The parameters a resource's nested stack is given by its own files."""
        folder = f"{resource.category}/{resource.name}"
        return self.json(f"{folder}/parameters.json") | self.json(f"{folder}/build/parameters.json")

    # --- Changing ---

    def with_files(self, files: Mapping[str, bytes | None]) -> "BackendDocument":
        """Another document with these files written or taken out. What is as it was in the archive is no change."""
        pending = dict(self.pending)
        for name, body in files.items():
            if self._is_in_archive(name, body):
                pending.pop(name, None)
            else:
                pending[name] = body
        return replace(self, pending=pending)

    def _is_in_archive(self, name: str, body: bytes | None) -> bool:
        if body is None or name not in self.archive:
            return body is None and name not in self.archive
        return self.archive.by_name[name].file_size == len(body) and self.archive.read(name) == body

    def with_meta(self, meta: Mapping[str, Any]) -> "BackendDocument":
        text = json_text.reconciled(self.meta_text, meta)
        return replace(self.with_files({META: text.encode()}), meta_text=text, meta=meta)

    def with_config(self, config: Mapping[str, Any]) -> "BackendDocument":
        text = json_text.reconciled(self.config_text, config)
        if text == self.config_text:
            return self
        return replace(self.with_files({CONFIG: text.encode()}), config_text=text, config=config)

    def with_json(self, name: str, wanted: Mapping[str, Any]) -> "BackendDocument":
        """Changes a JSON file that exists, and only what differs in it."""
        return self.with_files({name: json_text.reconciled(_text(name, self.read(name)), wanted).encode()})

    # --- Rendering ---

    def render(self, moment: datetime) -> bytes:
        """The zip to upload; the very bytes that were read when nothing is pending."""
        if META in self.pending and any(one.holds_mask for one in self.auth):
            raise ValueError("The native client's secret was not loaded, and the mask in its place must not be stored.")
        return self.archive.changed(self.pending, moment=moment) if self.pending else self.archive.data

    @property
    def root_files(self) -> dict[str, bytes]:
        """The copies beside the zip, by key (section 6.4)."""
        return {META: self.read(META), CONFIG: self.config_text.encode()}

    @property
    def studio_files(self) -> tuple[str, ...]:
        """The files that Studio reads below `studio-backend/`, by their names in the zip."""
        return tuple(
            name
            for name in self.names
            if name.rpartition("/")[2] in _STUDIO_NAMES and not name.startswith((".", "backend/"))
        )

    def holds(self, fingerprints: Mapping[str, Fingerprint]) -> bool:
        """Whether an archive with these fingerprints is this document's, the pending changes included."""
        own = {name: print for name, print in self.archive.fingerprints().items() if name not in self.pending}
        own |= {name: Fingerprint.of(body) for name, body in self.pending.items() if body is not None}
        return dict(fingerprints) == own


def _text(name: str, body: bytes) -> str:
    if len(body) > LARGEST_JSON:
        raise damaged("FileTooLarge", f"{name} is too large to be read here.", f"{len(body):,} bytes")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise wrong_value(name, error) from error


def _object(name: str, text: str) -> dict[str, Any]:
    try:
        return json_text.parsed(text)
    except ValueError as error:
        raise wrong_value(name, error) from error


def _refuse_shape(name: str, whole: Mapping[str, Any]) -> None:
    """Raises BackendProblem unless what an import changes is an object; what else there is may be anything."""
    users = whole.get("parameters", {}) if name == CONFIG else {}
    wrong = [key for key in ("auth", "function") if not isinstance(whole.get(key, {}), Mapping)]
    if not isinstance(users, Mapping):
        wrong.append("parameters")
    else:
        own = (key for key in users if key.startswith("AMPLIFY_auth_"))
        wrong += [key for key in own if not isinstance(as_object(users[key]).get("usedBy"), list)]
    if wrong:
        raise wrong_value(name, ValueError(f"Not in the form Amplify writes: {', '.join(wrong)}"))


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def stack_from(provider: Mapping[str, Any]) -> EnvironmentStack | None:
    """The root stack from `providers.awscloudformation`, or None where a value is missing."""
    names = {
        "region": "Region",
        "stack_name": "StackName",
        "stack_id": "StackId",
        "deployment_bucket_name": "DeploymentBucketName",
        "auth_role_name": "AuthRoleName",
        "auth_role_arn": "AuthRoleArn",
        "unauth_role_name": "UnauthRoleName",
        "unauth_role_arn": "UnauthRoleArn",
        "amplify_app_id": "AmplifyAppId",
    }
    values = {name: str(provider.get(key, "")) for name, key in names.items()}
    return EnvironmentStack(**values) if all(values.values()) else None
