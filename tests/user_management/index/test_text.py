from hypothesis import given
from hypothesis import strategies as st

from user_management.index.text import BREAK, FIRST_MARK, STANDARD, fold, mark, sort_key, text_of


def test_capitals_accents_and_ligatures_make_no_difference() -> None:
    assert fold("José ÅNGSTRÖM Straße ﬁn") == "jose angstrom strasse fin"
    assert fold("ADA@Example.COM") == "ada@example.com"
    assert fold("王伟 Ωmega") == "王伟 ωmega"


@given(st.text())
def test_folding_twice_is_folding_once_and_leaves_no_mark(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert BREAK not in once
    assert "\x00" not in once
    assert not any(FIRST_MARK <= ord(one) < FIRST_MARK + 256 for one in once)


@given(st.dictionaries(st.integers(0, 90), st.text(min_size=1), max_size=6))
def test_every_value_stands_on_the_line_of_its_mark(values: dict[int, str]) -> None:
    text = text_of(values)
    for slot, value in values.items():
        assert f"{mark(slot)}{fold(value)}{BREAK}" in text


def test_a_long_value_is_cut_for_sorting_and_an_empty_one_stands_last() -> None:
    assert len(sort_key("ж" * 2048) or "") == 200
    assert sort_key("  ") is None


def test_positions_of_standard_attributes_never_change() -> None:
    assert (STANDARD.index("username"), STANDARD.index("sub"), STANDARD.index("email")) == (0, 1, 2)
    assert len(STANDARD) == 22
