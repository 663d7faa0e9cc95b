"""The simulator agrees with a second, slow reading of the rules, and says why."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_authorization.graphql_schema.access import access_of
from data_authorization.graphql_schema.reading import read_schema
from data_authorization.graphql_schema.schema import Place
from data_authorization.graphql_schema.simulation import OPERATIONS, Caller, Decision, Request, decide, decide_with
from tests.data_authorization import brute_force, generated

QUESTIONS: dict[str, Any] = {
    "model": generated.models(),
    "global_rule": st.booleans(),
    "door": st.sampled_from([*generated.DOORS, "user-pool", "user-pool"]),
    "token": generated.tokens(),
    "item": generated.items,
}


@settings(max_examples=80, deadline=None)
@given(**QUESTIONS)
def test_every_answer_is_that_of_the_brute_force_reading(**question: Any) -> None:
    compare(**question)


@pytest.mark.slow
@settings(max_examples=2500, deadline=None)
@given(**QUESTIONS)
def test_very_many_answers_are_those_of_the_brute_force_reading(**question: Any) -> None:
    compare(**question)


def compare(model: dict[str, Any], global_rule: bool, door: str, token: dict[str, Any], item: dict[str, Any]) -> None:
    schema = read_schema(generated.text_of(model, global_rule=global_rule))
    caller = Caller(mode=door, claims=token)
    facts = brute_force.facts(model, global_rule)
    for operation in OPERATIONS:
        for field in ["", *(one["name"] for one in model["fields"])]:
            decision = decide(schema, caller, Request(type="Thing", field=field, operation=operation, item=item))
            expected = brute_force.may_by(facts, model, door, token, operation, field, item)
            assert decision.allowed is expected, (operation, field, decision.words)
            assert bool(decision.rule) is expected
        if decision.allowed and operation != "delete":
            whole = decide(schema, caller, Request(type="Thing", operation=operation, item=item))
            if whole.allowed:
                missing = brute_force.withheld(model, global_rule, door, token, operation, item)
                assert set(whole.without) == missing


@settings(max_examples=20, deadline=None)
@given(model=generated.models(), token=generated.tokens(), item=generated.items)
def test_a_granular_read_is_named_where_not_all_are_granted(
    model: dict[str, Any], token: dict[str, Any], item: dict[str, Any]
) -> None:
    schema = read_schema(generated.text_of(model, global_rule=False))
    for one in model["fields"]:
        ask = {"type": "Thing", "field": one["name"], "item": item}
        decision = decide(schema, Caller(mode="user-pool", claims=token), Request(operation="read", **ask))
        given_reads = {
            verb
            for verb in generated.READS
            if brute_force.may(model, False, "user-pool", token, verb, one["name"], item)
        }
        assert set(decision.reads) == (given_reads if len(given_reads) < 5 else set())


@pytest.mark.parametrize("rule", generated.ALONE, ids=str)
def test_every_kind_of_rule_alone_is_read_as_by_brute_force(rule: dict[str, Any]) -> None:
    fields = [{"name": name, "required": False, "rules": None} for name in ("editors", "teams")]
    model = {"name": "Thing", "rules": [rule], "fields": fields}
    access = access_of(read_schema(generated.text_of(model, global_rule=True)), "Thing")
    facts = brute_force.facts(model, True)
    for door in generated.DOORS:
        has_token = door in ("user-pool", "oidc")
        for token in generated.TOKENS if has_token else generated.TOKENS[3:4]:
            for item in generated.ITEMS if has_token else generated.ITEMS[:1]:
                for operation in ("create", "get"):
                    request = Request(type="Thing", operation=operation, item=item, field="teams")
                    decision = decide_with(access, Caller(mode=door, claims=token), request, explain=False)
                    expected = brute_force.may_by(facts, model, door, token, operation, "teams", item)
                    assert decision.allowed is expected, (door, token, item, operation)


SHOP = read_schema("""
input AMPLIFY { globalAuthRule: AuthRule = { allow: public } }
type Product @model @auth(rules: [
  { allow: owner }
  { allow: groups, groups: ["Managers"], operations: [read, update] }
  { allow: public, operations: [get, list] }
]) {
  id: ID!
  name: String!
  cost: Float @auth(rules: [{ allow: groups, groups: ["Managers"] }])
  address: Address
  reviews: [Review] @hasMany
}
type Review @model { id: ID! stars: Int }
type Address { street: String, zip: String @auth(rules: [{ allow: private }, { allow: owner, provider: oidc }]) }
type Query { count: Int @auth(rules: [{ allow: groups, groups: ["Managers"], operations: [] }]) now: String }
interface Node { id: ID! }
enum Size { S M }
""")
ANN = Caller(mode="user-pool", username="ann", sub="s1")
MANAGER = Caller(mode="user-pool", username="max", sub="s9", groups=("Managers",))
HERS = {"owner": "s1::ann"}


def ask(caller: Caller, type: str, operation: str, field: str = "", item: Any = None, **more: Any) -> Decision:
    return decide(SHOP, caller, Request(type=type, operation=operation, field=field, item=item or {}), **more)


def test_a_yes_names_the_rule_and_what_it_does_not_reach() -> None:
    decision = ask(ANN, "Product", "read", item=HERS)
    assert decision.allowed
    assert decision.partial
    assert decision.rule == (Place("Product"), 0)
    assert decision.words == "Rule 1 of Product lets this caller read Products, without cost."
    assert ask(Caller(mode="api-key"), "Product", "read").reads == ("get", "list")
    assert (
        ask(MANAGER, "Product", "delete", "cost").words
        == "Rule 1 of Product.cost lets this caller delete Product.cost."
    )


def test_few_fields_are_named_rather_than_the_many_that_are_held_back() -> None:
    schema = read_schema("type A @model { id: ID! a: Int b: Int c: Int @auth(rules: [{ allow: private }]) }")
    decision = decide(schema, ANN, Request(type="A", operation="read"))
    assert decision.only == ("c",)
    assert decision.words == "Rule 1 of A.c lets this caller read As, but only c of them."


def test_a_no_names_the_nearest_rules_first() -> None:
    decision = ask(ANN, "Product", "read", "cost", HERS)
    assert not decision.allowed
    assert decision.rule is None
    first, second, *_ = decision.near
    assert (first.place, first.number) == (Place("Product"), 0)
    assert first.words == "It would allow this, but cost has rules of its own, which replace it."
    assert second.place == Place("Product", "cost")
    assert second.words == "The caller is not in Managers (claim cognito:groups)."


@pytest.mark.parametrize(
    ("caller", "item", "words"),
    [
        (ANN, {"owner": "s2::ann"}, "The item's owner is somebody else."),
        (ANN, {}, "The item names nobody in owner."),
        (
            Caller(mode="user-pool", username="ann"),
            HERS,
            "The caller's token lacks the claim sub, which tells the owner.",
        ),
        (Caller(mode="guest"), HERS, "It is for callers who come by the user pool."),
    ],
)
def test_why_an_owner_rule_does_not_apply(caller: Caller, item: dict[str, Any], words: str) -> None:
    decision = ask(caller, "Product", "update", item=item)
    assert words in [one.words for one in decision.near if (one.place, one.number) == (Place("Product"), 0)]


def test_a_rule_that_is_meant_but_does_not_grant_says_what_it_grants() -> None:
    assert ask(MANAGER, "Product", "delete", "name").near[0].words == (
        "It is meant for this caller, but it grants read, update only."
    )


def test_one_field_that_may_not_be_deleted_keeps_the_item() -> None:
    decision = ask(ANN, "Product", "delete", item=HERS)
    assert not decision.allowed
    assert decision.near[0].words == "It grants delete, but not on cost: an item is only deleted as a whole."


def test_a_creation_without_a_required_field_is_none() -> None:
    decision = ask(MANAGER, "Product", "create", item={"owner": "s1::ann"})
    assert not decision.allowed
    assert decision.words.startswith("name is required")
    # Without an owner in the input the API makes the caller the owner.
    assert ask(MANAGER, "Product", "create").allowed


def test_the_global_rule_opens_models_without_rules_to_the_key_only() -> None:
    decision = ask(Caller(mode="api-key"), "Review", "delete")
    assert decision.allowed
    assert str(decision.rule and decision.rule[0]) == "AMPLIFY.globalAuthRule"
    assert not ask(Caller(mode="guest"), "Review", "read").allowed


def test_outside_models_static_rules_count_whatever_they_grant() -> None:
    assert ask(MANAGER, "Query", "read", "count").allowed
    assert not ask(ANN, "Query", "read", "count").allowed
    assert ask(ANN, "Address", "read", "zip").allowed
    # The owner rule of an embedded type is dropped by the transformer.
    assert not ask(Caller(mode="oidc", username="ann", sub="s1"), "Address", "read", "zip", HERS).allowed
    assert ask(ANN, "Address", "read", "street").rule is None
    assert not ask(ANN, "Address", "update", "street").allowed


def test_a_root_field_without_rules_answers_to_the_default_mode() -> None:
    modes = ["API_KEY", "AMAZON_COGNITO_USER_POOLS"]
    assert not ask(ANN, "Query", "read", "now", modes=modes).allowed
    assert ask(Caller(mode="api-key"), "Query", "read", "now", modes=modes).allowed
    assert "not known" in ask(ANN, "Query", "read", "now").words


def test_a_door_that_the_api_does_not_have_is_closed() -> None:
    decision = ask(ANN, "Product", "read", item=HERS, modes=["API_KEY"])
    assert not decision.allowed
    assert decision.words == "The API does not let callers in by Cognito user pool: no rule is asked."


def test_what_leads_elsewhere_is_told() -> None:
    assert "rules of Review" in ask(ANN, "Product", "read", "reviews", HERS).notes[0]
    assert "set it to null" in ask(MANAGER, "Product", "delete", "cost").notes[0]
    assert "null" in ask(MANAGER, "Product", "update").notes[0]


def test_an_owner_field_that_the_schema_does_not_write_out_follows_the_type() -> None:
    assert ask(ANN, "Product", "read", "owner", HERS).allowed
    with pytest.raises(LookupError):
        ask(ANN, "Product", "read", "nothing")


@pytest.mark.parametrize("type", ["Nothing", "Size", "AMPLIFY"])
def test_what_is_no_type_has_no_answer(type: str) -> None:
    with pytest.raises(LookupError):
        ask(ANN, type, "read")


def test_a_word_that_is_no_operation_is_refused() -> None:
    with pytest.raises(ValueError, match="no operation"):
        ask(ANN, "Product", "destroy")
