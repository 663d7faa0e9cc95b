"""The pages of pushing: where an environment stands, who may do what, and what scripts read."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from auth_import.models import CognitoLink
from deployments import pull_job, services
from deployments.models import Deployment, Phase
from deployments.tasks import pull_environment
from environments.models import Environment
from environments.permissions import Role
from jobs import lifecycle
from jobs import services as job_services
from jobs.models import Job
from tests.auth_import.journeys import ACTOR, address, bearer, signed_in
from tests.auth_import.planted import Account
from tests.deployments.pushing import linked, previewed, pushed
from tests.deployments.reading_pages import buttons, get, main_of

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


@pytest.fixture
def deployment(environment: Environment, account: Account) -> Deployment:
    linked(environment, account.plant().choice)
    return previewed(environment)


def pull(environment: Environment) -> Job:
    job = services.start_pull(environment=environment, actor=ACTOR, send=False)
    return lifecycle.run_now(job, pull_job.pull)


def review(client: Client, deployment: Deployment) -> str:
    return get(client, deployment.get_absolute_url())


# --- Where the environment stands ---


def test_a_standalone_environment_says_that_there_is_nothing_to_push(db: None) -> None:
    from tests.factories import make_environment

    standalone = make_environment()
    client = signed_in(standalone)
    for page in ("push", "pull", "deployments"):
        html = get(client, address(standalone, page))
        assert "standalone" in main_of(html)
        assert not {"Pull", "Preview the push"} & set(buttons(html))
        assert f'href="{address(standalone, page)}"' not in html.partition("</nav>")[0]


def test_nothing_linked_and_nothing_read_leads_on(member: Client, environment: Environment) -> None:
    html = get(member, address(environment, "push"))
    assert "Nothing to push" in main_of(html)
    assert "never read. Pull first to see what it has" in main_of(html)
    assert "Set up authentication" in main_of(html)
    assert buttons(html) == []


def test_what_is_linked_stands_beside_what_the_cloud_has_and_aws_is_asked_nothing(
    member: Client, environment: Environment, account: Account, sandbox: Any
) -> None:
    pull(environment)
    link = linked(environment, account.plant(name="linked-users").choice)
    sandbox.forget()
    html = get(member, address(environment, "push"))
    assert sandbox.calls() == []
    main = main_of(html)
    assert "Not pushed" in main
    assert main.count("Only here") == 4
    assert link.user_pool_id in main
    assert "linked-users" in main
    assert buttons(html) == ["Preview the push"]
    assert re.search(r'Push</span><span class="count">1</span>', html)


def test_before_and_after_a_push_every_page_says_the_same(
    member: Client, environment: Environment, account: Account
) -> None:
    linked(environment, account.plant().choice)
    authentication = get(member, address(environment, "authentication"))
    assert "effective after push" in authentication
    assert f'class="button primary" href="{address(environment, "push")}"' in authentication
    assert "Not pushed" in main_of(get(member, environment.get_absolute_url()))
    assert "Not pushed" in main_of(get(member, environment.project.get_absolute_url()))
    pushed(environment)
    html = get(member, address(environment, "push"))
    assert main_of(html).count("Same") == 4
    assert '<span class="count">1</span>' not in html
    assert buttons(html) == ["Preview the push"]
    assert "button primary" not in html
    authentication = get(member, address(environment, "authentication"))
    assert "effective after push" not in authentication
    assert "Not pushed" not in authentication
    for page in (environment, environment.project):
        main = main_of(get(member, page.get_absolute_url()))
        assert "Pushed" in main
        assert "Not pushed" not in main


def test_imported_elsewhere_leads_to_the_import_of_the_same(
    member: Client, environment: Environment, account: Account
) -> None:
    choice = account.plant().choice
    linked(environment, choice)
    pushed(environment)
    CognitoLink.objects.all().delete()
    html = get(member, address(environment, "push"))
    assert "Imported elsewhere" in main_of(html)
    found = re.search(rf'href="({re.escape(address(environment, "import"))}\?[^"]+)"', html)
    assert found
    assert f"pool={choice.user_pool_id}&amp;web={choice.web_client_id}&amp;native={choice.native_client_id}" in found[1]
    assert "Import these" not in get(signed_in(environment, Role.VIEWER), address(environment, "push"))


def test_the_newest_preview_waits_on_the_page(member: Client, environment: Environment, account: Account) -> None:
    linked(environment, account.plant().choice)
    deployment = previewed(environment)
    html = get(member, address(environment, "push"))
    assert "A preview waits for your decision" in main_of(html)
    assert f'class="button primary" href="{deployment.get_absolute_url()}"' in html
    assert buttons(html) == ["Preview again"]


# --- Who may ---


def test_a_viewer_reads_and_starts_nothing(deployment: Deployment) -> None:
    environment = deployment.environment
    viewer = signed_in(environment, Role.VIEWER)
    jobs = Job.objects.count()
    for page in (get(viewer, address(environment, "push")), review(viewer, deployment)):
        assert buttons(page) == []
        assert "A member with full access can push" in main_of(page)
    for path in _posts(environment, deployment):
        assert viewer.post(path).status_code == 403
    deployment.refresh_from_db()
    assert (deployment.phase, Job.objects.count()) == (Phase.PLANNED, jobs)


def test_a_stranger_finds_nothing(deployment: Deployment) -> None:
    from tests.factories import make_environment

    environment = deployment.environment
    stranger = signed_in(make_environment())
    for path in (*_pages(environment, deployment), address(environment, "pull")):
        assert stranger.get(path).status_code == 404
    for path in (*_posts(environment, deployment), address(environment, "pull")):
        assert stranger.post(path).status_code == 404
    other = signed_in(other_environment := make_environment(environment.project, "other"))
    assert other.get(address(other_environment, "deployment", deployment_id=deployment.pk)).status_code == 404


def test_what_changes_something_is_a_post(member: Client, deployment: Deployment) -> None:
    environment = deployment.environment
    for path in _posts(environment, deployment):
        assert member.get(path).status_code == 405
    for path in _pages(environment, deployment):
        assert member.post(path).status_code == 405


def _pages(environment: Environment, deployment: Deployment) -> list[str]:
    return [
        address(environment, "push"),
        address(environment, "deployments"),
        deployment.get_absolute_url(),
    ]


def _posts(environment: Environment, deployment: Deployment) -> list[str]:
    return [
        address(environment, "preview-push"),
        address(environment, "apply-push", deployment_id=deployment.pk),
        address(environment, "discard-push", deployment_id=deployment.pk),
    ]


# --- All of them ---


def test_pushes_and_pulls_are_one_list_newest_first(
    member: Client, environment: Environment, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.factories import make_environment

    linked(environment, account.plant().choice)
    first, push, second = pull(environment), pushed(environment), pull(environment)
    Deployment.objects.create(
        environment=environment, document=push.document, phase=Phase.DISCARDED, created_by_name="nobody"
    )
    other = make_environment(environment.project, "other")
    job_services.enqueue(
        task=pull_environment,
        project=other.project,
        environment=other,
        kind=pull_job.KIND,
        title="Pull other",
        actor=ACTOR,
        steps=pull_job.STEPS,
        deadline=pull_job.DEADLINE,
        permission="view",
        send=False,
    )
    html = get(member, address(environment, "deployments"))
    words = main_of(html)
    assert "Pushes and pulls (3)" in words
    assert words.index("Pull Succeeded Sample Person") < words.index(f"Push {push.pk} Import Pushed")
    assert words.count("Pull Succeeded Sample Person") == 2
    for job in (first, push.job, second):
        assert job is not None
        assert job.get_absolute_url() in html
    assert "nobody" not in words

    monkeypatch.setattr("deployments.history.LINES_A_PAGE", 2)
    client, headers = Client(), bearer(environment)
    pages = [
        client.get(address(environment, "deployments"), {"page": number}, headers=headers).json() for number in (1, 2)
    ]
    assert [one["pages"] for one in pages] == [2, 2]
    lines = [line for one in pages for line in one["deployments"]]
    assert [(line["kind"], line["job"]) for line in lines] == [
        ("pull", second.pk),
        ("push", push.job_id),
        ("pull", first.pk),
    ]
    assert (lines[0]["deployment"], lines[0]["phase"], lines[0]["status"]) == (None, None, "succeeded")
    assert (lines[1]["deployment"], lines[1]["phase"], lines[1]["by"]) == (push.pk, "applied", ACTOR.name)
    paged = main_of(get(member, f"{address(environment, 'deployments')}?page=2"))
    assert "Page 2 of 2" in paged
    assert "Newer" in paged


# --- Scripts, and how often the database is asked ---


def test_scripts_read_the_same(deployment: Deployment) -> None:
    environment = deployment.environment
    client, headers = Client(), bearer(environment)
    stands = client.get(address(environment, "push"), headers=headers).json()
    assert (stands["standing"], stands["waits"]) == ("Not pushed", True)
    assert stands["in_cloud"] == {}
    assert stands["linked"]["user_pool"].startswith("eu-west-1_")
    plan = client.get(deployment.get_absolute_url(), headers=headers).json()
    assert (plan["verdict"], plan["change"], plan["job"]) == ("accepted", "import", None)
    started = client.post(address(environment, "preview-push"), headers=headers)
    assert started.status_code == 202
    again = client.post(address(environment, "preview-push"), headers=headers).json()
    assert again == started.json()
    listed = client.get(address(environment, "deployments"), headers=headers).json()
    assert [(one["kind"], one["deployment"], one["change"]) for one in listed["deployments"]] == [
        ("push", deployment.pk, "import")
    ]
    assert plan["left"] == []


def queries(client: Client, path: str) -> int:
    get(client, path)
    with CaptureQueriesContext(connection) as captured:
        get(client, path)
    return len(captured)


def test_more_rows_are_no_more_queries(member: Client, environment: Environment, account: Account) -> None:
    linked(environment, account.plant().choice)
    row = pushed(environment)
    pages = [address(environment, "push"), address(environment, "deployments"), address(environment, "pull")]
    pages.append(environment.project.get_absolute_url())
    pull(environment)
    few = [queries(member, path) for path in pages]
    for _ in range(5):
        copy = Deployment.objects.create(
            environment=environment, document=row.document, phase=Phase.APPLIED, created_by_name="x", job=row.job
        )
        pull(environment)
    pages.append(copy.get_absolute_url())
    assert [queries(member, path) for path in pages[:-1]] == few
    assert max(few) <= 16
    assert queries(member, pages[-1]) <= 14
