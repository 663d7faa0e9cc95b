"""The template of new Cognito resources: what is in it, what is refused, and that an import takes what it makes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auth_import.findings import RuleSet, Severity
from auth_import.rules.trust import evaluate
from aws import stacks
from aws.stack_documents import AUTH_STACKS
from deployments.scratch.template import (
    RESOURCES,
    AttributeType,
    CustomAttribute,
    Mfa,
    NewAuth,
    PasswordPolicy,
    SignIn,
    choice_of,
    render,
    stack_name,
    template,
)

if TYPE_CHECKING:
    from environments.models import Environment

GOLDEN = Path(__file__).parent / "golden" / "everything.json"
PLAIN = NewAuth(name="shop_dev")
EVERYTHING = NewAuth(
    name="shop_dev",
    sign_in=(SignIn.EMAIL, SignIn.PHONE),
    required=("email", "given_name", "updated_at"),
    custom=(CustomAttribute(name="tier"), CustomAttribute(name="points", type=AttributeType.NUMBER, mutable=False)),
    password=PasswordPolicy(minimum_length=12, symbols=False, temporary_days=3),
    mfa=Mfa.OPTIONAL,
    guests=True,
    domain="shop-dev-sign-in",
    callback_urls=("https://shop.example.com/", "myapp://signed-in/"),
    logout_urls=("http://localhost:3000/",),
)
WAYS: tuple[tuple[SignIn, ...], ...] = (
    (SignIn.EMAIL,),
    (SignIn.PHONE,),
    (SignIn.USERNAME,),
    (SignIn.EMAIL, SignIn.PHONE),
    (SignIn.USERNAME, SignIn.EMAIL, SignIn.PHONE),
)


def test_the_template_is_the_one_that_was_looked_at() -> None:
    assert render(EVERYTHING) + "\n" == GOLDEN.read_text(encoding="utf-8")


def test_a_removal_knows_everything_that_it_makes() -> None:
    made = {name: one["Type"] for name, one in template(EVERYTHING)["Resources"].items()}
    assert made == RESOURCES


def test_without_wishes_it_has_no_domain_no_second_factor_and_no_guests() -> None:
    resources = template(PLAIN)["Resources"]
    pool = resources["UserPool"]["Properties"]

    assert "Domain" not in resources
    assert "HostedUIDomain" not in template(PLAIN)["Outputs"]
    assert (pool["MfaConfiguration"], pool["DeletionProtection"]) == ("OFF", "ACTIVE")
    assert "EnabledMfas" not in pool
    assert not resources["IdentityPool"]["Properties"]["AllowUnauthenticatedIdentities"]
    assert not [name for name in resources["WebClient"]["Properties"] if "OAuth" in name or "URL" in name]
    assert set(resources["Roles"]["Properties"]["Roles"]) == {"authenticated", "unauthenticated"}


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ((SignIn.EMAIL,), {"UsernameAttributes": ["email"]}),
        ((SignIn.PHONE, SignIn.EMAIL), {"UsernameAttributes": ["email", "phone_number"]}),
        ((SignIn.USERNAME,), {}),
        ((SignIn.USERNAME, SignIn.PHONE), {"AliasAttributes": ["phone_number"]}),
    ],
)
def test_addresses_are_user_names_or_aliases_of_one(ways: tuple[SignIn, ...], expected: dict[str, Any]) -> None:
    pool = template(replace(PLAIN, sign_in=ways))["Resources"]["UserPool"]["Properties"]

    assert {name: pool[name] for name in ("AliasAttributes", "UsernameAttributes") if name in pool} == expected


def test_the_clients_differ_in_nothing_but_secret_and_name() -> None:
    resources = template(EVERYTHING)["Resources"]
    web, native = (dict(resources[name]["Properties"]) for name in ("WebClient", "NativeClient"))

    assert (web.pop("GenerateSecret"), native.pop("GenerateSecret")) == (False, True)
    assert web.pop("ClientName") != native.pop("ClientName")
    assert web == native


def test_no_secret_is_in_the_template_or_its_outputs() -> None:
    assert "ClientSecret" not in render(EVERYTHING)


def test_the_wishes_survive_json() -> None:
    assert NewAuth.from_dict(json.loads(json.dumps(EVERYTHING.to_dict()))) == EVERYTHING
    with pytest.raises(ValueError, match="fax"):
        NewAuth.from_dict({**EVERYTHING.to_dict(), "sign_in": ["fax"]})


def test_the_stacks_name_begins_as_the_policy_demands() -> None:
    assert stack_name(replace(PLAIN, name="My_Shop-"), "a1b2") == "console-auth-My-Shop-a1b2"
    assert len(stack_name(replace(PLAIN, name="x" * 64), "a1b2")) <= 128
    assert stack_name(PLAIN, "1").startswith(AUTH_STACKS)


HOSTED: dict[str, Any] = {"domain": "a", "callback_urls": ("https://a.b/",), "logout_urls": ("https://a.b/",)}


@pytest.mark.parametrize(
    ("field", "changes", "words"),
    [
        ("name", {"name": "1shop"}, "begin with a letter"),
        ("name", {"name": "x" * 65}, "1 to 64"),
        ("sign_in", {"sign_in": ()}, "at least one way"),
        ("sign_in", {"sign_in": (SignIn.EMAIL, SignIn.EMAIL)}, "once"),
        ("required", {"required": ("name",)}, "go by e-mail"),
        ("required", {"required": ("email", "sub")}, "sub is none"),
        ("custom", {"custom": (CustomAttribute(name="x" * 21),)}, "1 to 20"),
        ("custom", {"custom": (CustomAttribute(name="a"), CustomAttribute(name="a"))}, "twice"),
        ("custom", {"custom": tuple(CustomAttribute(name=f"a{n}") for n in range(51))}, "at most 50"),
        ("password", {"password": PasswordPolicy(minimum_length=5)}, "6 to 99"),
        ("password", {"password": PasswordPolicy(temporary_days=0)}, "1 to 365"),
        ("domain", {**HOSTED, "domain": "-shop"}, "hyphen"),
        ("domain", {**HOSTED, "domain": "my-cognito"}, "“cognito”"),
        ("callback_urls", {"callback_urls": ("https://a.b/",)}, "give it a prefix"),
        ("callback_urls", {**HOSTED, "callback_urls": ()}, "at least one callback URL"),
        ("logout_urls", {**HOSTED, "logout_urls": ("https://a.b/",) * 2}, "once"),
        ("logout_urls", {**HOSTED, "logout_urls": tuple(f"https://a.b/{n}" for n in range(101))}, "at most 100"),
        ("callback_urls", {**HOSTED, "callback_urls": ("http://a.b/",)}, "localhost only"),
        ("callback_urls", {**HOSTED, "callback_urls": ("https://a.b/#x",)}, "fragment"),
        ("callback_urls", {**HOSTED, "callback_urls": ("a.b",)}, "not a whole URL"),
        ("callback_urls", {**HOSTED, "callback_urls": ("https://[a/",)}, "is not a URL"),
        ("callback_urls", {**HOSTED, "callback_urls": ("https:///x",)}, "names no host"),
    ],
)
def test_what_aws_would_refuse_is_told_in_words(field: str, changes: dict[str, Any], words: str) -> None:
    bad = replace(PLAIN, **changes)

    assert list(bad.problems()) == [field]
    assert words in bad.problems()[field]
    with pytest.raises(ValueError, match=r"\w"):
        template(bad)


def test_what_is_right_has_no_problems() -> None:
    assert not PLAIN.problems()
    assert not EVERYTHING.problems()
    assert not replace(PLAIN, **{**HOSTED, "callback_urls": ("http://localhost:8080/in", "myapp://")}).problems()


@pytest.mark.parametrize("wishes", [PLAIN, EVERYTHING], ids=["plain", "everything"])
@pytest.mark.parametrize("ways", WAYS, ids="-".join)
def test_an_import_takes_what_cloudformation_makes_of_it(
    ways: tuple[SignIn, ...], wishes: NewAuth, free: "Environment"
) -> None:
    """Deployed into the pretend account, every rule of both rule sets passes; warnings are what the wish brings."""
    from auth_import.preflight import own_project, preflight

    target, name = free.target, f"{'-'.join(ways)}-{len(wishes.domain)}"
    new = replace(wishes, sign_in=ways, domain=wishes.domain and f"sign-in-{name}")
    made = stacks.plan_new_stack(target, stack=stack_name(new, name), name="first", template=render(new))
    stacks.execute_change_set(target, made.change_set_id, stack=made.stack_id, token="once")  # noqa: S106
    stack = stacks.describe_stack(target, made.stack_id)
    assert stack.status == "CREATE_COMPLETE", stacks.failures_of(target, made.stack_id)
    choice = choice_of(dict(stack.outputs))

    for rule_set in RuleSet:
        found = preflight(environment=free, choice=choice, sees=own_project(free), rule_set=rule_set)
        bad = {one.id: one for one in found.findings if one.severity in (Severity.FAIL, Severity.WARN)}
        several = {"username.first-attribute-only"} if ways == (SignIn.EMAIL, SignIn.PHONE) else set()
        assert set(bad) == several
        assert found.outputs is not None
        assert found.outputs.domain == new.domain
    assert dict(stack.outputs)["UnauthRoleArn"].partition("/")[2].startswith(AUTH_STACKS)


def test_each_role_is_for_its_own_kind_of_identity_and_this_pool_alone() -> None:
    pool = "eu-west-1:11111111-1111-4111-8111-111111111111"
    for amr, other in (("authenticated", "unauthenticated"), ("unauthenticated", "authenticated")):
        role = template(PLAIN)["Resources"][f"{amr.capitalize()}Role"]["Properties"]["AssumeRolePolicyDocument"]
        policy = json.dumps(role).replace('{"Ref": "IdentityPool"}', f'"{pool}"')
        trusted = evaluate(policy, pool, amr)  # type: ignore[arg-type]  # the two words it takes
        assert (trusted.assumable, trusted.open_to_any, trusted.other_pools) == ("yes", False, ())
        assert evaluate(policy, pool, other).assumable == "no"  # type: ignore[arg-type]  # as above


@pytest.mark.slow
@pytest.mark.parametrize("wishes", [PLAIN, EVERYTHING], ids=["plain", "everything"])
def test_cloudformations_own_schemas_find_nothing_wrong(wishes: NewAuth) -> None:
    """cfn-lint knows the published schema of every resource type."""
    from cfnlint.api import lint  # type: ignore[import-untyped]  # it says nothing about its types

    assert [str(one) for one in lint(render(wishes), config={"regions": ["eu-west-1"]})] == []
