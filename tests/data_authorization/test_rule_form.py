"""The form of a rule over every rule of the sample schemas: what is sent back untouched changes nothing."""

from pathlib import Path

import pytest
from django.http import QueryDict

from data_authorization.graphql_schema.editing import wanted_of
from data_authorization.graphql_schema.reading import SchemaUnreadable, read_schema
from data_authorization.graphql_schema.schema import Rule, Schema
from data_authorization.rules.forms import TICKED, RuleForm, values_of
from data_authorization.rules.places import Standing, standing_at
from data_authorization.rules.proposals import propose, rule_of_text, rule_source

FILES = sorted((Path(__file__).parent / "schemas").glob("*.graphql"))


def rules_of(schema: Schema) -> list[tuple[Standing, Rule]]:
    """Those that a page can be about: of the first type of each name."""
    found = []
    for one in schema.definitions:
        if schema.type(one.name) is not one:
            continue
        for name in ("", *(field.name for field in one.fields if field.auths)):
            standing = standing_at(schema, one.name, name)
            assert standing is not None
            found += [(standing, rule) for rule in standing.rules]
    return found


def sent(standing: Standing, rule: Rule) -> RuleForm:
    """The form as a browser without script sends it, with nothing touched."""
    wanted = wanted_of(rule)
    data = QueryDict(mutable=True)
    for name, value in values_of(wanted).items():
        data.setlist(name, value if isinstance(value, list) else [value])
    if not standing.takes_operations:
        del data["operations"]
    data[TICKED] = "1"
    return RuleForm(data, standing=standing, wanted=wanted)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_form_that_nobody_touched_changes_nothing(path: Path) -> None:
    try:
        schema = read_schema(path.read_bytes().decode("utf-8"))
    except SchemaUnreadable:
        return
    for standing, rule in rules_of(schema):
        form = sent(standing, rule)
        if not form.is_valid():
            continue
        tried = propose(schema, standing, modes=(), number=rule.number, wanted=form.wanted)
        assert tried.failure == "", (standing.place, rule.number)
        assert tried.after is not None
        if not tried.blocking:
            assert tried.after.text == schema.text, (standing.place, rule.number)


def test_most_rules_of_the_samples_are_valid_in_the_form() -> None:
    """Otherwise the test above would look at nothing."""
    valid = total = 0
    for path in FILES:
        try:
            schema = read_schema(path.read_bytes().decode("utf-8"))
        except SchemaUnreadable:
            continue
        for standing, rule in rules_of(schema):
            total += 1
            valid += sent(standing, rule).is_valid()
    assert valid > total * 0.7 > 50, (valid, total)


def test_a_rule_that_is_gone_is_read_from_its_own_text() -> None:
    text = '{ allow: groups, groups: ["A"], more: [1] } # kept'
    rule = rule_of_text(text)
    assert rule is not None
    assert dict(wanted_of(rule).unknown) == {"more": "[1]"}
    for nonsense in ("", "}", "{ allow: owner }]) { a: B } type X @auth(rules: [{ allow: public }", "{} {}", "1"):
        assert rule_of_text(nonsense) is None, nonsense


def test_the_text_of_a_rule_is_that_of_the_file() -> None:
    schema = read_schema("type A @model @auth(rules: [{allow:owner}, { allow: private }]) { id: ID! b: String }")
    standing = standing_at(schema, "A")
    assert standing is not None
    assert [rule_source(standing, one) for one in standing.rules] == ["{allow:owner}", "{ allow: private }"]
