"""A CSV file, line by line, from its bytes: pure, and with no more than one piece of the file in memory.

Two ways of writing a comma inside a value are read: that of RFC 4180 (the value in quotation marks) and Cognito's own
(`\\,`, without quotation marks).
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MOST_CHARACTERS = 16_000
"""Of one row (AWS, "Quotas in Amazon Cognito")."""
MOST_ROWS = 500_000
"""Of one import job of Cognito."""
MOST_BYTES = 100 * 1024 * 1024

_BOM = b"\xef\xbb\xbf"
_ESCAPED = "\\,"
# No value may hold this character, so that it can stand for an escaped comma while the line is taken apart.
_STAND_IN = "\x00"
_LONGEST_LINE = 4 * 1024 * 1024
_HOW_TO_SAVE = "Save it as “CSV UTF-8 (comma delimited)” and upload it again."


class Unreadable(Exception):
    """Nothing in the file can be relied on; the message says why and what to do. `line` counts from 1."""

    def __init__(self, words: str, line: int = 1) -> None:
        super().__init__(words)
        self.words = words
        self.line = line


@dataclass(slots=True)
class Row:
    """One row. `line` is where it begins in the file; `problem` says why its values could not be read."""

    line: int
    cells: list[str]
    problem: str = ""


class Encoding:
    """What was noticed while the bytes were read."""

    had_bom = False


def rows_of(pieces: Iterable[bytes], noticed: Encoding | None = None) -> Iterator[Row]:
    """Every row of the file, blank lines left out. Raises Unreadable."""
    at, length, broken = 0, 0, ""

    def fed() -> Iterator[str]:
        nonlocal at, length, broken
        for text in _lines(pieces, noticed or Encoding()):
            at += 1
            length += len(text)
            if _STAND_IN in text:
                broken = "This line holds a character that no value may have (the control character NUL)."
                text = text.replace(_STAND_IN, "")
            yield text.replace(_ESCAPED, _STAND_IN) if _ESCAPED in text else text

    reader = csv.reader(fed(), strict=True)
    while True:
        begins, length, broken = at + 1, 0, ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(begins, [], _not_csv(str(error), begins, at))
            continue
        if not cells:
            continue
        if length > MOST_CHARACTERS + 2:
            broken = f"This row has {length:,} characters; Cognito takes 16,000."
        yield Row(begins, [_with_commas(cell) for cell in cells], broken)


def _with_commas(cell: str) -> str:
    return cell.replace(_STAND_IN, ",") if _STAND_IN in cell else cell


def _not_csv(error: str, begins: int, ends: int) -> str:
    if "new-line character" in error:
        return "A line break of an old kind stands inside this line. Save the file with the line breaks of today."
    if "expected after" in error:
        return "A quotation mark is closed in the middle of a value. Inside quotation marks, write it twice."
    if ends > begins:
        return f"A quotation mark opened in this line is not closed; lines {begins} to {ends} could not be read."
    return "A quotation mark opened in this line is not closed."


def _lines(pieces: Iterable[bytes], noticed: Encoding) -> Iterator[str]:
    """The text of the lines, each with its line break."""
    rest, line = b"", 0
    for number, piece in enumerate(pieces):
        if number == 0:
            piece = _without_mark(piece, noticed)
        whole, broken_at, last = (rest + piece).rpartition(b"\n")
        rest = last
        if len(rest) > _LONGEST_LINE:
            raise Unreadable(f"Line {line + 1} does not end. A row has at most 16,000 characters.", line + 1)
        if broken_at:
            text = _decoded(whole, line)
            for one in text.split("\n"):
                yield one + "\n"
            line += text.count("\n") + 1
    if rest:
        yield _decoded(rest, line)


def _without_mark(piece: bytes, noticed: Encoding) -> bytes:
    """The first piece without its byte order mark. Raises Unreadable for what is no UTF-8 at all."""
    if piece.startswith((b"\xff\xfe", b"\xfe\xff")) or piece[:200].count(b"\x00") > len(piece[:200]) // 4:
        raise Unreadable(f"This file is UTF-16 text, and Cognito takes UTF-8. {_HOW_TO_SAVE}")
    if piece.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable(f"This is a spreadsheet's own file, not a CSV file. {_HOW_TO_SAVE}")
    noticed.had_bom = piece.startswith(_BOM)
    return piece.removeprefix(_BOM)


def _decoded(data: bytes, before: int) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = before + data[: error.start].count(b"\n") + 1
        begins = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[begins : error.start].decode()) + 1
        meant = data[error.start : error.start + 1].decode("cp1252", "replace")
        raise Unreadable(
            f"Line {line}, character {column} is not UTF-8 text; perhaps “{meant}” of Windows-1252 or Latin-1. "
            f"{_HOW_TO_SAVE}",
            line,
        ) from error
