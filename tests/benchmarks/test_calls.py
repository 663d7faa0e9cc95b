"""What the benchmarks conclude from a log of calls, on logs made up for it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.calls import Call, WrongDependency, covered, longest_chain, most_in_window, repeated, seconds_of

NEEDS = {"List": (), "Describe": ("List",), "Roles": (), "Role": ("Roles",), "Alone": ()}


def call(operation: str, start: float, end: float, digest: str = "") -> Call:
    return Call(service="sample", operation=operation, digest=digest or operation, start=start, end=end)


def names(chain: Sequence[Call]) -> list[str]:
    return [one.operation for one in chain]


class TestLongestChain:
    def test_follows_what_waits_for_what(self) -> None:
        calls = [
            call("List", 0, 1),
            call("Roles", 0, 2),
            call("Describe", 2, 3),
            call("Role", 2.5, 4),
            call("Alone", 0, 3),
        ]
        chain = longest_chain(calls, NEEDS)
        assert names(chain) == ["Roles", "Role"]
        assert seconds_of(chain) == pytest.approx(3.5)

    def test_a_single_call_may_be_longer_than_any_chain(self) -> None:
        assert names(longest_chain([call("List", 0, 1), call("Describe", 1, 2), call("Alone", 0, 9)], NEEDS)) == [
            "Alone"
        ]

    def test_waiting_between_two_calls_is_not_part_of_the_chain(self) -> None:
        chain = longest_chain([call("List", 0, 1), call("Describe", 100, 101)], NEEDS)
        assert seconds_of(chain) == pytest.approx(2)

    def test_takes_the_slowest_of_several_calls_of_one_operation(self) -> None:
        calls = [call("List", 0, 1, "a"), call("List", 0, 5, "b"), call("Describe", 6, 7)]
        assert seconds_of(longest_chain(calls, NEEDS)) == pytest.approx(6)

    def test_refuses_an_operation_nobody_declared(self) -> None:
        with pytest.raises(WrongDependency, match="Unheard"):
            longest_chain([call("Unheard", 0, 1)], NEEDS)

    def test_refuses_a_call_that_began_before_what_it_is_said_to_need(self) -> None:
        with pytest.raises(WrongDependency, match="Describe began before List"):
            longest_chain([call("List", 0, 2), call("Describe", 1, 3)], NEEDS)

    def test_refuses_operations_that_wait_for_each_other(self) -> None:
        circle = {"Left": ("Right",), "Right": ("Left",)}
        with pytest.raises(WrongDependency):
            longest_chain([call("Left", 1, 1), call("Right", 1, 1)], circle)

    def test_an_empty_log_has_no_chain(self) -> None:
        assert longest_chain([], NEEDS) == []


class TestRepeated:
    def test_names_what_was_asked_twice_with_the_same_parameters(self) -> None:
        calls = [call("List", 0, 1, "a"), call("List", 1, 2, "b"), call("Role", 0, 1, "a"), call("Role", 5, 6, "a")]
        assert repeated(calls) == ["Role"]

    def test_the_same_operation_of_two_services_is_two_things(self) -> None:
        other = Call(service="other", operation="List", digest="a", start=0, end=1)
        assert repeated([call("List", 0, 1, "a"), other]) == []


class TestMostInWindow:
    def test_counts_the_fullest_second(self) -> None:
        assert most_in_window([0.0, 0.1, 0.9, 1.05, 1.1, 1.2, 5.0]) == 4

    def test_a_window_does_not_hold_its_own_end(self) -> None:
        assert most_in_window([0.0, 1.0, 2.0]) == 1

    def test_does_not_depend_on_where_seconds_begin(self) -> None:
        """A count by clock seconds would find three and three here."""
        assert most_in_window([10.7, 10.8, 10.9, 11.1, 11.2, 11.3]) == 6

    def test_nothing_is_none(self) -> None:
        assert most_in_window([]) == 0

    @given(st.lists(st.floats(min_value=0, max_value=20), max_size=30))
    def test_agrees_with_trying_every_window(self, starts: list[float]) -> None:
        tried = [sum(1 for other in starts if one <= other and other - one < 1.0) for one in starts]
        assert most_in_window(starts) == max(tried, default=0)


class TestCovered:
    def test_counts_what_overlaps_once(self) -> None:
        assert covered([(0, 2), (1, 3), (5, 6), (5.2, 5.4)]) == pytest.approx(4)

    def test_order_does_not_matter(self) -> None:
        assert covered([(5, 6), (0, 2)]) == covered([(0, 2), (5, 6)]) == pytest.approx(3)

    def test_nothing_is_no_time(self) -> None:
        assert covered([]) == 0
