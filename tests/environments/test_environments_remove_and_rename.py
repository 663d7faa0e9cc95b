"""`environments remove` and `rename`."""

import pytest

from audit.models import AuditEvent
from environments.models import Environment
from tests.auth_import.commands.running import JSON, run
from tests.environments.test_changing_and_removing import a_job
from tests.factories import make_environment, make_link, make_member, make_project

pytestmark = pytest.mark.django_db
DEV = ("--project", "shop", "--environment", "dev")


@pytest.fixture
def dev() -> Environment:
    return make_environment(make_project("Shop"), "dev")


def test_remove_says_what_stays_and_removes_with_yes(dev: Environment) -> None:
    make_link(dev)
    asked = run("environments", "remove", *DEV)
    assert (asked.code, Environment.objects.count()) == (2, 1)
    assert "the user pool shop-users (eu-west-1_Sample001) with its users" in asked.words
    ended = run("environments", "remove", *DEV, "--yes", *JSON)
    assert (ended.code, Environment.objects.count()) == (0, 0)
    assert ended.json == {"project": "shop", "environment": "dev", "backend": False, "job": None}


def test_remove_ends_with_one_while_a_job_runs_and_without_a_backend(dev: Environment) -> None:
    a_job(dev)
    assert (run("environments", "remove", *DEV, "--yes").code, Environment.objects.count()) == (1, 1)
    ended = run("environments", "remove", *DEV, "--yes", "--with-backend", "--confirm", "dev")
    assert (ended.code, "has no Amplify backend" in ended.words) == (1, True)


def test_the_backend_wants_the_name_again() -> None:
    make_environment(
        make_project("Shop"), "dev", kind="amplify", app_id="d2example", stack_name="amplify-shop-dev-00000"
    )
    ended = run("environments", "remove", *DEV, "--yes", "--with-backend")
    assert (ended.code, Environment.objects.count()) == (2, 1)
    assert "Add --confirm dev" in ended.words
    assert "the root stack amplify-shop-dev-00000" in ended.words


def test_rename_answers_both_names(dev: Environment) -> None:
    ended = run("environments", "rename", *DEV, "--to", "staging", *JSON)
    assert (ended.code, ended.json) == (0, {"project": "shop", "environment": "staging", "before": "dev"})
    assert AuditEvent.objects.get().action == "environments:environment:rename"
    assert run("environments", "rename", *DEV, "--to", "other").code == 1
    assert run("environments", "rename", *DEV[:3], "staging", "--to", "Not A Name").code == 1


def test_somebody_else_may_neither(dev: Environment) -> None:
    make_member(dev.project, "viewer", name="sample")
    for call in (("remove", *DEV, "--yes"), ("rename", *DEV, "--to", "staging")):
        ended = run("environments", *call, "--as", "sample")
        assert (ended.code, "has no permission" in ended.words) == (1, True)
    assert Environment.objects.get().name == "dev"
