import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth_import.rules import evaluate, trust_for, trust_policy
from auth_import.rules.trust import Amr

POOL = "eu-west-1:0b1f2c3d-1111-4222-8333-944455556666"
OTHER = "eu-west-1:9b1f2c3d-1111-4222-8333-944455556666"
HOST = "cognito-identity.amazonaws.com"
ACTION = "sts:AssumeRoleWithWebIdentity"
KINDS: tuple[Amr, Amr] = ("authenticated", "unauthenticated")


def allow(**changes: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": HOST},
        "Action": ACTION,
        "Condition": {
            "StringEquals": {f"{HOST}:aud": POOL},
            "ForAnyValue:StringLike": {f"{HOST}:amr": "authenticated"},
        },
        **changes,
    }
    return {name: value for name, value in statement.items() if value is not None}


def condition(operator: str, key: str, values: object, **more: Any) -> dict[str, Any]:
    return allow(Condition={operator: {key: values}, **more})


def answer(*statements: object, amr: Amr = "authenticated", pool: str = POOL) -> str:
    document = statements[0] if len(statements) == 1 else list(statements)
    return evaluate(json.dumps({"Version": "2012-10-17", "Statement": document}), pool, amr).assumable


AUD, AMR, SUB = f"{HOST}:aud", f"{HOST}:amr", f"{HOST}:sub"
DENY = {"Effect": "Deny", "Principal": {"Federated": HOST}, "Action": ACTION}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow(), "yes"),
        (allow(Effect="allow"), "yes"),
        (allow(Effect="Deny"), "no"),
        (allow(Effect=None), "no"),
        (allow(Action=["sts:TagSession", ACTION]), "yes"),
        (allow(Action=ACTION.upper()), "yes"),
        (allow(Action="sts:*"), "yes"),
        (allow(Action="*"), "yes"),
        (allow(Action="sts:AssumeRoleWith*"), "yes"),
        (allow(Action="sts:AssumeRoleWith?ebIdentity"), "yes"),
        (allow(Action="sts:AssumeRole"), "no"),
        (allow(Action=[]), "no"),
        (allow(Action=None), "no"),
        (allow(Action=None, NotAction="sts:TagSession"), "yes"),
        (allow(Action=None, NotAction=["sts:*"]), "no"),
        (allow(Principal={"Federated": [HOST, "graph.example.com"]}), "yes"),
        (allow(Principal={"Federated": "*"}), "yes"),
        (allow(Principal="*"), "yes"),
        (allow(Principal={"AWS": "*"}), "yes"),
        (allow(Principal={"AWS": "arn:aws:iam::111122223333:root"}), "no"),
        (allow(Principal={"Service": HOST}), "no"),
        (allow(Principal={"Federated": "accounts.google.com"}), "no"),
        (allow(Principal=None), "no"),
        (allow(Principal=None, NotPrincipal={"Federated": "accounts.google.com"}), "unsure"),
        (allow(Principal=None, NotPrincipal={"Federated": HOST}), "no"),
        (allow(Condition=None), "yes"),
        (allow(Condition={}), "yes"),
        (allow(Condition="nonsense"), "unsure"),
        (allow(Condition={"StringEquals": "nonsense"}), "unsure"),
        (condition("StringEquals", AUD, POOL), "yes"),
        (condition("StringEquals", AUD, [OTHER, POOL]), "yes"),
        (condition("StringEquals", AUD, OTHER), "no"),
        (condition("StringEquals", AUD, []), "no"),
        (condition("StringEquals", AUD.upper(), POOL), "yes"),
        (condition("StringEquals", AUD, POOL.upper()), "no"),
        (condition("StringEqualsIgnoreCase", AUD, POOL.upper()), "yes"),
        (condition("StringEqualsIfExists", AUD, POOL), "yes"),
        (condition("StringEqualsIfExists", AUD, OTHER), "no"),
        (condition("StringEquals", AUD, "eu-west-1:*"), "no"),
        (condition("StringLike", AUD, "eu-west-1:*"), "yes"),
        (condition("StringLike", AUD, "us-east-1:*"), "no"),
        (condition("StringLike", AUD, POOL[:-1] + "?"), "yes"),
        (condition("ForAnyValue:StringEquals", AUD, [POOL]), "yes"),
        (condition("StringNotEquals", AUD, OTHER), "yes"),
        (condition("StringNotEquals", AUD, POOL), "no"),
        (condition("StringNotLike", AUD, "eu-*"), "no"),
        (condition("StringEquals", AUD, "${aws:PrincipalTag/pool}"), "unsure"),
        (condition("ForAnyValue:StringLike", AMR, "authenticated"), "yes"),
        (condition("ForAnyValue:StringLike", AMR, "auth*"), "yes"),
        (condition("ForAnyValue:StringLike", AMR, "unauthenticated"), "no"),
        (condition("ForAnyValue:StringLike", AMR, ["unauthenticated", "authenticated"]), "yes"),
        (condition("ForAnyValue:StringLike", AMR, "cognito-idp.eu-west-1.amazonaws.com/*"), "unsure"),
        (condition("StringEquals", AMR, "authenticated"), "yes"),
        (condition("ForAllValues:StringLike", AMR, "unauthenticated"), "no"),
        (condition("ForAllValues:StringLike", AMR, "authenticated"), "unsure"),
        (condition("ForAllValues:StringLike", AMR, ["authenticated", "*"]), "yes"),
        (condition("StringLike", SUB, "eu-west-1:*"), "yes"),
        (condition("StringLike", SUB, "*"), "yes"),
        (condition("StringEquals", SUB, "eu-west-1:11111111-2222-4333-8444-555555555555"), "unsure"),
        (condition("Null", AUD, "false"), "yes"),
        (condition("Null", AUD, "true"), "no"),
        (condition("Bool", "aws:SecureTransport", "true"), "yes"),
        (condition("Bool", "aws:SecureTransport", True), "yes"),
        (condition("Bool", "aws:SecureTransport", "false"), "no"),
        (condition("IpAddress", "aws:SourceIp", "192.0.2.0/24"), "unsure"),
        (condition("NumericLessThan", AUD, "1"), "unsure"),
        (condition("Wrong:StringEquals", AUD, POOL), "unsure"),
        # What surely does not hold outweighs what cannot be decided.
        (condition("StringEquals", AUD, OTHER, IpAddress={"aws:SourceIp": "192.0.2.0/24"}), "no"),
        # A key that only ends like Cognito's is somebody else's.
        (condition("StringEquals", "graph.example.com:aud", POOL), "unsure"),
    ],
)
def test_one_statement(statement: dict[str, Any], expected: str) -> None:
    assert answer(statement) == expected
    assert answer(statement, {**allow(), "Principal": {"Federated": "accounts.google.com"}}) == expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow(), DENY], "no"),
        ([DENY, allow()], "no"),
        ([allow(), {**DENY, "Action": "sts:TagSession"}], "yes"),
        ([allow(), {**DENY, "Principal": {"Federated": "accounts.google.com"}}], "yes"),
        ([allow(), {**DENY, "Condition": {"StringEquals": {AUD: OTHER}}}], "yes"),
        ([allow(), {**DENY, "Condition": {"StringEquals": {AUD: POOL}}}], "no"),
        ([allow(), {**DENY, "Condition": {"StringNotEquals": {AUD: POOL}}}], "yes"),
        ([allow(), {**DENY, "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.1"}}}], "unsure"),
        ([allow(), {**DENY, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}], "yes"),
        ([allow(), {"Effect": "Deny", "NotPrincipal": {"Federated": "accounts.google.com"}, "Action": "*"}], "no"),
        ([allow(), {"Effect": "Deny", "NotPrincipal": {"Federated": HOST}, "Action": "*"}], "yes"),
        ([allow(), {"Effect": "Deny", "Principal": "*", "NotAction": ACTION}], "yes"),
        ([condition("StringEquals", AUD, OTHER), allow()], "yes"),
        ([condition("IpAddress", "aws:SourceIp", "192.0.2.1"), allow()], "yes"),
        ([], "no"),
    ],
)
def test_several_statements(statements: list[dict[str, Any]], expected: str) -> None:
    text = json.dumps({"Statement": statements})
    assert evaluate(text, POOL, "authenticated").assumable == expected


