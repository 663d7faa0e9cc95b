"""The cloud state of an Amplify environment where it lies: read as one, and written piece by piece with conditions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aws import amplify_apps, environment_parameters, stacks, stored_objects
from aws.errors import AccessDenied, AwsError, NotFound, Rejected
from aws.side_by_side import Pending, Together
from aws.stacks import Stack
from aws.stored_objects import StoredObject
from aws.target import AwsTarget
from backend_state.document import parameters
from backend_state.document.archive import LARGEST_ARCHIVE, too_large
from backend_state.document.problems import BackendProblem
from backend_state.document.state import CONFIG, DEPLOYMENT_STATE, META, STUDIO, ZIP, BackendDocument

LARGEST_JSON = 64 * 1024 * 1024
BUSY = frozenset({"DEPLOYING", "ROLLING_BACK"})
"""What `deployment-state.json` says while the Amplify CLI is at work (Amplify project format, section 6.4)."""

UPDATABLE = frozenset(
    {
        "CREATE_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
    }
)
"""The statuses of a stack in which CloudFormation accepts an update."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an environment's state lies."""

    target: AwsTarget
    app_id: str
    environment: str
    stack_name: str
    bucket: str

    @property
    def parameter_path(self) -> str:
        return parameters.path(self.app_id, self.environment)


@dataclass(frozen=True, slots=True)
class CloudState:
    """Everything a push looks at. Objects that are not there have the etag ""."""

    document: BackendDocument
    etags: Mapping[str, str]
    """Of the zip, the two JSON files beside it, and deployment-state.json, by key."""
    root_files: Mapping[str, bytes] = field(repr=False)
    """The JSON files beside the zip as they are; absent ones are missing here."""
    studio: Mapping[str, str] = field(repr=False)
    """Every key below `studio-backend/`, with its etag."""
    parameters: Mapping[str, str] = field(repr=False)
    stack: Stack | None
    template: Mapping[str, Any] = field(repr=False)
    deployment_state: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read, and everything that is wrong with it. `state` is None where the backend is not readable."""

    state: CloudState | None
    problems: tuple[BackendProblem, ...]


def read(place: Place, *, seconds: float | None = None) -> Reading:
    """Read the whole state by calls side by side. What cannot be read becomes a problem, never an exception.

    Transient failures of AWS (throttled, unreachable) are raised as the AwsError they are, because nothing is known
    then, and trying again is the cure.
    """
    found = _Found(place)
    with Together(seconds=seconds) as together:
        environment = together.start(
            amplify_apps.get_backend_environment, place.target, place.app_id, place.environment
        )
        objects = {
            key: together.start(read_object, place, key, limit=LARGEST_ARCHIVE if key == ZIP else LARGEST_JSON)
            for key in (ZIP, META, CONFIG, DEPLOYMENT_STATE)
        }
        studio = together.start(_studio, place)
        values = together.start(read_parameters, place)
        stack = together.start(stacks.describe_stack, place.target, place.stack_name)
        template = together.start(stacks.template_of, place.target, place.stack_name)
        found.take(environment)
        archive = found.take(objects[ZIP])
        rest = {key: found.take(objects[key]) for key in (META, CONFIG, DEPLOYMENT_STATE)}
        etags = found.take(studio)
        stored = found.take(values)
        described, body = found.take(stack), found.take(template)
    document = found.document(archive)
    if described is not None:
        found.judge_stack(described)
    held = rest[DEPLOYMENT_STATE]
    if held is not None:
        found.judge_deployment(held.body)
    if document is None or etags is None or stored is None or archive is None:
        return Reading(None, tuple(found.problems))
    state = CloudState(
        document=document,
        etags={ZIP: archive.etag, **{key: one.etag if one else "" for key, one in rest.items()}},
        root_files={key: one.body for key in (META, CONFIG) if (one := rest[key])},
        studio=etags,
        parameters=stored,
        stack=described,
        template=body or {},
        deployment_state=held.body if held else b"",
    )
    return Reading(state, tuple(found.problems))


def read_object(place: Place, key: str, *, limit: int = LARGEST_JSON) -> StoredObject | None:
    """An object of the bucket, None where there is none. Raises AwsError."""
    try:
        return stored_objects.read_object(place.target, place.bucket, key, limit=limit)
    except NotFound as error:
        if error.code == "NoSuchBucket":
            raise
        return None


def read_parameters(place: Place) -> dict[str, str]:
    """The environment's parameters by full name."""
    return {one.name: one.value for one in environment_parameters.iter_parameters(place.target, place.parameter_path)}


def _studio(place: Place) -> dict[str, str]:
    return {one.key: one.etag for one in stored_objects.iter_objects(place.target, place.bucket, STUDIO)}


