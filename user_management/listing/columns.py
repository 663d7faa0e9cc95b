"""What can be shown of a user: a few facts of every user, and every attribute of the pool's schema."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from aws.user_resources import CognitoUser, PeopleRules
from user_management.listing.query import CUSTOM, STATUSES, BadQuery

TITLES = {
    "username": "User name",
    "email": "E-mail",
    "phone_number": "Phone number",
    "name": "Name",
    "status": "Status",
    "enabled": "Enabled",
    "created": "Created",
    "modified": "Modified",
    "sub": "Sub",
}
"""The columns of every pool, in the order in which they stand."""
ATTRIBUTE_TITLES = {
    "email_verified": "E-mail verified",
    "phone_number_verified": "Phone number verified",
    "preferred_username": "Preferred user name",
    "zoneinfo": "Time zone",
    "birthdate": "Date of birth",
    "updated_at": "Profile updated",
}
FIRST_SHOWN = ("username", "email", "phone_number", "name", "status", "enabled", "created")
FACTS = ("username", "status", "enabled", "created", "modified")
"""Columns that are no attributes."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `key` is its name in addresses, JSON and the first line of a CSV file."""

    key: str
    title: str

    @property
    def is_custom(self) -> bool:
        return self.key.startswith(CUSTOM)


def columns_of(rules: PeopleRules) -> tuple[Column, ...]:
    """Every column of this pool, in order."""
    fixed = [Column(key, title) for key, title in TITLES.items()]
    own = [Column(rule.name, _title(rule.name)) for rule in rules.attributes if rule.name not in TITLES]
    return (*fixed, *own)


def _title(attribute: str) -> str:
    if attribute.startswith(CUSTOM):
        return attribute
    return ATTRIBUTE_TITLES.get(attribute) or attribute.replace("_", " ").capitalize()


def first_shown(rules: PeopleRules) -> tuple[str, ...]:
    """The columns of a list nobody has changed yet: without user names that Cognito made up."""
    return FIRST_SHOWN[1:] if rules.pool.username_attributes else FIRST_SHOWN


def chosen(keys: Iterable[str], rules: PeopleRules) -> tuple[Column, ...]:
    """The columns of these keys, in the pool's order. Unknown keys are left out; without any, those of a new list."""
    wanted = set(keys)
    every = columns_of(rules)
    found = tuple(column for column in every if column.key in wanted)
    return found or tuple(column for column in every if column.key in first_shown(rules))


def known(columns: Sequence[Column], unheld: Collection[str], *, named: bool) -> tuple[Column, ...]:
    """The columns without those nobody knows. Raises BadQuery when somebody named one of them."""
    lacking = [column.key for column in columns if column.key in unheld]
    if lacking and named:
        raise BadQuery(
            f"The search index does not hold {', '.join(lacking)}.",
            code="NotHeld",
            next_step="Leave these columns out, or let the index hold them.",
        )
    found = tuple(column for column in columns if column.key not in unheld)
    return found or (Column("username", TITLES["username"]),)


def values(columns: Sequence[Column]) -> Callable[[CognitoUser], list[str]]:
    """A function that writes a user as the texts of these columns: times as ISO 8601, statuses by AWS's names."""
    facts: dict[str, Callable[[CognitoUser], str]] = {
        "username": lambda user: user.username,
        "status": lambda user: user.status,
        "enabled": lambda user: "true" if user.enabled else "false",
        "created": lambda user: user.created.isoformat(timespec="seconds") if user.created else "",
        "modified": lambda user: user.modified.isoformat(timespec="seconds") if user.modified else "",
    }

    def attribute(name: str) -> Callable[[CognitoUser], str]:
        return lambda user: user.attributes.get(name, "")

    readers = [facts.get(column.key) or attribute(column.key) for column in columns]
    return lambda user: [read(user) for read in readers]


def as_json(user: CognitoUser, columns: Sequence[Column]) -> dict[str, object]:
    """The user as scripts read it. Attributes keep Cognito's text; what a user lacks is null."""
    facts: dict[str, object] = {
        "username": user.username,
        "status": user.status,
        "enabled": user.enabled,
        "created": user.created.isoformat() if user.created else None,
        "modified": user.modified.isoformat() if user.modified else None,
    }
    return {
        column.key: facts[column.key] if column.key in facts else user.attributes.get(column.key) for column in columns
    }


def status_words(status: str) -> str:
    return STATUSES.get(status, status.replace("_", " ").capitalize())