def test_the_kind_of_identity_matters() -> None:
    assert answer(allow(), amr="unauthenticated") == "no"
    guest = allow(Condition={"ForAllValues:StringEquals": {AMR: "unauthenticated"}})
    assert answer(guest, amr="unauthenticated") == "yes"
    provider = condition("ForAnyValue:StringLike", AMR, "cognito-idp.eu-west-1.amazonaws.com/*")
    assert answer(provider, amr="unauthenticated") == "no"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "7", '"text"', '{"Statement": 7}', '{"Statement": ["x"]}', "[" * 100_000, "%7Bnot json"],
)
def test_a_malformed_policy_is_an_answer_and_no_exception(text: str) -> None:
    trust = evaluate(text, POOL, "authenticated")
    assert trust.malformed
    assert trust.assumable == "no"
    assert evaluate(trust_for(text, POOL, "authenticated"), POOL, "authenticated").assumable == "yes"


def test_a_percent_encoded_policy_is_read() -> None:
    encoded = json.dumps({"Statement": allow()}).replace("{", "%7B").replace('"', "%22")
    assert evaluate(encoded, POOL, "authenticated").assumable == "yes"


@pytest.mark.parametrize(
    ("statement", "others", "anybody"),
    [
        (allow(), (), False),
        (condition("StringEquals", AUD, [POOL, OTHER]), (OTHER,), False),
        (condition("StringEquals", AUD, OTHER), (OTHER,), False),
        (condition("StringLike", AUD, ["eu-west-1:*"]), (), True),
        (condition("StringLike", AUD, "*"), (), True),
        (condition("StringNotEquals", AUD, OTHER), (), True),
        (allow(Condition=None), (), True),
        (allow(Principal={"Federated": "*"}), (), False),
        (allow(Action="sts:TagSession", Condition=None), (), False),
    ],
)
def test_who_else_gets_in(statement: dict[str, Any], others: tuple[str, ...], anybody: bool) -> None:
    trust = evaluate(json.dumps({"Statement": statement}), POOL, "authenticated")
    assert (trust.other_pools, trust.open_to_any) == (others, anybody)


