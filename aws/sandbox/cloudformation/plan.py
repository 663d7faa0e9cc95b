"""What an update would change, worked out without changing anything: the matter of change sets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aws.sandbox.cloudformation.records import Change, Detail, Output, Resource, Stack
from aws.sandbox.cloudformation.resources import kind_of
from aws.sandbox.cloudformation.scopes import Stacks, outputs_of, scope_of
from aws.sandbox.cloudformation.template import (
    KNOWN_LATER,
    Template,
    in_order,
    parameter_values,
    parse,
    references,
)
from aws.sandbox.cloudformation.templates_in_s3 import fetch

NESTED = "AWS::CloudFormation::Stack"


@dataclass
class Plan:
    """The changes of one stack, and those of the stacks nested in it, by logical id."""

    stack: Stack
    template_text: str
    given: dict[str, str]
    parameters: dict[str, str]
    changes: list[Change] = field(default_factory=list)
    nested: "dict[str, Plan]" = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.changes and self.outputs == self.stack.outputs


def plan(stacks: Stacks, stack: Stack, template_text: str, given: Mapping[str, str]) -> Plan:
    """Raises ValidationError for a template or parameters that cannot be used."""
    template = parse(template_text)
    values = parameter_values(template, given)
    found = Plan(stack, template_text, dict(given), values)
    unknown: set[str] = set()

    def known(name: str, attribute: str) -> Any:
        if name in unknown or name not in stack.resources:
            return KNOWN_LATER
        if name in found.nested and attribute.startswith("Outputs."):
            outputs = {f"Outputs.{one.key}": one.value for one in found.nested[name].outputs}
            return outputs.get(attribute, KNOWN_LATER)
        resource = stack.resources[name]
        return resource.physical_id if not attribute else resource.attributes.get(attribute, KNOWN_LATER)

    scope = scope_of(stacks, stack, template, values, known)
    wanted = [name for name in in_order(template) if scope.wanted(template["Resources"][name])]
    for name in wanted:
        section, current = template["Resources"][name], stack.resources.get(name)
        if current is None or current.type != section["Type"]:
            found.changes.append(Change("Add", name, "", section["Type"]))
            unknown.add(name)
            continue
        properties = scope.value(section.get("Properties", {}))
        if current.type == NESTED:
            change = _nested_change(stacks, found, current, properties, section)
        else:
            change = _change(found, current, properties, section)
        if change is None:
            continue
        found.changes.append(change)
        if change.replacement == "True":
            unknown.add(name)
    found.changes += [
        Change("Remove", name, resource.physical_id, resource.type)
        for name, resource in stack.resources.items()
        if name not in wanted
    ]
    found.outputs = outputs_of(scope)
    return found


def _nested_change(
    stacks: Stacks, found: Plan, current: Resource, properties: dict[str, Any], section: Template
) -> Change | None:
    nested_stack = stacks.by_id(current.physical_id)
    inner = plan(stacks, nested_stack, fetch(properties["TemplateURL"]), properties.get("Parameters", {}))
    change = _change(found, current, properties, section)
    if inner.is_empty and change is None:
        return None
    found.nested[current.logical_id] = inner
    if change is None:
        change = Change("Modify", current.logical_id, current.physical_id, current.type, "False", ["Properties"])
        change.details.append(Detail("Properties", "", "Never", "Automatic", dynamic=True))
    return change


def _change(found: Plan, current: Resource, properties: dict[str, Any], section: Template) -> Change | None:
    names = sorted(
        name
        for name in {*current.properties, *properties}
        if current.properties.get(name, KNOWN_LATER) != properties.get(name, KNOWN_LATER)
        or KNOWN_LATER in str(properties.get(name))
    )
    if not names:
        return None
    replaces = kind_of(current.type).replaces
    before = found.stack.template["Resources"].get(current.logical_id, {}).get("Properties", {})
    details = [
        detail for name in names for detail in _details(found, name, properties, section, before, name in replaces)
    ]
    recreations = {detail.recreation for detail in details}
    replacement = "True" if "Always" in recreations else "Conditional" if "Conditionally" in recreations else "False"
    scope = ["Tags" if name == "Tags" else "Properties" for name in names]
    return Change(
        "Modify", current.logical_id, current.physical_id, current.type, replacement, sorted(set(scope)), details
    )


def _details(
    found: Plan, name: str, properties: dict[str, Any], section: Template, before: dict[str, Any], replaces: bool
) -> list[Detail]:
    dynamic = KNOWN_LATER in str(properties.get(name))
    recreation = ("Conditionally" if dynamic else "Always") if replaces else "Never"
    attribute, shown = ("Tags", "") if name == "Tags" else ("Properties", name)
    expression = section.get("Properties", {}).get(name)
    named = list(dict.fromkeys(references(expression)))
    details = [
        Detail(attribute, shown, recreation, "ParameterReference", one)
        for one in named
        if one in found.parameters and found.parameters[one] != found.stack.parameters.get(one)
    ]
    changed = {change.logical_id for change in found.changes}
    details += [
        Detail(attribute, shown, recreation, "ResourceReference", one, dynamic=True) for one in named if one in changed
    ]
    if not details or before.get(name) != expression:
        details.insert(0, Detail(attribute, shown, recreation, "DirectModification", dynamic=dynamic))
    return details
