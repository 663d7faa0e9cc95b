"""Whole checks of many links, as a command asks for them: account-Regions side by side, in the links' order."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings

from audit.record import Actor
from auth_import import rules
from auth_import.findings import RuleSet
from auth_import.models import CognitoLink
from auth_import.observation import Setting
from auth_import.observe import observe
from auth_import.preflight import SeesEnvironment, own_project, setting_of
from auth_import.services import take_checked
from auth_import.watch.judging import Seen
from auth_import.watch.lanes import Outcome, run
from auth_import.watch.passing import is_of_the_lane
from aws import quotas, side_by_side
from aws.errors import Fault

log = logging.getLogger(__name__)

LANES = 16
AS_LONG_AS_IT_TAKES = 24 * 3600.0


@dataclass(slots=True)
class Piece:
    link: CognitoLink
    setting: Setting | None = None
    rule_set: RuleSet = RuleSet.ADMIN_UI


def check_links(
    *,
    links: Sequence[CognitoLink],
    actor: Actor,
    sees: SeesEnvironment,
    begins: Callable[[CognitoLink], None] = lambda _: None,
) -> None:
    """Run every rule on each link again and compare with its baseline; the links are as they are then.

    Where AWS does not answer, or the credentials do not work, `untold` of the link says why; the other links of that
    account and Region are then not tried.
    """
    lanes: dict[str, list[Piece]] = {}
    for link in links:
        lanes.setdefault(quotas.scope_of(link.environment.target), []).append(Piece(link))

    def start(piece: Piece) -> bool:
        link = piece.link
        begins(link)
        try:
            piece.rule_set = link.rule_set
            piece.setting = setting_of(
                link.environment, user_pool_id=link.user_pool_id, sees=own_project(link.environment), relink=True
            )
        except Exception as error:
            link.untold = _puzzled(error)
        return link.untold is None

    def end(outcome: Outcome[Piece, Seen]) -> None:
        link = outcome.work.link
        try:
            if outcome.error is not None or outcome.result is None:
                raise outcome.error or RuntimeError("A check was left behind.")
            take_checked(link=link, seen=outcome.result, actor=actor, sees=sees)
        except Exception as error:
            link.untold = _puzzled(error)
        fault = link.untold
        if fault is not None and is_of_the_lane(fault):
            _skip(outcome, fault)

    run(lanes, start=start, do=_look, end=end, seconds=AS_LONG_AS_IT_TAKES, at_once=1, threads=LANES)


def _puzzled(error: Exception) -> Fault:
    """A row that nobody understands keeps no other link from its check."""
    log.error("A link could not be checked", exc_info=error)
    return Fault("rejected", type(error).__name__, "The console could not work it out; its log says more", "")


def _skip(outcome: Outcome[Piece, Seen], fault: Fault) -> None:
    for piece in outcome.waiting:
        piece.link.untold = fault
    outcome.waiting.clear()


def _look(piece: Piece) -> Seen:
    assert piece.setting is not None
    link = piece.link
    with side_by_side.own_threads():
        observation = observe(
            target=link.environment.target,
            choice=link.choice,
            setting=piece.setting,
            seconds=settings.SCREEN_DEADLINE_SECONDS,
        )
    return Seen(observation, rules.run(observation, piece.rule_set))
