"""Root stacks of Amplify environments: who made one and what it made itself, and deleting it.

CloudFormation tells the events of a deleted stack for 90 days, by its id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws.calls import to_the_end
from aws.declarations import uses
from aws.stacks import delete_stack, page_of_events
from aws.target import AwsTarget


@dataclass(frozen=True, slots=True)
class Creation:
    """Who asked for a stack (the token of the request), and the physical ids of what it made, by logical id."""

    stack_id: str
    token: str = ""
    made: Mapping[str, str] = field(default_factory=dict)


@uses(page_of_events)
def creation_of(target: AwsTarget, name_or_id: str) -> Creation:
    """Raises NotFound when there is no such stack. What was there before the stack is not among what it made, nor what
    it has deleted again."""
    stack_id, token, made = "", "", {}
    gone: set[str] = set()
    for event in to_the_end(lambda page: page_of_events(target, name_or_id, page)):
        stack_id = event.stack_id
        if event.is_of_the_stack:
            # Newest first: the last one seen is the request that began it.
            token = event.token or token
        elif event.status == "DELETE_COMPLETE":
            gone.add(event.logical_id)
        elif event.status == "CREATE_COMPLETE" and event.logical_id not in gone:
            made[event.logical_id] = event.physical_id
    return Creation(stack_id, token, made)


@uses(delete_stack)
@uses("iam:DeleteRole", "iam:GetRole", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies")
@uses("s3:DeleteBucketPolicy", "s3:GetBucketPolicy")
def delete_root_stack(target: AwsTarget, *, stack_id: str, token: str) -> None:
    """`aws.stacks.delete_stack`, with what CloudFormation does in the console's name to take a root stack away."""
    delete_stack(target, stack_id=stack_id, token=token)
