"""Carrying a change out, resource by resource, with a way back.

Every step leaves an entry in the run's journal. When one fails the journal is walked backwards, so that afterwards
everything is as before; what a change leaves behind is removed only when the whole of it has succeeded.
"""

import copy
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from aws.sandbox import ids
from aws.sandbox.cloudformation.errors import CloudFormationError, ResourceFailed
from aws.sandbox.cloudformation.kinds import Made
from aws.sandbox.cloudformation.plan import NESTED
from aws.sandbox.cloudformation.records import Resource, Stack
from aws.sandbox.cloudformation.resources import kind_of, reason_of
from aws.sandbox.cloudformation.scopes import Stacks, outputs_of, scope_of
from aws.sandbox.cloudformation.template import Template, in_order, needed_capabilities, parameter_values, parse
from aws.sandbox.cloudformation.templates_in_s3 import fetch


class StackStore(Stacks, Protocol):
    """The stacks of a Region, to be added to."""

    def add(self, stack: Stack) -> None: ...

    def exporter(self, name: str) -> str: ...


@dataclass
class Run:
    """One change of one root stack: how to undo what was done, and what to remove when all is done.

    `stuck` are the logical ids of what was made and could not be removed when the change was undone. After a
    creation they stay resources of the stack; an update that is undone leaves them behind.
    """

    creates: bool = False

    undo: list[Callable[[], None]] = field(default_factory=list)
    cleanup: list[Callable[[], None]] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)

    def roll_back(self, to: int = 0) -> None:
        while len(self.undo) > to:
            self.undo.pop()()


class Failed(Exception):
    """A stack's change failed; the text names the resources, as the stack's own event does."""


def carry_out(store: StackStore, run: Run, stack: Stack, template_text: str, given: dict[str, str]) -> None:
    """Bring the stack's resources to what the template says. Raises Failed, with nothing undone yet."""
    template = parse(template_text)
    before = (stack.template_text, stack.template, stack.given, stack.parameters, stack.outputs)

    def restore() -> None:
        stack.template_text, stack.template, stack.given, stack.parameters, stack.outputs = before

    run.undo.append(restore)
    stack.template_text, stack.template = template_text, template
    stack.given, stack.parameters = dict(given), parameter_values(template, given)
    scope = scope_of(store, stack, template, stack.parameters)
    wanted = [name for name in in_order(template) if scope.wanted(template["Resources"][name])]
    for name in wanted:
        _bring_about(store, run, stack, name, template["Resources"][name], scope.value)
    for name in [name for name in stack.resources if name not in wanted]:
        _take_away(store, run, stack, name)
    try:
        stack.outputs = outputs_of(scope)
        _check_exports(store, stack)
    except (ResourceFailed, CloudFormationError) as error:
        raise Failed(reason_of(error)) from error


def _check_exports(store: StackStore, stack: Stack) -> None:
    for output in stack.outputs:
        owner = store.exporter(output.export) if output.export else ""
        if owner not in ("", stack.id):
            raise ResourceFailed(
                f"Export with name {output.export} is already exported by stack {owner.split('/')[1]}. "
            )


def _bring_about(
    store: StackStore, run: Run, stack: Stack, name: str, section: Template, value: Callable[[Any], Any]
) -> None:
    current = stack.resources.get(name)
    fresh = current is None or current.type != section["Type"]
    resource = Resource(name, section["Type"], "", {}, {}) if current is None or fresh else current
    verb = "CREATE" if fresh else "UPDATE"
    try:
        properties = value(section.get("Properties", {}))
        _fail_as_wished(stack, name)
        if fresh:
            if current is not None:
                _take_away(store, run, stack, name)
            _create(store, run, stack, resource, properties)
        else:
            _update(store, run, stack, resource, properties)
    except Exception as error:  # The services raise whatever they like, and AWS tells the reason in an event
        reason = reason_of(error)
        stack.record(resource, f"{verb}_FAILED", reason)
        if not fresh:
            run.undo.append(lambda: stack.record(resource, "UPDATE_COMPLETE"))
        done = "create" if fresh else "update"
        raise Failed(f"The following resource(s) failed to {done}: [{name}]. ") from error
    resource.retained = section.get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate")
    resource.kept_at_rollback = section.get("DeletionPolicy") == "Retain"


