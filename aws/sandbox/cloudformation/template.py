"""Templates: read, checked, and their functions worked out."""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from aws.sandbox.cloudformation.errors import ValidationError

Template = dict[str, Any]

NO_VALUE = object()

#: What a change set shows for a value that is known only when the change has been made.
KNOWN_LATER = "{{changeSet:KNOWN_AFTER_APPLY}}"

_RESOURCE_TYPE = re.compile(r"(AWS|Alexa|Custom)::[A-Za-z0-9_@-]+(::[A-Za-z0-9_@-]+)*")
_IN_SUB = re.compile(r"\$\{(!?)([^}]*)\}")
_NAMED_IAM = {"AWS::IAM::Role": "RoleName", "AWS::IAM::ManagedPolicy": "ManagedPolicyName"}


def parse(text: str) -> Template:
    """The template as data. Raises ValidationError for anything that is no template."""
    try:
        template = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise ValidationError(f"Template format error: JSON not well-formed. ({error})") from error
    if not isinstance(template, dict):
        raise ValidationError("Template format error: unsupported structure.")
    resources = template.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise ValidationError("Template format error: At least one Resources member must be defined.")
    for name, resource in resources.items():
        if not isinstance(resource, dict) or "Type" not in resource:
            raise ValidationError(
                f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member."
            )
    unknown = sorted({one["Type"] for one in resources.values() if not _RESOURCE_TYPE.fullmatch(one["Type"])})
    if unknown:
        raise ValidationError(f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")
    _check_references(template)
    return template


def _check_references(template: Template) -> None:
    known = {*template["Resources"], *template.get("Parameters", {})}
    resources = [resource.get("Properties", {}) for resource in template["Resources"].values()]
    named = {name for part in (*resources, template.get("Outputs", {})) for name in references(part)}
    unknown = sorted(name for name in named - known if not name.startswith("AWS::"))
    if unknown:
        raise ValidationError(
            f"Template format error: Unresolved resource dependencies [{', '.join(unknown)}] "
            "in the Resources block of the template"
        )


def references(value: Any) -> Iterator[str]:
    """The names every Ref, Fn::GetAtt and Fn::Sub inside the value points at, pseudo parameters too."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key == "Ref" and isinstance(inner, str):
            yield inner
        elif key == "Fn::GetAtt":
            yield (inner.split(".")[0] if isinstance(inner, str) else inner[0])
        elif key == "Fn::Sub":
            text, own = (inner, {}) if isinstance(inner, str) else inner
            yield from (name.split(".")[0] for bang, name in _IN_SUB.findall(text) if not bang and name not in own)
            yield from references(own)
        else:
            yield from references(inner)


def needed_capabilities(template: Template) -> list[str]:
    """The acknowledgement CloudFormation asks for, the stronger one where a name is given."""
    found = {
        "CAPABILITY_NAMED_IAM" if _NAMED_IAM.get(one["Type"], "-") in one.get("Properties", {}) else "CAPABILITY_IAM"
        for one in template["Resources"].values()
        if one["Type"].startswith("AWS::IAM::")
    }
    return ["CAPABILITY_NAMED_IAM"] if "CAPABILITY_NAMED_IAM" in found else sorted(found)


def parameter_values(template: Template, given: Mapping[str, str]) -> dict[str, str]:
    """Every parameter's value, given or default. Raises ValidationError as AWS does."""
    declared: dict[str, dict[str, Any]] = template.get("Parameters") or {}
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise ValidationError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    values = {name: given.get(name, slot.get("Default")) for name, slot in declared.items()}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise ValidationError(f"Parameters: [{', '.join(missing)}] must have values")
    for name, slot in declared.items():
        allowed = slot.get("AllowedValues")
        if allowed is not None and _text(values[name]) not in map(_text, allowed):
            raise ValidationError(f"Parameter '{name}' must be one of AllowedValues")
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(_text, value)) if isinstance(value, list) else str(value)


