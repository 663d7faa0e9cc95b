"""The steps from the wish to the linked user pool, as tests need them; and a worker that dies where it is told to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from auth_import.models import CognitoLink
from aws import session
from deployments.scratch import create_job, preview_job, remove_job, services
from deployments.scratch.models import PlannedAuth
from deployments.scratch.template import NewAuth
from environments.models import Environment
from jobs import lifecycle
from jobs.lifecycle import Run
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR

_numbers = count(1)


def wish(**fields: Any) -> NewAuth:
    return NewAuth(**{"name": f"fresh{next(_numbers)}", "deletion_protection": False, **fields})


def previewed(environment: Environment, new: NewAuth | None = None) -> PlannedAuth:
    planned = services.plan(environment=environment, new=new or wish(), actor=ACTOR, send=False)
    assert planned.preview_job
    ended(planned.preview_job, preview_job.preview)
    planned.refresh_from_db()
    return planned


def ended(job: Job, body: Callable[[Run], None], status: Status = Status.SUCCEEDED) -> Job:
    job = lifecycle.run_now(job, body)
    assert job.status == status, (job.error_words, job.error_code, job.error_message)
    return job


def made(environment: Environment, new: NewAuth | None = None) -> CognitoLink:
    """Everything from the wish to the managed link."""
    planned = previewed(environment, new)
    ended(services.apply(planned=planned, actor=ACTOR, send=False), create_job.create)
    return CognitoLink.objects.select_related("environment__project").get(environment=environment)


def removing(link: CognitoLink, *, export: bool = False, unprotect: bool = False) -> Job:
    return services.start_removal(link=link, actor=ACTOR, export=export, unprotect=unprotect, send=False)


def removed(job: Job, status: Status = Status.SUCCEEDED) -> Job:
    return ended(job, remove_job.remove, status)


class WorkerDied(BaseException):
    """Stands for SIGKILL: nothing catches it, nothing is tidied up."""


@contextmanager
def dying_after(environment: Environment, service: str, operation: str, number: int = 1) -> Iterator[None]:
    """The worker is lost right after AWS has answered this call for the first time, or another number of times."""
    seen: list[str] = []

    def die(model: Any, **_: Any) -> None:
        if model.name == operation:
            seen.append(operation)
            if len(seen) == number:
                raise WorkerDied

    events: Any = session.client(environment.target, service).meta.events
    events.register("after-call", die)
    try:
        yield
    finally:
        events.unregister("after-call", die)
    assert seen, f"{operation} was not called"


def requeued(job: Job) -> Job:
    job.refresh_from_db()
    assert job.move_to(Status.QUEUED, attempt=job.attempts)
    return job