def _fail_as_wished(stack: Stack, name: str) -> None:
    wishes = stack.wishes
    if wishes is None or wishes.fail_resource != name or wishes.times == 0:
        return
    if wishes.times is not None:
        wishes.times -= 1
    raise ResourceFailed(wishes.reason or "The sandbox was asked to fail this resource.")


def _pass_wishes_on(stack: Stack, logical_id: str, nested: Stack) -> None:
    """`apishop/GraphQLAPI` is the resource GraphQLAPI of the stack nested as apishop."""
    wishes = stack.wishes
    if wishes is None or wishes.times == 0 or not wishes.fail_resource.startswith(f"{logical_id}/"):
        return
    nested.wishes = dataclasses.replace(wishes, fail_resource=wishes.fail_resource.partition("/")[2])
    if wishes.times is not None:
        wishes.times -= 1


def _create(store: StackStore, run: Run, stack: Stack, resource: Resource, properties: dict[str, Any]) -> None:
    stack.record(resource, "CREATE_IN_PROGRESS")
    if resource.type == NESTED:
        made = _create_nested(store, run, stack, resource, properties)
    else:
        made = kind_of(resource.type).create(stack, resource.logical_id, properties)

        run.undo.append(lambda: _unmake(store, run, stack, resource))
    before = stack.resources.get(resource.logical_id)
    run.undo.append(lambda: _put_back(stack, resource.logical_id, before))
    resource.physical_id, resource.attributes = made.physical_id, made.attributes
    resource.properties = copy.deepcopy(properties)
    stack.resources[resource.logical_id] = resource
    stack.record(resource, "CREATE_COMPLETE")


def _unmake(store: StackStore, run: Run, stack: Stack, resource: Resource) -> None:
    """Take back what was made. What is to be kept, or cannot be removed, stays behind."""
    if resource.kept_at_rollback:
        stack.record(resource, "DELETE_SKIPPED")
        return
    delete_resource(store, stack, resource)
    if resource.status == "DELETE_FAILED" and run.creates:
        run.stuck.append(resource.logical_id)
        stack.resources.setdefault(resource.logical_id, resource)


def _put_back(stack: Stack, name: str, before: Resource | None) -> None:
    if before is None:
        stack.resources.pop(name, None)
    else:
        stack.resources[name] = before


def _update(store: StackStore, run: Run, stack: Stack, resource: Resource, properties: dict[str, Any]) -> None:
    if resource.type == NESTED:
        _update_nested(store, run, stack, resource, properties)
        return
    if resource.properties == properties:
        return
    kind = kind_of(resource.type)
    changed = {
        name for name in {*resource.properties, *properties} if resource.properties.get(name) != properties.get(name)
    }
    stack.record(resource, "UPDATE_IN_PROGRESS")
    if changed & kind.replaces:
        replacement = Resource(resource.logical_id, resource.type, "", {}, {})
        _create(store, run, stack, replacement, properties)
        _clean_up(store, run, stack, resource)
        return
    before = (resource.properties, resource.attributes)
    made = kind.update(stack, resource.physical_id, properties)

    def revert() -> None:
        resource.properties, resource.attributes = before
        kind.update(stack, resource.physical_id, resource.properties)
        stack.record(resource, "UPDATE_COMPLETE")

    run.undo.append(revert)
    resource.properties, resource.attributes = copy.deepcopy(properties), made.attributes
    stack.record(resource, "UPDATE_COMPLETE")


def _take_away(store: StackStore, run: Run, stack: Stack, name: str) -> None:
    resource = stack.resources.pop(name)
    run.undo.append(lambda: _put_back(stack, name, resource))
    _clean_up(store, run, stack, resource)


def _clean_up(store: StackStore, run: Run, stack: Stack, resource: Resource) -> None:
    if resource.retained:
        run.cleanup.append(lambda: stack.record(resource, "DELETE_SKIPPED"))
        return
    run.cleanup.append(lambda: delete_resource(store, stack, resource))


def delete_resource(store: StackStore, stack: Stack, resource: Resource) -> None:
    """Remove one resource; with a nested stack all of its own. A failure is an event, and nothing more."""
    stack.record(resource, "DELETE_IN_PROGRESS")
    try:
        if resource.type == NESTED:
            delete_all(store, store.by_id(resource.physical_id))
        else:
            kind_of(resource.type).delete(stack, resource.physical_id, resource.properties)
    except Exception as error:  # As in _bring_about
        stack.record(resource, "DELETE_FAILED", reason_of(error))
        return
    stack.record(resource, "DELETE_COMPLETE")