def test_a_pool_that_is_denied_is_not_among_the_others() -> None:
    statements = [
        condition("StringEquals", AUD, [POOL, OTHER]),
        {**DENY, "Condition": {"StringEquals": {AUD: OTHER}}},
    ]
    assert evaluate(json.dumps({"Statement": statements}), POOL, "authenticated").other_pools == ()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (allow(Principal={"Service": "lambda.amazonaws.com"}), "no statement allows cognito-identity"),
        (allow(Action="sts:TagSession"), "allows sts:AssumeRoleWithWebIdentity"),
        (allow(Condition={"StringEquals": {AUD: POOL, AMR: "unauthenticated"}}), "for unauthenticated identities only"),
        (condition("StringEquals", AUD, OTHER), OTHER),
        (condition("StringLike", AUD, "us-east-1:*"), "do not admit"),
        (DENY, "a Deny statement forbids it"),
    ],
)
def test_the_problem_is_told_in_words(statement: dict[str, Any], words: str) -> None:
    assert words in evaluate(json.dumps({"Statement": statement}), POOL, "authenticated").problem


@pytest.mark.parametrize("amr", KINDS)
def test_a_new_policy_trusts_exactly_one_pool_and_one_kind_of_identity(amr: Amr) -> None:
    policy = trust_policy(POOL, amr)
    trust = evaluate(policy, POOL, amr)
    assert (trust.assumable, trust.other_pools, trust.open_to_any) == ("yes", (), False)
    other_kind = KINDS[1 - KINDS.index(amr)]
    assert evaluate(policy, POOL, other_kind).assumable == "no"
    assert evaluate(policy, OTHER, amr).assumable == "no"


