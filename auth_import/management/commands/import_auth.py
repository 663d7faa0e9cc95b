"""`manage.py import_auth`: import existing Cognito resources into an environment, by the Amplify CLI's own payload."""

import sys
from typing import Any

from django.core.management.base import CommandParser
from django.urls import reverse

from auth_import import rules, services
from auth_import.findings import Finding, RuleSet
from auth_import.import_request import LARGEST, InvalidRequest, read_request
from auth_import.models import CognitoLink
from auth_import.observation import Choice
from auth_import.plan import FileChange, ImportPlan, file_changes
from auth_import.preflight import context_of, link_of, preflight
from auth_import.reports import import_report, swap_report
from auth_import.terminal import files_text, findings_text, swap_text
from environments.command import (
    ConsoleCommand,
    Failed,
    Operator,
    Refused,
    Usage,
    environment_of,
    operator_of,
)
from environments.models import Environment
from environments.permissions import Permission
from jobs.lifecycle import run_now
from jobs.models import Job, Status

LONGEST_REASON = 1000


class Command(ConsoleCommand):
    help = (
        "Import an existing user pool, two app clients and an identity pool into an environment. "
        "Standard input: the Amplify CLI's ImportAuthRequest, version 1, as JSON."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_shared_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="run every check and show the plan; write nothing")
        parser.add_argument(
            "--rules",
            choices=[str(one) for one in RuleSet],
            default=str(RuleSet.ADMIN_UI),
            help="admin-ui: the documented requirements (default); cli: what the Amplify CLI itself would accept",
        )
        parser.add_argument(
            "--accept",
            action="append",
            default=[],
            metavar="ID[,ID]",
            help="failures to import anyway, where only the documentation objects; needs --reason",
        )
        parser.add_argument("--reason", default="", metavar="TEXT", help="why; kept with the link and in the activity")
        parser.add_argument("--swap", action="store_true", help="put them in the place of what is linked, in one step")

    def handle(self, *args: Any, **options: Any) -> None:
        accepted = accepted_ids(options["accept"])
        if accepted and not options["reason"].strip():
            raise Usage("--accept needs --reason TEXT: say why these checks may fail here. It is kept with the link.")
        if len(options["reason"]) > LONGEST_REASON:
            raise Usage(f"--reason is longer than {LONGEST_REASON} characters.")
        choice = choice_from_input()
        operator = operator_of(options)
        environment = environment_of(options, operator, needs=Permission.IMPORT_AUTH)
        rule_set = RuleSet(options["rules"])
        replaced = replaced_link(environment, choice) if options["swap"] else None
        self.say(f"Checking {choice.user_pool_id} in {environment.region} …")
        checked = preflight(
            environment=environment,
            choice=choice,
            sees=operator.sees,
            rule_set=rule_set,
            relink=replaced is not None,
        )
        try:
            plan = services.plan_of(
                checked,
                environment=environment,
                accepted=accepted,
                reason=options["reason"],
                replaces=replaced,
            )
        except services.Refused as refused:
            self.report(options, findings=refused.findings, refused=True)
            raise Refused(refusal_words(refused, accepted)) from refused
        changes = file_changes(context_of(environment), plan.replaced_outputs, plan.outputs)
        job = None if options["dry_run"] else self.apply(plan, environment=environment, operator=operator)
        self.report(options, findings=plan.findings, changes=changes, plan=plan, job=job)
        if job is not None and job.status != Status.SUCCEEDED:
            raise Failed(job_words(job, link_of(environment)))

    def apply(self, plan: ImportPlan, *, environment: Environment, operator: Operator) -> Job:
        """Do what the job of the page does, here and now. The row appears on the pages like any other."""
        planned = services.keep_plan(plan=plan, environment=environment, actor=operator.actor)
        place = {"project": environment.project.slug, "env": environment.name}
        url = reverse("authentication", kwargs=place)
        job = services.start_import(planned=planned, actor=operator.actor, return_url=url, send=False)
        self.say(f"{'Swapping' if plan.replaces else 'Importing'}: job {job.pk} …")
        return run_now(job, services.apply_import)

    def report(
        self,
        options: dict[str, Any],
        *,
        findings: tuple[Finding, ...],
        changes: tuple[FileChange, ...] = (),
        plan: ImportPlan | None = None,
        job: Job | None = None,
        refused: bool = False,
    ) -> None:
        document = import_report(findings=findings, changes=changes, job=job.pk if job else None, refused=refused)
        document |= swap_report(plan) if plan else {}
        if options["format"] == "json":
            self.document(document)
            return
        parts = [findings_text(findings, accepted=plan.accepted if plan else ())]
        if plan is not None:
            heading = "Nothing changes in AWS. Files of the environment:"
            parts += [swap_text(document.get("swap", {})), files_text(document["plan"]["files"], heading)]
            parts.append(outcome(plan, job))
        self.show("\n\n".join(part for part in parts if part))