class _Found:
    """Collects the problems of one reading, each cause once."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.problems: list[BackendProblem] = []

    def add(self, problem: BackendProblem) -> None:
        # Several calls meet the same obstacle, each with a request id of its own in the detail.
        if all((problem.code, problem.words) != (one.code, one.words) for one in self.problems):
            self.problems.append(problem)

    def take(self, pending: "Pending[Any]") -> Any:
        """The answer, or None after its error has become a problem."""
        try:
            return pending.result()
        except AwsError as error:
            if error.retryable:
                raise
            self.add(problem_of(error, self.place))
            return None

    def document(self, archive: StoredObject | None) -> BackendDocument | None:
        if archive is None:
            if not self.problems:
                self.add(no_archive(self.place))
            return None
        try:
            return BackendDocument.parse(archive.body)
        except BackendProblem as problem:
            self.add(problem)
            return None

    def judge_stack(self, stack: Stack) -> None:
        if stack.is_busy:
            self.add(
                BackendProblem(
                    "StackBusy",
                    f"The root stack {stack.name} is being changed at this moment ({stack.status}).",
                    next_step="Wait until that is finished, then look at this page again.",
                )
            )
        elif stack.status not in UPDATABLE:
            self.add(
                BackendProblem(
                    "StackStuck",
                    f"The root stack {stack.name} is in {stack.status}, in which CloudFormation accepts no change.",
                    next_step="Bring it back first: aws cloudformation continue-update-rollback --stack-name "
                    f"{stack.name} --region {self.place.target.region}, or in the CloudFormation console.",
                    detail=stack.status_reason,
                )
            )

    def judge_deployment(self, body: bytes) -> None:
        if deployment_status(body) in BUSY:
            self.add(
                BackendProblem(
                    "DeploymentInProgress",
                    "Somebody is deploying this environment at this moment (deployment-state.json).",
                    next_step="Wait until that push is finished. If it was broken off, run amplify push --force there.",
                )
            )


def no_archive(place: Place) -> BackendProblem:
    return BackendProblem(
        "NoArchive",
        f"The deployment bucket {place.bucket} has no {ZIP}.",
        next_step="Push it once with the Amplify CLI (amplify push), then pull here again.",
    )


def deployment_status(body: bytes) -> str:
    """The status in a `deployment-state.json`; "" where it says none."""
    try:
        value = json.loads(body)
    except ValueError:
        return ""
    return str(value.get("status", "")) if isinstance(value, dict) else ""


def problem_of(error: AwsError, place: Place) -> BackendProblem:
    """What a refusal of AWS means for the environment, in words."""
    what = error.action.partition(":")[0]
    detail = ", ".join(part for part in (error.code, error.message, error.action, error.request_id) if part)
    if isinstance(error, AccessDenied):
        return BackendProblem(
            "AccessDenied",
            "The console's AWS credentials may not do this: " + (error.action or "the call") + ".",
            next_step="Allow it in the policy of the environment's role (docs/permissions.md has the whole policy).",
            detail=detail,
        )
    if error.code == "WrongRegion":
        return BackendProblem(
            "WrongRegion",
            f"The deployment bucket {place.bucket} is not in {place.target.region}.",
            next_step="Set the environment's Region to that of its backend (Environment settings).",
            detail=detail,
        )
    if error.code == "TooLarge":
        return too_large(LARGEST_ARCHIVE)
    if isinstance(error, NotFound) and error.code == "NoSuchBucket":
        return BackendProblem(
            "BucketGone",
            f"The deployment bucket {place.bucket} no longer exists.",
            next_step="Check the Region and the account. If the bucket was deleted, the backend cannot be pushed any "
            "more: unlink here works all the same, and a new environment can be connected.",
            detail=detail,
        )
    if isinstance(error, NotFound) and what == "amplify":
        return BackendProblem(
            "AppGone",
            f"The Amplify app {place.app_id} or its environment {place.environment} no longer exists.",
            next_step="Connect another app (Environment settings), or remove this environment from the console.",
            detail=detail,
        )
    if isinstance(error, NotFound) and what == "cloudformation":
        return BackendProblem(
            "StackGone",
            f"The root stack {place.stack_name} does not exist in {place.target.region}.",
            next_step="Check the Region and the account; without its root stack the environment cannot be pushed.",
            detail=detail,
        )
    return BackendProblem("Refused", f"{error.words} {error.message}", next_step=error.next_step, detail=detail)


def write(place: Place, key: str, body: bytes, *, expected: str | None) -> str:
    """Write an object of the bucket; `expected` as `aws.stored_objects.write_object` has it. Answers the new etag.

    Raises BackendProblem "CloudChanged" when somebody else was there first, and AwsError.
    """
    try:
        return stored_objects.write_object(place.target, place.bucket, key, body, expected=expected)
    except Rejected as error:
        if error.code != "PreconditionFailed":
            raise
        raise cloud_changed(f"{key} was written by somebody else.") from error


def remove(place: Place, key: str) -> None:
    stored_objects.delete_object(place.target, place.bucket, key)


def cloud_changed(detail: str) -> BackendProblem:
    """An `amplify push` from somewhere else came in between. What was written before that, only the caller knows."""
    return BackendProblem(
        "CloudChanged",
        "The cloud changed since you looked.",
        next_step="Preview the push again: the fresh plan shows what is there now.",
        detail=detail,
    )
