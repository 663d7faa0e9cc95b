"""The groups that come along into another user pool: those it does not have; what is there stays as it is."""

from collections.abc import Sequence
from dataclasses import replace

from audit.record import Actor
from auth_import.preflight import link_of
from aws import accounts
from aws.quotas import background
from aws.resources import Group
from deployments.cloning import making
from deployments.cloning.models import PlannedClone
from environments.models import Environment
from jobs.lifecycle import JobFailed, Run
from user_management.groups import copying, reading
from user_management.patience import patiently
from user_management.place import Place, place_of


def carry_groups(run: Run, planned: PlannedClone, environment: Environment, actor: Actor) -> str:
    """Answers what became of them, in words. Raises JobFailed and AwsError; a second run does what is missing."""
    source = planned.source
    if source is None or link_of(source) is None:
        raise JobFailed(
            "The source has no user pool any more, so its groups cannot come along.",
            next_step="Link the source again and retry, or make the groups by hand: the environment itself is made.",
            code="SourceGone",
        )
    there, here = place_of(source), place_of(environment)
    if (there.pool_id, there.target.region) == (here.pool_id, here.target.region):
        return "Both use the same user pool, which has them"
    with background():
        groups = patiently(run, lambda: reading.every_group(there))
        account = patiently(run, lambda: accounts.caller(here.target).account)
        present = patiently(run, lambda: reading.every_group(here))
        wanted, without_role = _allowed(groups, account)
        rows = [row for row in copying.compare(wanted, present) if row.kind == "create"]
        _copy(run, planned, there, here, rows, actor)
    differing = [row.name for row in copying.compare(wanted, present) if row.kind == "change"]
    return ". ".join(
        (
            f"{len(rows)} made",
            *([f"There already, and left as they are: {', '.join(differing)}"] if differing else []),
            *([f"Without their roles of another account: {', '.join(without_role)}"] if without_role else []),
        )
    )


def _allowed(groups: Sequence[Group], account: str) -> tuple[list[Group], list[str]]:
    """The groups as the new pool can have them: Cognito passes on roles of its own account only."""
    foreign = [one.name for one in groups if one.role_arn and copying.account_in(one.role_arn) != account]
    return [replace(one, role_arn="") if one.name in foreign else one for one in groups], foreign


def _copy(
    run: Run, planned: PlannedClone, source: Place, target: Place, rows: Sequence[copying.Row], actor: Actor
) -> None:
    results = copying.copy(
        source=source,
        target=target,
        rows=rows,
        actor=actor,
        after_each=lambda done: run.progress(done, len(rows)),
        # A group that AWS has perhaps made is not made once more: the next run finds it.
        ask=lambda call: patiently(run, call, unheard_at_most=0),
    )
    failed = [one for one in results if one.error]
    done = [*planned.made.get("groups", ()), *(one.name for one in results if not one.error)]
    making.note(run, planned, groups=list(dict.fromkeys(done)))
    if failed:
        raise JobFailed(
            f"{len(failed)} of {len(results)} groups could not be made; the first is {failed[0].name}: "
            f"{failed[0].words}",
            next_step="Cure what AWS names, then retry: everything else is made.",
            code=failed[0].error.code if failed[0].error else "",
        )
