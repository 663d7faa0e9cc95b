"""Inline policies of roles as IAM keeps them: within a size, on pages, and not in roles that belong to a service."""

import json
from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.exceptions import LimitExceededException
from moto.iam.models import Role

LARGEST = 10_240
"""Characters of all inline policies of a role together, white space not counted."""
LARGEST_PAGE = 100


class UnmodifiableEntity(ServiceException):
    code = "UnmodifiableEntity"


def check_may_change(role: Role) -> None:
    """Raises UnmodifiableEntity for a role that is linked to a service."""
    if str(role.path).startswith("/aws-service-role/"):
        raise UnmodifiableEntity(
            f"Cannot perform the operation on the protected role '{role.name}' - this role is only modifiable by AWS",
        )


def check_room(role: Role, policy_name: str, document: str) -> None:
    """Raises LimitExceeded where the role's policies would be larger than IAM allows with this one among them."""
    texts = {**role.policies, policy_name: document}
    if sum(_size(text) for text in texts.values()) > LARGEST:
        raise LimitExceededException(f"Maximum policy size of {LARGEST} bytes exceeded for role {role.name}")


def _size(text: Any) -> int:
    try:
        return len(json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False))
    except ValueError:
        # What is no JSON is refused by moto itself.
        return len(text)
