"""Rules about the IAM roles that the identity pool, and the groups of the user pool, hand out."""

from dataclasses import dataclass

from auth_import.findings import Cure, Fix, RuleSet, Severity
from auth_import.observation import Observation, group_role_arns
from auth_import.rules.commands import aws_command, rewrite_trust
from auth_import.rules.judgement import NOT_APPLICABLE, Judgement, passes, rule
from auth_import.rules.reading import (
    BACKEND_UNREAD,
    backend_unread,
    fault_words,
    identity_pool_roles,
    names,
    next_step,
    pool_fault,
    readable_pool,
    roles_fault,
    unread,
)
from auth_import.rules.trust import Amr, Trust, evaluate, trust_for
from aws.errors import Fault
from aws.resources import Group, Role, role_name

FAMILY = "Roles"


@dataclass(frozen=True, slots=True)
class _NamedRole:
    """A role as the identity pool names it, with what IAM answered about it."""

    amr: Amr
    arn: str
    answer: Role | Fault | None

    @property
    def label(self) -> str:
        return f"{self.amr} role {role_name(self.arn)}"

    @property
    def account(self) -> str:
        return ":".join(self.arn.split(":")[4:5])

    @property
    def elsewhere(self) -> bool:
        """IAM found a role of this name, but the identity pool means the one of another account."""
        return isinstance(self.answer, Role) and self.answer.arn.split(":")[4:5] != [self.account]

    @property
    def missing(self) -> bool:
        # Within an account a name is unique, so another ARN means that the named role is gone.
        if isinstance(self.answer, Role):
            return self.answer.arn != self.arn and not self.elsewhere
        return self.answer is not None and self.answer.kind == "not-found"

    @property
    def found(self) -> Role | None:
        return self.answer if isinstance(self.answer, Role) and self.answer.arn == self.arn else None


def _named(observation: Observation) -> tuple[_NamedRole, ...] | None:
    """The roles the identity pool names, authenticated first; None if that could not be read."""
    roles = identity_pool_roles(observation)
    if roles is None:
        return None
    both = (
        _NamedRole("authenticated", roles.authenticated_arn, observation.authenticated_role),
        _NamedRole("unauthenticated", roles.unauthenticated_arn, observation.unauthenticated_role),
    )
    return tuple(item for item in both if item.arn)


def _severity(bad: list[_NamedRole], rule_set: RuleSet) -> Severity:
    """Only the authenticated role is demanded by the documentation; the CLI asks IAM nothing."""
    blocks = rule_set is RuleSet.ADMIN_UI and any(item.amr == "authenticated" for item in bad)
    return Severity.FAIL if blocks else Severity.WARN


def _people(bad: list[_NamedRole]) -> str:
    kinds = {item.amr for item in bad}
    words = [("authenticated", "everybody who signs in and then uses AWS services"), ("unauthenticated", "guests")]
    return " and ".join(text for kind, text in words if kind in kinds)


def _exists(observation: Observation, rule_set: RuleSet) -> Judgement:
    if not observation.choice.uses_identity_pool:
        return NOT_APPLICABLE
    named = _named(observation)
    if named is None:
        return unread("the identity pool's roles", roles_fault(observation), severity=Severity.INFO)
    if not named:
        return NOT_APPLICABLE
    missing = [item for item in named if item.missing]
    unknown = [item for item in named if item.found is None and not item.missing]
    if missing:
        create = "Create the role again under the same path and name, or name another one in the identity pool."
        return Judgement(
            _severity(missing, rule_set),
            observed="; ".join(f"{item.label} ({item.arn}) does not exist" for item in missing),
            reason="The identity pool names a role that IAM does not have, so nobody can be given its credentials.",
            affects=_people(missing),
            cure=Cure(
                f"{create} The command shows what IAM says.",
                aws_command(
                    "iam",
                    "get-role",
                    region=observation.setting.region,
                    parameters={"RoleName": role_name(missing[0].arn)},
                ),
            ),
        )
    if unknown:
        return Judgement(
            Severity.INFO,
            observed="unknown: " + "; ".join(f"{item.label}: {_why_unknown(item)}" for item in unknown),
            reason="The identity pool names the role, but the console could not ask IAM whether it exists.",
            affects="whoever relies on this check",
            cure=Cure(next_step(unknown[0].answer if isinstance(unknown[0].answer, Fault) else None)),
            unread=True,
        )
    return passes("; ".join(f"{item.label} ({item.arn})" for item in named))


