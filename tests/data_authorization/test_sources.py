"""Where a data model can be read, and the groups its rules may name; everything against the pretend account."""

from itertools import count
from typing import Any

import pytest

from auth_import.models import CognitoLink
from auth_import.pickers import Unread
from aws.errors import AccessDenied, AwsError, NotFound, Rejected
from aws.sandbox.backends import shop_models
from aws.sandbox.backends.texts import json_text, zipped
from aws.sandbox.catalogue import GRAPHQL_API_ID, scenario
from aws.sandbox.catalogue_backends import LAB, SHOP, backend
from backend_state.document.problems import BackendProblem
from data_authorization import groups, sources
from environments.models import Environment
from tests.auth_import.planted import Account
from tests.factories import make_environment, make_link, make_outputs
from tests.sandbox_control import Sandbox

pytestmark = pytest.mark.django_db
_numbers = count(1)


@pytest.fixture
def account(sandbox: Sandbox) -> Account:
    return Account(sandbox.url)


def amplify(name: str, app: str = SHOP) -> Environment:
    """An environment of the sample account; only read here."""
    found = backend(name, app)
    fields: Any = {"app_id": found.app_id, "stack_name": found.stack_name, "deployment_bucket": found.deployment_bucket}
    return make_environment(name=name, kind="amplify", **fields)


def own_backend(account: Account, files: dict[str, Any], apis: tuple[str, ...]) -> Environment:
    """A backend of which there is nothing but the archive: all that is read of it."""
    bucket = f"data-sources-{next(_numbers)}-deployment"
    s3 = account.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": account.region})
    meta = {"api": {name: {"service": "AppSync", "output": {}} for name in apis}}
    body = zipped({"amplify-meta.json": json_text(meta), "backend-config.json": "{}", **files})
    s3.put_object(Bucket=bucket, Key="#current-cloud-backend.zip", Body=body)
    return make_environment(name="own", kind="amplify", app_id="down", stack_name="own", deployment_bucket=bucket)


def test_the_backend_s_schema_is_read_character_by_character(sandbox: Sandbox) -> None:
    environment = amplify("staging")
    (offer,) = sources.backend_offers(environment)
    found = sources.read_backend(environment, offer.id)

    assert (offer.name, offer.refusal) == (SHOP, "")
    assert found.text == shop_models.written(signed_in=True)
    assert found.modes == offer.modes == ("AMAZON_COGNITO_USER_POOLS",)
    assert (found.source, found.api, found.is_compiled) == ("backend", SHOP, False)


def test_several_apis_are_offered_and_those_that_cannot_be_read_say_why(account: Account) -> None:
    text = "\ufefftype A @model {\r\n\tid: ID! # 🐘\r\n}"
    files = {
        "api/one/schema.graphql": text.encode(),
        "api/two/schema/a.graphql": "type A { id: ID }",
        "api/latin/schema.graphql": "# ü".encode("latin-1"),
    }
    environment = own_backend(account, files, ("one", "two", "three", "latin"))
    offers = {one.name: one.refusal for one in sources.backend_offers(environment)}

    assert offers["one"] == ""
    assert "several files" in offers["two"]
    assert "no api/three/schema.graphql" in offers["three"]
    assert sources.read_backend(environment, "one").text == text
    for name, code in (("two", "NoSchema"), ("missing", "NoApi"), ("three", "NoSchema"), ("latin", "NotUtf8")):
        with pytest.raises(BackendProblem) as caught:
            sources.read_backend(environment, name)
        assert caught.value.code == code
        assert caught.value.next_step


@pytest.mark.parametrize(("name", "expected"), [("foreign", ()), ("notazip", "NotAZip"), ("nobucket", "NoSuchBucket")])
def test_a_backend_without_an_api_has_none_and_a_broken_one_says_so(
    sandbox: Sandbox, name: str, expected: object
) -> None:
    environment = amplify(name, LAB)
    if expected == ():
        assert sources.backend_offers(environment) == ()
        return
    with pytest.raises((BackendProblem, AwsError)) as caught:
        sources.backend_offers(environment)
    assert caught.value.code  # type: ignore[attr-defined]


