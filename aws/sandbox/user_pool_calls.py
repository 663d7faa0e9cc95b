"""The user pool service's HTTP calls: AWS's limits on pages, and plain JSON where moto's serializer is slow."""

import json
from collections.abc import Callable
from typing import Any

from moto.cognitoidp import models, urls
from moto.cognitoidp.models import cognitoidp_backends
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.exceptions import InvalidToken
from moto.core.responses import ActionResult

from aws.sandbox import signing_key
from aws.sandbox.direct_calls import as_epoch
from aws.sandbox.errors import InvalidParameter, constraint_broken
from aws.sandbox.user_pool_backend import SandboxUserPoolBackend
from aws.sandbox.users import SandboxUser

_LARGEST_PAGE = 60


def _without_nothing(described: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in described.items() if value is not None}


class SandboxUserPoolCalls(CognitoIdpResponse):
    def _answer(self, body: dict[str, Any]) -> str:
        # The four calls every page makes are written directly: walking the service model costs moto two
        # milliseconds for one pool.
        self.response_headers["Content-Type"] = "application/x-amz-json-1.1"
        return json.dumps(body, default=as_epoch)

    def _page(
        self, call: Callable[[], ActionResult], *, size: str, next_page: str = "NextToken", least: int = 1
    ) -> ActionResult:
        self._check_page_size(size, least)
        try:
            return call()
        except (InvalidToken, AttributeError, KeyError, TypeError) as error:
            if self._get_param(next_page) is None:
                raise
            raise InvalidParameter("Invalid pagination token.") from error

    def _check_page_size(self, name: str, least: int) -> None:
        size = self._get_param(name)
        member = name[0].lower() + name[1:]
        if size is not None and size > _LARGEST_PAGE:
            raise constraint_broken(size, member, f"have value less than or equal to {_LARGEST_PAGE}")
        if size is not None and size < least:
            raise constraint_broken(size, member, f"have value greater than or equal to {least}")

    # Answered directly

    def list_user_pools(self) -> str:  # type: ignore[override]  # moto accepts text wherever it accepts a result
        page = self._page(super().list_user_pools, size="MaxResults").result
        return self._answer(page)  # type: ignore[arg-type]  # the result is the dictionary moto built

    def list_user_pool_clients(self) -> str:  # type: ignore[override]  # as above
        page = self._page(super().list_user_pool_clients, size="MaxResults").result
        return self._answer(page)  # type: ignore[arg-type]  # as above

    def describe_user_pool(self) -> str:  # type: ignore[override]  # as above
        described = self.backend.describe_user_pool(self._get_param("UserPoolId")).to_json(extended=True)
        described["SchemaAttributes"] = [_without_nothing(attribute) for attribute in described["SchemaAttributes"]]
        return self._answer({"UserPool": described})

    def describe_user_pool_client(self) -> str:  # type: ignore[override]  # as above
        parameters = self.parameters
        client = self.backend.describe_user_pool_client(parameters["UserPoolId"], parameters["ClientId"])
        return self._answer({"UserPoolClient": _without_nothing(client.to_json(extended=True))})

    # Pages with AWS's limits

    def list_identity_providers(self) -> ActionResult:
        return self._page(super().list_identity_providers, size="MaxResults", least=0)

    def list_resource_servers(self) -> ActionResult:
        return self._page(super().list_resource_servers, size="MaxResults")

    def update_user_pool(self) -> ActionResult:  # type: ignore[override]  # moto answers nothing, AWS an empty object
        self.backend.update_user_pool(self._get_param("UserPoolId"), self.parameters)
        return ActionResult({})

    def describe_user_pool_domain(self) -> ActionResult:
        domain = self.backend.describe_user_pool_domain(self._get_param("Domain"))
        if domain is None:
            return ActionResult({"DomainDescription": {}})
        described = {**domain.to_json(), "AWSAccountId": self.current_account}
        if domain.custom_domain_config:
            described["CustomDomainConfig"] = domain.custom_domain_config
        return ActionResult({"DomainDescription": described})


def install() -> None:
    """Put the completed service in moto's place, at moto's own address."""
    signing_key.install()
    cognitoidp_backends.backend = SandboxUserPoolBackend
    # Whoever signs up is made by moto, and must be one of ours.
    models.CognitoIdpUser = SandboxUser  # type: ignore[misc]
    urls.url_paths["{0}/$"] = SandboxUserPoolCalls.dispatch
