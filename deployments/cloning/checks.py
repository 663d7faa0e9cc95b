"""What must be true before a new environment is made: its place, its names, what can come along. Reads only."""

from dataclasses import dataclass
from typing import Any

from auth_import.findings import Severity
from aws import accounts, amplify_apps, deadlines, stacks, stored_objects
from aws.amplify_apps import AmplifyApp, BackendEnvironment
from aws.errors import AwsError, NotFound
from aws.resources import Caller
from aws.side_by_side import Pending, Together
from aws.target import AwsTarget
from deployments.backend_making import NewBackend
from environments.models import Environment

SHARE = 0.9
"""Of the patience of a page, how much the checks of the place may take."""


@dataclass(frozen=True, slots=True)
class Check:
    """One question about the new environment, and what was seen. A failure stands in the way."""

    id: str
    title: str
    severity: Severity
    observed: str
    next_step: str = ""

    @property
    def is_failing(self) -> bool:
        return self.severity is Severity.FAIL

    def to_dict(self) -> dict[str, str]:
        return {
            "id": self.id,
            "severity": str(self.severity),
            "observed": self.observed,
            "next_step": self.next_step,
        }


def is_same_place(one: AwsTarget, other: AwsTarget) -> bool:
    """Whether two targets reach the same account by the same way, which AWS need not be asked about."""
    return (one.role_arn, one.external_id) == (other.role_arn, other.external_id)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The account of the new environment and of its source, by their 12 digits; the error where AWS did not tell."""

    new: str | AwsError
    source: str | AwsError

    @property
    def differ(self) -> bool | None:
        """None where it is not known."""
        if isinstance(self.new, AwsError) or isinstance(self.source, AwsError):
            return None
        return self.new != self.source


def accounts_of(new: AwsTarget, source: AwsTarget | None) -> Accounts:
    """Both accounts, asked at the same time."""
    with Together() as together:
        own = together.start(accounts.caller, new)
        other = own if source is None or is_same_place(new, source) else together.start(accounts.caller, source)
        return Accounts(_account(_answer(own)), _account(_answer(other)))


def _account(read: Caller | AwsError) -> str | AwsError:
    return read if isinstance(read, AwsError) else read.account


def _answer(asked: Pending[Any]) -> Any:
    """What was answered, or why not: an error says what to do about it, which a Fault does not."""
    try:
        return asked.result()
    except AwsError as error:
        return error


def check_place(new: Environment, *, suffix: str, is_taken: bool) -> tuple[str, tuple[Check, ...]]:
    """The account's id ("" unread) and every check of the place; for Amplify those of the app and the names too.

    The unsaved environment gets the app's present name, from which those of stack and bucket are made. `is_taken`: the
    project has an environment of this name. The database is not asked here, so any thread may.
    """
    target = new.target
    backends: tuple[BackendEnvironment, ...] | AwsError | None = None
    # What is not answered in time must be told before the patience of whoever waits for all of this ends.
    left = deadlines.remaining()
    with Together(seconds=None if left is None else left * SHARE) as together:
        account = together.start(accounts.caller, target)
        if new.is_amplify:
            asked = together.start(amplify_apps.get_app, target, new.app_id)
            listed = together.start(lambda: tuple(amplify_apps.iter_backend_environments(target, new.app_id)))
            app, backends = _answer(asked), _answer(listed)
            new.app_name = app.name if isinstance(app, AmplifyApp) else new.app_name
            wanted = backend_of(new, suffix)
            stack = together.start(stacks.describe_stack, target, wanted.stack_name)
            bucket = together.start(_bucket, target, wanted.bucket)
        caller = _answer(account)
        found = [_account_check(new, caller), _name_check(new, is_taken, backends)]
        if new.is_amplify:
            found += [
                _app_check(new, app),
                *_room_check(backends),
                _free_check("stack.free", "The root stack's name is free", wanted.stack_name, _answer(stack)),
                _free_check("bucket.free", "The bucket's name is free", wanted.bucket, _answer(bucket)),
            ]
    return ("" if isinstance(caller, AwsError) else caller.account), tuple(found)


def unread_place(new: Environment, error: AwsError, *, is_taken: bool) -> tuple[Check, ...]:
    """The checks of a place of which nothing was heard in time; they stand in the way like any that fail."""
    found = [_account_check(new, error), _name_check(new, is_taken, error if new.is_amplify else None)]
    return (*found, _app_check(new, error)) if new.is_amplify else tuple(found)


def backend_of(new: Environment, suffix: str) -> NewBackend:
    """What AWS will call a new environment of an Amplify app (Amplify project format, section 6.1)."""
    return NewBackend(
        name=new.app_name or new.app_id,
        env=new.name,
        suffix=suffix,
        region=new.region,
        role=new.role_arn,
        xid=new.external_id,
        app=new.app_id,
    )


def _bucket(target: AwsTarget, name: str) -> bool:
    """Raises NotFound where there is none, as it is with a stack."""
    if not stored_objects.bucket_is_there(target, name):
        raise NotFound("There is no such bucket.", code="NoSuchBucket", action="s3:HeadBucket")
    return True


def _account_check(new: Environment, read: Caller | AwsError) -> Check:
    title = "The AWS account answers"
    if isinstance(read, AwsError):
        return Check("account.answers", title, Severity.FAIL, not_read(read), read.next_step)
    way = f"as {new.role_arn}" if new.role_arn else "with the console's own credentials"
    return Check("account.answers", title, Severity.PASS, f"account {read.account}, {new.region}, {way}")


def _name_check(new: Environment, is_taken: bool, backends: tuple[BackendEnvironment, ...] | AwsError | None) -> Check:
    title = f"The name {new.name} is free"
    if is_taken:
        words = "this project has an environment of this name"
        return Check("name.free", title, Severity.FAIL, words, "Choose another name.")
    if isinstance(backends, tuple) and any(one.name == new.name for one in backends):
        return Check(
            "name.free",
            title,
            Severity.FAIL,
            f"the Amplify app has a backend environment “{new.name}” already",
            "Choose another name, or connect that one.",
        )
    place = "in this project" if backends is None else "in this project and in the Amplify app"
    if isinstance(backends, AwsError):
        return Check("name.free", title, Severity.FAIL, f"the app: {not_read(backends)}", backends.next_step)
    return Check("name.free", title, Severity.PASS, f"free {place}")


def _app_check(new: Environment, read: AmplifyApp | AwsError) -> Check:
    title = "The Amplify app is reachable"
    if isinstance(read, AwsError):
        cure = (
            "Use credentials of the app's own account: an app's environments lie beside it."
            if read.kind == "not-found"
            else read.next_step
        )
        return Check("app.reachable", title, Severity.FAIL, f"{new.app_id}: {not_read(read)}", cure)
    return Check("app.reachable", title, Severity.PASS, f"{read.name} ({read.id})")


def _room_check(backends: tuple[BackendEnvironment, ...] | AwsError | None) -> list[Check]:
    if not isinstance(backends, tuple):
        return []
    words = f"the app has {len(backends)}; AWS publishes no limit and says so when the next one is refused"
    return [Check("app.room", "The app has room for another backend environment", Severity.INFO, words)]


def _free_check(id: str, title: str, name: str, read: object) -> Check:
    if not isinstance(read, AwsError):
        return Check(
            id, title, Severity.FAIL, f"{name} exists already", "Begin again: another name is drawn, and yours stay."
        )
    if read.kind == "not-found":
        return Check(id, title, Severity.PASS, f"{name} is free")
    if id == "bucket.free" and read.kind == "denied":
        words = f"{name}: not known, because {not_read(read)}"
        return Check(
            id, title, Severity.WARN, words, "It has five random digits, so it is hardly taken; the job would say so."
        )
    return Check(id, title, Severity.FAIL, f"{name}: {not_read(read)}", read.next_step)


def not_read(error: AwsError) -> str:
    """Why something is not known, without a stop at its end."""
    detail = ", ".join(part for part in (error.code, error.action) if part)
    words = f"{error.words[:1].lower()}{error.words[1:]}" if not error.words.startswith("AWS") else error.words
    said = f" {error.message}" if error.message else ""
    return f"{words}{said}".rstrip(". ") + (f" ({detail})" if detail else "")
