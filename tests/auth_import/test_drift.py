"""Drift, without AWS: what alarms, what never does, and in which words."""

from dataclasses import replace
from typing import Any

import pytest

from amplify_files.outputs import AuthOutputs, Group, IdentityPool, MfaDetails, PasswordPolicy, WebOAuth
from auth_import.drift import WATCHED, compare, same, words
from auth_import.findings import Finding, Severity

OUTPUTS = AuthOutputs(
    region="eu-west-1",
    user_pool_id="eu-west-1_Sample",
    user_pool_name="sample",
    web_client_id="web",
    web_client_name="sample-web",
    native_client_id="native",
    native_client_has_secret=True,
    domain="sample",
    custom_domain="login.example.com",
    username_attributes=("email", "phone_number"),
    alias_attributes=("preferred_username",),
    required_attributes=("email", "name"),
    password_policy=PasswordPolicy(minimum_length=12, requires_numbers=True),
    mfa_configuration="OPTIONAL",
    mfa=MfaDetails(sms=True, totp=True),
    auto_verified_attributes=("email",),
    custom_auth=False,
    web_oauth=WebOAuth(
        supported_identity_providers=("COGNITO", "Google"),
        flows=("code",),
        scopes=("openid", "email"),
        callback_urls=("https://app.example.com/in", "app://in"),
        logout_urls=("https://app.example.com/out", "app://out"),
    ),
    identity_pool=IdentityPool(
        id="eu-west-1:pool",
        name="sample_identity",
        allow_unauthenticated=True,
        supported_login_providers=(("accounts.google.com", "1"), ("graph.facebook.com", "2")),
        auth_role_arn="arn:aws:iam::123456789012:role/in",
        unauth_role_arn="arn:aws:iam::123456789012:role/guest",
    ),
    groups=(Group(name="Admins", precedence=1), Group(name="Editors", precedence=2, role_arn="arn:role")),
)

# One other value for every watched member, none of them a mere order or emptiness.
CHANGED: dict[str, Any] = {
    "user_pool_name": "renamed",
    "domain": "moved",
    "custom_domain": "signin.example.com",
    "username_attributes": ["email"],
    "alias_attributes": ["email"],
    "required_attributes": ["email"],
    "password_policy": {"minimum_length": 8},
    "mfa_configuration": "ON",
    "mfa": {"sms": False, "totp": True},
    "auto_verified_attributes": ["phone_number"],
    "custom_auth": True,
    "native_client_has_secret": False,
    "web_oauth.supported_identity_providers": ["COGNITO"],
    "web_oauth.flows": ["implicit"],
    "web_oauth.scopes": ["openid"],
    "web_oauth.callback_urls": ["https://app.example.com/elsewhere"],
    "web_oauth.logout_urls": ["https://app.example.com/elsewhere"],
    "identity_pool.name": "other_identity",
    "identity_pool.allow_unauthenticated": False,
    "identity_pool.supported_login_providers": [["accounts.google.com", "9"]],
    "identity_pool.auth_role_arn": "arn:aws:iam::123456789012:role/other",
    "identity_pool.unauth_role_arn": "",
    "groups": [{"name": "Admins", "precedence": 7, "role_arn": ""}],
}


