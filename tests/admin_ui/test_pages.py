"""The pages that combine apps, and that no list costs more queries when it grows."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from environments.models import Project
from environments.permissions import Role
from jobs.models import Job
from tests.factories import (
    Cast,
    make_cast,
    make_environment,
    make_invitation,
    make_link,
    make_member,
    make_project,
    make_token,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project("Shop")


@pytest.fixture
def cast(project: Project) -> Cast:
    return make_cast(project)


def test_home_says_what_to_do_first(client: Client) -> None:
    client.force_login(make_user(may_create_projects=True))
    html = client.get("/").content.decode()
    assert "No projects yet" in html
    assert 'href="/projects/create/"' in html


def test_home_says_whom_to_ask_for_a_project(client: Client) -> None:
    client.force_login(make_user())
    html = client.get("/").content.decode()
    assert "No projects yet" in html
    assert "an operator of this console to create the project" in html
    assert "/projects/create/" not in html


def test_the_project_page_shows_what_each_environment_is_linked_to(
    client: Client, project: Project, cast: Cast
) -> None:
    make_link(make_environment(project, "prod", production=True), failing=2)
    make_environment(project, "app", kind="amplify", app_id="d2examplexyz01", region="us-east-1")
    client.force_login(cast.viewer)

    html = client.get("/projects/shop/").content.decode()

    for words in ("shop-users", "shop_identities", "2 failing", "us-east-1", "Amplify", "production", "Not linked"):
        assert words in html
    assert "Create environment" not in html
    assert 'href="/projects/shop/prod/authentication/"' in html


def test_a_project_without_environments_says_what_to_do(client: Client) -> None:
    project = make_project("Empty")
    for role, offered in ((Role.FULL_ACCESS, True), (Role.VIEWER, False)):
        client.force_login(make_member(project, role))
        html = client.get("/projects/empty/").content.decode()
        assert "No environments yet" in html
        assert ("environments/create/" in html) == offered


def test_the_overview_of_a_linked_environment(client: Client, project: Project, cast: Cast) -> None:
    environment = make_environment(
        project, "prod", role_arn="arn:aws:iam::111122223333:role/AdminUI", external_id="not-for-everybody"
    )
    make_link(environment)
    client.force_login(cast.viewer)

    html = client.get("/projects/shop/prod/").content.decode()

    for words in ("eu-west-1_Sample001", "shop_identities", "Healthy", "role/AdminUI", "Standalone"):
        assert words in html
    assert "not-for-everybody" not in html
    assert "Set up authentication" not in html


def test_only_who_may_import_is_offered_it(client: Client, cast: Cast) -> None:
    for who, offered in (("owner", True), ("limited_owner", True), ("manager", False), ("viewer", False)):
        client.force_login(getattr(cast, who))
        assert ("Set up authentication" in client.get("/projects/shop/dev/").content.decode()) == offered


@pytest.mark.parametrize("path", ["/", "/projects/shop/", "/projects/shop/dev/"])
def test_pages_are_only_read_and_need_a_person(client: Client, cast: Cast, path: str) -> None:
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    assert client.get(path, headers={"Accept": "application/json"}).status_code == 401
    client.force_login(cast.owner)
    assert client.post(path).status_code == 405
    client.force_login(cast.stranger)
    assert client.get(path).status_code == (200 if path == "/" else 404)


@pytest.mark.parametrize(
    "path",
    [
        "/", "/projects/create/", "/projects/shop/", "/projects/shop/dev/", "/projects/shop/dev/authentication/",
        "/projects/shop/members/", "/projects/shop/tokens/", "/projects/shop/activity/", "/projects/shop/jobs/",
        "/accounts/password/change/", "/checks/pool.found/", "/nowhere/",
    ],
)  # fmt: skip
def test_nothing_keeps_a_page_of_somebody_signed_in(client: Client, cast: Cast, path: str) -> None:
    client.force_login(cast.operator)
    answer = client.get(path)
    assert answer["Content-Type"].startswith("text/html")
    assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))


def test_the_navigation_leads_to_every_page_and_marks_this_one(client: Client, project: Project, cast: Cast) -> None:
    make_link(project.environments.get(name="dev"), failing=3)
    client.force_login(cast.owner)
    html = client.get("/projects/shop/dev/").content.decode()
    for path in ("dev/", "dev/authentication/", "", "jobs/", "members/", "tokens/", "activity/"):
        assert f'href="/projects/shop/{path}"' in html
    assert html.count('aria-current="page"') == 2  # The breadcrumbs mark it too.
    assert '<span class="count">3</span>' in html
    assert 'href=""' not in html


Grow = Callable[[Project, int], None]


def _projects(project: Project, number: int) -> None:
    person = project.memberships.get(user__username="owner").user
    for index in range(number):
        row = make_project(f"Project {index}")
        row.memberships.create(user=person, role=Role.VIEWER)
        make_environment(row, "dev")
        make_environment(row, "prod")


def _environments(project: Project, number: int) -> None:
    for index in range(number):
        make_link(make_environment(project, f"env-{number}-{index}"))


def _members(project: Project, number: int) -> None:
    environment = make_environment(project, f"limits-{number}")
    for _ in range(number):
        make_member(project, Role.VIEWER, environment)
        make_invitation(project)


def _tokens(project: Project, number: int) -> None:
    for _ in range(number):
        make_token(project)


def _events(project: Project, number: int) -> None:
    for index in range(number):
        record(
            action=Action.AUTH_CHECKED,
            actor=Actor(name="A"),
            project=project.slug,
            environment="dev",
            target=f"{index}",
            after={"index": index},
        )


def _jobs(project: Project, number: int) -> None:
    environment = project.environments.get(name="dev")
    for index in range(number):
        Job.objects.create(
            project=project, environment=environment, title=f"Job {index}", kind="sample", deadline_at=timezone.now()
        )


LISTS: list[tuple[str, Grow, int]] = [
    ("/", _projects, 20),
    ("/projects/shop/", _environments, 12),
    ("/projects/shop/members/", _members, 30),
    ("/projects/shop/tokens/", _tokens, 30),
    ("/projects/shop/activity/", _events, 50),
    ("/projects/shop/dev/", _jobs, 5),
]


@pytest.mark.parametrize(("path", "grow", "many"), LISTS, ids=lambda value: value if isinstance(value, str) else "")
@pytest.mark.parametrize("who", ["owner", "operator"])
def test_a_longer_list_needs_no_more_queries(
    client: Client, project: Project, cast: Cast, path: str, grow: Grow, many: int, who: str
) -> None:
    client.force_login(getattr(cast, who))

    def queries() -> int:
        with CaptureQueriesContext(connection) as context:
            assert client.get(path).status_code == 200
        return len(context)

    grow(project, 1)
    queries()  # The first request fills caches of the process.
    few = queries()
    grow(project, many)
    assert queries() == few
    assert few <= 12
