"""User pools and app clients, kept as Amazon Cognito documents it where moto does otherwise."""

import copy
from typing import Any

from moto.cognitoidp.models import CognitoIdpUserPool, CognitoIdpUserPoolAttribute, CognitoIdpUserPoolClient
from moto.core.utils import utcnow

from aws.sandbox import ids
from aws.sandbox.signing_key import signing_key

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

    def __init__(
        self, account_id: str, region: str, name: str, extended_config: dict[str, Any], *, pool_id: str | None = None
    ) -> None:
        requested = extended_config.get("Schema") or []
        self.extended_config: dict[str, Any] = {}
        super().__init__(account_id, region, name, {k: v for k, v in extended_config.items() if k != "Schema"})
        self.id = pool_id or ids.pool_id(region)
        self.arn = f"arn:aws:cognito-idp:{region}:{account_id}:userpool/{self.id}"
        for schema in requested:
            standard = _STANDARD.get(schema["Name"])
            attribute = CognitoIdpUserPoolAttribute(schema["Name"], standard is None, {**(standard or {}), **schema})
            self.schema_attributes[attribute.name] = attribute

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
