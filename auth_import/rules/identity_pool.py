"""Rules about the identity pool: which clients it lets in, and which roles it hands out."""

import re
from dataclasses import replace

from auth_import.findings import Cure, Fix, RuleSet, Severity
from auth_import.observation import Observation
from auth_import.rules.commands import (
    IDENTITY_POOL_NOT_READ,
    add_providers,
    create_role_and_attach,
    update_identity_pool,
)
from auth_import.rules.judgement import NOT_APPLICABLE, Judgement, passes, rule
from auth_import.rules.reading import (
    BACKEND_UNREAD,
    backend_unread,
    describe_fault,
    identity_pool,
    identity_pool_fault,
    identity_pool_roles,
    known_clients,
    listed_ids,
    names,
    next_step,
    pool_label,
    roles_fault,
    unread,
)
from auth_import.rules.trust import Amr, trust_policy
from aws.resources import IdentityPool, IdentityPoolRoles, UserPoolProvider, role_name

FAMILY = "Identity pool"


def usable_arn(arn: str) -> bool:
    """Whether a role name can be cut out of the ARN: its resource part needs a `/` (section 1.10)."""
    parts = arn.split(":", 5)
    return len(parts) == 6 and parts[0] == "arn" and "/" in parts[5]


def _entry_label(observation: Observation, entry: UserPoolProvider) -> str:
    client = known_clients(observation).get(entry.client_id)
    return f"{client.name} ({client.id})" if client else entry.client_id or "no client"


def _add(observation: Observation, pool: IdentityPool, client_ids: tuple[str, ...]) -> str:
    """The command that adds those of the clients that are known to exist; nothing if none is."""
    known = [client_id for client_id in client_ids if client_id in known_clients(observation)]
    if not known:
        return ""
    return add_providers(
        pool, user_pool_id=observation.choice.user_pool_id, client_ids=known, region=observation.setting.region
    )


def _trusts_pool(observation: Observation, rule_set: RuleSet) -> Judgement:
    if not observation.choice.uses_identity_pool:
        return NOT_APPLICABLE
    pool = identity_pool(observation)
    if pool is None:
        return _unread_pool(observation)
    clients, listed = known_clients(observation), listed_ids(observation)
    entries = pool.entries_for(observation.choice.user_pool_id) if observation.choice.user_pool_id else ()
    public = [
        entry
        for entry in entries
        if entry.client_id in clients
        and not clients[entry.client_id].has_secret
        # A client that was deleted meanwhile may still be an entry; it is nobody's way in.
        and (listed is None or entry.client_id in listed)
    ]
    if public:
        return passes(f"{pool_label(pool)} trusts {names([_entry_label(observation, entry) for entry in public])}")
    unknown = [
        entry.client_id
        for entry in entries
        if entry.client_id not in clients and (listed is None or entry.client_id in listed)
    ]
    if unknown:
        return Judgement(
            Severity.FAIL,
            observed=f"{pool_label(pool)} names {names(unknown)}, which could not be read",
            reason="One of its entries must be a client without a secret, and AWS did not say whether these have one.",
            affects="whoever imports",
            cure=Cure(
                "Check again, or attach the chosen web client to the identity pool.",
                _add(observation, pool, (observation.choice.web_client_id,)),
            ),
            unread=True,
        )
    if entries:
        seen = names(sorted(_entry_label(observation, entry) for entry in entries))
        observed = f"{pool_label(pool)} names this user pool only with clients that have a secret or are gone: {seen}"
    elif pool.user_pool_providers:
        others = names(sorted(entry.provider_name for entry in pool.user_pool_providers))
        observed = f"{pool_label(pool)} trusts other user pools only: {others}"
    else:
        observed = f"{pool_label(pool)} trusts no user pool"
    chosen = (observation.choice.web_client_id, observation.choice.native_client_id)
    return Judgement(
        Severity.FAIL,
        observed=observed,
        reason="An identity pool gives AWS credentials only to people who come from a client it names, and the import"
        " needs one such client without a secret.",
        affects="everybody who signs in and then uses storage or another AWS service",
        cure=Cure(
            f"Add the chosen clients as providers, or choose another identity pool. {IDENTITY_POOL_NOT_READ}",
            _add(observation, pool, chosen),
        ),
        # A client with a secret is a provider like another, but not the one that is missing here.
        fixes=(Fix.ADD_PROVIDERS,) if any(item in clients and not clients[item].has_secret for item in chosen) else (),
        # That a chosen client is gone is told once, by the check of that client.
        unread=any(_is_gone(observation, entry.client_id) for entry in entries),
    )


