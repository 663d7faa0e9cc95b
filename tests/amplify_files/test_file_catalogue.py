from dataclasses import replace

import pytest

from amplify_files import amplify_outputs, ci
from amplify_files.catalogue import FILES, UnknownFile, file, files, masked
from amplify_files.context import ProjectContext
from amplify_files.outputs import MASK, AuthOutputs, IdentityPool, WebOAuth
from amplify_files.resource_name import is_amplify_environment_name, is_amplify_project_name, resource_name
from amplify_files.resource_ts import missing_parts
from amplify_files.snapshot import SnapshotInvalid


def test_the_names_are_those_of_the_command_line() -> None:
    assert [generated.path for generated in FILES] == [
        "aws-exports.js",
        "amplifyconfiguration.json",
        "ios/awsconfiguration.json",
        "ios/amplifyconfiguration.json",
        "android/awsconfiguration.json",
        "android/amplifyconfiguration.json",
        "amplifyconfiguration.dart",
        "amplify_outputs.json",
        "resource.ts",
    ]


def test_the_bare_awsconfiguration_is_the_ios_one_unless_the_frontend_is_android(context: ProjectContext) -> None:
    assert file("awsconfiguration.json").name == "ios/awsconfiguration.json"
    assert file("awsconfiguration.json", context).name == "ios/awsconfiguration.json"
    android = replace(context, frontend="android")
    assert file("awsconfiguration.json", android).name == "android/awsconfiguration.json"
    assert file("amplifyconfiguration.json", android).name == "amplifyconfiguration.json"


@pytest.mark.parametrize("name", ["", "aws-exports.ts", "../aws-exports.js", "ios/aws-exports.js"])
def test_an_unknown_file_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(UnknownFile, match=r"aws-exports\.js, amplifyconfiguration\.json"):
        file(name)


def test_only_files_with_the_native_client_hold_its_secret(
    identity_pool: AuthOutputs, user_pool_only: AuthOutputs
) -> None:
    assert [generated.name for generated in FILES if generated.holds_secret(identity_pool)] == [
        "ios/awsconfiguration.json",
        "ios/amplifyconfiguration.json",
        "android/awsconfiguration.json",
        "android/amplifyconfiguration.json",
        "amplifyconfiguration.dart",
    ]
    assert not any(generated.holds_secret(user_pool_only) for generated in FILES)


def test_a_secret_that_was_not_loaded_is_shown_as_the_mask_and_reported_missing(
    identity_pool: AuthOutputs, user_pool_only: AuthOutputs, context: ProjectContext
) -> None:
    assert not identity_pool.secret_is_missing
    not_loaded = replace(identity_pool, native_client_secret="")
    assert not_loaded.secret_is_missing
    assert masked(identity_pool).secret_is_missing
    assert files(not_loaded, context) == files(masked(identity_pool), context)
    assert not user_pool_only.secret_is_missing
    assert not any(MASK in rendered.text for rendered in files(masked(user_pool_only), context))


def test_a_snapshot_ignores_unknown_keys_and_names_a_missing_or_wrong_one(identity_pool: AuthOutputs) -> None:
    whole = identity_pool.to_dict()
    assert AuthOutputs.from_dict({**whole, "later": 1}) == identity_pool
    without_pool_id = {key: value for key, value in whole.items() if key != "user_pool_id"}
    with pytest.raises(SnapshotInvalid, match="user_pool_id"):
        AuthOutputs.from_dict(without_pool_id)
    with pytest.raises(SnapshotInvalid, match="custom_auth"):
        AuthOutputs.from_dict({**whole, "custom_auth": "yes"})
    with pytest.raises(SnapshotInvalid, match="allow_unauthenticated"):
        AuthOutputs.from_dict({**whole, "identity_pool": {"id": "x", "name": "y"}})
    with pytest.raises(SnapshotInvalid, match="groups"):
        AuthOutputs.from_dict({**whole, "groups": ["Admins"]})
    with pytest.raises(SnapshotInvalid, match="supported_login_providers"):
        AuthOutputs.from_dict(
            {**whole, "identity_pool": {**identity_pool_dict(whole), "supported_login_providers": ["one"]}}
        )


def identity_pool_dict(whole: dict[str, object]) -> dict[str, object]:
    pool = whole["identity_pool"]
    assert isinstance(pool, dict)
    return pool


