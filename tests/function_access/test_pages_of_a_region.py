"""The pages about Lambda functions of a standalone environment: found, given access by a job, and taken away."""

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from audit.actions import Action
from auth_import.models import CognitoLink
from environments.permissions import Role
from function_access.models import FunctionGrant
from jobs.models import Job
from tests.auth_import.journeys import address, audited, signed_in
from tests.auth_import.planted import Account
from tests.deployments.reading_pages import buttons, get, main_of
from tests.factories import make_environment, make_link
from tests.function_access.direct import stage as stages

if TYPE_CHECKING:
    from tests.function_access.direct.stage import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_quotas")]
JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true"}
REGION = "eu-south-2"
"""In which no other test has functions."""


@pytest.fixture
def stage(db: None, sandbox: Any) -> "Stage":
    return stages.make_stage(sandbox)


@pytest.fixture
def owner(stage: "Stage") -> Client:
    return signed_in(stage.environment)


def path(stage: "Stage", page: str = "function", query: str = "") -> str:
    more = {} if page == "functions" else {"function": stage.function}
    return address(stage.environment, page, **more) + (f"?{query}" if query else "")


def test_the_list_goes_on_to_the_end_and_is_searched_as_a_whole(sandbox: Any, db: None) -> None:
    environment = make_environment(region=REGION)
    make_link(environment)
    FunctionGrant.objects.create(
        environment=environment, function="worker-48", operations=["read"], actions=["a:b"], state="applied",
        user_pool_id="eu-west-1_Sample001",
    )  # fmt: skip
    reader, url = signed_in(environment, Role.VIEWER), address(environment, "functions")
    _, role = stages.make_role(sandbox)
    planting = Account(sandbox.url, REGION).client("lambda")
    # Lambda lists fifty at a time.
    for number in range(52):
        planting.create_function(FunctionName=f"worker-{number:02}", Role=role, Code={"ZipFile": b"zip"})
    html = get(reader, url)
    # What has access comes first, on whichever page of AWS's it is.
    assert html.index("worker-48") < html.index("worker-00")
    assert "worker-48 Read 1 action, least privilege" in main_of(html)
    assert "Load more functions" in html
    first = reader.get(url, headers=JSON).json()
    part = reader.get(f"{url}?token={first['next_token']}", headers=HTMX).content.decode()
    assert part.lstrip().startswith("<tr>")
    assert "worker-48" not in part
    assert "worker-51" in part
    assert "10 of 52 functions match." in main_of(get(reader, f"{url}?q=R-4"))
    found = reader.get(f"{url}?q=R-51", headers=JSON).json()
    assert [one["function"] for one in found["functions"]] == ["worker-51"]
    assert "No function matches" in main_of(get(reader, f"{url}?q=nothing"))


def test_access_is_reviewed_given_changed_and_taken_away(stage: "Stage", owner: Client) -> None:
    query = "operations=read"
    part = owner.get(path(stage, query=query), headers=HTMX).content.decode()
    for words in (stages.VARIABLE, "iam:PutRolePolicy", "lambda:UpdateFunctionConfiguration", "10,240 characters"):
        assert words in part, words
    assert stages.SECRET not in part
    assert "<h1" not in part
    html = get(owner, path(stage, "review-function", query))
    assert buttons(html) == ["Give the access"]
    seen = html.partition('name="seen" value="')[2].partition('"')[0]
    assert 'name="reason"' in html
    wanted = {"operations": "read", "breadth": "least", "seen": seen, "reason": "Newsletter"}
    answer = owner.post(path(stage, "apply-function"), wanted)
    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, job.get_absolute_url())
    # A second click finds the first one's job.
    again = owner.post(path(stage, "apply-function"), wanted, headers=JSON)
    assert (again.status_code, again.json()["job"], Job.objects.count()) == (200, job.pk, 1)
    stages.succeeded(stages.run(job))
    assert [one.reason for one in audited(Action.FUNCTION_ACCESS_GRANTED)] == ["Newsletter"]
    main = main_of(get(owner, path(stage)))
    assert "Access Read Details 7 actions, least privilege" in main
    assert stages.VARIABLE in main
    done = owner.post(path(stage, "apply-function"), {"operations": "read"}, headers=JSON)
    assert done.json()["done"] == "The function has exactly this access already."
    taking = owner.get(path(stage, query="take=1"), headers=HTMX).content.decode()
    assert "it is deleted" in taking
    assert "<h1" not in taking
    taken = owner.post(path(stage, "revoke-function"), headers=JSON).json()
    stages.succeeded(stages.run(Job.objects.get(pk=taken["job"])))
    assert stage.in_aws() == stage.first
    assert "Nothing given here" in main_of(get(owner, path(stage)))
    refused = owner.post(path(stage, "revoke-function"), headers=JSON)
    assert refused.status_code == 409
    assert "no access that it could take away" in refused.json()["error"]


