"""No cell of an export is a formula, and nothing is lost on the way."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from user_management.listing.csv_safety import DANGEROUS, as_line, safe


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "  =1+1",
        "\u00a0=1+1",
        "\ufeff=1+1",
        "\u200b=1+1",
        "\uff1d1+1",
        "\uff201",
        "+49 170 1234567",
        "+491701234567;=1+1",
        "+",
        "-",
        "-1e5",
    ],
)
def test_formulas(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    ["", "ada", "+491701234567", "-5", "+1.5", "a=b", "ada@example.com", "5-3", " ada", "'=1", '"=1', "é", "😀", "<b>"],
)
def test_what_stays(text: str) -> None:
    assert safe(text) == text


CELLS = st.text(st.characters(codec="utf-8") | st.sampled_from(sorted(DANGEROUS)), max_size=20)


@given(st.lists(CELLS, min_size=1))
def test_a_line_is_read_back(cells: list[str]) -> None:
    line = as_line(cells)
    assert line.endswith('"\r\n')
    (read,) = csv.reader(io.StringIO(line, newline=""), strict=True)
    assert [cell.removeprefix("'") for cell in read] == [cell.removeprefix("'") for cell in cells]
    for cell in read:
        assert not cell[:1] or cell[0] not in DANGEROUS or cell[1:].replace(".", "").isdecimal()