def _why_unknown(item: _NamedRole) -> str:
    if item.elsewhere:
        return f"it belongs to account {item.account}, which the console does not see"
    return fault_words(item.answer if isinstance(item.answer, Fault) else None)


def _judged(observation: Observation, named: tuple[_NamedRole, ...]) -> list[tuple[_NamedRole, Role, Trust]]:
    return [
        (item, item.found, evaluate(item.found.trust_policy, observation.choice.identity_pool_id, item.amr))
        for item in named
        if item.found is not None
    ]


def _trust(observation: Observation, rule_set: RuleSet) -> Judgement:
    if not observation.choice.uses_identity_pool:
        return NOT_APPLICABLE
    named = _named(observation)
    if named is None:
        return unread("the identity pool's roles", roles_fault(observation), severity=Severity.INFO)
    judged = _judged(observation, named)
    refused = [(item, role, trust) for item, role, trust in judged if trust.assumable == "no"]
    unsure = [(item, trust) for item, _, trust in judged if trust.assumable == "unsure"]
    if refused:
        return _untrusted(observation, refused, rule_set)
    if unsure:
        return Judgement(
            Severity.WARN,
            observed="; ".join(f"{item.label}: {trust.problem}" for item, trust in unsure),
            reason="Whether the role can be used depends on more than the identity pool, so some people may get no"
            " AWS credentials.",
            affects=_people([item for item, _ in unsure]),
            cure=Cure(
                "Try it with a person who signs in, or rewrite the trust policy so that it asks for the identity"
                " pool (aud) and the kind of identity (amr) only."
            ),
        )
    unread_roles = [item for item in named if item.found is None]
    if unread_roles:
        return Judgement(
            Severity.INFO,
            observed=f"unknown: the trust policy of {names([item.label for item in unread_roles])} could not be read",
            reason="Without it the console cannot tell whether the role trusts this identity pool.",
            affects="whoever relies on this check",
            cure=Cure("See role.exists for what to do, then check again."),
            unread=True,
        )
    if not judged:
        return NOT_APPLICABLE
    return passes("; ".join(f"{item.label} trusts {observation.choice.identity_pool_id}" for item, _, _ in judged))


def _untrusted(observation: Observation, refused: list[tuple[_NamedRole, Role, Trust]], rule_set: RuleSet) -> Judgement:
    pool_id, region = observation.choice.identity_pool_id, observation.setting.region
    fixes: list[Fix] = []
    commands: list[str] = []
    for item, role, trust in refused:
        policy = trust_for(role.trust_policy, pool_id, item.amr)
        # A Deny cannot be cured by another Allow, and a policy nobody understands is not ours to overwrite.
        if trust.malformed or evaluate(policy, pool_id, item.amr).assumable != "yes":
            continue
        authenticated = item.amr == "authenticated"
        fixes.append(Fix.REWRITE_TRUST_AUTHENTICATED if authenticated else Fix.REWRITE_TRUST_UNAUTHENTICATED)
        commands.append(rewrite_trust(role.name, policy, region=region))
    if commands:
        text = (
            "Let the role trust this identity pool: one statement of its trust policy is corrected or added, all others"
            " stay. The command replaces the whole trust policy by the one shown."
        )
    else:
        text = "Take out the Deny, or repair the policy, in the IAM console under Trust relationships."
    return Judgement(
        _severity([item for item, _, _ in refused], rule_set),
        observed="; ".join(f"{item.label}: {trust.problem}" for item, _, trust in refused),
        reason="AWS refuses the role to whoever comes from this identity pool: “Not authorized to perform"
        " sts:AssumeRoleWithWebIdentity”, or “Invalid identity pool configuration”.",
        affects=_people([item for item, _, _ in refused]),
        cure=Cure(text, " && ".join(commands)),
        fixes=tuple(fixes),
    )