@dataclass(frozen=True)
class Scope:
    """What a template's functions can see. `known` answers for a resource, by logical id and attribute ("" for Ref)."""

    template: Template
    parameters: Mapping[str, str]
    pseudo: Mapping[str, Any]
    known: Callable[[str, str], Any]
    imported: Callable[[str], str]
    conditions: dict[str, bool] = field(default_factory=dict)

    def wanted(self, section: Mapping[str, Any]) -> bool:
        """Whether a resource or output is there at all, by its Condition."""
        return "Condition" not in section or self.condition(section["Condition"])

    def condition(self, name: str) -> bool:
        if name not in self.conditions:
            try:
                self.conditions[name] = bool(self.value(self.template["Conditions"][name]))
            except KeyError as error:
                raise ValidationError(f"Template format error: Unresolved condition {name}") from error
        return self.conditions[name]

    def value(self, value: Any) -> Any:
        """The value with every function worked out; what is AWS::NoValue is left out of its surroundings."""
        if isinstance(value, list):
            return [item for item in map(self.value, value) if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            # A policy statement may hold a Condition of its own, which is no name of one of the template's.
            if name in _FUNCTIONS and (name != "Condition" or isinstance(argument, str)):
                return _FUNCTIONS[name](self, argument)
        worked_out = {key: self.value(item) for key, item in value.items()}
        return {key: item for key, item in worked_out.items() if item is not NO_VALUE}

    def ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.parameters:
            declared = str(self.template["Parameters"][name].get("Type", "String"))
            value = self.parameters[name]
            is_list = declared == "CommaDelimitedList" or declared.startswith("List<")
            return [item.strip() for item in value.split(",")] if is_list else value
        return self.known(name, "")


def _get_att(scope: Scope, argument: Any) -> Any:
    name, _, attribute = argument.partition(".") if isinstance(argument, str) else (argument[0], "", argument[1])
    return scope.known(name, str(scope.value(attribute)))


def _joined(scope: Scope, argument: Any) -> str:
    return str(argument[0]).join(map(_text, scope.value(argument[1])))


def _sub(scope: Scope, argument: Any) -> str:
    text, own = (argument, {}) if isinstance(argument, str) else argument
    values = {name: scope.value(value) for name, value in own.items()}

    def one(match: "re.Match[str]") -> str:
        if match[1]:
            return f"${{{match[2]}}}"
        if match[2] in values:
            return _text(values[match[2]])
        return _text(_get_att(scope, match[2]) if "." in match[2] else scope.ref(match[2]))

    return _IN_SUB.sub(one, text)


def _if(scope: Scope, argument: Any) -> Any:
    return scope.value(argument[1] if scope.condition(argument[0]) else argument[2])


def _find_in_map(scope: Scope, argument: Any) -> Any:
    found: Any = scope.template.get("Mappings", {})
    try:
        for key in argument:
            found = found[scope.value(key)]
    except KeyError as error:
        raise ValidationError(f"Template error: Unable to get mapping for {argument}") from error
    return found


_FUNCTIONS: dict[str, Callable[[Scope, Any], Any]] = {
    "Ref": lambda scope, argument: scope.ref(argument),
    "Fn::GetAtt": _get_att,
    "Fn::Join": _joined,
    "Fn::Sub": _sub,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::Select": lambda scope, argument: scope.value(argument[1])[int(scope.value(argument[0]))],
    "Fn::Split": lambda scope, argument: str(scope.value(argument[1])).split(argument[0]),
    "Fn::ImportValue": lambda scope, argument: scope.imported(scope.value(argument)),
    "Fn::Base64": lambda scope, argument: base64.b64encode(_text(scope.value(argument)).encode()).decode(),
    "Fn::ToJsonString": lambda scope, argument: json.dumps(scope.value(argument)),
    "Fn::GetAZs": lambda scope, argument: [
        f"{scope.value(argument) or scope.pseudo['AWS::Region']}{az}" for az in "abc"
    ],
    "Fn::Equals": lambda scope, argument: _text(scope.value(argument[0])) == _text(scope.value(argument[1])),
    "Fn::And": lambda scope, argument: all(map(scope.value, argument)),
    "Fn::Or": lambda scope, argument: any(map(scope.value, argument)),
    "Fn::Not": lambda scope, argument: not scope.value(argument[0]),
    "Condition": lambda scope, argument: scope.condition(argument),
}


def in_order(template: Template) -> list[str]:
    """The logical ids, each after what it refers to or names in DependsOn. Raises ValidationError for a circle."""
    resources: dict[str, dict[str, Any]] = template["Resources"]
    order: list[str] = []
    open_now: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        if name in open_now:
            raise ValidationError(f"Circular dependency between resources: [{', '.join(open_now)}]")
        open_now.append(name)
        named = resources[name].get("DependsOn") or []
        for other in (*([named] if isinstance(named, str) else named), *references(resources[name])):
            if other in resources and other != name:
                visit(other)
        open_now.pop()
        order.append(name)

    for name in resources:
        visit(name)
    return order
