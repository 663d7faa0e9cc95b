"""What a push cannot mend by itself is told before it: functions that name a pool, older checkouts, SSM astray."""

from typing import Any

import pytest

from aws.sandbox.catalogue_backends import backend
from backend_state import known
from deployments import planning
from deployments.push_plan import PushPlan
from deployments.source_bundle import read
from environments.models import Environment
from tests.auth_import.planted import Account, choice_of
from tests.deployments.planted_backends import plant
from tests.deployments.pushing import environment_of, linked, previewed, pushed

pytestmark = pytest.mark.django_db


def findings_of(environment: Environment) -> dict[str, Any]:
    plan = PushPlan.from_dict(previewed(environment).document)
    return {one.id: one for one in plan.findings}


@pytest.fixture
def staging(sandbox: Any) -> Environment:
    """Its function was given access to the imported pool by the CLI, which wrote the pool's id into the policy."""
    from tests.factories import make_environment, make_project

    names = backend("staging")
    return make_environment(
        make_project(names.app),
        names.environment,
        kind="amplify",
        app_id=names.app_id,
        app_name=names.app,
        stack_name=names.stack_name,
        deployment_bucket=names.deployment_bucket,
    )


def test_an_exchange_of_resources_names_functions_and_checkouts(staging: Environment) -> None:
    linked(staging, choice_of("mfa-on"))
    found = findings_of(staging)
    functions, checkouts = found["backend.function-policies"], found["backend.older-checkouts"]
    assert (functions.severity, checkouts.severity) == ("warn", "warn")
    assert "function/orderMailer" in functions.observed
    assert choice_of("good").user_pool_id in functions.observed
    assert "amplify update function" in functions.cure.command
    assert choice_of("mfa-on").user_pool_id in checkouts.cure.command
    assert checkouts.cure.command.startswith("amplify pull --yes --categories '{")


def test_a_first_import_says_what_older_checkouts_do(sandbox: Any) -> None:
    environment = environment_of(plant(Account(sandbox.url), kinds=("storage",)))
    linked(environment, choice_of("good"))
    found = findings_of(environment)
    assert found["backend.older-checkouts"].severity == "info"
    assert found["backend.function-policies"].severity == "pass"


def test_login_providers_of_other_resources_do_not_stay_behind(sandbox: Any) -> None:
    account = Account(sandbox.url)
    cloud = plant(account, kinds=("storage",))
    environment = environment_of(cloud)
    google = f"{cloud.path}/AMPLIFY_auth_{cloud.names.app}_googleClientId"
    linked(environment, choice_of("good"))
    pushed(environment)
    assert google in cloud.parameters()
    linked(environment, choice_of("mfa-on"))
    pushed(environment)
    assert google not in cloud.parameters()
    assert "googleClientId" not in cloud.read("backend-config.json").decode()


def test_a_pool_in_ssm_that_the_backend_does_not_have_is_told(sandbox: Any) -> None:
    cloud = plant(Account(sandbox.url))
    environment = environment_of(cloud)
    linked(environment, choice_of("good"))
    pushed(environment)
    cloud.put_parameter(f"{cloud.path}/AMPLIFY_auth_{cloud.names.app}_userPoolId", '"eu-west-1_Older0001"')
    state, row = planning.read(environment).state, known.known(environment)
    assert state is not None
    assert row is not None
    told = " ".join(known.differences(row.pushed, known.facts_of(state)))
    assert "SSM names the user pool eu-west-1_Older0001" in told
    assert "Push again" in told


def test_configuration_has_categories_in_the_order_of_a_pull_into_an_empty_folder(sandbox: Any) -> None:
    """Such a pull makes meta anew from backend-config.json, whose keys are sorted."""
    cloud = plant(Account(sandbox.url), kinds=("storage", "key-api", "function"))
    environment = environment_of(cloud)
    linked(environment, choice_of("good"))
    pushed(environment)
    document = read(environment)
    assert list(known.categories_of(document)) == ["api", "auth", "function", "storage"]
    row = known.known(environment)
    assert row is not None
    assert list(row.backend_meta) == ["api", "auth", "function", "storage"]