def test_what_was_reviewed_and_is_no_longer_so_is_not_done(stage: "Stage", owner: Client) -> None:
    seen = owner.get(path(stage, query="operations=read"), headers=JSON).json()["result"]["seen"]
    stage.set_variables(**{stages.VARIABLE: "eu-west-1_Somebody1"})
    wanted = {"operations": "read", "seen": seen}
    refused = owner.post(path(stage, "apply-function"), wanted, headers=JSON)
    assert (refused.status_code, Job.objects.count()) == (409, 0)
    assert "review it again" in refused.json()["error"]
    assert "It has the variable" in main_of(get(owner, path(stage)))


def test_other_policies_about_user_pools_are_named(stage: "Stage", owner: Client) -> None:
    arn = f"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/{stage.pool_id}"
    statement = {"Effect": "Allow", "Action": "cognito-idp:ListUsers", "Resource": arn}
    stage.put_policy("by-hand", {"Version": "2012-10-17", "Statement": [statement]})
    assert "by-hand Inline policies of its role that this console did not write" in main_of(get(owner, path(stage)))
    # So is one about every pool.
    stage.put_policy("by-hand", {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]})
    assert "by-hand Inline policies of its role that this console did not write" in main_of(get(owner, path(stage)))


def test_after_a_swap_the_old_pool_is_told_and_the_new_one_offered(stage: "Stage", owner: Client) -> None:
    stage.given()
    pool = stage.client("cognito-idp").create_user_pool(PoolName="new")["UserPool"]["Id"]
    CognitoLink.objects.update(user_pool_id=pool, user_pool_name="new")
    main = main_of(get(owner, path(stage, "functions", f"q={stage.function}")))
    assert f"has the actions on {stage.pool_id} , and the linked pool is {pool} ." in main
    main = main_of(get(owner, path(stage)))
    assert "Its access is to another pool than the linked one" in main
    assert f"{stage.pool_id} {pool}" in main


def test_what_somebody_changed_in_aws_since_is_told(stage: "Stage", owner: Client) -> None:
    stage.given()
    assert "Access Read" in main_of(get(owner, path(stage)))
    [name] = [one for one in stage.policies() if one != "logs"]
    stage.put_policy(name, stages.LOGS)
    main = main_of(get(owner, path(stage)))
    assert "Access Changed in AWS since" in main
    assert "Calls in order (1)" in main
    stage.given()
    # A variable that is gone, or has another value.
    for variables in ({}, {stages.VARIABLE: "eu-west-1_Somebody1"}):
        stage.set_variables(TABLE="orders", **variables)
        assert "Access Changed in AWS since" in main_of(get(owner, path(stage)))


def test_without_a_link_access_is_only_taken_away(stage: "Stage", owner: Client) -> None:
    stage.given()
    CognitoLink.objects.all().delete()
    html = get(owner, path(stage, query="operations=read"))
    assert buttons(html) == ["Take the access away"]
    assert "not linked to a user pool" in main_of(html)
    assert owner.post(path(stage, "apply-function"), {"operations": "read"}, headers=JSON).status_code == 409
    assert owner.post(path(stage, "revoke-function"), headers=JSON).status_code == 200


def test_who_removes_the_environment_is_told_that_the_access_stays(stage: "Stage", owner: Client) -> None:
    url = address(stage.environment, "remove-environment")
    assert "what to put back" not in main_of(get(owner, url))
    stage.given()
    main = main_of(get(owner, url))
    assert f"The access that functions were given to shop-users: {stage.function} . Take it away" in main


def test_a_function_that_is_gone_can_be_forgotten(stage: "Stage", owner: Client) -> None:
    stage.given()
    stage.client("lambda").delete_function(FunctionName=stage.function)
    html = get(owner, path(stage))
    assert "The function is gone" in main_of(html)
    assert buttons(html) == ["Take the access away"]
    FunctionGrant.objects.all().delete()
    assert owner.get(path(stage)).status_code == 404


def test_what_aws_does_not_allow_is_told_in_words(stage: "Stage", owner: Client, sandbox: Any) -> None:
    denied = {"kind": "fail", "code": "AccessDeniedException", "message": "no", "status": 403}
    sandbox.fail("ListFunctions", **denied)
    main = main_of(get(owner, path(stage, "functions")))
    assert "lambda:ListFunctions" in main
    assert "Which functions there are could not be read." in main
    sandbox.fail("GetFunctionConfiguration", **denied)
    html = get(owner, path(stage, query="operations=read"))
    assert "lambda:GetFunctionConfiguration" in main_of(html)
    assert buttons(html) == []


def test_others_may_not(stage: "Stage") -> None:
    viewer = signed_in(stage.environment, Role.VIEWER)
    assert buttons(get(viewer, path(stage))) == []
    assert viewer.get(path(stage, "review-function", "operations=read")).status_code == 403
    for page in ("apply-function", "revoke-function"):
        assert viewer.post(path(stage, page), {"operations": "read"}).status_code == 403
    assert not Job.objects.exists()
