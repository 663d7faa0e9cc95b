"""Searching the index of users: a page of results and how many there are, for whatever people type."""

import random
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection
from django.utils import timezone

from aws.user_resources import CognitoUser
from benchmarks.account import Account
from benchmarks.preflight import new_environment
from benchmarks.report import Broken, Measurement, median
from user_management.index import search, search_postgres
from user_management.index.models import IndexedUser, SearchIndex
from user_management.index.rows import row_of
from user_management.index.search import BEGINS, Condition, Days, Search

POSTGRESQL, SQLITE = 1_000_000, 100_000
SMALL = {"postgresql": 100_000, "sqlite": 20_000}
TARGETS = {"postgresql": 100.0, "sqlite": 50.0}
PAGE = 60
FIRST_NAMES = (
    "Amelie,Anton,Beatriz,Björn,Carla,Charlotte,Daniel,Dmitri,Elif,Emil,Fatima,Felix,Grace,Hanna,Hiroshi,Ingrid,Ivan,"
    "Jasmin,João,Jonas,Karim,Katarzyna,Lars,Leila,Liam,Lucía,Mads,Maria,Mehmet,Mei,Nadia,Noah,Olga,Oscar,Paula,Pedro,"
    "Quentin,Rania,Ruben,Sofia,Søren,Tariq,Theo,Uma,Viktor,Wanda,Xavier,Yara,Yusuf,Zoë"
)
LAST_NAMES = (
    "Abbas,Almeida,Andersen,Bauer,Becker,Bianchi,Castro,Chen,Costa,Dubois,Eriksen,Fernández,Fischer,García,Haddad,"
    "Hansen,Hernández,Horvath,Ito,Ivanova,Jansen,Johansson,Kaya,Keller,Kovács,Kowalski,Larsen,Lefebvre,Lindqvist,"
    "López,Marino,Martin,Meyer,Moreau,Müller,Nakamura,Nguyen,Novák,Okafor,Olsen,Pereira,Petrov,Popescu,Rossi,Santos,"
    "Schmidt,Silva,Smirnov,Tanaka,Weber,Yılmaz,Zhang"
)
FIRST, LAST = FIRST_NAMES.split(","), LAST_NAMES.split(",")
DOMAINS = ("example.com",) * 60 + ("example.org",) * 25 + ("mail.example",) * 14 + ("partners.example",)
STATUSES = ("CONFIRMED",) * 90 + ("UNCONFIRMED",) * 6 + ("FORCE_CHANGE_PASSWORD",) * 3 + ("RESET_REQUIRED",)
ATTRIBUTES = ("email", "phone_number", "name", "custom:tier", "custom:company")
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


def people(number: int) -> Iterator[CognitoUser]:
    """Pretend users, always the same ones."""
    draw = random.Random(number)  # noqa: S311  (the same ones each time)
    for count in range(number):
        first, last = draw.choice(FIRST), draw.choice(LAST)
        sub = str(uuid.UUID(int=draw.getrandbits(128), version=4))
        created = BEGIN + timedelta(seconds=draw.randrange(180_000_000))
        yield CognitoUser(
            username=sub,
            status=draw.choice(STATUSES),
            enabled=draw.random() > 0.01,
            created=created,
            modified=created + timedelta(days=draw.randrange(300)),
            attributes={
                "sub": sub,
                "email": f"{first}.{last}{count}@{draw.choice(DOMAINS)}".lower(),
                "phone_number": f"+49170{draw.randrange(10**7):07}",
                "name": f"{first} {last}",
                "custom:tier": draw.choice(("free", "free", "free", "silver", "gold")),
                "custom:company": f"Company {draw.randrange(5000)}",
            },
        )


