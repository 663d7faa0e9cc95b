"""The user pool service behind the HTTP calls: AWS's refusals and AWS's messages."""

import re
from typing import Any, cast

from moto.cognitoidp import urls
from moto.cognitoidp.models import (
    CognitoIdpBackend,
    CognitoIdpIdentityProvider,
    CognitoIdpUserPool,
    CognitoIdpUserPoolClient,
    CognitoIdpUserPoolDomain,
)
from moto.core.utils import utcnow

from aws.sandbox.errors import InvalidParameter, ResourceNotFound, constraint_broken
from aws.sandbox.user_pools import SandboxUserPool, SandboxUserPoolClient

_POOL_ID = re.compile(r"[\w-]+_[0-9a-zA-Z]+")
#: "You can't use the text aws, amazon, or cognito in the domain prefix" (developer guide, prefix domains).
_RESERVED = ("aws", "amazon", "cognito")

#: What Cognito fills in itself for the social providers (CreateIdentityProvider, ProviderDetails, "Describe response").
_PROVIDER_DETAILS: dict[str, dict[str, str]] = {
    "Google": {
        "attributes_url": "https://people.googleapis.com/v1/people/me?personFields=",
        "attributes_url_add_attributes": "true",
        "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
        "oidc_issuer": "https://accounts.google.com",
        "token_request_method": "POST",
        "token_url": "https://www.googleapis.com/oauth2/v4/token",
    },
    "Facebook": {
        "attributes_url": "https://graph.facebook.com/v17.0/me?fields=",
        "attributes_url_add_attributes": "true",
        "authorize_url": "https://www.facebook.com/v17.0/dialog/oauth",
        "token_request_method": "GET",
        "token_url": "https://graph.facebook.com/v17.0/oauth/access_token",
    },
    "LoginWithAmazon": {
        "attributes_url": "https://api.amazon.com/user/profile",
        "attributes_url_add_attributes": "false",
        "authorize_url": "https://www.amazon.com/ap/oa",
        "token_request_method": "POST",
        "token_url": "https://api.amazon.com/auth/o2/token",
    },
    "SignInWithApple": {
        "attributes_url_add_attributes": "false",
        "authorize_url": "https://appleid.apple.com/auth/authorize",
        "oidc_issuer": "https://appleid.apple.com",
        "token_request_method": "POST",
        "token_url": "https://appleid.apple.com/auth/token",
    },
}


