"""Invented customers, the same at every seeding."""

import datetime
from collections.abc import Iterator

from moto.cognitoidp.models import UserStatus

from aws.sandbox import ids
from aws.sandbox.users import SandboxUser

# fmt: off
GIVEN_NAMES = (
    "Ada", "Amina", "Anders", "Bea", "Bruno", "Carmen", "Chidi", "Clara", "Dario", "Devi", "Elif", "Emeka", "Esra",
    "Farah", "Felix", "Gita", "Hana", "Hugo", "Ines", "Ivan", "Jana", "Jonas", "Kaito", "Keiko", "Lars", "Leila",
    "Linus", "Mara", "Mateo", "Mei", "Nadia", "Niko", "Noor", "Olga", "Omar", "Paula", "Pedro", "Priya", "Quinn",
    "Rafael", "Rosa", "Samir", "Sofia", "Stefan", "Tala", "Tomas", "Uma", "Viktor", "Wanda", "Yusuf",
)
# fmt: on
FAMILY_NAMES = ("Sample", "Example", "Muster", "Esempio", "Ejemplo")
_START = datetime.datetime(2024, 1, 8, 9, 0, 0)


def _status(number: int) -> UserStatus:
    # Most are confirmed; every tenth or so waits for something, so that each state can be seen on the first page.
    return {
        3: UserStatus.FORCE_CHANGE_PASSWORD,
        6: UserStatus.UNCONFIRMED,
        9: UserStatus.RESET_REQUIRED,
    }.get(number % 12, UserStatus.CONFIRMED)


def customers(pool_id: str, count: int) -> Iterator[SandboxUser]:
    """Users of a pool whose user name is the e-mail address, so that Cognito's own name for them is their sub."""
    for number in range(count):
        given, family = (
            GIVEN_NAMES[number % len(GIVEN_NAMES)],
            FAMILY_NAMES[number // len(GIVEN_NAMES) % len(FAMILY_NAMES)],
        )
        domain = "example.org" if number % 4 == 0 else "example.com"
        email = f"{given}.{family}@{domain}".lower()
        status = _status(number)
        user = SandboxUser(
            pool_id,
            None,
            None,
            status,
            [
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "false" if status is UserStatus.UNCONFIRMED else "true"},
                {"Name": "given_name", "Value": given},
                {"Name": "family_name", "Value": family},
            ],
        )
        user.id = user.username = ids.user_sub(f"{pool_id} {email}")
        user.change({"sub": user.id})
        user.enabled = number % 25 != 7
        user.create_date = _START + datetime.timedelta(hours=71 * number, minutes=13 * number)
        user.last_modified_date = user.create_date + datetime.timedelta(days=number % 40)
        yield user