def plant(number: int) -> SearchIndex:
    """An index that holds so many users, put there directly: walking a pool of that size takes half an hour."""
    index = SearchIndex(environment=new_environment("Search"), pool_id="eu-west-1_Benchmark", enabled=True)
    index.take_attributes(list(ATTRIBUTES))
    index.filled = index.started = timezone.now()
    index.filled_attributes, index.users = index.attributes, number
    index.save()
    fields = [one for one in IndexedUser._meta.concrete_fields if not one.primary_key]
    now = timezone.now()

    def records() -> Iterator[list[Any]]:
        for user in people(number):
            row = row_of(index, user, now)
            yield [one.get_db_prep_save(getattr(row, one.attname), connection) for one in fields]

    table, columns = IndexedUser._meta.db_table, ", ".join(str(one.column) for one in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP INDEX {search_postgres.NAME}")
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for record in records():
                    copy.write_row(record)
            cursor.execute("SET maintenance_work_mem = '512MB'")
            cursor.execute(search_postgres.CREATE_INDEX)
            cursor.execute(f"VACUUM ANALYZE {table}")
        else:
            marks = ", ".join(["%s"] * len(fields))
            every = records()
            while some := list(islice(every, 5_000)):
                cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", some)  # noqa: S608
            cursor.execute("ANALYZE")
    return index


def mix(small: bool) -> dict[str, list[Search]]:
    """What people look for, by how much of it there is."""
    draw = random.Random(4)  # noqa: S311
    count = 4 if small else 12

    def text(make: Callable[[], str], **more: object) -> list[Search]:
        return [Search(conditions=(Condition(make()),), **more) for _ in range(count)]  # type: ignore[arg-type]

    def person() -> str:
        return f"{draw.choice(FIRST)} {draw.choice(LAST)}"

    return {
        "part of one address": text(lambda: f"{draw.randrange(10_000, 19_999)}@exa"),
        "the end of a number": text(lambda: f"{draw.randrange(10**5):05}"),
        "a full name": text(person),
        "a first name, newest first": text(lambda: draw.choice(FIRST), sort="created", descending=True),
        "a domain of most": text(lambda: "example.com", sort="email"),
        "a domain of few, by name": text(lambda: "partners.ex", sort="name"),
        "nobody": text(lambda: f"qx{draw.randrange(10**6)}zz"),
        "two letters": text(lambda: draw.choice(FIRST)[:2], sort="modified", descending=True),
        "a name and a rare status": text(lambda: draw.choice(LAST), status="RESET_REQUIRED", sort="created"),
        "a name among the suspended": text(lambda: draw.choice(FIRST), enabled=False, sort="name"),
        "a name in a month": text(
            lambda: draw.choice(LAST), created=Days(date(2023, 3, 1), date(2023, 3, 31)), sort="created"
        ),
        "gold at one company": [
            Search(
                conditions=(
                    Condition("gold", "custom:tier", BEGINS),
                    Condition(f"Company {draw.randrange(5000)}", "custom:company"),
                )
            )
            for _ in range(count)
        ],
    }


def measure(account: Account, *, small: bool, variant: str) -> Iterator[Measurement]:
    vendor = connection.vendor
    number = SMALL[vendor] if small else POSTGRESQL if vendor == "postgresql" else SQLITE
    began = time.perf_counter()
    index = plant(number)
    planted = time.perf_counter() - began
    times: list[float] = []
    details: dict[str, object] = {}
    for name, searches in mix(small).items():
        own, hits = [], []
        for one in searches:
            started = time.perf_counter()
            rows, total = search.first_page(index, one, PAGE + 1)
            own.append((time.perf_counter() - started) * 1000)
            if len(rows) != min(total.number, PAGE + 1):
                raise Broken(f"{name}: {len(rows)} rows and a count of {total}: {one}")
            hits.append(total.number)
        times += own
        details[f"{name}, ms"] = {"median": median(own), "worst": max(own), "hits": f"{int(median(hits)):,}"}
    yield Measurement(
        what=f"Search index: {number:,} users, a page of {PAGE} and the number of hits",
        on=f"{variant}, {len(times)} searches of {len(details)} kinds, each once",
        figure=statistics.quantiles(times, n=20)[-1],
        unit="ms (95 % are quicker)",
        target=TARGETS[vendor],
        details={"median, ms": median(times), "worst, ms": max(times), **details, "planted in, s": round(planted)},
    )
