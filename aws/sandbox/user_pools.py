"""User pools and app clients, kept as Amazon Cognito documents it where moto does otherwise."""

import copy
import itertools
from collections.abc import Iterator
from typing import Any

from moto.cognitoidp.models import CognitoIdpUserPool, CognitoIdpUserPoolAttribute, CognitoIdpUserPoolClient
from moto.core.utils import utcnow

from aws.sandbox import ids
from aws.sandbox.errors import ResourceNotFound, UserNotFound
from aws.sandbox.signing_key import signing_key
from aws.sandbox.users import SandboxGroup, SandboxUser, UserDirectory

#: Chosen at creation, never changed by UpdateUserPool (which does not even accept them).
IMMUTABLE = ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration")

#: Parameters of the calls that are not part of a pool's stored configuration.
_NOT_STORED = frozenset({"UserPoolId", "PoolName", "MfaConfiguration", "Schema"})

_POOL_DEFAULTS: dict[str, Any] = {
    "DeletionProtection": "INACTIVE",
    "LambdaConfig": {},
    "UserPoolTier": "ESSENTIALS",
    "UserPoolTags": {},
}

_CLIENT_DEFAULTS: dict[str, Any] = {
    "AllowedOAuthFlowsUserPoolClient": False,
    "AuthSessionValidity": 3,
    "EnablePropagateAdditionalUserContextData": False,
    "EnableTokenRevocation": True,
    "RefreshTokenValidity": 30,
    "TokenValidityUnits": {},
}

_STANDARD = CognitoIdpUserPoolAttribute.STANDARD_SCHEMA


def _standard_attributes() -> dict[str, CognitoIdpUserPoolAttribute]:
    return {name: CognitoIdpUserPoolAttribute(name, False, schema) for name, schema in _STANDARD.items()}


