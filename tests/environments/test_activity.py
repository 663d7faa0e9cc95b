"""The activity page: who reads what, pages, the filter."""

import re

import pytest
from django.test import Client

from audit.actions import ACTION_WORDS, Action
from audit.record import Actor, record
from environments.models import Environment, Project
from tests.factories import Cast, make_environment, make_project

pytestmark = pytest.mark.django_db

ACTIVITY = "/projects/shop/activity/"


def note(target: str, environment: str = "", project: str = "shop", **fields: object) -> int:
    row = record(
        action=Action.AUTH_CHECKED,
        actor=Actor(name="Sample Person"),
        project=project,
        environment=environment,
        target=target,
        **fields,  # type: ignore[arg-type]
    )
    return row.pk


def targets(html: str) -> list[str]:
    return re.findall(r'data-label="On">([^<]*)<', html)


def test_every_action_has_words() -> None:
    assert set(ACTION_WORDS) == set(Action)
    assert len(set(ACTION_WORDS.values())) == len(Action)


def test_an_action_of_a_later_version_is_shown_as_it_is(owner: Client) -> None:
    record(action="later:thing:do", actor=Actor(name="A"), project="shop")  # type: ignore[arg-type]
    assert "later:thing:do" in owner.get(ACTIVITY).content.decode()


def test_it_says_who_did_what_and_what_it_was_before(owner: Client) -> None:
    note("a <b>pool</b>", "dev", before={"mfa": "OFF"}, after={"mfa": "<script>"}, reason="Because & so")
    html = owner.get(ACTIVITY).content.decode()
    for words in ("Sample Person", "Checked authentication", "a &lt;b&gt;pool&lt;/b&gt;", "Because &amp; so"):
        assert words in html
    assert "&quot;mfa&quot;: &quot;OFF&quot;" in html
    assert "&quot;&lt;script&gt;&quot;" in html


@pytest.mark.usefixtures("cast")
def test_members_of_every_role_read_it_and_strangers_do_not(client: Client, cast: Cast) -> None:
    statuses = {}
    for who in ("owner", "manager", "viewer", "limited_owner", "operator", "stranger"):
        client.force_login(getattr(cast, who))
        statuses[who] = client.get(ACTIVITY).status_code
    assert statuses.pop("stranger") == 404
    assert set(statuses.values()) == {200}
    assert client.post(ACTIVITY).status_code == 405
    assert Client().get(ACTIVITY).status_code == 302


def test_it_shows_this_project_alone(owner: Client) -> None:
    make_project("Other")
    note("ours")
    note("theirs", project="other")
    assert targets(owner.get(ACTIVITY).content.decode()) == ["ours"]


def test_somebody_limited_reads_of_their_environments(
    client: Client, cast: Cast, project: Project, dev: Environment
) -> None:
    make_environment(project, "prod")
    note("in dev", "dev", after={"detail": "shown"})
    note("in prod", "prod", after={"detail": "not theirs"})
    note("of an environment that is gone", "gone")
    note("of the project", after={"environments": ["prod-plans"]})
    client.force_login(cast.limited_owner)

    html = client.get(ACTIVITY).content.decode()

    assert targets(html) == ["of the project", "in dev"]
    assert "shown" in html
    # What changed in the project as a whole may name the environments that others work in.
    assert "prod-plans" not in html
    assert "not theirs" not in html
    assert '<option value="prod">' not in html
    assert targets(client.get(ACTIVITY, {"environment": "prod"}).content.decode()) == []
    client.force_login(cast.viewer)
    assert len(targets(client.get(ACTIVITY).content.decode())) == 4


def test_the_filter_leaves_one_environment(owner: Client, project: Project) -> None:
    make_environment(project, "prod")
    note("in dev", "dev")
    note("in prod", "prod")
    html = owner.get(ACTIVITY, {"environment": "prod"}).content.decode()
    assert targets(html) == ["in prod"]
    assert re.search(r'<option value="prod"\s+selected>', html)
    html = owner.get(ACTIVITY, {"environment": "nowhere"}).content.decode()
    assert "Nothing has happened in nowhere yet." in html


def test_older_events_follow_page_by_page_to_the_end(owner: Client) -> None:
    for number in range(120):
        note(f"event {number}", "dev")
    seen: list[str] = []
    address = f"{ACTIVITY}?environment=dev"
    for _ in range(3):
        html = owner.get(address).content.decode()
        seen += targets(html)
        older = re.search(r'href="(\?[^"]*)">Older<', html)
        assert ("Newest" in html) == ("before=" in address)
        if not older:
            break
        # What happens while somebody reads on must not show them a row twice.
        note("newer", "dev")
        address = ACTIVITY + older[1].replace("&amp;", "&")
        assert "environment=dev" in address
    assert seen == [f"event {number}" for number in reversed(range(120))]


def test_exactly_one_page_offers_no_second(owner: Client) -> None:
    for number in range(50):
        note(f"event {number}")
    html = owner.get(ACTIVITY).content.decode()
    assert len(targets(html)) == 50
    assert "Older" not in html


@pytest.mark.parametrize("before", ["x", "-1", "0", "9" * 18, "9" * 5000, "²", "1;drop"])
def test_a_damaged_place_to_read_on_from_is_no_error(owner: Client, before: str) -> None:
    note("event")
    assert owner.get(ACTIVITY, {"before": before}).status_code == 200


def test_an_empty_activity_says_what_will_be_here(owner: Client) -> None:
    assert "Nothing to show" in owner.get(ACTIVITY).content.decode()
