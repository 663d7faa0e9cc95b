"""What of this app depends on an environment's link: functions that may reach the pool, and jobs that change them."""

from collections.abc import Sequence

from auth_import.dependents import Dependent
from auth_import.models import CognitoLink
from backend_state.document.problems import listed
from function_access.direct.giving import KIND as GIVE
from function_access.direct.taking import KIND as TAKE
from function_access.models import FunctionGrant
from jobs.models import Job

State = FunctionGrant.State


def dependents(link: CognitoLink) -> list[Dependent]:
    at_work = Job.objects.filter(environment=link.environment, kind__in=(GIVE, TAKE)).unfinished()
    found = [
        Dependent(
            title=job.title,
            words="It is at work on a function and its role. Wait until it has finished, or cancel it; retry it then.",
            blocks=True,
            job=job,
        )
        for job in at_work.select_related("project")
    ]
    rows = list(FunctionGrant.objects.filter(environment=link.environment).only("function", "state"))
    given = [row.function for row in rows if row.state in (State.APPLIED, State.UNFINISHED, State.REVOKED)]
    wanted = [row.function for row in rows if row.state == State.WANTED]
    if given:
        found.append(_in_backend(given) if link.environment.is_amplify else _in_region(given))
    if wanted:
        words = f"{_who(wanted)}: chosen, and not pushed yet. The choice waits until a pool is linked again."
        on_swap = f"{_who(wanted)}: chosen, and not pushed yet. The push gives access to the new pool."
        found.append(Dependent("Access of functions that waits for a push", words, on_swap=on_swap, of_users=True))
    return found


def _in_backend(names: Sequence[str]) -> Dependent:
    words = (
        f"{_who(names)} may reach the pool, and the backend keeps its auth as long as they do. Take their access away "
        "on the Functions page and push that, before you unlink."
    )
    on_swap = (
        f"{_who(names)} may reach the pool. Their templates name it by a reference, so with the push they get the new "
        "pool's id and may reach that one; the old one no more."
    )
    return Dependent("Functions with access to the pool", words, on_swap=on_swap, of_users=True)


def _in_region(names: Sequence[str]) -> Dependent:
    words = (
        f"{_who(names)} may reach the pool. An unlink takes nothing away from them: do that on the Functions page, "
        "before or afterwards."
    )
    on_swap = (
        f"{_who(names)} may reach the old pool, and nothing of that changes by itself. After the swap the Functions "
        "page offers to give each the new pool instead."
    )
    return Dependent("Functions with access to the pool", words, on_swap=on_swap, of_users=True)


def _who(names: Sequence[str]) -> str:
    return listed(names)
