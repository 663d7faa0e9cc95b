"""The document as a value: what it reads, what it changes, and that it changes nothing else."""

import json
from dataclasses import replace
from typing import Any

import pytest

from amplify_files.context import ProjectContext
from amplify_files.outputs import MASK
from backend_state.document import archive
from backend_state.document.archive import Archive
from backend_state.document.changes import Change, EditSchema, FunctionAccess, ImportAuth, UnlinkAuth, applied
from backend_state.document.problems import BackendProblem
from backend_state.document.state import ROOT_STACK, BackendDocument
from tests.backend_state.backends import (
    BACKENDS,
    CONFIG,
    META,
    Parts,
    empty,
    everything,
    foreign,
    graphql,
    text,
)
from tests.backend_state.samples import CHANGES, CONTEXT, IDENTITY_POOL, IMPORT, MOMENT, OTHER_POOL_ONLY, POOL_ID, SWAP
from tests.backend_state.zips import parts, streamed

ACCESS = FunctionAccess("report", ("create", "read"), ("cognito-idp:SignUp", "cognito-idp:List*"))


def contents(document: BackendDocument) -> dict[str, bytes]:
    return {name: document.read(name) for name in document.names}


def archive_of(**files: Any) -> bytes:
    """`meta` and `config` as values or as bytes."""
    names = {"meta": META, "config": CONFIG}
    return archive.new(
        {names[key]: one if isinstance(one, bytes) else text(one) for key, one in files.items()}, moment=MOMENT
    )


# --- Round trips ---


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_document_without_changes_is_the_very_bytes(backend: str, linked: bool) -> None:
    data = BACKENDS[backend](linked=linked)
    document = BackendDocument.parse(data)
    assert document.render(MOMENT) == data
    same = document.with_meta(document.meta).with_config(document.config)
    assert same.with_json(ROOT_STACK, document.json(ROOT_STACK)).render(MOMENT) == data


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_change_leaves_every_other_file_byte_for_byte_and_can_be_made_twice(backend: str, change: str) -> None:
    data = BACKENDS[backend](linked=change != "import")
    changed = applied(BackendDocument.parse(data), CHANGES[change])
    rendered = changed.render(MOMENT)
    before, after = parts(data), parts(rendered)
    others = {name for name in before if name not in (META, CONFIG, ROOT_STACK) and not name.startswith("auth/shop/")}
    assert {name: after[name] for name in others} == {name: before[name] for name in others}
    again = BackendDocument.parse(rendered)
    assert contents(again) == contents(changed)
    assert (again.meta, again.config) == (changed.meta, changed.config)
    assert applied(again, CHANGES[change]).render(MOMENT) == rendered
    assert changed.holds(again.archive.fingerprints())
    assert again.holds(again.archive.fingerprints())
    assert not changed.holds(Archive.parse(data).fingerprints())


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_import_changes_only_auth_parameters_and_authconfig(backend: str) -> None:
    document = BackendDocument.parse(BACKENDS[backend](linked=False))
    changed = applied(document, IMPORT)

    def without(value: Any, *keys: str) -> Any:
        if isinstance(value, dict):
            return {key: without(one, *keys) for key, one in value.items() if key not in keys}
        return value

    assert without(changed.meta, "auth", "userPoolId") == without(document.meta, "userPoolId")
    assert without(changed.config, "auth", "parameters") == document.config
    for name, keys in ((META, ("auth", "userPoolId")), (CONFIG, ("auth", "parameters"))):
        assert list(without(json.loads(changed.read(name).decode("utf-8-sig")), *keys)) == [
            key for key in document.json(name) if key not in keys
        ]


