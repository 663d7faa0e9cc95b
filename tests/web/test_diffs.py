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
