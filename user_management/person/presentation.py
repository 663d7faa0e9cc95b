"""A user as pages and scripts see one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse

from audit.models import AuditEvent
from aws.user_resources import AuthFactors, CognitoUser
from user_management.listing.query import STATUSES
from user_management.person import messages
from user_management.person.attributes import ADDRESSES, VERIFIED, label_of, ordered
from user_management.person.messages import Message
from user_management.person.sign_in_help import Offer, SignInHelp, help_for, situation_for
from user_management.person.sign_in_table import UserAction
from user_management.person.situation import providers_of, sign_in_names
from user_management.place import Place
from user_management.pool_rules import Rules

STATES = {"CONFIRMED": "pass", "EXTERNAL_PROVIDER": "info"}
LONG_VALUE = 200
"""Characters that are shown at once; longer values scroll."""
RECENT = 10
"""How many lines of the activity the page shows."""

BUTTONS: Mapping[UserAction, tuple[str, str]] = {
    UserAction.REACTIVATE: (
        "reactivate-user",
        "Lifts the suspension, and changes nothing else about the account. No message is sent.",
    ),
    UserAction.CONFIRM: (
        "confirm-user",
        "The user counts as confirmed and can sign in with the password from the sign-up. No message is sent.",
    ),
    UserAction.RESEND_INVITATION: (
        "resend-invitation",
        "Cognito makes up a new temporary password, valid for the whole period again; the earlier one ends.",
    ),
    UserAction.RESET_PASSWORD: (
        "reset-password",
        "Any present password stops working at once, and Cognito sends a code, valid for an hour, with which the user "
        "chooses a new one.",
    ),
    UserAction.RESET_MFA: (
        "reset-mfa",
        "Cognito forgets the authenticator app; the user can set up a new one. No message is sent.",
    ),
    UserAction.SIGN_OUT: (
        "sign-out-user",
        "Every refresh token is revoked. Access tokens that apps hold already stay valid elsewhere until they expire, "
        "and the cookie of the hosted sign-in page is not cleared.",
    ),
    UserAction.SUSPEND: (
        "suspend-user",
        "The user can no longer sign in, and is signed out. Nothing is deleted; you can reactivate at any time.",
    ),
}
"""The address and the words of what is done with one button."""
LINKS: Mapping[UserAction, tuple[str, str]] = {
    UserAction.SET_PASSWORD: ("set-password", "Choose a temporary or permanent password, and hand it over yourself."),
    UserAction.VERIFY: ("edit-user", "Tick the address that you know to be theirs, and save."),
    UserAction.EDIT: ("edit-user", "Opens the attributes. You see the difference before anything is saved."),
    UserAction.DELETE: ("delete-user", "Asks you to type the user's name first."),
}
"""The same for what has a page of its own."""


@dataclass(frozen=True, slots=True)
class Deed:
    """An offer with all the page needs: where it leads, what it does, which messages go out."""

    offer: Offer
    url: str
    is_link: bool
    text: str
    messages: tuple[Message, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One attribute on the page. `verified` is None for what cannot be verified."""

    name: str
    label: str
    value: str
    verified: bool | None = None
    is_custom: bool = False

    @property
    def is_long(self) -> bool:
        return len(self.value) > LONG_VALUE


def status_words(user: CognitoUser) -> str:
    return STATUSES.get(user.status, user.status)


def status_state(user: CognitoUser) -> str:
    return STATES.get(user.status, "warn")


def deeds_of(place: Place, user: CognitoUser, offers: tuple[Offer, ...], rules: Rules) -> list[Deed]:
    return [_deed(place, user, offer, rules) for offer in offers]


def _deed(place: Place, user: CognitoUser, offer: Offer, rules: Rules) -> Deed:
    is_link = offer.action in LINKS
    name, text = (LINKS if is_link else BUTTONS)[offer.action]
    url = reverse(name, kwargs={**place.names, "username": user.username})
    sent: tuple[Message, ...] = ()
    problem = ""
    if offer.can and offer.action == UserAction.RESEND_INVITATION:
        sent = messages.invitations_for(user, rules.people)
        problem = messages.template_problem(rules.people, sent[0].medium) if sent else ""
    elif offer.can and offer.action == UserAction.RESET_PASSWORD:
        medium = situation_for(user, rules).medium
        sent = (messages.message_to(user, rules.people, medium),) if medium else ()
    return Deed(offer, url, is_link, text, sent, problem)


def help_context(
    place: Place, user: CognitoUser, rules: Rules, factors: AuthFactors | None = None
) -> dict[str, object]:
    """What the panel *Help this user sign in* needs."""
    found = help_for(situation_for(user, rules, factors))
    return {
        "help": found,
        "first": deeds_of(place, user, found.first, rules),
        "others": deeds_of(place, user, found.others, rules),
        "names": sign_in_names(user, rules.people),
        "providers": providers_of(user),
    }


def attributes_of(user: CognitoUser, rules: Rules) -> list[Shown]:
    """The attributes with a value, in the schema's order; what the schema does not know comes last."""
    known = [rule.name for rule in ordered(rules.people)]
    names = [name for name in known if name in user.attributes] + sorted(set(user.attributes) - set(known))
    return [_shown(user, name) for name in names if name not in VERIFIED and name != "sub"]


def _shown(user: CognitoUser, name: str) -> Shown:
    verified = user.is_verified(name) if name in ADDRESSES else None
    custom = name.startswith(("custom:", "dev:custom:"))
    return Shown(name, label_of(name), user.attributes[name], verified, custom)


def unset_of(user: CognitoUser, rules: Rules) -> list[str]:
    """The labels of the schema's attributes that this user has no value for."""
    return [
        label_of(rule.name)
        for rule in ordered(rules.people)
        if rule.name not in user.attributes and rule.name not in VERIFIED
    ]


def activity_of(place: Place, username: str) -> list[AuditEvent]:
    """The last lines of the activity about this user."""
    rows = AuditEvent.objects.filter(
        project=place.project.slug,
        environment=place.environment.name,
        target=username[:400],
        action__startswith="user_management:",
    )
    return list(rows[:RECENT])


def groups_url(place: Place, username: str) -> str:
    try:
        return reverse("user-groups", kwargs={**place.names, "username": username})
    except NoReverseMatch:
        return ""


def _moment(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def user_report(user: CognitoUser) -> dict[str, object]:
    """The user as scripts read one."""
    return {
        "username": user.username,
        "sub": user.sub,
        "label": user.label,
        "status": user.status,
        "enabled": user.enabled,
        "created": _moment(user.created),
        "modified": _moment(user.modified),
        "attributes": dict(user.attributes),
    }


def help_report(found: SignInHelp) -> dict[str, object]:
    return {
        "key": found.key,
        "sentence": found.sentence,
        "afterwards": found.afterwards,
        "actions": [
            {
                "action": str(offer.action),
                "helps": offer.primary,
                "can": offer.can,
                "reason": offer.reason,
                "caution": offer.caution,
            }
            for offer in found.offers
        ],
    }


def factors_report(factors: AuthFactors) -> dict[str, object]:
    return {
        "mfa": list(factors.mfa),
        "preferred": factors.preferred,
        "first_factors": list(factors.first_factors),
    }
