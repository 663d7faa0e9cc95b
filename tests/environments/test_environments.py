"""New environments: names, kinds, Regions and roles."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import RestrictedError
from django.test import Client

from audit.models import AuditEvent
from auth_import.preflight import context_of, own_project, setting_of
from aws.sandbox.catalogue import AMPLIFY_APP_ID, AMPLIFY_APP_NAME, AMPLIFY_STACKS
from environments import services
from environments.models import RESERVED_ENVIRONMENT_NAMES, Environment, Project
from tests.environments.changes import everything
from tests.factories import Cast, actor_of, make_environment, make_membership, make_project, make_user

pytestmark = pytest.mark.django_db

ROLE = "arn:aws:iam::111122223333:role/AdminUI"


def create(client: Client, **data: str) -> tuple[int, str]:
    """A new environment with the choice that makes it a row of this console and nothing else."""
    data = {"name": "staging", "kind": "standalone", "region": "eu-west-1", "resources": "none", **data}
    answer = client.post("/projects/shop/environments/create/", data)
    return answer.status_code, answer.headers.get("Location") or answer.content.decode()


def test_a_new_environment_leads_on_to_its_authentication(owner: Client, project: Project, sandbox: Any) -> None:
    status, location = create(owner, role_arn=ROLE, external_id="sample")

    assert (status, location) == (303, "/projects/shop/staging/authentication/")
    row = project.environments.get(name="staging")
    assert (row.target.region, row.target.role_arn, row.target.external_id) == ("eu-west-1", ROLE, "sample")
    assert not row.production
    event = AuditEvent.objects.get()
    assert (event.action, event.environment, event.target) == (
        "environments:environment:create", "staging", "staging"
    )  # fmt: skip
    assert event.after == {"kind": "standalone", "region": "eu-west-1", "role": ROLE, "app": ""}


def test_an_amplify_environment_needs_its_app(owner: Client, project: Project) -> None:
    status, html = create(owner, kind="amplify")
    assert status == 422
    assert "needs the id of its Amplify app" in html


def test_an_amplify_environment_is_connected_to_its_backend(owner: Client, project: Project, sandbox: Any) -> None:
    name = "prod"
    assert create(owner, name=name, kind="amplify", app_id=AMPLIFY_APP_ID)[0] == 303
    row = project.environments.get(name=name)
    assert row.is_amplify
    assert row.app_name == AMPLIFY_APP_NAME
    assert row.stack_name == AMPLIFY_STACKS[name]
    assert row.deployment_bucket == f"{AMPLIFY_STACKS[name]}-deployment"


def test_resources_are_named_after_the_app_and_not_after_the_project(project: Project) -> None:
    """The Amplify CLI takes the app's name for the project's (Amplify project format, 6.7)."""
    named = make_environment(project, "prod", kind="amplify", app_id="d0000000", app_name="Orders")
    unnamed = make_environment(project, "test", kind="amplify", app_id="d0000000")
    assert [context_of(one).resource_name for one in (named, unnamed)] == ["orders", "shop"]
    setting = setting_of(named, user_pool_id="eu-west-1_Sample001", sees=own_project(named))
    assert (setting.project_name, setting.resource_name) == ("Orders", "orders")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            {"code": "ValidationError", "message": "Stack with id amplify-sampleshop-prod-9c04e does not exist"},
            "CloudFormation has none of this name in eu-west-1",
        ),
        ({"code": "AccessDenied", "message": "not authorized", "status": 403}, "cloudformation:DescribeStacks"),
    ],
    ids=["gone", "denied"],
)
def test_a_backend_without_its_root_stack_is_not_connected(
    owner: Client, project: Project, sandbox: Any, fault: dict[str, Any], words: str
) -> None:
    sandbox.fail("DescribeStacks", kind="fail", **fault)
    before = everything()
    status, html = create(owner, name="prod", kind="amplify", app_id=AMPLIFY_APP_ID)
    assert status == 422
    assert words in html
    assert everything() == before


@pytest.mark.parametrize(
    ("name", "app_id"), [("nowhere", AMPLIFY_APP_ID), ("test", "d000000000000")], ids=["environment", "app"]
)
def test_a_backend_that_does_not_exist_is_not_connected(
    owner: Client, project: Project, sandbox: Any, name: str, app_id: str
) -> None:
    before = everything()
    status, html = create(owner, name=name, kind="amplify", app_id=app_id)
    assert status == 422
    assert f"has no backend environment “{name}” (NotFoundException" in html
    assert "amplify env list" in html
    assert f'value="{app_id}"' in html
    assert everything() == before


def test_an_account_that_does_not_answer_is_told_in_words(owner: Client, project: Project, sandbox: Any) -> None:
    denied = {"code": "AccessDeniedException", "message": "not authorized to perform: amplify:GetBackendEnvironment"}
    sandbox.fail("GetBackendEnvironment", kind="fail", status=403, **denied)
    before = everything()
    status, html = create(owner, name="test", kind="amplify", app_id=AMPLIFY_APP_ID)
    assert status == 422
    assert "AccessDeniedException" in html
    assert "amplify:GetBackendEnvironment" in html
    assert everything() == before


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": ""}, "required"),
        ({"name": "Staging"}, "lower-case letters, digits and hyphens"),
        ({"name": "1st"}, "begin with a letter"),
        ({"name": "a b"}, "lower-case"),
        ({"name": "../x"}, "lower-case"),
        ({"name": "<script>"}, "lower-case"),
        ({"name": "x" * 31}, "at most 30"),
        ({"name": "x" * 128}, "at most 30"),
        ({"name": "dev🦊"}, "lower-case"),
        ({"name": "\u202eved"}, "lower-case"),
        ({"name": "my-dev", "kind": "amplify", "app_id": "d2examplexyz01"}, "2 to 10 lower-case letters"),
        ({"name": "x", "kind": "amplify", "app_id": "d2examplexyz01"}, "2 to 10 lower-case letters"),
        ({"name": "elevenchars", "kind": "amplify", "app_id": "d2examplexyz01"}, "2 to 10 lower-case letters"),
        ({"name": "members"}, "is the name of a page"),
        ({"name": "dev"}, "already has an environment of this name"),
        ({"region": "Ireland"}, "Enter an AWS Region code"),
        ({"region": "eu-west-9"}, "Did you mean eu-west-1 or"),
        ({"region": "eu-wst-1"}, "Did you mean eu-west-1 or"),
        ({"region": ""}, "required"),
        ({"role_arn": "AdminUI"}, "Enter the ARN of an IAM role"),
        ({"role_arn": "arn:aws:iam::111122223333:user/AdminUI"}, "Enter the ARN of an IAM role"),
        ({"app_id": "D2"}, "Enter an Amplify app id"),
        ({"external_id": "sample"}, "only used together with a role"),
        ({"kind": "other"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_right_is_refused_in_words_beside_its_field(
    owner: Client, data: dict[str, str], words: str
) -> None:
    before = everything()

    status, html = create(owner, **data)

    assert status == 422
    assert words in html
    assert 'aria-invalid="true"' in html
    assert 'value="eu-west-1"' in html or "region" in data
    assert everything() == before


@pytest.mark.parametrize("name", sorted(RESERVED_ENVIRONMENT_NAMES))
def test_names_of_pages_are_reserved(project: Project, name: str) -> None:
    with pytest.raises(ValidationError, match="is the name of a page"):
        services.create_environment(project=project, actor=actor_of(make_user()), name=name, region="eu-west-1")


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1", "eusc-de-east-1", "cn-northwest-1", "mx-central-1"])
def test_regions_of_every_partition_are_regions(project: Project, region: str) -> None:
    services.create_environment(project=project, actor=actor_of(make_user()), name="dev", region=region)


@pytest.mark.parametrize("region", ["eu-west-1\n", "eu-west", "https://x", "eu-west-1; rm", "a" * 31])
def test_what_is_no_region_reaches_no_environment(project: Project, region: str) -> None:
    with pytest.raises(ValidationError):
        services.create_environment(project=project, actor=actor_of(make_user()), name="dev", region=region)
    assert not Environment.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(("name", "production"), [("prod", True), ("main", True), ("production", True), ("dev", False)])
def test_the_usual_names_of_production_are_taken_for_it(project: Project, name: str, production: bool) -> None:
    row = services.create_environment(project=project, actor=actor_of(make_user()), name=name, region="eu-west-1")
    assert row.production is production


def test_two_people_creating_the_same_environment_are_told_so(project: Project) -> None:
    """The second one has passed the form's own question before the first one was done."""
    actor = actor_of(make_user())
    services.create_environment(project=project, actor=actor, name="qa", region="eu-west-1")
    with pytest.raises(ValidationError):
        services.create_environment(project=project, actor=actor, name="qa", region="eu-west-1")
    assert AuditEvent.objects.count() == 1