def delete_all(store: StackStore, stack: Stack) -> None:
    """Remove every resource of a stack, the last made first. Raises ResourceFailed when one stays."""
    if stack.parent:
        stack.record(None, "DELETE_IN_PROGRESS")
    for resource in reversed(list(stack.resources.values())):
        if resource.retained:
            stack.record(resource, "DELETE_SKIPPED")
        elif resource.status != "DELETE_COMPLETE":
            delete_resource(store, stack, resource)
    failed = [name for name, resource in stack.resources.items() if resource.status == "DELETE_FAILED"]
    if failed:
        reason = f"The following resource(s) failed to delete: [{', '.join(failed)}]. "
        stack.record(None, "DELETE_FAILED", reason)
        raise ResourceFailed(reason)
    stack.record(None, "DELETE_COMPLETE")
    stack.deleted = stack.events[-1].time


def _checked_template(stack: Stack, properties: dict[str, Any]) -> str:
    text = fetch(properties["TemplateURL"])
    needed = needed_capabilities(parse(text))
    if needed and not {*needed, "CAPABILITY_NAMED_IAM"} & set(stack.capabilities):
        raise ResourceFailed(f"Requires capabilities : [{', '.join(needed)}]")
    return text


def _create_nested(store: StackStore, run: Run, stack: Stack, resource: Resource, properties: dict[str, Any]) -> Made:
    text = _checked_template(stack, properties)
    drawn = stack.draw(resource.logical_id)
    name = f"{stack.name}-{resource.logical_id}-{ids.physical_suffix(drawn)}"
    nested = Stack(
        ids.stack_id(stack.region, name, drawn), name, stack.region, text, {}, {}, {}, stack.capabilities, stack.tags,
        parent=stack.id, root=stack.root or stack.id, token=stack.token,
    )  # fmt: skip
    store.add(nested)
    resource.physical_id = nested.id
    nested.record(None, "CREATE_IN_PROGRESS")
    mark = len(run.undo)

    def gone() -> None:
        nested.record(None, "DELETE_COMPLETE")
        nested.deleted = nested.events[-1].time

    run.undo.append(gone)
    try:
        carry_out(store, run, nested, text, properties.get("Parameters", {}))
    except (Failed, CloudFormationError) as error:
        run.roll_back(mark)
        raise ResourceFailed(f"Embedded stack {nested.id} was not successfully created: {error}") from error
    nested.record(None, "CREATE_COMPLETE")
    return Made(nested.id, {f"Outputs.{output.key}": output.value for output in nested.outputs})


def _update_nested(store: StackStore, run: Run, stack: Stack, resource: Resource, properties: dict[str, Any]) -> None:
    nested, text = store.by_id(resource.physical_id), _checked_template(stack, properties)
    given = properties.get("Parameters", {})
    same = (nested.template_text, nested.given) == (text, given) and resource.properties == properties
    if same and not any(one["Type"] == NESTED for one in parse(text)["Resources"].values()):
        return
    stack.record(resource, "UPDATE_IN_PROGRESS")
    nested.token = stack.token
    nested.record(None, "UPDATE_IN_PROGRESS")
    mark, before = len(run.undo), (resource.properties, resource.attributes)

    def revert() -> None:
        resource.properties, resource.attributes = before
        nested.record(None, "UPDATE_ROLLBACK_COMPLETE")

    run.undo += [lambda: stack.record(resource, "UPDATE_COMPLETE"), revert]
    _pass_wishes_on(stack, resource.logical_id, nested)
    try:
        carry_out(store, run, nested, text, given)
    except (Failed, CloudFormationError) as error:
        nested.record(None, "UPDATE_ROLLBACK_IN_PROGRESS", str(error))
        run.roll_back(mark + 1)
        run.undo.pop()
        raise ResourceFailed(f"Embedded stack {nested.id} was not successfully updated: {error}") from error
    run.undo.append(lambda: nested.record(None, "UPDATE_ROLLBACK_IN_PROGRESS"))
    resource.properties = copy.deepcopy(properties)
    resource.attributes = {f"Outputs.{output.key}": output.value for output in nested.outputs}
    nested.record(None, "UPDATE_COMPLETE")
    nested.updated = nested.events[-1].time
    stack.record(resource, "UPDATE_COMPLETE")
