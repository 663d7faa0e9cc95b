"""The members of a group as a source of the list of users: `users/?group=…` and its export work without the index."""

from collections.abc import Iterator
from dataclasses import replace

from aws import user_groups
from aws.calls import PAGE
from aws.resources import Page
from aws.user_resources import CognitoUser
from user_management import recent
from user_management.listing.query import UserQuery
from user_management.place import Place


class MembersSource:
    """ListUsersInGroup. It takes no condition at all; status and enabled are compared here."""

    calls_aws = True

    def serves(self, place: Place, query: UserQuery) -> bool:
        return bool(query.group) and not query.text and not replace(query, group="").needs_index

    def page(self, place: Place, query: UserQuery, token: str, size: int) -> Page[CognitoUser]:
        page = user_groups.page_of_members(
            place.target, place.pool_id, query.group, token=token, size=max(1, min(size, PAGE))
        )
        rows = recent.overlay(place, page.items)
        return Page(tuple(user for user in rows if query.admits(user)), page.next_token)

    def iterate(self, place: Place, query: UserQuery) -> Iterator[CognitoUser]:
        token, seen = "", {""}
        while True:
            page = self.page(place, query, token, PAGE)
            yield from page.items
            token = page.next_token
            if not token or token in seen:
                return
            seen.add(token)

    def freshness(self, place: Place) -> str:
        return "Live from Cognito: the members of the group, read just now."


MEMBERS = MembersSource()
