"""The people ticked on the page that adds members, as they travel from one search to the next.

Each is a pair of tokens: the user name AWS knows, and the words the person reads. Several stand in one field with
spaces between them, because a server takes only so many fields.
"""

from collections.abc import Iterable

from aws.user_resources import CognitoUser
from user_management.groups.membership import Chosen
from user_management.names import name_of, token_of

MOST = 5000


def packed(one: Chosen) -> str:
    return f"{token_of(one.username)}.{token_of(one.label)}"


def chosen_from(user: CognitoUser) -> Chosen:
    return Chosen(user.username, user.label)


def unpacked(fields: Iterable[str]) -> list[Chosen]:
    """Everybody in these fields once, in order; what is no pair of tokens is left out."""
    found: dict[str, Chosen] = {}
    for text in (part for one in fields for part in one.split()):
        username, _, label = text.partition(".")
        try:
            name = name_of(username)
            found.setdefault(name, Chosen(name, name_of(label) if label else name))
        except ValueError:
            continue
    return list(found.values())[:MOST]
