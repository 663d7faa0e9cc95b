"""Every page and fragment of the console that is read with GET, and which routes are left out, and why."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from auth_import.observation import Choice
from benchmarks.rows import Console
from environments.models import Membership
from jobs.models import Job


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


NOT_MEASURED = {
    "metrics": "for machines",
    "healthz": "for machines",
    "readyz": "for machines",
    "source-bundle": "a file for builds, most of which is read from AWS",
    "web:styleguide": "only in the sandbox, for whoever builds pages",
}
"""Routes of ours that are read with GET and are no page of the product."""

ONLY_POST = {
    "apply-plan",
    "apply-push",
    "change-person",
    "check-link",
    "discard-push",
    "function-access",
    "import-plan",
    "jobs:cancel",
    "jobs:retry",
    "preview-push",
    "remove-member",
    "revoke-token",
    "web:theme",
    "withdraw-invitation",
}


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


def _plain_import(console: Console, choice: Choice) -> str:
    return f"{console.url('import', console.unlinked)}?{_query(choice, plain='1')}"


def _users(console: Console, choice: Choice) -> str:
    return f"{console.url('import-users', console.unlinked)}?{urlencode({'id': choice.user_pool_id})}"


PAGES: tuple[Page, ...] = (
    Page("sign in", "account_login", _anywhere("account_login"), reader="stranger"),
    Page("home", "home", _anywhere("home")),
    Page("new project", "create-project", _anywhere("create-project"), reader="operator"),
    Page("project", "project", _of_project("project")),
    Page("new environment", "create-environment", _of_project("create-environment")),
    Page("members", "members", _of_project("members")),
    Page("member", "member", _member),
    Page("invitation", "accept-invitation", lambda console, _: reverse("accept-invitation", args=[console.invitation])),
    Page("tokens", "tokens", _of_project("tokens")),
    Page("activity", "activity", _of_project("activity")),
    Page("activity, fragment", "activity", _of_project("activity"), target="events"),
    Page("jobs", "jobs:index", _of_project("jobs:index")),
    Page("jobs, fragment", "jobs:index", _of_project("jobs:index"), target="jobs"),
    Page("job", "jobs:detail", _job),
    Page("job, fragment", "jobs:detail", _job, target="job"),
    Page("environment", "environment", _linked("environment")),
    Page("environment's settings", "environment-settings", _linked("environment-settings")),
    Page("remove environment", "remove-environment", _linked("remove-environment")),
    Page("project's settings", "project-settings", _of_project("project-settings")),
    Page(
        "authentication, unlinked", "authentication", lambda console, _: console.url("authentication", console.unlinked)
    ),
    Page("authentication, linked", "authentication", _linked("authentication")),
    Page("file", "client-file", _linked("client-file", name="aws-exports.js")),
    Page("unlink", "unlink", _linked("unlink")),
    Page("review", "review-plan", _review),
    Page("check's page", "check-page", _anywhere("check-page", "pool.exists")),
    Page("authentication, linked and pushed", "authentication", _backend("authentication")),
    Page("unlink, of a pushed backend", "unlink", _backend("unlink")),
    Page("push", "push", _backend("push")),
    Page("review of a push", "deployment", lambda console, _: console.backend.preview.get_absolute_url()),
    Page("deployments", "deployments", _backend("deployments")),
    Page("pull", "pull", _backend("pull")),
    Page("source", "source", _backend("source")),
    Page("connect", "connect", _of_project("connect")),
    Page("create backend", "create-backend", _of_project("create-backend")),
    Page("import", "import", lambda console, _: console.url("import", console.unlinked)),
    Page("import, without script, everything chosen", "import", _plain_import, whole_wizard=True),
    Page("import, user pools, fragment", "import", _importing("import"), target="pools"),
    Page("import, choices, fragment", "import", _importing("import"), target="choices"),
    Page("import, user counts, fragment", "import-users", _users, target="none"),
    Page("import, app clients, fragment", "import-clients", _importing("import-clients"), target="clients"),
    Page(
        "import, identity pools, fragment",
        "import-identity-pools",
        _importing("import-identity-pools"),
        target="identity-pools",
    ),
    Page("import, checks, fragment", "import-preflight", _importing("import-preflight"), target="preflight"),
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
