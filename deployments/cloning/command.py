"""`manage.py environments clone`: the wizard's checks and its job, in this process."""

from typing import Any

from django.http import QueryDict

from auth_import.management.commands.import_auth import LONGEST_REASON, accepted_ids, choice_from_input
from auth_import.observation import Choice
from auth_import.terminal import findings_text
from auth_import.views.importing import changes_of
from deployments.cloning import job as clone_job
from deployments.cloning import making, preparing, services
from deployments.cloning.checking import fields_of
from deployments.cloning.checks import accounts_of
from deployments.cloning.forms import Draft
from deployments.cloning.models import PlannedClone
from deployments.cloning.options import options_of
from deployments.cloning.plan import Carried, ClonePlan, Resources
from deployments.cloning.preparing import NotReady, Prepared
from deployments.cloning.presentation import as_made, made_in_aws
from deployments.cloning.reports import clone_report, refusal_report
from deployments.cloning.start import Start
from deployments.services import NotPossible
from environments.command import ConsoleCommand, Failed, Operator, Refused, Usage, environment_of
from environments.models import Environment
from environments.permissions import Permission
from jobs import lifecycle
from jobs.models import Job, Status

RESOURCES = (Resources.SAME, Resources.OTHERS, Resources.NONE)


def add_parsers(command: ConsoleCommand, actions: Any) -> None:
    parser = actions.add_parser("clone", help="a new environment like the one that --environment names")
    command.add_shared_arguments(parser)
    parser.add_argument("--name", required=True, metavar="NEW", help="what the new environment is called")
    parser.add_argument(
        "--resources",
        required=True,
        choices=[str(one) for one in RESOURCES],
        help="the Cognito resources it gets; others: standard input has the Amplify CLI's ImportAuthRequest",
    )
    parser.add_argument("--region", metavar="R", help="another Region; not for Amplify, whose app lives in one")
    parser.add_argument("--role-arn", metavar="ARN", help="another role to assume; without it, the source's")
    parser.add_argument("--external-id", default="", metavar="X", help="what that role's trust policy asks for")
    parser.add_argument("--production", action="store_true", help="mark the new environment as production")
    parser.add_argument(
        "--carry", default="", metavar="WHAT[,WHAT]", help=f"what comes along: {', '.join(map(str, Carried))}"
    )
    parser.add_argument("--accept", action="append", default=[], metavar="ID[,ID]", help="as in import_auth")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; kept with the link and in the activity")
    parser.add_argument("--dry-run", action="store_true", help="run every check and show the plan; make nothing")


def clone(command: ConsoleCommand, options: dict[str, Any], operator: Operator) -> None:
    """Exit code 3 where the checks refuse, 1 where the job failed: run again, it goes on from there."""
    accepted, carried = accepted_ids(options["accept"]), carried_of(options["carry"])
    if accepted and not options["reason"].strip():
        raise Usage("--accept needs --reason TEXT: say why these checks may fail here. It is kept with the link.")
    if len(options["reason"]) > LONGEST_REASON:
        raise Usage(f"--reason is longer than {LONGEST_REASON} characters.")
    choice = choice_from_input() if options["resources"] == Resources.OTHERS else None
    source = environment_of(options, operator, needs=Permission.CLONE)
    operator.require(Permission.CLONE, source.project)
    left = None if options["dry_run"] else left_by_an_earlier_run(options, source, choice, carried)
    if left is not None:
        command.say("An earlier run of this was interrupted. What it planned is gone on with.")
        finish(command, options, source, left.plan, None, run(command, left, operator))
        return
    start = started(options, source, choice, carried)
    command.say(f"Checking what {options['name']} needs …")
    require_option(start, operator)
    prepared = preparing.prepare(start.wanted, sees=operator.sees)
    try:
        plan = preparing.plan_of(prepared, accepted=accepted, reason=options["reason"])
    except NotReady as refused:
        answer(command, options, refusal_report(refused), checks_text(prepared))
        raise Refused(f"{refused} Nothing was made.") from refused
    job = None
    if not options["dry_run"]:
        planned = preparing.keep_plan(plan=plan, project=source.project, source=source, actor=operator.actor)
        job = run(command, planned, operator)
    finish(command, options, source, plan, prepared, job)


def started(options: dict[str, Any], source: Environment, choice: Choice | None, carried: tuple[Carried, ...]) -> Start:
    """The wizard with everything chosen. Raises Usage for values that are not valid, Failed for a taken name."""
    data = QueryDict(mutable=True)
    data.update({"name": options["name"].strip(), "resources": options["resources"]})
    given = {"region": options["region"], "role_arn": options["role_arn"], "external_id": options["external_id"]}
    data.update({name: value for name, value in given.items() if value is not None})
    if options["production"]:
        data["production"] = "on"
    if choice:
        data.update({"pool": choice.user_pool_id, "web": choice.web_client_id, "native": choice.native_client_id})
        data.update({"ipool": choice.identity_pool_id} if choice.uses_identity_pool else {"identity": "off"})
    data.setlist("carry", [str(one) for one in carried])
    if source.project.environments.filter(name=data["name"]).exists():
        raise Failed(f"The project {source.project.slug} already has an environment “{data['name']}”.")
    if source.is_amplify and options["region"] not in (None, source.region):
        raise Usage(
            f"--region: the Amplify app {source.app_id} lives in {source.region}, and its environments with it."
        )
    start = Start(source.project, source, Draft(data, project=source.project, source=source, sent=True))
    if start.draft.environment is None:
        errors = start.draft.form.errors.items()
        raise Usage(" ".join(f"--{name.replace('_', '-')}: {' '.join(map(str, words))}" for name, words in errors))
    return start