@pytest.mark.parametrize("backend", BACKENDS)
def test_unlinking_after_an_import_gives_back_everything_but_an_empty_auth(backend: str) -> None:
    data = BACKENDS[backend](linked=False)
    document = BackendDocument.parse(data)
    linked = BackendDocument.parse(applied(document, IMPORT).render(MOMENT))
    unlinked = BackendDocument.parse(applied(linked, UnlinkAuth("shop")).render(MOMENT))
    before, after = contents(document), contents(unlinked)
    api = {"api"} if "api" in document.meta else set()
    # What is left behind: `auth: {}` (section 5.1), and of an API that asked a pool the last pool's id.
    assert unlinked.meta.keys() - {"auth"} == document.meta.keys()
    assert unlinked.meta["auth"] == {}
    assert unlinked.config == {**document.config, "auth": {}}
    assert {key: one for key, one in unlinked.meta.items() if key not in {"auth", *api}} == {
        key: one for key, one in document.meta.items() if key not in api
    }
    touched = {META, CONFIG, *({ROOT_STACK} if api else ())}
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} == touched
    if not api:
        texts = [one[META].decode("utf-8-sig") for one in (before, after)]
        empty_auth = unlinked.with_meta(document.meta).read(META)
        assert empty_auth.decode("utf-8-sig") == texts[0]


def test_what_is_changed_back_before_it_is_written_is_no_change() -> None:
    data = foreign(linked=True)
    document = BackendDocument.parse(data)
    changed = document.with_files({"notes/raw.bin": b"1", "tags.json": None, "new": b"2", "absent": None})
    assert list(changed.pending) == ["notes/raw.bin", "tags.json", "new"]
    back = changed.with_files({"new": None, **{name: document.read(name) for name in ("notes/raw.bin", "tags.json")}})
    assert back.pending == {}
    assert back.render(MOMENT) == data


def test_an_import_and_its_reverse_in_one_go_write_no_more_than_in_two() -> None:
    document = BackendDocument.parse(empty(linked=False))
    both = applied(applied(document, IMPORT), UnlinkAuth("shop"))
    assert set(both.pending) == {META, CONFIG}
    assert both.read(META) == document.read(META)[:-2] + b',\n  "auth": {}\n}'


def test_a_document_knows_its_files_with_what_is_pending() -> None:
    document = BackendDocument.parse(foreign(linked=True))
    changed = document.with_files({"tags.json": None, "new.json": b"[]"})
    assert "tags.json" not in changed
    assert "new.json" in changed
    assert changed.names == (*(name for name in document.names if name != "tags.json"), "new.json")
    with pytest.raises(KeyError):
        changed.read("tags.json")
    assert changed.json("tags.json") == {}
    with pytest.raises(BackendProblem, match="new.json"):
        changed.json("new.json")


# --- Reading ---


def test_the_auth_resource_is_read_as_it_stands() -> None:
    document = BackendDocument.parse(everything(linked=True))
    found = document.imported
    assert found is not None
    assert (found.name, found.service, found.imported, found.user_pool_id) == ("shop", "Cognito", True, POOL_ID)
    assert (found.web_client_id, found.native_client_id) == ("5kq0example0web", "7tq0example0nat")
    assert found.identity_pool_id == "eu-west-1:0b1f2c3d-1111-4222-8333-944455556666"
    assert found.pushed == "2026-03-02T10:11:12.345Z"
    stack = document.stack
    assert stack is not None
    assert (stack.stack_name, stack.amplify_app_id) == ("amplify-shop-dev-3f2a1", "d2examplexyz01")
    assert BackendDocument.parse(everything(linked=False)).imported is None


def test_a_provider_without_an_app_id_is_no_stack() -> None:
    """Such a meta is what projects of before the Amplify service have (section 6.7, step 4)."""
    document = BackendDocument.parse(archive_of(meta={"providers": {"awscloudformation": {"Region": "eu-west-1"}}}))
    assert document.stack is None
    assert document.provider == {"Region": "eu-west-1"}


def test_the_copies_beside_the_zip_are_what_the_zip_holds() -> None:
    changed = applied(BackendDocument.parse(foreign(linked=False)), IMPORT)
    again = BackendDocument.parse(changed.render(MOMENT))
    assert changed.root_files == {META: again.read(META), CONFIG: again.read(CONFIG)}
    assert changed.root_files[META].startswith(b"\xef\xbb\xbf{\r\n\t")


