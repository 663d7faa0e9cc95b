"""The first state of a new backend that is filled already: with the import, and with what comes along. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from amplify_files.context import EnvironmentStack, ProjectContext
from amplify_files.outputs import AuthOutputs
from backend_state.document import carry_over, changes, parameters
from backend_state.document.carry_over import Carrying
from backend_state.document.changes import ImportAuth
from backend_state.document.state import STUDIO, ZIP, BackendDocument
from deployments.backend_making import NewBackend
from deployments.first_state import ARCHIVE, first_state


@dataclass(frozen=True, slots=True)
class FilledState:
    """Every object of the bucket by its key, the archive last, and every parameter by its full name."""

    objects: Mapping[str, bytes] = field(repr=False)
    parameters: Mapping[str, str] = field(repr=False)


def filled_state(
    *,
    stack: EnvironmentStack,
    context: ProjectContext,
    outputs: AuthOutputs | None,
    source: BackendDocument | None,
    carrying: Carrying,
    moment: datetime,
) -> FilledState:
    """`outputs` with the native client's secret, None for a backend without auth. Raises BackendProblem."""
    document = BackendDocument.parse(first_state(stack, moment=moment)[ARCHIVE])
    app_id, name = stack.amplify_app_id, context.environment_name
    wanted = {f"{parameters.path(app_id, name)}{key}": text for key, text in carrying.parameters.items()}
    if source is not None:
        document = carry_over.applied(document, source, carrying)
    if outputs is not None:
        change = ImportAuth(outputs=outputs, context=replace(context, stack=stack, last_push=moment))
        document = changes.applied(document, change)
        wanted |= parameters.wanted(app_id, name, context.resource_name, change.parameters)
    studio = {f"{STUDIO}{one}": document.read(one) for one in document.studio_files}
    objects = {**document.root_files, **studio, ZIP: document.render(moment)}
    return FilledState(objects=objects, parameters=wanted)


def expected_stack(wanted: NewBackend) -> EnvironmentStack:
    """The root stack as it will be, but for its id and its account: enough to see whether a state can be made."""
    auth, unauth = wanted.roles
    return EnvironmentStack(
        region=wanted.region,
        stack_name=wanted.stack_name,
        stack_id=f"arn:aws:cloudformation:{wanted.region}:000000000000:stack/{wanted.stack_name}/0",
        deployment_bucket_name=wanted.bucket,
        auth_role_name=auth,
        auth_role_arn=f"arn:aws:iam::000000000000:role/{auth}",
        unauth_role_name=unauth,
        unauth_role_arn=f"arn:aws:iam::000000000000:role/{unauth}",
        amplify_app_id=wanted.app,
    )
