"""Change sets: what an update would do, kept until it is done, deleted or out of date."""

from collections.abc import Mapping

from aws.sandbox import ids
from aws.sandbox.cloudformation.backend import CloudFormationBackend, Tags
from aws.sandbox.cloudformation.errors import (
    AlreadyExists,
    ChangeSetNotFound,
    InsufficientCapabilities,
    InvalidChangeSetStatus,
    ValidationError,
)
from aws.sandbox.cloudformation.plan import Plan, plan
from aws.sandbox.cloudformation.records import ChangeSet, Stack
from aws.sandbox.cloudformation.template import needed_capabilities, parameter_values, parse

NOTHING_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)


def find(backend: CloudFormationBackend, name_or_id: str, stack_name: str | None) -> ChangeSet:
    if name_or_id in backend.change_sets:
        return backend.change_sets[name_or_id]
    if name_or_id.startswith("arn:"):
        raise ChangeSetNotFound(f"ChangeSet [{name_or_id}] does not exist")
    if not stack_name:
        raise ValidationError("StackName must be specified if ChangeSetName is not specified as an ARN.")
    for one in backend.change_sets_of(backend.stack(stack_name)):
        if one.name == name_or_id:
            return one
    raise ChangeSetNotFound(f"ChangeSet [{name_or_id}] does not exist")


def check(text: str, given: Mapping[str, str], capabilities: list[str]) -> None:
    """Raises ValidationError or InsufficientCapabilities for what no change set can be made of."""
    template = parse(text)
    parameter_values(template, given)
    needed = needed_capabilities(template)
    if needed and not {*needed, "CAPABILITY_NAMED_IAM"} & set(capabilities):
        raise InsufficientCapabilities(f"Requires capabilities : [{', '.join(needed)}]")


def create(
    backend: CloudFormationBackend,
    stack: Stack,
    name: str,
    text: str,
    given: Mapping[str, str],
    *,
    capabilities: list[str],
    tags: Tags | None,
    description: str,
    include_nested: bool,
) -> ChangeSet:
    """CreateChangeSet; with nested stacks, one change set for each that would change."""
    if any(one.name == name for one in backend.change_sets_of(stack)):
        raise AlreadyExists(f"ChangeSet {name} cannot be created due to a mismatch with existing attribute Name")
    check(text, given, capabilities)
    found = plan(backend, stack, text, given)

    def kept(one: Plan, parent: ChangeSet | None) -> ChangeSet:
        own_name = name if parent is None else f"{parent.name}-{one.stack.name.split('-')[-2]}"[:128]
        change_set = ChangeSet(
            ids.change_set_id(backend.region_name, own_name),
            own_name,
            one.stack.id,
            one.stack.name,
            description,
            one.template_text,
            one.given,
            one.parameters,
            capabilities,
            tags,
            include_nested,
            parent=parent.id if parent else "",
            root=(parent.root or parent.id) if parent else "",
            changes=one.changes,
        )
        backend.change_sets[change_set.id] = change_set
        if include_nested:
            for change in one.changes:
                if change.logical_id in one.nested:
                    change.nested = kept(one.nested[change.logical_id], change_set).id
        return change_set

    change_set = kept(found, None)
    if found.is_empty and tags in (None, stack.tags):
        change_set.status, change_set.reason, change_set.execution = "FAILED", NOTHING_CHANGES, "UNAVAILABLE"
    return change_set


def execute(backend: CloudFormationBackend, change_set: ChangeSet, token: str) -> None:
    """ExecuteChangeSet: once, unless the same token says that it is the same request."""
    if change_set.parent:
        raise ValidationError(f"ChangeSet [{change_set.id}] is nested; execute its root change set instead.")
    if token and change_set.token == token and change_set.execution.startswith("EXECUTE_"):
        return
    if change_set.status != "CREATE_COMPLETE":
        raise InvalidChangeSetStatus(
            f"ChangeSet [{change_set.id}] cannot be executed in its current status of [{change_set.status}]"
        )
    if change_set.execution != "AVAILABLE":
        raise InvalidChangeSetStatus(
            f"ChangeSet [{change_set.id}] cannot be executed in its current execution status of "
            f"[{change_set.execution}]"
        )
    stack = backend.stack(change_set.stack_id)
    reviewed = stack.status == "REVIEW_IN_PROGRESS"
    if not reviewed:
        backend.check_updatable(stack)
    change_set.token = token
    executed = [change_set, *backend.nested_in(change_set)]
    for one in executed:
        one.execution = "EXECUTE_IN_PROGRESS"
    for other in backend.change_sets_of(stack):
        # AWS deletes all others, for they are not valid for the updated stack.
        if other is not change_set:
            remove(backend, other)
    if reviewed:
        backend.create_reviewed(stack, change_set, token)
        return
    backend.update(
        stack,
        change_set.template_text,
        change_set.parameters,
        change_set.capabilities,
        change_set.tags,
        token,
        change_set,
    )


def delete(backend: CloudFormationBackend, change_set: ChangeSet) -> None:
    """DeleteChangeSet, those nested in it too."""
    if change_set.execution == "EXECUTE_IN_PROGRESS":
        raise InvalidChangeSetStatus(
            f"ChangeSet [{change_set.id}] cannot be deleted in its current execution status of [{change_set.execution}]"
        )
    remove(backend, change_set)


def remove(backend: CloudFormationBackend, change_set: ChangeSet) -> None:
    for one in (change_set, *backend.nested_in(change_set)):
        backend.change_sets.pop(one.id, None)
