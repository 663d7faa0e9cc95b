"""`manage.py link_status`: check links again, and tell what changed in AWS since the import."""

from typing import Any

from django.core.management.base import CommandParser

from auth_import import services
from auth_import.models import CognitoLink
from auth_import.preflight import link_of
from auth_import.reports import link_report
from auth_import.terminal import drift_text, findings_text
from environments.command import (
    ConsoleCommand,
    Failed,
    Operator,
    Refused,
    Usage,
    environment_of,
    operator_of,
    project_of,
)
from environments.permissions import Permission


class Command(ConsoleCommand):
    help = "Check a link again, by read calls only. Exit code 3 when a check fails or something changed in AWS."

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_shared_arguments(parser, place_required=False)
        parser.add_argument("--all", action="store_true", help="every link, or with --project every link of a project")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"] == bool(options["environment"]) or not (options["all"] or options["project"]):
            raise Usage(
                "Give --project and --environment, or --all (with --project: all environments of that project)."
            )
        operator = operator_of(options)
        links = links_of(options, operator)
        checked = []
        for link in links:
            self.say(f"Checking {link.environment.project.slug} / {link.environment.name} …")
            checked.append(services.check_link(link=link, actor=operator.actor, sees=operator.sees))
        if options["format"] == "json":
            reports = [link_report(link) for link in checked]
            self.document(reports if options["all"] else reports[0])
        else:
            self.show("\n\n\n".join(map(link_text, checked)) or "Nothing is linked.")
        bad = [link for link in checked if needs_attention(link)]
        if bad:
            names = ", ".join(f"{link.environment.project.slug} / {link.environment.name}" for link in bad)
            raise Refused(f"A check fails, or something changed since the import: {names}.")


def links_of(options: dict[str, Any], operator: Operator) -> list[CognitoLink]:
    """The links to check. Raises Failed when a named environment has none."""
    if not options["all"]:
        environment = environment_of(options, operator, needs=Permission.VIEW)
        link = link_of(environment)
        if link is None:
            raise Failed(not_linked(environment.project.slug, environment.name))
        return [link]
    rows = CognitoLink.objects.select_related("environment__project").order_by(
        "environment__project__slug", "environment__name"
    )
    if options["project"]:
        rows = rows.filter(environment__project=project_of(options["project"], operator))
    return [link for link in rows if operator.sees(link.environment)]


def not_linked(project: str, environment: str) -> str:
    return (
        f"Nothing is linked to {project} / {environment}. Import Cognito resources first: "
        f"manage.py import_auth --project {project} --environment {environment} < payload.json"
    )


def needs_attention(link: CognitoLink) -> bool:
    return bool(link.failing or link.drift) or link_report(link)["verdict"] == "refused"


def link_text(link: CognitoLink) -> str:
    place = f"{link.environment.project.slug} / {link.environment.name}"
    parts = [
        f"{place}: {link.user_pool_name} ({link.user_pool_id}). {link.health_words}.",
        drift_text(link.drift),
        findings_text(link.last_findings, accepted=link.accepted),
    ]
    return "\n\n".join(part for part in parts if part)
