"""The page of the index, saved views, and the command, each with who may do what."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from environments.command import Failed, Usage
from jobs.models import Job
from tests.factories import make_member
from tests.user_management.conftest import Pool, linked
from user_management.index import services
from user_management.index.models import SavedView, SearchIndex

JSON = {"HTTP_ACCEPT": "application/json"}
ON = {"enabled": "on", "attributes": ["email", "custom:tier"], "interval": "60", "reason": "For the support team"}


def url(name: str, place: Any, **more: Any) -> str:
    return reverse(name, kwargs={**place.names, **more})


def test_the_page_says_what_it_costs(manager: Any, place: Any) -> None:
    page = manager.get(url("search-index", place)).content.decode()
    assert "30 calls a second" in page
    assert "uses at most 6 of them" in page
    assert "4.6 min at 6 calls a second" in page
    assert "custom:tier" in page
    assert "Off" in page


def test_turning_it_on_starts_a_job(manager: Any, place: Any, pool: Any) -> None:
    answer = manager.post(url("search-index", place), ON)
    assert answer.status_code == 303
    index = SearchIndex.objects.get()
    assert (index.enabled, index.attributes, index.interval) == (True, ["custom:tier", "email"], 60)
    assert Job.objects.get(pk=index.job_id).pausable
    page = manager.get(url("search-index", place)).content.decode()
    assert "Being filled for the first time" in page
    assert manager.post(url("index-refresh", place)).status_code == 303
    assert Job.objects.count() == 1, "one at a time"


@pytest.mark.parametrize("attributes", [["password"], ["custom:none"], ["email", "'; DROP TABLE users"]])
def test_an_unknown_attribute_is_refused(manager: Any, place: Any, attributes: list[str]) -> None:
    answer = manager.post(url("search-index", place), ON | {"attributes": attributes})
    assert answer.status_code == 422
    assert "The pool has no attribute" in answer.content.decode()
    assert not SearchIndex.objects.exists()


@pytest.mark.parametrize("route", ["search-index", "index-refresh", "index-wipe"])
def test_who_may_change_it(client: Any, place: Any, cast: Any, route: str) -> None:
    address = url(route, place)
    for person, status in ((cast.viewer, 403), (cast.stranger, 404)):
        client.force_login(person)
        assert client.post(address, ON).status_code == status
    assert not SearchIndex.objects.exists()
    client.force_login(cast.viewer)
    assert client.get(address).status_code == (200 if route == "search-index" else 405)


def test_a_viewer_sees_its_age_and_no_buttons(client: Any, place: Any, cast: Any, turn_on: Any, pool: Any) -> None:
    pool.user("ada")
    turn_on()
    client.force_login(cast.viewer)
    page = client.get(url("search-index", place)).content.decode()
    assert "less than a minute old" in page
    assert "Wipe" not in page
    assert "Save</button>" not in page


def test_one_click_wipes(manager: Any, place: Any, turn_on: Any, pool: Any) -> None:
    pool.user("ada")
    index = turn_on()
    assert manager.post(url("index-wipe", place), follow=True).content.decode().count("1 user was deleted") == 1
    assert not index.rows.exists()
    assert manager.post(url("index-refresh", place), **JSON).status_code == 409


def test_scripts(manager: Any, place: Any, turn_on: Any, pool: Any) -> None:
    assert manager.get(url("search-index", place), **JSON).json()["age"] == "off"
    pool.user("ada")
    turn_on()
    report = manager.get(url("search-index", place), **JSON).json()
    assert (report["users"], report["enabled"], report["job_status"]) == (1, True, "succeeded")
    assert manager.post(url("index-refresh", place), **JSON).status_code == 202
    assert manager.post(url("index-wipe", place), **JSON).json() == {"deleted": 1}
    assert manager.post(url("search-index", place), {"interval": "7"}, **JSON).status_code == 422


def test_a_script_that_forgets_a_word_deletes_nothing(manager: Any, place: Any, turn_on: Any, pool: Any) -> None:
    pool.user("ada")
    index = turn_on()
    answer = manager.post(url("search-index", place), {"interval": "60"}, **JSON)
    assert answer.status_code == 422
    assert "enabled=false" in answer.json()["error"]
    assert index.rows.count() == 1


def test_the_page_of_a_full_index_asks_the_database_little(
    manager: Any, place: Any, turn_on: Any, pool: Any, django_assert_max_num_queries: Any
) -> None:
    turn_on()
    manager.get(url("search-index", place))
    with django_assert_max_num_queries(10):
        manager.get(url("search-index", place))


def test_the_users_page_answers_from_the_index(manager: Any, place: Any, turn_on: Any, pool: Any, sandbox: Any) -> None:
    pool.user("ada", name="Ada Lovelace")
    turn_on()
    manager.get(url("users", place))
    sandbox.forget()
    page = manager.get(url("users", place), {"q": "velac", "anywhere": "1"}).content.decode()
    assert "From the search index, less than a minute old" in page
    assert "ada" in page
    assert [call for call in sandbox.calls() if call["operation"] == "ListUsers"] == []


# Saved views.


def test_a_view_is_kept_found_and_opened(manager: Any, place: Any) -> None:
    name = "Gold & “late” 'O\"Brien' " + "x" * 90
    params = "status=UNCONFIRMED&custom%3Atier=gold&token=abc&evil=1"
    assert manager.post(url("save-view", place), {"name": name, "params": params}).status_code == 303
    view = SavedView.objects.get()
    assert (view.name, view.params) == (name, "status=UNCONFIRMED&custom%3Atier=gold")
    answer = manager.get(url("open-view", place, view=view.pk))
    assert answer["Location"] == f"{url('users', place)}?{view.params}&view={view.pk}"
    assert manager.session["users-view"] == {str(place.environment.pk): view.pk}
    assert manager.get(url("save-view", place), **JSON).json()["views"][0]["name"] == name


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("", "q=a", "This field is required"),
        ("x" * 121, "q=a", "at most 120 characters"),
        ("Everybody", "", "Search or filter first"),
        ("Bad", "status=nonsense", "no status"),
    ],
)
def test_views_that_cannot_be_kept(manager: Any, place: Any, name: str, params: str, words: str) -> None:
    answer = manager.post(url("save-view", place), {"name": name, "params": params})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not SavedView.objects.exists()


def test_names_are_unique_for_whoever_sees_them(client: Any, place: Any, cast: Any, project: Any) -> None:
    save, other = url("save-view", place), make_member(project, "manage-only", name="other")
    client.force_login(cast.manager)
    client.post(save, {"name": "Late", "params": "q=a"})
    assert client.post(save, {"name": "LATE", "params": "q=b"}).status_code == 422
    client.force_login(other)
    assert client.post(save, {"name": "late", "params": "q=c"}).status_code == 303, "somebody else's own is not seen"
    assert client.post(save, {"name": "All", "params": "q=d", "shared": "on"}).status_code == 303
    client.force_login(cast.manager)
    assert client.post(save, {"name": "all", "params": "q=e"}).status_code == 422


def test_who_may_share_and_delete_views(client: Any, place: Any, cast: Any) -> None:
    client.force_login(cast.viewer)
    assert client.post(url("save-view", place), {"name": "V", "params": "q=a", "shared": "on"}).status_code == 403
    client.post(url("save-view", place), {"name": "Own", "params": "q=a"})
    own = SavedView.objects.get()
    client.force_login(cast.manager)
    assert client.post(url("delete-view", place, view=own.pk)).status_code == 404
    client.post(url("save-view", place), {"name": "All", "params": "q=a", "shared": "on"})
    shared = SavedView.objects.get(shared=True)
    client.force_login(cast.viewer)
    assert client.post(url("delete-view", place, view=shared.pk)).status_code == 403
    assert client.get(url("delete-view", place, view=own.pk)).status_code == 405
    assert client.post(url("delete-view", place, view=own.pk)).status_code == 303
    client.force_login(cast.stranger)
    assert client.post(url("save-view", place), {"name": "S", "params": "q=a"}).status_code == 404
    assert list(SavedView.objects.values_list("name", flat=True)) == ["All"]


def test_a_view_belongs_to_its_environment(manager: Any, place: Any, project: Any, sandbox: Any) -> None:
    """A number out of another environment's address opens and deletes nothing."""
    other = linked(project, Pool(sandbox.url), "live")
    saved = {"name": "Gold", "params": "q=gold&anywhere=1", "shared": "on"}
    view = manager.post(url("save-view", other), saved, **JSON).json()["id"]
    assert manager.get(url("open-view", place, view=view)).status_code == 404
    assert manager.post(url("delete-view", place, view=view)).status_code == 404
    assert manager.get(url("save-view", place), **JSON).json() == {"views": []}
    assert manager.get(url("open-view", other, view=view)).status_code == 303


