"""The pages about functions of an Amplify environment: what they say, what they keep, and whom they let."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor
from auth_import.models import CognitoLink
from backend_state import known
from backend_state.document.state import BackendDocument
from backend_state.models import KnownBackend
from backend_state.store import CloudState
from environments.permissions import Role
from function_access import services
from function_access.models import FunctionGrant
from tests.auth_import.journeys import address, audited, bearer, signed_in
from tests.backend_state.backends import Parts, function_template, text
from tests.backend_state.samples import POOL_ID
from tests.deployments.reading_pages import buttons, get, main_of
from tests.factories import make_user
from tests.function_access.in_a_bucket import ZIP, InBucket, functions, planted

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true"}


def path(backend: InBucket, page: str = "function", function: str = "report", query: str = "") -> str:
    more = {} if page == "functions" else {"function": function}
    return address(backend.environment, page, **more) + (f"?{query}" if query else "")


def remember(backend: InBucket, body: bytes) -> None:
    """As a pull keeps what it reads."""
    document = BackendDocument.parse(body)
    state = CloudState(document, {ZIP: "1"}, {}, {}, {}, None, {})
    known.remember(backend.environment, state, now=timezone.now())


# --- The list ---


def test_the_list_says_what_each_function_may_do_now(backend: InBucket, owner: Client, sandbox: Any) -> None:
    sandbox.forget()
    main = main_of(get(owner, path(backend, "functions")))
    assert "admins Read 1 action, a list of its own, naming the pool by its id –" in main
    assert "report No access – –" in main
    assert "Read from the backend just now." in main
    assert [call["operation"] for call in sandbox.calls()] == ["GetObject"]


def test_what_was_read_before_is_shown_without_asking_aws(backend: InBucket, owner: Client, sandbox: Any) -> None:
    remember(backend, functions())
    FunctionGrant.objects.create(environment=backend.environment, function="report", operations=["read", "create"])
    FunctionGrant.objects.create(environment=backend.environment, function="gone", operations=["read"])
    sandbox.forget()
    main = main_of(get(owner, path(backend, "functions")))
    assert sandbox.calls() == []
    assert "As the backend was read just now . Pull to read it again." in main
    assert "Create, read (least privilege) with the next push" in main
    assert "gone Not in the backend any more" in main
    assert "The access of 2 functions waits for a push." in main
    # An earlier version of the console kept nothing about functions.
    row = KnownBackend.objects.get()
    del row.facts["functions"]
    row.save()
    assert "Read from the backend just now." in main_of(get(owner, path(backend, "functions")))


def test_sixty_functions_take_no_more_queries_than_one(backend: InBucket, owner: Client) -> None:
    def sixty(parts: Parts) -> None:
        for number in range(60):
            name = f"worker{number:02}"
            files = {f"{name}-cloudformation-template.json": function_template()}
            parts.add("function", name, {"service": "Lambda"}, files)

    remember(backend, functions(change=sixty))
    for number in range(30):
        FunctionGrant.objects.create(environment=backend.environment, function=f"worker{number:02}", actions=["a:b"])
    get(owner, path(backend, "functions"))
    with CaptureQueriesContext(connection) as captured:
        html = get(owner, path(backend, "functions"))
    assert html.count("No access") == 61
    assert len(captured) <= 12
    found = owner.get(path(backend, "functions", query="q=WORKER1"), headers=HTMX).content.decode()
    assert found.count("No access") == 10
    assert "<h1>" not in found


def test_layers_and_odd_functions_say_what_they_are(backend: InBucket, owner: Client) -> None:
    def odd(parts: Parts) -> None:
        parts.add("function", "tools", {"service": "LambdaLayer"}, {})
        parts.add("function", "bare", {"service": "Lambda"}, {})
        parts.add("function", "broken", {"service": "Lambda"}, {"broken-cloudformation-template.json": b"[1]"})
        template = {"Resources": {"Mine": {"Type": "AWS::Lambda::Function"}}}
        parts.add("function", "own", {"service": "Lambda"}, {"own-cloudformation-template.json": template})
        parts.add("function", "no address", {"service": "Lambda"}, {})

    backend.write(functions(change=odd))
    main = main_of(get(owner, path(backend, "functions")))
    assert "tools A layer A layer has no role of its own: its code runs as the function." in main
    assert "bare Cannot be read The backend has no template of it" in main
    assert "does not hold what Amplify writes there." in main
    assert "Its template has no resource “LambdaFunction”" in main
    assert "no address Cannot be read" in main
    page = get(owner, path(backend, function="tools", query="operations=read"))
    assert "Its access cannot be changed here" in main_of(page)
    assert buttons(page) == []
    refused = owner.post(path(backend, "apply-function", "tools"), {"operations": "read"}, headers=JSON)
    assert (refused.status_code, FunctionGrant.objects.count()) == (409, 0)
    assert "no role of its own" in refused.json()["error"]


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"no zip", "#current-cloud-backend.zip is not a zip archive."), (None, "has no #current-cloud-backend.zip.")],
    ids=["damaged", "missing"],
)
def test_a_backend_that_cannot_be_read_says_why(
    backend: InBucket, owner: Client, body: bytes | None, words: str
) -> None:
    FunctionGrant.objects.create(environment=backend.environment, function="report", operations=["read"])
    if body is None:
        backend.s3.delete_object(Bucket=backend.environment.deployment_bucket, Key=ZIP)
    else:
        backend.write(body)
    main = main_of(get(owner, path(backend, "functions")))
    assert words in main
    assert "report Not known" in main
    assert owner.get(path(backend, "functions"), headers=JSON).json()["error"].endswith(words)
    main = main_of(get(owner, path(backend, query="operations=read")))
    assert words in main
    assert "Waits for a push" in main
    assert owner.post(path(backend, "revoke-function"), headers=JSON).status_code == 409
    assert owner.post(path(backend, "revoke-function"), {"take_back": "1"}).status_code == 303
    assert not FunctionGrant.objects.exists()


def test_what_aws_does_not_allow_is_told_in_words(backend: InBucket, owner: Client, sandbox: Any) -> None:
    sandbox.fail("GetObject", kind="fail", code="AccessDenied", message="no", status=403)
    main = main_of(get(owner, path(backend, "functions")))
    assert "The console's AWS credentials may not do this: s3:GetObject." in main
    assert "Which functions there are could not be read." in main


def test_a_place_that_was_never_connected_says_what_to_do(backend: InBucket, owner: Client) -> None:
    backend.environment.deployment_bucket = ""
    backend.environment.save()
    assert "Pull the environment once" in main_of(get(owner, path(backend, "functions")))


# --- One function ---


def test_the_preview_shows_everything_and_keeps_nothing(backend: InBucket, owner: Client) -> None:
    url = path(backend, query="shown=1&operations=delete&operations=read")
    whole, part = get(owner, url), owner.get(url, headers=HTMX).content.decode()
    assert "<h1" not in part
    for html in (whole, part):
        assert "AUTH_SHOP_USERPOOLID" in html
        assert "&quot;Ref&quot;: &quot;authshopUserPoolId&quot;" in html
        assert "cognito-idp:AdminDeleteUser" in html
        assert "function/report/report-cloudformation-template.json" in html
        assert "one template fits every environment" in html
        # The narrow list is the default.
        assert "11 actions on this pool." in html
        assert POOL_ID in html
    # The pool's id stands in the root stack's parameter alone.
    report = owner.get(url, headers=JSON).json()
    diffs = {one["path"]: one["diff"] for one in report["result"]["files"]}
    assert sorted(diffs) == [
        "amplify-meta.json",
        "awscloudformation/build/root-cloudformation-stack.json",
        "backend-config.json",
        "function/report/function-parameters.json",
        "function/report/report-cloudformation-template.json",
    ]
    assert [name for name, diff in diffs.items() if POOL_ID in diff] == [
        "awscloudformation/build/root-cloudformation-stack.json"
    ]
    assert not FunctionGrant.objects.exists()


def test_the_lists_of_the_cli_say_how_many_actions_they_are(backend: InBucket, owner: Client) -> None:
    main = main_of(get(owner, path(backend, query="operations=read&breadth=cli")))
    assert "81 actions for all four operations" in main
    assert "14 actions on this pool, as the Amplify CLI grants them. 9 of them cannot be limited to one pool" in main
    assert "iam:ListRoles" in main


def test_setting_passwords_is_a_choice_of_its_own(backend: InBucket, owner: Client) -> None:
    main = main_of(get(owner, path(backend, query="operations=update")))
    assert "AdminResetUserPassword" in main
    assert "AdminSetUserPassword" not in main
    wanted = {"operations": "update", "breadth": "passwords"}
    main = main_of(get(owner, path(backend, query="operations=update&breadth=passwords")))
    assert "Set anybody's password, which lets the function sign in as anybody in the pool." in main
    assert owner.post(path(backend, "apply-function"), wanted, headers=JSON).status_code == 202
    assert "Update (least privilege and setting passwords)" in main_of(get(owner, path(backend, "functions")))
    [change] = services.waiting_changes(backend.environment)
    assert "cognito-idp:AdminSetUserPassword" in change.actions
    services.take_pushed(backend.environment, [change], Actor(name="Sample Person"))
    assert FunctionGrant.objects.get().breadth == "passwords"


def test_a_reason_that_is_too_long_changes_nothing(backend: InBucket, owner: Client) -> None:
    refused = owner.post(path(backend, "revoke-function", "admins"), {"reason": "x" * 501}, headers=JSON)
    assert (refused.status_code, FunctionGrant.objects.count()) == (409, 0)
    assert "500 characters at most" in refused.json()["error"]


def test_nothing_ticked_is_no_mistake_and_nonsense_is(backend: InBucket, owner: Client) -> None:
    assert "Tick an operation" in main_of(get(owner, path(backend, query="shown=1")))
    assert owner.get(path(backend, query="operations=explode")).status_code == 422
    assert owner.get(path(backend, query="operations=read&breadth=all")).status_code == 422
    assert owner.get(path(backend, "review-function", query="shown=1")).status_code == 422
    refused = owner.post(path(backend, "apply-function"), headers=JSON)
    assert refused.status_code == 422
    assert "Tick what the function may do." in refused.json()["error"]
    assert not FunctionGrant.objects.exists()


def test_a_choice_is_reviewed_kept_and_waits_for_a_push(backend: InBucket, owner: Client) -> None:
    html = get(owner, path(backend, "review-function", query="operations=read"))
    assert buttons(html) == ["Keep for the next push"]
    for words in (
        "amplify push --force",
        "amplify pull --appId d2examplexyz01 --envName dev",
        "older checkout",
        "Access now No access",
    ):
        assert words in main_of(html)
    answer = owner.post(path(backend, "apply-function"), {"operations": "read", "reason": "Newsletter"}, follow=True)
    html = answer.content.decode()
    assert "It waits for a push; nothing is written yet." in main_of(html)
    assert f'href="{address(backend.environment, "push")}"' in html
    assert "Access No access" in main_of(html)
    row = FunctionGrant.objects.get()
    assert (row.state, row.operations, row.breadth, row.user_pool_id) == ("wanted", ["read"], "least", POOL_ID)
    [event] = audited(Action.FUNCTION_ACCESS_WANTED)
    assert (event.target, event.reason, event.environment) == ("function report", "Newsletter", "dev")
    owner.post(path(backend, "revoke-function"), {"take_back": "1"})
    assert not FunctionGrant.objects.exists()


def test_what_the_cli_gave_is_shown_replaced_by_a_reference_and_taken_away(backend: InBucket, owner: Client) -> None:
    page = owner.get(path(backend, function="admins"), headers=JSON).json()
    assert (page["access"], page["chosen"]["operations"]) == ("Read", ["read"])
    diffs = {one["path"]: one["diff"] for one in page["result"]["files"]}
    lines = diffs["function/admins/admins-cloudformation-template.json"].splitlines()
    assert [line[0] for line in lines if POOL_ID in line] == ["-"]
    taking = owner.get(path(backend, function="admins", query="take=1"), headers=JSON).json()["taking"]
    assert any("AmplifyResourcesPolicy" in one["diff"] for one in taking["files"])
    fragment = owner.get(path(backend, function="admins", query="take=1"), headers=HTMX).content.decode()
    assert "AmplifyResourcesPolicy" in fragment
    assert "<h1" not in fragment
    owner.post(path(backend, "revoke-function", "admins"))
    html = get(owner, path(backend, function="admins"))
    assert "Taken away with the next push" in main_of(html)
    assert "Take the access away" not in buttons(html)


def test_access_to_another_pool_is_told_and_the_linked_one_offered(backend: InBucket, owner: Client) -> None:
    CognitoLink.objects.update(user_pool_id="eu-west-1_Fresh0001")
    main = main_of(get(owner, path(backend, "functions")))
    assert f"admins has the actions on {POOL_ID} , and the linked pool is eu-west-1_Fresh0001 ." in main
    main = main_of(get(owner, path(backend, function="admins")))
    assert "Its access is to another pool than the linked one" in main
    assert "follows the next swap by itself" in main


def test_an_import_that_is_not_pushed_yet_goes_along(sandbox: Any, without_quotas: None, db: None) -> None:
    backend = planted(sandbox.url, linked=False, pushed=False)
    owner = signed_in(backend.environment)
    main = main_of(get(owner, path(backend, query="operations=read")))
    assert "The import is not pushed yet" in main
    assert "The import goes along with the same push" in main
    assert owner.post(path(backend, "apply-function"), {"operations": "read"}, headers=JSON).status_code == 202


def test_a_backend_whose_auth_is_amplifys_own_is_refused(backend: InBucket, owner: Client) -> None:
    def managed(parts: Parts) -> None:
        parts.meta["auth"]["shop"] = {"service": "Cognito", "output": {"UserPoolId": POOL_ID}}

    backend.write(functions(change=managed))
    assert "auth that Amplify manages itself" in main_of(get(owner, path(backend, query="operations=read")))
    refused = owner.post(path(backend, "apply-function"), {"operations": "read"}, headers=JSON)
    assert (refused.status_code, FunctionGrant.objects.count()) == (409, 0)
    assert "amplify remove auth" in refused.json()["error"]


def test_without_a_link_the_page_says_where_to_go(backend: InBucket, owner: Client) -> None:
    CognitoLink.objects.all().delete()
    for page in (path(backend, "functions"), path(backend), path(backend, "review-function", query="operations=read")):
        assert "not linked to a user pool" in main_of(get(owner, page))
    refused = owner.post(path(backend, "apply-function"), {"operations": "read"}, headers=JSON)
    assert refused.status_code == 409
    # What a backend has can be taken away all the same.
    assert "Take the access away" in buttons(get(owner, path(backend, function="admins")))
    assert owner.post(path(backend, "revoke-function", "admins"), headers=JSON).status_code == 202


def test_what_was_pushed_and_is_not_there_any_more_is_told(backend: InBucket, owner: Client) -> None:
    for name in ("report", "admins"):
        FunctionGrant.objects.create(
            environment=backend.environment, function=name, operations=["read"], actions=["a:b"], state="applied"
        )
    main = main_of(get(owner, path(backend, "functions")))
    assert main.count("This console has pushed “Read” (1 action): somebody has pushed another state since") == 2
    assert "report No access" in main
    # Taking away what is not there leaves nothing behind.
    owner.post(path(backend, "revoke-function"))
    assert not FunctionGrant.objects.filter(function="report").exists()


def test_a_choice_without_a_link_waits_for_one(backend: InBucket, owner: Client) -> None:
    FunctionGrant.objects.create(environment=backend.environment, function="report", operations=["read"])
    CognitoLink.objects.all().delete()
    assert "with a push, once a pool is linked" in main_of(get(owner, path(backend)))


# --- Who may ---


def test_readers_see_and_change_nothing(backend: InBucket) -> None:
    for role in (Role.VIEWER, Role.MANAGE_ONLY):
        reader = signed_in(backend.environment, role)
        assert get(reader, path(backend, "functions"))
        html = get(reader, path(backend, function="admins"))
        assert buttons(html) == []
        assert "A member with full access to the project can change" in main_of(html)
        assert reader.get(path(backend, "review-function", query="operations=read")).status_code == 403
        for page in ("apply-function", "revoke-function"):
            assert reader.post(path(backend, page, "admins"), {"operations": "read"}).status_code == 403
    assert not FunctionGrant.objects.exists()


def test_strangers_find_nothing_and_changes_are_posts(backend: InBucket, owner: Client) -> None:
    stranger = Client()
    stranger.force_login(make_user())
    for page in ("functions", "function", "review-function"):
        assert stranger.get(path(backend, page)).status_code == 404
    for page in ("apply-function", "revoke-function"):
        assert stranger.post(path(backend, page)).status_code == 404
        assert owner.get(path(backend, page)).status_code == 405
    assert owner.get(path(backend, function="nobody")).status_code == 404


def test_scripts_do_the_same_with_a_token(backend: InBucket, client: Client) -> None:
    headers = bearer(backend.environment)
    listed = client.get(path(backend, "functions"), headers=headers).json()["functions"]
    assert {one["function"]: one["access"] for one in listed} == {"report": "No access", "admins": "Read"}
    done = client.post(path(backend, "apply-function"), {"operations": ["read", "create"]}, headers=headers)
    assert (done.status_code, done.json()["waits_for_push"]) == (202, True)
    assert FunctionGrant.objects.get().operations == ["create", "read"]
    taken = client.post(path(backend, "revoke-function"), headers=headers)
    assert (taken.status_code, taken.json()["waits_for_push"]) == (200, False)
    assert not FunctionGrant.objects.exists()
    viewer = bearer(backend.environment, Role.VIEWER)
    assert client.post(path(backend, "apply-function"), {"operations": "read"}, headers=viewer).status_code == 403


def test_the_linked_page_leads_here_once_functions_are_wanted(backend: InBucket, owner: Client) -> None:
    CognitoLink.objects.update(function_access=CognitoLink.FunctionAccess.WANTED)
    html = get(owner, address(backend.environment, "authentication"))
    assert f'href="{path(backend, "functions")}">Choose which' in html


def test_secrets_beside_a_change_are_not_shown(backend: InBucket, owner: Client) -> None:
    def secret(parts: Parts) -> None:
        template = function_template(AAA="sk_live_hidden", ZZZ="sk_live_hidden")
        parts.files["function/report/report-cloudformation-template.json"] = text(template)

    backend.write(functions(change=secret))
    html = get(owner, path(backend, query="operations=read"))
    assert "AAA" in html
    assert "sk_live_hidden" not in html
    assert "sk_live_hidden" not in json.dumps(owner.get(path(backend, query="operations=read"), headers=JSON).json())
