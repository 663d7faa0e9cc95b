"""What is kept of stacks and change sets: plain data, so that a snapshot can hold all of it."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from moto.core.utils import utcnow

from aws.sandbox import ids
from aws.sandbox.cloudformation.template import Template


@dataclass
class Resource:
    logical_id: str
    type: str
    physical_id: str
    properties: dict[str, Any]
    attributes: dict[str, Any]
    status: str = ""
    reason: str = ""
    retained: bool = False
    kept_at_rollback: bool = False
    changed: datetime.datetime = field(default_factory=utcnow)


@dataclass
class Event:
    id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str
    token: str
    time: datetime.datetime


@dataclass
class Output:
    key: str
    value: str
    description: str = ""
    export: str = ""


@dataclass
class Pending:
    """A change that has been accepted and is carried out when its time has come (seconds since the epoch)."""

    due: float
    template_text: str
    parameters: dict[str, str]
    capabilities: list[str]
    tags: list[dict[str, str]] | None
    token: str
    change_set: str = ""
    creates: bool = False
    deletes: bool = False


@dataclass
class Wishes:
    """What the control surface asks of a stack's next changes: to take long, or to fail; its removal is apart."""

    takes_ms: float = 0.0
    delete_takes_ms: float = 0.0
    fail_resource: str = ""
    reason: str = ""
    rollback_fails: bool = False
    times: int | None = None


@dataclass
class Stack:
    """`given` are the parameters as they were passed, `parameters` all of them with the template's defaults."""

    id: str
    name: str
    region: str
    template_text: str
    template: Template
    given: dict[str, str]
    parameters: dict[str, str]
    capabilities: list[str]
    tags: list[dict[str, str]]
    parent: str = ""
    root: str = ""
    status: str = ""
    reason: str = ""
    token: str = ""
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    created: datetime.datetime = field(default_factory=utcnow)
    updated: datetime.datetime | None = None
    deleted: datetime.datetime | None = None
    drawn: int = 0
    pending: Pending | None = None
    wishes: Wishes | None = None

    def draw(self, logical_id: str) -> str:
        """A text no other resource of the account has, the same whenever the same account is planted."""
        self.drawn += 1
        return f"{self.id} {logical_id} {self.drawn}"

    def record(self, resource: Resource | None, status: str, reason: str = "") -> None:
        """One event, of a resource or of the stack itself; the newest come first in DescribeStackEvents."""
        now = utcnow()
        if resource is None:
            self.status, self.reason = status, reason
            named = (self.name, self.id, "AWS::CloudFormation::Stack")
        else:
            resource.status, resource.reason, resource.changed = status, reason, now
            named = (resource.logical_id, resource.physical_id, resource.type)
        event_id = ids.event_id(f"{self.id} {len(self.events)}")
        self.events.append(Event(event_id, *named, status, reason, self.token, now))


@dataclass
class Detail:
    """One reason why a resource changes: which property, and what the property's new value comes from."""

    attribute: str
    name: str
    recreation: str
    source: str
    cause: str = ""
    dynamic: bool = False


@dataclass
class Change:
    action: str
    logical_id: str
    physical_id: str
    type: str
    replacement: str = ""
    scope: list[str] = field(default_factory=list)
    details: list[Detail] = field(default_factory=list)
    nested: str = ""


@dataclass
class ChangeSet:
    id: str
    name: str
    stack_id: str
    stack_name: str
    description: str
    template_text: str
    parameters: dict[str, str]
    shown_parameters: dict[str, str]
    capabilities: list[str]
    tags: list[dict[str, str]] | None
    include_nested: bool
    parent: str = ""
    root: str = ""
    status: str = "CREATE_COMPLETE"
    reason: str = ""
    execution: str = "AVAILABLE"
    token: str = ""
    changes: list[Change] = field(default_factory=list)
    created: datetime.datetime = field(default_factory=utcnow)
