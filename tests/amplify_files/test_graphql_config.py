"""The configuration of ``amplify codegen``. The golden files were written by ``codegen add`` of amplify-codegen 4.10.4;

the ``-loaded`` ones are what its next command made of them.
"""

from pathlib import Path
from typing import get_args

import pytest
import yaml

from amplify_files.context import Frontend
from amplify_files.graphql_config import TARGETS, codegen_target, render
from amplify_files.statements import statements

GOLDEN = Path(__file__).parent / "golden_graphqlconfig"
ALL_TARGETS = [(frontend, target.name) for frontend, targets in TARGETS.items() for target in targets]


@pytest.mark.parametrize(("frontend", "name"), ALL_TARGETS)
@pytest.mark.parametrize("as_loaded", [False, True])
def test_the_file_is_byte_for_byte_the_original_one(frontend: Frontend, name: str, as_loaded: bool) -> None:
    golden = GOLDEN / f"{name or 'android'}{'-loaded' if as_loaded else ''}.yml"
    text = render("shopapi", codegen_target(frontend, name), "eu-west-1", as_loaded=as_loaded)
    assert text.encode() == golden.read_bytes()


def test_every_golden_file_has_a_target() -> None:
    assert len(list(GOLDEN.glob("*.yml"))) == 2 * len(ALL_TARGETS) == 12


@pytest.mark.parametrize(
    ("frontend", "name", "files", "types_path"),
    [
        ("javascript", "", ["src/graphql/queries.js"], ""),
        ("javascript", "typescript", ["src/graphql/queries.ts"], "../API"),
        ("javascript", "flow", ["src/graphql/queries.js"], "../API"),
        ("javascript", "angular", ["src/graphql/queries.graphql"], "../app/API.service"),
        ("ios", "", ["graphql/queries.graphql"], "../API"),
        ("android", "", ["app/src/main/graphql/com/amazonaws/amplify/generated/graphql/queries.graphql"], ""),
    ],
)
def test_a_target_says_where_its_statements_lie(
    frontend: Frontend, name: str, files: list[str], types_path: str
) -> None:
    target = codegen_target(frontend, name)
    written = statements("type Query { a: Int }", target.language, types_path=target.types_path)
    assert [target.path(file_name) for file_name in written] == files
    assert target.types_path == types_path


def test_every_frontend_has_its_targets() -> None:
    assert set(TARGETS) == set(get_args(Frontend))


def test_flutter_is_refused() -> None:
    with pytest.raises(ValueError, match="Flutter"):
        codegen_target("flutter")


@pytest.mark.parametrize(("frontend", "name"), [("javascript", "swift"), ("ios", "typescript"), ("android", "swift")])
def test_a_target_of_another_frontend_is_refused(frontend: Frontend, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        codegen_target(frontend, name)


@pytest.mark.parametrize("api", ["123", "0x1F", "1e3", "012", "true", "Null", "NO", "y", "N", "2026-01-02", "1_000"])
def test_a_name_yaml_would_misread_is_quoted(api: str) -> None:
    text = render(api, codegen_target("javascript"), "eu-west-1")
    assert f"\n  '{api}':\n" in text
    assert list(yaml.safe_load(text)["projects"]) == [api]


@pytest.mark.parametrize("api", ["shopapi", "nice", "yesno", "1abc", "08", "e3", "shop_api", "x-y"])
def test_any_other_name_is_not(api: str) -> None:
    text = render(api, codegen_target("javascript"), "eu-west-1", max_depth=3)
    assert f"\n  {api}:\n" in text
    project = yaml.safe_load(text)["projects"][api]
    assert project["schemaPath"] == f"amplify/backend/api/{api}/build/schema.graphql"
    assert project["extensions"]["amplify"]["maxDepth"] == 3


@pytest.mark.parametrize("api", ["", "../x", "a b", "a:\n  b", "-a", "a'b"])
def test_a_name_that_would_break_out_is_refused(api: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        render(api, codegen_target("javascript"), "eu-west-1")
