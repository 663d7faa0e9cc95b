"""Where a data model can be read: the APIs of an Amplify backend, and those of AppSync."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError

from auth_import.preflight import link_of
from aws import graphql_apis
from aws.graphql_apis import GraphqlApi
from aws.side_by_side import Together, in_time
from backend_state import store
from backend_state.document import api_modes
from backend_state.document.archive import LARGEST_ARCHIVE
from backend_state.document.problems import BackendProblem
from backend_state.document.state import ZIP, BackendDocument
from backend_state.store import Place
from data_authorization.graphql_schema.compiled import rebuilt
from data_authorization.graphql_schema.reading import LONGEST
from data_authorization.models import DataModel
from data_authorization.presentation import mode_words
from environments.backends import connect_backend
from environments.models import Environment

ROWS = 25
"""APIs on the screen at a time."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An API whose schema can be read. `refusal` says why it cannot, "" when it can."""

    id: str
    name: str
    modes: tuple[str, ...] = ()
    refusal: str = ""
    lets_in_linked_pool: bool = False

    @property
    def mode_words(self) -> list[str]:
        return mode_words(self.modes)


@dataclass(frozen=True, slots=True)
class Found:
    """A schema that was read, as `services.change_base` takes it."""

    source: str
    api: str
    api_name: str
    text: str
    modes: tuple[str, ...]
    is_compiled: bool = False
    """A compiler made it: its models are rebuilt, and their rules are not in it."""


@dataclass(frozen=True, slots=True)
class Offers:
    """One screen of APIs. `more` is how many rows the next screen shows, 0 where these are all."""

    rows: tuple[Offer, ...]
    total: int
    more: int = 0


# --- An Amplify backend ---


def _place_of(environment: Environment) -> Place:
    """Raises BackendProblem for an environment whose stack and bucket nobody knows."""
    if not (environment.stack_name and environment.deployment_bucket):
        try:
            connect_backend(environment)
        except ValidationError as error:
            raise BackendProblem(
                "NotConnected",
                " ".join(error.messages),
                next_step="Connect the environment under Environment settings, or paste the schema below.",
            ) from error
        environment.save(update_fields=["stack_name", "deployment_bucket", "app_name"])
    return Place(
        target=environment.target,
        app_id=environment.app_id,
        environment=environment.name,
        stack_name=environment.stack_name,
        bucket=environment.deployment_bucket,
    )


def _backend(environment: Environment) -> BackendDocument:
    """The backend as it was pushed last. Raises BackendProblem and AwsError."""
    place = _place_of(environment)
    archive = in_time(lambda: store.read_object(place, ZIP, limit=LARGEST_ARCHIVE))
    if archive is None:
        raise store.no_archive(place)
    return BackendDocument.parse(archive.body)


def backend_offers(environment: Environment) -> tuple[Offer, ...]:
    """The GraphQL APIs of the backend. Raises BackendProblem and AwsError."""
    document = _backend(environment)
    return tuple(
        Offer(
            id=one.name,
            name=one.name,
            modes=api_modes.modes_of(document, one.name),
            refusal=_refusal(document, one.name),
        )
        for one in document.resources
        if one.category == "api" and one.service == "AppSync"
    )


def _refusal(document: BackendDocument, api: str) -> str:
    path, folder = _path(api), f"api/{api}/schema/"
    if path in document:
        return ""
    if any(name.startswith(folder) for name in document.names):
        return f"Its schema is several files ({folder}*.graphql). Edit them in the app's repository."
    return f"It has no {path}. Push it once with the Amplify CLI (amplify push --force)."


def _path(api: str) -> str:
    return f"api/{api}/schema.graphql"


def read_backend(environment: Environment, api: str) -> Found:
    """The schema of one API of the backend, character by character. Raises BackendProblem and AwsError."""
    document = _backend(environment)
    path = _path(api)
    if not any(one.label == f"api/{api}" for one in document.resources):
        raise BackendProblem(
            "NoApi",
            f"The backend has no API {api}." if api else "No API was named.",
            next_step="Choose another API, or paste the schema. A draft of it stays in the history.",
        )
    if path not in document:
        raise BackendProblem(
            "NoSchema",
            f"The API {api} of the backend has no schema here. {_refusal(document, api)}",
            next_step="Choose another API, or paste the schema.",
        )
    body = document.read(path)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BackendProblem(
            "NotUtf8",
            f"{path} is not UTF-8: byte {error.start + 1} cannot be read.",
            next_step="Save the file as UTF-8 in the app's repository and push it with the Amplify CLI.",
        ) from error
    if len(text) > LONGEST:
        raise BackendProblem("TooLarge", f"{path} is longer than {LONGEST:,} characters.")
    return Found(DataModel.Source.BACKEND, api, api, text, api_modes.modes_of(document, api))


# --- AppSync ---


def appsync_offers(environment: Environment, *, search: str = "", shown: int = ROWS) -> Offers:
    """APIs of the environment's Region by name, those that let the linked pool in first. Raises AwsError."""
    link = link_of(environment)
    listed = in_time(lambda: tuple(graphql_apis.iter_graphql_apis(environment.target)))
    wanted = search.casefold()
    rows = [
        Offer(
            id=one.id,
            name=one.name,
            modes=one.modes,
            lets_in_linked_pool=bool(link and link.user_pool_id in one.user_pool_ids),
        )
        for one in listed
        if wanted in one.name.casefold() or wanted in one.id.casefold()
    ]
    rows.sort(key=lambda row: (not row.lets_in_linked_pool, row.name.casefold(), row.id))
    more = shown + ROWS if len(rows) > shown else 0
    return Offers(tuple(rows[:shown]), len(rows), more)


def read_appsync(environment: Environment, api_id: str) -> Found:
    """The schema of an AppSync API; where the transformer compiled it, the models behind it.

    Raises AwsError, and SchemaUnreadable where what AppSync answers cannot be read.
    """
    with Together() as together:
        api = together.start(graphql_apis.get_graphql_api, environment.target, api_id)
        sdl = together.start(graphql_apis.introspection_schema, environment.target, api_id)
        known: GraphqlApi = api.result()
        found = rebuilt(sdl.result())
    name = known.name[:200]
    return Found(DataModel.Source.APPSYNC, known.id, name, found.text, known.modes, is_compiled=bool(found.models))


def read_again(environment: Environment, row: DataModel) -> Found:
    """What the data model's own source has now. Raises BackendProblem, AwsError and SchemaUnreadable."""
    read = read_backend if row.source == DataModel.Source.BACKEND else read_appsync
    return read(environment, row.api)
