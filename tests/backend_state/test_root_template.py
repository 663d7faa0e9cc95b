"""The parameters that nested stacks get, row by row of section 2.9 of the format document."""

import copy
from typing import Any

import pytest

from backend_state.document import root_template
from backend_state.document.changes import applied
from backend_state.document.problems import BackendProblem
from backend_state.document.root_template import ImportedAuth
from backend_state.document.state import ROOT_STACK, BackendDocument
from tests.backend_state.backends import ON_AUTH, Parts, everything, graphql
from tests.backend_state.samples import AUTH_ROLE, AUTH_ROLE_ARN, IMPORT, POOL_ID, SWAP, UNAUTH_ROLE, UNAUTH_ROLE_ARN
from tests.backend_state.zips import streamed

POOL_ONLY = SWAP.imported
WITH_IDENTITIES = IMPORT.imported
ROOT_AUTH, ROOT_UNAUTH = {"Ref": "AuthRoleName"}, {"Ref": "UnauthRoleName"}
ROLE_ARN = {"Fn::GetAtt": ["AuthRole", "Arn"]}


def backend(
    present: dict[str, Any],
    *,
    category: str = "custom",
    service: str = "customCDK",
    own: dict[str, Any] | None = None,
    depends: list[Any] | None = None,
) -> BackendDocument:
    """One resource whose nested stack has `present`, and whose own files say `own`."""
    parts = Parts(linked=False)
    entry = {"service": service, "dependsOn": depends or []}
    parts.add(category, "thing", entry, {"parameters.json": own} if own is not None else {}, **present)
    return BackendDocument.parse(streamed(parts.all()))


def parameters(document: BackendDocument, imported: ImportedAuth | None, category: str = "custom") -> dict[str, Any]:
    template = root_template.changed(document.json(ROOT_STACK), document, imported)
    found: dict[str, Any] = template["Resources"][f"{category}thing"]["Properties"]["Parameters"]
    assert found.pop("env") == "dev"
    return found


ROWS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    # what, before, with an identity pool, with a user pool only
    (
        "the pool's id is a literal",
        {"AuthCognitoUserPoolId": {"Fn::GetAtt": ["authold", "Outputs.UserPoolId"]}},
        {"AuthCognitoUserPoolId": POOL_ID},
        {"AuthCognitoUserPoolId": "eu-west-1_Other0001"},
    ),
    (
        "role ARNs are literals, and dropped without an identity pool",
        {"authRoleArn": ROLE_ARN, "unauthRoleArn": "arn:aws:iam::111122223333:role/Earlier"},
        {"authRoleArn": AUTH_ROLE_ARN, "unauthRoleArn": UNAUTH_ROLE_ARN},
        {},
    ),
    (
        "role names are literals, and the root stack's without an identity pool",
        {"authRoleName": "Earlier", "unauthRoleName": ROOT_UNAUTH},
        {"authRoleName": AUTH_ROLE, "unauthRoleName": UNAUTH_ROLE},
        {"authRoleName": ROOT_AUTH, "unauthRoleName": ROOT_UNAUTH},
    ),
    ("one role is not two", {"authRoleName": ROOT_AUTH}, {"authRoleName": AUTH_ROLE}, {"authRoleName": ROOT_AUTH}),
    (
        "nothing else is touched, however it is called",
        {"UserPoolId": "mine", "authRole": "x", "authothershopUserPoolId": "y", "AuthRoleName": "z"},
        {"UserPoolId": "mine", "authRole": "x", "authothershopUserPoolId": "y", "AuthRoleName": "z"},
        {"UserPoolId": "mine", "authRole": "x", "authothershopUserPoolId": "y", "AuthRoleName": "z"},
    ),
    ("a stack without parameters gets none", {}, {}, {}),
]


