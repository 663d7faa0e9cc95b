"""`manage.py unlink`: forget an environment's link, and take it out of its Amplify backend where it is there.

The first asks AWS nothing, so it works whatever has become of it; the second is done in this process, and waits where
AWS cannot be reached.
"""

from typing import Any

from django.core.management.base import CommandParser

from auth_import import services
from auth_import.dependents import dependents_of
from auth_import.management.commands.link_status import not_linked
from auth_import.models import CognitoLink, UnpushedUnlink
from auth_import.plan import file_changes, plan_lines
from auth_import.preflight import context_of, link_of
from auth_import.removal import removal_of
from auth_import.unlinking import waiting_of
from deployments.finishing import job as finishing_job
from deployments.finishing import services as finishing
from environments.command import ConsoleCommand, Failed, Operator, Usage, environment_of, operator_of
from environments.models import Environment
from environments.permissions import Permission
from jobs import lifecycle
from jobs import services as jobs
from jobs.models import Job


class Command(ConsoleCommand):
    help = "Take the link of an environment away. The Cognito resources stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_shared_arguments(parser)
        parser.add_argument(
            "--yes", action="store_true", help="do it; without this, only show what stays and what goes"
        )
        parser.add_argument(
            "--keep-backend",
            action="store_true",
            help="leave the Amplify backend in the cloud as it is; somebody pushes later",
        )
        parser.add_argument(
            "--cancel-jobs", action="store_true", help="cancel work on the pool's users that is in the way"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        operator = operator_of(options)
        environment = environment_of(options, operator, needs=Permission.UNLINK_AUTH)
        link = link_of(environment)
        finish = not options["keep_backend"] and operator.may(Permission.PUSH, environment.project, environment)
        if link is None:
            self.go_on(environment, operator, options, finish=finish)
            return
        changes = file_changes(context_of(environment, link), link.auth_outputs, None)
        words = "\n".join(what_happens(link, [change.path for change in changes], finish=finish))
        if not options["yes"]:
            self.say(words)
            raise Usage("Nothing was changed. To unlink, run the command again with --yes.")
        try:
            job = services.unlink(
                link=link,
                actor=operator.actor,
                finish=finish and environment.is_amplify,
                cancel_jobs=options["cancel_jobs"],
                send=False,
            )
        except services.StillNeeded as needed:
            raise Failed(f"Nothing was unlinked, because something needs the link. {needed}") from needed
        if options["format"] == "text":
            self.show(f"{words}\n\nUnlinked {link.user_pool_name} ({link.user_pool_id}).")
        had = waiting_of(environment)
        self.run(job)
        document = {
            "user_pool": link.user_pool_id,
            "web_client": link.web_client_id,
            "native_client": link.native_client_id,
            "identity_pool": link.identity_pool_id,
            "plan": plan_lines(changes),
        }
        self.end(environment, options, document, had=had, tried=job is not None)

    def go_on(self, environment: Environment, operator: Operator, options: dict[str, Any], *, finish: bool) -> None:
        """Nothing is linked any more; what an earlier unlink has left in the cloud is taken out now."""
        waiting = waiting_of(environment)
        if waiting is None or not finish:
            raise Failed(not_linked(environment.project.slug, environment.name))
        if not options["yes"]:
            self.say(waiting.sentence)
            raise Usage("Nothing was changed. To take it out of the backend, run the command again with --yes.")
        # Of an attempt whose process has died, perhaps this very command's, nobody else may take notice.
        jobs.tick()
        self.run(finishing.try_now(environment=environment, actor=operator.actor, send=False))
        ids = {"user_pool": waiting.user_pool_id, "web_client": "", "native_client": "", "identity_pool": ""}
        self.end(environment, options, ids | {"plan": plan_lines(())}, had=waiting, tried=True)

    def run(self, job: Job | None) -> None:
        if job is not None:
            self.say("Taking it out of the Amplify backend …")
            lifecycle.run_now(job, finishing_job.finish)

    def end(
        self,
        environment: Environment,
        options: dict[str, Any],
        document: dict[str, Any],
        *,
        had: UnpushedUnlink | None,
        tried: bool,
    ) -> None:
        """The answer. Raises Failed where the cloud's part was tried and must wait."""
        waiting = waiting_of(environment) if had else None
        backend = waiting.as_json() if waiting else {"state": "finished"} if had else None
        if options["format"] == "json":
            place = {"project": environment.project.slug, "environment": environment.name}
            self.document({**place, **document, "backend": backend})
        elif had and waiting is None:
            self.show("The Amplify backend has nothing of it any more.")
        elif waiting and not tried:
            self.show("The Amplify backend still has it: manage.py push takes it out there.")
        if waiting and tried:
            again = (
                "The console's schedule tries again by itself; or run this command again."
                if waiting.state == UnpushedUnlink.State.TRYING
                else "Then run this command again."
            )
            raise Failed(
                f"It is unlinked here, and the Amplify backend {waiting.has} it. "
                f"{waiting.words} {waiting.next_step} {again}"
            )


def what_happens(link: CognitoLink, paths: list[str], *, finish: bool) -> list[str]:
    """What stays and what goes, one thing a line."""
    lines = [
        "What stays:",
        f"  the user pool {link.user_pool_name} ({link.user_pool_id}) with its users, groups and app clients",
    ]
    if link.identity_pool_id:
        lines.append(f"  the identity pool {link.identity_pool_name} ({link.identity_pool_id}) and its IAM roles")
    lines += [
        "  links of other environments, and the activity; nothing is called in Cognito",
        "What goes:",
        f"  the link of {link.environment.project.slug} / {link.environment.name}, its last checks and its drift",
        f"  the files generated from it: {', '.join(paths)}; copies in your apps stay",
    ]
    removal = removal_of(link)
    when = "taken out now" if finish else "with the next push"
    if removal and removal.there:
        lines.append(f"  the imported auth {removal.there.resource_name} in the Amplify backend, {when}")
        lines += [f"    it must wait for {use.resource}: {use.way_out}" for use in removal.refusing]
    elif removal and not removal.is_sure:
        look = "it is looked at now" if finish else "pull first"
        lines.append(f"  not known whether the Amplify backend has it: {look}")
    for dependent in dependents_of(link):
        lines.append(f"  {dependent.title}: {dependent.words}")
    return lines
