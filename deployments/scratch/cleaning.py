"""Taking away what a plan has left in CloudFormation without ever having made a user directory of it."""

from contextlib import suppress

from auth_import.models import CognitoLink
from aws import stacks, user_pools, users
from aws.errors import AwsError, NotFound
from aws.stacks import Stack
from deployments.scratch.models import Phase, PlannedAuth

USER_POOL = "AWS::Cognito::UserPool"
LEFT_BEHIND = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")


class NotCleanable(Exception):
    """The plan's stack is more than a remainder; the message says what it is."""


def stack_of(planned: PlannedAuth) -> Stack | None:
    """The plan's stack, None where there is none, or none any more. Raises AwsError."""
    if not planned.stack_id:
        return None
    try:
        stack = stacks.describe_stack(planned.environment.target, planned.stack_id)
    except NotFound:
        return None
    return None if stack.status == "DELETE_COMPLETE" else stack


def clean(planned: PlannedAuth) -> bool:
    """Delete the plan's change set and empty stack, and forget the plan. False where it was thrown away already.

    Raises NotCleanable where the stack has resources in use, and AwsError: then the plan stays.
    """
    stack = stack_of(planned)
    if stack is not None:
        if not stack.is_only_planned and stack.status not in LEFT_BEHIND and not stack.is_busy:
            raise NotCleanable(
                f"CloudFormation has made the stack {stack.name} ({stack.status}). Retry the job to link it, or delete "
                "the stack in AWS."
            )
        if stack.is_busy and stack.status != "DELETE_IN_PROGRESS":
            raise NotCleanable(f"CloudFormation is at work on the stack {stack.name} ({stack.status}). Wait for it.")
        if planned.change_set and stack.is_only_planned:
            stacks.delete_change_set(planned.environment.target, planned.change_set, stack=planned.stack_name)
        _unprotect_remainders(planned, stack)
        stacks.delete_stack(
            planned.environment.target,
            stack_id=stack.id,
            token=f"admin-ui-clean-{planned.pk}-{stack.status.lower().replace('_', '-')}",
        )
    return planned.move_to(Phase.DISCARDED, origins=(Phase.NEW, Phase.PLANNED, Phase.APPLYING))


def _unprotect_remainders(planned: PlannedAuth, stack: Stack) -> None:
    """A protected user pool survives the roll back of its own stack. It was made a moment ago, for nobody yet."""
    if not stack.status.endswith("_FAILED"):
        return
    target = planned.environment.target
    for pool_id in stacks.ids_of(target, stack.id, USER_POOL):
        if CognitoLink.objects.filter(user_pool_id=pool_id).exists():
            raise NotCleanable(f"The user pool {pool_id} of the stack {stack.name} is linked by now. It stays.")
        with suppress(NotFound):
            # The number of users that Cognito tells is an estimate, so somebody is looked for.
            if users.page_of_users(target, pool_id, size=1).items:
                raise NotCleanable(f"There are users in the pool {pool_id} of the stack {stack.name} by now. It stays.")
            user_pools.turn_off_deletion_protection(target, pool_id)


def discard(planned: PlannedAuth) -> None:
    """Throw away a plan that was replaced. That its empty stack cannot be deleted harms nobody."""
    try:
        clean(planned)
    except (AwsError, NotCleanable):
        planned.move_to(Phase.DISCARDED, origins=(Phase.NEW, Phase.PLANNED))
