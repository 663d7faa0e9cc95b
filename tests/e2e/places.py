"""Environments to import into, made by the console's own forms over HTTP, so that each test has one of its own."""

import re
import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import APIRequestContext, APIResponse, FilePayload

from aws.sandbox import ids
from aws.sandbox.catalogue import Scenario, scenario
from aws.sandbox.catalogue_backends import Backend
from user_management.names import token_of


@dataclass(frozen=True)
class Place:
    """An environment and its addresses, relative to the console's."""

    project: str
    name: str

    @property
    def path(self) -> str:
        return f"/projects/{self.project}/{self.name}/"

    @property
    def authentication(self) -> str:
        return f"/projects/{self.project}/{self.name}/authentication/"

    @property
    def importing(self) -> str:
        return f"{self.authentication}import/"

    @property
    def push(self) -> str:
        return f"/projects/{self.project}/{self.name}/push/"

    @property
    def users(self) -> str:
        return f"/projects/{self.project}/{self.name}/users/"

    @property
    def pull(self) -> str:
        return f"/projects/{self.project}/{self.name}/pull/"

    @property
    def deployments(self) -> str:
        return f"/projects/{self.project}/{self.name}/deployments/"

    @property
    def functions(self) -> str:
        return f"/projects/{self.project}/{self.name}/functions/"

    @property
    def groups(self) -> str:
        return f"/projects/{self.project}/{self.name}/groups/"

    @property
    def data(self) -> str:
        return f"/projects/{self.project}/{self.name}/data/"

    def group(self, name: str) -> str:
        return f"{self.groups}g/{token_of(name)}/"

    def user(self, email: str) -> str:
        """The page of a customer of the sample shop, whose user name is made from the address."""
        username = ids.user_sub(f"{scenario('good').pool_id} {email}")
        return f"{self.users}u/{token_of(username)}/"

    def choosing(self, scenario: Scenario, **other: str | None) -> str:
        """The import page with everything of this scenario chosen; `other` replaces parts of the address."""
        chosen = choice(scenario) | other
        return f"{self.importing}?" + "&".join(f"{key}={value}" for key, value in chosen.items() if value)


def choice(scenario: Scenario) -> dict[str, str | None]:
    """The choice of a scenario in the words of the page's address."""
    return {
        "pool": scenario.pool_id,
        "web": scenario.web_client_id,
        "native": scenario.native_client_id,
        "ipool": scenario.identity_pool_id,
        "identity": None if scenario.identity_pool_id else "off",
    }


