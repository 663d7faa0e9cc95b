"""The Data pages with 200 models: how long they take, what they ask the database, and what a keystroke costs."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from benchmarks.account import Account
from benchmarks.page import FRAGMENT, browser
from benchmarks.preflight import new_environment
from benchmarks.report import Broken, Measurement, median
from data_authorization.graphql_schema.reading import read_schema
from data_authorization.models import DataModel
from environments.models import Environment

MODELS = 200
PAGE_TARGET, KEYSTROKE_TARGET = 50.0, 30.0
WARM_UP = 3
GROUP = "Editors of the north"
MODES = ["AMAZON_COGNITO_USER_POOLS", "API_KEY"]


def measure(account: Account, *, small: bool, variant: str) -> Iterator[Measurement]:
    if settings.DEBUG:
        raise Broken("DEBUG is on: templates would be read anew for every request.")
    environments = [_with_model(f"Data{word}", MODELS) for word in ("", "Second", "Third", "Fourth")]
    first = environments[0]
    client = browser(User.objects.get(memberships__project=first.project))
    account.forget_calls()
    _get(client, first)
    cold = [_cold(environment) for environment in environments[1:]]
    with CaptureQueriesContext(connection) as captured:
        _get(client, first)
    queries = len(captured)
    wall, busy = _times(lambda: _get(client, first), times=20 if small else 150)
    size = DataModel.objects.get(environment=first).text
    yield Measurement(
        what="Data: processor time of the page (median)",
        on=f"{MODELS} models, {len(size) / 1000:.0f} kB of schema, read before; DEBUG off",
        figure=median(busy),
        unit="ms",
        target=PAGE_TARGET,
        details={
            "wall-clock (median), ms": median(wall),
            "wall-clock, one in twenty over, ms": sorted(wall)[int(len(wall) * 0.95)],
            "processor time when the schema has not been read before (median), ms": median(cold),
            "processor time when it differs in one rule from one that was (median), ms": _revised(client, first),
            "queries": queries,
        },
    )
    yield _keystroke(client, first, times=20 if small else 150)
    yield Measurement(
        what="Data: calls to AWS",
        on="all of these requests, by the account's own record",
        figure=float(len(account.calls())),
        unit="calls",
        target=0,
    )


def _keystroke(client: Client, environment: Environment, *, times: int) -> Measurement:
    """Somebody types the name of a group, one letter after another, into the form of a rule."""
    url = f"{_url('check-data-rule', environment, type='DataModel120')}?rule=1"
    typed = iter(range(10_000))

    def press() -> None:
        letters = next(typed)
        name = GROUP[: letters % len(GROUP) + 1] + str(letters // len(GROUP) or "")
        fields = {"allow": "groups", "groups": name, "operations": ["create", "read"], "ticked": "1"}
        answer: Any = client.post(url, fields, headers=FRAGMENT | {"HX-Target": "rule-answer"})
        if answer.status_code != 200 or name not in answer.content.decode():
            raise Broken(f"{url} answered {answer.status_code}, or without the group.")

    wall, busy = _times(press, times=times)
    return Measurement(
        what="Data: processor time from a keystroke in a rule's form to what it means and what is wrong (median)",
        on=f"the same schema, a rule of one of {MODELS} models, a new letter with every request",
        figure=median(busy),
        unit="ms",
        target=KEYSTROKE_TARGET,
        details={
            "wall-clock (median), ms": median(wall),
            "wall-clock, one in twenty over, ms": sorted(wall)[int(len(wall) * 0.95)],
        },
    )


def _with_model(name: str, number: int) -> Environment:
    environment = new_environment(name)
    text = "\n".join(_model(name, one, number) for one in range(number))
    DataModel.objects.create(
        environment=environment, source="text", text=text, modes=MODES, read=timezone.now(), read_by_name="benchmark"
    )
    return environment


def _model(prefix: str, number: int, of: int) -> str:
    """Every name begins with the prefix, so that no two of the schemas have a definition in common."""
    return f'''"""Number {number} of the models of {prefix}."""
type {prefix}Model{number} @model @auth(rules: [
  {{ allow: owner, ownerField: "author" }} # own rows
  {{ allow: groups, groups: ["{prefix}Editors", "Managers"], operations: [create, read, update] }}
  {{ allow: public, provider: apiKey, operations: [read] }}
]) {{
  id: ID!
  name: String! @auth(rules: [
    {{ allow: owner, ownerField: "author" }}
    {{ allow: groups, groups: ["{prefix}Editors", "Managers"] }}
    {{ allow: public, operations: [read] }}
  ])
  author: String
  price: Float
  tags: [String!]
  createdAt: AWSDateTime!
  others: [{prefix}Model{(number + 1) % of}] @hasMany(indexName: "by{number}", fields: ["id"])
  otherId: ID @index(name: "by{number}", sortKeyFields: ["createdAt"])
}}
'''


def _url(route: str, environment: Environment, **more: object) -> str:
    return reverse(route, kwargs={"project": environment.project.slug, "env": environment.name} | more)


def _get(client: Client, environment: Environment) -> None:
    answer: Any = client.get(_url("data", environment))
    if answer.status_code != 200 or b"Model49" not in answer.content:
        raise Broken(f"The Data page answered {answer.status_code}, or without its models.")


def _cold(environment: Environment) -> float:
    """The first page of a schema that nothing is known of."""
    client = browser(User.objects.get(memberships__project=environment.project))
    worked = time.thread_time()
    _get(client, environment)
    return (time.thread_time() - worked) * 1000


def _revised(client: Client, environment: Environment) -> float:
    """Pages after somebody else's saves: another text each time, which this process has not seen."""
    row = DataModel.objects.get(environment=environment)
    text, found = row.text, []
    for number in range(5):
        old = f'ownerField: "author" }} # own rows\n  {{ allow: groups, groups: ["{environment.project.name}Editors"'
        at = text.find(old, len(text) * number // 5)
        if at < 0:
            raise Broken("The schema has no rule to change.")
        row.text = text[:at] + old.replace("Editors", f"Writers{number}") + text[at + len(old) :]
        row.save()
        worked = time.thread_time()
        _get(client, environment)
        found.append((time.thread_time() - worked) * 1000)
    row.text = text
    row.save()
    read_schema(text)
    return median(found)


def _times(act: Callable[[], None], *, times: int) -> tuple[list[float], list[float]]:
    """Milliseconds by the clock and of the processor."""
    for _ in range(WARM_UP):
        act()
    wall, busy = [], []
    for _ in range(times):
        started, worked = time.perf_counter(), time.thread_time()
        act()
        wall.append((time.perf_counter() - started) * 1000)
        busy.append((time.thread_time() - worked) * 1000)
    return wall, busy
