"""User names and group names in addresses.

Cognito allows almost every visible character in a name: `create`, `/`, `..`, quotes and emoji are ordinary names. In an
address a name is one reversible token of letters, digits, `-` and `_`.
"""

import base64
import binascii
import unicodedata

LONGEST = 128
"""Characters of a user's or a group's name."""


def token_of(name: str) -> str:
    """The token of a name. Raises UnicodeEncodeError for text that no UTF-8 can hold."""
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def name_of(token: str) -> str:
    """The name behind a token. Raises ValueError for what no name has as its token."""
    try:
        name = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("This is not the token of a name.") from error
    if not name or token_of(name) != token:
        # One name has one address, so that what is cached or shared is found again.
        raise ValueError("This is not the token of a name.")
    if len(name) > LONGEST or any(unicodedata.category(one) == "Cc" for one in name):
        # Nobody is called so: neither Cognito nor a database need be asked.
        raise ValueError("Cognito has no such names.")
    return name


class NameConverter:
    """`<name:username>` in an address: views receive the name itself, `reverse` takes it."""

    regex = "[A-Za-z0-9_-]+"

    def to_python(self, value: str) -> str:
        return name_of(value)

    def to_url(self, value: str) -> str:
        return token_of(value)
