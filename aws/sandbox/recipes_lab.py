"""The recipe of every scenario of the catalogue, by its key."""

from aws.sandbox.ids import ACCOUNT_ID, role_arn
from aws.sandbox.people_of_note import FINANCE_PEOPLE, LOYALTY_PEOPLE, LOYALTY_SCHEMA, TIED_PEOPLE
from aws.sandbox.recipes import GOOGLE, OIDC, SAML, Group, Identity, Recipe

_GOOGLE_TOO = {"SupportedIdentityProviders": ["COGNITO", "Google"]}

_SMS = {
    "SmsConfiguration": {"SnsCallerArn": role_arn("service-role/sample-sms-sender"), "ExternalId": "sample-external-id"}
}
_TOTP = {"SoftwareTokenMfaConfiguration": {"Enabled": True}}


def _function(name: str) -> str:
    return f"arn:aws:lambda:eu-west-1:{ACCOUNT_ID}:function:{name}"


_SHOP = Recipe(
    pool={
        "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": False, "DeviceOnlyRememberedOnUserPrompt": True},
        "UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"},
        "UserPoolTier": "PLUS",
    },
    both=_GOOGLE_TOO,
    providers=(GOOGLE,),
    domain_prefix="sampleshop",
    groups=(
        Group("Admins", "Run the shop: orders, prices, people", 1, "shop-admins"),
        Group("Editors", "Write product texts and news", 5, "shop-editors"),
        Group("Viewers", "Read reports", 10, "shop-viewers"),
    ),
    identity=Identity(
        logins={"accounts.google.com": "123456789012-sampleshop.apps.googleusercontent.com"}, role_prefix="shop"
    ),
    client_names={"web": "shop-web", "mobile": "shop-mobile"},
    people=250,
    sign_ins=True,
)

