"""Sessions, clients and credentials."""

import os
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from aws import accounts, session, user_pools
from aws.errors import AccessDenied
from aws.target import AwsTarget
from tests.aws.conftest import TARGET, Inject, Sandbox, answer

ROLE = "arn:aws:iam::210987654321:role/console-access"


def test_a_client_is_made_once_for_all_threads() -> None:
    session.forget()
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(session.client(TARGET, "cognito-idp"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({id(one) for one in found}) == 1
    assert session.client(AwsTarget("eu-central-1"), "cognito-idp") is not found[0]


def test_a_client_waits_a_bounded_time_and_says_who_it_is() -> None:
    config: Any = session.client(TARGET, "cognito-idp").meta.config

    assert (config.connect_timeout, config.read_timeout) == (3, 10)
    assert config.retries["mode"] == "standard"
    assert config.retries["total_max_attempts"] == 5
    assert config.max_pool_connections == 32
    assert "admin-ui/" in config.user_agent_extra


def test_warming_makes_the_clients_ahead() -> None:
    session.forget()
    session.warm(TARGET)

    assert {service for _, _, service in session._clients} == set(session.SERVICES_OF_AN_IMPORT)


def test_warming_survives_credentials_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    session.forget()
    monkeypatch.setenv("AWS_PROFILE", "missing")
    session.warm(TARGET)

    with pytest.raises(AccessDenied) as caught:
        user_pools.page_of_user_pools(TARGET)
    session.forget()

    assert caught.value.code == "ProfileNotFound"


def test_a_forked_process_makes_clients_of_its_own() -> None:
    parent = id(session.client(TARGET, "sts"))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # The child must not run the rest of the tests, whatever happens.
        empty = not session._clients and not session._sessions
        os.write(writing, b"own" if empty else b"shared")
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert pipe.read() == b"own"
    assert id(session.client(TARGET, "sts")) == parent


def test_missing_credentials_are_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    session.forget()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(AccessDenied) as caught:
        user_pools.page_of_user_pools(TARGET)
    session.forget()

    assert caught.value.code == "NoCredentialsError"
    assert "AWS_PROFILE" in caught.value.next_step


def test_an_assumed_role_is_the_caller_and_is_assumed_once(sandbox: Sandbox) -> None:
    target = AwsTarget(TARGET.region, ROLE, "sample-external-id")

    first = accounts.caller(target)
    accounts.caller(target)
    user_pools.page_of_user_pools(target)

    assert first.account == "210987654321"
    assert ":assumed-role/console-access/" in first.arn
    assert len(sandbox.calls("AssumeRole")) == 1
    assert accounts.caller(TARGET).account != first.account


def test_the_external_id_is_sent() -> None:
    bodies: list[str] = []

    def look(request: Any, **_: Any) -> None:
        bodies.append(request.body)

    events = session.client(TARGET, "sts").meta.events
    events.register("before-send.sts.AssumeRole", look)
    accounts.caller(AwsTarget(TARGET.region, ROLE, "another-external-id"))
    events.unregister("before-send.sts.AssumeRole", look)

    assert "ExternalId=another-external-id" in bodies[0]


def assumed(expires: datetime) -> AWSResponse:
    return answer(
        200,
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIASAMPLE</AccessKeyId>"
        "<SecretAccessKey>sample</SecretAccessKey><SessionToken>sample</SessionToken>"
        f"<Expiration>{expires.isoformat()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>".encode(),
    )


def test_credentials_of_a_role_are_fetched_again_before_they_expire(inject: Inject) -> None:
    attempts = inject("sts", "AssumeRole", lambda: assumed(datetime.now(UTC) + timedelta(minutes=1)))
    target = AwsTarget(TARGET.region, "arn:aws:iam::210987654321:role/short-lived")

    user_pools.page_of_user_pools(target)
    after_one = len(attempts)
    user_pools.page_of_user_pools(target)

    assert len(attempts) > after_one >= 1


def test_credentials_of_a_role_that_are_expired_on_arrival_are_denied(inject: Inject) -> None:
    inject("sts", "AssumeRole", lambda: assumed(datetime(2020, 1, 1, tzinfo=UTC)))

    with pytest.raises(AccessDenied) as caught:
        user_pools.page_of_user_pools(AwsTarget(TARGET.region, "arn:aws:iam::210987654321:role/expired"))

    assert "clock" in caught.value.next_step


def test_a_role_that_may_not_be_assumed_is_denied_with_what_to_check(inject: Inject) -> None:
    body = (
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::123456789012:"
        f"user/console is not authorized to perform: sts:AssumeRole on resource: {ROLE}</Message></Error>"
        "<RequestId>req-2</RequestId></ErrorResponse>"
    )
    inject("sts", "AssumeRole", lambda: answer(403, body.encode()))

    with pytest.raises(AccessDenied) as caught:
        user_pools.page_of_user_pools(AwsTarget(TARGET.region, ROLE, "wrong"))

    assert caught.value.action == "sts:AssumeRole"
    assert "external id" in caught.value.next_step
    assert "user/console" not in caught.value.message
