"""`environments create` and `list`."""

from typing import Any

import pytest

from audit.actions import Action
from audit.models import AuditEvent
from aws.sandbox.catalogue import AMPLIFY_APP_ID, AMPLIFY_APP_NAME, AMPLIFY_STACKS, scenario
from environments.models import Environment, Membership, Project
from environments.permissions import Role
from tests.auth_import.commands.running import JSON, payload_of, run
from tests.factories import make_environment, make_member, make_project, make_user

SHOP = ("--project", "Sample Shop", "--environment", "dev", "--region", "eu-west-1")
AMPLIFY = ("--project", "sampleshop", "--region", "eu-west-1", "--kind", "amplify", "--app-id", AMPLIFY_APP_ID)

pytestmark = pytest.mark.django_db


def nothing_was_created() -> bool:
    return not (Project.objects.exists() or Environment.objects.exists() or AuditEvent.objects.exists())


def test_the_project_is_made_with_the_name_as_given() -> None:
    ended = run("environments", "create", *SHOP, *JSON)
    assert ended.code == 0
    assert ended.json == {
        "project": "sample-shop",
        "environment": "dev",
        "kind": "standalone",
        "region": "eu-west-1",
        "user_pool": "",
        "identity_pool": "",
        "health": "not-linked",
    }
    assert Project.objects.get().name == "Sample Shop"
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        Action.PROJECT_CREATED,
        Action.ENVIRONMENT_CREATED,
    ]


@pytest.mark.parametrize("name", ["sample-shop", "Sample Shop", "sample SHOP"])
def test_a_second_environment_joins_the_project(name: str) -> None:
    run("environments", "create", *SHOP)
    ended = run("environments", "create", "--project", name, "--environment", "prod", "--region", "us-east-1")
    assert ended.code == 0
    assert Project.objects.count() == 1
    assert Environment.objects.get(name="prod").production


def test_one_that_exists_ends_with_one_and_stays_as_it_is() -> None:
    run("environments", "create", *SHOP)
    ended = run("environments", "create", *SHOP[:-1], "us-east-1")
    assert ended.code == 1
    assert "already has an environment" in ended.words
    assert Environment.objects.get().region == "eu-west-1"


def test_a_role_to_assume_is_kept() -> None:
    role = "arn:aws:iam::111122223333:role/AdminUI"
    assert run("environments", "create", *SHOP, "--role-arn", role, "--external-id", "x1").code == 0
    target = Environment.objects.get().target
    assert (target.role_arn, target.external_id) == (role, "x1")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (("--region", "ireland"), "Enter an AWS Region code"),
        (("--region", "eu-west-9"), "Did you mean eu-west-1"),
        (("--environment", "Dev Env"), "--environment: "),
        (("--environment", "members"), "name of a page"),
        (("--role-arn", "AdminUI"), "--role-arn: "),
        (("--external-id", "x1"), "--external-id: "),
        (("--kind", "amplify"), "--app-id: "),
        (("--kind", "amplify", "--app-id", "nonsense!"), "--app-id: "),
        (("--kind", "amplify", "--app-id", "d2examplexyz01", "--environment", "dev1"), "--environment: "),
        (("--app-id", "d2examplexyz01"), "--kind amplify"),
        (("--kind", "gen2"), "invalid choice"),
        (("--project", "  "), "--project: "),
        (("--project", "x" * 81), "--project: "),
    ],
)
def test_values_that_are_not_valid_end_with_two_and_create_nothing(changes: tuple[str, ...], words: str) -> None:
    ended = run("environments", "create", *SHOP, *changes)
    assert ended.code == 2
    assert words in ended.words
    assert nothing_was_created()


@pytest.mark.parametrize("arguments", [(), ("create",), ("create", *SHOP[:4]), ("clone",)])
def test_action_project_environment_and_region_are_required(arguments: tuple[str, ...]) -> None:
    assert run("environments", *arguments).code == 2


def test_an_amplify_environment_is_connected_to_its_backend(sandbox: Any) -> None:
    ended = run("environments", "create", *AMPLIFY, "--environment", "dev")
    environment = Environment.objects.get()
    assert ended.code == 0, ended.words
    assert AMPLIFY_STACKS["dev"] in ended.text
    assert (environment.kind, environment.app_id) == ("amplify", AMPLIFY_APP_ID)
    assert environment.app_name == AMPLIFY_APP_NAME
    assert environment.stack_name == AMPLIFY_STACKS["dev"]
    assert environment.deployment_bucket == f"{AMPLIFY_STACKS['dev']}-deployment"


