"""How resources of one type are made, changed and removed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws.sandbox import ids
from aws.sandbox.cloudformation.records import Stack

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Made:
    """What making or changing a resource gives: its physical id and what Fn::GetAtt may ask for."""

    physical_id: str
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """How resources of a type are made, changed and removed. `replaces`: properties whose change makes a new one."""

    create: Callable[[Stack, str, Properties], Made]
    update: Callable[[Stack, str, Properties], Made]
    delete: Callable[[Stack, str, Properties], None]
    replaces: frozenset[str] = frozenset()


def generated_name(stack: Stack, logical_id: str, *, longest: int, lower: bool = False) -> str:
    """`STACK-LOGICALID-SUFFIX`, cut to what the service allows."""
    suffix = f"-{logical_id}-{ids.physical_suffix(stack.draw(logical_id))}"[-longest + 1 :]
    name = f"{stack.name[: longest - len(suffix)]}{suffix}"
    return name.lower() if lower else name
