"""Planting the sample account, through the service's own objects: over HTTP it would take ten times as long."""

import datetime
import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any, cast

from moto.cognitoidentity.models import cognitoidentity_backends
from moto.cognitoidp.models import cognitoidp_backends
from moto.iam.models import iam_backends
from moto.moto_api._internal import mock_random

from aws.sandbox import catalogue, ids, people_of_note
from aws.sandbox.backends.sample_backends import seed_backends
from aws.sandbox.catalogue import SCENARIOS, Scenario
from aws.sandbox.identity_pools import SandboxIdentityPoolBackend
from aws.sandbox.ids import ACCOUNT_ID
from aws.sandbox.people import customers
from aws.sandbox.recipes import GOOD_CLIENT, GOOD_POOL, OAUTH, Identity, Recipe, merged, trust_policy
from aws.sandbox.recipes_lab import RECIPES
from aws.sandbox.sample_api import seed_graphql_api
from aws.sandbox.sample_functions import seed_functions
from aws.sandbox.signed_in import sign_in_everybody
from aws.sandbox.user_pool_backend import SandboxUserPoolBackend
from aws.sandbox.user_pools import SandboxUserPool
from aws.sandbox.users import SandboxGroup, SandboxUser

#: Pools that are nobody's scenario: there so that lists are long and searching is worth while.
FILLERS = tuple(
    f"{team}-{purpose}"
    for team in ("billing", "booking", "courses", "field-service", "helpdesk", "library", "logistics", "suppliers")
    for purpose in ("customers", "staff", "staging")
)

_PEOPLE_IN_GROUPS = (("Admins", 5), ("Editors", 20), ("Viewers", 60))


def seed() -> None:
    """Plant what is missing; what is there already, changed or not, stays as it is."""
    # moto draws some identifiers itself (IAM's, for instance); they too shall be the same at every seeding.
    mock_random.seed("sandbox")
    for scenario in SCENARIOS:
        _plant(scenario, RECIPES[scenario.key])
    for name in FILLERS:
        identity = None if name.endswith("staging") else f"{name.replace('-', '_')}_identity"
        filler = Scenario(key=name, shows="", pool_name=name, identity_pool_name=identity)
        _plant(filler, Recipe(oauth=False, domain=None))
    _plant_console_roles()
    seed_backends()
    seed_graphql_api()
    seed_functions()
    mock_random.seed()


