"""Connecting backend environments of an Amplify app that exists."""

from typing import Any

import pytest
from django.test import Client

from audit.models import AuditEvent
from environments.models import Environment, Project
from tests.deployments.planted_apps import Apps
from tests.environments.changes import everything
from tests.factories import Cast, make_environment, make_member, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

URL = "/projects/shop/connect/"
HERE = {"region": "eu-north-1"}
ROLE = "arn:aws:iam::111122223333:role/AdminUI"


def page(client: Client, **query: str) -> str:
    answer = client.get(URL, HERE | query)
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def connect(client: Client, app_id: str, *names: str, **more: str) -> Any:
    return client.post(URL, HERE | {"app": app_id, "env": list(names)} | more)


def test_a_ticked_environment_is_connected_with_all_that_aws_knows_of_it(
    owner: Client, project: Project, apps: Apps
) -> None:
    app = apps.plant("test", "prod", name="Orders")
    answer = connect(owner, app.id, "test")
    assert (answer.status_code, answer["Location"]) == (303, "/projects/shop/test/")
    row = project.environments.get(name="test")
    assert (row.kind, row.region, row.app_id, row.app_name) == ("amplify", "eu-north-1", app.id, "Orders")
    assert row.stack_name == app.stacks["test"]
    assert row.deployment_bucket == f"{app.stacks['test']}-deployment"
    assert not project.environments.filter(name="prod").exists()
    event = AuditEvent.objects.get()
    assert (event.action, event.environment) == ("environments:environment:create", "test")
    html = owner.get(answer["Location"]).content.decode()
    assert "test is connected. Nothing was changed in AWS." in html
    assert "Import required" in html


def test_several_are_connected_at_once(owner: Client, project: Project, apps: Apps, sandbox: Any) -> None:
    app = apps.plant("test", "prod", "qa")
    sandbox.forget()
    answer = connect(owner, app.id, "test", "prod", "qa", "test")
    assert (answer.status_code, answer["Location"]) == (303, "/projects/shop/")
    assert set(project.environments.filter(kind="amplify").values_list("name", flat=True)) == {"test", "prod", "qa"}
    assert project.environments.get(name="prod").production
    html = owner.get(answer["Location"]).content.decode()
    assert "test, prod, qa are connected" in html
    assert html.count("Import required") >= 3
    assert all(call["operation"].startswith(("Get", "Describe", "List")) for call in sandbox.calls())


def test_connecting_twice_is_told_and_changes_nothing(owner: Client, project: Project, apps: Apps) -> None:
    app = apps.plant("test")
    connect(owner, app.id, "test")
    before = everything()
    answer = connect(owner, app.id, "test")
    assert answer.status_code == 303
    assert everything() == before
    assert "connected already" in owner.get(answer["Location"]).content.decode()
    assert "connected here" in page(owner, app=app.id)


def test_one_that_cannot_be_connected_does_not_keep_back_the_others(
    owner: Client, project: Project, apps: Apps
) -> None:
    app = apps.plant("test")
    stack = apps.plant("gone", stacks=False).stacks["gone"]
    apps.client("amplify").create_backend_environment(
        appId=app.id, environmentName="gone", stackName=stack, deploymentArtifacts="x"
    )
    answer = connect(owner, app.id, "test", "gone")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Not connected" in html
    assert f"names the stack {stack}, and CloudFormation has none of this name in eu-north-1" in html
    assert "import its authentication" in html
    assert project.environments.filter(name="test").exists()
    assert not project.environments.filter(name="gone").exists()


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        ({"AuthRoleArn": None, "StackId": None}, "lacks what Amplify&#x27;s root stacks tell: StackId, AuthRoleArn"),
        ({"DeploymentBucketName": "elsewhere"}, "A pull and a push would meet different files"),
    ],
)
def test_a_stack_that_is_no_root_stack_of_it_is_refused(
    owner: Client, apps: Apps, outputs: dict[str, str | None], words: str
) -> None:
    app = apps.plant("test", stacks=False)
    apps.plant_stack(app.stacks["test"], **outputs)
    before = everything()
    answer = connect(owner, app.id, "test")
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert everything() == before


def test_a_backend_without_a_stack_is_refused(owner: Client, apps: Apps) -> None:
    app = apps.plant()
    apps.client("amplify").create_backend_environment(appId=app.id, environmentName="test")
    before = everything()
    answer = connect(owner, app.id, "test")
    assert answer.status_code == 422
    assert "names no CloudFormation stack" in answer.content.decode()
    assert everything() == before


def test_every_app_of_the_region_is_listed_beyond_one_page(owner: Client, apps: Apps) -> None:
    amplify = apps.client("amplify")
    ids = [amplify.create_app(name=f"app{number:03}")["app"]["appId"] for number in range(57)]
    html = page(owner)
    assert all(app_id in html for app_id in ids)
    assert "57 apps in eu-north-1 of the account" in html
    found = page(owner, q="APP05")
    assert "7 of 57 apps match" in found
    assert ids[50] in found
    assert ids[0] not in found
    assert ids[3] in page(owner, q=ids[3])
    assert "None of the 57 apps" in page(owner, q="nothing-like-it")