@pytest.mark.parametrize("lacking", ["supported_identity_providers", "flows", "scopes", "callback_urls", "logout_urls"])
def test_oauth_vanishes_from_every_file_when_one_list_is_empty(
    lacking: str, identity_pool: AuthOutputs, context: ProjectContext
) -> None:
    web = identity_pool.web_oauth
    lists: dict[str, tuple[str, ...]] = {
        "supported_identity_providers": web.supported_identity_providers,
        "flows": web.flows,
        "scopes": web.scopes,
        "callback_urls": web.callback_urls,
        "logout_urls": web.logout_urls,
        lacking: (),
    }
    incomplete = replace(identity_pool, web_oauth=WebOAuth(**lists))
    for rendered in files(incomplete, context):
        assert "shop.example/out" not in rendered.text
        assert "redirect" not in rendered.text


def test_a_pool_with_only_saml_keeps_the_hosted_ui_in_amplify_outputs_and_nowhere_else(
    identity_pool: AuthOutputs, context: ProjectContext
) -> None:
    saml = replace(
        identity_pool, web_oauth=replace(identity_pool.web_oauth, supported_identity_providers=("Sample-SAML",))
    )
    assert [rendered.file.name for rendered in files(saml, context) if "shop.example/out" in rendered.text] == [
        "amplify_outputs.json"
    ]
    assert '"identity_providers": []' in amplify_outputs.render(saml, context)


def test_resource_ts_names_each_role_that_is_missing(identity_pool: AuthOutputs, context: ProjectContext) -> None:
    bare = IdentityPool(
        id="eu-west-1:1", name="shop", allow_unauthenticated=False, auth_role_arn="arn:aws:iam::1:role/A"
    )
    outputs = replace(identity_pool, identity_pool=bare)
    assert missing_parts(outputs) == ["an unauthenticated role in the identity pool"]
    text = file("resource.ts").render(outputs, context)
    assert "// - an unauthenticated role in the identity pool\n" in text
    assert "import " not in text


def test_a_headless_build_gets_the_ids_as_variables_and_as_json(
    user_pool_only: AuthOutputs, identity_pool: AuthOutputs
) -> None:
    assert ci.variables(user_pool_only) == (
        ("AMPLIFY_USERPOOL_ID", "eu-west-1_Zq3LmN0pA"),
        ("AMPLIFY_WEBCLIENT_ID", "5kq0example0web"),
        ("AMPLIFY_NATIVECLIENT_ID", "7tq0example0nat"),
    )
    assert ci.variables(identity_pool)[3:] == (
        ("AMPLIFY_IDENTITYPOOL_ID", "eu-west-1:0b1f2c3d-1111-4222-8333-944455556666"),
    )
    assert ci.shell_exports(user_pool_only).splitlines()[0] == "export AMPLIFY_USERPOOL_ID=eu-west-1_Zq3LmN0pA"
    payload = (
        '{"auth":{"userPoolId":"eu-west-1_Zq3LmN0pA","webClientId":"5kq0example0web",'
        '"nativeClientId":"7tq0example0nat","identityPoolId":"eu-west-1:0b1f2c3d-1111-4222-8333-944455556666"}}'
    )
    assert ci.categories_payload(identity_pool) == payload
    assert ci.categories_argument(identity_pool) == f"--categories '{payload}'"


def test_a_hostile_id_cannot_leave_its_shell_word(user_pool_only: AuthOutputs) -> None:
    hostile = replace(user_pool_only, user_pool_id="'; rm -rf ~ #")
    assert ci.shell_exports(hostile).startswith("export AMPLIFY_USERPOOL_ID=''\"'\"'; rm -rf ~ #'\n")


@pytest.mark.parametrize(
    ("project", "resource"),
    [("Shop", "shop"), ("My  shop-2", "my_shop_2"), ("a_b", "a_b"), ("Läden", "l_den"), ("\u05d0shop!", "_shop_")],
)
def test_a_resource_is_named_after_the_project(project: str, resource: str) -> None:
    assert resource_name(project) == resource
    assert ProjectContext(project_name=project, environment_name="dev").resource_name == resource


def test_a_resource_that_has_a_name_keeps_it(context: ProjectContext) -> None:
    assert replace(context, known_resource_name="shop4f1c02ab").resource_name == "shop4f1c02ab"


def test_names_the_amplify_cli_would_refuse_are_recognised() -> None:
    assert is_amplify_project_name("shop2")
    assert not any(is_amplify_project_name(name) for name in ("ab", "my-shop", "my_shop", "a" * 21, "shop\n"))
    assert is_amplify_environment_name("dev")
    assert not any(is_amplify_environment_name(name) for name in ("d", "Dev", "dev1", "a" * 11, "dev\n"))
