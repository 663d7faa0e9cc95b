"""What the pages and scripts read of an import."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from aws.user_imports import LOG_POLICY_ACTIONS
from aws.user_resources import PeopleRules
from jobs.models import in_words
from user_management.csv_import import reading, services
from user_management.csv_import.columns import MFA, USERNAME, VERIFIED, known_columns
from user_management.csv_import.models import Outcome, Phase, Plan, UserImport
from user_management.place import Place

ROWS_A_PAGE = 50
FIRST_PROBLEMS = 1000
E_MAILS_A_DAY = 50
TABS = (
    (Plan.WRONG, "Problems"),
    (Plan.CREATE, "New"),
    (Plan.DIFFERS, "Exist, differ"),
    (Plan.SAME, "Exist, the same"),
)


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column of the file, as the upload page explains it."""

    name: str
    must: bool
    words: str


def column_lines(rules: PeopleRules) -> list[ColumnLine]:
    """Every column a file for this pool may have."""
    found = []
    for name in known_columns(rules):
        rule = rules.rule(name)
        made_by_cognito = name == USERNAME and rules.pool.username_attributes
        must = (name == USERNAME and not made_by_cognito) or (rule is not None and rule.required)
        found.append(ColumnLine(name, must, _column_words(name, rules)))
    return found


def _column_words(name: str, rules: PeopleRules) -> str:
    rule = rules.rule(name)
    if name == USERNAME:
        ways = rules.pool.username_attributes
        return "Made by Cognito. Empty, or as an export has it." if ways else "1 to 128 characters, no spaces."
    if name == MFA:
        return "TRUE or FALSE. Only an import job of Cognito can set it."
    if name in VERIFIED or (rule and rule.data_type == "Boolean"):
        return "TRUE or FALSE."
    shapes = {
        "email": "An e-mail address.",
        "phone_number": "With + and the country code: +14155550123.",
        "birthdate": "mm/dd/yyyy",
        "updated_at": "Seconds since 1970.",
    }
    if name in shapes or rule is None:
        return shapes.get(name, "")
    return _limits(rule.data_type, rule.minimum, rule.maximum, rule.minimum_length, rule.maximum_length) + (
        "" if rule.mutable else " Can never be changed afterwards."
    )


def _limits(kind: str, low: int | None, high: int | None, short: int | None, long: int | None) -> str:
    if kind == "Number":
        bounds = f" from {low}" * (low is not None) + f" to {high}" * (high is not None)
        return f"A whole number{bounds}."
    if kind == "DateTime":
        return "A date and time."
    if short and long:
        return f"{short:,} to {long:,} characters."
    return f"Up to {long or 2048:,} characters."


def report(row: UserImport) -> dict[str, Any]:
    """The import as scripts read it; problems as (line, column, words), the first thousand."""
    problems = row.problems.order_by("line", "pk")[:FIRST_PROBLEMS]
    return {
        "id": row.pk,
        "file": row.file_name,
        "phase": row.phase,
        "rows": row.rows_read,
        "figures": reading.figures(row),
        "notes": row.notes,
        "refusals": [{"line": line, "column": column, "words": words} for line, column, words in row.refusals],
        "problems_found": row.problems_found,
        "problems": [{"line": one.line, "column": one.column, "words": one.words} for one in problems],
        "carried_by_job": services.carried_by_job(row) if row.phase == Phase.READY else None,
        "outcome": row.outcome,
        "expires": row.expires,
        "jobs": [job for job in (row.read_job_id, row.run_job_id) if job],
    }


def preview(row: UserImport, rules: PeopleRules, *, show: str, after: int) -> dict[str, Any]:
    """What the page of a checked file shows: the figures, one tab of rows, and what an import would cost."""
    counts = reading.figures(row)
    first = Plan.WRONG if counts[Plan.WRONG] else next((plan for plan, _ in TABS if counts[plan]), Plan.CREATE)
    shown = show if show in counts else first
    rows: list[Any] = list(_lines(row, shown, after)[: ROWS_A_PAGE + 1])
    return {
        "counts": counts,
        "carried": services.carried_by_job(row),
        "shown": shown,
        "tabs": [
            {"label": label, "url": f"?show={plan.value}", "current": plan == shown, "count": f"{counts[plan]:,}"}
            for plan, label in TABS
        ],
        "lines": rows[:ROWS_A_PAGE],
        "more": _next(rows, shown, after) if len(rows) > ROWS_A_PAGE else None,
        "costs": costs(row, counts, rules),
    }


def _lines(row: UserImport, shown: str, after: int) -> QuerySet[Any]:
    if shown == Plan.WRONG:
        # Several problems may be in one line, so that the page goes on by their number instead.
        return row.problems.order_by("line", "pk")[min(after, FIRST_PROBLEMS) : FIRST_PROBLEMS]
    return row.rows.filter(plan=shown, line__gt=after).order_by("line")


def _next(rows: list[Any], shown: str, after: int) -> int:
    return after + ROWS_A_PAGE if shown == Plan.WRONG else int(rows[ROWS_A_PAGE - 1].line)


def costs(row: UserImport, counts: dict[str, int], rules: PeopleRules) -> dict[str, Any]:
    """What an import one by one takes: time inside the share of the quotas, messages, billed users."""
    new, differing = counts[Plan.CREATE], counts[Plan.DIFFERS]
    row.existing = "update"
    time_with_updates = services.duration(row, counts)
    row.existing = "skip"
    return {
        "time": about(services.duration(row, counts)),
        "time_with_updates": about(time_with_updates) if differing else "",
        "too_many_e_mails": new > E_MAILS_A_DAY and rules.default_sender,
        "default_sender": rules.default_sender,
        "days_of_e_mails": -(-new // E_MAILS_A_DAY),
        "no_auto_verified": not rules.pool.auto_verified_attributes,
    }


def about(duration: timedelta) -> str:
    return "less than a minute" if duration < timedelta(minutes=1) else f"about {in_words(duration)}"


def results(row: UserImport, *, after: int) -> dict[str, Any]:
    """What the page of a finished import shows: failures first, they are what somebody has to look at."""
    failed = list(row.rows.filter(outcome=Outcome.FAILED, line__gt=after).order_by("line")[: ROWS_A_PAGE + 1])
    return {
        "failed": failed[:ROWS_A_PAGE],
        "more": failed[ROWS_A_PAGE - 1].line if len(failed) > ROWS_A_PAGE else None,
        "has_rows": row.rows.exists(),
    }


def role_documents(place: Place) -> dict[str, str]:
    """The two documents of the role that Cognito's import job writes its log with."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "cognito-idp.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": list(LOG_POLICY_ACTIONS),
                "Resource": f"arn:aws:logs:{place.target.region}:*:log-group:/aws/cognito/*",
            }
        ],
    }
    return {"trust_text": json.dumps(trust, indent=2), "policy_text": json.dumps(policy, indent=2)}