RECIPES: dict[str, Recipe] = {
    "good": _SHOP,
    "user-pool-only": Recipe(oauth=False, domain=None),
    "alias-attributes": Recipe(
        pool={
            "UsernameAttributes": None,
            "AliasAttributes": ["email", "preferred_username"],
            "Schema": list(LOYALTY_SCHEMA),
        },
        mfa={"MfaConfiguration": "OPTIONAL", **_TOTP, "SmsMfaConfiguration": _SMS},
        groups=(Group("Gold", "", 1), Group("Silver", "", 2), Group("Newsletter")),
        people_of_note=LOYALTY_PEOPLE,
    ),
    "mfa-on": Recipe(mfa={"MfaConfiguration": "ON", **_TOTP}, people_of_note=FINANCE_PEOPLE),
    "many-clients": Recipe(more_clients=tuple(f"partner-{number:02}" for number in range(1, 39))),
    "other-region": Recipe(),
    "other-region-second": Recipe(),
    # App clients
    "web-client-missing": Recipe(web=None),
    "secret-client-missing": Recipe(native_secret=False),
    "single-client": Recipe(native=None, identity=Identity(clients=("web",))),
    "no-clients": Recipe(web=None, native=None),
    # OAuth
    "oauth-callbacks-differ": Recipe(
        native={"CallbackURLs": ["sampleshop://signed-in", "https://shop.example.com/signed-in/"]}
    ),
    "oauth-logouts-differ": Recipe(native={"LogoutURLs": ["sampleshop://signed-out"]}),
    "oauth-flows-differ": Recipe(web={"AllowedOAuthFlows": ["code", "implicit"]}),
    "oauth-scopes-differ": Recipe(native={"AllowedOAuthScopes": ["openid", "email", "profile"]}),
    "oauth-providers-differ": Recipe(providers=(GOOGLE,), web=_GOOGLE_TOO),
    "oauth-flag-differs": Recipe(native={"AllowedOAuthFlowsUserPoolClient": False}),
    "oauth-logouts-missing": Recipe(providers=(GOOGLE,), both={**_GOOGLE_TOO, "LogoutURLs": None}),
    "saml-provider": Recipe(providers=(SAML,), both={"SupportedIdentityProviders": ["COGNITO", SAML.name]}),
    "oidc-provider": Recipe(providers=(OIDC,), both={"SupportedIdentityProviders": ["COGNITO", OIDC.name]}),
    "custom-domain-only": Recipe(domain="custom", domain_prefix="login.shop.example.com"),
    # Identity pools
    "identity-other-pool": Recipe(identity=Identity(other_pool=True)),
    "identity-third-client-only": Recipe(third={}, identity=Identity(clients=("third",))),
    "identity-web-client-only": Recipe(identity=Identity(clients=("web",))),
    "identity-secret-client-only": Recipe(identity=Identity(clients=("mobile",))),
    "identity-token-check-off": Recipe(identity=Identity(token_check=False)),
    "identity-no-guest-role": Recipe(identity=Identity(guests=False, unauthenticated=None)),
    "guests-without-role": Recipe(identity=Identity(unauthenticated=None)),
    "identity-no-roles": Recipe(identity=Identity(guests=False, authenticated=None, unauthenticated=None)),
    # Roles
    "role-missing": Recipe(identity=Identity(authenticated="missing")),
    "guest-role-missing": Recipe(identity=Identity(unauthenticated="missing")),
    "trust-other-identity-pool": Recipe(identity=Identity(authenticated="other")),
    "trust-deny": Recipe(identity=Identity(authenticated="deny")),
    "guest-trust-wrong": Recipe(identity=Identity(unauthenticated="wrong-amr")),
    "trust-open": Recipe(identity=Identity(authenticated="open")),
    "trust-shared": Recipe(identity=Identity(authenticated="shared")),
    # The pool itself
    "case-sensitive": Recipe(pool={"UsernameConfiguration": {"CaseSensitive": True}}),
    "two-username-attributes": Recipe(pool={"UsernameAttributes": ["email", "phone_number"]}),
    "mfa-totp-off": Recipe(
        mfa={
            "MfaConfiguration": "OPTIONAL",
            "SoftwareTokenMfaConfiguration": {"Enabled": False},
            "SmsMfaConfiguration": _SMS,
        }
    ),
    "deletion-protection-off": Recipe(pool={"DeletionProtection": "INACTIVE"}),
    "no-password-recovery": Recipe(
        pool={"AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]}}
    ),
    "default-email-sender": Recipe(pool={"EmailConfiguration": None}, people=120),
    "challenge-triggers": Recipe(
        pool={
            "LambdaConfig": {
                "DefineAuthChallenge": _function("define-challenge"),
                "CreateAuthChallenge": _function("create-challenge"),
                "VerifyAuthChallengeResponse": _function("verify-challenge"),
            }
        },
        both={"ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"]},
    ),
    "other-triggers": Recipe(pool={"LambdaConfig": {"PostConfirmation": _function("welcome-new-customer")}}),
    # Client settings
    "clients-without-srp": Recipe(both={"ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"]}),
    "clients-legacy-errors": Recipe(both={"PreventUserExistenceErrors": "LEGACY"}),
    "client-cannot-write-required": Recipe(web={"WriteAttributes": ["family_name", "given_name", "name"]}),
    "client-cannot-write-mapped": Recipe(
        providers=(GOOGLE,), both=_GOOGLE_TOO, native={"WriteAttributes": ["email", "name", "phone_number"]}
    ),
    "clients-no-revocation": Recipe(both={"EnableTokenRevocation": False}),
    "groups-equal-precedence": Recipe(
        groups=(
            Group("Buyers", "Order goods", 3, "lab-buyers"),
            Group("Sellers", "Offer goods", 3, "lab-sellers"),
        ),
        people_of_note=TIED_PEOPLE,
    ),
    # Hostile names
    "hostile-script": Recipe(
        pool={
            "Schema": [
                {"Name": "email", "Required": True, "Mutable": True},
                {"Name": "<b>bold</b>", "AttributeDataType": "String", "Mutable": True},
            ]
        },
        client_names={"web": '"><img src=x onerror=alert(1)>', "mobile": "'; DROP TABLE clients; --"},
        groups=(Group("<i>Admins</i>", '<a href="javascript:alert(1)">Administrators</a>', 1, "lab-hostile-admins"),),
    ),
    "hostile-long": Recipe(client_names={"web": "w" * 128, "mobile": "m" * 128}),
    "hostile-emoji": Recipe(client_names={"web": "🌍 web", "mobile": "📱 mobile"}),
    "hostile-rtl": Recipe(client_names={"web": "الويب", "mobile": "הנייד"}),
}
