"""Rules about the two chosen app clients."""

from collections.abc import Callable, Mapping

from auth_import.findings import Cure, Fix, RuleSet, Severity
from auth_import.observation import Observation
from auth_import.rules.commands import CLIENT_NOT_READ, aws_command, create_client, update_client
from auth_import.rules.judgement import Judgement, passes, rule
from auth_import.rules.reading import (
    chosen_clients,
    client_label,
    describe_fault,
    listed_ids,
    names,
    native_client,
    native_fault,
    pool_fault,
    readable_pool,
    unread,
    web_client,
    web_fault,
)
from auth_import.rules.user_pool import CHALLENGE_TRIGGERS
from aws.errors import Fault
from aws.resources import AppClient

FAMILY = "App clients"


def _list_clients(observation: Observation) -> str:
    parameters = {"UserPoolId": observation.choice.user_pool_id}
    return aws_command(
        "cognito-idp", "list-user-pool-clients", region=observation.setting.region, parameters=parameters
    )


def _missing(observation: Observation, client_id: str) -> Judgement | None:
    """The failure of a chosen client that is not one of the pool's, or None if the pool has it or it is unread."""
    if readable_pool(observation) is None:
        return None
    listed, fault = listed_ids(observation), describe_fault(observation, client_id)
    unlisted = listed is not None and client_id not in listed
    unknown_to_aws = fault is not None and fault.kind == "not-found"
    if not unlisted and not unknown_to_aws:
        return None
    return Judgement(
        Severity.FAIL,
        observed=f"{client_id or 'no id'} is not an app client of {observation.choice.user_pool_id}",
        reason="Sign-in with an app client of another pool, or with a deleted one, can only fail.",
        affects="everybody who signs in through this client",
        cure=Cure("Choose one of the clients that this lists.", _list_clients(observation)),
    )


def _web_found(observation: Observation, rule_set: RuleSet) -> Judgement:
    missing = _missing(observation, observation.choice.web_client_id)
    if missing is not None:
        return missing
    client = web_client(observation)
    if client is None:
        return unread("the web client", web_fault(observation), severity=Severity.FAIL)
    if not client.has_secret:
        return passes(client_label(client))
    return Judgement(
        Severity.FAIL,
        observed=f"{client_label(client)} has a client secret",
        reason="A browser cannot keep a secret, so sign-in from the web app would fail with"
        " “Unable to verify secret hash for client”.",
        affects="people who sign in from the web app",
        cure=Cure(
            "Choose a client without a secret, or create one with the same settings; a secret cannot be taken off a"
            " client.",
            create_client(
                user_pool_id=observation.choice.user_pool_id,
                region=observation.setting.region,
                name=f"{client.name}-web",
                secret=False,
                like=client,
            ),
        ),
        fixes=(Fix.CREATE_WEB_CLIENT,),
    )


def _native_found(observation: Observation, rule_set: RuleSet) -> Judgement:
    missing = _missing(observation, observation.choice.native_client_id)
    if missing is not None:
        return missing
    client = native_client(observation)
    if client is None:
        return unread("the native client", native_fault(observation), severity=Severity.FAIL)
    return passes(client_label(client))


def _create_native(observation: Observation, like: AppClient | None) -> Cure:
    pool = readable_pool(observation)
    return Cure(
        "Create a native client with a secret and the OAuth settings of the web client, and choose it for mobile.",
        create_client(
            user_pool_id=observation.choice.user_pool_id,
            region=observation.setting.region,
            name=f"{pool.name if pool else 'app'}-native",
            secret=True,
            like=like,
        ),
    )


def _native_secret(observation: Observation, rule_set: RuleSet) -> Judgement:
    client = native_client(observation)
    if client is None:
        return unread("the native client", native_fault(observation), severity=Severity.FAIL)
    if client.has_secret:
        return passes(f"{client_label(client)} has a client secret")
    return Judgement(
        Severity.FAIL if rule_set is RuleSet.ADMIN_UI else Severity.WARN,
        observed=f"{client_label(client)} has no client secret",
        reason="The documentation asks for a native client with a secret, for the server side of the app. Without one"
        " sign-in works, but anybody who knows the client id can use it.",
        affects="people who sign in from the mobile app, and servers that sign in for them",
        cure=_create_native(observation, web_client(observation) or client),
        fixes=(Fix.CREATE_NATIVE_CLIENT,),
    )


