"""A push takes along what other features want in the backend: changed data rules, and functions' access."""

import io
import json
import zipfile

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import AuditEvent
from auth_import.models import CognitoLink, UnpushedUnlink
from auth_import.services import unlink
from data_authorization import services as data_rules
from data_authorization.models import DataModel
from deployments import preview_job, services, waiting
from deployments.finishing import services as finishing
from deployments.models import Deployment
from deployments.push_plan import PushPlan
from environments.models import Environment
from function_access.models import FunctionGrant
from jobs import lifecycle
from jobs.models import Status
from tests.auth_import.journeys import ACTOR, signed_in
from tests.auth_import.planted import Account
from tests.deployments import unlinking
from tests.deployments.planted_backends import ZIP, CloudBackend, plant
from tests.deployments.pushing import (
    DEATHS,
    ZIP_WRITE,
    any_choice,
    at,
    by_itself,
    environment_of,
    linked,
    previewed,
    previewing,
    pushed,
    pushing,
    watched_calls,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

RULE = "{ allow: public, operations: [read] }"
EDITORS = '{ allow: groups, groups: ["Editors"] }, '


def schema_path(backend: CloudBackend) -> str:
    return f"api/{backend.names.app}/schema.graphql"


def in_zip(backend: CloudBackend, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(backend.read(ZIP))) as archive:
        return archive.read(name).decode()


def drafted(environment: Environment, backend: CloudBackend, *, more: str = "") -> str:
    """A draft with a narrower rule, and `more` of them, made from the text in the cloud. The new text."""
    base = in_zip(backend, schema_path(backend))
    row = DataModel.objects.create(
        environment=environment,
        source=DataModel.Source.BACKEND,
        api=backend.names.app,
        api_name=backend.names.app,
        text=base,
        modes=[],
        read=timezone.now(),
        read_by_name="Sample",
    )
    text = base.replace("{ allow: public }", f"{more}{RULE}", 1)
    assert text != base
    data_rules.save(environment=row.environment, text=text, modes=[], words="Narrower.", actor=ACTOR, expected=0)
    return text


def granted(environment: Environment, function: str, state: str = "wanted") -> FunctionGrant:
    return FunctionGrant.objects.create(
        environment=environment,
        function=function,
        operations=["read"],
        actions=["cognito-idp:AdminGetUser"],
        user_pool_id="eu-north-1_x",
        state=state,
        changed_by_name="Sample",
    )


def test_data_rules_alone_are_pushed_where_nothing_is_linked(account: Account) -> None:
    backend = plant(account, kinds=["key-api"])
    environment = environment_of(backend)
    text = drafted(environment, backend)
    before = backend.everything()
    deployment = previewed(environment)
    plan = PushPlan.from_dict(deployment.document)
    assert (plan.change, plan.blocking, plan.parameters, plan.change_set) == ("data", (), (), "")
    assert [one.path for one in plan.files] == [schema_path(backend)]
    assert RULE in plan.files[0].diff
    assert pushing(deployment).status == Status.SUCCEEDED
    assert in_zip(backend, schema_path(backend)) == text
    after = backend.everything()
    assert {key for key in after if after[key] != before[key]} <= {"objects"}
    assert DataModel.objects.get(environment=environment).text == text
    assert not waiting.has_rules_waiting(environment)
    job = previewing(environment)
    assert job.status == Status.FAILED
    assert "nothing else waits" in job.error_words
    event = AuditEvent.objects.filter(action="deployments:push:finish").latest("pk")
    assert "Data access rules" in json.dumps(event.after)


def test_a_link_and_data_rules_and_a_functions_access_go_in_one_push(account: Account) -> None:
    backend = plant(account, kinds=["key-api", "function"])
    environment = environment_of(backend)
    linked(environment, any_choice(account))
    text = drafted(environment, backend)
    grant = granted(environment, "orderMailer")
    deployment = previewed(environment)
    plan = PushPlan.from_dict(deployment.document)
    assert plan.change == "import"
    assert len(plan.others) == 2
    assert pushing(deployment).status == Status.SUCCEEDED
    assert in_zip(backend, schema_path(backend)) == text
    template = in_zip(backend, "function/orderMailer/orderMailer-cloudformation-template.json")
    assert "cognito-idp:AdminGetUser" in template
    grant.refresh_from_db()
    assert grant.state == FunctionGrant.State.APPLIED
    assert CognitoLink.objects.get(environment=environment).pushed
    # The function itself was not deployed, so its nested stack still has no parameter for the pool: pushing newer
    # values must not give it one.
    CognitoLink.objects.filter(environment=environment).update(pushed=False)
    assert "UserPoolId" not in str(backend.nested_parameters()["functionorderMailer"])
    drafted_again = text.replace(RULE, RULE.replace("read", "read, update"), 1)
    data_rules.save(environment=environment, text=drafted_again, modes=[], words="Wider.", actor=ACTOR, expected=1)
    again = pushed(environment)
    assert PushPlan.from_dict(again.document).change == "data"
    assert CognitoLink.objects.get(environment=environment).pushed


def test_rules_made_from_another_text_are_refused_and_nothing_is_written(account: Account) -> None:
    backend = plant(account, kinds=["key-api"])
    environment = environment_of(backend)
    drafted(environment, backend)
    backend.laptop_push(**{schema_path(backend): "type Other @model @auth(rules: [{ allow: owner }]) { id: ID! }\n"})
    before = backend.everything()
    plan = PushPlan.from_dict(previewed(environment).document)
    assert "somebody pushed another" in str([one.observed for one in plan.blocking])
    assert backend.everything() == before


def test_a_draft_that_changed_after_the_preview_is_not_pushed(account: Account) -> None:
    backend = plant(account, kinds=["key-api"])
    environment = environment_of(backend)
    text = drafted(environment, backend)
    deployment = previewed(environment)
    data_rules.save(environment=environment, text=text + "\n", modes=[], words="Later.", actor=ACTOR, expected=1)
    before = backend.everything()
    job = pushing(deployment)
    assert (job.status, job.error_code) == (Status.FAILED, "ChangedSinceReview")
    assert backend.everything() == before


@pytest.mark.parametrize("death", DEATHS)
def test_a_push_of_rules_that_dies_is_finished_with_what_was_reviewed(account: Account, death: str) -> None:
    backend = plant(account, kinds=["key-api"])
    environment = environment_of(backend)
    text = drafted(environment, backend)
    deployment = previewed(environment)
    with watched_calls() as calls:
        calls.happen = at(ZIP_WRITE, 1, DEATHS[death])
        pushing(deployment)
    # Somebody goes on drafting while the push lies interrupted.
    data_rules.save(environment=environment, text=text + "\n", modes=[], words="Later.", actor=ACTOR, expected=1)
    assert by_itself(environment).status == Status.SUCCEEDED
    assert in_zip(backend, schema_path(backend)) == text
    assert DataModel.objects.get(environment=environment).text == text
    assert waiting.has_rules_waiting(environment)


def test_the_page_the_badge_and_the_review_say_what_waits(account: Account, client: Client) -> None:
    from tests.factories import make_cast

    backend = plant(account, kinds=["key-api", "function"])
    environment = environment_of(backend)
    client.force_login(make_cast(environment.project).owner)
    drafted(environment, backend)
    granted(environment, "orderMailer", state="revoked")
    address = f"/projects/{environment.project.slug}/{environment.name}/push/"
    page = client.get(address).content.decode()
    assert "A draft of data access rules and the access of 1 function wait to be pushed." in page
    assert client.get(address, headers={"accept": "application/json"}).json()["waits"]
    FunctionGrant.objects.all().delete()
    deployment = previewed(environment)
    review = client.get(deployment.get_absolute_url()).content.decode()
    assert "gets another schema.graphql" in review
    assert "amplify push --force" in review
    assert Deployment.objects.get(pk=deployment.pk).change_words == "Data access rules"
    assert waiting.has_rules_waiting(environment)
    assert not waiting.functions_waiting(environment)


def test_a_backend_that_was_pushed_with_these_rules_needs_no_push(account: Account) -> None:
    backend = plant(account, kinds=["key-api"])
    environment = environment_of(backend)
    text = drafted(environment, backend)
    backend.laptop_push(**{schema_path(backend): text})
    job = previewing(environment)
    assert job.status == Status.SUCCEEDED
    assert job.result["nothing"]
    assert not waiting.has_rules_waiting(environment)


def test_an_unlink_goes_along_with_the_access_it_was_beneath(account: Account) -> None:
    backend = plant(account, kinds=["function"])
    environment = environment_of(backend)
    linked(environment, any_choice(account))
    granted(environment, "orderMailer")
    pushed(environment)
    unlink(link=CognitoLink.objects.get(environment=environment), actor=ACTOR)
    assert PushPlan.from_dict(previewed(environment).document).blocking
    FunctionGrant.objects.update_or_create(
        environment=environment, function="orderMailer", defaults={"state": "revoked", "changed_by_name": "Sample"}
    )
    deployment = pushed(environment)
    assert PushPlan.from_dict(deployment.document).change == "unlink"
    template = in_zip(backend, "function/orderMailer/orderMailer-cloudformation-template.json")
    assert "AdminGetUser" not in template
    assert not FunctionGrant.objects.filter(environment=environment).exists()


def test_rules_that_the_compiler_would_refuse_are_not_pushed(account: Account) -> None:
    backend = plant(account, kinds=["key-api"])
    environment = environment_of(backend)
    text = drafted(environment, backend, more=EDITORS)
    # The API of this backend lets callers in by its key alone.
    DataModel.objects.filter(environment=environment).update(modes=["API_KEY"])
    data_rules.save(environment=environment, text=text, modes=["API_KEY"], words="Modes.", actor=ACTOR, expected=1)
    plan = PushPlan.from_dict(previewed(environment).document)
    (refused,) = plan.blocking
    assert refused.id == "backend.data-rules"
    assert "line 8: " in refused.observed
    modes = ["API_KEY", "AMAZON_COGNITO_USER_POOLS"]
    linked(environment, any_choice(account))
    data_rules.save(environment=environment, text=text, modes=modes, words="Modes.", actor=ACTOR, expected=2)
    deployment = previewed(environment)
    assert PushPlan.from_dict(deployment.document).blocking == ()
    assert pushing(deployment).status == Status.SUCCEEDED
    inputs = json.loads(in_zip(backend, f"api/{backend.names.app}/cli-inputs.json"))
    assert [one["mode"] for one in inputs["serviceConfiguration"]["additionalAuthTypes"]] == modes[1:]


def test_what_nobody_has_looked_at_is_not_pushed_by_the_job_that_finishes_an_unlink(account: Account) -> None:
    backend = plant(account, kinds=["key-api"])
    environment = environment_of(backend)
    linked(environment, any_choice(account))
    pushed(environment)
    base = in_zip(backend, schema_path(backend))
    drafted(environment, backend)
    unlink(link=CognitoLink.objects.get(environment=environment), actor=ACTOR)
    unlinked = UnpushedUnlink.objects.get(environment=environment)
    job = unlinking.run(finishing.start(unlinked, ACTOR, send=False))
    assert (job.status, job.error_words) == (Status.SUCCEEDED, "")
    assert not json.loads(backend.read("amplify-meta.json")).get("auth")
    assert in_zip(backend, schema_path(backend)) == base
    assert waiting.has_rules_waiting(environment)


def test_the_environments_own_page_says_that_a_draft_waits(account: Account) -> None:
    backend = plant(account, kinds=["key-api"])
    environment = environment_of(backend)
    linked(environment, any_choice(account))
    CognitoLink.objects.filter(environment=environment).update(pushed=True)
    member = signed_in(environment)
    assert "Not pushed" not in member.get(environment.get_absolute_url()).content.decode()
    drafted(environment, backend)
    assert "Not pushed" in member.get(environment.get_absolute_url()).content.decode()


def test_the_matrix_and_the_environments_page_count_what_waits_beside_auth(account: Account, client: Client) -> None:
    from tests.factories import make_cast

    backend = plant(account, kinds=["key-api"])
    environment = environment_of(backend)
    client.force_login(make_cast(environment.project).owner)
    page = client.get(environment.project.get_absolute_url()).content.decode()
    assert "1 to push" not in page
    drafted(environment, backend)
    page = client.get(environment.project.get_absolute_url()).content.decode()
    assert "1 to push" in page
    assert "Not pushed" in client.get(environment.get_absolute_url()).content.decode()


def test_a_push_that_leaves_rules_leaves_them_also_where_only_functions_are_left_to_push(account: Account) -> None:
    backend = plant(account, kinds=["key-api", "function"])
    environment = environment_of(backend)
    linked(environment, any_choice(account))
    grant = granted(environment, "orderMailer")
    pushed(environment)
    base = in_zip(backend, schema_path(backend))
    drafted(environment, backend)
    FunctionGrant.objects.filter(pk=grant.pk).update(state="revoked")
    job = services.start_preview(environment=environment, actor=ACTOR, send=False, leaves_rules=True)
    job = lifecycle.run_now(job, preview_job.preview)
    deployment = Deployment.objects.get(pk=job.result["deployment"])
    assert PushPlan.from_dict(deployment.document).change == "functions"
    job = pushing(deployment)
    assert job.status == Status.SUCCEEDED, (job.error_words, job.error_code)
    assert in_zip(backend, schema_path(backend)) == base
    assert waiting.has_rules_waiting(environment)
