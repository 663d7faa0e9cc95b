"""The left navigation and its badges, worked out only when a whole page is drawn."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from auth_import.models import CognitoLink, UnpushedUnlink
from deployments import waiting
from environments import access
from environments.models import Environment, Project
from environments.permissions import Permission
from jobs.models import Job
from web.pages import wants_fragment


def shell(request: HttpRequest) -> dict[str, object]:
    """`project`, `environment` and `navigation` for the base template; fragments draw none of them."""
    if wants_fragment(request):
        return {}
    project = getattr(request, "project", None)
    environment = getattr(request, "environment", None)
    return {
        "project": project,
        "environment": environment,
        "navigation": SimpleLazyObject(lambda: _navigation(request, project, environment)) if project else [],
    }


def _navigation(request: HttpRequest, project: Project, environment: Environment | None) -> list[dict[str, Any]]:
    here = request.path

    def item(label: str, url: str, icon: str, *, badge: str = "", exact: bool = False) -> dict[str, Any]:
        current = here == url if exact else here.startswith(url)
        return {"label": label, "url": url, "icon": icon, "badge": badge, "current": current}

    groups: list[dict[str, Any]] = []
    deploy: list[dict[str, Any]] = []
    if environment:
        names = {"project": project.slug, "env": environment.name}
        link = CognitoLink.objects.filter(environment=environment).only("failing", "drift", "pushed").first()
        # One number: what fails, or else what changed in AWS and waits for somebody's decision.
        attention = str(link.failing or len(link.drift) or "") if link else ""
        groups.append(
            {
                "title": "Set up",
                "items": [
                    item("Overview", reverse("environment", kwargs=names), "house", exact=True),
                    item("Authentication", reverse("authentication", kwargs=names), "shield-check", badge=attention),
                    item("Data", reverse("data", kwargs=names), "database"),
                    item("Functions", reverse("functions", kwargs=names), "square-function"),
                    item("Source code", reverse("source", kwargs=names), "file-code"),
                ],
            }
        )
        groups.append(
            {
                "title": "Manage",
                "items": [
                    item("Users", reverse("users", kwargs=names), "users"),
                    item("Groups", reverse("groups", kwargs=names), "users-round"),
                ],
            }
        )
        if environment.is_amplify:
            waiting = _waiting(environment, link)
            deploy = [
                item("Push", reverse("push", kwargs=names), "cloud-upload", badge=waiting),
                item("Pull", reverse("pull", kwargs=names), "cloud-download"),
                item("Deployments", reverse("deployments", kwargs=names), "rocket"),
            ]
    running = Job.objects.filter(project=project).unfinished().count()
    slug = {"project": project.slug}
    groups.append(
        {
            "title": "Deploy",
            "items": [
                *deploy,
                item("Environments", reverse("project", kwargs=slug), "layers", exact=True),
                item("Jobs", reverse("jobs:index", kwargs=slug), "activity", badge=str(running or "")),
            ],
        }
    )
    settings = [
        item("Members", reverse("members", kwargs=slug), "id-card"),
        item("Notifications", reverse("notifications", kwargs=slug), "bell"),
        item("Activity", reverse("activity", kwargs=slug), "history"),
    ]
    if access.may(request, Permission.MANAGE_TOKENS, project):
        settings.insert(1, item("Tokens", reverse("tokens", kwargs=slug), "key-round"))
    if access.may(request, Permission.MANAGE_ENVIRONMENTS, project):
        settings.append(item("Project settings", reverse("project-settings", kwargs=slug), "box"))
        if environment:
            names = {"project": project.slug, "env": environment.name}
            settings.append(item("Environment settings", reverse("environment-settings", kwargs=names), "settings"))
    groups.append({"title": "Settings", "items": settings})
    return groups


def _waiting(environment: Environment, link: CognitoLink | None) -> str:
    """The badge of Push: the link or an unlink, a draft of data rules, and each function's access that waits."""
    auth = not link.pushed if link else UnpushedUnlink.objects.filter(environment=environment).exists()
    others = waiting.has_rules_waiting(environment) + waiting.functions_waiting(environment)
    return str(auth + others or "")
