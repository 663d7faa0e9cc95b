"""Every page and fragment of the console that is read with GET, and which routes are left out, and why."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal
from urllib.parse import urlencode

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from audit.record import Actor
from auth_import.observation import Choice
from auth_import.preflight import link_of
from auth_import.services import keep_plan
from aws import users
from aws.user_resources import CognitoUser
from benchmarks import scratch_rows
from benchmarks.clone_pages import clone_review, cloning
from benchmarks.data_rows import data_page
from benchmarks.drift_rows import drift_page
from benchmarks.left_out import NOT_MEASURED as NOT_MEASURED
from benchmarks.left_out import ONLY_POST as ONLY_POST
from benchmarks.rows import Console
from deployments.cloning.models import PlannedClone
from deployments.cloning.plan import ClonePlan, Resources
from environments.models import Membership, Webhook
from jobs.models import Job
from user_management.bulk.models import BulkOperation, BulkState, row_of, save_rows
from user_management.csv_import.models import ImportRow, UserImport


@dataclass(frozen=True, slots=True)
class Page:
    """`route` is its name in the URL map; with a `target` it is the fragment htmx puts there."""

    name: str
    route: str
    url: Callable[[Console, Choice], str]
    target: str = ""
    reader: Literal["member", "operator", "stranger"] = "member"
    whole_wizard: bool = False
    """All four sections of the import in one answer, for browsers without script; others fetch them as fragments."""


def _query(choice: Choice, **more: str) -> str:
    chosen = {
        "pool": choice.user_pool_id,
        "web": choice.web_client_id,
        "native": choice.native_client_id,
        "ipool": choice.identity_pool_id,
    }
    return urlencode(chosen | more)


def _of_project(route: str) -> Callable[[Console, Choice], str]:
    return lambda console, choice: console.url(route)


def _linked(route: str, /, **more: object) -> Callable[[Console, Choice], str]:
    return lambda console, choice: console.url(route, console.linked, **more)


def _backend(route: str, /) -> Callable[[Console, Choice], str]:
    return lambda console, choice: console.url(route, console.backend.environment)


def _importing(route: str, /, **more: object) -> Callable[[Console, Choice], str]:
    return lambda console, choice: f"{console.url(route, console.unlinked, **more)}?{_query(choice)}"


def _of_somebody(route: str, /) -> Callable[[Console, Choice], str]:
    """A page of a user of the linked pool."""

    def url(console: Console, choice: Choice) -> str:
        first = users.page_of_users(console.linked.target, choice.user_pool_id, size=1).items[0]
        return console.url(route, console.linked, username=first.username)

    return url


def _anywhere(route: str, *arguments: str) -> Callable[[Console, Choice], str]:
    return lambda console, choice: reverse(route, args=arguments)


def _member(console: Console, choice: Choice) -> str:
    membership = Membership.objects.filter(project=console.project).exclude(user=console.user).first()
    assert membership is not None
    return console.url("member", membership_id=membership.pk)


def _job(console: Console, choice: Choice) -> str:
    job = Job.objects.filter(project=console.project).first()
    assert job is not None
    return job.get_absolute_url()


def _review(console: Console, choice: Choice) -> str:
    return console.url("review-plan", console.linked, plan_id=console.planned.pk)


def _swap_review(console: Console, choice: Choice) -> str:
    """A swap of the linked resources with themselves under another name: as much to compare as there can be."""
    link = link_of(console.linked)
    assert link is not None
    plan = replace(console.planned.plan, replaces=link.choice, replaced_outputs=link.auth_outputs)
    planned = keep_plan(plan=plan, environment=console.linked, actor=Actor(name="benchmark"))
    return console.url("review-swap", console.linked, plan_id=planned.pk)


def _plain_import(console: Console, choice: Choice) -> str:
    return f"{console.url('import', console.unlinked)}?{_query(choice, plain='1')}"


def _users(console: Console, choice: Choice) -> str:
    return f"{console.url('import-user-counts', console.unlinked)}?{urlencode({'id': choice.user_pool_id})}"


def _user_import(console: Console, choice: Choice) -> str:
    row, made = UserImport.objects.get_or_create(
        environment=console.linked, user_pool_id=choice.user_pool_id, file_name="people.csv", phase="ready"
    )
    if made:
        rows = (ImportRow(user_import=row, line=n, username=f"p{n}", key=f"p{n}", plan="create") for n in range(2, 102))
        ImportRow.objects.bulk_create(rows)
    return row.get_absolute_url()


def _bulk(state: BulkState) -> Callable[[Console, Choice], str]:
    """A bulk change of 100 users in this state, with a running job when it is started."""

    def address(console: Console, choice: Choice) -> str:
        row, made = BulkOperation.objects.get_or_create(
            environment=console.linked, pool_id=choice.user_pool_id, operation="suspend", query={"q": "p"}, state=state
        )
        if made:
            users = (CognitoUser(f"p{n}", "CONFIRMED", True, attributes={"email": f"p{n}@a.io"}) for n in range(100))
            save_rows(
                row_of(row, n, user, "Is suspended already." if n % 4 == 0 else "") for n, user in enumerate(users)
            )
        if made and state == BulkState.STARTED:
            row.job = Job.objects.create(
                project=row.environment.project,
                environment=row.environment,
                title="Suspend: 75 users",
                status="running",
                permission="manage-users",
                actor_name="benchmark",
                deadline_at=timezone.now() + timedelta(hours=1),
                heartbeat=timezone.now(),
                done=10,
                total=75,
                pausable=True,
            )
            row.save()
        return row.get_absolute_url()

    return address


def _webhook(console: Console, choice: Choice) -> str:
    return Webhook.objects.filter(project=console.project).latest("created").get_absolute_url()


def _function(route: str) -> Callable[[Console, Choice], str]:
    """A page about a function of the sample account, with two operations ticked."""

    def url(console: Console, choice: Choice) -> str:
        query = urlencode({"operations": ["read", "update"]}, doseq=True)
        return f"{console.url(route, console.linked, function='order-confirmation')}?{query}"

    return url


def _undo(console: Console, choice: Choice) -> str:
    """A new environment whose job has failed half way."""
    plan = ClonePlan(
        source="dev", name="halfway", kind="amplify", region="eu-west-1", app_id="d2benchmark", app_name="shop",
        suffix="0a1b2", resources=Resources.NONE,
    )  # fmt: skip
    planned = PlannedClone.objects.create(
        project=console.project, document=plan.to_dict(), created_by_name="benchmark",
        made={"backend": "made", "stack": "made", "state": "asked", "parameters": [f"/amplify/{n}" for n in range(30)]},
    )  # fmt: skip
    job = Job.objects.create(
        project=console.project, kind="clone", title="Make the environment halfway", actor_name="benchmark",
        status="failed", permission="clone", payload={"planned": planned.pk}, deadline_at=timezone.now(),
    )  # fmt: skip
    return reverse("undo-clone", args=[console.project.slug, job.pk])


PAGES: tuple[Page, ...] = (
    Page("sign in", "account_login", _anywhere("account_login"), reader="stranger"),
    Page("home", "home", _anywhere("home")),
    Page("new project", "create-project", _anywhere("create-project"), reader="operator"),
    Page("project", "project", _of_project("project")),
    Page("project, fragment", "project", _of_project("project"), target="matrix"),
    Page("new environment", "create-environment", _of_project("create-environment")),
    Page("clone", "clone", _linked("clone")),
    Page("clone, the choice", "clone", cloning("clone")),
    Page("clone, the checks", "clone", cloning("clone", resources="same"), whole_wizard=True),
    Page("clone, other resources", "clone-resources", cloning("clone-resources", resources="others")),
    Page("review of a new environment", "review-clone", clone_review),
    Page("members", "members", _of_project("members")),
    Page("member", "member", _member),
    Page("invitation", "accept-invitation", lambda console, _: reverse("accept-invitation", args=[console.invitation])),
    Page("tokens", "tokens", _of_project("tokens")),
    Page("notifications", "notifications", _of_project("notifications")),
    Page("notifications, deliveries, fragment", "notifications", _of_project("notifications"), target="deliveries"),
    Page("new webhook", "create-webhook", _of_project("create-webhook")),
    Page("webhook", "webhook", _webhook),
    Page("activity", "activity", _of_project("activity")),
    Page("activity, fragment", "activity", _of_project("activity"), target="events"),
    Page("jobs", "jobs:index", _of_project("jobs:index")),
    Page("jobs, fragment", "jobs:index", _of_project("jobs:index"), target="jobs"),
    Page("job", "jobs:detail", _job),
    Page("job, fragment", "jobs:detail", _job, target="job"),
    Page("environment", "environment", _linked("environment")),
    Page("environment's settings", "environment-settings", _linked("environment-settings")),
    Page("remove environment", "remove-environment", _linked("remove-environment")),
    Page("rename environment", "rename-environment", _linked("rename-environment")),
    Page("undo a new environment", "undo-clone", _undo),
    Page("project's settings", "project-settings", _of_project("project-settings")),
    Page(
        "authentication, unlinked", "authentication", lambda console, _: console.url("authentication", console.unlinked)
    ),
    Page("authentication, linked", "authentication", _linked("authentication")),
    Page("file", "client-file", _linked("client-file", name="aws-exports.js")),
    Page("unlink", "unlink", _linked("unlink")),
    Page("drift", "drift", drift_page),
    Page("review", "review-plan", _review),
    Page("check's page", "check-page", _anywhere("check-page", "pool.exists")),
    Page("authentication, linked and pushed", "authentication", _backend("authentication")),
    Page("unlink, of a pushed backend", "unlink", _backend("unlink")),
    Page("push", "push", _backend("push")),
    Page("review of a push", "deployment", lambda console, _: console.backend.preview.get_absolute_url()),
    Page("deployments", "deployments", _backend("deployments")),
    Page("pull", "pull", _backend("pull")),
    Page("source", "source", _backend("source")),
    Page("functions of the Region", "functions", _linked("functions")),
    Page("functions of the Region, fragment", "functions", _linked("functions"), target="functions-list"),
    Page("functions of a backend", "functions", _backend("functions")),
    Page("function", "function", _function("function")),
    Page("function, preview, fragment", "function", _function("function"), target="preview"),
    Page("review of a function's access", "review-function", _function("review-function")),
    Page("data", "data", data_page("data")),
    Page("data, found, fragment", "data", data_page("data", query={"q": "model1"}), target="models-list"),
    Page("data, groups, fragment", "data", data_page("data", query={"groups": "check"}), target="groups-checked"),
    Page("a type of the data model", "data-type", data_page("data-type", type="Model0")),
    Page(
        "a type, one field, fragment",
        "data-type",
        data_page("data-type", type="Model0", query={"field": "secret"}),
        target="field-secret",
    ),
    Page(
        "a type, a group's row, fragment",
        "data-type",
        data_page("data-type", type="Model0", query={"group": "edit"}),
        target="who-table",
    ),
    Page("where the data model comes from", "data-source", data_page("data-source")),
    Page("draft of the data model", "data-draft", data_page("data-draft")),
    Page("authorization modes", "data-modes", data_page("data-modes")),
    Page("simulator", "data-simulator", data_page("data-simulator", query={"type": "Model0"})),
    Page(
        "simulator, answer, fragment",
        "data-simulator",
        data_page("data-simulator", query={"type": "Model0", "operation": "update", "username": "ann", "sub": "s1"}),
        target="answer",
    ),
    Page(
        "simulator, people, fragment",
        "data-simulator",
        data_page("data-simulator", query={"type": "Model0", "q": "a"}),
        target="people",
    ),
    Page("differences of a draft", "data-differences", data_page("data-differences")),
    Page("data model in Gen 2", "data-gen2", data_page("data-gen2")),
    Page("new data rule", "create-data-rule", data_page("create-data-rule", type="Model0")),
    Page("data rule", "data-rule", data_page("data-rule", type="Model0", number=0)),
    Page("connect", "connect", _of_project("connect")),
    Page("create backend", "create-backend", _of_project("create-backend")),
    Page("import", "import", lambda console, _: console.url("import", console.unlinked)),
    Page("start from scratch", "scratch", lambda console, _: console.url("scratch", console.unlinked)),
    Page("review of a start from scratch", "review-scratch", scratch_rows.review),
    Page("remove managed resources", "remove-managed", scratch_rows.removal),
    Page("swap", "swap", _linked("swap")),
    Page("review of a swap", "review-swap", _swap_review),
    Page("import, without script, everything chosen", "import", _plain_import, whole_wizard=True),
    Page("import, user pools, fragment", "import", _importing("import"), target="pools"),
    Page("import, choices, fragment", "import", _importing("import"), target="choices"),
    Page("import, user counts, fragment", "import-user-counts", _users, target="none"),
    Page("import, app clients, fragment", "import-clients", _importing("import-clients"), target="clients"),
    Page(
        "import, identity pools, fragment",
        "import-identity-pools",
        _importing("import-identity-pools"),
        target="identity-pools",
    ),
    Page("import, checks, fragment", "import-preflight", _importing("import-preflight"), target="preflight"),
    Page("users", "users", _linked("users")),
    Page(
        "users, found, fragment",
        "users",
        lambda console, _: f"{console.url('users', console.linked)}?q=load",
        "users-list",
    ),
    Page("users, more rows, fragment", "users", _linked("users"), target="more-users"),
    Page("export users", "export-users", _linked("export-users")),
    Page("export, progress, fragment", "export-progress", _linked("export-progress"), target="export-progress"),
    Page("create user", "create-user", _linked("create-user")),
    Page("user", "user", _of_somebody("user")),
    Page("user, security, fragment", "user-security", _of_somebody("user-security"), target="security"),
    Page("edit user", "edit-user", _of_somebody("edit-user")),
    Page("set password", "set-password", _of_somebody("set-password")),
    Page("delete user", "delete-user", _of_somebody("delete-user")),
    Page("search index", "search-index", _linked("search-index")),
    Page("search index, fragment", "search-index", _linked("search-index"), target="index-state"),
    Page("save a view", "save-view", _linked("save-view")),
    Page("bulk change, to be started", "bulk", _bulk(BulkState.PLANNED)),
    Page("bulk change, at work", "bulk", _bulk(BulkState.STARTED)),
    Page("bulk change, at work, fragment", "bulk", _bulk(BulkState.STARTED), target="bulk"),
    Page("bulk change, finished", "bulk", _bulk(BulkState.FINISHED)),
    Page("import users", "import-users", _linked("import-users")),
    Page("import of users, checked", "user-import", _user_import),
    Page("groups", "groups", _linked("groups")),
    Page("groups, fragment", "groups", _linked("groups"), target="groups-list"),
    Page("group", "group", _linked("group", group="Editors")),
    Page("group, members, fragment", "group-members", _linked("group-members", group="Editors"), target="members-list"),
    Page("create group", "create-group", _linked("create-group")),
    Page("edit group", "edit-group", _linked("edit-group", group="Editors")),
    Page("delete group", "delete-group", _linked("delete-group", group="Editors")),
    Page("add members", "add-members", _linked("add-members", group="Editors")),
    Page("copy groups", "copy-groups", _linked("copy-groups")),
    Page("fix", "fix", _importing("fix", fix="copy-oauth-to-native")),
    Page("new identity pool", "create-identity-pool", _importing("create-identity-pool")),
)


def routes(patterns: list[URLPattern | URLResolver] | None = None, space: str = "") -> Iterator[str]:
    """The names in the URL map, those of the sign-in library left out."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield space + str(pattern.name)
        elif not str(pattern.pattern).startswith("accounts/"):
            yield from routes(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)


def forgotten() -> set[str]:
    """Routes that are neither measured nor left out on purpose."""
    return set(routes()) - {page.route for page in PAGES} - set(NOT_MEASURED) - ONLY_POST
