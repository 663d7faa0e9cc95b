"""Identity pools: roles, paging and updates, which moto lacks."""

import base64
import binascii
import json
import re
from typing import Any, cast

from moto.cognitoidentity import urls
from moto.cognitoidentity.models import CognitoIdentityBackend, CognitoIdentityPool, cognitoidentity_backends
from moto.cognitoidentity.responses import CognitoIdentityResponse

from aws.sandbox import ids
from aws.sandbox.errors import InvalidParameter, ResourceNotFound, constraint_broken

_LARGEST_PAGE = 60
_LARGEST_RULES = 25
_POOL_ID = re.compile(r"[\w-]+:[0-9a-f-]+")
_ROLE_ARN = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/.+")
_ROLE_KINDS = ("authenticated", "unauthenticated")


class SandboxIdentityPool(CognitoIdentityPool):
    def __init__(self, region: str, settings: dict[str, Any], *, identity_pool_id: str | None = None) -> None:
        super().__init__(region, settings["IdentityPoolName"])
        self.identity_pool_id = identity_pool_id or ids.identity_pool_id(region)
        self.settings = _stored(settings)
        self.roles: dict[str, str] = {}
        self.role_mappings: dict[str, Any] = {}

    def describe(self) -> dict[str, Any]:
        return {"IdentityPoolId": self.identity_pool_id, **self.settings}

    def to_json(self) -> str:
        return json.dumps(self.describe())


def _stored(parameters: dict[str, Any]) -> dict[str, Any]:
    """What DescribeIdentityPool gives back: nothing for what was never set."""
    settings = {
        key: value for key, value in parameters.items() if key != "IdentityPoolId" and value not in (None, {}, [])
    }
    if "CognitoIdentityProviders" in settings:
        settings["CognitoIdentityProviders"] = [
            {"ServerSideTokenCheck": False, **provider} for provider in settings["CognitoIdentityProviders"]
        ]
    return settings


class SandboxIdentityPoolBackend(CognitoIdentityBackend):
    @property
    def _url_module(self) -> Any:
        # moto looks beside the class's own module; these calls keep moto's own addresses.
        return urls

    def pool(self, identity_pool_id: str) -> SandboxIdentityPool:
        if not _POOL_ID.fullmatch(identity_pool_id or ""):
            raise constraint_broken(
                identity_pool_id, "identityPoolId", r"satisfy regular expression pattern: [\w-]+:[0-9a-f-]+"
            )
        pool = self.identity_pools.get(identity_pool_id)
        if not isinstance(pool, SandboxIdentityPool):
            raise ResourceNotFound(f"IdentityPool '{identity_pool_id}' not found.")
        return pool

    def create(self, settings: dict[str, Any], *, identity_pool_id: str | None = None) -> SandboxIdentityPool:
        pool = SandboxIdentityPool(self.region_name, settings, identity_pool_id=identity_pool_id)
        self.identity_pools[pool.identity_pool_id] = pool
        self.pools_identities[pool.identity_pool_id] = {"IdentityPoolId": pool.identity_pool_id, "Identities": []}
        return pool

    def update(self, identity_pool_id: str, settings: dict[str, Any]) -> SandboxIdentityPool:
        """Everything is replaced by what is given, but for the roles, which belong to SetIdentityPoolRoles."""
        pool = self.pool(identity_pool_id)
        pool.settings = _stored(settings)
        pool.identity_pool_name = settings["IdentityPoolName"]
        return pool

    def describe_identity_pool(self, identity_pool_id: str) -> str:
        return self.pool(identity_pool_id).to_json()

    def set_roles(self, identity_pool_id: str, roles: dict[str, str], mappings: dict[str, Any]) -> None:
        """SetIdentityPoolRoles: the roles and mappings given replace those that were there."""
        pool = self.pool(identity_pool_id)
        for kind, arn in roles.items():
            if kind not in _ROLE_KINDS:
                raise InvalidParameter(f"Invalid role type: {kind}. Valid values are {', '.join(_ROLE_KINDS)}.")
            if not _ROLE_ARN.fullmatch(arn):
                raise InvalidParameter(f"{arn} is not a valid role ARN.")
        for provider, mapping in mappings.items():
            _check_mapping(provider, mapping)
        pool.roles, pool.role_mappings = dict(roles), dict(mappings)


