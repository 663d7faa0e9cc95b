"""A user to be made: what the pool asks for. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from aws.user_resources import AttributeRule, PeopleRules
from user_management.person.attributes import FIXED, ordered, problem_of

LONGEST_NAME = 128
NAME_LABELS = {
    (): "User name",
    ("email",): "E-mail address",
    ("phone_number",): "Phone number",
    ("email", "phone_number"): "E-mail address or phone number",
}


@dataclass(frozen=True, slots=True)
class NewUser:
    """`deliver_by` holds how the invitation travels (`EMAIL`, `SMS`); empty: nobody is told."""

    username: str
    attributes: Mapping[str, str]
    temporary_password: str = field(default="", repr=False)
    deliver_by: tuple[str, ...] = ()
    take_alias: bool = False


def name_attributes(people: PeopleRules) -> tuple[str, ...]:
    """The addresses that serve as user names; empty where the pool takes any name."""
    return tuple(sorted(people.pool.username_attributes or ()))


def name_label(people: PeopleRules) -> str:
    return NAME_LABELS.get(name_attributes(people), "User name")


def attribute_named(username: str, people: PeopleRules) -> str:
    """Which attribute the user name is: `email`, `phone_number`, or "" where it is only a name."""
    for name in name_attributes(people):
        if not problem_of(people.rule(name) or AttributeRule(name, "String"), username):
            return name
    return ""


def name_problem(username: str, people: PeopleRules) -> str:
    """What is wrong with a user name in this pool, or ""."""
    if not username:
        return "Give the user a name: it can never be changed."
    if len(username) > LONGEST_NAME:
        return f"A user name has at most {LONGEST_NAME} characters; this has {len(username)}."
    if any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp", "Zs") for one in username):
        return "A user name holds no spaces and no control characters."
    accepted = name_attributes(people)
    if accepted and not attribute_named(username, people):
        return f"This pool's users are named by their {NAME_LABELS[accepted].lower()}."
    aliases = people.pool.alias_attributes or ()
    email, phone = AttributeRule("email", "String"), AttributeRule("phone_number", "String")
    if "email" in aliases and not problem_of(email, username):
        return "This pool's users also sign in with their e-mail address, so their user name cannot look like one."
    if "phone_number" in aliases and not problem_of(phone, username):
        return "This pool's users also sign in with their phone number, so their user name cannot look like one."
    return ""


def fields_to_ask(people: PeopleRules) -> tuple[AttributeRule, ...]:
    """The attributes a new user can be given, without the one that the user name is."""
    accepted = name_attributes(people)
    skipped = {*FIXED, *(accepted if len(accepted) == 1 else ())}
    if "preferred_username" in (people.pool.alias_attributes or ()):
        # As an alias it can be set only after the user is confirmed.
        skipped.add("preferred_username")
    return tuple(rule for rule in ordered(people) if rule.name not in skipped)
