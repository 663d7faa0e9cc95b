"""From what was observed to what the generated files are written from. Pure."""

from typing import Any

from amplify_files import outputs as files
from auth_import.observation import Observation
from aws.errors import Fault
from aws.resources import AppClient, Group, IdentityPool, IdentityPoolRoles, MfaConfig, PasswordPolicy, UserPool

CHALLENGE_TRIGGERS = frozenset({"DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"})


def outputs_of(observation: Observation) -> files.AuthOutputs | None:
    """Everything that reaches a file, the native client's secret included; None while a needed value is unread.

    What the credentials may not read is left out, as the CLI leaves it out; what may be readable a minute later is
    waited for, because files without it would be wrong.
    """
    pool, web, native = observation.pool, observation.web_client, observation.native_client
    if not (isinstance(pool, UserPool) and isinstance(web, AppClient) and isinstance(native, AppClient)):
        return None
    identity_pool: files.IdentityPool | None = None
    if observation.choice.uses_identity_pool:
        read, roles = observation.identity_pool, observation.identity_pool_roles
        if not (isinstance(read, IdentityPool) and isinstance(roles, IdentityPoolRoles)):
            return None
        identity_pool = _identity_pool(read, roles)
    if any(
        isinstance(one, Fault) and one.kind in ("throttled", "unavailable")
        for one in (observation.mfa, observation.groups)
    ):
        return None
    return _outputs(observation, pool, web, native, identity_pool)


def readable_outputs(observation: Observation) -> tuple[dict[str, Any], dict[str, Fault]]:
    """What could be read of the outputs, as `AuthOutputs.to_dict()` has it, and the members that could not, with the
    reason. A member that was not read holds nothing that counts.
    """
    pool, web, native = observation.pool, observation.web_client, observation.native_client
    unread: dict[str, Fault] = {}

    def miss(fault: object, *members: str) -> None:
        unread.update(dict.fromkeys(members, fault if isinstance(fault, Fault) else NOT_ASKED))

    if not isinstance(pool, UserPool):
        miss(pool, *POOL_MEMBERS)
        pool = UserPool(id=observation.choice.user_pool_id, name="")
    if not isinstance(web, AppClient):
        miss(web, "web_client_name", "web_oauth")
        web = AppClient(id=observation.choice.web_client_id, name="")
    if not isinstance(native, AppClient):
        miss(native, "native_client_name", "native_client_has_secret")
        native = AppClient(id=observation.choice.native_client_id, name="")
    identity_pool: files.IdentityPool | None = None
    if observation.choice.uses_identity_pool:
        read, roles = observation.identity_pool, observation.identity_pool_roles
        if not isinstance(read, IdentityPool):
            miss(read, "identity_pool")
            read = IdentityPool(id=observation.choice.identity_pool_id, name="")
        if not isinstance(roles, IdentityPoolRoles):
            miss(roles, "identity_pool.auth_role_arn", "identity_pool.unauth_role_arn")
            roles = IdentityPoolRoles()
        identity_pool = _identity_pool(read, roles)
    for member, answer in (("mfa", observation.mfa), ("groups", observation.groups)):
        if isinstance(answer, Fault):
            miss(answer, member)
    return _outputs(observation, pool, web, native, identity_pool).to_dict(), unread


NOT_ASKED = Fault("unavailable", "NotAsked", "", "")
POOL_MEMBERS = (
    "user_pool_name",
    "domain",
    "custom_domain",
    "username_attributes",
    "alias_attributes",
    "required_attributes",
    "password_policy",
    "mfa_configuration",
    "mfa",
    "auto_verified_attributes",
    "custom_auth",
    "groups",
)


def _outputs(
    observation: Observation,
    pool: UserPool,
    web: AppClient,
    native: AppClient,
    identity_pool: files.IdentityPool | None,
) -> files.AuthOutputs:
    return files.AuthOutputs(
        region=observation.setting.region,
        user_pool_id=pool.id,
        user_pool_name=pool.name,
        web_client_id=web.id,
        web_client_name=web.name,
        native_client_id=native.id,
        native_client_name=native.name,
        native_client_has_secret=native.has_secret,
        native_client_secret=native.secret,
        domain=pool.domain,
        custom_domain=pool.custom_domain,
        username_attributes=pool.username_attributes,
        alias_attributes=pool.alias_attributes,
        required_attributes=tuple(attribute.name for attribute in pool.schema if attribute.required),
        password_policy=_password_policy(pool.password_policy),
        mfa_configuration=pool.mfa_configuration,
        mfa=_mfa(observation.mfa),
        auto_verified_attributes=pool.auto_verified_attributes,
        custom_auth={name for name, arn in pool.lambda_triggers if arn} >= CHALLENGE_TRIGGERS,
        web_oauth=files.WebOAuth(
            supported_identity_providers=web.supported_identity_providers or (),
            flows=web.oauth_flows or (),
            scopes=web.oauth_scopes or (),
            callback_urls=web.callback_urls or (),
            logout_urls=web.logout_urls or (),
        ),
        identity_pool=identity_pool,
        groups=_groups(observation.groups),
    )


def _password_policy(policy: PasswordPolicy | None) -> files.PasswordPolicy | None:
    if policy is None:
        return None
    return files.PasswordPolicy(
        minimum_length=policy.minimum_length,
        requires_lowercase=policy.lowercase,
        requires_uppercase=policy.uppercase,
        requires_numbers=policy.numbers,
        requires_symbols=policy.symbols,
    )


def _mfa(read: MfaConfig | Fault | None) -> files.MfaDetails | None:
    if not isinstance(read, MfaConfig):
        return None
    return files.MfaDetails(
        sms=read.sms_present,
        sms_caller_arn=read.sns_caller_arn,
        totp=read.totp_present,
        totp_enabled=read.totp_enabled,
        email=read.email_present,
    )


def _identity_pool(pool: IdentityPool, roles: IdentityPoolRoles) -> files.IdentityPool:
    return files.IdentityPool(
        id=pool.id,
        name=pool.name,
        allow_unauthenticated=pool.allow_unauthenticated,
        supported_login_providers=pool.supported_login_providers,
        auth_role_arn=roles.authenticated_arn,
        unauth_role_arn=roles.unauthenticated_arn,
    )


def _groups(read: tuple[Group, ...] | Fault) -> tuple[files.Group, ...]:
    if isinstance(read, Fault):
        return ()
    return tuple(files.Group(name=group.name, precedence=group.precedence, role_arn=group.role_arn) for group in read)
