"""What the cells of the matrix say, and which of them are marked: from plain facts alone."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from admin_ui.matrix import rows, values, versions
from admin_ui.matrix.presentation import summary
from admin_ui.matrix.rows import Matrix, Row
from admin_ui.matrix.services import account_of
from admin_ui.matrix.values import Facts, Work
from amplify_files.outputs import AuthOutputs, Group, MfaDetails, PasswordPolicy
from tests.factories import make_outputs

MOMENT = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


def facts(name: str, outputs: AuthOutputs | None = None, **fields: Any) -> Facts:
    linked: dict[str, Any] = {}
    if outputs:
        found = versions.read(json.dumps(outputs.to_dict()))
        linked = {"outputs": found[0], "versions": found[1], "health": "pass", "health_words": "Healthy"}
    return Facts(name=name, **{"region": "eu-west-1", **linked, **fields})


def own(name: str, **fields: Any) -> AuthOutputs:
    """Outputs in which every id belongs to this name alone."""
    outputs = make_outputs(
        user_pool_id=f"eu-west-1_{name}", user_pool_name=f"{name}-users", web_client_id=f"{name}web",
        native_client_id=f"{name}native", **fields
    )  # fmt: skip
    pool = outputs.identity_pool
    if pool and "identity_pool" not in fields:
        named = replace(pool, id=f"eu-west-1:{name}", auth_role_arn=f"arn:aws:iam::1:role/{name}")
        outputs = replace(outputs, identity_pool=replace(named, unauth_role_arn=f"arn:aws:iam::1:role/{name}-guest"))
    return outputs


def row(matrix: Matrix, key: str) -> Row:
    return next(one for one in matrix.rows if one.spec.key == key)


def marks(matrix: Matrix, key: str) -> list[str]:
    return [cell.unlike or cell.shared for cell in row(matrix, key).cells]


def mfa(*kinds: str, production: int | None = None) -> Matrix:
    return rows.build(
        facts(f"env{n}", own(f"env{n}", mfa_configuration=kind), production=n == production)
        for n, kind in enumerate(kinds)
    )


def test_production_comes_first_and_then_the_alphabet() -> None:
    matrix = rows.build([facts("beta"), facts("prod", production=True), facts("alpha"), facts("live", production=True)])
    assert [one.name for one in matrix.columns] == ["live", "prod", "alpha", "beta"]


@pytest.mark.parametrize(
    ("kinds", "production", "mark", "expected"),
    [
        (("OFF", "OFF"), 0, "", ["", ""]),
        (("ON", "OFF", "ON"), 0, "Differs", ["", "Unlike env0", ""]),
        (("ON", "OFF", "OFF"), 0, "Differs", ["", "Unlike env0", "Unlike env0"]),
        (("ON", "OFF", "ON"), None, "Differs", ["", "Unlike the others", ""]),
        # Nobody can say which of two is the usual one.
        (("ON", "OFF"), None, "Differs", ["", ""]),
    ],
)
def test_a_value_that_should_agree_is_marked_where_it_does_not(
    kinds: tuple[str, ...], production: int | None, mark: str, expected: list[str]
) -> None:
    matrix = mfa(*kinds, production=production)
    assert row(matrix, "mfa").mark == mark
    assert row(matrix, "mfa").is_alarming == bool(mark)
    assert marks(matrix, "mfa") == expected


def test_productions_that_disagree_are_no_measure() -> None:
    two = [
        facts(name, own(name, mfa_configuration=kind), production=True) for name, kind in (("a", "ON"), ("b", "OFF"))
    ]
    matrix = rows.build([*two, facts("c", own("c", mfa_configuration="OFF"))])
    assert row(matrix, "mfa").mark == "Differs"
    assert marks(matrix, "mfa") == ["", "", ""]
    agreeing = rows.build([*(replace(one, outputs=two[0].outputs) for one in two), facts("c", own("c"))])
    assert marks(agreeing, "mfa") == ["", "", "Unlike production"]


def test_an_environment_without_a_value_neither_differs_nor_makes_others_differ() -> None:
    matrix = rows.build([facts("prod", own("prod"), production=True), facts("dev")])
    assert row(matrix, "mfa").mark == ""
    assert row(matrix, "mfa").cells[1].is_empty
    assert row(matrix, "user_pool").mark == ""


def test_resources_that_several_have_are_marked_with_production_named_first() -> None:
    same = own("prod")
    names = ("alpha", "beta", "gamma", "prod")
    matrix = rows.build([*(facts(name, same, production=name == "prod") for name in names), facts("own", own("own"))])
    assert row(matrix, "user_pool").mark == "Shared"
    assert marks(matrix, "user_pool") == [
        "Shared with alpha, beta and 1 more",
        "Shared with prod, beta and 1 more",
        "Shared with prod, alpha and 1 more",
        "Shared with prod, alpha and 1 more",
        "",
    ]
    assert {one.spec.key for one in matrix.rows if one.mark == "Shared"} == {
        "user_pool", "web_client", "mobile_client", "identity_pool", "authenticated_role", "unauthenticated_role"
    }  # fmt: skip


def test_only_differences_leaves_what_agrees_and_what_differs_by_nature() -> None:
    prod = facts("prod", own("prod"), production=True, checked=MOMENT)
    dev = facts("dev", own("dev", mfa_configuration="ON"), checked=MOMENT.replace(hour=5), region="us-east-1")
    kept = rows.build([prod, dev]).only_differences()
    assert {one.spec.key: one.mark for one in kept.rows} == {
        "mfa": "Differs", "settings_version": "Differs", "region": "Differs"
    }  # fmt: skip
    assert [group.title for group in kept.groups] == ["Cognito", "Files", "Place"]
    assert not row(kept, "region").is_alarming
    assert rows.build([prod, replace(prod, name="again", outputs=own("again"))]).only_differences().groups == ()


def test_work_in_one_environment_is_a_difference() -> None:
    work = Work("Clone prod as eu", "Running", "running", job="a1")
    matrix = rows.build([facts("dev", work=(work, work)), facts("prod")])
    assert row(matrix, "unfinished").differs
    value = row(matrix, "unfinished").cells[0].value
    assert (value.text, value.detail, value.job) == ("Clone prod as eu", "Running, and 1 more", "a1")


def test_rows_that_say_nothing_are_left_out() -> None:
    keys = {one.spec.key for one in rows.build([facts("dev")]).rows}
    assert keys == {"health", "kind", "region", "account"}
    assert rows.build([]).rows == []


def test_a_row_with_one_value_may_be_shown_once() -> None:
    names = ("a", "b", "c")
    alike = rows.build(facts(name, own(name)) for name in names)
    assert row(alike, "mfa").alike == row(alike, "region").alike == "All"
    assert row(alike, "user_pool").alike == ""
    assert row(rows.build([*alike.columns, facts("d")]), "mfa").alike == "All linked"
    # The first column is the one that is shown.
    assert row(rows.build([facts("0"), *alike.columns]), "mfa").alike == ""
    assert row(rows.build(alike.columns[:2]), "mfa").alike == ""


def _settings(**fields: Any) -> str:
    return versions.read(json.dumps(make_outputs(**fields).to_dict()))[1].settings


def test_the_settings_version_ignores_ids_names_addresses_and_order() -> None:
    base = make_outputs()
    assert base.identity_pool is not None
    pool = replace(base.identity_pool, id="eu-west-1:other", name="other", auth_role_arn="arn:aws:iam::1:role/x")
    oauth = replace(base.web_oauth, scopes=base.web_oauth.scopes[::-1], callback_urls=("https://dev.example.com/",))
    same = _settings(
        user_pool_id="us-east-1_x", user_pool_name="y", region="us-east-1", web_client_id="w", native_client_id="n",
        domain="dev", identity_pool=pool, web_oauth=oauth, alias_attributes=(),
    )  # fmt: skip
    assert same == _settings()


@pytest.mark.parametrize(
    "fields",
    [
        {"mfa_configuration": "ON"},
        {"domain": ""},
        {"groups": (Group(name="Editors"),)},
        {"identity_pool": None},
        {"username_attributes": ("phone_number",)},
        {"password_policy": PasswordPolicy(minimum_length=9)},
    ],
    ids=lambda value: next(iter(value)),
)
def test_the_settings_version_tells_settings_apart(fields: dict[str, Any]) -> None:
    assert _settings(**fields) != _settings()


def test_the_file_version_changes_with_any_value() -> None:
    found = [values.file_version(facts("a", own(name))).plain for name in ("x", "x", "y")]
    assert found[0] == found[1] != found[2]
    assert len(found[0]) == versions.DIGITS
    email = make_outputs(mfa_configuration="ON", mfa=MfaDetails(email=True))
    assert values.file_version(facts("a", email)).detail == "amplify_outputs 1.4"


@pytest.mark.parametrize(
    ("value", "fields", "words"),
    [
        (values.sign_in, {}, ("Email", "")),
        (values.sign_in, {"username_attributes": ("phone_number", "email")}, ("Email or phone", "")),
        (values.sign_in, {"username_attributes": None, "alias_attributes": ("email",)}, ("Username or email", "")),
        (values.mfa, {}, ("Off", "")),
        (values.mfa, {"mfa_configuration": None}, ("Off", "")),
        (
            values.mfa,
            {"mfa_configuration": "ON", "mfa": MfaDetails(sms=True, totp=True, email=True)},
            ("Required", "SMS, app, email"),
        ),
        (
            values.mfa,
            {"mfa_configuration": "OPTIONAL", "mfa": MfaDetails(totp=True, totp_enabled=False)},
            ("Optional", ""),
        ),
        (values.password_policy, {}, ("8 or more characters", "a–z")),
        (values.password_policy, {"password_policy": None}, ("Not known", "")),
        (values.guest_access, {}, ("Not allowed", "")),
        (values.guest_access, {"identity_pool": None}, ("", "")),
        (values.identity_pool, {"identity_pool": None}, ("Not used", "")),
        (values.web_client, {}, ("shop-web", "1example23456789webclient01")),
        (values.web_client, {"web_client_name": ""}, ("1example23456789webclient01", "")),
        (values.authenticated_role, {}, ("shop-auth", "")),
    ],
)
def test_values_are_said_as_people_say_them(value: Any, fields: dict[str, Any], words: tuple[str, str]) -> None:
    found = value(facts("dev", make_outputs(**fields)))
    assert (found.text, found.detail) == words


def test_where_an_environment_is_reached() -> None:
    arn = "arn:aws:iam::111122223333:role/team/AdminUI"
    assumed = values.account(facts("dev", role_arn=arn, account="111122223333"))
    assert (assumed.text, assumed.detail, assumed.full) == ("111122223333", "Role AdminUI", arn)
    assert values.account(facts("dev")).text == "Default credentials"


@pytest.mark.parametrize(
    ("arns", "account"),
    [
        (("", "arn:aws:iam::111122223333:role/x"), "111122223333"),
        (("arn:aws-us-gov:cloudformation:us-gov-west-1:444455556666:stack/a/b",), "444455556666"),
        (("arn:aws:s3:::bucket", None, "444455556666"), ""),
        ((), ""),
    ],
)
def test_the_first_arn_that_names_an_account_tells_it(arns: tuple[object, ...], account: str) -> None:
    assert account_of(*arns) == account


def test_json_has_every_row_for_every_environment() -> None:
    linked = facts("prod", own("prod"), production=True, checked=MOMENT, drifted=2, ignored=1)
    rest = [facts("a", own("a", mfa_configuration="ON")), facts("b", own("prod")), facts("c")]
    document = rows.as_json(rows.build([*rest, linked]), "shop")
    assert json.loads(json.dumps(document)) == document
    assert [one["environment"] for one in document] == ["prod", "a", "b", "c"]
    keys = {spec.key for _, specs in rows.SPECS for spec in specs}
    extra = {"project", "environment", "production", "user_pool_name", "ignored_drift", "differs", "shared"}
    assert all(one.keys() == keys | extra for one in document)
    prod, a, b, c = document
    assert prod["user_pool"] == "eu-west-1_prod"
    assert prod["checked"] == "2026-05-04T03:02:01+00:00"
    assert (prod["drift"], prod["ignored_drift"], prod["mfa"], prod["guest_access"]) == (2, 1, "OFF", False)
    assert prod["password_policy"]["minimum_length"] == 8
    assert a["differs"] == ["mfa", "settings_version"]
    assert b["differs"] == []
    assert "user_pool" in b["shared"]
    assert (c["user_pool"], c["health"], c["drift"], c["differs"]) == (None, "not-linked", None, [])


def test_json_names_both_of_two_that_disagree() -> None:
    document = rows.as_json(mfa("ON", "OFF"), "shop")
    assert all("mfa" in one["differs"] for one in document)


def test_the_summary_begins_with_the_worst() -> None:
    good = facts("good", own("good"))
    several = [
        replace(good, name="a", health="fail", drifted=2, backend=("warn", "Newer values")),
        replace(good, name="b", trouble="AWS refused the role.", backend=("fail", "Managed by Amplify")),
        facts("c", kind="amplify"),
        facts("d"),
        good,
    ]
    assert [(one.state, one.words) for one in summary(several)] == [
        ("fail", "1 failing"),
        ("fail", "1 that cannot be pushed"),
        ("warn", "1 drifted"),
        ("warn", "1 not checked of late"),
        ("warn", "1 to push"),
        ("warn", "1 without the required import"),
        ("stopped", "1 not linked"),
    ]
    assert [one.words for one in summary([good, facts("d")])] == ["1 not linked", "Nothing failing, nothing drifted"]
    assert [one.words for one in summary([facts("d")])] == ["1 not linked"]
