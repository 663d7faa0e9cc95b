"""The filter of ListUsers: one attribute, equal to a text or beginning with it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aws.sandbox.errors import InvalidParameter
from aws.sandbox.users import INDEXED, SandboxUser, UserDirectory

_FORM = re.compile(r'\s*"?([^\s"=^]+)"?\s*(\^=|=)\s*"((?:[^"\\]|\\.)*)"\s*', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

FILTERABLE = frozenset(
    {
        "username",
        "email",
        "phone_number",
        "name",
        "given_name",
        "family_name",
        "preferred_username",
        "cognito:user_status",
        "status",
        "sub",
    }
)


@dataclass(frozen=True)
class UserFilter:
    attribute: str
    prefix: bool
    value: str

    @classmethod
    def parse(cls, text: str) -> "UserFilter":
        """Raises InvalidParameterException for a text of another form, or an attribute that cannot be searched."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise InvalidParameter("Error while parsing filter")
        attribute, operator, quoted = found.groups()
        if attribute not in FILTERABLE:
            raise InvalidParameter(f"Invalid search attribute: {attribute}")
        return cls(attribute, operator == "^=", _ESCAPED.sub(r"\1", quoted))

    def matches(self) -> Callable[[SandboxUser], bool]:
        """Whether a user is meant. The status of the account (CONFIRMED…) matches in any case, all else as written."""
        value, prefix = self.value, self.prefix
        if self.attribute == "cognito:user_status":
            value = value.upper()
            return lambda user: _fits(user.status_name, value, prefix)
        if self.attribute == "status":
            return lambda user: _fits("Enabled" if user.enabled else "Disabled", value, prefix)
        if self.attribute == "username":
            return lambda user: _fits(user.username, value, prefix)
        name = self.attribute
        if prefix:
            return lambda user: user.attribute_lookup.get(name, "").startswith(value) and name in user.attribute_lookup
        return lambda user: user.attribute_lookup.get(name) == value

    def candidates(self, directory: UserDirectory) -> Iterable[SandboxUser] | None:
        """The few who can match, where the directory knows them; None when all must be looked at."""
        if self.prefix:
            return None
        if self.attribute == "username":
            found = directory.get(self.value)
            return () if found is None else (found,)
        if self.attribute in INDEXED:
            return directory.having(self.attribute, self.value, any_case=False)
        return None


def _fits(actual: str, value: str, prefix: bool) -> bool:
    return actual.startswith(value) if prefix else actual == value
