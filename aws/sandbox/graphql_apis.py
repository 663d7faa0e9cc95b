"""AppSync completed: an update replaces what is omitted, an unknown API is not found, and an API has its address.

Lists come page by page, and a schema is told as it was handed in, without its comments: with its directives or without.
"""

import base64
import binascii
from typing import Any

from graphql import REMOVE, DirectiveDefinitionNode, DirectiveNode, Visitor, parse, print_ast, visit
from moto.appsync import urls
from moto.appsync.exceptions import BadRequestException
from moto.appsync.models import GraphqlAPI
from moto.appsync.responses import AppSyncResponse
from moto.core.responses import ActionResult, EmptyResult

from aws.sandbox import ids

_LARGEST_PAGE = 25


class SandboxGraphqlCalls(AppSyncResponse):
    def create_graphql_api(self) -> ActionResult:
        return _with_addresses(super().create_graphql_api(), self.region)

    def get_graphql_api(self) -> ActionResult:
        return _with_addresses(super().get_graphql_api(), self.region)

    def list_graphql_apis(self) -> ActionResult:
        """Pages of 1 to 25, 25 unless asked for fewer (API reference: `maxResults`, `nextToken`)."""
        answer = _with_addresses(super().list_graphql_apis(), self.region)
        result: Any = answer.result
        size = self._get_int_param("maxResults") or _LARGEST_PAGE
        if not 1 <= size <= _LARGEST_PAGE:
            raise BadRequestException(f"maxResults must be between 1 and {_LARGEST_PAGE}.")
        apis = result["graphqlApis"]
        start = _position(self._get_param("nextToken"), [api["apiId"] for api in apis])
        page: dict[str, Any] = {"graphqlApis": apis[start : start + size]}
        if start + size < len(apis):
            page["nextToken"] = base64.urlsafe_b64encode(f"from {apis[start + size]['apiId']}".encode()).decode()
        return ActionResult(page)

    def get_introspection_schema(self) -> ActionResult:
        """As SDL it is the schema that was handed in, directives on its types and fields included if asked for."""
        if self._get_param("format") != "SDL":
            return super().get_introspection_schema()
        schema = self.appsync_backend.get_graphql_schema(api_id=self._get_param("apiId"))
        document = parse(schema.definition, no_location=True)
        if not self._get_bool_param("includeDirectives", True):
            document = visit(document, _WithoutDirectives())
        return ActionResult({"schema": print_ast(document)})

    def delete_graphql_api(self) -> ActionResult:
        self.appsync_backend.get_graphql_api(self._get_param("apiId"))
        super().delete_graphql_api()
        return EmptyResult()

    def update_graphql_api(self) -> ActionResult:
        """AWS takes the call for the whole configuration: what it leaves out is off afterwards."""
        api: GraphqlAPI = self.appsync_backend.get_graphql_api(self._get_param("apiId"))
        api.additional_authentication_providers = None
        for setting in ("log_config", "user_pool_config", "open_id_connect_config", "lambda_authorizer_config"):
            setattr(api, setting, None)
        return _with_addresses(super().update_graphql_api(), self.region)


class _WithoutDirectives(Visitor):
    def enter_directive(self, _node: DirectiveNode, *_: Any) -> Any:
        return REMOVE

    def enter_directive_definition(self, _node: DirectiveDefinitionNode, *_: Any) -> Any:
        return REMOVE


def _position(token: str | None, api_ids: list[str]) -> int:
    if not token:
        return 0
    try:
        return api_ids.index(base64.urlsafe_b64decode(token).decode().removeprefix("from "))
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise BadRequestException("Invalid nextToken.") from error


def graphql_url(api_id: str, region: str) -> str:
    return f"https://{ids.graphql_api_id(f'url of {api_id}')}.appsync-api.{region}.amazonaws.com/graphql"


def _with_addresses(answer: ActionResult, region: str) -> ActionResult:
    result: Any = answer.result
    # A Region without APIs answers an empty list, and a deletion nothing.
    apis = result["graphqlApis"] if "graphqlApis" in result else [result["graphqlApi"]] if result else []
    for api in apis:
        url = graphql_url(api["apiId"], region)
        realtime = url.replace("https:", "wss:").replace("appsync-api", "appsync-realtime-api")
        api["uris"] = {"GRAPHQL": url, "REALTIME": realtime}
    return answer


def install() -> None:
    """Put the completed calls at moto's own addresses."""
    for path, handler in urls.url_paths.items():
        if handler == AppSyncResponse.dispatch:
            urls.url_paths[path] = SandboxGraphqlCalls.dispatch
