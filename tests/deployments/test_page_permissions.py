"""Who reads the pages of push, pull, deployments and source code, and who starts what from them, role by role."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from environments.permissions import Role
from jobs.models import Job
from tests.auth_import.journeys import address
from tests.deployments.reading_pages import buttons, get, main_of

if TYPE_CHECKING:
    from deployments.models import Deployment
    from environments.models import Environment, Project

pytestmark = pytest.mark.django_db

READING = ("push", "pull", "deployments", "deployment", "source")
PUSHING = ("preview-push", "apply-push", "discard-push")
JSON = {"Accept": "application/json"}


@pytest.fixture
def deployment(db: None) -> "Deployment":
    """A preview that waits in an environment with a link; none of the pages asks AWS about it."""
    from deployments.models import Deployment
    from deployments.push_plan import PushPlan
    from tests.factories import make_environment, make_link, make_outputs

    environment = make_environment(
        kind="amplify", app_id="d2examplexyz01", stack_name="amplify-shop-dev", deployment_bucket="shop-deployment"
    )
    make_link(environment)
    plan = PushPlan(
        change="import",
        moment=timezone.now(),
        resource_name="shop",
        outputs=make_outputs(),
        etags={"#current-cloud-backend.zip": "1"},
        template_digest="",
        parameter_digest="",
        files=(),
        parameters=(),
    )
    return Deployment.objects.create(environment=environment, document=plan.to_dict(), created_by_name="Sample")


def path(page: str, deployment: "Deployment") -> str:
    more = {"deployment_id": deployment.pk} if page in ("deployment", "apply-push", "discard-push") else {}
    return address(deployment.environment, page, **more)


def member_of(project: "Project", role: str, *environments: "Environment") -> Client:
    from tests.factories import make_member

    client = Client()
    client.force_login(make_member(project, role, *environments))
    return client


MEMBERS: dict[str, tuple[Role, Callable[["Deployment"], Client]]] = {
    "viewer": (Role.VIEWER, lambda one: member_of(one.environment.project, Role.VIEWER)),
    "manage only": (Role.MANAGE_ONLY, lambda one: member_of(one.environment.project, Role.MANAGE_ONLY)),
    "full access": (Role.FULL_ACCESS, lambda one: member_of(one.environment.project, Role.FULL_ACCESS)),
    **{
        f"{role} of this environment": (
            role,
            lambda one, role=role: member_of(one.environment.project, role, one.environment),  # type: ignore[misc]
        )
        for role in Role
    },
}


@pytest.mark.parametrize("who", MEMBERS)
def test_members_read_everything_and_start_what_their_role_allows(deployment: "Deployment", who: str) -> None:
    role, sign_in = MEMBERS[who]
    client, pushes = sign_in(deployment), role == Role.FULL_ACCESS
    for page in READING:
        html = get(client, path(page, deployment))
        offered = {"Push", "Preview again", "Throw away"} & set(buttons(html))
        assert bool(offered) == (pushes and page in ("push", "deployment")), page
    words = main_of(get(client, path("push", deployment)))
    assert ("A member with full access can push. Your role does not push." in words) == (not pushes)
    assert "reads only" not in words
    for page in PUSHING:
        if not pushes:
            assert client.post(path(page, deployment)).status_code == 403, page
    assert not Job.objects.exists()
    assert client.post(path("pull", deployment)).status_code == 303
    if pushes:
        assert [client.post(path(page, deployment), headers=JSON).status_code for page in PUSHING] == [202, 202, 409]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGE_ONLY])
def test_where_nothing_is_linked_it_is_said_who_imports(deployment: "Deployment", role: Role) -> None:
    deployment.environment.cognito_link.delete()
    words = main_of(get(member_of(deployment.environment.project, role), path("authentication", deployment)))
    assert "Your role does not import." in words
    assert "reads only" not in words


@pytest.mark.parametrize("role", Role)
def test_a_member_for_another_environment_finds_nothing(deployment: "Deployment", role: Role) -> None:
    from tests.factories import make_environment

    project = deployment.environment.project
    client = member_of(project, role, make_environment(project, "other"))
    for page in (*READING, "source-bundle"):
        assert client.get(path(page, deployment)).status_code == 404, page
    for page in (*PUSHING, "pull"):
        assert client.post(path(page, deployment)).status_code == 404, page
    assert not Job.objects.exists()


@pytest.mark.parametrize("role", Role)
def test_a_token_does_what_its_role_allows(deployment: "Deployment", client: Client, role: Role) -> None:
    headers = token_headers(deployment.environment.project, role)
    for page in READING:
        answer = client.get(path(page, deployment), headers=headers)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json"), page
    for page in PUSHING:
        answer = client.post(path(page, deployment), headers=headers)
        allowed = role == Role.FULL_ACCESS
        assert (answer.status_code != 403) == allowed, page
        assert allowed or answer.json()["error"]
    assert client.post(path("pull", deployment), headers=headers).status_code == 202


@pytest.mark.parametrize(("which", "status"), [("revoked", 401), ("foreign", 404), ("unknown", 401), ("none", 401)])
def test_any_other_token_gets_nothing(deployment: "Deployment", client: Client, which: str, status: int) -> None:
    from environments.models import ProjectToken
    from tests.factories import make_project

    headers = {
        "revoked": lambda: token_headers(deployment.environment.project, Role.FULL_ACCESS),
        "foreign": lambda: token_headers(make_project("Elsewhere"), Role.FULL_ACCESS),
        "unknown": lambda: {**JSON, "Authorization": "Bearer aui_nobody"},
        "none": lambda: JSON,
    }[which]()
    if which == "revoked":
        ProjectToken.objects.update(revoked=timezone.now())
    for page in (*READING, "source-bundle"):
        answer = client.get(path(page, deployment), headers=headers)
        assert (answer.status_code, bool(answer.json()["error"])) == (status, True), page
    for page in (*PUSHING, "pull"):
        answer = client.post(path(page, deployment), headers=headers)
        assert (answer.status_code, bool(answer.json()["error"])) == (status, True), page
    assert not Job.objects.exists()


def token_headers(project: "Project", role: str) -> dict[str, str]:
    from tests.factories import make_token

    _, secret = make_token(project, role=role)
    return {**JSON, "Authorization": f"Bearer {secret}"}
