"""One function in several environments: who found, as a variable's value, what another of them had written.

The records stand on each other like undo steps. When one goes, those that found its value get what it found itself.
"""

from collections.abc import Mapping
from dataclasses import replace

from environments.models import Environment
from function_access.direct.restore import Restore
from function_access.models import FunctionGrant


def who_found(environment: Environment, function: str, restore: Restore) -> dict[str, FunctionGrant]:
    """By the variable's name, another environment's row about the same function that found what this one wrote."""
    written = {one.name: one.after for one in restore.variables}
    rows = FunctionGrant.objects.filter(function=function).exclude(environment=environment)
    found = {}
    for row in rows.select_related("environment").order_by("pk"):
        other = Restore.of(row.before)
        if other is None or other.function_arn != restore.function_arn:
            continue
        for one in other.variables:
            if one.name in written and one.before == written[one.name]:
                found[one.name] = row
    return found


def hand_over(restore: Restore, found: Mapping[str, FunctionGrant]) -> None:
    """What this record found becomes what those found that stand on it."""
    first = {one.name: one.before for one in restore.variables}
    for name, row in found.items():
        other = Restore.from_dict(row.before)
        variables = tuple(replace(one, before=first[name]) if one.name == name else one for one in other.variables)
        row.before = replace(other, variables=variables).to_dict()
        row.save(update_fields=["before"])
