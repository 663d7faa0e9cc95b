"""The job that finishes an unlink in the cloud: looks what is left there, previews a push and pushes exactly that.

It starts the preview and the push as jobs of their own, in its own process, so that everything they promise holds here
too: all or nothing, whoever is killed when. What it adds is when to try again, when to stop, and when nothing is left.
"""

from django.db import transaction
from django.utils import timezone

from audit.record import Actor
from auth_import.backend_findings import DEPENDENTS
from auth_import.models import CognitoLink, UnpushedUnlink
from auth_import.unlinking import settle, waiting_of
from auth_import.unpushed import pause_after
from aws import amplify_apps
from aws.errors import AwsError, NotFound
from backend_state import known, store
from backend_state.document.changes import refuse_other_auth
from backend_state.document.problems import BackendProblem
from deployments import planning, preview_job, push_job, services
from deployments.finishing import words
from deployments.finishing.tasks import DEADLINE as DEADLINE
from deployments.finishing.words import GONE, NeedsPerson
from deployments.models import Deployment
from deployments.push_plan import PushPlan
from environments.models import Environment
from jobs import lifecycle
from jobs.lifecycle import JobCancelled, JobFailed, JobTakenOver, Run
from jobs.models import Job, Status

KIND = "finish-unlink"
STEPS = (
    ("look", "Look what the backend still has"),
    ("preview", "Preview the push that takes it out"),
    ("push", "Push exactly that"),
    ("verify", "See that nothing of it is left"),
)


def finish(run: Run) -> None:
    """The body of the job. It may run twice: a push that an earlier run has begun is ended first."""
    environment = run.job.environment
    if environment is None:
        raise JobFailed("The environment was removed meanwhile.", next_step="Nothing is left to do.")
    try:
        _finish(run, environment)
    except JobTakenOver:
        raise
    except JobCancelled:
        _keep(run, environment, words.cancelled())
        raise
    except (JobFailed, AwsError) as failure:
        raise _keep(run, environment, words.failure_of(failure)) from failure
    except Exception:
        _keep(run, environment, words.crashed())
        raise


def _finish(run: Run, environment: Environment) -> None:
    with run.step("look") as step:
        waiting = _claimed(run, environment)
        step.detail = _looked(run, environment, waiting) if waiting else _nothing(environment)
    with run.step("preview") as step:
        deployment = _previewed(run, environment) if _is_wanted(environment) else None
        step.detail = f"{len(deployment.document['files'])} files" if deployment else "There is nothing to push"
    with run.step("push") as step:
        if deployment is not None:
            _push(run, deployment)
        step.detail = "Pushed, and read back" if deployment else "There is nothing to push"
    with run.step("verify", cancellable=False) as step:
        if _is_wanted(environment):
            raise JobFailed("The push ended, and the backend still has the resource.", code="StillThere")
        step.detail = _nothing(environment)


def _is_wanted(environment: Environment) -> bool:
    """Whether the backend still has what was unlinked, and nothing else was linked meanwhile."""
    linked = CognitoLink.objects.filter(environment=environment).exists()
    return not linked and UnpushedUnlink.objects.filter(environment=environment).exists()


def _nothing(environment: Environment) -> str:
    link = CognitoLink.objects.filter(environment=environment).first()
    if link is not None:
        return f"{link.user_pool_name} was linked meanwhile, so nothing is to be taken out"
    return "Nothing is left of it in the backend"


@transaction.atomic
def _claimed(run: Run, environment: Environment) -> UnpushedUnlink | None:
    """The unlink, in the hands of this job alone; None when nothing is left to do."""
    Environment.objects.select_for_update().filter(pk=environment.pk).first()
    if not _is_wanted(environment):
        return None
    row = waiting_of(environment)
    assert row is not None
    if row.job_id != run.job.pk:
        if row.at_work:
            raise words.busy(f"“{row.at_work.title}” is at it already.")
        # Somebody has started an earlier job again.
        row.job, row.attempts = run.job, row.attempts + 1
    row.state, row.next_attempt = UnpushedUnlink.State.TRYING, timezone.now() + pause_after(row.attempts)
    row.save(update_fields=["job", "attempts", "state", "next_attempt"])
    return row


def _looked(run: Run, environment: Environment, waiting: UnpushedUnlink) -> str:
    """What the backend has of it, in words. Settles the unlink where nothing is left that could have any of it.

    Raises NeedsPerson where the console must not go on by itself, JobFailed and AwsError where it may try again.
    """
    _end_interrupted(run, environment)
    if not _is_wanted(environment):
        return _nothing(environment)
    gone = _gone_before(environment)
    reading = None if gone else planning.read(environment)
    if reading is not None:
        gone = next((one.code for one in reading.problems if one.code in GONE), "")
    if gone:
        settle(environment=environment, actor=actor_of(run), how=GONE[gone])
        return GONE[gone]
    assert reading is not None
    if reading.problems or reading.state is None:
        raise words.of_problem(_most_serious(reading))
    if not _is_wanted(environment):
        return _nothing(environment)
    known.remember(environment, reading.state, now=timezone.now())
    others = _others(waiting, reading.state)
    if others:
        how = f"The backend has nothing of it, as was found now, but {others}."
        settle(environment=environment, actor=actor_of(run), how=how)
        return how
    _require_the_unlinked(waiting, reading.state)
    return f"It has {waiting.user_pool_name}" if reading.state.document.imported else "It has no auth"


