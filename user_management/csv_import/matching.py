"""Who of a file exists already: the pool's users are walked through once, or few rows are looked up one by one."""

from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from aws import quotas, users
from aws.errors import Rejected
from aws.user_resources import CognitoUser, PeopleRules
from aws.users import UserFilter
from jobs.lifecycle import Continues, Run
from user_management import recent
from user_management.csv_import import doubles
from user_management.csv_import.models import ImportProblem, ImportRow, Plan, UserImport
from user_management.patience import patiently
from user_management.place import Place
from user_management.pool_rules import Rules

FEW = 100
PAGE = 60
_BATCH = 2000
CONTACTS = {"email": "email_key", "phone_number": "phone_key"}


def match(run: Run, row: UserImport, place: Place, rules: Rules) -> str:
    """Give every row its plan; answers one line about it. Raises Continues when the slice is over."""
    waiting = ImportRow.objects.filter(user_import=row, plan="")
    count = waiting.count()
    pages = (rules.people.pool.estimated_users or 0) // PAGE + 1
    with quotas.background(settings.AWS_BACKGROUND_SHARE):
        if 0 < count <= FEW and count < pages:
            for number, one in enumerate(waiting.order_by("line")):
                run.progress(number, count)
                met = patiently(run, partial(_looked_up, place, one))
                _meet(row, recent.overlay(place, met), rules.people)
        elif count:
            _walk(run, row, place, rules, pages)
    _settle(row)
    created, found = (row.rows.filter(plan__in=plans).count() for plans in ((Plan.CREATE,), (Plan.DIFFERS, Plan.SAME)))
    return f"{created:,} new, {found:,} exist already"


def _looked_up(place: Place, one: ImportRow) -> list[CognitoUser]:
    """The users that this row may mean: by user name, and by what people sign in with."""
    wanted = [("username", one.username)]
    wanted += [(name, one.attributes.get(name, "")) for name, key in CONTACTS.items() if getattr(one, key)]
    found: list[CognitoUser] = []
    for where in (UserFilter(attribute, value) for attribute, value in wanted if value):
        try:
            found += users.iter_users(place.target, place.pool_id, where=where)
        except Rejected as error:
            # What is too long to be asked for is told by Cognito when the row is imported.
            if error.code != "FilterTooLong":
                raise
    return found


def _walk(run: Run, row: UserImport, place: Place, rules: Rules, pages: int) -> None:
    """One page of users after another; where it stopped is kept, so that a killed worker's successor goes on there."""
    token, walked = row.walk_token, int(row.outcome.get("walked", 0))
    resumed = bool(token)
    while True:
        try:
            page = patiently(run, partial(users.page_of_users, place.target, place.pool_id, token=token))
        except Rejected:
            if not resumed:
                raise
            # Cognito forgets where a list went on after a while. What is known already stays right.
            token, walked, resumed = "", 0, False
            continue
        _meet(row, recent.overlay(place, page.items), rules.people)
        walked += len(page.items)
        token, resumed = page.next_token, False
        UserImport.objects.filter(pk=row.pk).update(walk_token=token, outcome={"walked": walked})
        run.progress(walked, max(walked, rules.people.pool.estimated_users or 0))
        if not token:
            return
        if not run.has_time:
            raise Continues


def _meet(row: UserImport, met: list[CognitoUser], rules: PeopleRules) -> None:
    """Find the rows that mean one of these users, and say what would change."""
    folds = not rules.pool.case_sensitive
    by: dict[str, dict[str, CognitoUser]] = {"key": {}, "email_key": {}, "phone_key": {}}
    for user in met:
        by["key"][_folded(user.username, folds)] = user
        for name, key in CONTACTS.items():
            if value := user.attributes.get(name, ""):
                by[key].setdefault(_folded(value, folds), user)
    asked = Q()
    for key, users_by_value in by.items():
        if users_by_value:
            asked |= Q(**{f"{key}__in": list(users_by_value)})
    if not asked:
        return
    changed: list[ImportRow] = []
    for one in ImportRow.objects.filter(asked, user_import=row, plan=""):
        named = by["key"].get(one.key)
        other = by["email_key"].get(one.email_key) or by["phone_key"].get(one.phone_key)
        if named is not None:
            _compare(one, named, rules)
        elif other is not None and rules.pool.username_attributes:
            _compare(one, other, rules)
        elif other is not None and _holds(other, one, rules):
            one.plan, one.found = Plan.WRONG, other.username
        else:
            continue
        changed.append(one)
    with transaction.atomic():
        ImportRow.objects.bulk_update(changed, ["plan", "found", "changes", "words"])
        _refuse([one for one in changed if one.plan == Plan.WRONG], row)


def _folded(text: str, folds: bool) -> str:
    return (text.lower() if folds else text)[:320]


def _holds(user: CognitoUser, one: ImportRow, rules: PeopleRules) -> bool:
    """Whether the user signs in with the very address or number that this row brings: an alias is a single one's."""
    aliases = rules.pool.alias_attributes or ()
    for name, key in CONTACTS.items():
        same = _folded(user.attributes.get(name, ""), not rules.pool.case_sensitive) == getattr(one, key)
        if name in aliases and getattr(one, key) and same and user.is_verified(name):
            return True
    return False


def _refuse(taken: list[ImportRow], row: UserImport) -> None:
    if not taken:
        return
    words = "The user {} signs in with this e-mail address or phone number, and nobody else can."
    ImportProblem.objects.bulk_create(
        ImportProblem(user_import=row, line=one.line, column="", words=words.format(one.found[:100])) for one in taken
    )
    UserImport.objects.filter(pk=row.pk).update(problems_found=row.problems_found + len(taken))
    row.problems_found += len(taken)


def _compare(one: ImportRow, user: CognitoUser, rules: PeopleRules) -> None:
    one.found = user.username
    one.changes = changes_of(one.attributes, user)
    one.plan = Plan.DIFFERS if one.changes else Plan.SAME
    fixed = [name for name in one.changes if _is_fixed(name, rules)]
    one.words = f"Cannot be updated: {', '.join(fixed)} can never be changed." if fixed else ""


def _is_fixed(name: str, rules: PeopleRules) -> bool:
    rule = rules.rule(name)
    return rule is not None and not rule.mutable


def changes_of(attributes: dict[str, str], user: CognitoUser) -> dict[str, Any]:
    """What an update would change, as {name: [before, after]}. What the file says nothing of stays as it is."""
    found = {}
    for name, value in attributes.items():
        before = user.attributes.get(name, "")
        if before != value and not (name.endswith("_verified") and (before or "false").lower() == value):
            found[name] = [before, value]
    return found


def _settle(row: UserImport) -> None:
    """Nobody was found for the other rows: they are new, if they name everything a new user needs."""
    lacking = row.rows.filter(plan="").exclude(lacks=[]).order_by("line")
    while batch := list(lacking[:_BATCH]):
        problems = [
            ImportProblem(user_import=row, line=one.line, column=column[:200], words=words[:400])
            for one in batch
            for column, words in one.lacks
        ]
        row.problems_found += len(problems)
        with transaction.atomic():
            ImportRow.objects.filter(pk__in=[one.pk for one in batch]).update(plan=Plan.WRONG, attributes={})
            ImportProblem.objects.bulk_create(problems)
            UserImport.objects.filter(pk=row.pk).update(problems_found=row.problems_found)
    row.problems_found += doubles.refuse(row, kept=row.problems_found, by=doubles.IN_THE_POOL)
    UserImport.objects.filter(pk=row.pk).update(problems_found=row.problems_found)
    row.rows.filter(plan="").update(plan=Plan.CREATE)
