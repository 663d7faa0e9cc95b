"""Which group's role a user gets: pure rules over the groups of one user, or of a whole pool.

"It is the group with the lowest precedence value whose role ARN is given in the user's tokens for the
`cognito:preferred_role` claim. … If two groups with the same precedence have the same role ARN, that role is used. …
If the two groups have different role ARNs, the claim is not set" (AWS, GroupType). No precedence is the worst one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from aws.resources import Group

HIGHEST_PRECEDENCE = 2**31 - 1
"""The largest number AWS takes. The number is the lower the more it counts."""


@dataclass(frozen=True, slots=True)
class Tie:
    """Groups of one precedence with different roles: who is in two of them gets no preferred role from either."""

    precedence: int | None
    groups: tuple[Group, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(group.name for group in self.groups)

    @property
    def sentence(self) -> str:
        shared = "have no precedence" if self.precedence is None else f"share precedence {self.precedence}"
        return f"{listed(self.names)} {shared} and have different roles."


@dataclass(frozen=True, slots=True)
class EffectiveRole:
    """What the groups of one user come to. `role` is "" when the token names none; `sentence` says why."""

    role: str
    decided_by: str
    """The group that gives the role; "" when none does."""
    ambiguous: tuple[str, ...]
    """The groups that are tied, so that Cognito leaves the preferred role out."""
    sentence: str


def rank(group: Group) -> tuple[bool, int, str]:
    """The key to sort groups by: the one that counts most comes first, no precedence last."""
    return group.precedence is None, group.precedence or 0, group.name.casefold()


def ordered(groups: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=rank))


def ties(groups: Iterable[Group]) -> tuple[Tie, ...]:
    """The precedences that groups with different roles share. Groups without a role decide nothing and are left out."""
    shared: dict[int | None, list[Group]] = {}
    for group in ordered(groups):
        if group.role_arn:
            shared.setdefault(group.precedence, []).append(group)
    return tuple(
        Tie(precedence, tuple(tied)) for precedence, tied in shared.items() if len({one.role_arn for one in tied}) > 1
    )


def tied_with(group: Group, groups: Iterable[Group]) -> tuple[str, ...]:
    """The names of the other groups that share the precedence of this one and have another role."""
    if not group.role_arn:
        return ()
    return tuple(
        other.name
        for other in ordered(groups)
        if other.name != group.name
        and other.role_arn
        and other.precedence == group.precedence
        and other.role_arn != group.role_arn
    )


def effective_role(groups: Iterable[Group]) -> EffectiveRole:
    """The role that `cognito:preferred_role` names for a user of exactly these groups, and why."""
    own = ordered(groups)
    candidates = [group for group in own if group.role_arn]
    if not own:
        return EffectiveRole("", "", (), "The user is in no group, so no group gives a role.")
    if not candidates:
        return EffectiveRole("", "", (), "None of the user's groups has a role, so the token names no preferred role.")
    best = candidates[0]
    level = [group for group in candidates if group.precedence == best.precedence]
    role = best.role_arn.rpartition("/")[2]
    if len({group.role_arn for group in level}) > 1:
        tied = tuple(group.name for group in level)
        return EffectiveRole(
            "",
            "",
            tied,
            f"No preferred role: {Tie(best.precedence, tuple(level)).sentence} "
            "Cognito then leaves cognito:preferred_role out of the token.",
        )
    if len(candidates) == 1:
        why = "it is the only one of the user's groups that has a role"
    elif len(level) > 1:
        why = f"{listed([group.name for group in level])} come first and have the same role"
    else:
        why = f"its precedence {best.precedence} is the lowest number among the user's groups with a role"
    return EffectiveRole(best.role_arn, best.name, (), f"{role}, from {best.name}: {why}.")


def neighbours(groups: Iterable[Group], precedence: int | None, *, but: str = "", each: int = 4) -> tuple[Group, ...]:
    """The groups whose precedence lies next to this number, in order, without the group `but`; at most `2 * each`."""
    numbered = [group for group in ordered(groups) if group.precedence is not None and group.name != but]
    if precedence is None:
        return tuple(numbered[: 2 * each])
    below = [group for group in numbered if (group.precedence or 0) < precedence]
    return tuple(below[-each:] + numbered[len(below) : len(below) + each])


def listed(names: Iterable[str], most: int = 5) -> str:
    """Names as a sentence has them: "Admins, Editors and Viewers", or "A, B, C, D, E and 7 more"."""
    every = list(names)
    if len(every) > most:
        return f"{', '.join(every[:most])} and {len(every) - most} more"
    return " and ".join([", ".join(every[:-1]), every[-1]]) if len(every) > 1 else "".join(every)