def _reachable_by_others(observation: Observation, rule_set: RuleSet) -> Judgement:
    if not observation.choice.uses_identity_pool:
        return NOT_APPLICABLE
    named = _named(observation)
    if named is None:
        return unread("the identity pool's roles", roles_fault(observation), severity=Severity.INFO)
    judged = _judged(observation, named)
    problems = []
    for item, role, trust in judged:
        if trust.open_to_any:
            problems.append(f"{item.label} can be assumed from any identity pool of any account")
        elif trust.other_pools:
            problems.append(f"{item.label} also trusts {names(trust.other_pools)}")
        if item.amr == "authenticated":
            guests = evaluate(role.trust_policy, observation.choice.identity_pool_id, "unauthenticated")
            if guests.assumable == "yes":
                problems.append(f"{item.label} can be assumed by guests too (it does not ask for amr)")
    if problems:
        return Judgement(
            Severity.WARN,
            observed="; ".join(problems),
            reason="Somebody who never signed in to this app can get the rights of those who did.",
            affects="everybody whose data these roles can reach",
            cure=Cure(
                "Leave only this identity pool in aud, and one kind of identity in amr, in the trust policy that the"
                " command shows; ask first whether the other identity pool is still used.",
                aws_command(
                    "iam", "get-role", region=observation.setting.region, parameters={"RoleName": judged[0][1].name}
                ),
            ),
        )
    if len(judged) < len(named):
        hidden = names([item.label for item in named if item.found is None])
        return Judgement(
            Severity.INFO,
            observed=f"unknown: the trust policy of {hidden} could not be read",
            reason="Without it the console cannot tell who else may use the role.",
            affects="whoever relies on this check",
            cure=Cure("See role.exists for what to do, then check again."),
            unread=True,
        )
    if not judged:
        return NOT_APPLICABLE
    return passes("; ".join(f"{item.label} trusts this identity pool only" for item, _, _ in judged))


def _ties(groups: tuple[Group, ...]) -> list[list[Group]]:
    """Groups that share a precedence (none is the lowest, and shared too) and do not share a role."""
    by_precedence: dict[int | None, list[Group]] = {}
    for group in groups:
        if group.role_arn:
            by_precedence.setdefault(group.precedence, []).append(group)
    return [tied for tied in by_precedence.values() if len({group.role_arn for group in tied}) > 1]


def _groups(observation: Observation, rule_set: RuleSet) -> Judgement:
    pool = readable_pool(observation)
    if pool is None:
        return unread("the groups", pool_fault(observation), severity=Severity.INFO)
    if isinstance(observation.groups, Fault):
        return unread("the groups", observation.groups, severity=Severity.INFO)
    ties = _ties(observation.groups)
    if not ties:
        untrusting = _untrusting(observation, observation.groups)
        if untrusting:
            return _group_roles_untrusting(observation, untrusting)
        with_role = [group for group in observation.groups if group.role_arn]
        counted = f"{len(observation.groups)} groups, {len(with_role)} with a role"
        return passes(counted + _group_roles_unread(observation, observation.groups))
    second = ties[0][1]
    told = [
        f"{names([group.name for group in tied])} share "
        + ("no precedence at all" if tied[0].precedence is None else f"precedence {tied[0].precedence}")
        for tied in ties
    ]
    return Judgement(
        Severity.INFO,
        observed="; ".join(told) + ", with different roles",
        reason="For somebody in both groups Cognito then names no preferred role, so neither group's role is used.",
        affects="people who are in more than one of these groups",
        cure=Cure(
            "Give each of these groups a precedence of its own; the lowest number wins. The command repeats the group's"
            " description and role, which an update would reset.",
            aws_command(
                "cognito-idp",
                "update-group",
                region=observation.setting.region,
                parameters={
                    "UserPoolId": pool.id,
                    "GroupName": second.name,
                    "Description": second.description or None,
                    "RoleArn": second.role_arn,
                    "Precedence": _free_precedence(observation.groups),
                },
            ),
        ),
    )


