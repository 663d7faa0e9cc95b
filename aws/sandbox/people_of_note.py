"""People worth looking at: each shows one thing a page about users must stand."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from moto.cognitoidp.models import UserStatus

from aws.sandbox import ids
from aws.sandbox.user_pools import SandboxUserPool
from aws.sandbox.users import SandboxUser

_FIRST_DAY = datetime.datetime(2025, 3, 3, 10, 15, 0)
_FEDERATED = "EXTERNAL_PROVIDER"

#: The custom attributes of `loyalty-members`: a text, a number with limits, and one that can never be changed.
LOYALTY_SCHEMA = (
    {"Name": "email", "Required": False, "Mutable": True},
    {
        "Name": "tier",
        "AttributeDataType": "String",
        "Mutable": True,
        "StringAttributeConstraints": {"MinLength": "2", "MaxLength": "10"},
    },
    {
        "Name": "points",
        "AttributeDataType": "Number",
        "Mutable": True,
        "NumberAttributeConstraints": {"MinValue": "0", "MaxValue": "100000"},
    },
    {"Name": "member_since", "AttributeDataType": "String", "Mutable": False},
)


@dataclass(frozen=True)
class Person:
    username: str
    status: str = UserStatus.CONFIRMED
    attributes: Mapping[str, str] = field(default_factory=dict)
    enabled: bool = True
    totp: bool = False
    sms: bool = False
    passkeys: int = 0
    groups: tuple[str, ...] = ()


def _mail(name: str, verified: bool = True) -> dict[str, str]:
    return {"email": f"{name}@example.com", "email_verified": "true" if verified else "false"}


def _phone(number: str, verified: bool = True) -> dict[str, str]:
    return {"phone_number": number, "phone_number_verified": "true" if verified else "false"}


def _identity(provider: str, subject: str) -> dict[str, str]:
    linked = {"userId": subject, "providerName": provider, "providerType": provider, "primary": "true"}
    return {"identities": json.dumps([linked])}


_GOLD = {"custom:tier": "gold", "custom:points": "48200", "custom:member_since": "2019"}

LOYALTY_PEOPLE = (
    Person(
        "gold.member",
        attributes={**_mail("gold.member"), **_phone("+4930901820"), "name": "Greta Gold", **_GOLD},
        totp=True,
        sms=True,
        groups=("Gold", "Newsletter"),
    ),
    Person(
        "silver.member",
        attributes={**_mail("silver.member"), "preferred_username": "silver", "custom:tier": "silver"},
        passkeys=2,
        groups=("Silver",),
    ),
    Person("invited.member", UserStatus.FORCE_CHANGE_PASSWORD, _mail("invited.member")),
    Person("signing.up", UserStatus.UNCONFIRMED, _mail("signing.up", verified=False)),
    Person("must.reset", UserStatus.RESET_REQUIRED, _mail("must.reset")),
    Person("disabled.member", attributes=_mail("disabled.member"), enabled=False, groups=("Silver",)),
    Person("unverified.mail", attributes=_mail("unverified.mail", verified=False)),
    Person("phone.only", attributes=_phone("+4930901821"), sms=True),
    Person("no.contact", attributes={"name": "Nobody Knows"}),
    Person(
        "Google_108234567890123456789",
        _FEDERATED,
        {**_mail("from.google"), "name": "Gina Google", **_identity("Google", "108234567890123456789")},
        groups=("Newsletter",),
    ),
    Person("a/b%2Fc+d#e?f&g=h", attributes=_mail("slash")),
    Person("..", attributes=_mail("dots")),
    Person("📎🦄-ünïcødé", attributes={**_mail("emoji"), "name": "🦄 مريم שרה"}),
    Person('"quoted"\\back\'slash', attributes={**_mail("quoted"), "name": 'Quentin "Q" \\ O\'Quote'}),
    Person("<b>bold</b>", attributes={**_mail("markup"), "name": "<script>alert(1)</script>"}),
    Person("l" * 128, attributes={**_mail("long"), "name": "N" * 2048}),
)

FINANCE_PEOPLE = (
    Person("cfo@example.com", attributes={**_mail("cfo"), "name": "Clara Cash"}, totp=True),
    Person("controller@example.com", attributes={**_mail("controller"), "name": "Conrad Count"}, totp=True),
    Person("no.factor.yet@example.com", attributes=_mail("no.factor.yet")),
    Person("treasurer@example.com", attributes=_mail("treasurer"), totp=True, passkeys=1),
    Person("new.auditor@example.com", UserStatus.FORCE_CHANGE_PASSWORD, _mail("new.auditor")),
    Person("applicant@example.com", UserStatus.UNCONFIRMED, _mail("applicant", verified=False)),
    Person("forgot.all@example.com", UserStatus.RESET_REQUIRED, _mail("forgot.all"), totp=True),
    Person("left.us@example.com", attributes=_mail("left.us"), enabled=False, totp=True),
    Person("locked.invitation@example.com", UserStatus.FORCE_CHANGE_PASSWORD, _mail("locked.invitation"), False),
    Person("moved.mail@example.com", attributes=_mail("moved.mail", verified=False), totp=True),
    Person("bookkeeper@example.com", attributes={**_mail("bookkeeper"), **_phone("+4930901830", False)}, totp=True),
    Person("CorporateLogin_kim@example.org", _FEDERATED, {**_mail("kim"), **_identity("CorporateLogin", "kim")}),
)

#: Both groups of this pool have the same precedence and different roles.
TIED_PEOPLE = (
    Person("both@example.com", attributes=_mail("both"), groups=("Buyers", "Sellers")),
    Person("buyer@example.com", attributes=_mail("buyer"), groups=("Buyers",)),
    Person("seller@example.com", attributes=_mail("seller"), groups=("Sellers",)),
)


def plant(pool: SandboxUserPool, people: tuple[Person, ...]) -> None:
    for number, person in enumerate(people):
        user = SandboxUser(pool.id, person.username, None, person.status, ())
        user.id = ids.user_sub(f"{pool.id} {person.username}")
        if pool.extended_config.get("UsernameAttributes") and person.status != _FEDERATED:
            user.username = user.id
        user.attribute_lookup = {"sub": user.id, **person.attributes}
        user.enabled = person.enabled
        user.token_verified = user.software_token_mfa_enabled = person.totp
        user.sms_mfa_enabled = person.sms
        user.passkeys = person.passkeys
        user.preferred_mfa_setting = "SOFTWARE_TOKEN_MFA" if person.totp else "SMS_MFA" if person.sms else None
        user.create_date = _FIRST_DAY + datetime.timedelta(days=11 * number, minutes=37 * number)
        user.last_modified_date = user.create_date + datetime.timedelta(days=number % 5)
        pool.users[user.username] = user
        for name in person.groups:
            pool.groups[name].users.add(user)
            user.groups.add(pool.groups[name])
