"""The authorization modes of a GraphQL API, as `amplify update api` would write them (section 8.1)."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend_state.document.api_modes import EditApiModes, modes_of
from backend_state.document.changes import applied
from backend_state.document.problems import BackendProblem
from backend_state.document.root_template import changed as root_changed
from backend_state.document.state import ROOT_STACK, BackendDocument
from tests.backend_state.backends import ON_AUTH, Parts, add_graphql, add_rest, text
from tests.backend_state.samples import AUTH_ROLE, IMPORT, MOMENT, POOL_ID
from tests.backend_state.test_golden_changes import difference
from tests.backend_state.zips import streamed

POOLS, KEY, IAM, OIDC, LAMBDA = (
    "AMAZON_COGNITO_USER_POOLS", "API_KEY", "AWS_IAM", "OPENID_CONNECT", "AWS_LAMBDA",
)  # fmt: skip
FOLDER = "api/shopapi/"
POOL_MODE = {"mode": POOLS, "cognitoUserPoolId": "authshop"}
KEY_MODE = {"mode": KEY, "expirationTime": 30, "keyDescription": "for guests"}
LAMBDA_MODE = {"mode": LAMBDA, "lambdaFunction": "shopauthorizer", "ttlSeconds": "300"}
KEY_PROVIDER = {"authenticationType": KEY, "apiKeyConfig": {"apiKeyExpirationDays": 30, "description": "for guests"}}
OIDC_PROVIDER = {
    "authenticationType": OIDC,
    "openIDConnectConfig": {"name": "first", "issuerUrl": "https://id.example"},
}
LAMBDA_PROVIDER = {
    "authenticationType": LAMBDA,
    "lambdaAuthorizerConfig": {"lambdaFunction": "shopauthorizer", "ttlSeconds": "300"},
}


def backend(
    *others: dict[str, Any],
    default: dict[str, Any] | None = None,
    linked: bool = True,
    change: Callable[[dict[str, Any]], None] | None = None,
) -> BackendDocument:
    """An API with a user pool and a key, or with the providers given; what the CLI asked lies beside it."""
    to = Parts(linked=linked)
    add_graphql(to)
    add_rest(to)
    entry = to.meta["api"]["shopapi"]
    config = entry["output"]["authConfig"]
    config["defaultAuthentication"] = default or config["defaultAuthentication"]
    config["additionalAuthenticationProviders"] = (
        list(others) if default or others else config["additionalAuthenticationProviders"][:1]
    )
    if change:
        change(entry)
    to.config["api"]["shopapi"] |= {"output": {"authConfig": copy.deepcopy(config)}, "dependsOn": entry["dependsOn"]}
    modes = (
        [one["authenticationType"] for one in (config["defaultAuthentication"], *others)] if others or default else []
    )
    inputs = [KNOWN_INPUTS.get(one, {"mode": one}) for one in modes] or [POOL_MODE, KEY_MODE]
    service = {"apiName": "shopapi", "serviceName": "AppSync", "defaultAuthType": inputs[0]}
    to.files[f"{FOLDER}cli-inputs.json"] = text(
        {"version": 1, "serviceConfiguration": service | ({"additionalAuthTypes": inputs[1:]} if inputs[1:] else {})}
    )
    return BackendDocument.parse(streamed(to.all()))


KNOWN_INPUTS = {POOLS: POOL_MODE, KEY: KEY_MODE, LAMBDA: LAMBDA_MODE}


def changed(document: BackendDocument, *modes: str, **more: Any) -> BackendDocument:
    after = applied(document, EditApiModes("shopapi", modes, **more))
    assert BackendDocument.parse(after.render(MOMENT)).meta == after.meta
    return after


def providers(document: BackendDocument, whole: str = "meta") -> list[Any]:
    config = getattr(document, whole)["api"]["shopapi"]["output"]["authConfig"]
    return [config["defaultAuthentication"], *config["additionalAuthenticationProviders"]]


def inputs(document: BackendDocument) -> list[Any]:
    service = document.json(f"{FOLDER}cli-inputs.json")["serviceConfiguration"]
    return [service["defaultAuthType"], *service.get("additionalAuthTypes", [])]


MODES = [
    (POOLS,), (KEY,), (IAM,), (POOLS, KEY), (KEY, POOLS), (POOLS, IAM), (IAM, POOLS, KEY), (KEY, IAM),
    (POOLS, KEY, IAM),
]  # fmt: skip


@pytest.mark.parametrize("modes", MODES, ids="+".join)
def test_modes_are_written_to_every_file_that_says_them(modes: tuple[str, ...]) -> None:
    document = backend()
    after = changed(document, *modes, base=(POOLS, KEY))
    assert modes_of(after, "shopapi") == modes
    for whole in ("meta", "config"):
        assert [one["authenticationType"] for one in providers(after, whole)] == list(modes)
        depends = getattr(after, whole)["api"]["shopapi"]["dependsOn"]
        assert depends == ([ON_AUTH] if POOLS in modes else [])
    assert [one["mode"] for one in inputs(after)] == list(modes)
    parameters = after.json(f"{FOLDER}parameters.json")
    assert ("AuthCognitoUserPoolId" in parameters) == (POOLS in modes)
    # The key that is there keeps its days and its words.
    assert KEY not in modes or KEY_MODE in inputs(after)
    # What is deployed stays as it is until the API is deployed again.
    for name in (ROOT_STACK, f"{FOLDER}build/parameters.json", f"{FOLDER}schema.graphql"):
        assert after.read(name) == document.read(name)


@pytest.mark.parametrize("modes", MODES, ids="+".join)
def test_going_there_and_back_says_what_was_said_before(modes: tuple[str, ...]) -> None:
    document = backend()
    back = changed(changed(document, *modes), POOLS, KEY)
    assert modes_of(back, "shopapi") == (POOLS, KEY)
    assert back.meta["api"]["shopapi"]["dependsOn"] == [ON_AUTH]
    assert back.json(f"{FOLDER}parameters.json") == document.json(f"{FOLDER}parameters.json")


def test_the_same_modes_change_no_byte() -> None:
    document = backend()
    assert changed(document, POOLS, KEY) is document


def test_what_adding_iam_and_a_default_key_changes_line_by_line() -> None:
    document = backend(default={"authenticationType": KEY, "apiKeyConfig": {"apiKeyExpirationDays": 30}})
    after = changed(document, IAM, KEY, POOLS)
    golden = Path(__file__).parent / "golden_modes" / "iam_key_pools.diff"
    assert difference(document, after) == golden.read_text(encoding="utf-8")


def test_an_imported_pool_stands_by_its_id_in_the_meta_and_by_its_name_elsewhere() -> None:
    after = changed(backend(default=KEY_PROVIDER), KEY, POOLS)
    assert providers(after)[1]["userPoolConfig"] == {"userPoolId": POOL_ID}
    assert providers(after, "config")[1]["userPoolConfig"] == {"userPoolId": "authshop"}
    assert inputs(after)[1] == POOL_MODE
    reference = {"Fn::GetAtt": ["authshop", "Outputs.UserPoolId"]}
    assert after.json(f"{FOLDER}parameters.json")["AuthCognitoUserPoolId"] == reference


def test_modes_that_need_more_are_kept_as_they_are_and_never_added() -> None:
    document = backend(LAMBDA_PROVIDER, OIDC_PROVIDER, {**OIDC_PROVIDER, "openIDConnectConfig": {"name": "second"}})
    after = changed(document, LAMBDA, OIDC, IAM)
    assert [one["authenticationType"] for one in providers(after)] == [LAMBDA, OIDC, OIDC, IAM]
    assert providers(after)[0] == LAMBDA_PROVIDER
    assert inputs(after)[0] == LAMBDA_MODE
    for mode in (LAMBDA, OIDC, "AWS_FUTURE"):
        with pytest.raises(BackendProblem) as refused:
            changed(backend(), POOLS, mode)
        assert refused.value.code == "ModeNeedsCommand"
        assert "amplify update api" in refused.value.next_step


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (EditApiModes("nothere", (KEY,)), "NoApi"),
        (EditApiModes("orders", (KEY,)), "NoApi"),
        (EditApiModes("shopapi", (KEY,), base=(KEY,)), "ModesChanged"),
        (EditApiModes("shopapi", (KEY,), base=(KEY, POOLS)), "ModesChanged"),
    ],
)
def test_what_the_backend_does_not_allow(change: EditApiModes, code: str) -> None:
    with pytest.raises(BackendProblem) as refused:
        applied(backend(), change)
    assert refused.value.code == code
    assert refused.value.next_step


def test_a_user_pool_needs_an_auth_resource() -> None:
    with pytest.raises(BackendProblem) as refused:
        changed(backend(default=KEY_PROVIDER, linked=False), KEY, POOLS)
    assert refused.value.code == "NoUserPool"


@pytest.mark.parametrize("modes", [(), (KEY, KEY)])
def test_no_default_and_a_mode_twice_are_errors_of_the_program(modes: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="one default mode"):
        applied(backend(), EditApiModes("shopapi", modes))


def test_a_dependency_on_more_than_the_pool_stays() -> None:
    more = {**ON_AUTH, "attributes": ["UserPoolId", "AppClientIDWeb"]}
    function = {"category": "function", "resourceName": "report", "attributes": ["Arn"]}
    document = backend(change=lambda entry: entry.update(dependsOn=[function, more]))
    assert changed(document, KEY).meta["api"]["shopapi"]["dependsOn"] == [function, more]


@pytest.mark.parametrize(
    "strange", [{}, {"output": None}, {"output": {"authConfig": []}}, {"output": {"authConfig": {"x": 1}}}]
)
def test_an_api_that_says_nothing_of_its_modes_can_be_told(strange: dict[str, Any]) -> None:
    def say(entry: dict[str, Any]) -> None:
        entry.pop("output")
        entry.update(strange)

    to = Parts(linked=True)
    add_graphql(to)
    say(to.meta["api"]["shopapi"])
    document = BackendDocument.parse(streamed(to.all()))
    assert modes_of(document, "shopapi") == ()
    assert modes_of(changed(document, KEY, POOLS), "shopapi") == (KEY, POOLS)


def test_an_older_api_is_told_whether_to_make_a_key() -> None:
    document = backend()
    for modes, wanted in (((POOLS,), 0), ((POOLS, KEY), 1), ((KEY,), 1)):
        parameters = {**document.json(f"{FOLDER}parameters.json"), "CreateAPIKey": 1}
        older = document.with_json(f"{FOLDER}parameters.json", parameters)
        assert changed(older, *modes).json(f"{FOLDER}parameters.json")["CreateAPIKey"] == wanted


def test_a_pool_that_is_not_deployed_yet_is_no_parameter_of_the_deployed_stack() -> None:
    """CloudFormation refuses a parameter that the template of the nested stack does not have."""
    to = Parts(linked=True)
    add_graphql(to)
    for name in ("parameters.json", "build/parameters.json"):
        to.files[f"{FOLDER}{name}"] = text({"AppSyncApiName": "shopapi"})
    to.meta["api"]["shopapi"]["output"]["authConfig"] = {"defaultAuthentication": KEY_PROVIDER}
    del to.resources["apishopapi"]["Properties"]["Parameters"]["AuthCognitoUserPoolId"]
    document = changed(BackendDocument.parse(streamed(to.all())), KEY, POOLS)
    template = root_changed(document.json(ROOT_STACK), document, IMPORT.imported, deployed=True)
    parameters = template["Resources"]["apishopapi"]["Properties"]["Parameters"]
    assert "AuthCognitoUserPoolId" not in parameters
    assert parameters["authRoleName"] == AUTH_ROLE
