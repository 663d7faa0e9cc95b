"""New projects, and how names of every kind are shown."""

import pytest
from django.test import Client

from audit.models import AuditEvent
from environments import services
from environments.models import Project
from environments.permissions import Role
from tests.environments.changes import everything
from tests.factories import Cast, actor_of, make_environment, make_project, make_token, make_user

pytestmark = pytest.mark.django_db

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7|add:7 }}{% now 'Y' %}",
    "🦊 Läden & Söhne",
    "\u202eelpmas مشروع",
    "x" * 80,
]


def test_whoever_creates_a_project_has_full_access_to_it(client: Client) -> None:
    person = make_user("maria", may_create_projects=True)
    client.force_login(person)

    answer = client.post("/projects/create/", {"name": " Book shop ", "frontend": "ios"})

    assert answer.status_code == 303
    assert answer["Location"] == "/projects/book-shop/environments/create/"
    project = Project.objects.get()
    assert (project.name, project.frontend) == ("Book shop", "ios")
    membership = project.memberships.get()
    assert (membership.user, membership.role) == (person, Role.FULL_ACCESS)
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.project) == ("environments:project:create", person, "book-shop")
    assert event.after == {"name": "Book shop", "frontend": "ios"}


@pytest.mark.parametrize("data", [{"name": ""}, {"name": "  "}, {"name": "x" * 81}, {"name": "A", "frontend": "tape"}])
def test_an_invalid_project_is_refused_in_words_and_keeps_what_was_typed(client: Client, data: dict[str, str]) -> None:
    client.force_login(make_user(may_create_projects=True))
    before = everything()

    answer = client.post("/projects/create/", {"frontend": "flutter", **data})

    assert answer.status_code == 422
    html = answer.content.decode()
    assert "error-line" in html
    if data["name"].strip():
        assert f'value="{data["name"]}"' in html
    if "frontend" not in data:
        assert '<option value="flutter" selected>' in html
    assert everything() == before


@pytest.mark.parametrize("who", ["owner", "manager", "viewer", "limited_owner", "stranger"])
def test_only_people_an_operator_has_named_create_projects(client: Client, cast: Cast, who: str) -> None:
    person = getattr(cast, who)
    client.force_login(person)
    before = everything()

    for answer in (client.get("/projects/create/"), client.post("/projects/create/", {"name": "A", "frontend": "ios"})):
        assert answer.status_code == 403
        assert "Ask an operator of this console to create the project." in answer.content.decode()
    assert "/projects/create/" not in client.get("/").content.decode()
    assert everything() == before

    person.may_create_projects = True
    person.save()
    assert 'href="/projects/create/"' in client.get("/").content.decode()
    assert client.post("/projects/create/", {"name": "A", "frontend": "ios"}).status_code == 303


def test_operators_create_projects_unasked(client: Client, cast: Cast) -> None:
    client.force_login(cast.operator)
    assert 'href="/projects/create/"' in client.get("/").content.decode()
    assert client.post("/projects/create/", {"name": "A", "frontend": "ios"}).status_code == 303


def test_the_sample_person_creates_projects(client: Client) -> None:
    from admin_ui.sample import create_person

    client.force_login(create_person("a long sample phrase")[0])
    assert client.get("/projects/create/").status_code == 200


def test_creating_a_project_needs_a_person() -> None:
    _, secret = make_token(role=Role.FULL_ACCESS)
    before = everything()
    answers = [
        Client(headers={"Authorization": f"Bearer {secret}"}).post("/projects/create/", {"name": "A"}),
        Client().post("/projects/create/", {"name": "A"}),
        Client().post("/projects/create/", {"name": "A"}, headers={"Accept": "application/json"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 302, 401]
    assert everything() == before


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_as_text_on_every_page(client: Client, name: str) -> None:
    client.force_login(make_user("maria", may_create_projects=True))
    client.post("/projects/create/", {"name": name, "frontend": "javascript"})
    project = Project.objects.get()
    assert project.name == name
    make_environment(project)

    base = project.get_absolute_url()
    pages = ["/", base, f"{base}dev/", *(f"{base}{leaf}/" for leaf in ("members", "tokens", "activity"))]
    pages += [f"{base}environments/create/", f"{base}members/{project.memberships.get().pk}/"]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        html = answer.content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        if name.isprintable() and not set(name) & set("<>\"'&{}"):
            assert name in html


@pytest.mark.parametrize("name", ["🦊", "---", "Create", "new", "مشروع"])
def test_every_name_gets_an_address_of_its_own(name: str) -> None:
    actor = actor_of(make_user())
    first = services.create_project(name=name, actor=actor)
    second = services.create_project(name=name, actor=actor)
    assert first.slug != second.slug
    assert {first.slug, second.slug}.isdisjoint({"create", "new", ""})


def test_home_shows_the_projects_and_environments_one_may_see(client: Client, cast: Cast, project: Project) -> None:
    make_environment(project, "prod")
    make_environment(make_project("Elsewhere"), "hidden")
    seen = {}
    for who in ("owner", "viewer", "limited_owner", "stranger", "operator"):
        client.force_login(getattr(cast, who))
        html = client.get("/").content.decode()
        addresses = ("/projects/shop/", "/shop/dev/", "/shop/prod/", "/elsewhere/hidden/")
        seen[who] = [address for address in addresses if f'{address}"' in html]
    everything_here = ["/projects/shop/", "/shop/dev/", "/shop/prod/"]
    assert seen == {
        "owner": everything_here,
        "viewer": everything_here,
        "limited_owner": ["/projects/shop/", "/shop/dev/"],
        "stranger": [],
        "operator": [*everything_here, "/elsewhere/hidden/"],
    }


def test_a_token_comes_home_to_its_project(project: Project) -> None:
    _, secret = make_token(project)
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).get("/")
    assert answer.status_code == 302
    assert answer["Location"] == "/projects/shop/"
