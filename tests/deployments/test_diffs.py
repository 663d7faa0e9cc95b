"""What a preview shows of files: the change itself, and around it names without values."""

import json
from typing import Any

import pytest

from backend_state.document.file_changes import masked_diff

BEFORE: dict[str, Any] = {
    "function": {"mailer": {"stripeKey": "sk_live_hidden", "Authorization": "Bearer hidden", "list": ["hidden-too"]}},
    "auth": {},
    "zone": {"pin": 123456789, "nested": '{"client_secret":"hidden"}'},
}
AFTER = {**BEFORE, "auth": {"shop": {"UserPoolId": "eu-west-1_Shown0001", "AppClientSecret": "hidden-secret"}}}
SECRETS = ("hidden", "123456789")


@pytest.mark.parametrize("indent", [2, 4, None], ids=["two spaces", "four spaces", "one line"])
def test_only_what_changes_is_shown_with_its_value(indent: int | None) -> None:
    shown = masked_diff(json.dumps(BEFORE, indent=indent), json.dumps(AFTER, indent=indent))
    assert '+      "UserPoolId": "eu-west-1_Shown0001",' in shown
    assert '+      "AppClientSecret": "********"' in shown
    assert '"pin": …,' in shown, "the surroundings keep their names"
    assert not [secret for secret in SECRETS if secret in shown], shown


def test_a_value_that_goes_is_shown_unless_it_sounds_secret() -> None:
    shown = masked_diff(json.dumps(AFTER, indent=2), json.dumps(BEFORE, indent=2))
    assert '-      "UserPoolId": "eu-west-1_Shown0001",' in shown
    assert "hidden" not in shown


def test_a_text_that_is_no_json_is_compared_as_it_is() -> None:
    assert masked_diff("type Query\n", "type Query { a: Int }\n").endswith("-type Query\n+type Query { a: Int }\n ")


def test_a_line_that_only_gets_a_comma_is_no_change_of_its_value() -> None:
    """What is added behind the last member of an object gives that member a comma, and must not show its value."""
    before: dict[str, Any] = {"variables": {"STRIPE": "sk_live_hidden"}, "list": ["hidden-too"]}
    after = {"variables": {**before["variables"], "POOL": "id"}, "list": ["hidden-too", "new"]}
    diff = masked_diff(json.dumps(before), json.dumps(after))
    assert "hidden" not in diff
    assert '-    "STRIPE": …\n' in diff
    assert '+    "STRIPE": …,\n+    "POOL": "id"\n' in diff
