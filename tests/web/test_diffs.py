import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.diffs import rows_between, rows_of

OLD = "one\ntwo\nthree\n"
NEW = "one\n2\nthree\nfour\n"


def test_equal_texts_have_no_rows() -> None:
    assert rows_between(OLD, OLD) == []


def test_rows_carry_sign_and_line_numbers_of_both_sides() -> None:
    rows = [(row.kind, row.text, row.old_number, row.new_number) for row in rows_between(OLD, NEW)]
    assert rows == [
        ("hunk", "@@ -1,3 +1,4 @@", None, None),
        ("same", " one", 1, 1),
        ("removed", "-two", 2, None),
        ("added", "+2", None, 2),
        ("same", " three", 3, 3),
        ("added", "+four", None, 4),
    ]


@pytest.mark.parametrize(("old", "new"), [("a", "a\n"), ("a\n", "a")])
def test_a_missing_newline_at_the_end_is_a_difference(old: str, new: str) -> None:
    assert [row.kind for row in rows_between(old, new)].count("note") == 1


def test_a_new_file_is_all_additions() -> None:
    assert {row.kind for row in rows_between("", NEW)} == {"hunk", "added"}


def test_a_foreign_unified_diff_is_read_without_its_file_names() -> None:
    text = "--- a/file\n+++ b/file\n@@ -4 +4,2 @@ heading\n-old\n+new\n+--- still inside\n"
    rows = rows_of(text)
    assert [row.kind for row in rows] == ["hunk", "removed", "added", "added"]
    assert rows[-1].new_number == 5


def test_only_line_feeds_separate_lines() -> None:
    rows = rows_between("name: a\u2028b\n", "name: a\u2028c\n")
    assert [row.text for row in rows if row.kind == "added"] == ["+name: a\u2028c"]


@given(st.text(alphabet="ab\n\r\u2028", max_size=30), st.text(alphabet="ab\n\r\u2028", max_size=30))
def test_the_rows_of_the_new_side_are_the_new_text(old: str, new: str) -> None:
    if old == new:
        assert rows_between(old, new) == []
        return
    rows = rows_between(old, new, context_lines=100)
    shown = [row.text[1:] for row in rows if row.kind in ("same", "added")]
    assert shown == (new.removesuffix("\n").split("\n") if new else [])


def many_alike(heads: str) -> str:
    return "".join(
        f"type T{number} {heads if number == 77 else '@owner'} {{\n" + "  id: ID\n  name: String\n" * 20 + "}\n\n"
        for number in range(200)
    )


def test_in_a_long_text_of_parts_that_are_alike_only_what_changed_is_shown() -> None:
    rows = rows_between(many_alike("@owner"), many_alike("@private"))
    assert [row.text for row in rows if row.kind in ("added", "removed")] == [
        "-type T77 @owner {",
        "+type T77 @private {",
    ]
    everywhere = rows_between(many_alike("@owner"), many_alike("@owner").replace("@owner", "@private"))
    assert [row.kind for row in everywhere].count("removed") == 200


@pytest.mark.parametrize("context", [0, 3])
def test_a_diff_of_long_texts_leads_from_one_to_the_other(context: int) -> None:
    draw = random.Random(7)  # noqa: S311
    lines = [draw.choice(("type A {", "type B {", "  id: ID", "}", "", "# note", "x")) for _ in range(700)]
    for _ in range(20):
        changed = [line for line in lines if draw.random() > 0.01]
        changed.insert(draw.randrange(len(changed)), "type C {")
        rows = rows_between("\n".join(lines) + "\n", "\n".join(changed) + "\n", context_lines=context)
        after = list(lines)
        for row in reversed(rows):
            if row.kind == "removed":
                assert row.old_number
                assert after.pop(row.old_number - 1) == row.text[1:]
        for row in rows:
            if row.kind == "added":
                assert row.new_number
                after.insert(row.new_number - 1, row.text[1:])
            elif row.kind == "same":
                assert row.old_number
                assert lines[row.old_number - 1] == row.text[1:]
        assert after == changed


def test_many_lines_may_come_or_go_at_once() -> None:
    more = many_alike("@owner")
    assert {row.kind for row in rows_between("one\n", "one\n" + more)} == {"hunk", "same", "added"}
    assert {row.kind for row in rows_between(more, "")} == {"hunk", "removed"}
