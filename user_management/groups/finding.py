"""Finding people to put into a group: by a word typed into the box, or by a pasted list of many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aws import users
from aws.errors import AwsError, Rejected
from aws.side_by_side import Together
from aws.user_resources import CognitoUser, PeopleRules
from aws.users import UserFilter
from user_management import recent
from user_management.listing.query import UserQuery
from user_management.listing.recognition import readings
from user_management.place import Place
from user_management.pool_rules import rules_of

LINES_AT_ONCE = 100
"""How many pasted lines one request looks up, at one or two calls each of the thirty a second AWS allows."""
SHOWN = 20
"""Rows of a search; who types one letter more finds the others."""

IDENTIFYING = ("username", "email", "phone_number", "sub", "preferred_username")
"""What names one user. Names of people do not."""
WAYS = 4
"""In how many ways a text of the search box is understood, each of which costs a call."""


def exact_searches_for(text: str, rules: PeopleRules) -> tuple[UserFilter, ...]:
    """The conditions to try one after the other, until one finds somebody, for a line that names one user."""
    found = dict.fromkeys(
        (reading.attribute, reading.value)
        for reading in readings(UserQuery(text=text), rules)
        if reading.attribute in IDENTIFYING
    )
    return tuple(UserFilter(attribute, value) for attribute, value in found)


def search(place: Place, text: str) -> tuple[list[CognitoUser], bool]:
    """People whose user name, e-mail address, phone number or name begins so, and whether there are more of them.

    Raises AwsError.
    """
    ways = readings(UserQuery(text=text), rules_of(place).people)[:WAYS]
    with Together() as together:
        pending = [
            together.start(users.page_of_users, place.target, place.pool_id, where=way.filter, size=SHOWN + 1)
            for way in ways
        ]
        pages = [one.result() for one in pending]
    found = {user.username: user for page in pages for user in page.items}
    rows = recent.overlay(place, found.values())
    return rows[:SHOWN], len(rows) > SHOWN or any(page.next_token for page in pages)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a pasted list; `number` counts from 1, as editors do."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Unresolved:
    line: Line
    why: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of a pasted list: who was found, which lines name nobody, and the lines not looked up yet."""

    found: tuple[CognitoUser, ...]
    unresolved: tuple[Unresolved, ...]
    left: tuple[Line, ...]
    repeated: int = 0
    """How many lines name somebody whom an earlier line names."""


def lines_of(pasted: str) -> list[Line]:
    """The lines with something on them. Commas and semicolons at the end, and quotes around, come from spreadsheets."""
    lines = (Line(number, text.strip().strip(",;\"'").strip()) for number, text in enumerate(pasted.splitlines(), 1))
    return [line for line in lines if line.text]


def resolve(place: Place, lines: Sequence[Line]) -> Resolution:
    """Look up the first hundred lines; where AWS is too busy for one, it is left for the next time.

    Raises AwsError only when nothing at all could be looked up.
    """
    now, later = lines[:LINES_AT_ONCE], list(lines[LINES_AT_ONCE:])
    rules = rules_of(place).people
    with Together() as together:
        pending = [(line, together.start(_one, place, exact_searches_for(line.text, rules))) for line in now]
        answers: list[tuple[Line, list[CognitoUser] | AwsError]] = []
        for line, call in pending:
            try:
                answers.append((line, call.result()))
            except AwsError as error:
                answers.append((line, error))
    return _sorted_out(place, answers, later)


def _one(place: Place, ways: Iterable[UserFilter]) -> list[CognitoUser]:
    for where in ways:
        # Two are enough to know that the line does not name one user.
        page = users.page_of_users(place.target, place.pool_id, where=where, size=2)
        if page.items:
            return list(page.items)
    return []


def _sorted_out(
    place: Place, answers: Iterable[tuple[Line, list[CognitoUser] | AwsError]], later: list[Line]
) -> Resolution:
    found: dict[str, CognitoUser] = {}
    unresolved, waiting, repeated = [], [], 0
    failure: AwsError | None = None
    for line, answer in answers:
        if isinstance(answer, Rejected):
            unresolved.append(Unresolved(line, answer.message))
        elif isinstance(answer, AwsError):
            failure = answer
            waiting.append(line)
        elif len(answer) > 1:
            unresolved.append(Unresolved(line, "Several users have this. Search for it below and tick the right one."))
        elif not (kept := recent.overlay(place, answer)):
            unresolved.append(Unresolved(line, "No user of the pool has this."))
        elif kept[0].username in found:
            repeated += 1
        else:
            found[kept[0].username] = kept[0]
    if failure is not None and not found and not unresolved:
        raise failure
    return Resolution(tuple(found.values()), tuple(unresolved), (*waiting, *later), repeated)
