"""A pool's users, in the order they came, with ways to find one without looking at all the others."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from moto.cognitoidp.models import CognitoIdpGroup, CognitoIdpUser
from moto.core.utils import utcnow

T = TypeVar("T")

#: Found without a walk through all users, besides the user name.
INDEXED = ("email", "phone_number", "preferred_username", "sub")

Attributes = Iterable[dict[str, str]]


class Ledger(Generic[T]):
    """Things in the order they came. A place stays where it is, whatever is added or removed, so pages can go on."""

    def __init__(self, places: Iterable[T | None] = ()) -> None:
        self._places: list[T | None] = list(places)
        self._place_of = {item: place for place, item in enumerate(self._places) if item is not None}

    def add(self, item: T) -> None:
        if item not in self._place_of:
            self._place_of[item] = len(self._places)
            self._places.append(item)

    def discard(self, item: T) -> None:
        place = self._place_of.pop(item, None)
        if place is not None:
            self._places[place] = None

    def remove(self, item: T) -> None:
        """As a set's: raises KeyError for what is not in it."""
        self._places[self._place_of.pop(item)] = None

    def page(self, start: int, size: int, wanted: Callable[[T], bool] | None = None) -> tuple[list[T], int | None]:
        """Up to `size` things from a place on, and the place of the one after them, None when there is none."""
        found: list[T] = []
        for place in range(start, len(self._places)):
            item = self._places[place]
            if item is None or (wanted is not None and not wanted(item)):
                continue
            if len(found) == size:
                return found, place
            found.append(item)
        return found, None

    @property
    def places(self) -> list[T | None]:
        return self._places

    def __contains__(self, item: object) -> bool:
        return item in self._place_of

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._place_of))

    def __len__(self) -> int:
        return len(self._place_of)

    def __reduce__(self) -> tuple[Any, ...]:
        # Empty at first: a member may lead back here, and then this must exist already.
        return Ledger, (), self._places

    def __setstate__(self, places: list[T | None]) -> None:
        self.__init__(places)  # type: ignore[misc]  # an empty one, filled


class SandboxUser(CognitoIdpUser):
    """A user who tells the pool's directory when an attribute changes, and has what moto's users have not."""

    def __init__(
        self, user_pool_id: str, username: str | None, password: str | None, status: str, attributes: Attributes | None
    ) -> None:
        # moto's own constructor builds every attribute list three times; a hundred thousand users shall be quick.
        self.id = str(uuid.uuid4())
        self.user_pool_id = user_pool_id
        self.username = username or self.id
        self.password = password
        self.status = status
        self.enabled = True
        self.directory: UserDirectory | None = None
        given = {attribute["Name"]: attribute.get("Value") or "" for attribute in attributes or ()}
        self.attribute_lookup = {"sub": self.id, **{name: value for name, value in given.items() if value}}
        self.sms_mfa_enabled = False
        self.software_token_mfa_enabled = False
        self.email_mfa_enabled = False
        self.token_verified = False
        self.passkeys = 0
        self.confirmation_code = None
        self.preferred_mfa_setting = None
        self.groups: set[CognitoIdpGroup] = set()
        self.sessions: list[dict[str, Any]] = []
        self.devices: list[dict[str, Any]] = []
        self.auth_events: list[dict[str, Any]] = []
        self.used_passwords: list[str] = []
        self.create_date = self.last_modified_date = utcnow()

    @property
    def status_name(self) -> str:
        """The status as AWS writes it; moto's own statuses are members of an enumeration, which prints otherwise."""
        return str(getattr(self.status, "value", self.status))

    @property
    def attributes(self) -> list[dict[str, str]]:  # type: ignore[override]  # moto keeps a list; this makes it
        return [{"Name": name, "Value": value} for name, value in self.attribute_lookup.items()]

    def change(self, values: dict[str, str]) -> None:
        """Set attributes; an empty value takes the attribute away."""
        if self.directory is not None:
            self.directory.unindex(self)
        merged = {**self.attribute_lookup, **values}
        self.attribute_lookup = {name: value for name, value in merged.items() if value != ""}
        if self.directory is not None:
            self.directory.index(self)
        self.touch()

    def touch(self) -> None:
        self.last_modified_date = utcnow()

    def update_attributes(self, new_attributes: list[dict[str, Any]]) -> None:
        self.change({attribute["Name"]: attribute.get("Value") or "" for attribute in new_attributes})

    def is_verified(self, attribute: str) -> bool:
        """Whether the user has that address ("email", "phone_number") and it is verified."""
        values = self.attribute_lookup
        return attribute in values and values.get(f"{attribute}_verified") == "true"

    @property
    def has_password(self) -> bool:
        """Whoever comes from elsewhere has none. Planted people have one that nobody knows."""
        return self.password is not None or self.status_name != "EXTERNAL_PROVIDER"

    def factors(self) -> list[str]:
        """`UserMFASettingList`."""
        on = {
            "SOFTWARE_TOKEN_MFA": self.software_token_mfa_enabled,
            "SMS_MFA": self.sms_mfa_enabled,
            "EMAIL_OTP": self.email_mfa_enabled,
        }
        return [name for name, enabled in on.items() if enabled]

    def listed(self) -> dict[str, Any]:
        """As ListUsers and AdminCreateUser show a user."""
        return {"Username": self.username, "Attributes": self.attributes, **self._dates_and_state()}

    def described(self) -> dict[str, Any]:
        """As AdminGetUser shows a user."""
        shown = {"Username": self.username, "UserAttributes": self.attributes, **self._dates_and_state()}
        if factors := self.factors():
            shown["UserMFASettingList"] = factors
        if self.preferred_mfa_setting:
            shown["PreferredMfaSetting"] = self.preferred_mfa_setting
        return shown

    def _dates_and_state(self) -> dict[str, Any]:
        return {
            "UserCreateDate": self.create_date,
            "UserLastModifiedDate": self.last_modified_date,
            "Enabled": self.enabled,
            "UserStatus": self.status,
        }

    def __getstate__(self) -> dict[str, Any]:
        # The pool ties both again. Stored, a chain of users and groups would be as deep as the pool is large.
        return {name: value for name, value in self.__dict__.items() if name not in ("directory", "groups")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, directory=None, groups=set())


