"""What depends on auth (section 5.4) and what it must offer (section 8.2), each row of the tables."""

from typing import Any

import pytest

from backend_state.document import facts
from backend_state.document.facts import NEEDS_GUESTS, NEEDS_IDENTITY_POOL
from backend_state.document.state import BackendDocument
from tests.backend_state.backends import ON_AUTH, Parts, empty, everything
from tests.backend_state.zips import streamed


def backend(category: str, service: str, files: dict[str, Any] | None = None, **entry: Any) -> BackendDocument:
    parts = Parts(linked=True)
    parts.add(category, "thing", {"service": service, "providerPlugin": "awscloudformation", **entry}, files or {})
    return BackendDocument.parse(streamed(parts.all()))


def modes(default: str, *others: str) -> dict[str, Any]:
    return {
        "authConfig": {
            "defaultAuthentication": {"authenticationType": default},
            "additionalAuthenticationProviders": [{"authenticationType": one} for one in others],
        }
    }


def rest(*settings: str) -> dict[str, Any]:
    return {
        "cli-inputs.json": {
            "paths": {f"/{number}": {"permissions": {"setting": one}} for number, one in enumerate(settings)}
        }
    }


POOLS, KEY, IAM = "AMAZON_COGNITO_USER_POOLS", "API_KEY", "AWS_IAM"
DECLARED, USED, FREE = "declared", "used", "free"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (backend("api", "AppSync", dependsOn=[ON_AUTH], output=modes(POOLS)), DECLARED),
        (backend("api", "AppSync", dependsOn=[ON_AUTH], output=modes(KEY)), DECLARED),
        (backend("api", "AppSync", output=modes(POOLS)), USED),
        (backend("api", "AppSync", output=modes(KEY, IAM, POOLS)), USED),
        (backend("api", "AppSync", output=modes(KEY, IAM)), USED),
        (backend("api", "AppSync", output=modes(KEY)), FREE),
        (backend("api", "AppSync", output={}), FREE),
        (backend("api", "API Gateway", dependsOn=[ON_AUTH]), DECLARED),
        (backend("api", "API Gateway", rest("private", "open")), USED),
        (backend("api", "API Gateway", rest("protected")), USED),
        (backend("api", "API Gateway", rest("open", "open")), FREE),
        (backend("api", "API Gateway"), USED),  # Nothing says that it is open.
        (backend("storage", "S3", dependsOn=[ON_AUTH]), DECLARED),
        (backend("storage", "S3", dependsOn=[]), USED),
        (backend("storage", "DynamoDB"), FREE),
        (backend("function", "Lambda", dependsOn=[ON_AUTH]), DECLARED),
        (backend("function", "Lambda", dependsOn=[{"category": "storage", "resourceName": "x"}]), FREE),
        (backend("function", "Lambda", dependsOn="odd"), FREE),
        (backend("function", "Lambda", dependsOn=["odd", None]), FREE),
        (backend("analytics", "Pinpoint"), DECLARED),
        (backend("analytics", "Kinesis"), DECLARED),
        (backend("geo", "Map", dependsOn=[ON_AUTH]), DECLARED),
        (backend("geo", "Map"), FREE),
        (backend("predictions", "Translate", dependsOn=[ON_AUTH]), DECLARED),
        (backend("predictions", "Translate"), FREE),
        (backend("custom", "customCDK", dependsOn=[ON_AUTH]), DECLARED),
        (backend("interactions", "Lex"), USED),
        (backend("hosting", "amplifyhosting"), FREE),
        (backend("hosting", "S3AndCloudFront"), FREE),
    ],
)
def test_what_depends_on_auth(document: BackendDocument, expected: str) -> None:
    found = facts.dependents(document)
    if expected == FREE:
        assert found == ()
        return
    (one,) = found
    assert one.resource.endswith("/thing")
    assert one.declared == (expected == DECLARED)
    assert one.words.endswith(".")


S3 = "storage", "S3"


