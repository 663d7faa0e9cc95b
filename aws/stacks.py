"""Stacks of CloudFormation: looking at them, and changing them by change sets that are looked at first.

A change set needs the name of its stack besides its own id only because IAM policies are written for stacks.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from aws.calls import Answer, call, fetch, page_of, to_the_end
from aws.declarations import uses
from aws.errors import NotFound, Rejected
from aws.quotas import Quota
from aws.resources import Page
from aws.side_by_side import Together
from aws.stack_documents import ChangeSet, PlannedStack, ResourceChange, Stack, StackChanges, StackEvent, StackResource
from aws.stack_permissions import MADE_WITH_A_ROOT_STACK, MADE_WITH_AUTH
from aws.target import AwsTarget

__all__ = ["ChangeSet", "PlannedStack", "ResourceChange", "Stack"]

STACK = "AWS::CloudFormation::Stack"
CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
"""Amplify's stacks make roles with names of their own choice, and may use macros."""

_BEGINNINGS = {"CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS", "UPDATE_IN_PROGRESS"}
_CANCELLED = re.compile(r"^Resource \w+ cancelled", re.IGNORECASE)
_FAILED_INSIDE = re.compile(r"Nested change set (arn:\S+) was not successfully created")


@uses("cloudformation:DescribeStacks", quota=Quota.UNPUBLISHED)
def describe_stack(target: AwsTarget, name_or_id: str) -> Stack:
    """One stack. Raises NotFound when there is none; a deleted one is found by its id for 90 days."""

    def parse(answer: Answer) -> Stack:
        (row,) = answer["Stacks"]
        return Stack.from_api(row)

    return fetch(target, "cloudformation", "DescribeStacks", parse, StackName=name_or_id)


@uses("cloudformation:ListStackResources", quota=Quota.UNPUBLISHED)
def _page_of_resources(target: AwsTarget, stack_id: str, token: str) -> Page[StackResource]:
    more = {"NextToken": token} if token else {}
    parse = page_of("StackResourceSummaries", StackResource.from_api, "NextToken")
    return fetch(target, "cloudformation", "ListStackResources", parse, StackName=stack_id, **more)


@uses(_page_of_resources)
def resources_of(target: AwsTarget, stack_id: str) -> tuple[StackResource, ...]:
    """The stack's resources, those deleted left out; a nested stack is one. Raises NotFound when there is no stack."""
    rows = to_the_end(lambda token: _page_of_resources(target, stack_id, token))
    return tuple(row for row in rows if row.is_there)


@uses(resources_of)
def ids_of(target: AwsTarget, stack_id: str, type_: str) -> tuple[str, ...]:
    """The physical ids of the stack's resources of one type (`AWS::Cognito::UserPool`), those deleted left out.

    Those inside nested stacks are not looked at. Raises NotFound when there is no such stack.
    """
    return tuple(row.physical_id for row in resources_of(target, stack_id) if row.type == type_)


@uses("cloudformation:GetTemplate", quota=Quota.UNPUBLISHED)
def template_of(target: AwsTarget, name_or_id: str) -> dict[str, Any]:
    """The template the stack was last given, in the order it was written. Raises Rejected (`TemplateNotJson`)."""
    body = fetch(
        target,
        "cloudformation",
        "GetTemplate",
        lambda answer: answer["TemplateBody"],
        StackName=name_or_id,
        TemplateStage="Original",
    )
    # The SDK reads JSON by itself, and leaves anything else as text.
    if not isinstance(body, Mapping):
        raise Rejected(
            "The stack's template is not JSON.",
            code="TemplateNotJson",
            action="cloudformation:GetTemplate",
            next_step="Stacks made by Amplify have JSON templates; deploy this one by the means it was made with.",
        )
    plain: dict[str, Any] = _plain(body)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list) else value


def _fingerprint(*parts: str) -> str:
    content = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"Made by the console from {content}"


@uses("cloudformation:DescribeChangeSet", quota=Quota.UNPUBLISHED)
@uses("cloudformation:CreateChangeSet", quota=Quota.UNPUBLISHED)
def _made_change_set(target: AwsTarget, name: str, content: str, **request: Any) -> PlannedStack:
    """The change set of this name with this content, made now or by an earlier request that was not answered."""
    try:
        return fetch(
            target,
            "cloudformation",
            "CreateChangeSet",
            lambda answer: PlannedStack(stack_id=str(answer["StackId"]), change_set_id=str(answer["Id"])),
            ChangeSetName=name,
            ClientToken=name,
            Description=content,
            Capabilities=CAPABILITIES,
            **request,
        )
    except Rejected as exc:
        if exc.code != "AlreadyExistsException":
            raise
        stack = request["StackName"]
        made = call(target, "cloudformation", "DescribeChangeSet", ChangeSetName=name, StackName=stack)
        if made.get("Description") != content or not {"ChangeSetId", "StackId"} <= set(made):
            raise
        return PlannedStack(stack_id=str(made["StackId"]), change_set_id=str(made["ChangeSetId"]))


