"""Lists of many pages end, whatever AWS says about the next one."""

import pytest

from aws.calls import to_the_end
from aws.errors import Unavailable
from aws.resources import Page


@pytest.mark.parametrize("cycle", [["A"], ["A", "B"], ["A", "B", "C"]])
def test_tokens_that_go_round_end_the_list(cycle: list[str]) -> None:
    asked: list[str] = []

    def page(token: str) -> Page[int]:
        asked.append(token)
        assert len(asked) < 20
        return Page(items=(len(asked),), next_token=cycle[(len(asked) - 1) % len(cycle)])

    with pytest.raises(Unavailable) as error:
        list(to_the_end(page))
    assert error.value.code == "RepeatedPage"
    assert len(asked) == len(cycle) + 1
