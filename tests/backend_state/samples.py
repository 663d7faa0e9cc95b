"""The Cognito resources that are linked in these tests, and the changes that link, swap and unlink them."""

from dataclasses import replace
from datetime import UTC, datetime

from amplify_files.context import ProjectContext
from amplify_files.outputs import AuthOutputs, IdentityPool, MfaDetails, PasswordPolicy, WebOAuth
from backend_state.document.changes import Change, ImportAuth, UnlinkAuth

POOL_ID = "eu-west-1_Zq3LmN0pA"
AUTH_ROLE, UNAUTH_ROLE = "ShopAuth", "ShopUnauth"
AUTH_ROLE_ARN = f"arn:aws:iam::111122223333:role/service-role/{AUTH_ROLE}"
UNAUTH_ROLE_ARN = f"arn:aws:iam::111122223333:role/{UNAUTH_ROLE}"
MOMENT = datetime(2026, 4, 1, 8, 9, 10, 11000, tzinfo=UTC)
CONTEXT = ProjectContext(project_name="shop", environment_name="dev", kind="amplify", last_push=MOMENT)

IDENTITY_POOL = AuthOutputs(
    region="eu-west-1",
    user_pool_id=POOL_ID,
    user_pool_name="shop-users",
    web_client_id="5kq0example0web",
    native_client_id="7tq0example0nat",
    native_client_has_secret=True,
    native_client_secret="1s0example0secret",
    domain="shop-users",
    username_attributes=("email", "phone_number"),
    required_attributes=("sub", "email", "custom:tier"),
    password_policy=PasswordPolicy(
        minimum_length=10, requires_lowercase=True, requires_uppercase=True, requires_numbers=True
    ),
    mfa_configuration="OPTIONAL",
    mfa=MfaDetails(sms=True, sms_caller_arn="arn:aws:iam::111122223333:role/shop-sms", totp=True),
    auto_verified_attributes=("email",),
    web_oauth=WebOAuth(
        supported_identity_providers=("COGNITO", "Google"),
        flows=("code",),
        scopes=("openid", "email"),
        callback_urls=("https://shop.example/", "shopapp://in/"),
        logout_urls=("https://shop.example/out",),
    ),
    identity_pool=IdentityPool(
        id="eu-west-1:0b1f2c3d-1111-4222-8333-944455556666",
        name="shop_identity",
        allow_unauthenticated=True,
        supported_login_providers=(("accounts.google.com", "1234-goog.apps.example.com"),),
        auth_role_arn=AUTH_ROLE_ARN,
        unauth_role_arn=UNAUTH_ROLE_ARN,
    ),
)
"""Case B of section 2.2."""
OTHER_POOL_ONLY = AuthOutputs(
    region="eu-west-1",
    user_pool_id="eu-west-1_Other0001",
    user_pool_name="other-users",
    web_client_id="9other0example0web",
    native_client_id="9other0example0nat",
    native_client_has_secret=False,
    alias_attributes=("email",),
    required_attributes=("email",),
    mfa_configuration="OFF",
)
"""Case C of section 2.2."""

IMPORT = ImportAuth(outputs=IDENTITY_POOL, context=CONTEXT)
SWAP = ImportAuth(outputs=OTHER_POOL_ONLY, context=CONTEXT, leftover={"googleClientId": "1234-goog.apps.example.com"})
REFRESH = ImportAuth(
    outputs=replace(IDENTITY_POOL, mfa_configuration="OFF", user_pool_name="shop-customers", custom_auth=True),
    context=CONTEXT,
)
CHANGES: dict[str, Change] = {"import": IMPORT, "swap": SWAP, "refresh": REFRESH, "unlink": UnlinkAuth("shop")}