class Office:
    """Somebody signed in who fills in forms without looking at the pages: for what a test only needs to be there."""

    def __init__(self, requests: APIRequestContext) -> None:
        self.requests = requests

    def post(self, path: str, **fields: Any) -> APIResponse:
        cookies = self.requests.storage_state()["cookies"]
        token = next(cookie["value"] for cookie in cookies if cookie["name"] == "csrftoken")
        form = {"csrfmiddlewaretoken": token, **{key: value for key, value in fields.items() if value is not None}}
        return self.requests.post(path, form=form, max_redirects=0)

    def location(self, path: str, **fields: Any) -> str:
        """Where the form leads; it must have been accepted."""
        answer = self.post(path, **fields)
        refusals = re.findall(r'class="alert-title">([^<]*)|class="error-line">.*?</svg>([^<]*)', answer.text())
        assert answer.status == 303, f"{path} answered {answer.status}: {refusals}"
        return answer.headers["location"]

    def project(self, name: str) -> str:
        path = self.location("/projects/create/", name=name, frontend="javascript")
        found = re.search(r"/projects/([^/]+)/", path)
        assert found
        return found[1]

    def environment(self, project: str, name: str = "dev", **fields: str) -> Place:
        fields = {"kind": "standalone", "region": "eu-west-1", "resources": "none", **fields}
        self.location(f"/projects/{project}/environments/create/", name=name, **fields)
        return Place(project, name)

    def webhook(self, project: str, name: str) -> str:
        """The address of a new webhook's page."""
        page = f"/projects/{project}/notifications/webhooks/create/"
        answer = self.post(page, name=name, url="https://hooks.example.com/console", events="drift.found")
        found = re.search(rf"/projects/{project}/notifications/webhooks/[0-9a-f-]{{36}}/", answer.text())
        assert found
        return found[0]

    def plan_clone(self, source: Place, *, name: str = "qa", **fields: str) -> str:
        """The address of a new environment's review; what is not named is as in the source."""
        return self.location(f"{source.path}clone/", name=name, **fields)

    def plan(self, place: Place, scenario: Scenario, **other: str | None) -> str:
        """The address of a plan's review."""
        return self.location(f"{place.importing}plan/", **(choice(scenario) | other))

    def apply(self, review: str) -> str:
        """The address of the job."""
        return self.location(f"{review}apply/")

    def link(self, place: Place, scenario: Scenario, **other: str | None) -> str:
        """Import and wait until it is done; the address of the job."""
        job = self.apply(self.plan(place, scenario, **other))
        self.done(job)
        return job

    def scratch(self, place: Place) -> str:
        """The address of the review of new Cognito resources for the environment."""
        name = f"{place.project}-{place.name}"
        fields = {"name": name, "sign_in": "email", "required": "email", "minimum_length": "8", "temporary_days": "7"}
        job = self.location(f"{place.authentication}scratch/", **fields, mfa="OFF", deletion_protection="on")
        return str(self.done(job)["continue_to"])

    def connect(self, project: str, backend: Backend) -> Place:
        """An Amplify backend of the account as an environment of the project."""
        fields = {"region": "eu-west-1", "app": backend.app_id, "env": backend.environment}
        self.location(f"/projects/{project}/connect/", **fields)
        return Place(project, backend.environment)

    def preview(self, place: Place) -> str:
        """The address of a push's review."""
        return str(self.done(self.location(f"{place.push}preview/"))["continue_to"])

    def push(self, place: Place) -> str:
        """Preview and push; the address of the record."""
        review = self.preview(place)
        self.done(self.location(f"{review}apply/"))
        return review

    def upload(self, place: Place, content: str, name: str = "people.csv") -> str:
        """The address of an uploaded file's import, checked."""
        cookies = self.requests.storage_state()["cookies"]
        token = next(cookie["value"] for cookie in cookies if cookie["name"] == "csrftoken")
        file: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
        form: dict[str, Any] = {"csrfmiddlewaretoken": token, "file": file}
        answer = self.requests.post(f"{place.users}import/", multipart=form, max_redirects=0)
        assert answer.status == 303, f"the upload answered {answer.status}"
        return str(self.done(answer.headers["location"])["continue_to"])

    def hand_in(self, place: Place, schema: str) -> None:
        """A GraphQL schema becomes the environment's data model."""
        self.location(f"{place.data}source/", **{"from": "text", "schema": schema})

    def pull(self, place: Place) -> None:
        self.done(self.location(place.pull))

    def index(self, place: Place) -> None:
        """Turns the search index on, fills it, and keeps a view of the users page."""
        self.post(f"{place.users}index/", enabled="on", attributes="email", interval="60")
        self.done(self.location(f"{place.users}index/refresh/"))
        self.post(f"{place.users}views/", name="Waiting for their code", params="status=UNCONFIRMED", shared="on")

    def bulk(self, place: Place, scenario: Scenario, operation: str, *, start: bool = True) -> str:
        """The address of a change of everybody whose e-mail begins with `a`: reviewed only, or carried out."""
        found = {"operation": operation, "all": "1", "q": "a", "attribute": "email"}
        address = self.location(f"{place.users}bulk/", **found)

        def report() -> dict[str, Any]:
            return dict(self.requests.get(address, headers={"Accept": "application/json"}).json())

        self.done(f"/projects/{place.project}/jobs/{report()['job']['id']}/")
        if start:
            self.location(f"{address}start/", reason="Sample")
            self.done(f"/projects/{place.project}/jobs/{report()['job']['id']}/")
        return address

    def done(self, job: str) -> dict[str, Any]:
        """Waits for a job's good end; what it reports."""
        deadline = time.monotonic() + 45
        while True:
            answer = self.requests.get(job, headers={"Accept": "application/json"}).json()
            if answer["status"] not in ("queued", "running"):
                break
            assert time.monotonic() < deadline, f"{job} is not done after 45 s"
            time.sleep(0.1)
        assert answer["status"] == "succeeded", f"{job}: {answer['error']}"
        return dict(answer["result"])
