"""The steps of a push as tests need them, and calls to AWS that fail, or that are the last thing a process does."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session
from django.utils import timezone

from amplify_files.resource_name import resource_name
from auth_import import import_job
from auth_import.models import CognitoLink, UnpushedUnlink
from auth_import.observation import Choice
from auth_import.preflight import preflight
from auth_import.services import keep_plan, plan_of, unlink
from aws import session
from aws.target import AwsTarget
from backend_state.models import KeptFile
from deployments import preview_job, push_job, services
from deployments.models import Deployment, Phase
from environments.models import Environment
from jobs import lifecycle
from jobs import services as job_services
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR, nobody_else
from tests.auth_import.planted import Account
from tests.deployments.planted_backends import ZIP, CloudBackend, plant

SERVICES = ("amplify", "appsync", "cloudformation", "cognito-identity", "cognito-idp", "iam", "s3", "ssm")
READS = ("Get", "List", "Describe", "Head")

_numbers = count(1)


# --- The steps ---


def environment_of(backend: CloudBackend, project: Any = None) -> Environment:
    from tests.factories import make_environment, make_project

    names = backend.names
    return make_environment(
        project or make_project(names.app),
        names.environment,
        kind="amplify",
        app_id=names.app_id,
        app_name=names.app,
        stack_name=names.stack_name,
        deployment_bucket=names.deployment_bucket,
    )


_imports: dict[Choice, dict[str, Any]] = {}


def linked(environment: Environment, choice: Choice) -> CognitoLink:
    """The environment linked to these resources here, whatever was linked before; nothing is pushed yet.

    Every rule looks at a choice once, and the row is made as an import makes it, without the import's job: importing is
    not tested here. Further links of the same choice are the same row.
    """
    before = CognitoLink.objects.filter(environment=environment).first()
    if before is not None:
        unlink(link=before, actor=ACTOR)
    if choice not in _imports:
        checked = preflight(environment=environment, choice=choice, sees=nobody_else)
        plan = plan_of(checked, environment=environment, accepted=(), reason="")
        planned = keep_plan(plan=plan, environment=environment, actor=ACTOR)
        link = import_job.link_resources(planned=planned, plan=plan, checked=checked, actor=ACTOR)
        left_out = ("id", "environment_id", "planned_import_id", "resource_name")
        _imports[choice] = {
            one.attname: getattr(link, one.attname)
            for one in CognitoLink._meta.concrete_fields
            if one.attname not in left_out
        }
        # So that it may be checked again.
        _imports[choice]["checked"] = timezone.now() - timedelta(minutes=1)
        CognitoLink.objects.filter(pk=link.pk).update(checked=_imports[choice]["checked"])
        return CognitoLink.objects.select_related("environment__project").get(pk=link.pk)
    return CognitoLink.objects.create(
        environment=environment, resource_name=resource_name(environment.app_name), **_imports[choice]
    )


def previewed(environment: Environment) -> Deployment:
    job = previewing(environment)
    assert job.status == Status.SUCCEEDED, (job.error_words, job.error_code, job.error_message)
    return Deployment.objects.select_related("environment__project").get(pk=job.result["deployment"])


def previewing(environment: Environment) -> Job:
    job = services.start_preview(environment=environment, actor=ACTOR, send=False)
    return lifecycle.run_now(job, preview_job.preview)


def pushing(deployment: Deployment) -> Job:
    """The push's job, run in this process to its end, or to the process's."""
    job = services.start_push(deployment=deployment, actor=ACTOR, send=False)
    return run(job)


def run(job: Job) -> Job:
    # A worker that dies writes no verdict.
    with suppress(SystemExit):
        lifecycle.perform(job.pk, push_job.push)
    job.refresh_from_db()
    return job


def pushed(environment: Environment) -> Deployment:
    deployment = previewed(environment)
    job = pushing(deployment)
    assert job.status == Status.SUCCEEDED, (job.error_words, job.error_code, job.error_message)
    deployment.refresh_from_db()
    return deployment


def by_itself(environment: Environment, *, most: int = 12) -> Job:
    """Time passes, and the schedule's tasks and a worker do what they do without anybody's help. The last job."""
    for _ in range(most):
        long_ago = timezone.now() - timedelta(hours=2)
        Job.objects.filter(environment=environment, status=Status.RUNNING).update(heartbeat=long_ago)
        Job.objects.filter(environment=environment).exclude(finished=None).update(finished=long_ago)
        job_services.tick()
        services.recover()
        waiting = Job.objects.filter(environment=environment, kind=push_job.KIND, status=Status.QUEUED).first()
        if waiting is not None:
            run(waiting)
        elif not Deployment.objects.filter(environment=environment).unsettled().exists():
            break
    found = Job.objects.filter(environment=environment, kind=push_job.KIND).order_by("-created").first()
    assert found is not None
    return found


STATE_WRITE = "s3:PutObject deployment-state.json"
ZIP_WRITE = f"s3:PutObject {ZIP}"
META_WRITE = "s3:PutObject amplify-meta.json"
EXECUTE = "cloudformation:ExecuteChangeSet"
"""Writes of a push, as `Calls` names them."""


def parameter_of(stage: "Stage", name: str) -> str:
    """The name of an environment parameter that a push writes, without its path."""
    return f"AMPLIFY_auth_{stage.backend.names.app}_{name}"


@dataclass(frozen=True)
class Stage:
    """An environment with a push that waits, to be played again and again from the same state."""

    backend: CloudBackend
    environment: Environment
    deployment: Deployment
    old: Mapping[str, Any]
    bodies: Mapping[str, bytes]
    template: Any
    """What its change set leads to; None where it has none."""
    unlinks: tuple[UnpushedUnlink, ...]

    def again(self) -> Deployment:
        """The same push, from the old state. What a failed one left in the database is gone."""
        self.backend.restore(self.old, self.bodies)
        self.backend.drop_change_sets()
        Deployment.objects.filter(environment=self.environment).delete()
        KeptFile.objects.all().delete()
        Job.objects.filter(environment=self.environment, kind=push_job.KIND).delete()
        UnpushedUnlink.objects.filter(environment=self.environment).delete()
        UnpushedUnlink.objects.bulk_create(self.unlinks)
        document: dict[str, Any] = dict(self.deployment.document)
        if self.template is not None:
            document["change_set"] = self.backend.change_set(f"again-{next(_numbers)}", self.template)
        fresh = Deployment.objects.create(environment=self.environment, document=document, created_by_name="Sample")
        return Deployment.objects.select_related("environment__project").get(pk=fresh.pk)

    def is_old(self) -> bool:
        return self.backend.everything() == self.old


def stage_of(backend: CloudBackend, environment: Environment) -> Stage:
    """The stage of what a preview of the environment shows now."""
    old, bodies = backend.everything(), backend.bodies()
    deployment = previewed(environment)
    change_set = deployment.document["change_set"]
    template = backend.template(change_set) if change_set else None
    unlinks = tuple(UnpushedUnlink.objects.filter(environment=environment))
    return Stage(backend, environment, deployment, old, bodies, template, unlinks)


_choices: dict[str, Choice] = {}


def any_choice(account: Account) -> Choice:
    """Resources for tests that neither change them nor ask which they are: planted and imported once for all."""
    if account.url not in _choices:
        _choices[account.url] = account.plant().choice
    return _choices[account.url]


def importing(account: Account, *kinds: str, choice: Choice | None = None) -> Stage:
    """An import into a backend with these categories; its API, if it has one, asks another pool until then."""
    backend = plant(account, kinds=kinds, pool_id=account.plant().choice.user_pool_id if "api" in kinds else "")
    environment = environment_of(backend)
    linked(environment, choice or any_choice(account))
    return stage_of(backend, environment)


_shared: dict[tuple[str, tuple[str, ...]], Stage] = {}


def shared_stage(account: Account, *kinds: str) -> Stage:
    """Like `importing`, for tests after which the state can be put back: all of them play on one backend.

    It is put back before each, so none may delete what cannot be written again, or change the Cognito resources.
    """
    key = (account.url, kinds)
    if key not in _shared:
        _shared[key] = importing(account, *kinds)
        return _shared[key]
    environment = environment_of(_shared[key].backend)
    linked(environment, any_choice(account))
    stage = replace(_shared[key], environment=environment)
    return replace(stage, deployment=stage.again())


def pushing_with(stage: Stage, happen: Any) -> Job:
    """The push of a stage, in which this happens to its calls."""
    with watched_calls() as calls:
        calls.happen = happen
        return pushing(stage.deployment)


def assert_nothing_left(environment: Environment, backend: CloudBackend) -> None:
    """Neither a copy, nor a preview of CloudFormation's, nor a push that has not ended."""
    assert not KeptFile.objects.exists()
    assert not Deployment.objects.filter(environment=environment).unsettled().exists()
    assert not Job.objects.filter(environment=environment).unfinished().exists()
    waiting = Deployment.objects.filter(environment=environment, phase=Phase.PLANNED).exists()
    assert waiting or backend.open_change_sets() == []


