"""What a direct change found and what it wrote, so that taking it away puts back exactly that. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

SID = "AdminUiUserPoolAccess"
"""The id of our statement in a policy, by which it is known in a policy that somebody else has edited."""

Policy = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VariableChange:
    """One environment variable of the function; None where there is none."""

    name: str
    before: str | None
    after: str | None

    @property
    def needed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One inline policy of the role that is called `role`; None where there is none."""

    role: str
    name: str
    before: Policy | None
    after: Policy | None

    @property
    def needed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Restore:
    """The changes of one function as they stand in AWS: what each found first (`before`), and wrote last (`after`).

    `plan` is the digest of the plan that wrote last: a job that runs twice must not take its own work for somebody's.
    """

    function_arn: str
    variables: tuple[VariableChange, ...] = ()
    policies: tuple[PolicyChange, ...] = ()
    plan: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Raises KeyError for what is no record of a direct change."""
        return cls(
            function_arn=data["function_arn"],
            variables=tuple(VariableChange(**one) for one in data["variables"]),
            policies=tuple(PolicyChange(**one) for one in data["policies"]),
            plan=data["plan"],
        )

    @classmethod
    def of(cls, before: Mapping[str, Any]) -> "Restore | None":
        """What `FunctionGrant.before` keeps; None where the access was not given directly."""
        return cls.from_dict(before) if "function_arn" in before else None

    def followed_by(
        self, variables: Sequence[VariableChange], policies: Sequence[PolicyChange], *, plan: str
    ) -> "Restore":
        """This record once these changes are made as well.

        What was found first counts, as long as nobody else has changed it since. What is back as it was found needs no
        record any more.
        """
        of_variables = {one.name: one for one in self.variables}
        for variable in variables:
            earlier = of_variables.get(variable.name)
            of_variables[variable.name] = (
                replace(earlier, after=variable.after) if earlier and earlier.after == variable.before else variable
            )
        of_policies = {(one.role, one.name): one for one in self.policies}
        for policy in policies:
            known = of_policies.get((policy.role, policy.name))
            of_policies[policy.role, policy.name] = (
                replace(known, after=policy.after) if known and known.after == policy.before else policy
            )
        return Restore(
            function_arn=self.function_arn,
            variables=tuple(one for one in of_variables.values() if one.needed or one.after is not None),
            policies=tuple(one for one in of_policies.values() if one.needed),
            plan=plan,
        )


def without_ours(document: Policy) -> Policy | None:
    """A policy that somebody has edited, without our statement: None where nothing else is in it.

    The same document where our statement is not in it any more.
    """
    present = document.get("Statement") or []
    statements = list(present) if isinstance(present, list) else [present]
    others = [one for one in statements if not (isinstance(one, Mapping) and one.get("Sid") == SID)]
    if len(others) == len(statements):
        return document
    return {**document, "Statement": others} if others else None