def test_two_projects_may_have_environments_of_one_name(owner: Client, project: Project, sandbox: Any) -> None:
    make_environment(make_project("Other"), "staging")
    assert create(owner)[0] == 303


def test_an_environment_somebody_is_limited_to_cannot_vanish(project: Project, dev: Environment) -> None:
    """A membership that lost its last limit would reach every environment."""
    limited = make_membership(project, environments=[dev])
    with pytest.raises(RestrictedError):
        dev.delete()
    limited.delete()
    dev.delete()
    assert not project.environments.exists()


def test_a_project_takes_all_of_its_rows_along(cast: Cast, project: Project) -> None:
    project.delete()
    assert not Environment.objects.exists()


@pytest.mark.parametrize("who", ["stranger", "limited_owner"])
def test_an_environment_one_may_not_see_is_not_told_of(client: Client, cast: Cast, project: Project, who: str) -> None:
    make_environment(project, "prod")
    client.force_login(getattr(cast, who))
    hidden, missing = client.get("/projects/shop/prod/"), client.get("/projects/shop/nowhere/")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content


def test_somebody_limited_to_an_environment_has_their_role_there(client: Client, cast: Cast) -> None:
    client.force_login(cast.limited_owner)
    html = client.get("/projects/shop/dev/").content.decode()
    assert "Set up authentication" in html
    assert "Create environment" not in client.get("/projects/shop/").content.decode()