# --- Calls that fail ---


@dataclass
class Calls:
    """Every call that the gateway makes, named ("s3:PutObject amplify-meta.json"), and what shall happen to which."""

    made: list[str] = field(default_factory=list)
    happen: "Callable[[str, int, Any], AWSResponse | None] | None" = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: Any, event_name: str, **more: Any) -> AWSResponse | None:
        _, service, operation = event_name.split(".")
        name = f"{service}:{operation} {_subject(request)}".strip()
        with self.lock:
            self.made.append(name)
            number = Counter(self.made)[name]
        return self.happen(name, number, request) if self.happen else None


def _subject(request: Any) -> str:
    """What a call is about, where one operation is called for several things."""
    if "X-Amz-Target" in request.headers:
        body = json.loads(request.body)
        return str(body.get("Name") or body.get("Path") or "").rpartition("/")[2]
    parts = urlsplit(request.url)
    if "list-type" in parts.query:
        return unquote(parse_qs(parts.query)["prefix"][0])
    return unquote(parts.path).split("/", 2)[-1] if parts.path.count("/") > 1 else ""


@contextmanager
def watched_calls(region: str = "eu-west-1") -> Iterator[Calls]:
    calls = Calls()
    clients: list[Any] = [session.client(AwsTarget(region), service) for service in SERVICES]
    for client in clients:
        client.meta.events.register_first("before-send", calls)
    try:
        yield calls
    finally:
        for client in clients:
            client.meta.events.unregister("before-send", calls)