def _plant(scenario: Scenario, recipe: Recipe) -> None:
    pools = cast(SandboxUserPoolBackend, cognitoidp_backends[ACCOUNT_ID][scenario.region])
    if scenario.pool_id in pools.user_pools:
        return
    settings = merged(GOOD_POOL, recipe.pool)
    pool = cast(SandboxUserPool, pools.create_user_pool(scenario.pool_name, settings, pool_id=scenario.pool_id))
    pool.creation_date = _day_of(scenario.pool_name)
    pool.last_modified_date = pool.creation_date + datetime.timedelta(days=30)
    if recipe.domain is not None:
        _plant_domain(pools, scenario, recipe)
    if recipe.mfa:
        pools.set_user_pool_mfa_config(
            pool.id,
            recipe.mfa.get("SmsMfaConfiguration") or {},
            recipe.mfa.get("SoftwareTokenMfaConfiguration") or {},
            recipe.mfa["MfaConfiguration"],
        )
    for provider in recipe.providers:
        pools.create_identity_provider(
            pool.id,
            provider.name,
            {
                "ProviderType": provider.kind,
                "ProviderDetails": dict(provider.details),
                "AttributeMapping": dict(provider.mapping),
            },
        )
    _plant_clients(pools, scenario, recipe)
    if scenario.identity_pool_id is not None:
        _plant_identity_pool(scenario, recipe.identity)
    _plant_groups(pool, scenario, recipe)
    people = _plant_people(pool, recipe.people)
    people_of_note.plant(pool, recipe.people_of_note)
    if recipe.sign_ins:
        pool.session_tracking = {"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 20}}
        sign_in_everybody(pool, people, [scenario.client_id("web"), scenario.client_id("mobile")])


def _day_of(name: str) -> datetime.datetime:
    days = int.from_bytes(hashlib.sha256(name.encode()).digest()[:2], "big") % 1000
    return datetime.datetime(2023, 3, 6, 8, 30, 0) + datetime.timedelta(days=days)


def _slug(scenario: Scenario) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", f"lab-{scenario.key}" if scenario.key in RECIPES else scenario.pool_name)


def _plant_domain(pools: SandboxUserPoolBackend, scenario: Scenario, recipe: Recipe) -> None:
    certificate = None
    if recipe.domain == "custom":
        arn = f"arn:aws:acm:us-east-1:{ACCOUNT_ID}:certificate/00000000-0000-4000-8000-000000000001"
        certificate = {"CertificateArn": arn}
    domain = recipe.domain_prefix or f"sample-{_slug(scenario)}"
    pools.create_user_pool_domain(scenario.pool_id, domain, certificate)


def _plant_clients(pools: SandboxUserPoolBackend, scenario: Scenario, recipe: Recipe) -> None:
    base = merged(GOOD_CLIENT, OAUTH if recipe.oauth else {}, recipe.both)
    wanted: list[tuple[str, bool, Any]] = [
        ("web", False, recipe.web),
        ("mobile", recipe.native_secret, recipe.native),
        ("third", False, recipe.third),
        *((name, index % 3 == 0, {}) for index, name in enumerate(recipe.more_clients)),
    ]
    for name, secret, overrides in wanted:
        if overrides is None:
            continue
        shown = recipe.client_names.get(name, f"{_slug(scenario)}-{name}")
        settings = {"ClientName": shown, **merged(base, overrides)}
        client = pools.create_user_pool_client(scenario.pool_id, secret, settings, client_id=scenario.client_id(name))
        client.creation_date = client.last_modified_date = _day_of(scenario.pool_name)  # type: ignore[attr-defined]


def _plant_identity_pool(scenario: Scenario, identity: Identity) -> None:
    backend = cast(SandboxIdentityPoolBackend, cognitoidentity_backends[ACCOUNT_ID][scenario.region])
    trusted = ids.pool_id(scenario.region, "newsletter-readers") if identity.other_pool else scenario.pool_id
    pool = backend.create(
        {
            "IdentityPoolName": scenario.identity_pool_name,
            "AllowUnauthenticatedIdentities": identity.guests,
            "SupportedLoginProviders": dict(identity.logins),
            "CognitoIdentityProviders": [
                {
                    "ProviderName": f"cognito-idp.{scenario.region}.amazonaws.com/{trusted}",
                    "ClientId": scenario.client_id(client),
                    "ServerSideTokenCheck": identity.token_check,
                }
                for client in identity.clients
            ],
        },
        identity_pool_id=scenario.identity_pool_id,
    )
    roles = {}
    for kind, trust in (("authenticated", identity.authenticated), ("unauthenticated", identity.unauthenticated)):
        if trust is None:
            continue
        name = f"{identity.role_prefix or _slug(scenario)}-{kind}"
        roles[kind] = ids.role_arn(name)
        if trust != "missing":
            _plant_role(name, trust_policy(kind, trust, pool.identity_pool_id, _other_identity_pool(scenario)))
    backend.set_roles(pool.identity_pool_id, roles, {})


def _other_identity_pool(scenario: Scenario) -> str:
    return ids.identity_pool_id(scenario.region, "billing_staff_identity")


def _plant_role(name: str, trust: str) -> None:
    # Role names end at 64 characters, and no seeded one comes near.
    iam_backends[ACCOUNT_ID]["aws"].create_role(name, trust, "/", None, "Planted with the sample account", [], "3600")


def _plant_groups(pool: SandboxUserPool, scenario: Scenario, recipe: Recipe) -> None:
    for group in recipe.groups:
        arn = group.role and ids.role_arn(group.role)
        pool.add_group(SandboxGroup(pool.id, group.name, group.description, arn, group.precedence))
        if group.role and scenario.identity_pool_id:
            _plant_role(group.role, trust_policy("authenticated", "right", scenario.identity_pool_id, ""))


def _plant_people(pool: SandboxUserPool, count: int) -> list[SandboxUser]:
    people = list(customers(pool.id, count))
    for user in people:
        pool.users[user.username] = user
    start = 0
    for name, members in _PEOPLE_IN_GROUPS:
        group = pool.groups.get(name)
        if group is None:
            continue
        for user in people[start : start + members]:
            group.users.add(user)
            user.groups.add(group)
        start += members
    return people


def _plant_console_roles() -> None:
    """Two roles an environment may be given to work with: one that may do all it needs, one that may not."""
    iam = iam_backends[ACCOUNT_ID]["aws"]
    for name, actions in catalogue.CONSOLE_ROLES.items():
        if any(role.name == name for role in iam.get_roles()):
            continue
        _plant_role(
            name, json.dumps(_statement({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}}, ["sts:AssumeRole"]))
        )
        iam.put_role_policy(name, "console", json.dumps(_statement({"Resource": "*"}, actions)))


def _statement(subject: dict[str, Any], actions: Sequence[str]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), **subject}]}
