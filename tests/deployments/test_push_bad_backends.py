"""Backends that are broken, busy or odd: what is wrong is said in the preview, and nothing is written."""

from typing import Any

import pytest

from aws.sandbox.catalogue_backends import LAB, backend
from deployments import services
from deployments.models import Deployment, Phase
from jobs.models import Status
from tests.auth_import.journeys import ACTOR
from tests.auth_import.planted import Account
from tests.deployments.planted_backends import CloudBackend
from tests.deployments.pushing import (
    any_choice,
    environment_of,
    linked,
    previewed,
    previewing,
    pushed,
    watched_calls,
)

pytestmark = pytest.mark.django_db

REFUSED = {
    "notazip": "is not a zip archive",
    "zipbomb": "far more than a backend is",
    "dotdot": "unpacked elsewhere",
    "nometa": "amplify-meta.json",
    "managed": "manages itself",
    "twoauths": "2 auth resources",
    "underscore": "_",
    "nobucket": "no longer exists",
    "elsewhere": "is not in eu-west-1",
    "stuck": "UPDATE_ROLLBACK_FAILED",
    "busy": "deploying",
}


def lab(account: Account, name: str) -> CloudBackend:
    return CloudBackend(account, backend(name, LAB))


def state_of(cloud: CloudBackend, account: Account) -> Any:
    """What can be compared, whichever part of it is missing."""
    names = cloud.names
    whole: dict[str, Any] = {"parameters": cloud.parameters(), "template": cloud.template(), "status": cloud.status()}
    if names.environment == "nobucket":
        return whole
    region = "us-east-1" if names.environment == "elsewhere" else account.region
    return whole | {"objects": CloudBackend(Account(account.url, region), names).objects()}


@pytest.mark.parametrize("name", REFUSED)
def test_a_backend_that_cannot_be_pushed_says_why_and_is_left_alone(account: Account, name: str) -> None:
    cloud = lab(account, name)
    environment = environment_of(cloud)
    linked(environment, any_choice(account))
    before = state_of(cloud, account)

    with watched_calls() as calls:
        deployment = previewed(environment)

    failing = [one for one in deployment.document["findings"] if one["severity"] == "fail"]
    assert failing, name
    assert all(one["cure"]["text"] for one in failing)
    told = " ".join(one["observed"] for one in failing)
    assert REFUSED[name] in told
    with pytest.raises(services.NotPossible, match="do not allow"):
        services.start_push(deployment=deployment, actor=ACTOR, send=False)
    assert state_of(cloud, account) == before
    assert not [one for one in calls.made if one.partition(":")[2].startswith(("Put", "Delete", "Create", "Execute"))]


@pytest.mark.parametrize("name", ["versioned", "foreign"])
def test_an_odd_but_healthy_backend_is_pushed_and_taken_back_byte_by_byte(account: Account, name: str) -> None:
    from auth_import.services import unlink

    cloud = lab(account, name)
    environment = environment_of(cloud)
    before, archive = cloud.bodies(), cloud.read("#current-cloud-backend.zip")
    linked(environment, any_choice(account))

    assert pushed(environment).phase == Phase.APPLIED
    unlink(link=environment.cognito_link, actor=ACTOR)
    assert pushed(environment).phase == Phase.APPLIED

    now = cloud.bodies()
    # An unlink leaves auth there, empty, as the Amplify CLI does; nothing else tells that there ever was any.
    assert now.keys() == before.keys()
    differing = {key for key in now if now[key] != before[key]}
    assert differing <= {
        "#current-cloud-backend.zip",
        "amplify-meta.json",
        "backend-config.json",
        "studio-backend/amplify-meta.json",
        "studio-backend/backend-config.json",
    }
    for key, body in {"#current-cloud-backend.zip": archive, **before}.items():
        cloud.write(key, body)


def test_storage_for_guests_refuses_a_user_pool_alone(account: Account) -> None:
    cloud = lab(account, "needspool")
    environment = environment_of(cloud)
    linked(environment, account.plant().user_pool_only)
    before = cloud.objects()

    deployment = previewed(environment)

    (failing,) = [one for one in deployment.document["findings"] if one["severity"] == "fail"]
    assert failing["id"] == "backend.requirements"
    assert "storage/photos" in failing["affects"]
    with pytest.raises(services.NotPossible):
        services.start_push(deployment=deployment, actor=ACTOR, send=False)
    assert cloud.objects() == before


@pytest.mark.parametrize("operation", ["GetParametersByPath", "GetBackendEnvironment", "GetTemplate"])
def test_a_backend_that_is_throttled_now_is_previewed_later(account: Account, sandbox: Any, operation: str) -> None:
    cloud = lab(account, "versioned")
    environment = environment_of(cloud)
    linked(environment, any_choice(account))
    sandbox.fail(operation, kind="fail", code="ThrottlingException", status=400)

    job = previewing(environment)

    assert (job.status, job.error_code) == (Status.FAILED, "ThrottlingException")
    assert job.error_next_step
    assert not Deployment.objects.exists()
