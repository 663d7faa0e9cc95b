"""Two people do what only one can do: one wins, and the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from environments import services
from environments.models import Membership, Project
from environments.permissions import Role
from tests.factories import actor_of, make_invitation, make_membership, make_project, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call returned, or the ValidationError it raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=10)
            return call()
        except ValidationError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_projects_of_one_name_get_different_addresses() -> None:
    actor = actor_of(make_user())
    made = at_once(*[lambda: services.create_project(name="Shop", actor=actor)] * 4)
    assert sorted(project.slug for project in made) == ["shop", "shop-2", "shop-3", "shop-4"]


def test_environments_of_one_name_are_made_once() -> None:
    project, actor = make_project(), actor_of(make_user())
    results = at_once(
        *[lambda: services.create_environment(project=project, actor=actor, name="qa", region="eu-west-1")] * 3
    )
    assert sum(isinstance(result, ValidationError) for result in results) == 2
    assert project.environments.count() == 1


def test_owners_who_remove_each_other_leave_one() -> None:
    project = make_project()
    rows = [make_membership(project, role=Role.FULL_ACCESS) for _ in range(2)]
    actors = [actor_of(row.user) for row in rows]

    results = at_once(
        lambda: services.remove_member(membership=rows[1], actor=actors[0]),
        lambda: services.change_member(membership=rows[0], role=Role.VIEWER, environments=[], actor=actors[1]),
    )

    assert sum(isinstance(result, ValidationError) for result in results) == 1
    assert Membership.objects.filter(project=project, role=Role.FULL_ACCESS).count() == 1


def test_an_invitation_makes_one_member() -> None:
    invitation, _ = make_invitation()
    people = [make_user() for _ in range(3)]

    results = at_once(
        *[lambda person=person: services.accept_invitation(invitation=invitation, user=person) for person in people]
    )

    assert sorted(results) == [False, False, True]
    assert Project.objects.get().memberships.count() == 1
