"""Every page of the console, with something on it: for the tests of all pages, and for the pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from aws.sandbox.catalogue import AMPLIFY_APP_ID, scenario
from aws.sandbox.catalogue_backends import backend
from tests.data_authorization.bookshop import SCHEMA
from tests.e2e import walk
from tests.e2e.console_process import Console
from tests.e2e.places import Office, Place, choice
from tests.e2e.watching import Watch

NOBODY, OPERATOR, VIEWER = "nobody", "operator", "viewer"


@dataclass(frozen=True)
class Stop:
    """One page: a name for the file of its picture, its address, and who looks at it.

    `awaits` is text that must be there before the page is whole, `refusal` the status it answers on purpose.
    """

    name: str
    path: str
    who: str = OPERATOR
    awaits: str = ""
    refusal: int = 200


PEOPLE = "email,email_verified,name\nnew@example.com,TRUE,<b>New</b>\nwrong,maybe,Somebody\n"

NEW = "name=qa&region=eu-west-1"

NAMES = (
    "home", "project", "create-project", "create-environment", "environment", "members", "member", "tokens",
    "create-environment-resources", "clone", "clone-resources", "clone-others", "clone-check", "clone-amplify",
    "review-clone",
    "notifications", "create-webhook", "webhook", "scratch", "review-scratch", "remove-managed",
    "remove-environment-with-backend", "rename-environment",
    "activity", "jobs", "job-done", "job-failed", "unlinked", "import-empty", "import-anyway",
    "import-unreadable", "create-identity-pool", "review", "linked", "linked-with-trouble", "file",
    "file-with-secret", "drift", "drift-none",
    "unlink", "unlink-pushed", "unlink-waits", "push", "push-waiting", "push-review",
    "push-record", "push-blocked",
    "deployments", "pull", "source", "functions", "function", "function-amplify", "review-function",
    "data", "data-unread", "data-type", "data-field", "data-source", "data-draft", "data-modes", "data-simulator",
    "data-differences", "data-gen2", "create-data-rule", "data-rule", "remove-data-rule",
    "connect", "fix-oauth", "guide", "guide-long",
    "users", "users-no-match", "users-indexed", "search-index", "export-users",
    "import-users", "user-import-preview", "user-import-refused",
    "bulk-review", "bulk-done",
    "user", "user-stuck", "create-user", "edit-user", "set-password", "delete-user",
    "groups", "group", "create-group", "add-members", "copy-groups", "delete-group",
    "styleguide", "password", "two-factor", "sign-in", "sign-out", "reset-password", "invitation", "not-found",
    "forbidden",
)  # fmt: skip
"""What is tested of `stops`, so that tests have names before there is a console."""


class Tour:
    """The pages, and for each kind of person one browser that walks through them."""

    def __init__(self, made: list[Stop], pages: dict[str, tuple[Page, Watch]]) -> None:
        self.stops = {stop.name: stop for stop in made}
        self.pages = pages

    def page_of(self, stop: Stop) -> Page:
        return self.pages[stop.who][0]


@contextmanager
def opened(console: Console, office: Office, browser: Browser, signed_in: StorageState) -> Iterator[Tour]:
    contexts: list[BrowserContext] = []

    def person(state: StorageState | None) -> tuple[Page, Watch]:
        context = browser.new_context(base_url=console.url, storage_state=state)
        contexts.append(context)
        watch = Watch(context)
        return context.new_page(), watch

    pages = {OPERATOR: person(signed_in), NOBODY: person(None), VIEWER: person(None)}
    project = office.project("Tour")
    made = stops(console, office, project)
    operator = pages[OPERATOR][0]
    walk.join_as_viewer(operator, pages[VIEWER][0], project)
    operator.goto(f"/projects/{project}/members/")
    change = operator.get_by_role("link", name=f"Change viewer-{project}@example.com")
    made.append(Stop("member", str(change.get_attribute("href"))))
    made.append(Stop("forbidden", f"/projects/{project}/test/authentication/import/", who=VIEWER, refusal=403))
    try:
        yield Tour(made, pages)
    finally:
        for context in contexts:
            context.close()


def visit(page: Page, stop: Stop) -> None:
    """Goes there and waits until the page is whole."""
    answer = page.goto(stop.path)
    assert answer is not None
    assert answer.status == stop.refusal
    if stop.awaits:
        expect(page.get_by_text(stop.awaits).first).to_be_visible()


def stops(console: Console, office: Office, project: str) -> list[Stop]:
    """Fills the project with one thing of each kind, and answers every page of it."""
    good, anyway, differs = scenario("good"), scenario("trust-deny"), scenario("oauth-callbacks-differ")
    free = office.environment(project, "test")
    linked = office.environment(project, "dev")
    troubled = office.environment(project, "live", production="on")
    own = office.environment(project, "own")
    amplify = office.environment(project, "prod", kind="amplify", app_id=AMPLIFY_APP_ID)
    late = office.plan(linked, good)
    done = office.link(linked, good)
    failed = office.apply(late)
    office.link(amplify, good)
    pushed = office.connect(project, backend("needspool"))
    waiting = office.connect(project, backend("staging"))
    broken = office.connect(project, backend("notazip"))
    office.link(pushed, good)
    record = office.push(pushed)
    leaving = office.connect(project, backend("versioned"))
    office.link(leaving, good)
    office.push(leaving)
    office.location(f"{leaving.authentication}unlink/", confirm=leaving.name, backend="later")
    for place in (waiting, broken):
        office.link(place, scenario("mfa-on"))
    accepted = {"accept": "role.trust", "reason": "The role is replaced with the next release."}
    office.link(troubled, anyway, **accepted)
    # Both clients alike, so that the pool still can be imported.
    for client_id in (anyway.web_client_id, anyway.native_client_id):
        _change_callbacks(console, anyway.pool_id, client_id)
    office.location(f"{troubled.authentication}check/")
    office.location(f"{linked.authentication}functions/", answer="not-wanted")
    office.post(f"/projects/{project}/tokens/", name="CI", role="viewer")
    office.post(f"/projects/{project}/members/", role="viewer", note="Sample colleague")
    office.index(linked)
    office.hand_in(linked, SCHEMA)
    office.location(f"{linked.data}types/Comment/rules/create/", allow="groups", groups="Editors")
    bulk_review = office.bulk(linked, good, "suspend", start=False)
    bulk_done = office.bulk(linked, good, "sign-out")
    office.done(office.location(f"{office.scratch(own)}apply/"))
    pool_only = scenario("user-pool-only")
    return [
        Stop("home", "/"),
        Stop("project", f"/projects/{project}/", awaits="opening this page asks AWS nothing"),
        Stop("project-differences", f"/projects/{project}/?only=differences", awaits="Shared with"),
        Stop("create-project", "/projects/create/"),
        Stop("create-environment", f"/projects/{project}/environments/create/"),
        Stop("create-environment-resources", f"/projects/{project}/environments/create/?{NEW}&kind=standalone"),
        Stop("clone", f"/projects/{project}/dev/clone/"),
        Stop("clone-resources", f"/projects/{project}/dev/clone/?{NEW}"),
        Stop("clone-others", f"/projects/{project}/dev/clone/resources/?{NEW}&resources=others", awaits="Load more"),
        Stop("clone-check", f"/projects/{project}/dev/clone/?{NEW}&resources=same", awaits="Where people are sent"),
        Stop("clone-amplify", f"{pushed.path}clone/?name=qa&resources=same&carry=data-model", awaits="comes along"),
        Stop("review-clone", office.plan_clone(pushed, resources="same")),
        Stop("environment", f"/projects/{project}/dev/"),
        Stop("environment-settings", f"/projects/{project}/dev/settings/"),
        Stop("environment-settings-free", f"/projects/{project}/test/settings/"),
        Stop("remove-environment", f"/projects/{project}/dev/remove/"),
        Stop("remove-environment-with-backend", f"{pushed.path}remove/"),
        Stop("rename-environment", f"/projects/{project}/test/rename/"),
        Stop("rename-environment-amplify", f"{pushed.path}rename/"),
        Stop("project-settings", f"/projects/{project}/settings/"),
        Stop("members", f"/projects/{project}/members/"),
        Stop("tokens", f"/projects/{project}/tokens/"),
        Stop("notifications", f"/projects/{project}/notifications/"),
        Stop("create-webhook", f"/projects/{project}/notifications/webhooks/create/"),
        Stop("webhook", office.webhook(project, "On-call")),
        Stop("activity", f"/projects/{project}/activity/"),
        Stop("jobs", f"/projects/{project}/jobs/"),
        Stop("job-done", done, awaits="Finished"),
        Stop("job-failed", failed, awaits="Next step:"),
        Stop("unlinked", free.authentication),
        Stop("import-empty", free.importing, awaits="Load more user pools"),
        Stop("import-no-match", f"{free.importing}?q=nothing-like-it", awaits="The whole account was searched."),
        Stop("import-filled", free.choosing(good, q="shop-users"), awaits="Review the plan"),
        Stop("import-blocked", free.choosing(differs), awaits="Cure first:"),
        Stop("import-anyway", free.choosing(anyway, q="lab-trust"), awaits="Review the plan anyway"),
        Stop("import-plain", free.choosing(pool_only, plain="1"), awaits="Review the plan"),
        Stop("import-unreadable", free.choosing(good, pool="eu-west-1_Vanished1", q="shop"), awaits="Cure first:"),
        Stop("create-identity-pool", f"{free.importing}identity-pools/create/?{_query(free, pool_only.key)}"),
        Stop("review", office.plan(free, good)),
        Stop("review-anyway", office.plan(free, anyway, **accepted)),
        Stop("swap", f"{linked.authentication}swap/?{_query(free, 'mfa-on')}", awaits="Review the swap"),
        Stop("review-swap", office.location(f"{linked.authentication}swap/plan/", **choice(scenario("mfa-on")))),
        Stop("scratch", f"{free.authentication}scratch/"),
        Stop("review-scratch", office.scratch(free)),
        Stop("linked-managed", own.authentication),
        Stop("remove-managed", f"{own.authentication}managed/remove/", awaits="Delete everything"),
        Stop("linked", linked.authentication),
        Stop("linked-amplify", amplify.authentication),
        Stop("linked-with-trouble", troubled.authentication),
        Stop("drift", f"{troubled.authentication}drift/", awaits="Callback URLs of the app client"),
        Stop("drift-none", f"{linked.authentication}drift/", awaits="Nothing changed"),
        Stop("file", f"{linked.authentication}files/aws-exports.js"),
        Stop("file-with-secret", f"{linked.authentication}files/ios/awsconfiguration.json"),
        Stop("unlink", f"{linked.authentication}unlink/"),
        Stop("fix-oauth", f"{free.importing}fix/copy-oauth-to-native/?{_query(free, differs.key)}"),
        Stop("fix-trust", f"{free.importing}fix/rewrite-trust-authenticated/?{_query(free, anyway.key)}"),
        Stop("unlink-pushed", f"{pushed.authentication}unlink/"),
        Stop("unlink-waits", leaving.authentication, awaits="Let the console do it"),
        Stop("push", pushed.push),
        Stop("push-waiting", waiting.push),
        Stop("push-review", office.preview(waiting)),
        Stop("push-record", record),
        Stop("push-blocked", office.preview(broken)),
        Stop("deployments", pushed.deployments),
        Stop("pull", pushed.pull),
        Stop("source", f"/projects/{project}/{pushed.name}/source/"),
        Stop("functions", linked.functions, awaits="Nothing given here"),
        Stop("functions-amplify", waiting.functions, awaits="lists of the Amplify CLI"),
        Stop("function", f"{linked.functions}customer-sync/?operations=read", awaits="Read this first"),
        Stop("function-amplify", f"{waiting.functions}orderMailer/?take=1", awaits="AmplifyResourcesPolicy"),
        Stop("review-function", f"{linked.functions}customer-sync/review/?operations=read", awaits="Calls in order"),
        Stop("data", linked.data, awaits="The user pool has no group"),
        Stop("data-unread", free.data, awaits="No data model has been read yet"),
        Stop("data-type", f"{linked.data}types/Book/", awaits="held back by cost"),
        Stop("data-field", f"{linked.data}types/Book/?field=cost#field-cost", awaits="What we paid for it."),
        Stop("data-source", f"{linked.data}source/"),
        Stop("data-draft", f"{linked.data}draft/"),
        Stop("data-modes", f"{linked.data}modes/"),
        Stop("data-simulator", f"{linked.data}simulator/?type=Book"),
        Stop("data-differences", f"{linked.data}differences/"),
        Stop("data-gen2", f"{linked.data}gen2/"),
        Stop("create-data-rule", f"{linked.data}types/Book/rules/create/"),
        Stop("data-rule", f"{linked.data}types/Book/rules/1/"),
        Stop("remove-data-rule", f"{linked.data}types/Book/rules/1/remove/"),
        Stop("connect", f"/projects/{project}/connect/?region=eu-west-1"),
        Stop("guide-backend", "/checks/backend.readable/"),
        Stop("guide", "/checks/oauth.matching/"),
        Stop("guide-long", "/checks/permissions.console/"),
        Stop("users", linked.users, awaits="Live from Cognito"),
        Stop("users-no-match", f"{linked.users}?q=nobody%40example.com", awaits="No user found"),
        Stop("users-indexed", f"{linked.users}?q=ample&anywhere=1&sort=-created", awaits="From the search index"),
        Stop("search-index", f"{linked.users}index/", awaits="What a refresh costs"),
        Stop("bulk-review", bulk_review, awaits="What would happen"),
        Stop("bulk-done", bulk_done, awaits="Finished"),
        Stop("export-users", f"{linked.users}export/", awaits="at the console's share"),
        Stop("import-users", f"{linked.users}import/", awaits="Columns of this pool"),
        Stop("user-import-preview", office.upload(linked, PEOPLE), awaits="How to import"),
        Stop("user-import-refused", office.upload(linked, "shoe\n41\n"), awaits="cannot be imported as it is"),
        Stop("user", linked.user("ada.sample@example.org"), awaits="Safari on iOS 19"),
        Stop("user-stuck", linked.user("bea.sample@example.com"), awaits="None set up"),
        Stop("create-user", f"{linked.users}create/"),
        Stop("edit-user", f"{linked.user('ada.sample@example.org')}edit/"),
        Stop("set-password", f"{linked.user('ada.sample@example.org')}set-password/"),
        Stop("delete-user", f"{linked.user('ada.sample@example.org')}delete/"),
        Stop("groups", linked.groups),
        Stop("group", linked.group("Editors"), awaits="carmen.sample@example.com"),
        Stop("create-group", f"{linked.groups}create/"),
        Stop("add-members", f"{linked.group('Editors')}add/?q=a", awaits="a member already"),
        Stop("copy-groups", f"{linked.groups}copy/?to={troubled.name}", awaits="What would change"),
        Stop("delete-group", f"{linked.group('Admins')}delete/"),
        Stop("styleguide", "/styleguide/"),
        Stop("password", "/accounts/password/change/"),
        Stop("two-factor", "/accounts/2fa/"),
        Stop("sign-in", "/accounts/login/", who=NOBODY),
        Stop("sign-out", "/accounts/logout/"),
        Stop("reset-password", "/accounts/password/reset/", who=NOBODY),
        Stop("invitation", "/invitations/used-or-mistyped/", who=NOBODY, refusal=404),
        Stop("not-found", "/projects/none-of-this-name/", refusal=404),
    ]


def _query(place: Place, key: str) -> str:
    return place.choosing(scenario(key)).partition("?")[2]


def _change_callbacks(console: Console, pool_id: str, client_id: str | None) -> None:
    """Somebody changes a client after the import."""
    cognito = console.aws("cognito-idp")
    client = cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=client_id)["UserPoolClient"]
    settings = {key: client[key] for key in client if key not in ("ClientSecret", "CreationDate", "LastModifiedDate")}
    cognito.update_user_pool_client(**{**settings, "CallbackURLs": ["https://shop.example.com/elsewhere"]})
