"""What a stack's template can refer to."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from aws.sandbox.cloudformation.errors import ResourceFailed
from aws.sandbox.cloudformation.records import Output, Stack
from aws.sandbox.cloudformation.template import NO_VALUE, Scope, Template
from aws.sandbox.ids import ACCOUNT_ID


class Stacks(Protocol):
    """The stacks of a Region."""

    def by_id(self, stack_id: str) -> Stack: ...

    def exported(self, name: str) -> str: ...


def scope_of(
    stacks: Stacks,
    stack: Stack,
    template: Template,
    parameters: Mapping[str, str],
    known: Callable[[str, str], Any] | None = None,
) -> Scope:
    pseudo = {
        "AWS::Region": stack.region,
        "AWS::AccountId": ACCOUNT_ID,
        "AWS::StackName": stack.name,
        "AWS::StackId": stack.id,
        "AWS::Partition": "aws",
        "AWS::URLSuffix": "amazonaws.com",
        "AWS::NotificationARNs": [],
    }
    return Scope(template, parameters, pseudo, known or _made(stack), stacks.exported)


def _made(stack: Stack) -> Callable[[str, str], Any]:
    def known(name: str, attribute: str) -> Any:
        resource = stack.resources.get(name)
        if resource is None:
            raise ResourceFailed(f"Template error: the resource {name} is not made.")
        if not attribute:
            return resource.physical_id
        if attribute not in resource.attributes and "*" not in resource.attributes:
            raise ResourceFailed(f"Requested attribute {attribute} does not exist in schema for {resource.type}")
        return resource.attributes.get(attribute, resource.attributes.get("*"))

    return known


def outputs_of(scope: Scope) -> list[Output]:
    outputs = []
    for key, section in (scope.template.get("Outputs") or {}).items():
        if not scope.wanted(section):
            continue
        value = scope.value(section["Value"])
        if value is NO_VALUE:
            continue
        export = scope.value(section["Export"]["Name"]) if section.get("Export") else ""
        outputs.append(Output(key, str(value), section.get("Description", ""), str(export)))
    return outputs
