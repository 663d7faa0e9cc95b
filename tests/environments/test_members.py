"""The people of a project: roles, limits, and that somebody always stays in charge."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from environments import services
from environments.models import Environment, Membership, Project
from environments.permissions import ROLE_PERMISSIONS, ROLE_WORDS, Permission, Role, permissions_of
from tests.environments.changes import everything
from tests.factories import (
    Cast,
    actor_of,
    make_environment,
    make_member,
    make_membership,
    make_project,
    make_token,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_one_table_says_what_a_role_may_do() -> None:
    assert set(ROLE_PERMISSIONS) == set(ROLE_WORDS) == set(Role.values)
    assert permissions_of(Role.FULL_ACCESS) == frozenset(Permission)
    assert permissions_of(Role.VIEWER) < permissions_of(Role.MANAGE_ONLY) < permissions_of(Role.FULL_ACCESS)
    assert permissions_of(Role.VIEWER) == {Permission.VIEW}
    assert permissions_of("a role of a later version") == frozenset()


def test_everybody_in_the_project_sees_its_people(client: Client, cast: Cast, project: Project) -> None:
    for person in (cast.owner, cast.manager, cast.viewer):
        client.force_login(person)
        html = client.get("/projects/shop/members/").content.decode()
        for name in ("owner", "manager", "viewer", "limited"):
            assert f"{name}@example.com" in html
        assert ("Make invitation link" in html) == (person == cast.owner)
        assert ("Change<" in html) == (person == cast.owner)


def test_somebody_limited_does_not_read_the_names_of_other_environments(
    client: Client, cast: Cast, project: Project, dev: Environment
) -> None:
    secret_plans = make_environment(project, "secret-plans")
    make_member(project, Role.VIEWER, dev, secret_plans, name="both")
    make_member(project, Role.VIEWER, secret_plans, name="there")
    client.force_login(cast.limited_owner)

    for page in ("/", "/projects/shop/", "/projects/shop/members/", "/projects/shop/activity/", "/projects/shop/jobs/"):
        assert "secret-plans" not in client.get(page).content.decode()
    html = client.get("/projects/shop/members/").content.decode()
    assert "dev and 1 you cannot see" in html
    assert ">1 you cannot see" in html


def test_a_member_gets_another_role_and_limits(owner: Client, cast: Cast, dev: Environment) -> None:
    row = cast.viewer.memberships.get()
    page = owner.get(f"/projects/shop/members/{row.pk}/").content.decode()
    assert '<option value="viewer" selected>' in page

    answer = owner.post(
        f"/projects/shop/members/{row.pk}/", {"role": Role.MANAGE_ONLY, "environments": [dev.pk]}, follow=True
    )

    assert "viewer@example.com is now Manage only." in answer.content.decode()
    row.refresh_from_db()
    assert (row.role, list(row.environments.all())) == (Role.MANAGE_ONLY, [dev])
    event = AuditEvent.objects.get()
    assert event.target == "viewer@example.com"
    assert event.before == {"role": "viewer", "environments": []}
    assert event.after == {"role": "manage-only", "environments": ["dev"]}


def test_saving_without_a_change_is_no_activity(owner: Client, cast: Cast) -> None:
    row = cast.viewer.memberships.get()
    assert owner.post(f"/projects/shop/members/{row.pk}/", {"role": Role.VIEWER}).status_code == 303
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("data", [{"role": "king"}, {"role": ""}, {"role": Role.VIEWER, "environments": ["999"]}])
def test_an_invalid_change_is_refused_in_words(owner: Client, cast: Cast, data: dict[str, object]) -> None:
    row = cast.viewer.memberships.get()
    before = everything()
    answer = owner.post(f"/projects/shop/members/{row.pk}/", data)
    assert answer.status_code == 422
    assert "error-line" in answer.content.decode()
    assert everything() == before


def test_an_environment_of_another_project_is_no_limit(owner: Client, cast: Cast) -> None:
    row = cast.viewer.memberships.get()
    foreign = make_environment(make_project("Other"))
    before = everything()
    assert (
        owner.post(f"/projects/shop/members/{row.pk}/", {"role": Role.VIEWER, "environments": [foreign.pk]}).status_code
        == 422
    )
    with pytest.raises(ValidationError, match="of this project"):
        services.change_member(membership=row, role=Role.VIEWER, environments=[foreign], actor=actor_of(cast.owner))
    assert everything() == before


def test_a_member_of_another_project_is_out_of_reach(owner: Client) -> None:
    foreign = make_membership(make_project("Other"))
    for leaf in ("", "remove/"):
        assert owner.post(f"/projects/shop/members/{foreign.pk}/{leaf}", {"role": Role.VIEWER}).status_code == 404
    assert Membership.objects.filter(pk=foreign.pk, role=Role.FULL_ACCESS).exists()
    assert owner.post(f"/projects/shop/members/{10**25}/", {"role": Role.VIEWER}).status_code == 404


def test_a_removed_member_is_out_at_once(client: Client, cast: Cast) -> None:
    visitor = Client()
    visitor.force_login(cast.viewer)
    assert visitor.get("/projects/shop/").status_code == 200
    client.force_login(cast.owner)

    answer = client.post(f"/projects/shop/members/{cast.viewer.memberships.get().pk}/remove/", follow=True)

    assert "viewer@example.com has no access to this project any more." in answer.content.decode()
    assert visitor.get("/projects/shop/").status_code == 404
    assert AuditEvent.objects.get().before == {"role": "viewer", "environments": []}


def test_a_person_who_was_switched_off_is_out_at_once(client: Client, cast: Cast) -> None:
    client.force_login(cast.viewer)
    cast.viewer.is_active = False
    cast.viewer.save()
    assert client.get("/projects/shop/").status_code == 302


def test_the_page_of_a_member_names_the_tokens_that_stay(owner: Client, cast: Cast, project: Project) -> None:
    make_token(project, name="Night build", created_by_name="viewer@example.com")
    make_token(project, name="Release", created_by_name="somebody@example.com")
    html = owner.get(f"/projects/shop/members/{cast.viewer.memberships.get().pk}/").content.decode()
    assert "Night build" in html
    assert "Release" not in html


class TestWhoMayCreateProjects:
    """Only an operator says so, on the page of a member."""

    def test_an_operator_allows_and_takes_back(self, client: Client, cast: Cast, project: Project) -> None:
        client.force_login(cast.operator)
        address = f"/projects/shop/members/{cast.viewer.memberships.get().pk}/"
        assert "May create projects in this console" in client.get(address).content.decode()

        page = client.post(f"{address}person/", {"may_create_projects": "on"}, follow=True).content.decode()

        assert "viewer@example.com may create projects." in page
        assert re.search(r'name="may_create_projects"[^>]* checked', page)
        viewer = User.objects.get(pk=cast.viewer.pk)
        assert viewer.creates_projects
        event = AuditEvent.objects.get()
        assert (event.action, event.target, event.actor) == (
            "accounts:person:change", "viewer@example.com", cast.operator,
        )  # fmt: skip
        assert event.after == {"may create projects": True}
        client.post(f"{address}person/", {"may_create_projects": "on"})
        assert AuditEvent.objects.count() == 1

        client.post(f"{address}person/")
        viewer = User.objects.get(pk=cast.viewer.pk)
        assert not viewer.creates_projects
        assert AuditEvent.objects.count() == 2

    @pytest.mark.parametrize(("who", "status"), [("owner", 403), ("viewer", 403), ("stranger", 404)])
    def test_nobody_else_does(self, client: Client, cast: Cast, who: str, status: int) -> None:
        client.force_login(getattr(cast, who))
        address = f"/projects/shop/members/{cast.viewer.memberships.get().pk}/"
        assert "May create projects" not in client.get(address).content.decode()
        assert client.post(f"{address}person/", {"may_create_projects": "on"}).status_code == status
        assert client.get(f"{address}person/").status_code == 405
        cast.viewer.refresh_from_db()
        assert not cast.viewer.creates_projects

    def test_a_token_does_not(self, cast: Cast, project: Project) -> None:
        _, secret = make_token(project, role=Role.FULL_ACCESS)
        script = Client(headers={"Authorization": f"Bearer {secret}"})
        address = f"/projects/shop/members/{cast.viewer.memberships.get().pk}/person/"
        assert script.post(address, {"may_create_projects": "on"}).status_code == 403

    def test_of_an_operator_it_is_not_asked(self, client: Client, cast: Cast, project: Project) -> None:
        client.force_login(cast.operator)
        row = make_membership(project, cast.operator)
        assert "May create projects" not in client.get(f"/projects/shop/members/{row.pk}/").content.decode()


class TestTheLastMemberWithFullAccess:
    @pytest.fixture
    def last(self, owner: Client, cast: Cast) -> Membership:
        """Somebody limited to one environment cannot take the place of somebody with all of them."""
        return cast.owner.memberships.get()

    def test_cannot_leave(self, owner: Client, last: Membership) -> None:
        before = everything()
        answer = owner.post(f"/projects/shop/members/{last.pk}/remove/", follow=True)
        assert "without a member who has full access" in answer.content.decode()
        assert everything() == before

    def test_cannot_take_a_smaller_role(self, owner: Client, last: Membership) -> None:
        before = everything()
        answer = owner.post(f"/projects/shop/members/{last.pk}/", {"role": Role.VIEWER})
        assert answer.status_code == 422
        html = answer.content.decode()
        assert "without a member who has full access" in html
        assert '<option value="viewer" selected>' in html
        assert everything() == before

    def test_cannot_be_limited(self, owner: Client, last: Membership, dev: Environment) -> None:
        before = everything()
        answer = owner.post(f"/projects/shop/members/{last.pk}/", {"role": Role.FULL_ACCESS, "environments": [dev.pk]})
        assert answer.status_code == 422
        assert everything() == before

    def test_is_not_replaced_by_somebody_who_was_switched_off(
        self, owner: Client, last: Membership, project: Project
    ) -> None:
        make_membership(project, make_user(is_active=False))
        owner.post(f"/projects/shop/members/{last.pk}/remove/")
        assert Membership.objects.filter(pk=last.pk).exists()

    def test_may_leave_after_naming_another(self, owner: Client, last: Membership, project: Project) -> None:
        make_member(project, Role.FULL_ACCESS)
        answer = owner.post(f"/projects/shop/members/{last.pk}/remove/")
        assert not Membership.objects.filter(pk=last.pk).exists()
        assert owner.get(answer["Location"]).status_code == 404

    def test_does_not_keep_others_in(self, owner: Client, cast: Cast, last: Membership) -> None:
        limited = cast.limited_owner.memberships.get()
        owner.post(f"/projects/shop/members/{limited.pk}/remove/")
        assert not Membership.objects.filter(pk=limited.pk).exists()