def _carried_out(request: Any) -> Any:
    """AWS does what was asked; whether anybody hears of it is another matter."""
    return URLLib3Session(timeout=10).send(request)


class _Raw:
    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.body

    def read(self, *_: Any, **__: Any) -> bytes:
        body, self.body = self.body, b""
        return body

    def close(self) -> None:
        pass


def refusal(request: Any, code: str, status: int) -> AWSResponse:
    headers = HTTPHeaders.from_dict({"Content-Type": "text/xml"})
    if "X-Amz-Target" in request.headers or "/apps" in request.url or "/v1/apis" in request.url:
        headers = HTTPHeaders.from_dict({"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code})
        body = json.dumps({"__type": code, "message": "As the test wants it."}).encode()
    elif request.url.rstrip("/").count("/") > 2:
        body = f"<Error><Code>{code}</Code><Message>As the test wants it.</Message></Error>".encode()
    else:
        body = f"<ErrorResponse><Error><Code>{code}</Code><Message>As the test wants it.</Message></Error></ErrorResponse>".encode()  # noqa: E501
    return AWSResponse(request.url, status, headers, _Raw(body))


def denied(request: Any) -> AWSResponse:
    return refusal(request, "AccessDenied", 403)


def throttled(request: Any) -> AWSResponse:
    return refusal(request, "ThrottlingException", 400)


def broken(request: Any) -> AWSResponse:
    return refusal(request, "InternalFailure", 500)


def hanging(request: Any) -> AWSResponse:
    raise ReadTimeoutError(endpoint_url=request.url)


def unheard(request: Any) -> AWSResponse:
    """Done, and the answer is lost."""
    _carried_out(request)
    raise ReadTimeoutError(endpoint_url=request.url)


def half(request: Any) -> AWSResponse:
    """Done, and half of the answer arrives."""
    answer = _carried_out(request)
    body = answer.content
    headers = HTTPHeaders.from_dict({**answer.headers, "Content-Length": str(len(body))})
    return AWSResponse(request.url, answer.status_code, headers, _Raw(body[: len(body) // 2]))


def dead_before(request: Any) -> AWSResponse:
    raise SystemExit


def dead_after(request: Any) -> AWSResponse:
    _carried_out(request)
    raise SystemExit


FAULTS: dict[str, Callable[[Any], AWSResponse]] = {
    "denied": denied,
    "throttled": throttled,
    "broken": broken,
    "hanging": hanging,
    "unheard": unheard,
    "half": half,
}
DEATHS: dict[str, Callable[[Any], AWSResponse]] = {"before": dead_before, "after": dead_after}


def at(name: str, number: int, fault: Callable[[Any], AWSResponse], *, for_ever: bool = False) -> Any:
    """What `Calls.happen` is to be: the fault at the number-th call of this name, and at all later ones if asked."""

    def happen(called: str, count: int, request: Any) -> AWSResponse | None:
        if called != name or count < number or (count > number and not for_ever):
            return None
        return fault(request)

    return happen


def just_before(name: str, action: Callable[[], object], *, then: Any = None, number: int = 1) -> Any:
    """What `Calls.happen` is to be: somebody does something in the moment before a call, whose fate is `then`."""

    def happen(called: str, count: int, request: Any) -> AWSResponse | None:
        if called == name and count == number:
            action()
        return then(called, count, request) if then else None

    return happen
