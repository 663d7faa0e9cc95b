"""Files as people bring them: encodings, ways of quoting, and what is too long."""

from collections.abc import Iterator

import pytest

from user_management.csv_import.reader import Encoding, Row, Unreadable, rows_of


def read(data: bytes, size: int = 1 << 20) -> list[Row]:
    return list(rows_of(data[at : at + size] for at in range(0, max(1, len(data)), size)))


def cells(data: bytes) -> list[list[str]]:
    return [row.cells for row in read(data)]


def test_both_ways_of_writing_a_comma_are_read() -> None:
    assert cells(b'a,"b, c"\nd\\, e,f\n') == [["a", "b, c"], ["d, e", "f"]]


def test_quotation_marks_inside_quoted_values_and_line_breaks_are_kept() -> None:
    rows = read(b'name\n"say ""hi""\nthere"\nnext\n')

    assert [row.cells for row in rows] == [["name"], ['say "hi"\nthere'], ["next"]]
    assert [row.line for row in rows] == [1, 2, 4]


def test_backslashes_that_escape_nothing_stay() -> None:
    assert cells(b"DOMAIN\\ada,x\\\\y\n") == [["DOMAIN\\ada", "x\\\\y"]]


@pytest.mark.parametrize("size", [1, 2, 7, 1 << 20])
def test_where_the_file_is_cut_into_pieces_does_not_matter(size: int) -> None:
    data = 'navn,by\nåse,tromsø\n😀,"a,b"\r\nsist,x'.encode()

    assert [row.cells for row in read(data, size)] == [["navn", "by"], ["åse", "tromsø"], ["😀", "a,b"], ["sist", "x"]]


def test_a_byte_order_mark_is_left_out_and_noticed() -> None:
    noticed = Encoding()

    assert [row.cells for row in rows_of([b"\xef\xbb\xbfa,b\n"], noticed)] == [["a", "b"]]
    assert noticed.had_bom


def test_blank_lines_are_no_rows() -> None:
    assert [(row.line, row.cells) for row in read(b"a\n\n\r\nb\n")] == [(1, ["a"]), (4, ["b"])]


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        ("a,b\n1,2\n".encode("utf-16"), 1, "UTF-16"),
        ("a,b\n1,2\n".encode("utf-16-le"), 1, "UTF-16"),
        (b"PK\x03\x04rest of a workbook", 1, "spreadsheet"),
        ("a,b\n1,2\nx,café\n".encode("latin-1"), 3, "Line 3, character 6 is not UTF-8 text; perhaps “é”"),
        (b"a" * (5 * 1024 * 1024), 1, "does not end"),
    ],
)
def test_what_is_no_text_for_cognito_is_refused_whole(data: bytes, line: int, words: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(data)

    assert words in refusal.value.words
    assert refusal.value.line == line


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'a"b"c,"d"e\n', "closed in the middle"),
        (b'x,"never closed\nmore\n', "lines 1 to 2"),
        (b'x,"never closed\n', "not closed"),
        (b"old\rmac\n", "line break of an old kind"),
        (b"x,a\x00b\n", "NUL"),
        (b"x," + b"y" * 16_001 + b"\n", "16,000"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(data: bytes, words: str) -> None:
    row = read(b"a,b\n" + data)[1] if b"lines 1" not in words.encode() else read(data)[0]

    assert words in row.problem


def test_the_rest_is_read_after_a_broken_line() -> None:
    rows = read(b'a,b\n"x"y,1\nc,d\n')

    assert [bool(row.problem) for row in rows] == [False, True, False]
    assert rows[2].cells == ["c", "d"]


def test_a_large_file_is_never_whole_in_memory() -> None:
    asked = 0

    def pieces() -> Iterator[bytes]:
        nonlocal asked
        while True:
            asked += 1
            yield b"user,mail\n" * 1000

    rows = rows_of(pieces())
    for _ in range(2500):
        next(rows)

    assert asked <= 4
