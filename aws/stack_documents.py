"""What CloudFormation tells of stacks and change sets, read from its answers in one place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from aws.resources import Api

AUTH_STACKS = "console-auth-"
"""How the names of stacks of Cognito resources begin, and so the names of the roles CloudFormation makes in them."""

_NOTHING_TO_DO = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, slots=True)
class Stack:
    """DescribeStacks. Values of parameters that are secrets come as asterisks. `updated` is None before any update."""

    id: str
    name: str
    status: str
    status_reason: str = ""
    outputs: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    capabilities: tuple[str, ...] = ()
    updated: datetime | None = None

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(
            id=data["StackId"],
            name=data["StackName"],
            status=data["StackStatus"],
            status_reason=data.get("StackStatusReason") or "",
            outputs=tuple((row["OutputKey"], row.get("OutputValue") or "") for row in data.get("Outputs") or ()),
            parameters=tuple(
                (row["ParameterKey"], row.get("ParameterValue") or "") for row in data.get("Parameters") or ()
            ),
            capabilities=tuple(data.get("Capabilities") or ()),
            updated=data.get("LastUpdatedTime"),
        )

    @property
    def is_settled(self) -> bool:
        """Nothing is under way, and no rollback got stuck. What came of the last operation, `status` tells."""
        return self.status.endswith("_COMPLETE")

    @property
    def is_busy(self) -> bool:
        return self.status.endswith("_IN_PROGRESS") and not self.is_only_planned

    @property
    def is_only_planned(self) -> bool:
        """Made by a change set that nobody has executed: it has a name and an id, and no resources."""
        return self.status == "REVIEW_IN_PROGRESS"


@dataclass(frozen=True, slots=True)
class PlannedStack:
    """A change set with the id of its stack, which a new one has from the start."""

    stack_id: str
    change_set_id: str


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What a change set does to one resource.

    `path` are the logical ids from the root stack, the resource's own last. `action` is Add, Modify, Remove, Import
    or Dynamic; `replacement` True, False, Conditional or "". `properties` are the changed ones, and attributes such
    as Metadata.
    """

    path: tuple[str, ...]
    action: str
    type: str
    physical_id: str = ""
    replacement: str = ""
    properties: tuple[str, ...] = ()

    @classmethod
    def from_api(cls, data: Api) -> Self:
        targets = [detail.get("Target") or {} for detail in data.get("Details") or ()]
        names = [target.get("Name") or target.get("Attribute") for target in targets]
        return cls(
            path=(data["LogicalResourceId"],),
            action=data["Action"],
            type=data["ResourceType"],
            physical_id=data.get("PhysicalResourceId") or "",
            replacement=data.get("Replacement") or "",
            properties=tuple(dict.fromkeys(name for name in names if name)),
        )


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """DescribeChangeSet, nested ones included. `changes` is empty until `status` is CREATE_COMPLETE."""

    id: str
    status: str
    status_reason: str
    execution_status: str
    changes: tuple[ResourceChange, ...] = ()

    @property
    def is_empty(self) -> bool:
        """CloudFormation calls a change set FAILED when there is nothing to change."""
        return self.status == "FAILED" and any(words in self.status_reason for words in _NOTHING_TO_DO)


@dataclass(frozen=True, slots=True)
class StackChanges:
    """One page of one change set: each change with the nested change set that tells what happens inside, or ""."""

    change_set: ChangeSet
    changes: tuple[tuple[ResourceChange, str], ...]

    @classmethod
    def from_api(cls, data: Api) -> Self:
        rows = [row["ResourceChange"] for row in data.get("Changes") or () if "ResourceChange" in row]
        return cls(
            change_set=ChangeSet(
                id=data["ChangeSetId"],
                status=data["Status"],
                status_reason=data.get("StatusReason") or "",
                execution_status=data.get("ExecutionStatus") or "",
            ),
            changes=tuple((ResourceChange.from_api(row), str(row.get("ChangeSetId") or "")) for row in rows),
        )


@dataclass(frozen=True, slots=True)
class StackEvent:
    """One row of DescribeStackEvents, newest first."""

    at: datetime
    stack_id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str
    token: str

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(
            at=data["Timestamp"],
            stack_id=data["StackId"],
            logical_id=data.get("LogicalResourceId") or "",
            physical_id=data.get("PhysicalResourceId") or "",
            type=data.get("ResourceType") or "",
            status=data.get("ResourceStatus") or "",
            reason=data.get("ResourceStatusReason") or "",
            token=data.get("ClientRequestToken") or "",
        )

    @property
    def is_of_the_stack(self) -> bool:
        return self.physical_id == self.stack_id


@dataclass(frozen=True, slots=True)
class StackResource:
    """One row of ListStackResources. A resource that could not be made at all has no physical id."""

    type: str
    physical_id: str
    status: str
    logical_id: str = ""

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(
            type=data["ResourceType"],
            physical_id=data.get("PhysicalResourceId") or "",
            status=data["ResourceStatus"],
            logical_id=data.get("LogicalResourceId") or "",
        )

    @property
    def is_there(self) -> bool:
        return bool(self.physical_id) and self.status not in ("DELETE_COMPLETE", "DELETE_SKIPPED")
