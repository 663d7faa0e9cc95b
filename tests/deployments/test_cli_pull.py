"""What the console has pushed is pulled by the Amplify CLI without a question: held against a model of its own."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from amplify_files import team_provider_info
from auth_import import client_files
from auth_import.models import CognitoLink
from auth_import.preflight import context_of
from auth_import.services import unlink
from environments.models import Environment
from tests.auth_import.journeys import ACTOR
from tests.auth_import.planted import Account, choice_of
from tests.deployments.cli_pull import Cli, Laptop, PullFailed, aws_exports
from tests.deployments.planted_backends import CloudBackend, plant
from tests.deployments.pushing import any_choice, environment_of, linked, pushed

pytestmark = pytest.mark.django_db

CHOICES: dict[str, Callable[[Account], Any]] = {
    "good": lambda account: choice_of("good"),
    "planted": any_choice,
    "pool-only": lambda account: replace(any_choice(account), identity_pool_id=""),
    "mfa-on": lambda account: choice_of("mfa-on"),
}
BACKENDS = {
    "bare": (),
    "several": ("key-api", "storage", "function"),
    # In the order of the calendar, as `amplify add` leaves it: its amplify-meta.json is not alphabetical.
    "storage-first": ("storage", "key-api"),
}


def cli_of(backend: CloudBackend) -> Cli:
    return Cli(backend.account, backend.names.app_id, backend.names.environment)


def file_of(environment: Environment, name: str) -> str:
    """As the console serves it to whoever may read it."""
    link = CognitoLink.objects.select_related("environment__project").get(environment=environment)
    return client_files.text_of(link, client_files.generated_file(link, name), actor=ACTOR)


def values_of(text: str) -> Any:
    return json.loads(text.partition("= ")[2].partition(";\n")[0])


def order_of(text: str) -> list[str]:
    """The categories in the order in which their keys stand in the file."""
    prefixes = {"aws_appsync": "api", "aws_user_files": "storage", "aws_cognito": "auth"}
    found = [category for key in values_of(text) for prefix, category in prefixes.items() if key.startswith(prefix)]
    return list(dict.fromkeys(found))


@pytest.fixture
def imported(request: pytest.FixtureRequest, account: Account) -> tuple[CloudBackend, Environment]:
    kinds, choice = request.param
    backend = plant(account, kinds=BACKENDS[kinds])
    environment = environment_of(backend)
    linked(environment, CHOICES[choice](account))
    pushed(environment)
    return backend, environment


@pytest.mark.parametrize("imported", [("bare", "pool-only"), ("bare", "mfa-on")], indirect=True, ids="-".join)
def test_a_pull_into_an_empty_folder_asks_nothing(imported: tuple[CloudBackend, Environment]) -> None:
    assert_pulls(*imported)


def assert_pulls(backend: CloudBackend, environment: Environment) -> Laptop:
    """A pull into an empty folder, without and with `--yes`. Answers the latter's."""
    before = backend.everything()
    for yes in (False, True):
        laptop = cli_of(backend).pull(yes=yes)
        assert_pulled(laptop, backend, environment)
    assert backend.everything() == before
    return laptop


def assert_pulled(laptop: Laptop, backend: CloudBackend, environment: Environment) -> None:
    name, app = next(iter(laptop.meta["auth"])), backend.names.app
    assert (name, laptop.warnings) == (app, [])
    link = CognitoLink.objects.select_related("environment__project").get(environment=environment)
    ours = team_provider_info.block(link.auth_outputs, context_of(environment, link))
    assert list(laptop.parameters.items()) == list(ours.items())
    # What Cognito says now is what the zip holds, in the same order of keys.
    pulled = json.loads(laptop.files["amplify/#current-cloud-backend/amplify-meta.json"])
    assert list(laptop.meta["auth"][app]["output"].items()) == list(pulled["auth"][app]["output"].items())
    assert laptop.meta["auth"][app]["frontendAuthConfig"] == pulled["auth"][app]["frontendAuthConfig"]
    # The CLI makes meta anew from backend-config.json, whose categories are in the order of the alphabet.
    generated = file_of(environment, "aws-exports.js")
    assert laptop.exports == generated
    # What it has written before that, from the zip's meta, has the same keys.
    assert values_of(laptop.first_exports) == values_of(generated)
    assert order_of(laptop.first_exports) == [one for one in pulled if one in order_of(generated)]


@pytest.mark.parametrize("imported", [("storage-first", "planted")], indirect=True, ids="-".join)
def test_an_older_checkout_gets_the_keys_with_its_first_pull(imported: tuple[CloudBackend, Environment]) -> None:
    """It had no auth before, so the CLI does not initialise any and takes the zip's meta as it is, in its order."""
    backend, environment = imported
    fresh = assert_pulls(backend, environment)
    old = Laptop(
        files={f"amplify/backend/{name}": _bytes(body) for name, body in backend.files.items()},
        tpi=json.loads(backend.files["amplify-meta.json"])["providers"],
        meta=json.loads(backend.files["amplify-meta.json"]),
    )
    assert "aws_user_pools_id" not in aws_exports(old.meta, "eu-west-1")
    generated = file_of(environment, "aws-exports.js")
    assert order_of(generated) == ["api", "auth", "storage"]

    first = cli_of(backend).refresh(old)

    assert values_of(first.exports) == values_of(generated)
    assert order_of(first.exports) == ["auth", "storage", "api"]
    assert "auth" not in first.tpi["categories"]
    second = cli_of(backend).refresh(first)
    assert second.exports == first.exports
    assert second.parameters["userPoolId"] in second.exports
    # A laptop that began with an empty folder gets that order with its next pull.
    assert cli_of(backend).refresh(fresh).exports == first.exports


@pytest.mark.parametrize("imported", [("several", "good")], indirect=True, ids="-".join)
def test_a_checkout_that_had_auth_follows_a_swap_and_an_unlink(
    imported: tuple[CloudBackend, Environment], account: Account
) -> None:
    backend, environment = imported
    laptop = assert_pulls(backend, environment)

    other = account.plant().choice
    linked(environment, other)
    pushed(environment)
    # TPI on the laptop still has the old ids; an interactive pull takes those of the zip.
    laptop = cli_of(backend).refresh(laptop, yes=False)
    assert laptop.exports == file_of(environment, "aws-exports.js")
    assert laptop.parameters["userPoolId"] == other.user_pool_id

    unlink(link=CognitoLink.objects.get(environment=environment), actor=ACTOR)
    pushed(environment)
    laptop = cli_of(backend).refresh(laptop)
    for text in (laptop.exports, cli_of(backend).pull(yes=True).exports):
        keys = values_of(text)
        assert not [key for key in keys if "cognito" in key or "user_pools" in key or key in ("oauth",)]
        assert "aws_user_files_s3_bucket" in keys
    assert not [name for name in backend.parameters() if "_auth_" in name]


def test_a_pull_without_our_parameters_would_fail(account: Account) -> None:
    """The model is no yes-man: it misses what a push leaves out."""
    backend = plant(account)
    environment = environment_of(backend)
    linked(environment, any_choice(account))
    pushed(environment)
    names = sorted(backend.parameters())
    for start in range(0, len(names), 10):
        account.client("ssm").delete_parameters(Names=names[start : start + 10])

    with pytest.raises(PullFailed, match="userPoolId"):
        cli_of(backend).pull(yes=True)
    assert cli_of(backend).pull().exports == file_of(environment, "aws-exports.js")


def _bytes(body: str | bytes) -> bytes:
    return body.encode() if isinstance(body, str) else body