def replaced_link(environment: Environment, choice: Choice) -> CognitoLink:
    """What a swap is to replace. Raises Failed where nothing is linked, or these very resources are."""
    link = link_of(environment)
    if link is None:
        raise Failed(f"{environment} has no link to swap. Leave --swap out to import.")
    if link.choice == choice:
        raise Failed(f"{environment} is linked to exactly these resources. Nothing was written.")
    return link


def outcome(plan: ImportPlan, job: Job | None) -> str:
    name = f"{plan.outputs.user_pool_name} ({plan.outputs.user_pool_id})"
    if plan.replaces:
        if job is None:
            return f"Accepted. {name} can take the place of what is linked; nothing was written."
        return (
            f"Swapped: {name} is linked." if job.status == Status.SUCCEEDED else f"{name} took no place: not swapped."
        )
    if job is None:
        return f"Accepted. {name} can be imported; nothing was written."
    return f"Imported {name}." if job.status == Status.SUCCEEDED else f"{name} was not imported."


def choice_from_input() -> Choice:
    """The choice in the payload on standard input. Raises Usage for a payload that is not valid."""
    if sys.stdin is None or sys.stdin.isatty():
        raise Usage(
            "Give the payload on standard input: manage.py import_auth --project P --environment E < payload.json"
        )
    try:
        return read_request(sys.stdin.buffer.read(LARGEST + 1))
    except InvalidRequest as error:
        raise Usage(str(error)) from error
    except OSError as error:
        raise Usage(f"Standard input cannot be read: {error.strerror}.") from error


def accepted_ids(given: list[str]) -> tuple[str, ...]:
    """The ids of `--accept`, which may be repeated and hold several ids each. Raises Usage for unknown ones."""
    ids = tuple(dict.fromkeys(one.strip() for part in given for one in part.split(",") if one.strip()))
    known = {rule.id for rule in rules.RULES}
    unknown = [one for one in ids if one not in known]
    if unknown:
        raise Usage(f"There is no check {', '.join(unknown)}. The ids stand beside the findings, e.g. client.distinct.")
    if given and not ids:
        raise Usage("--accept needs the id of at least one check.")
    return ids


def refusal_words(refused: services.Refused, accepted: tuple[str, ...]) -> str:
    """What refuses, what of `--accept` had no effect, and what could be accepted."""
    if not refused.blocking:
        return "AWS could not be read completely. Wait a minute and run the command again. Nothing was written."
    blocking = set(refused.blocking)
    words = [f"These checks refuse the import: {', '.join(refused.blocking)}. Nothing was written."]
    fixed = [one for one in accepted if one in blocking]
    if fixed:
        words.append(f"Cannot be accepted here, because the Amplify CLI refuses it too: {', '.join(fixed)}.")
    acceptable = [one.id for one in rules.needs_acceptance(refused.findings) if one.id in blocking]
    if acceptable:
        alone = len(acceptable) == len(blocking)
        words.append(
            f"{'To import anyway' if alone else 'Only the documentation objects to some of them'}: "
            f"--accept {','.join([*(one for one in accepted if one not in blocking), *acceptable])} --reason TEXT."
        )
    return " ".join(words)


def job_words(job: Job, link: CognitoLink | None) -> str:
    """Why the job did not succeed, what is linked all the same, and what to do next."""
    linked = link is not None and link.planned_import_id == job.payload.get("planned_import")
    if job.status == Status.CANCELLED:
        return f"Job {job.pk} was cancelled. {link_words(link) if linked and link else 'Nothing was linked.'}"
    cause = ", ".join(part for part in (job.error_code, job.error_action, job.error_request_id) if part)
    message = f" {job.error_message}" if job.error_message else ""
    words = f"{job.error_words}{message}{f' ({cause})' if cause else ''} {job.error_next_step}".strip()
    return f"{words} {link_words(link)}" if linked and link else words


def link_words(link: CognitoLink) -> str:
    return (
        f"The link exists all the same: {link.environment} uses {link.user_pool_name} ({link.user_pool_id});"
        " manage.py unlink takes it away."
    )
