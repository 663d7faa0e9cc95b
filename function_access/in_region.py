"""What the pages do with the Lambda functions of a standalone environment's Region: look, give, take away by a job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from audit.record import Actor
from auth_import.models import CognitoLink
from auth_import.pickers import Unread
from auth_import.preflight import link_of
from aws import functions, roles
from aws.errors import AwsError, NotFound
from aws.functions import FunctionWithVariables, LambdaFunction
from aws.resources import Page
from aws.side_by_side import Together, in_time
from aws.target import AwsTarget
from environments.models import Environment
from function_access import operations, services
from function_access.direct import services as direct
from function_access.direct.plan import NothingLinked, plan_of, policy_name
from function_access.direct.restore import Policy, Restore
from function_access.models import FunctionGrant
from function_access.presentation import Chosen, Done, Listing, NotPossible, Result, Row, row_in_region


@dataclass(frozen=True, slots=True)
class Look:
    """One function as it is now. `function` is None where it is gone, or cannot be read (`unread` says why).

    `others` are inline policies of its role that are about user pools, and not this console's.
    """

    environment: Environment
    name: str
    link: CognitoLink | None
    grant: FunctionGrant | None
    function: LambdaFunction | None = None
    others: tuple[str, ...] = ()
    changed: bool = False
    """Whether AWS has something else by now than what this console wrote."""
    unread: Unread | None = None

    @property
    def row(self) -> Row:
        return row_in_region(self.name, self.grant, self.link, self.function, gone=self.is_gone, changed=self.changed)

    @property
    def is_gone(self) -> bool:
        return self.function is None and self.unread is None

    @property
    def refusal(self) -> str:
        if self.link is None:
            return "This environment is not linked to a user pool. Import one on the Authentication page first."
        if self.is_gone:
            return "The Region has no such function any more."
        if self.function is None:
            return "The function cannot be read at the moment."
        job = self.grant.job if self.grant else None
        return "A job is at work on it." if job and not job.is_finished else ""

    @property
    def has_access(self) -> bool:
        return self.grant is not None

    @property
    def initial(self) -> dict[str, Any]:
        if self.grant is None:
            return {"operations": [], "breadth": operations.LEAST}
        return {"operations": self.grant.operations, "breadth": self.grant.breadth}

    @property
    def variables(self) -> tuple[str, ...]:
        return self.function.variable_names if self.function else ()


def listing(environment: Environment, link: CognitoLink | None, *, text: str = "", token: str = "") -> Listing:
    """One page of the Region's functions, those with access first; with a text, all that match, read to the end."""
    grants = services.grants_of(environment)
    try:
        page = _searched(environment.target, text) if text else _page(environment.target, token)
    except AwsError as error:
        rows = [row_in_region(name, grant, link, None) for name, grant in grants.items() if not token]
        return Listing(rows, unread=Unread.of(error))
    there = {one.name: one for one in page.items if text.casefold() in one.name.casefold()}
    pinned = [name for name in grants if not token and (name in there or not text)]
    names = [*pinned, *(name for name in there if name not in grants)]
    rows = [row_in_region(name, grants.get(name), link, there.get(name)) for name in names]
    return Listing(rows, total=len(page.items), next_token=page.next_token)


def _page(target: AwsTarget, token: str) -> Page[LambdaFunction]:
    return in_time(lambda: functions.page_of_functions(target, token=token))


def _searched(target: AwsTarget, text: str) -> Page[LambdaFunction]:
    return Page(in_time(lambda: tuple(functions.iter_functions(target))), "")


def look(environment: Environment, name: str) -> Look:
    """Reads the function and its role. Raises Http404 where neither AWS nor the console knows such a function."""
    link, grant = link_of(environment), services.grants_of(environment).get(name)
    with Together() as together:
        restore = Restore.of(grant.before) if grant and grant.state == FunctionGrant.State.APPLIED else None
        ours = [one.name for one in restore.variables] if restore else []
        reading = together.start(functions.get_with_variables, environment.target, name, ours)
        written = together.after(reading, lambda one: roles.inline_policies(environment.target, one.function.role_arn))
        try:
            read = reading.result()
            function = read.function
        except NotFound as error:
            if grant is None:
                raise Http404("The Region has no Lambda function of this name.") from error
            return Look(environment, name, link, grant)
        except AwsError as error:
            return Look(environment, name, link, grant, unread=Unread.of(error))
        try:
            policies = written.result()
        except AwsError:
            # The plan reads the role once more, and says what is wrong with it.
            return Look(environment, name, link, grant, function)
    own = {policy_name(environment, name), *(one.name for one in (restore.policies if restore else ()))}
    others = tuple(one for one, body in policies.items() if one not in own and "cognito-idp:" in str(body))
    changed = restore is not None and not _is_as_written(restore, read, policies)
    return Look(environment, name, link, grant, function, others, changed)


def _is_as_written(restore: Restore, read: FunctionWithVariables, policies: Mapping[str, Policy]) -> bool:
    """Whether the role has the policies and the function the variables that were written last."""
    if not read.function.unreadable and any(read.values[one.name] != one.after for one in restore.variables):
        return False
    return all(one.after == policies.get(one.name) for one in restore.policies)


def result(seen: Look, chosen: Chosen) -> Result | None:
    """What would be changed in AWS; None where nothing can be chosen."""
    if seen.refusal:
        return None
    try:
        return Result(plan=plan_of(seen.environment, seen.name, chosen.operations, chosen.breadth))
    except NothingLinked:
        return None
    except AwsError as error:
        return Result(unread=Unread.of(error))


def taking(seen: Look) -> Result | None:
    """What taking the access away changes in AWS; None where this console has given none."""
    try:
        return Result(taking=direct.revoke_plan_of(seen.environment, seen.name))
    except LookupError:
        return None
    except AwsError as error:
        return Result(unread=Unread.of(error))


def give(seen: Look, chosen: Chosen, *, seen_before: str, actor: Actor, reason: str) -> Done:
    """Start the job that gives the access, of exactly the plan that was reviewed. Raises NotPossible."""
    running = direct.at_work(seen.environment, seen.name)
    if running is not None:
        return Done(f"“{running.title}” is at work.", job=running)
    found = result(seen, chosen)
    if found is None or found.plan is None:
        unread = found.unread if found else None
        raise NotPossible(f"{unread.words} {unread.next_step}" if unread else seen.refusal)
    if seen_before and seen_before != found.plan.digest:
        raise NotPossible("The function or its role was changed since you looked. Nothing was done: review it again.")
    grant = seen.grant
    if not found.plan.needed and grant is not None and grant.state == FunctionGrant.State.APPLIED:
        return Done("The function has exactly this access already.")
    try:
        job = direct.start(environment=seen.environment, plan=found.plan, actor=actor, reason=reason)
    except direct.Refused as refusal:
        raise NotPossible(str(refusal)) from refusal
    return Done(job.title, job=job)


def take(seen: Look, *, actor: Actor, reason: str) -> Done:
    """Start the job that takes the access away. Raises NotPossible where this console has given none."""
    try:
        job = direct.revoke(environment=seen.environment, function=seen.name, actor=actor, reason=reason)
    except LookupError as error:
        raise NotPossible("This console has given the function no access that it could take away.") from error
    return Done(job.title, job=job)


def take_back(environment: Environment, name: str, *, actor: Actor) -> Done:
    """Nothing ever waits for a push here."""
    return Done("Nothing waits for a push in this environment.")