def _check_mapping(provider: str, mapping: dict[str, Any]) -> None:
    if mapping.get("Type") not in ("Token", "Rules"):
        raise constraint_broken(mapping.get("Type"), "roleMappings", "satisfy enum value set: [Token, Rules]")
    if "AmbiguousRoleResolution" not in mapping:
        raise InvalidParameter(f"AmbiguousRoleResolution is required for the mapping of {provider}.")
    rules = (mapping.get("RulesConfiguration") or {}).get("Rules") or []
    if mapping["Type"] == "Rules" and not rules:
        raise InvalidParameter(f"RulesConfiguration is required for the mapping of {provider}.")
    if len(rules) > _LARGEST_RULES:
        raise constraint_broken(len(rules), "rules", f"have length less than or equal to {_LARGEST_RULES}")


class SandboxIdentityPoolCalls(CognitoIdentityResponse):
    @property
    def backend(self) -> SandboxIdentityPoolBackend:
        return cast(SandboxIdentityPoolBackend, cognitoidentity_backends[self.current_account][self.region])

    def _parameters(self) -> dict[str, Any]:
        parameters: dict[str, Any] = json.loads(self.body)
        return parameters

    def create_identity_pool(self) -> str:
        parameters = self._parameters()
        return self.backend.create(parameters).to_json()

    def update_identity_pool(self) -> str:
        parameters = self._parameters()
        return self.backend.update(parameters["IdentityPoolId"], parameters).to_json()

    def list_identity_pools(self) -> str:
        parameters = self._parameters()
        size, token = parameters.get("MaxResults"), parameters.get("NextToken")
        if not isinstance(size, int) or size < 1:
            raise constraint_broken(size, "maxResults", "have value greater than or equal to 1")
        if size > _LARGEST_PAGE:
            raise constraint_broken(size, "maxResults", f"have value less than or equal to {_LARGEST_PAGE}")
        pools = list(self.backend.identity_pools.values())
        start = _position(token, [pool.identity_pool_id for pool in pools]) if token is not None else 0
        page = pools[start : start + size]
        answer: dict[str, Any] = {
            "IdentityPools": [
                {"IdentityPoolId": pool.identity_pool_id, "IdentityPoolName": pool.identity_pool_name} for pool in page
            ]
        }
        if start + size < len(pools):
            following = pools[start + size].identity_pool_id
            answer["NextToken"] = base64.urlsafe_b64encode(f"from {following}".encode()).decode()
        return json.dumps(answer)

    def get_identity_pool_roles(self) -> str:
        pool = self.backend.pool(self._get_param("IdentityPoolId"))
        answer: dict[str, Any] = {"IdentityPoolId": pool.identity_pool_id}
        if pool.roles:
            answer["Roles"] = pool.roles
        if pool.role_mappings:
            answer["RoleMappings"] = pool.role_mappings
        return json.dumps(answer)

    def set_identity_pool_roles(self) -> str:
        parameters = self._parameters()
        self.backend.set_roles(parameters["IdentityPoolId"], parameters["Roles"], parameters.get("RoleMappings") or {})
        return ""


def _position(token: str, pool_ids: list[str]) -> int:
    try:
        return pool_ids.index(base64.urlsafe_b64decode(token).decode().removeprefix("from "))
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise InvalidParameter("Invalid NextToken.") from error


def install() -> None:
    """Put the completed service in moto's place, at moto's own address."""
    cognitoidentity_backends.backend = SandboxIdentityPoolBackend
    urls.url_paths["{0}/$"] = SandboxIdentityPoolCalls.dispatch
