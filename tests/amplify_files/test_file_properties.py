"""What holds for every link, whatever its names and settings."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from amplify_files import catalogue, ci, parameters_json
from amplify_files.amplifyconfiguration_dart import dart_text
from amplify_files.context import ProjectContext
from amplify_files.javascript_json import stringify
from amplify_files.outputs import (
    HOSTED_UI_PROVIDERS,
    MASK,
    STANDARD_ATTRIBUTES,
    AuthOutputs,
    Group,
    IdentityPool,
    MfaDetails,
    PasswordPolicy,
    WebOAuth,
    masked,
)

SCHEMAS = {
    path.stem.removeprefix("amplify-outputs-schema_v"): json.loads(path.read_text(encoding="utf-8"))
    for path in (Path(__file__).parent / "schemas").glob("*.json")
}
VERSIONS = sorted(version for version in SCHEMAS if version != "1")
SECRET = "51ecret51ecret51ecret"
CONTEXT = ProjectContext(project_name="shop", environment_name="dev")

texts = st.text(max_size=12)
names = st.text(min_size=1, max_size=20)
repeating_names = st.sampled_from(["https://shop.example/", "shopapp://in/"]) | names
role_arns = st.just("") | st.builds("arn:aws:iam::111122223333:role/{}".format, st.sampled_from(["Shop", "path/Shop"]))


def lists(element: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(element, max_size=4).map(tuple)


attribute_lists = st.none() | lists(st.sampled_from(["email", "phone_number"]))
links = st.builds(
    AuthOutputs,
    region=st.sampled_from(["eu-west-1", "us-east-1"]),
    user_pool_id=names,
    user_pool_name=names,
    web_client_id=names,
    web_client_name=texts,
    native_client_id=names,
    native_client_has_secret=st.booleans(),
    native_client_secret=st.just(SECRET),
    domain=texts,
    custom_domain=texts,
    username_attributes=attribute_lists,
    alias_attributes=attribute_lists,
    required_attributes=lists(st.sampled_from([*sorted(STANDARD_ATTRIBUTES), "sub", "custom:tier"])),
    # Amazon Cognito allows 6 to 99 characters as the minimum length of a password.
    password_policy=st.none()
    | st.builds(
        PasswordPolicy,
        minimum_length=st.none() | st.integers(6, 99),
        requires_lowercase=st.booleans(),
        requires_uppercase=st.booleans(),
        requires_numbers=st.booleans(),
        requires_symbols=st.booleans(),
    ),
    mfa_configuration=st.sampled_from([None, "OFF", "ON", "OPTIONAL"]),
    mfa=st.none()
    | st.builds(
        MfaDetails,
        sms=st.booleans(),
        sms_caller_arn=role_arns,
        totp=st.booleans(),
        totp_enabled=st.booleans(),
        email=st.booleans(),
    ),
    auto_verified_attributes=attribute_lists,
    custom_auth=st.booleans(),
    web_oauth=st.builds(
        WebOAuth,
        supported_identity_providers=lists(st.sampled_from([*HOSTED_UI_PROVIDERS, "Sample-SAML"])),
        flows=lists(st.sampled_from(["code", "implicit", "client_credentials"])),
        scopes=lists(repeating_names),
        callback_urls=lists(repeating_names),
        logout_urls=lists(repeating_names),
    ),
    identity_pool=st.none()
    | st.builds(
        IdentityPool,
        id=names,
        name=names,
        allow_unauthenticated=st.booleans(),
        supported_login_providers=st.dictionaries(
            st.sampled_from(
                ["graph.facebook.com", "accounts.google.com", "www.amazon.com", "appleid.apple.com", "x.y"]
            ),
            texts,
        ).map(lambda found: tuple(found.items())),
        auth_role_arn=role_arns,
        unauth_role_arn=role_arns,
    ),
    groups=st.lists(
        st.builds(Group, name=names, precedence=st.none() | st.integers(0, 2**31), role_arn=role_arns), max_size=3
    ).map(tuple),
)


def is_valid(document: object, version: str) -> bool:
    return Draft202012Validator(SCHEMAS[version]).is_valid(document)


@given(links)
def test_amplify_outputs_is_valid_in_the_version_it_names_and_in_no_lower_one(outputs: AuthOutputs) -> None:
    document = json.loads(catalogue.file("amplify_outputs.json").render(outputs, CONTEXT))
    Draft202012Validator(SCHEMAS[document["version"]]).validate(document)
    lower = [version for version in VERSIONS if version < document["version"]]
    # Version 1.2 differs from 1.1 in storage only, so it is never the lowest that has the keys used.
    assert not any(is_valid({**document, "version": version}, version) for version in lower)


def test_the_schemas_refuse_what_they_should() -> None:
    assert not is_valid({"version": "1.1", "auth": {"aws_region": "eu-west-1"}}, "1.1")
    assert SCHEMAS["1"]["properties"]["version"]["const"] == "1.1"


@given(links)
def test_every_json_file_parses_and_no_file_is_empty(outputs: AuthOutputs) -> None:
    for rendered in catalogue.files(outputs, CONTEXT):
        assert rendered.text
        if rendered.file.content_type == "application/json":
            assert isinstance(json.loads(rendered.text), dict)
            assert not rendered.text.endswith("\n")
    json.loads(parameters_json.render(outputs, CONTEXT))
    json.loads(ci.categories_payload(outputs))


@given(links)
def test_a_snapshot_survives_json_and_gives_the_same_files(outputs: AuthOutputs) -> None:
    restored = AuthOutputs.from_dict(json.loads(json.dumps(outputs.to_dict())))
    assert restored == outputs
    assert catalogue.files(masked(restored), CONTEXT) == catalogue.files(masked(outputs), CONTEXT)


@given(links)
def test_the_secret_is_in_no_snapshot_no_repr_and_no_file_that_does_not_say_so(outputs: AuthOutputs) -> None:
    assert SECRET not in json.dumps(outputs.to_dict())
    assert SECRET not in repr(outputs)
    for rendered in catalogue.files(outputs, CONTEXT):
        assert (SECRET in rendered.text) == rendered.holds_secret


@given(links)
def test_a_masked_file_shows_the_mask_where_the_secret_is(outputs: AuthOutputs) -> None:
    for rendered, shown in zip(
        catalogue.files(outputs, CONTEXT), catalogue.files(masked(outputs), CONTEXT), strict=True
    ):
        assert shown.text == rendered.text.replace(SECRET, MASK)


@given(st.text(alphabet=st.sampled_from("a'\\$\n\"{}\u2028\U0001f6cd"), max_size=30))
def test_dart_reads_back_the_text_it_was_given(text: str) -> None:
    written = dart_text(text)
    assert "'''" not in written
    assert re.sub(r"\\(.)", r"\1", written) == text
    assert re.search(r"(?<!\\)(\\\\)*\$", written) is None


@settings(max_examples=200)
@given(st.text(max_size=30))
def test_a_string_is_escaped_only_where_javascript_escapes_it(text: str) -> None:
    written = stringify(text)
    assert json.loads(written) == text
    assert all(character in written for character in text if character > "\x1f" and character not in '"\\')


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("\x00\x08\t\n\x0b\x0c\r\x1f\x7f", '"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\x7f"'),
        ('"\\/</script>', '"\\"\\\\/</script>"'),
        ("\u2028\u2029\U0001f6cd", '"\u2028\u2029\U0001f6cd"'),
        ("\ud83d", '"\\ud83d"'),
        ({"b": 1, "10": 2, "a": 3, "9": 4, "01": 5}, '{"9":4,"10":2,"b":1,"a":3,"01":5}'),
        ([], "[]"),
        ({}, "{}"),
    ],
)
def test_json_is_written_as_javascript_writes_it(value: object, text: str) -> None:
    assert stringify(value) == text