def test_a_statement_meant_for_this_pool_is_corrected_in_place() -> None:
    wrong = allow(
        Sid="Ours",
        Action=[ACTION, "sts:TagSession"],
        Condition={"StringEquals": {AUD: POOL}, "ForAnyValue:StringLike": {AMR: "unauthenticated"}},
    )
    lambda_too = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    existing = json.dumps({"Version": "2012-10-17", "Id": "kept", "Statement": [lambda_too, wrong]})
    new = json.loads(trust_for(existing, POOL, "authenticated"))
    assert new["Id"] == "kept"
    assert new["Statement"] == [lambda_too, {**wrong, "Condition": allow()["Condition"]}]


def test_a_statement_for_another_pool_stays_and_one_is_added() -> None:
    other = condition("StringEquals", AUD, OTHER)
    new = json.loads(trust_for(json.dumps({"Version": "2012-10-17", "Statement": other}), POOL, "authenticated"))
    assert new["Statement"] == [other, allow()]
    assert evaluate(json.dumps(new), OTHER, "authenticated").assumable == "yes"


def test_a_policy_that_is_right_already_comes_back_as_it_was() -> None:
    existing = json.dumps({"Statement": [allow()], "Version": "2012-10-17"}, indent=7)
    assert trust_for(existing, POOL, "authenticated") == existing


def test_a_deny_is_never_touched() -> None:
    new = trust_for(json.dumps({"Statement": [DENY]}), POOL, "authenticated")
    assert DENY in json.loads(new)["Statement"]
    assert evaluate(new, POOL, "authenticated").assumable == "no"


VALUES = st.sampled_from(
    [POOL, OTHER, "*", "eu-west-1:*", "authenticated", "unauthenticated", "", HOST, ACTION, "sts:*"]
)
WORDS = VALUES | st.lists(VALUES, max_size=2) | st.none() | st.integers() | st.booleans()
OPERATORS = st.sampled_from(
    ["StringEquals", "StringLike", "ForAnyValue:StringLike", "ForAllValues:StringEquals", "Null", "Bool", "Odd"]
)
CONDITIONS = st.dictionaries(
    OPERATORS, st.dictionaries(st.sampled_from([AUD, AMR, SUB, "x"]), WORDS, max_size=2) | WORDS
)
STATEMENTS = st.fixed_dictionaries(
    {},
    optional={
        "Effect": st.sampled_from(["Allow", "Deny"]) | WORDS,
        "Principal": st.dictionaries(st.sampled_from(["Federated", "AWS"]), WORDS, max_size=2) | WORDS,
        "NotPrincipal": st.dictionaries(st.just("Federated"), WORDS, max_size=1),
        "Action": WORDS,
        "NotAction": WORDS,
        "Condition": CONDITIONS | WORDS,
    },
)
POLICIES = st.builds(
    lambda statement: json.dumps({"Statement": statement}), STATEMENTS | st.lists(STATEMENTS, max_size=3)
)


@given(policy=POLICIES | st.text(max_size=40), amr=st.sampled_from(KINDS))
def test_no_policy_is_too_odd(policy: str, amr: Amr) -> None:
    trust = evaluate(policy, POOL, amr)
    assert (trust.problem == "") is (trust.assumable == "yes")
    assert POOL not in trust.other_pools


@given(policy=POLICIES, amr=st.sampled_from(KINDS))
def test_a_rewrite_either_makes_the_role_usable_or_a_deny_stands_in_the_way(policy: str, amr: Amr) -> None:
    new = trust_for(policy, POOL, amr)
    if evaluate(new, POOL, amr).assumable != "yes":
        assert any(str(item.get("Effect")).lower() == "deny" for item in json.loads(new)["Statement"])
    before, after = evaluate(policy, POOL, amr), evaluate(new, POOL, amr)
    assert set(before.other_pools) <= set(after.other_pools) | {POOL}
    assert not after.open_to_any or before.open_to_any