@pytest.mark.parametrize(("before", "identities", "pool_only"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_rule_2(before: dict[str, Any], identities: dict[str, Any], pool_only: dict[str, Any]) -> None:
    document = backend(before)
    assert parameters(document, WITH_IDENTITIES) == identities
    assert parameters(document, POOL_ONLY) == pool_only
    again = document.with_json(ROOT_STACK, root_template.changed(document.json(ROOT_STACK), document, POOL_ONLY))
    # A dropped ARN comes back only from the resource's own files.
    expected = {name: value for name, value in identities.items() if not name.endswith("RoleArn")}
    assert parameters(again, WITH_IDENTITIES) == expected


def test_what_the_resources_own_files_ask_for_is_given_even_where_the_template_lacks_it() -> None:
    document = backend({}, own={"authRoleArn": ROLE_ARN, "authRoleName": ROOT_AUTH, "AuthCognitoUserPoolId": "x"})
    assert parameters(document, WITH_IDENTITIES) == {
        "authRoleArn": AUTH_ROLE_ARN,
        "authRoleName": AUTH_ROLE,
        "AuthCognitoUserPoolId": POOL_ID,
    }


def test_rule_3_attributes_become_the_literal_output() -> None:
    depends = [
        {**ON_AUTH, "attributes": ["UserPoolId", "AppClientIDWeb"]},
        {"category": "storage", "resourceName": "x"},
    ]
    document = backend({"authshopUserPoolId": "old"}, depends=depends)
    assert parameters(document, WITH_IDENTITIES) == {
        "authshopUserPoolId": POOL_ID,
        "authshopAppClientIDWeb": "5kq0example0web",
    }


def test_rule_3_an_attribute_no_longer_asked_for_goes_unless_the_files_set_it() -> None:
    """A parameter that the nested template does not have makes the whole deployment fail."""
    assert parameters(backend({"authshopUserPoolId": "old", "authshopX": "mine"}), WITH_IDENTITIES) == {
        "authshopX": "mine"
    }
    kept = backend({"authshopUserPoolId": "old"}, own={"authshopUserPoolId": "old"})
    assert parameters(kept, WITH_IDENTITIES) == {"authshopUserPoolId": "old"}


@pytest.mark.parametrize("attribute", ["IdentityPoolId", "UserPoolArn"])
def test_rule_3_a_missing_attribute_is_a_problem(attribute: str) -> None:
    document = backend({}, category="function", service="Lambda", depends=[{**ON_AUTH, "attributes": [attribute]}])
    with pytest.raises(BackendProblem) as caught:
        root_template.changed(document.json(ROOT_STACK), document, POOL_ONLY)
    assert caught.value.code == "MissingAttribute"
    assert "function/thing" in caught.value.words
    assert attribute in caught.value.words
    assert "amplify update function" in caught.value.next_step


def test_rule_3_a_missing_resource_is_a_problem() -> None:
    document = backend({}, category="function", service="Lambda", depends=[{**ON_AUTH, "resourceName": "gone"}])
    with pytest.raises(BackendProblem, match="function/thing depends on the auth resource “gone”") as caught:
        root_template.changed(document.json(ROOT_STACK), document, WITH_IDENTITIES)
    assert caught.value.code == "MissingResource"
    assert "amplify update function" in caught.value.next_step


def test_rule_3_appsync_uses_its_own_parameter_and_skips_attributes() -> None:
    depends = [{**ON_AUTH, "attributes": ["UserPoolId", "UserPoolArn"]}, {**ON_AUTH, "resourceName": "gone"}]
    document = backend({"AuthCognitoUserPoolId": "x"}, category="api", service="AppSync", depends=depends)
    assert parameters(document, WITH_IDENTITIES, "api") == {"AuthCognitoUserPoolId": POOL_ID}


def test_rule_4_every_api_with_user_pools_gets_the_real_id_and_no_other() -> None:
    parts = Parts(linked=False)
    pools = {"authenticationType": "AMAZON_COGNITO_USER_POOLS", "userPoolConfig": {"userPoolId": "authshop", "x": 1}}
    key = {"authenticationType": "API_KEY", "apiKeyConfig": {"apiKeyExpirationDays": 7}}
    for name, default, others in (("first", pools, [key]), ("second", key, [key, pools]), ("third", key, [])):
        config = {"defaultAuthentication": default, "additionalAuthenticationProviders": others}
        parts.add("api", name, {"service": "AppSync", "output": {"authConfig": config}}, {})
    document = applied(BackendDocument.parse(streamed(parts.all())), IMPORT)
    real = {**pools, "userPoolConfig": {"userPoolId": POOL_ID, "x": 1}}
    configs = {name: entry["output"]["authConfig"] for name, entry in document.meta["api"].items()}
    assert configs["first"] == {"defaultAuthentication": real, "additionalAuthenticationProviders": [key]}
    assert configs["second"] == {"defaultAuthentication": key, "additionalAuthenticationProviders": [key, real]}
    assert configs["third"] == {"defaultAuthentication": key, "additionalAuthenticationProviders": []}


@pytest.mark.parametrize("imported", [WITH_IDENTITIES, POOL_ONLY, None])
def test_rule_5_the_stack_of_rest_policies_is_never_touched(imported: ImportedAuth | None) -> None:
    document = BackendDocument.parse(graphql(linked=True))
    template = document.json(ROOT_STACK)
    after = root_template.changed(template, document, imported)
    assert after["Resources"]["APIGatewayAuthStack"] == template["Resources"]["APIGatewayAuthStack"]
    assert "APIGatewayAuthStack" not in root_template.differing(template, after)


def test_without_auth_the_parameters_are_what_the_resources_files_say() -> None:
    present = {"authRoleName": AUTH_ROLE, "unauthRoleName": UNAUTH_ROLE, "AuthCognitoUserPoolId": POOL_ID}
    own = {"authRoleArn": ROLE_ARN, "AuthCognitoUserPoolId": {"Fn::GetAtt": ["authshop", "Outputs.UserPoolId"]}}
    assert parameters(backend(present, own=own), None) == {
        "authRoleName": ROOT_AUTH,
        "unauthRoleName": ROOT_UNAUTH,
        "authRoleArn": ROLE_ARN,
        # There is no stack `authshop` any more to get it from.
        "AuthCognitoUserPoolId": POOL_ID,
    }


def test_a_role_that_the_identity_pool_lacks_is_not_made_up() -> None:
    imported = ImportedAuth(
        name="shop", output={}, user_pool_id=POOL_ID, roles={"authRoleArn": AUTH_ROLE_ARN, "authRoleName": AUTH_ROLE}
    )
    present = {"authRoleName": ROOT_AUTH, "unauthRoleName": "Earlier", "authRoleArn": "x", "unauthRoleArn": "Earlier"}
    assert parameters(backend(present), imported) == {
        "authRoleName": AUTH_ROLE,
        "unauthRoleName": ROOT_UNAUTH,
        "authRoleArn": AUTH_ROLE_ARN,
    }


@pytest.mark.parametrize("imported", [WITH_IDENTITIES, POOL_ONLY, None])
def test_a_deployed_template_may_have_other_stacks_than_the_zip(imported: ImportedAuth | None) -> None:
    document = BackendDocument.parse(everything(linked=True))
    template = document.json(ROOT_STACK)
    del template["Resources"]["apishopapi"]
    template["Resources"]["storagephotos"]["Type"] = "AWS::S3::Bucket"
    template["Resources"]["functionreport"] = {"Type": "AWS::CloudFormation::Stack"}
    template["Resources"]["geomap"]["Properties"]["Parameters"] = None
    template["Resources"]["interactionsbot"] = "odd"
    template["Resources"]["storageforeign"] = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"Parameters": {"authRoleName": "Earlier", "authshopUserPoolId": "x"}},
    }
    before = copy.deepcopy(template)
    after = root_template.changed(template, document, imported)
    assert template == before
    untouched = ("storagephotos", "functionreport", "interactionsbot", "storageforeign", "customalarms", "AuthRole")
    for name in untouched:
        assert after["Resources"][name] == before["Resources"][name]
    assert "apishopapi" not in after["Resources"]
    changed = {name for name, stack in after["Resources"].items() if stack != before["Resources"][name]}
    assert root_template.differing(before, after).keys() == changed


