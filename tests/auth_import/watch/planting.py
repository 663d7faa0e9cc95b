"""Links of the test's own, made without an import; and an AWS that answers from memory, for many accounts at once."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from auth_import import rules
from auth_import.findings import RuleSet
from auth_import.models import CognitoLink, DriftWatch
from auth_import.observation import Choice
from auth_import.observe import observe
from auth_import.outputs import outputs_of
from auth_import.preflight import own_project, secret_digest, setting_of
from auth_import.records import baseline_of
from aws import app_clients, identity_pools, roles, user_pools
from aws.resources import AppClient, Group, IdentityPool, IdentityPoolRoles, MfaConfig, Role, UserPool
from environments.models import Environment
from tests.auth_import.planted import Account, Planted
from tests.auth_import.watch.answers import CHOICE, answers, link_of
from tests.factories import make_environment, make_link

LONG_AGO = timedelta(hours=3)


def link_to(environment: Environment, choice: Choice, **fields: Any) -> CognitoLink:
    """A link as an import of a moment ago has made it, with everything it stores."""
    setting = setting_of(environment, user_pool_id=choice.user_pool_id, sees=own_project(environment), relink=True)
    observation = observe(target=environment.target, choice=choice, setting=setting, seconds=10)
    outputs = outputs_of(observation)
    assert outputs is not None
    findings = rules.run(observation, RuleSet.ADMIN_UI)
    fields = {"baseline": baseline_of(findings), "secret_digest": secret_digest(outputs), **fields}
    return make_link(environment, outputs=outputs, **fields)


def make_due(*environments: Environment, **fields: Any) -> None:
    """Their turn has come."""
    for environment in environments:
        values = {"due": timezone.now() - LONG_AGO, **fields}
        DriftWatch.objects.update_or_create(environment=environment, defaults=values)


def new_urls(account: Account, planted: Planted, *urls: str) -> None:
    for client in (planted.choice.web_client_id, planted.choice.native_client_id):
        account.change_client(planted.choice, client, CallbackURLs=list(urls) or ["https://new.example.com/in"])


def delete_pool(account: Account, planted: Planted) -> None:
    cognito, pool_id = account.client("cognito-idp"), planted.choice.user_pool_id
    cognito.update_user_pool(UserPoolId=pool_id, DeletionProtection="INACTIVE")
    cognito.delete_user_pool(UserPoolId=pool_id)


def many_environments(number: int, accounts: int, **fields: Any) -> list[Environment]:
    """Linked environments, spread over account-Regions, whose turn has come."""
    found = []
    for one in range(number):
        role = f"arn:aws:iam::{100000000000 + one % accounts}:role/Console"
        environment = make_environment(name=f"e{one}", role_arn=role, **fields)
        stored = link_of(answers())
        make_link(
            environment,
            user_pool_id=f"{CHOICE.user_pool_id}{one}",
            web_client_id=CHOICE.web_client_id,
            native_client_id=CHOICE.native_client_id,
            identity_pool_id=CHOICE.identity_pool_id,
            **{"baseline": stored.baseline, "secret_digest": stored.secret_digest},
        )
        CognitoLink.objects.filter(environment=environment).update(outputs=stored.outputs)
        found.append(environment)
    make_due(*found)
    return found


def answer_from_memory(
    monkeypatch: pytest.MonkeyPatch, before: Callable[[Any], None] = lambda _: None, takes: float = 0.002
) -> list[tuple[str, str]]:
    """The gateway's functions answer what `answers()` holds; `before` may raise for a target. Answers the calls."""
    calls: list[tuple[str, str]] = []

    def pretend(module: Any, name: str, answer: Callable[..., Any]) -> None:
        def function(target: Any, *args: str) -> Any:
            calls.append((target.role_arn.split(":")[4] if target.role_arn else "", name))
            time.sleep(takes)
            before(target)
            return answer(*args)

        monkeypatch.setattr(module, name, function)

    held = answers()
    pretend(user_pools, "describe_user_pool", lambda pool: UserPool.from_api({**held["pool"], "Id": pool}))
    pretend(
        app_clients,
        "describe_app_client",
        lambda pool, one: AppClient.from_api(held["web_client" if one == CHOICE.web_client_id else "native_client"]),
    )
    pretend(user_pools, "mfa_config", lambda _: MfaConfig.from_api(held["mfa"]))
    pretend(user_pools, "list_groups", lambda _: tuple(Group.from_api(one) for one in held["groups"]["Groups"]))
    pretend(user_pools, "list_provider_types", lambda _: ())
    pretend(identity_pools, "describe_identity_pool", lambda _: IdentityPool.from_api(held["identity_pool"]))
    pretend(identity_pools, "identity_pool_roles", lambda _: IdentityPoolRoles.from_api(held["identity_pool_roles"]))
    pretend(
        roles,
        "get_role",
        lambda arn: Role.from_api(held["authenticated_role" if arn.endswith("/in") else "unauthenticated_role"]),
    )
    return calls
