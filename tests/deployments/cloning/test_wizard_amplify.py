"""The wizard from an Amplify environment: another one of the same app, its names drawn once and free in AWS."""

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from aws.sandbox.catalogue import AMPLIFY_APP_ID, AMPLIFY_APP_NAME, AMPLIFY_STACKS
from tests.auth_import.planted import Account
from tests.deployments.reading_pages import main_of

if TYPE_CHECKING:
    from environments.models import Environment, Project
    from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

CLONE = "/projects/shop/dev/clone/"
WANTED: dict[str, Any] = {"name": "qa", "suffix": "0a1b2", "resources": "none"}
STACK = f"amplify-{AMPLIFY_APP_NAME}-qa-0a1b2"


@pytest.fixture
def source(cast: "Cast", project: "Project") -> "Environment":
    found: Environment = project.environments.get(name="dev")
    found.kind, found.app_id, found.app_name = "amplify", AMPLIFY_APP_ID, AMPLIFY_APP_NAME
    found.stack_name = AMPLIFY_STACKS["dev"]
    found.deployment_bucket = f"{AMPLIFY_STACKS['dev']}-deployment"
    found.save()
    return found


def knows(environment: "Environment", *resources: tuple[str, str]) -> None:
    from backend_state.models import KnownBackend

    facts = {"resources": dict(resources), "dependents": [{"resource": "api/shop", "words": "asks the pool"}]}
    KnownBackend.objects.create(environment=environment, facts=facts, read=timezone.now())


def words(client: Client, status: int = 200, **data: str) -> str:
    answer = client.get(CLONE, data)
    assert answer.status_code == status, main_of(answer.content.decode())[:2000]
    return main_of(answer.content.decode())


def test_kind_app_and_region_follow_the_source(owner: Client, source: "Environment") -> None:
    html = owner.get(CLONE).content.decode()
    assert "2 to 10 lower-case letters" in html
    assert 'name="app_id"' not in html
    assert re.search(r'<input[^>]*name="region"[^>]*disabled', html)


def test_the_name_is_looked_for_in_the_app_before_the_next_step(owner: Client, source: "Environment") -> None:
    answer = owner.post(CLONE, {"name": "prod"})
    assert answer.status_code == 422
    assert "The Amplify app has a backend environment “prod” already" in answer.content.decode()
    answer = owner.post(CLONE, {"name": "my-qa"})
    assert "2 to 10 lower-case letters" in answer.content.decode()


def test_the_suffix_is_drawn_once_and_kept(owner: Client, source: "Environment") -> None:
    from deployments.models import PlannedClone

    address = owner.post(CLONE, {"name": "qa"})["Location"]
    found = re.search(r"suffix=([0-9a-f]{5})", address)
    assert found
    html = owner.get(address).content.decode()
    assert f'name="suffix" value="{found[1]}"' in html
    owner.post(CLONE, WANTED | {"suffix": found[1]})
    assert PlannedClone.objects.get().plan.suffix == found[1]


def test_every_check_of_the_place_is_made(owner: Client, source: "Environment", sandbox: Any) -> None:
    text = words(owner, **WANTED)
    for part in (f"{STACK} is free", f"{STACK}-deployment is free", "free in this project and in the Amplify app"):
        assert part in text
    asked = {call["operation"] for call in sandbox.calls()}
    assert asked == {
        "GetApp", "GetCallerIdentity", "ListBackendEnvironments", "DescribeStacks", "HeadBucket",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "fault", "part"),
    [
        ("GetApp", {"code": "NotFoundException", "message": "App not found", "status": 404}, "the app's own account"),
        ("GetApp", {"code": "AccessDeniedException", "message": "no", "status": 403}, "amplify:GetApp"),
        ("ListBackendEnvironments", {"code": "AccessDeniedException", "message": "no", "status": 403}, "ListBackend"),
        ("DescribeStacks", {"code": "AccessDenied", "message": "no", "status": 403}, "cloudformation:DescribeStacks"),
        ("GetCallerIdentity", {"code": "ExpiredToken", "message": "expired", "status": 403}, "ExpiredToken"),
    ],
)
def test_what_cannot_be_asked_stands_in_the_way(
    owner: Client, source: "Environment", sandbox: Any, operation: str, fault: dict[str, Any], part: str
) -> None:
    from deployments.models import PlannedClone

    sandbox.fail(operation, kind="fail", times=2, **fault)
    assert part in words(owner, **WANTED).replace("&#x27;", "'")
    answer = owner.post(CLONE, WANTED)
    assert answer.status_code == 422
    assert "Nothing can be made like this" in answer.content.decode()
    assert not PlannedClone.objects.exists()


def test_a_stack_of_the_drawn_name_is_told(owner: Client, source: "Environment", sandbox: Any) -> None:
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    name = STACK.replace("0a1b2", "0a1b3")
    Account(sandbox.url).client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template))
    text = words(owner, **(WANTED | {"suffix": "0a1b3"}))
    assert f"{name} exists already" in text
    assert "Review" not in text


def test_a_bucket_that_may_not_be_looked_at_is_only_warned_of(
    owner: Client, source: "Environment", sandbox: Any
) -> None:
    sandbox.fail("HeadBucket", kind="fail", code="403", message="Forbidden", status=403)
    assert "it is hardly taken" in words(owner, **WANTED)


def test_the_review_names_everything_in_its_order(owner: Client, source: "Environment") -> None:
    knows(source, ("api/shop", "AppSync"), ("function/hello", "Lambda"), ("storage/files", "S3"))
    sent = {**WANTED, "carry": ["data-model", "functions"]}
    review = owner.post(CLONE, sent)["Location"]
    text = main_of(owner.get(review).content.decode())
    names = ("Backend environment qa", STACK, f"{STACK}-deployment", f"{STACK}-authRole", f"{STACK}-unauthRole")
    found = [text.index(name) for name in (*names, "#current-cloud-backend.zip")]
    assert found == sorted(found)
    for part in ("with the data model and the functions", "Nobody can assume it", "far below a cent", "amplify push"):
        assert part in text
    assert f"amplify pull --appId {AMPLIFY_APP_ID} --envName qa" in text
    assert "Secrets: values in SSM" in text


class TestWhatComesAlong:
    def test_only_what_the_source_has_is_offered(self, owner: Client, source: "Environment") -> None:
        knows(source, ("api/shop", "AppSync"), ("storage/files", "S3"))
        text = words(owner, **WANTED)
        assert "The schema of shop" in text
        assert "Its rules ask a user pool" in text
        assert "Functions' settings" not in text
        assert "as last read" in text

    def test_a_backend_that_was_never_read_says_so(self, owner: Client, source: "Environment") -> None:
        assert "has not read the backend of dev yet" in words(owner, **WANTED)
        answer = owner.post(CLONE, WANTED | {"carry": "functions"})
        assert answer.status_code == 422
        assert "Pull it" in answer.content.decode()

    def test_what_the_source_does_not_have_does_not_come(self, owner: Client, source: "Environment") -> None:
        from deployments.models import PlannedClone

        knows(source, ("storage/files", "S3"))
        assert "has no data model and no functions" in words(owner, **WANTED)
        owner.post(CLONE, WANTED | {"carry": ["functions", "made-up"]})
        assert PlannedClone.objects.get().plan.carried == ()
