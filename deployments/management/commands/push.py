"""`manage.py push`: preview and push an Amplify environment, in this process."""

from typing import Any

from django.core.management.base import CommandParser

from auth_import.terminal import files_text, findings_text
from deployments import preview_job, push_job, services, waiting
from deployments.models import Deployment
from deployments.presentation import plan_report
from deployments.push_plan import PushPlan
from environments.command import ConsoleCommand, Failed, Operator, Refused, environment_of, operator_of
from environments.models import Environment
from environments.permissions import Permission
from jobs import lifecycle
from jobs import services as job_services
from jobs.models import Job

NOTHING: dict[str, Any] = {
    "verdict": "accepted",
    "deployment": None,
    "phase": None,
    "change": None,
    "also": [],
    "findings": [],
    "plan": {"aws": [], "files": [], "parameters": [], "stack": []},
    "job": None,
    "left": [],
}
"""The answer when the backend has exactly what is linked here."""


class Command(ConsoleCommand):
    help = "Bring the backend in the cloud to what is linked here. Exit code 3 when the checks refuse."

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_shared_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="only show what would change, call by call")

    def handle(self, *args: Any, **options: Any) -> None:
        operator = operator_of(options)
        environment = environment_of(options, operator, needs=Permission.PUSH)
        try:
            self.finish_interrupted(environment, operator)
            job = services.start_preview(
                environment=environment, actor=operator.actor, send=False, replaces=not options["dry_run"]
            )
            deployment = self.previewed(environment, job)
            if deployment is None:
                self.answer(options, NOTHING, "The backend holds exactly this already.")
                return
            plan = PushPlan.from_dict(deployment.document)
            self.say(plan_text(plan))
            if plan.blocking:
                services.discard(deployment=deployment)
                self.answer(options, plan_report(deployment, plan), findings_text(plan.findings))
                raise Refused("The checks refuse this push: " + ", ".join(one.id for one in plan.blocking))
            if options["dry_run"]:
                services.discard(deployment=deployment)
                self.answer(options, plan_report(deployment, plan), "Nothing was changed.")
                return
            job = services.start_push(deployment=deployment, actor=operator.actor, send=False)
        except services.NotPossible as refusal:
            raise Failed(str(refusal)) from refusal
        ended = lifecycle.run_now(job, push_job.push)
        deployment.refresh_from_db()
        self.answer(options, plan_report(deployment, plan), f"Pushed to {environment.name}." if is_done(ended) else "")
        if not is_done(ended):
            raise Failed(f"{ended.error_words} {ended.error_message} {ended.error_next_step} (job {ended.pk})")

    def finish_interrupted(self, environment: Environment, operator: Operator) -> None:
        """A push whose process died, perhaps this very command's, is ended first: there may be no worker."""
        job_services.tick()
        job = services.resume(environment=environment, actor=operator.actor)
        if job is None:
            return
        self.say("An interrupted push is taken up first …")
        ended = lifecycle.run_now(job, push_job.push)
        self.say(f"It is {ended.get_status_display().lower()}. {ended.error_words}".strip())

    def previewed(self, environment: Environment, job: Job) -> Deployment | None:
        """What was previewed, None when there is nothing to push. Raises Failed when it could not be."""
        self.say(f"Previewing a push to {environment.name} …")
        ended = lifecycle.run_now(job, preview_job.preview)
        if not ended.is_finished:
            raise Failed(f"“{ended.title}” is at work already (job {ended.pk}). Wait until it has finished.")
        if not is_done(ended):
            raise Failed(f"{ended.error_words} {ended.error_message} {ended.error_next_step} (job {ended.pk})")
        return Deployment.objects.filter(pk=ended.result.get("deployment")).first()

    def answer(self, options: dict[str, Any], value: dict[str, Any], text: str) -> None:
        if options["format"] == "json":
            self.document(value)
        elif text:
            self.show(text)


def is_done(job: Job) -> bool:
    return bool(job.status == Job.Status.SUCCEEDED)


def plan_text(plan: PushPlan) -> str:
    """The plan as a person reads it in a terminal."""
    stack = [f"  {one.action:<6}  {one.path} ({one.type}){_replaced(one.replacement)}" for one in plan.stack_changes]
    calls = [f"  {one.action}  {one.subject}" for one in plan.calls]
    others = [f"  {waiting.words_of(one)}" for one in waiting.changes_from(plan.others)]
    parts = [
        "\n".join(["Beside auth:", *others]) if others else "",
        files_text([{"path": one.path, "change": one.change} for one in plan.files], "Backend files:"),
        files_text([{"path": one.name, "change": one.change} for one in plan.parameters], "Parameters in SSM:"),
        "\n".join(["Root stack:", *stack]) if stack else "",
        "\n".join(["Calls, in order:", *calls]) if calls else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _replaced(replacement: str) -> str:
    return {"True": ", REPLACED by a new one", "Conditional": ", perhaps replaced"}.get(replacement, "")