class SandboxUserPool(CognitoIdpUserPool):
    """A pool that has AWS's id, all standard attributes, and loses nothing immutable when it is updated."""

    # moto's attributes, which hold nothing but our own kinds.
    users: UserDirectory  # type: ignore[assignment]
    groups: dict[str, SandboxGroup]  # type: ignore[assignment]

    def __init__(
        self, account_id: str, region: str, name: str, extended_config: dict[str, Any], *, pool_id: str | None = None
    ) -> None:
        requested = extended_config.get("Schema") or []
        self.extended_config: dict[str, Any] = {}
        super().__init__(account_id, region, name, {k: v for k, v in extended_config.items() if k != "Schema"})
        self.id = pool_id or ids.pool_id(region)
        self.arn = f"arn:aws:cognito-idp:{region}:{account_id}:userpool/{self.id}"
        settings = extended_config.get("UsernameConfiguration") or {}
        self.users = UserDirectory(case_sensitive=settings.get("CaseSensitive") is not False)
        self.groups = {}
        self.messages: list[dict[str, Any]] = []
        self.session_tracking: dict[str, Any] = {"UserSessionTracking": "DISABLED", "TokenSession": {"MaxPerUser": 20}}
        self.import_jobs: dict[str, Any] = {}
        #: Where the account was last reached, for the addresses it gives out.
        self.endpoint = ""
        self._places: Iterator[int] = itertools.count()
        for schema in requested:
            standard = _STANDARD.get(schema["Name"])
            attribute = CognitoIdpUserPoolAttribute(schema["Name"], standard is None, {**(standard or {}), **schema})
            self.schema_attributes[attribute.name] = attribute

    # Users and groups

    def _get_user(self, username: str) -> SandboxUser:
        # moto expects None for somebody unknown, and says otherwise.
        return self.find_user(username)  # type: ignore[return-value]

    def find_user(self, name: str) -> SandboxUser | None:
        """By user name, by what the pool takes for one (verified, where it is an alias), or by `sub`."""
        found = self.users.named(name)
        if found is not None:
            return found
        for attribute in self.extended_config.get("UsernameAttributes") or ():
            if having := self.users.having(attribute, name):
                return having[0]
        for attribute in self.extended_config.get("AliasAttributes") or ():
            if holder := self.alias_holder(attribute, name):
                return holder
        return next(iter(self.users.having("sub", name)), None)

    def alias_holder(self, attribute: str, value: str) -> SandboxUser | None:
        """Who may sign in with it: an address must be verified, a preferred user name need not."""
        for user in self.users.having(attribute, value):
            if attribute == "preferred_username" or user.is_verified(attribute):
                return user
        return None

    def user(self, name: str) -> SandboxUser:
        found = self.find_user(name)
        if found is None:
            raise UserNotFound
        return found

    def group(self, name: str) -> SandboxGroup:
        if name not in self.groups:
            raise ResourceNotFound("Group not found.")
        return self.groups[name]

    def add_group(self, group: SandboxGroup) -> SandboxGroup:
        group.place = next(self._places)
        self.groups[group.group_name] = group
        return group

    def sign_out(self, username: str) -> None:
        """Revoke the user's tokens, whatever name they signed in by."""
        user = self.find_user(username)
        for token, granted in list(self.refresh_tokens.items()):
            if granted is not None and self.find_user(granted[1]) is user:
                self.refresh_tokens[token] = None
        for token, (_, name) in list(self.access_tokens.items()):
            if self.find_user(name) is user:
                del self.access_tokens[token]

    def tell(self, user: SandboxUser, medium: str, kind: str) -> None:
        """Note the message Cognito would send; nothing is sent."""
        self.messages.append({"pool": self.id, "username": user.username, "medium": medium, "kind": kind})

    # The pool itself

    def update_extended_config(self, extended_config: dict[str, Any]) -> None:
        """Store what is given, defaults for what is omitted, and what can never change as it was."""
        kept = {key: self.extended_config[key] for key in IMMUTABLE if key in self.extended_config}
        given = {key: value for key, value in extended_config.items() if key not in _NOT_STORED}
        super().update_extended_config(copy.deepcopy({**_POOL_DEFAULTS, **given, **kept}))
        policy = dict(self.extended_config["Policies"].get("PasswordPolicy") or {})
        policy.setdefault("TemporaryPasswordValidityDays", 7)
        self.extended_config["Policies"] = {**self.extended_config["Policies"], "PasswordPolicy": policy}

    def update(self, parameters: dict[str, Any]) -> None:
        """UpdateUserPool: "If you don't provide a value for an attribute, Amazon Cognito sets it to its default"."""
        self.update_extended_config(parameters)
        self.name = parameters.get("PoolName") or self.name
        self.mfa_config = parameters.get("MfaConfiguration") or "OFF"
        self.last_modified_date = utcnow()

    def to_json(self, extended: bool = False) -> dict[str, Any]:
        described: dict[str, Any] = {
            "Id": self.id,
            "Name": self.name,
            "LambdaConfig": self.extended_config["LambdaConfig"],
            "CreationDate": self.creation_date,
            "LastModifiedDate": self.last_modified_date,
        }
        if not extended:
            return described
        described.update(self.extended_config)
        described.update(
            Arn=self.arn,
            MfaConfiguration=self.mfa_config,
            EstimatedNumberOfUsers=len(self.users),
            SchemaAttributes=[attribute.to_json() for attribute in self.schema_attributes.values()],
        )
        for domain in self.backend.user_pool_domains.values():
            if domain.user_pool_id == self.id:
                described["CustomDomain" if domain.custom_domain_config else "Domain"] = domain.domain
        return described

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "json_web_key"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.json_web_key = signing_key()
        for group in self.groups.values():
            for user in group.users:
                user.groups.add(group)


class SandboxUserPoolClient(CognitoIdpUserPoolClient):
    """An app client that forgets at an update what the caller does not repeat, as AWS's do."""

    def __init__(
        self, user_pool_id: str, generate_secret: bool, extended_config: dict[str, Any], *, client_id: str | None = None
    ) -> None:
        super().__init__(user_pool_id, generate_secret, None)
        self.id = client_id or ids.client_id()
        self.secret = ids.client_secret(client_id)
        self.extended_config = {**copy.deepcopy(_CLIENT_DEFAULTS), **extended_config}
        self.creation_date = self.last_modified_date = utcnow()

    def update(self, parameters: dict[str, Any]) -> None:
        """UpdateUserPoolClient: what is omitted goes back to its default; the name stays, it has no default."""
        name = {"ClientName": self.extended_config.get("ClientName")}
        self.extended_config = {**copy.deepcopy(_CLIENT_DEFAULTS), **name, **parameters}
        self.last_modified_date = utcnow()

    def to_json(self, extended: bool = False) -> dict[str, Any]:
        listed = {
            "ClientId": self.id,
            "UserPoolId": self.user_pool_id,
            "ClientName": self.extended_config.get("ClientName"),
        }
        if not extended:
            return listed
        secret = {"ClientSecret": self.secret} if self.generate_secret else {}
        dates = {"CreationDate": self.creation_date, "LastModifiedDate": self.last_modified_date}
        return {**self.extended_config, **listed, **secret, **dates}
