"""`manage.py unlink`: forget an environment's link. It asks AWS nothing, so it works whatever has become of it."""

from typing import Any

from django.core.management.base import CommandParser

from auth_import import services
from auth_import.dependents import dependents_of
from auth_import.management.commands.link_status import not_linked
from auth_import.models import CognitoLink
from auth_import.plan import file_changes, plan_lines
from auth_import.preflight import context_of, link_of
from auth_import.removal import removal_of
from environments.command import ConsoleCommand, Failed, Usage, environment_of, operator_of
from environments.permissions import Permission


class Command(ConsoleCommand):
    help = "Take the link of an environment away. The Cognito resources stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_shared_arguments(parser)
        parser.add_argument(
            "--yes", action="store_true", help="do it; without this, only show what stays and what goes"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        operator = operator_of(options)
        environment = environment_of(options, operator, needs=Permission.UNLINK_AUTH)
        link = link_of(environment)
        if link is None:
            raise Failed(not_linked(environment.project.slug, environment.name))
        changes = file_changes(context_of(environment, link), link.auth_outputs, None)
        words = "\n".join(what_happens(link, [change.path for change in changes]))
        if not options["yes"]:
            self.say(words)
            raise Usage("Nothing was changed. To unlink, run the command again with --yes.")
        try:
            services.unlink(link=link, actor=operator.actor)
        except services.StillNeeded as needed:
            raise Failed(f"Nothing was unlinked, because something needs the link. {needed}") from needed
        if options["format"] == "json":
            self.document(
                {
                    "project": environment.project.slug,
                    "environment": environment.name,
                    "user_pool": link.user_pool_id,
                    "web_client": link.web_client_id,
                    "native_client": link.native_client_id,
                    "identity_pool": link.identity_pool_id,
                    "plan": plan_lines(changes),
                }
            )
        else:
            self.show(f"{words}\n\nUnlinked {link.user_pool_name} ({link.user_pool_id}).")


def what_happens(link: CognitoLink, paths: list[str]) -> list[str]:
    """What stays and what goes, one thing a line."""
    lines = [
        "What stays:",
        f"  the user pool {link.user_pool_name} ({link.user_pool_id}) with its users, groups and app clients",
    ]
    if link.identity_pool_id:
        lines.append(f"  the identity pool {link.identity_pool_name} ({link.identity_pool_id}) and its IAM roles")
    lines += [
        "  links of other environments, and the activity; nothing is called in AWS",
        "What goes:",
        f"  the link of {link.environment.project.slug} / {link.environment.name}, its last checks and its drift",
        f"  the files generated from it: {', '.join(paths)}; copies in your apps stay",
    ]
    removal = removal_of(link)
    if removal and removal.is_there:
        lines.append("  the imported auth in the Amplify backend, with the next push")
    elif removal and not removal.is_sure:
        lines.append("  not known whether the Amplify backend has it: pull first")
    for dependent in dependents_of(link):
        lines.append(f"  {dependent.title}: {dependent.words}")
    return lines
