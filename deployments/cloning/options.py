"""The one question that must be answered: which Cognito resources the new environment gets, and what rules one out."""

from dataclasses import dataclass

from auth_import.models import CognitoLink
from auth_import.observation import OtherLink
from auth_import.preflight import SeesEnvironment, setting_of
from aws.errors import AwsError
from deployments.cloning.checks import Accounts, is_same_place, not_read
from deployments.cloning.plan import Resources
from environments.models import Environment


@dataclass(frozen=True, slots=True)
class Option:
    """One answer. With a `refusal` it cannot be chosen; `warnings` are told to whoever chooses it."""

    value: Resources
    title: str
    text: str
    icon: str
    refusal: str = ""
    warnings: tuple[str, ...] = ()


def options_of(
    new: Environment,
    *,
    source: Environment | None,
    link: CognitoLink | None,
    accounts: Accounts,
    sees: SeesEnvironment,
) -> tuple[Option, ...]:
    """The answers in the order of the page; the first one only where there is a source."""
    found = [_same(new, source, link, accounts, sees)] if source else []
    return (
        *found,
        Option(
            Resources.OTHERS,
            "Others" if source else "Existing ones",
            "Choose another user pool, app clients and identity pool: the import page comes next."
            if source
            else "Choose a user pool, app clients and an identity pool of the account: the import page comes next.",
            "search",
        ),
        Option(
            Resources.NONE,
            "None for now",
            "Nobody can sign in until resources are imported or made. Users and groups stay empty until then.",
            "circle-minus",
        ),
        Option(
            Resources.SCRATCH,
            "Start from scratch",
            "After the environment is made, a page makes a user pool, two app clients, an identity pool and roles "
            "for it, through CloudFormation. You see everything before it is made.",
            "wand-sparkles",
        ),
    )


def _same(
    new: Environment, source: Environment, link: CognitoLink | None, accounts: Accounts, sees: SeesEnvironment
) -> Option:
    refusal = _refusal(new, source, link, accounts)
    if link is None:
        text = f"{source.name} has no Cognito resources linked."
    else:
        pool = f" and the identity pool {link.identity_pool_name}" if link.identity_pool_id else ""
        text = (
            f"{link.user_pool_name} with its app clients{pool}. Both environments then have the same users, groups and "
            "passwords, and what changes in the pool changes for both."
        )
    return Option(
        Resources.SAME,
        f"The same as {source.name}",
        text,
        "link",
        refusal=refusal,
        warnings=() if refusal or link is None else sharing_of(new, link, sees),
    )


def _refusal(new: Environment, source: Environment, link: CognitoLink | None, accounts: Accounts) -> str:
    if link is None:
        return f"Nothing is linked in {source.name}, so there is nothing to share."
    if new.region != source.region:
        return (
            f"Another Region or account rules this out: {source.name} is in {source.region}, {new.name} would be in "
            f"{new.region}, and Cognito resources live in one Region."
        )
    if is_same_place(new.target, source.target):
        return ""
    if accounts.differ:
        return (
            f"Another Region or account rules this out: {source.name} is in the account {accounts.source}, {new.name} "
            f"would be in {accounts.new}."
        )
    if accounts.differ is None:
        error = next(one for one in (accounts.new, accounts.source) if isinstance(one, AwsError))
        return (
            f"Whether both environments are in one account is not known: {not_read(error)}. "
            "Load this page again when AWS answers."
        )
    return ""


def sharing_of(new: Environment, link: CognitoLink, sees: SeesEnvironment) -> tuple[str, ...]:
    """Who else uses the pool, production first."""
    others = setting_of(new, user_pool_id=link.user_pool_id, sees=sees).other_links
    ordered = sorted(others, key=lambda other: not other.production)
    if not ordered:
        return ()
    words = ", ".join(_named(other) for other in ordered)
    warnings = [f"The user pool is shared with: {words}. Users deleted in {new.name} are deleted there too."]
    if any(other.production for other in ordered) and not new.production:
        warnings.insert(0, f"{new.name} would work on production's users.")
    if link.is_managed:
        warnings.append(
            f"This console made them for {link.environment.name}, and removes them no more while {new.name} uses them."
        )
    return tuple(warnings)


def _named(other: OtherLink) -> str:
    return f"{other.label} (production)" if other.production else other.label
