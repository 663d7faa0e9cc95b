"""What a swap changes for people: each property, groups, and the sentences about users."""

from dataclasses import replace
from typing import Any

import pytest

from amplify_files.outputs import AuthOutputs, Group, IdentityPool, MfaDetails, PasswordPolicy, WebOAuth
from auth_import.swap import comparison
from tests.factories import make_outputs

BEFORE = make_outputs(groups=(Group(name="Editors", precedence=1), Group(name="Readers", precedence=2)))
POOL = BEFORE.identity_pool or IdentityPool(id="", name="", allow_unauthenticated=False)


def what_differs(after: AuthOutputs) -> list[str]:
    return [one.what for one in comparison.differences(BEFORE, after) if one.differs]


CHANGES: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({}, []),
    ({"username_attributes": None, "alias_attributes": ("preferred_username",)}, ["Sign-in with"]),
    ({"required_attributes": ("email", "name")}, ["Required at sign-up"]),
    ({"password_policy": PasswordPolicy(minimum_length=20)}, ["Password rules"]),
    ({"mfa_configuration": "ON", "mfa": MfaDetails(totp=True)}, ["Second factor"]),
    ({"auto_verified_attributes": ("phone_number",)}, ["Verified automatically"]),
    ({"web_oauth": replace(BEFORE.web_oauth, supported_identity_providers=("SAML",))}, ["Identity providers"]),
    ({"web_oauth": replace(BEFORE.web_oauth, callback_urls=("https://x.example/",))}, ["Callback URLs"]),
    ({"web_oauth": replace(BEFORE.web_oauth, logout_urls=())}, ["Sign-out URLs"]),
    ({"domain": "elsewhere"}, ["Hosted sign-in page"]),
    ({"web_oauth": replace(BEFORE.web_oauth, scopes=("openid",))}, ["Scopes"]),
    ({"web_oauth": replace(BEFORE.web_oauth, flows=("implicit",))}, ["Hosted sign-in flows"]),
    ({"custom_auth": True}, ["Sign-in flow of your own"]),
    ({"mfa": MfaDetails(email=True)}, ["Second factor"]),
    ({"native_client_has_secret": False}, ["Mobile client's secret"]),
    ({"identity_pool": replace(POOL, allow_unauthenticated=not POOL.allow_unauthenticated)}, ["Guests"]),
    ({"identity_pool": replace(POOL, auth_role_arn="arn:aws:iam::1:role/x")}, ["Role of signed-in people"]),
    ({"identity_pool": replace(POOL, unauth_role_arn="arn:aws:iam::1:role/x")}, ["Role of guests"]),
    ({"identity_pool": None}, ["Guests", "Role of signed-in people", "Role of guests"]),
)


@pytest.mark.parametrize(("change", "expected"), CHANGES, ids=lambda one: str(one)[:40])
def test_each_property_that_people_notice_is_told_when_it_differs(change: dict[str, Any], expected: list[str]) -> None:
    assert what_differs(replace(BEFORE, **change)) == expected


def test_the_order_of_lists_is_no_difference() -> None:
    oauth = BEFORE.web_oauth
    turned = WebOAuth(**{name: tuple(reversed(getattr(oauth, name))) for name in oauth.__dataclass_fields__})
    assert what_differs(replace(BEFORE, web_oauth=turned)) == []


def test_what_differs_comes_first_and_says_what_it_means() -> None:
    first, *others = comparison.differences(BEFORE, replace(BEFORE, native_client_has_secret=False))
    assert (first.before, first.after) == ("yes", "no")
    assert "Mobile and server apps" in first.effect
    assert not any(one.differs for one in others)


def test_groups_are_compared_by_name_and_missing_ones_come_first() -> None:
    after = replace(
        BEFORE,
        groups=(
            Group(name="Authors", precedence=3),
            Group(name="Readers", precedence=2, role_arn="arn:aws:iam::1:role/reader"),
        ),
    )
    found = comparison.groups(BEFORE, after)
    assert [(one.name, one.state) for one in found] == [
        ("Editors", "missing"),
        ("Readers", "changed"),
        ("Authors", "new"),
    ]
    assert "role arn:aws:iam::1:role/reader" in found[1].after
    assert [one.state for one in comparison.groups(BEFORE, BEFORE)] == ["same", "same"]


def test_another_pool_is_other_people() -> None:
    first, *_ = comparison.consequences(BEFORE, replace(BEFORE, user_pool_id="eu-west-1_Another01"))
    assert "only people who are users of the new pool" in first


def test_another_client_of_the_same_pool_keeps_the_people() -> None:
    said = " ".join(comparison.consequences(BEFORE, replace(BEFORE, web_client_id="another")))
    assert "The users stay." in said
    assert "Identity ids" not in said


def test_with_another_pool_identities_and_credentials_are_told_as_well() -> None:
    after = replace(BEFORE, user_pool_id="eu-west-1_Another01")
    kept = " ".join(comparison.consequences(BEFORE, after))
    none = " ".join(comparison.consequences(BEFORE, replace(after, identity_pool=None)))
    assert "Identity ids are new" in kept
    assert "no AWS credentials any more" in none


def test_a_first_identity_pool_takes_nothing_from_anybody() -> None:
    said = " ".join(comparison.consequences(replace(BEFORE, identity_pool=None), BEFORE))
    assert "can get AWS credentials" in said
    assert "not found" not in said


def test_the_order_of_attributes_is_no_difference() -> None:
    before = replace(BEFORE, auto_verified_attributes=("email", "phone_number"), username_attributes=("email", "phone"))
    after = replace(before, auto_verified_attributes=("phone_number", "email"), username_attributes=("phone", "email"))
    assert not any(one.differs for one in comparison.differences(before, after))


def test_another_identity_pool_is_other_identities_and_none_is_no_credentials() -> None:
    other = " ".join(comparison.consequences(BEFORE, replace(BEFORE, identity_pool=replace(POOL, id="another"))))
    none = " ".join(comparison.consequences(BEFORE, replace(BEFORE, identity_pool=None)))
    assert "Identity ids are new" in other
    assert "no AWS credentials any more" in none
