"""The page: what each role sees and may do, what is refused, and what is never told."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.db.models import Model
from django.test import Client

from audit.models import AuditEvent
from environments.models import Membership, Project
from environments.notifications import outbox
from environments.notifications.events import Event
from environments.notifications.models import Delivery, MailSubscription, Notification, Webhook
from environments.permissions import Role
from tests.factories import Cast, make_environment, make_project, make_token

pytestmark = pytest.mark.django_db

PAGE = "/projects/shop/notifications/"
JSON = {"Accept": "application/json"}
Announce = Callable[..., list[Delivery]]
FORM = {"name": "Chat", "url": "https://hooks.example.com/T0/secret-part?key=x", "events": ["drift.found"]}


@pytest.fixture
def row(hook: tuple[Webhook, str]) -> Webhook:
    return hook[0]


@pytest.fixture
def owner(client: Client, cast: Cast) -> Client:
    client.force_login(cast.owner)
    return client


def everything() -> list[list[dict[str, Any]]]:
    models: list[type[Model]] = [Webhook, MailSubscription, Notification, Delivery, AuditEvent]
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def changes(webhook: Webhook, delivery: Delivery) -> list[tuple[str, dict[str, Any]]]:
    """Every change of what the project sends, as a browser posts it."""
    at = f"{PAGE}webhooks/{webhook.pk}/"
    return [
        (f"{PAGE}webhooks/create/", FORM),
        (at, FORM),
        (f"{at}secret/", {"number": 1}),
        (f"{at}switch/", {}),
        (f"{at}test/", {}),
        (f"{at}delete/", {}),
        (f"{PAGE}deliveries/{delivery.pk}/again/", {}),
    ]


def test_only_people_who_manage_environments_change_webhooks(
    client: Client, cast: Cast, row: Webhook, announced: Announce, project: Project
) -> None:
    [delivery] = announced()
    Delivery.objects.update(status="given-up", next_attempt=None)
    before = everything()
    scripts = [
        (Client(headers={"Authorization": f"Bearer {make_token(place, role=Role.FULL_ACCESS)[1]}"}), status)
        for place, status in ((project, 403), (make_project("Other"), 404))
    ]
    for path, data in changes(row, delivery):
        for person, status in (
            (cast.manager, 403),
            (cast.viewer, 403),
            (cast.limited_owner, 403),
            (cast.stranger, 404),
        ):
            client.force_login(person)
            assert client.post(path, data).status_code == status, (path, person)
        for script, status in scripts:
            assert script.post(path, data).status_code == status, path
        client.force_login(cast.owner)
        post_only = path.rstrip("/").endswith(("secret", "switch", "test", "delete", "again"))
        assert client.get(path).status_code == (405 if post_only else 200), path
        assert client.put(path).status_code == 405
        assert everything() == before, path
    for person in (cast.owner, cast.operator):
        client.force_login(person)
        for path, data in changes(row, delivery)[1:5]:
            assert client.post(path, data).status_code in (200, 303, 422), path


def test_another_projects_webhooks_and_deliveries_are_not_found(
    owner: Client, row: Webhook, announced: Announce
) -> None:
    [delivery] = announced()
    other = make_project("Other")
    Webhook.objects.update(project=other)
    Notification.objects.update(project=other)
    before = everything()
    for path, data in changes(row, delivery)[1:]:
        assert owner.post(path, data).status_code == 404, path
    assert owner.get(f"{PAGE}webhooks/{uuid.uuid4()}/").status_code == 404
    assert everything() == before


def test_a_webhook_is_made_and_its_secret_shown_once(owner: Client, project: Project) -> None:
    html = owner.post(f"{PAGE}webhooks/create/", FORM)
    found = re.search(r"auis_[\w-]{43}", html.content.decode())
    assert found
    assert "no-store" in html["Cache-Control"]
    row = Webhook.objects.get()
    assert (row.name, row.url, row.events, row.enabled) == ("Chat", FORM["url"], ["drift.found"], True)
    assert "auis_" not in owner.get(f"{PAGE}webhooks/{row.pk}/").content.decode()
    told = str(list(AuditEvent.objects.values()))
    assert "hooks.example.com" in told
    for hidden in (found[0], "secret-part", "key=x"):
        assert hidden not in told
    again = owner.post(f"{PAGE}webhooks/create/", FORM)
    assert again.status_code == 422
    assert "has a webhook of this name" in again.content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "required"),
        ({"url": "http://169.254.169.254/"}, "link-local"),
        ({"url": "https://" + "x" * 1000}, "at most 1000"),
        ({"events": []}, "required"),
        ({"events": ["invented"]}, "not one of the available"),
    ],
)
def test_a_wrong_webhook_is_refused_in_words(owner: Client, wrong: dict[str, Any], words: str) -> None:
    before = everything()
    answer = owner.post(f"{PAGE}webhooks/create/", FORM | wrong)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    scripted = owner.post(f"{PAGE}webhooks/create/", FORM | wrong, headers=JSON)
    assert (scripted.status_code, list(scripted.json()["errors"])) == (422, list(wrong))
    assert everything() == before


def test_a_webhook_is_changed_and_the_activity_tells_no_address(owner: Client, row: Webhook) -> None:
    path = f"{PAGE}webhooks/{row.pk}/"
    assert owner.post(path, FORM).status_code == 303
    assert owner.post(path, FORM | {"url": "https://hooks.example.com/other"}).status_code == 303
    first, second = AuditEvent.objects.order_by("-pk")[:2][::-1]
    assert first.after == {"name": "Chat", "host": "https://hooks.example.com", "events": ["drift.found"]}
    assert (second.after or {})["host"] == "https://hooks.example.com, another address there"
    Webhook.objects.create(project=row.project, name="Taken", secret=b"")
    refused = owner.post(path, FORM | {"name": "Taken"})
    assert refused.status_code == 422
    assert "has a webhook of this name" in refused.content.decode()


def test_the_same_form_replaces_one_secret(owner: Client, hook: tuple[Webhook, str]) -> None:
    row, old = hook
    path = f"{PAGE}webhooks/{row.pk}/secret/"
    new = re.findall(r"auis_[\w-]{43}", owner.post(path, {"number": 1}).content.decode())[0]
    refused = owner.post(path, {"number": 1})
    assert refused.status_code == 422
    assert "replaced already" in refused.content.decode()
    assert owner.post(path, {}).status_code == 422
    stored = Webhook.objects.get()
    assert stored.secrets(stored.created) == [new, old]


def test_disabling_gives_up_what_waits_and_enabling_begins_anew(
    owner: Client, row: Webhook, announced: Announce
) -> None:
    [delivery] = announced()
    path = f"{PAGE}webhooks/{row.pk}/switch/"
    owner.post(path)
    delivery.refresh_from_db()
    assert (delivery.status, announced()) == ("given-up", [])
    Webhook.objects.update(disabled_why="Nothing has arrived.")
    assert "Nothing has arrived." in owner.get(PAGE).content.decode()
    owner.post(path, {"enabled": "on"})
    stored = Webhook.objects.get()
    assert (stored.enabled, stored.disabled_why, stored.failing_since) == (True, "", None)
    assert AuditEvent.objects.latest("pk").after == {"enabled": True}


def test_failing_deliveries_are_shown_and_sent_again(
    owner: Client, row: Webhook, announced: Announce, receiver: Any, sent: list[str],
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    receiver.answers = [503]
    [delivery] = announced()
    outbox.deliver(str(delivery.pk))
    html = owner.get(PAGE).content.decode()
    for words in ("Will be tried again", "The receiver answered 503.", "Failing", "in 1 minute", "Send now"):
        assert words in html
    with django_capture_on_commit_callbacks(execute=True):
        assert owner.post(f"{PAGE}deliveries/{delivery.pk}/again/").status_code == 303
    assert sent == [str(delivery.pk)]
    receiver.answers = [200]
    outbox.deliver(str(delivery.pk))
    assert owner.get(PAGE, headers=JSON).json()["deliveries"][0]["status"] == "delivered"
    answer = owner.post(f"{PAGE}deliveries/{delivery.pk}/again/", {"from": "webhook"})
    assert answer["Location"] == f"{PAGE}webhooks/{row.pk}/"
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.code) == ("waiting", 0, None)


def test_while_one_is_on_its_way_the_list_looks_again_by_itself(
    owner: Client, row: Webhook, announced: Announce
) -> None:
    [delivery] = announced()
    polls = f'hx-get="{PAGE}"'
    assert polls in owner.get(PAGE).content.decode()
    part = owner.get(PAGE, headers={"HX-Request": "true", "HX-Target": "deliveries"}).content.decode()
    assert part.strip().startswith("<section")
    outbox.deliver(str(delivery.pk))
    assert polls not in owner.get(PAGE).content.decode()


def test_members_subscribe_for_themselves(client: Client, cast: Cast, row: Webhook, settings: Any) -> None:
    settings.SENDS_EMAIL = True
    client.force_login(cast.limited_owner)
    html = client.get(PAGE).content.decode()
    assert "You hear of dev" in html
    assert "hooks" not in html.lower().partition("<main")[2].replace("webhooks work without it", "")
    assert row.url not in html
    assert client.post(PAGE, {"subjects": ["pool", "drift"]}).status_code == 303
    assert MailSubscription.objects.filter(membership__user=cast.limited_owner).count() == 2
    assert client.post(PAGE, {"subjects": ["pool"]}, headers=JSON).json()["subscribed"] == ["pool"]
    before = everything()
    assert client.post(PAGE, {"subjects": ["invented"]}).status_code == 422
    for person, status in ((cast.stranger, 404), (cast.operator, 403)):
        client.force_login(person)
        assert client.post(PAGE, {"subjects": ["pool"]}).status_code == status
    assert "no member of this project" in client.get(PAGE).content.decode()
    assert everything() == before


def test_members_see_their_own_letters_and_no_webhooks(
    client: Client, cast: Cast, row: Webhook, project: Project, announced: Announce, settings: Any
) -> None:
    settings.SENDS_EMAIL = True
    for person in (cast.viewer, cast.manager):
        member = Membership.objects.get(project=project, user=person)
        MailSubscription.objects.create(membership=member, subject="drift")
    announced()
    client.force_login(cast.viewer)
    answer = client.get(PAGE, headers=JSON).json()
    assert answer["webhooks"] is None
    assert [one["email"] for one in answer["deliveries"]] == ["viewer@example.com"]
    assert row.url not in client.get(PAGE).content.decode()
    client.force_login(cast.owner)
    assert len(client.get(PAGE, headers=JSON).json()["deliveries"]) == 3
    script = Client(headers={"Authorization": f"Bearer {make_token(project, role=Role.FULL_ACCESS)[1]}"})
    told = script.get(PAGE, headers=JSON).json()
    assert (told["subscribed"], told["webhooks"], told["deliveries"]) == (None, None, [])
    assert set(told["events"]) == set(Event)
    assert script.post(PAGE, {"subjects": ["drift"]}).status_code == 403
    assert mail.outbox == []


def test_who_is_limited_since_reads_no_news_of_other_environments(
    client: Client, cast: Cast, project: Project, announced: Announce, settings: Any
) -> None:
    settings.SENDS_EMAIL = True
    member = Membership.objects.get(project=project, user=cast.viewer)
    MailSubscription.objects.create(membership=member, subject="drift")
    announced(make_environment(project, "prod"), title="The pool of prod is gone")
    client.force_login(cast.viewer)
    assert "The pool of prod" in client.get(PAGE).content.decode()
    member.environments.set([project.environments.get(name="dev")])
    assert client.get(PAGE, headers=JSON).json()["deliveries"] == []
    assert "The pool of prod" not in client.get(PAGE).content.decode()


def test_news_of_a_renamed_or_removed_environment_lead_nowhere_else(
    owner: Client, row: Webhook, project: Project, announced: Announce
) -> None:
    old = make_environment(project, "old")
    [delivery] = announced(old, path="/projects/shop/old/authentication/drift/")
    link = f'href="{delivery.notification.path}"'
    assert link in owner.get(PAGE).content.decode()
    old.name = "new"
    old.save()
    make_environment(project, "old")
    assert link not in owner.get(PAGE).content.decode()
    old.delete()
    html = owner.get(PAGE).content.decode()
    assert link not in html
    assert delivery.notification.title in html


def test_an_empty_form_is_refused_and_not_passed_over(owner: Client, row: Webhook) -> None:
    before = everything()
    for path in (f"{PAGE}webhooks/create/", f"{PAGE}webhooks/{row.pk}/"):
        assert owner.post(path).status_code == 422
        assert set(owner.post(path, headers=JSON).json()["errors"]) == {"name", "url", "events"}
    assert everything() == before


@pytest.mark.parametrize(
    ("sends", "address", "public_url", "words"),
    [
        (False, True, "", "This console sends no e-mail"),
        (True, False, "", "Your account has no e-mail address"),
        (True, True, "", "sets <code>PUBLIC_URL</code>"),
        (True, True, "https://console.example.com", "Sent to owner@example.com."),
    ],
)
def test_the_page_says_what_has_to_be_set(
    owner: Client, cast: Cast, settings: Any, sends: bool, address: bool, public_url: str, words: str
) -> None:
    settings.SENDS_EMAIL, settings.PUBLIC_URL = sends, public_url
    if not address:
        cast.owner.email = None
        cast.owner.save()
    html = owner.get(PAGE).content.decode()
    assert words in html
    assert ("EMAIL_URL" in html) == (not sends)


def test_every_member_finds_it_in_the_navigation(client: Client, cast: Cast) -> None:
    client.force_login(cast.viewer)
    html = client.get("/projects/shop/members/").content.decode()
    places = [html.index(f"/projects/shop/{name}/") for name in ("members", "notifications", "activity")]
    assert places == sorted(places)
    client.force_login(cast.stranger)
    assert client.get(PAGE).status_code == 404


def test_the_page_takes_the_same_queries_however_long_the_lists(
    owner: Client, project: Project, row: Webhook, announced: Announce, django_assert_max_num_queries: Any
) -> None:
    announced()
    with django_assert_max_num_queries(40) as few:
        owner.get(PAGE)
    for number in range(3):
        copy = Webhook.objects.get(pk=row.pk)
        copy.pk, copy.name = uuid.uuid4(), f"Hook {number}"
        copy.save(force_insert=True)
        announced(make_environment(project, f"e{number}"))
    with django_assert_max_num_queries(len(few)):
        owner.get(PAGE)
    assert Delivery.objects.count() > 6


def test_an_environment_cannot_take_the_pages_name(project: Project) -> None:
    from environments.models import RESERVED_ENVIRONMENT_NAMES

    assert "notifications" in RESERVED_ENVIRONMENT_NAMES
