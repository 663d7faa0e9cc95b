"""What must be so before a removal deletes anything: it is the console's own, and nobody else uses it by now.

All of it is asked again before every step that cannot be undone, for writing the users to a file may take hours.
"""

from datetime import timedelta

from django.utils import timezone

from audit.actions import Action
from audit.models import AuditEvent
from auth_import.models import CognitoLink
from auth_import.preflight import link_of
from aws import accounts, stacks
from aws.stacks import Stack
from deployments.scratch.obstacles import blocking, others_words
from deployments.scratch.removal import Removal
from deployments.scratch.template import RESOURCES
from environments.models import Environment
from jobs.lifecycle import JobFailed
from jobs.models import Job

GOOD_FOR = timedelta(days=1)
"""How long the typed confirmation lasts while nothing was removed: later, other people use what is deleted."""


class NotRemovable(JobFailed):
    """The removal must not go on, and a retry would be refused too."""

    def __init__(self, words: str, next_step: str) -> None:
        super().__init__(words, next_step=next_step, code="NotRemovable")


def is_unlinked(job: Job) -> bool:
    """Whether this job, or one that it retries, took the link away."""
    return any(one.result.get("unlinked") for one in _with_those_it_retries(job))


def _with_those_it_retries(job: Job) -> list[Job]:
    found, one = [], job
    while True:
        found.append(one)
        if one.retry_of is None:
            return found
        one = one.retry_of


def require_unused(job: Job, environment: Environment, removal: Removal) -> CognitoLink | None:
    """The link while it is there, None once this removal took it away. Asks no AWS.

    Raises NotRemovable where something else is linked by now, somebody unlinked it, or anything uses the resources.
    """
    link, unlinked = link_of(environment), is_unlinked(job)
    if link is not None and (link.managed_stack, link.user_pool_id) != (removal.stack, removal.pool):
        raise NotRemovable(
            "The environment is linked to other resources than those you were shown."
            if not unlinked
            else f"The environment was linked anew, to {link.user_pool_name}, before the removal was complete.",
            "Look at the Authentication page. Nothing more was deleted.",
        )
    if link is None and not unlinked:
        raise NotRemovable(
            "Somebody unlinked the environment meanwhile, and an unlink leaves everything in AWS.",
            "Nothing was deleted. To delete it all the same, delete the stack in AWS.",
        )
    origin = _with_those_it_retries(job)[-1].created
    if link is None:
        if _unlinks_since(origin, removal.pool) > 1:
            raise NotRemovable(
                f"Somebody linked {removal.pool_name} and unlinked it again meanwhile, and an unlink leaves everything "
                "in AWS.",
                "Nothing more was deleted. To delete it all the same, delete the stack in AWS.",
            )
    elif timezone.now() - origin > GOOD_FOR:
        raise NotRemovable(
            "The removal was confirmed more than a day ago, and nothing of it was done.",
            "Nothing was deleted. Choose Remove with all users again, and look at who would be deleted.",
        )
    words = blocking(link) if link else [others_words(environment, removal.pool, removal.identity_pool)]
    if any(words):
        raise NotRemovable(
            " ".join(words),
            "Nothing was deleted. See to that first, then remove it again."
            if link
            else f"The environment is unlinked, and {removal.pool_name} is still in AWS. To delete it all the same, "
            "delete the stack there.",
        )
    return link


def _unlinks_since(moment: object, user_pool_id: str) -> int:
    """How often the pool was unlinked since then, wherever: this removal's own unlink is one."""
    events = AuditEvent.objects.filter(action=Action.AUTH_UNLINKED, at__gte=moment)
    return events.filter(before__user_pool_id=user_pool_id).count()


def require_same_place(environment: Environment, removal: Removal) -> None:
    """That nothing is found where the environment leads by now would mean nothing. Raises JobFailed, AwsError."""
    parts = removal.stack.split(":")
    if len(parts) < 6:
        return
    region, account = parts[3:5]
    here = accounts.caller(environment.target).account
    if (environment.region, here) != (region, account):
        raise JobFailed(
            f"The stack is in account {account}, {region}; this environment leads to account {here}, "
            f"{environment.region}.",
            next_step="Nothing was deleted. Set the environment's role and Region back and retry, or delete the stack "
            "in its own account.",
            code="OtherPlace",
        )


def require_own(environment: Environment, removal: Removal, stack: Stack) -> bool:
    """Whether the user pool is still the stack's, and goes with it.

    Raises NotRemovable where the stack owns another pool, or anything that this console did not put into it.
    """
    found = stacks.resources_of(environment.target, stack.id)
    pools = [one.physical_id for one in found if one.logical_id == "UserPool"]
    if pools and pools != [removal.pool]:
        raise NotRemovable(
            f"The stack {stack.name} owns the user pool {pools[0]}, and not {removal.pool}.",
            "Unlink instead; nothing was deleted.",
        )
    foreign = [f"{one.logical_id} ({one.type})" for one in found if RESOURCES.get(one.logical_id) != one.type]
    if foreign:
        raise NotRemovable(
            f"Somebody added to the stack {stack.name} what this console did not make: {', '.join(foreign)}.",
            "Nothing was deleted. Take it out of the stack first, or unlink and delete the stack in AWS.",
        )
    return bool(pools)
