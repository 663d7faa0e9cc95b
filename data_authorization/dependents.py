"""What of this app depends on an environment's link: rules that let people of the pool in."""

from auth_import.dependents import Dependent
from auth_import.models import CognitoLink
from data_authorization import presentation, services
from data_authorization.graphql_schema.reading import SchemaUnreadable
from data_authorization.graphql_schema.sentences import listed

MOST = 5
"""Groups that are named one by one."""


def dependents(link: CognitoLink) -> list[Dependent]:
    """One where rules name groups of the pool; nothing where none does, or where nothing has been read."""
    working = services.working_of(link.environment)
    if working is None:
        return []
    try:
        groups = presentation.groups_in(working.schema)
    except SchemaUnreadable:
        return []
    if not groups:
        return []
    more = [f"{len(groups) - MOST} more"] if len(groups) > MOST else []
    named = f"Rules of the data model name {'the groups' if len(groups) > 1 else 'the group'} "
    named += f"{listed([*groups[:MOST], *more])}."
    return [
        Dependent(
            title="Data access rules",
            words=f"{named} They stay as they are, in the backend too; the Data page can no longer tell which groups "
            "there are.",
            on_swap=f"{named} In the other pool they mean the groups of these names there: look whether it has them, "
            "and who is in them.",
            of_users=True,
        )
    ]