def _is_gone(observation: Observation, client_id: str) -> bool:
    fault = describe_fault(observation, client_id)
    return fault is not None and fault.kind == "not-found"


def _unread_pool(observation: Observation) -> Judgement:
    fault = identity_pool_fault(observation)
    if fault is None or fault.kind != "not-found":
        return unread("the identity pool", fault, severity=Severity.FAIL)
    return Judgement(
        Severity.FAIL,
        observed=f"{observation.choice.identity_pool_id} was not found in {observation.setting.region}",
        reason="The import writes the identity pool's id and roles into the files, so it has to exist.",
        affects="everybody who signs in and then uses storage or another AWS service",
        cure=Cure(f"{next_step(fault)} An identity pool of another Region cannot be used."),
    )


def _both_clients(observation: Observation, rule_set: RuleSet) -> Judgement:
    if not observation.choice.uses_identity_pool:
        return NOT_APPLICABLE
    pool = identity_pool(observation)
    if pool is None:
        # That the identity pool is gone is told once, by identity-pool.trusts-pool.
        return replace(_unread_pool(observation), unread=True)
    choice = observation.choice
    present = {entry.client_id for entry in pool.entries_for(choice.user_pool_id)}
    missing = tuple(
        dict.fromkeys(item for item in (choice.web_client_id, choice.native_client_id) if item not in present)
    )
    if not missing:
        return passes(f"{pool_label(pool)} names both clients")
    clients = known_clients(observation)
    labels = [f"{clients[item].name} ({item})" if item in clients else item for item in missing]
    who = {choice.web_client_id: "the web app", choice.native_client_id: "the mobile app"}
    if len(who) == 1:
        who = {choice.web_client_id: "the web and the mobile app"}
    return Judgement(
        Severity.FAIL if rule_set is RuleSet.ADMIN_UI else Severity.WARN,
        observed=f"{pool_label(pool)} does not name {names(labels)}",
        reason="Whoever signs in through a client that is not named gets no AWS credentials: “Token is not from a"
        " supported provider of this identity pool”.",
        affects=f"people who sign in from {' and '.join(who[item] for item in missing)}",
        cure=Cure(
            f"Add what is missing to the identity pool's providers. {IDENTITY_POOL_NOT_READ}",
            _add(observation, pool, missing),
        ),
        fixes=(Fix.ADD_PROVIDERS,) if clients.keys() >= set(missing) else (),
    )


def _server_side_token_check(observation: Observation, rule_set: RuleSet) -> Judgement:
    if not observation.choice.uses_identity_pool:
        return NOT_APPLICABLE
    pool = identity_pool(observation)
    if pool is None:
        return unread("the identity pool", identity_pool_fault(observation), severity=Severity.INFO)
    chosen = (observation.choice.web_client_id, observation.choice.native_client_id)
    entries = [entry for entry in pool.entries_for(observation.choice.user_pool_id) if entry.client_id in chosen]
    if not entries:
        return NOT_APPLICABLE
    off = [entry for entry in entries if not entry.server_side_token_check]
    if not off:
        return passes(f"on for {names([_entry_label(observation, entry) for entry in entries])}")
    changed = [
        UserPoolProvider(entry.provider_name, entry.client_id, server_side_token_check=True) if entry in off else entry
        for entry in pool.user_pool_providers
    ]
    return Judgement(
        Severity.INFO,
        observed=f"off for {names([_entry_label(observation, entry) for entry in off])}",
        reason="With the check on, somebody who was signed out everywhere, disabled or deleted gets no new AWS"
        " credentials; with it off they do until their token expires.",
        affects="administrators who disable somebody and expect it to count at once",
        cure=Cure(
            f"Turn the check on. {IDENTITY_POOL_NOT_READ}",
            update_identity_pool(pool, entries=changed, region=observation.setting.region),
        ),
    )


