"""What saving a user's attributes would change, send and set off. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from aws.user_resources import CognitoUser, PeopleRules
from user_management.person.attributes import ADDRESSES, VERIFIED, label_of
from user_management.person.messages import Message, message_to

WHAT = {"email": "e-mail address", "phone_number": "phone number"}


@dataclass(frozen=True, slots=True)
class Change:
    """One attribute, before and after; "" stands for no value."""

    name: str
    before: str
    after: str

    @property
    def label(self) -> str:
        return label_of(self.name)

    @property
    def is_flag(self) -> bool:
        return self.name in VERIFIED


@dataclass(frozen=True, slots=True)
class Consequence:
    """What saving does beside changing values; `level` is `info` or `warning`."""

    level: str
    text: str


@dataclass(frozen=True, slots=True)
class AttributePlan:
    """A change of attributes to be looked at before it happens. `sent` is what AWS gets: only what differs."""

    user: CognitoUser
    sent: Mapping[str, str]
    expected: CognitoUser
    """The user as it must be afterwards."""
    changes: tuple[Change, ...]
    consequences: tuple[Consequence, ...] = ()
    messages: tuple[Message, ...] = ()


def digest_of(user: CognitoUser) -> str:
    """A mark of the user's attributes, by which a later save notices that somebody else changed them."""
    text = json.dumps(sorted(user.attributes.items()), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def plan_of(user: CognitoUser, entered: Mapping[str, str], people: PeopleRules) -> AttributePlan:
    """What becomes of the user when `entered` is saved. Attributes that are not named stay; "" deletes one."""
    sent = {
        name: value
        for name, value in entered.items()
        if name not in VERIFIED and value != user.attributes.get(name, "")
    }
    after = dict(user.attributes) | sent
    consequences: list[Consequence] = []
    messages: list[Message] = []
    for name in ADDRESSES:
        flag = f"{name}_verified"
        ticked = entered.get(flag, user.attributes.get(flag, "false")) == "true"
        if name not in sent:
            if user.is_verified(name) != ticked and user.attributes.get(name):
                sent[flag] = after[flag] = "true" if ticked else "false"
                consequences.append(_about_flag(name, ticked, people))
        elif not sent[name]:
            after[flag] = ""
            consequences.append(_about_removal(name, people))
        elif ticked:
            # Without the flag beside it, Cognito takes the new address for one that nobody proved.
            sent[flag] = after[flag] = "true"
            consequences.append(
                Consequence(
                    "warning",
                    f"The new {WHAT[name]} counts as verified at once: nobody asks the user for a code. Whoever reads "
                    "messages there can take over this account, so be sure that it is theirs.",
                )
            )
        else:
            waits = name in people.verified_before_change
            after[flag] = user.attributes.get(flag, "") if waits else "false"
            consequences += _about_unproved(name, people, waits=waits)
            if name in (people.pool.auto_verified_attributes or ()):
                reached = replace(user, attributes={**user.attributes, name: sent[name]})
                messages.append(message_to(reached, people, ADDRESSES[name]))
            if waits:
                after[name] = user.attributes.get(name, "")
    expected = replace(user, attributes={name: value for name, value in after.items() if value != ""})
    return AttributePlan(user, sent, expected, _changes(user, sent, expected), tuple(consequences), tuple(messages))


def _changes(user: CognitoUser, sent: Mapping[str, str], expected: CognitoUser) -> tuple[Change, ...]:
    rows = [Change(name, user.attributes.get(name, ""), value) for name, value in sent.items() if name not in VERIFIED]
    for flag in VERIFIED:
        before, after = user.attributes.get(flag, ""), expected.attributes.get(flag, "")
        if (before or "false") != (after or "false"):
            rows.append(Change(flag, before or "false", after or "false"))
    return tuple(rows)


def _about_flag(name: str, ticked: bool, people: PeopleRules) -> Consequence:
    what = WHAT[name]
    if not ticked:
        return Consequence("warning", f"Codes to recover a password no longer go to this {what}.{_alias(name, people)}")
    return Consequence(
        "info",
        f"The {what} counts as verified without a code. Whoever reads messages there can recover the password, so be "
        "sure that it is theirs.",
    )


def _about_removal(name: str, people: PeopleRules) -> Consequence:
    named = name in (people.pool.username_attributes or ()) or name in (people.pool.alias_attributes or ())
    signs_in = " and no longer sign in with it" if named else ""
    return Consequence("warning", f"Without this {WHAT[name]} the user can get no codes there{signs_in}.")


def _about_unproved(name: str, people: PeopleRules, *, waits: bool) -> list[Consequence]:
    what = WHAT[name]
    if waits:
        return [
            Consequence(
                "info",
                f"The present {what} stays until the user has entered the code that goes to the new one. "
                "Until then this page shows the old one.",
            )
        ]
    sends = name in (people.pool.auto_verified_attributes or ())
    until = "until the user enters the code sent to it" if sends else "and the pool sends no code to verify it"
    text = f"The new {what} is unverified {until}: it cannot recover a forgotten password.{_alias(name, people)}"
    return [Consequence("warning", text)]


def _alias(name: str, people: PeopleRules) -> str:
    if name in (people.pool.alias_attributes or ()):
        return " Nor can the user sign in with it: an alias counts only once it is verified."
    return ""
