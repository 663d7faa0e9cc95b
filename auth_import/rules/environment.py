"""Rules about the environment that the import goes into."""

import re

from auth_import.findings import Cure, RuleSet, Severity
from auth_import.observation import Observation
from auth_import.rules.judgement import NOT_APPLICABLE, Judgement, passes, rule
from auth_import.rules.reading import BACKEND_UNREAD, backend_unread, names

FAMILY = "Environment"
_ALPHANUMERIC = re.compile(r"[A-Za-z0-9]+")


def _region(observation: Observation, rule_set: RuleSet) -> Judgement:
    pool_region = observation.choice.user_pool_id.partition("_")[0]
    region = observation.setting.region
    if pool_region == region:
        return passes(region)
    return Judgement(
        Severity.FAIL,
        observed=f"{observation.choice.user_pool_id} is in {pool_region or 'no Region'}, the environment is in {region}"
        if "_" in observation.choice.user_pool_id
        else f"{observation.choice.user_pool_id or 'no id'} is not the id of a user pool ({region}_…)",
        reason="An environment can only use Cognito resources of its own Region; the generated files name one Region.",
        affects="whoever imports",
        cure=Cure(f"Choose a user pool in {region}, or import into an environment of the pool's Region."),
    )


def _name(observation: Observation, rule_set: RuleSet) -> Judgement:
    setting = observation.setting
    if setting.kind != "amplify":
        return NOT_APPLICABLE
    both = (("project name", setting.project_name), ("resource name", setting.resource_name))
    bad = [f"{what} “{name}”" for what, name in both if not _ALPHANUMERIC.fullmatch(name)]
    if not bad:
        return passes(f"project {setting.project_name}, resource {setting.resource_name}")
    return Judgement(
        Severity.FAIL if rule_set is RuleSet.ADMIN_UI else Severity.WARN,
        observed=f"not only letters and digits: {names(bad)}",
        reason="Amplify cuts resource names at the first underscore when it reads an environment's stored ids back, and"
        " builds template names from them, so other characters lose the import at the next pull.",
        affects="developers who pull this environment, and its builds",
        cure=Cure("Use a project name of letters and digits only; Amplify itself allows 3 to 20 of them."),
    )


def _none_yet(observation: Observation, rule_set: RuleSet) -> Judgement:
    existing, name = observation.setting.existing_auth, observation.setting.environment_name
    if not existing:
        if backend_unread(observation):
            return passes(f"nothing is linked here; what the backend itself has is {BACKEND_UNREAD}")
        return passes("the environment has no auth resource")
    if existing == "imported":
        observed = f"{name} already uses an imported user pool"
        cure = Cure("Unlink it first, or swap it for this one. Neither deletes anything in Cognito.")
    else:
        observed = f"{name} has a user pool that Amplify made and manages"
        cure = Cure(
            "Remove it with the Amplify CLI and push. That deletes the pool with all its users: export"
            " them first if you need them.",
            "amplify remove auth && amplify push",
        )
    return Judgement(
        Severity.FAIL,
        observed=observed,
        reason="An environment has room for one auth resource; a second one is neither written nor read.",
        affects="everybody who signs in to the app of this environment",
        cure=cure,
    )


def _shared(observation: Observation, rule_set: RuleSet) -> Judgement:
    links = observation.setting.other_links
    if not links:
        return passes("no other environment uses this pool")
    ordered = sorted(links, key=lambda link: not link.production)
    labels = [f"{link.label} (production)" if link.production else link.label for link in ordered]
    return Judgement(
        Severity.WARN,
        observed=f"also used by {names(labels)}",
        reason="Users, groups, limits and settings are shared: what somebody changes or tries out here happens there.",
        affects=f"people who use {names(labels)}",
        cure=Cure("Nothing to do if that is intended; otherwise give this environment a user pool of its own."),
    )


RULES = (
    rule(FAMILY, "region.same", "The pool is in the environment's Region", _region),
    rule(FAMILY, "name.valid", "Project and resource names survive Amplify", _name),
    rule(FAMILY, "auth.none-yet", "The environment has no auth resource yet", _none_yet),
    rule(FAMILY, "link.shared", "No other environment uses this pool", _shared),
)
