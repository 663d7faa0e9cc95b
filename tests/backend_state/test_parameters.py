"""The environment's parameters in Parameter Store (sections 2.4 and 6.6 of the format document)."""

from backend_state.document import parameters
from backend_state.document.parameters import ParameterChange
from tests.backend_state.samples import IMPORT, SWAP

START = "/amplify/d2examplexyz01/dev/AMPLIFY_auth_shop_"
PLACE = ("d2examplexyz01", "dev", "shop")


def test_values_are_json_with_their_quotes() -> None:
    wanted = parameters.wanted(*PLACE, IMPORT.parameters)
    assert wanted[f"{START}userPoolId"] == '"eu-west-1_Zq3LmN0pA"'
    assert wanted[f"{START}allowUnauthenticatedIdentities"] == "true"
    assert wanted[f"{START}authRoleArn"] == '"arn:aws:iam::111122223333:role/service-role/ShopAuth"'
    assert len(wanted) == 12
    assert parameters.own(wanted, *PLACE) == IMPORT.parameters


def test_only_the_resources_own_parameters_are_read_and_changed() -> None:
    foreign = {
        "/amplify/d2examplexyz01/dev/AMPLIFY_auth_shop2_userPoolId": '"other"',
        "/amplify/d2examplexyz01/dev/AMPLIFY_function_report_key": '"k"',
        "/amplify/d2examplexyz01/test/AMPLIFY_auth_shop_userPoolId": '"other"',
    }
    present = {**parameters.wanted(*PLACE, IMPORT.parameters), **foreign}
    assert parameters.own(present, *PLACE) == IMPORT.parameters
    assert parameters.changes(present, parameters.wanted(*PLACE, IMPORT.parameters), *PLACE) == ()
    assert {one.change for one in parameters.changes(present, {}, *PLACE)} == {"remove"}
    assert len(parameters.changes(present, {}, *PLACE)) == 12


def test_a_swap_to_a_user_pool_writes_four_and_removes_what_was_the_identity_pools() -> None:
    present = parameters.wanted(*PLACE, IMPORT.parameters)
    found = parameters.changes(present, parameters.wanted(*PLACE, SWAP.parameters), *PLACE)
    by_kind: dict[str, set[str]] = {"add": set(), "change": set(), "remove": set()}
    for one in found:
        by_kind[one.change].add(one.name.removeprefix(START))
    assert by_kind == {
        "add": set(),
        "change": {"userPoolId", "userPoolName", "webClientId", "nativeClientId"},
        "remove": {
            *("identityPoolId", "identityPoolName", "allowUnauthenticatedIdentities"),
            *("authRoleArn", "authRoleName", "unauthRoleArn", "unauthRoleName"),
        },
    }
    assert [one.name for one in found] == sorted(one.name for one in found)
    assert ParameterChange(f"{START}userPoolId", '"eu-west-1_Zq3LmN0pA"', '"eu-west-1_Other0001"') in found
    assert {one.change for one in parameters.changes({}, present, *PLACE)} == {"add"}


def test_a_value_that_is_not_json_is_text() -> None:
    assert parameters.own({f"{START}userPoolId": "eu-west-1_x"}, *PLACE) == {"userPoolId": "eu-west-1_x"}
