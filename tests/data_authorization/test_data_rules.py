"""`data_rules check`: its JSON, its words, its exit codes, and input that is no schema."""

from io import BytesIO

import pytest

from tests.auth_import.commands.running import JSON, Ended, Terminal, run

GOOD = "type Book @model @auth(rules: [{ allow: private }]) {\n  id: ID!\n}\n"
BAD = "type Book @model @auth(rules: [\n  { allow: groups },\n]) {\n  id: ID!\n}\n"
LOOSE = "type Book @model @auth(rules: [{ allow: public }]) {\n  id: ID!\n}\n"


def check(stdin: str | bytes, *arguments: str) -> Ended:
    return run("data_rules", "check", *arguments, stdin=stdin)


def test_rules_that_amplify_takes() -> None:
    ended = check(GOOD, *JSON)
    assert (ended.code, ended.words) == (0, "")
    assert ended.json == {"verdict": "accepted", "findings": []}


def test_rules_that_amplify_refuses() -> None:
    ended = check(BAD, *JSON)
    assert ended.code == 3
    assert ended.json == {
        "verdict": "refused",
        "findings": [
            {
                "id": "auth.groups-missing",
                "severity": "fail",
                "line": 2,
                "column": 3,
                "text": "The rule does not say which groups. Name them in “groups”, or the field that has them in "
                "“groupsField”.",
            }
        ],
    }
    assert ended.words == "Refused: Amplify would refuse this schema for one thing. Correct what is marked FAIL."


def test_warnings_and_notes_leave_the_verdict() -> None:
    text = LOOSE + "type Shelf @model @auth(rules: [{ allow: private, provider: iam, operations: [] }]) { a: Int }"
    ended = check(text, *JSON)
    assert ended.code == 0
    assert ended.json["verdict"] == "accepted"
    assert [(one["id"], one["severity"], one["line"]) for one in ended.json["findings"]] == [
        ("lint.public-write", "warn", 1),
        ("lint.provider-deprecated", "info", 4),
        ("auth.operations-empty", "warn", 4),
    ]


def test_the_modes_of_the_api() -> None:
    assert check(GOOD, "--modes", "API_KEY,AMAZON_COGNITO_USER_POOLS").code == 0
    ended = check(GOOD, *JSON, "--modes", "API_KEY, AWS_IAM")
    assert ended.code == 3
    assert [one["id"] for one in ended.json["findings"]] == ["auth.provider-not-configured"]
    assert check(LOOSE, *JSON, "--modes", "API_KEY").code == 0


@pytest.mark.parametrize("modes", ["IAM", "API_KEY,", "", "api_key", "API_KEY;AWS_IAM"])
def test_modes_that_appsync_does_not_have(modes: str) -> None:
    ended = check(GOOD, *JSON, "--modes", modes)
    assert (ended.code, ended.out) == (2, b"")
    assert "AMAZON_COGNITO_USER_POOLS, API_KEY, AWS_IAM, OPENID_CONNECT, AWS_LAMBDA" in ended.words


def test_in_words() -> None:
    ended = check(BAD + LOOSE.replace("Book", "Shelf"))
    assert ended.code == 3
    assert ended.text.startswith("FAIL  2:3  auth.groups-missing (Book)\n      The rule does not say which groups.")
    assert "WARN  6:33  lint.public-write (Shelf)" in ended.text
    assert "\nShelf: Anyone with the API key can create, read, update, delete." in ended.text
    ended = check(GOOD)
    assert ended.text.splitlines()[0] == "Nothing to object to."
    assert check("scalar Money").text.splitlines()[-1] == "The schema has no models and no rules."


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("type Book {\n  name String\n}", 2, 8),
        ("type Book @model {\r\n  id: ID!\r\n", 3, 1),
        ("# only a comment\n", 2, 1),
        ('\ufefftype Book { a: "x" }', 1, 16),
        ("not a schema", 1, 1),
    ],
)
def test_a_syntax_error_is_a_finding(text: str, line: int, column: int) -> None:
    ended = check(text, *JSON)
    assert ended.code == 3
    (finding,) = ended.json["findings"]
    assert (finding["id"], finding["severity"]) == ("schema.syntax", "fail")
    assert (finding["line"], finding["column"]) == (line, column)
    assert check(text).text.startswith(f"FAIL  {line}:{column}  schema.syntax\n")


@pytest.mark.parametrize(
    ("stdin", "words"),
    [
        (b"", "Standard input is empty"),
        (b" \n\r\n\t", "Standard input is empty"),
        (b"\xef\xbb\xbf", "Standard input is empty"),
        (b"type A {\n  a: Int # \xe9t\xe9\n}", "not UTF-8 text (line 2)"),
        ("type A { a: Int }".encode("utf-16"), "It looks like UTF-16."),
    ],
)
def test_input_that_is_no_text(stdin: bytes, words: str) -> None:
    ended = check(stdin, *JSON)
    assert (ended.code, ended.out) == (2, b"")
    assert words in ended.words


def test_nothing_to_read_from() -> None:
    ended = run("data_rules", "check", stdin=Terminal(BytesIO()))
    assert ended.code == 2
    assert "manage.py data_rules check < schema.graphql" in ended.words


@pytest.mark.parametrize("arguments", [(), ("judge",), ("check", "--format", "xml"), ("check", "more")])
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert run("data_rules", *arguments, stdin=GOOD).code == 2


def test_a_byte_order_mark_and_other_scripts() -> None:
    text = '\ufefftype Book @model @auth(rules: [{ allow: groups, groups: ["Éditeurs", "編集者 🎉"] }]) { id: ID! }'
    assert check(text, *JSON).code == 0
    ended = check(text.replace("allow: groups", "allow: owner"), *JSON)
    (lost,) = ended.json["findings"]
    assert lost["id"] == "auth.groups-lost"
    assert "編集者 🎉" in lost["text"]


def test_10_000_lines() -> None:
    one = BAD.replace("{ allow: groups }", "{ allow: private }") + "# a comment\n" * 95
    text = "".join(one.replace("Book", f"Book{number}") for number in range(100)) + BAD
    assert text.count("\n") > 10_000
    (finding,) = check(text, *JSON).json["findings"]
    assert (finding["id"], finding["line"]) == ("auth.groups-missing", 10_002)
