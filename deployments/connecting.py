"""Connecting backend environments that exist in AWS: what stands in the way of each, and the rows that are made."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from amplify_files.resource_name import is_amplify_environment_name
from audit.record import Actor
from aws import amplify_apps
from aws.amplify_apps import AmplifyApp, BackendEnvironment
from aws.errors import AwsError
from aws.side_by_side import Together, in_time
from aws.target import AwsTarget
from environments import services
from environments.backends import Backend, aws_words, read_backend
from environments.models import RESERVED_ENVIRONMENT_NAMES, Environment, Project
from environments.regions import default_region

APPS_AT_MOST = 300
"""Drawn on one screen; an account with more is asked to search by name."""


def usual_place(project: Project) -> AwsTarget:
    """The Region, role and external id most environments of the project use; else the console's own."""
    used = Counter(environment.target for environment in project.environments.order_by("pk"))
    return used.most_common(1)[0][0] if used else AwsTarget(region=default_region())


@dataclass(frozen=True, slots=True)
class Apps:
    """Those that match, the chosen one first. `total` counts all apps of the account and Region."""

    rows: tuple[AmplifyApp, ...]
    total: int
    matching: int
    account: str

    @property
    def unshown(self) -> int:
        return self.matching - len(self.rows)


def apps_of(target: AwsTarget, *, search: str = "", chosen: str = "") -> Apps:
    """Every Amplify app of the account and Region whose name or id has the search in it. Raises AwsError."""
    wanted = search.casefold()
    everything = in_time(lambda: tuple(amplify_apps.iter_apps(target)))
    found = [app for app in everything if wanted in app.name.casefold() or wanted in app.id.casefold()]
    found.sort(key=lambda app: (app.id != chosen, app.name.casefold(), app.id))
    account = everything[0].arn.split(":")[4] if everything and everything[0].arn.count(":") > 4 else ""
    return Apps(rows=tuple(found[:APPS_AT_MOST]), total=len(everything), matching=len(found), account=account)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One backend environment of the chosen app, and how it stands to this project."""

    backend: BackendEnvironment
    environment: Environment | None = None
    """The project's environment that is this one."""
    obstacle: str = ""
    way_on: str = ""

    @property
    def is_free(self) -> bool:
        return not self.environment and not self.obstacle


@dataclass(frozen=True, slots=True)
class ChosenApp:
    app: AmplifyApp
    candidates: tuple[Candidate, ...]

    @property
    def free(self) -> int:
        return sum(1 for one in self.candidates if one.is_free)


def read_app(target: AwsTarget, app_id: str) -> tuple[AmplifyApp, tuple[BackendEnvironment, ...]]:
    """The app and all of its backend environments. Raises AwsError."""
    with Together() as together:
        app = together.start(amplify_apps.get_app, target, app_id)
        listed = together.start(lambda: tuple(amplify_apps.iter_backend_environments(target, app_id)))
        return app.result(), listed.result()


def judged(project: Project, target: AwsTarget, app: AmplifyApp, backends: Sequence[BackendEnvironment]) -> ChosenApp:
    """The app with each of its backend environments as it stands to this project."""
    known = {environment.name: environment for environment in project.environments.all()}
    candidates = tuple(_candidate(backend, known, target, app.id) for backend in backends)
    return ChosenApp(app=app, candidates=candidates)


def _candidate(
    backend: BackendEnvironment, known: Mapping[str, Environment], target: AwsTarget, app_id: str
) -> Candidate:
    present = known.get(backend.name)
    if present and _is(present, target, app_id):
        return Candidate(backend, environment=present)
    obstacle, way_on = obstacle_of(backend.name, present)
    return Candidate(backend, obstacle=obstacle, way_on=way_on)


def _is(environment: Environment, target: AwsTarget, app_id: str) -> bool:
    """Whether it is the backend of this app; the role it is reached with may be another one."""
    return environment.is_amplify and (environment.app_id, environment.region) == (app_id, target.region)


def obstacle_of(name: str, present: Environment | None) -> tuple[str, str]:
    """Why an Amplify environment of this name cannot be one of the project, and how to go on; ("", "") when it can.

    `present` is the project's environment of that name.
    """
    if not is_amplify_environment_name(name):
        return (
            "The Amplify CLI knows only names of 2 to 10 lower-case letters.",
            "Add an environment with such a name (amplify env add) and connect that one.",
        )
    if name in RESERVED_ENVIRONMENT_NAMES:
        return (
            f"“{name}” is the name of a page of this console.",
            "Add an environment of another name (amplify env add) and connect that one.",
        )
    if present is None:
        return "", ""
    if present.is_amplify:
        return (
            f"This project's “{name}” is an environment of the app {present.app_id} in {present.region}.",
            "Connect this one in a project of its own.",
        )
    return (
        f"This project has a standalone environment “{name}”.",
        "Remove that one from the console (nothing changes in AWS), or connect this one in a project of its own.",
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one environment that was to be connected; without `environment`, `words` say why."""

    name: str
    environment: Environment | None = None
    words: str = ""
    is_new: bool = False


def connect(
    *, project: Project, target: AwsTarget, app_id: str, names: Iterable[str], actor: Actor
) -> tuple[Outcome, ...]:
    """Connect backend environments of an app, each checked against AWS and each for itself: whole or not at all.

    One that is connected already stays as it is. Nothing is changed in AWS.
    """
    wanted = list(dict.fromkeys(names))
    known = {environment.name: environment for environment in project.environments.all()}
    outcomes: dict[str, Outcome] = {}
    for name in wanted:
        present = known.get(name)
        obstacle, way_on = obstacle_of(name, present)
        if present and _is(present, target, app_id):
            outcomes[name] = Outcome(name, present, "It was connected already.")
        elif obstacle:
            outcomes[name] = Outcome(name, words=f"{obstacle} {way_on}")
    for name, read in _backends(target, app_id, [name for name in wanted if name not in outcomes]).items():
        outcomes[name] = read if isinstance(read, Outcome) else _made(project, target, app_id, name, read, actor)
    return tuple(outcomes[name] for name in wanted)


def _backends(target: AwsTarget, app_id: str, names: Sequence[str]) -> dict[str, Backend | Outcome]:
    """Each backend as AWS knows it, asked side by side; an Outcome with words where it cannot be connected."""
    read: dict[str, Backend | Outcome] = {}
    with Together() as together:
        pending = {name: together.start(read_backend, target, app_id=app_id, name=name) for name in names}
        for name, one in pending.items():
            try:
                read[name] = one.result()
            except ValidationError as error:
                read[name] = Outcome(name, words=" ".join(error.messages))
            except AwsError as error:
                read[name] = Outcome(name, words=aws_words(error))
    return read


def _made(project: Project, target: AwsTarget, app_id: str, name: str, read: Backend, actor: Actor) -> Outcome:
    try:
        environment = services.create_environment(
            project=project,
            actor=actor,
            name=name,
            kind=Environment.Kind.AMPLIFY,
            region=target.region,
            role_arn=target.role_arn,
            external_id=target.external_id,
            app_id=app_id,
            app_name=read.app_name,
            stack_name=read.stack_name,
            deployment_bucket=read.deployment_bucket,
        )
    except ValidationError as error:
        return Outcome(name, words=" ".join(error.messages))
    return Outcome(name, environment, is_new=True)