def test_a_root_stack_that_is_gone_creates_nothing_and_says_so(sandbox: Any) -> None:
    gone = {"code": "ValidationError", "message": f"Stack with id {AMPLIFY_STACKS['dev']} does not exist"}
    sandbox.fail("DescribeStacks", kind="fail", **gone)
    ended = run("environments", "create", *AMPLIFY, "--environment", "dev")
    assert ended.code == 1
    assert "CloudFormation has none of this name" in ended.words
    assert nothing_was_created()


def test_an_environment_that_the_app_does_not_have_is_not_created(sandbox: Any) -> None:
    ended = run("environments", "create", *AMPLIFY, "--environment", "nowhere")
    assert ended.code == 1
    assert "has no backend environment “nowhere”" in ended.words
    assert nothing_was_created()


def test_an_app_that_does_not_exist_creates_nothing(sandbox: Any) -> None:
    ended = run("environments", "create", *AMPLIFY[:-1], "d000000000000", "--environment", "dev")
    assert ended.code == 1
    assert nothing_was_created()


def test_aws_out_of_reach_creates_nothing_and_says_so(sandbox: Any) -> None:
    denied = {"code": "AccessDeniedException", "message": "not authorized to perform: amplify:GetBackendEnvironment"}
    sandbox.fail("GetBackendEnvironment", kind="fail", status=403, **denied)
    ended = run("environments", "create", *AMPLIFY, "--environment", "dev")
    assert ended.code == 1
    assert "amplify:GetBackendEnvironment" in ended.words
    assert "Nothing was created." in ended.words
    assert nothing_was_created()


def test_a_person_who_makes_a_project_gets_full_access_to_it() -> None:
    user = make_user("maker", may_create_projects=True)
    assert run("environments", "create", *SHOP, "--as", "maker").code == 0
    assert Membership.objects.get().user == user
    assert Membership.objects.get().role == Role.FULL_ACCESS


def test_a_person_whom_no_operator_has_named_makes_no_project() -> None:
    make_user("reader")
    make_user("chief", is_superuser=True)
    ended = run("environments", "create", *SHOP, "--as", "reader")
    assert ended.code == 1
    assert "Ask an operator of this console to create the project." in ended.words
    assert nothing_was_created()
    assert run("environments", "create", *SHOP, "--as", "chief").code == 0


def test_a_member_without_the_permission_creates_nothing() -> None:
    project = make_project()
    make_member(project, Role.VIEWER, name="reader")
    place = ("--project", "shop", "--environment", "dev", "--region", "eu-west-1")
    ended = run("environments", "create", *place, "--as", "reader")
    assert ended.code == 1
    assert "manage-environments" in ended.words
    assert not Environment.objects.exists()


def test_the_list_has_the_columns_of_the_page(sandbox: Any) -> None:
    environment = make_environment()
    make_environment(environment.project, "test", region="us-east-1")
    good = scenario("good")
    run("import_auth", "--project", "shop", "--environment", "dev", stdin=payload_of(good))
    ended = run("environments", "list", *JSON)
    assert ended.code == 0
    assert ended.json == [
        {
            "project": "shop",
            "environment": "dev",
            "kind": "standalone",
            "region": "eu-west-1",
            "user_pool": good.pool_id,
            "identity_pool": good.identity_pool_id,
            "health": "pass",
        },
        {
            "project": "shop",
            "environment": "test",
            "kind": "standalone",
            "region": "us-east-1",
            "user_pool": "",
            "identity_pool": "",
            "health": "not-linked",
        },
    ]
    text = run("environments", "list").text
    assert text.splitlines()[0].split() == ["Project", "Environment", "Kind", "Region", "User", "pool", "Identity",
                                            "pool", "Health"]  # fmt: skip
    assert "shop-users" in text
    assert "Not linked" in text


def test_the_list_of_one_project_and_of_none() -> None:
    assert run("environments", "list", *JSON).json == []
    assert "environments create" in run("environments", "list").text
    make_environment(make_project("Shop"))
    make_environment(make_project("Other"), "test")
    assert [row["project"] for row in run("environments", "list", "--project", "Other", *JSON).json] == ["other"]
    assert run("environments", "list", "--project", "nowhere").code == 1


def test_a_person_sees_their_own_environments_only() -> None:
    dev = make_environment()
    make_environment(dev.project, "prod")
    make_environment(make_project("Other"), "test")
    make_member(dev.project, Role.VIEWER, dev, name="reader")
    rows = run("environments", "list", *JSON, "--as", "reader").json
    assert [(row["project"], row["environment"]) for row in rows] == [("shop", "dev")]
