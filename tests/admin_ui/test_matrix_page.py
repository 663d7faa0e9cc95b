"""The project's page: its environments side by side, for everybody what they may see and do."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from amplify_files.outputs import AuthOutputs
from auth_import.models import CognitoLink, DriftWatch, IgnoredDrift, UnpushedUnlink
from backend_state.models import KnownBackend
from deployments.cloning import making
from deployments.models import Deployment, Phase, PlannedClone
from environments.models import Environment, Project
from environments.permissions import Role
from jobs.models import Job
from tests.auth_import.commands.running import JSON, run
from tests.deployments.reading_pages import text
from tests.factories import (
    Cast,
    make_cast,
    make_environment,
    make_link,
    make_member,
    make_outputs,
    make_project,
    make_token,
)

pytestmark = pytest.mark.django_db

PAGE = "/projects/shop/"
AMPLIFY = {"kind": "amplify", "app_id": "d2examplexyz01", "app_name": "Orders"}
STACK_MADE = {making.STACK: making.MADE}
DRIFT = {"id": "pool.mfa-configuration", "before": "OFF", "after": "ON", "breaks": "Sign-in."}


@pytest.fixture
def project() -> Project:
    return make_project("Shop")


@pytest.fixture
def dev(project: Project) -> Environment:
    return make_environment(project, "dev")


@pytest.fixture
def cast(project: Project, dev: Environment) -> Cast:
    return make_cast(project)


@pytest.fixture
def owner(client: Client, cast: Cast) -> Client:
    client.force_login(cast.owner)
    return client


def outputs(name: str, **fields: Any) -> AuthOutputs:
    return make_outputs(user_pool_id=f"eu-west-1_{name}", **{"user_pool_name": f"{name}-users", **fields})


def html_of(client: Client, query: str = "", **headers: str) -> str:
    answer = client.get(f"{PAGE}{query}", headers=headers)
    assert answer.status_code == 200
    return str(answer.content.decode())


def cells(html: str, title: str) -> dict[str, str]:
    """What a row says, by environment."""
    found = re.search(rf'<tr[^>]*><th scope="row">{title}[ <].*?</tr>', html, re.DOTALL)
    assert found, f"no row {title}"
    pairs = re.findall(r'<td data-label="([^"]*)"[^>]*>(.*?)</td>', found[0], re.DOTALL)
    return {name: text(cell).strip() for name, cell in pairs}


def job_in(environment: Environment | None, project: Project, title: str, status: str = "running") -> Job:
    return Job.objects.create(
        project=project, environment=environment, title=title, kind="sample", status=status,
        deadline_at=timezone.now() + timedelta(hours=1),
    )  # fmt: skip


def test_every_state_has_its_words(owner: Client, project: Project, dev: Environment) -> None:
    prod = make_environment(
        project, "prod", production=True, role_arn="arn:aws:iam::111122223333:role/AdminUI", **AMPLIFY
    )
    link = make_link(prod, drift=[DRIFT, DRIFT], pushed=True)
    kept = {"drift_id": "pool.groups", "before": "a", "after": "b", "breaks": "c", "since": timezone.now()}
    IgnoredDrift.objects.create(link=link, reason="Meant so.", created_by_name="A", **kept)
    make_link(make_environment(project, "bad"), failing=3)
    off = make_link(make_environment(project, "off")).environment
    DriftWatch.objects.create(environment=off, minutes=0, due=timezone.now())
    mute = make_link(make_environment(project, "mute")).environment
    fault = {"words": "AWS refused the role."}
    DriftWatch.objects.create(environment=mute, due=timezone.now(), failures=1, fault=fault)
    made = make_link(make_environment(project, "made"), managed_stack="arn:aws:cloudformation:eu-west-1:1:stack/a/b")
    make_environment(project, "new", **AMPLIFY)
    left = make_environment(project, "left", **AMPLIFY)
    # Of a linked environment the row is moot.
    for one in (left, prod):
        UnpushedUnlink.objects.create(environment=one, resource_name="a", user_pool_id="b", user_pool_name="old-users")

    html = html_of(owner)

    assert cells(html, "Health") == {
        "prod": "Drifted", "bad": "3 failing", "dev": "Not linked", "left": "Import required", "made": "Healthy",
        "mute": "Healthy", "new": "Import required", "off": "Healthy",
    }  # fmt: skip
    drift = cells(html, "Drift")
    assert (drift["prod"], drift["bad"], drift["dev"]) == ("2 changes 1 ignored", "None", "–")
    checked = cells(html, "Last checked")
    assert (checked["off"], checked["mute"]) == ("just now Not watched", "just now The last try failed")
    assert 'title="AWS refused the role."' in html
    assert cells(html, "Amplify backend")["prod"] == "Newer values"
    assert cells(html, "Unfinished")["left"].startswith("Unlink in the cloud")
    assert cells(html, "Unfinished")["prod"] == "–"
    assert cells(html, "Origin")["made"] == "Made here"
    assert cells(html, "AWS account")["prod"] == "111122223333 Role AdminUI"
    assert cells(html, "AWS account")["bad"] == "123456789012 Default credentials"
    assert cells(html, "Kind")["prod"] == "Amplify Orders"
    for words in ("1 failing", "1 drifted", "2 without the required import", "1 not linked"):
        assert words in html
    assert made.is_managed


def test_work_that_is_not_finished_is_led_to(owner: Client, project: Project, dev: Environment) -> None:
    job = job_in(dev, project, "Import the customers")
    job_in(dev, project, "Long done", "succeeded")
    coming = job_in(None, project, "Make the environment eu")
    prod = make_environment(project, "prod", **AMPLIFY)
    Deployment.objects.create(environment=prod, document={}, phase=Phase.APPLYING)
    for name, made in (("qa", STACK_MADE), ("gone", {**STACK_MADE, "undone": True}), ("never", {})):
        failed = job_in(None, project, f"Make {name}", "failed")
        PlannedClone.objects.create(project=project, document={"name": name}, job=failed, made=made)

    html = html_of(owner)

    assert cells(html, "Unfinished") == {
        "dev": "Import the customers Running", "prod": "Interrupted push Being finished or undone"
    }  # fmt: skip
    assert f'href="/projects/shop/jobs/{job.pk}/"' in html
    assert f'href="/projects/shop/jobs/{coming.pk}/"' in html
    shown = text(html)
    assert "Make qa Half made: retry or undo it" in shown
    assert "Make gone" not in shown
    assert "Make never" not in shown


def test_differences_and_shared_resources_are_marked_in_words(
    owner: Client, project: Project, dev: Environment
) -> None:
    make_link(make_environment(project, "prod", production=True), outputs=outputs("prod"))
    make_link(dev, outputs=outputs("dev", mfa_configuration="ON"))
    html = html_of(owner)
    assert cells(html, "MFA") == {"prod": "Off", "dev": "Required Unlike prod"}
    assert cells(html, "Web client")["dev"].endswith("Shared with prod")
    assert cells(html, "User pool") == {"prod": "prod-users eu-west-1_prod", "dev": "dev-users eu-west-1_dev"}
    only = html_of(owner, "?only=differences")
    assert "MFA" in only
    assert "Sign-in" not in only
    assert "Password policy" not in only


def test_nothing_differs(owner: Client, project: Project, dev: Environment) -> None:
    assert "Only differences" not in html_of(owner, "?only=differences")
    make_environment(project, "test")
    assert "No differences" in html_of(owner, "?only=differences")
    assert "Only differences (0)" in html_of(owner)


def test_the_switch_swaps_the_matrix_alone(owner: Client, project: Project) -> None:
    make_environment(project, "test")
    fragment = html_of(owner, "?only=differences", **{"HX-Request": "true"})
    assert fragment.strip().startswith('<section class="container" id="matrix"')
    assert "<html" not in fragment


LINKS = {
    "import": "new/authentication/import/",
    "swap": "prod/authentication/swap/",
    "settings": "prod/settings/",
    "clone": "prod/clone/",
    "remove": "prod/remove/",
}


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("owner", set(LINKS)),
        ("operator", set(LINKS)),
        ("manager", set()),
        ("viewer", set()),
        # Whoever is limited changes what they see, and makes and removes no environments.
        ("limited_owner", set()),
    ],
)
def test_cells_lead_only_where_the_reader_may_go(
    client: Client, project: Project, cast: Cast, who: str, offered: set[str]
) -> None:
    make_link(make_environment(project, "prod", production=True))
    make_environment(project, "new", **AMPLIFY)
    client.force_login(getattr(cast, who))
    html = html_of(client)
    assert {name for name, path in LINKS.items() if f'href="{PAGE}{path}"' in html} == offered
    assert ("Create environment" in html) == (who in ("owner", "operator"))
    limited = who == "limited_owner"
    assert (f'href="{PAGE}prod/authentication/"' in html) != limited
    if limited:
        assert f'href="{PAGE}dev/authentication/"' in html
        assert not [leaf for leaf in ("settings", "clone", "remove") if f'href="{PAGE}dev/{leaf}/"' in html]


def test_somebody_limited_learns_nothing_of_other_environments(
    client: Client, project: Project, dev: Environment, cast: Cast
) -> None:
    make_link(dev)
    make_link(make_environment(project, "secret", production=True))
    job_in(None, project, "Make the environment unseen")
    client.force_login(cast.limited_owner)
    html = html_of(client)
    assert "secret" not in html
    assert "unseen" not in html
    assert "Shared with" not in html
    [only] = client.get(PAGE, headers={"Accept": "application/json"}).json()
    assert (only["environment"], only["shared"]) == ("dev", [])
    ended = run("environments", "matrix", "--project", "shop", "--as", "limited", *JSON)
    assert ended.json == [only]


def test_hostile_names_stay_text(owner: Client, project: Project, dev: Environment) -> None:
    name = '<b onclick="x">&amp;\u202e'
    make_link(dev, outputs=outputs("dev", web_client_name=name), user_pool_name=name)
    html = html_of(owner)
    assert "<b onclick" not in html
    assert "&lt;b onclick=&quot;x&quot;&gt;&amp;amp;" in html


def test_the_page_says_how_old_it_is(owner: Client, project: Project, dev: Environment) -> None:
    assert "No link has been checked yet." in text(html_of(owner))
    make_link(dev, checked=timezone.now() - timedelta(hours=3))
    make_link(make_environment(project, "prod", **AMPLIFY), checked=timezone.now())
    now = timezone.now()
    KnownBackend.objects.create(
        environment=project.environments.get(name="prod"), read=now - timedelta(days=2), last_pushed=now
    )
    shown = text(html_of(owner))
    assert (
        "Links were last checked just now , that of dev 3 hours ago . Amplify backends were last read 2 days ago"
        in shown
    )
    assert cells(html_of(owner), "Last push")["prod"] == "just now"


def test_scripts_read_the_same(project: Project, dev: Environment) -> None:
    make_link(dev, drift=[DRIFT])
    make_environment(project, "prod", production=True)
    _, secret = make_token(project)
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).get(PAGE, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert [(one["environment"], one["drift"], one["user_pool"]) for one in answer.json()] == [
        ("prod", None, None), ("dev", 1, "eu-west-1_Sample001")
    ]  # fmt: skip
    ended = run("environments", "matrix", "--project", "shop", *JSON)
    # Drift is for link_status to stop at.
    assert ended.code == 0
    assert ended.json == answer.json()


def test_the_matrix_in_a_terminal(project: Project, dev: Environment) -> None:
    make_link(make_environment(project, "prod", production=True), outputs=outputs("prod"))
    make_link(dev, outputs=outputs("dev", mfa_configuration="ON", user_pool_name="x" * 128))
    lines = run("environments", "matrix", "--project", "Shop").text.splitlines()
    assert lines[0].split() == ["prod", "(production)", "dev"]
    assert next(line for line in lines if line.startswith("MFA")).split() == ["MFA", "Off", "Required", "differs"]
    assert f"{'x' * 27}…" in next(line for line in lines if line.startswith("User pool"))
    make_project("Empty")
    assert "environments create" in run("environments", "matrix", "--project", "empty").text
    assert run("environments", "matrix", "--project", "nowhere").code == 1
    assert run("environments", "matrix").code == 2


def _one_of_everything(project: Project, name: str) -> None:
    """A linked Amplify environment with all that can be known of it, and one that was unlinked."""
    environment = make_environment(project, name, **AMPLIFY)
    link: CognitoLink = make_link(environment, drift=[DRIFT], outputs=outputs(name))
    now = timezone.now()
    IgnoredDrift.objects.create(
        link=link, drift_id="a", before="b", after="c", breaks="d", since=now, reason="e", created_by_name="f"
    )
    DriftWatch.objects.create(environment=environment, due=now, failures=1, fault={"words": "x"})
    KnownBackend.objects.create(environment=environment, facts={"auth": []}, read=now)
    Deployment.objects.create(environment=environment, document={}, phase=Phase.APPLYING)
    job_in(environment, project, f"Work in {name}")
    unlinked = make_environment(project, f"{name}x", **AMPLIFY)
    job = job_in(unlinked, project, "Unlink", "failed")
    UnpushedUnlink.objects.create(
        environment=unlinked, resource_name="a", user_pool_id="b", user_pool_name="c", job=job,
        state=UnpushedUnlink.State.TRYING, attempts=2, next_attempt=now, words="AWS did not answer.",
    )  # fmt: skip
    PlannedClone.objects.create(project=project, document={}, job=job, made=STACK_MADE, environment=unlinked)


@pytest.mark.parametrize("role", [Role.FULL_ACCESS, Role.VIEWER])
def test_twelve_environments_need_no_more_queries_than_two(client: Client, project: Project, role: Role) -> None:
    client.force_login(make_member(project, role))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            html_of(client)
        return len(captured)

    _one_of_everything(project, "a")
    queries()
    few = queries()
    for letter in "bcdef":
        _one_of_everything(project, letter)
    assert queries() == few
    assert few <= 9
    assert html_of(client).count("Work in ") == 6