def test_views_stand_on_the_users_page(manager: Any, place: Any) -> None:
    manager.post(url("save-view", place), {"name": "<b>Late</b>", "params": "status=UNCONFIRMED", "shared": "on"})
    view = SavedView.objects.get()
    page = manager.get(url("users", place), {"status": "UNCONFIRMED", "view": view.pk}).content.decode()
    assert "&lt;b&gt;Late&lt;/b&gt;" in page
    assert url("delete-view", place, view=view.pk) in page
    assert "Save this view" in manager.get(url("users", place), {"q": "ada"}).content.decode()


# The command.


def command(place: Any, *arguments: str, **more: Any) -> str:
    out = StringIO()
    named = ["--project", place.project.slug, "--environment", place.environment.name]
    call_command("users", "index", *arguments, *named, stdout=out, stderr=StringIO(), **more)
    return out.getvalue().strip()


def test_the_command(place: Any, pool: Any) -> None:
    pool.user("ada", custom__tier="gold")
    assert command(place, "status") == "off"
    with pytest.raises(Failed, match="is off"):
        command(place, "refresh")
    with pytest.raises(Usage, match="no attribute custom:none"):
        command(place, "on", "--attributes", "custom:none")
    assert "1 users, with custom:tier" in command(place, "on", "--attributes", "custom:tier", "--every", "15")
    pool.user("bob")
    assert json.loads(command(place, "refresh", "--format", "json"))["users"] == 2
    assert services.settings_of(place).interval == 15
    assert command(place, "wipe") == "off"


def test_the_command_asks_for_the_permission(place: Any, cast: Any) -> None:
    with pytest.raises(Failed, match="no permission"):
        command(place, "on", "--as", cast.viewer.username)
    assert command(place, "status", "--as", cast.viewer.username) == "off"
