"""Rules about sign-in through the hosted UI and identity providers."""

from auth_import.findings import Cure, Fix, RuleSet, Severity
from auth_import.observation import Observation
from auth_import.rules.commands import CLIENT_NOT_READ, aws_command, oauth_parameters, update_client
from auth_import.rules.judgement import NOT_APPLICABLE, Judgement, passes, rule
from auth_import.rules.oauth_settings import (
    dropped_providers,
    has_oauth,
    missing_for_oauth,
    oauth_differences,
    oauth_providers,
    oauth_table,
)
from auth_import.rules.reading import (
    client_label,
    names,
    native_client,
    native_fault,
    pool_fault,
    readable_pool,
    unread,
    web_client,
    web_fault,
)
from aws.errors import Fault
from aws.resources import AppClient

FAMILY = "OAuth"


def _matching(observation: Observation, rule_set: RuleSet) -> Judgement:
    web, native = web_client(observation), native_client(observation)
    if web is None:
        return unread("the web client", web_fault(observation), severity=Severity.FAIL)
    if native is None:
        return unread("the native client", native_fault(observation), severity=Severity.FAIL)
    table = oauth_table(web, native)
    different = oauth_differences(web, native)
    if not different:
        return passes("all six OAuth properties match", table=table)
    command = update_client(
        native,
        user_pool_id=observation.choice.user_pool_id,
        region=observation.setting.region,
        changes=oauth_parameters(web),
    )
    return Judgement(
        Severity.FAIL,
        observed=f"different: {names([item.name for item in different])}",
        reason="The Amplify CLI imports two app clients only if these six properties are the same; the generated files"
        " have room for one set, which is the web client's.",
        affects="people who sign in with the hosted UI or an identity provider, and every later `amplify pull`",
        cure=Cure(
            f"Copy the OAuth settings of {client_label(web)} to {client_label(native)}, which the command does, or the"
            f" other way round with Fix it. Callback URLs of both apps may stand in one list. {CLIENT_NOT_READ}",
            command,
        ),
        fixes=(Fix.COPY_OAUTH_TO_NATIVE, Fix.COPY_OAUTH_TO_WEB),
        table=table,
    )


def _complete(observation: Observation, rule_set: RuleSet) -> Judgement:
    web = web_client(observation)
    if web is None:
        return unread("the web client", web_fault(observation), severity=Severity.WARN)
    if not web.supported_identity_providers:
        return NOT_APPLICABLE
    missing = missing_for_oauth(web)
    if not missing:
        return passes(f"{client_label(web)} has flows, scopes, callback and logout URLs")
    return Judgement(
        Severity.WARN,
        observed=f"{client_label(web)} has identity providers, but no {' and no '.join(missing)}",
        reason="The generated files then carry no OAuth settings at all, not even those that are there, and nothing"
        " says so.",
        affects="people who sign in with the hosted UI or an identity provider",
        cure=Cure(
            f"Replace the URLs in the command by your app's own, and keep what is missing the same on both clients."
            f" {CLIENT_NOT_READ}",
            _completed(observation, web, missing),
        ),
    )


def _completed(observation: Observation, web: AppClient, missing: tuple[str, ...]) -> str:
    values: dict[str, tuple[str, object]] = {
        "allowed OAuth flows": ("AllowedOAuthFlows", ["code"]),
        "allowed OAuth scopes": ("AllowedOAuthScopes", ["openid", "email", "profile"]),
        "callback URLs": ("CallbackURLs", ["https://app.example.com/"]),
        "logout URLs": ("LogoutURLs", ["https://app.example.com/"]),
    }
    changes = dict(values[name] for name in missing) | {"AllowedOAuthFlowsUserPoolClient": True}
    return update_client(
        web, user_pool_id=observation.choice.user_pool_id, region=observation.setting.region, changes=changes
    )


def _providers_supported(observation: Observation, rule_set: RuleSet) -> Judgement:
    web = web_client(observation)
    if web is None:
        return unread("the web client", web_fault(observation), severity=Severity.WARN)
    fault = observation.identity_providers
    if oauth_providers(web) and isinstance(fault, Fault):
        # Their app ids and secrets belong to the import, so the CLI stops here as well.
        return unread("the identity providers of the user pool", fault, severity=Severity.FAIL)
    dropped = dropped_providers(web)
    if not dropped:
        kept = web.supported_identity_providers or ()
        return passes(f"identity providers: {names(kept)}") if kept else NOT_APPLICABLE
    kinds = {} if isinstance(fault, Fault) else {provider.name: provider.type for provider in fault}
    listed = [f"{name} ({kinds[name]})" if name in kinds else name for name in dropped]
    return Judgement(
        Severity.WARN,
        observed=f"left out of the generated files: {names(listed)}",
        reason="Only COGNITO, Facebook, Google, LoginWithAmazon and SignInWithApple reach the generated files; SAML and"
        " OpenID Connect providers are dropped without a word."
        + ("" if oauth_providers(web) else " None is left, so the files carry no OAuth settings at all."),
        affects=f"people who sign in with {names(dropped)}",
        cure=Cure(
            "Name the provider in the app's own code when it starts a sign-in"
            " (`signInWithRedirect({ provider: { custom: NAME } })`), and keep the hosted UI's settings there"
            " too if none is generated."
        ),
    )


def _domain(observation: Observation, rule_set: RuleSet) -> Judgement:
    web, pool = web_client(observation), readable_pool(observation)
    if web is None or pool is None:
        fault = pool_fault(observation) or web_fault(observation)
        return unread("the user pool and its web client", fault, severity=Severity.WARN)
    if not has_oauth(web):
        return NOT_APPLICABLE
    if pool.domain:
        return passes(f"prefix domain {pool.domain}")
    observed = f"only the custom domain {pool.custom_domain}" if pool.custom_domain else "the pool has no domain"
    prefix = "my-app-users"
    return Judgement(
        Severity.WARN,
        observed=observed,
        reason="The generated files take the hosted UI's address from the prefix domain only. Without one they carry"
        " an OAuth block that has no domain, and sign-in with a redirect does not start.",
        affects="people who sign in with the hosted UI or an identity provider",
        cure=Cure(
            (
                "Put the custom domain into the app's configuration by hand, or give the pool a prefix domain as well;"
                if pool.custom_domain
                else "Give the pool a prefix domain;"
            )
            + f" replace {prefix} by a name of your own, it must be free in the whole Region.",
            aws_command(
                "cognito-idp",
                "create-user-pool-domain",
                region=observation.setting.region,
                parameters={"UserPoolId": pool.id, "Domain": prefix},
            ),
        ),
    )


RULES = (
    rule(FAMILY, "oauth.matching", "The OAuth settings of both clients match", _matching),
    rule(FAMILY, "oauth.complete", "The OAuth settings are complete", _complete),
    rule(FAMILY, "oauth.providers-supported", "Every identity provider reaches the files", _providers_supported),
    rule(FAMILY, "oauth.domain", "The hosted UI has a prefix domain", _domain),
)