def test_studio_gets_the_files_it_reads() -> None:
    document = BackendDocument.parse(graphql(linked=True))
    assert set(document.studio_files) == {
        *(META, CONFIG, "cli.json", "auth/shop/parameters.json", "api/shopapi/schema.graphql"),
        *("api/shopapi/parameters.json", "api/shopapi/build/parameters.json", "api/shopapi/transform.conf.json"),
    }
    assert "auth/shop/parameters.json" not in applied(document, UnlinkAuth("shop")).studio_files
    elsewhere = {
        "backend/auth/shop/parameters.json": b"{}",
        ".cache/schema.graphql": b"",
        "api/schema.graphql.bak": b"",
    }
    assert document.with_files(elsewhere).studio_files == document.studio_files


def test_a_backend_without_a_config_gets_one() -> None:
    document = BackendDocument.parse(archive_of(meta={}))
    changed = applied(document, IMPORT)
    assert json.loads(changed.read(CONFIG)) == changed.config
    assert list(changed.config) == ["auth", "parameters"]
    assert document.with_config({}).pending == {}


# --- What an import refuses ---

MANAGED = {"service": "Cognito", "providerPlugin": "awscloudformation", "output": {}}
IMPORTED = {**MANAGED, "serviceType": "imported"}
GROUPS = {"service": "Cognito-UserPool-Groups", "providerPlugin": "awscloudformation"}


@pytest.mark.parametrize(
    ("auth", "code", "words"),
    [
        ({"pool1": MANAGED}, "ManagedAuth", "pool1"),
        ({"shop": IMPORTED, "userPoolGroups": GROUPS}, "ManagedAuth", "userPoolGroups"),
        ({"userPoolGroups": GROUPS}, "ManagedAuth", "userPoolGroups"),
        ({"odd": "text"}, "ManagedAuth", "odd"),
        ({"shop": IMPORTED, "shop2": IMPORTED}, "TwoAuthResources", "shop, shop2"),
        ({"shop": IMPORTED, "pool1": MANAGED}, "TwoAuthResources", "shop, pool1"),
        ({"my_shop": IMPORTED}, "UnderscoreName", "“my_shop”"),
        ({"../shop": IMPORTED}, "UnsafeName", "“../shop”"),
        ({"": IMPORTED}, "UnsafeName", "“”"),
    ],
)
@pytest.mark.parametrize("change", [IMPORT, UnlinkAuth("shop")])
def test_other_auth_is_refused(auth: dict[str, Any], code: str, words: str, change: Change) -> None:
    document = BackendDocument.parse(archive_of(meta={"auth": auth}))
    with pytest.raises(BackendProblem) as caught:
        applied(document, change)
    assert caught.value.code == code
    assert words in caught.value.words
    assert "amplify remove auth" in caught.value.next_step


@pytest.mark.parametrize(("name", "code"), [("my-shop", "UnderscoreName"), ("größe", "UnderscoreName")])
def test_a_first_import_under_an_unfit_name_is_refused(name: str, code: str) -> None:
    context = ProjectContext(project_name=name, environment_name="dev", last_push=MOMENT)
    with pytest.raises(BackendProblem) as caught:
        applied(BackendDocument.parse(empty(linked=False)), replace(IMPORT, context=context))
    assert caught.value.code == code


@pytest.mark.parametrize(
    "change", [replace(IMPORT, context=replace(CONTEXT, known_resource_name="b")), UnlinkAuth("b")]
)
def test_another_name_than_the_backends_is_a_mistake_of_the_caller(change: Change) -> None:
    with pytest.raises(ValueError, match="calls its auth resource shop, not b"):
        applied(BackendDocument.parse(empty(linked=True)), change)


