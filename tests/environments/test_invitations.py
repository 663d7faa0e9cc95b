"""Invitations by link: one link, one person, seven days."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEvent
from environments.models import Invitation, Project
from environments.permissions import Role
from tests.environments.changes import everything
from tests.factories import PASSWORD, Cast, make_invitation, make_membership, make_project, make_user

pytestmark = pytest.mark.django_db

SIGN_UP = {
    "email": "new@example.com",
    "username": "new",
    "password1": "a long sample phrase",
    "password2": "a long sample phrase",
}


def test_the_link_is_shown_once_and_only_its_digest_is_stored(owner: Client, project: Project) -> None:
    answer = owner.post("/projects/shop/members/", {"role": Role.MANAGE_ONLY, "note": "Maria"})

    found = re.search(r"http://testserver/invitations/([\w-]{32})/", answer.content.decode())
    assert found
    secret = found[1]
    assert "no-store" in answer["Cache-Control"]
    row = Invitation.objects.get()
    assert Invitation.find(secret) == row
    assert (row.role, row.note, row.created_by_name) == (Role.MANAGE_ONLY, "Maria", "owner@example.com")
    assert timedelta(days=6, hours=23) < row.expires - timezone.now() <= timedelta(days=7)
    assert secret not in str(everything())
    page = owner.get("/projects/shop/members/").content.decode()
    assert secret not in page
    assert "Maria" in page


def test_a_form_sent_twice_makes_one_link(owner: Client, project: Project) -> None:
    page = owner.get("/projects/shop/members/").content.decode()
    found = re.search(r'name="once" value="([\w-]{32})"', page)
    assert found
    data = {"role": Role.VIEWER, "note": "Maria", "once": found[1]}
    first = owner.post("/projects/shop/members/", data)
    assert "/invitations/" in first.content.decode()
    before = everything()

    answer = owner.post("/projects/shop/members/", data)

    assert answer.status_code == 422
    html = answer.content.decode()
    assert "This form was sent before" in html
    assert "http://testserver/invitations/" not in html
    assert everything() == before
    # The page that says so carries a new form.
    again = re.search(r'name="once" value="([\w-]{32})"', html)
    assert again
    assert owner.post("/projects/shop/members/", {**data, "once": again[1]}).status_code == 200
    assert Invitation.objects.count() == 2


@pytest.mark.parametrize("data", [{"role": "king", "note": "Maria"}, {"role": Role.VIEWER, "note": "x" * 121}])
def test_an_invalid_invitation_keeps_what_was_typed(owner: Client, data: dict[str, str]) -> None:
    before = everything()
    answer = owner.post("/projects/shop/members/", data)
    assert answer.status_code == 422
    assert f'value="{data["note"]}"' in answer.content.decode()
    assert everything() == before


def test_opening_the_link_changes_nothing(client: Client, project: Project) -> None:
    _, secret = make_invitation(project)
    client.force_login(make_user("maria"))
    before = everything()

    html = client.get(f"/invitations/{secret}/").content.decode()

    assert "Join Shop" in html
    assert "owner@example.com invites you" in html
    assert "maria@example.com" in html
    assert everything() == before


def test_a_signed_in_person_joins_by_the_button(client: Client, project: Project) -> None:
    invitation, secret = make_invitation(project, role=Role.MANAGE_ONLY)
    person = make_user("maria")
    client.force_login(person)

    answer = client.post(f"/invitations/{secret}/", follow=True)

    assert answer.redirect_chain == [("/projects/shop/", 303)]
    assert "You are a member of Shop." in answer.content.decode()
    assert person.memberships.get().role == Role.MANAGE_ONLY
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.target) == ("environments:member:join", person, "maria@example.com")
    assert event.after == {"role": "manage-only", "invited by": "owner@example.com"}
    assert secret not in str(everything())


def test_the_link_works_once(client: Client, project: Project) -> None:
    _, secret = make_invitation(project)
    client.force_login(make_user())
    client.post(f"/invitations/{secret}/")
    before = everything()

    for browser in (Client(), Client()):
        assert browser.get(f"/invitations/{secret}/").status_code == 404
        browser.force_login(make_user())
        for answer in (browser.get(f"/invitations/{secret}/"), browser.post(f"/invitations/{secret}/")):
            assert answer.status_code == 404
            assert "This invitation no longer works" in answer.content.decode()

    assert everything() == before


def test_a_double_click_leads_to_the_project(client: Client, project: Project) -> None:
    _, secret = make_invitation(project)
    client.force_login(make_user())
    for _ in range(2):
        assert client.post(f"/invitations/{secret}/")["Location"] == "/projects/shop/"
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize(
    "ended",
    [
        {"expires": timezone.now() - timedelta(seconds=1)},
        {"withdrawn": timezone.now()},
        {"accepted_by_name": "somebody@example.com"},
    ],
)
def test_an_ended_link_does_nothing_and_is_not_listed(
    owner: Client, project: Project, ended: dict[str, object]
) -> None:
    invitation, secret = make_invitation(project, note="Maria")
    Invitation.objects.filter(pk=invitation.pk).update(**ended)
    before = everything()

    assert "Maria" not in owner.get("/projects/shop/members/").content.decode()
    owner.post(f"/projects/shop/members/invitations/{invitation.pk}/withdraw/")
    visitor = Client()
    assert visitor.get(f"/invitations/{secret}/").status_code == 404
    assert "By invitation only" in visitor.get("/accounts/signup/").content.decode()
    visitor.force_login(make_user("late"))
    assert visitor.post(f"/invitations/{secret}/").status_code == 404

    assert everything() == before


def test_a_member_keeps_the_role_they_have_and_the_link_stays(client: Client, project: Project) -> None:
    """Whoever made the link may try it without using it up, and nobody loses a role by a link."""
    membership = make_membership(project, role=Role.FULL_ACCESS)
    invitation, secret = make_invitation(project, role=Role.VIEWER)
    client.force_login(membership.user)

    assert client.post(f"/invitations/{secret}/")["Location"] == "/projects/shop/"

    membership.refresh_from_db()
    assert membership.role == Role.FULL_ACCESS
    assert Invitation.find(secret) == invitation
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("secret", ["x", "ü" * 40, "a" * 4000, "..", "%00"])
def test_a_mistyped_link_says_so(client: Client, secret: str) -> None:
    answer = client.get(f"/invitations/{secret}/")
    assert answer.status_code == 404


def test_joining_with_a_cookie_needs_the_form(project: Project) -> None:
    _, secret = make_invitation(project)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user())
    assert browser.post(f"/invitations/{secret}/").status_code == 403
    assert not project.memberships.exists()


def test_an_invitation_of_another_project_cannot_be_withdrawn(owner: Client) -> None:
    invitation, secret = make_invitation(make_project("Other"))
    assert owner.post(f"/projects/shop/members/invitations/{invitation.pk}/withdraw/").status_code == 404
    assert Invitation.find(secret)


class TestSomebodyWithoutAnAccount:
    def test_cannot_make_one_without_an_invitation(self, client: Client) -> None:
        assert "By invitation only" in client.get("/accounts/signup/").content.decode()
        assert "By invitation only" in client.post("/accounts/signup/", SIGN_UP).content.decode()
        assert not User.objects.exists()

    def test_signs_up_and_is_a_member(self, client: Client, project: Project) -> None:
        _, secret = make_invitation(project, role=Role.MANAGE_ONLY)
        page = client.get(f"/invitations/{secret}/").content.decode()
        assert 'href="/accounts/signup/"' in page
        assert "<form" in client.get("/accounts/signup/").content.decode()

        answer = client.post("/accounts/signup/", SIGN_UP, follow=True)

        assert answer.redirect_chain[-1] == ("/projects/shop/", 303)
        person = User.objects.get()
        assert (person.label, person.memberships.get().role) == ("new@example.com", Role.MANAGE_ONLY)
        assert not person.is_staff
        assert not person.is_superuser
        assert [event.action for event in AuditEvent.objects.all()] == ["environments:member:join"]

    def test_one_link_makes_one_account(self, client: Client, project: Project) -> None:
        """Both have opened the link before either signs up."""
        _, secret = make_invitation(project)
        other = Client()
        for browser in (client, other):
            browser.get(f"/invitations/{secret}/")
        client.post("/accounts/signup/", SIGN_UP)

        answer = other.post("/accounts/signup/", {**SIGN_UP, "email": "two@example.com", "username": "two"})

        assert "By invitation only" in answer.content.decode()
        assert User.objects.count() == 1

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"password2": "another phrase"}, "same password"),
            ({"password1": "short", "password2": "short"}, "too short"),
            ({"password1": "1234567890", "password2": "1234567890"}, "too common"),
            ({"email": "taken@example.com"}, "already"),
            ({"email": "TAKEN@example.com"}, "already"),
            ({"email": "no address"}, "valid email"),
            ({"username": "taken"}, "already exists"),
            ({"username": "boss@example.com"}, "no @"),
        ],
    )
    def test_is_told_what_is_wrong(self, client: Client, project: Project, wrong: dict[str, str], words: str) -> None:
        make_user("taken")
        _, secret = make_invitation(project)
        client.get(f"/invitations/{secret}/")

        answer = client.post("/accounts/signup/", {**SIGN_UP, **wrong})

        assert words in answer.content.decode()
        assert User.objects.count() == 1
        assert Invitation.find(secret)

    def test_signs_in_and_comes_back_to_the_invitation(self, client: Client, project: Project) -> None:
        _, secret = make_invitation(project)
        person = make_user("maria")
        page = client.get(f"/invitations/{secret}/").content.decode()
        assert f'href="/accounts/login/?next=/invitations/{secret}/"' in page

        for address in ("/accounts/login/", f"/accounts/login/?next=/invitations/{secret}/"):
            browser = Client()
            browser.get(f"/invitations/{secret}/")
            answer = browser.post(address, {"login": "maria", "password": PASSWORD})
            assert answer["Location"] == f"/invitations/{secret}/"

        assert not person.memberships.exists()


def test_the_invited_role_is_shown_with_what_it_may_do(client: Client, cast: Cast, project: Project) -> None:
    _, secret = make_invitation(project, role=Role.FULL_ACCESS)
    html = client.get(f"/invitations/{secret}/").content.decode()
    assert "Full access" in html
    assert "members and tokens" in html