def new_role_name(pool: IdentityPool, amr: Amr) -> str:
    """A name IAM accepts: at most 64 letters, digits, dashes and underscores."""
    return f"{re.sub(r'[^A-Za-z0-9_-]+', '-', pool.name)[:46].strip('-') or 'identity-pool'}-{amr}"


def _role_cure(observation: Observation, pool: IdentityPool | None, roles: IdentityPoolRoles, amr: Amr) -> Cure:
    if pool is None:
        return Cure("Name a role in the identity pool, in the AWS console under User access.")
    text = "Create a role that trusts this identity pool and grants nothing yet, and name it in the identity pool."
    if roles.mapped_providers:
        text += (
            f" The identity pool also maps roles for {names(roles.mapped_providers)}; the second call drops that"
            " mapping unless you add --role-mappings."
        )
    command = create_role_and_attach(
        role_name=new_role_name(pool, amr),
        trust_policy=trust_policy(pool.id, amr),
        slot=amr,
        pool_id=pool.id,
        roles=roles,
        region=observation.setting.region,
    )
    return Cure(text, command)


def _authenticated_role(observation: Observation, rule_set: RuleSet) -> Judgement:
    if not observation.choice.uses_identity_pool:
        return NOT_APPLICABLE
    roles = identity_pool_roles(observation)
    if roles is None:
        return unread("the identity pool's roles", roles_fault(observation), severity=Severity.FAIL)
    arn = roles.authenticated_arn
    if arn and usable_arn(arn):
        return passes(f"{role_name(arn)} ({arn})")
    return Judgement(
        Severity.FAIL,
        observed=f"{arn} is not the ARN of a role" if arn else "the identity pool names no authenticated role",
        reason="Without this role nobody who signs in gets AWS credentials, and the import has no role to write down.",
        affects="everybody who signs in and then uses storage or another AWS service",
        cure=_role_cure(observation, identity_pool(observation), roles, "authenticated"),
    )


def _unauthenticated_role(observation: Observation, rule_set: RuleSet) -> Judgement:
    if not observation.choice.uses_identity_pool:
        return NOT_APPLICABLE
    roles, pool = identity_pool_roles(observation), identity_pool(observation)
    cli = rule_set is RuleSet.CLI
    if roles is None:
        severity = Severity.FAIL if cli else Severity.INFO
        return unread("the identity pool's roles", roles_fault(observation), severity=severity)
    arn = roles.unauthenticated_arn
    if arn and usable_arn(arn):
        return passes(f"{role_name(arn)} ({arn})")
    guests = pool is not None and pool.allow_unauthenticated
    observed = f"{arn} is not the ARN of a role" if arn else "the identity pool names no unauthenticated role"
    if not cli and not arn and pool is not None and not guests:
        return passes(f"{observed}, and guests are not allowed")
    if cli:
        severity = Severity.FAIL
        reason = "The Amplify CLI imports an identity pool only if it names both roles, even when guests are off."
    else:
        severity = Severity.WARN
        reason = "Guests are allowed, but there is no role they could use, so every guest is refused."
        if not guests:
            reason = "What stands in the place of the role cannot be used, should guests be allowed one day."
    return Judgement(
        severity,
        observed=f"{observed}; guests are {'allowed' if guests else 'not allowed'}",
        reason=reason,
        affects="guests, and developers who run the Amplify CLI" if cli else "guests",
        cure=_role_cure(observation, pool, roles, "unauthenticated"),
        fixes=(Fix.CREATE_UNAUTHENTICATED_ROLE,) if pool is not None else (),
    )


