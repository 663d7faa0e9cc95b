"""`manage.py pull`: refresh what the console knows of an Amplify backend, and tell what differs from the last push."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from backend_state import known
from deployments import planning, pull_job, services
from deployments.views.pull import pull_report
from environments.command import ConsoleCommand, Failed, environment_of, operator_of
from environments.models import Environment
from environments.permissions import Permission
from jobs import lifecycle
from jobs.models import Job


class Command(ConsoleCommand):
    help = "Read the backend in the cloud, and tell what somebody else has changed there since the last push."

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_shared_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="only tell; what the console knows stays as it is")

    def handle(self, *args: Any, **options: Any) -> None:
        operator = operator_of(options)
        environment = environment_of(options, operator, needs=Permission.VIEW)
        try:
            if options["dry_run"]:
                report = told(environment)
            else:
                job = services.start_pull(environment=environment, actor=operator.actor, send=False)
                report = self.pulled(environment, job)
        except services.NotPossible as refusal:
            raise Failed(str(refusal)) from refusal
        if options["format"] == "json":
            self.document(report)
        else:
            self.show("\n".join(report["differences"]) or "Nothing differs from the last push.")
            for problem in report["problems"]:
                self.say(f"{problem['words']} {problem['next_step']}")

    def pulled(self, environment: Environment, job: Job) -> dict[str, Any]:
        self.say(f"Pulling {environment.name} …")
        ended = lifecycle.run_now(job, pull_job.pull)
        if not ended.is_finished:
            raise Failed(f"“{ended.title}” is at work already (job {ended.pk}). Wait until it has finished.")
        if ended.status != Job.Status.SUCCEEDED:
            raise Failed(f"{ended.error_words} {ended.error_message} {ended.error_next_step} (job {ended.pk})")
        report = pull_report(known.known(environment)) | {"problems": ended.result["problems"], "job": ended.pk}
        return {**report, "read": _text(report["read"]), "last_pushed": _text(report["last_pushed"])}


def told(environment: Environment) -> dict[str, Any]:
    """What a pull would find, kept nowhere. Raises NotPossible and Failed."""
    services.require_backend(environment)
    reading = planning.read(environment)
    if reading.state is None:
        raise Failed(" ".join(f"{one.words} {one.next_step}" for one in reading.problems))
    row, facts = known.known(environment), known.facts_of(reading.state)
    return {
        "read": timezone.now().isoformat(),
        "last_pushed": _text(row.last_pushed if row else None),
        "auth": facts["auth"],
        "resources": facts["resources"],
        "stack": facts["stack"],
        "differences": known.differences(row.pushed, facts) if row else [],
        "problems": [one.as_json() for one in reading.problems],
        "job": None,
    }


def _text(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
