"""AppSync completed: an update replaces what is omitted, an unknown API is not found, and an API has its address."""

from typing import Any

from moto.appsync import urls
from moto.appsync.models import GraphqlAPI
from moto.appsync.responses import AppSyncResponse
from moto.core.responses import ActionResult, EmptyResult

from aws.sandbox import ids


class SandboxGraphqlCalls(AppSyncResponse):
    def create_graphql_api(self) -> ActionResult:
        return _with_addresses(super().create_graphql_api(), self.region)

    def get_graphql_api(self) -> ActionResult:
        return _with_addresses(super().get_graphql_api(), self.region)

    def list_graphql_apis(self) -> ActionResult:
        return _with_addresses(super().list_graphql_apis(), self.region)

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


def graphql_url(api_id: str, region: str) -> str:
    return f"https://{ids.graphql_api_id(f'url of {api_id}')}.appsync-api.{region}.amazonaws.com/graphql"


def _with_addresses(answer: ActionResult, region: str) -> ActionResult:
    result: Any = answer.result
    for api in result.get("graphqlApis") or [result["graphqlApi"]] if result else []:
        url = graphql_url(api["apiId"], region)
        realtime = url.replace("https:", "wss:").replace("appsync-api", "appsync-realtime-api")
        api["uris"] = {"GRAPHQL": url, "REALTIME": realtime}
    return answer


def install() -> None:
    """Put the completed calls at moto's own addresses."""
    for path, handler in urls.url_paths.items():
        if handler == AppSyncResponse.dispatch:
            urls.url_paths[path] = SandboxGraphqlCalls.dispatch
