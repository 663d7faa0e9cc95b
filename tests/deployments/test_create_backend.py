"""The page that makes an Amplify app and its first environment: it says everything first."""

import re
from typing import Any

import pytest
from django.test import Client

from deployments.create_backend_job import KIND
from environments.models import Project
from jobs.models import Job, Status
from tests.deployments.planted_apps import Apps
from tests.environments.changes import everything
from tests.factories import Cast, make_environment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

URL = "/projects/shop/connect/create/"
WANTED = {"name": "orders", "env": "test", "region": "eu-north-1"}


def page(client: Client, **query: str) -> str:
    answer = client.get(URL, query)
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def form_of(html: str) -> dict[str, str]:
    """What the review's form would send."""
    review = html[html.index('id="review"') :]
    return dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', review))


def test_it_begins_with_names_that_fit(owner: Client, apps: Apps) -> None:
    html = page(owner, region="eu-north-1")
    assert 'value="shop"' in html
    assert 'value="test"' in html, "dev is taken"
    assert 'value="eu-north-1"' in html
    assert "Create in AWS" not in html


def test_the_review_names_all_that_would_be_made_and_makes_nothing(owner: Client, apps: Apps, sandbox: Any) -> None:
    html = page(owner, **WANTED)
    suffix = form_of(html)["suffix"]
    assert re.fullmatch(r"[0-9a-f]{5}", suffix)
    stack = f"amplify-orders-test-{suffix}"
    for name in (stack, f"{stack}-deployment", f"{stack}-authRole", f"{stack}-unauthRole"):
        assert name in html
    for words in ("#current-cloud-backend.zip", "Nothing by itself", "and nothing else", "Nobody can assume it"):
        assert words in html
    assert {call["operation"] for call in sandbox.calls()} == {"ListApps"}
    assert not Job.objects.exists()


def test_what_was_shown_is_what_the_job_makes(owner: Client, project: Project, apps: Apps) -> None:
    sent = form_of(page(owner, **WANTED))
    answer = owner.post(URL, sent)
    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, job.get_absolute_url())
    assert (job.kind, job.permission, job.environment) == (KIND, "manage-environments", None)
    assert job.payload == {
        "name": "orders", "env": "test", "suffix": sent["suffix"], "region": "eu-north-1", "role": "", "xid": "",
        "app": "", "origin": job.pk,
    }  # fmt: skip
    assert job.subject == f"amplify-orders-test-{sent['suffix']}"
    assert owner.get(job.return_url).status_code == 200


def test_a_form_sent_twice_starts_one_job(owner: Client, apps: Apps) -> None:
    sent = form_of(page(owner, **WANTED))
    first, second = owner.post(URL, sent), owner.post(URL, sent)
    assert first["Location"] == second["Location"]
    assert Job.objects.count() == 1


def test_an_app_of_that_name_is_told(owner: Client, apps: Apps) -> None:
    app = apps.plant(name="Orders")
    html = page(owner, **WANTED)
    assert "There is an app of this name" in html
    assert app.id in html
    assert "Create in AWS" in html


def test_an_app_that_exists_gets_its_first_environment(owner: Client, apps: Apps) -> None:
    app = apps.plant(name="My Shop")
    html = page(owner, region="eu-north-1", app=app.id, env="test")
    assert "Create the first environment of My Shop" in html
    sent = form_of(html)
    assert (sent["app"], sent["name"]) == (app.id, "My Shop")
    assert f"amplify-myshop-test-{sent['suffix']}" in html
    owner.post(URL, sent | {"name": "another"})
    job = Job.objects.get()
    assert (job.payload["app"], job.payload["name"]) == (app.id, "My Shop")


def test_an_app_with_environments_gets_none_here(owner: Client, apps: Apps) -> None:
    app = apps.plant("dev", stacks=False)
    data = {"region": "eu-north-1", "app": app.id, "env": "test"}
    for answer in (owner.get(URL, data), owner.post(URL, data)):
        assert answer.status_code == 422
        assert "has backend environments already" in answer.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "my shop"}, "3 to 20 letters and digits"),
        ({"name": "ab"}, "3 to 20 letters and digits"),
        ({"name": "x" * 21}, "3 to 20 letters and digits"),
        ({"name": ""}, "required"),
        ({"env": "Test"}, "2 to 10 lower-case letters"),
        ({"env": "x"}, "2 to 10 lower-case letters"),
        ({"env": "test1"}, "2 to 10 lower-case letters"),
        ({"env": "push"}, "is the name of a page"),
        ({"env": "connect"}, "is the name of a page"),
        ({"env": "dev"}, "already has an environment “dev”"),
        ({"region": "eu-north-9"}, "Did you mean"),
        ({"role": "AdminUI"}, "Enter the ARN"),
        ({"xid": "x"}, "together with a role"),
    ],
)
def test_names_that_amplify_does_not_take_are_refused_in_words(
    owner: Client, apps: Apps, data: dict[str, str], words: str
) -> None:
    before = everything()
    for answer in (owner.get(URL, WANTED | data), owner.post(URL, WANTED | data)):
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert "Create in AWS" not in answer.content.decode()
    assert everything() == before
    assert not Job.objects.exists()


@pytest.mark.parametrize("suffix", ["../..", "ABCDE", "12345678", "\x00bad"])
def test_a_suffix_that_nobody_was_shown_is_replaced(owner: Client, apps: Apps, suffix: str) -> None:
    owner.post(URL, WANTED | {"suffix": suffix})
    assert all(re.fullmatch("[0-9a-f]{5}", job.payload["suffix"]) for job in Job.objects.all())


def test_an_account_that_does_not_let_itself_be_read_offers_nothing(owner: Client, apps: Apps, sandbox: Any) -> None:
    sandbox.fail("ListApps", kind="fail", code="AccessDeniedException", message="not authorized", status=403)
    answer = owner.get(URL, WANTED)
    assert answer.status_code == 422
    assert "amplify:ListApps" in answer.content.decode()
    assert "Create in AWS" not in answer.content.decode()


def test_what_a_failed_job_left_is_shown_with_the_commands_that_undo_it(
    owner: Client, project: Project, apps: Apps
) -> None:
    sent = form_of(page(owner, **WANTED))
    owner.post(URL, sent)
    made = {"app": "d2made", "app_made": "d2made", "environment": "test"}
    Job.objects.update(status=Status.FAILED, result=made)
    html = page(owner)
    assert "Left by a job that did not finish" in html
    assert "aws amplify delete-app --app-id d2made --region eu-north-1" in html
    assert "delete-stack" not in html


@pytest.mark.parametrize("who", ["viewer", "manager", "limited_owner"])
def test_members_without_the_permission_are_refused(client: Client, cast: Cast, who: str) -> None:
    client.force_login(getattr(cast, who))
    before = everything()
    assert client.get(URL, WANTED).status_code == client.post(URL, WANTED).status_code == 403
    assert everything() == before
    assert not Job.objects.exists()


def test_strangers_are_told_nothing(client: Client, cast: Cast) -> None:
    client.force_login(cast.stranger)
    assert client.get(URL).status_code == client.post(URL, WANTED).status_code == 404


def test_other_methods_are_none(owner: Client) -> None:
    assert owner.put(URL).status_code == owner.delete(URL).status_code == 405


def test_the_number_of_queries_is_bounded(
    owner: Client, project: Project, apps: Apps, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        make_environment(project, f"more-{number}")
    with django_assert_max_num_queries(15):
        page(owner, **WANTED)