def with_value(snapshot: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    head, _, rest = path.partition(".")
    return snapshot | {head: with_value(snapshot[head], rest, value) if rest else value}


def drifts(after: dict[str, Any] | None, **more: Any) -> list[str]:
    found = compare(outputs_before=OUTPUTS.to_dict(), outputs_after=after, baseline={}, findings=(), **more)
    return [one.id for one in found]


def finding(severity: Severity, observed: str = "now") -> Finding:
    return Finding("role.trust", "The role trusts", severity, observed=observed, reason="Because.", affects="guests")


@pytest.mark.parametrize(("path", "drift_id"), [(path, drift_id) for path, drift_id, _ in WATCHED])
def test_every_watched_value_alarms_once_and_says_what_breaks(path: str, drift_id: str) -> None:
    after = with_value(OUTPUTS.to_dict(), path, CHANGED[path])
    found = compare(outputs_before=OUTPUTS.to_dict(), outputs_after=after, baseline={}, findings=())
    assert [one.id for one in found] == [drift_id]
    assert found[0].before != found[0].after
    assert found[0].breaks.strip()


def test_everything_that_reaches_a_file_is_watched_or_names_the_link_itself() -> None:
    def leaves(value: Any, path: str = "") -> list[str]:
        nested = {"web_oauth", "identity_pool"}
        if isinstance(value, dict) and (not path or path in nested):
            return [leaf for key, item in value.items() for leaf in leaves(item, f"{path}.{key}".lstrip("."))]
        return [path]

    the_link_itself = {"region", "user_pool_id", "web_client_id", "native_client_id", "identity_pool.id"}
    # No generated file carries the clients' names.
    not_in_files = {"web_client_name", "native_client_name"}
    assert set(leaves(OUTPUTS.to_dict())) == {path for path, _, _ in WATCHED} | the_link_itself | not_in_files


def test_no_two_drifts_share_an_id() -> None:
    ids = [drift_id for _, drift_id, _ in WATCHED]
    assert len(set(ids)) == len(ids)


def test_order_never_alarms() -> None:
    oauth, pool = OUTPUTS.web_oauth, OUTPUTS.identity_pool
    assert pool
    turned = replace(
        OUTPUTS,
        username_attributes=("phone_number", "email"),
        required_attributes=("name", "email"),
        web_oauth=replace(
            oauth,
            supported_identity_providers=oauth.supported_identity_providers[::-1],
            scopes=oauth.scopes[::-1],
            callback_urls=oauth.callback_urls[::-1],
            logout_urls=oauth.logout_urls[::-1],
        ),
        identity_pool=replace(pool, supported_login_providers=pool.supported_login_providers[::-1]),
        groups=OUTPUTS.groups[::-1],
    )
    assert drifts(turned.to_dict()) == []
    assert same(OUTPUTS.to_dict(), turned.to_dict())


@pytest.mark.parametrize(
    ("before", "after"), [(None, []), ([], None), (None, ""), ({"role_arn": ""}, {}), ({"role_arn": None}, None)]
)
def test_missing_and_empty_are_the_same(before: Any, after: Any) -> None:
    assert same({"value": before}, {"value": after})


@pytest.mark.parametrize(("before", "after"), [(None, False), (0, None), ([], ["x"]), ("a", "b"), ([1], [1, 1])])
def test_false_and_nought_are_values(before: Any, after: Any) -> None:
    assert not same({"value": before}, {"value": after})


def test_nothing_alarms_when_the_outputs_could_not_be_read() -> None:
    assert drifts(None) == []


def test_single_members_that_could_not_be_read_never_alarm() -> None:
    after = with_value(with_value(OUTPUTS.to_dict(), "groups", []), "mfa", None)
    assert drifts(after, unread={"groups", "mfa"}) == []
    assert drifts(with_value(after, "domain", ""), unread={"groups", "mfa"}) == ["pool.domain"]


def test_mfa_that_was_unread_at_the_import_never_alarms() -> None:
    before = with_value(OUTPUTS.to_dict(), "mfa", None)
    assert not compare(outputs_before=before, outputs_after=OUTPUTS.to_dict(), baseline={}, findings=())


def test_a_snapshot_of_an_earlier_version_without_a_member_does_not_alarm_for_its_emptiness() -> None:
    before = {key: value for key, value in OUTPUTS.to_dict().items() if key != "alias_attributes"}
    after = with_value(OUTPUTS.to_dict(), "alias_attributes", [])
    assert not compare(outputs_before=before, outputs_after=after, baseline={}, findings=())


@pytest.mark.parametrize(
    ("was", "now", "alarms"),
    [
        ("pass", Severity.WARN, True),
        ("pass", Severity.FAIL, True),
        ("info", Severity.WARN, True),
        ("warn", Severity.FAIL, True),
        ("pass", Severity.INFO, False),
        ("warn", Severity.WARN, False),
        ("fail", Severity.FAIL, False),
        ("fail", Severity.WARN, False),
        ("fail", Severity.PASS, False),
        ("", Severity.FAIL, False),
        ("a word of a later version", Severity.FAIL, False),
    ],
)
def test_a_check_alarms_only_when_it_got_worse(was: str, now: Severity, alarms: bool) -> None:
    found = compare(
        outputs_before={}, outputs_after=None, baseline={"role.trust": [was, "then"]}, findings=[finding(now)]
    )
    assert [one.id for one in found] == (["role.trust"] if alarms else [])
    if alarms:
        assert (found[0].before, found[0].after, found[0].breaks) == ("then", "now", "Because. Affected: guests.")


def test_a_check_that_did_not_exist_at_the_import_does_not_alarm() -> None:
    assert not compare(outputs_before={}, outputs_after=None, baseline={}, findings=[finding(Severity.FAIL)])


def test_a_new_secret_alarms_without_either_secret() -> None:
    found = compare(
        outputs_before=OUTPUTS.to_dict(), outputs_after=OUTPUTS.to_dict(), baseline={}, findings=(), secret_changed=True
    )
    assert [one.id for one in found] == ["client.native-secret-replaced"]
    assert "(" in found[0].before
    assert "(" in found[0].after


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "(none)"),
        ([], "(none)"),
        ("", "(none)"),
        (True, "yes"),
        (False, "no"),
        (["a", "b"], "a, b"),
        ({"name": "Admins", "precedence": None, "role_arn": "arn:x"}, "Admins (precedence (none), role arn:x)"),
        ({"minimum_length": 8, "requires_numbers": True}, "minimum length 8, requires numbers yes"),
    ],
)
def test_values_are_told_in_words(value: Any, text: str) -> None:
    assert words(value) == text
