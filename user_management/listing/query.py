"""What somebody looks for among the users, as a value: read from an address and written back into one. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from aws.errors import Rejected
from aws.user_resources import CognitoUser

STATUSES = {
    "CONFIRMED": "Confirmed",
    "UNCONFIRMED": "Unconfirmed",
    "FORCE_CHANGE_PASSWORD": "Must change password",
    "RESET_REQUIRED": "Reset required",
    "EXTERNAL_PROVIDER": "From a provider",
}
"""The statuses of a user in people's words."""
ENABLED, SUSPENDED = "enabled", "suspended"
STATES = STATUSES | {ENABLED: "Enabled", SUSPENDED: "Suspended"}
"""What the page's filter offers: one of the statuses, or whether users may sign in."""

ATTRIBUTES = {
    "username": "User name",
    "email": "E-mail",
    "phone_number": "Phone number",
    "name": "Name",
    "given_name": "Given name",
    "family_name": "Family name",
    "preferred_username": "Preferred user name",
    "sub": "Sub",
    "status": "Status",
    "enabled": "Enabled",
}
"""What Cognito can search by, in the page's words; `status` and `enabled` are searched by their words."""
MATCHES = ("", "is", "begins")
LONGEST_TEXT = 2048
DATES = ("created_from", "created_to", "modified_from", "modified_to")
CUSTOM = ("custom:", "dev:custom:")


class BadQuery(Rejected):
    """A condition that is not understood. Nothing is listed then: a filter left out would mean more users."""

    words = "This search is not understood."
    next_step = "Correct it, or start again without it."


@dataclass(frozen=True, slots=True)
class UserQuery:
    """Every condition must hold. Cognito itself answers a text or one state; the search index answers all of it."""

    text: str = ""
    attribute: str = ""
    """What `text` is searched in: a key of ATTRIBUTES, or a custom attribute; "" recognises it by its shape."""
    match: str = ""
    """`is` or `begins`; "" as it fits the attribute."""
    contains: bool = False
    """Find `text` anywhere in the value; with no attribute, in several."""
    status: str = ""
    """A key of STATUSES."""
    enabled: bool | None = None
    group: str = ""
    created_from: date | None = None
    created_to: date | None = None
    """Days in UTC; the last one is included."""
    modified_from: date | None = None
    modified_to: date | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Texts that custom attributes contain, by Cognito's names: `custom:tier`."""
    sort: str = ""
    """The key of a column, with `-` before it to turn the order around."""
    view: str = ""
    """The saved view that was chosen, by its id."""

    @classmethod
    def from_params(cls, params: Mapping[str, str]) -> Self:
        """Read `request.GET`, or any mapping of texts. Parameters that are not ours are left alone.

        Raises BadQuery, an AwsError, for conditions that are not understood.
        """
        status, enabled = _state(_text(params, "status"))
        flag = _text(params, "enabled").lower()
        if flag and flag not in ("yes", "no"):
            raise BadQuery(f"“{flag}” is neither yes nor no.", code="BadEnabled")
        # Not `contains`: a control of that name would hide the method of its form that scripts in the browser call.
        contains = _text(params, "anywhere")
        return cls(
            text=_text(params, "q"),
            attribute=_attribute(_text(params, "attribute")),
            match=_one_of("match", _text(params, "match"), MATCHES),
            contains=contains in ("1", "on", "yes", "true"),
            status=status,
            enabled=enabled if not flag else flag == "yes",
            group=_text(params, "group"),
            **{name: _day(name, _text(params, name)) for name in DATES},
            attributes={key: text for key in params if key.startswith(CUSTOM) and (text := _text(params, key))},
            sort=_text(params, "sort"),
            view=_text(params, "view"),
        )

    def to_params(self) -> dict[str, str]:
        """What `from_params` reads, without what is not set."""
        params = {
            "q": self.text,
            "attribute": self.attribute,
            "match": self.match,
            "anywhere": "1" if self.contains else "",
            "status": self.status,
            "enabled": {None: "", True: "yes", False: "no"}[self.enabled],
            "group": self.group,
            **{name: day.isoformat() if (day := getattr(self, name)) else "" for name in DATES},
            **self.attributes,
            "sort": self.sort,
            "view": self.view,
        }
        return {name: value for name, value in params.items() if value}

    @property
    def state(self) -> str:
        """The page's one filter by state: a status, `enabled`, `suspended` or ""."""
        return self.status or {None: "", True: ENABLED, False: SUSPENDED}[self.enabled]

    @property
    def is_empty(self) -> bool:
        """Whether every user is meant; the order and the view leave none out."""
        return not set(self.to_params()) - {"sort", "view", "attribute", "match", "anywhere"}

    @property
    def needs_index(self) -> str:
        """What Cognito cannot do of this, in words; "" when it can do all of it."""
        asked = {
            "text anywhere in a value": self.contains and bool(self.text),
            "groups": bool(self.group),
            "dates": any(getattr(self, name) for name in DATES),
            "custom attributes": bool(self.attributes) or self.attribute.startswith(CUSTOM),
            "an order of your own": bool(self.sort),
        }
        return ", ".join(words for words, needed in asked.items() if needed)

    def admits(self, user: CognitoUser) -> bool:
        """Whether status and enabled are as asked: what is narrowed here, because Cognito takes one condition."""
        return (not self.status or user.status == self.status) and self.enabled in (None, user.enabled)

    def words(self) -> Iterator[str]:
        """The conditions beside the text, for people."""
        if self.status:
            yield f"status is {STATUSES[self.status]}"
        if self.enabled is not None:
            yield "enabled" if self.enabled else "suspended"
        if self.group:
            yield f"in the group {self.group}"
        for name in DATES:
            if day := getattr(self, name):
                yield f"{name.replace('_', ' ')} {day:%-d %b %Y}"
        for name, text in self.attributes.items():
            yield f"{name} contains “{text}”"


def _text(params: Mapping[str, str], name: str) -> str:
    text = params.get(name, "").strip()
    if len(text) > LONGEST_TEXT:
        raise BadQuery(f"What stands for {name} is longer than {LONGEST_TEXT:,} characters.", code="TooLong")
    if "\x00" in text:
        raise BadQuery("The search holds a character that no user has.", code="BadCharacter")
    return text


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise BadQuery(f"“{value}” is not known as {name}.", code=f"Bad{name.title()}")
    return value


def _attribute(value: str) -> str:
    if value and value not in ATTRIBUTES and not value.startswith(CUSTOM):
        raise BadQuery(f"There is no search by “{value}”.", code="BadAttribute")
    return value


def _state(value: str) -> tuple[str, bool | None]:
    if value.lower() in (ENABLED, SUSPENDED):
        return "", value.lower() == ENABLED
    if value and value.upper() not in STATUSES:
        known = ", ".join([*STATUSES, ENABLED, SUSPENDED])
        raise BadQuery(f"There is no status “{value}”. They are {known}.", code="BadStatus")
    return value.upper(), None


def _day(name: str, value: str) -> date | None:
    try:
        day = date.fromisoformat(value) if value else None
        if day in (date.min, date.max):
            # The ends of the calendar have no day before or after them to compare with.
            raise ValueError(value)
        return day
    except ValueError as error:
        raise BadQuery(f"“{value}” is no day for {name}; write 2026-01-31.", code="BadDate") from error
