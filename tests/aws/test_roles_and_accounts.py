"""IAM roles, the account behind the credentials, and Amplify apps."""

import json
from uuid import uuid4

import pytest

from aws import accounts, amplify_apps, roles
from aws.errors import NotFound, Rejected
from tests.aws.conftest import TARGET, Sandbox


def trust(audience: str) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": "cognito-identity.amazonaws.com"},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": audience}},
                }
            ],
        }
    )


@pytest.fixture
def role() -> str:
    return f"sample-{uuid4().hex[:8]}"


def test_a_role_is_made_read_and_given_another_trust_policy(role: str, sandbox: Sandbox) -> None:
    plan = roles.plan_role(name=role, trust_policy=trust("one"), description="For guests")
    made = roles.create_role(TARGET, name=role, trust_policy=trust("one"), description="For guests")
    planned = roles.plan_trust_policy(TARGET, name=role, trust_policy=trust("two"))
    updated = roles.update_trust_policy(TARGET, name=made.arn, trust_policy=trust("two"), planned=planned)

    assert json.loads(plan.after)["AssumeRolePolicyDocument"] == json.loads(trust("one"))
    assert json.loads(made.trust_policy) == json.loads(trust("one"))
    assert json.loads(planned.before)["AssumeRolePolicyDocument"] == json.loads(trust("one"))
    assert json.loads(updated.trust_policy) == json.loads(trust("two"))
    assert roles.get_role(TARGET, role) == roles.get_role(TARGET, made.arn) == updated
    assert sandbox.client("iam").get_role(RoleName=role)["Role"]["Description"] == "For guests"


def test_an_equal_trust_policy_is_not_sent_again(role: str, sandbox: Sandbox) -> None:
    roles.create_role(TARGET, name=role, trust_policy=trust("one"))
    roles.update_trust_policy(TARGET, name=role, trust_policy=json.dumps(json.loads(trust("one")), indent=2))

    assert sandbox.calls("UpdateAssumeRolePolicy") == []


def test_a_trust_policy_changed_meanwhile_is_not_overwritten(role: str) -> None:
    roles.create_role(TARGET, name=role, trust_policy=trust("one"))
    planned = roles.plan_trust_policy(TARGET, name=role, trust_policy=trust("mine"))
    roles.update_trust_policy(TARGET, name=role, trust_policy=trust("theirs"))

    with pytest.raises(Rejected):
        roles.update_trust_policy(TARGET, name=role, trust_policy=trust("mine"), planned=planned)


def test_a_taken_name_is_rejected(role: str) -> None:
    roles.create_role(TARGET, name=role, trust_policy=trust("one"))

    with pytest.raises(Rejected) as caught:
        roles.create_role(TARGET, name=role, trust_policy=trust("one"))

    assert caught.value.code == "EntityAlreadyExists"


def test_a_missing_role_is_not_found() -> None:
    with pytest.raises(NotFound) as caught:
        roles.get_role(TARGET, "arn:aws:iam::123456789012:role/missing")

    assert caught.value.code == "NoSuchEntity"


def test_a_role_of_another_account_is_not_mistaken_for_ours(role: str) -> None:
    ours = roles.create_role(TARGET, name=role, trust_policy=trust("one"))
    theirs = ours.arn.replace(ours.arn.split(":")[4], "999999999999")

    with pytest.raises(NotFound) as caught:
        roles.get_role(TARGET, theirs)

    assert caught.value.code == "RoleOfAnotherAccount"


def test_the_caller_is_an_account_and_an_identity() -> None:
    found = accounts.caller(TARGET)

    assert len(found.account) == 12
    assert found.account in found.arn


def test_amplify_apps_and_their_environments_are_found(sandbox: Sandbox) -> None:
    client = sandbox.client("amplify")
    made = {client.create_app(name=f"sample-{number}")["app"]["appId"] for number in range(51)}
    app_id = sorted(made)[0]
    for name in ("dev", "staging"):
        client.create_backend_environment(
            appId=app_id, environmentName=name, stackName=f"amplify-{name}", deploymentArtifacts=f"bucket-{name}"
        )

    assert made <= {app.id for app in amplify_apps.iter_apps(TARGET)}
    assert amplify_apps.get_app(TARGET, app_id).id == app_id
    assert {one.name for one in amplify_apps.iter_backend_environments(TARGET, app_id)} == {"dev", "staging"}
    staging = amplify_apps.get_backend_environment(TARGET, app_id, "staging")
    assert (staging.stack_name, staging.deployment_bucket) == ("amplify-staging", "bucket-staging")


def test_a_missing_app_or_environment_is_not_found(sandbox: Sandbox) -> None:
    app_id = sandbox.client("amplify").create_app(name="sample")["app"]["appId"]

    with pytest.raises(NotFound):
        amplify_apps.get_app(TARGET, "d0000000000000")
    with pytest.raises(NotFound):
        amplify_apps.get_backend_environment(TARGET, app_id, "missing")
