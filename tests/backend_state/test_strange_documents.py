"""Files that do not hold what Amplify writes: refused in words, or changed in their own place."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend_state.document import archive
from backend_state.document.changes import FunctionAccess, UnlinkAuth, applied
from backend_state.document.problems import BackendProblem
from backend_state.document.state import ROOT_STACK, BackendDocument
from tests.backend_state.backends import CONFIG, META, ON_AUTH, text
from tests.backend_state.samples import IMPORT, MOMENT, POOL_ID
from tests.backend_state.zips import Entry, streamed, written

ACCESS = FunctionAccess("report", ("create", "read"), ("cognito-idp:SignUp", "cognito-idp:List*"))


def archive_of(**files: Any) -> bytes:
    """`meta` and `config` as values or as bytes."""
    names = {"meta": META, "config": CONFIG}
    return archive.new(
        {names[key]: one if isinstance(one, bytes) else text(one) for key, one in files.items()}, moment=MOMENT
    )


@pytest.mark.parametrize("name", ["meta", "config"])
@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"null", b"[]", b'"text"', b"{", b"{'a':1}", b"\xff\xfe{}", b'{"a":"\xe9"}', b'{"a":NaN}'),
        *("{}".encode("utf-16"), b'{"a":' * 20_000, b'{"a":' * 300 + b"1" + b"}" * 300),
        *(b'{"auth":[]}', b'{"auth":null}', b'{"function":"x"}', b'{"n":' + b"1" * 9999 + b"}"),
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_file_that_holds_something_else_is_named(name: str, body: bytes) -> None:
    with pytest.raises(BackendProblem) as caught:
        BackendDocument.parse(archive_of(**{"meta": {}, "config": {}, name: body}))
    assert caught.value.code == "BadFile"
    assert {"meta": META, "config": CONFIG}[name] in caught.value.words
    assert "amplify push" in caught.value.next_step


@pytest.mark.parametrize(
    "parameters", [[], "x", {"AMPLIFY_auth_shop_userPoolId": 1}, {"AMPLIFY_auth_shop_x": {"usedBy": "x"}}]
)
def test_parameters_of_another_form_are_refused(parameters: Any) -> None:
    with pytest.raises(BackendProblem, match="backend-config.json"):
        BackendDocument.parse(archive_of(meta={}, config={"parameters": parameters}))


def test_a_json_file_too_large_to_be_taken_apart_is_refused() -> None:
    body = b'{"a":"' + b"x" * 8 * 1024**2 + b'"}'
    data = written(Entry(META.encode()), Entry(b"api/x/parameters.json", body, method=0))
    document = BackendDocument.parse(data)
    with pytest.raises(BackendProblem, match="api/x/parameters.json") as caught:
        document.json("api/x/parameters.json")
    assert caught.value.code == "FileTooLarge"


NAMES = (
    *("auth", "api", "function", "storage", "providers", "awscloudformation", "shop", "report", "output", "usedBy"),
    *("authConfig", "defaultAuthentication", "additionalAuthenticationProviders", "authenticationType", "dependsOn"),
    *("service", "parameters", "Resources", "Properties", "Parameters", "Type", "lambdaLayers", "LambdaFunction"),
)
scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "auth", "shop", "AppSync", "imported"])
plain = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=14,
)
objects = st.dictionaries(st.sampled_from(NAMES), plain, max_size=3)
trees = st.fixed_dictionaries(
    {"function": st.fixed_dictionaries({"report": objects})},
    optional={"auth": st.just({}) | plain, "api": plain, "storage": plain, "providers": plain, "x": plain},
)
configs = st.dictionaries(st.sampled_from(["api", "storage", "function", "parameters"]), objects, max_size=3)
functions = st.dictionaries(st.sampled_from(["Properties", "Type"]), objects, min_size=1)
templates = st.fixed_dictionaries(
    {"Resources": st.fixed_dictionaries({"LambdaFunction": functions}, optional={"AmplifyResourcesPolicy": plain})},
    optional={"Parameters": plain, "functionreport": plain},
)
TEMPLATE, PARAMETERS = "function/report/report-cloudformation-template.json", "function/report/function-parameters.json"


@settings(max_examples=40, deadline=None)
@given(trees, configs, templates, objects, st.sampled_from([2, 4, "\t", None]))
def test_any_meta_is_changed_in_its_own_place_or_refused(
    meta: dict[str, Any],
    config: dict[str, Any],
    template: dict[str, Any],
    other: dict[str, Any],
    indent: int | str | None,
) -> None:
    values = {META: meta, CONFIG: config, TEMPLATE: template, ROOT_STACK: template, PARAMETERS: other}
    data = streamed({name: text(value, indent) for name, value in values.items()})
    # No other exception, whatever the files hold.
    with suppress(BackendProblem):
        document = BackendDocument.parse(data)
        assert document.render(MOMENT) == data
        linked = BackendDocument.parse(applied(document, IMPORT).render(MOMENT))
        own = ("auth", "api")
        assert {key: one for key, one in linked.meta.items() if key not in own} == {
            key: one for key, one in meta.items() if key not in own
        }
        assert linked.meta["auth"]["shop"]["output"]["UserPoolId"] == POOL_ID
        unlinked = applied(linked, UnlinkAuth("shop"))
        assert unlinked.meta["auth"] == {}
        granted = applied(linked, ACCESS)
        taken = applied(granted, replace(ACCESS, operations=(), actions=()))
        assert ON_AUTH in granted.meta["function"]["report"]["dependsOn"]
        assert ON_AUTH not in taken.meta["function"]["report"]["dependsOn"]