def _distinct(observation: Observation, rule_set: RuleSet) -> Judgement:
    web_id, native_id = observation.choice.web_client_id, observation.choice.native_client_id
    if web_id != native_id:
        return passes(f"web {web_id}, native {native_id}")
    return Judgement(
        Severity.FAIL if rule_set is RuleSet.ADMIN_UI else Severity.WARN,
        observed=f"{web_id} is both the web and the native client",
        reason="With one client for both, token lifetimes, flows and attributes cannot differ between web and mobile,"
        " and revoking or rotating one hits the other.",
        affects="people who sign in from the mobile app",
        cure=_create_native(observation, web_client(observation)),
        fixes=(Fix.CREATE_NATIVE_CLIENT,),
    )


def _auth_flow_problems(client: AppClient, *, custom_auth: bool) -> dict[str, str]:
    """What is wrong with a client's sign-in flows: short name and words."""
    problems = {}
    flows = client.auth_flows
    # Without a setting, and with the older names that lack the prefix, AWS allows SRP and refresh tokens by itself.
    modern = flows is not None and any(flow.startswith("ALLOW_") for flow in flows)
    if flows is not None and modern:
        accepted = {"ALLOW_USER_SRP_AUTH"} | ({"ALLOW_CUSTOM_AUTH"} if custom_auth else set())
        if not accepted & set(flows):
            problems["srp"] = "no SRP sign-in"
        if "ALLOW_REFRESH_TOKEN_AUTH" not in flows:
            problems["refresh"] = "no refresh tokens"
    elif flows is not None and "CUSTOM_AUTH_FLOW_ONLY" in flows and not custom_auth:
        problems["srp"] = "custom sign-in only"
    if not client.prevent_user_existence_errors:
        problems["existence"] = "tells strangers which usernames exist"
    return problems


def _auth_flows(observation: Observation, rule_set: RuleSet) -> Judgement:
    clients = chosen_clients(observation)
    if not clients:
        return unread("the chosen app clients", web_fault(observation), severity=Severity.INFO)
    pool = readable_pool(observation)
    triggers = {name for name, arn in pool.lambda_triggers if arn} if pool else set()
    custom_auth = triggers.issuperset(CHALLENGE_TRIGGERS)
    problems = {client.id: _auth_flow_problems(client, custom_auth=custom_auth) for client in clients}
    bad = [client for client in clients if problems[client.id]]
    if not bad:
        unseen = _unseen(observation)
        return passes(
            "; ".join(f"{client_label(client)}: {names(client.auth_flows or ('AWS default',))}" for client in clients)
            + unseen
        )
    client = bad[0]
    flows = list(client.auth_flows) if client.auth_flows is not None else None
    if flows is not None and {"srp", "refresh"} & problems[client.id].keys():
        # Old and new names may not be mixed in one setting.
        flows = [flow for flow in flows if flow.startswith("ALLOW_")]
        flows += [flow for flow in ("ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH") if flow not in flows]
    changes = {"ExplicitAuthFlows": flows, "PreventUserExistenceErrors": "ENABLED"}
    commands = _one_of_several(bad)
    return Judgement(
        Severity.WARN,
        observed="; ".join(f"{client_label(item)}: {', '.join(problems[item.id].values())}" for item in bad),
        reason="Amplify's libraries sign in with SRP and stay signed in with refresh tokens; and a sign-in that says"
        " “user does not exist” lets strangers collect usernames.",
        affects="people who sign in through this client",
        cure=Cure(
            f"Allow SRP and refresh tokens, and hide whether a user exists.{commands} If the client rotates refresh"
            f" tokens, leave ALLOW_REFRESH_TOKEN_AUTH off. {CLIENT_NOT_READ}",
            _update(observation, client, changes),
        ),
    )


def _one_of_several(bad: list[AppClient]) -> str:
    return (
        f" The command is for {client_label(bad[0])}; once it is done the next client follows." if len(bad) > 1 else ""
    )


def _unseen(observation: Observation) -> str:
    """What to add to a pass that rests on one of the two clients only."""
    missing = [
        word
        for word, client in (("web", web_client(observation)), ("native", native_client(observation)))
        if client is None
    ]
    return f"; the {missing[0]} client could not be read" if missing else ""


def _update(observation: Observation, client: AppClient, changes: Mapping[str, object]) -> str:
    return update_client(
        client, user_pool_id=observation.choice.user_pool_id, region=observation.setting.region, changes=changes
    )


_NEVER_WRITABLE = frozenset({"sub", "username", "email_verified", "phone_number_verified", "identities"})


def _unwritable(observation: Observation, client: AppClient) -> dict[str, str]:
    """Attributes the client should be able to write and cannot, with the reason."""
    pool = readable_pool(observation)
    wanted: dict[str, str] = {}
    for attribute in pool.schema if pool else ():
        if attribute.required:
            wanted[attribute.name] = "required at sign-up"
    providers = observation.identity_providers
    for provider in () if isinstance(providers, Fault) else providers:
        if provider.name in (client.supported_identity_providers or ()):
            for attribute_name, _ in provider.attribute_mapping:
                wanted.setdefault(attribute_name, f"mapped from {provider.name}")
    writable = client.write_attributes
    return {
        name: why
        for name, why in wanted.items()
        if name not in _NEVER_WRITABLE
        # A client without a setting may write every standard attribute, but no custom one.
        and (name.startswith("custom:") if writable is None else name not in writable)
    }


