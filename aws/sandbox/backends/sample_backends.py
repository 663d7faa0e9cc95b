"""Which backend of the catalogue holds what."""

import json
from collections.abc import Callable
from typing import Any

from aws.sandbox import ids
from aws.sandbox.amplify import amplify_backends
from aws.sandbox.backends.api import graphql_api
from aws.sandbox.backends.category import Resource
from aws.sandbox.backends.function import function
from aws.sandbox.backends.imported_auth import imported_auth
from aws.sandbox.backends.planting import ZIP, is_planted, plant, put, s3, upload
from aws.sandbox.backends.storage import storage
from aws.sandbox.backends.texts import PUSHED, json_text, zipped
from aws.sandbox.catalogue import scenario
from aws.sandbox.catalogue_backends import BACKENDS, LAB, SHOP, Backend
from aws.sandbox.cloudformation.backend import cloudformation_backends
from aws.sandbox.ids import ACCOUNT_ID, HOME_REGION

GOOGLE_CLIENT = "123456789012-sampleshop.apps.googleusercontent.com"
_APPS = {SHOP: "The sample shop's backend", LAB: "One environment for each thing that can be wrong with a backend"}


def seed_backends() -> None:
    """Plant the apps and environments that are missing."""
    amplify = amplify_backends[ACCOUNT_ID][HOME_REGION]
    for name, description in _APPS.items():
        if ids.app_id(name) not in amplify.apps:
            amplify.create_app({"name": name, "description": description}, app_id=ids.app_id(name))
    for backend in BACKENDS:
        if not is_planted(backend):
            _PLANTED[backend.environment](backend)


def _dev(backend: Backend) -> None:
    plant(backend, [graphql_api(backend), storage(backend), function(backend)])


def _bare(backend: Backend) -> None:
    plant(backend, empty=["auth"])


def _staging(backend: Backend) -> None:
    good = scenario("good")
    auth = imported_auth(good, SHOP, google=GOOGLE_CLIENT)
    api = graphql_api(backend, auth=SHOP, pool_id=good.pool_id)
    plant(backend, [auth, api, function(backend, auth=SHOP, pool_id=good.pool_id)])


def _foreign(backend: Backend) -> None:
    files = plant(
        backend,
        [storage(backend, "documents")],
        indent=4,
        extra={
            "hooks/README.md": "# Somebody's own notes\n",
            "custom/alarms/settings.json": '{ "threshold" : 3,\n\t"names": ["ü", "ß", "日本"] }',
            "custom/alarms/logo.bin": bytes(range(256)),
        },
    )
    # Providers last and categories the other way round: an order nobody's program writes, and any program must keep.
    meta: dict[str, Any] = json.loads(files["amplify-meta.json"])
    files["amplify-meta.json"] = json_text(dict(reversed(meta.items())), indent=4)
    upload(backend, files)


def _needs_pool(backend: Backend) -> None:
    plant(backend, [storage(backend)])


def _versioned(backend: Backend) -> None:
    files = plant(backend, empty=["auth"])
    s3().put_bucket_versioning(backend.deployment_bucket, "Enabled")
    upload(backend, files)


def _not_a_zip(backend: Backend) -> None:
    plant(backend)
    put(backend, ZIP, b"This is no archive.\n" * 20)


def _zip_bomb(backend: Backend) -> None:
    files = plant(backend)
    put(backend, ZIP, zipped({**files, "custom/padding.bin": bytes(100_000_000)}, level=1))


def _dot_dot(backend: Backend) -> None:
    files = plant(backend)
    outside = {"../../outside.txt": "outside", "/etc/outside.txt": "outside", "api/../../outside.json": "{}"}
    put(backend, ZIP, zipped({**files, **outside}))


def _no_meta(backend: Backend) -> None:
    files = plant(backend)
    put(backend, ZIP, zipped({name: body for name, body in files.items() if name != "amplify-meta.json"}))


def _managed(backend: Backend) -> None:
    plant(backend, [_managed_auth()])


def _managed_auth() -> Resource:
    config = {
        "customAuth": False,
        "dependsOn": [],
        "frontendAuthConfig": {"usernameAttributes": ["EMAIL"], "mfaConfiguration": "OFF"},
        "providerPlugin": "awscloudformation",
        "service": "Cognito",
    }  # fmt: skip
    pool = scenario("user-pool-only")
    output = {"UserPoolId": pool.pool_id, "AppClientIDWeb": pool.web_client_id, "AppClientID": pool.native_client_id}
    cli_inputs = {"version": "1", "cognitoConfig": {"resourceName": "backendlab5f3a", "authSelections": "userPoolOnly"}}
    return Resource(
        "auth",
        "backendlab5f3a",
        config,
        {"cli-inputs.json": json_text(cli_inputs), "build/parameters.json": "{}"},
        meta_entry={**config, "output": output, "lastPushTimeStamp": PUSHED},
    )


def _two_auths(backend: Backend) -> None:
    pool = scenario("user-pool-only")
    plant(backend, [imported_auth(pool, "backendlab"), imported_auth(pool, "backendlabtwo")])


def _underscore(backend: Backend) -> None:
    plant(backend, [imported_auth(scenario("user-pool-only"), "backend_lab")])


def _no_bucket(backend: Backend) -> None:
    plant(backend)
    bucket = s3().get_bucket(backend.deployment_bucket)
    for key in list(bucket.keys):
        s3().delete_object(backend.deployment_bucket, key)
    s3().delete_bucket(backend.deployment_bucket)


def _stuck(backend: Backend) -> None:
    plant(backend)
    stack = cloudformation_backends[ACCOUNT_ID][HOME_REGION].stack(backend.stack_name)
    reason = "The following resource(s) failed to update: [AuthRole]. "
    for status in ("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"):
        stack.record(None, status, reason if "ROLLBACK" in status else "User Initiated")


def _busy(backend: Backend) -> None:
    plant(backend)
    steps = [{"stackTemplateUrl": "", "stackName": backend.stack_name, "status": "DEPLOYING"}]
    state = {"version": "1", "startedAt": PUSHED, "currentStepIndex": 0, "steps": steps, "status": "DEPLOYING"}
    put(backend, "deployment-state.json", json_text(state))


_PLANTED: dict[str, Callable[[Backend], None]] = {
    "dev": _dev,
    "prod": _bare,
    "staging": _staging,
    "foreign": _foreign,
    "needspool": _needs_pool,
    "versioned": _versioned,
    "notazip": _not_a_zip,
    "zipbomb": _zip_bomb,
    "dotdot": _dot_dot,
    "nometa": _no_meta,
    "managed": _managed,
    "twoauths": _two_auths,
    "underscore": _underscore,
    "nobucket": _no_bucket,
    "elsewhere": _bare,
    "stuck": _stuck,
    "busy": _busy,
}
