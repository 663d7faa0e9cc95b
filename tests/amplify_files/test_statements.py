"""The statement files: byte for byte the original's, and valid where the original gives up.

The golden files were made by running the original (amplify-codegen 4.10.4, graphql-docs-generator 4.2.2) on the schemas
beside them. Those of ``photos/graphql-*`` are its documents put through its formatter by hand, because it fails to
write the files itself as soon as an S3 object is selected.
"""

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from graphql import parse, print_ast

from amplify_files.statements import Language, SchemaInvalid, StatementsTooLarge, statements

GOLDEN = Path(__file__).parent / "golden_statements"
FOLDERS = sorted(path.relative_to(GOLDEN).as_posix() for path in GOLDEN.glob("*/*-[1-4]"))


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def written(schema: str, language: Language = "graphql", max_depth: int = 2) -> str:
    """The only file, without its opening."""
    (text,) = statements(schema, language, max_depth).values()
    return text.partition("\n\n")[2]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_files_are_byte_for_byte_the_original_ones(folder: str) -> None:
    schema = (GOLDEN / folder).parent / "schema.graphql"
    language, _, depth = Path(folder).name.partition("-")
    ours = statements(schema.read_text(encoding="utf-8"), language, int(depth))  # type: ignore[arg-type]
    assert ours == contents(GOLDEN / folder)


def test_every_language_has_golden_files() -> None:
    languages = {Path(folder).name.partition("-")[0] for folder in FOLDERS}
    assert languages == {"javascript", "typescript", "flow", "graphql", "angular"}
    assert len({Path(folder).parent for folder in FOLDERS}) >= 8


def test_appsync_scalars_and_directives_need_no_definition() -> None:
    schema = """
    type Query @aws_lambda {
      a(b: AWSPhone, c: AWSEmail!): AWSIPAddress @aws_auth(cognito_groups: ["Admins"]) @aws_something_new(x: 1)
      d: AWSDate @function(name: "f") @function(name: "g")
    }
    scalar AWSDate
    """
    assert set(statements(schema, "javascript")) == {"queries.js"}


@pytest.mark.parametrize(
    ("schema", "line", "column", "words"),
    [
        ("", 1, 1, "Unexpected <EOF>."),
        ("type Query {\n  a: Int\n  b Int\n}", 3, 5, "Expected ':', found Name 'Int'."),
        ("type Query {\n  a: Int", 2, 9, "Expected Name, found <EOF>."),
        ("type Query {\n  a: Thing\n}", 2, 6, "Unknown type 'Thing'. Did you mean 'String' or 'Int'?"),
        ("type Query { a: Int }\ntype Query { b: Int }", 2, 6, "There can be only one type named 'Query'."),
        ("type Query {\n  a: Int\n  a: Int\n}", 3, 3, "Field 'Query.a' can only be defined once."),
        ("type Query { a(b: Int,\n b: Int): Int }", 2, 2, "Argument 'Query.a(b:)' can only be defined once."),
        ("enum E { A A }\ntype Query { a: E }", 1, 12, "Enum value 'E.A' can only be defined once."),
        ("input In { a: Int }\ntype Query { a: [In] }", 2, 18, "“In” is an input type, which no field can return."),
        ("type Query {\n a(b: Query): Int }", 2, 7, "“Query” is no input type, so no argument can be of it."),
        (
            "input In { a: U }\nunion U = Query\ntype Query { a: U }",
            1,
            15,
            "“U” is no input type, so no field of an input type can be of it.",
        ),
        ("type Mutation { a: Int }", 1, 1, "The schema has no Query type."),
        ("schema { mutation: Query }\ntype Query { a: Int }", 1, 1, "The schema has no Query type."),
        ("schema { query: Q }\nenum Q { A }", 2, 1, "“Q” is no object type, so it holds no operations."),
        (
            "union Mutation = Query\ntype Query { a: Int }",
            1,
            1,
            "“Mutation” is no object type, so it holds no operations.",
        ),
    ],
)
def test_what_is_wrong_with_a_schema_is_said_with_its_place(schema: str, line: int, column: int, words: str) -> None:
    with pytest.raises(SchemaInvalid) as caught:
        statements(schema, "graphql")
    assert (caught.value.line, caught.value.column, caught.value.words) == (line, column, words)
    assert str(caught.value) == f"Line {line}, column {column}: {words}"


def test_lists_nested_beyond_reason_are_refused() -> None:
    with pytest.raises(SchemaInvalid, match="aborted"):
        statements("type Query { a: " + "[" * 5000 + "Int" + "]" * 5000 + " }", "graphql")


