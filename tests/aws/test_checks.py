"""System checks of what the environment says about AWS."""

from typing import Any

import pytest

from aws.checks import endpoints_are_meant, static_keys_are_whole


@pytest.mark.parametrize(
    "value", ["http://127.0.0.1:5005", "http://localhost:5005", "http://[::1]:1", "http://x.localhost"]
)
def test_an_emulator_on_this_machine_is_warned_of_outside_debugging(
    value: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", value)
    settings.DEBUG = False
    found = endpoints_are_meant(None)
    settings.DEBUG = True

    assert [message.id for message in found] == ["aws.W001"]
    assert "AWS_ENDPOINT_URL" in (found[0].hint or "")
    assert endpoints_are_meant(None) == []


@pytest.mark.parametrize("value", ["localhost:5005", "aws", "ftp://example.com", "http://", "http://[::1"])
def test_an_endpoint_that_is_no_web_address_is_an_error(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://aws.example.com")
    monkeypatch.setenv("AWS_ENDPOINT_URL_AMPLIFY", value)

    found = endpoints_are_meant(None)

    assert [message.id for message in found] == ["aws.E001"]
    assert found[0].msg.startswith("AWS_ENDPOINT_URL_AMPLIFY")


def test_no_endpoint_at_all_is_aws_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")

    assert endpoints_are_meant(None) == []


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_half_a_pair_of_keys_is_an_error_that_names_the_missing_half(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert static_keys_are_whole(None) == []
    monkeypatch.delenv(missing)

    found = static_keys_are_whole(None)

    assert [message.id for message in found] == ["aws.E002"]
    assert missing in found[0].msg