class SandboxUserPoolBackend(CognitoIdpBackend):
    @property
    def _url_module(self) -> Any:
        # moto looks beside the class's own module; these calls keep moto's own addresses.
        return urls

    def create_user_pool(
        self, name: str, extended_config: dict[str, Any], *, pool_id: str | None = None
    ) -> CognitoIdpUserPool:
        pool = SandboxUserPool(self.account_id, self.region_name, name, extended_config, pool_id=pool_id)
        self.user_pools[pool.id] = pool
        return pool

    def describe_user_pool(self, user_pool_id: str) -> CognitoIdpUserPool:
        if not _POOL_ID.fullmatch(user_pool_id or ""):
            raise constraint_broken(
                user_pool_id, "userPoolId", r"satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+"
            )
        return super().describe_user_pool(user_pool_id)

    def update_user_pool(self, user_pool_id: str, extended_config: dict[str, Any]) -> None:
        cast(SandboxUserPool, self.describe_user_pool(user_pool_id)).update(extended_config)

    def delete_user_pool(self, user_pool_id: str) -> None:
        pool = self.describe_user_pool(user_pool_id)
        if pool.extended_config.get("DeletionProtection") == "ACTIVE":
            raise InvalidParameter(
                "The user pool cannot be deleted because deletion protection is activated. "
                "Deletion protection must be inactivated first."
            )
        if any(domain.user_pool_id == user_pool_id for domain in self.user_pool_domains.values()):
            raise InvalidParameter(
                "User pool cannot be deleted. It has a domain configured that should be deleted first."
            )
        super().delete_user_pool(user_pool_id)

    # Domains

    def create_user_pool_domain(
        self, user_pool_id: str, domain: str, custom_domain_config: dict[str, str] | None = None
    ) -> CognitoIdpUserPoolDomain:
        self.describe_user_pool(user_pool_id)
        if domain in self.user_pool_domains:
            raise InvalidParameter("Domain already associated with another user pool.")
        reserved = [word for word in _RESERVED if word in domain]
        if reserved and custom_domain_config is None:
            raise InvalidParameter(f"Domain cannot contain reserved word: {reserved[0]}")
        return super().create_user_pool_domain(user_pool_id, domain, custom_domain_config)

    def delete_user_pool_domain(self, domain: str) -> None:
        if domain not in self.user_pool_domains:
            raise ResourceNotFound("No such domain or user pool exists.")
        super().delete_user_pool_domain(domain)

    # App clients

    def _known_providers(self, pool: CognitoIdpUserPool, parameters: dict[str, Any]) -> None:
        for name in parameters.get("SupportedIdentityProviders") or ():
            if name != "COGNITO" and name not in pool.identity_providers:
                raise InvalidParameter(f"The provider {name} does not exist for User Pool {pool.id}.")

    def create_user_pool_client(
        self,
        user_pool_id: str,
        generate_secret: bool,
        extended_config: dict[str, Any],
        *,
        client_id: str | None = None,
    ) -> CognitoIdpUserPoolClient:
        pool = self.describe_user_pool(user_pool_id)
        self._known_providers(pool, extended_config)
        client = SandboxUserPoolClient(user_pool_id, generate_secret, extended_config, client_id=client_id)
        pool.clients[client.id] = client
        return client

    def describe_user_pool_client(self, user_pool_id: str, client_id: str) -> CognitoIdpUserPoolClient:
        client = self.describe_user_pool(user_pool_id).clients.get(client_id)
        if client is None:
            raise ResourceNotFound(f"User pool client {client_id} does not exist.")
        return client

    def update_user_pool_client(
        self, user_pool_id: str, client_id: str, extended_config: dict[str, Any]
    ) -> CognitoIdpUserPoolClient:
        client = self.describe_user_pool_client(user_pool_id, client_id)
        self._known_providers(self.describe_user_pool(user_pool_id), extended_config)
        cast(SandboxUserPoolClient, client).update(extended_config)
        return client

    def delete_user_pool_client(self, user_pool_id: str, client_id: str) -> None:
        self.describe_user_pool_client(user_pool_id, client_id)
        super().delete_user_pool_client(user_pool_id, client_id)

    # Identity providers

    def create_identity_provider(
        self, user_pool_id: str, name: str, extended_config: dict[str, Any]
    ) -> CognitoIdpIdentityProvider:
        filled = _PROVIDER_DETAILS.get(extended_config.get("ProviderType", ""), {})
        details = {**filled, **extended_config.get("ProviderDetails", {})}
        completed: dict[str, Any] = {**extended_config, "ProviderDetails": details}
        return super().create_identity_provider(user_pool_id, name, completed)

    def describe_identity_provider(self, user_pool_id: str, name: str) -> CognitoIdpIdentityProvider:
        provider = self.describe_user_pool(user_pool_id).identity_providers.get(name)
        if provider is None:
            raise ResourceNotFound(f"Identity provider {name} does not exist.")
        return provider

    def update_identity_provider(
        self, user_pool_id: str, name: str, extended_config: dict[str, Any]
    ) -> CognitoIdpIdentityProvider:
        provider = self.describe_identity_provider(user_pool_id, name)
        provider.extended_config.update(extended_config)
        provider.last_modified_date = utcnow()
        return provider

    def delete_identity_provider(self, user_pool_id: str, name: str) -> None:
        self.describe_identity_provider(user_pool_id, name)
        super().delete_identity_provider(user_pool_id, name)
