"""Which group's role wins: every row of AWS's rule."""

import pytest

from aws.resources import Group
from user_management.groups.precedence import effective_role, listed, neighbours, ordered, tied_with, ties

ADMIN, EDITOR = "arn:aws:iam::123456789012:role/admin", "arn:aws:iam::123456789012:role/editor"
FIRST = Group("First", precedence=0, role_arn=ADMIN)
SECOND = Group("Second", precedence=5, role_arn=EDITOR)
TWIN = Group("Twin", precedence=5, role_arn=EDITOR)
RIVAL = Group("Rival", precedence=5, role_arn=ADMIN)
PLAIN = Group("Plain", precedence=0)
LAST = Group("Last", role_arn=EDITOR)
LAST_RIVAL = Group("Last2", role_arn=ADMIN)


@pytest.mark.parametrize(
    ("groups", "role", "decided_by", "ambiguous", "words"),
    [
        ((), "", "", (), "in no group"),
        ((PLAIN,), "", "", (), "None of the user's groups has a role"),
        ((SECOND,), EDITOR, "Second", (), "the only one of the user's groups that has a role"),
        ((SECOND, FIRST), ADMIN, "First", (), "its precedence 0 is the lowest number"),
        ((PLAIN, SECOND), EDITOR, "Second", (), "the only one"),
        ((LAST, SECOND), EDITOR, "Second", (), "precedence 5 is the lowest"),
        ((SECOND, TWIN), EDITOR, "Second", (), "Second and Twin come first and have the same role"),
        ((SECOND, RIVAL), "", "", ("Rival", "Second"), "share precedence 5 and have different roles"),
        ((SECOND, RIVAL, FIRST), ADMIN, "First", (), "lowest number"),
        ((LAST, LAST_RIVAL), "", "", ("Last", "Last2"), "have no precedence and have different roles"),
        ((SECOND, Group("Plain5", precedence=5)), EDITOR, "Second", (), "the only one"),
    ],
)
def test_the_role_of_a_user(
    groups: tuple[Group, ...], role: str, decided_by: str, ambiguous: tuple[str, ...], words: str
) -> None:
    found = effective_role(groups)
    assert (found.role, found.decided_by, found.ambiguous) == (role, decided_by, ambiguous)
    assert words in found.sentence
    assert effective_role(reversed(groups)) == found


def test_ties_are_groups_of_one_precedence_with_different_roles() -> None:
    found = ties((SECOND, RIVAL, TWIN, FIRST, PLAIN, LAST, LAST_RIVAL))
    assert [(tie.precedence, tie.names) for tie in found] == [
        (5, ("Rival", "Second", "Twin")),
        (None, ("Last", "Last2")),
    ]
    assert ties((SECOND, TWIN, FIRST, PLAIN, LAST)) == ()
    assert tied_with(RIVAL, (SECOND, RIVAL, TWIN, FIRST)) == ("Second", "Twin")
    assert tied_with(PLAIN, (FIRST,)) == ()


def test_the_one_that_counts_most_comes_first() -> None:
    assert [group.name for group in ordered((LAST, TWIN, FIRST, SECOND))] == ["First", "Second", "Twin", "Last"]


def test_neighbours_lie_around_the_number() -> None:
    groups = [Group(f"G{number}", precedence=number) for number in range(20)] + [LAST]
    assert [one.precedence for one in neighbours(groups, 10, each=2)] == [8, 9, 10, 11]
    assert [one.precedence for one in neighbours(groups, 10, each=2, but="G10")] == [8, 9, 11, 12]
    assert [one.precedence for one in neighbours(groups, None, each=2)] == [0, 1, 2, 3]


def test_names_in_a_sentence() -> None:
    assert listed(["A"]) == "A"
    assert listed(["A", "B", "C"]) == "A, B and C"
    assert listed(list("ABCDEFG")) == "A, B, C, D, E and 2 more"
