"""What a push leaves in the database and in the logs: never a secret, and the kept copies only encrypted."""

import json
import logging
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers

from auth_import.services import unlink
from backend_state import kept
from backend_state.models import KeptFile, KeptPart
from jobs.models import Status
from tests.auth_import.journeys import ACTOR
from tests.auth_import.planted import Account, Planted
from tests.deployments.planted_backends import ZIP, CloudBackend, plant, upload
from tests.deployments.pushing import (
    DEATHS,
    FAULTS,
    any_choice,
    at,
    by_itself,
    environment_of,
    linked,
    previewed,
    pushing,
    watched_calls,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def every_line(caplog: pytest.LogCaptureFixture) -> None:
    """Everything that is logged; the SDK's own wire log is no log of the console's, and stays off in it."""
    caplog.set_level(logging.DEBUG)
    for name in ("botocore", "boto3", "urllib3"):
        caplog.set_level(logging.INFO, logger=name)


def rows() -> str:
    """Every row of every table, as text."""
    models = [model for model in apps.get_models() if model._meta.managed]
    return "\n".join(serializers.serialize("json", model._default_manager.all()) for model in models)


def with_secretive_function(backend: CloudBackend) -> None:
    """A function of the backend is given the native client's secret, by a parameter of its nested stack."""
    app = backend.names.app
    needs = [{"category": "auth", "resourceName": app, "attributes": ["UserPoolId", "AppClientSecret"]}]
    files = dict(backend.files)
    for name in ("amplify-meta.json", "backend-config.json"):
        content = json.loads(files[name])
        content["function"]["orderMailer"]["dependsOn"] = needs
        files[name] = json.dumps(content, indent=2)
    template = json.loads(json.dumps(backend.template()))
    nested = template["Resources"]["functionorderMailer"]["Properties"]
    key = nested["TemplateURL"].partition(f"{backend.bucket}/")[2]
    inner = json.loads(backend.read(key))
    for attribute in ("UserPoolId", "AppClientSecret"):
        inner["Parameters"][f"auth{app}{attribute}"] = {"Type": "String", "Default": "none", "NoEcho": True}
        nested["Parameters"][f"auth{app}{attribute}"] = "none"
    backend.write(key, json.dumps(inner))
    backend.deploy(template)
    upload(backend, files)


def test_no_row_and_no_line_of_a_push_holds_a_secret(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    planted: Planted = account.plant()
    backend = plant(account, kinds=("function",))
    with_secretive_function(backend)
    old = backend.everything()
    environment = environment_of(backend)
    linked(environment, planted.choice)
    deployment = previewed(environment)
    nested = deployment.document["nested"]["functionorderMailer"]
    assert f"auth{backend.names.app}AppClientSecret" in nested
    secret = planted.secret

    # Refused and undone, then in full, then the other way round: the secret is in what was there before.
    with watched_calls() as calls:
        calls.happen = at("s3:PutObject amplify-meta.json", 1, FAULTS["denied"])
        assert pushing(deployment).status == Status.FAILED
    assert backend.everything() == old
    deployment = previewed(environment)
    assert pushing(deployment).status == Status.SUCCEEDED
    assert secret.encode() in backend.read("amplify-meta.json")
    parameters = backend.client("cloudformation").get_template(StackName=backend.names.stack_name)["TemplateBody"]
    assert secret in json.dumps(parameters)
    assert secret not in rows()

    linked(environment, any_choice(account))
    previewed(environment)

    assert secret not in rows()
    assert secret not in caplog.text


def test_the_kept_copies_are_encrypted_and_go_with_the_push(account: Account) -> None:
    planted: Planted = account.plant()
    backend = plant(account)
    environment = environment_of(backend)
    linked(environment, planted.choice)
    assert pushing(previewed(environment)).status == Status.SUCCEEDED
    unlink(link=environment.cognito_link, actor=ACTOR)
    deployment = previewed(environment)

    with watched_calls() as calls:
        calls.happen = at("s3:PutObject amplify-meta.json", 1, DEATHS["after"])
        pushing(deployment)

    assert kept.get(deployment.kept_as, ZIP) is not None
    copied = kept.get(deployment.kept_as, "amplify-meta.json")
    assert copied is not None
    assert planted.secret.encode() in copied
    content = b"".join(bytes(part.content) for part in KeptPart.objects.all())
    assert planted.secret.encode() not in content
    assert planted.choice.user_pool_id.encode() not in content
    assert planted.secret not in rows()

    by_itself(environment)

    assert not KeptFile.objects.exists()
    assert not KeptPart.objects.exists()


def test_a_leftover_parameter_that_sounds_secret_is_not_shown(account: Account) -> None:
    backend = plant(account)
    environment = environment_of(backend)
    linked(environment, any_choice(account))
    name = f"{backend.path}/AMPLIFY_auth_{backend.names.app}_hostedUIProviderCreds"
    backend.put_parameter(name, '"leftover of somebody"')
    old = backend.everything()

    deployment = previewed(environment)

    assert "leftover of somebody" not in rows()
    with watched_calls() as calls:
        calls.happen = at("ssm:DeleteParameters", 1, FAULTS["unheard"])
        assert pushing(deployment).status == Status.FAILED
    assert backend.everything() == old
    assert pushing(previewed(environment)).status == Status.SUCCEEDED
    assert name not in backend.parameters()
    assert "leftover of somebody" not in rows()


def test_a_large_backend_is_kept_in_pieces(db: Any) -> None:
    body = bytes(range(256)) * 10_000

    kept.keep("push-1", {ZIP: body, "absent": None, "empty": b""})

    assert KeptPart.objects.filter(file__name=ZIP).count() == 3
    assert kept.get("push-1", ZIP) == body
    assert kept.get("push-1", "absent") is None
    assert kept.get("push-1", "empty") == b""
    assert kept.owners() == ("push-1",)
    kept.forget("push-1")
    assert kept.owners() == ()
    with pytest.raises(KeyError):
        kept.get("push-1", ZIP)
