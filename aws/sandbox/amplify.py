"""The Amplify service, which moto has not: apps and their backend environments."""

import base64
import binascii
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.common_models import BaseModel
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import utcnow

from aws.sandbox import ids

_LARGEST_APP_PAGE = 100
_LARGEST_ENVIRONMENT_PAGE = 50


class NotFound(JsonRESTError):
    code = 404

    def __init__(self, message: str) -> None:
        super().__init__("NotFoundException", message)


class BadRequest(JsonRESTError):
    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("BadRequestException", message)


class App(BaseModel):
    def __init__(self, region: str, account_id: str, settings: dict[str, Any], *, app_id: str | None = None) -> None:
        self.app_id = app_id or ids.app_id()
        self.arn = f"arn:aws:amplify:{region}:{account_id}:apps/{self.app_id}"
        self.settings = settings
        self.created = self.updated = utcnow()
        self.environments: dict[str, BackendEnvironment] = {}

    def describe(self) -> dict[str, Any]:
        required = {
            "description": "",
            "repository": "",
            "platform": "WEB",
            "environmentVariables": {},
            "enableBranchAutoBuild": False,
            "enableBasicAuth": False,
        }
        return {
            **required,
            **{key: value for key, value in self.settings.items() if value is not None},
            "appId": self.app_id,
            "appArn": self.arn,
            "defaultDomain": f"{self.app_id}.amplifyapp.com",
            "createTime": self.created,
            "updateTime": self.updated,
        }


class BackendEnvironment(BaseModel):
    def __init__(self, app: App, name: str, stack_name: str | None, artifacts: str | None) -> None:
        self.name = name
        self.arn = f"{app.arn}/backendenvironments/{name}"
        self.stack_name = stack_name
        self.artifacts = artifacts
        self.created = self.updated = utcnow()

    def describe(self) -> dict[str, Any]:
        described = {
            "backendEnvironmentArn": self.arn,
            "environmentName": self.name,
            "stackName": self.stack_name,
            "deploymentArtifacts": self.artifacts,
            "createTime": self.created,
            "updateTime": self.updated,
        }
        return {key: value for key, value in described.items() if value is not None}


class AmplifyBackend(BaseBackend):
    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.apps: dict[str, App] = {}

    def create_app(self, settings: dict[str, Any], *, app_id: str | None = None) -> App:
        app = App(self.region_name, self.account_id, settings, app_id=app_id)
        self.apps[app.app_id] = app
        return app

    def app(self, app_id: str) -> App:
        if app_id not in self.apps:
            raise NotFound(f"App {app_id} not found.")
        return self.apps[app_id]

    def create_environment(
        self, app_id: str, name: str, *, stack_name: str | None = None, artifacts: str | None = None
    ) -> BackendEnvironment:
        app = self.app(app_id)
        if name in app.environments:
            raise BadRequest(f"The backend environment {name} already exists for app {app_id}.")
        environment = app.environments[name] = BackendEnvironment(app, name, stack_name, artifacts)
        return environment

    def environment(self, app_id: str, name: str) -> BackendEnvironment:
        environment = self.app(app_id).environments.get(name)
        if environment is None:
            raise NotFound(f"Backend environment {name} not found for app {app_id}.")
        return environment


amplify_backends = BackendDict(AmplifyBackend, "amplify")


class AmplifyCalls(BaseResponse):
    """The REST calls of Amplify project format, section 6.10."""

    def __init__(self) -> None:
        super().__init__(service_name="amplify")
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> AmplifyBackend:
        return amplify_backends[self.current_account][self.region]

    def create_app(self) -> ActionResult:
        secrets_not_shown = ("oauthToken", "accessToken")
        settings = {key: value for key, value in dict(self.params).items() if key not in secrets_not_shown}
        return ActionResult({"app": self.backend.create_app(settings).describe()})

    def get_app(self) -> ActionResult:
        return ActionResult({"app": self.backend.app(self._get_param("appId")).describe()})

    def delete_app(self) -> ActionResult:
        app = self.backend.app(self._get_param("appId"))
        del self.backend.apps[app.app_id]
        return ActionResult({"app": app.describe()})

    def list_apps(self) -> ActionResult:
        return self._page("apps", list(self.backend.apps.values()), _LARGEST_APP_PAGE)

    def create_backend_environment(self) -> ActionResult:
        environment = self.backend.create_environment(
            self._get_param("appId"),
            self._get_param("environmentName"),
            stack_name=self._get_param("stackName"),
            artifacts=self._get_param("deploymentArtifacts"),
        )
        return ActionResult({"backendEnvironment": environment.describe()})

    def get_backend_environment(self) -> ActionResult:
        environment = self.backend.environment(self._get_param("appId"), self._get_param("environmentName"))
        return ActionResult({"backendEnvironment": environment.describe()})

    def delete_backend_environment(self) -> ActionResult:
        app_id, name = self._get_param("appId"), self._get_param("environmentName")
        environment = self.backend.environment(app_id, name)
        del self.backend.app(app_id).environments[name]
        return ActionResult({"backendEnvironment": environment.describe()})

    def list_backend_environments(self) -> ActionResult:
        environments = list(self.backend.app(self._get_param("appId")).environments.values())
        wanted = self._get_param("environmentName")
        if wanted:
            environments = [environment for environment in environments if environment.name == wanted]
        return self._page("backendEnvironments", environments, _LARGEST_ENVIRONMENT_PAGE)

    def _page(self, key: str, items: "list[Any]", largest: int) -> ActionResult:
        size = self._get_param("maxResults")
        size = largest if size in (None, 0, "0") else int(size)
        if not 1 <= size <= largest:
            raise BadRequest(f"maxResults must be between 0 and {largest}.")
        start = _start(self._get_param("nextToken"))
        answer: dict[str, Any] = {key: [item.describe() for item in items[start : start + size]]}
        if start + size < len(items):
            answer["nextToken"] = base64.urlsafe_b64encode(f"from {start + size}".encode()).decode()
        return ActionResult(answer)


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("from "))
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise BadRequest("The pagination token is not valid.") from error
