"""What keeps a user from signing in, and what can be done about it: the tables of `sign_in_table`, read. Pure."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aws.user_resources import AuthFactors, CognitoUser
from user_management.person.sign_in_table import BLOCKS, CAUTIONS, ROWS, TITLES, Block, Condition, Row, UserAction
from user_management.person.situation import Situation, situation_of

if TYPE_CHECKING:
    # Only their shape is needed; the module that reads them needs Django's cache.
    from user_management.pool_rules import Rules

_FACTS = frozenset(field.name for field in fields(Situation))


@dataclass(frozen=True, slots=True)
class Offer:
    """One action: whether it can work now, otherwise why not; what to think of first; whether it helps to sign in."""

    action: UserAction
    can: bool
    reason: str = ""
    caution: str = ""
    primary: bool = False

    @property
    def title(self) -> str:
        return TITLES[self.action]


@dataclass(frozen=True, slots=True)
class SignInHelp:
    """What is wrong in one sentence, and every action: those that help, then the others that work, then the rest."""

    key: str
    sentence: str
    severity: str
    offers: tuple[Offer, ...]
    afterwards: str = ""
    """Of a suspended user: what will be so once reactivated."""

    @property
    def first(self) -> tuple[Offer, ...]:
        return tuple(offer for offer in self.offers if offer.primary)

    @property
    def others(self) -> tuple[Offer, ...]:
        return tuple(offer for offer in self.offers if offer.can and not offer.primary)

    @property
    def cannot(self) -> tuple[Offer, ...]:
        return tuple(offer for offer in self.offers if not offer.can)

    def offer(self, action: UserAction) -> Offer:
        return next(offer for offer in self.offers if offer.action == action)


def matches(condition: Condition, situation: Situation) -> bool:
    """Whether each fact that the condition names is so."""
    for name, wanted in condition.items():
        if name not in _FACTS:
            raise KeyError(name)
        fact = getattr(situation, name)
        if fact not in wanted if isinstance(wanted, tuple) else fact != wanted:
            return False
    return True


def row_of(situation: Situation) -> Row:
    """The one row of the table for this situation."""
    return next(row for row in ROWS if matches(row.when, situation))


def _first(blocks: tuple[Block, ...], situation: Situation) -> str:
    return next((block.why for block in blocks if matches(block.when, situation)), "")


def blocked(action: UserAction, situation: Situation) -> str:
    """Why the action cannot work in this situation, or "" when it can."""
    return _first(BLOCKS[action], situation)


def why_not(action: UserAction | str, user: CognitoUser, rules: "Rules", factors: AuthFactors | None = None) -> str:
    """Why the action cannot work for this user, or "" when it can. Raises ValueError for an action that is none."""
    return blocked(UserAction(action), situation_for(user, rules, factors))


def situation_for(user: CognitoUser, rules: "Rules", factors: AuthFactors | None = None) -> Situation:
    """The user's situation at this moment."""
    return situation_of(user, rules.people, rules.mfa, now=datetime.now(UTC), factors=factors)


def help_for(situation: Situation) -> SignInHelp:
    """What is wrong, and what can be done about it."""
    row = row_of(situation)
    helps = [action for action in row.helps if not blocked(action, situation)]
    order = {action: place for place, action in enumerate(helps)}
    offers = [_offer(action, situation, primary=action in order) for action in UserAction]
    offers.sort(key=lambda offer: (not offer.primary, not offer.can, order.get(offer.action, 0)))
    afterwards = ""
    if not situation.enabled:
        awake = replace(situation, enabled=True)
        afterwards = _sentence(row_of(awake), awake)
    return SignInHelp(row.key, _sentence(row, situation), row.severity, tuple(offers), afterwards)


def _offer(action: UserAction, situation: Situation, *, primary: bool) -> Offer:
    reason = blocked(action, situation)
    caution = "" if reason else _first(CAUTIONS.get(action, ()), situation)
    return Offer(action, can=not reason, reason=reason, caution=caution, primary=primary)


def _sentence(row: Row, situation: Situation) -> str:
    day = _day(situation.expires)
    until = f"; it is valid until about {day}" if situation.expires else ""
    if situation.expires and situation.doubtful:
        until = f"; it may have ended already, or, if the last change renewed it, is valid until about {day}"
    medium = {"EMAIL": "e-mail", "SMS": "text message"}.get(situation.medium, "e-mail or text message")
    return row.wrong.format(medium=medium, status=situation.status or situation.state, expires=day, until=until)


def _day(moment: datetime | None) -> str:
    return f"{moment:%-d %B %Y}" if moment else "an unknown day"
