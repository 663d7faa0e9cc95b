"""What comes along to a new backend: sources and settings, nothing that a push has put there, and no secret."""

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from backend_state.document import carry_over, changes
from backend_state.document.changes import ImportAuth
from backend_state.document.state import BackendDocument
from tests.backend_state import backends
from tests.backend_state.samples import CONTEXT, IDENTITY_POOL, POOL_ID

EMPTY = BackendDocument.parse(backends.empty(linked=False))
MADE_BY_A_PUSH = {"lastPushTimeStamp", "lastPushDirHash", "providerMetadata", "distZipFilename", "s3Bucket"}


def survey(source: BackendDocument, **wishes: Any) -> carry_over.Carrying:
    return carry_over.survey(source, **{"data_model": True, "functions": True, "auth": "shop", **wishes})


def carried(source: BackendDocument, **wishes: Any) -> BackendDocument:
    return carry_over.applied(EMPTY, source, survey(source, **wishes))


@pytest.mark.parametrize("kind", ["graphql", "functions", "everything"])
def test_sources_and_entries_come_along_as_before_a_first_push(kind: str) -> None:
    source = BackendDocument.parse(backends.BACKENDS[kind](linked=True))
    found = carried(source)
    assert found.resources
    for one in found.resources:
        assert not MADE_BY_A_PUSH & set(one.entry)
        assert set(one.entry.get("output", {})) <= {"authConfig"}
        assert found.config[one.category][one.name] == one.entry
        own = [name for name in source.names if name.startswith(f"{one.label}/")]
        assert {name: found.read(name) for name in own if "/build/" not in name and "/dist/" not in name} == {
            name: found.read(name) for name in found.names if name.startswith(f"{one.label}/")
        }
    assert found.read("cli.json") == source.read("cli.json")
    assert list(json.loads(found.config_text)) == sorted(found.config)
    assert BackendDocument.parse(found.render(CONTEXT.last_push)).meta == found.meta  # type: ignore[arg-type]


def test_only_what_was_ticked_comes_along() -> None:
    source = BackendDocument.parse(backends.everything(linked=True))
    assert {one.category for one in survey(source, functions=False).taken} == {"api"}
    assert {one.category for one in survey(source, data_model=False).taken} <= {"function"}
    nothing = survey(source, data_model=False, functions=False)
    assert (nothing.taken, nothing.left_out) == ((), ())
    assert carry_over.applied(EMPTY, source, nothing) is EMPTY


def test_what_needs_something_that_stays_behind_stays_behind_and_so_on() -> None:
    source = BackendDocument.parse(backends.functions(linked=True))
    (name, *_) = source.meta["function"]
    function = {**source.meta["function"][name], "dependsOn": [{"category": "storage", "resourceName": "photos"}]}
    second = {**function, "dependsOn": [{"category": "function", "resourceName": name}]}
    meta = {**source.meta, "function": {name: function, "second": second}}
    found = survey(replace(source, meta=meta))
    assert found.taken == ()
    assert {(one.resource, one.words) for one in found.left_out} == {
        (f"function/{name}", "It depends on storage/photos, which does not come along."),
        ("function/second", f"It depends on function/{name}, which does not come along."),
    }


def test_what_needs_auth_of_another_name_stays_behind() -> None:
    source = BackendDocument.parse(backends.graphql(linked=True))
    (left,) = survey(source, auth="another").left_out
    assert "auth/shop" in left.words
    assert carry_over.auth_name(source) == "shop"
    assert carry_over.auth_name(EMPTY) == ""


def test_an_import_gives_the_api_the_new_pool() -> None:
    source = BackendDocument.parse(backends.graphql(linked=True))
    other = replace(IDENTITY_POOL, user_pool_id="eu-west-1_New000001")
    before = carried(source)
    (api,) = before.resources
    assert _pool_of(api.entry) == "authshop"
    after = changes.applied(before, ImportAuth(outputs=other, context=CONTEXT))
    assert _pool_of(after.resources[0].entry) == "eu-west-1_New000001"
    assert "lastPushTimeStamp" not in after.resources[0].entry
    assert after.imported is not None
    assert after.imported.pushed


def _pool_of(entry: Any) -> str:
    return str(entry["output"]["authConfig"]["defaultAuthentication"]["userPoolConfig"]["userPoolId"])


def test_values_come_along_but_for_a_pushs_own_and_secrets() -> None:
    source = BackendDocument.parse(backends.functions(linked=True))
    name = next(iter(source.meta["function"]))
    prefix = f"AMPLIFY_function_{name}_"
    values = {
        f"{prefix}deploymentBucketName": '"b"',
        f"{prefix}s3Key": '"k"',
        f"{prefix}secretsPathAmplifyAppId": '"d2"',
        f"{prefix}sender_name": '"Shop"',
        f"AMPLIFY_{name}_SMTP": "cipher",
        f"{prefix}hidden": "cipher",
        "AMPLIFY_function_another_x": '"1"',
        "AMPLIFY_auth_shop_userPoolId": '"p"',
    }
    found = survey(source, values=values, encrypted=[f"AMPLIFY_{name}_SMTP", f"{prefix}hidden"])
    assert found.parameters == {f"{prefix}sender_name": '"Shop"'}
    assert found.secrets == (f"{name}: SMTP", f"{name}: hidden")
    assert "cipher" not in repr(found)


def test_a_layer_and_a_policy_that_names_the_old_pool_are_told() -> None:
    source = BackendDocument.parse(backends.functions(linked=True))
    layer = {"service": "LambdaLayer", "dependsOn": []}
    source = replace(source, meta={**source.meta, "function": {**source.meta["function"], "tools": layer}})
    found = survey(source, user_pool_id="eu-west-1_New000001")
    assert ("function/tools", True) in {(one.resource, "Amplify CLI" in one.words) for one in found.left_out}
    assert [note for note in found.notes if POOL_ID in note]
    assert survey(source, user_pool_id=POOL_ID).notes == ()
    # Without resources for now the policy is deployed as it is, too.
    assert [note for note in survey(source).notes if POOL_ID in note]


def test_an_api_whose_settings_name_the_sources_pool_does_not_bring_it_along() -> None:
    source = BackendDocument.parse(backends.graphql(linked=True))
    config = copy.deepcopy(dict(source.config))
    name, entry = next((name, one) for name, one in config["api"].items() if one["service"] == "AppSync")
    mode = {"authenticationType": "AMAZON_COGNITO_USER_POOLS", "userPoolConfig": {"userPoolId": POOL_ID}}
    entry["output"] = {"authConfig": {"defaultAuthentication": mode, "additionalAuthenticationProviders": []}}
    found = carried(source.with_config(config))
    assert POOL_ID not in json.dumps(found.config["api"][name]) + json.dumps(found.meta["api"][name])
    assert _pool_of(found.meta["api"][name]) == "authshop"
