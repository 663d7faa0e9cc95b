"""The limits the service's own model sets to a request, checked as AWS checks them before anything else."""

import functools
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from aws.sandbox.errors import InvalidParameter

Check = Callable[[Any, str, list[str]], None]

_SHOWN = 200


@functools.cache
def _model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("cognito-idp")


def _matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a text is as the pattern says; Python has no letters by Unicode category, which most patterns ask for."""
    listed = re.fullmatch(r"\^?\[((?:\\p\{[LMSNPZ]\}|\\t|\\n|\\r| )+)\]\+\$?", pattern)
    if listed is not None:
        categories = frozenset(re.findall(r"\\p\{(.)\}", listed[1]))
        spaces = "".join(
            space for mark, space in ((r"\t", "\t"), (r"\n", "\n"), (r"\r", "\r"), (" ", " ")) if mark in listed[1]
        )
        return lambda text: (
            bool(text) and all(unicodedata.category(letter)[0] in categories or letter in spaces for letter in text)
        )
    if r"\p" in pattern:
        return lambda text: True
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: compiled.fullmatch(text) is not None


def _text(shape: Shape) -> Check:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    pattern, allowed = shape.metadata.get("pattern"), getattr(shape, "enum", None)
    matches = _matcher(pattern) if pattern else None
    secret = bool(shape.metadata.get("sensitive"))

    def check(value: Any, path: str, broken: list[str]) -> None:
        rules = []
        if not isinstance(value, str):
            raise InvalidParameter(f"{path} must be a string.")
        if allowed and value not in allowed:
            rules.append(f"satisfy enum value set: [{', '.join(allowed)}]")
        if most is not None and len(value) > most:
            rules.append(f"have length less than or equal to {most}")
        if least is not None and len(value) < least:
            rules.append(f"have length greater than or equal to {least}")
        if matches is not None and not matches(value):
            rules.append(f"satisfy regular expression pattern: {pattern}")
        shown = "" if secret else f" '{value[:_SHOWN]}'"
        broken += [f"Value{shown} at '{path}' failed to satisfy constraint: Member must {rule}" for rule in rules]

    return check


def _number(shape: Shape) -> Check:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")

    def check(value: Any, path: str, broken: list[str]) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidParameter(f"{path} must be a number.")
        start = f"Value '{value}' at '{path}' failed to satisfy constraint: Member must have value"
        if most is not None and value > most:
            broken.append(f"{start} less than or equal to {most}")
        if least is not None and value < least:
            broken.append(f"{start} greater than or equal to {least}")

    return check


def _list(shape: ListShape, seen: tuple[str, ...]) -> Check:
    member = _check_of(shape.member, seen)
    least, most = shape.metadata.get("min"), shape.metadata.get("max")

    def check(value: Any, path: str, broken: list[str]) -> None:
        start = f"Value '[...]' at '{path}' failed to satisfy constraint: Member must have length"
        if most is not None and len(value) > most:
            broken.append(f"{start} less than or equal to {most}")
        if least is not None and len(value) < least:
            broken.append(f"{start} greater than or equal to {least}")
        for number, item in enumerate(value, 1):
            member(item, f"{path}.{number}.member", broken)

    return check


def _structure(shape: StructureShape, seen: tuple[str, ...]) -> Check:
    members = {name: _check_of(member, seen) for name, member in shape.members.items()}
    required = tuple(shape.required_members)

    def check(value: Any, path: str, broken: list[str]) -> None:
        start = f"{path}." if path else ""
        for name in required:
            if value.get(name) is None:
                member = start + name[0].lower() + name[1:]
                broken.append(f"Value null at '{member}' failed to satisfy constraint: Member must not be null")
        for name, given in value.items():
            if name in members and given is not None:
                members[name](given, start + name[0].lower() + name[1:], broken)

    return check


def _check_of(shape: Shape, seen: tuple[str, ...] = ()) -> Check:
    if isinstance(shape, StructureShape) and shape.name not in seen:
        return _structure(shape, (*seen, shape.name))
    if isinstance(shape, ListShape):
        return _list(shape, seen)
    if shape.type_name == "string" and not isinstance(shape, MapShape):
        return _text(shape)
    if shape.type_name in ("integer", "long"):
        return _number(shape)
    return lambda value, path, broken: None


@functools.cache
def _check_of_operation(operation: str) -> Check:
    shape = _model().operation_model(operation).input_shape
    return _check_of(shape) if shape is not None else lambda value, path, broken: None


def check_request(operation: str, parameters: dict[str, Any]) -> None:
    """Raises InvalidParameterException, in AWS's words, for what the service model of the operation forbids."""
    broken: list[str] = []
    _check_of_operation(operation)(parameters, "", broken)
    if broken:
        errors = f"{len(broken)} validation error{'s' if len(broken) > 1 else ''} detected: "
        raise InvalidParameter(errors + "; ".join(broken))
