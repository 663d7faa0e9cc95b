"""Rules about Amplify Gen 2: would `referenceAuth` accept what was chosen? They never block."""

from auth_import.findings import Cure, RuleSet, Severity
from auth_import.observation import Observation
from auth_import.rules.judgement import NOT_APPLICABLE, Judgement, passes, rule
from auth_import.rules.reading import (
    client_label,
    identity_pool,
    identity_pool_fault,
    identity_pool_roles,
    names,
    pool_fault,
    pool_label,
    readable_pool,
    roles_fault,
    unread,
    web_client,
    web_fault,
)
from aws.errors import Fault

FAMILY = "Gen 2 readiness"
DEVELOPERS = "developers who move this app to Amplify Gen 2"


def _info(observed: str, reason: str, cure: str) -> Judgement:
    return Judgement(Severity.INFO, observed=observed, reason=reason, affects=DEVELOPERS, cure=Cure(cure))


def _unread(what: str, fault: Fault | None) -> Judgement:
    return unread(what, fault, severity=Severity.INFO, affects=DEVELOPERS)


def _web_client_public(observation: Observation, rule_set: RuleSet) -> Judgement:
    web = web_client(observation)
    if web is None:
        return _unread("the web client", web_fault(observation))
    if not web.has_secret:
        return passes(f"{client_label(web)} has no secret")
    return _info(
        f"{client_label(web)} has a client secret",
        "`referenceAuth` takes one client, and it must have no secret.",
        "Choose or create a web client without a secret (client.web-found shows the command).",
    )


def _pair_is_provider(observation: Observation, rule_set: RuleSet) -> Judgement:
    if not observation.choice.uses_identity_pool:
        return _info(
            "no identity pool was chosen",
            "`referenceAuth` asks for an identity pool and its two roles.",
            "Choose an identity pool, or keep passing the ids with `backend.addOutput` in Gen 2.",
        )
    pool = identity_pool(observation)
    if pool is None:
        return _unread("the identity pool", identity_pool_fault(observation))
    choice, region = observation.choice, observation.setting.region
    provider = f"cognito-idp.{region}.amazonaws.com/{choice.user_pool_id}"
    pairs = {(entry.provider_name, entry.client_id) for entry in pool.user_pool_providers}
    if (provider, choice.web_client_id) in pairs:
        return passes(f"{pool_label(pool)} names {provider} with {choice.web_client_id}")
    return _info(
        f"{pool_label(pool)} does not name {provider} with {choice.web_client_id}",
        "`referenceAuth` looks for exactly this pair of user pool and client in the identity pool.",
        "Add the web client as a provider (identity-pool.both-clients shows the command).",
    )


def _roles_equal(observation: Observation, rule_set: RuleSet) -> Judgement:
    if not observation.choice.uses_identity_pool:
        return NOT_APPLICABLE
    roles = identity_pool_roles(observation)
    if roles is None:
        return _unread("the identity pool's roles", roles_fault(observation))
    both = (("authenticated", roles.authenticated_arn), ("unauthenticated", roles.unauthenticated_arn))
    missing = [kind for kind, arn in both if not arn]
    if not missing:
        return passes("both role ARNs are the identity pool's")
    return _info(
        f"the identity pool names no {' and no '.join(missing)} role",
        "`referenceAuth` takes both role ARNs and compares them with those of the identity pool.",
        "Give the identity pool the missing role (identity-pool.unauthenticated-role shows the command).",
    )


def _external_idp_complete(observation: Observation, rule_set: RuleSet) -> Judgement:
    pool, web = readable_pool(observation), web_client(observation)
    if pool is None or web is None:
        return _unread("the user pool and its web client", pool_fault(observation) or web_fault(observation))
    external = [name for name in web.supported_identity_providers or () if name != "COGNITO"]
    if not external:
        return NOT_APPLICABLE
    needed = (
        ("domain", pool.domain or pool.custom_domain),
        ("callback URLs", web.callback_urls),
        ("logout URLs", web.logout_urls),
    )
    missing = [what for what, value in needed if not value]
    if not missing:
        return passes(f"{names(external)}: domain, callback and logout URLs are there")
    return _info(
        f"with {names(external)} there is no {' and no '.join(missing)}",
        "`referenceAuth` refuses external identity providers unless domain, callback and logout URLs exist.",
        "Add what is missing (oauth.complete and oauth.domain show the commands).",
    )


def _no_alias(observation: Observation, rule_set: RuleSet) -> Judgement:
    pool = readable_pool(observation)
    if pool is None:
        return _unread("the user pool", pool_fault(observation))
    if not pool.alias_attributes:
        return passes("no alias attributes")
    return _info(
        f"alias attributes: {names(pool.alias_attributes)}",
        "`referenceAuth` refuses every pool with alias attributes, and a pool keeps them for ever.",
        "Pass the ids with `backend.addOutput` in Gen 2 instead of `referenceAuth`.",
    )


def _group_roles_known(observation: Observation, rule_set: RuleSet) -> Judgement:
    if readable_pool(observation) is None:
        return _unread("the groups", pool_fault(observation))
    if isinstance(observation.groups, Fault):
        return _unread("the groups", observation.groups)
    if not observation.groups:
        return NOT_APPLICABLE
    without = [group.name for group in observation.groups if not group.role_arn]
    if not without:
        return passes(f"{len(observation.groups)} groups, each with a role")
    return _info(
        f"groups without a role: {names(without)}",
        "`referenceAuth` knows a group by its role's ARN, which must be the role of some group of the pool; groups"
        " without a role cannot be listed and get no access rules of their own.",
        "Give these groups a role if storage or functions should tell them apart.",
    )


RULES = (
    rule(FAMILY, "gen2.web-client-public", "The web client has no secret", _web_client_public),
    rule(FAMILY, "gen2.pair-is-provider", "The identity pool names pool and web client", _pair_is_provider),
    rule(FAMILY, "gen2.roles-equal", "Both roles are the identity pool's", _roles_equal),
    rule(FAMILY, "gen2.external-idp-complete", "External sign-in is complete", _external_idp_complete),
    rule(FAMILY, "gen2.no-alias", "The pool has no alias attributes", _no_alias),
    rule(FAMILY, "gen2.group-roles-known", "Every group has a role", _group_roles_known),
)
