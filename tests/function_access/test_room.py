"""Access for which a function of a backend has no room: Lambda and IAM would refuse it only at the developer's push."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from function_access.models import FunctionGrant
from tests.auth_import.journeys import address
from tests.backend_state.backends import Parts, function_template, text
from tests.backend_state.samples import POOL_ID
from tests.deployments.reading_pages import get, main_of
from tests.function_access.in_a_bucket import InBucket, functions

pytestmark = pytest.mark.django_db

NAME = "AUTH_SHOP_USERPOOLID"
OURS = len(f'"{NAME}":"{POOL_ID}",')
OTHERS = len('{"ENV":"","REGION":"","BIG":""}')
LIMIT = 4096


def big_variables(size: int) -> Callable[[Parts], object]:
    return with_template(function_template(BIG="x" * (size - OTHERS)))


def big_policy(parts: Parts) -> None:
    statement = {"Effect": "Allow", "Action": ["s3:Get*"], "Resource": [{"Ref": "y" * 999}, "x" * 10_000]}
    with_template(function_template(statements=[statement]))(parts)


def with_template(template: Any) -> Callable[[Parts], object]:
    path = "function/report/report-cloudformation-template.json"
    return lambda parts: parts.files.update({path: text(template)})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (big_variables(LIMIT - OURS), ""),
        (big_variables(LIMIT - OURS + 1), "at least 4,097 bytes; Lambda allows 4,096"),
        (big_policy, "IAM allows 10,240"),
    ],
)
def test_access_without_room_is_refused(
    backend: InBucket, owner: Client, change: Callable[[Parts], object], words: str
) -> None:
    backend.write(functions(change=change))
    wanted = {"operations": "read", "breadth": "cli"}
    where = address(backend.environment, "function", function="report")
    main = main_of(get(owner, f"{where}?operations=read&breadth=cli"))
    assert ("next push would fail" in main) is bool(words)
    assert words in main
    apply = address(backend.environment, "apply-function", function="report")
    answer: Any = owner.post(apply, wanted, headers={"Accept": "application/json"})
    assert answer.status_code == (409 if words else 202), answer.content
    assert FunctionGrant.objects.exists() is not bool(words)