class UserDirectory(dict[str, SandboxUser]):
    """The users by name, which is what moto sees, with their order and an index."""

    def __init__(self, case_sensitive: bool, places: Iterable[SandboxUser | None] = ()) -> None:
        super().__init__()
        self.case_sensitive = case_sensitive
        self.order: Ledger[SandboxUser] = Ledger()
        # A value has one user, or few; a tuple is the smallest thing that holds them.
        self._having: dict[str, dict[str, tuple[SandboxUser, ...]]] = {name: {} for name in INDEXED}
        self._folded: dict[str, SandboxUser] = {}
        for user in places:
            if user is not None:
                self[user.username] = user

    def __setitem__(self, username: str, user: SandboxUser) -> None:
        if username in self:
            del self[username]
        super().__setitem__(username, user)
        self._folded[username.casefold()] = user
        user.directory = self
        self.order.add(user)
        self.index(user)

    def __delitem__(self, username: str) -> None:
        user = self[username]
        super().__delitem__(username)
        self._folded.pop(username.casefold(), None)
        user.directory = None
        self.order.discard(user)
        self.unindex(user)

    def index(self, user: SandboxUser) -> None:
        values = user.attribute_lookup
        for name, having in self._having.items():
            if name in values:
                value = values[name].casefold()
                having[value] = (*having.get(value, ()), user)

    def unindex(self, user: SandboxUser) -> None:
        values = user.attribute_lookup
        for name, having in self._having.items():
            if name in values:
                value = values[name].casefold()
                left = tuple(other for other in having.get(value, ()) if other is not user)
                if left:
                    having[value] = left
                else:
                    having.pop(value, None)

    def named(self, username: str) -> SandboxUser | None:
        """The user of that name; whatever its case, unless the pool minds it."""
        return self.get(username) or (None if self.case_sensitive else self._folded.get(username.casefold()))

    def having(self, attribute: str, value: str, any_case: bool | None = None) -> list[SandboxUser]:
        """Those with that value of an indexed attribute; `any_case` is as the pool has it when not given."""
        found = self._having[attribute].get(value.casefold(), ())
        if not self.case_sensitive if any_case is None else any_case:
            return list(found)
        return [user for user in found if user.attribute_lookup[attribute] == value]

    def __reduce__(self) -> tuple[Any, ...]:
        return UserDirectory.restored, (self.case_sensitive, self.order.places)

    @classmethod
    def restored(cls, case_sensitive: bool, places: list[SandboxUser | None]) -> "UserDirectory":
        """As it was stored, with the places of those who are gone, so that tokens given before lead on."""
        directory = cls(case_sensitive, places)
        directory.order = Ledger(places)
        return directory


class SandboxGroup(CognitoIdpGroup):
    """A group that shows only what it was given, and keeps its members in order."""

    #: Set by the pool: the group's place among all its groups, those that are gone included.
    place = 0

    def __init__(
        self,
        user_pool_id: str,
        group_name: str,
        description: str | None,
        role_arn: str | None,
        precedence: int | None,
    ) -> None:
        super().__init__(user_pool_id, group_name, description, role_arn, precedence)  # type: ignore[arg-type]
        self.description = description  # type: ignore[assignment]  # moto writes nothing as ""
        self.users: Ledger[SandboxUser] = Ledger()  # type: ignore[assignment]  # all that moto asks of its set

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in super().to_json().items() if value is not None}
