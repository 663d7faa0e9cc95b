"""The sample account's Amplify backends: which app and environment shows what."""

from dataclasses import dataclass

from aws.sandbox import ids
from aws.sandbox.ids import HOME_REGION, OTHER_REGION

SHOP, LAB = "sampleshop", "backendlab"


@dataclass(frozen=True)
class Backend:
    """One backend environment of an app. `hex`: the end of its root stack's name."""

    app: str
    environment: str
    hex: str
    shows: str
    healthy: bool = True
    bucket_region: str = HOME_REGION

    @property
    def app_id(self) -> str:
        return ids.app_id(self.app)

    @property
    def stack_name(self) -> str:
        return f"amplify-{self.app}-{self.environment}-{self.hex}"

    @property
    def stack_id(self) -> str:
        return ids.stack_id(HOME_REGION, self.stack_name, self.stack_name)

    @property
    def deployment_bucket(self) -> str:
        return f"{self.stack_name}-deployment"

    @property
    def auth_role(self) -> str:
        return f"{self.stack_name}-authRole"

    @property
    def unauth_role(self) -> str:
        return f"{self.stack_name}-unauthRole"


BACKENDS: tuple[Backend, ...] = (
    Backend(SHOP, "dev", "3f2a1", "A GraphQL API with an API key, storage with guest read, a function; no auth"),
    Backend(SHOP, "prod", "9c04e", "Nothing but the root stack; auth is there and empty, as after unlinking"),
    Backend(
        SHOP,
        "staging",
        "5b7d8",
        "shop-users imported and pushed; the API's default auth is that pool, and a function depends on it",
    ),
    Backend(LAB, "foreign", "1a001", "Healthy, with unknown files, four-space JSON and keys in an unusual order"),
    Backend(LAB, "needspool", "1a002", "Healthy; storage with guest access, which a user pool alone cannot serve"),
    Backend(LAB, "versioned", "1a003", "Healthy; the deployment bucket keeps old versions"),
    Backend(LAB, "notazip", "1a004", "#current-cloud-backend.zip is no zip archive", healthy=False),
    Backend(LAB, "zipbomb", "1a005", "A small zip that unpacks to a hundred million bytes", healthy=False),
    Backend(LAB, "dotdot", "1a006", "A zip with entries that leave the folder: ../ and absolute paths", healthy=False),
    Backend(LAB, "nometa", "1a007", "The zip has no amplify-meta.json", healthy=False),
    Backend(LAB, "managed", "1a008", "Auth made by Amplify itself, not imported", healthy=False),
    Backend(LAB, "twoauths", "1a009", "Two auth resources", healthy=False),
    Backend(LAB, "underscore", "1a010", "An imported auth resource whose name has an underscore", healthy=False),
    Backend(LAB, "nobucket", "1a011", "The deployment bucket is gone", healthy=False),
    Backend(
        LAB, "elsewhere", "1a012", "The deployment bucket is in us-east-1", healthy=False, bucket_region=OTHER_REGION
    ),
    Backend(LAB, "stuck", "1a013", "The root stack is UPDATE_ROLLBACK_FAILED", healthy=False),
    Backend(LAB, "busy", "1a014", "deployment-state.json says that a deployment is running", healthy=False),
)


def backend(environment: str, app: str | None = None) -> Backend:
    """The backend of that environment name. Raises KeyError for an unknown one."""
    for one in BACKENDS:
        if one.environment == environment and app in (None, one.app):
            return one
    raise KeyError(environment)
