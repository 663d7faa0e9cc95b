"""How the Amplify CLI reads the OAuth settings of two app clients (Amplify project format, section 1.9). Pure."""

from dataclasses import dataclass

from aws.resources import AppClient

KEPT_PROVIDERS = ("COGNITO", "Facebook", "Google", "LoginWithAmazon", "SignInWithApple")
"""The identity providers that reach the generated files. SAML and OIDC providers are dropped without a word."""


@dataclass(frozen=True, slots=True)
class OAuthProperty:
    """One compared property of both clients. The values are sorted texts, ready to be shown side by side."""

    name: str
    web: tuple[str, ...]
    native: tuple[str, ...]
    same: bool


def _listed(name: str, web: tuple[str, ...] | None, native: tuple[str, ...] | None) -> OAuthProperty:
    # Missing and empty are one to the CLI, the order is irrelevant, repeated values count.
    left, right = tuple(sorted(web or ())), tuple(sorted(native or ()))
    return OAuthProperty(name, left, right, left == right)


def _flag_text(flag: bool | None) -> tuple[str, ...]:
    return () if flag is None else ("true" if flag else "false",)


def oauth_properties(web: AppClient, native: AppClient) -> tuple[OAuthProperty, ...]:
    """All six compared properties, in the order in which the CLI prints them."""
    return (
        _listed("SupportedIdentityProviders", web.supported_identity_providers, native.supported_identity_providers),
        # The flag is the exception: a missing one differs from False, and both differ from True.
        OAuthProperty(
            "AllowedOAuthFlowsUserPoolClient",
            _flag_text(web.oauth_enabled),
            _flag_text(native.oauth_enabled),
            web.oauth_enabled is native.oauth_enabled,
        ),
        _listed("CallbackURLs", web.callback_urls, native.callback_urls),
        _listed("LogoutURLs", web.logout_urls, native.logout_urls),
        _listed("AllowedOAuthFlows", web.oauth_flows, native.oauth_flows),
        _listed("AllowedOAuthScopes", web.oauth_scopes, native.oauth_scopes),
    )


def oauth_differences(web: AppClient, native: AppClient) -> tuple[OAuthProperty, ...]:
    """The properties in which the clients differ; empty if the CLI accepts the pair."""
    return tuple(item for item in oauth_properties(web, native) if not item.same)


def oauth_table(web: AppClient, native: AppClient) -> tuple[tuple[str, str, str, str], ...]:
    """Heading row and one row per property: name, web value, native value, "same" or "differs".

    Values of a list are sorted, one per line; a missing or empty value is an empty text.
    """
    heading = ("", f"{web.name} ({web.id})", f"{native.name} ({native.id})", "")
    return (
        heading,
        *(
            (item.name, "\n".join(item.web), "\n".join(item.native), "same" if item.same else "differs")
            for item in oauth_properties(web, native)
        ),
    )


def oauth_providers(web: AppClient) -> tuple[str, ...]:
    """The web client's providers that reach the generated files, in the client's order."""
    return tuple(name for name in web.supported_identity_providers or () if name in KEPT_PROVIDERS)


def dropped_providers(web: AppClient) -> tuple[str, ...]:
    """The web client's providers that no generated file mentions."""
    return tuple(name for name in web.supported_identity_providers or () if name not in KEPT_PROVIDERS)


def has_oauth(web: AppClient) -> bool:
    """Whether the generated files get an OAuth block; AllowedOAuthFlowsUserPoolClient plays no part in it."""
    return bool(oauth_providers(web)) and not missing_for_oauth(web)


def missing_for_oauth(web: AppClient) -> tuple[str, ...]:
    """What of flows, scopes, callback URLs and logout URLs the client lacks; each alone makes OAuth vanish."""
    needed = (
        ("allowed OAuth flows", web.oauth_flows),
        ("allowed OAuth scopes", web.oauth_scopes),
        ("callback URLs", web.callback_urls),
        ("logout URLs", web.logout_urls),
    )
    return tuple(name for name, values in needed if not values)
