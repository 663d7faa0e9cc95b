"""An environment whose import was pushed, to be unlinked again and again from the same state in the cloud."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from auth_import.models import CognitoLink, UnpushedUnlink
from auth_import.observation import Choice
from auth_import.services import unlink
from aws import session
from backend_state.models import KnownBackend
from deployments import preview_job, push_job, services
from deployments.finishing import job as finishing_job
from deployments.finishing import services as finishing
from environments.models import Environment
from environments.notifications.models import Notification
from jobs import lifecycle
from jobs import services as job_services
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR, audited
from tests.auth_import.planted import Account
from tests.deployments.planted_backends import CloudBackend, plant
from tests.deployments.pushing import any_choice, assert_nothing_left, environment_of, linked, pushed

FINISHED = "deployments:unlink:finish"

BODIES = {
    push_job.KIND: push_job.push,
    preview_job.KIND: preview_job.preview,
    finishing_job.KIND: finishing_job.finish,
}


@dataclass(frozen=True)
class Pushed:
    """What the cloud and the console have after the push; a test gets an environment of its own in this state."""

    backend: CloudBackend
    choice: Choice
    known: Mapping[str, Any]
    cloud: Mapping[str, Any]
    bodies: Mapping[str, bytes]

    def again(self) -> CognitoLink:
        self.backend.restore(self.cloud, self.bodies)
        self.backend.drop_change_sets()
        environment = environment_of(self.backend)
        KnownBackend.objects.create(environment=environment, **self.known)
        link = linked(environment, self.choice)
        CognitoLink.objects.filter(pk=link.pk).update(pushed=True)
        return CognitoLink.objects.select_related("environment__project").get(pk=link.pk)

    @property
    def auth(self) -> Any:
        """What `amplify-meta.json` in the cloud says of auth."""
        return json.loads(self.backend.read("amplify-meta.json")).get("auth")


_shared: dict[tuple[str, tuple[str, ...]], Pushed] = {}


def make_pushed(account: Account, *kinds: str, choice: Choice | None = None) -> Pushed:
    backend = plant(account, kinds=kinds)
    environment = environment_of(backend)
    choice = choice or any_choice(account)
    linked(environment, choice)
    pushed(environment)
    row = KnownBackend.objects.get(environment=environment)
    left_out = ("id", "environment_id")
    known = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields if one.attname not in left_out}
    environment.project.delete()
    return Pushed(backend, choice, known, backend.everything(), backend.bodies())


def shared_pushed(account: Account, *kinds: str) -> Pushed:
    """For tests after which the cloud can be put back; none may delete the bucket, the stack or the app."""
    key = (account.url, kinds)
    if key not in _shared:
        _shared[key] = make_pushed(account, *kinds)
    return _shared[key]


def unlinked(link: CognitoLink) -> Job:
    """Unlinked here, and the job that is to take it out of the cloud; it has not begun."""
    job = unlink(link=link, actor=ACTOR, finish=True, send=False)
    assert job is not None
    return job


def run(job: Job) -> Job:
    """One delivery of the job, to its end or to the process's."""
    with suppress(SystemExit):
        lifecycle.perform(job.pk, BODIES[job.kind])
    job.refresh_from_db()
    return job


def waiting(environment: Environment) -> UnpushedUnlink:
    return UnpushedUnlink.objects.select_related("job").get(environment=environment)


def time_passes(environment: Environment) -> None:
    """Hours go by: whoever was at work counts as lost, and what waits is due."""
    long_ago = timezone.now() - timedelta(hours=2)
    jobs = Job.objects.filter(environment=environment)
    jobs.filter(status=Status.RUNNING).update(heartbeat=long_ago)
    jobs.exclude(finished=None).update(finished=long_ago)
    UnpushedUnlink.objects.filter(environment=environment).exclude(next_attempt=None).update(next_attempt=long_ago)


def by_itself(environment: Environment, *, most: int = 12) -> None:
    """The schedule's tasks and a worker do what they do without anybody's help, until nothing waits."""
    for _ in range(most):
        time_passes(environment)
        job_services.tick()
        services.recover()
        finishing.start_due()
        queued = list(Job.objects.filter(environment=environment, status=Status.QUEUED).order_by("created"))
        for job in queued:
            run(job)
        if not queued and not UnpushedUnlink.objects.filter(environment=environment).exists():
            return


def actor_of_jobs(environment: Environment) -> str:
    """On whose behalf the newest attempt was made."""
    job = Job.objects.filter(environment=environment, kind=finishing_job.KIND).first()
    assert job is not None
    return job.actor_name


def assert_finished(environment: Environment, place: Pushed, times: int = 1) -> None:
    assert not UnpushedUnlink.objects.filter(environment=environment).exists()
    assert place.auth == {}
    assert len(audited(FINISHED)) == times
    assert Notification.objects.filter(environment=environment, event="unlink.finished").count() == 1
    assert not [name for name in place.backend.parameters() if "AMPLIFY_auth_" in name]
    assert_nothing_left(environment, place.backend)


@contextmanager
def aws_away(variable: str = "AWS_ENDPOINT_URL") -> Iterator[Callable[[], None]]:
    """AWS, or the service that the variable is for, cannot be reached; calling the answer brings it back.

    A call that was given up may still be making its client in a thread of its own. It ends before the variables change
    back, or that client would lead all later tests to nowhere.
    """
    patch = pytest.MonkeyPatch()

    def back() -> None:
        with session._lock:
            patch.undo()

    patch.setenv(variable, "http://127.0.0.1:9")
    patch.setattr(session, "_sessions", {})
    patch.setattr(session, "_clients", {})
    try:
        yield back
    finally:
        back()