def _end_interrupted(run: Run, environment: Environment) -> None:
    """A push that was interrupted is finished or undone first, by this process if no other is at it."""
    try:
        job = services.resume(environment=environment, actor=actor_of(run))
    except services.NotPossible as refusal:
        raise words.busy(str(refusal)) from refusal
    if job is not None:
        ended = lifecycle.run_now(job, push_job.push)
        if Deployment.objects.filter(environment=environment).unsettled().exists():
            raise _failed(ended, "An interrupted push could not be ended yet.")


def _gone_before(environment: Environment) -> str:
    """For an environment whose stack and bucket were never asked for: "AppGone" where nobody can ask any more."""
    try:
        services.require_backend(environment)
    except services.NotPossible as refusal:
        try:
            amplify_apps.get_backend_environment(environment.target, environment.app_id, environment.name)
        except NotFound:
            return "AppGone"
        raise JobFailed(str(refusal), code="NotConnected") from refusal
    return ""


def _most_serious(reading: store.Reading) -> BackendProblem:
    """One that needs a person, if there is any; the others may pass by themselves."""
    problems = reading.problems or (words.UNREADABLE,)
    return next((one for one in problems if one.code not in words.MAY_PASS), problems[0])


def _others(waiting: UnpushedUnlink, state: store.CloudState) -> str:
    """The auth that the backend has where it was only assumed to have what was unlinked; "" where that may be so."""
    auth = state.document.auth
    if waiting.is_certain or not auth or any(one.user_pool_id == waiting.user_pool_id for one in auth):
        return ""
    return ", ".join(
        f"the user pool {one.user_pool_id}" if one.user_pool_id else f"the auth resource {one.name}" for one in auth
    )


def _require_the_unlinked(waiting: UnpushedUnlink, state: store.CloudState) -> None:
    """What would be taken out is what was unlinked, and nothing declares to need it."""
    document = state.document
    try:
        refuse_other_auth(document)
    except BackendProblem as problem:
        raise words.of_problem(problem) from problem
    there = document.imported
    if there is not None and there.user_pool_id not in ("", waiting.user_pool_id):
        raise words.somebody_else(there.user_pool_id, waiting.user_pool_name)
    declared = words.declared(document)
    if there is not None and declared:
        raise declared


def _previewed(run: Run, environment: Environment) -> Deployment | None:
    """The preview, None where the backend turns out to have nothing of it."""
    try:
        job = services.start_preview(environment=environment, actor=actor_of(run), send=False, leaves_rules=True)
    except services.NotPossible as refusal:
        raise words.busy(str(refusal)) from refusal
    ended = lifecycle.run_now(job, preview_job.preview)
    if ended.status != Status.SUCCEEDED:
        raise _failed(ended, "The push could not be previewed.")
    deployment = Deployment.objects.filter(pk=ended.result.get("deployment")).first()
    if deployment is None:
        return None
    if not _is_wanted(environment):
        # Somebody else has taken it out already, as the preview has seen; or other resources were linked meanwhile.
        services.discard(deployment=deployment)
        return None
    plan = PushPlan.from_dict(deployment.document)
    if not plan.leaves_rules:
        raise words.busy("Somebody previews a push of this environment at this moment.")
    if plan.blocking:
        first = plan.blocking[0]
        raise NeedsPerson(
            f"The checks do not allow the push. {first.title}: {first.observed}",
            next_step=first.cure.text or "Preview the push yourself, and look at the checks.",
            code=DEPENDENTS if first.id == DEPENDENTS else first.id,
        )
    return deployment


def _push(run: Run, deployment: Deployment) -> None:
    try:
        job = services.start_push(deployment=deployment, actor=actor_of(run), send=False)
    except services.NotPossible as refusal:
        raise words.busy(str(refusal)) from refusal
    ended = lifecycle.run_now(job, push_job.push)
    if ended.status != Status.SUCCEEDED:
        raise _failed(ended, "The push did not end.")


def _failed(ended: Job, otherwise: str) -> JobFailed:
    """How a job that this one has started ended, as the end of this one."""
    if not ended.is_finished:
        return words.busy(f"“{ended.title}” is at work.")
    return JobFailed(
        ended.error_words or otherwise,
        next_step=ended.error_next_step,
        code=ended.error_code,
        message=ended.error_message,
        action=ended.error_action,
        request_id=ended.error_request_id,
    )


def _keep(run: Run, environment: Environment, failure: JobFailed) -> JobFailed:
    """Keeps how the attempt ended with the unlink; answers the failure, which says as well what happens next."""
    states = UnpushedUnlink.State
    # What somebody has stopped, or another job has taken over meanwhile, stays as it is.
    rows = UnpushedUnlink.objects.filter(environment=environment, job=run.job, state=states.TRYING)
    told = {"words": failure.words, "next_step": failure.next_step, "code": failure.code[:100]}
    if isinstance(failure, NeedsPerson):
        rows.update(state=states.STOPPED, next_attempt=None, **told)
        return failure
    row = rows.first()
    if row is None or not _is_wanted(environment):
        # Nothing tries again while something else is linked.
        return failure
    pause = pause_after(row.attempts)
    rows.update(next_attempt=timezone.now() + pause, **told)
    failure.next_step = f"{failure.next_step} The console tries again by itself in {words.minutes(pause)}.".strip()
    return failure


def actor_of(run: Run) -> Actor:
    return Actor(name=run.job.actor_name, user_id=run.job.actor_id)