def _untrusting(observation: Observation, groups: tuple[Group, ...]) -> list[tuple[str, Role, str]]:
    """Names of groups, their role, and why nobody from the identity pool gets it."""
    found = []
    for role in observation.group_roles:
        if not isinstance(role, Role):
            continue
        trust = evaluate(role.trust_policy, observation.choice.identity_pool_id, "authenticated")
        if trust.assumable == "no":
            found.append((names([group.name for group in groups if group.role_arn == role.arn]), role, trust.problem))
    return found


def _group_roles_unread(observation: Observation, groups: tuple[Group, ...]) -> str:
    """What to add about roles whose trust is not known; "" where all are."""
    if not observation.choice.uses_identity_pool:
        return ""
    arns = group_role_arns(groups)
    read = {role.arn for role in observation.group_roles if isinstance(role, Role)}
    left = [role_name(arn) for arn in arns if arn not in read]
    return f"; not read, so their trust is not known: {names(left)}" if left else ""


def _group_roles_untrusting(observation: Observation, untrusting: list[tuple[str, Role, str]]) -> Judgement:
    pool_id = observation.choice.identity_pool_id
    commands = [
        rewrite_trust(role.name, policy, region=observation.setting.region)
        for _, role, _ in untrusting
        for policy in [trust_for(role.trust_policy, pool_id, "authenticated")]
        if evaluate(policy, pool_id, "authenticated").assumable == "yes"
    ]
    groups = observation.groups if isinstance(observation.groups, tuple) else ()
    return Judgement(
        Severity.INFO,
        observed="; ".join(f"{who}: role {role.name}: {problem}" for who, role, problem in untrusting)
        + _group_roles_unread(observation, groups),
        reason="AWS refuses a group's role that does not trust the identity pool, so people of the group get no AWS"
        " credentials where the identity pool chooses the role from the token.",
        affects=f"people in {names([who for who, _, _ in untrusting])}",
        cure=Cure(
            "Let each of these roles trust the identity pool. The command replaces the whole trust policy by the one"
            " shown."
            if commands
            else "Take out the Deny, or repair the policy, in the IAM console under Trust relationships.",
            " && ".join(commands),
        ),
    )


def _free_precedence(groups: tuple[Group, ...]) -> int:
    return max((group.precedence for group in groups if group.precedence is not None), default=0) + 1


def _rest_api(observation: Observation, rule_set: RuleSet) -> Judgement:
    setting = observation.setting
    if backend_unread(observation) and observation.choice.uses_identity_pool and not setting.has_rest_api:
        return Judgement(
            Severity.INFO,
            observed=BACKEND_UNREAD,
            reason="Amplify attaches a REST API's permissions to the environment's own two roles and never to the roles"
            " of an imported identity pool. Whether this environment has a REST API is not known here.",
            affects="people who use a REST API, if there is one",
            cure=Cure(
                "If the backend has a REST API, allow `execute-api:Invoke` in the identity pool's roles yourself."
            ),
        )
    if setting.kind != "amplify" or not setting.has_rest_api or not observation.choice.uses_identity_pool:
        return NOT_APPLICABLE
    return Judgement(
        Severity.INFO,
        observed="this environment has a REST API",
        reason="Amplify attaches the REST API's permissions to the environment's own two roles and never to the roles"
        " of an imported identity pool, so calls signed with imported credentials are refused.",
        affects="people who use the REST API",
        cure=Cure(
            "Allow `execute-api:Invoke` on the API's paths in the identity pool's roles yourself, and keep doing"
            " so when paths change."
        ),
    )


RULES = (
    rule(FAMILY, "role.exists", "The identity pool's roles exist", _exists),
    rule(FAMILY, "role.trust", "The roles trust this identity pool", _trust),
    rule(FAMILY, "role.reachable-by-others", "Nobody else can use the roles", _reachable_by_others),
    rule(FAMILY, "groups.roles", "No two groups compete with different roles", _groups),
    rule(FAMILY, "rest-api.roles", "No REST API depends on roles it cannot reach", _rest_api),
)