def require_option(start: Start, operator: Operator) -> None:
    """Raises Refused where another Region or account rules out the same resources."""
    new = start.draft.environment
    if new is None or start.source is None or start.draft.resources is not Resources.SAME:
        return
    accounts = accounts_of(new.target, start.source.target)
    found = options_of(new, source=start.source, link=start.link, accounts=accounts, sees=operator.sees)
    refusal = next(one.refusal for one in found if one.value is Resources.SAME)
    if refusal:
        raise Refused(f"{refusal} Use --resources others or none. Nothing was made.")


def carried_of(text: str) -> tuple[Carried, ...]:
    wanted = [one.strip() for one in text.split(",") if one.strip()]
    unknown = [one for one in wanted if one not in list(Carried)]
    if unknown:
        raise Usage(f"--carry: there is no {', '.join(unknown)}. It knows {', '.join(map(str, Carried))}.")
    return tuple(Carried(one) for one in dict.fromkeys(wanted))


def left_by_an_earlier_run(
    options: dict[str, Any], source: Environment, choice: Choice | None, carried: tuple[Carried, ...]
) -> PlannedClone | None:
    """The plan of the very same environment whose job ended half way: its parts would be in a fresh one's way."""
    rows = PlannedClone.objects.select_related("project", "source", "environment", "job__project")
    for row in rows.filter(project=source.project, source=source, document__name=options["name"].strip()):
        plan, ended = row.plan, row.made.get("finished") or row.made.get("undone")
        wanted = (options["resources"], set(carried))
        same = wanted == (plan.resources, set(plan.carried)) and choice in (None, plan.auth and plan.auth.choice)
        moved = options["region"] not in (None, plan.region) or options["role_arn"] not in (None, plan.role_arn)
        if same and not moved and not ended and making.exists(row):
            return row
    return None


def run(command: ConsoleCommand, planned: PlannedClone, operator: Operator) -> Job:
    """Do what the job of the page does, here and now. The row appears on the pages like any other."""
    try:
        job = services.start_clone(planned=planned, actor=operator.actor, send=False)
    except NotPossible as error:
        raise Failed(f"{error} Nothing was made.") from error
    command.say(f"{job.title}: job {job.pk} …")
    return lifecycle.run_now(job, clone_job.clone)


def finish(
    command: ConsoleCommand,
    options: dict[str, Any],
    source: Environment,
    plan: ClonePlan,
    prepared: Prepared | None,
    job: Job | None,
) -> None:
    plan = as_made(plan, source)
    new = Environment(project=source.project, **fields_of(plan))
    files = changes_of(new, plan.auth) if plan.auth else ()
    report = clone_report(plan, files, prepared) | {"job": str(job.pk) if job else None}
    parts = [checks_text(prepared)] if prepared else []
    parts.append(made_text(plan, done=job is not None and job.status == Status.SUCCEEDED))
    answer(command, options, report, "\n\n".join(part for part in parts if part))
    if job is None or job.status == Status.SUCCEEDED:
        return
    if not job.is_finished:
        raise Failed(f"“{job.title}” is at work already (job {job.pk}). Wait until it has finished.")
    message = f" {job.error_message}" if job.error_message else ""
    raise Failed(f"{job.error_words}{message} {job.error_next_step} (job {job.pk})")


def checks_text(prepared: Prepared) -> str:
    """Every check, the addresses to look at, and the findings about the resources."""
    lines = [f"{one.severity.upper():<4}  {one.title}: {one.observed}" for one in prepared.checks]
    lines += [f"      {one.next_step}" for one in prepared.failing if one.next_step]
    warnings = "\n".join(f"WARN  {words}" for words in prepared.comparison.warnings)
    found = findings_text(prepared.preflight.findings) if prepared.preflight else ""
    return "\n\n".join(part for part in ("\n".join(lines), warnings, found) if part)


def made_text(plan: ClonePlan, *, done: bool) -> str:
    things = [f"  {one.what:<22}{one.name}" for one in made_in_aws(plan)]
    heading = "Made in AWS:" if done else "Would be made in AWS:"
    listed = "\n".join([heading, *things]) if things else f"{heading} nothing."
    return f"{listed}\n\n{'Made' if done else 'Planned'} {plan.name} from {plan.source}."


def answer(command: ConsoleCommand, options: dict[str, Any], value: dict[str, Any], text: str) -> None:
    if options["format"] == "json":
        command.document(value)
    else:
        command.show(text)


ACTIONS = {"clone": clone}