def test_every_environment_of_the_app_is_listed_beyond_one_page(owner: Client, apps: Apps) -> None:
    app = apps.plant()
    names = [f"env{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(53)]
    for name in names:
        apps.client("amplify").create_backend_environment(appId=app.id, environmentName=name, stackName=f"s-{name}")
    html = page(owner, app=app.id)
    assert all(f'value="{name}"' in html for name in names)
    assert "53 backend environments" in html


def test_rows_say_what_stands_in_the_way_and_how_to_go_on(owner: Client, project: Project, apps: Apps) -> None:
    make_environment(project, "qa")
    make_environment(project, "prod", kind="amplify", app_id="dother", region="eu-west-1")
    app = apps.plant("data", "qa", "prod", "test", stacks=False)
    apps.client("amplify").create_backend_environment(appId=app.id, environmentName="Feature1")
    html = page(owner, app=app.id)
    assert "“data” is the name of a page of this console." in html
    assert "standalone environment “qa”" in html
    assert "an environment of the app dother in eu-west-1" in html
    assert "knows only names of 2 to 10 lower-case letters" in html
    assert html.count("how to go on") == 0
    assert html.count(" disabled") >= 4
    before = everything()
    answer = connect(owner, app.id, "data", "qa", "prod", "Feature1")
    assert answer.status_code == 422
    assert answer.content.decode().count("Not connected") == 4
    assert everything() == before


def test_a_region_without_apps_leads_on(owner: Client, apps: Apps) -> None:
    html = page(owner)
    assert "No Amplify apps here" in html
    assert "/projects/shop/connect/create/?region=eu-north-1" in html


def test_an_app_without_environments_leads_on(owner: Client, apps: Apps) -> None:
    app = apps.plant()
    html = page(owner, app=app.id)
    assert "This app has no backend environment" in html
    assert f"/projects/shop/connect/create/?region=eu-north-1&amp;app={app.id}" in html


def test_an_app_id_may_be_typed(owner: Client, apps: Apps) -> None:
    app = apps.plant("test")
    html = page(owner, id=f" {app.id} ")
    assert 'name="env"' in html
    assert app.stacks["test"] in html
    unknown = page(owner, id="d000000000000")
    assert "NotFoundException" in unknown
    assert "Selected, not among these rows" in unknown
    wrong = owner.get(URL, HERE | {"id": "Shop!"})
    assert wrong.status_code == 422
    assert "Enter an Amplify app id" in wrong.content.decode()


def test_a_choice_made_for_another_region_is_dropped(owner: Client, apps: Apps) -> None:
    app = apps.plant("test")
    assert 'name="env"' in page(owner, app=app.id, at="eu-north-1")
    assert "Select an app first." in page(owner, app=app.id, at="eu-west-1")


def test_the_page_begins_where_most_of_the_project_is(owner: Client, project: Project, apps: Apps) -> None:
    for name in ("one", "two"):
        make_environment(project, name, region="eu-north-1", role_arn=ROLE, external_id="sample-7")
    html = owner.get(URL).content.decode()
    assert 'value="eu-north-1"' in html
    assert f'value="{ROLE}"' in html


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"region": "eu-nrth-1"}, "Did you mean "),
        ({"region": ""}, "required"),
        ({"role": "AdminUI"}, "Enter the ARN of an IAM role"),
        ({"xid": "x"}, "together with a role"),
    ],
)
def test_a_place_that_cannot_be_is_told_and_nobody_asked(
    owner: Client, sandbox: Any, query: dict[str, str], words: str
) -> None:
    answer = owner.get(URL, HERE | query)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not sandbox.calls()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"app": ""}, "Select an Amplify app."),
        ({"env": []}, "Tick at least one backend environment."),
        ({"region": "nowhere"}, "is not valid"),
    ],
)
def test_an_incomplete_choice_connects_nothing(owner: Client, apps: Apps, data: dict[str, Any], words: str) -> None:
    app = apps.plant("test")
    before = everything()
    answer = owner.post(URL, HERE | {"app": app.id, "env": ["test"]} | data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert everything() == before


@pytest.mark.parametrize("who", ["viewer", "manager", "limited_owner"])
def test_members_without_the_permission_are_refused(client: Client, cast: Cast, apps: Apps, who: str) -> None:
    app = apps.plant("test")
    client.force_login(getattr(cast, who))
    before = everything()
    assert client.get(URL, HERE).status_code == 403
    assert connect(client, app.id, "test").status_code == 403
    assert everything() == before
    assert "Connect an Amplify app" not in client.get("/projects/shop/").content.decode()


def test_strangers_are_told_nothing(client: Client, cast: Cast) -> None:
    client.force_login(cast.stranger)
    assert client.get(URL).status_code == client.post(URL).status_code == 404


def test_other_methods_are_none(owner: Client) -> None:
    assert owner.put(URL).status_code == owner.delete(URL).status_code == 405


def test_the_entrances(owner: Client, project: Project) -> None:
    for address in ("/projects/shop/", "/projects/shop/environments/create/"):
        assert f'href="{URL}"' in owner.get(address).content.decode(), address
    empty = make_member(make_project("Empty"))
    owner.force_login(empty)
    assert owner.get("/projects/empty/").content.decode().count('href="/projects/empty/connect/"') >= 2


def test_lists_that_are_refused_are_told_in_words_at_their_place(owner: Client, apps: Apps, sandbox: Any) -> None:
    app = apps.plant("test")
    denied = {"code": "AccessDeniedException", "message": "not authorized", "status": 403}
    sandbox.fail("ListApps", kind="fail", **denied)
    html = page(owner, app=app.id)
    assert "amplify:ListApps" in html
    assert 'name="env"' in html
    sandbox.forget()
    sandbox.fail("ListBackendEnvironments", kind="fail", **denied)
    html = page(owner, app=app.id)
    assert "amplify:ListBackendEnvironments" in html
    assert "1 app in eu-north-1" in html


def test_a_stack_that_may_not_be_read_names_the_action(owner: Client, apps: Apps, sandbox: Any) -> None:
    app = apps.plant("test")
    sandbox.fail("DescribeStacks", kind="fail", code="AccessDenied", message="not authorized", status=403)
    before = everything()
    answer = connect(owner, app.id, "test")
    assert answer.status_code == 422
    assert "cloudformation:DescribeStacks" in answer.content.decode()
    assert everything() == before


def test_aws_that_hangs_ends_in_words(owner: Client, sandbox: Any, settings: Any) -> None:
    settings.SCREEN_DEADLINE_SECONDS = 1.0
    sandbox.fail("*", kind="hang")
    assert "DeadlineExceeded" in page(owner, app="d2examplexyz01")
    before = everything()
    answer = connect(owner, "d2examplexyz01", "test")
    assert answer.status_code == 422
    assert "DeadlineExceeded" in answer.content.decode()
    assert everything() == before


@pytest.mark.parametrize("target", ["apps-list", "backends"])
def test_htmx_gets_the_part_it_asks_for_and_the_address_follows(owner: Client, apps: Apps, target: str) -> None:
    app = apps.plant("test")
    headers = {"HX-Request": "true", "HX-Target": target}
    answer = owner.get(URL, HERE | {"app": app.id, "q": ""}, headers=headers)
    html = answer.content.decode()
    assert "<html" not in html
    assert (app.stacks["test"] in html) is (target == "backends")
    assert answer["HX-Push-Url"] == f"{URL}?region=eu-north-1&app={app.id}"


def test_a_part_asks_aws_for_its_own_list_alone(owner: Client, apps: Apps, sandbox: Any) -> None:
    app = apps.plant("test")
    sandbox.forget()
    owner.get(URL, HERE | {"app": app.id}, headers={"HX-Request": "true", "HX-Target": "backends"})
    assert {call["operation"] for call in sandbox.calls()} == {"GetApp", "ListBackendEnvironments"}


def test_a_name_that_is_taken_in_the_meantime_is_told(
    owner: Client, project: Project, apps: Apps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else makes it while AWS is asked."""
    from deployments import connecting
    from environments.backends import read_backend as read

    app = apps.plant("test")
    monkeypatch.setattr(
        connecting, "_backends", lambda target, app_id, names: _meanwhile(project, read, target, app_id)
    )
    answer = connect(owner, app.id, "test")
    assert answer.status_code == 422
    assert "already has an environment of this name" in answer.content.decode()


def _meanwhile(project: Project, read: Any, target: Any, app_id: str) -> dict[str, Any]:
    make_environment(project, "test")
    return {"test": read(target, app_id=app_id, name="test")}


def test_the_number_of_queries_does_not_grow_with_the_rows(
    owner: Client, project: Project, apps: Apps, django_assert_max_num_queries: Any
) -> None:
    app = apps.plant("test", "prod", "qa", stacks=False)
    for _ in range(5):
        apps.plant()
    for number in range(6):
        make_environment(project, f"more-{number}")
    make_environment(project, "prod", kind="amplify", app_id=app.id, region="eu-north-1")
    with django_assert_max_num_queries(12):
        assert "prod connected" in page(owner, app=app.id)


def test_markup_in_a_name_stays_text(owner: Client, apps: Apps) -> None:
    app = apps.plant("test", name="<b>x</b>", stacks=False)
    html = page(owner, app=app.id)
    assert "<b>x</b>" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert Environment.objects.count() == 1


@pytest.mark.parametrize("name", ["region", "role", "xid", "q", "app", "id", "at", "env", "name", "suffix"])
@pytest.mark.parametrize("address", [URL, f"{URL}create/"])
def test_a_nul_in_an_address_is_no_error(owner: Client, sandbox: Any, address: str, name: str) -> None:
    whole = HERE | {"app": "d2examplexyz01", "env": "test", "name": "orders"} | {name: "a\x00b"}
    assert owner.get(address, whole).status_code in (200, 422)
    assert owner.post(address, whole).status_code < 500
