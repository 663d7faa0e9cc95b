"""How an attempt to finish an unlink may end, in words: tried again, left to a person, or nothing left to do."""

from datetime import timedelta

from auth_import.backend_findings import DEPENDENTS, way_out
from aws.errors import AwsError
from backend_state.document import facts
from backend_state.document.problems import BackendProblem, listed
from backend_state.document.state import BackendDocument
from jobs.lifecycle import CRASH_NEXT_STEP, CRASH_WORDS, JobFailed

GONE = {
    "AppGone": "The Amplify app, or its environment, is gone, so nothing is left to take out.",
    "BucketGone": "The deployment bucket is gone, and the backend's files with it, so nothing is left to take out.",
    "StackGone": "The root stack is gone, and the backend with it, so nothing is left to take out.",
}
"""Problems after which no developer's pull finds the resource any more, by their codes."""

MAY_PASS = frozenset({"AccessDenied", "Refused", "StackBusy", "DeploymentInProgress"})
"""Problems that are over without anybody doing something in this console."""

UNREADABLE = BackendProblem("Unreadable", "The backend could not be read.", next_step="Pull it to see what is wrong.")


class NeedsPerson(JobFailed):
    """The console must not, or cannot, go on by itself: trying again would end the same way."""


def failure_of(failure: JobFailed | AwsError) -> JobFailed:
    if isinstance(failure, JobFailed):
        return failure
    return JobFailed(
        failure.words,
        next_step=failure.next_step,
        code=failure.code,
        message=failure.message,
        action=failure.action,
        request_id=failure.request_id,
    )


def crashed() -> JobFailed:
    return JobFailed(CRASH_WORDS, next_step=CRASH_NEXT_STEP, code="Crashed")


def cancelled() -> JobFailed:
    return NeedsPerson("Somebody cancelled it.", next_step="Choose Try now, or push it yourself.", code="Cancelled")


def busy(why: str) -> JobFailed:
    return JobFailed(why, code="AtWork")


def of_problem(problem: BackendProblem) -> JobFailed:
    kind = JobFailed if problem.code in MAY_PASS else NeedsPerson
    return kind(problem.words, next_step=problem.next_step, code=problem.code, message=problem.detail)


def somebody_else(pool: str, unlinked: str) -> JobFailed:
    return NeedsPerson(
        f"Somebody pushed something else after the unlink: the backend has the user pool {pool} now, not {unlinked}.",
        next_step="Import that user pool here if it is meant to be used; or review the push yourself: it takes it out.",
        code="SomebodyElse",
    )


def declared(document: BackendDocument) -> JobFailed | None:
    """None where nothing declares to depend on auth. Else the CLI would not take it away, and neither does a push."""
    found = [one for one in facts.dependents(document) if one.declared]
    if not found:
        return None
    several = len(found) > 1
    names = listed([f"{one.resource} ({one.service})" for one in found])
    ways = "; ".join(way_out(one.resource, one.service) for one in found)
    return NeedsPerson(
        f"{names} {'declare' if several else 'declares'} to depend on it, and Amplify takes no auth away beneath that.",
        next_step=f"On a laptop: {ways}. Then amplify push, and choose Try now on the Authentication page.",
        code=DEPENDENTS,
    )


def minutes(pause: timedelta) -> str:
    found = round(pause.total_seconds() / 60)
    return f"{found} min" if found < 60 else "an hour"