def _guest_consistent(observation: Observation, rule_set: RuleSet) -> Judgement:
    setting = observation.setting
    if not observation.choice.uses_identity_pool:
        wanting = tuple(dict.fromkeys((*setting.needs_identity_pool, *setting.needs_guests)))
        if not wanting and backend_unread(observation):
            return Judgement(
                Severity.INFO,
                observed=f"no identity pool was chosen; whether API or Storage need one is {BACKEND_UNREAD}",
                reason="With an imported user pool alone these categories get no AWS credentials.",
                affects="people who use API or Storage, if the backend has them",
                cure=Cure("If the backend has such categories, turn on “Use identity pools” and choose one."),
            )
        if not wanting:
            return NOT_APPLICABLE
        return Judgement(
            Severity.WARN,
            observed=f"no identity pool was chosen, but {names(wanting)} of this environment need one",
            reason="With an imported user pool alone these categories get no AWS credentials, and the Amplify CLI stops"
            " with a configuration error when one of them is added or changed.",
            affects=f"people who use {names(wanting)}",
            cure=Cure("Turn on “Use identity pools” and choose one."),
        )
    pool, roles = identity_pool(observation), identity_pool_roles(observation)
    if pool is None or roles is None:
        return unread("the identity pool and its roles", roles_fault(observation), severity=Severity.WARN)
    role = bool(roles.unauthenticated_arn)
    if pool.allow_unauthenticated and not role:
        observed = "guests are allowed, but there is no unauthenticated role"
        reason = "A guest who asks for credentials is refused, which the app reports as an error at start."
        cure = Cure(
            "Turn guests off, or create the role (identity-pool.unauthenticated-role)."
            f" The command turns guests off. {IDENTITY_POOL_NOT_READ}",
            _guests(observation, pool, allowed=False),
        )
    elif not pool.allow_unauthenticated and setting.needs_guests:
        observed = f"guests are not allowed, but {names(setting.needs_guests)} of this environment need them"
        reason = "The category's guest access cannot work, and the Amplify CLI refuses to add or change it."
        cure = Cure(
            f"Allow guests, or take guest access off the category. {IDENTITY_POOL_NOT_READ}",
            _guests(observation, pool, allowed=True),
        )
    else:
        return passes(
            f"guests are {'allowed' if pool.allow_unauthenticated else 'not allowed'}, "
            f"{'there is an unauthenticated role' if role else 'there is no unauthenticated role'}"
            + (f"; whether API or Storage need guests is {BACKEND_UNREAD}" if backend_unread(observation) else "")
        )
    return Judgement(Severity.WARN, observed=observed, reason=reason, affects="guests", cure=cure)


def _guests(observation: Observation, pool: IdentityPool, *, allowed: bool) -> str:
    return update_identity_pool(
        pool,
        entries=pool.user_pool_providers,
        region=observation.setting.region,
        allow_unauthenticated=allowed,
    )


RULES = (
    rule(FAMILY, "identity-pool.trusts-pool", "The identity pool trusts this user pool", _trusts_pool),
    rule(FAMILY, "identity-pool.both-clients", "The identity pool names both clients", _both_clients),
    rule(
        FAMILY,
        "identity-pool.server-side-token-check",
        "The identity pool checks tokens with the user pool",
        _server_side_token_check,
    ),
    rule(FAMILY, "identity-pool.authenticated-role", "There is an authenticated role", _authenticated_role),
    rule(FAMILY, "identity-pool.unauthenticated-role", "There is an unauthenticated role", _unauthenticated_role),
    rule(FAMILY, "guest.consistent", "Guest access and what needs it agree", _guest_consistent),
)
