"""`manage.py environments remove|rename`: what the pages of these names do."""

from typing import Any

from django.core.exceptions import ValidationError

from admin_ui import changes
from auth_import.models import CognitoLink
from backend_state.known import known
from deployments.deleting import job as deleting_job
from deployments.deleting import services as deleting
from deployments.deleting.reading import shown_of
from deployments.services import NotPossible
from environments.command import ConsoleCommand, Failed, Operator, Usage, environment_of
from environments.models import Environment
from environments.permissions import Permission
from jobs import lifecycle
from jobs.models import Job, Status


def add_parsers(command: ConsoleCommand, actions: Any) -> None:
    remove = actions.add_parser("remove", help="forget an environment; linked Cognito resources are never touched")
    command.add_shared_arguments(remove)
    remove.add_argument("--yes", action="store_true", help="do it; without this, only show what stays and what goes")
    remove.add_argument(
        "--with-backend", action="store_true", help="also delete its Amplify backend, as amplify env remove does"
    )
    remove.add_argument("--confirm", default="", metavar="E", help="with --with-backend: the environment's name again")
    rename = actions.add_parser("rename", help="call a standalone environment something else")
    command.add_shared_arguments(rename)
    rename.add_argument("--to", required=True, metavar="NAME", help="its new name")


def rename(command: ConsoleCommand, options: dict[str, Any], operator: Operator) -> None:
    environment = _to_manage(options, operator)
    before, name = environment.name, options["to"].strip()
    try:
        changes.rename_environment(environment=environment, name=name, actor=operator.actor)
    except ValidationError as error:
        raise Failed(f"{' '.join(error.messages)} Nothing was changed.") from error
    _answer(
        command,
        options,
        {"project": environment.project.slug, "environment": name, "before": before},
        f"{environment.project.slug} / {before} is called {name} now.",
    )


def remove(command: ConsoleCommand, options: dict[str, Any], operator: Operator) -> None:
    environment = _to_manage(options, operator)
    backend = options["with_backend"]
    if backend and (refusal := deleting.why_kept(environment)):
        raise Failed(f"{refusal} Nothing was removed.")
    words = "\n".join(_what_happens(environment, backend))
    if not options["yes"]:
        command.say(words)
        raise Usage("Nothing was changed. To remove it, run the command again with --yes.")
    if backend and options["confirm"] != environment.name:
        command.say(words)
        raise Usage(f"Nothing was changed. Add --confirm {environment.name} to delete the backend as well.")
    project, name = environment.project.slug, environment.name
    try:
        job = changes.remove(environment=environment, actor=operator.actor, backend=backend, send=False)
    except (ValidationError, NotPossible) as refused:
        said = " ".join(refused.messages) if isinstance(refused, ValidationError) else str(refused)
        raise Failed(f"{said} Nothing was removed.") from refused
    if job is not None:
        _delete_now(command, job)
    _answer(
        command,
        options,
        {"project": project, "environment": name, "backend": backend, "job": job.pk if job else None},
        f"{words}\n\nRemoved {project} / {name}.",
    )


def _to_manage(options: dict[str, Any], operator: Operator) -> Environment:
    """For whoever may manage the environments of the whole project."""
    environment = environment_of(options, operator, needs=Permission.MANAGE_ENVIRONMENTS)
    operator.require(Permission.MANAGE_ENVIRONMENTS, environment.project)
    return environment


def _delete_now(command: ConsoleCommand, job: Job) -> None:
    command.say(f"{job.title} …")
    ended = lifecycle.run_now(job, deleting_job.delete_backend)
    if not ended.is_finished:
        raise Failed(f"“{ended.title}” is at work already (job {ended.pk}). Wait until it has finished.")
    if ended.status != Status.SUCCEEDED:
        raise Failed(f"{ended.error_words} {ended.error_message} {ended.error_next_step} (job {ended.pk})")


def _what_happens(environment: Environment, backend: bool) -> list[str]:
    """What stays and what goes, one thing a line."""
    link = CognitoLink.objects.filter(environment=environment).first()
    lines = ["What stays:"]
    if link:
        lines.append(f"  the user pool {link.user_pool_name} ({link.user_pool_id}) with its users, groups and clients")
        if link.identity_pool_id:
            lines.append(f"  the identity pool {link.identity_pool_name} ({link.identity_pool_id}) and its IAM roles")
    if environment.is_amplify and not backend:
        lines.append(f"  its Amplify backend {environment.stack_name}")
    lines += ["  the activity, and the jobs of the past", "What goes:", f"  the environment {environment.name} here"]
    if link:
        lines.append("  its link, the last checks and the drift")
    if backend:
        lines.append(f"  the root stack {environment.stack_name} with its nested stacks and roles")
        lines += [f"    {label}: {words}" for label, words in shown_of(known(environment))]
        lines.append(f"  the bucket {environment.deployment_bucket}, the backend environment and its parameters in SSM")
    return lines


def _answer(command: ConsoleCommand, options: dict[str, Any], value: dict[str, Any], text: str) -> None:
    if options["format"] == "json":
        command.document(value)
    else:
        command.show(text)


ACTIONS = {"remove": remove, "rename": rename}