@pytest.mark.parametrize("template", [{}, {"Resources": None}, {"Resources": []}, {"Resources": {"apishopapi": 1}}])
def test_a_template_of_another_form_stays_as_it_is(template: dict[str, Any]) -> None:
    document = BackendDocument.parse(everything(linked=True))
    assert root_template.changed(template, document, POOL_ONLY) == template
    assert root_template.differing(template, template) == {}


def test_differences_are_named_by_stack_and_parameter() -> None:
    document = BackendDocument.parse(everything(linked=True))
    before = document.json(ROOT_STACK)
    found = root_template.differing(before, root_template.changed(before, document, POOL_ONLY))
    assert found["apishopapi"] == {
        "AuthCognitoUserPoolId": (POOL_ID, "eu-west-1_Other0001"),
        "authRoleName": (AUTH_ROLE, ROOT_AUTH),
        "unauthRoleName": (UNAUTH_ROLE, ROOT_UNAUTH),
    }
    assert found["analyticsclicks"]["authRoleArn"] == (AUTH_ROLE_ARN, None)
    assert found["functionadmins"] == {"authshopUserPoolId": (POOL_ID, "eu-west-1_Other0001")}
    assert found.keys() == {"apishopapi", "analyticsclicks", "functionadmins", "storagephotos", "geomap"}
    gone = {"Resources": {name: one for name, one in before["Resources"].items() if name != "functionadmins"}}
    assert root_template.differing(before, gone) == {
        "functionadmins": {"authshopUserPoolId": (POOL_ID, None), "env": ("dev", None)}
    }


def test_a_deployed_function_gets_no_parameter_it_does_not_ask_for_and_keeps_those_it_has() -> None:
    """Its access was changed in the backend, and no developer has deployed it since."""
    depends = [{"category": "auth", "resourceName": "shop", "attributes": ["UserPoolId"]}]
    cases: tuple[tuple[dict[str, str], list[Any], dict[str, str]], ...] = (
        ({}, depends, {}),
        ({"authshopUserPoolId": "old"}, [], {"authshopUserPoolId": "old"}),
    )
    for present, declared, wanted in cases:
        document = backend(present, category="function", service="Lambda", depends=declared)
        template = root_template.changed(document.json(ROOT_STACK), document, WITH_IDENTITIES, deployed=True)
        found = template["Resources"]["functionthing"]["Properties"]["Parameters"]
        assert found == {"env": "dev", **wanted}
    document = backend({"authshopUserPoolId": "old"}, category="function", service="Lambda", depends=depends)
    template = root_template.changed(document.json(ROOT_STACK), document, WITH_IDENTITIES, deployed=True)
    found = template["Resources"]["functionthing"]["Properties"]["Parameters"]
    assert found["authshopUserPoolId"] == POOL_ID
