"""The job's first step: everything that was reviewed is looked at once more, before anything is made. Reads only."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError

from amplify_files.context import ProjectContext
from auth_import.import_job import refuse_what_changed
from auth_import.preflight import Preflight, context_of, link_of, own_project, preflight
from aws import amplify_apps, environment_parameters, root_stacks, stored_objects
from aws.errors import AccessDenied, NotFound
from backend_state import store
from backend_state.document import carry_over
from backend_state.document.archive import LARGEST_ARCHIVE
from backend_state.document.carry_over import Carrying
from backend_state.document.state import ZIP, BackendDocument
from deployments import planning
from deployments.backend_making import NewBackend, found_stack
from deployments.cloning import making
from deployments.cloning.filled_state import expected_stack, filled_state
from deployments.cloning.models import PlannedClone
from deployments.cloning.plan import Carried, ClonePlan
from environments.models import Environment
from jobs.lifecycle import JobFailed

FRESH = "Review a fresh plan. Nothing was made."


@dataclass(frozen=True, slots=True)
class Checked:
    """`preflight` is None where nothing is to be linked, or is linked already. `source` is what comes along is in."""

    context: ProjectContext
    preflight: Preflight | None = None
    source: BackendDocument | None = None
    carrying: Carrying = Carrying()


def environment_of(planned: PlannedClone, plan: ClonePlan) -> Environment:
    """The environment as it is going to be; not saved."""
    return Environment(project=planned.project, **fields_of(plan))


def fields_of(plan: ClonePlan) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": plan.name,
        "kind": plan.kind,
        "region": plan.region,
        "role_arn": plan.role_arn,
        "external_id": plan.external_id,
        "production": plan.production,
    }
    if plan.kind != Environment.Kind.AMPLIFY:
        return fields
    wanted = making.backend_of(plan)
    return fields | {
        "app_id": plan.app_id,
        "app_name": plan.app_name,
        "stack_name": wanted.stack_name,
        "deployment_bucket": wanted.bucket,
    }


def checked_again(planned: PlannedClone, plan: ClonePlan) -> Checked:
    """Raises JobFailed, AwsError and BackendProblem: then nothing was made by this attempt."""
    environment = environment_of(planned, plan)
    _require_name(planned, environment)
    _require_source(planned, plan)
    if plan.kind == Environment.Kind.AMPLIFY:
        _require_room(planned, plan, making.backend_of(plan))
    checked = Checked(context=context_of(environment))
    if plan.auth is not None and not _is_linked(planned):
        found = preflight(
            environment=environment,
            choice=plan.auth.choice,
            sees=own_project(environment),
            rule_set=plan.auth.rule_set,
        )
        refuse_what_changed(plan.auth, found)
        checked = replace(checked, preflight=found)
    if plan.kind == Environment.Kind.AMPLIFY and planned.made.get(making.STATE) != making.MADE:
        checked = _with_source(planned, plan, checked)
        _try_out(plan, checked)
    return checked


def _is_linked(planned: PlannedClone) -> bool:
    return planned.environment is not None and link_of(planned.environment) is not None


def _require_name(planned: PlannedClone, environment: Environment) -> None:
    present = planned.project.environments.filter(name=environment.name).first()
    if present is not None and present.pk != planned.environment_id:
        raise JobFailed(
            f"This project has another environment “{environment.name}” by now.",
            next_step=f"Choose another name. {FRESH}",
            code="ResourceConflict",
        )
    try:
        environment.clean_fields(exclude=["project"])
        environment.clean()
    except ValidationError as error:
        raise JobFailed(" ".join(error.messages), next_step=FRESH, code="ValidationError") from error


def _require_source(planned: PlannedClone, plan: ClonePlan) -> None:
    """What is still to come along comes from the source, so it must still be there; else it is not needed any more."""
    written = {Carried.DATA_MODEL, Carried.FUNCTIONS} if planned.made.get(making.STATE) == making.MADE else set()
    if set(plan.carried) - written and planned.source is None:
        raise JobFailed(
            f"The environment {plan.source} was removed meanwhile, and something of it was to come along.",
            next_step="Review a fresh plan without it, or from another environment.",
            code="SourceGone",
        )


def _require_room(planned: PlannedClone, plan: ClonePlan, wanted: NewBackend) -> None:
    """Nothing of these names is there, but for what an earlier attempt has made."""
    app = amplify_apps.get_app(wanted.target, plan.app_id)
    if plan.app_name and app.name != plan.app_name:
        raise JobFailed(
            f"The Amplify app is called {app.name} by now; the reviewed names come from {plan.app_name}.",
            next_step=FRESH,
            code="ChangedSinceReview",
        )
    with suppress(NotFound):
        found = amplify_apps.get_backend_environment(wanted.target, plan.app_id, wanted.env)
        if found.stack_name != wanted.stack_name or making.BACKEND not in planned.made:
            raise JobFailed(
                f"The app {plan.app_id} has an environment “{wanted.env}” already, with the stack "
                f"{found.stack_name or 'of no name'}. It was not touched.",
                next_step="Connect that one instead, or choose another name.",
                code="ResourceConflict",
            )
    stack = found_stack(wanted)
    if stack is not None and not _is_ours(planned, wanted, stack.id):
        raise _taken(f"a stack {wanted.stack_name}", "StackNameTaken")
    if making.STACK not in planned.made:
        # Without the permission to look, CloudFormation says so later.
        with suppress(AccessDenied):
            if stored_objects.bucket_is_there(wanted.target, wanted.bucket):
                raise _taken(f"a bucket {wanted.bucket}", "BucketNameTaken")


def _is_ours(planned: PlannedClone, wanted: NewBackend, stack_id: str) -> bool:
    if making.STACK not in planned.made:
        return False
    return root_stacks.creation_of(wanted.target, stack_id).token in making.tokens_of(planned)


def _taken(what: str, code: str) -> JobFailed:
    return JobFailed(
        f"There is {what} already, which this plan has not made. It was not touched.",
        next_step=f"{FRESH} The fresh one gets another name.",
        code=code,
    )


def _with_source(planned: PlannedClone, plan: ClonePlan, checked: Checked) -> Checked:
    wishes = {Carried.DATA_MODEL, Carried.FUNCTIONS} & set(plan.carried)
    if not wishes or planned.source is None:
        return checked
    place = planning.place_of(planned.source)
    archive = store.read_object(place, ZIP, limit=LARGEST_ARCHIVE)
    if archive is None:
        raise store.no_archive(place)
    source = BackendDocument.parse(archive.body)
    context = replace(checked.context, known_resource_name=carry_over.auth_name(source))
    stored = list(environment_parameters.iter_parameters(place.target, place.parameter_path))
    carrying = carry_over.survey(
        source,
        data_model=Carried.DATA_MODEL in wishes,
        functions=Carried.FUNCTIONS in wishes,
        # Without auth now, what needs it waits for the import, which gives the resource this very name.
        auth=context.resource_name,
        user_pool_id=plan.auth.choice.user_pool_id if plan.auth else "",
        values={one.name.rpartition("/")[2]: one.value for one in stored},
        encrypted={one.name.rpartition("/")[2] for one in stored if one.encrypted},
    )
    return replace(checked, context=context, source=source, carrying=carrying)


def _try_out(plan: ClonePlan, checked: Checked) -> None:
    """Works the first state out, so that a backend which cannot take it is refused before it is made."""
    filled_state(
        stack=expected_stack(making.backend_of(plan)),
        context=checked.context,
        outputs=checked.preflight.outputs if checked.preflight else None,
        source=checked.source,
        carrying=checked.carrying,
        moment=planning.now(),
    )
