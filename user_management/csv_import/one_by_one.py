"""The import of rows by AdminCreateUser and AdminUpdateUserAttributes: may be paused, killed, and gone on with.

A row is marked `started` before its call. One that is found so was begun by a worker that nobody heard of again: its
call is made once more, and when Cognito says that the user exists, it was made then.
"""

import time
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from aws import quotas, users
from aws.errors import AccessDenied, AwsError, NotFound, Throttled, Unavailable
from aws.side_by_side import Together
from aws.user_resources import CognitoUser, PeopleRules
from jobs.lifecycle import Continues, JobFailed, Run
from user_management import people, recent
from user_management.csv_import import endings
from user_management.csv_import.matching import changes_of
from user_management.csv_import.models import ImportRow, Outcome, Plan, UserImport
from user_management.csv_import.rules import sign_in_name
from user_management.place import Place, place_of
from user_management.pool_rules import rules_of

AT_ONCE = 8
MOST_SILENCES = 6
"""Batches in a row that AWS does not answer before the job gives up; a retry goes on where it stopped."""
LEFT = Q(outcome__in=("", Outcome.STARTED))


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one row: the user as it is now, and for an update what was there before."""

    outcome: Outcome
    user: CognitoUser
    before: dict[str, str]
    after: dict[str, str]


def run_rows(run: Run) -> None:
    """The body of the job."""
    row = endings.claimed(run)
    if row is None:
        return
    place = place_of(row.environment)
    rules = rules_of(place).people
    with run.step("rows") as step:
        _pass_over(row)
        with quotas.background(settings.AWS_BACKGROUND_SHARE):
            _work(run, row, place, rules)
        step.detail = endings.words(endings.counted(row))
    with run.step("end", cancellable=False):
        endings.finish(run, row)


def _pass_over(row: UserImport) -> None:
    """What is not to be touched is settled at once."""
    rows = row.rows.filter(outcome="")
    rows.filter(plan=Plan.SAME).update(outcome=Outcome.SKIPPED, words="Is like this already.")
    if row.existing == "update":
        rows.filter(plan=Plan.DIFFERS).exclude(words="").update(outcome=Outcome.SKIPPED)
    else:
        rows.filter(plan=Plan.DIFFERS).update(outcome=Outcome.SKIPPED, words="Exists already, and was left as it is.")


def _work(run: Run, row: UserImport, place: Place, rules: PeopleRules) -> None:
    chosen = row.rows.filter(plan__in=(Plan.CREATE, Plan.DIFFERS)).exclude(outcome=Outcome.SKIPPED)
    total, done = chosen.count(), chosen.exclude(LEFT).count()
    silences = 0
    while batch := list(chosen.filter(LEFT).order_by("line")[:AT_ONCE]):
        run.progress(done, total)
        if not run.has_time:
            raise Continues
        settled, trouble = _batch(row, place, rules, batch, run)
        done += settled
        if trouble is None:
            silences = 0
            continue
        silences = 0 if isinstance(trouble, Throttled) else silences + 1
        if silences >= MOST_SILENCES:
            raise trouble
        _rest(run, seconds=min(10.0, 0.5 * 2**silences))
    run.progress(total, total)


def _rest(run: Run, *, seconds: float) -> None:
    """Wait a moment, ready to be paused or cancelled."""
    run.check()
    time.sleep(seconds)


def _batch(
    row: UserImport, place: Place, rules: PeopleRules, batch: list[ImportRow], run: Run
) -> tuple[int, AwsError | None]:
    """Do these rows at the same time. Answers how many are settled, and the trouble that left some for later."""
    begun = {one.pk for one in batch if one.outcome == Outcome.STARTED}
    ImportRow.objects.filter(pk__in=[one.pk for one in batch]).update(outcome=Outcome.STARTED)
    results: list[tuple[ImportRow, Done | AwsError]] = []
    with Together() as together:
        pending = [(one, together.start(_attempt, row, place, rules, one, one.pk in begun)) for one in batch]
        for one, call in pending:
            try:
                results.append((one, call.result()))
            except AwsError as error:
                results.append((one, error))
    return _settle(row, place, run, results, begun)


def _attempt(row: UserImport, place: Place, rules: PeopleRules, one: ImportRow, begun: bool) -> Done:
    return _create(row, place, rules, one, begun) if one.plan == Plan.CREATE else _update(place, one, begun)


def _create(row: UserImport, place: Place, rules: PeopleRules, one: ImportRow, begun: bool) -> Done:
    name = sign_in_name(one.username, one.attributes, rules)
    try:
        made = users.create_user(
            place.target,
            place.pool_id,
            name,
            attributes=one.attributes,
            deliver_by=row.deliver_by,
            silent=not row.deliver_by,
        )
    except AwsError as error:
        if error.code != "UsernameExistsException":
            raise
        made = _made_before(place, rules, one, name, error, begun)
    return Done(Outcome.CREATED, made, {}, dict(one.attributes))


def _made_before(
    place: Place, rules: PeopleRules, one: ImportRow, name: str, error: AwsError, begun: bool
) -> CognitoUser:
    """The user, if it was made by this very row: by a worker that was killed, or by a request repeated on the way.

    Raises `error` where somebody else has made a user of this name.
    """
    by = next((key for key in rules.pool.username_attributes or () if one.attributes.get(key) == name), "username")
    where = users.UserFilter(by, name)
    found = next(iter(users.iter_users(place.target, place.pool_id, where=where)), None)
    if found is None and begun:
        # Cognito's list follows with a delay, and nobody but us knew of this user.
        return CognitoUser(name, "FORCE_CHANGE_PASSWORD", True, attributes=one.attributes)
    if found is None or changes_of(one.attributes, found):
        raise error
    return found


def _update(place: Place, one: ImportRow, begun: bool) -> Done:
    """Bring the user to what the file says; only what still differs at this moment is sent."""
    user = people.find(place, one.found)
    changes = changes_of(one.attributes, user)
    after = {name: new for name, (_, new) in changes.items()}
    if after:
        users.update_attributes(place.target, place.pool_id, user.username, after)
    elif begun:
        # The call of the worker that was killed came through, and nobody has written down what it changed.
        changes = one.changes
        after = {name: new for name, (_, new) in changes.items()}
    before = {name: old for name, (old, _) in changes.items()}
    return Done(Outcome.UPDATED, replace(user, attributes={**user.attributes, **after}), before, after)


def _settle(
    row: UserImport, place: Place, run: Run, results: list[tuple[ImportRow, Done | AwsError]], begun: set[int]
) -> tuple[int, AwsError | None]:
    settled: list[ImportRow] = []
    made: list[tuple[ImportRow, Done]] = []
    trouble: AwsError | None = None
    for one, result in results:
        if isinstance(result, Done):
            one.outcome, one.words = result.outcome, ""
            made.append((one, result))
        elif isinstance(result, Throttled | AccessDenied):
            # It was not carried out. Throttled rows wait; without the permission, so do all the others.
            one.outcome = Outcome.STARTED if one.pk in begun else ""
            trouble = result
        elif isinstance(result, Unavailable) or result.code == "LimitExceededException":
            one.outcome, trouble = Outcome.STARTED, result
        else:
            one.outcome, one.words = Outcome.FAILED, _words(result)
        settled.append(one)
    with transaction.atomic():
        ImportRow.objects.bulk_update(settled, ["outcome", "words"])
        endings.record_rows(row, place, run, [(one.line, done.outcome, done) for one, done in made])
    for _, done in made:
        recent.note(place, _seen_now(done.user))
    for _, result in results:
        if isinstance(result, AccessDenied):
            raise result
        if isinstance(result, AwsError) and result.code == "LimitExceededException":
            raise _no_more_today(result)
    return sum(one.outcome not in ("", Outcome.STARTED) for one in settled), trouble


def _seen_now(user: CognitoUser) -> CognitoUser:
    return replace(user, modified=timezone.now())


def _words(error: AwsError) -> str:
    if isinstance(error, NotFound):
        return "The user was deleted meanwhile."
    return {
        "UsernameExistsException": "A user of this name exists, made by somebody else meanwhile.",
        "AliasExistsException": "Another user signs in with this e-mail address or phone number.",
    }.get(error.code, f"{error.code}: {error.message}")[:600]


def _no_more_today(error: AwsError) -> JobFailed:
    return JobFailed(
        "Cognito sends no more messages for now. What is done stays done.",
        next_step="Retry later: it goes on where it stopped. Cognito's own sender begins a new day at 09:00 UTC.",
        code=error.code,
        message=error.message,
        action=error.action,
        request_id=error.request_id,
    )