def test_the_name_the_backend_has_is_kept() -> None:
    """An interactive import had given it a random suffix (section 1.2)."""
    files = Parts(linked=True).all()
    renamed = {name.replace("/shop/", "/shop4f1c02ab/"): body.replace(b'"shop"', b'"shop4f1c02ab"')
               .replace(b"auth_shop_", b"auth_shop4f1c02ab_") for name, body in files.items()}  # fmt: skip
    document = BackendDocument.parse(streamed(renamed))
    changed = applied(document, replace(SWAP, context=replace(CONTEXT, known_resource_name="shop4f1c02ab")))
    assert list(changed.meta["auth"]) == ["shop4f1c02ab"]
    assert json.loads(changed.read("auth/shop4f1c02ab/parameters.json"))["resourceName"] == "shop4f1c02ab"
    assert {name.split("_")[2] for name in changed.config["parameters"]} == {"shop4f1c02ab"}
    assert not any(name.startswith("auth/shop/") for name in changed.names)


def test_a_secret_that_was_not_loaded_is_shown_and_never_written() -> None:
    masked = replace(IMPORT, outputs=replace(IDENTITY_POOL, native_client_secret=""))
    changed = applied(BackendDocument.parse(empty(linked=False)), masked)
    assert MASK in changed.meta_text
    with pytest.raises(ValueError, match="secret was not loaded"):
        changed.render(MOMENT)


def test_parameters_of_lost_providers_stay_and_those_of_a_lost_identity_pool_go() -> None:
    leftover = {"googleClientId": "g", "facebookAppId": "f", "identityPoolId": "gone", "authRoleArn": "gone"}
    change = ImportAuth(outputs=OTHER_POOL_ONLY, context=CONTEXT, leftover=leftover)
    ids = {"userPoolId", "userPoolName", "webClientId", "nativeClientId"}
    assert change.parameters.keys() == {*ids, "googleClientId", "facebookAppId"}
    changed = applied(BackendDocument.parse(empty(linked=True)), change)
    assert changed.config["parameters"].keys() == {f"AMPLIFY_auth_shop_{name}" for name in change.parameters}
    # What the identity pool has now counts, not what was left over from before.
    fresh = replace(IMPORT, leftover={"googleClientId": "old"}).parameters
    assert fresh["googleClientId"] == "1234-goog.apps.example.com"


def test_parameters_of_other_resources_stay() -> None:
    other = {"AMPLIFY_function_report_key": {"usedBy": [{"category": "function", "resourceName": "report"}]}}
    document = BackendDocument.parse(archive_of(meta={}, config={"parameters": other}))
    linked = applied(document, IMPORT)
    assert linked.config["parameters"].items() > other.items()
    assert applied(linked, UnlinkAuth("shop")).config == {"auth": {}, "parameters": other}


def test_unlinking_takes_everything_of_the_resource_and_nothing_of_its_neighbours() -> None:
    files = Parts(linked=True).all()
    own = ("auth/shop/", "auth/shop/cli-inputs.json", "awscloudformation/build/auth/shop/x.json")
    others = ("auth/", "auth/shop2/parameters.json", "awscloudformation/build/auth/shopx.json", "backup/auth/shop/x")
    document = BackendDocument.parse(
        streamed({**files, **dict.fromkeys((*own, *others), b"{}"), own[0]: b"", others[0]: b""})
    )
    unlinked = BackendDocument.parse(applied(document, UnlinkAuth("shop")).render(MOMENT))
    assert not any(name in unlinked for name in (*own, "auth/shop/parameters.json"))
    assert all(name in unlinked for name in others)


# --- The schema ---


def test_a_schema_is_replaced_and_nothing_else() -> None:
    document = BackendDocument.parse(graphql(linked=True))
    changed = applied(document, EditSchema("shopapi", "type Größe { id: ID! }\n"))
    assert changed.pending == {"api/shopapi/schema.graphql": "type Größe { id: ID! }\n".encode()}
    with pytest.raises(BackendProblem, match="no API other any more"):
        applied(document, EditSchema("other", ""))
