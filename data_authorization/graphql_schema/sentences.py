"""Rules in sentences, in the words of the product."""

from collections.abc import Collection, Iterable

from data_authorization.graphql_schema.access import GLOBAL_PLACE, Door, Principal, operations_of, principals_of
from data_authorization.graphql_schema.schema import Definition, Place, Rule
from data_authorization.graphql_schema.vocabulary import (
    COARSE,
    DEFAULT_GROUP_CLAIM,
    DEFAULT_IDENTITY_CLAIM,
    DEFAULT_OWNER_FIELD,
    READS,
    Operation,
)


def of_rule(rule: Rule) -> str:
    """ "Users in the Editors group can read, create"; without a full stop, so that " Books" can follow."""
    principals = principals_of(rule)
    if not principals:
        return "Nobody, as it stands: the rule is not complete or not allowed"
    operations = operation_words(operations_of(rule), order=rule.operations)
    return f"{_whom(principals)} can {operations}" if operations else f"{_whom(principals)} can do nothing by this rule"


def summary(definition: Definition) -> str:
    """The rules of a type in a few sentences, and how many fields have rules of their own."""
    said = [f"{of_rule(one)}." for one in definition.rules]
    if not said:
        said = ["No rules: nobody can reach it." if definition.is_model else "No rules of its own."]
    own = [one.name for one in definition.fields if one.auths]
    if own and not definition.is_model and not definition.rules:
        said = []
    if own:
        verb = "has" if len(own) == 1 else "have"
        said.append(f"{listed(own) if len(own) < 4 else f'{len(own)} fields'} {verb} rules of {_own(own)} own.")
    elif not definition.rules and definition.is_model and definition.auths:
        said = ["An @auth without rules: nobody can reach it."]
    return " ".join(said)


def _own(names: Collection[str]) -> str:
    return "its" if len(names) == 1 else "their"


def operation_words(operations: Collection[str], *, order: Iterable[str] | None = None) -> str:
    """ "create, read, update, delete"; the five reads together are one word. "" where there are none."""
    found = set(operations)
    words = [str(one) for one in (Operation.CREATE,) if one in found]
    reads = [str(one) for one in READS if one in found]
    words += [str(Operation.READ)] if len(reads) == len(READS) else reads
    words += [str(one) for one in (Operation.UPDATE, Operation.DELETE) if one in found]
    if order is not None:
        wanted = list(order)
        words.sort(key=lambda one: wanted.index(one) if one in wanted else len(wanted))
    return ", ".join(words)


def _whom(principals: tuple[Principal, ...]) -> str:
    first = principals[0]
    if first.kind != "group":
        return whom(first)
    names = [one.name for one in principals]
    shown = listed(names, last="or") if len(names) < 6 else f"{', '.join(names[:4])} or {len(names) - 4} more groups"
    group = "" if len(names) > 5 else " group" if len(names) == 1 else " groups"
    return f"Users in the {shown}{group}{_claim(first, DEFAULT_GROUP_CLAIM)}{_by(first.door)}"


def whom(principal: Principal) -> str:
    """Who it is, in the plural and with a capital."""
    match principal.kind:
        case "owner":
            named = "Owners" if principal.name == DEFAULT_OWNER_FIELD else f"Owners (named in {principal.name})"
            return f"{named}{_claim(principal, DEFAULT_IDENTITY_CLAIM)}{_by(principal.door)}"
        case "dynamic":
            claim = _claim(principal, DEFAULT_GROUP_CLAIM)
            return f"Users in a group that the item names in {principal.name}{claim}{_by(principal.door)}"
        case "group":
            return f"Users in the {principal.name} group{_claim(principal, DEFAULT_GROUP_CLAIM)}{_by(principal.door)}"
    return ANYONE[principal.door]


ANYONE = {
    Door.USER_POOL: "Signed-in users",
    Door.OIDC: "Users signed in with OpenID Connect",
    Door.IDENTITY_POOL: "Users signed in through the identity pool",
    Door.GUEST: "Guests",
    Door.API_KEY: "Anyone with the API key",
    Door.LAMBDA: "Whoever the Lambda authorizer lets in",
}


def _claim(principal: Principal, default: str) -> str:
    return "" if principal.claim == default else f" (claim {principal.claim})"


def _by(door: Door) -> str:
    return ", signed in with OpenID Connect," if door is Door.OIDC else ""


def listed(names: Iterable[str], *, last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"; more than a dozen are counted."""
    words = list(names)
    if len(words) > 12:
        words = [*words[:11], f"{len(words) - 11} more"]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def plural(name: str) -> str:
    """Of a type's name: Book, Books; Category, Categories; Box, Boxes."""
    lower = name.lower()
    if lower.endswith(("s", "x", "z", "ch", "sh")):
        return f"{name}es"
    if lower.endswith("y") and lower[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}s"


def rule_words(place: Place, number: int) -> str:
    """How a sentence names a rule; people count from 1."""
    return "The global rule of input AMPLIFY" if place == GLOBAL_PLACE else f"Rule {number + 1} of {place}"


def group_words(name: str) -> str:
    """ "Editors" speaks for itself; other names need to be told as groups."""
    speaks = name[:1].isupper() and name.endswith("s") and name.isalpha()
    return name if speaks else f"Users in the {name} group"


OPERATION_TITLES = {one: one.value.capitalize() for one in COARSE}