def _attribute_permissions(observation: Observation, rule_set: RuleSet) -> Judgement:
    clients = chosen_clients(observation)
    if not clients or readable_pool(observation) is None:
        fault = pool_fault(observation) or web_fault(observation)
        return unread("the chosen app clients", fault, severity=Severity.INFO)
    lacking = {client.id: _unwritable(observation, client) for client in clients}
    bad = [client for client in clients if lacking[client.id]]
    if bad:
        client = bad[0]
        writable = [*(client.write_attributes or _standard(observation)), *lacking[client.id]]
        return Judgement(
            Severity.WARN,
            observed="; ".join(
                f"{client_label(item)} cannot write " + names([f"{n} ({why})" for n, why in lacking[item.id].items()])
                for item in bad
            ),
            reason="Sign-up fails when the client may not write a required attribute, and federated sign-in fails when"
            " it may not write one that the identity provider fills.",
            affects="people who sign up, or sign in with an identity provider",
            cure=Cure(
                f"Let the client write them.{_one_of_several(bad)} {CLIENT_NOT_READ}",
                _update(observation, client, {"WriteAttributes": writable}),
            ),
        )
    if isinstance(observation.identity_providers, Fault):
        return unread("the identity providers", observation.identity_providers, severity=Severity.INFO)
    return passes("required and mapped attributes are writable" + _unseen(observation))


def _standard(observation: Observation) -> list[str]:
    pool = readable_pool(observation)
    schema = pool.schema if pool else ()
    return [item.name for item in schema if ":" not in item.name and item.mutable and item.name not in _NEVER_WRITABLE]


def _revocation(observation: Observation, rule_set: RuleSet) -> Judgement:
    clients = chosen_clients(observation)
    if not clients:
        return unread("the chosen app clients", web_fault(observation), severity=Severity.INFO)
    bad = [client for client in clients if not client.token_revocation]
    if not bad:
        return passes(
            "token revocation is on: " + names([client_label(client) for client in clients]) + _unseen(observation)
        )
    return Judgement(
        Severity.INFO,
        observed="token revocation is off: " + names([client_label(client) for client in bad]),
        reason="A stolen or forgotten refresh token stays good until it expires; signing out cannot end it.",
        affects="people who lose a device or sign out on a shared one",
        cure=Cure(
            f"Turn token revocation on.{_one_of_several(bad)} {CLIENT_NOT_READ}",
            _update(observation, bad[0], {"EnableTokenRevocation": True}),
        ),
    )


def _lifetimes(client: AppClient) -> str:
    return (
        f"access {client.access_token_validity or '1 hour (default)'},"
        f" id {client.id_token_validity or '1 hour (default)'},"
        f" refresh {client.refresh_token_validity or '30 days (default)'}"
    )


def _token_validity(observation: Observation, rule_set: RuleSet) -> Judgement:
    clients = chosen_clients(observation)
    if not clients:
        return unread("the chosen app clients", web_fault(observation), severity=Severity.INFO)
    observed = "; ".join(f"{client_label(client)}: {_lifetimes(client)}" for client in clients)
    if len({_lifetimes(client) for client in clients}) == 1:
        return passes(observed + _unseen(observation))
    return Judgement(
        Severity.INFO,
        observed=observed,
        reason="The two clients keep people signed in for different times; that may well be intended.",
        affects="people who use both the web and the mobile app",
        cure=Cure("Nothing to do if the difference is intended; otherwise set the same lifetimes on both clients."),
    )


_RULES: tuple[tuple[str, str, Callable[[Observation, RuleSet], Judgement]], ...] = (
    ("client.web-found", "The web client is one of the pool's clients and has no secret", _web_found),
    ("client.native-found", "The native client is one of the pool's clients", _native_found),
    ("client.native-secret", "The native client has a secret", _native_secret),
    ("client.distinct", "Web and native are different clients", _distinct),
    ("client.auth-flows", "Both clients allow the sign-in flows the libraries use", _auth_flows),
    ("client.attribute-permissions", "Both clients can write the attributes sign-up needs", _attribute_permissions),
    ("client.revocation", "Both clients can revoke tokens", _revocation),
    ("client.token-validity", "Both clients keep people signed in equally long", _token_validity),
)
RULES = tuple(rule(FAMILY, rule_id, title, judge) for rule_id, title, judge in _RULES)
