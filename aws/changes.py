"""Changes to AWS resources: shown before they are made, and made without losing what is not changed.

Cognito's updates reset whatever they do not carry. So every change reads first and sends everything back; which
members an update takes is asked of the SDK's own description of the service, so that new ones are kept as well.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws import session
from aws.errors import Rejected
from aws.target import AwsTarget

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """What one update would change: `before` and `after` are JSON texts of the changed fields, without secrets."""

    action: str
    resource: str
    before: str
    after: str

    @property
    def needed(self) -> bool:
        return self.before != self.after


def change(action: str, resource: str, before: Document, after: Document) -> Change:
    """The difference of two documents, member by member of the top level."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return Change(action, resource, _text(before, names), _text(after, names))


def _text(document: Document, names: list[str]) -> str:
    return json.dumps(
        {name: document[name] for name in names if name in document},
        indent=2,
        sort_keys=True,
        ensure_ascii=False,
        default=str,
    )


def refuse_other_than(planned: Change | None, current: Change) -> None:
    """Raise Rejected when what would be done now differs from what somebody was shown. None: nobody was shown any."""
    if planned is not None and planned != current:
        raise Rejected(
            "This was changed by somebody else after you were shown the difference.",
            code="ChangedMeanwhile",
            action=current.action,
            next_step="Look at the new difference and apply it again.",
        )


def sendable(target: AwsTarget, service: str, operation: str, document: Document) -> dict[str, Any]:
    """The part of a description that `operation` accepts back, at every depth.

    Empty texts that are shorter than the operation allows, and structures that lack a required member, are left
    out: AWS describes unset values that way and refuses them when sent back. So are tags that AWS itself has put on,
    those of a stack for instance: nobody else may set them, and they stay without being named.
    """
    shape = session.client(target, service).meta.service_model.operation_model(operation).input_shape
    accepted = _accepted(shape, document)
    return {
        name: {key: text for key, text in value.items() if not key.startswith("aws:")}
        if _is_tags(name, value)
        else value
        for name, value in accepted.items()
    }


def _is_tags(name: str, value: Any) -> bool:
    return name.endswith("Tags") and isinstance(value, Mapping)


def _accepted(shape: Any, document: Document) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, member in shape.members.items():
        if name not in document or document[name] is None:
            continue
        value = document[name]
        if member.type_name == "structure" and not isinstance(value, Mapping):
            continue
        if member.type_name == "structure":
            value = _accepted(member, value)
            if not value or any(required not in value for required in member.required_members):
                continue
        elif member.type_name == "list" and member.member.type_name == "structure":
            value = [_accepted(member.member, item) for item in value]
        elif member.type_name == "string" and len(value) < (member.metadata.get("min") or 0):
            continue
        kept[name] = value
    return kept
