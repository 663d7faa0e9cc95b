"""One function in several environments, and several functions on one role: nobody takes what another one needs."""

from itertools import product

import pytest

from auth_import.models import CognitoLink
from function_access.models import FunctionGrant
from tests.function_access.direct.stage import VARIABLE, Stage, another_environment, make_function

pytestmark = pytest.mark.django_db

OPERATIONS = (("read",), ("update",), ("delete",))


def swap(stage: Stage) -> None:
    stage.pool_id = stage.client("cognito-idp").create_user_pool(PoolName="new")["UserPool"]["Id"]
    CognitoLink.objects.filter(environment=stage.environment).update(user_pool_id=stage.pool_id)


def walked(stage: Stage, given: str, taken: str, *, one_pool: bool) -> None:
    """A and B give in this order and take in that one; who is left last finds its own pool in the variable."""
    both = {"A": stage, "B": another_environment(stage)}
    if not one_pool:
        swap(both["B"])
    for who, operations in zip(given, OPERATIONS, strict=True):
        both[who].given(operations)
    for who in taken:
        if FunctionGrant.objects.filter(environment=both[who].environment).exists():
            both[who].taken()
        for left in FunctionGrant.objects.all():
            assert stage.variables()[VARIABLE] == left.user_pool_id
    assert stage.in_aws() == stage.first


@pytest.mark.parametrize("taken", ["AB", "BA"])
def test_an_environment_that_comes_back_to_a_function_of_two_pools_leaves_nothing(stage: Stage, taken: str) -> None:
    walked(stage, "ABA", taken, one_pool=False)


@pytest.mark.slow
@pytest.mark.parametrize("one_pool", [True, False])
@pytest.mark.parametrize("taken", ["AB", "BA"])
@pytest.mark.parametrize("given", ["".join(one) for one in product("AB", repeat=3)])
def test_whatever_the_order_nothing_is_left(stage: Stage, given: str, taken: str, one_pool: bool) -> None:
    walked(stage, given, taken, one_pool=one_pool)


def test_the_swap_of_one_environment_does_not_take_the_other_one_s_pool(stage: Stage) -> None:
    other = another_environment(stage)
    stage.given()
    other.given()
    swap(stage)
    stage.given()
    stage.taken()
    assert stage.variables()[VARIABLE] == other.pool_id
    other.taken()
    assert stage.in_aws() == stage.first


def test_two_functions_on_one_role_have_a_policy_each(stage: Stage) -> None:
    name = make_function(stage.sandbox, stage.first["function"]["Role"])
    two = Stage(stage.environment, name, stage.role, stage.pool_id, stage.sandbox)
    two.ask_function(takes_ms=0)
    stage.given()
    two.given(("update",))
    stage.taken()
    assert len(stage.policies()) == 2
    two.taken()
    assert stage.in_aws() == stage.first