def test_apis_of_appsync_that_let_the_linked_pool_in_come_first(account: Account) -> None:
    environment = make_environment()
    make_link(environment, outputs=make_outputs(user_pool_id=scenario("good").pool_id))
    appsync = account.client("appsync")
    made = [
        appsync.create_graphql_api(name=f"aaa-{n:02}", authenticationType="API_KEY")["graphqlApi"]["apiId"]
        for n in range(sources.ROWS + 1)
    ]
    found = sources.appsync_offers(environment)
    named = sources.appsync_offers(environment, search="AAA-0")
    for api_id in made:
        appsync.delete_graphql_api(apiId=api_id)

    first = [one for one in found.rows if one.lets_in_linked_pool]
    assert GRAPHQL_API_ID in {one.id for one in first}
    assert found.rows[: len(first)] == tuple(first)
    assert (len(found.rows), found.more) == (sources.ROWS, 2 * sources.ROWS)
    assert found.total >= len(made) + 1
    assert {one.name for one in named.rows} == {f"aaa-{n:02}" for n in range(10)}


def test_a_compiled_schema_is_rebuilt_and_says_so(sandbox: Sandbox) -> None:
    found = sources.read_appsync(make_environment(), GRAPHQL_API_ID)

    assert (found.source, found.api_name, found.is_compiled) == ("appsync", "shop-orders", True)
    assert found.modes == ("AMAZON_COGNITO_USER_POOLS", "API_KEY")
    assert "type Product @model" in found.text
    assert "@auth" not in found.text


def test_an_api_that_is_gone_or_bare_is_an_error_of_aws(account: Account) -> None:
    environment = make_environment()
    bare = account.client("appsync").create_graphql_api(name="bare", authenticationType="API_KEY")["graphqlApi"]
    with pytest.raises(NotFound):
        sources.read_appsync(environment, "missing")
    with pytest.raises(Rejected):
        sources.read_appsync(environment, bare["apiId"])


# --- Groups ---


def linked(account: Account, *names: str) -> Environment:
    cognito = account.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName=f"groups-{next(_numbers)}")["UserPool"]["Id"]
    for name in names:
        cognito.create_group(UserPoolId=pool, GroupName=name)
    environment = make_environment()
    make_link(environment, outputs=make_outputs(user_pool_id=pool))
    return environment


def test_groups_are_read_to_the_end_and_not_asked_for_at_every_keystroke(account: Account, sandbox: Sandbox) -> None:
    names = [f"g{n:03}" for n in range(62)]
    environment = linked(account, *reversed(names), "Alpha")

    assert groups.groups_of_pool(environment) == ["Alpha", *names]
    groups.groups_of_pool(environment)
    assert len(sandbox.calls("ListGroups")) == 2


def test_a_pool_with_too_many_groups_for_one_request_is_read_on(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = linked(account, *(f"g{n:03}" for n in range(62)))
    monkeypatch.setattr(groups, "READ_SECONDS", -1.0)
    first = groups.groups_of_pool(environment)
    second = groups.groups_of_pool(environment)

    assert isinstance(first, Unread)
    assert first.code == "NotAllRead"
    assert isinstance(second, list)
    assert len(second) == 62


def test_groups_that_are_not_known_say_why(sandbox: Sandbox) -> None:
    unlinked = groups.groups_of_pool(make_environment())
    environment = make_environment()
    make_link(environment, outputs=make_outputs(user_pool_id=scenario("good").pool_id))
    sandbox.fail("ListGroups", kind="fail", code="AccessDeniedException")
    denied = groups.groups_of_pool(environment)

    assert isinstance(unlinked, Unread)
    assert unlinked.code == "NotLinked"
    assert isinstance(denied, Unread)
    assert (denied.code, denied.action) == ("AccessDeniedException", "cognito-idp:ListGroups")


def test_a_group_is_empty_when_nobody_is_in_it_and_unknown_ones_are_not(account: Account, sandbox: Sandbox) -> None:
    environment = linked(account, "Full", "Empty")
    pool = CognitoLink.objects.get(environment=environment).user_pool_id
    cognito = account.client("cognito-idp")
    cognito.admin_create_user(UserPoolId=pool, Username="somebody", MessageAction="SUPPRESS")
    cognito.admin_add_user_to_group(UserPoolId=pool, Username="somebody", GroupName="Full")

    assert groups.empty_groups(environment, ["Full", "Empty", "Gone"]) == {"Empty"}
    groups.empty_groups(environment, ["Empty", "Full"])
    assert len(sandbox.calls("ListUsersInGroup")) == 3
    assert groups.empty_groups(make_environment(), ["Any"]) == frozenset()


def test_a_group_that_cannot_be_asked_about_is_not_called_empty(account: Account, sandbox: Sandbox) -> None:
    environment = linked(account, "Empty")
    sandbox.fail("ListUsersInGroup", kind="fail", code="AccessDeniedException")

    with pytest.raises(AccessDenied):
        groups.empty_groups(environment, ["Empty"])