@pytest.mark.parametrize(
    ("document", "need", "weakens"),
    [
        (backend(*S3, {"cli-inputs.json": {"storageAccess": "auth", "guestAccess": []}}), NEEDS_IDENTITY_POOL, False),
        (backend(*S3, {"cli-inputs.json": {"guestAccess": ["READ"]}}), NEEDS_GUESTS, False),
        (backend(*S3, {"parameters.json": {"selectedGuestPermissions": ["s3:GetObject"]}}), NEEDS_GUESTS, False),
        (backend(*S3, {"build/parameters.json": {"s3PermissionsGuestPublic": "s3:GetObject"}}), NEEDS_GUESTS, False),
        (backend(*S3, {"parameters.json": {"s3PermissionsGuestPublic": "DISALLOW"}}), NEEDS_IDENTITY_POOL, False),
        (backend(*S3), NEEDS_IDENTITY_POOL, False),
        (backend("storage", "DynamoDB"), None, False),
        (backend("predictions", "Translate", {"parameters.json": {"access": "auth"}}), NEEDS_IDENTITY_POOL, False),
        (backend("predictions", "Translate", {"parameters.json": {"access": "authAndGuest"}}), NEEDS_GUESTS, False),
        (backend("analytics", "Pinpoint"), NEEDS_GUESTS, False),
        (backend("analytics", "Kinesis"), NEEDS_IDENTITY_POOL, False),
        (backend("interactions", "Lex"), NEEDS_GUESTS, False),
        (backend("notifications", "Pinpoint"), NEEDS_GUESTS, False),
        (backend("geo", "Map", accessType="AuthorizedAndGuestUsers"), NEEDS_GUESTS, False),
        (backend("geo", "Map", {"parameters.json": {"accessType": "AuthorizedAndGuestUsers"}}), NEEDS_GUESTS, False),
        (backend("geo", "Map", accessType="AuthorizedUsers"), None, False),
        (backend("api", "AppSync", output=modes(POOLS)), None, False),
        (backend("api", "AppSync", output=modes(KEY, IAM)), NEEDS_IDENTITY_POOL, True),
        (backend("api", "API Gateway"), None, False),
        (backend("function", "Lambda"), None, False),
        (backend("custom", "customCDK"), None, False),
        (backend("hosting", "amplifyhosting"), None, False),
    ],
)
def test_what_a_resource_needs(document: BackendDocument, need: str | None, weakens: bool) -> None:
    assert facts.unmet_requirements(document, identity_pool=True, guests=True) == ()
    without_guests = facts.unmet_requirements(document, identity_pool=True, guests=False)
    assert [one.need for one in without_guests] == ([NEEDS_GUESTS] if need == NEEDS_GUESTS else [])
    pool_only = facts.unmet_requirements(document, identity_pool=False, guests=False)
    # Without an identity pool that alone is said: guests are a property of it.
    assert [(one.need, one.weakens) for one in pool_only] == ([(NEEDS_IDENTITY_POOL, weakens)] if need else [])
    assert all(one.resource in one.words for one in pool_only + without_guests)


def test_auth_itself_is_no_dependent_and_needs_nothing() -> None:
    document = BackendDocument.parse(empty(linked=True))
    assert facts.dependents(document) == ()
    assert facts.unmet_requirements(document, identity_pool=False, guests=False) == ()


def test_a_backend_of_all_categories() -> None:
    document = BackendDocument.parse(everything(linked=True))
    assert {one.resource: one.declared for one in facts.dependents(document)} == {
        "api/shopapi": True,
        "api/orders": False,
        "storage/photos": False,
        "function/admins": True,
        "analytics/clicks": True,
        "interactions/bot": False,
        "notifications/Pinpoint": False,
    }
    unmet = facts.unmet_requirements(document, identity_pool=False, guests=False)
    assert {one.resource: one.weakens for one in unmet} == {
        "api/shopapi": True,
        "storage/photos": False,
        "analytics/clicks": False,
        "predictions/words": False,
        "interactions/bot": False,
        "notifications/Pinpoint": False,
    }


OTHER = "eu-west-1_Zq3LmN0pA"


@pytest.mark.parametrize(
    ("template", "depends", "expected"),
    [
        ({"Resource": [{"Fn::Join": ["", ["arn:", ":userpool/", OTHER]]}]}, True, (OTHER,)),
        ({"Resource": [{"Fn::Join": ["", ["arn:", ":userpool/", "eu-west-1_New0Pool1"]]}]}, True, ()),
        ({"Resource": [{"Fn::Join": ["", ["arn:", ":userpool/", {"Ref": "authshopUserPoolId"}]]}]}, True, ()),
        # A function that does not depend on auth may name whatever pool it likes.
        ({"Resource": OTHER}, False, ()),
    ],
)
def test_functions_whose_policy_names_another_pool(template: Any, depends: bool, expected: tuple[str, ...]) -> None:
    document = backend(
        "function",
        "Lambda",
        {"thing-cloudformation-template.json": template},
        dependsOn=[ON_AUTH] if depends else [],
    )
    found = facts.literal_pools(document, "eu-west-1_New0Pool1")
    assert [(one.resource, one.pools) for one in found] == ([("function/thing", expected)] if expected else [])
