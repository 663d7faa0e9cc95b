"""The stacks and change sets of one account and Region, and what may be done with them when."""

import time
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.utils import utcnow

from aws.sandbox import ids
from aws.sandbox.cloudformation.carrying_out import Failed, Run, carry_out, delete_all
from aws.sandbox.cloudformation.errors import (
    AlreadyExists,
    CloudFormationError,
    InsufficientCapabilities,
    ResourceFailed,
    ValidationError,
    cannot_be_updated,
    stack_not_found,
)
from aws.sandbox.cloudformation.plan import plan
from aws.sandbox.cloudformation.records import ChangeSet, Pending, Stack, Wishes
from aws.sandbox.cloudformation.template import needed_capabilities, parameter_values, parse

#: From these a stack can be updated; UPDATE_FAILED only where rollback had been switched off.
UPDATABLE = (
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
)

Tags = list[dict[str, str]]


class CloudFormationBackend(BaseBackend):
    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.stacks: dict[str, Stack] = {}
        self.change_sets: dict[str, ChangeSet] = {}
        self.wishes: dict[str, Wishes] = {}

    def add(self, stack: Stack) -> None:
        self.stacks[stack.id] = stack

    def by_id(self, stack_id: str) -> Stack:
        if stack_id not in self.stacks:
            raise stack_not_found(stack_id)
        return self.stacks[stack_id]

    def stack(self, name_or_id: str) -> Stack:
        """A stack by its name, while it exists, or by its id, even when it is deleted."""
        if name_or_id.startswith("arn:"):
            return self.by_id(name_or_id)
        for stack in self.stacks.values():
            if stack.name == name_or_id and stack.deleted is None:
                return stack
        raise stack_not_found(name_or_id)

    def live(self) -> list[Stack]:
        return [stack for stack in self.stacks.values() if stack.deleted is None]

    def exporter(self, name: str) -> str:
        """The id of the stack that exports a name, or nothing."""
        exports = ((stack, one) for stack in self.live() for one in stack.outputs)
        return next((stack.id for stack, one in exports if one.export == name), "")

    def exported(self, name: str) -> str:
        for stack in self.live():
            for output in stack.outputs:
                if output.export == name:
                    return output.value
        raise ValidationError(f"No export named {name} found.")

    def create(
        self,
        name: str,
        text: str,
        given: Mapping[str, str],
        capabilities: list[str],
        tags: Tags,
        token: str = "",
        drawn: str | None = None,
    ) -> Stack:
        """CreateStack. `drawn`: what the stack's id is derived from, for the sample account."""
        existing = next((stack for stack in self.live() if stack.name == name), None)
        if existing is not None:
            if token and existing.token == token and existing.status.startswith("CREATE"):
                return existing
            raise AlreadyExists(f"Stack [{name}] already exists")
        _check_capabilities(text, capabilities)
        parameter_values(parse(text), given)
        stack_id = ids.stack_id(self.region_name, name, drawn)
        stack = Stack(stack_id, name, self.region_name, text, {}, {}, {}, capabilities, tags, token=token)
        stack.wishes = self._wishes_of(name)
        self.add(stack)
        stack.record(None, "CREATE_IN_PROGRESS", "User Initiated")
        self._begin(stack, Pending(0, text, dict(given), capabilities, tags, token, creates=True))
        return stack

    def reviewed(self, name: str, change_set: str) -> Stack:
        """The stack that a change set of type CREATE is for: there in name only, without template and resources."""
        existing = next((stack for stack in self.live() if stack.name == name), None)
        if existing is None:
            stack = Stack(ids.stack_id(self.region_name, name), name, self.region_name, "", {}, {}, {}, [], [])
            stack.wishes = self._wishes_of(name)
            self.add(stack)
            stack.record(None, "REVIEW_IN_PROGRESS", "User Initiated")
            return stack
        if existing.status != "REVIEW_IN_PROGRESS":
            raise ValidationError(
                f"Stack [{name}] already exists and cannot be created again with the changeSet [{change_set}]."
            )
        return existing

    def create_reviewed(self, stack: Stack, change_set: ChangeSet, token: str) -> None:
        """The execution of a change set of type CREATE."""
        stack.template_text, stack.capabilities, stack.token = change_set.template_text, change_set.capabilities, token
        stack.record(None, "CREATE_IN_PROGRESS", "User Initiated")
        given, tags = change_set.parameters, change_set.tags
        pending = Pending(0, change_set.template_text, given, change_set.capabilities, tags, token, change_set.id)
        pending.creates = True
        self._begin(stack, pending)

    def _wishes_of(self, name: str) -> Wishes | None:
        return next((wish for pattern, wish in self.wishes.items() if fnmatchcase(name, pattern)), None)

    def update(
        self,
        stack: Stack,
        text: str,
        given: Mapping[str, str],
        capabilities: list[str],
        tags: Tags | None,
        token: str = "",
        change_set: ChangeSet | None = None,
    ) -> None:
        """UpdateStack, or the execution of a change set."""
        self.check_updatable(stack)
        _check_capabilities(text, capabilities)
        if change_set is None and plan(self, stack, text, given).is_empty and tags in (None, stack.tags):
            raise ValidationError("No updates are to be performed.")
        for other in self.change_sets_of(stack):
            if other is not change_set and other.execution == "AVAILABLE":
                other.execution = "OBSOLETE"
        stack.token = token
        stack.record(None, "UPDATE_IN_PROGRESS", "User Initiated")
        executed = change_set.id if change_set else ""
        self._begin(stack, Pending(0, text, dict(given), capabilities, tags, token, executed))

    def check_updatable(self, stack: Stack) -> None:
        if stack.deleted is not None or stack.status not in UPDATABLE:
            raise cannot_be_updated(stack.id, stack.status)

    def change_sets_of(self, stack: Stack) -> list[ChangeSet]:
        return [one for one in self.change_sets.values() if one.stack_id == stack.id]

    def _begin(self, stack: Stack, pending: Pending) -> None:
        wishes = stack.wishes or Wishes()
        takes = wishes.delete_takes_ms if pending.deletes else wishes.takes_ms
        stack.pending = pending
        pending.due = time.time() + takes / 1000
        if not takes:
            self._finish(stack)

    def settle(self) -> None:
        """Carry out the changes whose time has come. Called before anything else a caller asks."""
        for stack in list(self.stacks.values()):
            if stack.pending is not None and stack.pending.due <= time.time():
                self._finish(stack)

    def _finish(self, stack: Stack) -> None:
        pending, stack.pending = stack.pending, None
        assert pending is not None
        if pending.deletes:
            self._delete(stack)
            return
        verb = "CREATE" if pending.creates else "UPDATE"
        before = (stack.capabilities, stack.tags)
        stack.capabilities = pending.capabilities
        stack.tags = stack.tags if pending.tags is None else pending.tags
        run = Run(creates=pending.creates)
        try:
            carry_out(self, run, stack, pending.template_text, pending.parameters)
        except (Failed, CloudFormationError, ResourceFailed) as error:
            stack.capabilities, stack.tags = before
            _roll_back(stack, run, str(error), "" if pending.creates else "UPDATE_")
        else:
            if run.cleanup:
                stack.record(None, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
            for clean in run.cleanup:
                clean()
            stack.record(None, f"{verb}_COMPLETE")
        if not pending.creates:
            stack.updated = utcnow()
        change_set = self.change_sets.get(pending.change_set)
        if change_set is not None:
            succeeded = stack.status == f"{verb}_COMPLETE"
            for one in (change_set, *self.nested_in(change_set)):
                one.execution = "EXECUTE_COMPLETE" if succeeded else "EXECUTE_FAILED"

    def nested_in(self, change_set: ChangeSet) -> list[ChangeSet]:
        return [one for one in self.change_sets.values() if one.root == change_set.id]

    def delete(self, stack: Stack, token: str) -> None:
        if stack.parent:
            raise ValidationError(f"Stack [{stack.id}] is a nested stack; delete its root instead")
        if stack.status in ("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"):
            raise ValidationError(f"Stack [{stack.name}] cannot be deleted while in status {stack.status}")
        if stack.pending is not None and stack.pending.deletes:
            return
        # What was being made is not made any more.
        stack.token = token
        stack.record(None, "DELETE_IN_PROGRESS", "User Initiated")
        self._begin(stack, Pending(0, "", {}, [], None, token, deletes=True))

    def _delete(self, stack: Stack) -> None:
        try:
            delete_all(self, stack)
        except ResourceFailed:
            return
        for change_set in self.change_sets_of(stack):
            del self.change_sets[change_set.id]

    def wish(self, stack_name: str, **asked: Any) -> None:
        """What the control surface asks of the next changes of stacks whose names are so, or begin so (`name*`)."""
        wishes = Wishes(**asked)
        self.wishes[stack_name] = wishes
        for stack in self.live():
            if fnmatchcase(stack.name, stack_name):
                stack.wishes = wishes

    def forget_wishes(self) -> None:
        self.wishes.clear()
        for stack in self.stacks.values():
            stack.wishes = None


def _check_capabilities(text: str, capabilities: list[str]) -> None:
    needed = needed_capabilities(parse(text))
    if needed and not {*needed, "CAPABILITY_NAMED_IAM"} & set(capabilities):
        raise InsufficientCapabilities(f"Requires capabilities : [{', '.join(needed)}]")


def _roll_back(stack: Stack, run: Run, reason: str, prefix: str) -> None:
    stack.record(None, f"{prefix}ROLLBACK_IN_PROGRESS", reason)
    run.roll_back()
    if run.stuck:
        left = f"The following resource(s) failed to delete: [{', '.join(run.stuck)}]. "
        stack.record(None, f"{prefix}ROLLBACK_FAILED", left)
    elif stack.wishes is not None and stack.wishes.rollback_fails:
        stack.record(None, f"{prefix}ROLLBACK_FAILED", reason)
    else:
        stack.record(None, f"{prefix}ROLLBACK_COMPLETE")


cloudformation_backends = BackendDict(CloudFormationBackend, "cloudformation")
