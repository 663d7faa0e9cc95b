"""CloudFormation's calls over HTTP."""

import json
import threading
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from aws.sandbox.cloudformation import change_sets, shown
from aws.sandbox.cloudformation.backend import CloudFormationBackend, cloudformation_backends
from aws.sandbox.cloudformation.errors import ValidationError, stack_not_found
from aws.sandbox.cloudformation.records import Stack
from aws.sandbox.cloudformation.template import needed_capabilities, parse
from aws.sandbox.cloudformation.templates_in_s3 import fetch
from aws.sandbox.own_calls import OwnCalls, start_of, token_of

_PAGE = 100
#: AWS ends a page by its size in bytes. Ten changes make pages that a small test can fill.
_PAGE_OF_CHANGES = 10

# A stack's resources belong to several services; one change after another is the only order that can be undone.
one_at_a_time = threading.RLock()


class CloudFormationCalls(OwnCalls[CloudFormationBackend]):
    def __init__(self) -> None:
        super().__init__("cloudformation", cloudformation_backends)

    def call_action(self) -> Any:
        with one_at_a_time:
            self.backend.settle()
            return super().call_action()

    def _stack(self) -> Stack:
        return self.backend.stack(self._get_param("StackName"))

    def _template(self, previous: Stack | None = None) -> str:
        if previous is not None and self._get_param("UsePreviousTemplate"):
            return previous.template_text
        url, body = self._get_param("TemplateURL"), self._get_param("TemplateBody")
        if bool(url) == bool(body):
            raise ValidationError("Either Template URL or Template Body must be specified.")
        return fetch(url) if url else str(body)

    def _parameters(self, previous: Stack | None = None) -> dict[str, str]:
        given = {}
        for parameter in self._get_param("Parameters") or []:
            name = parameter["ParameterKey"]
            if parameter.get("UsePreviousValue"):
                if previous is None or name not in previous.parameters:
                    raise ValidationError(f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a parameter key not in the previous template")  # fmt: skip  # noqa: E501
                given[name] = previous.parameters[name]
            else:
                given[name] = parameter.get("ParameterValue", "")
        return given

    def _page(self, key: str, items: list[Any], show: Callable[[Any], Any], size: int = _PAGE) -> dict[str, Any]:
        try:
            start = start_of(self._get_param("NextToken"))
        except ValueError as error:
            raise ValidationError("NextToken is invalid.") from error
        answer: dict[str, Any] = {key: [show(item) for item in items[start : start + size]]}
        if start + size < len(items):
            answer["NextToken"] = token_of(start + size)
        return answer

    def create_stack(self) -> ActionResult:
        stack = self.backend.create(
            self._get_param("StackName"),
            self._template(),
            self._parameters(),
            self._get_param("Capabilities") or [],
            self._get_param("Tags") or [],
            self._get_param("ClientRequestToken") or "",
        )
        return ActionResult({"StackId": stack.id})

    def update_stack(self) -> ActionResult:
        stack = self._stack()
        self.backend.update(
            stack,
            self._template(stack),
            self._parameters(stack),
            self._get_param("Capabilities") or [],
            self._get_param("Tags"),
            self._get_param("ClientRequestToken") or "",
        )
        return ActionResult({"StackId": stack.id})

    def delete_stack(self) -> ActionResult:
        try:
            stack = self._stack()
        except ValidationError:
            # AWS takes it for deleted already.
            return EmptyResult()
        if stack.deleted is None:
            self.backend.delete(stack, self._get_param("ClientRequestToken") or "")
        return EmptyResult()

    def continue_update_rollback(self) -> ActionResult:
        stack = self._stack()
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            raise ValidationError(f"Stack:{stack.id} is in {stack.status} state and can not continue update rollback.")
        stack.record(None, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        stack.record(None, "UPDATE_ROLLBACK_COMPLETE")
        return EmptyResult()

    def describe_stacks(self) -> ActionResult:
        name = self._get_param("StackName")
        stacks = [self.backend.stack(name)] if name else self.backend.live()
        return ActionResult(self._page("Stacks", stacks, shown.stack))

    def list_stacks(self) -> ActionResult:
        wanted = self._get_param("StackStatusFilter") or []
        stacks = [one for one in self.backend.stacks.values() if not wanted or one.status in wanted]
        return ActionResult(self._page("StackSummaries", stacks, shown.stack_summary))

    def list_stack_resources(self) -> ActionResult:
        resources = list(self._stack().resources.values())
        return ActionResult(self._page("StackResourceSummaries", resources, shown.resource_summary))

    def describe_stack_resources(self) -> ActionResult:
        stack, logical_id = self._stack(), self._get_param("LogicalResourceId")
        found = [shown.resource(stack, one) for one in stack.resources.values() if logical_id in (None, one.logical_id)]
        return ActionResult({"StackResources": found})

    def describe_stack_resource(self) -> ActionResult:
        stack, logical_id = self._stack(), self._get_param("LogicalResourceId")
        if logical_id not in stack.resources:
            raise ValidationError(f"Resource {logical_id} does not exist for stack {stack.name}")
        return ActionResult({"StackResourceDetail": shown.resource_detail(stack, stack.resources[logical_id])})

    def describe_stack_events(self) -> ActionResult:
        stack = self._stack()
        events = list(reversed(stack.events))
        return ActionResult(self._page("StackEvents", events, lambda event: shown.event(stack, event)))

    def get_template(self) -> ActionResult:
        change_set, name = self._get_param("ChangeSetName"), self._get_param("StackName")
        text = change_sets.find(self.backend, change_set, name).template_text if change_set else ""
        body = text or self._stack().template_text
        return ActionResult({"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]})

    def get_template_summary(self) -> ActionResult:
        named = self._get_param("StackName")
        text = self.backend.stack(named).template_text if named else self._template()
        return ActionResult(_summary(text))

    def validate_template(self) -> ActionResult:
        summary = _summary(self._template())
        described = {key: summary[key] for key in ("Capabilities", "Description")}
        slots = [
            {"ParameterKey": one["ParameterKey"], "DefaultValue": one.get("DefaultValue"), "NoEcho": one["NoEcho"]}
            for one in summary["Parameters"]
        ]
        return ActionResult({**described, "Parameters": slots})

    def list_exports(self) -> ActionResult:
        exports = [(stack, one) for stack in self.backend.live() for one in stack.outputs if one.export]
        return ActionResult(self._page("Exports", exports, lambda pair: shown.export(*pair)))

    def create_change_set(self) -> ActionResult:
        kind = self._get_param("ChangeSetType") or "UPDATE"
        if kind not in ("CREATE", "UPDATE"):
            raise NotImplementedError("change sets that import")
        if kind == "CREATE":
            # A template that cannot be read leaves no stack behind.
            change_sets.check(self._template(), self._parameters(), self._get_param("Capabilities") or [])
            stack = self.backend.reviewed(self._get_param("StackName"), self._get_param("ChangeSetName"))
        else:
            stack = self._stack()
            self.backend.check_updatable(stack)
        change_set = change_sets.create(
            self.backend,
            stack,
            self._get_param("ChangeSetName"),
            self._template(stack),
            self._parameters(stack),
            capabilities=self._get_param("Capabilities") or [],
            tags=self._get_param("Tags"),
            description=self._get_param("Description") or "",
            include_nested=bool(self._get_param("IncludeNestedStacks")),
        )
        return ActionResult({"Id": change_set.id, "StackId": stack.id})

    def describe_change_set(self) -> ActionResult:
        found = change_sets.find(self.backend, self._get_param("ChangeSetName"), self._get_param("StackName"))
        page = self._page("Changes", found.changes, shown.change, _PAGE_OF_CHANGES)
        return ActionResult({**shown.change_set(found), **page})

    def list_change_sets(self) -> ActionResult:
        found = self.backend.change_sets_of(self._stack())
        return ActionResult(self._page("Summaries", found, shown.change_set_summary))

    def execute_change_set(self) -> ActionResult:
        found = change_sets.find(self.backend, self._get_param("ChangeSetName"), self._get_param("StackName"))
        change_sets.execute(self.backend, found, self._get_param("ClientRequestToken") or "")
        return EmptyResult()

    def delete_change_set(self) -> ActionResult:
        """One that is gone already is no error, as long as its stack is there."""
        name, stack_name = self._get_param("ChangeSetName"), self._get_param("StackName")
        if stack_name and not any(stack_name in (one.name, one.id) for one in self.backend.stacks.values()):
            raise stack_not_found(stack_name)
        for one in list(self.backend.change_sets.values()):
            if name == one.id or (name == one.name and stack_name in (one.stack_id, one.stack_name)):
                change_sets.delete(self.backend, one)
        return EmptyResult()


def _summary(text: str) -> dict[str, Any]:
    template = parse(text)
    slots = [
        {
            "ParameterKey": name,
            "DefaultValue": slot.get("Default"),
            "ParameterType": slot.get("Type", "String"),
            "NoEcho": bool(slot.get("NoEcho")),
            "Description": slot.get("Description"),
        }
        for name, slot in (template.get("Parameters") or {}).items()
    ]
    return {
        "Parameters": slots,
        "Description": template.get("Description"),
        "Capabilities": needed_capabilities(template),
        "ResourceTypes": sorted({one["Type"] for one in template["Resources"].values()}),
        "Version": str(template.get("AWSTemplateFormatVersion", "2010-09-09")),
        "Metadata": json.dumps(template["Metadata"]) if "Metadata" in template else None,
    }
