"""`manage.py link_status`: check links again, and tell what changed in AWS since the import."""

from typing import Any

from django.core.management.base import CommandParser

from auth_import.models import CognitoLink
from auth_import.preflight import link_of
from auth_import.reports import link_report
from auth_import.terminal import drift_text, findings_text, ignored_text
from auth_import.watch.checking import check_links
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
    help = (
        "Check a link again, by read calls only. "
        "Exit code 3 when a check fails or something changed in AWS, 1 when something could not be checked."
    )

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
        check_links(links=links, actor=operator.actor, sees=operator.sees, begins=self.begins)
        if options["format"] == "json":
            reports = [link_report(link) for link in links]
            self.document(reports if options["all"] else reports[0])
        else:
            self.show("\n\n\n".join(map(link_text, links)) or "Nothing is linked.")
        self.end_with(links)

    def begins(self, link: CognitoLink) -> None:
        self.say(f"Checking {place_of(link)} …")

    def end_with(self, links: list[CognitoLink]) -> None:
        """Raises Refused when something is wrong, which counts for more than Failed: not everything was told."""
        untold = [link for link in links if link.untold]
        for link in untold:
            fault = link.untold
            assert fault is not None
            self.say(f"{place_of(link)} could not be checked: {fault.message} ({fault.action} {fault.code}).")
        if bad := [link for link in links if needs_attention(link)]:
            names = ", ".join(map(place_of, bad))
            raise Refused(f"A check fails, or something changed since the import: {names}.")
        if untold:
            names = ", ".join(map(place_of, untold))
            raise Failed(f"Not checked: {names}. What was known of them stays; run the command again in a minute.")


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


def place_of(link: CognitoLink) -> str:
    return f"{link.environment.project.slug} / {link.environment.name}"


def needs_attention(link: CognitoLink) -> bool:
    """Of a link that was not checked, only drift that is known already counts: its checks fail for want of answers."""
    if link.untold:
        return bool(link.drift)
    return bool(link.failing or link.drift) or link_report(link)["verdict"] == "refused"


def link_text(link: CognitoLink) -> str:
    parts = [
        f"{place_of(link)}: {link.user_pool_name} ({link.user_pool_id}). {link.health_words}.",
        drift_text(link.drift),
        ignored_text(row.to_dict() for row in link.ignored_drift.all()),
        findings_text(link.last_findings, accepted=link.accepted),
    ]
    return "\n\n".join(part for part in parts if part)