@uses(_made_change_set)
def create_change_set(
    target: AwsTarget,
    *,
    stack: str,
    name: str,
    template: str,
    template_url: str = "",
    parameter_names: Sequence[str],
) -> str:
    """Have CloudFormation work out what `template` would change, nested stacks included; answers the change set's id.

    Every parameter named keeps its value. With `template_url` CloudFormation reads the template there, as it must
    above 51,200 bytes. `name` has letters, digits and hyphens. A second request with the same name and content
    answers the change set of the first; with other content it is Rejected (`AlreadyExistsException`).
    """
    content = _fingerprint(template, template_url, *parameter_names)
    made = _made_change_set(
        target,
        name,
        content,
        StackName=stack,
        ChangeSetType="UPDATE",
        IncludeNestedStacks=True,
        Parameters=[{"ParameterKey": one, "UsePreviousValue": True} for one in parameter_names],
        **{"TemplateURL": template_url} if template_url else {"TemplateBody": template},
    )
    return made.change_set_id


@uses(_made_change_set)
@uses(*MADE_WITH_AUTH)
def plan_new_stack(
    target: AwsTarget,
    *,
    stack: str,
    name: str,
    template: str,
    parameters: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> PlannedStack:
    """Have CloudFormation work out what a new stack would make; nothing is made until the change set is executed.

    Until then the stack is there in name only (`Stack.is_only_planned`). Deleting the change set leaves it behind:
    discard the plan with `delete_stack`. CloudFormation gives `tags` to what it makes, and works with the console's
    own permissions. A second request with the same name and content answers what the first one made; a stack of that
    name that exists already is Rejected (`ValidationError`).
    """
    values, labels = dict(parameters or {}), dict(tags or {})
    return _made_change_set(
        target,
        name,
        _fingerprint(template, *(f"{key}={value}" for key, value in sorted({**values, **labels}.items()))),
        StackName=stack,
        ChangeSetType="CREATE",
        TemplateBody=template,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
        Tags=[{"Key": key, "Value": value} for key, value in labels.items()],
    )


@uses("cloudformation:DescribeChangeSet", quota=Quota.UNPUBLISHED)
def _part(target: AwsTarget, change_set_id: str, stack: str, token: str) -> Page[StackChanges]:
    more: dict[str, str] = {"StackName": stack} if stack else {}
    if token:
        more["NextToken"] = token

    def parse(answer: Answer) -> Page[StackChanges]:
        return Page(items=(StackChanges.from_api(answer),), next_token=answer.get("NextToken") or "")

    return fetch(target, "cloudformation", "DescribeChangeSet", parse, ChangeSetName=change_set_id, **more)


@uses(_part)
def describe_change_set(target: AwsTarget, change_set_id: str, *, stack: str) -> ChangeSet:
    """One change set with all its changes, those inside nested stacks too, which are asked for side by side.

    A nested stack that is only modified stands for what changes inside it, and is no change of its own. Where a
    nested change set failed, its own reason is added. Raises NotFound when there is none.
    """
    parts = list(to_the_end(lambda token: _part(target, change_set_id, stack, token)))
    found = parts[0].change_set
    inside = _FAILED_INSIDE.search(found.status_reason)
    if inside is not None:
        nested = describe_change_set(target, inside[1], stack="")
        return replace(found, status_reason=f"{found.status_reason} {nested.status_reason}".strip())
    if found.status != "CREATE_COMPLETE":
        return found
    rows = [row for part in parts for row in part.changes]
    with Together() as together:
        pending = {
            nested: together.start(describe_change_set, target, nested, stack=change.physical_id)
            for change, nested in rows
            if nested
        }
        opened = {nested: one.result() for nested, one in pending.items()}
    return replace(found, changes=tuple(_flattened(rows, opened)))


def _flattened(rows: Iterable[tuple[ResourceChange, str]], opened: Mapping[str, ChangeSet]) -> Iterator[ResourceChange]:
    for change, nested in rows:
        if not nested or change.action != "Modify" or change.replacement == "True":
            yield change
        for inner in opened[nested].changes if nested else ():
            yield replace(inner, path=(*change.path, *inner.path))


@uses(_part)
@uses("cloudformation:ExecuteChangeSet", quota=Quota.UNPUBLISHED)
def execute_change_set(target: AwsTarget, change_set_id: str, *, stack: str, token: str) -> None:
    """Start what the change set says; `describe_stack` tells how it goes.

    One that was started already, by an earlier request with this token or in another way, is left to go on: no change
    set can be executed twice. Raises Rejected (`InvalidChangeSetStatus`) when the stack has changed since it was made.
    """
    try:
        call(
            target,
            "cloudformation",
            "ExecuteChangeSet",
            ChangeSetName=change_set_id,
            StackName=stack,
            ClientRequestToken=token,
        )
    except Rejected as exc:
        if exc.code not in ("InvalidChangeSetStatus", "TokenAlreadyExistsException"):
            raise
        known = _part(target, change_set_id, stack, "").items[0].change_set
        if not known.execution_status.startswith("EXECUTE_"):
            raise


@uses("cloudformation:DeleteChangeSet", quota=Quota.UNPUBLISHED)
def delete_change_set(target: AwsTarget, change_set_id: str, *, stack: str) -> None:
    """Delete a change set; one that is gone already, with its stack or without it, is no error."""
    with suppress(NotFound):
        call(target, "cloudformation", "DeleteChangeSet", ChangeSetName=change_set_id, StackName=stack)


@uses("cloudformation:DescribeStackEvents", quota=Quota.UNPUBLISHED)
def page_of_events(target: AwsTarget, name: str, token: str) -> Page[StackEvent]:
    """What happened to a stack, newest first; a deleted one is asked for by its id, for 90 days."""
    more = {"NextToken": token} if token else {}
    parse = page_of("StackEvents", StackEvent.from_api, "NextToken")
    return fetch(target, "cloudformation", "DescribeStackEvents", parse, StackName=name, **more)


@uses(page_of_events)
@uses("cloudformation:CreateStack", quota=Quota.UNPUBLISHED)
@uses(*MADE_WITH_A_ROOT_STACK)
def create_stack(target: AwsTarget, *, name: str, template: str, parameters: Mapping[str, str], token: str) -> str:
    """Start making a stack; answers its id. `describe_stack` tells how it goes.

    A stack of this name that an earlier request with this token began is answered too; any other is Rejected
    (`AlreadyExistsException`). CloudFormation makes the stack's resources with the console's own permissions.
    """
    try:
        return fetch(
            target,
            "cloudformation",
            "CreateStack",
            lambda answer: str(answer["StackId"]),
            StackName=name,
            TemplateBody=template,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=CAPABILITIES,
            ClientRequestToken=token,
        )
    except Rejected as exc:
        if exc.code not in ("AlreadyExistsException", "TokenAlreadyExistsException"):
            raise
        events = page_of_events(target, name, "").items
        ours = next((one for one in events if one.is_of_the_stack and one.token == token), None)
        if ours is None:
            raise
        return ours.stack_id


@uses("cloudformation:DeleteStack", quota=Quota.UNPUBLISHED)
def delete_stack(target: AwsTarget, *, stack_id: str, token: str) -> None:
    """Start deleting a stack with all it made; `describe_stack` with its id tells how it goes.

    One that is gone or going already is no error. Give the id, not the name: another stack may have the name by then.
    A deletion that fails (`DELETE_FAILED`; a protected user pool, a bucket with objects) is tried again with a token
    of its own. Raises Rejected for a stack that is protected, nested, or in the middle of an update.
    """
    try:
        call(target, "cloudformation", "DeleteStack", StackName=stack_id, ClientRequestToken=token)
    except NotFound:
        return
    except Rejected as exc:
        # AWS remembers the token of a deletion that has begun.
        if exc.code != "TokenAlreadyExistsException":
            raise


@uses(page_of_events)
def failures_of(target: AwsTarget, name_or_id: str, *, since: datetime | None = None) -> tuple[tuple[str, str], ...]:
    """Logical id and reason of what failed since then, or in the last operation, the first cause first.

    Nested stacks are looked into, and then told by what failed there. What was only cancelled because something else
    failed is left out.
    """
    return tuple((one.logical_id, one.reason) for one in _failures(target, name_or_id, since))


def _failures(target: AwsTarget, name_or_id: str, since: datetime | None) -> list[StackEvent]:
    failed: list[StackEvent] = []
    for event in to_the_end(lambda token: page_of_events(target, name_or_id, token)):
        if since is not None and event.at < since:
            break
        if event.status.endswith("_FAILED") and not _CANCELLED.match(event.reason):
            failed.append(event)
        if since is None and event.is_of_the_stack and event.status in _BEGINNINGS:
            break
    # What is told of the stack itself only sums up what is told of its resources.
    causes = [event for event in reversed(failed) if not event.is_of_the_stack] or failed
    nested = [one for one in causes if one.type == STACK and one.physical_id and not one.is_of_the_stack]
    with Together() as together:
        pending = {one: together.start(_failures_inside, target, one.physical_id, since) for one in nested}
        opened = {one: answer.result() for one, answer in pending.items()}
    told = [cause for one in causes for cause in opened.get(one) or [one]]
    return sorted(dict.fromkeys(told), key=lambda one: one.at)


def _failures_inside(target: AwsTarget, stack_id: str, since: datetime | None) -> list[StackEvent]:
    try:
        return _failures(target, stack_id, since)
    except NotFound:
        # A nested stack that was never begun: the stack around it tells why.
        return []
