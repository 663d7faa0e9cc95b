"""What other features want in the backend beside the link: changed data access rules, and functions' access."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from audit.record import Actor
from backend_state.document.api_modes import EditApiModes
from backend_state.document.changes import EditSchema, FunctionAccess
from data_authorization import services as data_rules
from data_authorization.graphql_schema.vocabulary import MODE_WORDS, Mode
from data_authorization.models import DataModel
from environments.models import Environment
from function_access import services as functions
from function_access.models import FunctionGrant

Other = EditSchema | EditApiModes | FunctionAccess


def waiting_of(environment: Environment, *, rules: bool = True) -> tuple[Other, ...]:
    """The frozen changes that a push takes along, as the features have them at this moment.

    Without `rules` a draft of data access rules goes on waiting.
    """
    drafted = data_rules.waiting_changes(environment) if rules else ()
    return (*drafted, *functions.waiting_changes(environment))


def take_pushed(environment: Environment, changes: Sequence[Other], actor: Actor) -> None:
    """Tells each feature what of its own is in the cloud now."""
    rules = tuple(one for one in changes if isinstance(one, EditSchema | EditApiModes))
    access = tuple(one for one in changes if isinstance(one, FunctionAccess))
    if rules:
        data_rules.take_pushed(environment, rules, actor)
    if access:
        functions.take_pushed(environment, access, actor)


def has_rules_waiting(environment: Environment) -> bool:
    return environment.pk in DataModel.objects.with_draft_to_push([environment])


def functions_waiting(environment: Environment) -> int:
    """How many functions' access waits for a push."""
    return FunctionGrant.objects.to_push(environment).count() if environment.is_amplify else 0


def subjects_of(environments: Sequence[Environment]) -> dict[int, list[str]]:
    """`subjects` of Amplify environments by their ids; two queries, however many they are."""
    drafts = DataModel.objects.with_draft_to_push(environments)
    functions = Counter(FunctionGrant.objects.to_push(*environments).values_list("environment", flat=True))
    return {one.pk: subjects(rules=one.pk in drafts, functions=functions[one.pk]) for one in environments}


def subjects(*, rules: bool, functions: int) -> list[str]:
    """What waits, beside auth, as the subject of a sentence."""
    found = ["a draft of data access rules"] if rules else []
    if functions:
        found.append(f"the access of {functions} function{'s' if functions != 1 else ''}")
    return found


def words_of(change: Other) -> str:
    """What a change does, in a sentence for the review of a push."""
    match change:
        case EditSchema():
            return f"Data access rules: the API {change.api} gets another schema.graphql."
        case EditApiModes():
            modes = ", ".join(MODE_WORDS.get(Mode(one), one) if one in tuple(Mode) else one for one in change.modes)
            return f"Authorization modes: the API {change.api} lets callers in by {modes}; the first is its default."
        case FunctionAccess(operations=()):
            return f"Function access: {change.function} loses its access to the user pool."
    may = ", ".join(change.operations)
    return f"Function access: {change.function} may {may} on the user pool ({len(change.actions)} IAM actions)."


def record_of(change: Other) -> dict[str, Any]:
    """As a plan keeps it. What the change was made from is not kept: the plan pins what it was compared with."""
    match change:
        case EditSchema():
            return {"kind": "schema", "api": change.api, "text": change.text}
        case EditApiModes():
            return {"kind": "modes", "api": change.api, "modes": list(change.modes)}
    return {
        "kind": "function",
        "function": change.function,
        "operations": list(change.operations),
        "actions": list(change.actions),
    }


def changes_from(records: Iterable[Mapping[str, Any]]) -> tuple[Other, ...]:
    """What a plan has kept, as changes again."""
    return tuple(_change_from(one) for one in records)


def _change_from(record: Mapping[str, Any]) -> Other:
    match record["kind"]:
        case "schema":
            return EditSchema(record["api"], record["text"])
        case "modes":
            return EditApiModes(record["api"], tuple(record["modes"]))
    return FunctionAccess(record["function"], tuple(record["operations"]), tuple(record["actions"]))


def same(planned: Iterable[Other], wanted: Iterable[Other]) -> bool:
    """Whether what is wanted now is what was planned, whatever it was made from."""
    return [record_of(one) for one in planned] == [record_of(one) for one in wanted]