@pytest.mark.parametrize("max_depth", [0, -1, 101])
def test_a_depth_that_makes_no_sense_is_refused(max_depth: int) -> None:
    with pytest.raises(ValueError, match="depth"):
        statements("type Query { a: Int }", "graphql", max_depth)


def test_a_depth_that_would_fill_the_memory_is_refused() -> None:
    fields = "\n".join(f"f{number}: T{number}" for number in range(30))
    types = "\n".join(f"type T{number} {{ {fields} }}" for number in range(30))
    schema = f"{types}\ntype Query {{ {fields} }}"
    assert statements(schema, "graphql", 3)
    with pytest.raises(StatementsTooLarge, match="lower depth"):
        statements(schema, "graphql", 8)


def test_ten_thousand_lines_take_seconds() -> None:
    models = "\n".join(
        f"type M{number} {{\n  id: ID!\n"
        + "".join(f"  field{field}: String\n" for field in range(14))
        + f"  many(limit: Int): C{(number + 1) % 480}\n}}\ntype C{number} {{\n  items: [M{number}]!\n}}"
        for number in range(480)
    )
    fields = "\n".join(f"  get{number}(id: ID!): M{number}\n  list{number}: C{number}" for number in range(480))
    schema = f"{models}\ntype Query {{\n{fields}\n}}"
    assert schema.count("\n") > 10_000
    before = time.process_time()
    text = statements(schema, "typescript")["queries.ts"]
    # It takes a tenth of this where nothing else runs.
    assert time.process_time() - before < 15
    assert text.count("export const ") == 960


def test_a_selection_that_would_be_empty_holds_the_type_name() -> None:
    schema = "union U = A\ntype A { u: U a: A }\ntype Query { u: U }"
    assert written(schema, max_depth=1) == "query U {\n  u {\n    __typename\n  }\n}\n"


def test_a_default_the_original_cannot_write_is_written_as_it_should_be() -> None:
    schema = """
    input In { a: [Int] b: String }
    type Query {
      a(x: In = {a: [1, 2], b: "x"}, y: [Int] = [1, 2], z: String = "two words", e: In = {}): Int
    }
    """
    assert '$x: In = { a: [1, 2], b: "x" }' in written(schema)
    assert "$y: [Int] = [1, 2]" in written(schema)
    assert '$z: String = "two words"' in written(schema)
    assert "$e: In = {}" in written(schema)


def test_a_fragment_that_is_spread_is_written_even_if_only_inline_fragments_spread_it() -> None:
    schema = """
    type S3Object { bucket: String! key: String! region: String! }
    type Photo { file: S3Object }
    union Found = Photo
    type Query { find: Found }
    """
    files = statements(schema, "graphql")
    assert "...S3Object" in files["queries.graphql"]
    assert "fragment S3Object on S3Object {\n  bucket\n  key\n  region\n}\n" in files["fragments.graphql"]
    assert set(statements(schema, "angular")) == {"queries.graphql"}


@pytest.mark.parametrize("fields", ["bucket: String! key: String!", "bucket: ID! key: ID! region: ID!"])
def test_a_type_with_that_name_but_other_fields_is_selected_like_any_other(fields: str) -> None:
    schema = f"type S3Object {{ {fields} }}\ntype Query {{ file: S3Object }}"
    assert set(statements(schema, "graphql")) == {"queries.graphql"}


def test_statements_without_generated_types_are_not_typed() -> None:
    schema = "type Query { a: Int }"
    text = statements(schema, "typescript", types_path="")["queries.ts"]
    assert text.endswith("\nexport const a = /* GraphQL */ `\n  query A {\n    a\n  }\n`;\n")
    assert 'from "./API"' in statements(schema, "typescript", types_path="./API")["queries.ts"]


def test_javascript_reads_back_the_documents(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed, so the JavaScript files cannot be evaluated.")
    schema = r'type Query { a(x: String = "a `tick`, ${braces}, \\ and \"quotes\""): Int, b: Int }'
    module = tmp_path / "queries.mjs"
    module.write_text(statements(schema, "javascript")["queries.js"], encoding="utf-8")
    script = f"import({json.dumps(module.as_uri())}).then(m => console.log(JSON.stringify(m)))"
    evaluated = subprocess.run(
        [node, "--input-type=module", "--eval", script], capture_output=True, check=True, timeout=30
    )
    documents = json.loads(evaluated.stdout)
    assert set(documents) == {"a", "b"}
    (document,) = statements(schema, "graphql").values()
    assert [print_ast(parse(text)) for text in documents.values()] == [
        print_ast(definition) for definition in parse(document).definitions
    ]
